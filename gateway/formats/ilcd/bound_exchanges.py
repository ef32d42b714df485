"""Exchanges of ILCD processes, from tree to model."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from gateway.codec.xmltree import Node, Value
from gateway.formats.ilcd.binding import Binder, in_digits, names, number, put, take
from gateway.formats.ilcd.bound_results import flow_indicator, take_amounts
from gateway.formats.ilcd.bound_values import nodes_of, place_of, uncertainty, without
from gateway.formats.ilcd.process_terms import DIRECTIONS, EXCHANGE_PATH, PRINTED_SHARE, REFERENCE_PATH
from gateway.model.base import proven
from gateway.model.dataset import Coefficient
from gateway.model.process import Allocation, Direction, Exchange, ImpactResult
from gateway.quantity import quotient, times
from gateway.quantity.number import Number

_EXCHANGE_TEXTS: Final = {
    "@dataSetInternalID": "id",
    "referenceToVariable": "parameter",
    "dataDerivationTypeStatus": "derivation",
    "dataSourceType": "data_source_kind",
}


def exchanges_and_results(binder: Binder) -> tuple[tuple[Exchange, ...], tuple[ImpactResult, ...]]:
    """Exchanges, and apart from them the indicators that an EPD states as flows."""
    references = take(binder.root, REFERENCE_PATH)
    told = [one for one in references if isinstance(one, str)] if isinstance(references, list) else []
    exchanges: list[Exchange] = []
    results: list[ImpactResult] = []
    met: set[str] = set()
    for node in nodes_of(binder.root, EXCHANGE_PATH):
        if take_amounts(node, look=True):
            results.extend(flow_indicator(binder, node, len(results)))
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
    # Where a variable makes the amount, the mean amount is not it.
    amount = number(resulting if resulting is not None or variable is not None else mean)
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
