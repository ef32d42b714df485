"""The energy a declared battery delivers over its service life under a method profile, with its sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.codec.lacks import Lacks, lack
from gateway.errors import GatewayError
from gateway.model.base import here
from gateway.model.declaration import Declaration
from gateway.model.formula import Constant, Expression, Operation, Operator, Term
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
    expression: Expression | None = None
    lacks: tuple[Lacks, ...] = ()

    def basis(self, made: Callable[[Denominator], Basis], profile: str) -> Basis:
        """The basis of results over this energy; its legal status stands in it."""
        assert self.found is not None
        parameters = tuple(_told(parameter) for parameter in self.found.parameters)
        denominator = Denominator(per=Per.KWH_DELIVERED, energy=self.energy, parameters=parameters)
        changes = {"method_profile": profile, "legal_status": self.found.status}
        return made(denominator).model_copy(update=changes)


def delivered_energy(declaration: Declaration, profile: str, *, target: str) -> Delivered:
    """Total energy by ``profile``; an unknown parameter is a lack, never a default.

    A negative or mistyped parameter is a lack of a usable one.
    """
    known = dict(_parameters(declaration))
    category = declaration.battery.category if declaration.battery else None
    categories = functional_unit.profile(profile).categories
    if categories and isinstance(category, str) and category not in categories:
        params = {"profile": profile, "categories": ", ".join(categories), "category": category}
        return Delivered(
            None,
            lacks=(lack(target, "/battery/category", code="restate.profile-not-for-category", **params),),
        )
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
    return Delivered(found.energy, found, _expression(found))


def _expression(found: TotalEnergy) -> Expression:
    """The profile's rule over the declared leaves: the energy itself, or usable energy × cycles × years."""
    told = {parameter.name: _operand(parameter) for parameter in found.parameters}
    if "lifetime_energy" in told:
        return Operation(Operator.PRODUCT, (told["lifetime_energy"],), functional_unit.KWH)
    years = [told["warranty_years"]] if "warranty_years" in told else []
    if "warranty_distance" in told:
        distance = (told["warranty_distance"], told["yearly_distance"])
        years.append(Operation(Operator.QUOTIENT, distance))
    life = years[0] if len(years) == 1 else Operation(Operator.LEAST, tuple(years))
    cycles = told["full_equivalent_cycles_per_year"]
    return Operation(Operator.PRODUCT, (told["usable_energy"], cycles, life), functional_unit.KWH)


def _operand(parameter: Parameter) -> Expression:
    if parameter.source.startswith("/"):
        return Term(parameter.source)
    assert isinstance(parameter.value, Quantity)
    return Constant(parameter.value, parameter.source)


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
