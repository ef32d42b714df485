"""Activity lines: amount × factor = result, units that fit, and the sums that the results are made of."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, TypeAlias

from gateway.errors import GatewayError
from gateway.model._check import (
    DOUBLE,
    NOTHING,
    Check,
    Printed,
    agree,
    exactly,
    near,
    printed,
    total,
    unit_name,
)
from gateway.model._check_sets import Counted, counted, energies, stage_totals
from gateway.model.activity import Line
from gateway.model.base import Missing
from gateway.model.results import KG_CO2E, Per, ResultSet
from gateway.model.stages import is_credit
from gateway.model.walk import escape, keyed
from gateway.quantity import Quantity, convert, multiply, parse_unit, round_significant
from gateway.quantity.unit import divide_units
from gateway.report import Severity

_BASES: Final = {"pack": Per.PACK, "kwh-rated": Per.KWH_RATED}
# Of liquid waste in a volume: no effluent is much lighter than water.
_KG_PER_M3: Final = 1000
_WithResult: TypeAlias = tuple[Line, Printed | None]


def check_lines(check: Check) -> None:
    """Every line by itself, then all of them together."""
    lines = check.declaration.lines
    for path, line in placed(lines):
        _product(check, path, line)
        _gases(check, path, line)
        _gwp(check, path, line)
    _twice(check)
    _sums(check)
    _waste(check)


def placed(lines: tuple[Line, ...]) -> Iterator[tuple[str, Line]]:
    """Lines with their paths."""
    for key, line in keyed(lines):
        assert isinstance(line, Line)
        yield f"/lines/{escape(key)}", line


def _product(check: Check, path: str, line: Line) -> None:
    amount, factor = line.amount_per_unit, line.factor.value
    if not isinstance(amount, Quantity) or not isinstance(factor, Quantity):
        return
    expected = _expected(line)
    if expected is None:
        wanted = unit_name(divide_units(parse_unit(KG_CO2E), parse_unit(amount.unit)).code)
        at = f"{path}/factor/value"
        check.add("consistency.factor-unit", at, unit_name(factor.unit), line=line.id, expected=wanted)
        return
    result = printed(line.result)
    if result is not None and not agree(result, expected, relative=DOUBLE):
        check.add(
            "consistency.line-product",
            f"{path}/result",
            result,
            line=line.id,
            amount=amount,
            factor=factor,
            expected=expected,
        )


def _expected(line: Line) -> Printed | None:
    """Amount × factor in kg CO2e; None where they do not fit or one is not there."""
    amount, factor = line.amount_per_unit, line.factor.value
    if not isinstance(amount, Quantity) or not isinstance(factor, Quantity):
        return None
    try:
        return exactly(multiply(amount, _as_co2e(line, factor)), KG_CO2E)
    except GatewayError:
        return None


def _result(line: Line) -> Printed | None:
    """The line's result; with no slack where it is the product to the last digit."""
    result, expected = printed(line.result), _expected(line)
    if result is not None and expected is not None and result.value == expected.value:
        return expected
    return result


def _as_co2e(line: Line, factor: Quantity) -> Quantity:
    """A factor that counts only CO2 counts 1 kg of it as 1 kg CO2e."""
    if "{CO2}" not in factor.unit:
        return factor
    return Quantity(factor.amount, factor.unit.replace("{CO2}", "{CO2eq}"))


def _gases(check: Check, path: str, line: Line) -> None:
    parts = [g.amount for g in line.result_by_gas]
    result = printed(line.result)
    if result is None or not parts or not all(_is_co2e(p) for p in parts):
        return
    check.compare("consistency.by-gas", f"{path}/result", result, total(p for p in map(printed, parts) if p))


def _is_co2e(amount: object) -> bool:
    return isinstance(amount, Quantity) and amount.unit == KG_CO2E


def _gwp(check: Check, path: str, line: Line) -> None:
    """A factor with another GWP set than the declaration; what is not stated is not compared."""
    own, stated = line.factor.gwp_set, check.declaration.method.gwp_set
    if isinstance(own, str) and isinstance(stated, str) and "unknown" not in (own, stated) and own != stated:
        check.add(
            "consistency.factor-gwp",
            f"{path}/factor/gwp_set",
            own,
            Severity.WARNING,
            line=line.id,
            expected=stated,
        )


def _twice(check: Check) -> None:
    ids: set[str] = set()
    alike: dict[object, str] = {}
    for path, line in placed(check.declaration.lines):
        if line.id in ids:
            check.add("consistency.id-twice", f"{path}/id", line.id, what="lines")
        ids.add(line.id)
        same = (str(line.name), str(line.process), str(line.component), str(line.stage), line.amount_per_unit)
        if isinstance(line.amount_per_unit, Quantity) and str(line.name) != "None" and same in alike:
            check.add("consistency.line-twice", f"{path}/id", line.id, Severity.WARNING, first=alike[same])
        alike.setdefault(same, line.id)


def _sums(check: Check) -> None:
    """The lines' results against the set that they refer to; no guess where nobody says which."""
    declaration = check.declaration
    mine = [(line, _result(line)) for line in declaration.lines if not is_credit(line.stage, None)]
    if not mine or any(r is None for _, r in mine) or isinstance(declaration.lines_scope, str):
        return
    lines = total(r for _, r in mine if r is not None)
    candidates = [c for c in (counted(s) for s in declaration.results) if c is not None]
    basis = declaration.unit.lines_basis
    if not candidates:
        return
    if not isinstance(basis, str):
        _unstated(check, mine, lines, candidates)
        return
    wanted = _BASES.get(basis, Per.DECLARED_UNIT)
    for own in (c for c in candidates if c.result.basis.denominator.per is wanted):
        if _compare(check, lines, own, basis):
            _stages(check, mine, own.result)


def _unstated(check: Check, mine: list[_WithResult], lines: Printed, candidates: list[Counted]) -> None:
    fitting = [c for c in candidates if agree(lines, c.total)]
    for own in fitting[:1]:
        if own.result.basis.denominator.per is not Per.DECLARED_UNIT:
            check.add(
                "consistency.lines-basis-unstated",
                own.path,
                lines,
                Severity.INFO,
                set=own.result.id,
                per=own.result.basis.denominator.per.value,
            )
        _stages(check, mine, own.result)
    if not fitting and _compare(check, lines, candidates[0], ""):
        _stages(check, mine, candidates[0].result)


def _compare(check: Check, lines: Printed, own: Counted, basis: str) -> bool:
    """The sum against the set's total; False: the lines have another basis."""
    if agree(lines, own.total):
        return True
    for name, energy in energies(check.declaration):
        if own.total.value and near(lines / own.total, energy, Fraction(1, 1000)):
            ratio = round_significant((lines / own.total).value, 6)
            told = {"set": own.result.id, "expected": own.total, "ratio": ratio, "energy": name}
            severity = Severity.ERROR if basis else Severity.WARNING
            check.add("consistency.lines-other-basis", own.path, lines, severity, basis=basis or "?", **told)
            return False
    check.compare("consistency.lines-total", own.path, own.total, lines, set=own.result.id)
    return True


def _stages(check: Check, lines: list[_WithResult], result: ResultSet) -> None:
    """The lines of a stage against the set's rows of that stage, where both tell it."""
    rows = stage_totals(result)
    for stage, (path, row) in rows.items():
        own = [amount for line, amount in lines if line.stage == stage]
        if own:
            lines_total = total(r for r in own if r is not None)
            check.compare("consistency.lines-stage", path, row, lines_total, stage=stage)
    told = {line.stage for line, _ in lines if isinstance(line.stage, str)} - {"credit"}
    for stage in sorted(told - set(rows)) if rows and "inbound" not in told else ():
        missing = total(r for line, r in lines if line.stage == stage and r is not None)
        check.add(
            "consistency.lines-stage-without-row",
            f"/results/{escape(result.id)}/carbon/total",
            missing,
            Severity.WARNING,
            stage=stage,
        )


def _waste(check: Check) -> None:
    """Liquid waste that weighs ten times everything that went in: litres or kilograms read as m3."""
    inputs = NOTHING
    for line in check.declaration.lines:
        if line.direction == "in" and isinstance(line.amount_per_unit, Quantity):
            inputs += _kilograms(line.amount_per_unit) or NOTHING
    if not inputs.value:
        return
    for path, line in placed(check.declaration.lines):
        amount = line.amount_per_unit
        if line.category != "waste" or isinstance(amount, Missing) or amount is None:
            continue
        volume = _cubic_metres(amount)
        if volume is not None and volume.value * _KG_PER_M3 > 10 * inputs.value:
            check.add(
                "consistency.waste-exceeds-inputs",
                f"{path}/amount_per_unit",
                amount,
                Severity.WARNING,
                line=line.id,
                inputs=inputs,
            )


def _kilograms(amount: Quantity) -> Printed | None:
    """Its mass; a volume counts as water."""
    if parse_unit(amount.unit).dimension == parse_unit("kg").dimension:
        return exactly(convert(amount, "kg"))
    volume = _cubic_metres(amount)
    return None if volume is None else Printed(volume.value * _KG_PER_M3)


def _cubic_metres(amount: Quantity) -> Printed | None:
    if parse_unit(amount.unit).dimension != parse_unit("m3").dimension:
        return None
    return exactly(convert(amount, "m3"))
