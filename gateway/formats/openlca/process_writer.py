"""Write a process: exchanges with unit and property, parameters, allocation, documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gateway.codec.accounting import shown
from gateway.codec.jsonwrite import language
from gateway.formats.openlca import tables
from gateway.formats.openlca.book import Unit
from gateway.formats.openlca.entities import Sheet
from gateway.formats.openlca.process import CAUSAL, OVERALL
from gateway.formats.openlca.uncertainty import write_uncertainty
from gateway.model.base import here
from gateway.model.dataset import DatasetKind, LinkRole
from gateway.model.process import (
    Allocation,
    Direction,
    Distribution,
    Exchange,
    Process,
    ProcessKind,
    Rating,
    Review,
    Uncertainty,
)
from gateway.model.walk import escape, keyed
from gateway.quantity.number import Number
from gateway.report import Fate

_PRODUCT: Final = frozenset({"PHYSICAL_ALLOCATION", "ECONOMIC_ALLOCATION"})
_LCI_RESULT: Final = "LCI_RESULT"


def write_process(sheet: Sheet, process: Process) -> None:
    """Everything of a process that not all entities have."""
    node = sheet.document
    if process.kind is not ProcessKind.EPD:
        _kind(sheet, process)
    if isinstance(process.default_allocation, str) and process.default_allocation in tables.enum(
        "AllocationType"
    ):
        node["defaultAllocationMethod"] = process.default_allocation
    sheet.flag(node, "isInfrastructureProcess", process.is_infrastructure)
    sheet.location(node, process.location, "/location")
    told = _documentation(sheet, process)
    if told:
        node["processDocumentation"] = {"@type": "ProcessDocumentation", **told}
    _pedigree(sheet, node, process.pedigree, "")
    system = next(iter(process.linked(LinkRole.DATA_QUALITY_SYSTEM)), None)
    if system is not None and isinstance(system.uuid, str):
        node["dqSystem"] = {"@type": "DQSystem", "@id": system.uuid}
        name = sheet.pen.text(system.name, "/dqSystem/name")
        sheet.plain(node["dqSystem"], "name", name)
    numbers = _numbers(sheet, process)
    node["exchanges"] = [_exchange(sheet, exchange, numbers) for exchange in process.exchanges]
    _last_number(sheet, max(numbers.values(), default=0))
    sheet.put(node, "allocationFactors", _allocation(sheet, process, numbers))
    sheet.put(node, "parameters", _parameters(sheet, process))
    references = len(process.references)
    if references != 1:
        code = "openlca.several-references" if references else "openlca.no-reference"
        sheet.lack(code, "/exchanges", references)


def _last_number(sheet: Sheet, highest: int) -> None:
    """The counter of exchanges: as it was, if no exchange has a higher number."""
    kept = f"{tables.FAMILY}#/lastInternalId"
    told = sheet.extras.get(kept, "")
    if told.isdecimal() and int(told) > highest:
        return
    sheet.document["lastInternalId"] = highest


def _kind(sheet: Sheet, process: Process) -> None:
    is_result = process.kind is ProcessKind.LCI_RESULT
    sheet.document["processType"] = _LCI_RESULT if is_result else "UNIT_PROCESS"
    if process.kind is None:
        sheet.note("openlca.unit-process", "/kind", Fate.DEFAULTED, None, ProcessKind.UNIT_PROCESS)
    elif process.kind not in (ProcessKind.LCI_RESULT, ProcessKind.UNIT_PROCESS):
        sheet.note("openlca.unit-process", "/kind", Fate.CONVERTED, process.kind, ProcessKind.UNIT_PROCESS)


def _numbers(sheet: Sheet, process: Process) -> dict[str, int]:
    """The number of every exchange: its own id where that is a positive number, else a free one."""
    found: dict[str, int] = {}
    for exchange in process.exchanges:
        if (
            exchange.id.isascii()
            and exchange.id.isdecimal()
            and exchange.id[0] != "0"
            and len(exchange.id) < 10
        ):
            found[exchange.id] = int(exchange.id)
    following = max(found.values(), default=0)
    for exchange in process.exchanges:
        if exchange.id not in found:
            following += 1
            found[exchange.id] = following
        sheet.identify(f"/exchanges/{found[exchange.id]}", exchange.id, str(found[exchange.id]))
    return found


def _exchange(sheet: Sheet, exchange: Exchange, numbers: dict[str, int]) -> dict[str, Any]:
    path = f"/exchanges/{escape(exchange.id)}"
    at = path
    item: dict[str, Any] = {"@type": "Exchange", "internalId": numbers[exchange.id]}
    facts = sheet.book.flow(exchange.flow)
    flow = sheet.reference(DatasetKind.FLOW, exchange.flow, f"{at}/flow", f"{path}/flow")
    unit = sheet.book.unit(exchange.unit, exchange.flow_property, facts) if exchange.unit != "" else None
    label = str(flow.get("name", "")) if flow else ""
    if flow is None:
        sheet.lack("openlca.no-flow", f"{path}/flow")
    elif sheet.book.find(DatasetKind.FLOW, exchange.flow) in sheet.book.refused:
        sheet.lack("openlca.dangling", f"{path}/flow", label)
    else:
        if facts is not None:
            flow["flowType"] = facts.type
            sheet.plain(flow, "refUnit", facts.unit)
            sheet.plain(flow, "category", facts.category)
            sheet.plain(flow, "location", facts.location)
        item["flow"] = flow
    if unit is None and sheet.is_epd:
        pass  # the product of an EPD may leave the unit to its flow
    elif unit is None:
        sheet.lack("openlca.no-unit", f"{path}/unit", label, flow=str(exchange.flow.uuid))
    else:
        item["unit"] = {"@type": "Unit", "@id": unit.id, "name": unit.name}
        item["flowProperty"] = unit.flow_property
        _unit_from_outside(sheet, exchange, item, is_here=unit.is_here)
        if unit.is_made:
            _property_made(sheet, exchange, unit)
    is_waste = facts.type == "WASTE_FLOW" if facts is not None else exchange.is_waste
    if not sheet.number(item, "amount", exchange.amount, f"{path}/amount"):
        sheet.lack("openlca.no-amount", f"{path}/amount", label)
    sheet.plain(item, "amountFormula", exchange.formula)
    is_input = exchange.direction is Direction.INPUT
    # An avoided product stands among the inputs, avoided waste among the outputs: linked like what it avoids.
    item["isInput"] = not is_input if exchange.is_avoided else is_input
    if exchange.is_avoided:
        item["isAvoidedProduct"] = True
        if is_input is not is_waste:
            sheet.lack("openlca.avoided-on-the-other-side", f"{path}/direction", label)
    if exchange.is_reference:
        item["isQuantitativeReference"] = True
    _is_waste(sheet, exchange, path, is_waste=is_waste, is_told=facts is not None)
    provider = _provider(sheet, exchange, path)
    sheet.put(item, "defaultProvider", provider)
    sheet.location(item, exchange.location, f"{path}/location")
    _spread(sheet, item, exchange, path)
    sheet.text(item, "description", exchange.comment, at)
    _pedigree(sheet, item, exchange.uncertainty.pedigree, at)
    sheet.places["exchanges", exchange.id] = item
    return item


def _unit_from_outside(sheet: Sheet, exchange: Exchange, item: dict[str, Any], *, is_here: bool) -> None:
    """The unit and property of a package that the bundle is only a part of."""
    at = f"/exchanges/{escape(exchange.id)}"
    if is_here:
        return
    sheet.dangling += [f"{at}/unit", f"{at}/flowProperty"]
    own, written = exchange.flow_property.uuid, item["flowProperty"]["@id"]
    if isinstance(own, str) and own != written:
        sheet.note("openlca.id-made", f"{at}/flow_property/uuid", Fate.CONVERTED, own, written)
    kept = f"{tables.FAMILY}#{at}/unit/@id"
    if kept in sheet.extras:
        del item["unit"]["@id"]
    else:
        written = f'"{item["unit"]["@id"]}"'
        sheet.note("openlca.id-made", "/extras/" + escape(kept), Fate.INFERRED, None, written)


def _property_made(sheet: Sheet, exchange: Exchange, unit: Unit) -> None:
    """A flow without a property is counted in the unit of its exchanges."""
    key = sheet.book.find(DatasetKind.FLOW, exchange.flow)
    path = f"/exchanges/{escape(exchange.id)}/flow_property"
    if key is None:
        return
    if sheet.book.later.setdefault(key.id, unit.name) != unit.name:
        sheet.lack("openlca.no-unit", f"/exchanges/{escape(exchange.id)}/unit", unit.name, flow=key.id)
    id_, name = unit.flow_property["@id"], unit.flow_property["name"]
    sheet.note("openlca.property-of-unit", f"{path}/uuid", Fate.INFERRED, None, id_)
    sheet.note("openlca.property-of-unit", f"{path}/name/{language(name)}", Fate.INFERRED, None, name)


def _is_waste(sheet: Sheet, exchange: Exchange, path: str, *, is_waste: bool, is_told: bool) -> None:
    """The flow tells whether it is waste, in every exchange of it."""
    kept = sheet.extras.get(f"{tables.FAMILY}#{path}/flow/flowType")
    after = is_waste if is_told else kept == '"WASTE_FLOW"'
    if exchange.is_waste is not after:
        sheet.note("openlca.waste-by-flow", f"{path}/is_waste", Fate.CONVERTED, exchange.is_waste, after)


def _provider(sheet: Sheet, exchange: Exchange, path: str) -> dict[str, Any] | None:
    kind = DatasetKind.PROCESS
    if sheet.book.find(kind, exchange.provider) is None and sheet.book.find(
        DatasetKind.MODEL, exchange.provider
    ):
        kind = DatasetKind.MODEL
    return sheet.reference(kind, exchange.provider, f"{path}/defaultProvider", f"{path}/provider")


def _spread(sheet: Sheet, item: dict[str, Any], exchange: Exchange, path: str) -> None:
    told = write_uncertainty(exchange.uncertainty, exchange.amount)
    sheet.put(item, "uncertainty", told)
    if told is not None:
        rounded(sheet, exchange.uncertainty, f"{path}/uncertainty")


def rounded(sheet: Sheet, uncertainty: Uncertainty, path: str) -> None:
    """Numbers of a distribution that do not end."""
    names = ("spread", "centre", "minimum", "maximum")
    if uncertainty.distribution in (Distribution.TRIANGULAR, Distribution.UNIFORM):
        names = ("centre", "minimum", "maximum", "spread")
    for name in names:
        sheet.number({}, name, getattr(uncertainty, name), f"{path}/{name}")


def _pedigree(sheet: Sheet, node: dict[str, Any], pedigree: tuple[int, ...], at: str) -> None:
    if len(pedigree) == 5 and all(1 <= score <= 5 for score in pedigree):
        node["dqEntry"] = f"({';'.join(map(str, pedigree))})"
        sheet.book.has_pedigree = True


def _allocation(sheet: Sheet, process: Process, numbers: dict[str, int]) -> list[dict[str, Any]]:
    """Factors of a product for the process as a whole, or, if they differ by exchange, for each of these."""
    factors = []
    flows = {exchange.id: exchange.flow for exchange in process.exchanges}
    told_by: dict[object, str] = {}
    for exchange in process.exchanges:
        # Of several exchanges of one flow, the reference is the product: openLCA names it by its flow.
        if exchange.is_reference or exchange.flow.uuid not in told_by:
            told_by[exchange.flow.uuid] = exchange.id
    for exchange in process.exchanges:
        for path, allocation in _shares(sheet, exchange):
            factor: dict[str, Any] = {"@type": "AllocationFactor", "allocationType": CAUSAL}
            product = flows.get(allocation.product)
            reference = None if product is None else sheet.book.reference(DatasetKind.FLOW, product)
            if reference is None or not sheet.number(factor, "value", allocation.share, f"{path}/share"):
                sheet.lack("openlca.allocation-to-nothing", path, allocation.product)
                continue
            assert product is not None
            if told_by[product.uuid] != allocation.product:
                sheet.lack("openlca.product-twice", path, allocation.product, other=told_by[product.uuid])
            factor["product"] = reference
            if _is_whole(exchange, allocation):
                factor["allocationType"] = allocation.method
            else:
                # brightway finds the exchange by its flow.
                flow = sheet.book.reference(DatasetKind.FLOW, exchange.flow) or {}
                pointed = {"@type": "ExchangeRef", "internalId": numbers[exchange.id], "flow": flow}
                factor["exchange"] = pointed
            factors.append(factor)
    return factors


def _shares(sheet: Sheet, exchange: Exchange) -> Iterator[tuple[str, Allocation]]:
    """The shares of an exchange, one for each product."""
    told: dict[str, Allocation] = {}
    for key, one in keyed(exchange.allocations):
        assert isinstance(one, Allocation)
        path = f"/exchanges/{escape(exchange.id)}/allocations/{escape(key)}"
        first = told.setdefault(one.product, one)
        if first is one:
            yield path, one
        elif isinstance(one.share, Number) and one.share != first.share:
            sheet.lack("openlca.two-shares", path, shown(one.share), other=shown(first.share))


def _is_whole(exchange: Exchange, allocation: Allocation) -> bool:
    """Whether the share is one of the product for the whole process."""
    return allocation.method in _PRODUCT and allocation.product == exchange.id


def _parameters(sheet: Sheet, process: Process) -> list[dict[str, Any]]:
    found = []
    for parameter in process.parameters:
        at = f"/parameters/{escape(parameter.name)}"
        item: dict[str, Any] = {"@type": "Parameter"}
        id_ = f"{process.id}/{parameter.name}"
        item["name"] = parameter.name
        sheet.default(item, "@id", tables.entity_id("Parameter", id_), f"{at}/@id")
        sheet.default(item, "parameterScope", "PROCESS_SCOPE")
        sheet.default(item, "isInputParameter", not isinstance(parameter.formula, str))
        sheet.plain(item, "formula", parameter.formula)
        sheet.number(item, "value", parameter.value, f"{at}/value")
        sheet.put(item, "uncertainty", write_uncertainty(parameter.uncertainty, parameter.value))
        sheet.text(item, "description", parameter.description, at)
        sheet.places["parameters", parameter.name] = item
        found.append(item)
    return found


def _documentation(sheet: Sheet, process: Process) -> dict[str, Any]:
    at = "/processDocumentation"
    told: dict[str, Any] = {}
    for member, topic in tables.TOPICS.items():
        sheet.text(told, member, process.text(topic), at)
    for member, (role, kind) in tables.LINKS.items():
        target = next(iter(process.linked(role)), None)
        if target is not None:
            path = f"/links/{role}/target"
            sheet.put(told, member, sheet.reference(kind, target, f"{at}/{member}", path))
    role, kind = tables.SOURCES
    sources = [
        sheet.reference(kind, target, f"{at}/sources/{index}", f"/links/{_nth(role, index)}/target")
        for index, target in enumerate(process.linked(role))
    ]
    sheet.put(told, "sources", [source for source in sources if source is not None])
    sheet.day(told, "creationDate", process.created)
    _period(sheet, told, process)
    sheet.flag(told, "isCopyrightProtected", process.publication.is_copyrighted)
    sheet.put(told, "flowCompleteness", _ratings(process.completeness))
    sheet.put(told, "reviews", [_review(sheet, n, review) for n, review in enumerate(process.reviews)])
    sheet.put(told, "complianceDeclarations", _compliance(sheet, process))
    return told


def _nth(role: LinkRole, index: int) -> str:
    return f"{role}#{index + 1}" if index else str(role)


def _period(sheet: Sheet, told: dict[str, Any], process: Process) -> None:
    """Days; where only years are told, the first and the last day of them."""
    period = process.period
    sheet.day(told, "validFrom", period.start)
    sheet.day(told, "validUntil", period.end)
    if "validFrom" not in told and isinstance(period.reference_year, int):
        told["validFrom"] = f"{period.reference_year:04d}-01-01"
        fate = Fate.CONVERTED if here(period.start) else Fate.INFERRED
        before = period.start if here(period.start) else None
        sheet.note("openlca.day-of-year", "/period/start", fate, before, told["validFrom"])
    if "validUntil" not in told and isinstance(period.valid_until, int):
        told["validUntil"] = f"{period.valid_until:04d}-12-31"
        fate = Fate.CONVERTED if here(period.end) else Fate.INFERRED
        before = period.end if here(period.end) else None
        sheet.note("openlca.day-of-year", "/period/end", fate, before, told["validUntil"])


def _ratings(ratings: tuple[Rating, ...]) -> list[dict[str, Any]]:
    return [
        {
            "@type": "AspectValue",
            "aspect": rating.aspect,
            **({"value": rating.value} if isinstance(rating.value, str) else {}),
        }
        for rating in ratings
    ]


def _review(sheet: Sheet, number: int, review: Review) -> dict[str, Any]:
    at = f"/processDocumentation/reviews/{number}"
    item: dict[str, Any] = {"@type": "Review"}
    sheet.plain(item, "reviewType", review.kind)
    scopes = [
        {"@type": "ReviewScope", "name": scope.name, "methods": list(scope.methods)}
        for scope in review.scopes
    ]
    sheet.put(item, "scopes", scopes)
    sheet.text(item, "details", review.details, at)
    sheet.put(item, "assessment", _ratings(review.ratings))
    reviewers = [
        sheet.reference(DatasetKind.CONTACT, one, f"{at}/reviewers/{n}", f"/reviews/{number}/reviewers/{n}")
        for n, one in enumerate(review.reviewers)
    ]
    sheet.put(item, "reviewers", [one for one in reviewers if one is not None])
    report = sheet.reference(DatasetKind.SOURCE, review.report, f"{at}/report", f"/reviews/{number}/report")
    sheet.put(item, "report", report)
    return item


def _compliance(sheet: Sheet, process: Process) -> list[dict[str, Any]]:
    found = []
    for number, compliance in enumerate(process.compliance):
        at = f"/processDocumentation/complianceDeclarations/{number}"
        item: dict[str, Any] = {"@type": "ComplianceDeclaration"}
        system = sheet.reference(
            DatasetKind.SOURCE, compliance.system, f"{at}/system", f"/compliance/{number}/system"
        )
        sheet.put(item, "system", system)
        aspects = _ratings(compliance.ratings)
        if isinstance(compliance.approval, str):
            aspects.insert(0, {"@type": "AspectValue", "aspect": OVERALL, "value": compliance.approval})
        sheet.put(item, "aspects", aspects)
        found.append(item)
    return found
