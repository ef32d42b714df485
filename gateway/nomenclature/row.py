"""One mapped name with everything that says why: the row that engine, audit, review and map files share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from gateway.model.inventory import CarbonClass


class Predicate(StrEnum):
    """How the target relates to the source. ``none`` is a decision: this is not to be mapped."""

    EXACT = "exact"
    CLOSE = "close"
    BROADER = "broader"  # the target holds more than the source
    NARROWER = "narrower"  # the target holds less than the source
    PROXY = "proxy"  # another substance that stands in
    NONE = "none"


class Tier(StrEnum):
    """What a match rests on, the strongest first. Only those of ``APPLIED`` take effect without a person."""

    IDENTIFIER = "identifier"
    CURATED = "curated"  # a row of our tables: gases, energy carriers, blends
    OVERRIDE = "override"  # a decision that a person recorded, negative ones too
    NAME_AND_CAS = "name+cas"
    NAME = "name"  # exactly the same name, CAS absent on one side
    CAS_AND_SYNONYM = "cas+synonym"
    SYNONYM = "synonym"  # published in a flow list
    BRIDGE = "bridge"  # an open dictionary only
    CAS = "cas"  # CAS only: salts, ions and carbon classes share one
    NORMALISED = "normalised"
    VARIANT = "variant"
    FUZZY = "fuzzy"
    PERSON = "person"  # decided in a review


# Columns of a row that was not applied: why, and what one kg of the gas weighs (GWP100 of AR6).
ABSTAINED: Final = "abstained"
AT_STAKE: Final = "kg_co2e_per_kg"
APPLIED = frozenset(
    {
        Tier.IDENTIFIER,
        Tier.CURATED,
        Tier.OVERRIDE,
        Tier.NAME_AND_CAS,
        Tier.NAME,
        Tier.CAS_AND_SYNONYM,
        Tier.SYNONYM,
        Tier.PERSON,
    }
)


def tier_code(tier: str) -> str:
    """The message that says in words what a tier rests on."""
    return _SEVERAL.get(tier, f"nomenclature.tier-{tier}")


# A code has no plus sign.
_SEVERAL = {
    "name+cas": "nomenclature.tier-name-and-cas",
    "cas+synonym": "nomenclature.tier-cas-and-synonym",
}


class Abstained(StrEnum):
    """Why a name was left unmapped."""

    NO_CANDIDATE = "no-candidate"
    AMBIGUOUS = "ambiguous"
    CAS_CONFLICT = "cas-conflict"
    CARBON_CLASS = "carbon-class-not-told"
    NO_COMPARTMENT = "no-compartment"
    UNIT = "unit-does-not-fit"
    DECIDED = "decided-not-to-map"
    ONLY_SUGGESTIONS = "only-suggestions"
    NOT_LOOKED_UP = "not-looked-up"  # no list of the target was at hand
    NO_DATASET = "no-data-set"  # the flow is not there: its identifier is all that is known of it


@dataclass(frozen=True, slots=True)
class End:
    """One side of a row: a flow (or dataset) of a list. ``context`` goes from the outside in: air, urban."""

    list: str = ""
    version: str = ""
    id: str = ""
    name: str = ""
    language: str = ""
    cas: str = ""
    formula: str = ""
    context: tuple[str, ...] = ()
    unit: str = ""
    flow_property: str = ""
    location: str = ""
    carbon_class: CarbonClass | None = None
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """One piece of evidence: what agreed, on which value, and the table or list (with edition) behind it."""

    what: str
    value: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class MapRow:
    """Source amount × ``factor`` (in target unit per source unit) = target amount.

    ``share`` is the part of the source that goes to this target where one name is split over several
    (a blend, a disaggregation): the shares of one source add up to 1. ``raw_predicate`` keeps what a map
    file said. ``losses`` are codes such as ``compartment-coarsened`` or ``factor-lost``. ``extra`` keeps
    columns of a map file that have no field here, by name.
    """

    source: End
    target: End
    predicate: Predicate = Predicate.EXACT
    factor: Decimal | Fraction | None = None  # None: 1, the units are the same
    factor_basis: str = ""  # unit, density, heating-value, blend, policy; with its reference
    share: Decimal | Fraction | None = None
    tier: Tier | None = None
    confidence: Decimal | None = None
    evidence: tuple[Signal, ...] = ()
    conflicts: tuple[Signal, ...] = ()
    losses: tuple[str, ...] = ()
    justification: str = ""  # a SEMAPV term where the file has one
    comment: str = ""
    author: str = ""
    reviewer: str = ""
    date: date | None = None
    tool: str = ""
    licence: str = ""
    source_map: str = ""  # SHA-256 of the file that the row was read from
    raw_predicate: str = ""
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MapSet:
    """A table of rows with who made it, of what, under which licence. ``header`` keeps what has no field."""

    rows: tuple[MapRow, ...]
    id: str = ""
    title: str = ""
    version: str = ""
    description: str = ""
    created: str = ""
    licence: str = ""
    authors: tuple[str, ...] = ()
    header: tuple[tuple[str, str], ...] = field(default=())


def is_suggestion(row: MapRow) -> bool:
    """Whether a row was only offered: it maps nothing before a person has chosen it."""
    if row.predicate is Predicate.NONE or row.reviewer:
        return False
    return row.target == End() or (row.tier is not None and row.tier not in APPLIED)


def reason_of(row: MapRow) -> Abstained | None:
    """Why nothing applied, where the row says it."""
    told = dict(row.extra).get(ABSTAINED, "")
    return Abstained(told) if told in set(Abstained) else None
