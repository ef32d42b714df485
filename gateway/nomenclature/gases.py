"""Greenhouse gases: which one a name or identifier means, what it weighs in CO2e, and its flow in a list.

A gas is found by identifier or by a listed name, nothing else. CAS numbers can only object: CO2 of three
carbon classes shares one. Where the class decides and is not told there is no gas, only a reason.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from gateway.model.inventory import CarbonClass
from gateway.nomenclature import _gas_table as table
from gateway.nomenclature._gas_names import named, without_affixes
from gateway.nomenclature._gas_table import Gas
from gateway.nomenclature.halocarbons import agrees, composition
from gateway.nomenclature.identifiers import fedefl_id
from gateway.nomenclature.names import cas_number, exact, inverted
from gateway.nomenclature.row import Abstained, End, Signal

__all__ = [
    "EF31",
    "FEDEFL",
    "Gas",
    "at_most",
    "classes",
    "factor",
    "flow",
    "flowable",
    "gas",
    "identify",
    "objections",
    "placed",
    "without_affixes",
]

EF31: Final = "EF 3.1"
FEDEFL: Final = "FEDEFL"
# EF reference package: flow property Mass.
_MASS: Final = "93a60a56-a3c8-11da-a746-0800200b9a66"
_BASED_ON: Final = {"AR5-CH4-28": "AR5"}


def gas(key: str) -> Gas | None:
    """The gas with this key of the table."""
    return table.gases().get(key)


def identify(end: End, *, class_needed: bool = True) -> Gas | Abstained:
    """The gas that one side of a mapping means.

    Args:
        class_needed: whether CO2, CH4 and CO of unstated class are refused. A list without carbon classes
            (FEDEFL) takes them as they are.
    """
    by_id = _by_id(end)
    if by_id is not None:
        return by_id if isinstance(by_id, Abstained) else _classed(by_id, end, None, class_needed)
    found, told = named(end.name, end.list) or (_by_synonyms(end), None)
    if isinstance(found, Abstained):
        return found
    against = {signal.what for signal in objections(end, found)}
    if "cas" in against:
        return Abstained.CAS_CONFLICT
    if against and not (found.cas and cas_number(end.cas) == found.cas):
        return Abstained.AMBIGUOUS  # name and CAS number together outweigh a formula
    return _classed(found, end, told, class_needed)


def objections(end: End, found: Gas) -> tuple[Signal, ...]:
    """What speaks against ``end`` being ``found``: another CAS number, a name or formula of other atoms."""
    signals = []
    cas = cas_number(end.cas)
    if cas and cas != found.cas and (found.cas or cas in table.cas_numbers()):
        signals.append(Signal("cas", cas, "gases/gases.csv"))
    theirs = composition(end.formula) if end.formula else None
    if theirs is not None and theirs != (composition(found.formula) or theirs):
        signals.append(Signal("formula", end.formula, "gases/gases.csv"))
    for name in (end.name, *inverted(exact(end.name))):
        if agrees(name, found.formula) is False:
            signals.append(Signal("name", name, found.formula))
    return tuple(signals)


def factor(of: Gas, method: str, *, years: int = 100) -> Decimal | None:
    """The kg CO2e per kg of a gas, or ``None`` where the method has none.

    Args:
        method: AR4, AR5, AR5-CH4-28, AR6; over 100 years EF3.1 too.
        years: 100 or 20.
    """
    if years not in table.YEARS:
        return None
    values = table.potentials(years)
    sets = (method, _BASED_ON.get(method, method))
    return next((values[of.key, name] for name in sets if (of.key, name) in values), None)


def at_most(end: End, method: str) -> Decimal | None:
    """What the gas of a name weighs; where its carbon class would decide and is not told, the most it may."""
    found = identify(end, class_needed=False)
    if not isinstance(found, Gas):
        return None
    told = [factor(one, method) for one in classes(end)]
    own = factor(found, method)
    return own if own is not None else max((value for value in told if value is not None), default=None)


def classes(end: End) -> tuple[Gas, ...]:
    """A gas in all its carbon classes, the unstated one left out; of other gases the gas alone."""
    found = identify(end, class_needed=False)
    if not isinstance(found, Gas):
        return ()
    every = [one for one in table.gases().values() if one.substance == found.substance]
    return tuple(one for one in every if one.carbon_class is not CarbonClass.UNSPECIFIED)


def flow(of: Gas, *, list: str, context: tuple[str, ...]) -> End | None:
    """The flow of a gas in one compartment of a list; ``None`` where the list has none there.

    ``context`` is the list's own. FEDEFL has no carbon classes: every class of CO2 is one flow there, and
    the caller records what is lost.
    """
    if list == EF31:
        row = table.ef31()[1].get((of.key, "/".join(context)))
        if row is None:
            return None
        return End(EF31, "3.1", row["uuid"], row["name"], "en", of.cas, of.formula, context, "kg", _MASS,
                   carbon_class=of.carbon_class)  # fmt: skip
    if list == FEDEFL:
        flowable = table.fedefl().get(of.substance)
        path = "/".join(context)
        if flowable is None or "/".join(context[:2]) not in flowable[1]:
            return None
        return End(
            FEDEFL,
            "1.3.1",
            fedefl_id(flowable[0], path),
            flowable[0],
            "en",
            of.cas,
            of.formula,
            context,
            "kg",
        )
    return None


def placed(end: End) -> End:
    """With the compartment that its EF 3.1 identifier tells, where it says none itself."""
    row = table.ef31()[0].get(end.id.lower()) if end.id and not end.context else None
    return end if row is None else replace(end, list=EF31, context=tuple(row["context"].split("/")))


def flowable(of: Gas) -> str:
    """The name of a gas in FEDEFL, which has one for all compartments; "" where that has none."""
    found = table.fedefl().get(of.substance)
    return found[0] if found else ""


def _by_id(end: End) -> Gas | Abstained | None:
    if len(end.id) != 36:
        return None
    try:
        uuid = UUID(end.id)
    except ValueError:
        return None
    row = table.ef31()[0].get(str(uuid))
    if row is not None:
        return table.gases()[row["gas"]] if row["gas"] else Abstained.DECIDED
    if uuid.version == 3:
        key = table.fedefl_ids(end.context).get(str(uuid))
        return table.gases()[key] if key else None
    return None


def _classed(found: Gas, end: End, told: CarbonClass | None, needed: bool) -> Gas | Abstained:
    """The gas of the class that identifier, name and source agree on."""
    unstated = CarbonClass.UNSPECIFIED
    if found.carbon_class is None:
        return found
    classes = {c for c in (found.carbon_class, told, end.carbon_class) if c not in (None, unstated)}
    if len(classes) > 1:
        return Abstained.AMBIGUOUS
    if not classes:
        return Abstained.CARBON_CLASS if needed else found
    return table.of_class()[found.substance, classes.pop()]


def _by_synonyms(end: End) -> Gas | Abstained:
    """A synonym counts together with the CAS number only."""
    cas = cas_number(end.cas)
    known = [found for name in end.synonyms if (found := named(name, end.list)) is not None]
    keys = {found.key for found, told in known if isinstance(found, Gas) and not found.carbon_class}
    if len(keys) == 1 and all(isinstance(found, Gas) for found, _ in known):
        one = table.gases()[next(iter(keys))]
        if cas and one.cas == cas:
            return one
    if len(keys) > 1:
        return Abstained.AMBIGUOUS
    return (
        Abstained.ONLY_SUGGESTIONS if keys or (cas and cas in table.cas_numbers()) else Abstained.NO_CANDIDATE
    )
