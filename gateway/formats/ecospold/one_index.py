"""EcoSpold 1: what data sets a package has, found while its documents are surveyed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from gateway.codec.xmlstructure import Content, structure
from gateway.formats.ecospold.bind import Tree
from gateway.formats.ecospold.groups import Group
from gateway.formats.ecospold.ids import new_id
from gateway.formats.ecospold.measures import data_sets_of
from gateway.formats.ecospold.one_flows import KEYS, Attributes, FlowTable
from gateway.formats.ecospold.one_tree import FAMILY, apart_id, languages_of, process_id
from gateway.model.dataset import DatasetKind, Key
from gateway.report import Finding, Severity

# Elements whose text says what an exchange is.
GROUPS: Final = frozenset({"inputGroup", "outputGroup"})
_SPACE: Final = " \t\r\n"
_NAMES: Final = tuple(key[1:] for key in KEYS)
_BUILT: Final = KEYS.index("@infrastructureProcess")
_WHERE: Final[Mapping[str, tuple[str, ...]]] = {
    "referenceFunction": ("metaInformation", "processInformation", "referenceFunction"),
    "geography": ("metaInformation", "processInformation", "geography"),
    "dataSetInformation": ("metaInformation", "processInformation", "dataSetInformation"),
    "exchange": ("flowData", "exchange"),
    "source": ("metaInformation", "modellingAndValidation", "source"),
    "person": ("metaInformation", "administrativeInformation", "person"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Which data set of which file."""

    file: str
    number: int

    def __str__(self) -> str:
        return f"{self.file}#{self.number + 1}"


@dataclass(slots=True)
class Index:
    """What data sets there are, and in which data set of which file each is first told.

    Of flows, sources and persons it holds what is first told of them: to read them, no data set is read.
    """

    places: dict[Key, Place] = field(default_factory=dict)
    ids: dict[Place, str] = field(default_factory=dict)
    flows: FlowTable = field(default_factory=FlowTable)
    apart: dict[str, Tree] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, kind: DatasetKind, id_: str, place: Place) -> None:
        """A data set that is told in a place."""
        self.places.setdefault(Key(kind, id_), place)

    def add_unit(self, unit: str, place: Place) -> None:
        """The data sets that come with a unit."""
        for key in data_sets_of(unit):
            self.add(key.kind, key.id, place)


@dataclass(slots=True)
class _New:
    """A flow that an exchange tells first, with the groups that stand in the exchange."""

    attributes: Attributes
    groups: dict[str, str | None] = field(default_factory=dict)

    def group(self) -> Group | None:
        """As the exchange is read: of two, which the format forbids, the first."""
        for name, is_input in (("inputGroup", True), ("outputGroup", False)):
            code = self.groups.get(name)
            if code is not None and (group := Group(is_input, code.strip(_SPACE))).name is not None:
                return group
        return None


class Watch:
    """Makes the index while a document is surveyed."""

    def __init__(self, index: Index, file: str) -> None:
        self.index = index
        self.file = file
        self.place = Place(file, -1)
        self.numbers: list[str] = []
        self.units: set[str] = set()
        self.function: Tree = {}
        self.about: Tree | None = None
        self.location = ""
        self.twins: dict[str, int] = {}
        self.seen: set[Attributes] = set()
        self.new: dict[str, _New] = {}
        self.open: _New | None = None

    def __call__(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins; "": a data set ends."""
        if tag in GROUPS:
            return
        if tag == "exchange":
            self._exchange(attributes)
        elif tag == "dataset":
            self.numbers.append(attributes.get("number", ""))
            self.place = Place(self.file, len(self.numbers) - 1)
            self.function, self.about, self.location = {}, None, ""
        elif tag == "referenceFunction":
            self.function = _read(tag, attributes)
        elif tag == "dataSetInformation":
            self.about = self.about or _read(tag, attributes)
        elif tag == "geography":
            self.location = _read(tag, attributes).get("@location", "")
        elif tag in ("source", "person"):
            told = _read(tag, attributes)
            told.pop("@number", None)
            kind = DatasetKind.SOURCE if tag == "source" else DatasetKind.CONTACT
            id_ = apart_id(tag, told)
            self.index.add(kind, id_, self.place)
            self.index.apart.setdefault(id_, told)
        elif not tag:
            self._end()

    def group(self, name: str, text: str | None) -> None:
        """The text of a group of an exchange; None: it is no plain text."""
        if self.open is not None:
            self.open.groups[name] = None if name in self.open.groups else text

    def _exchange(self, told: Mapping[str, str]) -> None:
        self.open = None
        attributes = tuple(map(told.get, _NAMES))
        if attributes in self.seen:
            return
        self.seen.add(attributes)
        built = attributes[_BUILT]
        if built is not None and built != built.strip(_SPACE):
            # The only one of them whose white space means nothing: as in a tree.
            attributes = (*attributes[:_BUILT], built.strip(_SPACE), *attributes[_BUILT + 1 :])
        id_ = self.index.flows.id(attributes)
        self.index.add(DatasetKind.FLOW, id_, self.place)
        if id_ not in self.index.flows.first and id_ not in self.new:
            self.open = self.new[id_] = _New(attributes)
        self._unit(told.get("unit", ""))

    def _unit(self, unit: str) -> None:
        if unit not in self.units:
            self.units.add(unit)
            self.index.add_unit(unit, self.place)

    def _end(self) -> None:
        id_ = process_id(self.function, self.location)
        count = self.twins[id_] = self.twins.get(id_, 0) + 1
        if count > 1 or Key(DatasetKind.PROCESS, id_) in self.index.places:
            name = self.function.get("@name", "")
            self.index.findings.append(
                Finding("ecospold.process-twice", str(self.place), name, Severity.WARNING)
            )
            id_ = new_id("process", id_, self.file, self.numbers[-1], str(self.place.number))
        self.index.add(DatasetKind.PROCESS, id_, self.place)
        self.index.ids[self.place] = id_
        languages = languages_of(self.about or {})
        for flow, new in self.new.items():
            if None not in new.groups.values():
                self.index.flows.first[flow] = (languages, new.group(), new.attributes)
        self.new = {}
        self.open = None


def _read(tag: str, attributes: Mapping[str, str]) -> Tree:
    """The attributes of an element as in a tree: without white space that means nothing."""
    found: Tree = {}
    for name, value in attributes.items():
        if value[:1] in _EDGES or value[-1:] in _EDGES:
            attribute = _content(tag).attributes.get(name)
            if attribute is not None and (attribute.check.collapses or attribute.check.listed):
                value = value.strip(_SPACE)  # noqa: PLW2901 - the same value
        found[f"@{name}"] = value
    return found


_EDGES: Final = frozenset((*_SPACE, ""))


@cache
def _content(tag: str) -> Content:
    found = structure("process", family=FAMILY).content.keys["dataset"].content
    for step in _WHERE[tag]:
        assert found is not None
        found = found.keys[step].content
    assert found is not None
    return found
