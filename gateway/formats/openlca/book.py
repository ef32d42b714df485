"""What a writer of openLCA packages knows of the whole: ids, units behind flows, places that are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.codec.base import Context
from gateway.codec.datasets import Bundle
from gateway.codec.jsonwrite import language
from gateway.errors import GatewayError, InputError
from gateway.formats.openlca import tables
from gateway.model.activity import Place
from gateway.model.base import LangText, Names
from gateway.model.dataset import DatasetKind, Key, Reference
from gateway.model.inventory import Flow, FlowKind, FlowProperty, UnitGroup
from gateway.model.process import Process, ProcessKind
from gateway.quantity import parse_unit

FLOW_TYPES: Final[Mapping[FlowKind, str]] = {
    FlowKind.ELEMENTARY: "ELEMENTARY_FLOW",
    FlowKind.PRODUCT: "PRODUCT_FLOW",
    FlowKind.WASTE: "WASTE_FLOW",
    # Other flows are what no other kind is; openLCA has three kinds and links products.
    FlowKind.OTHER: "PRODUCT_FLOW",
}


@dataclass(frozen=True, slots=True)
class Group:
    """A unit group: the ids of its units by name, and its reference unit."""

    units: Mapping[str, str]
    reference: str


@dataclass(frozen=True, slots=True)
class FlowFacts:
    """What references to a flow repeat of it."""

    name: str
    type: str
    category: str
    flow_property: Reference
    unit: str
    location: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with the property it measures."""

    name: str
    id: str
    flow_property: dict[str, Any]
    is_here: bool  # its group is in the bundle
    is_made: bool = False  # its property and group are made for it


@dataclass(slots=True)
class Book:
    """The package while it is written. Facts are learned once for each data set that others name."""

    bundle: Bundle
    context: Context
    places: dict[str, str] = field(default_factory=dict)  # codes by id
    has_pedigree: bool = False
    _groups: dict[str, Group | None] = field(default_factory=dict)
    _properties: dict[str, tuple[str, Reference] | None] = field(default_factory=dict)
    _flows: dict[str, FlowFacts | None] = field(default_factory=dict)
    _labels: dict[Key, str] = field(default_factory=dict)
    _found: dict[tuple[DatasetKind, object, object], Key | None] = field(default_factory=dict)
    _units: dict[tuple[object, object, object], Unit | None] = field(default_factory=dict)
    refused: set[Key] = field(default_factory=set)
    indicators: dict[str, tuple[str, str]] = field(default_factory=dict)  # name and unit, by category
    written: set[str] = field(default_factory=set)  # files that go with EPDs
    later: dict[str, str] = field(default_factory=dict)  # units of flows that tell none, by the flow's id

    _only_indicators: dict[str, str] | None = None

    def indicator_unit(self, flow: Flow) -> str | None:
        """The unit of a flow that only names an indicator of results; None for all other flows.

        Every process that references may lead to is asked, so that each part of a package says the same.
        """
        if flow.properties:
            return None
        if self._only_indicators is None:
            self._only_indicators = self._indicators_of_results()
        return self._only_indicators.get(flow.id)

    def _indicators_of_results(self) -> dict[str, str]:
        units: dict[str, str] = {}
        exchanged: set[str] = set()
        for key in self.bundle.everything:
            process = self._read(key) if key.kind is DatasetKind.PROCESS else None
            if not isinstance(process, Process):
                continue
            exchanged |= {str(one.flow.uuid).lower() for one in process.exchanges}
            if process.kind is ProcessKind.EPD:
                for result in process.results:
                    unit = result.unit if isinstance(result.unit, str) else ""
                    id_ = str(result.indicator.uuid).lower()
                    units[id_] = units.get(id_) or unit
        return {id_: unit for id_, unit in units.items() if id_ not in exchanged}

    def id(self, kind: DatasetKind, own: str) -> str:
        """The id of a data set in the package."""
        return tables.entity_id(tables.ENTITIES[kind], own)

    def find(self, kind: DatasetKind, reference: Reference) -> Key | None:
        """The data set of the bundle that is meant."""
        asked = (kind, reference.uuid, reference.version)
        if asked not in self._found:
            self._found[asked] = self.bundle.find(kind, reference)
        return self._found[asked]

    def reference(
        self, kind: DatasetKind, reference: Reference, pen: Pen | None = None, at: str = ""
    ) -> dict[str, Any] | None:
        """A reference with the label of what it names; None where it names nothing."""
        key = self.find(kind, reference)
        own = key.id if key is not None else reference.uuid
        if not isinstance(own, str):
            return None
        told: dict[str, Any] = {"@type": tables.ENTITIES[kind], "@id": self.id(kind, own)}
        if key is not None:
            label: str | None = self.label(key, reference)
        elif pen is not None:
            label = pen.text(reference.name, f"{at}/name")
        else:
            label = main_text(reference.name)
        if label:
            told["name"] = label
        return told

    def label(self, key: Key, reference: Reference) -> str:
        """The name of a data set, as a reference tells it, else as it tells itself."""
        found = main_text(reference.name)
        if found:
            return found
        if key not in self._labels:
            dataset = self._read(key)
            self._labels[key] = (main_text(dataset.name) if dataset is not None else None) or ""
        return self._labels[key]

    def _read(self, key: Key | None) -> Any:  # noqa: ANN401 - a data set of the key's kind
        if key is None:
            return None
        try:
            return self.bundle.read(key).dataset
        except InputError:
            return None

    def flow(self, reference: Reference) -> FlowFacts | None:
        """What is known of a flow of the bundle."""
        key = self.find(DatasetKind.FLOW, reference)
        if key is None:
            return None
        if key.id not in self._flows:
            self._flows[key.id] = self._flow_facts(self._read(key))
        return self._flows[key.id]

    def learn(self, flow: Flow) -> None:
        """Take up a flow that was just written."""
        self._flows[flow.id] = self._flow_facts(flow)

    def _flow_facts(self, flow: object) -> FlowFacts | None:
        if not isinstance(flow, Flow):
            return None
        value = flow.reference_property
        property_ = value.flow_property if value is not None else Reference()
        found = self.property(property_)
        group = self.group(found[1]) if found is not None else None
        return FlowFacts(
            main_text(flow.name) or "",
            FLOW_TYPES[flow.kind],
            category_of(flow),
            property_,
            group.reference if group is not None else "",
            flow.location.code if isinstance(flow.location, Place) else "",
        )

    def property(self, reference: Reference) -> tuple[str, Reference] | None:
        """The id of a flow property of the bundle, and its unit group."""
        key = self.find(DatasetKind.FLOW_PROPERTY, reference)
        if key is None:
            return None
        if key.id not in self._properties:
            found = self._read(key)
            known = isinstance(found, FlowProperty)
            self._properties[key.id] = (key.id, found.unit_group) if known else None
        return self._properties[key.id]

    def group(self, reference: Reference) -> Group | None:
        """A unit group of the bundle."""
        key = self.find(DatasetKind.UNIT_GROUP, reference)
        if key is None:
            return None
        if key.id not in self._groups:
            found = self._read(key)
            self._groups[key.id] = _group(found) if isinstance(found, UnitGroup) else None
        return self._groups[key.id]

    def unit(self, name: object, told: Reference, flow: FlowFacts | None) -> Unit | None:
        """The unit of an exchange: the one it tells, else the reference unit of its flow."""
        asked = (name, told.uuid, flow.flow_property.uuid if flow else None)
        if asked not in self._units:
            self._units[asked] = self._unit(name, told, flow)
        return self._units[asked]

    def _unit(self, name: object, told: Reference, flow: FlowFacts | None) -> Unit | None:
        property_ = told if isinstance(told.uuid, str) else (flow.flow_property if flow else Reference())
        reference = self.reference(DatasetKind.FLOW_PROPERTY, property_)
        if reference is None:
            return self._own_unit(name) if isinstance(name, str) and flow is not None else None
        found = self.property(property_)
        group = self.group(found[1]) if found is not None else None
        if not isinstance(name, str):
            if group is None or not group.reference:
                return None
            return Unit(group.reference, group.units[group.reference], reference, is_here=True)
        if group is None:
            return Unit(name, known_unit(name) or tables.entity_id("Unit", name), reference, is_here=False)
        id_ = group.units.get(name) or _same_unit(name, group)
        return None if id_ is None else Unit(name, id_, reference, is_here=True)

    def _own_unit(self, name: str) -> Unit:
        """The unit of a flow that has no property in the bundle, with a property made for it."""
        id_ = known_unit(name) or tables.entity_id("Unit", name)
        return Unit(name, id_, property_of(name), is_here=True, is_made=True)

    def location(self, place: object) -> dict[str, Any] | None:
        """A reference to the location of a place, which the package will hold."""
        if not isinstance(place, Place):
            return None
        id_ = tables.location_id(place.code)
        self.places[id_] = place.code
        return {"@type": "Location", "@id": id_, "name": place.code}


@dataclass(slots=True)
class Pen:
    """Texts of one entity: one language where openLCA has one, all of them in our own member."""

    texts: dict[str, dict[str, str]] = field(default_factory=dict)

    def text(self, names: Names, at: str) -> str | None:
        """English, else Chinese, else the first language; what that does not tell is kept."""
        if not isinstance(names, LangText):
            return None
        found = LangText({lang: text for lang, text in names.root.items() if text}).pick("en", "zh")
        if found is None:
            return None
        if names.root != {language(found[1]): found[1]}:
            self.texts[at] = dict(names.root)
        return found[1]


def property_of(unit: str) -> dict[str, Any]:
    """The property that is made for a unit: the known one of the unit, else one of its own."""
    try:
        known = tables.unit_ids("ilcd-flow-property").get(parse_unit(unit).code)
    except GatewayError:
        known = None
    id_ = known or tables.entity_id("FlowProperty", f"unit/{unit}")
    return {"@type": "FlowProperty", "@id": id_, "name": f"Amount in {unit}"}


def main_text(names: Names) -> str | None:
    """The text that a reference shows."""
    found = names.pick("en", "zh") if isinstance(names, LangText) else None
    return found[1] if found is not None else None


def category_of(dataset: Any) -> str:  # noqa: ANN401 - a data set of any kind
    """The path of a data set's first classification; a compartment is one, too."""
    steps: tuple[object, ...] = ()
    if isinstance(dataset, Flow) and dataset.compartment:
        steps = dataset.compartment
    elif dataset.classifications:
        steps = tuple(entry.name for entry in dataset.classifications[0].classes)
    return "/".join(step.replace("/", "|") for step in steps if isinstance(step, str) and step)


def _group(group: UnitGroup) -> Group:
    ids = unit_ids(group)
    names = {unit.id: unit.name for unit in group.units}
    reference = names.get(str(group.reference_unit))
    by_name: dict[str, str] = {}
    for unit in group.units:
        for name in (unit.name, *unit.synonyms):
            if isinstance(name, str):
                by_name.setdefault(name, ids[unit.id])
    return Group(by_name, reference if isinstance(reference, str) else "")


def unit_ids(group: UnitGroup) -> dict[str, str]:
    """The ids of a group's units: their own, else those of openLCA, else made from group and name."""
    found: dict[str, str] = {}
    for unit in group.units:
        own = unit.uuid if isinstance(unit.uuid, str) and tables.UUID.fullmatch(unit.uuid.lower()) else None
        name = unit.name if isinstance(unit.name, str) else unit.id
        id_ = own.lower() if own else known_unit(name)
        if id_ is None or id_ in found.values():
            id_ = tables.entity_id("Unit", f"{group.id}/{unit.id}")
        found[unit.id] = id_
    return found


def known_unit(name: str) -> str | None:
    """The id that openLCA gives a unit."""
    try:
        return tables.unit_ids("openlca-unit").get(parse_unit(name).code)
    except GatewayError:
        return None


def _same_unit(name: str, group: Group) -> str | None:
    """The unit of a group that is spelt otherwise."""
    try:
        code = parse_unit(name).code
    except GatewayError:
        return None
    for other, id_ in group.units.items():
        try:
            if parse_unit(other).code == code:
                return id_
        except GatewayError:
            continue
    return None
