"""The rows of a declared result set that a restatement starts from: each amount once, each lack named."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.codec.base import BasisRequest
from gateway.codec.lacks import Lacks, lack
from gateway.model.base import Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.formula import Expression, evaluate
from gateway.model.origin import Derived
from gateway.model.results import ResultRow, ResultSet
from gateway.model.walk import by_path, keyed
from gateway.quantity import Quantity

# EN 15804 prints A1–A3 in one value or in three; both together count once.
_SUM_MODULE = "A1-A3"
_PARTS_OF_SUM = frozenset({"A1", "A2", "A3"})


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
        self._leaves: dict[str, object] = dict(by_path(declaration))

    def rows(self, stages: Iterable[str]) -> list[tuple[str, ResultRow]]:
        """The source's rows of these stages, each amount once: one scenario, A1–A3 not twice."""
        wanted = set(stages)
        rows = [(key, row) for key, row in keyed(self.source.rows) if isinstance(row, ResultRow)]
        rows = [(k, r) for k, r in rows if r.scenario is None or r.scenario == self.source.scenario]
        modules = {r.module for _, r in rows}
        if modules & _PARTS_OF_SUM:
            rows = [(k, r) for k, r in rows if r.module != _SUM_MODULE]
        return [(k, r) for k, r in rows if r.stage in wanted]

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
