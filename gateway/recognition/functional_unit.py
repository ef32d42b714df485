"""Functional-unit arithmetic: total energy by profile, quotients over it, shares of stages.

Works on plain values. What comes out is a restatement of declared figures over another denominator;
nobody may call it calculated under the other rule.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final, Literal, TypeAlias

from gateway import resources
from gateway.errors import InputError, UsageError
from gateway.quantity import (
    DimensionMismatch,
    Exact,
    Quantity,
    compare,
    convert,
    divide,
    multiply,
    quotient,
    times,
    total,
)

KG_CO2E: Final = "kg{CO2eq}"
KWH: Final = "kW.h"
PER_KWH: Final = "kg{CO2eq}/(kW.h)"

Status: TypeAlias = Literal["in-force", "draft", "guidance", "not-yet-law"]


class NotPositive(InputError):
    """An energy, cycle number or time that must be above zero is not."""

    code = "functional-unit.not-positive"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One input of a profile with the place or document it comes from. No source, no parameter."""

    name: str
    value: Quantity | str
    source: str

    def __post_init__(self) -> None:
        if not self.source:
            raise UsageError(self.name, code="functional-unit.parameter-without-source")


@dataclass(frozen=True, slots=True)
class Profile:
    """A method profile: data with legal status and validity; ``rule`` names the formula."""

    id: str
    status: Status
    source: str
    valid_from: str
    valid_until: str
    rule: Literal["cycles-and-warranty", "declared-lifetime-energy"]
    cycles_per_year: Mapping[str, int]
    accepted_bases: tuple[str, ...]
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TotalEnergy:
    """The kWh delivered over service life, with every parameter that went in and the profile's status."""

    energy: Quantity
    profile: str
    status: Status
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class NeedsEvidence:
    """No total energy: ``parameter`` is unknown, and no default exists.

    ``at_most`` is the total energy that the known parameters allow, where there is such a bound (a
    mileage warranty of unknown length can only shorten the years); a footprint over it is a lower bound.
    """

    parameter: str
    profile: str
    code: str = "functional-unit.needs-parameter"
    saw: str = ""
    at_most: Quantity | None = None


@cache
def profiles() -> Mapping[str, Profile]:
    """All profiles by id."""
    data = json.loads(resources.mapping("profiles/functional-unit.json").read_text(encoding="utf-8"))
    return {
        row["id"]: Profile(
            id=row["id"],
            status=row["status"],
            source=row["source"],
            valid_from=row["valid_from"] or "",
            valid_until=row["valid_until"] or "",
            rule=row["rule"],
            cycles_per_year=row.get("cycles_per_year", {}),
            accepted_bases=tuple(row.get("accepted_bases", ())),
            categories=tuple(row.get("categories", ())),
        )
        for row in data["profiles"]
    }


def profile(name: str) -> Profile:
    """The profile called ``name``.

    Raises:
        UsageError: there is none.
    """
    found = profiles().get(name)
    if found is None:
        raise UsageError(name, code="functional-unit.unknown-profile", known=", ".join(profiles()))
    return found


def total_energy(by: Profile, parameters: Mapping[str, Parameter]) -> TotalEnergy | NeedsEvidence:
    """Total energy delivered over service life, by the profile's own rule.

    ``cycles-and-warranty`` takes usable_energy (beginning of life), vehicle_category, warranty_years,
    and where they are known warranty_distance, yearly_distance and, for vehicles outside the table,
    full_equivalent_cycles_per_year. ``declared-lifetime-energy`` takes lifetime_energy and
    lifetime_energy_basis.

    Raises:
        NotPositive, DimensionMismatch: a parameter is no quantity of its kind.
    """
    if by.rule == "declared-lifetime-energy":
        return _declared(by, parameters)
    cycles = _cycles(by, parameters)
    if isinstance(cycles, NeedsEvidence):
        return cycles
    if "usable_energy" not in parameters:
        return NeedsEvidence("usable_energy", by.id)
    per_year = multiply(_positive(parameters["usable_energy"], KWH), _positive(cycles, "1/a"))
    return _over_warranty(by, parameters, per_year, (parameters["usable_energy"], cycles))


def per_denominator(footprint: Quantity, energy: Quantity) -> Quantity:
    """The footprint per kWh of ``energy``, an exact quotient.

    Raises:
        DimensionMismatch: not kg CO2e over an energy.
        NotPositive: the energy is zero or less.
    """
    return divide(convert(footprint, KG_CO2E), _above_zero(convert(energy, KWH), "energy"))


def per_pack(value: Quantity, extent: Quantity) -> Quantity:
    """The kg CO2e per pack from a value per kWh or per kg and the pack's own kWh or kg.

    The value must be the unrounded one: a total rebuilt from 0.0373 is another number.

    Raises:
        DimensionMismatch: value × extent is no mass of CO2e.
    """
    return convert(multiply(value, extent), KG_CO2E)


def shares(stages: Mapping[str, Quantity]) -> dict[str, Exact]:
    """Each stage's percentage of the sum of all, signed; credits may be negative.

    Raises:
        DivisionByNothing: the stages sum to zero.
    """
    amounts = {stage: convert(value, KG_CO2E).amount for stage, value in stages.items()}
    whole = total(amounts.values())
    return {stage: quotient(times(amount, Decimal(100)), whole) for stage, amount in amounts.items()}


def _declared(by: Profile, parameters: Mapping[str, Parameter]) -> TotalEnergy | NeedsEvidence:
    for name in ("lifetime_energy", "lifetime_energy_basis"):
        if name not in parameters:
            return NeedsEvidence(name, by.id)
    energy, basis = parameters["lifetime_energy"], parameters["lifetime_energy_basis"]
    if basis.value not in by.accepted_bases:
        code = "functional-unit.basis-not-accepted"
        return NeedsEvidence("lifetime_energy_basis", by.id, code, str(basis.value))
    return TotalEnergy(_positive(energy, KWH), by.id, by.status, (energy, basis))


def _cycles(by: Profile, parameters: Mapping[str, Parameter]) -> Parameter | NeedsEvidence:
    """Full equivalent cycles per year by vehicle category; other vehicles need the maker's own choice."""
    category = parameters.get("vehicle_category")
    if category is None:
        return NeedsEvidence("vehicle_category", by.id)
    if isinstance(category.value, str) and category.value in by.cycles_per_year:
        number = Decimal(by.cycles_per_year[category.value])
        return Parameter("full_equivalent_cycles_per_year", Quantity(number, "1/a"), by.source)
    chosen = parameters.get("full_equivalent_cycles_per_year")
    if chosen is None:
        return NeedsEvidence("full_equivalent_cycles_per_year", by.id, saw=str(category.value))
    if _positive(chosen, "1/a").amount not in by.cycles_per_year.values():
        code = "functional-unit.cycles-not-in-table"
        return NeedsEvidence("full_equivalent_cycles_per_year", by.id, code, str(chosen.value))
    return chosen


def _over_warranty(
    by: Profile, parameters: Mapping[str, Parameter], per_year: Quantity, used: tuple[Parameter, ...]
) -> TotalEnergy | NeedsEvidence:
    """The years of the commercial warranty; a mileage counts as distance per year, and the shorter wins."""
    in_years, distance = parameters.get("warranty_years"), parameters.get("warranty_distance")
    if in_years is None and distance is None:
        return NeedsEvidence("warranty_years", by.id)
    bounds = []
    if in_years is not None:
        bounds.append(_positive(in_years, "a"))
        used = (*used, in_years)
    if distance is not None:
        yearly = parameters.get("yearly_distance")
        if yearly is None:
            at_most = multiply(per_year, bounds[0]) if bounds else None
            return NeedsEvidence("yearly_distance", by.id, saw=str(distance.value), at_most=at_most)
        bounds.append(divide(_positive(distance, "km"), _positive(yearly, "km/a")))
        used = (*used, distance, yearly)
    years = bounds[0] if len(bounds) == 1 or compare(bounds[0], bounds[1]) <= 0 else bounds[1]
    return TotalEnergy(multiply(per_year, years), by.id, by.status, used)


def _positive(parameter: Parameter, unit: str) -> Quantity:
    if isinstance(parameter.value, str):
        raise DimensionMismatch(parameter.value, path=parameter.name, wanted=unit)
    return _above_zero(convert(parameter.value, unit), parameter.name)


def _above_zero(value: Quantity, name: str) -> Quantity:
    if value.amount <= 0:
        raise NotPositive(value, path=name, name=name)
    return value
