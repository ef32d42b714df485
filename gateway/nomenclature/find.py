"""The substance behind a name in one list, with its flows by compartment: gases, energy carriers, all others.

Every name is looked for once in each medium and dimension.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache, cached_property
from typing import NamedTuple, TypeAlias

from gateway import resources
from gateway.model.inventory import CarbonClass
from gateway.nomenclature import energy, gases
from gateway.nomenclature.compartments import candidates
from gateway.nomenclature.names import cas_number, exact
from gateway.nomenclature.places import split_region
from gateway.nomenclature.query import Decision, Dimension, Query, dimension, medium
from gateway.nomenclature.row import Abstained, End, Predicate, Signal, Tier
from gateway.nomenclature.store import FlowList
from gateway.nomenclature.substances import Substances

# The compartments of the target list that stand for a context of the source list, the best first.
Compartments: TypeAlias = Callable[[tuple[str, ...], str, str], Sequence[tuple[str, ...]]]
# What a name that gases.py does not know may still be; any other answer of it is final.
_NOT_A_GAS = frozenset({Abstained.NO_CANDIDATE, Abstained.ONLY_SUGGESTIONS})
_POTENTIALS = "AR6"
# Lists whose greenhouse gases are all in a table of identifiers.
_TABLED = frozenset({gases.EF31, gases.FEDEFL})


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


class Finder:
    """One target list with its tables.

    Args:
        target: where the flows are to be found.
        witnesses: other lists, whose published names may connect two names.
        compartments: the ordered compartments of the target list for a context of the source.
    """

    def __init__(
        self,
        target: FlowList,
        *,
        witnesses: Sequence[FlowList] = (),
        compartments: Compartments = candidates,
    ) -> None:
        self.target = target
        self._list = target.edition.list
        self.substances = Substances(target, witnesses=witnesses)
        self._compartments = compartments
        self._context_at = {context: i for i, context in enumerate(target.contexts)}
        self._found: dict[tuple[object, ...], Found] = {}
        self._places: dict[tuple[tuple[str, ...], str, str], Place] = {}
        self._gas_rows: dict[str, dict[int, int]] = {}
        self._gas_of: dict[tuple[object, ...], Found | None] = {}
        self._kept: dict[tuple[int, Dimension | None], dict[int, int]] = {}

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
        """The flow of no region behind one of a region.

        For resources it is only offered: water of one river basin is a hundred times as scarce as of another.
        """
        found = self.find(replace(end, name=name), place)
        if found.decision.tier is None:
            return None
        signal = Signal("region", region, "locations/codes.csv")
        if place.medium == "resource":
            evidence, offered = (*found.decision.evidence, signal), found.decision.substances
            only = Decision(abstained=Abstained.ONLY_SUGGESTIONS, evidence=evidence, candidates=offered)
            return Found(only, {})
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
                    found |= self.first_of_context(flowable, dimension("kg"))
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
                rows = self._kept[key] = self.first_of_context(substance, wanted)
            found = {**found, **rows} if found else rows
        return found

    def first_of_context(self, substance: int, wanted: Dimension | None) -> dict[int, int]:
        """The first flow of a substance in each context, of one dimension."""
        target, all_of = self.target, self.target.rows(substance)
        rows: Sequence[int] = all_of
        if wanted is not None:
            units = target.unit_of_row[all_of.start : all_of.stop]
            fitting = {unit for unit in set(units) if dimension(target.units[unit]) in (None, wanted)}
            rows = [row for row, unit in zip(all_of, units, strict=True) if unit in fitting]
        return {target.context_of_row[row]: row for row in reversed(rows)}


@cache
def _gas_names() -> frozenset[str]:
    columns = {"names": "name", "ef31": "name", "fedefl": "flowable"}.items()
    return frozenset(
        exact(row[column]) for table, column in columns for row in resources.table(f"gases/{table}.csv")
    )
