"""Move lines to another GWP set by the masses of their gases; where they are not told, only bounds.

A figure in CO2e of unknown gases is never converted. What can be said is between which values it would
lie if it were of gases that both sets characterise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Final

from gateway.errors import GatewayError
from gateway.model.activity import GasAmount, Line
from gateway.model.declaration import Declaration
from gateway.model.formula import Constant, Expression, Operation, Operator, Term, evaluate
from gateway.model.results import KG_CO2E
from gateway.model.walk import by_path, escape, keyed
from gateway.quantity import Quantity, exact, parse_unit, round_significant
from gateway.recognition.account import Account, Counted, kg_of
from gateway.recognition.characterise import SETS, BareTotal, characterised, gwp100
from gateway.recognition.plausibility import SUM_TOLERANCE
from gateway.report import Finding, Severity

_PER_KG: Final = "kg{CO2eq}/kg"
# What nearly every footprint is made of; the class of methane is among what is not told.
_COMMON: Final = ("CO2", "CO2-fossil", "CO2-luc", "CH4", "CH4-fossil", "CH4-biogenic", "CH4-luc", "N2O")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which kg CO2e a total lies in another set.

    ``common``: if what is told without its gases is CO2, CH4 and N2O; ``any_gas``: whatever it is of the
    gases that both sets characterise.
    """

    declared: str
    wanted: str
    bare: Quantity
    common: tuple[Quantity, Quantity]
    any_gas: tuple[Quantity, Quantity]


@dataclass(frozen=True, slots=True)
class Regassed:
    """The change of each line by path, or what stands against it. ``bounds`` only where it is refused."""

    changes: Mapping[str, Expression]
    refused: tuple[GatewayError, ...] = ()
    bounds: Bounds | None = None
    findings: tuple[Finding, ...] = ()


def in_set(account: Account, wanted: str) -> Regassed:
    """The change of every line from its declared GWP set to ``wanted``, by the masses of its gases.

    Raises:
        GatewayError: the declared set is not told, or one of the sets is not in the table.
    """
    declared = stated_set(account.declaration, account.source.basis.gwp_set)
    if wanted not in SETS:
        raise BareTotal(wanted, code="scenario.unknown-gwp-set", known=", ".join(SETS))
    if declared == wanted:
        return Regassed({})
    if declared not in SETS:
        path = "/method/gwp_set"
        raise BareTotal(declared or "-", path=path, code="scenario.gwp-set-not-told", wanted=wanted)
    work = _Work(account, declared, wanted)
    return work.result()


def stated_set(declaration: Declaration, own: object) -> str:
    """The GWP set that a result set or line stands in: its own, else the declaration's method's."""
    for told in (own, declaration.method.gwp_set):
        if isinstance(told, str) and told not in ("", "unknown"):
            return told
    return ""


class _Work:
    """One change of set in progress."""

    def __init__(self, account: Account, declared: str, wanted: str) -> None:
        self.account = account
        self.declared = declared
        self.wanted = wanted
        self.leaves = by_path(account.declaration)
        self.changes: dict[str, Expression] = {}
        self.bare: list[Counted] = []
        self.errors: list[GatewayError] = []
        self.findings: list[Finding] = []

    def result(self) -> Regassed:
        for counted in self.account.lines:
            self._line(counted)
        rest = Fraction(0) if self.account.adds_up else self.account.remainder
        if not self.bare and not rest:
            return Regassed(self.changes, findings=tuple(self.findings))
        bounds = self._bounds(rest)
        params = {
            "declared": self.declared,
            "wanted": self.wanted,
            "bare": str(bounds.bare),
            "low": _short(bounds.common[0]),
            "high": _short(bounds.common[1]),
            "lowest": _short(bounds.any_gas[0]),
            "highest": _short(bounds.any_gas[1]),
            "lines": ", ".join(c.line.id for c in self.bare) or "-",
        }
        path = self.account.total_path
        refusal = BareTotal(self.account.total, path=path, code="scenario.bare-total", **params)
        return Regassed({}, (refusal, *self.errors), bounds, tuple(self.findings))

    def _line(self, counted: Counted) -> None:
        line = counted.line
        own = stated_set(self.account.declaration, line.factor.gwp_set)
        if own == self.wanted or not counted.kg or _only_co2(line):
            return
        if own != self.declared and own not in SETS:
            self.bare.append(counted)
            return
        parts = [self._gas(path, gas, own) for path, gas in _gases(counted)]
        told = [part for part in parts if part is not None]
        if not parts or len(told) < len(parts) or not self._adds_up(counted, told):
            self.bare.append(counted)
            return
        self.changes[counted.path] = Operation(Operator.SUM, tuple(change for _, change in told), KG_CO2E)

    def _gas(self, path: str, gas: GasAmount, own: str) -> tuple[Expression, Expression] | None:
        """What a gas counts in its own set, and its change; None where a set has no value for it."""
        amount = gas.amount
        if not isinstance(amount, Quantity):
            return None
        try:
            old, new = gwp100(gas.gas, own), gwp100(gas.gas, self.wanted)
        except GatewayError as error:
            error.path = path
            self.errors.append(error)
            return None
        before = Constant(Quantity(old, _PER_KG), f"{gas.gas}, GWP100 {own}")
        after = Constant(Quantity(new, _PER_KG), f"{gas.gas}, GWP100 {self.wanted}")
        if parse_unit(amount.unit).dimension == parse_unit("kg").dimension:
            counted = Operation(Operator.PRODUCT, (Term(path), before), KG_CO2E)
            by = Operation(Operator.DIFFERENCE, (after, before))
            return counted, Operation(Operator.PRODUCT, (Term(path), by), KG_CO2E)
        if parse_unit(amount.unit).dimension != parse_unit(KG_CO2E).dimension or not old:
            return None
        mass = Operation(Operator.QUOTIENT, (Term(path), before))
        by = Operation(Operator.DIFFERENCE, (after, before))
        return Term(path), Operation(Operator.PRODUCT, (mass, by), KG_CO2E)

    def _adds_up(self, counted: Counted, parts: list[tuple[Expression, Expression]]) -> bool:
        whole = Operation(Operator.SUM, tuple(kg for kg, _ in parts), KG_CO2E)
        found = evaluate(whole, self._leaf)
        if abs(Fraction(found.amount) - counted.kg) <= SUM_TOLERANCE * abs(counted.kg):
            return True
        params = {"line": counted.line.id, "expected": str(counted.declared), "gwp_set": self.declared}
        code, path = "scenario.gases-do-not-add-up", f"{counted.path}/result_by_gas"
        self.findings.append(Finding(code, path, str(found), Severity.WARNING, params=params))
        return False

    def _leaf(self, path: str) -> Quantity | None:
        value = self.leaves.get(path)
        return value if isinstance(value, Quantity) else None

    def _bounds(self, rest: Fraction) -> Bounds:
        moved = [Fraction(evaluate(change, self._leaf).amount) for change in self.changes.values()]
        parts = [counted.kg for counted in self.bare] + ([rest] if rest else [])
        known = Fraction(self.account.total.amount) - sum(parts) + sum(moved)
        common, any_gas = ratios(self.declared, self.wanted)
        return Bounds(
            self.declared,
            self.wanted,
            kg_of(sum(parts, Fraction(0))),
            _between(known, parts, common),
            _between(known, parts, any_gas),
        )


@cache
def ratios(declared: str, wanted: str) -> tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]:
    """Least and greatest GWP in ``wanted`` over ``declared``: of CO2, CH4 and N2O, and of all gases."""
    found: dict[str, Fraction] = {}
    for gas in characterised(declared):
        if gas in characterised(wanted) and gwp100(gas, declared):
            found[gas] = Fraction(gwp100(gas, wanted)) / Fraction(gwp100(gas, declared))
    common = [ratio for gas, ratio in found.items() if gas in _COMMON]
    return (min(common), max(common)), (min(found.values()), max(found.values()))


def _between(
    known: Fraction, parts: Iterable[Fraction], by: tuple[Fraction, Fraction]
) -> tuple[Quantity, Quantity]:
    low = high = known
    for part in parts:
        ends = sorted(part * ratio for ratio in by)
        low, high = low + ends[0], high + ends[1]
    return kg_of(low), kg_of(high)


def _gases(counted: Counted) -> list[tuple[str, GasAmount]]:
    found = []
    for key, gas in keyed(counted.line.result_by_gas):
        assert isinstance(gas, GasAmount)
        found.append((f"{counted.path}/result_by_gas/{escape(key)}/amount", gas))
    return found


def _only_co2(line: Line) -> bool:
    """CO2 counts 1 in every set."""
    value = line.factor.value
    return line.factor.kind == "direct_co2" or (isinstance(value, Quantity) and "{CO2}" in value.unit)


def _short(quantity: Quantity) -> str:
    return str(Quantity(exact(round_significant(Fraction(quantity.amount), 9)), quantity.unit))
