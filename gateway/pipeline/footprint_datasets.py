"""A declared footprint as data sets: by way of its EPD process; where a format has no results, as flows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from gateway.codec.base import Evidence
from gateway.codec.datasets import Bundle, bundle_of
from gateway.codec.shelf import shelf_of
from gateway.errors import InputError, raise_all
from gateway.formats.datasets import find_dataset_format
from gateway.model.base import LangText
from gateway.model.dataset import Dataset, Reference
from gateway.model.inventory import Flow, FlowKind, FlowProperty, FlowPropertyValue, UnitEntry, UnitGroup
from gateway.model.process import Direction, Exchange, ImpactResult, Process, ProcessKind
from gateway.pipeline.convert import Outcome, Source, convert
from gateway.pipeline.datasets import Datasets
from gateway.pipeline.footprint import climate_indicators
from gateway.quantity.number import Number

# EF 3.1 flows to air, unspecified; Mass and its unit group (EF reference package).
_FLOWS: Final[Mapping[str, tuple[str, str, str]]] = {
    "fossil": ("08a91e70-3ddc-11dd-923d-0050c2490048", "carbon dioxide (fossil)", "二氧化碳（化石源）"),
    "biogenic": ("08a91e70-3ddc-11dd-9c15-0050c2490048", "carbon dioxide (biogenic)", "二氧化碳（生物源）"),
    "luluc": (
        "adcb79f3-89cf-45fb-b0b2-65558cb2af26",
        "carbon dioxide (land use change)",
        "二氧化碳（土地利用变化）",
    ),
}
_TOTAL: Final = ("greenhouse gases, as CO2 equivalents", "温室气体（以二氧化碳当量计）")
_MASS: Final = "93a60a56-a3c8-11da-a746-0800200b9a66"
_MASS_UNITS: Final = "93a60a57-a4c8-11da-a746-0800200c9a66"
_AIR: Final = ("Emissions", "Emissions to air", "Emissions to air, unspecified")
_AGGREGATED: Final = LangText(
    {
        "en": "Aggregated, not an inventory: the declared footprint of all gases, in kg CO2 equivalents.",
        "zh": "汇总值，并非清单：所声明的全部温室气体碳足迹，以千克二氧化碳当量计。",
    }
)
# Our own EPD processes give totals under this name; EN 15804 has no such module.
_WHOLE: Final = (None, "total")
_EPD: Final = "ilcd-epd"


def datasets_of(source: Source, options: Mapping[str, str] | None = None) -> tuple[Datasets, Outcome]:
    """The data sets of a declaration, with what its EPD process could not carry.

    Raises:
        InputError: it cannot be written as an EPD; each error names what it lacks.
    """
    (outcome,) = convert(source, to=(_EPD,), options=options)
    if outcome.package is None:
        raise_all(outcome.lacks)
    assert outcome.package is not None
    format_ = find_dataset_format("ilcd")
    bundle = format_.open(shelf_of(outcome.package), source.context)
    return Datasets(format_, Evidence(3, (source.format.id,)), bundle, source.context), outcome


def with_carbon_flows(datasets: Datasets) -> Datasets:
    """With the declared footprint of every EPD as emissions, for formats that have no place for results.

    The carbon classes stay apart where they are told. No module is added up: without a declared total there
    is nothing to write.

    Raises:
        InputError: ``dataset.no-total``.
    """
    made = [datasets.bundle.read(key).dataset for key in datasets.bundle.keys]
    found: list[Dataset] = []
    for one in made:
        is_epd = isinstance(one, Process) and one.kind is ProcessKind.EPD
        found.append(_aggregated(one, datasets) if is_epd and isinstance(one, Process) else one)
    known = {one.id for one in found}
    used = {
        str(exchange.flow.uuid) for one in found if isinstance(one, Process) for exchange in one.exchanges
    }
    found.extend(
        one
        for one in _flows(datasets)
        if one.id not in known and (one.id in used or not isinstance(one, Flow))
    )
    bundle: Bundle = bundle_of(found, {n: datasets.bundle.file(n) for n in datasets.bundle.files})
    return Datasets(datasets.format, datasets.evidence, bundle, datasets.context)


def _aggregated(process: Process, datasets: Datasets) -> Process:
    told = _totals(process)
    if not told:
        raise InputError(process.id, code="dataset.no-total")
    classes = [name for name in _FLOWS if name in told]
    parts = {name: told[name] for name in classes} or {"total": told["total"]}
    last = max((int(one.id) for one in process.exchanges if one.id.isdigit()), default=0)
    emissions = tuple(
        Exchange(
            id=str(last + n),
            flow=Reference(uuid=_flow_id(name, datasets), kind="flow data set", name=_flow_name(name)),
            direction=Direction.OUTPUT,
            amount=amount,
            comment=_AGGREGATED,
        )
        for n, (name, amount) in enumerate(parts.items(), 1)
    )
    return process.model_copy(
        update={"exchanges": (*process.exchanges, *emissions), "kind": ProcessKind.LCI_RESULT}
    )


def _totals(process: Process) -> dict[str, Number]:
    """The declared totals by carbon class, of one edition of indicators."""
    known = climate_indicators()
    found: dict[str, Number] = {}
    for result in process.results:
        told = known.get(str(result.indicator.uuid)) or _own(result)
        if told and result.module in _WHOLE and result.scenario is None and isinstance(result.amount, Number):
            found.setdefault(told[0], result.amount)
    if set(_FLOWS) - found.keys() and "total" in found:
        return {"total": found["total"]}  # the parts that are told are not the whole
    return found


def _own(result: ImpactResult) -> tuple[str, str] | None:
    from gateway.formats.ilcd.climate import own_classes

    return own_classes().get(str(result.indicator.uuid))


def _flow_id(name: str, datasets: Datasets) -> str:
    return _FLOWS[name][0] if name in _FLOWS else str(datasets.context.new_id("co2-equivalents"))


def _flow_name(name: str) -> LangText:
    _, en, zh = _FLOWS.get(name, ("", *_TOTAL))
    return LangText({"en": en, "zh": zh})


def _flows(datasets: Datasets) -> list[Dataset]:
    """The flows that emissions refer to, and what they are measured in."""
    quantity = FlowPropertyValue(
        flow_property=Reference(
            uuid=_MASS, kind="flow property data set", name=LangText({"en": "Mass", "zh": "质量"})
        ),
        mean=Number(Decimal(1)),
        is_reference=True,
    )
    flows: list[Dataset] = [
        Flow(
            id=_flow_id(name, datasets),
            version="01.00.000",
            kind=FlowKind.ELEMENTARY,
            name=_flow_name(name),
            compartment=_AIR,
            properties=(quantity,),
        )
        for name in (*_FLOWS, "total")
    ]
    kg = UnitEntry(id="0", name="kg", factor=Number(Decimal(1)))
    mass = FlowProperty(
        id=_MASS,
        version="03.00.003",
        name=LangText({"en": "Mass", "zh": "质量"}),
        unit_group=Reference(uuid=_MASS_UNITS, kind="unit group data set"),
    )
    group = UnitGroup(
        id=_MASS_UNITS,
        version="03.00.003",
        name=LangText({"en": "Units of mass", "zh": "质量单位"}),
        reference_unit="0",
        units=(kg,),
    )
    return [*flows, mass, group]
