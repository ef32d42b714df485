"""Results: rows and totals, carbon classes and shares of one set; credits are never netted."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from gateway.model._check import NOTHING, Check, Printed, agree, near, number, printed, total
from gateway.model._check_sets import (
    has_no_value,
    of_scenario,
    placed_rows,
    placed_sets,
    scenarios,
)
from gateway.model._check_variants import check_variants
from gateway.model.results import Carbon, ResultRow, ResultSet
from gateway.model.stages import covered, is_credit, once
from gateway.report import Severity

_HUNDRED: Final = Printed(Fraction(100))
# Stages in which nothing is given back: a value below zero is a credit in the wrong place.
_NO_CREDIT: Final = frozenset({"raw", "inbound", "production", "distribution", "installation", "use"})
_UP_TO_GATE: Final = frozenset({"A1", "A2", "A3"})
_BEYOND_GATE: Final = frozenset({"distribution", "installation", "use", "eol"})


def check_results(check: Check) -> None:
    """Every result set by itself."""
    seen: set[str] = set()
    for path, result in placed_sets(check.declaration):
        if result.id in seen:
            check.add("consistency.id-twice", f"{path}/id", result.id, what="resultSets")
        seen.add(result.id)
        rows = placed_rows(path, result)
        _carbon(check, f"{path}/carbon", result.carbon)
        for where, row in rows:
            _carbon(check, f"{where}/carbon", row.carbon)
            _sources(check, where, row)
            _negative(check, where, row)
        for scenario in scenarios(result):
            _total(check, path, result, of_scenario(rows, scenario), scenario)
        _gate(check, path, result, rows)
        _shares(check, path, result, rows)
        _by_gas(check, path, result)
        check_variants(check, path, result)
        _boundary(check, result, rows)
    for path, result in placed_sets(check.declaration):
        if result.derived_from is not None and result.derived_from not in seen:
            check.add(
                "consistency.unknown-set", f"{path}/derived_from", result.derived_from, known=", ".join(seen)
            )


def _total(
    check: Check,
    path: str,
    result: ResultSet,
    rows: list[tuple[str, ResultRow]],
    scenario: str | None,
) -> None:
    """Rows of one scenario against the total of that scenario."""
    own = _total_of(result, scenario)
    counting = once([(p, r) for p, r in rows if not is_credit(r.stage, r.module)])
    if own is None or not counting or any(has_no_value(r) for _, r in counting):
        return
    stages = total(printed(r.carbon.total) or NOTHING for _, r in counting)
    rest = printed(result.unassigned.amount) or NOTHING
    at = f"{path}/carbon/total"
    if agree(own, stages + rest):
        if rest.value:
            left = ", ".join(result.unassigned.stages)
            check.add(
                "consistency.stages-unassigned", f"{path}/unassigned/amount", rest, Severity.INFO, stages=left
            )
        return
    inside = [(p, r) for p, r in counting if r.stage not in _BEYOND_GATE]
    up_to_gate = total(printed(r.carbon.total) or NOTHING for _, r in inside) + rest
    # What is told beside a total up to the gate is no part of it: outbound transport in PACT.
    if result.basis.boundary == "c2g" and (not inside or agree(own, up_to_gate)):
        return
    credit = total(printed(r.carbon.total) or NOTHING for _, r in rows if is_credit(r.stage, r.module))
    if credit.value and agree(own, stages + rest + credit):
        check.add("consistency.credit-netted", at, own, expected=stages + rest, credit=credit)
        return
    absent = _absent_stages(check, counting)
    if absent and (stages + rest).value < own.value:
        missing = own - (stages + rest)
        check.add(
            "consistency.stages-partial", at, own, Severity.WARNING, stages=", ".join(absent), rest=missing
        )
        return
    check.compare("consistency.stages-total", at, own, stages + rest, set=_named(result, scenario))


def _total_of(result: ResultSet, scenario: str | None) -> Printed | None:
    """The total that belongs to a scenario; the set's own where it names no other."""
    for variant in result.variants:
        if scenario is not None and variant.scenario == scenario:
            return printed(variant.amount)
    if scenario is not None and isinstance(result.scenario, str) and result.scenario != scenario:
        return None
    several = scenario is not None and len(scenarios(result)) > 1
    return None if several and result.scenario is None else printed(result.carbon.total)


def _named(result: ResultSet, scenario: str | None) -> str:
    return result.id if scenario is None else f"{result.id} {scenario}"


def _absent_stages(check: Check, rows: list[tuple[str, ResultRow]]) -> list[str]:
    """Stages and modules of the boundary that have no row."""
    told = {str(r.stage) for _, r in rows}
    modules = {m for _, r in rows for m in covered(r.module)}
    boundary = check.declaration.boundary
    absent = [s for s in boundary.stages if s not in told and s != "credit"]
    return absent + [m for m in boundary.modules if not covered(m) <= modules and not is_credit(None, m)]


def _gate(check: Check, path: str, result: ResultSet, rows: list[tuple[str, ResultRow]]) -> None:
    """A1–A3 and module D as printed beside the rows."""
    own = printed(result.gate_total)
    gate = [(p, r) for p, r in rows if covered(r.module) and covered(r.module) <= _UP_TO_GATE]
    parts = once(gate)
    if own is not None and parts and not any(has_no_value(r) for _, r in parts):
        sum_ = total(printed(r.carbon.total) or NOTHING for _, r in parts)
        check.compare("consistency.gate-total", f"{path}/gate_total", own, sum_)
    credit = printed(result.credits)
    scenario = result.scenario if isinstance(result.scenario, str) else scenarios(result)[0]
    beyond = [(p, r) for p, r in of_scenario(rows, scenario) if is_credit(r.stage, r.module)]
    if credit is not None and beyond and not any(has_no_value(r) for _, r in beyond):
        sum_ = total(printed(r.carbon.total) or NOTHING for _, r in beyond)
        check.compare("consistency.credits", f"{path}/credits", credit, sum_)


def _carbon(check: Check, path: str, carbon: Carbon) -> None:
    """The classes of one footprint: their signs, and that they are its parts."""
    uptake, own = printed(carbon.biogenic_uptake), printed(carbon.total)
    if uptake is not None and uptake.value > 0:
        check.add(
            "consistency.uptake-positive",
            f"{path}/biogenic_uptake",
            uptake,
            expected=f"-{number(uptake.value)}",
        )
    including = printed(carbon.total_including_uptake)
    if including is not None and uptake is not None and own is not None and uptake.value <= 0:
        check.compare(
            "consistency.total-with-uptake", f"{path}/total_including_uptake", including, own + uptake
        )
    _emissions(check, path, carbon)
    sums = _class_sums(carbon)
    if own is None or not sums or any(agree(own, one) for one in sums):
        return
    nearest = min(sums, key=lambda one: abs(one.value - own.value))
    check.compare("consistency.classes", f"{path}/total", own, nearest)


def _emissions(check: Check, path: str, carbon: Carbon) -> None:
    """Biogenic emission is biogenic CO2 and the other biogenic gases."""
    told, co2, other = (
        printed(carbon.biogenic_emission),
        printed(carbon.biogenic_co2),
        printed(carbon.biogenic_non_co2),
    )
    if told is not None and co2 is not None and other is not None:
        check.compare("consistency.biogenic-emission", f"{path}/biogenic_emission", told, co2 + other)


def _class_sums(carbon: Carbon) -> list[Printed]:
    """What the classes may add up to (methods differ in what they do with biogenic CO2); none: not told."""
    fossil, luluc = printed(carbon.fossil), printed(carbon.luluc)
    if fossil is None or luluc is None:
        return []
    co2, other = printed(carbon.biogenic_co2), printed(carbon.biogenic_non_co2)
    uptake, emission = printed(carbon.biogenic_uptake), printed(carbon.biogenic_emission)
    parts = [printed(carbon.biogenic), emission, other]
    if co2 is not None and other is not None:
        parts.append(co2 + other)
    if emission is not None and uptake is not None and carbon.total_including_uptake is None:
        parts.append(emission + uptake)
    return [fossil + luluc + part for part in parts if part is not None]


def _sources(check: Check, path: str, row: ResultRow) -> None:
    own = printed(row.carbon.total)
    parts = [printed(c.amount) for c in row.by_source]
    if own is not None and parts and not any(p is None for p in parts):
        check.compare(
            "consistency.by-source", f"{path}/carbon/total", own, total(p for p in parts if p is not None)
        )


def _negative(check: Check, path: str, row: ResultRow) -> None:
    """A stage below zero that no biogenic uptake explains."""
    own = printed(row.carbon.total)
    if own is None or own.value >= 0 or row.stage not in _NO_CREDIT or is_credit(None, row.module):
        return
    biogenic = (printed(row.carbon.biogenic), printed(row.carbon.biogenic_uptake))
    fossil = printed(row.carbon.fossil)
    explained = any(b is not None and b.value < 0 for b in biogenic) and (fossil is None or fossil.value >= 0)
    if not explained:
        check.add(
            "consistency.stage-negative", f"{path}/carbon/total", own, Severity.WARNING, stage=row.stage
        )


def _shares(check: Check, path: str, result: ResultSet, rows: list[tuple[str, ResultRow]]) -> None:
    own = printed(result.carbon.total)
    parts = [(p, r, printed(r.share)) for p, r in rows if not is_credit(r.stage, r.module)]
    for where, row, share in parts:
        kg = printed(row.carbon.total)
        if share is None or kg is None or own is None or not own.value:
            continue
        expected = kg / own * _HUNDRED
        if not near(share, expected, Fraction(0)):
            check.add("consistency.share", f"{where}/share", share, expected=expected, stage=row.stage)
    shares = [share for _, _, share in parts if share is not None]
    rest = printed(result.unassigned.share) or NOTHING
    if len(shares) < 2 or len(shares) != len(parts) or scenarios(result) != [None]:
        return
    if not near(total(shares) + rest, _HUNDRED, Fraction(0)) and not _absent_stages(
        check, [(p, r) for p, r, _ in parts]
    ):
        check.add("consistency.shares-sum", f"{parts[0][0]}/share", total(shares) + rest, Severity.WARNING)


def _by_gas(check: Check, path: str, result: ResultSet) -> None:
    own = printed(result.carbon.total)
    parts = [printed(g.amount) for g in result.by_gas]
    if own is not None and parts and not any(p is None for p in parts):
        check.compare(
            "consistency.by-gas", f"{path}/carbon/total", own, total(p for p in parts if p is not None)
        )


def _boundary(check: Check, result: ResultSet, rows: list[tuple[str, ResultRow]]) -> None:
    """Rows that the boundary leaves out, or that are said to be not declared."""
    boundary = check.declaration.boundary
    stages = set(boundary.stages) | {"credit"}
    undeclared = frozenset(m for text in boundary.modules_not_declared for m in covered(text))
    for path, row in rows:
        own = printed(row.carbon.total)
        if own is None:
            continue
        if covered(row.module) & undeclared:
            check.add(
                "consistency.module-not-declared",
                f"{path}/carbon/total",
                own,
                Severity.WARNING,
                module=row.module,
            )
        elif boundary.stages and isinstance(row.stage, str) and row.stage not in stages and own.value:
            listed = ", ".join(boundary.stages)
            check.add(
                "consistency.stage-outside", f"{path}/stage", row.stage, Severity.WARNING, stages=listed
            )
