"""One exchange in another list's words: its flow, and every number of it in the unit of that flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from gateway.errors import GatewayError
from gateway.model.base import LangText
from gateway.model.dataset import Coefficient, Reference
from gateway.model.process import Distribution, Exchange, Uncertainty
from gateway.nomenclature.match import unit_factor
from gateway.nomenclature.row import MapRow
from gateway.quantity import Quantity, exact, times
from gateway.quantity.number import Number


def amount_of(exchange: Exchange) -> Quantity | None:
    """What is exchanged; None where the amount or a unit that we know is not told."""
    if not isinstance(exchange.amount, Number) or not isinstance(exchange.unit, str):
        return None
    try:
        return Quantity(exchange.amount.value, exchange.unit)
    except GatewayError:
        return None


def fits(exchange: Exchange, rows: Sequence[MapRow]) -> bool:
    """Whether the numbers of an exchange can be said in the units of ``rows``.

    A number in a unit that nobody told can stand only where the flow stays the same one.
    """
    if all(is_same_flow(exchange, row) for row in rows):
        return True
    counts = isinstance(exchange.amount, Number) or isinstance(exchange.mean_amount, Number)
    if not counts:
        return True
    amount = amount_of(exchange)
    return amount is not None and all(_ratio(amount.unit, row) is not None for row in rows)


def is_same_flow(exchange: Exchange, row: MapRow) -> bool:
    """Whether the target's flow has the identifier that the exchange names already."""
    told = exchange.flow.uuid
    return isinstance(told, str) and told.strip().lower() == row.target.id.lower() and row.share is None


def moved(exchange: Exchange, rows: Sequence[MapRow]) -> Iterator[Exchange]:
    """The exchange with the flow of each row. ``fits`` has said that it can be done."""
    for number, row in enumerate(rows, 1):
        made = exchange if is_same_flow(exchange, row) else _moved(exchange, row)
        yield made if len(rows) == 1 else made.model_copy(update={"id": f"{exchange.id}.{number}"})


def _moved(exchange: Exchange, row: MapRow) -> Exchange:
    to = row.target
    name = LangText({to.language or "en": to.name})
    changes: dict[str, object] = {
        "flow": Reference(uuid=to.id, kind=exchange.flow.kind, name=name),
        "flow_property": Reference(),
    }
    amount = amount_of(exchange)
    ratio = _ratio(amount.unit, row) if amount is not None else None
    if amount is not None and ratio is not None:
        changes["unit"] = to.unit or amount.unit
        if ratio != 1:
            changes |= _scaled(exchange, ratio)
    return exchange.model_copy(update=changes)


def _ratio(unit: str, row: MapRow) -> Fraction | None:
    """Amount of the target flow, in its unit, for one ``unit`` of the source's."""
    ratio = Fraction(row.share) if row.share is not None else Fraction(1)
    if row.factor is not None:
        return ratio * Fraction(row.factor)
    factor = unit_factor(unit, row.target.unit) if row.target.unit else Fraction(1)
    return None if factor is None else ratio * factor


def _scaled(exchange: Exchange, ratio: Fraction) -> dict[str, object]:
    changes: dict[str, object] = {
        "amount": _times(exchange.amount, ratio),
        "mean_amount": _times(exchange.mean_amount, ratio),
        "uncertainty": _spread(exchange.uncertainty, ratio),
    }
    if isinstance(exchange.formula, str) and exchange.formula.strip():
        over = "" if ratio.denominator == 1 else f"/{ratio.denominator}"
        changes["formula"] = f"({exchange.formula})*{ratio.numerator}{over}"
    return changes


def _spread(told: Uncertainty, ratio: Fraction) -> Uncertainty:
    """Limits and centre have the amount's unit, so has a standard deviation; a geometric one has none."""
    changes = {name: _times(getattr(told, name), ratio) for name in ("centre", "minimum", "maximum")}
    if told.distribution is Distribution.NORMAL:
        changes |= {name: _times(getattr(told, name), ratio) for name in ("spread", "basic_spread")}
    return told.model_copy(update=changes)


def _times(value: Coefficient, ratio: Fraction) -> Coefficient:
    return Number(times(value.value, exact(ratio))) if isinstance(value, Number) else value
