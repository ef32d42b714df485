"""ILCD processes, from tree to model: exchanges, results, parameters, reviews and what else has a shape."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from gateway.codec.xmltree import Node, Value
from gateway.formats.ilcd.binding import Binder, in_digits, names, number, prune, put, take
from gateway.formats.ilcd.spreads import printed, spread
from gateway.model.base import Missing, Reason, proven
from gateway.model.dataset import Coefficient, DatasetKind, Reference
from gateway.model.process import (
    Allocation,
    Compliance,
    Direction,
    Distribution,
    Exchange,
    ImpactResult,
    Parameter,
    Period,
    Process,
    ProcessKind,
    Publication,
    Rating,
    Review,
    Scenario,
    Scope,
    Uncertainty,
)
from gateway.quantity import quotient, times
from gateway.quantity.number import Number

# ILCD 1.1 lists, by the word of the format.
KINDS: Final[Mapping[str, ProcessKind]] = {
    "Unit process, single operation": ProcessKind.UNIT_PROCESS,
    "Unit process, black box": ProcessKind.BLACK_BOX,
    "LCI result": ProcessKind.LCI_RESULT,
    "Partly terminated system": ProcessKind.PARTLY_TERMINATED,
    "Avoided product system": ProcessKind.AVOIDED,
    "EPD": ProcessKind.EPD,
}
DISTRIBUTIONS: Final[Mapping[str, Distribution]] = {
    "undefined": Distribution.UNDEFINED,
    "log-normal": Distribution.LOG_NORMAL,
    "normal": Distribution.NORMAL,
    "triangular": Distribution.TRIANGULAR,
    "uniform": Distribution.UNIFORM,
}
_EXCHANGE_TEXTS: Final = {
    "@dataSetInternalID": "id",
    "referenceToVariable": "parameter",
    "dataDerivationTypeStatus": "derivation",
    "dataSourceType": "data_source_kind",
}
DIRECTIONS: Final = {"Input": Direction.INPUT, "Output": Direction.OUTPUT}
KIND_PATH: Final = ("modellingAndValidation", "LCIMethodAndAllocation", "typeOfDataSet")
REFERENCE_PATH: Final = ("processInformation", "quantitativeReference", "referenceToReferenceFlow")
CLASS_PATH: Final = (
    "processInformation",
    "dataSetInformation",
    "classificationInformation",
    "common:classification",
)
PARAMETER_PATH: Final = ("processInformation", "mathematicalRelations", "variableParameter")
REVIEW_PATH: Final = ("modellingAndValidation", "validation", "review")
COMPLIANCE_PATH: Final = ("modellingAndValidation", "complianceDeclarations", "compliance")
MODEL_COMPLETENESS: Final = ("modellingAndValidation", "completeness", "completenessProductModel")
FLOW_COMPLETENESS: Final = ("modellingAndValidation", "completeness", "completenessElementaryFlows")
EXCHANGE_PATH: Final = ("exchanges", "exchange")
RESULT_PATH: Final = ("LCIAResults", "LCIAResult")
SCENARIO_PATH: Final = (
    "processInformation",
    "dataSetInformation",
    "common:other",
    "epd:scenarios",
    "epd:scenario",
)
AMOUNTS: Final = ("common:other", "epd:amount")
UNIT_GROUP: Final = ("common:other", "epd:referenceToUnitGroupDataSet")
PRODUCT_MODEL: Final = "product-model"
# Marks in the rest of a node what the source left out and readers fill in.
WITHOUT: Final = "#without:"
# Where the rest of an exchange has a share as it was printed, by position.
PRINTED_SHARE: Final = "#share:"
SPREAD: Final = "relativeStandardDeviation95In"
COMPLIANCE: Final = (
    ("common:nomenclatureCompliance", "nomenclature"),
    ("common:methodologicalCompliance", "method"),
    ("common:reviewCompliance", "review"),
    ("common:documentationCompliance", "documentation"),
    ("common:qualityCompliance", "quality"),
)
# EN 15804: what stands in place of a value.
ABSENT: Final = {
    "MND": Reason.NOT_DECLARED,
    "ND": Reason.NOT_DECLARED,
    "INA": Reason.NOT_DECLARED,
    "MNR": Reason.NOT_APPLICABLE,
}


def process(root: Node) -> Process:
    """A process out of its tree, which is used up."""
    binder = Binder(DatasetKind.PROCESS, root)
    binder.bind()
    fields: dict[str, Any] = {
        "kind": _coded(root, KIND_PATH, KINDS),
        "classifications": binder.classes(CLASS_PATH),
        "parameters": _parameters(binder),
        "completeness": _completeness(root),
        "reviews": _reviews(binder),
        "compliance": compliance(binder, COMPLIANCE_PATH),
        "scenarios": _scenarios(binder),
    }
    exchanges, flow_results = _exchanges(binder)
    fields |= {"exchanges": exchanges, "results": (*flow_results, *_results(binder))}
    fields["period"] = Period.model_validate(binder.group("period"))
    fields["publication"] = Publication.model_validate(binder.group("publication"))
    binder.rest.keep("", prune(binder.root))
    return Process.model_validate(fields | binder.common())


def _coded(root: Node, path: tuple[str, ...], codes: Mapping[str, Any]) -> Any:  # noqa: ANN401 - of the list
    found = take(root, path)
    if isinstance(found, str) and found in codes:
        return codes[found]
    put(root, path, found)
    return None


def taken(root: Node, path: tuple[str, ...], convert: Any) -> Any:  # noqa: ANN401 - what the converter gives
    """Take a node and convert it; where the converter cannot, the node stays."""
    found = take(root, path)
    value = convert(found) if found is not None else None
    if value is None:
        put(root, path, found)
    return value


def nodes_of(root: Node, path: tuple[str, ...]) -> list[Node]:
    """Take the nodes of a list; where it is none, it stays."""
    found = take(root, path)
    if isinstance(found, list) and all(isinstance(one, dict) for one in found):
        return found  # type: ignore[return-value]
    put(root, path, found)
    return []


def _exchanges(binder: Binder) -> tuple[tuple[Exchange, ...], tuple[ImpactResult, ...]]:
    """Exchanges, and apart from them the indicators that an EPD states as flows."""
    references = take(binder.root, REFERENCE_PATH)
    told = [one for one in references if isinstance(one, str)] if isinstance(references, list) else []
    exchanges: list[Exchange] = []
    results: list[ImpactResult] = []
    met: set[str] = set()
    for node in nodes_of(binder.root, EXCHANGE_PATH):
        if take_amounts(node, look=True):
            results.extend(_flow_indicator(binder, node, len(results)))
            continue
        exchange = _exchange(binder, node, told)
        if exchange.is_reference:
            met.add(exchange.id)
        exchanges.append(exchange)
    dangling: list[Value] = [one for one in told if one not in met]
    if dangling or not isinstance(references, list):
        put(binder.root, REFERENCE_PATH, dangling or references)
    elif [e.id for e in exchanges if e.is_reference] != told:
        binder.rest.keep("references", {"order": list[Value](told)})
    return tuple(exchanges), tuple(results)


def _exchange(binder: Binder, node: Node, references: list[str]) -> Exchange:
    fields: dict[str, object] = {"id": ""}
    left: Node = {}
    for key, value in node.items():
        name = _EXCHANGE_TEXTS.get(key)
        if name is not None and isinstance(value, str):
            fields[name] = value
        else:
            left[key] = value
    id_ = fields["id"]
    part = f"exchanges/{id_}"
    fields["is_reference"] = is_reference = id_ in references
    fields["amount"], fields["mean_amount"] = _amounts(left, fields.get("parameter"))
    flow = left.pop("referenceToFlowDataSet", None)
    direction = left.get("exchangeDirection")
    if isinstance(direction, str) and direction in DIRECTIONS:
        del left["exchangeDirection"]
    elif direction is None:
        without(left, "exchangeDirection")
    fields["direction"] = DIRECTIONS.get(
        str(direction), Direction.OUTPUT if is_reference else Direction.INPUT
    )
    if isinstance(flow, dict):
        fields["flow"] = binder.reference(f"{part}/flow", flow)
    if left:
        _further(binder, left, part, fields)
        binder.rest.keep(part, left)
    return proven(Exchange, fields)


def _amounts(node: Node, variable: object) -> tuple[Coefficient, Coefficient]:
    """The amount, and the mean amount where it is another one or a variable makes the amount of it."""
    mean, resulting = node.pop("meanAmount", None), node.pop("resultingAmount", None)
    amount = number(resulting if resulting is not None else mean)
    if resulting is None and mean is not None:
        without(node, "resultingAmount")
    if variable is None and (resulting is None or mean == resulting):
        return amount, None
    mean_amount = number(mean)
    if mean_amount != amount or variable is not None:
        return amount, mean_amount
    if resulting is not None and mean != resulting:
        put(node, ("meanAmount",), mean)
        if mean is None:
            without(node, "meanAmount")
    return amount, None


def _further(binder: Binder, node: Node, part: str, fields: dict[str, object]) -> None:
    """What most exchanges do not have."""
    sources = nodes_of(node, ("referencesToDataSource", "referenceToDataSource"))
    fields["location"] = place_of(node)
    fields["uncertainty"] = uncertainty(node, "minimumAmount", "maximumAmount")
    fields["allocations"] = _allocations(node)
    fields["sources"] = tuple(binder.reference(f"{part}/sources/{n}", one) for n, one in enumerate(sources))
    comment = names(node.get("generalComment"))
    if comment is not None:
        del node["generalComment"]
        fields["comment"] = comment


def place_of(node: Node) -> Any:  # noqa: ANN401 - a place, or none
    """The place of an exchange or factor."""
    from gateway.formats.ilcd.binding import FAMILY
    from gateway.model.activity import Place

    code = text_of(node, "location") if node.get("location") else None
    return Place(code=code, scheme=FAMILY) if code else None


def uncertainty(node: Node, least: str, most: str) -> Uncertainty:
    """The spread of an amount; ``spread`` is unsquared, and the printed figure stays with the rest."""
    kind = DISTRIBUTIONS.get(str(node.get("uncertaintyDistributionType")))
    if kind is None and least not in node and most not in node:
        return _CERTAIN
    if kind is not None:
        del node["uncertaintyDistributionType"]
    found = spread(kind, node.get(SPREAD))
    if found is not None and printed(kind, found) == node.get(SPREAD):
        del node[SPREAD]
    return Uncertainty(
        distribution=kind,
        spread=found,
        minimum=number(node.pop(least, None)),
        maximum=number(node.pop(most, None)),
    )


# The default itself: walks over a model know it by identity.
_CERTAIN: Final[Uncertainty] = Exchange.model_fields["uncertainty"].default


def without(node: Node, key: str) -> None:
    """Remember that a node has no ``key``, which our writer would give it."""
    node[f"{WITHOUT}{key}"] = ""


def _allocations(node: Node) -> tuple[Allocation, ...]:
    found = []
    for n, one in enumerate(nodes_of(node, ("allocations", "allocation"))):
        product, told = one.get("@internalReferenceToCoProduct"), one.get("@allocatedFraction")
        share = number(told)
        if isinstance(share, Number):
            share = Number(quotient(share.value, Decimal(100)))
            if told is not None and percent(share) != told:
                node[f"{PRINTED_SHARE}{n}"] = told
        found.append(Allocation(product=str(product or ""), share=share))
    return tuple(found)


def percent(share: Number) -> str:
    """A share as the format counts it."""
    whole = times(share.value, Decimal(100))
    if isinstance(whole, Decimal):
        plain = f"{whole:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return in_digits(Number(whole))


def take_amounts(node: Node, *, look: bool = False) -> list[Node]:
    """The values by module and scenario of an EPD's indicator."""
    other = node.get(AMOUNTS[0])
    found = other.get(AMOUNTS[1]) if isinstance(other, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        return []
    if not look:
        take(node, AMOUNTS)
    return found  # type: ignore[return-value]


def _flow_indicator(binder: Binder, node: Node, start: int) -> list[ImpactResult]:
    told = node.get("exchangeDirection")
    if isinstance(told, str) and told in DIRECTIONS:
        del node["exchangeDirection"]
    elif told is None:
        without(node, "exchangeDirection")
    direction = DIRECTIONS.get(str(told), Direction.INPUT)
    flow = node.pop("referenceToFlowDataSet", None)
    return _indicator(binder, node, flow, start, f"flows/{start}", direction)


def _results(binder: Binder) -> tuple[ImpactResult, ...]:
    found: list[ImpactResult] = []
    for node in nodes_of(binder.root, RESULT_PATH):
        method = node.pop("referenceToLCIAMethodDataSet", None)
        start = len(found)
        found.extend(_indicator(binder, node, method, start, f"impacts/{start}", None))
    return tuple(found)


def _indicator(
    binder: Binder, node: Node, target: Value | None, start: int, part: str, direction: Direction | None
) -> list[ImpactResult]:
    """All values of one indicator; the first carries what is said of the indicator as a whole."""
    indicator = binder.reference(f"{part}/indicator", target) if isinstance(target, dict) else Reference()
    amounts = take_amounts(node)
    mean = node.get("meanAmount")
    if mean is None:
        without(node, "meanAmount")
    elif amounts and mean == "0":
        del node["meanAmount"]  # what our writer puts there
    comment = names(node.get("generalComment"))
    whole = number(mean)
    made = []
    if not amounts or (isinstance(whole, Number) and whole.value != 0):
        node.pop("meanAmount", None)
        made.append(
            ImpactResult(
                indicator=indicator,
                direction=direction,
                amount=whole,
                uncertainty=uncertainty(node, "minimumAmount", "maximumAmount"),
            )
        )
    for n, one in enumerate(amounts):
        module, scenario = one.pop("@epd:module", None), one.pop("@epd:scenario", None)
        text = one.pop("#text", None)
        binder.rest.keep(f"{part}/{n}", one)
        made.append(
            ImpactResult(
                indicator=indicator,
                direction=direction,
                module=module if isinstance(module, str) else None,
                scenario=scenario if isinstance(scenario, str) else None,
                amount=_declared(text),
            )
        )
    if comment is not None:
        del node["generalComment"]
        made[0] = made[0].model_copy(update={"comment": comment})
    binder.rest.keep(part, node)
    return made


def _declared(text: Value | None) -> Coefficient:
    word = text.strip().upper() if isinstance(text, str) else ""
    if word in ABSENT:
        return Missing(missing=ABSENT[word], text=str(text))
    return number(text) if text is not None else Missing(missing=Reason.NULL)


def _parameters(binder: Binder) -> tuple[Parameter, ...]:
    found = []
    for node in nodes_of(binder.root, PARAMETER_PATH):
        name = text_of(node, "@name") or ""
        comment = names(node.get("comment"))
        if comment is not None:
            del node["comment"]
        found.append(
            Parameter(
                name=name,
                formula=text_of(node, "formula"),
                value=number(node.pop("meanValue", None)),
                uncertainty=uncertainty(node, "minimumValue", "maximumValue"),
                comment=comment,
            )
        )
        binder.rest.keep(f"parameters/{len(found) - 1}", node)
    return tuple(found)


def _scenarios(binder: Binder) -> tuple[Scenario, ...]:
    found = []
    for node in nodes_of(binder.root, SCENARIO_PATH):
        default = node.get("@epd:default")
        if default in ("true", "false"):
            del node["@epd:default"]
        found.append(
            Scenario(
                name=text_of(node, "@epd:name") or "",
                group=text_of(node, "@epd:group"),
                is_default={"true": True, "false": False}.get(str(default)),
            )
        )
        binder.rest.keep(f"scenarios/{len(found) - 1}", node)
    return tuple(found)


def _completeness(root: Node) -> tuple[Rating, ...]:
    found = []
    whole = take(root, MODEL_COMPLETENESS)
    if isinstance(whole, str):
        found.append(Rating(aspect=PRODUCT_MODEL, value=whole))
    nodes = nodes_of(root, FLOW_COMPLETENESS)
    if all(set(one) == {"@type", "@value"} for one in nodes):
        return (*found, *(Rating(aspect=str(one["@type"]), value=str(one["@value"])) for one in nodes))
    put(root, FLOW_COMPLETENESS, list[Value](nodes))
    return tuple(found)


def _reviews(binder: Binder) -> tuple[Review, ...]:
    found = []
    for n, node in enumerate(nodes_of(binder.root, REVIEW_PATH)):
        part = f"reviews/{n}"
        details, other = names(node.get("common:reviewDetails")), names(node.get("common:otherReviewDetails"))
        for key, text in (("common:reviewDetails", details), ("common:otherReviewDetails", other)):
            if text is not None:
                del node[key]
        reviewers = nodes_of(node, ("common:referenceToNameOfReviewerAndInstitution",))
        report = node.pop("common:referenceToCompleteReviewReport", None)
        found.append(
            Review(
                kind=text_of(node, "@type"),
                scopes=_scopes(node),
                ratings=_ratings(node),
                details=details,
                other_details=other,
                reviewers=tuple(
                    binder.reference(f"{part}/reviewers/{i}", one) for i, one in enumerate(reviewers)
                ),
                report=binder.reference(f"{part}/report", report)
                if isinstance(report, dict)
                else Reference(),
            )
        )
        binder.rest.keep(part, node)
    return tuple(found)


def _scopes(node: Node) -> tuple[Scope, ...]:
    found = []
    for one in nodes_of(node, ("common:scope",)):
        methods = one.get("common:method", [])
        told = [m.get("@name") for m in methods if isinstance(m, dict)] if isinstance(methods, list) else []
        found.append(Scope(name=str(one.get("@name", "")), methods=tuple(map(str, told))))
    return tuple(found)


def _ratings(node: Node) -> tuple[Rating, ...]:
    path = ("common:dataQualityIndicators", "common:dataQualityIndicator")
    return tuple(
        Rating(aspect=str(one.get("@name", "")), value=str(one.get("@value", "")))
        for one in nodes_of(node, path)
    )


def compliance(binder: Binder, path: tuple[str, ...]) -> tuple[Compliance, ...]:
    """What a data set says it complies with."""
    found = []
    for n, node in enumerate(nodes_of(binder.root, path)):
        system = node.pop("common:referenceToComplianceSystem", None)
        ratings = [(aspect, text_of(node, key)) for key, aspect in COMPLIANCE]
        found.append(
            Compliance(
                system=binder.reference(f"compliance/{n}/system", system)
                if isinstance(system, dict)
                else Reference(),
                approval=text_of(node, "common:approvalOfOverallCompliance"),
                ratings=tuple(Rating(aspect=a, value=v) for a, v in ratings if v is not None),
            )
        )
        binder.rest.keep(f"compliance/{n}", node)
    return tuple(found)


def text_of(node: Node, key: str) -> str | None:
    """Take a text; where it is none, it stays."""
    value = node.get(key)
    if not isinstance(value, str):
        return None
    del node[key]
    return value
