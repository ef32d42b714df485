"""EcoSpold 2: the data sets of a package, found in one pass over each file and read one at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import unescape

from lxml import etree

from gateway.codec.datasets import DatasetReading, IndexedBundle, unreadable
from gateway.codec.shelf import Shelf
from gateway.codec.xmlstructure import structure
from gateway.codec.xmltree import XmlTree, read_element
from gateway.errors import GatewayError, InputError
from gateway.formats.ecospold.bind import Tree, extras_of
from gateway.formats.ecospold.detect import documents
from gateway.formats.ecospold.ids import fixed, new_id
from gateway.formats.ecospold.measures import data_sets_of, flow_property, unit_group
from gateway.formats.ecospold.one_exchanges import converted_spreads
from gateway.formats.ecospold.spans import Document, padding, survey
from gateway.formats.ecospold.two_flows import Told
from gateway.formats.ecospold.two_reader import FAMILY, Reader, Two
from gateway.frontdoor import xml as xml_door
from gateway.model.dataset import Dataset, DatasetKind, Key
from gateway.model.inventory import Flow
from gateway.model.sources import Contact
from gateway.report import Finding, Severity

NAMESPACE: Final = "http://www.EcoInvent.org/EcoSpold02"
CHILD: Final = "childActivityDataset"
_NAMES: Final = frozenset({"activityDataset", CHILD})
_PEOPLE: Final = {
    "dataEntryBy": "personId",
    "dataGeneratorAndPublication": "personId",
    "review": "reviewerId",
}
_KEPT: Final = 20_000

# The names of an exchange, then those of its unit, as they stand in a document.
_UNIT_NAMES: Final = re.compile(
    rb"<(?:[\w.-]+:)?(?:intermediate|elementary)Exchange\b[^>]*>"
    rb"(?:\s*<(?:[\w.-]+:)?name\b[^<]*<[^<]*>)*((?:\s*<(?:[\w.-]+:)?unitName\b[^<]*<[^<]*>)+)"
)
_UNIT_NAME: Final = re.compile(rb"unitName\b([^>]*)>([^<]*)<")
_ENGLISH: Final = re.compile(rb"""xml:lang\s*=\s*["']en["']""")


@dataclass(frozen=True, slots=True)
class Place:
    """Which data set of which file."""

    file: str
    number: int

    def __str__(self) -> str:
        return self.file if not self.number else f"{self.file}#{self.number + 1}"


@dataclass(slots=True)
class Index:
    """What data sets there are, and in which data set of which file each is first told."""

    places: dict[Key, Place] = field(default_factory=dict)
    ids: dict[Place, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, kind: DatasetKind, id_: str, place: Place) -> None:
        """A data set that is told in a place."""
        if id_:
            self.places.setdefault(Key(kind, id_), place)

    def add_unit(self, unit: str, place: Place) -> None:
        """The data sets that come with a unit."""
        for key in data_sets_of(unit):
            self.add(key.kind, key.id, place)


class Source:
    """The files of a package with their data sets."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.files = documents(shelf, NAMESPACE)
        self.index = Index()
        self.surveyed: dict[str, Document] = {}
        self.read_in: dict[Key, Dataset] = {}
        self.flows: dict[str, Told] = {}
        for name in self.files:
            self._survey(name)

    def bundle(self) -> IndexedBundle[Place]:
        """The bundle over these files."""
        others = [name for name in self.shelf.names if name not in self.files]
        return IndexedBundle(
            self.index.places, self.load, shelf=self.shelf, files=others, findings=self.index.findings
        )

    def _survey(self, name: str) -> None:
        try:
            document = survey(self.shelf.read(name), _NAMES, _Watch(self.index, name))
        except GatewayError as error:
            self.index.findings.append(unreadable(error, name))
            return
        self.index.findings += padding(document, name)
        self._units(name, document.text)
        if len(self.files) == 1:
            self.surveyed[name] = document

    def _units(self, name: str, text: bytes) -> None:
        """What the units measure that are not among the format's own."""
        told = {
            unit
            for group in set(_UNIT_NAMES.findall(text))
            for lang, unit in _UNIT_NAME.findall(group)
            if not lang.strip() or _ENGLISH.search(lang)
        }
        for unit in sorted(unescape(one.decode()).strip() for one in told):
            self.index.add_unit(unit, Place(name, 0))

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
        return DatasetReading(found, str(place))

    def _process(self, place: Place) -> DatasetReading:
        document = self._document(place.file)
        span = document.spans[place.number]
        element = _whole(document) if len(document.spans) == 1 else document.element(span)
        tree = read_element(element, structure("dataset", family=FAMILY))
        where = f"{place} (line {span.line})"
        two = read(tree, self.index.ids[place], self._flow, self._contact, where, self.flows)
        self._remember(two)
        findings = tuple(
            Finding(f.code, f"{place.file}: {f.at}", f.saw, f.severity, f.per, f.params)
            for f in tree.findings
        )
        notes = (*tree.notes, *converted_spreads(two.process))
        return DatasetReading(two.process, str(place), notes, (*findings, *two.findings))

    def _remember(self, two: Two) -> None:
        if len(self.read_in) > _KEPT:
            self.read_in.clear()
        for id_, flow in two.flows.items():
            self.read_in.setdefault(Key(DatasetKind.FLOW, id_), flow)
        for id_, contact in two.contacts.items():
            self.read_in.setdefault(Key(DatasetKind.CONTACT, id_), contact)

    def _flow(self, id_: str, own: Flow) -> Flow:
        found = self.read_in.get(Key(DatasetKind.FLOW, id_))
        return found if isinstance(found, Flow) else own

    def _contact(self, id_: str, own: Contact) -> Contact:
        found = self.read_in.get(Key(DatasetKind.CONTACT, id_))
        return found if isinstance(found, Contact) else own


def _whole(document: Document) -> etree._Element:
    return xml_door.parse(document.text)


def read(
    tree: XmlTree,
    id_: str,
    flow: Callable[[str, Flow], Flow],
    contact: Callable[[str, Contact], Contact],
    at: str,
    flows: dict[str, Told] | None = None,
) -> Two:
    """The one data set of a document."""
    root = dict(tree.root)
    name = next(key for key in ("activityDataset", CHILD) if key in root)
    node = root.pop(name)[0]  # type: ignore[index]  # always a list
    reader = Reader(id_, flow, contact, flows)
    reader.extras = document_extras(root, tree.namespaces, is_child=name == CHILD)
    return reader.read(node, at)  # type: ignore[arg-type]  # a data set is no text


def document_extras(root: Tree, namespaces: Mapping[str, str], *, is_child: bool) -> dict[str, str]:
    """What a document says beside its data sets."""
    found = {key.replace("#/", "#/~root/", 1): v for key, v in extras_of(root, FAMILY).items()}
    if namespaces:
        found[f"{FAMILY}#/~namespaces"] = json.dumps(dict(namespaces), sort_keys=True)
    if is_child:
        found[f"{FAMILY}#/~child"] = "true"
    return found


class _Watch:
    """Makes the index while a document is surveyed."""

    def __init__(self, index: Index, file: str) -> None:
        self.index = index
        self.file = file
        self.number = -1
        self.place = Place(file, -1)
        self.units: set[str] = set()
        self.named = {id_: name for name, id_ in fixed("unit").items()}

    def __call__(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _NAMES:
            self.number += 1
            self.place = Place(self.file, self.number)
        elif tag == "activity":
            self._activity(attributes)
        elif tag in ("intermediateExchange", "elementaryExchange"):
            self.index.add(DatasetKind.FLOW, attributes.get(f"{tag}Id", ""), self.place)
            self._unit(attributes.get("unitId", ""))
        elif tag in _PEOPLE:
            self.index.add(DatasetKind.CONTACT, attributes.get(_PEOPLE[tag], ""), self.place)
        elif not tag and self.place not in self.index.ids:
            self._activity({})

    def _activity(self, attributes: Mapping[str, str]) -> None:
        if self.place in self.index.ids:
            return
        told = attributes.get("id") or new_id("activity", self.file, str(self.number))
        id_ = told
        if Key(DatasetKind.PROCESS, id_) in self.index.places:
            finding = Finding("ecospold.process-twice", str(self.place), told, Severity.WARNING)
            self.index.findings.append(finding)
            id_ = new_id("activity", told, self.file, str(self.number))
        self.index.add(DatasetKind.PROCESS, id_, self.place)
        self.index.ids[self.place] = id_

    def _unit(self, id_: str) -> None:
        if id_ in self.units:
            return
        self.units.add(id_)
        self.index.add_unit(self.named.get(id_, ""), self.place)
