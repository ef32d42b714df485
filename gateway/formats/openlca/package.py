"""An openLCA package: what stands where, schema 1 or 2, in folders of any spelling, gzipped members too."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from gateway.codec.base import Context, Evidence
from gateway.codec.datasets import DatasetReading, IndexedBundle
from gateway.codec.shelf import Shelf
from gateway.errors import GatewayError, InputError, flatten, shorten
from gateway.formats.openlca import tables
from gateway.formats.openlca.upgrade import Tree, Upgrade, number_exchanges
from gateway.frontdoor import json as json_door
from gateway.frontdoor.json import JsonValue
from gateway.model.dataset import DatasetKind, Key
from gateway.report import Fate, Finding, Note, Severity

_GZIP: Final = b"\x1f\x8b"
_BOM: Final = b"\xef\xbb\xbf"
_ARRAY: Final = b"["
_MAX_UNPACKED: Final = 256 * 1024 * 1024
_TYPE: Final = b'"@type"'
_BESIDE: Final = "external_docs"
_LOOKED_AT: Final = 400
_VOCABULARY: Final = b"openlca"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entity stands: a member, and its number if the member is a list of entities."""

    name: str
    entity: str
    number: int | None = None

    @property
    def shown(self) -> str:
        return self.name if self.number is None else f"{self.name}#/{self.number}"


# What stands beside data sets and is read with them: places, results by module, methods by name.
_UNDERSTOOD: Final = frozenset({"Location", "Result", "ImpactMethod"})


@dataclass
class Contents:
    """The index of a package."""

    shelf: Shelf
    version: int = 1
    datasets: dict[Key, Place] = field(default_factory=dict)
    others: dict[tuple[str, str], Place] = field(default_factory=dict)  # entities that are no data sets here
    categories: dict[str, tuple[str, str]] = field(default_factory=dict)  # name and id above, by id
    locations: dict[str, str] = field(default_factory=dict)  # code by id
    files: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def found(self, code: str, at: str, saw: str = "", severity: Severity = Severity.WARNING) -> None:
        """Something is wrong with a file of the package."""
        self.findings.append(Finding(code, at, shorten(saw), severity))

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of all data sets."""
        return frozenset(key.id for key in self.datasets)

    @cached_property
    def methods(self) -> Mapping[str, tuple[str, ...]]:
        """The names of the impact methods that list an impact category, by its id.

        Not of those that only hold together the indicators of one process's results.
        """
        found: dict[str, list[str]] = {}
        own = {
            tables.entity_id("ImpactMethod", key.id)
            for key in self.datasets
            if key.kind is DatasetKind.PROCESS
        }
        for (entity, id_), place in self.others.items():
            if entity != "ImpactMethod" or id_ in own:
                continue
            tree, _ = self.tree(place)
            name, listed = tree.get("name"), tree.get("impactCategories")
            for one in listed if isinstance(listed, list) else ():
                category = one.get("@id") if isinstance(one, dict) else None
                if isinstance(name, str) and name and isinstance(category, str):
                    found.setdefault(category, []).append(name)
        return {category: tuple(names) for category, names in found.items()}

    def category(self, value: Mapping[str, JsonValue]) -> str | None:
        """The path of a category of the package."""
        steps: list[str] = []
        above = value.get("@id")
        seen: set[str] = set()
        while isinstance(above, str) and above in self.categories and above not in seen:
            seen.add(above)
            name, above = self.categories[above]
            if name:
                steps.append(name)
        # Where the upper ones are missing, the reference may tell the path itself.
        if not steps or isinstance(value.get("categoryPath"), list):
            return None
        return "/".join(reversed(steps))

    def exchange_number(self, process: str, exchange: object) -> int | None:
        """The number of an exchange that another entity points to: schema 1 does so by an id."""
        told = exchange.get("internalId") if isinstance(exchange, dict) else None
        if isinstance(told, int) and not isinstance(told, bool):
            return told
        id_ = exchange.get("@id") if isinstance(exchange, dict) else None
        places = [
            p for key, p in self.datasets.items() if key.kind is DatasetKind.PROCESS and key.id == process
        ]
        if not places or not isinstance(id_, str):
            return None
        raw = document(self.shelf.read(places[0].name))
        raw = raw[places[0].number] if isinstance(raw, list) and places[0].number is not None else raw
        exchanges = raw.get("exchanges") if isinstance(raw, dict) else None
        return number_exchanges(exchanges).get(id_) if isinstance(exchanges, list) else None

    def tree(self, place: Place) -> tuple[Tree, Upgrade]:
        """An entity with the names of schema 2."""
        found = document(self.shelf.read(place.name))
        if place.number is not None:
            assert isinstance(found, list)
            found = found[place.number]
        assert isinstance(found, dict)
        upgrade = Upgrade(self.version == 2, self.category)
        return upgrade.run(place.entity, found), upgrade


def detect(shelf: Shelf) -> Evidence | None:
    """Whether the files are entities of openLCA; by what stands in them."""
    names = shelf.names
    for name in names:
        last = name.rpartition("/")[2]
        if last == tables.SCHEMA_FILE and b'"version"' in shelf.head(name):
            return Evidence(3, (name,))
        if last == tables.CONTEXT_FILE and _VOCABULARY in shelf.head(name):
            return Evidence(3, (name, "http://openlca.org/schema"))
    # What another format carries beside its data sets does not make it openLCA's.
    own = (name for name in names if _BESIDE not in name.split("/"))
    for name in [name for name in own if name.lower().endswith((".json", ".json.gz"))][:_LOOKED_AT]:
        if _TYPE not in unpacked(shelf.head(name), whole=False):
            continue
        try:
            found = document(shelf.read(name))
        except GatewayError:
            continue
        first = found[0] if isinstance(found, list) and found else found
        if isinstance(first, dict) and first.get("@type") in tables.FOLDERS and "@id" in first:
            return Evidence(3, (name, f"@type {first['@type']}", "@id"))
    return None


def open_contents(shelf: Shelf) -> Contents:
    """Look through a package once; nothing but ids, codes and categories is kept.

    Raises:
        InputError: a package of one file, which cannot be read.
    """
    contents = Contents(shelf)
    names = shelf.names
    for name in names:
        if name.rpartition("/")[2] == tables.SCHEMA_FILE:
            contents.version = _version(contents, name)
    for name in names:
        if name.rpartition("/")[2] not in (tables.SCHEMA_FILE, tables.CONTEXT_FILE, "meta.info"):
            _look(contents, name, is_only=len(names) == 1)
    if len(names) == 1 and contents.version == 1:
        contents.version = _guessed_version(contents)
    _tell_others(contents)
    return contents


def _tell_others(contents: Contents) -> None:
    """Entities that become no data set, by their kind: only openLCA packages have a place for them."""
    counts: dict[str, int] = {}
    for entity, _ in contents.others:
        if entity not in _UNDERSTOOD:
            counts[entity] = counts.get(entity, 0) + 1
    for entity, count in sorted(counts.items()):
        found = Finding("openlca.passed-on", entity, str(count), Severity.INFO, params={"entity": entity})
        contents.findings.append(found)


def _look(contents: Contents, name: str, *, is_only: bool) -> None:
    """Take one file into the index."""
    head = contents.shelf.head(name)[:4]
    gzipped = head.startswith(_GZIP)
    if not gzipped and head.removeprefix(_BOM).lstrip()[:1] not in (b"{", _ARRAY):
        _not_json(contents, name)
        return
    try:
        data = contents.shelf.read(name)
        found = document(data)
    except GatewayError as error:
        if is_only:
            raise
        if _is_dataset_folder(name):
            for one in flatten(error):
                at = f"{name} {one.path}".rstrip()
                contents.findings.append(Finding(one.error_code, at, one.saw, params=one.params))
        contents.files.append(name)
        return
    if _entities(found):
        if gzipped:
            contents.found("openlca.gzip-member", name)
        if data.startswith(_BOM):
            contents.found("openlca.byte-order-mark", name, "U+FEFF")
    _index(contents, name, found)


def _guessed_version(contents: Contents) -> int:
    """A single file has nobody who says its schema: schema 1 gives every entity its context."""
    return 1 if b"@context" in contents.shelf.head(contents.shelf.names[0]) else 2


def document(data: bytes) -> JsonValue:
    """The JSON of a file that may be gzipped.

    Raises:
        InputError: it is none, or unpacks to more than 256 MiB.
    """
    return json_door.parse(unpacked(data))


def unpacked(data: bytes, *, whole: bool = True) -> bytes:
    """The bytes behind a gzip member; others as they are. ``whole``: False lets it end early."""
    if not data.startswith(_GZIP):
        return data
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = inflater.decompress(data, _MAX_UNPACKED)
    except zlib.error as error:
        raise InputError("gzip", code="openlca.broken-gzip") from error
    if whole and not inflater.eof:
        raise InputError("gzip", code="openlca.broken-gzip")
    return found


def _not_json(contents: Contents, name: str) -> None:
    if name.lower().endswith(".json") and _is_dataset_folder(name):
        contents.found("openlca.no-json", name, severity=Severity.ERROR)
    contents.files.append(name)


def _is_dataset_folder(name: str) -> bool:
    folder = name.rpartition("/")[0].rpartition("/")[2].replace("_", "").casefold()
    spelt = {value.replace("_", "") for value in tables.FOLDERS.values()}
    return folder in spelt or folder in {entity.casefold() for entity in tables.FOLDERS}


def _version(contents: Contents, name: str) -> int:
    try:
        found = document(contents.shelf.read(name))
    except GatewayError:
        found = None
    told = found.get("version") if isinstance(found, dict) else None
    if isinstance(told, int) and not isinstance(told, bool):
        if told not in (1, 2):
            contents.found("openlca.unknown-version", name, str(told))
        return told if told in (1, 2) else 2
    contents.found("openlca.unknown-version", name, str(told))
    return 2


def _entities(found: JsonValue) -> bool:
    first = found[0] if isinstance(found, list) and found else found
    return isinstance(first, dict) and first.get("@type") in (*tables.FOLDERS, "Category")


def _index(contents: Contents, name: str, found: JsonValue) -> None:
    is_list = isinstance(found, list)
    items = found if isinstance(found, list) else [found]
    if not _entities(found):
        if _is_dataset_folder(name):
            told = found.get("@type") if isinstance(found, dict) else type(found).__name__
            contents.found("openlca.unknown-entity", name, str(told))
        contents.files.append(name)
        return
    for number, item in enumerate(items):
        entity = item.get("@type") if isinstance(item, dict) else None
        place = Place(name, str(entity), number if is_list else None)
        if isinstance(item, dict) and (entity in tables.FOLDERS or entity == "Category"):
            _entity(contents, item, place)
        else:
            contents.found("openlca.unknown-entity", place.shown, str(entity))
    only = found.get("@type") if isinstance(found, dict) else None
    if only is not None and str(only) not in (*tables.KINDS, "Category"):
        contents.files.append(name)


def _entity(contents: Contents, item: Mapping[str, JsonValue], place: Place) -> None:
    id_ = item.get("@id")
    if not isinstance(id_, str) or not id_:
        contents.found("openlca.no-id", place.shown, str(id_), Severity.ERROR)
        return
    if place.entity == "Category":
        above = item.get("category")
        upper = above.get("@id") if isinstance(above, dict) else None
        name = item.get("name")
        contents.categories[id_] = (name if isinstance(name, str) else "", str(upper or ""))
        return
    if place.entity == "Location" and isinstance(item.get("code"), str) and item["code"]:
        contents.locations[id_] = str(item["code"])
    kind = tables.KINDS.get(place.entity)
    if kind is None:
        contents.others[place.entity, id_] = place
        return
    own = id_.lower() if tables.UUID.fullmatch(id_.lower()) else id_
    if own is id_ and not tables.UUID.fullmatch(id_):
        contents.found("openlca.id-no-uuid", place.shown, id_)
    version = item.get("version")
    key = Key(kind, own, version if isinstance(version, str) else "")
    if key in contents.datasets:
        contents.found("openlca.two-of-one-key", place.shown, own, Severity.ERROR)
        return
    contents.datasets[key] = place


def open_bundle(shelf: Shelf, context: Context) -> IndexedBundle[Place]:
    """The data sets of a package, each parsed when it is asked for.

    Raises:
        InputError: see ``open_contents``.
    """
    contents = open_contents(shelf)

    def load(key: Key, place: Place) -> DatasetReading:
        from gateway.formats.openlca.reader import read_entity

        return read_entity(contents, key, place)

    return IndexedBundle(
        contents.datasets, load, shelf=shelf, files=contents.files, findings=tuple(contents.findings)
    )


def notes_of(upgrade: Upgrade, place: Place) -> Iterator[Note]:
    """The upgrade's notes, with the file they stand in."""
    for note in upgrade.notes:
        yield Note(note.code, f"{place.name}#{note.path}", Fate.MENDED, note.value, note.written)
