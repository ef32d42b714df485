"""What each activity line counts in a declared total: the ground that a recomputation starts from.

A line counts amount × factor where its printed result is that product, rounded; else its result. What the
total holds beyond its lines is the remainder: it is kept as it is, and said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from gateway.errors import GatewayError, InputError
from gateway.model.activity import Line
from gateway.model.base import LangText
from gateway.model.declaration import Declaration
from gateway.model.formula import Constant, Expression, Operation, Operator, Term
from gateway.model.results import KG_CO2E, Per, ResultSet, Role
from gateway.model.stages import is_credit
from gateway.model.walk import escape, keyed
from gateway.quantity import Exact, Quantity, convert, exact, multiply, parse_unit
from gateway.recognition.plausibility import SUM_TOLERANCE, label_agrees
from gateway.report import Finding, Severity

# As the domestic form names them; any other basis is the declaration's own unit.
_BASES: Final = {"pack": Per.PACK, "kwh-rated": Per.KWH_RATED}
_ONE_TO_ONE: Final = Quantity(Decimal(1), "kg{CO2eq}/kg{CO2}")


class NoAccount(InputError):
    """The lines cannot be tied to a declared total, so nothing can be recomputed from them."""

    code = "scenario.no-account"


@dataclass(frozen=True, slots=True)
class Counted:
    """One line in the total. ``declared`` is None where neither result nor product is told."""

    path: str
    line: Line
    declared: Quantity | None
    expression: Expression | None
    by_product: bool = False

    @property
    def kg(self) -> Fraction:
        """What it counts."""
        return Fraction(self.declared.amount) if self.declared is not None else Fraction(0)

    @property
    def name(self) -> str:
        """Its name for people, else its id."""
        found = self.line.name.pick("en", "zh") if isinstance(self.line.name, LangText) else None
        return found[1] if found else self.line.id

    @property
    def names(self) -> dict[str, str]:
        """Its name in both languages, as far as told."""
        told = self.line.name if isinstance(self.line.name, LangText) else None
        found = {lang: told.pick(lang, "zh", "en") if told else None for lang in ("zh", "en")}
        return {lang: name[1] if name else self.line.id for lang, name in found.items()}


@dataclass(frozen=True, slots=True)
class Account:
    """A declared set with the lines that its total is made of."""

    declaration: Declaration
    source: ResultSet
    total: Quantity
    lines: tuple[Counted, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def path(self) -> str:
        """The path of the declared set."""
        return f"/results/{escape(self.source.id)}"

    @property
    def total_path(self) -> str:
        """The leaf of the declared total."""
        return f"{self.path}/carbon/total"

    @property
    def remainder(self) -> Fraction:
        """The kg CO2e of the total that no line tells."""
        return Fraction(self.total.amount) - sum((c.kg for c in self.lines), Fraction(0))

    @property
    def adds_up(self) -> bool:
        """Whether the lines make the total, as far as rounding allows."""
        return _fits(self.total, sum((c.kg for c in self.lines), Fraction(0)))


def account(declaration: Declaration) -> Account:
    """The declared total that the lines belong to, and what each line counts in it.

    Raises:
        NoAccount: no lines, no declared total, or nobody says what the lines refer to and no total fits.
    """
    lines, findings = _lines(declaration)
    if not any(c.declared is not None for c in lines):
        raise NoAccount(path="/lines", code="scenario.no-lines")
    source, total = _source(declaration, sum((c.kg for c in lines), Fraction(0)))
    found = Account(declaration, source, total, lines, tuple(findings))
    if not found.adds_up:
        params = {"remainder": str(kg_of(found.remainder)), "total": str(total), "set": source.id}
        saw = str(kg_of(Fraction(total.amount) - found.remainder))
        beside = Finding("scenario.remainder", found.total_path, saw, Severity.WARNING, params=params)
        return Account(declaration, source, total, lines, (*findings, beside))
    return found


def kg_of(kg: Fraction) -> Quantity:
    """A number as kg CO2e."""
    return Quantity(exact(kg), KG_CO2E)


def co2e_factor(factor: Quantity, path: str) -> tuple[Quantity, Expression]:
    """A line's factor with its expression; one that counts only CO2 counts 1 kg of it as 1 kg CO2e."""
    if "{CO2}" not in factor.unit:
        return factor, Term(path)
    unit = factor.unit.replace("{CO2}", "{CO2eq}")
    told = Operation(Operator.PRODUCT, (Term(path), Constant(_ONE_TO_ONE, "1 kg CO2 = 1 kg CO2e")), unit)
    return Quantity(factor.amount, unit), told


def product(amount: Quantity, factor: Quantity) -> Quantity | None:
    """The kg CO2e of amount × factor; None where their units do not make any."""
    try:
        return convert(multiply(amount, factor), KG_CO2E)
    except GatewayError:
        return None


def _lines(declaration: Declaration) -> tuple[tuple[Counted, ...], list[Finding]]:
    found: list[Counted] = []
    findings: list[Finding] = []
    for key, line in keyed(declaration.lines):
        assert isinstance(line, Line)
        if is_credit(line.stage, None):
            continue  # beyond the system boundary, in no total
        counted = _counted(f"/lines/{escape(key)}", line)
        found.append(counted)
        findings.extend(_doubts(counted))
    return tuple(found), findings


def _counted(path: str, line: Line) -> Counted:
    result = _kg(line.result)
    amount, factor = line.amount_per_unit, line.factor.value
    if isinstance(amount, Quantity) and isinstance(factor, Quantity):
        value, told = co2e_factor(factor, f"{path}/factor/value")
        made = product(amount, value)
        if made is not None and (result is None or _rounded(result, made.amount)):
            expression = Operation(Operator.PRODUCT, (Term(f"{path}/amount_per_unit"), told), KG_CO2E)
            return Counted(path, line, made, expression, by_product=True)
    if result is None:
        return Counted(path, line, None, None)
    return Counted(path, line, convert(result, KG_CO2E), Term(f"{path}/result"))


def _kg(result: object) -> Quantity | None:
    if not isinstance(result, Quantity):
        return None
    same_kind = parse_unit(result.unit).dimension == parse_unit(KG_CO2E).dimension
    return result if same_kind else None


def _rounded(result: Quantity, made: Exact) -> bool:
    """Whether the printed result is the product, as far as its own digits tell it."""
    value = convert(Quantity(made, KG_CO2E), result.unit).amount
    if isinstance(result.amount, Decimal):
        return label_agrees(result.amount, value)
    return Fraction(result.amount) == Fraction(value)


def _doubts(counted: Counted) -> Iterator[Finding]:
    line = counted.line
    if counted.declared is None:
        yield Finding("scenario.line-without-value", f"{counted.path}/result", line.id, Severity.WARNING)
        return
    told = isinstance(line.amount_per_unit, Quantity) and isinstance(line.factor.value, Quantity)
    if told and not counted.by_product:
        params = {
            "line": line.id,
            "amount": str(line.amount_per_unit),
            "factor": str(line.factor.value),
        }
        path, saw = f"{counted.path}/result", str(counted.declared)
        yield Finding("scenario.result-is-no-product", path, saw, Severity.WARNING, params=params)


def _source(declaration: Declaration, lines: Fraction) -> tuple[ResultSet, Quantity]:
    """The declared set on the lines' basis: stated, or the one whose total the lines add up to."""
    told: list[tuple[ResultSet, Quantity]] = []
    for result in declaration.results:
        total = _kg(result.carbon.total)
        if result.role is Role.DECLARED and total is not None:
            told.append((result, total))
    if not told:
        raise NoAccount(path="/results/*/carbon/total", code="scenario.no-total")
    basis = declaration.unit.lines_basis
    if isinstance(basis, str):
        wanted = _BASES.get(basis, Per.DECLARED_UNIT)
        told = [(r, t) for r, t in told if r.basis.denominator.per is wanted]
        saw = basis
    else:
        told = [(r, t) for r, t in told if _fits(t, lines)]
        saw = str(kg_of(lines))
    if not told:
        code = "scenario.no-set-of-basis" if isinstance(basis, str) else "scenario.basis-unknown"
        raise NoAccount(saw, path="/unit/lines_basis", code=code)
    if len({(r.basis.denominator.per, t) for r, t in told}) > 1:
        ids = ", ".join(r.id for r, _ in told)
        raise NoAccount(ids, path="/results/*/id", code="scenario.several-sets")
    source, total = told[0]
    return source, convert(total, KG_CO2E)


def _fits(total: Quantity, lines: Fraction) -> bool:
    whole = Fraction(convert(total, KG_CO2E).amount)
    return abs(lines - whole) <= SUM_TOLERANCE * abs(whole)
