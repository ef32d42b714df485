"""Read a process: exchanges, parameters, allocation and documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from gateway.formats.openlca import tables
from gateway.formats.openlca.taking import Page, Taking
from gateway.formats.openlca.uncertainty import read_uncertainty
from gateway.model.base import LangText
from gateway.model.dataset import Classification, Document, Link, LinkRole, Reference
from gateway.model.process import (
    Allocation,
    Compliance,
    Direction,
    Exchange,
    Parameter,
    Period,
    Process,
    ProcessKind,
    Publication,
    Rating,
    Review,
    Scope,
)
from gateway.model.walk import escape
from gateway.report import Severity

PROCESS_TYPES: Final = {"UNIT_PROCESS": ProcessKind.UNIT_PROCESS, "LCI_RESULT": ProcessKind.LCI_RESULT}
CAUSAL: Final = "CAUSAL_ALLOCATION"
# How openLCA names the respect in which ILCD states approval as a whole.
OVERALL: Final = "Overall compliance"
_PEDIGREE: Final = re.compile(r"\(([1-5]);([1-5]);([1-5]);([1-5]);([1-5])\)", re.ASCII)


def read_process(
    page: Page, one: Taking, common: dict[str, Any], classifications: tuple[Classification, ...]
) -> Process:
    """The process; the caller keeps what is left of ``one``."""
    kind = one.string("processType")
    if kind is not None and kind not in PROCESS_TYPES:
        page.find("openlca.unknown-code", "/processType", kind, list="ProcessType")
        page.keep(kind, "/processType", fits=False)
    _last_number(one)
    documents = list(common.pop("documents", ()))
    links: list[Link] = []
    system = one.reference("dqSystem")
    exchanges = _allocated(page, one, list(_exchanges(page, one)))
    found: dict[str, Any] = {}
    told = one.inside("processDocumentation")
    if told is not None:
        found = _documentation(told, documents, links)
        told.keep()
    if system != Reference():
        links.append(Link(role=LinkRole.DATA_QUALITY_SYSTEM, target=system))
    return Process(
        **common,
        **found,
        classifications=classifications,
        documents=tuple(documents),
        links=tuple(links),
        kind=PROCESS_TYPES.get(kind or ""),
        location=one.location(),
        is_infrastructure=one.flag("isInfrastructureProcess"),
        default_allocation=one.string("defaultAllocationMethod"),
        pedigree=_pedigree(one),
        exchanges=tuple(exchanges),
        parameters=tuple(_parameters(page, one)),
    )


def _last_number(one: Taking) -> None:
    """The counter of exchanges says nothing where it is the highest number of one."""
    numbers = [item.get("internalId") for item in one.left.get("exchanges") or () if isinstance(item, dict)]
    highest = max((number for number in numbers if isinstance(number, int)), default=0)
    if one.left.get("lastInternalId") == highest:
        del one.left["lastInternalId"]


def _exchanges(page: Page, one: Taking) -> Iterator[Exchange]:
    seen: set[str] = set()
    references = 0
    free = [item.get("internalId") for item in one.left.get("exchanges") or () if isinstance(item, dict)]
    following = max((n for n in free if isinstance(n, int)), default=0)
    for index, item in one.items("exchanges", "Exchange"):
        number = item.take("internalId")
        own = str(number) if isinstance(number, int) and not isinstance(number, bool) else ""
        if not own or own in seen:
            following += 1
            page.find("openlca.internal-id", f"/exchanges/{index}/internalId", number, Severity.WARNING)
            page.mend("openlca.internal-id", f"/exchanges/{index}/internalId", number, following)
            own = str(following)
        seen.add(own)
        own = page.ids.get(f"/exchanges/{own}", own)
        exchange = _exchange(page, item, own, f"/exchanges/{index}")
        references += exchange.is_reference
        yield exchange
    if references != 1:
        code = "openlca.several-references" if references else "openlca.no-reference"
        page.find(code, "/exchanges", references, Severity.WARNING)


def _exchange(page: Page, item: Taking, own: str, at: str) -> Exchange:
    # Leftovers stand under the number, which stays when other exchanges go.
    item.at = f"/exchanges/{escape(own)}"
    flow_type = _flow_type(item)
    amount = item.number("amount")
    flow, quantity = item.reference("flow"), item.reference("flowProperty")
    if amount is None:
        page.find("openlca.no-amount", f"{at}/amount", item.left.get("amount"))
    if flow.uuid is None:
        page.find("openlca.no-flow", f"{at}/flow", item.left.get("flow"))
    elif flow.uuid not in page.here:
        page.find("openlca.dangling", f"{at}/flow", flow.uuid)
    is_input, is_avoided = item.flag("isInput"), item.flag("isAvoidedProduct") or False
    if is_input is None:
        saw = item.left.get("isInput")
        page.find("openlca.no-direction", f"{at}/isInput", saw, Severity.WARNING)
    direction = Direction.INPUT if is_input else Direction.OUTPUT
    if is_avoided:
        # Avoided products stand among the inputs, avoided waste among the outputs: linked as what is avoided
        wanted = Direction.OUTPUT if flow_type == "WASTE_FLOW" else Direction.INPUT
        if direction is not wanted:
            page.find("openlca.avoided-on-the-other-side", f"{at}/isInput", is_input, Severity.WARNING)
            page.mend("openlca.avoided-on-the-other-side", f"{at}/isInput", is_input, wanted.value)
        direction = Direction.INPUT if wanted is Direction.OUTPUT else Direction.OUTPUT
    comment = item.left.get("description")
    found = Exchange(
        id=own,
        flow=flow,
        direction=direction,
        amount=amount,
        unit=_unit(page, item, at, is_known=page.repeats(quantity.uuid, f"{item.at}/unit")),
        flow_property=quantity,
        formula=item.string("amountFormula"),
        is_reference=item.flag("isQuantitativeReference") or False,
        is_avoided=is_avoided,
        is_waste=flow_type == "WASTE_FLOW",
        provider=item.reference("defaultProvider"),
        location=item.location(),
        uncertainty=read_uncertainty(item, amount, pedigree=_pedigree(item)),
        comment=item.names("description") if comment else None,
    )
    item.keep()
    return found


def _flow_type(item: Taking) -> str:
    flow = item.left.get("flow")
    told = flow.get("flowType") if isinstance(flow, dict) else None
    return told if isinstance(told, str) else ""


def _unit(page: Page, item: Taking, at: str, *, is_known: bool) -> str | None:
    """The name of the unit; its id is left out where a unit group of the package tells it."""
    value = item.left.get("unit")
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(name, str) or not name:
        if not page.is_epd or value is not None:  # an EPD may leave it to the flow
            page.find("openlca.no-unit", f"{at}/unit", value)
        return None
    del item.left["unit"]
    id_ = value.get("@id")
    if isinstance(id_, str) and not is_known:
        page.extras[f"{tables.FAMILY}#{item.at}/unit/@id"] = f'"{id_}"'
    return name


def _pedigree(one: Taking) -> tuple[int, ...]:
    """Five scores from 1 to 5; entries of other systems stay as they are."""
    told = one.left.get("dqEntry")
    scores = _PEDIGREE.fullmatch(told) if isinstance(told, str) else None
    if scores is None:
        return ()
    del one.left["dqEntry"]
    return tuple(int(score) for score in scores.groups())


def _allocated(page: Page, one: Taking, exchanges: list[Exchange]) -> list[Exchange]:
    """The exchanges with their allocation; a factor that fits none of them stays an extra."""
    places = {exchange.id: index for index, exchange in enumerate(exchanges)}
    products: dict[str, str] = {}
    for exchange in exchanges:
        flow = exchange.flow.uuid
        # Of several exchanges of one flow, the reference is the product.
        if isinstance(flow, str) and (exchange.is_reference or flow not in products):
            products[flow] = exchange.id
    shares: dict[str, list[Allocation]] = {}
    left = []
    for _, factor in one.items("allocationFactors", "AllocationFactor"):
        raw = dict(factor.left)
        product = products.get(str(factor.reference("product").uuid))
        pointed = factor.take("exchange")
        number = pointed.get("internalId") if isinstance(pointed, dict) else None
        owner = product if pointed is None else page.ids.get(f"/exchanges/{number}", str(number))
        method = factor.string("allocationType")
        share = factor.number("value")
        own = None if method == CAUSAL and pointed is not None else method
        extra = [name for name in factor.left if factor.left[name] not in (None, "")]
        if product is None or owner not in places or share is None or extra or method is None:
            left.append({"@type": "AllocationFactor", **raw})
            if product is None or owner not in places:
                page.find("openlca.allocation-to-nothing", factor.at, product or number, Severity.WARNING)
            continue
        allocation = Allocation(product=product, share=share, method=own)
        if any(there.key == allocation.key for there in shares.get(owner, ())):
            left.append({"@type": "AllocationFactor", **raw})
            continue
        shares.setdefault(owner, []).append(allocation)
    if left:
        page.keep({str(n): value for n, value in enumerate(left)}, "/allocationFactors/+")
    for owner, allocations in shares.items():
        place = places[owner]
        exchanges[place] = exchanges[place].model_copy(update={"allocations": tuple(allocations)})
    return exchanges


def _parameters(page: Page, one: Taking) -> Iterator[Parameter]:
    seen: set[str] = set()
    for index, item in one.items("parameters", "Parameter"):
        name = item.string("name")
        if name is None or name in seen:
            page.find("openlca.no-name" if name is None else "openlca.two-of-one-name", item.at, name)
            if name is not None:
                item.left["name"] = name
            page.keep(item.left, f"/parameters/{index}", fits=False)
            continue
        seen.add(name)
        item.at = f"/parameters/{escape(name)}"
        is_input, formula = item.flag("isInputParameter"), item.string("formula")
        value = item.number("value")
        if is_input is not None and is_input is not (formula is None):
            item.left["isInputParameter"] = is_input
        found = Parameter(
            name=name,
            value=value,
            formula=formula,
            uncertainty=read_uncertainty(item, value),
            description=item.names("description"),
        )
        if item.left.get("parameterScope") == "PROCESS_SCOPE":
            del item.left["parameterScope"]
        item.keep()
        yield found


def _documentation(one: Taking, documents: list[Document], links: list[Link]) -> dict[str, Any]:
    for member, topic in tables.TOPICS.items():
        text = one.names(member)
        if text is not None:
            documents.append(Document(topic=topic, text=text))
    for target in one.references("sources"):
        links.append(Link(role=tables.SOURCES[0], target=target))
    for member, (role, _) in tables.LINKS.items():
        target = one.reference(member)
        if target != Reference():
            links.append(Link(role=role, target=target))
    return {
        "created": one.string("creationDate"),
        "period": Period(start=one.string("validFrom"), end=one.string("validUntil")),
        "publication": Publication(is_copyrighted=one.flag("isCopyrightProtected")),
        "completeness": _ratings(one, "flowCompleteness"),
        "reviews": tuple(_reviews(one)),
        "compliance": tuple(_compliance(one)),
    }


def _ratings(one: Taking, name: str) -> tuple[Rating, ...]:
    found = []
    for _, item in one.items(name, "AspectValue"):
        aspect = item.string("aspect")
        found.append(Rating(aspect=aspect or "", value=item.string("value")))
        item.keep()
    return tuple(found)


def _reviews(one: Taking) -> Iterator[Review]:
    for _, item in one.items("reviews", "Review"):
        scopes = []
        for _, scope in item.items("scopes", "ReviewScope"):
            methods = [method for method in scope.list("methods") if isinstance(method, str)]
            scopes.append(Scope(name=scope.string("name") or "", methods=tuple(methods)))
            scope.keep()
        details = item.names("details")
        yield Review(
            kind=item.string("reviewType"),
            scopes=tuple(scopes),
            ratings=_ratings(item, "assessment"),
            details=details if isinstance(details, LangText) else None,
            reviewers=item.references("reviewers"),
            report=item.reference("report"),
        )
        item.keep()


def _compliance(one: Taking) -> Iterator[Compliance]:
    for _, item in one.items("complianceDeclarations", "ComplianceDeclaration"):
        ratings = _ratings(item, "aspects")
        approval = next((rating.value for rating in ratings if rating.aspect == OVERALL), None)
        yield Compliance(
            system=item.reference("system"),
            approval=approval,
            ratings=tuple(rating for rating in ratings if rating.aspect != OVERALL),
        )
        item.keep()
