"""Entities of a package that are no data sets here: locations, quality systems, results, documents."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any, Final

from gateway.codec import jsonwrite
from gateway.codec.base import Member
from gateway.codec.datasets import all_files
from gateway.errors import GatewayError
from gateway.formats.openlca import tables
from gateway.formats.openlca.book import Book, known_unit, property_of
from gateway.formats.openlca.epd_writer import categories
from gateway.formats.openlca.package import document
from gateway.formats.openlca.upgrade import Upgrade
from gateway.model.dataset import DatasetKind, Reference
from gateway.model.sources import ImpactMethod, Source

_JSON: Final = "application/json"
_OTHER: Final = "application/octet-stream"
# brightway reads no package without a folder of locations.
_EVERYWHERE: Final = "GLO"


def other_files(book: Book) -> Iterator[Member]:
    """Everything that stands beside the data sets, each file once."""
    written: set[str] = set(book.written)
    for made in categories(book.indicators):
        written.add(made.name)
        yield made
    documents = _source_files(book)
    for name in book.bundle.files:
        try:
            data = book.bundle.file(name)
        except GatewayError:
            continue
        member = _entity(name, data) or _document(name, data, documents)
        if member is not None and member.name not in written:
            written.add(member.name)
            yield member
    for member in _methods(book):
        if member.name not in written:
            written.add(member.name)
            yield member
    for member in _measures(sorted(set(book.later.values()))):
        if member.name not in written:
            written.add(member.name)
            yield member
    places = book.places or {tables.location_id(_EVERYWHERE): _EVERYWHERE}
    # A part of a package, with which its files do not go, says of a place what the whole says of it.
    told = {posixpath.basename(name).partition(".")[0]: name for name in all_files(book.bundle)}
    for id_, code in sorted(places.items(), key=lambda place: place[1]):
        name = f"locations/{id_}.json"
        if name not in written:
            written.add(name)
            yield _told(book, told.get(id_)) or _member(name, _location(id_, code))


def _methods(book: Book) -> Iterator[Member]:
    """Impact methods that list the categories of a methodology, where the package has no file of them."""
    first = next((key for key in book.bundle.everything if key.kind is DatasetKind.METHOD), None)
    if first not in book.bundle.keys:  # of several parts, the one with the first of them
        return
    listed: dict[str, list[dict[str, Any]]] = {}
    for key in book.bundle.everything:
        found = book.bundle.read(key).dataset if key.kind is DatasetKind.METHOD else None
        if not isinstance(found, ImpactMethod):
            continue
        told = book.reference(DatasetKind.METHOD, Reference(uuid=found.id))
        for name in dict.fromkeys(found.methodologies):
            listed.setdefault(name, []).extend([told] if told is not None else [])
    there = _named_methods(book)
    for name, members in sorted(listed.items()):
        if name in there:
            continue
        id_ = tables.entity_id("ImpactMethod", f"methodology/{name}")
        one = {"@type": "ImpactMethod", "@id": id_, "name": name, "impactCategories": members}
        yield _member(f"lcia_methods/{id_}.json", one)


def _named_methods(book: Book) -> set[object]:
    """The names of the impact methods that are files of the package."""
    found: set[object] = set()
    for name in all_files(book.bundle):
        if name.lower().endswith((".json", ".json.gz")):
            try:
                one = document(book.bundle.file(name))
            except GatewayError:
                continue
            if isinstance(one, dict) and one.get("@type") == "ImpactMethod":
                found.add(one.get("name"))
    return found


def _measures(units: list[str]) -> Iterator[Member]:
    """Flow properties and unit groups that were made for units nobody describes."""
    for unit in units:
        reference = property_of(unit)
        group = tables.entity_id("UnitGroup", f"unit/{unit}")
        id_ = known_unit(unit) or tables.entity_id("Unit", unit)
        one = {"@type": "Unit", "@id": id_, "name": unit, "isRefUnit": True, "conversionFactor": 1}
        name = f"Units of {unit}"
        yield _member(
            f"unit_groups/{group}.json", {"@type": "UnitGroup", "@id": group, "name": name, "units": [one]}
        )
        own = {"@type": "UnitGroup", "@id": group, "name": name}
        property_ = {**reference, "flowPropertyType": "PHYSICAL_QUANTITY", "unitGroup": own}
        yield _member(f"flow_properties/{reference['@id']}.json", property_)


def _entity(name: str, data: bytes) -> Member | None:
    """An entity of openLCA under the names of schema 2."""
    if not name.lower().endswith((".json", ".json.gz")):
        return None
    try:
        found = document(data)
    except GatewayError:
        return None
    entity = found.get("@type") if isinstance(found, dict) else None
    id_ = found.get("@id") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(entity, str) or not isinstance(id_, str):
        return None
    folder = tables.FOLDERS.get(entity)
    if folder is None or entity in tables.KINDS:
        return None
    tree = Upgrade(False, lambda _: None).run(entity, found)
    return _member(f"{folder}/{posixpath.basename(id_)}.json", tree)


def _document(name: str, data: bytes, documents: dict[str, str]) -> Member | None:
    """A document that a source names; others have no place that openLCA would show."""
    target = documents.get(posixpath.basename(name))
    if target is None:
        return Member(name, _OTHER, data) if name.startswith("bin/") else None
    return Member(target, _OTHER, data)


def _source_files(book: Book) -> dict[str, str]:
    """Where the first file of each source stands in the package, by its name."""
    found: dict[str, str] = {}
    for key in book.bundle.everything:
        if key.kind is not DatasetKind.SOURCE:
            continue
        try:
            source = book.bundle.read(key).dataset
        except GatewayError:
            continue
        files = [f for f in source.files if "://" not in f] if isinstance(source, Source) else []
        if files:
            name = posixpath.basename(files[0])
            found.setdefault(name, f"bin/sources/{book.id(DatasetKind.SOURCE, key.id)}/{name}")
    return found


def _told(book: Book, name: str | None) -> Member | None:
    """An entity as the package tells it in a file."""
    try:
        return None if name is None else _entity(name, book.bundle.file(name))
    except GatewayError:
        return None


def _location(id_: str, code: str) -> dict[str, Any]:
    name = tables.place_names().get(code, code)
    return {"@type": "Location", "@id": id_, "name": name, "code": code, "version": "00.00.000"}


def _member(name: str, tree: dict[str, Any]) -> Member:
    return Member(name, _JSON, (jsonwrite.compact(tree) + "\n").encode("utf-8"))
