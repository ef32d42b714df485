"""What a translation asks for and what it answers: targets, entries with their evidence, the document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Generic, TypeVar

from gateway.errors import UsageError
from gateway.model.declaration import Declaration
from gateway.model.process import Process
from gateway.nomenclature import gases
from gateway.nomenclature.match import Match
from gateway.nomenclature.row import Abstained, End, MapRow
from gateway.quantity import Quantity
from gateway.report import Exact, Report

D = TypeVar("D", Declaration, Process)


@dataclass(frozen=True, slots=True)
class Target:
    """Whose words are asked for: list of flows, scheme of places and of units; empty where it has none.

    ``method`` is the set of climate factors that belongs to the list.
    """

    id: str
    flows: str
    places: str = ""
    units: str = ""
    method: str = ""


TARGETS: Final[Mapping[str, Target]] = {
    target.id: target
    for target in (
        Target("ef-3.1", gases.EF31, "ilcd", "ilcd-unit-group", "EF3.1"),
        Target("tidas", gases.EF31, "tiangong", "ilcd-unit-group", "EF3.1"),
        Target("fedefl-1.3.1", gases.FEDEFL, "iso3166-2"),
        Target("ecoinvent", "ecoinvent", "ecoinvent"),
        Target("openlca", "openLCA", "", "openlca-unit"),
    )
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One name and what became of it: rows that apply, or the reason why none does.

    ``kg`` is the kg CO2e that are lost: the name stays unmapped, or the target has the flow and no climate
    factor for it. None: nothing, or not known. Where the carbon class is not told it is the most it may be.
    """

    path: str
    kind: str  # flow, place or unit
    source: End
    rows: tuple[MapRow, ...] = ()
    there: str = ""  # the code of a place or unit
    abstained: Abstained | None = None
    match: Match | None = None
    amount: Quantity | None = None
    kg: Exact | None = None
    wider: str = ""  # of a place: what stands in for it, a country or region

    @property
    def applied(self) -> bool:
        """Whether it is said in the target's words."""
        return bool(self.rows or self.there)


@dataclass(frozen=True, slots=True)
class Translation(Generic[D]):
    """The document in the target's words, and every name with its evidence or its reason."""

    document: D
    target: Target
    entries: tuple[Entry, ...] = ()
    report: Report = field(default_factory=Report)

    @property
    def lost(self) -> Fraction:
        """The kg CO2e of gases that the target loses."""
        return sum((Fraction(e.kg) for e in self.entries if e.kg is not None), Fraction(0))


def find_target(name: str) -> Target:
    """The target called ``name``.

    Raises:
        UsageError: there is none.
    """
    found = TARGETS.get(name)
    if found is None:
        raise UsageError(name, code="translate.unknown-target", known=", ".join(TARGETS))
    return found
