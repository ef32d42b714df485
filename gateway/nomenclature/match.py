"""From the flows of one list to those of another, with what each match rests on, or with why there is none.

The order: decisions not to map, identifiers, greenhouse gases and blends, a person's decisions, names, CAS
numbers with a second signal, published synonyms. Substance and compartment are found apart. Nothing weaker is
ever applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from gateway.errors import GatewayError
from gateway.nomenclature.blends import disaggregate
from gateway.nomenclature.compartments import candidates
from gateway.nomenclature.find import Compartments, Finder, Found, Place
from gateway.nomenclature.names import cas_number, exact
from gateway.nomenclature.query import Decision
from gateway.nomenclature.row import Abstained, End, MapRow, Predicate, Signal, Tier
from gateway.nomenclature.store import FlowList
from gateway.quantity import parse_unit
from gateway.quantity.unit import conversion_factor


@dataclass(frozen=True, slots=True)
class Match:
    """What became of one flow: rows that apply, or the reason why none does.

    ``at_stake`` is the AR6 GWP100 of the gas behind an unmapped name, in kg CO2e per kg.
    """

    source: End
    rows: tuple[MapRow, ...] = ()
    abstained: Abstained | None = None
    evidence: tuple[Signal, ...] = ()
    conflicts: tuple[Signal, ...] = ()
    candidates: tuple[End, ...] = ()
    at_stake: Decimal | None = None


class Matcher(Finder):
    """One target list with its tables, asked for many flows.

    Args:
        target: where the flows are to be found.
        witnesses: other lists, whose published names may connect two names.
        overrides: decisions that persons recorded; ``Predicate.NONE`` keeps a name unmapped.
        compartments: the ordered compartments of the target list for a context of the source.
    """

    def __init__(
        self,
        target: FlowList,
        *,
        witnesses: Sequence[FlowList] = (),
        overrides: Iterable[MapRow] = (),
        compartments: Compartments = candidates,
    ) -> None:
        super().__init__(target, witnesses=witnesses, compartments=compartments)
        self._overrides: dict[str, list[MapRow]] = {}
        for row in overrides:
            self._overrides.setdefault(row.source.id or exact(row.source.name), []).append(row)

    def match(self, end: End) -> Match:
        """What becomes of one flow."""
        place = self.place(end.context, end.unit, end.list)
        decided = self.decided(end)
        if decided is not None and decided.predicate is Predicate.NONE:
            return Match(end, (), Abstained.DECIDED, (_person(decided),))
        identified = self._identified(end)
        if identified is not None:
            return identified
        found = self.find(end, place)
        if decided is not None and found.decision.tier is not Tier.CURATED:
            evidence = (_person(decided), *decided.evidence)
            row = replace(decided, source=end, tier=Tier.OVERRIDE, evidence=evidence)
            return Match(end, (row,), evidence=evidence)
        if found.decision.abstained is Abstained.NO_CANDIDATE and (parts := disaggregate(end)):
            return self._split(end, parts)
        return self._landed(end, place, found)

    def _split(self, end: End, parts: Sequence[MapRow]) -> Match:
        """A blend into its components: all of them, or none."""
        found = [
            (part, self.match(replace(end, id="", name=part.target.name, cas=part.target.cas)))
            for part in parts
        ]
        if not all(match.rows for _, match in found):
            lacking = tuple(part.target for part, match in found if not match.rows)
            stake = sum(
                (m.at_stake * Decimal(str(p.share)) for p, m in found if m.at_stake and p.share), Decimal(0)
            )
            return Match(end, (), Abstained.NO_CANDIDATE, parts[0].evidence, (), lacking, stake or None)
        rows = tuple(
            replace(match.rows[0], source=end, share=part.share, predicate=part.predicate, tier=part.tier,
                    factor_basis="blend", evidence=(*part.evidence, *match.rows[0].evidence))
            for part, match in found
        )  # fmt: skip
        return Match(end, rows, evidence=parts[0].evidence)

    def decided(self, end: End) -> MapRow | None:
        """The decision that a person recorded for a flow."""
        if self._overrides:
            rows = self._overrides.get(end.id, []) + self._overrides.get(exact(end.name), [])
            for row in rows:
                if row.source.context in ((), end.context) and row.source.cas in ("", end.cas):
                    return row
        return None

    def is_decided(self, name: str) -> bool:
        """Whether a person decided on a name in some place."""
        return bool(self._overrides) and exact(name) in self._overrides

    def _identified(self, end: End) -> Match | None:
        row = self.target.row_of(end.id) if end.id else None
        if row is None:
            return None
        cas = cas_number(end.cas)
        theirs = self.target.label_of(row).cas
        evidence = (Signal("identifier", end.id, str(self.target.edition)),)
        if cas and theirs and cas != theirs:
            against = (Signal("cas", f"{cas} ≠ {theirs}", str(self.target.edition)),)
            return Match(end, (), Abstained.CAS_CONFLICT, evidence, against, (self.end(row),))
        decision = Decision(tier=Tier.IDENTIFIER, evidence=evidence)
        return self._with_unit(end, Found(decision, {}), row, 0)

    def _landed(self, end: End, place: Place, found: Found) -> Match:
        decision = found.decision
        if decision.tier is not None:
            for step, context in enumerate(place.contexts):
                row = found.rows.get(context)
                if row is not None:
                    return self._with_unit(end, found, row, step)
        candidates = tuple(self.substance_end(s) for s in decision.candidates or decision.substances)
        why = decision.abstained or Abstained.NO_COMPARTMENT
        return Match(end, (), why, decision.evidence, decision.conflicts, candidates, found.at_stake)

    def _with_unit(self, end: End, found: Found, row: int, step: int) -> Match:
        decision, target = found.decision, self.end(row)
        factor = unit_factor(end.unit, target.unit)
        if factor is None:
            return Match(
                end, (), Abstained.UNIT, decision.evidence, decision.conflicts, (target,), found.at_stake
            )
        losses = decision.losses + (("compartment-coarsened",) if step else ())
        mapped = MapRow(
            end,
            target,
            decision.predicate,
            None if factor == 1 else factor,
            "" if factor == 1 else "unit",
            tier=decision.tier,
            evidence=decision.evidence,
            conflicts=decision.conflicts,
            losses=losses,
        )
        return Match(end, (mapped,), evidence=decision.evidence, at_stake=found.at_stake)

    def flow_of(self, substance: int, end: End) -> MapRow | None:
        """The flow of a substance where ``end`` is, with its factor; None where the list has none there."""
        place = self.place(end.context, end.unit, end.list)
        rows = self.first_of_context(substance, place.dimension)
        for step, context in enumerate(place.contexts):
            if context in rows:
                return self._with_unit(end, Found(Decision((substance,)), {}), rows[context], step).rows[0]
        return None


def match(
    sources: Iterable[End],
    target: FlowList,
    *,
    witnesses: Sequence[FlowList] = (),
    overrides: Iterable[MapRow] = (),
    compartments: Compartments = candidates,
) -> tuple[Match, ...]:
    """What becomes of each of ``sources`` in ``target``, in their order; arguments as for ``Matcher``."""
    matcher = Matcher(target, witnesses=witnesses, overrides=overrides, compartments=compartments)
    return tuple(matcher.match(end) for end in sources)


@lru_cache(maxsize=4096)
def unit_factor(source: str, target: str) -> Fraction | None:
    """What an amount in ``source`` is multiplied with to be in ``target``; None where that cannot be said.

    A unit that is not told is taken to be the target's.
    """
    if source in ("", target):
        return Fraction(1)
    try:
        return conversion_factor(parse_unit(source), parse_unit(target))
    except GatewayError:
        return None


def _person(row: MapRow) -> Signal:
    return Signal("decision", row.reviewer or row.author, row.date.isoformat() if row.date else "")
