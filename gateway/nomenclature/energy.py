"""Energy carriers: names, the flow of a resource list, heating values by set, and what burning them emits.

Kilograms become megajoules with a heating value only, and that comes from a named set or from the user:
published ones differ by a sixth. Coal that is neither hard nor brown is neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from gateway import resources
from gateway.nomenclature.chinese import simplified
from gateway.nomenclature.gases import EF31
from gateway.nomenclature.names import exact
from gateway.nomenclature.row import End


@dataclass(frozen=True, slots=True)
class Carrier:
    """An energy carrier. ``kind``: fuel, nuclear, renewable or energy (electricity, heat, steam)."""

    key: str
    kind: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HeatingValue:
    """Energy per amount of a carrier, with the set that it belongs to. ``basis``: net or gross."""

    carrier: str
    set: str
    value: Decimal
    unit: str
    basis: str
    source: str


@dataclass(frozen=True, slots=True)
class FuelFactor:
    """What burning a fuel emits. ``kind``: direct_co2 counts CO2 of combustion alone and is no CO2e."""

    carrier: str
    kind: str
    set: str
    value: Decimal
    unit: str
    source: str


def carrier(name: str) -> Carrier | None:
    """The carrier with this name, in any listed wording."""
    found = _names().get(_key(name))
    return _carriers()[found] if found else None


def resource(of: Carrier, list: str) -> End | None:
    """The resource flow of a carrier in a list; ``None`` where there is none, or several for one name."""
    row = _rows()[of.key]
    if list != EF31 or not row["ef31_uuid"]:
        return None
    context = tuple(row["ef31_context"].split("/"))
    return End(EF31, "3.1", row["ef31_uuid"], row["ef31_name"], "en", context=context, unit="MJ")


def heating_values(of: Carrier) -> tuple[HeatingValue, ...]:
    """All known ones, by set. There is no default among them."""
    return tuple(
        HeatingValue(
            row["carrier"], row["set"], Decimal(row["value"]), row["unit"], row["basis"], row["source"]
        )
        for row in resources.table("energy/heating_values.csv")
        if row["carrier"] == of.key
    )


def fuel_factors(of: Carrier) -> tuple[FuelFactor, ...]:
    """The factors of burning a fuel, each with its kind and set."""
    return tuple(
        FuelFactor(row["carrier"], row["kind"], row["set"], Decimal(row["value"]), row["unit"], row["source"])
        for row in resources.table("factors/cn-fuels.csv")
        if row["carrier"] == of.key
    )


def _key(name: str) -> str:
    return re.sub(r"[\W_]", "", exact(simplified(name)))


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    return {row["carrier"]: row for row in resources.table("energy/carriers.csv")}


@cache
def _carriers() -> Mapping[str, Carrier]:
    return {
        key: Carrier(key, row["kind"], {"en": row["name_en"], "zh": row["name_zh"]})
        for key, row in _rows().items()
    }


@cache
def _names() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for row in resources.table("energy/names.csv"):
        if found.setdefault(_key(row["name"]), row["carrier"]) != row["carrier"]:
            raise ValueError(f"energy/names.csv: {row['name']}")
    return found
