"""The rows of a declared result set that a restatement starts from: each amount once, each lack named."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.codec.base import BasisRequest
from gateway.codec.lacks import Lacks, lack
from gateway.model.base import Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.origin import Derived
from gateway.model.results import ResultRow, ResultSet
from gateway.model.walk import keyed
from gateway.quantity import Quantity

# EN 15804 prints A1–A3 in one value or in three; both together count once.
_SUM_MODULE = "A1-A3"
_PARTS_OF_SUM = frozenset({"A1", "A2", "A3"})


class Work:
    """One restatement in progress: what it lacks, and where each new leaf comes from."""

    def __init__(
        self, declaration: Declaration, request: BasisRequest, target: str, source: ResultSet
    ) -> None:
        self.declaration = declaration
        self.request = request
        self.target = target
        self.source = source
        self.path = f"/results/{source.id}"
        self.lacks: list[Lacks] = []
        self.origins: dict[str, Derived] = {}

    def rows(self, stages: Iterable[str]) -> list[tuple[str, ResultRow]]:
        """The source's rows of these stages, each amount once: one scenario, A1–A3 not twice."""
        wanted = set(stages)
        rows = [(key, row) for key, row in keyed(self.source.rows) if isinstance(row, ResultRow)]
        rows = [(k, r) for k, r in rows if r.scenario is None or r.scenario == self.source.scenario]
        modules = {r.module for _, r in rows}
        if modules & _PARTS_OF_SUM:
            rows = [(k, r) for k, r in rows if r.module != _SUM_MODULE]
        return [(k, r) for k, r in rows if r.stage in wanted]

    def need(self, path: str, value: object) -> Quantity | None:
        if isinstance(value, Quantity):
            return value
        hidden = isinstance(value, Missing) and value.missing is Reason.WITHHELD
        code = "restate.withheld" if hidden else "restate.not-told"
        self.lacks.append(lack(self.target, f"{self.path}{path}", code=code, place=path))
        return None

    def note(self, path: str, formula: str, parents: Iterable[str]) -> None:
        self.origins[path] = Derived(formula, tuple(parents))
