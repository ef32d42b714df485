"""The rows of a declared result set that a restatement starts from: each amount once, each lack named."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from gateway.codec.base import BasisRequest
from gateway.codec.lacks import Lacks, lack
from gateway.model.base import Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.formula import Expression, evaluate
from gateway.model.origin import Derived
from gateway.model.results import KG_CO2E, Basis, Denominator, ResultRow, ResultSet
from gateway.model.stages import OVERLAPS, is_credit, once
from gateway.model.walk import by_path, keyed
from gateway.quantity import Quantity, add_all

# As for stage sums in EUB-09 and the PEFCR: beyond this, rows and total are not the same footprint.
_TOLERANCE: Final = Fraction(5, 1000)


class Work:
    """One restatement in progress: what it lacks, and the expression behind each new leaf."""

    def __init__(
        self, declaration: Declaration, request: BasisRequest, target: str, source: ResultSet
    ) -> None:
        self.declaration = declaration
        self.request = request
        self.target = target
        self.source = source
        self.path = f"/results/{source.id}"
        self.made = f"/results/{request.result_set}"
        self.lacks: list[Lacks] = []
        self.origins: dict[str, Derived] = {}
        self.countable = once(self._rows_of_scenario()) or []
        self._leaves: dict[str, object] = dict(by_path(declaration))

    def rows(self, stages: Iterable[str]) -> list[tuple[str, ResultRow]]:
        """The source's rows of these stages, each amount once: one scenario, no sum beside its parts."""
        wanted = set(stages)
        return [(key, row) for key, row in self.countable if row.stage in wanted]

    def basis(self, denominator: Denominator, boundary: str | None = None) -> Basis:
        """The basis of the new set: what the source set says of itself stays true of its sum and quotient."""
        return self.source.basis.model_copy(update={"denominator": denominator, "boundary": boundary})

    def rows_agree(self) -> bool:
        """Whether the rows can be added up: no overlap, and with the credits left out they make the total."""
        before = len(self.lacks)
        if self._rows_of_scenario() and not self.countable:
            self.lacks.append(lack(self.target, f"{self.path}/rows", code="restate.modules-overlap"))
        told = {row.stage for _, row in self.countable}
        for finer, coarser in OVERLAPS:
            if coarser in told and told & set(finer):
                both = ", ".join((*finer, coarser))
                path = f"{self.path}/rows/{coarser}/stage"
                self.lacks.append(lack(self.target, path, code="restate.stages-overlap", stages=both))
        self._check_sum()
        return len(self.lacks) == before

    def _check_sum(self) -> None:
        amounts = [row.carbon.total for _, row in self.countable if not is_credit(row.stage, row.module)]
        whole, rest = self.source.carbon.total, self.source.unassigned.amount
        told = [amount for amount in (*amounts, rest) if isinstance(amount, Quantity)]
        if not amounts or not isinstance(whole, Quantity) or len(told) < len(amounts):
            return
        found = add_all(told, KG_CO2E)
        if abs(Fraction(found.amount) - Fraction(whole.amount)) > _TOLERANCE * abs(Fraction(whole.amount)):
            params = {"sum": str(found), "total": str(whole)}
            path = f"{self.path}/carbon/total"
            self.lacks.append(lack(self.target, path, code="restate.stages-do-not-add-up", **params))

    def _rows_of_scenario(self) -> list[tuple[str, ResultRow]]:
        rows = [(key, row) for key, row in keyed(self.source.rows) if isinstance(row, ResultRow)]
        return [(k, r) for k, r in rows if r.scenario is None or r.scenario == self.source.scenario]

    def need(self, path: str) -> bool:
        """Whether the source's leaf at ``path`` is an amount; if not, that is a lack."""
        value = self.leaf(f"{self.path}{path}")
        if value is not None:
            return True
        raw = self._leaves.get(f"{self.path}{path}")
        hidden = isinstance(raw, Missing) and raw.missing is Reason.WITHHELD
        code = "restate.withheld" if hidden else "restate.not-told"
        self.lacks.append(lack(self.target, f"{self.path}{path}", code=code, place=path))
        return False

    def leaf(self, path: str) -> Quantity | None:
        """An amount of the declaration, or one that was made here."""
        value = self._leaves.get(path)
        return value if isinstance(value, Quantity) else None

    def put(self, path: str, expression: Expression) -> Quantity:
        """Calculate a leaf of the new set, and keep how."""
        value = evaluate(expression, self.leaf)
        self._leaves[f"{self.made}{path}"] = value
        self.origins[path] = Derived(expression)
        return value
