"""What a unit measures: the flow property and unit group behind the unit that EcoSpold prints."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Final

from gateway import resources
from gateway.errors import GatewayError
from gateway.model.base import LangText
from gateway.model.dataset import Reference
from gateway.model.inventory import FlowProperty, FlowPropertyValue, UnitEntry, UnitGroup
from gateway.quantity import parse_unit
from gateway.quantity.number import Number
from gateway.quantity.unit import conversion_factor

# Units as EcoSpold prints them, by our code of the reference unit.
_UNITS: Final = {
    "kg": ("kg", "g", "t", "mg"),
    "MJ": ("MJ", "kWh", "GJ", "kJ", "Wh"),
    "m": ("m", "km"),
    "m2": ("m2", "ha", "km2"),
    "m3": ("m3", "l", "dm3"),
    "{piece}": ("Item(s)", "unit", "p"),
}
_ITEMS: Final = frozenset(_UNITS["{piece}"])


@cache
def property_of(unit: str) -> tuple[FlowPropertyValue, ...]:
    """The reference property of a flow that is counted in a unit; none for a unit that we do not know."""
    row = _row(unit)
    if row is None:
        return ()
    reference = Reference(uuid=row["property"], name=LangText({"en": row["property_en"]}))
    return (FlowPropertyValue(id="0", flow_property=reference, mean=Number(Decimal(1)), is_reference=True),)


@cache
def flow_property(uuid: str) -> FlowProperty | None:
    """A flow property of ours by its id."""
    for row in resources.table("codes/ilcd_units.csv"):
        if row["property"] == uuid:
            group = Reference(uuid=row["unit_group"], name=LangText({"en": row["group_en"]}))
            name = LangText({"en": row["property_en"], "zh": row["property_zh"]})
            return FlowProperty(id=uuid, name=name, unit_group=group)
    return None


@cache
def unit_group(uuid: str) -> UnitGroup | None:
    """A unit group of ours by its id, with the units that EcoSpold prints."""
    for row in resources.table("codes/ilcd_units.csv"):
        if row["unit_group"] == uuid:
            names = dict.fromkeys((row["reference_unit"], *_UNITS[row["unit"]]))
            units = tuple(UnitEntry(id=name, name=name, factor=_factor(name, row["unit"])) for name in names)
            label = LangText({"en": row["group_en"], "zh": row["group_zh"]})
            return UnitGroup(id=uuid, name=label, reference_unit=row["reference_unit"], units=units)
    return None


def _factor(unit: str, reference: str) -> Number:
    if unit in _ITEMS:
        return Number(Decimal(1))
    return Number(conversion_factor(parse_unit(unit), parse_unit(reference)))


def _row(unit: str) -> dict[str, str] | None:
    for row in resources.table("codes/ilcd_units.csv"):
        if unit in _UNITS[row["unit"]] or unit == row["reference_unit"]:
            return row
        try:
            if parse_unit(unit).dimension == parse_unit(row["unit"]).dimension and unit not in _ITEMS:
                return row
        except GatewayError:
            continue
    return None


@cache
def as_kilograms(unit: str) -> Number | None:
    """How many kilograms a unit is; None: it is no mass."""
    try:
        return Number(conversion_factor(parse_unit(unit), parse_unit("kg")))
    except GatewayError:
        return None
