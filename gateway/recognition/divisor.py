"""What a result per pack or declared unit is divided by, for each denominator that a scenario may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from gateway.codec.lacks import lack
from gateway.errors import UsageError, raise_all
from gateway.model.declaration import Declaration
from gateway.model.formula import Constant, Expression, Operation, Operator, Term
from gateway.model.results import Basis, Denominator, Parameter, Per, ResultSet
from gateway.quantity import Quantity, convert, parse_unit
from gateway.recognition.delivered import delivered_energy
from gateway.recognition.functional_unit import profiles

KWH: Final = "kW.h"
_ENERGIES: Final = {Per.KWH_RATED: "/battery/rated_energy", Per.KWH_USABLE: "/battery/usable_energy"}
OFFERED: Final = tuple(p.value for p in (Per.KWH_DELIVERED, Per.KWH_RATED, Per.KWH_USABLE, Per.KG, Per.PACK))
_DECLARED: Final = "declared-lifetime-energy"
_WHAT: Final = "scenario"
ASSUMED: Final = "assumed in the scenario"


@dataclass(frozen=True, slots=True)
class Divisor:
    """A denominator: its extent in kWh or kg, how it came to be, and the profile that made it."""

    per: Per
    extent: Quantity
    expression: Expression
    denominator: Denominator
    profile: str = ""
    status: str = ""

    @property
    def number(self) -> Fraction:
        """How many of it the source set is of."""
        return Fraction(self.extent.amount)

    def basis(self, basis: Basis) -> Basis:
        """``basis`` over this denominator; a profile's legal status stands in it."""
        changes: dict[str, object] = {"denominator": self.denominator}
        if self.profile:
            changes |= {"method_profile": self.profile, "legal_status": self.status}
        return basis.model_copy(update=changes)


def divisor(
    declaration: Declaration, source: ResultSet, per: Per, profile: str, energy: Quantity | None = None
) -> Divisor | None:
    """What ``source`` is divided by to be ``per``; None where it is that already.

    Args:
        energy: the kWh delivered over life that the caller assumes, instead of a profile's.

    Raises:
        UsageError: kWh delivered without a profile, or this denominator is not offered.
        Lacks: the declaration does not tell the extent, or ``source`` has no total to divide.
    """
    own = source.basis.denominator.per
    if energy is not None and per is not Per.KWH_DELIVERED:
        raise UsageError(energy, code="scenario.energy-without-delivered")
    if per is own:
        return None
    if per is Per.KG:
        return _per_kg(declaration, own)
    if per not in (*_ENERGIES, Per.KWH_DELIVERED):
        raise UsageError(per.value, code="scenario.denominator", known=", ".join(OFFERED))
    if own is not Per.PACK and not _is_one_piece(declaration, own):
        raise_all([lack(_WHAT, "/results/*/carbon/total", code="scenario.no-pack-total", per=per.value)])
    if per is Per.KWH_DELIVERED:
        return _delivered(declaration, profile) if energy is None else _assumed(energy)
    path = _ENERGIES[per]
    battery = declaration.battery
    energy = getattr(battery, path.rpartition("/")[2]) if battery is not None else None
    return _made(per, energy, path)


def declared_delivered(declaration: Declaration) -> Divisor | None:
    """The energy delivered over life as the source itself states it, under the profile that takes it."""
    for name, profile in profiles().items():
        if profile.rule == _DECLARED and profile.status == "in-force":
            found = delivered_energy(declaration, name, target=_WHAT)
            if found.expression is not None:
                return _delivered(declaration, name)
    return None


def _delivered(declaration: Declaration, profile: str) -> Divisor:
    if not profile:
        raise UsageError("kwh-delivered", code="scenario.needs-profile", known=", ".join(profiles()))
    found = delivered_energy(declaration, profile, target=_WHAT)
    raise_all(found.lacks)
    assert found.energy is not None
    assert found.expression is not None
    basis = found.basis(lambda denominator: Basis(denominator=denominator), profile)
    extent, status = convert(found.energy, KWH), str(basis.legal_status)
    return Divisor(Per.KWH_DELIVERED, extent, found.expression, basis.denominator, profile, status)


def _assumed(energy: Quantity) -> Divisor:
    """Nobody declared this energy: its only source is the question."""
    if energy.amount <= 0 or parse_unit(energy.unit).dimension != parse_unit(KWH).dimension:
        raise UsageError(energy, code="scenario.energy")
    extent = convert(energy, KWH)
    told = Parameter(name="energy", value=extent, source=ASSUMED)
    denominator = Denominator(per=Per.KWH_DELIVERED, energy=extent, parameters=(told,))
    return Divisor(Per.KWH_DELIVERED, extent, Constant(extent, ASSUMED), denominator)


def _per_kg(declaration: Declaration, own: Per) -> Divisor:
    """The mass of what the source set is of: the declared unit itself where that is a mass."""
    amount = declaration.unit.amount
    is_mass = isinstance(amount, Quantity) and parse_unit(amount.unit).dimension == parse_unit("kg").dimension
    if own is Per.DECLARED_UNIT and is_mass:
        return _made(Per.KG, amount, "/unit/amount")
    if own is Per.DECLARED_UNIT or _is_one_piece(declaration, own):
        return _made(Per.KG, declaration.product.mass, "/product/mass")
    raise_all([lack(_WHAT, "/product/mass", code="scenario.no-mass")])
    raise AssertionError


def _made(per: Per, extent: object, path: str) -> Divisor:
    if not isinstance(extent, Quantity) or extent.amount <= 0:
        raise_all([lack(_WHAT, path, code="scenario.no-extent")])
    assert isinstance(extent, Quantity)
    unit = "kg" if per is Per.KG else KWH
    found = convert(extent, unit)
    energy = None if per is Per.KG else found
    expression = Operation(Operator.PRODUCT, (Term(path),), unit)
    return Divisor(per, found, expression, Denominator(per=per, energy=energy))


def _is_one_piece(declaration: Declaration, own: Per) -> bool:
    """Whether pack and declared unit are the same thing."""
    amount = declaration.unit.amount
    one = isinstance(amount, Quantity) and amount.unit == "{piece}" and amount.amount == 1
    return one and own in (Per.PACK, Per.DECLARED_UNIT)
