"""EcoSpold 1: impact documents of a package, beside its processes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from gateway.codec.base import Evidence
from gateway.codec.datasets import Bundle, DatasetReading, IndexedBundle, unreadable
from gateway.codec.shelf import Shelf
from gateway.codec.xmlstructure import structure
from gateway.codec.xmltree import read_element
from gateway.errors import GatewayError, InputError
from gateway.formats.ecospold.bind import Tree
from gateway.formats.ecospold.detect import documents, evidence
from gateway.formats.ecospold.ids import new_id
from gateway.formats.ecospold.measures import flow_property, unit_group
from gateway.formats.ecospold.method_reader import MethodReader, OneMethod, method_id
from gateway.formats.ecospold.one_bundle import NAMESPACE, Source
from gateway.formats.ecospold.one_index import Index, Place, _read
from gateway.formats.ecospold.one_tree import FAMILY, apart_id, flow_id
from gateway.formats.ecospold.spans import Document, padding, survey
from gateway.model.dataset import Dataset, DatasetKind, Key
from gateway.model.inventory import Flow
from gateway.report import Finding, Severity

IMPACTS: Final = "http://www.EcoInvent.org/EcoSpold01Impact"
_NAMES: Final = frozenset({"dataset"})
_TOLD: Final = frozenset({"exchange", "referenceFunction", "geography", "source", "person"})


def detect(shelf: Shelf) -> Evidence | None:
    """EcoSpold 1 by its namespaces, whatever a file is called."""
    return evidence(shelf, NAMESPACE) or evidence(shelf, IMPACTS)


def open_package(shelf: Shelf) -> Bundle:
    """The processes and impact categories of a package."""
    found = documents(shelf, IMPACTS)
    processes = Source(shelf)
    if not found:
        return processes.bundle()
    methods = _Impacts(shelf, found, processes)
    index = {**methods.index.places, **processes.index.places}
    order = {key: index[key] for key in (*processes.index.places, *methods.index.places)}

    def load(key: Key, place: Place) -> DatasetReading:
        return (methods if place.file in found else processes).load(key, place)

    files = [name for name in shelf.names if name not in found and name not in processes.files]
    findings = [*processes.index.findings, *methods.index.findings]
    return IndexedBundle(order, load, shelf=shelf, files=files, findings=findings)


class _Impacts:
    """The impact documents of a package with their data sets."""

    def __init__(self, shelf: Shelf, files: tuple[str, ...], processes: Source) -> None:
        self.shelf = shelf
        self.processes = processes
        self.index = Index()
        self.surveyed: dict[str, Document] = {}
        self.read_in: dict[Key, Dataset] = {}
        for name in files:
            try:
                document = survey(shelf.read(name), _NAMES, _Watch(self.index, name))
                self.surveyed = {name: document}
                self.index.findings += padding(document, name)
            except GatewayError as error:
                self.index.findings.append(unreadable(error, name))

    def load(self, key: Key, place: Place) -> DatasetReading:
        """One data set, from where it is first told."""
        found: Dataset | None
        if key.kind is DatasetKind.METHOD:
            return self._method(place)
        if key.kind is DatasetKind.FLOW_PROPERTY:
            found = flow_property(key.id)
        elif key.kind is DatasetKind.UNIT_GROUP:
            found = unit_group(key.id)
        else:
            if key not in self.read_in:
                self._method(place)
            found = self.read_in.get(key)
        if found is None:
            raise InputError(key.id, code="dataset.not-here", kind=key.kind.value)
        return DatasetReading(found, str(place))

    def _method(self, place: Place) -> DatasetReading:
        if place.file not in self.surveyed:
            self.surveyed = {place.file: survey(self.shelf.read(place.file), _NAMES)}
        document = self.surveyed[place.file]
        span = document.spans[place.number]
        tree = read_element(document.element(span), structure("impact", family=FAMILY))
        nodes = tree.root["dataset"]
        assert isinstance(nodes, list)
        reader = MethodReader(self.index.ids[place], self._known)
        reader.extras = _beside(tree.root, tree.namespaces)
        one = reader.read(nodes[0], f"{place} (line {span.line})")  # type: ignore[arg-type]  # a data set is no text
        self._remember(one)
        findings = tuple(
            Finding(f.code, f"{place.file}: {f.at}", f.saw, f.severity, f.per, f.params)
            for f in tree.findings
        )
        return DatasetReading(one.method, str(place), (*tree.notes, *one.notes), (*findings, *one.findings))

    def _remember(self, one: OneMethod) -> None:
        for kind, datasets in (
            (DatasetKind.FLOW, one.flows),
            (DatasetKind.SOURCE, one.sources),
            (DatasetKind.CONTACT, one.contacts),
        ):
            for id_, dataset in datasets.items():
                self.read_in.setdefault(Key(kind, id_), dataset)

    def _known(self, id_: str, own: Flow) -> Flow:
        """The flow as the package has it: of a process, if one has it."""
        key = Key(DatasetKind.FLOW, id_)
        place = self.processes.index.places.get(key)
        found = self.processes.load(key, place).dataset if place is not None else self.read_in.get(key)
        return found if isinstance(found, Flow) else own


def _beside(root: Mapping[str, object], namespaces: Mapping[str, str]) -> dict[str, str]:
    """What a document says beside its data sets."""
    found = {f"{FAMILY}#/~root/{k}": v for k, v in root.items() if k[0] == "@" and isinstance(v, str)}
    if namespaces:
        found[f"{FAMILY}#/~namespaces"] = json.dumps(dict(namespaces), sort_keys=True)
    return found


class _Watch:
    """Makes the index while a document is surveyed."""

    def __init__(self, index: Index, file: str) -> None:
        self.index, self.file = index, file
        self.number = -1
        self.function: Tree = {}
        self.location = ""

    @property
    def place(self) -> Place:
        return Place(self.file, self.number)

    def __call__(self, tag: str, attributes: Mapping[str, str]) -> None:
        told = _read(tag, attributes) if tag in _TOLD else {}
        if tag == "exchange":
            self.index.add(DatasetKind.FLOW, flow_id(told), self.place)
            self.index.add_unit(told.get("@unit", ""), self.place)
        elif tag == "dataset":
            self.number += 1
            self.function, self.location = {}, ""
        elif tag == "referenceFunction":
            self.function = told
        elif tag == "geography":
            self.location = told.get("@location", "")
        elif tag in ("source", "person"):
            kind = DatasetKind.SOURCE if tag == "source" else DatasetKind.CONTACT
            told.pop("@number", None)
            self.index.add(kind, apart_id(tag, told), self.place)
        elif not tag:
            self._end()

    def _end(self) -> None:
        id_ = method_id(self.function, self.location)
        if Key(DatasetKind.METHOD, id_) in self.index.places:
            name = self.function.get("@name", "")
            finding = Finding("ecospold.process-twice", str(self.place), name, Severity.WARNING)
            self.index.findings.append(finding)
            id_ = new_id("impact-method", id_, self.file, str(self.number))
        self.index.add(DatasetKind.METHOD, id_, self.place)
        self.index.ids[self.place] = id_
