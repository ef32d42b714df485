"""What a battery passport holds beyond the declaration: facts of the product and of the single battery.

They come as an input of their own and have access groups of their own (``model.access``): the classes of
the declaration do not open them. Amounts say their unit; a moment is RFC 3339 text as it was measured.
"""

from __future__ import annotations

from gateway.model.base import Amount, Count, Day, Flag, Names, Part, Text


class Identity(Part):
    """Which battery, by whom, and the state of its passport."""

    serial_number: Text = None
    batch_number: Text = None
    facility_id: Text = None
    manufacturer_id: Text = None  # ISO/IEC 6523, ICD:id
    operator_id: Text = None
    schema_version: Text = None
    dpp_status: Text = None
    last_updated: Text = None


class Contact(Part):
    """Where the manufacturer is reached, as the passport shows it."""

    city: Names = None
    web: Text = None
    email: Text = None


class PassportDocument(Part):
    """A document behind the passport. Its kind says which data point it belongs to."""

    kind: Text = None
    id: Text = None
    title: Names = None
    languages: tuple[str, ...] = ()
    version: Text = None
    link: Text = None
    media_type: Text = None
    sha256: Text = None
    issued: Day = None

    @property
    def key(self) -> str | None:
        """Its kind, so that it stays the same when a document of another kind goes."""
        return self.kind if isinstance(self.kind, str) else None


class Marking(Part):
    """A symbol or mark on the battery, and what it means."""

    name: Text = None
    subject: Text = None
    meaning: Names = None
    link: Text = None
    media_type: Text = None
    certificate: Text = None
    issued: Day = None
    expires: Day = None
    text: Text = None


class PowerAt(Part):
    """Power that is available at a state of charge."""

    state_of_charge: Amount = None
    power: Amount = None


class Resistance(Part):
    """Initial internal resistance of the pack, module or cell, and its expected increase."""

    component: Text = None
    initial: Amount = None
    increase: Amount = None

    @property
    def key(self) -> str | None:
        """The component."""
        return self.component if isinstance(self.component, str) else None


class Technical(Part):
    """Performance and durability as rated: the same for every battery of the model."""

    minimum_voltage: Amount = None
    maximum_voltage: Amount = None
    original_power: tuple[PowerAt, ...] = ()
    maximum_power: Amount = None
    power_energy_ratio: Amount = None
    power_fade: Amount = None
    capacity_fade: Amount = None
    initial_efficiency: Amount = None
    half_life_efficiency: Amount = None
    efficiency_fade: Amount = None
    initial_self_discharge: Amount = None  # per month
    resistance: tuple[Resistance, ...] = ()
    expected_years: Count = None
    c_rate: Amount = None
    c_rate_of_test: Amount = None
    exhaustion_threshold: Amount = None
    idle_temperature_low: Amount = None
    idle_temperature_high: Amount = None


class Measured(Part):
    """A value of one battery at one moment."""

    value: Amount = None
    at: Text = None


class Counted(Part):
    """A count of one battery at one moment."""

    value: Count = None
    at: Text = None


class Event(Part):
    """A negative event of one battery."""

    event: Text = None
    at: Text = None


class ResistanceIncrease(Part):
    """By how much the resistance of a component has risen."""

    component: Text = None
    value: Amount = None
    at: Text = None

    @property
    def key(self) -> str | None:
        """The component."""
        return self.component if isinstance(self.component, str) else None


class Temperature(Part):
    """Temperatures that one battery was exposed to; times are added up over its life."""

    measured: Amount = None
    extreme_high: Amount = None
    extreme_low: Amount = None
    extreme_high_charging: Amount = None
    extreme_low_charging: Amount = None
    at: Text = None


class Condition(Part):
    """The state of one battery in use."""

    energy_throughput: Measured = Measured()
    capacity_throughput: Measured = Measured()
    full_cycles: Counted = Counted()
    state_of_certified_energy: Measured = Measured()
    capacity_fade: Measured = Measured()
    remaining_energy: Measured = Measured()
    remaining_capacity: Measured = Measured()
    remaining_power: tuple[PowerAt, ...] = ()
    remaining_power_at: Text = None
    remaining_efficiency: Measured = Measured()
    self_discharge: Measured = Measured()
    self_discharge_evolution: Measured = Measured()
    state_of_charge: Measured = Measured()
    resistance_increase: tuple[ResistanceIncrease, ...] = ()
    negative_events: tuple[Event, ...] = ()
    temperature: Temperature = Temperature()


class Material(Part):
    """A material of the battery: where it is, and whether it is a critical raw material."""

    name: Text = None
    cas: Text = None
    mass: Amount = None
    critical: Flag = None
    component: Text = None
    component_id: Text = None

    @property
    def key(self) -> str | None:
        """Its name."""
        return self.name if isinstance(self.name, str) else None


class HazardousSubstance(Part):
    """A hazardous substance of the battery and what it does."""

    name: Text = None
    cas: Text = None
    hazard_class: Text = None
    concentration: Amount = None
    impacts: tuple[str, ...] = ()
    component: Text = None
    component_id: Text = None

    @property
    def key(self) -> str | None:
        """Its name."""
        return self.name if isinstance(self.name, str) else None


class SparePart(Part):
    """A component that can be bought."""

    name: Text = None
    number: Text = None


class SparePartSource(Part):
    """Who sells spare parts, and which."""

    supplier: Text = None
    country: Text = None
    postal_code: Text = None
    street: Text = None
    email: Text = None
    web: Text = None
    components: tuple[SparePart, ...] = ()

    @property
    def key(self) -> str | None:
        """The supplier."""
        return self.supplier if isinstance(self.supplier, str) else None


class RecycledContent(Part):
    """Recycled share of one material, before and after the consumer."""

    material: Text = None
    pre_consumer: Amount = None
    post_consumer: Amount = None

    @property
    def key(self) -> str | None:
        """The material."""
        return self.material if isinstance(self.material, str) else None


class Circularity(Part):
    """What keeps the battery in use and brings its materials back."""

    spare_parts: tuple[SparePartSource, ...] = ()
    recycled: tuple[RecycledContent, ...] = ()
    extinguishing_agents: tuple[str, ...] = ()
    renewable_content: Amount = None
    supply_chain_index: Amount = None


class PassportData(Part):
    """The second input of a battery passport."""

    identity: Identity = Identity()
    contact: Contact = Contact()
    documents: tuple[PassportDocument, ...] = ()
    markings: tuple[Marking, ...] = ()
    technical: Technical = Technical()
    condition: Condition = Condition()
    materials: tuple[Material, ...] = ()
    hazardous: tuple[HazardousSubstance, ...] = ()
    circularity: Circularity = Circularity()
