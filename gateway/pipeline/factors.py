"""Two accounts of one footprint: with the declared factors, and with those that a map puts in their place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from gateway.nomenclature.factors import Dataset, Decision, FactorRow, Kept, decide
from gateway.pipeline.convert import Source
from gateway.pipeline.whatif import beside
from gateway.quantity.exact import own_arithmetic
from gateway.recognition import electricity
from gateway.report import Finding, Severity

if TYPE_CHECKING:
    from gateway.recognition.scenario import LineChange, Scenario


@dataclass(frozen=True, slots=True)
class MappedLine:
    """A line with its decision; ``change`` is None for credits and others outside the total."""

    decision: Decision
    change: LineChange | None

    @property
    def substituted(self) -> bool:
        """Whether another factor counts in the recomputed total."""
        return self.decision.factor is not None and self.change is not None


@dataclass(frozen=True, slots=True)
class FactorAccounts:
    """The declared and the recomputed total with all lines; ``source`` has both sets, for ``explain``."""

    scenario: Scenario
    lines: tuple[MappedLine, ...]
    source: Source
    findings: tuple[Finding, ...]

    @property
    def declared(self) -> Fraction:
        """The declared total, kg CO2e."""
        return self.scenario.unchanged.before

    @property
    def recomputed(self) -> Fraction:
        """The total with the factors of the map."""
        return self.scenario.unchanged.after

    @property
    def not_substituted(self) -> Fraction:
        """The kg CO2e of the declared total that stay at declared factors, the remainder included."""
        moved = (line.change.before for line in self.lines if line.substituted and line.change)
        return self.declared - sum(moved, Fraction(0))

    @property
    def share_not_substituted(self) -> Fraction | None:
        """The same as a share of the declared total."""
        return self.not_substituted / self.declared if self.declared else None

    @property
    def counts(self) -> dict[str, int]:
        """How many lines were substituted, and how many kept their factor for which reason."""
        told = Counter(
            line.decision.kept.value if line.decision.kept else "substituted" for line in self.lines
        )
        return dict(sorted(told.items()))

    @property
    def undecided(self) -> tuple[MappedLine, ...]:
        """The lines that the map speaks of and that could not be substituted."""
        silent = (Kept.NO_ROW, Kept.NO_IDENTITY, None)
        return tuple(line for line in self.lines if line.decision.kept not in silent)


@own_arithmetic
def map_factors(
    source: Source,
    rows: Sequence[FactorRow],
    values: Mapping[tuple[str, str, str], Dataset],
    *,
    set_id: str = "recomputed",
) -> FactorAccounts:
    """Recompute ``source`` with the factors that ``rows`` name and ``values`` supply.

    Raises:
        InputError: the lines cannot be tied to a declared total.
        UsageError: the id of the new set is taken.
    """
    from gateway.recognition.scenario import Levers, what_if

    decisions = tuple(map(_footprints_only, decide(source.declaration, rows, values)))
    factors = {d.path: d.factor for d in decisions if d.factor is not None}
    found = what_if(source.declaration, Levers(factors=factors), set_id=set_id)
    changes = {change.counted.path: change for change in found.lines}
    lines = tuple(MappedLine(decision, changes.get(decision.path)) for decision in decisions)
    findings = tuple(finding for decision in decisions for finding in decision.findings)
    return FactorAccounts(found, lines, beside(source, found), (*found.findings, *findings))


def _footprints_only(decision: Decision) -> Decision:
    """Without an announced factor of CO2 at generation that is offered as a life-cycle factor."""
    factor = decision.factor
    if factor is None or factor.kind != electricity.LIFE_CYCLE:
        return decision
    match = electricity.look_up(factor.value, factor.year)
    if match is None or not match.direct or not electricity.is_electricity(decision.line):
        return decision
    row = match.rows[0]
    params = {
        "line": decision.line.id,
        "dataset": str(factor.id),
        "year": str(row.year),
        "place_zh": row.name["zh"],
        "place_en": row.name["en"],
        "announced": row.source,
    }
    at, saw = f"{decision.path}/factor/value", str(factor.value)
    finding = Finding("factors.direct-as-life-cycle", at, saw, Severity.WARNING, params=params)
    findings = (*decision.findings, finding)
    in_china = not isinstance(factor.region, str) or factor.region.startswith("CN")
    if in_china and (match.by_year or not isinstance(factor.year, int)):
        kept = Kept.NOT_A_FOOTPRINT
        return replace(decision, factor=None, kept=kept, licence="", after=None, findings=findings)
    return replace(decision, findings=findings)
