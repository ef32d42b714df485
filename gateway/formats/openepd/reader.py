"""Read an openEPD document: declared figures by module, names in the languages that it tells."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import ValidationError

from gateway.codec import build
from gateway.codec.base import Context, Package, Reading
from gateway.codec.jsonread import JsonReading
from gateway.codec.jsonwrite import language
from gateway.errors import GatewayError, InputError
from gateway.formats.openepd import tables
from gateway.formats.openepd.results import read_figures
from gateway.frontdoor.json import JsonValue
from gateway.model.declaration import Declaration
from gateway.quantity import parse_unit

# Texts that openEPD has in one language; further ones stand in our member of ``ext``.
NAMED = ("product_name", "manufacturer/name")
TIMES = "#times"
STANDARDS = "#standards"
METHOD = "#method"
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](.+)")
_MIDNIGHT = frozenset({"00:00:00", "00:00:00Z", "00:00:00+00:00", "00:00Z"})
# What the format says of itself, and what is told by the figures.
_FIXED = ("doctype", "openepd_version", *tables.GROUPS)


def read(package: Package, context: Context) -> Reading:
    """The declaration, every member that has no field as an extra.

    Raises:
        InputError: it is no JSON object, or no declaration can be made of it.
    """
    document = package.json
    if not isinstance(document, dict):
        raise InputError(type(document).__name__, path="", code="openepd.not-an-object")
    figures = read_figures(document)
    view = _view(document)
    if figures.method:
        view[METHOD] = figures.method
    found = JsonReading(tables.table(), view, tables.TARGET).run()
    try:
        declaration = Declaration.model_validate(build.plain(found.tree))
    except ValidationError as error:
        raise InputError(error.error_count(), path="", code="openepd.not-an-object") from error
    update = {"results": tuple(figures.sets), "extras": {**found.extras, **figures.extras}}
    declaration = declaration.model_copy(update=update)
    origins = {**dict(build.origins(declaration, found.tree)), **figures.origins}
    notes = (*found.notes, *figures.notes)
    return Reading(declaration, notes, (*found.findings, *figures.findings), origins)


def _view(document: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The document with lists, days and languages where the table expects them."""
    view: dict[str, JsonValue] = {
        name: value for name, value in document.items() if name not in _FIXED and value is not None
    }
    for name in _FIXED[:2]:
        if name in document and document[name] not in ("openEPD", "0.1"):
            view[name] = document[name]
    times: dict[str, JsonValue] = {}
    for name in ("date_of_issue", "valid_until"):
        value = view.get(name)
        told = _MOMENT.fullmatch(value) if isinstance(value, str) else None
        if told is not None:
            view[name] = told[1]
            if told[2] not in _MIDNIGHT:
                times[name] = told[2]
    if times:
        view[TIMES] = times
    if isinstance(view.get("version"), int):
        view["version"] = str(view["version"])
    if isinstance(view.get("pcr"), dict):
        view["pcr"] = [view["pcr"]]
    _ids(view)
    _standards(view)
    _units(view)
    _languages(view)
    return view


def _ids(view: dict[str, JsonValue]) -> None:
    """Ids that are none of the format's own stand among the alternative ones."""
    plants = view.get("plants")
    if isinstance(plants, list):
        plants = view["plants"] = [dict(plant) if isinstance(plant, dict) else plant for plant in plants]
    for node in (view, *(plants if isinstance(plants, list) else ())):
        others = node.get("alt_ids") if isinstance(node, dict) else None
        if isinstance(node, dict) and isinstance(others, dict) and "id" not in node:
            own = others.get(tables.ALTERNATIVE)
            if isinstance(own, str):
                node["id"] = own
                rest = {name: value for name, value in others.items() if name != tables.ALTERNATIVE}
                node["alt_ids"] = rest
                if not rest:
                    del node["alt_ids"]


def _standards(view: dict[str, JsonValue]) -> None:
    """The short names of what is complied with; the list itself stays where it says more."""
    items = view.get("compliance")
    if not isinstance(items, list):
        return
    names = [item.get("short_name") if isinstance(item, dict) else None for item in items]
    if items and all(isinstance(name, str) for name in names):
        view[STANDARDS] = names
        if all(isinstance(item, dict) and set(item) == {"short_name"} for item in items):
            del view["compliance"]


def _units(view: dict[str, JsonValue]) -> None:
    """Units by our codes; one that is none stays, and the table says so."""
    for name in ("declared_unit", "kg_per_declared_unit", "kg_C_biogenic_per_declared_unit"):
        value = view.get(name)
        unit = value.get("unit") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(unit, str):
            continue
        try:
            code = parse_unit(unit).code
        except GatewayError:
            continue
        if name.startswith("kg_C") and code == "kg":
            code = "kg{C}"
        view[name] = {**value, "unit": code}


def _languages(view: dict[str, JsonValue]) -> None:
    """Each named text by language: the document's own, then those of our member of ``ext``."""
    further: Mapping[str, JsonValue] = {}
    ext = view.get("ext")
    if isinstance(ext, dict) and isinstance(ext.get(tables.EXTENSION), dict):
        own = ext[tables.EXTENSION]
        assert isinstance(own, dict)
        named = own.get("languages")
        if set(own) == {"languages"} and isinstance(named, dict):
            further = named
            rest = {name: value for name, value in ext.items() if name != tables.EXTENSION}
            view["ext"] = rest
            if not rest:
                del view["ext"]
    own_language = view.get("language")
    if not isinstance(own_language, str) or not own_language:
        own_language = None
    for place in NAMED:
        *above, name = place.split("/")
        node: JsonValue = view
        for step in above:
            inner = node.get(step) if isinstance(node, dict) else None
            if isinstance(inner, dict) and isinstance(node, dict):
                inner = node[step] = dict(inner)
            node = inner
        text = node.get(name) if isinstance(node, dict) else None
        if not isinstance(node, dict) or not isinstance(text, str):
            continue
        others = further.get(place)
        told = dict(others) if isinstance(others, dict) else {}
        # A text in another language than the document's stands in both places.
        is_there = any(isinstance(other, str) and other.startswith(text) for other in told.values())
        node[name] = told if is_there else {own_language or language(text): text, **told}
