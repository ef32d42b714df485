"""A widget, the electricity it needs, and a treated waste, as another format has them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from gateway.codec.datasets import Bundle, bundle_of
from gateway.model.activity import Place
from gateway.model.base import LangText
from gateway.model.dataset import Document, Link, LinkRole, Reference, Topic
from gateway.model.inventory import Flow, FlowKind, FlowProperty, FlowPropertyValue, UnitEntry, UnitGroup
from gateway.model.process import (
    Direction,
    Distribution,
    Exchange,
    Parameter,
    Period,
    Process,
    ProcessKind,
    Uncertainty,
)
from gateway.model.sources import Contact, Source
from gateway.quantity.number import Number

GROUP = "93a60a57-a4c8-11da-a746-0800200c9a66"
MASS = "93a60a56-a3c8-11da-a746-0800200b9a66"
CO2 = "08a91e70-3ddc-11dd-923d-0050c2490048"
CO2_BIOGENIC = "08a91e70-3ddc-11dd-9c15-0050c2490048"
CH4 = "08a91e70-3ddc-11dd-9610-0050c2490048"
N2O = "08a91e70-3ddc-11dd-94c3-0050c2490048"
WIDGET = "11111111-0000-4000-8000-000000000001"
POWER = "11111111-0000-4000-8000-000000000002"
SCRAP = "11111111-0000-4000-8000-000000000003"
MAKING = "22222222-0000-4000-8000-000000000001"
PLANT = "22222222-0000-4000-8000-000000000002"
TREATMENT = "22222222-0000-4000-8000-000000000003"
PERSON = "44444444-0000-4000-8000-000000000001"
PAPER = "33333333-0000-4000-8000-000000000001"
AIR = ("Emissions", "Emissions to air", "Emissions to air, unspecified")
IN, OUT = Direction.INPUT, Direction.OUTPUT


def n(text: str) -> Number:
    return Number(Decimal(text), text)


def names(en: str, zh: str = "") -> LangText:
    return LangText({"en": en, "zh": zh} if zh else {"en": en})


def flow(id_: str, name: LangText, kind: FlowKind, **more: Any) -> Flow:
    value = FlowPropertyValue(id="0", flow_property=Reference(uuid=MASS), mean=n("1"), is_reference=True)
    return Flow(id=id_, version="01.00.000", name=name, kind=kind, properties=(value,), **more)


def exchange(id_: str, flow_id: str, amount: str, direction: Direction, **more: Any) -> Exchange:
    return Exchange(id=id_, flow=Reference(uuid=flow_id), amount=n(amount), direction=direction, **more)


def process(id_: str, name: LangText, *exchanges: Exchange, **more: Any) -> Process:
    return Process(
        id=id_,
        version="01.02.003",
        name=name,
        kind=more.pop("kind", ProcessKind.UNIT_PROCESS),
        location=Place(code="CN", scheme="ilcd"),
        period=Period(reference_year=2024, valid_until=2027),
        exchanges=exchanges,
        **more,
    )


def making() -> Process:
    """By hand: 2 × 1 + 0.01 × 29.8 + 0.001 × 273 + 0.5 × 0.6 = 2.871 kg CO2e."""
    spread = Uncertainty(distribution=Distribution.LOG_NORMAL, spread=n("1.1"), pedigree=(1, 2, 3, 4, 5))
    power = {"unit": "kWh", "provider": Reference(uuid=PLANT)}
    return process(
        MAKING,
        names("widget making", "小部件生产"),
        exchange("0", WIDGET, "1", OUT, is_reference=True),
        exchange("1", CO2, "2", OUT, uncertainty=spread, comment=names("measured", "实测")),
        exchange("2", CH4, "10", OUT, unit="g", formula="10*scale"),
        exchange("3", N2O, "0.001", OUT),
        exchange("4", CO2_BIOGENIC, "7", OUT),
        exchange("5", POWER, "0.5", IN, **power),
        documents=(Document(topic=Topic.GENERAL, text=names("A process.", "一个过程。")),),
        links=(
            Link(role=LinkRole.ENTERED_BY, target=Reference(uuid=PERSON)),
            Link(role=LinkRole.DATA_SOURCE, target=Reference(uuid=PAPER)),
        ),
        parameters=(Parameter(name="scale", value=n("1.0"), description=names("scale")),),
    )


def plant() -> Process:
    """0.6 kg CO2 for one kWh."""
    own = exchange("0", POWER, "1", OUT, unit="kWh", is_reference=True)
    return process(PLANT, names("power plant", "电厂"), own, exchange("1", CO2, "0.6", OUT))


def treatment() -> Process:
    """Ten kilograms of scrap come in and are treated: 3 kg CO2."""
    own = exchange("0", SCRAP, "10", IN, is_reference=True)
    return process(TREATMENT, names("treatment of scrap"), own, exchange("1", CO2, "3", OUT))


def units(*told: tuple[str, str]) -> tuple[UnitEntry, ...]:
    return tuple(UnitEntry(id=str(i), name=unit, factor=n(factor)) for i, (unit, factor) in enumerate(told))


def world(*processes: Process) -> Bundle:
    mass = units(("kg", "1"), ("g", "0.001"))
    return bundle_of(
        (
            UnitGroup(id=GROUP, name=names("Units of mass"), reference_unit="0", units=mass),
            FlowProperty(id=MASS, name=names("Mass"), unit_group=Reference(uuid=GROUP)),
            flow(
                CO2,
                names("carbon dioxide (fossil)", "二氧化碳（化石）"),
                FlowKind.ELEMENTARY,
                compartment=AIR,
            ),
            flow(CO2_BIOGENIC, names("carbon dioxide (biogenic)"), FlowKind.ELEMENTARY, compartment=AIR),
            flow(CH4, names("methane (fossil)"), FlowKind.ELEMENTARY, compartment=AIR, cas="74-82-8"),
            flow(N2O, names("nitrous oxide"), FlowKind.ELEMENTARY, compartment=AIR),
            flow(WIDGET, names("widget", "小部件"), FlowKind.PRODUCT),
            flow(POWER, names("electricity", "电力"), FlowKind.PRODUCT),
            flow(SCRAP, names("scrap"), FlowKind.WASTE),
            Contact(
                id=PERSON, name=names("Zhang San", "张三"), email="zhang.san@example.org", is_person=True
            ),
            Source(id=PAPER, name=names("Paper"), authors="Li, W.", year="2024", title="On widgets"),
            *(processes or (making(), plant(), treatment())),
        )
    )
