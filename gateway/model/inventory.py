"""A life-cycle dataset: a process with its exchanges, and the flows, properties and units behind them.

The skeleton of the model's other half: every field that a reader must be able to fill without losing
identity, direction, uncertainty or language. It shares text, quantities and absence with declarations.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from gateway.model.activity import Place
from gateway.model.base import Amount, Count, Day, Extras, Flag, Names, Part, Text
from gateway.model.results import Carbon


class FlowKind(StrEnum):
    """Kinds of flow, as ILCD distinguishes them."""

    ELEMENTARY = "elementary"
    PRODUCT = "product"
    WASTE = "waste"
    OTHER = "other"


class CarbonClass(StrEnum):
    """Where a gas's carbon comes from: part of its identity, never decided by a CAS number."""

    FOSSIL = "fossil"
    BIOGENIC = "biogenic"
    LAND_USE_CHANGE = "land-use-change"
    UNSPECIFIED = "unspecified"


class Direction(StrEnum):
    """Seen from the process."""

    INPUT = "input"
    OUTPUT = "output"


class ProcessKind(StrEnum):
    """What a dataset is; only LCI results and datasets with a declared result can become a declaration."""

    UNIT_PROCESS = "unit-process"
    BLACK_BOX = "unit-process-black-box"
    LCI_RESULT = "lci-result"
    PARTLY_TERMINATED = "partly-terminated-system"
    AVOIDED = "avoided-product-system"
    EPD = "epd"


class Reference(Part):
    """A reference to another dataset. ``version`` as printed: 01.00 and 01.00.000 are the same."""

    uuid: Text = None
    version: Text = None
    uri: Text = None
    kind: Text = None
    name: Names = None


class UnitEntry(Part):
    """A unit of a unit group with its factor to the group's reference unit."""

    id: str
    name: Text = None
    factor: Amount = None
    comment: Names = None

    @property
    def key(self) -> str:
        """Its id."""
        return self.id


class UnitGroup(Part):
    """Units that convert into one another."""

    id: str
    version: Text = None
    name: Names = None
    reference_unit: Text = None
    units: tuple[UnitEntry, ...] = ()
    extras: Extras = Field(default_factory=dict)


class FlowProperty(Part):
    """What is measured: mass, net calorific value, number of items."""

    id: str
    version: Text = None
    name: Names = None
    unit_group: Reference = Reference()
    extras: Extras = Field(default_factory=dict)


class FlowPropertyValue(Part):
    """How much of a property one reference unit of a flow has."""

    property: Reference = Reference()
    mean: Amount = None
    is_reference: Flag = None


class Flow(Part):
    """A flow. Substance and compartment are kept apart; the carbon class is part of the substance."""

    id: str
    version: Text = None
    kind: FlowKind = FlowKind.OTHER
    name: Names = None
    synonyms: Names = None
    cas: Text = None
    formula: Text = None
    carbon_class: CarbonClass | None = None
    compartment: tuple[str, ...] = ()
    properties: tuple[FlowPropertyValue, ...] = ()
    location: Place | None = None
    extras: Extras = Field(default_factory=dict)


class Uncertainty(Part):
    """Spread of an amount. ``spread`` means one thing: the geometric or standard deviation of the kind."""

    distribution: Text = None  # lognormal, normal, triangular, uniform
    spread: Amount = None
    minimum: Amount = None
    maximum: Amount = None
    pedigree: tuple[int, ...] = ()


class Allocation(Part):
    """The share of an exchange that belongs to one co-product."""

    product: str
    share: Amount = None
    method: Text = None

    @property
    def key(self) -> str:
        """The co-product."""
        return self.product


class Exchange(Part):
    """An input or output. ``resulting_amount`` is what the dataset counts, ``formula`` how it got there."""

    id: str
    flow: Reference = Reference()
    direction: Direction = Direction.INPUT
    mean_amount: Amount = None
    resulting_amount: Amount = None
    formula: Text = None
    parameter: Text = None
    is_reference: bool = False
    is_avoided: bool = False
    provider: Reference = Reference()
    location: Place | None = None
    uncertainty: Uncertainty = Uncertainty()
    allocation: tuple[Allocation, ...] = ()
    data_source: Text = None
    comment: Names = None

    @property
    def key(self) -> str:
        """Its id."""
        return self.id


class ParameterValue(Part):
    """A parameter of a dataset: a value, or a formula over others."""

    name: str
    value: Amount = None
    formula: Text = None
    comment: Names = None

    @property
    def key(self) -> str:
        """Its name."""
        return self.name


class Review(Part):
    """A review of a dataset."""

    kind: Text = None
    reviewer: Reference = Reference()
    details: Names = None


class Compliance(Part):
    """What a dataset says it complies with; it says so itself, nobody here confirms it."""

    system: Reference = Reference()
    approval: Text = None


class ImpactResult(Part):
    """A declared impact of a dataset, by module and scenario."""

    indicator: Reference = Reference()
    module: Text = None
    scenario: Text = None
    amount: Amount = None
    carbon: Carbon = Carbon()


class Process(Part):
    """A process dataset."""

    id: str
    version: Text = None
    kind: ProcessKind = ProcessKind.UNIT_PROCESS
    name: Names = None
    functional_unit: Names = None
    classification: tuple[str, ...] = ()
    location: Place | None = None
    reference_year: Count = None
    valid_until: Day = None
    technology: Names = None
    comment: Names = None
    exchanges: tuple[Exchange, ...] = ()
    parameters: tuple[ParameterValue, ...] = ()
    results: tuple[ImpactResult, ...] = ()
    reviews: tuple[Review, ...] = ()
    compliance: tuple[Compliance, ...] = ()
    owner: Reference = Reference()
    licence: Text = None
    languages: tuple[str, ...] = ()
    extras: Extras = Field(default_factory=dict)
