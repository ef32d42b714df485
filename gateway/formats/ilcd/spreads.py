"""The 95 % width that ILCD prints of a spread, and the deviation that the model keeps."""

from __future__ import annotations

from decimal import Context as Arithmetic
from decimal import Decimal
from typing import Final

from gateway.codec.xmltree import Value
from gateway.formats.ilcd.binding import number
from gateway.model.dataset import Coefficient
from gateway.model.process import Distribution
from gateway.quantity import plain, quotient, round_significant, times
from gateway.quantity.number import Number

# Square roots have no end; 34 digits are more than any writer prints, and squared they are good for 30.
_ROOTS: Final = Arithmetic(prec=34)
_DIGITS: Final = 30


def spread(kind: Distribution | None, printed: Value | None) -> Coefficient:
    """Standard deviation of a 95 % width: half of it (normal), its square root (log-normal).

    Source: ILCD format 1.1, relativeStandardDeviation95In.
    """
    told = number(printed)
    if not isinstance(told, Number):
        return None
    if kind is Distribution.NORMAL:
        return Number(quotient(told.value, Decimal(2)))
    if kind is Distribution.LOG_NORMAL and told.value >= 0:
        value = told.value
        numerator = value if isinstance(value, Decimal) else Decimal(value.numerator) / value.denominator
        return Number(numerator.sqrt(_ROOTS))
    return None


def printed(kind: Distribution | None, told: Coefficient) -> str | None:
    """The width that the format prints: twice the deviation, or its square."""
    if not isinstance(told, Number):
        return None
    if kind is Distribution.NORMAL:
        return plain(round_significant(times(told.value, Decimal(2)), _DIGITS).normalize())
    if kind is Distribution.LOG_NORMAL:
        return plain(round_significant(times(told.value, told.value), _DIGITS).normalize())
    return None
