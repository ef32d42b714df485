"""Declared results of ILCD processes, from tree to model, by module and scenario."""

from __future__ import annotations

from gateway.codec.xmltree import Node, Value
from gateway.formats.ilcd.binding import Binder, names, number, take
from gateway.formats.ilcd.bound_values import nodes_of, text_of, uncertainty, without
from gateway.formats.ilcd.process_terms import (
    ABSENT,
    AMOUNTS,
    DIRECTIONS,
    RESULT_PATH,
    SCENARIO_PATH,
)
from gateway.model.base import Missing, Reason
from gateway.model.dataset import Coefficient, Reference
from gateway.model.process import Direction, ImpactResult, Scenario
from gateway.quantity.number import Number


def take_amounts(node: Node, *, look: bool = False) -> list[Node]:
    """The values by module and scenario of an EPD's indicator."""
    other = node.get(AMOUNTS[0])
    found = other.get(AMOUNTS[1]) if isinstance(other, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        return []
    if not look:
        take(node, AMOUNTS)
    return found  # type: ignore[return-value]


def flow_indicator(binder: Binder, node: Node, start: int) -> list[ImpactResult]:
    """The values of an indicator that stands among the exchanges."""
    told = node.get("exchangeDirection")
    if isinstance(told, str) and told in DIRECTIONS:
        del node["exchangeDirection"]
    elif told is None:
        without(node, "exchangeDirection")
    direction = DIRECTIONS.get(str(told), Direction.INPUT)
    flow = node.pop("referenceToFlowDataSet", None)
    return _indicator(binder, node, flow, start, f"flows/{start}", direction)


def results(binder: Binder) -> tuple[ImpactResult, ...]:
    """The values of all impact indicators."""
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


def scenarios(binder: Binder) -> tuple[Scenario, ...]:
    """The scenarios that results may belong to."""
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
