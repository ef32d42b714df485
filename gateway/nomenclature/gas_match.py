"""Match greenhouse gases and blends to the flows of a list by our own tables, without the list itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from gateway.nomenclature import gases
from gateway.nomenclature.blends import disaggregate
from gateway.nomenclature.compartments import candidates
from gateway.nomenclature.match import Match
from gateway.nomenclature.row import Abstained, End, MapRow, Predicate, Signal, Tier

_NAMES: Final = "gases/names.csv"
_POTENTIALS: Final = "AR6"


def match_gas(end: End, *, target: str) -> Match:
    """What becomes of one gas, blend or anything else, which stays unmapped.

    Args:
        target: ``gases.EF31`` or ``gases.FEDEFL``.
    """
    classed = target == gases.EF31
    gas = gases.identify(end, class_needed=classed)
    if isinstance(gas, Abstained):
        if gas is Abstained.NO_CANDIDATE and (parts := disaggregate(end)):
            return _split(end, parts, target)
        return Match(end, (), gas, at_stake=gases.at_most(end, _POTENTIALS))
    evidence = (Signal("gas", gas.key, _NAMES),)
    stake = gases.factor(gas, _POTENTIALS)
    place = gases.placed(end)
    for step, context in enumerate(candidates(place.context, place.list, target)):
        flow = gases.flow(gas, list=target, context=context)
        if flow is not None:
            lost = not classed and gas.carbon_class is not None
            row = MapRow(
                end,
                flow,
                Predicate.BROADER if lost else Predicate.EXACT,
                tier=Tier.CURATED,
                evidence=evidence,
                losses=(("carbon-class-lost",) if lost else ())
                + (("compartment-coarsened",) if step else ()),
            )
            return Match(end, (row,), evidence=evidence, at_stake=stake)
    return Match(end, (), Abstained.NO_CANDIDATE, evidence, at_stake=stake)


def lost_in(flow: End, method: str) -> Decimal | None:
    """What a gas weighs in AR6 where ``method`` has its flow and no factor for it; else None."""
    gas = gases.identify(flow)
    if not isinstance(gas, gases.Gas) or gases.factor(gas, method) is not None:
        return None
    return gases.factor(gas, _POTENTIALS)


def _split(end: End, parts: tuple[MapRow, ...], target: str) -> Match:
    """A blend into its components: all of them, or none."""
    found = [(p, match_gas(replace(end, name=p.target.name, cas=p.target.cas), target=target)) for p in parts]
    stakes = [match.at_stake * Decimal(str(p.share)) for p, match in found if match.at_stake and p.share]
    stake = sum(stakes, Decimal(0)) or None
    if not all(match.rows for _, match in found):
        lacking = tuple(p.target for p, match in found if not match.rows)
        return Match(end, (), Abstained.NO_CANDIDATE, parts[0].evidence, (), lacking, stake)
    rows = tuple(
        replace(
            match.rows[0],
            source=end,
            share=p.share,
            factor_basis="blend",
            evidence=(*p.evidence, *match.rows[0].evidence),
        )
        for p, match in found
    )
    return Match(end, rows, evidence=parts[0].evidence, at_stake=stake)
