"""A widget, the electricity it needs, and everything behind both."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from gateway.codec.base import Context
from gateway.codec.dataset_run import Sent, write_bundle
from gateway.codec.datasets import Bundle, bundle_of
from gateway.codec.shelf import FileShelf
from gateway.formats.openlca import OPENLCA
from gateway.model.activity import Place
from gateway.model.base import LangText
from gateway.model.dataset import Dataset, Document, Link, LinkRole, Reference, Topic
from gateway.model.inventory import Flow, FlowKind, FlowProperty, FlowPropertyValue, UnitEntry, UnitGroup
from gateway.model.process import (
    Allocation,
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

MASS_GROUP = "93a60a57-a4c8-11da-a746-0800200c9a66"
MASS = "93a60a56-a3c8-11da-a746-0800200b9a66"
ENERGY_GROUP = "93a60a57-a3c8-11da-a746-0800200c9a66"
ENERGY = "f6811440-ee37-11de-8a39-0800200c9a66"
CO2 = "08a91e70-3ddc-11dd-923d-0050c2490048"
CH4 = "08a91e70-3ddc-11dd-9610-0050c2490048"
N2O = "08a91e70-3ddc-11dd-94c3-0050c2490048"
WIDGET = "11111111-0000-4000-8000-000000000001"
POWER = "11111111-0000-4000-8000-000000000002"
SCRAP = "11111111-0000-4000-8000-000000000003"
MAKING = "22222222-0000-4000-8000-000000000001"
PLANT = "22222222-0000-4000-8000-000000000002"
PAPER = "33333333-0000-4000-8000-000000000001"
MAKER = "44444444-0000-4000-8000-000000000001"


def n(text: str) -> Number:
    return Number(Decimal(text), text)


def named(en: str, zh: str = "") -> LangText:
    return LangText({"en": en, "zh": zh} if zh else {"en": en})


def to(uuid: str) -> Reference:
    return Reference(uuid=uuid)


def group(id_: str, name: str, *units: tuple[str, str]) -> UnitGroup:
    entries = tuple(UnitEntry(id=str(i), name=u, factor=n(f)) for i, (u, f) in enumerate(units))
    return UnitGroup(id=id_, version="01.00.000", name=named(name), reference_unit="0", units=entries)


def flow(id_: str, name: LangText, kind: FlowKind, quantity: str = MASS, **more: object) -> Flow:
    value = FlowPropertyValue(id="0", flow_property=to(quantity), mean=n("1"), is_reference=True)
    fields: dict[str, object] = {"id": id_, "version": "01.00.000", "name": name, "kind": kind}
    return Flow.model_validate({**fields, "properties": (value,), **more})


def exchange(id_: str, flow_id: str, amount: str, direction: Direction, **more: object) -> Exchange:
    fields: dict[str, object] = {"id": id_, "flow": to(flow_id), "amount": n(amount), "direction": direction}
    return Exchange.model_validate({**fields, **more})


AIR = ("Emissions", "Emissions to air", "unspecified")


def behind() -> tuple[Dataset, ...]:
    """Units, properties, flows, a source and a contact."""
    return (
        group(MASS_GROUP, "Units of mass", ("kg", "1"), ("g", "0.001"), ("t", "1000")),
        group(ENERGY_GROUP, "Units of energy", ("MJ", "1"), ("kWh", "3.6")),
        FlowProperty(id=MASS, name=named("Mass", "质量"), unit_group=to(MASS_GROUP)),
        FlowProperty(id=ENERGY, name=named("Energy", "能量"), unit_group=to(ENERGY_GROUP)),
        flow(CO2, named("carbon dioxide (fossil)", "二氧化碳（化石）"), FlowKind.ELEMENTARY, compartment=AIR),
        flow(CH4, named("methane (fossil)"), FlowKind.ELEMENTARY, compartment=AIR, cas="74-82-8"),
        flow(N2O, named("nitrous oxide"), FlowKind.ELEMENTARY, compartment=AIR),
        flow(
            WIDGET,
            named("widget", "小部件"),
            FlowKind.PRODUCT,
            treatment=named("painted"),
            mix=named("at plant"),
        ),
        flow(POWER, named("electricity", "电力"), FlowKind.PRODUCT, ENERGY),
        flow(SCRAP, named("scrap"), FlowKind.PRODUCT),
        Source(
            id=PAPER, name=named("Paper"), citation="Li 2024", year="2024", files=("bin/sources/x/a.pdf",)
        ),
        Contact(id=MAKER, name=named("Maker", "制造商"), email="info@example.org", country="CN"),
    )


def making(**more: object) -> Process:
    """2 kg CO2, 0.01 kg CH4, 0.001 kg N2O and 0.5 kWh for one widget; scrap is avoided."""
    log_normal = Uncertainty(distribution=Distribution.LOG_NORMAL, spread=n("1.05"), pedigree=(1, 2, 3, 4, 5))
    exchanges = (
        exchange(
            "1",
            WIDGET,
            "1",
            Direction.OUTPUT,
            unit="kg",
            is_reference=True,
            allocations=(Allocation(product="1", share=n("0.75"), method="PHYSICAL_ALLOCATION"),),
        ),
        exchange("2", CO2, "2", Direction.OUTPUT, unit="kg", uncertainty=log_normal),
        exchange(
            "3",
            CH4,
            "10",
            Direction.OUTPUT,
            unit="g",
            formula="10*scale",
            allocations=(Allocation(product="1", share=n("1")),),
        ),
        exchange("4", N2O, "0.001", Direction.OUTPUT, comment=named("stack test", "烟囱测试")),
        exchange(
            "5", POWER, "0.5", Direction.INPUT, unit="kWh", flow_property=to(ENERGY), provider=to(PLANT)
        ),
    )
    fields: dict[str, object] = {
        "id": MAKING,
        "version": "01.02.003",
        "name": named("widget making", "小部件生产"),
        "kind": ProcessKind.UNIT_PROCESS,
        "location": Place(code="CN-HB", scheme="ecoinvent"),
        "documents": (
            Document(topic=Topic.GENERAL, text=named("A process.", "一个过程。")),
            Document(topic=Topic.TECHNOLOGY, text=named("Press and paint.")),
        ),
        "links": (
            Link(role=LinkRole.DATA_SOURCE, target=to(PAPER)),
            Link(role=LinkRole.OWNER, target=to(MAKER)),
        ),
        "period": Period(start="2024-01-01", end="2026-12-31"),
        "parameters": (Parameter(name="scale", value=n("1.0"), description=named("scale factor")),),
        "exchanges": exchanges,
    }
    return Process.model_validate({**fields, **more})


def plant() -> Process:
    """0.6 kg CO2 for one kWh."""
    return Process(
        id=PLANT,
        version="01.00.000",
        name=named("power plant", "电厂"),
        kind=ProcessKind.UNIT_PROCESS,
        location=Place(code="CN", scheme="ecoinvent"),
        exchanges=(
            exchange("1", POWER, "1", Direction.OUTPUT, unit="kWh", is_reference=True),
            exchange("2", CO2, "0.6", Direction.OUTPUT),
        ),
    )


def world(*processes: Process) -> Bundle:
    return bundle_of((*behind(), *(processes or (making(), plant()))))


def written(bundle: Bundle) -> list[Sent]:
    return list(write_bundle(OPENLCA, bundle, Context()))


def files(sent: Iterable[Sent]) -> dict[str, bytes]:
    return {one.member.name: one.member.data for one in sent if one.member is not None}


def reopened(found: dict[str, bytes]) -> Bundle:
    return OPENLCA.open(FileShelf("package", found), Context())
