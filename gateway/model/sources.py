"""What data sets rest on: sources, contacts, impact methods, and models that join processes."""

from __future__ import annotations

from gateway.model.activity import Place
from gateway.model.base import Count, Flag, Missing, Names, Part, Text
from gateway.model.dataset import Coefficient, Dataset, Reference
from gateway.model.process import Direction, Uncertainty


class Source(Dataset):
    """A publication, report, rule or database. ``files`` are names of files of the package, or addresses."""

    citation: Text = None
    publication_type: Text = None
    authors: Text = None
    year: Text = None
    title: Text = None
    files: tuple[str, ...] = ()


class Contact(Dataset):
    """An enterprise, body or person. What is personal leaves only where the caller allows it."""

    is_person: Flag = None
    address: Names = None
    central_contact: Names = None
    email: Text = None
    telephone: Text = None
    telefax: Text = None
    website: Text = None
    country: Text = None
    city: Text = None
    zip_code: Text = None


class CharacterisationFactor(Part):
    """What one unit of a flow contributes to an impact indicator."""

    flow: Reference = Reference()
    direction: Direction | None = None
    location: Place | Missing | None = None
    value: Coefficient = None
    unit: Text = None
    uncertainty: Uncertainty = Uncertainty()
    derivation: Text = None
    comment: Names = None


class ImpactMethod(Dataset):
    """An impact category's characterisation factors. ``quantity`` is the flow property of its results."""

    methodologies: tuple[str, ...] = ()
    impact_categories: tuple[str, ...] = ()
    indicator: Text = None
    quantity: Reference = Reference()
    result_unit: Text = None
    reference_year: Text = None
    duration: Text = None
    location: Place | Missing | None = None
    factors: tuple[CharacterisationFactor, ...] = ()


class Connection(Part):
    """An output of one process instance that goes into another; ``flow`` is the output's flow."""

    flow: str
    to: str
    to_flow: Text = None
    exchange: Text = None


class Instance(Part):
    """One use of a process in a model. ``factor`` scales it; ``parameters`` override its own."""

    id: str
    process: Reference = Reference()
    factor: Coefficient = None
    connections: tuple[Connection, ...] = ()

    @property
    def key(self) -> str:
        """Its id in the model."""
        return self.id


class LifeCycleModel(Dataset):
    """Processes joined to a system; ``reference_instance`` is the one that delivers the product."""

    reference_instance: Text = None
    reference_amount: Coefficient = None
    reference_year: Count = None
    instances: tuple[Instance, ...] = ()
    resulting_process: Reference = Reference()
