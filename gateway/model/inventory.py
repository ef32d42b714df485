"""What a process exchanges with its surroundings: flows, and the properties and units that measure them."""

from __future__ import annotations

from enum import StrEnum

from gateway.model.activity import Place
from gateway.model.base import Flag, Missing, Names, Part, Text
from gateway.model.dataset import Coefficient, Dataset, Reference


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


class UnitEntry(Part):
    """A unit of a unit group with its factor to the group's reference unit."""

    id: str
    name: Text = None
    factor: Coefficient = None
    synonyms: tuple[str, ...] = ()
    uuid: Text = None  # where the format gives units ids of their own
    comment: Names = None

    @property
    def key(self) -> str:
        """Its id."""
        return self.id


class UnitGroup(Dataset):
    """Units that convert into one another; ``reference_unit`` is the id of one of them."""

    reference_unit: Text = None
    units: tuple[UnitEntry, ...] = ()

    @property
    def reference(self) -> UnitEntry | None:
        """The unit that the factors refer to."""
        return next((unit for unit in self.units if unit.id == self.reference_unit), None)


class FlowProperty(Dataset):
    """What is measured: mass, net calorific value, number of items."""

    unit_group: Reference = Reference()


class FlowPropertyValue(Part):
    """How much of a property one unit of a flow's reference property has, in that property's unit."""

    id: str = "0"
    flow_property: Reference = Reference()
    mean: Coefficient = None
    minimum: Coefficient = None
    maximum: Coefficient = None
    is_reference: Flag = None
    comment: Names = None

    @property
    def key(self) -> str:
        """Its id."""
        return self.id


class Flow(Dataset):
    """A flow. Substance and compartment are kept apart; the carbon class is part of the substance.

    ``name`` is the base name; ``treatment``, ``mix`` and ``quantities`` are the further parts that ILCD
    gives a product's name. ``properties`` are in the flow's own order; one of them is the reference.
    """

    kind: FlowKind = FlowKind.OTHER
    treatment: Names = None
    mix: Names = None
    quantities: Names = None
    cas: Text = None
    formula: Text = None
    carbon_class: CarbonClass | None = None
    compartment: tuple[str, ...] = ()
    properties: tuple[FlowPropertyValue, ...] = ()
    location: Place | Missing | None = None
    is_infrastructure: Flag = None

    @property
    def reference_property(self) -> FlowPropertyValue | None:
        """The property in which exchanges of this flow are counted."""
        return next((p for p in self.properties if p.is_reference is True), None)
