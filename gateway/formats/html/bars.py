"""The bars of a footprint's stages, on one scale."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gateway.model.results import KG_CO2E, ResultRow
from gateway.quantity import Quantity, round_places

# The width of a bar's drawing; its height is the style sheet's.
_WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in a drawing 1000 wide; ``zero`` is where nothing stands."""

    x: str
    width: str
    zero: str
    negative: bool


def draw(rows: list[ResultRow], figure: str) -> list[Bar | None]:
    """Bars of one figure of the rows on one scale that includes zero; none for what is not in kg CO2e."""
    amounts = [getattr(row.carbon, figure) for row in rows]
    told = [Fraction(a.amount) for a in amounts if isinstance(a, Quantity) and a.unit == KG_CO2E]
    low, high = min([Fraction(0), *told]), max([Fraction(0), *told])
    if low == high:
        return [None] * len(rows)
    scale = Fraction(_WIDTH) / (high - low)
    made: list[Bar | None] = []
    for amount in amounts:
        if not isinstance(amount, Quantity) or amount.unit != KG_CO2E:
            made.append(None)
            continue
        value = Fraction(amount.amount)
        start, width = (min(value, Fraction(0)) - low) * scale, abs(value) * scale
        made.append(Bar(_plain(start), _plain(width), _plain(-low * scale), value < 0))
    return made


def _plain(value: Fraction) -> str:
    text = f"{round_places(value, 2):f}"
    return f"{Decimal(text).normalize():f}"
