"""How it was calculated: goal, unit, boundary, cut-off, period, method, quality."""

from __future__ import annotations

from gateway.model.base import Amount, Count, Day, Flag, Names, Part, Text


class Document(Part):
    """The declaration as a document."""

    id: Text = None
    version: Text = None
    type: Text = None
    profile: Text = None
    issued_at: Day = None
    issuing_body: Text = None
    supersedes: tuple[str, ...] = ()
    status: Text = None
    status_reason: Text = None
    languages: tuple[str, ...] = ()
    valid_from: Day = None
    valid_until: Day = None


class Goal(Part):
    """Why it was calculated and for whom."""

    purpose: Text = None
    application: Text = None
    target_audience: Text = None


class Conversion(Part):
    """One unit of the product stated in another unit."""

    source_unit: Text = None
    target_unit: Text = None
    factor: Amount = None
    lower: Amount = None
    upper: Amount = None


class FunctionalUnit(Part):
    """The functional or declared unit, and what the activity lines refer to.

    ``lines_basis`` says whether the lines are per ``unit``, per ``pack`` or another basis; it is
    never guessed from the numbers, only checked against them.
    """

    kind: Text = None
    text: Names = None
    amount: Amount = None
    reference_flow: Amount = None
    lines_basis: Text = None
    conversions: tuple[Conversion, ...] = ()


class Exclusion(Part):
    """A process left out, and why."""

    process: Text = None
    reason: Text = None


class SystemBoundary(Part):
    """The system boundary. ``modules`` are EN 15804 modules where the source speaks of them."""

    type: Text = None
    stages: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    modules_not_declared: tuple[str, ...] = ()
    declared_scope: Text = None
    excluded: tuple[Exclusion, ...] = ()
    diagram: Text = None
    processes: Text = None


class Scenario(Part):
    """A scenario that rows and indicators name; of a group, one happens."""

    name: str
    group: Text = None
    is_default: Flag = None
    description: Names = None

    @property
    def key(self) -> str:
        """Its name."""
        return self.name


class CutOff(Part):
    """The cut-off criteria and what was really left out."""

    rule: Text = None
    single_limit: Amount = None
    total_limit: Amount = None
    basis: Text = None
    actual_total: Amount = None


class Period(Part):
    """The reference period; the end is the last day in it."""

    start: Day = None
    end: Day = None
    output: Amount = None
    note: Text = None


class ProductCategoryRules(Part):
    """A PCR that was followed."""

    name: Text = None
    version: Text = None
    operator: Text = None
    date: Text = None


class Database(Part):
    """A background database with its version and system model."""

    name: Text = None
    version: Text = None
    model: Text = None


class Software(Part):
    """The calculation software."""

    name: Text = None
    version: Text = None


class Cff(Part):
    """Parameters of the circular footprint formula as the sender states them."""

    a: Amount = None
    b: Amount = None
    r1: Amount = None
    r2: Amount = None
    r3: Amount = None
    quality_in: Amount = None
    quality_out: Amount = None


class Method(Part):
    """The method: standards, GWP set, allocation, electricity, end of life."""

    standards: tuple[str, ...] = ()
    pcr: tuple[ProductCategoryRules, ...] = ()
    protocol: Text = None
    lcia_method: Text = None
    gwp_set: Text = None
    gwp_horizon: Count = None
    allocation: tuple[str, ...] = ()
    allocation_text: Text = None
    recycling_model: Text = None
    electricity_approach: Text = None
    biogenic: Text = None
    luc: Text = None
    aircraft_separate: Flag = None
    offsets_included: Flag = None
    packaging_included: Flag = None
    ccs_included: Flag = None
    capital_goods: Flag = None
    software: Software = Software()
    databases: tuple[Database, ...] = ()
    data_sources: Text = None
    cff: Cff = Cff()


class Quality(Part):
    """Data quality of the whole declaration."""

    primary_share_emissions: Amount = None
    primary_share_mass: Amount = None
    dqr: Amount = None
    dqr_scale: Text = None
    ter: Amount = None
    ger: Amount = None
    tir: Amount = None
    completeness: Text = None
    mass_balance: Amount = None
