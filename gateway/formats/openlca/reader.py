"""Read one entity of an openLCA package as a data set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.codec.datasets import DatasetReading
from gateway.errors import InputError
from gateway.formats.openlca.epd import (
    listed_modules,
    merged,
    read_modules,
    read_results,
    read_scenarios,
)
from gateway.formats.openlca.package import Contents, Place, notes_of
from gateway.formats.openlca.process import read_process
from gateway.formats.openlca.tables import FAMILY, enum
from gateway.formats.openlca.taking import Page, Taking, own_member
from gateway.formats.openlca.uncertainty import read_uncertainty
from gateway.model.base import LangText
from gateway.model.dataset import (
    ClassEntry,
    Classification,
    Dataset,
    DatasetKind,
    Document,
    Key,
    Link,
    LinkRole,
    Topic,
)
from gateway.model.inventory import Flow, FlowKind, FlowProperty, FlowPropertyValue, UnitEntry, UnitGroup
from gateway.model.process import Direction, Process, ProcessKind
from gateway.model.sources import (
    CharacterisationFactor,
    Connection,
    Contact,
    ImpactMethod,
    Instance,
    LifeCycleModel,
    Source,
)
from gateway.model.walk import escape
from gateway.report import Severity

FLOW_TYPES: Final[Mapping[str, FlowKind]] = {
    "ELEMENTARY_FLOW": FlowKind.ELEMENTARY,
    "PRODUCT_FLOW": FlowKind.PRODUCT,
    "WASTE_FLOW": FlowKind.WASTE,
}
NAME_PARTS: Final = ("treatment", "mix", "quantities")
# Between the parts of a name in ILCD's order.
BETWEEN: Final = "; "


def read_entity(contents: Contents, key: Key, place: Place) -> DatasetReading:
    """The data set that stands in ``place``, with everything that has no field as an extra.

    Raises:
        InputError: the file cannot be read any more.
    """
    tree, upgrade = contents.tree(place)
    own = own_member(tree)
    page = Page(
        place.shown,
        contents.locations,
        contents.ids,
        contents.exchange_number,
        own.texts,
        own.ids,
        own.dangling,
        own.scheme,
    )
    for finding in upgrade.findings:
        page.find(finding.code, finding.at, finding.saw, finding.severity)
    page.notes.extend(notes_of(upgrade, place))
    if place.entity == "Epd":
        page.is_epd = True
        tree = merged(tree, own.process)
    one = Taking(page, tree, "")
    one.left.pop("@id", None)
    common = _common(page, one, key)
    try:
        modules = read_modules(page, one, key.id, contents) if page.is_epd else []
        dataset = _READERS[key.kind](page, one, common)
        if page.is_epd:
            results = read_results(page, modules, own.results, contents)
            scenarios = read_scenarios(own.scenarios)
            told = {"kind": ProcessKind.EPD, "results": results, "scenarios": scenarios}
            dataset = dataset.model_copy(update=told)
        elif isinstance(dataset, Process) and (own.results or own.scenarios):
            results = read_results(page, listed_modules(own.modules, contents), own.results, contents)
            told = {"results": results, "scenarios": read_scenarios(own.scenarios)}
            dataset = dataset.model_copy(update=told)
        elif isinstance(dataset, ImpactMethod):
            methods = contents.methods.get(key.id) or own.methodologies
            dataset = dataset.model_copy(update={"methodologies": methods})
    except ValueError as error:
        raise InputError(str(error), path=place.shown, code="openlca.not-readable") from error
    one.keep()
    dataset = dataset.model_copy(update={"extras": page.extras})
    return DatasetReading(dataset, place.shown, tuple(page.notes), tuple(page.findings))


def _common(page: Page, one: Taking, key: Key) -> dict[str, Any]:
    """What all entities have."""
    found: dict[str, Any] = {
        "id": key.id,
        "version": one.string("version"),
        "name": one.names("name"),
        "changed": one.string("lastChange"),
    }
    description = one.names("description")
    if description is not None:
        found["documents"] = (Document(topic=Topic.GENERAL, text=description),)
    if found["name"] is None:
        page.find("openlca.no-name", "/name", one.left.get("name"))
    parts = {
        part: page.texts[f"/name#{part}"] for part in ("name", *NAME_PARTS) if f"/name#{part}" in page.texts
    }
    if "name" in parts and key.kind in (DatasetKind.FLOW, DatasetKind.PROCESS):
        joined = found["name"]
        if joined is not None and set(joined.root.values()) & set(full_names(parts).values()):
            found |= {part: LangText(dict(texts)) for part, texts in parts.items()}
    return found


def full_names(parts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The name with its further parts, in every language that the name has."""
    return {
        lang: BETWEEN.join(
            [text, *(parts[part][lang] for part in NAME_PARTS if part in parts and lang in parts[part])]
        )
        for lang, text in parts["name"].items()
    }


def _category(one: Taking) -> tuple[Classification, ...]:
    path = one.string("category")
    if path is None:
        return ()
    return (Classification(classes=tuple(ClassEntry(name=step) for step in path.split("/") if step)),)


def _unit_group(page: Page, one: Taking, common: dict[str, Any]) -> Dataset:
    units: list[UnitEntry] = []
    seen: set[str] = set()
    reference = None
    for _, unit in one.items("units", "Unit"):
        id_ = unit.take("@id")
        name = unit.string("name")
        written = id_ if isinstance(id_, str) and id_ not in seen else name or f"unit-{len(units) + 1}"
        seen.add(written)
        own = page.ids.get(f"/units/{written}", written)
        is_made = f"/units/{written}/@id" in page.ids
        if unit.flag("isRefUnit"):
            if reference is not None:
                page.find("openlca.several-references", unit.at, name)
            reference = reference or own
        unit.at = f"/units/{escape(own)}"
        synonyms = [text for text in unit.list("synonyms") if isinstance(text, str)]
        comment = unit.names("description")
        units.append(
            UnitEntry(
                id=own,
                name=name,
                factor=unit.number("conversionFactor"),
                synonyms=tuple(synonyms),
                uuid=id_ if isinstance(id_, str) and not is_made else None,
                comment=comment,
            )
        )
        # Schema 1 gives every unit a version that says nothing.
        if unit.left.get("version") == "00.00.000":
            del unit.left["version"]
        unit.keep()
    if reference is None:
        page.find("openlca.no-reference", "/units", "")
    return UnitGroup(**common, classifications=_category(one), reference_unit=reference, units=tuple(units))


def _flow_property(page: Page, one: Taking, common: dict[str, Any]) -> Dataset:
    told = one.left.get("flowPropertyType")
    if told is not None and told not in enum("FlowPropertyType"):
        page.find("openlca.unknown-code", "/flowPropertyType", told, list="FlowPropertyType")
        page.keep(one.take("flowPropertyType"), "/flowPropertyType", fits=False)
    return FlowProperty(**common, classifications=_category(one), unit_group=one.reference("unitGroup"))


def _flow(page: Page, one: Taking, common: dict[str, Any]) -> Dataset:
    told = one.string("flowType")
    kind = FLOW_TYPES.get(told or "")
    if kind is None:
        page.find("openlca.unknown-code", "/flowType", told, list="FlowType")
        if told is not None:
            page.keep(told, "/flowType", fits=False)
    path = one.string("category")
    steps = tuple(step for step in path.split("/") if step) if path else ()
    if kind is FlowKind.ELEMENTARY:
        common["compartment"] = steps
    elif steps:
        common["classifications"] = (Classification(classes=tuple(ClassEntry(name=s) for s in steps)),)
    properties = []
    for index, value in one.items("flowProperties", "FlowPropertyFactor"):
        found = FlowPropertyValue(
            id=page.ids.get(f"/flowProperties/{index}", str(index)),
            flow_property=value.reference("flowProperty"),
            mean=value.number("conversionFactor"),
            is_reference=value.flag("isRefFlowProperty"),
        )
        value.keep()
        properties.append(found)
    references = sum(one_.is_reference is True for one_ in properties)
    if references != 1:
        code = "openlca.several-references" if references else "openlca.no-reference"
        page.find(code, "/flowProperties", references)
    return Flow(
        **common,
        kind=kind or FlowKind.OTHER,
        synonyms=one.names("synonyms"),
        cas=one.string("cas"),
        formula=one.string("formula"),
        location=one.location(),
        is_infrastructure=one.flag("isInfrastructureFlow"),
        properties=tuple(properties),
    )


def _source(page: Page, one: Taking, common: dict[str, Any]) -> Dataset:
    year = one.take("year")
    file, url = one.string("externalFile"), one.string("url")
    if file is not None:
        file = f"bin/sources/{common['id']}/{file}"
    return Source(
        **common,
        classifications=_category(one),
        citation=one.string("textReference"),
        year=None if year is None else str(year),
        files=tuple(text for text in (file, url) if text is not None),
    )


def _contact(page: Page, one: Taking, common: dict[str, Any]) -> Dataset:
    return Contact(
        **common,
        classifications=_category(one),
        address=one.names("address"),
        city=one.string("city"),
        country=one.string("country"),
        email=one.string("email"),
        telefax=one.string("telefax"),
        telephone=one.string("telephone"),
        website=one.string("website"),
        zip_code=one.string("zipCode"),
    )


def _method(page: Page, one: Taking, common: dict[str, Any]) -> Dataset:
    directions = {"INPUT": Direction.INPUT, "OUTPUT": Direction.OUTPUT}
    told = one.left.get("direction")
    direction = directions.get(told) if isinstance(told, str) else None
    factors = []
    for _, factor in one.items("impactFactors", "ImpactFactor"):
        unit = factor.left.get("unit")
        quantity = factor.reference("flowProperty")
        if isinstance(quantity.uuid, str):
            page.extras[f"{FAMILY}#{factor.at}/flowProperty/@id"] = f'"{quantity.uuid}"'
        value = factor.number("value")
        found = CharacterisationFactor(
            flow=factor.reference("flow"),
            direction=direction,
            location=factor.location(),
            value=value,
            unit=unit.get("name") if isinstance(unit, dict) else None,
            uncertainty=read_uncertainty(factor, value),
        )
        if found.unit is not None:
            _unit_left(factor, is_known=page.repeats(found.flow.uuid, f"{factor.at}/flow"))
        factor.keep()
        factors.append(found)
    source = one.reference("source")
    links = (Link(role=LinkRole.DATA_SOURCE, target=source),) if source.uuid else ()
    return ImpactMethod(
        **common,
        classifications=_category(one),
        indicator=one.string("code"),
        result_unit=one.string("refUnit"),
        links=links,
        factors=tuple(factors),
    )


def _unit_left(one: Taking, *, is_known: bool) -> None:
    """The id of a unit stays an extra where the package does not tell it; its name has a field."""
    unit = one.take("unit")
    if is_known:
        return
    left = {name: value for name, value in unit.items() if name not in ("@type", "name")}
    one.page.keep(left, f"{one.at}/unit")


def _model(page: Page, one: Taking, common: dict[str, Any]) -> Dataset:
    """A product system as processes that deliver to one another; quantities follow from the processes."""
    links: dict[str, list[Connection]] = {}
    for _, link in one.items("processLinks", "ProcessLink"):
        whole = dict(link.left)
        provider, process, flow = (link.reference(name) for name in ("provider", "process", "flow"))
        number = page.exchange_number(str(process.uuid), link.take("exchange"))
        if isinstance(provider.uuid, str) and isinstance(process.uuid, str) and isinstance(flow.uuid, str):
            told = None if number is None else str(number)
            to = page.ids.get(f"/processes/{process.uuid}", process.uuid)
            connection = Connection(flow=flow.uuid, to=to, exchange=told)
            links.setdefault(provider.uuid, []).append(connection)
        else:
            page.find("openlca.link-incomplete", link.at, "", Severity.ERROR)
            page.keep(whole, link.at, fits=False)
            continue
        link.keep()
    instances = []
    for process in one.references("processes"):
        if isinstance(process.uuid, str):
            own = tuple(links.pop(process.uuid, ()))
            id_ = page.ids.get(f"/processes/{process.uuid}", process.uuid)
            instances.append(Instance(id=id_, process=process, connections=own))
    for provider_id in links:
        page.find("openlca.link-to-nothing", "/processLinks", provider_id)
    reference = one.reference("refProcess")
    number = page.exchange_number(str(reference.uuid), one.take("refExchange"))
    if number is not None:
        page.extras[f"{FAMILY}#/refExchange/internalId"] = str(number)
    return LifeCycleModel(
        **common,
        classifications=_category(one),
        reference_instance=page.ids.get(f"/processes/{reference.uuid}", str(reference.uuid))
        if reference.uuid
        else None,
        reference_amount=one.number("targetAmount"),
        instances=tuple(instances),
    )


def _process(page: Page, one: Taking, common: dict[str, Any]) -> Process:
    return read_process(page, one, common, _category(one))


_READERS: Final[Mapping[DatasetKind, Callable[[Page, Taking, dict[str, Any]], Dataset]]] = {
    DatasetKind.UNIT_GROUP: _unit_group,
    DatasetKind.FLOW_PROPERTY: _flow_property,
    DatasetKind.FLOW: _flow,
    DatasetKind.SOURCE: _source,
    DatasetKind.CONTACT: _contact,
    DatasetKind.METHOD: _method,
    DatasetKind.PROCESS: _process,
    DatasetKind.MODEL: _model,
}
