"""What the consistency checks share: a list of findings, and when two printed numbers agree."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from gateway.model.base import Amount
from gateway.model.declaration import Declaration
from gateway.model.origin import Origin, Origins
from gateway.quantity import DimensionMismatch, Exact, Quantity, convert, plain, round_significant
from gateway.report import Finding, Severity

# What a double keeps of a product, with room for a few operations.
DOUBLE: Final = Fraction(1, 10**9)
# No footprint is known to six digits: sums that differ by less agree, whatever digits are printed.
SUM: Final = Fraction(1, 10**6)
# Up to here a sum is called rounded, beyond it is wrong (the limit of EU battery practice for stages).
ROUNDED: Final = Fraction(5, 1000)


@dataclass(slots=True)
class Check:
    """One declaration under check, and what was found."""

    declaration: Declaration
    origins: Origins
    found: list[Finding] = field(default_factory=list)

    def add(
        self,
        code: str,
        path: str,
        saw: object,
        severity: Severity = Severity.ERROR,
        **params: object,
    ) -> None:
        """Record a finding at the place of ``path`` in the user's file."""
        told = {key: said(value) for key, value in params.items()}
        self.found.append(Finding(code, self.at(path), said(saw), severity, params=told))

    def at(self, path: str) -> str:
        """Where the leaf came from; the model path where nobody knows."""
        origin = self.origins.get(path)
        return origin.at if isinstance(origin, Origin) else path

    def compare(self, code: str, path: str, saw: Printed, expected: Printed, **params: object) -> None:
        """A finding if two sums differ: an error, or a remark where it can be rounding."""
        if agree(saw, expected):
            return
        close = abs(saw.value - expected.value) <= ROUNDED * abs(expected.value)
        told = {"expected": expected, "difference": saw.value - expected.value, **params}
        self.add(code, path, saw, Severity.INFO if close else Severity.ERROR, **told)


@dataclass(frozen=True, slots=True)
class Printed:
    """A number and how far the true one may lie from it: half a unit in its last printed place."""

    value: Fraction
    slack: Fraction = Fraction(0)

    def __add__(self, other: Printed) -> Printed:
        return Printed(self.value + other.value, self.slack + other.slack)

    def __sub__(self, other: Printed) -> Printed:
        return Printed(self.value - other.value, self.slack + other.slack)

    def __mul__(self, other: Printed) -> Printed:
        """The product, to first order."""
        slack = abs(self.value) * other.slack + abs(other.value) * self.slack
        return Printed(self.value * other.value, slack)

    def __truediv__(self, other: Printed) -> Printed:
        """The quotient, to first order; ``other`` is not 0."""
        quotient = self.value / other.value
        return Printed(quotient, (self.slack + abs(quotient) * other.slack) / abs(other.value))


NOTHING: Final = Printed(Fraction(0))


def printed(amount: Amount, unit: str = "") -> Printed | None:
    """The amount with the uncertainty of its digits, in ``unit`` where one is named. A printed 0 is exact.

    None: there is none, or it is of another kind than ``unit``.
    """
    if not isinstance(amount, Quantity):
        return None
    value = amount.amount
    slack = Fraction(0)
    if isinstance(value, Decimal) and value:
        exponent = value.as_tuple().exponent
        assert isinstance(exponent, int)
        slack = _half_of_last(exponent)
    if not unit or unit == amount.unit:
        return Printed(Fraction(value), slack)
    try:
        times = Fraction(convert(Quantity(Decimal(1), amount.unit), unit).amount)
    except DimensionMismatch:
        return None
    return Printed(Fraction(value) * times, slack * times)


@lru_cache(maxsize=256)
def _half_of_last(exponent: int) -> Fraction:
    return Fraction(10) ** exponent / 2


def exactly(amount: Amount, unit: str = "") -> Printed | None:
    """The amount as if it had no rounding: what others are calculated from."""
    found = printed(amount, unit)
    return None if found is None else Printed(found.value)


def total(numbers: Iterable[Printed]) -> Printed:
    """The sum."""
    return sum(numbers, NOTHING)


def agree(one: Printed, other: Printed, *, relative: Fraction = SUM) -> bool:
    """Whether both can be the same number before rounding, or differ by no more than ``relative``."""
    difference = abs(one.value - other.value)
    return difference <= max(one.slack + other.slack, relative * abs(other.value))


def near(one: Printed, other: Printed, part: Fraction) -> bool:
    """Whether ``one`` lies within a part of ``other``."""
    return abs(one.value - other.value) <= part * abs(other.value) + one.slack + other.slack


def number(value: Exact | int) -> str:
    """A number for people: at most twelve significant digits, without trailing zeros."""
    rounded = round_significant(Fraction(value), 12)
    text = plain(rounded)
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit_name(code: str) -> str:
    """A unit code as people write it: ``kg CO2e/kg``, ``piece``."""
    return re.sub(r"\{(\w+)\}", r" \1", code.replace("{CO2eq}", "{CO2e}")).strip()


def said(value: object) -> str:
    """A value as text in a finding."""
    if isinstance(value, Printed):
        return number(value.value)
    if isinstance(value, Quantity):
        return f"{number(value.amount)} {unit_name(value.unit)}"
    if isinstance(value, (Decimal, Fraction)):
        return number(value)
    return str(value)
