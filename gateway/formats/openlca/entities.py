"""Each kind of data set as an entity of openLCA: everything but processes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from gateway.codec import jsonwrite
from gateway.codec.accounting import shown
from gateway.codec.base import Member
from gateway.codec.lacks import Lacks
from gateway.errors import GatewayError
from gateway.formats.openlca.book import FLOW_TYPES, Book, FlowFacts, Pen, category_of, property_of, unit_ids
from gateway.formats.openlca.reader import NAME_PARTS, full_names
from gateway.formats.openlca.tables import enum
from gateway.formats.openlca.uncertainty import decimal, digits, write_uncertainty
from gateway.model.activity import Place
from gateway.model.base import Extras, LangText, Leaf
from gateway.model.dataset import Coefficient, Dataset, DatasetKind, LinkRole, Reference, Topic
from gateway.model.inventory import Flow, FlowKind, FlowProperty, UnitGroup
from gateway.model.process import Direction, Process
from gateway.model.sources import CharacterisationFactor, Contact, ImpactMethod, LifeCycleModel, Source
from gateway.model.walk import escape
from gateway.quantity import same_number
from gateway.quantity.number import Number
from gateway.report import Fate, Note

TARGET: Final = "openlca@2"
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A number has no noughts before it; EcoSpold 1 says 0001 where no year is told.
_YEAR: Final = re.compile(r"[1-9][0-9]{0,3}")
_ADDRESS: Final = re.compile(r"[a-z]+://", re.IGNORECASE)


@dataclass(slots=True)
class Sheet:
    """One entity while it is written. ``places`` are its list items, by where their leftovers were kept."""

    book: Book
    entity: str
    pen: Pen
    extras: Extras
    document: dict[str, Any] = field(default_factory=dict)
    places: dict[tuple[str, ...], dict[str, Any]] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    lacks: list[GatewayError] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)  # of list items in the source, by their place
    dangling: list[str] = field(default_factory=list)
    defaults: list[tuple[dict[str, Any], str, object, str]] = field(default_factory=list)
    scheme: str | None = None
    is_epd: bool = False
    files: list[Member] = field(default_factory=list)  # what goes with it

    def lack(self, code: str, path: str, saw: object = "", **params: str) -> None:
        """What the entity cannot be written without."""
        self.lacks.append(Lacks(str(saw), path=path, code=code, target=TARGET, **params))

    def note(self, code: str, path: str, fate: Fate, before: Leaf | None, after: Leaf | None) -> None:
        """A leaf that comes back otherwise."""
        self.notes[path] = Note(code, path, fate, shown(before), shown(after))

    def put(self, node: dict[str, Any], name: str, value: object) -> None:
        """A member that says something."""
        if value is not None and value not in ([], {}):
            node[name] = value

    def text(self, node: dict[str, Any], name: str, names: object, at: str = "") -> None:
        """A text in the one language that there is room for."""
        if isinstance(names, LangText):
            self.put(node, name, self.pen.text(names, f"{at}/{escape(name)}"))

    def plain(self, node: dict[str, Any], name: str, value: object) -> None:
        """A text as it stands; an absence is not written."""
        if isinstance(value, str) and value:
            node[name] = value

    def day(self, node: dict[str, Any], name: str, value: object) -> None:
        """A day or moment, if it begins as ISO 8601 wants it."""
        if isinstance(value, str) and _DAY.match(value):
            node[name] = value

    def number(self, node: dict[str, Any], name: str, value: Coefficient, path: str) -> bool:
        """A number with all its digits; an endless one is rounded once."""
        if not isinstance(value, Number):
            return False
        written = decimal(value.value)
        if not same_number(written, value.value):
            self.note("openlca.rounded", path, Fate.ROUNDED, value, Number(written))
        node[name] = digits(written)
        return True

    def flag(self, node: dict[str, Any], name: str, value: object) -> None:
        """True or false, if it is told."""
        if isinstance(value, bool):
            node[name] = value

    def reference(self, kind: DatasetKind, reference: Reference, at: str, path: str) -> dict[str, Any] | None:
        """A reference to an entity; None where it names nothing."""
        told = self.book.reference(kind, reference, self.pen, at)
        if told is None or self.book.find(kind, reference) is not None:
            return told
        self.dangling.append(at)
        if told["@id"] != reference.uuid:
            own = reference.uuid if isinstance(reference.uuid, str) else None
            self.note("openlca.id-made", f"{path}/uuid", Fate.CONVERTED, own, told["@id"])
        return told

    def default(self, node: dict[str, Any], name: str, value: object, at: str = "") -> None:
        """A member that is needed; what the entity itself said of it comes first.

        ``at``: where a note says that it was made.
        """
        self.defaults.append((node, name, value, at))

    def settle(self) -> None:
        """Put in the defaults, once everything else is there."""
        for node, name, value, at in self.defaults:
            if name in node:
                continue
            node[name] = value
            if at:
                kept = self.extras.get(f"openlca#{at}")
                path = "/extras/" + escape(f"openlca#{at}")
                fate = Fate.INFERRED if kept is None else Fate.CONVERTED
                self.note("openlca.id-made", path, fate, kept, f'"{value}"')

    def identify(self, at: str, own: str, written: str) -> None:
        """A list item has another id in openLCA than in its source."""
        if own != written:
            self.ids[at] = own

    def location(self, node: dict[str, Any], place: object, path: str, name: str = "location") -> None:
        """The place of an entity; all places of one entity are codes of one scheme, or it is noted."""
        told = self.book.location(place)
        if told is None or not isinstance(place, Place):
            return
        node[name] = told
        if self.scheme is None:
            self.scheme = place.scheme
        elif self.scheme != place.scheme:
            self.note("openlca.place-scheme", f"{path}/scheme", Fate.CONVERTED, place.scheme, self.scheme)


def head(sheet: Sheet, dataset: Dataset) -> None:
    """What all entities have."""
    node = sheet.document
    _name(sheet, dataset)
    sheet.text(node, "description", dataset.text(Topic.GENERAL))
    sheet.plain(node, "version", dataset.version)
    sheet.day(node, "lastChange", dataset.changed)
    category = category_of(dataset)
    sheet.plain(node, "category", category)
    _steps(sheet, dataset, category.split("/") if category else [])


def _name(sheet: Sheet, dataset: Dataset) -> None:
    """The name; with the further parts that ILCD gives it, as openLCA writes them in one."""
    if not isinstance(dataset.name, LangText) or not any(text.strip() for text in dataset.name.root.values()):
        _stand_in(sheet, dataset)
        return
    parts = {
        part: dict(names.root)
        for part in ("name", *NAME_PARTS)
        if isinstance(names := getattr(dataset, part, None), LangText)
    }
    if len(parts) == 1:
        sheet.text(sheet.document, "name", dataset.name)
        return
    sheet.document["name"] = Pen().text(LangText(full_names(parts)), "/name")
    for part, names in parts.items():
        sheet.pen.texts[f"/name#{part}"] = names


def _stand_in(sheet: Sheet, dataset: Dataset) -> None:
    """What a data set without a name is called: its short name, its citation or title, else nothing."""
    short = dataset.short_name.pick("en", "zh") if isinstance(dataset.short_name, LangText) else None
    own = [getattr(dataset, name, None) for name in ("title", "citation", "authors", "email", "website")]
    name = short[1] if short else next((text for text in own if isinstance(text, str) and text), None)
    if name is None:
        sheet.lack("openlca.no-name", "/name")
        return
    sheet.document["name"] = name
    language = jsonwrite.language(name)
    blank = dataset.name.root.get(language) if isinstance(dataset.name, LangText) else None
    fate = Fate.INFERRED if blank is None else Fate.CONVERTED
    sheet.note("openlca.name-from-elsewhere", f"/name/{language}", fate, blank, name)


def _steps(sheet: Sheet, dataset: Dataset, written: list[str]) -> None:
    """A slash in the name of a class would begin another class; and one without a name has no place."""
    flow = dataset if isinstance(dataset, Flow) else None
    if flow is not None and flow.compartment:
        names: list[object] = list(flow.compartment)
        head, tail = "/compartment/", ""
    else:
        names = (
            [entry.name for entry in dataset.classifications[0].classes] if dataset.classifications else []
        )
        head, tail = "/classifications/0/classes/", "/name"
    if flow is not None and (flow.kind is FlowKind.ELEMENTARY) is not (head == "/compartment/"):
        written = []  # the category stands in another place of the model
    for number, (name, after) in enumerate(zip(names, written, strict=False)):
        if name == after:
            continue
        own = name if isinstance(name, str) else None
        is_slash = own is not None and own.replace("/", "|") == after
        code = "openlca.slash-in-category" if is_slash else "openlca.class-without-name"
        fate = Fate.INFERRED if own is None else Fate.CONVERTED
        sheet.note(code, f"{head}{number}{tail}", fate, own, after)


def _unit_group(sheet: Sheet, group: UnitGroup) -> None:
    head(sheet, group)
    ids = unit_ids(group)
    units = []
    if group.reference is None:
        sheet.lack("openlca.no-reference", "/reference_unit", "")
    for unit in group.units:
        name = unit.name if isinstance(unit.name, str) and unit.name else unit.id
        node: dict[str, Any] = {"@type": "Unit", "@id": ids[unit.id], "name": name}
        at = f"/units/{escape(unit.id)}"
        if unit.id == group.reference_unit:
            node["isRefUnit"] = True
        if not sheet.number(node, "conversionFactor", unit.factor, f"{at}/factor"):
            sheet.lack("openlca.no-amount", f"{at}/factor", name)
        sheet.text(node, "description", unit.comment, at)
        sheet.put(node, "synonyms", list(unit.synonyms))
        if name != unit.name:
            blank = unit.name if isinstance(unit.name, str) else None
            fate = Fate.INFERRED if blank is None else Fate.CONVERTED
            sheet.note("openlca.name-from-elsewhere", f"{at}/name", fate, blank, name)
        sheet.places["units", unit.id] = node
        units.append(node)
        place = f"/units/{ids[unit.id]}"
        sheet.identify(place, unit.id, ids[unit.id])
        if unit.uuid is None:
            sheet.ids[f"{place}/@id"] = ""
        elif unit.uuid != ids[unit.id]:
            sheet.note("openlca.id-made", f"{at}/uuid", Fate.CONVERTED, unit.uuid, ids[unit.id])
    sheet.document["units"] = units


def _flow_property(sheet: Sheet, value: FlowProperty) -> None:
    head(sheet, value)
    group = sheet.reference(DatasetKind.UNIT_GROUP, value.unit_group, "/unitGroup", "/unit_group")
    if group is None:
        sheet.lack("openlca.no-unit-group", "/unit_group", "")
    else:
        sheet.document["unitGroup"] = group
    # Prices are the only other kind, and data sets from elsewhere do not say so.
    kept = value.extras.get("openlca#/flowPropertyType", "").strip('"')
    if kept not in enum("FlowPropertyType"):
        sheet.document["flowPropertyType"] = "PHYSICAL_QUANTITY"
        added = "/extras/" + escape("openlca#/flowPropertyType")
        sheet.note("openlca.physical-quantity", added, Fate.INFERRED, None, '"PHYSICAL_QUANTITY"')


def _flow(sheet: Sheet, flow: Flow) -> None:
    head(sheet, flow)
    node = sheet.document
    node["flowType"] = FLOW_TYPES[flow.kind]
    if flow.kind is FlowKind.OTHER:
        sheet.note("openlca.other-flow", "/kind", Fate.CONVERTED, flow.kind, FlowKind.PRODUCT)
    _second_place(sheet, flow)
    sheet.plain(node, "cas", flow.cas)
    sheet.plain(node, "formula", flow.formula)
    sheet.text(node, "synonyms", flow.synonyms)
    sheet.flag(node, "isInfrastructureFlow", flow.is_infrastructure)
    sheet.location(node, flow.location, "/location")
    values = []
    for index, value in enumerate(flow.properties):
        item: dict[str, Any] = {"@type": "FlowPropertyFactor"}
        at = f"/flowProperties/{index}"
        path = f"/properties/{escape(value.id)}"
        reference = sheet.reference(
            DatasetKind.FLOW_PROPERTY, value.flow_property, f"{at}/flowProperty", f"{path}/flow_property"
        )
        if reference is None:
            sheet.lack("openlca.no-flow-property", f"{path}/flow_property", "")
            continue
        item["flowProperty"] = reference
        if not sheet.number(item, "conversionFactor", value.mean, f"{path}/mean"):
            sheet.lack("openlca.no-amount", f"{path}/mean", "")
        sheet.flag(item, "isRefFlowProperty", value.is_reference)
        sheet.identify(at, value.id, str(index))
        sheet.places["flowProperties", str(index)] = item
        values.append(item)
    if not values and flow.id in sheet.book.later:
        values = [_made_property(sheet, sheet.book.later[flow.id])]
    elif flow.reference_property is None:
        sheet.lack("openlca.no-reference", "/properties", "")
    node["flowProperties"] = values


def _made_property(sheet: Sheet, unit: str) -> dict[str, Any]:
    """The property of a flow that is counted in ``unit`` wherever it is exchanged."""
    reference = property_of(unit)
    told: dict[str, Leaf] = {
        "id": "0",
        "flow_property/uuid": reference["@id"],
        f"flow_property/name/{jsonwrite.language(reference['name'])}": reference["name"],
        "mean": Number(Decimal(1)),
        "is_reference": True,
    }
    for path, leaf in told.items():
        sheet.note("openlca.property-of-unit", f"/properties/0/{path}", Fate.INFERRED, None, leaf)
    one = jsonwrite.number(Decimal(1))
    return {
        "@type": "FlowPropertyFactor",
        "flowProperty": reference,
        "conversionFactor": one,
        "isRefFlowProperty": True,
    }


def _second_place(sheet: Sheet, flow: Flow) -> None:
    """A flow has one category: an elementary flow's compartment, a product's class."""
    is_elementary = flow.kind is FlowKind.ELEMENTARY
    category = category_of(flow)
    written = category.split("/") if category else []
    if is_elementary and not flow.compartment:
        for number, step in enumerate(written):
            path = f"/compartment/{number}"
            sheet.note("openlca.class-as-compartment", path, Fate.INFERRED, None, step)
    if not is_elementary and flow.compartment:
        for number, step in enumerate(written):
            path = f"/classifications/0/classes/{number}/name"
            before = flow.classifications[0].classes if flow.classifications else ()
            own = before[number].name if number < len(before) else None
            fate = Fate.INFERRED if own is None else Fate.CONVERTED
            if own != step:
                sheet.note("openlca.compartment-as-class", path, fate, own, step)


def _source(sheet: Sheet, source: Source) -> None:
    head(sheet, source)
    node = sheet.document
    sheet.plain(node, "textReference", source.citation)
    if isinstance(source.year, str) and _YEAR.fullmatch(source.year):
        node["year"] = int(source.year)
    urls = [file for file in source.files if _ADDRESS.match(file)]
    files = [file for file in source.files if file not in urls and file.rpartition("/")[2]]
    written = []
    if files:
        node["externalFile"] = files[0].rpartition("/")[2]
        written.append(f"bin/sources/{node['@id']}/{node['externalFile']}")
    if urls:
        node["url"] = urls[0]
        written.append(urls[0])
    for index, after in enumerate(written):
        if source.files[index] != after:
            sheet.note("openlca.file-moved", f"/files/{index}", Fate.CONVERTED, source.files[index], after)


def _contact(sheet: Sheet, contact: Contact) -> None:
    head(sheet, contact)
    node = sheet.document
    sheet.text(node, "address", contact.address)
    for name, value in (
        ("city", contact.city),
        ("country", contact.country),
        ("email", contact.email),
        ("telefax", contact.telefax),
        ("telephone", contact.telephone),
        ("website", contact.website),
        ("zipCode", contact.zip_code),
    ):
        sheet.plain(node, name, value)


def _method(sheet: Sheet, method: ImpactMethod) -> None:
    from gateway.formats.openlca.process_writer import rounded

    head(sheet, method)
    node = sheet.document
    sheet.plain(node, "code", method.indicator)
    sheet.plain(node, "refUnit", method.result_unit)
    source = next(iter(method.linked(LinkRole.DATA_SOURCE)), None)
    if source is not None:
        path = f"/links/{LinkRole.DATA_SOURCE}/target"
        sheet.put(node, "source", sheet.reference(DatasetKind.SOURCE, source, "/source", path))
    factors = []
    for index, factor in enumerate(method.factors):
        item: dict[str, Any] = {"@type": "ImpactFactor"}
        path = f"/factors/{index}"
        facts = sheet.book.flow(factor.flow)
        flow = sheet.reference(DatasetKind.FLOW, factor.flow, f"/impactFactors/{index}/flow", f"{path}/flow")
        if flow is None:
            sheet.lack("openlca.no-flow", f"{path}/flow", "")
            continue
        if facts is not None:
            flow["flowType"] = facts.type
        item["flow"] = flow
        _factor_unit(sheet, factor, item, index, facts)
        if not sheet.number(item, "value", factor.value, f"{path}/value"):
            sheet.lack("openlca.no-amount", f"{path}/value", "")
        sheet.location(item, factor.location, f"{path}/location")
        spread = write_uncertainty(factor.uncertainty, factor.value)
        sheet.put(item, "uncertainty", spread)
        if spread is not None:
            rounded(sheet, factor.uncertainty, f"{path}/uncertainty")
        sheet.places["impactFactors", str(index)] = item
        factors.append(item)
    sheet.put(node, "impactFactors", factors)
    _one_direction(sheet, method)


def _factor_unit(
    sheet: Sheet, factor: CharacterisationFactor, item: dict[str, Any], index: int, facts: FlowFacts | None
) -> None:
    """The unit of a factor: as told, else the reference unit of its flow."""
    path, at = f"/factors/{index}", f"/impactFactors/{index}"
    kept = f"openlca#{at}/flowProperty/@id"
    told = sheet.extras.get(kept, "").strip('"')
    unit = sheet.book.unit(factor.unit, Reference(uuid=told or None), facts)
    if unit is None:
        if factor.unit is not None and f"openlca#{at}/unit/@id" not in sheet.extras:
            sheet.lack("openlca.no-unit", f"{path}/unit", factor.unit, flow=str(factor.flow.uuid))
        return
    item["unit"] = {"@type": "Unit", "@id": unit.id, "name": unit.name}
    item["flowProperty"] = unit.flow_property
    if not told:
        added, written = "/extras/" + escape(kept), f'"{unit.flow_property["@id"]}"'
        sheet.note("openlca.unit-of-flow", added, Fate.INFERRED, None, written)
    if factor.unit is None:
        sheet.note("openlca.unit-of-flow", f"{path}/unit", Fate.INFERRED, None, unit.name)


def _one_direction(sheet: Sheet, method: ImpactMethod) -> None:
    """All factors of a category have one direction in openLCA; factors both ways have none."""
    told = {factor.direction for factor in method.factors}
    if len(told) == 1 and None not in told and "openlca#/direction" not in method.extras:
        direction = next(iter(told))
        sheet.document["direction"] = "INPUT" if direction is Direction.INPUT else "OUTPUT"
        added = "/extras/" + escape("openlca#/direction")
        written = f'"{sheet.document["direction"]}"'
        sheet.note("openlca.direction-of-factors", added, Fate.INFERRED, None, written)


def _model(sheet: Sheet, model: LifeCycleModel) -> None:
    head(sheet, model)
    node, book = sheet.document, sheet.book
    instances = {instance.id: instance for instance in model.instances}
    by_id: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    for instance in model.instances:
        reference = book.reference(DatasetKind.PROCESS, instance.process, sheet.pen)
        if reference is None:
            sheet.lack("openlca.no-process", f"/instances/{escape(instance.id)}/process", "")
            continue
        if reference["@id"] in seen:
            # A product system has each process once; a second use of it would need another process.
            sheet.lack("openlca.process-twice", f"/instances/{escape(instance.id)}", reference["@id"])
        seen.add(reference["@id"])
        by_id[instance.id] = reference
        sheet.identify(f"/processes/{reference['@id']}", instance.id, reference["@id"])
    own = instances.get(str(model.reference_instance))
    if own is None or own.id not in by_id:
        sheet.lack("openlca.no-reference", "/reference_instance", "")
    else:
        node["refProcess"] = by_id[own.id]
    sheet.number(node, "targetAmount", model.reference_amount, "/reference_amount")
    node["processes"] = list(by_id.values())
    links = []
    for instance in model.instances:
        for connection in instance.connections:
            if instance.id not in by_id or connection.to not in by_id:
                continue
            flow = book.id(DatasetKind.FLOW, connection.flow)
            link: dict[str, Any] = {
                "@type": "ProcessLink",
                "provider": by_id[instance.id],
                "flow": {"@type": "Flow", "@id": flow},
                "process": by_id[connection.to],
            }
            if isinstance(connection.exchange, str) and connection.exchange.isdecimal():
                link["exchange"] = {"internalId": int(connection.exchange)}
            links.append(link)
    for number, link in enumerate(links):
        sheet.places["processLinks", str(number)] = link
    sheet.put(node, "processLinks", links)


def _process(sheet: Sheet, process: Process) -> None:
    from gateway.formats.openlca.process_writer import write_process

    head(sheet, process)
    write_process(sheet, process)


WRITERS: Final[Mapping[DatasetKind, Callable[[Sheet, Any], None]]] = {
    DatasetKind.UNIT_GROUP: _unit_group,
    DatasetKind.FLOW_PROPERTY: _flow_property,
    DatasetKind.FLOW: _flow,
    DatasetKind.SOURCE: _source,
    DatasetKind.CONTACT: _contact,
    DatasetKind.METHOD: _method,
    DatasetKind.PROCESS: _process,
    DatasetKind.MODEL: _model,
}
