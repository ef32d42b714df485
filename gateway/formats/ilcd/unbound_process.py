"""ILCD processes, from model to tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from gateway.codec.xmltree import Node, Value
from gateway.formats.ilcd.binding import (
    classification_nodes,
    langs,
    lay,
    numeral,
    put,
    reference_node,
    unbind,
    with_rest,
)
from gateway.formats.ilcd.bound_exchanges import percent
from gateway.formats.ilcd.lengths import PARAMETER
from gateway.formats.ilcd.process_terms import (
    AMOUNTS,
    CLASS_PATH,
    COMPLIANCE,
    COMPLIANCE_PATH,
    DIRECTIONS,
    DISTRIBUTIONS,
    EXCHANGE_PATH,
    FLOW_COMPLETENESS,
    KIND_PATH,
    KINDS,
    MODEL_COMPLETENESS,
    PARAMETER_PATH,
    PRINTED_SHARE,
    PRODUCT_MODEL,
    REFERENCE_PATH,
    RESULT_PATH,
    REVIEW_PATH,
    SCENARIO_PATH,
    SPREAD,
    WITHOUT,
)
from gateway.formats.ilcd.spreads import printed, spread
from gateway.model.activity import Place
from gateway.model.base import Missing
from gateway.model.dataset import DatasetKind, Reference
from gateway.model.process import (
    Compliance,
    Direction,
    Exchange,
    ImpactResult,
    Process,
    Review,
    Uncertainty,
)
from gateway.quantity.number import Number

Kept = Mapping[str, Mapping[str, Value]]

_KIND_WORDS: Final = {kind: word for word, kind in KINDS.items()}
_DISTRIBUTION_WORDS: Final = {kind: word for word, kind in DISTRIBUTIONS.items()}
_DIRECTION_WORDS: Final = {kind: word for word, kind in DIRECTIONS.items()}
_COMPLIANCE_KEYS: Final = {aspect: key for key, aspect in COMPLIANCE}


def process_node(process: Process, kept: Kept) -> Node:
    """The tree of a process, with what its own family kept."""
    root: Node = {}
    unbind(DatasetKind.PROCESS, process, root, kept)
    put(root, KIND_PATH, _KIND_WORDS.get(process.kind) if process.kind else None)
    put(root, CLASS_PATH, classification_nodes(process.classifications, kept))
    put(root, PARAMETER_PATH, list(_parameters(process, kept)))
    put(root, SCENARIO_PATH, list(_scenarios(process, kept)))
    for rating in process.completeness:
        if rating.aspect == PRODUCT_MODEL and isinstance(rating.value, str):
            put(root, MODEL_COMPLETENESS, rating.value)
    put(root, FLOW_COMPLETENESS, [
        {"@type": one.aspect, "@value": one.value}
        for one in process.completeness
        if one.aspect != PRODUCT_MODEL and isinstance(one.value, str)
    ])  # fmt: skip
    put(root, REVIEW_PATH, [_review(n, one, kept) for n, one in enumerate(process.reviews)])
    put(root, COMPLIANCE_PATH, [compliance_node(n, one, kept) for n, one in enumerate(process.compliance)])
    put(root, REFERENCE_PATH, _references(process, kept))
    exchanges = [_exchange(one, kept) for one in process.exchanges]
    flows = [r for r in process.results if r.direction is not None]
    impacts = [r for r in process.results if r.direction is None]
    indicators = list(_indicators(flows, "flows", kept, _flow_node))
    put(root, EXCHANGE_PATH, [*exchanges, *indicators])
    put(root, RESULT_PATH, list(_indicators(impacts, "impacts", kept, _impact_node)))
    lay(root, kept.get("", {}))
    return root


def _references(process: Process, kept: Kept) -> list[Value]:
    told: list[Value] = [one.id for one in process.references]
    order = kept.get("references", {})
    former = [
        value for pointer, value in sorted(order.items(), key=lambda item: int(item[0].rpartition("/")[2]))
    ]
    return former if sorted(map(str, former)) == sorted(map(str, told)) else told


def _exchange(exchange: Exchange, kept: Kept) -> Node:
    part = f"exchanges/{exchange.id}"
    mine = dict(kept.get(part, {}))
    node: Node = {"@dataSetInternalID": exchange.id}
    put(node, ("referenceToFlowDataSet",), _reference(exchange.flow, f"{part}/flow", kept))
    if isinstance(exchange.location, Place):
        node["location"] = exchange.location.code
    if not lacks(mine, "exchangeDirection"):
        node["exchangeDirection"] = _DIRECTION_WORDS[exchange.direction]
    if isinstance(exchange.parameter, str):
        node["referenceToVariable"] = exchange.parameter
    amount = numeral(exchange.amount)
    mean = (
        numeral(exchange.mean_amount) if exchange.mean_amount is not None else mine.pop("/meanAmount", amount)
    )
    if not lacks(mine, "meanAmount"):
        put(node, ("meanAmount",), mean)
    if not lacks(mine, "resultingAmount"):
        put(node, ("resultingAmount",), amount)
    put_uncertainty(node, exchange.uncertainty, ("minimumAmount", "maximumAmount"), mine)
    put(node, ("allocations", "allocation"), _allocations(exchange, mine))
    if isinstance(exchange.data_source_kind, str):
        node["dataSourceType"] = exchange.data_source_kind
    if isinstance(exchange.derivation, str):
        node["dataDerivationTypeStatus"] = exchange.derivation
    sources: list[Value] = [
        with_rest(reference_node(one), f"{part}/sources/{n}", kept) for n, one in enumerate(exchange.sources)
    ]
    put(node, ("referencesToDataSource", "referenceToDataSource"), sources)
    put(node, ("generalComment",), langs(exchange.comment))
    lay(node, mine)
    return node


def _allocations(exchange: Exchange, kept: dict[str, Value]) -> list[Value]:
    nodes: list[Value] = []
    for n, one in enumerate(exchange.allocations):
        told = kept.pop(f"/{PRINTED_SHARE}{n}", None)
        if isinstance(one.share, Number):
            share = told if told is not None else percent(one.share)
            nodes.append({"@internalReferenceToCoProduct": one.product, "@allocatedFraction": share})
    return nodes


def lacks(kept: dict[str, Value], key: str) -> bool:
    """Whether the source's node had no ``key``; the mark is used up."""
    return kept.pop(f"/{WITHOUT}{key}", None) is not None


def _reference(reference: Reference, part: str, kept: Kept) -> Node:
    return with_rest(reference_node(reference), part, kept)


def put_uncertainty(node: Node, told: Uncertainty, ends: tuple[str, str], kept: dict[str, Value]) -> None:
    """The spread as the format prints it: squared or doubled; as it was read where that is the same."""
    if told.distribution in _DISTRIBUTION_WORDS:
        node["uncertaintyDistributionType"] = _DISTRIBUTION_WORDS[told.distribution]
    for key, value in zip(ends, (told.minimum, told.maximum), strict=True):
        put(node, (key,), numeral(value))
    former = kept.pop(f"/{SPREAD}", None)
    if former is not None and spread(told.distribution, former) == told.spread:
        node[SPREAD] = former
    elif told.spread is not None:
        put(node, (SPREAD,), printed(told.distribution, told.spread))


Whole = Callable[[ImpactResult, str, Kept], Node]


def _indicators(results: Sequence[ImpactResult], start: str, kept: Kept, whole: Whole) -> Iterator[Node]:
    """One node for each indicator, with its values by module and scenario."""
    groups: list[list[ImpactResult]] = []
    for one in results:
        if groups and groups[-1][0].indicator == one.indicator and groups[-1][0].direction is one.direction:
            groups[-1].append(one)
        else:
            groups.append([one])
    at = 0
    for group in groups:
        part = f"{start}/{at}"
        yield _indicator(group, part, kept, whole)
        at += len(group)


def _indicator(group: Sequence[ImpactResult], part: str, kept: Kept, whole: Whole) -> Node:
    node = whole(group[0], part, kept)
    mine = dict(kept.get(part, {}))
    values = [one for one in group if one.module is not None or one.scenario is not None]
    totals = [one for one in group if one.module is None and one.scenario is None]
    if totals and totals[0].amount is not None:
        put(node, ("meanAmount",), numeral(totals[0].amount))
        put_uncertainty(node, totals[0].uncertainty, ("minimumAmount", "maximumAmount"), mine)
    amounts: list[Value] = [with_rest(_amount(one), f"{part}/{n}", kept) for n, one in enumerate(values)]
    put(node, AMOUNTS, amounts)
    put(node, ("generalComment",), langs(group[0].comment))
    is_left_out = lacks(mine, "meanAmount")
    lacks(mine, "exchangeDirection")
    lay(node, mine)
    if not is_left_out and "meanAmount" not in node:
        node["meanAmount"] = "0"  # the schema asks for one; readers of EPDs look at the modules
    return node


def _amount(one: ImpactResult) -> Node:
    node: Node = {}
    for key, value in (("@epd:module", one.module), ("@epd:scenario", one.scenario)):
        if isinstance(value, str):
            node[key] = value
    text = one.amount.text if isinstance(one.amount, Missing) else numeral(one.amount)
    if text is not None:
        node["#text"] = text
    return node


def _flow_node(first: ImpactResult, part: str, kept: Kept) -> Node:
    node: Node = {}
    put(node, ("referenceToFlowDataSet",), _reference(first.indicator, f"{part}/indicator", kept))
    assert first.direction is not None
    if f"/{WITHOUT}exchangeDirection" not in kept.get(part, {}):
        node["exchangeDirection"] = _DIRECTION_WORDS[first.direction]
    return node


def _impact_node(first: ImpactResult, part: str, kept: Kept) -> Node:
    node: Node = {}
    put(node, ("referenceToLCIAMethodDataSet",), _reference(first.indicator, f"{part}/indicator", kept))
    return node


def _parameters(process: Process, kept: Kept) -> Iterator[Node]:
    for n, one in enumerate(process.parameters):
        if len(one.name) > PARAMETER:
            continue
        mine = dict(kept.get(f"parameters/{n}", {}))
        node: Node = {"@name": one.name}
        if isinstance(one.formula, str):
            node["formula"] = one.formula
        put(node, ("meanValue",), numeral(one.value))
        put_uncertainty(node, one.uncertainty, ("minimumValue", "maximumValue"), mine)
        put(node, ("comment",), langs(one.comment))
        lay(node, mine)
        yield node


def _scenarios(process: Process, kept: Kept) -> Iterator[Node]:
    for n, one in enumerate(process.scenarios):
        node: Node = {"@epd:name": one.name}
        if isinstance(one.group, str):
            node["@epd:group"] = one.group
        if isinstance(one.is_default, bool):
            node["@epd:default"] = "true" if one.is_default else "false"
        yield with_rest(node, f"scenarios/{n}", kept)


def _review(n: int, review: Review, kept: Kept) -> Node:
    part = f"reviews/{n}"
    node: Node = {}
    if isinstance(review.kind, str):
        node["@type"] = review.kind
    put(node, ("common:scope",), [
        {"@name": one.name} | ({"common:method": [{"@name": m} for m in one.methods]} if one.methods else {})
        for one in review.scopes
    ])  # fmt: skip
    put(node, ("common:dataQualityIndicators", "common:dataQualityIndicator"), [
        {"@name": one.aspect, "@value": one.value} for one in review.ratings if isinstance(one.value, str)
    ])  # fmt: skip
    put(node, ("common:reviewDetails",), langs(review.details))
    reviewers: list[Value] = [
        _reference(one, f"{part}/reviewers/{i}", kept) for i, one in enumerate(review.reviewers)
    ]
    put(node, ("common:referenceToNameOfReviewerAndInstitution",), reviewers)
    put(node, ("common:otherReviewDetails",), langs(review.other_details))
    report = _reference(review.report, f"{part}/report", kept)
    if report.keys() - {"@type"}:
        # Other software looks for the source that a reference without anything means.
        put(node, ("common:referenceToCompleteReviewReport",), report)
    return with_rest(node, part, kept)


def compliance_node(n: int, one: Compliance, kept: Kept) -> Node:
    """The node of one compliance declaration."""
    node: Node = {}
    put(node, ("common:referenceToComplianceSystem",), _reference(one.system, f"compliance/{n}/system", kept))
    if isinstance(one.approval, str):
        node["common:approvalOfOverallCompliance"] = one.approval
    for rating in one.ratings:
        if rating.aspect in _COMPLIANCE_KEYS and isinstance(rating.value, str):
            node[_COMPLIANCE_KEYS[rating.aspect]] = rating.value
    return with_rest(node, f"compliance/{n}", kept)


def direction_word(direction: Direction | None) -> str | None:
    """How the format says a direction."""
    return _DIRECTION_WORDS[direction] if direction is not None else None
