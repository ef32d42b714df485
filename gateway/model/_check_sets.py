"""Result sets as the checks see them: which rows may be added up, and what a set is divided by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.model._check import NOTHING, Printed, exactly, printed
from gateway.model.base import Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.results import Per, ResultRow, ResultSet
from gateway.model.stages import is_credit, once
from gateway.model.walk import escape, keyed
from gateway.quantity import Quantity, parse_unit


@dataclass(frozen=True, slots=True)
class Counted:
    """A set with a total, and the path of that total."""

    result: ResultSet
    path: str
    total: Printed


def counted(result: ResultSet) -> Counted | None:
    """The set if it has a total."""
    own = printed(result.carbon.total)
    return None if own is None else Counted(result, f"/results/{escape(result.id)}/carbon/total", own)


def placed_sets(declaration: Declaration) -> Iterator[tuple[str, ResultSet]]:
    """Result sets with their paths."""
    for key, result in keyed(declaration.results):
        assert isinstance(result, ResultSet)
        yield f"/results/{escape(key)}", result


def placed_rows(path: str, result: ResultSet) -> list[tuple[str, ResultRow]]:
    """Rows with their paths."""
    found = []
    for key, row in keyed(result.rows):
        assert isinstance(row, ResultRow)
        found.append((f"{path}/rows/{escape(key)}", row))
    return found


def scenarios(result: ResultSet) -> list[str | None]:
    """The scenarios of the rows; None where there is none. They are never added up."""
    told = [row.scenario for row in result.rows if isinstance(row.scenario, str)]
    return [*dict.fromkeys(told)] or [None]


def of_scenario(rows: list[tuple[str, ResultRow]], scenario: str | None) -> list[tuple[str, ResultRow]]:
    """The rows of one scenario with those that belong to all."""
    return [(p, r) for p, r in rows if not isinstance(r.scenario, str) or r.scenario == scenario]


def has_no_value(row: ResultRow) -> bool:
    """Whether the row has no value that should count (absent, or not told why)."""
    value = row.carbon.total
    counts_nothing = (Reason.NOT_DECLARED, Reason.NOT_APPLICABLE, Reason.CUT_OFF)
    return value is None or (isinstance(value, Missing) and value.missing not in counts_nothing)


def stage_totals(result: ResultSet) -> dict[str, tuple[str, Printed]]:
    """The total of every stage, credits left out; empty where rows cannot simply be added up."""
    if scenarios(result) != [None]:
        return {}
    rows = once(placed_rows(f"/results/{escape(result.id)}", result))
    if rows is None or any(has_no_value(r) or not isinstance(r.stage, str) for _, r in rows):
        return {}
    found: dict[str, tuple[str, Printed]] = {}
    for path, row in rows:
        if is_credit(row.stage, row.module):
            continue
        stage = str(row.stage)
        first, before = found.get(stage, (f"{path}/carbon/total", NOTHING))
        found[stage] = (first, before + (printed(row.carbon.total) or NOTHING))
    return found


def energies(declaration: Declaration) -> Iterator[tuple[str, Printed]]:
    """The battery's energies in kWh that are not 0, by the name of their field."""
    battery = declaration.battery
    if battery is None:
        return
    for name in ("lifetime_energy", "rated_energy", "usable_energy"):
        value = exactly(getattr(battery, name), "kW.h")
        if value is not None and value.value > 0:
            yield name, value


def is_energy(unit: str) -> bool:
    """Whether a unit is one of energy."""
    return parse_unit(unit).dimension == parse_unit("kWh").dimension


def per_kwh(declaration: Declaration) -> Printed | None:
    """How many kWh the declared unit is; None where it is no energy."""
    amount = declaration.unit.amount
    if not isinstance(amount, Quantity) or not is_energy(amount.unit):
        return None
    found = exactly(amount, "kW.h")
    return found if found is not None and found.value > 0 else None


def denominators(declaration: Declaration, result: ResultSet) -> list[tuple[str, Printed]]:
    """The kWh (or kg) by which a set's total may be multiplied to be that of one pack, with their names.

    Several where the source does not say which energy it means.
    """
    own = exactly(result.basis.denominator.energy, "kW.h")
    if own is not None and own.value > 0:
        return [("energy", own)]
    known = dict(energies(declaration))
    capacity = [(n, e) for n, e in known.items() if n != "lifetime_energy"]
    per = result.basis.denominator.per
    one = {
        Per.KWH_RATED: "rated_energy",
        Per.KWH_USABLE: "usable_energy",
        Per.KWH_DELIVERED: "lifetime_energy",
    }
    if per is Per.PACK:
        return [("pack", EXACTLY_ONE)]
    if per in one:
        return [(one[per], known[one[per]])] if one[per] in known else []
    if per is Per.KG:
        mass = exactly(declaration.product.mass, "kg")
        return [("mass", mass)] if mass is not None and mass.value > 0 else []
    if per is Per.KWH_UNSTATED:
        return list(known.items())
    return _declared_unit(declaration, known, capacity)


EXACTLY_ONE: Final = Printed(NOTHING.value + 1)


def _declared_unit(
    declaration: Declaration, known: dict[str, Printed], capacity: list[tuple[str, Printed]]
) -> list[tuple[str, Printed]]:
    amount = declaration.unit.amount
    kwh = per_kwh(declaration)
    if kwh is None:
        battery = declaration.battery
        pieces = isinstance(amount, Quantity) and amount.unit == "{piece}" and amount.amount == 1
        whole = battery is not None and battery.level in ("pack", "system", "cell", "module")
        return [("pack", EXACTLY_ONE)] if pieces and whole else []
    if declaration.unit.kind == "functional":
        return [(n, e / kwh) for n, e in known.items() if n == "lifetime_energy"]
    return [(n, e / kwh) for n, e in capacity]
