"""A process data set: what it takes and gives, how that was found, and what it declares of itself."""

from __future__ import annotations

from enum import StrEnum

from gateway.model.activity import Place
from gateway.model.base import Count, Flag, Missing, Names, Part, Text
from gateway.model.dataset import Coefficient, Dataset, Reference


class Direction(StrEnum):
    """Seen from the process."""

    INPUT = "input"
    OUTPUT = "output"


class ProcessKind(StrEnum):
    """What a data set is; only LCI results and data sets with a declared result can become a declaration."""

    UNIT_PROCESS = "unit-process"
    BLACK_BOX = "unit-process-black-box"
    LCI_RESULT = "lci-result"
    PARTLY_TERMINATED = "partly-terminated-system"
    AVOIDED = "avoided-product-system"
    EPD = "epd"


class Distribution(StrEnum):
    """How a value spreads."""

    UNDEFINED = "undefined"
    LOG_NORMAL = "log-normal"
    NORMAL = "normal"
    TRIANGULAR = "triangular"
    UNIFORM = "uniform"
    OTHER = "other"  # the source's own word stands in its extras


class Uncertainty(Part):
    """Spread of a value. One meaning in all formats.

    ``spread`` is the standard deviation of a normal distribution and the geometric standard deviation of
    a log-normal one: not squared, not the width of an interval. ``centre`` is the mean of the normal, the
    median (geometric mean) of the log-normal and the most likely value of the triangular one; None: the
    value itself. ``pedigree`` is five scores from 1 to 5 (reliability, completeness, temporal,
    geographical, further technological correlation); ``basic_spread`` is ``spread`` before they were added.
    """

    distribution: Distribution | None = None
    spread: Coefficient = None
    basic_spread: Coefficient = None
    centre: Coefficient = None
    minimum: Coefficient = None
    maximum: Coefficient = None
    pedigree: tuple[int, ...] = ()
    comment: Names = None


class Allocation(Part):
    """The share of a process or exchange that one co-product carries.

    ``product`` is the id of the exchange of that co-product; ``share`` is a fraction of 1.
    """

    product: str
    share: Coefficient = None
    method: Text = None

    @property
    def key(self) -> str:
        """The co-product."""
        return self.product


class PropertyValue(Part):
    """A property of one exchange (dry mass, water content, price), in its own unit."""

    quantity: Reference = Reference()
    amount: Coefficient = None
    unit: Text = None
    formula: Text = None
    uncertainty: Uncertainty = Uncertainty()
    comment: Names = None


class Exchange(Part):
    """An input or output.

    ``amount`` is what the data set counts, in ``unit`` of ``flow_property``. Formats that derive the unit
    from the flow leave both out; ``codec.datasets.measured`` finds them. ``mean_amount`` is the
    coefficient before ``parameter`` where the source has both; ``formula`` is how the amount came about.
    Amounts keep the sign of the source; an avoided product is an output that is avoided, never negated.
    """

    id: str
    flow: Reference = Reference()
    direction: Direction = Direction.INPUT
    amount: Coefficient = None
    unit: Text = None
    flow_property: Reference = Reference()
    mean_amount: Coefficient = None
    formula: Text = None
    parameter: Text = None
    is_reference: bool = False
    is_avoided: bool = False
    is_waste: bool = False
    group: Text = None  # what the source sorts it under: materials, from-nature, by-product …
    provider: Reference = Reference()
    location: Place | Missing | None = None
    uncertainty: Uncertainty = Uncertainty()
    allocations: tuple[Allocation, ...] = ()
    properties: tuple[PropertyValue, ...] = ()
    derivation: Text = None
    data_source_kind: Text = None
    sources: tuple[Reference, ...] = ()
    comment: Names = None

    @property
    def key(self) -> str:
        """Its id."""
        return self.id


class Parameter(Part):
    """A parameter of a data set: a value, or a formula over others."""

    name: str
    value: Coefficient = None
    unit: Text = None
    formula: Text = None
    uncertainty: Uncertainty = Uncertainty()
    description: Names = None
    comment: Names = None

    @property
    def key(self) -> str:
        """Its name."""
        return self.name


class Scope(Part):
    """What was reviewed and by which methods."""

    name: str
    methods: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What was reviewed."""
        return self.name


class Rating(Part):
    """How well a data set does in one respect, in the words of the source's own list."""

    aspect: str
    value: Text = None

    @property
    def key(self) -> str:
        """The respect."""
        return self.aspect


class Review(Part):
    """A review of a data set, as the data set tells it."""

    kind: Text = None
    scopes: tuple[Scope, ...] = ()
    ratings: tuple[Rating, ...] = ()
    details: Names = None
    other_details: Names = None
    reviewers: tuple[Reference, ...] = ()
    report: Reference = Reference()
    date: Text = None


class Compliance(Part):
    """What a data set says it complies with; it says so itself, nobody here confirms it."""

    system: Reference = Reference()
    approval: Text = None
    ratings: tuple[Rating, ...] = ()


class Scenario(Part):
    """A scenario that results may belong to."""

    name: str
    group: Text = None
    is_default: Flag = None
    description: Names = None

    @property
    def key(self) -> str:
        """Its name."""
        return self.name


class ImpactResult(Part):
    """A declared result of a data set, by module and scenario. Results of scenarios are never added up.

    ``indicator`` names an impact indicator, or, where ``direction`` is told, an indicator of the
    inventory (primary energy, waste). An ``amount`` that is Missing says why (module not declared).
    """

    indicator: Reference = Reference()
    direction: Direction | None = None
    module: Text = None
    scenario: Text = None
    amount: Coefficient = None
    unit: Text = None
    uncertainty: Uncertainty = Uncertainty()
    comment: Names = None


class Period(Part):
    """What time a data set stands for; days as printed."""

    reference_year: Count = None
    valid_until: Count = None
    start: Text = None
    end: Text = None
    is_valid_throughout: Flag = None


class Site(Part):
    """Where a data set's process stands, closer than its place code says."""

    latitude: Text = None
    longitude: Text = None
    restriction: Names = None
    subareas: tuple[Place, ...] = ()


class Publication(Part):
    """Under which terms a data set is published."""

    is_copyrighted: Flag = None
    licence: Text = None
    access: Text = None
    status: Text = None
    page: Text = None


class Process(Dataset):
    """A process data set.

    ``name`` is the base name; ``treatment``, ``mix`` and ``quantities`` are the further parts of a name in
    ILCD. ``reference_kind`` is what the quantities refer to (reference flows, functional unit, production
    period, other parameter). ``languages`` are those that the source says it is written in.
    """

    kind: ProcessKind | None = None
    treatment: Names = None
    mix: Names = None
    quantities: Names = None
    reference_kind: Text = None
    functional_unit: Names = None
    period: Period = Period()
    location: Place | Missing | None = None
    site: Site = Site()
    is_infrastructure: Flag = None
    principle: Text = None
    approaches: tuple[str, ...] = ()
    method_types: tuple[str, ...] = ()
    default_allocation: Text = None
    system_model: Reference = Reference()
    coverage: Text = None  # share of production that the data stand for, as printed
    production_volume: Text = None
    exchanges: tuple[Exchange, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    results: tuple[ImpactResult, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    reviews: tuple[Review, ...] = ()
    compliance: tuple[Compliance, ...] = ()
    completeness: tuple[Rating, ...] = ()
    pedigree: tuple[int, ...] = ()
    publication: Publication = Publication()
    languages: tuple[str, ...] = ()

    @property
    def references(self) -> tuple[Exchange, ...]:
        """The exchanges that everything is counted for: none, one or several, also inputs."""
        return tuple(exchange for exchange in self.exchanges if exchange.is_reference)
