"""The energy a declared battery delivers over its service life under a method profile, with its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.codec.lacks import Lacks, lack
from gateway.errors import GatewayError
from gateway.model.base import here
from gateway.model.declaration import Declaration
from gateway.model.results import Basis, Denominator, Per
from gateway.model.results import Parameter as Told
from gateway.quantity import Quantity
from gateway.recognition import functional_unit
from gateway.recognition.functional_unit import NeedsEvidence, Parameter, TotalEnergy

# The parameter of a profile and the field of the declaration that tells it.
_FIELDS: Mapping[str, str] = {
    "usable_energy": "/battery/usable_energy",
    "vehicle_category": "/battery/vehicle_category",
    "warranty_years": "/battery/warranty_years",
    "warranty_distance": "/battery/warranty_distance",
    "yearly_distance": "/battery/yearly_distance",
    "lifetime_energy": "/battery/lifetime_energy",
    "lifetime_energy_basis": "/battery/lifetime_energy_basis",
}


@dataclass(frozen=True, slots=True)
class Delivered:
    """The energy with the parameters that made it, or what is unknown."""

    energy: Quantity | None
    found: TotalEnergy | None = None
    parents: tuple[str, ...] = ()
    lacks: tuple[Lacks, ...] = ()

    def basis(self, profile: str) -> Basis:
        """The basis of results over this energy; its legal status stands in it."""
        assert self.found is not None
        parameters = tuple(_told(parameter) for parameter in self.found.parameters)
        denominator = Denominator(per=Per.KWH_DELIVERED, energy=self.energy, parameters=parameters)
        return Basis(denominator=denominator, method_profile=profile, legal_status=self.found.status)


def delivered_energy(declaration: Declaration, profile: str, *, target: str) -> Delivered:
    """Total energy by ``profile``; an unknown parameter is a lack, never a default.

    A negative or mistyped parameter is a lack of a usable one.
    """
    known = dict(_parameters(declaration))
    try:
        found = functional_unit.total_energy(functional_unit.profile(profile), known)
    except GatewayError as error:
        path = _FIELDS.get(error.path, "/battery/usable_energy")
        params = {"profile": profile, "why": error.saw}
        return Delivered(None, lacks=(lack(target, path, code="restate.unusable-parameter", **params),))
    if isinstance(found, NeedsEvidence):
        path = _FIELDS.get(found.parameter, f"/battery/{found.parameter}")
        bound = str(found.at_most) if found.at_most is not None else "?"
        params = {"profile": profile, "parameter": found.parameter, "why": found.saw, "at_most": bound}
        return Delivered(None, lacks=(lack(target, path, code="restate.unknown-parameter", **params),))
    parents = tuple(_FIELDS[p.name] for p in found.parameters if p.name in _FIELDS)
    return Delivered(found.energy, found, parents)


def per_kwh(footprint: Quantity, energy: Quantity) -> Quantity:
    """The footprint over the energy, as kg CO2e; the denominator stands in the set's basis."""
    quotient = functional_unit.per_denominator(footprint, energy)
    return Quantity(quotient.amount, footprint.unit)


def per_capacity(declaration: Declaration, footprint: Quantity, field: str) -> Quantity | None:
    """The footprint per kWh of rated or usable energy (``field``), if the declaration tells that energy."""
    energy = getattr(declaration.battery, field, None)
    return per_kwh(footprint, energy) if isinstance(energy, Quantity) and energy.amount else None


def _parameters(declaration: Declaration) -> list[tuple[str, Parameter]]:
    found = []
    for name, path in _FIELDS.items():
        value = getattr(declaration.battery, path.rpartition("/")[2])
        if here(value):
            found.append((name, Parameter(name, value, path)))
    return found


def _told(parameter: Parameter) -> Told:
    if isinstance(parameter.value, Quantity):
        return Told(name=parameter.name, value=parameter.value, source=parameter.source)
    return Told(name=parameter.name, text=parameter.value, source=parameter.source)
