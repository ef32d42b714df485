"""A package of EcoSpold 2 with its master data: what activities tell, and what the lists tell more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import unescape

from gateway.codec.base import Evidence
from gateway.codec.datasets import Bundle, DatasetReading, IndexedBundle, unreadable
from gateway.codec.shelf import Shelf
from gateway.errors import GatewayError, InputError
from gateway.formats.ecospold.detect import documents, evidence
from gateway.formats.ecospold.masters import LISTS, MASTER, NAMESPACE, dataset_of, tree_of
from gateway.formats.ecospold.measures import flow_property, property_of, unit_group
from gateway.formats.ecospold.spans import Document, padding, survey
from gateway.formats.ecospold.two_bundle import Source
from gateway.model.dataset import Dataset, DatasetKind, Key
from gateway.model.sources import Contact
from gateway.report import Finding, Severity

_ROOTS: Final = frozenset(LISTS)
_UNIT: Final = re.compile(rb"<(?:[\w.-]+:)?unitName\b[^>]*>([^<]*)<")
_ENTRIES: Final = frozenset(one.entry for one in LISTS.values())


@dataclass(frozen=True, slots=True)
class Entry:
    """Which entry of which list."""

    file: str
    number: int

    def __str__(self) -> str:
        return f"{self.file}#{self.number + 1}"


def detect(shelf: Shelf) -> Evidence | None:
    """EcoSpold 2 by its namespace, whatever a file is called; a package may be lists only."""
    found = evidence(shelf, NAMESPACE)
    if found is not None:
        return found
    lists = documents(shelf, NAMESPACE, _ROOTS)
    return Evidence(3, (f'xmlns="{NAMESPACE}"', *lists[:3])) if lists else None


def open_package(shelf: Shelf) -> Bundle:
    """The activities of a package, and the data sets that its lists hold."""
    source = Source(shelf)
    files = documents(shelf, NAMESPACE, _ROOTS)
    if not files:
        return source.bundle()
    lists = _Lists(shelf, files)
    own = source.bundle()
    index: dict[Key, Entry | None] = dict.fromkeys(own.keys)
    for key, place in lists.places.items():
        index.setdefault(key, place)

    def load(key: Key, place: Entry | None) -> DatasetReading:
        if place is not None:
            return lists.read(key, place)
        found = own.read(key)
        return lists.completed(key, found) if key in lists.places else found

    others = [name for name in own.files if name not in files]
    findings = [*own.findings, *lists.findings]
    return IndexedBundle(index, load, shelf=shelf, files=others, findings=findings)


class _Lists:
    """The lists of a package that hold data sets."""

    def __init__(self, shelf: Shelf, files: tuple[str, ...]) -> None:
        self.shelf = shelf
        self.places: dict[Key, Entry] = {}
        self.roots: dict[str, str] = {}
        self.findings: list[Finding] = []
        self.surveyed: dict[str, Document] = {}
        for name in files:
            try:
                self._survey(name)
            except GatewayError as error:
                self.findings.append(unreadable(error, name))

    def _survey(self, name: str) -> None:
        watch = _Watch()
        document = survey(self.shelf.read(name), _ENTRIES, watch)
        self.findings += padding(document, name)
        self.roots[name] = document.root.rpartition(":")[2]
        # All of them are kept: activities name flows and persons of all lists by turns.
        self.surveyed[name] = document
        kind = LISTS[self.roots[name]].kind
        for number, id_ in enumerate(watch.ids):
            key = Key(kind, id_)
            if not id_ or key in self.places:
                self.findings.append(
                    Finding("ecospold.listed-twice", f"{name}#{number + 1}", id_, Severity.WARNING)
                )
                continue
            self.places[key] = Entry(name, number)
        if kind is DatasetKind.FLOW:
            self._units(document, name)

    def _units(self, document: Document, name: str) -> None:
        """What the units of flows measure are data sets, too."""
        told = {unescape(found.decode()).strip() for found in _UNIT.findall(document.text)}
        place = Entry(name, 0)
        for value in (value for unit in sorted(told) for value in property_of(unit)):
            found = flow_property(str(value.flow_property.uuid))
            if found is not None:
                self.places.setdefault(Key(DatasetKind.FLOW_PROPERTY, found.id), place)
                group = Key(DatasetKind.UNIT_GROUP, str(found.unit_group.uuid))
                self.places.setdefault(group, place)

    def _dataset(self, document: Document, name: str, number: int) -> Dataset:
        entry = next(iter(document.element(document.spans[number])))
        return dataset_of(tree_of(entry), LISTS[self.roots[name]])

    def read(self, key: Key, place: Entry) -> DatasetReading:
        """One data set of a list."""
        found: Dataset | None
        if key.kind is DatasetKind.FLOW_PROPERTY:
            found = flow_property(key.id)
        elif key.kind is DatasetKind.UNIT_GROUP:
            found = unit_group(key.id)
        else:
            found = self._dataset(self.surveyed[place.file], place.file, place.number)
        if found is None:
            raise InputError(key.id, code="dataset.not-here", kind=key.kind.value)
        return DatasetReading(found, str(place))

    def completed(self, key: Key, told: DatasetReading) -> DatasetReading:
        """A data set that activities tell, with what its list tells more; what both tell stays theirs."""
        if key.kind not in (DatasetKind.FLOW, DatasetKind.CONTACT):
            return told
        listed = self.read(key, self.places[key]).dataset
        changes: dict[str, object] = {}
        for name in type(told.dataset).model_fields:
            own, more = getattr(told.dataset, name), getattr(listed, name)
            if name != "extras" and own in (None, ()) and more not in (None, ()):
                changes[name] = more
        extras = {**listed.extras, **told.dataset.extras}
        return DatasetReading(
            told.dataset.model_copy(update={**changes, "extras": extras}),
            told.place,
            told.notes,
            told.findings,
        )


class _Watch:
    """Takes the ids of entries down while a list is surveyed."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.is_open = False

    def __call__(self, tag: str, attributes: Mapping[str, str]) -> None:
        if not tag:
            self.is_open = False
        elif not self.is_open:
            self.is_open = True
            self.ids.append(attributes.get("id", ""))


def has_more(dataset: Dataset) -> bool:
    """Whether a data set says what only a list has a place for."""
    if isinstance(dataset, Contact) and dataset.is_person is not None:
        return True
    return bool(dataset.documents) or any(f"/{MASTER}/" in key for key in dataset.extras)
