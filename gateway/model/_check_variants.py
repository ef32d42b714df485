"""Results that stand beside one another: scenarios, and the same product in other years and countries."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Final

from gateway.model._check import Check, Printed, number, printed
from gateway.model._check_sets import scenarios
from gateway.model.results import ResultRow, ResultSet, Variant
from gateway.model.walk import escape, keyed
from gateway.quantity import round_places
from gateway.report import Severity

# What a product's footprint does not do from one year to the next without a reason worth telling.
_JUMP: Final = Fraction(3, 2)


def check_variants(check: Check, path: str, result: ResultSet) -> None:
    """Alternatives are named as such, and each agrees with the total it claims to be."""
    _alternatives(check, path, result)
    _scenario_totals(check, path, result)
    _history(check, path, result)
    _own_year(check, path, result)


def _alternatives(check: Check, path: str, result: ResultSet) -> None:
    """Rows of several scenarios: one of them happens, so they are never added up."""
    told = [name for name in scenarios(result) if name is not None]
    if len(told) < 2:
        return
    own = result.scenario if isinstance(result.scenario, str) else None
    for key, row in keyed(result.rows):
        assert isinstance(row, ResultRow)
        if row.scenario == told[1]:
            check.add(
                "consistency.scenarios-apart",
                f"{path}/rows/{escape(key)}/scenario",
                row.scenario,
                Severity.INFO if own in told else Severity.WARNING,
                scenarios=", ".join(told),
                own=own or "?",
            )
            return


def _scenario_totals(check: Check, path: str, result: ResultSet) -> None:
    """The total is the variant of its own scenario."""
    own = printed(result.carbon.total)
    for at, variant, told in _variants(path, result):
        if own is not None and isinstance(result.scenario, str) and variant.scenario == result.scenario:
            check.compare("consistency.scenario-total", at, told, own)


def _history(check: Check, path: str, result: ResultSet) -> None:
    """Years of one country and scenario that jump."""
    lanes: dict[tuple[str, str], list[tuple[int, str, Printed]]] = {}
    for at, variant, told in _variants(path, result):
        if isinstance(variant.year, int) and told.value > 0:
            lane = lanes.setdefault((str(variant.country), str(variant.scenario)), [])
            lane.append((variant.year, at, told))
    for lane in lanes.values():
        for (year, _, before), (later, at, after) in pairwise(sorted(lane, key=lambda one: one[0])):
            high, low = max(after.value, before.value), min(after.value, before.value)
            if high / low > _JUMP:
                check.add(
                    "consistency.history-jump",
                    at,
                    after,
                    Severity.WARNING,
                    year=year,
                    later=later,
                    before=before,
                    ratio=number(round_places(after.value / before.value, 2)),
                )


def _own_year(check: Check, path: str, result: ResultSet) -> None:
    """A history that has the declared year in it says the declared total there."""
    own, end = printed(result.carbon.total), check.declaration.period.end
    if own is None or end is None or not hasattr(end, "year"):
        return
    for at, variant, told in _variants(path, result):
        if variant.year == end.year and variant.country is None and variant.scenario is None:
            check.compare("consistency.history-total", at, told, own, year=end.year)


def _variants(path: str, result: ResultSet) -> list[tuple[str, Variant, Printed]]:
    """Variants that have a value, with the path of it."""
    found = []
    for key, variant in keyed(result.variants):
        assert isinstance(variant, Variant)
        told = printed(variant.amount)
        if told is not None:
            found.append((f"{path}/variants/{escape(key)}/amount", variant, told))
    return found
