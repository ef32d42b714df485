"""Characterise masses of gases to CO2e with one GWP set. Totals without masses stay in their set."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Final

from gateway import resources
from gateway.errors import InputError, MappingError
from gateway.quantity import Quantity, add_all, convert, times

# A set that differs from another in a few gases holds only those rows.
_BASED_ON: Final = {"AR5-CH4-28": "AR5"}
SETS: Final = ("AR4", "AR5", "AR5-CH4-28", "AR6", "EF3.1")


class NoFactor(MappingError):
    """The set has no value for this gas: unknown, or its carbon class is not told and would decide."""

    code = "gwp.no-factor"


class BareTotal(InputError):
    """A total in CO2e was to be moved to another GWP set, and the masses of the gases are not told."""

    code = "gwp.bare-total"


def co2e(masses: Mapping[str, Quantity], gwp_set: str) -> Quantity:
    """The kg CO2e of all ``masses`` in ``gwp_set``.

    Args:
        masses: by gas of the table; the carbon class is part of it (``CH4-fossil``, ``CH4-biogenic``).
        gwp_set: AR4, AR5 (fossil methane 30), AR5-CH4-28, AR6 or EF3.1.

    Raises:
        NoFactor: a gas that the set has no value for.
        DimensionMismatch: an amount that is no mass.
    """
    parts = (
        Quantity(times(convert(mass, "kg").amount, gwp100(gas, gwp_set)), "kg{CO2eq}")
        for gas, mass in masses.items()
    )
    return add_all(parts, "kg{CO2eq}")


def gwp100(gas: str, gwp_set: str) -> Decimal:
    """The kg CO2e per kg of ``gas`` over 100 years.

    Raises:
        NoFactor: not in the table; ``params["known"]`` has the classes of the gas that are.
    """
    sets = (gwp_set, _BASED_ON.get(gwp_set, gwp_set))
    for of in sets:
        if (gas, of) in _table():
            return _table()[gas, of]
    known = {name for name, of in _table() if of in sets and name.partition("-")[0] == gas}
    raise NoFactor(gas, gwp_set=gwp_set, known=", ".join(sorted(known)))


def characterised(gwp_set: str) -> tuple[str, ...]:
    """The gases that the set has a value for, in the order of the table."""
    sets = (gwp_set, _BASED_ON.get(gwp_set, gwp_set))
    return tuple(dict.fromkeys(gas for gas, of in _table() if of in sets))


def in_gwp_set(footprint: Quantity, *, declared: str, wanted: str) -> Quantity:
    """``footprint`` itself where both sets are the same.

    Raises:
        BareTotal: they differ; only masses by gas can be characterised again.
    """
    if declared != wanted:
        raise BareTotal(footprint, declared=declared, wanted=wanted)
    return footprint


@cache
def _table() -> dict[tuple[str, str], Decimal]:
    rows = resources.table("gases/gwp100.csv")
    table = {(row["gas"], row["gwp_set"]): Decimal(row["gwp100"]) for row in rows}
    if len(table) != len(rows):
        raise ValueError("gases/gwp100.csv: a gas stands twice in one set")
    return table
