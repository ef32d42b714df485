"""Whether an emission factor is of the usual size for its kind: a slip of a thousand is found, no more."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final

from gateway import resources
from gateway.errors import GatewayError
from gateway.quantity import Quantity, convert

_PER: Final = "kg{CO2eq}/(%s)"


@dataclass(frozen=True, slots=True)
class Usual:
    """The usual range of factors of one class, kg CO2e per ``unit``."""

    cpc: str
    unit: str
    low: Decimal
    high: Decimal
    what: dict[str, str]


def unusual(value: Quantity, cpc: str = "") -> Usual | None:
    """The range that ``value`` lies outside of; None where it is usual, zero, or of no known unit.

    Credits and uptake are held to the upper end alone.

    Args:
        cpc: its class in UN CPC 2.1, as far as known.
    """
    fitting = [(row, amount) for row in _table() if (amount := _in(value, row)) is not None]
    told = [(row, amount) for row, amount in fitting if cpc.startswith(row.cpc)]
    if not told:
        return None
    row, amount = max(told, key=lambda found: len(found[0].cpc))
    low = Fraction(row.low) if amount > 0 else Fraction(0)
    return None if low <= abs(amount) <= Fraction(row.high) else row


def _in(value: Quantity, row: Usual) -> Fraction | None:
    unit = value.unit.replace("{CO2}", "{CO2eq}")
    try:
        return Fraction(convert(Quantity(value.amount, unit), _PER % row.unit).amount)
    except GatewayError:
        return None


@cache
def _table() -> tuple[Usual, ...]:
    return tuple(
        Usual(
            row["cpc"],
            row["unit"],
            Decimal(row["low"]),
            Decimal(row["high"]),
            {"zh": row["what_zh"], "en": row["what_en"]},
        )
        for row in resources.table("factors/usual-range.csv")
    )
