"""Guards against a wrong denominator: what a value looks like, what lines add up to, what a label says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final, Literal, TypeAlias

from gateway import resources
from gateway.errors import InputError, UsageError
from gateway.quantity import Exact, Quantity, convert, plain, quotient, round_significant, same_number, times
from gateway.recognition.functional_unit import KG_CO2E, KWH, PER_KWH, NeedsEvidence
from gateway.report import Finding, Severity

Basis: TypeAlias = Literal["kwh-delivered", "kwh-capacity", "kg", "unclear"]

# As for stage sums and total: |Σ − total| ≤ 0.5 % (rule EUB-09).
SUM_TOLERANCE: Final = Fraction(5, 1000)


class LevelMismatch(InputError):
    """A cell or module footprint was offered for a pack: housing, wiring and assembly have no factor."""

    code = "functional-unit.level-mismatch"


@dataclass(frozen=True, slots=True)
class Guard:
    """What a value per kWh looks like. Only ``kwh-delivered`` is plausible for a functional unit."""

    value: Quantity
    basis: Basis
    low: Decimal
    high: Decimal

    @property
    def plausible(self) -> bool:
        """Whether the value lies in the band of footprints per kWh delivered."""
        return self.basis == "kwh-delivered"

    def finding(self, at: str) -> Finding | None:
        """Nothing, or the error that names the basis it looks like."""
        if self.plausible:
            return None
        params = {"low": str(self.low), "high": str(self.high), "basis": self.basis}
        return Finding(f"functional-unit.looks-like-{self.basis}", at, str(self.value), params=params)


@dataclass(frozen=True, slots=True)
class LinesBasis:
    """What the lines refer to. ``factor`` is how far the declared reading misses the pack total (1: not)."""

    declared: str
    fits: tuple[str, ...]
    factor: Exact

    @property
    def holds(self) -> bool:
        """Whether the declared reading adds up to the pack total."""
        return self.declared in self.fits

    def finding(self, at: str) -> Finding | None:
        """Nothing, or the error that names the reading that would fit."""
        if self.holds:
            return None
        code = "functional-unit.lines-basis" if self.fits else "functional-unit.lines-do-not-add-up"
        shown = plain(round_significant(self.factor, 6))
        return Finding(code, at, self.declared, params={"fits": ", ".join(self.fits), "factor": shown})


def looks_like(value: Quantity) -> Guard:
    """Which denominator a footprint per kWh seems to have.

    Raises:
        DimensionMismatch: the value is not per energy.
    """
    amount = convert(value, PER_KWH).amount
    low, high = _bands()["kwh-delivered"]
    names: tuple[Basis, ...] = ("kwh-delivered", "kg", "kwh-capacity")
    for basis in names:
        lowest, highest = _bands()[basis]
        if Fraction(lowest) <= amount <= Fraction(highest):
            return Guard(value, basis, low, high)
    return Guard(value, "unclear", low, high)


def capacity_finding(value: Quantity, at: str) -> Finding | None:
    """A warning where kg CO2e per kWh of capacity lies outside the published range."""
    low, high = _bands()["kwh-capacity-extreme"]
    if Fraction(low) <= convert(value, PER_KWH).amount <= Fraction(high):
        return None
    params = {"low": str(low), "high": str(high)}
    code = "functional-unit.extreme-per-kwh-capacity"
    return Finding(code, at, str(value), severity=Severity.WARNING, params=params)


def lines_basis(
    sum_of_lines: Quantity, pack_total: Quantity, *, declared: str, extents: Mapping[str, Quantity]
) -> LinesBasis:
    """Compare the sum of line results with the pack total under every reading that is possible.

    Args:
        sum_of_lines: kg CO2e, as the lines say.
        pack_total: kg CO2e per pack, declared.
        declared: the reading that the declaration claims: ``pack`` or a key of ``extents``.
        extents: what one pack is in each other denominator: ``kwh-delivered`` → 153,900 kWh,
            ``kg`` → its mass.

    Raises:
        UsageError: ``declared`` is not among the readings.
        DivisionByNothing: the pack total is zero.
    """
    whole = Fraction(convert(pack_total, KG_CO2E).amount)
    lines = convert(sum_of_lines, KG_CO2E).amount
    readings = {"pack": lines}
    for name, extent in extents.items():
        readings[name] = times(lines, convert(extent, "kg" if name == "kg" else KWH).amount)
    if declared not in readings:
        raise UsageError(declared, code="functional-unit.unknown-reading", known=", ".join(readings))
    fits = tuple(
        name for name, kg in readings.items() if abs(Fraction(kg) - whole) <= SUM_TOLERANCE * abs(whole)
    )
    return LinesBasis(declared, fits, quotient(readings[declared], convert(pack_total, KG_CO2E).amount))


def label_agrees(label: Decimal, value: Exact) -> bool:
    """Whether ``label`` is ``value`` rounded to the label's own last digit.

    Half a unit of that digit is allowed either way, so that a tie may have been rounded up or to even.
    Trailing zeros of the label count: 0.0370 says more than 0.037.
    """
    exponent = label.as_tuple().exponent
    step = Fraction(10) ** int(exponent)
    return same_number(label, value) or abs(Fraction(value) - Fraction(label)) * 2 <= step


def require_level(declared: str | None, wanted: str = "pack") -> NeedsEvidence | None:
    """Nothing where the declared level is the wanted one; evidence is needed where none is declared.

    Raises:
        LevelMismatch: a cell or module is offered for a pack, or the other way round.
    """
    if declared is None:
        return NeedsEvidence("level", "", code="functional-unit.needs-level")
    if declared != wanted:
        raise LevelMismatch(declared, wanted=wanted)
    return None


@cache
def _bands() -> dict[str, tuple[Decimal, Decimal]]:
    data = json.loads(resources.mapping("profiles/functional-unit.json").read_text(encoding="utf-8"))
    bands = {name: band for name, band in data["plausible"].items() if name != "source"}
    return {name: (Decimal(low), Decimal(high)) for name, (low, high) in bands.items()}
