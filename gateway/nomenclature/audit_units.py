"""Whether the units of both ends fit, and whether the factor between them is the one that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Final

from gateway.errors import GatewayError
from gateway.nomenclature.row import MapRow
from gateway.quantity import parse_unit
from gateway.quantity.exact import show
from gateway.quantity.unit import Unit, conversion_factor
from gateway.report import Severity

# Published factors between units are cut at some digit; a wrong one is off by far more.
_TIGHT: Final = Fraction(1, 10**4)


@dataclass(frozen=True, slots=True)
class UnitFinding:
    """One thing about the units of a row."""

    code: str
    saw: str
    severity: Severity = Severity.ERROR
    params: Mapping[str, str] = field(default_factory=dict)


def unit_findings(row: MapRow) -> tuple[UnitFinding, ...] | None:
    """What is wrong with units and factor of a row; None where a unit is absent or not known."""
    if row.factor is not None and row.factor <= 0:
        return (UnitFinding("audit.factor-not-positive", show(row.factor)),)
    source, target = (_unit(end.unit) for end in (row.source, row.target))
    if source is None or target is None:
        return None
    pair = f"{row.source.unit} → {row.target.unit}"
    told = Fraction(1) if row.factor is None else Fraction(row.factor)
    if source.dimension != target.dimension:
        if told == 1:
            return (UnitFinding("audit.unit-dimension", pair),)
        if row.factor_basis:
            return ()
        number = show(row.factor) if row.factor is not None else "1"
        return (UnitFinding("audit.unit-property", pair, Severity.INFO, {"factor": number}),)
    wanted = conversion_factor(source, target)
    if abs(told - wanted) <= wanted * _TIGHT:
        return ()
    shown = {"factor": show(row.factor) if row.factor is not None else "1", "expected": str(wanted)}
    # One unit, another number: a content, an ion, a part of several. Two units: a slip.
    severity = Severity.WARNING if row.factor_basis or wanted == 1 else Severity.ERROR
    return (UnitFinding("audit.unit-factor", pair, severity, shown),)


@lru_cache(maxsize=4096)
def _unit(text: str) -> Unit | None:
    if not text.strip():
        return None
    try:
        return parse_unit(text)
    except GatewayError:
        return None
