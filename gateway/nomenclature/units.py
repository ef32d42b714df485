"""Units in other systems: UN/ECE codes, UCUM, ILCD unit groups, PACT and openLCA."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from gateway import resources
from gateway.quantity import parse_unit
from gateway.quantity.unit import conversion_factor

SCHEMES: Final = ("unece-rec20", "ucum", "pact-3.0", "openlca-unit")
# In UCUM an annotation changes nothing: t{ce} is a tonne there, m3{0Cel} any cubic metre, W{peak} a watt.
_MORE_THAN_UCUM: Final = ("{ce}", "{oe}", "{0Cel}", "{15Cel}", "{20Cel}", "{peak}")
# Names of our own in square brackets, where UCUM has none.
_NOT_UCUM: Final = ("[CNY]", "[EUR]", "[USD]", "[jin]", "[liang]", "[mu]")


def identifier(unit: str, scheme: str) -> str | None:
    """What a unit is called in ``scheme``; ``None`` where it has no unit of exactly this meaning and size.

    Raises:
        UnknownUnit: ``unit`` is not in our table.
    """
    code = parse_unit(unit).code
    if scheme == "ucum":
        return None if any(part in code for part in (*_MORE_THAN_UCUM, *_NOT_UCUM)) else code
    return _identifiers().get((code, scheme))


def unit_group(unit: str) -> tuple[str, str] | None:
    """The ILCD unit group of a unit's dimension, by UUID, with its reference unit in our codes.

    Raises:
        UnknownUnit: ``unit`` is not in our table.
    """
    dimension = parse_unit(unit).dimension
    for (code, scheme), uuid in _identifiers().items():
        if scheme == "ilcd-unit-group" and parse_unit(code).dimension == dimension:
            return uuid, code
    return None


def by_identifier(identifier: str, scheme: str) -> str | None:
    """The unit behind an identifier; of a unit group, its reference unit."""
    return _units().get((identifier, scheme))


def same(one: str, other: str) -> bool:
    """Whether two spellings are the same unit: Nm3 and m3 are not, MJ and mJ are not.

    Raises:
        UnknownUnit: one of them is not in our table.
    """
    left, right = parse_unit(one), parse_unit(other)
    return left.dimension == right.dimension and conversion_factor(left, right) == 1


@cache
def _identifiers() -> Mapping[tuple[str, str], str]:
    found = {(row["unit"], row["scheme"]): row["id"] for row in resources.table("units/ids.csv")}
    for row in resources.table("units/names.csv"):
        if row["kind"] == "unece-rec20":
            found[row["unit"], row["kind"]] = row["name"]
    return found


@cache
def _units() -> Mapping[tuple[str, str], str]:
    return {(there, scheme): unit for (unit, scheme), there in _identifiers().items()}
