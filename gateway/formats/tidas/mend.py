"""What TIDAS refuses in a document, put right where that is certain, and left out where it may be.

No number and no direction is touched. What must be and is not there stays a lack, unless the caller asks for
the words that say so (``missing=not-stated``); such words are never written otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from gateway.formats.ilcd.pieces import FOLDERS
from gateway.formats.ilcd.reference_kinds import TYPES
from gateway.formats.tidas.fields import ONE, ONE_OR_MORE, Field, class_list, closed_list
from gateway.formats.tidas.rules import judged
from gateway.frontdoor.json import JsonValue

Object = dict[str, JsonValue]
# A version that nobody has told, as ILCD writes it.
NO_VERSION: Final = "00.00.000"
NIL: Final = "00000000-0000-0000-0000-000000000000"
NOT_STATED: Final[tuple[JsonValue, ...]] = (
    {"@xml:lang": "en", "#text": "not stated"},
    {"@xml:lang": "zh", "#text": "未说明"},
)
# The name of ILCD's own classification: what its schema says where a document names none.
ILCD_CLASSES: Final = "ILCD"
# ILCD+EPD identifier tables, Common references: the format of the document itself.
FORMAT: Final[Object] = {
    "@type": "source data set",
    "@refObjectId": "a97a0155-0234-4b87-b4ce-a45da52f2a40",
    "@uri": "../sources/a97a0155-0234-4b87-b4ce-a45da52f2a40.xml",
    "@version": "03.00.003",
    "common:shortDescription": {"@xml:lang": "en", "#text": "ILCD format"},
}
_FORMAT_AT: Final = "common:referenceToDataSetFormat"
_MOMENTS: Final = ("dateTime", "moment")
_NO_ZONE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?")
# Words of closed lists that claim nothing.
_NEUTRAL: Final = ("Not defined", "Not reviewed", "Unknown derivation", "Other")
# What a document cannot lose without being another one: of several, none is chosen.
_WHOLE: Final = ("referenceToReferenceFlow", "exchange", "factor", "unit", "flowProperty", "processInstance")
_LOOSE: Final = frozenset(
    {"lang", "ref", "enum", "location", "uri", "GIS", "string", "String", "ST", "classes", "other", "any"}
)
_WITH_OTHERS: Final = ("contacts", "flowproperties", "sources", "unitgroups")
_FOLDER_OF: Final = {TYPES[kind]: folder for kind, folder in FOLDERS.items() if kind in TYPES}
# A reference whose target nobody has told is one to a body, or to a document.
_CONTACTS: Final = re.compile("Ownership|Commissioner|Person|Entity|Reviewer|Contact|Registration")


def mended(document: Object, root: Field, *, fill: bool) -> Object:
    """The document without what TIDAS refuses.

    Args:
        root: the root of the table of fields.
        fill: whether what must be and was not told is said to be not stated.
    """
    made = _object(document, root, "", fill=fill)
    assert isinstance(made, dict)
    return made


def _object(value: JsonValue, field: Field, at: str, *, fill: bool) -> JsonValue:
    if not isinstance(value, dict):
        return value
    made: Object = {}
    for key, inner in value.items():
        below = field.below.get(key)
        if below is None:
            made[key] = inner
            continue
        kept = _value(inner, below, f"{at}/{key}", fill=fill)
        if kept is not None:
            made[key] = kept
        elif below.required:
            made[key] = inner
    for key, below in field.below.items():
        if key in made or not below.required:
            continue
        if key == _FORMAT_AT:
            made[key] = FORMAT
        elif fill and (filled := _filled(below, key, f"{at}/{key}")) is not None:
            made[key] = filled
    return made


def _value(value: JsonValue, field: Field, at: str, *, fill: bool) -> JsonValue | None:
    """The value as TIDAS takes it; None: it may go."""
    family = field.kind.partition(":")[0]
    if family == "classes":
        return _classes(value, field, at)
    if family == "lang":
        return _texts(value, field.kind, at)
    if family == "ref":
        return _references(value, at, fill=fill)
    if isinstance(value, list) and field.many == ONE and at.rpartition("/")[2] not in _WHOLE and value:
        value = value[0]
    if isinstance(value, list):
        items = [_single(item, field, f"{at}/{n}", fill=fill) for n, item in enumerate(value)]
        if at.rpartition("/")[2] in _WHOLE:
            return [old if new is None else new for old, new in zip(value, items, strict=True)]
        found: list[JsonValue] = [item for item in items if item is not None]
        return None if field.many == ONE_OR_MORE and not found else found
    return _single(value, field, at, fill=fill)


def _single(value: JsonValue, field: Field, at: str, *, fill: bool) -> JsonValue | None:
    if field.kind == "object":
        return _object(value, field, at, fill=fill)
    if field.kind in _MOMENTS and isinstance(value, str) and _NO_ZONE.fullmatch(value):
        return f"{value}Z"
    is_loose = field.kind.partition(":")[0] in _LOOSE
    return None if is_loose and judged(value, Field(field.kind), at) else value


def _texts(value: JsonValue, kind: str, at: str) -> JsonValue | None:
    """The texts that are in the language that they are marked with, each language once."""
    kept: list[JsonValue] = []
    seen: set[str] = set()
    for item in value if isinstance(value, list) else [value]:
        language = str(item.get("@xml:lang")) if isinstance(item, dict) else ""
        if language not in seen and not judged(item, Field(kind), at):
            seen.add(language)
            kept.append(item)
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else kept


def _references(value: JsonValue, at: str, *, fill: bool) -> JsonValue | None:
    items = value if isinstance(value, list) else [value]
    whole = [_reference(item, at, fill=fill) for item in items]
    kept = [item for item in whole if not judged(item, Field("ref"), at)]
    if not kept:
        return None
    return kept[0] if not isinstance(value, list) or len(kept) == 1 else kept


def _reference(value: JsonValue, at: str, *, fill: bool) -> JsonValue:
    """A reference with its address, the version that stands for none, and its names."""
    if not isinstance(value, dict) or not isinstance(value.get("@refObjectId"), str):
        return value
    if at.endswith(_FORMAT_AT) and value["@refObjectId"] == FORMAT["@refObjectId"]:
        return {**FORMAT, **value}
    made = dict(value)
    made.setdefault("@version", NO_VERSION)
    folder = _FOLDER_OF.get(str(made.get("@type")))
    if folder is not None:
        made.setdefault("@uri", f"../{folder}/{made['@refObjectId']}.xml")
    if fill:
        made.setdefault("common:shortDescription", list(NOT_STATED))
    if "common:shortDescription" in made:
        names = _texts(made["common:shortDescription"], "lang:1000", at)
        if names is not None:
            made["common:shortDescription"] = names
    return made


def _classes(value: JsonValue, field: Field, at: str) -> JsonValue | None:
    """Classes with the codes of TIDAS's own list; of several lists the one that it knows."""
    _, list_, levels = field.kind.split(":")
    told = value if isinstance(value, list) else [value]
    is_category = list_ == "flows_elementary"
    key, id_ = ("common:category", "@catId") if is_category else ("common:class", "@classId")
    own = [_coded(one, list_, key, id_, int(levels or 0)) for one in told]
    for one in own:
        if one is not None and not judged(one, Field(field.kind, many=field.many), at):
            return one
    if field.many == ONE:
        return None
    listed: list[JsonValue] = [_named(one, key) for one in told]
    return None if judged(listed, Field(field.kind, many=field.many), at) else listed


def _named(value: JsonValue, key: str) -> JsonValue:
    """Classes of another list with its name; a class without a code has an empty one."""
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, dict) or found is None:
        return value
    entries: list[JsonValue] = [
        {**entry, "@classId": entry.get("@classId", "")} if isinstance(entry, dict) else entry
        for entry in (found if isinstance(found, list) else [found])
    ]
    return {"@name": ILCD_CLASSES, **value, key: entries}


def _coded(value: JsonValue, list_: str, key: str, id_: str, levels: int) -> JsonValue | None:
    """Classes whose level and name are in the list, with their codes there; None where one is not.

    Of classes below the narrowest that the list has, none is kept.
    """
    if not isinstance(value, dict) or key not in value:
        return None
    found = value[key]
    made: list[JsonValue] = []
    for entry in (found if isinstance(found, list) else [found])[: levels or 1]:
        told = entry if isinstance(entry, dict) else {}
        level, name = str(told.get("@level")), str(told.get("#text"))
        codes = _codes(list_).get((level, name), ())
        code = str(told.get(id_)) if str(told.get(id_)) in codes else codes[0] if len(codes) == 1 else None
        if code is None:
            return None
        made.append({**told, id_: code})
    return {**value, key: made if levels else made[0]} if made else None


@cache
def _codes(list_: str) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """The codes of the classes of a list by level and name."""
    found: dict[tuple[str, str], list[str]] = {}
    for level, code, name in sorted(class_list(list_)):
        found.setdefault((level, name), []).append(code)
    return {key: tuple(codes) for key, codes in found.items()}


def _filled(field: Field, key: str, at: str) -> JsonValue | None:
    """Words that say that something was not told; None where there are none that claim nothing."""
    family, _, detail = field.kind.partition(":")
    if family == "lang" and detail != "volume":
        return list(NOT_STATED)
    if family == "ref":
        kind = "contact data set" if _CONTACTS.search(key) else "source data set"
        return {
            "@type": kind,
            "@refObjectId": NIL,
            "@uri": f"../{_FOLDER_OF[kind]}/{NIL}.xml",
            "@version": NO_VERSION,
            "common:shortDescription": list(NOT_STATED),
        }
    if family == "enum":
        return next((word for word in _NEUTRAL if word in closed_list(detail)), None)
    if family == "classes":
        return _no_class(field)
    if family == "object":
        return _filled_object(field, at)
    return None


def _filled_object(field: Field, at: str) -> JsonValue | None:
    made: Object = {}
    for key, below in field.below.items():
        if not below.required:
            continue
        one = FORMAT if key == _FORMAT_AT else _filled(below, key, f"{at}/{key}")
        if one is None:
            return None
        made[key] = one
    return [made] if field.many not in (ONE, ONE_OR_MORE) else made


def _no_class(field: Field) -> JsonValue | None:
    """The class of the others, where a list has one for whatever is in no other."""
    _, list_, levels = field.kind.split(":")
    others = _others(class_list(list_)) if list_ in _WITH_OTHERS else []
    if len(others) != 1:
        return None
    level, code, name = others[0]
    entry: JsonValue = {"@level": level, "@classId": code, "#text": name}
    return {"common:class": [entry] if levels else entry}


def _others(classes: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    return sorted(one for one in classes if one[0] == "0" and one[2].startswith("Other"))
