"""What a unit measures: the flow property and unit group behind the unit that EcoSpold prints."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Final

from gateway import resources
from gateway.errors import GatewayError
from gateway.formats.ecospold.ids import new_id
from gateway.model.base import LangText
from gateway.model.dataset import DatasetKind, Key, Reference
from gateway.model.inventory import FlowProperty, FlowPropertyValue, UnitEntry, UnitGroup
from gateway.quantity import parse_unit
from gateway.quantity.number import Number
from gateway.quantity.unit import conversion_factor

# Units as EcoSpold prints them, by our code of the reference unit.
_UNITS: Final = {
    "kg": ("kg", "g", "t", "mg", "ug", "kt", "Mt", "lb"),
    "MJ": ("MJ", "kWh", "GJ", "kJ", "Wh", "MWh", "GWh", "TJ", "PJ", "J"),
    "m": ("m", "km", "cm", "mm", "mile"),
    "m2": ("m2", "ha", "km2", "cm2", "mm2"),
    "m3": ("m3", "l", "dm3", "L", "ml", "mL", "cm3"),
    "{piece}": ("Item(s)", "unit", "p", "piece", "pcs"),
}
_ITEMS: Final = frozenset(_UNITS["{piece}"])
# Units that are in no table, by the id of the property and of the unit group made for each.
_OWN: Final[dict[str, str]] = {}


@cache
def property_of(unit: str) -> tuple[FlowPropertyValue, ...]:
    """The reference property of a flow that is counted in a unit.

    A unit that is in no table of ours has a property of its own: what is counted in it stays counted in it.
    """
    if not unit:
        return ()
    row = _row(unit) or _other(unit)
    if row is None:
        found = _own(unit)
        _OWN[found.id] = _OWN[str(found.unit_group.uuid)] = unit
        reference = Reference(uuid=found.id, name=found.name)
    else:
        reference = Reference(uuid=row["property"], name=LangText({"en": row["property_en"]}))
    return (FlowPropertyValue(id="0", flow_property=reference, mean=Number(Decimal(1)), is_reference=True),)


def flow_property(uuid: str) -> FlowProperty | None:
    """A flow property by its id: of our tables, or of a unit that ``property_of`` was asked about."""
    return _own(_OWN[uuid]) if uuid in _OWN else _tabled_property(uuid)


def data_sets_of(unit: str) -> Iterator[Key]:
    """What a unit measures, and the group it is of, are data sets, too."""
    for value in property_of(unit):
        found = flow_property(str(value.flow_property.uuid))
        if found is not None:
            yield Key(DatasetKind.FLOW_PROPERTY, found.id)
            yield Key(DatasetKind.UNIT_GROUP, str(found.unit_group.uuid))


def unit_group(uuid: str) -> UnitGroup | None:
    """The same of a unit group, with the units that EcoSpold prints."""
    if uuid not in _OWN:
        return _tabled_group(uuid)
    unit = _OWN[uuid]
    entry = UnitEntry(id=unit, name=unit, factor=Number(Decimal(1)))
    return UnitGroup(id=uuid, name=_own(unit).unit_group.name, reference_unit=unit, units=(entry,))


@cache
def _tabled_property(uuid: str) -> FlowProperty | None:
    for row in (*resources.table("codes/ilcd_units.csv"), *resources.table("codes/ecospold_units.csv")):
        if row["property"] == uuid:
            group = Reference(uuid=row["unit_group"], name=LangText({"en": row["group_en"]}))
            name = LangText({"en": row["property_en"], "zh": row["property_zh"]})
            return FlowProperty(id=uuid, name=name, unit_group=group)
    return None


@cache
def _tabled_group(uuid: str) -> UnitGroup | None:
    for row in resources.table("codes/ilcd_units.csv"):
        if row["unit_group"] == uuid:
            names = dict.fromkeys((row["reference_unit"], *_UNITS[row["unit"]]))
            return _group(row, {name: _factor(name, row["unit"]) for name in names})
    for row in resources.table("codes/ecospold_units.csv"):
        if row["unit_group"] == uuid:
            return _group(row, {name: Number(Decimal(factor)) for name, factor in _spellings(row).items()})
    return None


def _group(row: dict[str, str], factors: dict[str, Number]) -> UnitGroup:
    units = tuple(UnitEntry(id=name, name=name, factor=factor) for name, factor in factors.items())
    label = LangText({"en": row["group_en"], "zh": row["group_zh"]})
    return UnitGroup(id=row["unit_group"], name=label, reference_unit=row["reference_unit"], units=units)


def _own(unit: str) -> FlowProperty:
    """The property of what is counted in a unit of which we know no more than its name."""
    label = LangText({"en": f"Unit {unit}", "zh": f"单位 {unit}"})
    group = Reference(uuid=new_id("unit-group", unit), name=label)
    name = LangText({"en": f"Quantity in {unit}", "zh": f"以 {unit} 计的量"})
    return FlowProperty(id=new_id("flow-property", unit), name=name, unit_group=group)


def _factor(unit: str, reference: str) -> Number:
    if unit in _ITEMS:
        return Number(Decimal(1))
    return Number(conversion_factor(parse_unit(unit), parse_unit(reference)))


def _row(unit: str) -> dict[str, str] | None:
    rows = resources.table("codes/ilcd_units.csv")
    return next((row for row in rows if unit in _UNITS[row["unit"]] or unit == row["reference_unit"]), None)


def _other(unit: str) -> dict[str, str] | None:
    return next((row for row in resources.table("codes/ecospold_units.csv") if unit in _spellings(row)), None)


def _spellings(row: dict[str, str]) -> dict[str, str]:
    """The factors of the units of a row, by name."""
    return dict(one.rsplit("=", 1) for one in row["units"].split("|"))


@cache
def as_kilograms(unit: str) -> Number | None:
    """How many kilograms a unit is; None: it is no mass."""
    try:
        return Number(conversion_factor(parse_unit(unit), parse_unit("kg")))
    except GatewayError:
        return None
