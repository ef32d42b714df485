"""Results: a total exists only inside a set that names its role and its basis."""

from __future__ import annotations

from enum import StrEnum

from gateway.model.activity import GasAmount
from gateway.model.base import Amount, Count, Names, Part, Text
from gateway.quantity import Quantity


class Role(StrEnum):
    """Where a set comes from. A declared set is never overwritten."""

    DECLARED = "declared"
    RESTATED = "restated"  # the declared figures over another denominator or boundary
    RECOMPUTED = "recomputed"  # lines × factors, added up by us


class Per(StrEnum):
    """What a result refers to. The kinds of kWh are never copied into one another."""

    DECLARED_UNIT = "declared-unit"  # the unit of ``Declaration.unit``
    PACK = "pack"
    KWH_RATED = "kwh-rated"
    KWH_USABLE = "kwh-usable"
    KWH_DELIVERED = "kwh-delivered"
    KWH_UNSTATED = "kwh-unstated"  # per kWh, and the source does not say of which energy
    KG = "kg"


class Parameter(Part):
    """A parameter of a denominator with where its value comes from."""

    name: str
    value: Amount = None
    text: Text = None
    source: Text = None

    @property
    def key(self) -> str:
        """Its name."""
        return self.name


class Denominator(Part):
    """What the results are divided by, with everything needed to recompute it."""

    per: Per = Per.DECLARED_UNIT
    energy: Amount = None
    parameters: tuple[Parameter, ...] = ()


class Basis(Part):
    """What a number rests on. A field left out means: as the declaration's own method says."""

    denominator: Denominator = Denominator()
    boundary: Text = None
    gwp_set: Text = None
    method_profile: Text = None
    legal_status: Text = None
    recycling_model: Text = None
    electricity_approach: Text = None


class Carbon(Part):
    """One footprint by carbon class, kg CO2e. The classes are parts of ``total``, never netted silently.

    ``total`` leaves biogenic uptake out, ``total_including_uptake`` counts it. ``biogenic`` is a net
    value as EN 15804 states it (uptake and emission together); ``biogenic_emission`` is an emission
    of which the gas is not told; ``biogenic_co2`` and ``biogenic_non_co2`` tell it. Uptake is ≤ 0.
    """

    total: Amount = None
    total_including_uptake: Amount = None
    fossil: Amount = None
    biogenic: Amount = None
    biogenic_emission: Amount = None
    biogenic_co2: Amount = None
    biogenic_non_co2: Amount = None
    biogenic_uptake: Amount = None
    luluc: Amount = None
    aircraft: Amount = None
    packaging: Amount = None


class Contribution(Part):
    """A part of a row by its source (electricity, fuels, …)."""

    name: str
    amount: Amount = None

    @property
    def key(self) -> str:
        """Its source."""
        return self.name


class ResultRow(Part):
    """One stage, with module and scenario where they are told. Scenarios are never added up."""

    stage: Text = None
    module: Text = None
    scenario: Text = None
    name: Names = None
    scope: Text = None
    carbon: Carbon = Carbon()
    share: Amount = None
    by_source: tuple[Contribution, ...] = ()

    @property
    def key(self) -> str:
        """Stage, module and scenario, as far as told."""
        told = [v for v in (self.stage, self.module, self.scenario) if isinstance(v, str)]
        return ".".join(told) or "row"


class Variant(Part):
    """The same result for another country or year."""

    country: Text = None
    year: Count = None
    scenario: Text = None
    amount: Amount = None

    @property
    def key(self) -> str:
        """Country, year and scenario, as far as told."""
        told = [str(v) for v in (self.country, self.year, self.scenario) if isinstance(v, (str, int))]
        return ".".join(told) or "variant"


class Unassigned(Part):
    """A part of the total that the source does not split over these stages."""

    stages: tuple[str, ...] = ()
    amount: Amount = None
    share: Amount = None


class Withheld(Part):
    """A result that exists and is not shown, with the reason given."""

    what: Text = None
    reason: Text = None


class IndicatorAmount(Part):
    """An indicator's value for one module, in one scenario where it is told."""

    module: Text = None
    scenario: Text = None
    amount: Amount = None

    @property
    def key(self) -> str:
        """Module and scenario, as far as told."""
        return ".".join(v for v in (self.module, self.scenario) if isinstance(v, str)) or "amount"


class Indicator(Part):
    """An indicator beside the carbon footprint, by its id in the indicator's own list."""

    id: str
    version: Text = None
    name: Names = None
    amounts: tuple[IndicatorAmount, ...] = ()

    @property
    def key(self) -> str:
        """Its id."""
        return self.id


class ResultSet(Part):
    """Totals and rows on one basis."""

    id: str
    role: Role = Role.DECLARED
    basis: Basis = Basis()
    derived_from: str | None = None
    carbon: Carbon = Carbon()
    gate_total: Amount = None  # A1–A3 where the source prints it
    credits: Amount = None  # module D, avoided burden: outside every total
    rows: tuple[ResultRow, ...] = ()
    scenario: Text = None  # the scenario that the totals belong to
    by_gas: tuple[GasAmount, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    variants: tuple[Variant, ...] = ()
    unassigned: Unassigned = Unassigned()
    withheld: tuple[Withheld, ...] = ()
    uncertainty: Amount = None

    @property
    def key(self) -> str:
        """Its id."""
        return self.id


class Hotspot(Part):
    """A contribution the source points out."""

    name: Text = None
    share: Amount = None


class Sensitivity(Part):
    """One result of a sensitivity analysis, in the source's words."""

    text: Text = None
    amount: Amount = None


class Interpretation(Part):
    """What the source makes of its results."""

    hotspots: tuple[Hotspot, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()
    assumptions: Text = None
    improvements: Text = None


KG_CO2E = "kg{CO2eq}"


def kg(amount: Amount) -> Quantity | None:
    """The amount if it is there, as a quantity."""
    return amount if isinstance(amount, Quantity) else None
