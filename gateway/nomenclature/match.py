"""From the flows of one list to those of another, with what each match rests on, or with why there is none.

The order: decisions not to map, identifiers, greenhouse gases and blends, a person's decisions, names, CAS
numbers with a second signal, published synonyms. Substance and compartment are found apart. Nothing weaker is
ever applied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from typing import NamedTuple, TypeAlias

from gateway import resources
from gateway.errors import GatewayError
from gateway.model.inventory import CarbonClass
from gateway.nomenclature import energy, gases
from gateway.nomenclature.blends import disaggregate
from gateway.nomenclature.compartments import candidates
from gateway.nomenclature.names import cas_number, exact
from gateway.nomenclature.places import split_region
from gateway.nomenclature.row import Abstained, End, MapRow, Predicate, Signal, Tier
from gateway.nomenclature.store import FlowList
from gateway.nomenclature.substances import Decision, Dimension, Query, Substances, dimension, medium
from gateway.quantity import parse_unit
from gateway.quantity.unit import conversion_factor

# The compartments of the target list that stand for a context of the source list, the best first.
Compartments: TypeAlias = Callable[[tuple[str, ...], str, str], Sequence[tuple[str, ...]]]
# What a name that gases.py does not know may still be; any other answer of it is final.
_NOT_A_GAS = frozenset({Abstained.NO_CANDIDATE, Abstained.ONLY_SUGGESTIONS})
_POTENTIALS = "AR6"
# Lists whose greenhouse gases are all in a table of identifiers.
_TABLED = frozenset({gases.EF31, gases.FEDEFL})


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


class Place(NamedTuple):
    """A context and unit of the source list as the target list sees them."""

    medium: str
    dimension: Dimension | None
    contexts: tuple[int, ...]
    unit: str


class Found(NamedTuple):
    """A decision with the flows of its substance by number of the context."""

    decision: Decision
    rows: dict[int, int]
    at_stake: Decimal | None = None


class Matcher:
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
        self.target = target
        self._list = target.edition.list
        self.substances = Substances(target, witnesses=witnesses)
        self._overrides: dict[str, list[MapRow]] = {}
        for row in overrides:
            self._overrides.setdefault(row.source.id or exact(row.source.name), []).append(row)
        self._compartments = compartments
        self._context_at = {context: i for i, context in enumerate(target.contexts)}
        self._found: dict[tuple[object, ...], Found] = {}
        self._places: dict[tuple[tuple[str, ...], str, str], Place] = {}
        self._gas_rows: dict[str, dict[int, int]] = {}
        self._gas_of: dict[tuple[object, ...], Found | None] = {}
        self._kept: dict[tuple[int, Dimension | None], dict[int, int]] = {}

    # One by one

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

    def end(self, row: int) -> End:
        """A flow of the target list as the end of a mapping."""
        target, label = self.target, self.target.label_of(row)
        edition = target.edition
        return End(
            edition.list,
            edition.version,
            target.id(row),
            label.name,
            cas=label.cas,
            formula=label.formula,
            context=target.contexts[target.context_of_row[row]],
            unit=target.units[target.unit_of_row[row]],
        )

    def substance_end(self, substance: int) -> End:
        """A substance of the target list without compartment."""
        label, edition = self.target.labels(substance)[0], self.target.edition
        return End(edition.list, edition.version, name=label.name, cas=label.cas, formula=label.formula)

    def flow_of(self, substance: int, end: End) -> MapRow | None:
        """The flow of a substance where ``end`` is, with its factor; None where the list has none there."""
        place = self.place(end.context, end.unit, end.list)
        rows = self._first_of_context(substance, place.dimension)
        for step, context in enumerate(place.contexts):
            if context in rows:
                return self._with_unit(end, Found(Decision((substance,)), {}), rows[context], step).rows[0]
        return None

    # What both share

    def place(self, context: tuple[str, ...], unit: str, source_list: str) -> Place:
        """A context and unit as the target list sees them."""
        key = (context, unit, source_list)
        found = self._places.get(key)
        if found is None:
            wanted = self._compartments(context, source_list, self._list)
            if not wanted or source_list in ("", self._list):
                wanted = (context, *wanted)
            at = tuple(dict.fromkeys(self._context_at[c] for c in wanted if c in self._context_at))
            found = self._places[key] = Place(medium(context), dimension(unit), at, unit)
        return found

    def find(self, end: End, place: Place) -> Found:
        """The substance behind a name, with its flows, looked for once."""
        key = (end.name, end.cas, end.synonyms, end.formula, end.carbon_class, place.medium, place.dimension)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = (
                self._gas_once(key[:5], end) or self._energy(end, place) or self._general(end, place)
            )
            if found.decision.abstained in _NOT_A_GAS and (parts := split_region(end.name)) is not None:
                regional = self._elsewhere(end, place, *parts)
                found = self._found[key] = regional if regional is not None else found
        return found

    def _elsewhere(self, end: End, place: Place, name: str, region: str) -> Found | None:
        """The flow of no region behind one of a region."""
        found = self.find(replace(end, name=name), place)
        if found.decision.tier is None:
            return None
        signal = Signal("region", region, "locations/codes.csv")
        decision = replace(
            found.decision,
            predicate=Predicate.BROADER,
            evidence=(*found.decision.evidence, signal),
            losses=(*found.decision.losses, "region-lost"),
        )
        return found._replace(decision=decision)

    def _gas_once(self, key: tuple[object, ...], end: End) -> Found | None:
        if key not in self._gas_of:
            self._gas_of[key] = None if self._plainly_no_gas(exact(end.name)) else self._gas(end)
        return self._gas_of[key]

    def _energy(self, end: End, place: Place) -> Found | None:
        """An energy carrier as a resource; kilograms do not become megajoules without a heating value."""
        asked = place.medium == "resource" and self._list == gases.EF31
        known = energy.carrier(end.name) if asked else None
        flow = energy.resource(known, self._list) if known is not None else None
        row = self.target.row_of(flow.id) if flow is not None else None
        if known is None or row is None:
            return None
        substance = self.target.substance_of(row)
        evidence = (Signal("energy carrier", known.key, "energy/names.csv"),)
        if place.dimension not in {None, self._kind(row)}:
            why = Decision(abstained=Abstained.UNIT, evidence=evidence, candidates=(substance,))
            return Found(why, {})
        decision = Decision((substance,), Tier.CURATED, evidence=evidence)
        return Found(decision, {self.target.context_of_row[row]: row})

    def _kind(self, row: int) -> Dimension | None:
        return dimension(self.target.units[self.target.unit_of_row[row]])

    def _plainly_no_gas(self, name: str) -> bool:
        """Whether a name of the target list is none of the tables of gases, which hold all that it has."""
        return self._list in _TABLED and name in self.target.by_key and name not in _gas_names()

    def _gas(self, end: End) -> Found | None:
        gas = gases.identify(end, class_needed=self._has_classes)
        if isinstance(gas, Abstained):
            if gas in _NOT_A_GAS:
                return None
            why = Decision(abstained=gas, candidates=self._classes_of(end))
            return Found(why, {}, gases.at_most(end, _POTENTIALS))
        stake = gases.factor(gas, _POTENTIALS)
        rows = self._rows_of_gas(gas)
        evidence = (Signal("gas", gas.key, "gases/names.csv"),)
        if not rows:
            return Found(Decision(abstained=Abstained.NO_CANDIDATE, evidence=evidence), {}, stake)
        lost = not self._has_classes and gas.carbon_class not in (None, CarbonClass.UNSPECIFIED)
        decision = Decision(
            (self.target.substance_of(next(iter(rows.values()))),),
            Tier.CURATED,
            Predicate.BROADER if lost else Predicate.EXACT,
            evidence=evidence,
            losses=("carbon-class-lost",) if lost else (),
        )
        return Found(decision, rows, stake)

    def _classes_of(self, end: End) -> tuple[int, ...]:
        """The carbon classes of a gas that the list has, for a person to choose from."""
        told = (row for gas in gases.classes(end) for row in [*self._rows_of_gas(gas).values()][:1])
        return tuple(dict.fromkeys(map(self.target.substance_of, told)))

    def _rows_of_gas(self, gas: gases.Gas) -> dict[int, int]:
        found = self._gas_rows.get(gas.key)
        if found is None:
            found = self._gas_rows[gas.key] = {}
            if self._list == gases.FEDEFL:
                flowable = self.target.by_key.get(exact(gases.flowable(gas)))
                if flowable is not None:
                    found |= self._first_of_context(flowable, dimension("kg"))
            elif self._list in _TABLED:
                for at, context in enumerate(self.target.contexts):
                    flow = gases.flow(gas, list=self._list, context=context)
                    row = self.target.row_of(flow.id) if flow is not None else None
                    if row is not None:
                        found[at] = row
            else:
                key = gas.key if self._has_classes else gas.substance
                found |= self._rows_of(Decision(tuple(self._gases.get(key, ()))), dimension("kg"))
        return found

    @cached_property
    def _gases(self) -> dict[str, list[int]]:
        """The gases of a list for which no table of identifiers exists, found by its own names."""
        found: dict[str, list[int]] = {}
        for substance in range(self.target.substances):
            gas = gases.identify(self.substance_end(substance), class_needed=False)
            if isinstance(gas, gases.Gas):
                found.setdefault(gas.key, []).append(substance)
        return found

    @cached_property
    def _has_classes(self) -> bool:
        """Whether the target list tells fossil from biogenic carbon."""
        if self._list in _TABLED:
            return self._list == gases.EF31
        return any((gas := gases.gas(key)) is not None and key != gas.substance for key in self._gases)

    def _general(self, end: End, place: Place) -> Found:
        synonyms = tuple(sorted({exact(s) for s in end.synonyms if s}))
        query = Query(exact(end.name), cas_number(end.cas), synonyms, place.medium, place.dimension)
        decision = self.substances.find(query)
        return Found(decision, self._rows_of(decision, place.dimension))

    def _rows_of(self, decision: Decision, wanted: Dimension | None) -> dict[int, int]:
        """One flow for each context: of the substance named first, and the smaller identifier.

        The latter decides between flows that differ in nothing else: lists are kept in that order.
        """
        found: dict[int, int] = {}
        for substance in reversed(decision.substances):
            key = (substance, wanted)
            rows = self._kept.get(key)
            if rows is None:
                rows = self._kept[key] = self._first_of_context(substance, wanted)
            found = {**found, **rows} if found else rows
        return found

    def _first_of_context(self, substance: int, wanted: Dimension | None) -> dict[int, int]:
        target, all_of = self.target, self.target.rows(substance)
        rows: Sequence[int] = all_of
        if wanted is not None:
            units = target.unit_of_row[all_of.start : all_of.stop]
            fitting = {unit for unit in set(units) if dimension(target.units[unit]) in (None, wanted)}
            rows = [row for row, unit in zip(all_of, units, strict=True) if unit in fitting]
        return {target.context_of_row[row]: row for row in reversed(rows)}


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


@cache
def _gas_names() -> frozenset[str]:
    columns = {"names": "name", "ef31": "name", "fedefl": "flowable"}.items()
    return frozenset(
        exact(row[column]) for table, column in columns for row in resources.table(f"gases/{table}.csv")
    )


def _person(row: MapRow) -> Signal:
    return Signal("decision", row.reviewer or row.author, row.date.isoformat() if row.date else "")
