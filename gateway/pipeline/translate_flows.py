"""Flows of a target list as data sets, with the properties and unit groups that they are counted in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gateway.codec.datasets import Bundle
from gateway.errors import GatewayError
from gateway.model.base import LangText
from gateway.model.dataset import Dataset, DatasetKind, Reference
from gateway.model.inventory import (
    CarbonClass,
    Flow,
    FlowKind,
    FlowProperty,
    FlowPropertyValue,
    UnitEntry,
    UnitGroup,
)
from gateway.nomenclature.row import End
from gateway.quantity import parse_unit
from gateway.quantity.number import Number


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured in a reference unit: ids and names (en, zh) of the property and its unit group."""

    unit: str
    quantity: str
    group: str
    names: tuple[str, str]
    group_names: tuple[str, str]


# Source: ILCD reference data, which openLCA and the Federal LCA Commons share.
_MEASURES: Final = (
    Measure(
        "kg",
        "93a60a56-a3c8-11da-a746-0800200b9a66",
        "93a60a57-a4c8-11da-a746-0800200c9a66",
        ("Mass", "质量"),
        ("Units of mass", "质量单位"),
    ),
    Measure(
        "MJ",
        "93a60a56-a3c8-11da-a746-0800200c9a66",
        "93a60a57-a3c8-11da-a746-0800200c9a66",
        ("Net calorific value", "净热值"),
        ("Units of energy", "能量单位"),
    ),
    Measure(
        "m3",
        "93a60a56-a3c8-22da-a746-0800200c9a66",
        "93a60a57-a3c8-12da-a746-0800200c9a66",
        ("Volume", "体积"),
        ("Units of volume", "体积单位"),
    ),
    Measure(
        "m2",
        "93a60a56-a3c8-19da-a746-0800200c9a66",
        "93a60a57-a3c8-18da-a746-0800200c9a66",
        ("Area", "面积"),
        ("Units of area", "面积单位"),
    ),
    Measure(
        "m2*a",
        "93a60a56-a3c8-21da-a746-0800200c9a66",
        "93a60a57-a3c8-20da-a746-0800200c9a66",
        ("Area*time", "面积×时间"),
        ("Units of area*time", "面积×时间单位"),
    ),
    Measure(
        "kBq",
        "93a60a56-a3c8-17da-a746-0800200c9a66",
        "93a60a57-a3c8-16da-a746-0800200c9a66",
        ("Radioactivity", "放射性活度"),
        ("Units of radioactivity", "放射性活度单位"),
    ),
)


# How EF and ILCD tell the class where their lists have no field for it.
_CLASSES: Final = (
    ("(fossil)", CarbonClass.FOSSIL),
    ("(biogenic)", CarbonClass.BIOGENIC),
    ("(land use change)", CarbonClass.LAND_USE_CHANGE),
)


def measure(unit: str) -> Measure | None:
    """None where no property has exactly this reference unit."""
    return _by_code().get(_code(unit))


def _by_code() -> Mapping[str, Measure]:
    return {_code(one.unit): one for one in _MEASURES}


def _code(unit: str) -> str:
    try:
        return parse_unit(unit).code
    except GatewayError:
        return unit


def flow_of(end: End) -> Flow:
    """A flow of the target: what its list says of it, and nothing else."""
    by = measure(end.unit)
    quantity = (
        Reference()
        if by is None
        else Reference(uuid=by.quantity, kind="flow property data set", name=_names(by.names))
    )
    return Flow(
        id=end.id,
        kind=FlowKind.ELEMENTARY,
        name=LangText({end.language or "en": end.name}),
        cas=end.cas or None,
        formula=end.formula or None,
        carbon_class=end.carbon_class or _named_class(end.name),
        compartment=end.context,
        properties=(FlowPropertyValue(flow_property=quantity, mean=Number(Decimal(1)), is_reference=True),),
    )


def _named_class(name: str) -> CarbonClass | None:
    return next((found for word, found in _CLASSES if name.casefold().endswith(word)), None)


def datasets_for(flows: Iterable[Flow], whole: Bundle) -> Iterator[Dataset]:
    """The flows, then the properties and unit groups that they need and ``whole`` has not."""
    wanted = set()
    for flow in flows:
        wanted.add(flow.properties[0].flow_property.uuid)
        yield flow
    for one in _MEASURES:
        if one.quantity not in wanted:
            continue
        if whole.find(DatasetKind.FLOW_PROPERTY, Reference(uuid=one.quantity)) is not None:
            continue
        names = _names(one.group_names)
        group = Reference(uuid=one.group, kind="unit group data set", name=names)
        yield FlowProperty(id=one.quantity, name=_names(one.names), unit_group=group)
        if whole.find(DatasetKind.UNIT_GROUP, group) is None:
            unit = UnitEntry(id="0", name=one.unit, factor=Number(Decimal(1)))
            yield UnitGroup(id=one.group, name=names, reference_unit="0", units=(unit,))


def _names(told: tuple[str, str]) -> LangText:
    return LangText({"en": told[0], "zh": told[1]})
