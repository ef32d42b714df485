"""State a declaration's results on the basis that a format asks for. Nothing is calculated anew.

A restated set is a sum and a quotient of declared figures; it is never called calculated under the
other side's rules. What cannot be told from the declaration is a lack with the field to fill, never a
default: a stage without its carbon classes, a battery's total energy, a pack total behind a per-kWh value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.codec.base import BasisRequest
from gateway.codec.lacks import Lacks, lack
from gateway.model.base import here
from gateway.model.declaration import Declaration
from gateway.model.origin import Derived
from gateway.model.results import Per, ResultSet, Role
from gateway.quantity import Quantity, parse_unit
from gateway.recognition.gate import GateWork
from gateway.recognition.over_life import LifeWork

_NEVER = frozenset({"restate.not-a-battery", "restate.cell-or-module"})
_PARTS_OF_PACKS = ("cell", "module")


@dataclass(frozen=True, slots=True)
class Restated:
    """The declaration with the asked set added, or what stands against it.

    ``reasons`` say why a leaf of the source is not in the restated set although its kind is, by path.
    """

    declaration: Declaration
    lacks: tuple[Lacks, ...] = ()
    origins: Mapping[str, Derived] = field(default_factory=dict)

    @property
    def in_vain(self) -> bool:
        """Whether this kind of product can never be written there, whatever its owner fills in."""
        return any(error.error_code in _NEVER for error in self.lacks)


def restate(declaration: Declaration, request: BasisRequest, *, target: str) -> Restated:
    """``declaration`` with the result set that ``request`` asks for."""
    if request.stated_in and request.stated_in in declaration.extras:
        return Restated(declaration)
    source, lacks = _source(declaration, request, target)
    if declaration.result_set(request.result_set) is not None:
        taken = lack(
            target, f"/results/{request.result_set}/id", code="restate.id-taken", id=request.result_set
        )
        lacks, source = (*lacks, taken), None
    if source is None:
        return Restated(declaration, lacks)
    kind = LifeWork if request.battery_per == Per.KWH_DELIVERED else GateWork
    work = kind(declaration, request, target, source)
    result = work.result()
    if work.lacks or result is None:
        return Restated(declaration, tuple(work.lacks))
    added = declaration.model_copy(update={"results": (*declaration.results, result)})
    prefix = f"/results/{result.id}"
    origins = {f"{prefix}{path}": derived for path, derived in work.origins.items()}
    return Restated(added, (), origins)


def _source(
    declaration: Declaration, request: BasisRequest, target: str
) -> tuple[ResultSet | None, tuple[Lacks, ...]]:
    """The declared set to start from: per pack for a battery pack, else per declared unit."""
    battery = declaration.battery
    delivered = request.battery_per == Per.KWH_DELIVERED
    if battery is None:
        if delivered:
            return None, (lack(target, "/battery/category", code="restate.not-a-battery"),)
        return _per_unit(declaration, target)
    if battery.level in _PARTS_OF_PACKS:
        level = str(battery.level)
        if delivered:
            return None, (lack(target, "/battery/level", code="restate.cell-or-module", level=level),)
        if _is_energy(declaration.unit.amount):
            return None, (lack(target, "/unit/amount", code="restate.cell-per-energy", level=level),)
        return _per_unit(declaration, target)
    if battery.level not in ("pack", "system"):
        return None, (lack(target, "/battery/level"),)
    packs = _declared(declaration, Per.PACK)
    if not packs and _unit_is_one_piece(declaration):
        packs = _declared(declaration, Per.DECLARED_UNIT)
    if not any(here(pack.carbon.total) for pack in packs):
        return None, (lack(target, "/results/*/carbon/total", code="restate.no-pack-total"),)
    return _the_one(packs, target)


def _per_unit(declaration: Declaration, target: str) -> tuple[ResultSet | None, tuple[Lacks, ...]]:
    found = _declared(declaration, Per.DECLARED_UNIT)
    return _the_one(found, target) if found else (None, (lack(target, "/results/*/carbon/total"),))


def _the_one(sets: tuple[ResultSet, ...], target: str) -> tuple[ResultSet | None, tuple[Lacks, ...]]:
    """The only candidate; nobody picks one of several by its place in the list."""
    if len(sets) == 1:
        return sets[0], ()
    ids = ", ".join(candidate.id for candidate in sets)
    return None, (lack(target, "/results/*/id", code="restate.several-sets", ids=ids),)


def _is_energy(amount: object) -> bool:
    """Per kWh of a battery says nothing while nobody says of which energy."""
    if not isinstance(amount, Quantity):
        return False
    return parse_unit(amount.unit).dimension == parse_unit("kW.h").dimension


def _declared(declaration: Declaration, per: Per) -> tuple[ResultSet, ...]:
    sets = (r for r in declaration.results if r.role is Role.DECLARED)
    return tuple(r for r in sets if r.basis.denominator.per is per)


def _unit_is_one_piece(declaration: Declaration) -> bool:
    amount = declaration.unit.amount
    return isinstance(amount, Quantity) and amount.unit == "{piece}" and amount.amount == 1
