"""EcoSpold 1: the data sets of a package, found in one pass over each file and read one at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.codec.datasets import DatasetReading, IndexedBundle
from gateway.codec.shelf import Shelf
from gateway.codec.xmlstructure import structure
from gateway.codec.xmltree import read_element
from gateway.errors import GatewayError, InputError
from gateway.formats.ecospold.detect import documents
from gateway.formats.ecospold.ids import new_id
from gateway.formats.ecospold.measures import flow_property, property_of, unit_group
from gateway.formats.ecospold.one_reader import (
    FAMILY,
    One,
    Reader,
    converted_spreads,
    flow_id,
    process_id,
)
from gateway.formats.ecospold.spans import Document, survey
from gateway.model.dataset import Dataset, DatasetKind, Key
from gateway.model.inventory import Flow
from gateway.report import Finding, Severity

NAMESPACE: Final = "http://www.EcoInvent.org/EcoSpold01"
_NAMES: Final = frozenset({"dataset"})
_KEPT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Place:
    """Which data set of which file."""

    file: str
    number: int


@dataclass(slots=True)
class Index:
    """What data sets there are, and in which data set of which file each is first told."""

    places: dict[Key, Place] = field(default_factory=dict)
    ids: dict[Place, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, kind: DatasetKind, id_: str, place: Place) -> None:
        """A data set that is told in a place."""
        self.places.setdefault(Key(kind, id_), place)


class Source:
    """The files of a package with their data sets."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.files = documents(shelf, NAMESPACE)
        self.index = Index()
        self.surveyed: dict[str, Document] = {}
        self.read_in: dict[Key, Dataset] = {}
        for name in self.files:
            self._survey(name)
        self.processes = frozenset(key.id for key in self.index.places if key.kind is DatasetKind.PROCESS)

    def bundle(self) -> IndexedBundle[Place]:
        """The bundle over these files."""
        others = [name for name in self.shelf.names if name not in self.files]
        return IndexedBundle(
            self.index.places, self.load, shelf=self.shelf, files=others, findings=self.index.findings
        )

    def _survey(self, name: str) -> None:
        watch = _Watch(self.index, name)
        try:
            document = survey(self.shelf.read(name), _NAMES, watch)
        except GatewayError as error:
            self.index.findings.append(Finding(error.error_code, name, str(error)))
            return
        numbers: dict[str, int] = {}
        for number in watch.numbers:
            numbers[number] = numbers.get(number, 0) + 1
        for number, count in numbers.items():
            if count > 1:
                self.index.findings.append(Finding("ecospold.dataset-number-twice", name, number))
        if len(self.files) == 1:
            self.surveyed[name] = document

    def _document(self, name: str) -> Document:
        found = self.surveyed.get(name)
        if found is None:
            found = survey(self.shelf.read(name), _NAMES)
            self.surveyed = {name: found}
        return found

    def load(self, key: Key, place: Place) -> DatasetReading:
        """One data set, from where it is first told."""
        if key.kind is DatasetKind.FLOW_PROPERTY:
            found: Dataset | None = flow_property(key.id)
        elif key.kind is DatasetKind.UNIT_GROUP:
            found = unit_group(key.id)
        elif key.kind is DatasetKind.PROCESS:
            return self._process(place)
        else:
            if key not in self.read_in:
                self._process(place)
            found = self.read_in.get(key)
        if found is None:
            raise InputError(key.id, code="dataset.not-here", kind=key.kind.value)
        return DatasetReading(found, _place(place))

    def _process(self, place: Place) -> DatasetReading:
        document = self._document(place.file)
        span = document.spans[place.number]
        tree = read_element(document.element(span), structure("process", family=FAMILY))
        node = tree.root["dataset"]
        assert isinstance(node, list)
        where = f"{_place(place)} (line {span.line})"
        reader = Reader(self.index.ids[place], self._known, self.processes.__contains__)
        reader.extras = {
            f"{FAMILY}#/~root/{k}": v for k, v in tree.root.items() if k[0] == "@" and isinstance(v, str)
        }
        if tree.namespaces:
            reader.extras[f"{FAMILY}#/~namespaces"] = json.dumps(dict(tree.namespaces), sort_keys=True)
        one = reader.read(node[0], where)  # type: ignore[arg-type]  # a data set is no text
        self._remember(one)
        findings = tuple(
            Finding(f.code, f"{place.file}: {f.at}", f.saw, f.severity, f.per, f.params)
            for f in tree.findings
        )
        notes = (*tree.notes, *one.notes, *converted_spreads(one.process))
        return DatasetReading(one.process, _place(place), notes, (*findings, *one.findings))

    def _remember(self, one: One) -> None:
        if len(self.read_in) > _KEPT:
            self.read_in.clear()
        for kind, datasets in (
            (DatasetKind.FLOW, one.flows),
            (DatasetKind.SOURCE, one.sources),
            (DatasetKind.CONTACT, one.contacts),
        ):
            for id_, dataset in datasets.items():
                self.read_in.setdefault(Key(kind, id_), dataset)

    def _known(self, id_: str, own: Flow) -> Flow:
        found = self.read_in.get(Key(DatasetKind.FLOW, id_))
        return found if isinstance(found, Flow) else own


class _Watch:
    """Makes the index while a document is surveyed."""

    def __init__(self, index: Index, file: str) -> None:
        self.index = index
        self.file = file
        self.numbers: list[str] = []
        self.units: set[str] = set()
        self.function: Mapping[str, str] = {}
        self.location = ""
        self.twins: dict[str, int] = {}

    @property
    def place(self) -> Place:
        return Place(self.file, len(self.numbers) - 1)

    def __call__(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "exchange":
            entry = {f"@{name}": value for name, value in attributes.items()}
            self.index.add(DatasetKind.FLOW, flow_id(entry), self.place)
            self._unit(entry.get("@unit", ""))
        elif tag == "dataset":
            self.numbers.append(attributes.get("number", ""))
            self.function, self.location = {}, ""
        elif tag == "referenceFunction":
            self.function = {f"@{name}": value for name, value in attributes.items()}
        elif tag == "geography":
            self.location = attributes.get("location", "")
        elif tag in ("source", "person"):
            told = {f"@{n}": v for n, v in attributes.items() if n != "number"}
            kind = DatasetKind.SOURCE if tag == "source" else DatasetKind.CONTACT
            self.index.add(kind, new_id(tag, json.dumps(told, sort_keys=True)), self.place)
        elif not tag:
            self._end()

    def _unit(self, unit: str) -> None:
        """What a unit measures, and the group it is of, are data sets, too."""
        if unit in self.units:
            return
        self.units.add(unit)
        for value in property_of(unit):
            found = flow_property(str(value.flow_property.uuid))
            if found is not None:
                self.index.add(DatasetKind.FLOW_PROPERTY, found.id, self.place)
                self.index.add(DatasetKind.UNIT_GROUP, str(found.unit_group.uuid), self.place)

    def _end(self) -> None:
        id_ = process_id(self.function, self.location)
        count = self.twins[id_] = self.twins.get(id_, 0) + 1
        if count > 1 or Key(DatasetKind.PROCESS, id_) in self.index.places:
            name = self.function.get("@name", "")
            self.index.findings.append(
                Finding("ecospold.process-twice", _place(self.place), name, Severity.WARNING)
            )
            id_ = new_id("process", id_, self.file, self.numbers[-1], str(self.place.number))
        self.index.add(DatasetKind.PROCESS, id_, self.place)
        self.index.ids[self.place] = id_


def _place(place: Place) -> str:
    return f"{place.file}#{place.number + 1}"
