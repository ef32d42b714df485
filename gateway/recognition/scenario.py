"""What a declared footprint would be with another electricity factor, GWP set or denominator.

The answer stands beside the declared set, never over it, and its role is ``recomputed``. Each lever's share
of the change is the mean over all orders in which the levers can be pulled, so that the shares add up
exactly and depend on no order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from gateway.errors import GatewayError, UsageError
from gateway.model.activity import EmissionFactor
from gateway.model.declaration import Declaration
from gateway.model.formula import Constant, Expression, Operation, Operator, Term, evaluate
from gateway.model.origin import Derived
from gateway.model.results import KG_CO2E, Basis, Carbon, Per, ResultRow, ResultSet, Role
from gateway.model.walk import by_path, escape
from gateway.quantity import Quantity, exact, parse_unit
from gateway.recognition import gwp_lever, power, stages_of
from gateway.recognition.account import Account, Counted, account, co2e_factor, product
from gateway.recognition.divisor import Divisor, declared_delivered, divisor
from gateway.recognition.levers import shares
from gateway.report import Finding, Severity

ID: Final = "recomputed"


class Lever(StrEnum):
    """What can be pulled."""

    ELECTRICITY = "electricity"
    GWP = "gwp"
    DENOMINATOR = "denominator"
    FACTORS = "factors"  # factors of any lines, by a factor map


@dataclass(frozen=True, slots=True)
class Levers:
    """What is asked. ``lines``: the electricity lines by id; none named: all that buy their electricity."""

    electricity: EmissionFactor | None = None
    gwp_set: str = ""
    per: Per | None = None
    profile: str = ""
    energy: Quantity | None = None  # delivered over life, where the question assumes it
    lines: tuple[str, ...] = ()
    factors: Mapping[str, EmissionFactor] | None = None  # by path of the line


@dataclass(frozen=True, slots=True)
class LineChange:
    """One line before and after, kg CO2e at the unchanged denominator; ``by`` lever, adding up to it."""

    counted: Counted
    before: Fraction
    after: Fraction
    by: Mapping[Lever, Fraction]
    factor: EmissionFactor | None = None

    @property
    def delta(self) -> Fraction:
        """The difference, exactly."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Comparison:
    """A total before and after on one kind of denominator; ``by`` lever adds up to ``after - before``.

    ``before_extent`` and ``after_extent`` are the kWh or kg that the totals are over; 1 for the source's own.
    """

    per: Per
    before: Fraction
    after: Fraction
    by: Mapping[Lever, Fraction]
    before_extent: Fraction = Fraction(1)
    after_extent: Fraction = Fraction(1)
    before_profile: str = ""
    after_profile: str = ""

    @property
    def delta(self) -> Fraction:
        """The difference, exactly."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Scenario:
    """The declaration with the recomputed set beside the declared one, and what made the difference.

    ``unchanged`` compares at the source's own denominator; ``over`` at the asked one, where it is another.
    ``refused`` are levers that could not be pulled, with what is lacking; ``bounds`` what is known then.
    """

    declaration: Declaration
    account: Account
    recomputed: ResultSet
    origins: Mapping[str, Derived]
    lines: tuple[LineChange, ...]
    unchanged: Comparison
    over: Comparison | None = None
    findings: tuple[Finding, ...] = ()
    refused: tuple[GatewayError, ...] = ()
    bounds: gwp_lever.Bounds | None = None

    @property
    def changed(self) -> tuple[LineChange, ...]:
        """The lines that a lever moved or that carry another factor."""
        return tuple(line for line in self.lines if line.by)


def what_if(declaration: Declaration, levers: Levers, *, set_id: str = ID) -> Scenario:
    """Recompute the set that the lines belong to with the levers pulled.

    Raises:
        UsageError: no lever is named, a line or set is not there, or an id is taken.
        InputError: the lines cannot be tied to a declared total, or a denominator is not told.
    """
    if not (levers.electricity or levers.gwp_set or levers.per) and levers.factors is None:
        raise UsageError(code="scenario.no-lever")
    if declaration.result_set(set_id) is not None:
        raise UsageError(set_id, code="scenario.id-taken")
    return _Work(declaration, levers, set_id).scenario()


@dataclass(frozen=True, slots=True)
class _Change:
    """One lever on one line: the change as an expression, and its kg."""

    expression: Expression
    kg: Fraction
    factor: EmissionFactor | None = None


class _Work:
    """One scenario in progress."""

    def __init__(self, declaration: Declaration, levers: Levers, set_id: str) -> None:
        self.declaration = declaration
        self.levers = levers
        self.account = account(declaration)
        self.made = f"/results/{escape(set_id)}"
        self.set_id = set_id
        self.leaves: dict[str, object] = dict(by_path(declaration))
        self.findings = list(self.account.findings)
        self.refused: list[GatewayError] = []
        self.bounds: gwp_lever.Bounds | None = None
        self.changes: dict[str, dict[Lever, _Change]] = {}
        self.pulled: list[Lever] = []
        self.origins: dict[str, Derived] = {}

    def scenario(self) -> Scenario:
        over, asked = None, self.levers
        if asked.per is not None:
            over = divisor(self.declaration, self.account.source, asked.per, asked.profile, asked.energy)
        self._electricity()
        self._factors()
        self._gwp()
        lines = tuple(self._line(counted) for counted in self.account.lines)
        unchanged = self._compare(self.account.source.basis.denominator.per, None, None)
        compared = self._over(over) if over is not None else None
        recomputed = self._set(over)
        beside = self.declaration.model_copy(update={"results": (*self.declaration.results, recomputed)})
        return Scenario(
            beside,
            self.account,
            recomputed,
            self.origins,
            lines,
            unchanged,
            compared,
            tuple(self.findings),
            tuple(self.refused),
            self.bounds,
        )

    def _electricity(self) -> None:
        factor = self.levers.electricity
        if factor is None:
            if self.levers.lines:
                raise UsageError(", ".join(self.levers.lines), code="scenario.lines-without-electricity")
            return
        self.pulled.append(Lever.ELECTRICITY)
        chosen = power.chosen(self.account, self.levers.lines)
        self.findings.extend(chosen.findings)
        self.findings.extend(power.doubts(factor, self.account))
        for counted in chosen.lines:
            self._replace(counted, factor, Lever.ELECTRICITY)

    def _factors(self) -> None:
        if self.levers.factors is None:
            return
        self.pulled.append(Lever.FACTORS)
        for counted in self.account.lines:
            factor = self.levers.factors.get(counted.path)
            if factor is not None:
                self._replace(counted, factor, Lever.FACTORS)

    def _replace(self, counted: Counted, factor: EmissionFactor, lever: Lever) -> None:
        """The line's amount with another factor; the difference of products where the old one is one."""
        amount, value = counted.line.amount_per_unit, factor.value
        assert isinstance(value, Quantity)
        if not isinstance(amount, Quantity) or counted.expression is None:
            path = f"{counted.path}/amount_per_unit"
            params = {"line": counted.line.id}
            self.findings.append(
                Finding("scenario.no-amount", path, counted.line.id, Severity.WARNING, params=params)
            )
            return
        new = _as_co2e(value)
        made = product(amount, new)
        if made is None:
            params = {"line": counted.line.id, "factor": str(value)}
            path = f"{counted.path}/amount_per_unit"
            raise UsageError(amount, path=path, code="scenario.factor-unit", **params)
        told = Constant(new, power.named(factor))
        term = Term(f"{counted.path}/amount_per_unit")
        old = counted.line.factor.value
        if counted.by_product and isinstance(old, Quantity):
            own, own_told = co2e_factor(old, f"{counted.path}/factor/value")
            same_unit = parse_unit(own.unit).dimension == parse_unit(new.unit).dimension
            if same_unit:
                by = Operation(Operator.DIFFERENCE, (told, own_told))
                self._put_change(
                    counted, lever, Operation(Operator.PRODUCT, (term, by), KG_CO2E), factor=factor
                )
                return
        after = Operation(Operator.PRODUCT, (term, told), KG_CO2E)
        change = Operation(Operator.DIFFERENCE, (after, counted.expression))
        self._put_change(counted, lever, change, factor=factor)

    def _gwp(self) -> None:
        if not self.levers.gwp_set:
            return
        found = gwp_lever.in_set(self.account, self.levers.gwp_set)
        self.findings.extend(found.findings)
        self.refused.extend(found.refused)
        self.bounds = found.bounds
        if found.refused:
            return
        self.pulled.append(Lever.GWP)
        by_path_ = {counted.path: counted for counted in self.account.lines}
        for path, expression in found.changes.items():
            self._put_change(by_path_[path], Lever.GWP, expression)

    def _put_change(
        self, counted: Counted, lever: Lever, expression: Expression, factor: EmissionFactor | None = None
    ) -> None:
        kg = Fraction(evaluate(expression, self._leaf).amount)
        self.changes.setdefault(counted.path, {})[lever] = _Change(expression, kg, factor)

    def _leaf(self, path: str) -> Quantity | None:
        value = self.leaves.get(path)
        return value if isinstance(value, Quantity) else None

    def _effective(self, path: str, pulled: frozenset[Lever]) -> _Change | None:
        """The change that counts on a line: another factor brings its own GWP set along."""
        changes = self.changes.get(path, {})
        order = (Lever.FACTORS, Lever.ELECTRICITY, Lever.GWP)
        return next((changes[lever] for lever in order if lever in changes and lever in pulled), None)

    def _kg(self, path: str, pulled: frozenset[Lever]) -> Fraction:
        change = self._effective(path, pulled)
        return change.kg if change is not None else Fraction(0)

    def _line(self, counted: Counted) -> LineChange:
        own = [lever for lever in self.pulled if lever in self.changes.get(counted.path, {})]
        by = shares(own, lambda pulled: self._kg(counted.path, pulled))
        change = self._effective(counted.path, frozenset(own))
        after = counted.kg + (change.kg if change else 0)
        return LineChange(counted, counted.kg, after, by, change.factor if change else None)

    def _whole(self, pulled: frozenset[Lever]) -> Fraction:
        """The total at the source's own denominator."""
        return Fraction(self.account.total.amount) + sum(
            (self._kg(path, pulled) for path in self.changes), Fraction(0)
        )

    def _compare(self, per: Per, before: Divisor | None, after: Divisor | None) -> Comparison:
        own: Sequence[Lever] = tuple(self.pulled)
        if before is not None and after is not None and before.number != after.number:
            own = (*own, Lever.DENOMINATOR)
        start = before.number if before else Fraction(1)
        end = after.number if after else Fraction(1)

        def value(pulled: frozenset[Lever]) -> Fraction:
            return self._whole(pulled) / (end if Lever.DENOMINATOR in pulled else start)

        every = frozenset(own)
        return Comparison(
            per,
            value(frozenset()),
            value(every),
            shares(own, value),
            start,
            end if Lever.DENOMINATOR in every else start,
            before.profile if before else "",
            after.profile if after else "",
        )

    def _over(self, over: Divisor) -> Comparison:
        """On the asked denominator: from the source's own of that kind, where it has one."""
        before = declared_delivered(self.declaration) if over.per is Per.KWH_DELIVERED else None
        if before is None:
            params = {"per": over.per.value, "own": self.account.source.basis.denominator.per.value}
            path = self.account.total_path
            self.findings.append(
                Finding("scenario.no-difference", path, over.per.value, Severity.INFO, params=params)
            )
        return self._compare(over.per, before or over, over)

    def _set(self, over: Divisor | None) -> ResultSet:
        """The recomputed set: total and stages, each with its expression."""
        if over is not None and over.denominator.energy is not None:
            self._put("/basis/denominator/energy", over.expression)
        every = frozenset(self.pulled)
        moved = {path: change for path in self.changes if (change := self._effective(path, every))}
        total = self._put(
            "/carbon/total", self._divided(self._sum(self.account.total_path, tuple(moved)), over)
        )
        rows = []
        by_stage = stages_of.attributed(self.account, tuple(moved))
        for row in by_stage or ():
            path = f"{self.account.path}/rows/{escape(row.key)}/carbon/total"
            made = self._put(
                f"/rows/{escape(row.stage)}/carbon/total", self._divided(self._sum(path, row.lines), over)
            )
            rows.append(ResultRow(stage=row.stage, carbon=Carbon(total=made)))
        if by_stage is None and self.account.source.rows:
            self.findings.append(Finding("scenario.no-stages", self.account.path, "", Severity.INFO))
        return ResultSet(
            id=self.set_id,
            role=Role.RECOMPUTED,
            basis=self._basis(over),
            derived_from=self.account.source.id,
            carbon=Carbon(total=total),
            rows=tuple(rows),
        )

    def _sum(self, whole: str, paths: Sequence[str]) -> Expression:
        every = frozenset(self.pulled)
        changes = (self._effective(path, every) for path in paths)
        parts = tuple(change.expression for change in changes if change is not None)
        return Operation(Operator.SUM, (Term(whole), *parts), KG_CO2E)

    def _divided(self, expression: Expression, over: Divisor | None) -> Expression:
        if over is None:
            return expression
        extent: Expression = over.expression
        if over.denominator.energy is not None:
            extent = Term(f"{self.made}/basis/denominator/energy")
        return Operation(Operator.QUOTIENT, (expression, extent), KG_CO2E)

    def _put(self, path: str, expression: Expression) -> Quantity:
        value = evaluate(expression, self._leaf)
        self.leaves[f"{self.made}{path}"] = value
        self.origins[f"{self.made}{path}"] = Derived(expression)
        return value

    def _basis(self, over: Divisor | None) -> Basis:
        """Everything said here, also what the source set leaves to the declaration's method."""
        declaration, own = self.declaration, self.account.source.basis
        method = declaration.method
        approach = own.electricity_approach or method.electricity_approach
        factor = self.levers.electricity
        basis = own.model_copy(
            update={
                "boundary": own.boundary or declaration.boundary.type,
                "gwp_set": self._gwp_set(),
                "recycling_model": own.recycling_model or method.recycling_model,
                "electricity_approach": power.named(factor) if factor is not None else approach,
            }
        )
        return over.basis(basis) if over is not None else basis

    def _gwp_set(self) -> str | None:
        """The set of the whole; ``mixed`` where lines with other factors stand in another one."""
        stated = gwp_lever.stated_set(self.declaration, self.account.source.basis.gwp_set)
        if Lever.GWP in self.pulled:
            stated = self.levers.gwp_set
        elif self.levers.gwp_set == stated:
            return stated or None
        brought = {
            str(change.factor.gwp_set)
            for path in self.changes
            if (change := self._effective(path, frozenset(self.pulled))) and change.factor is not None
            if isinstance(change.factor.gwp_set, str)
        }
        if brought - {stated}:
            sets = ", ".join(sorted({stated or "unknown", *brought}))
            path = f"{self.made}/basis/gwp_set"
            params = {"sets": sets}
            self.findings.append(
                Finding("scenario.mixed-gwp-sets", path, sets, Severity.WARNING, params=params)
            )
            return f"mixed: {sets}"
        return stated or None


def _as_co2e(value: Quantity) -> Quantity:
    return Quantity(exact(Fraction(value.amount)), value.unit.replace("{CO2}", "{CO2eq}"))
