"""From a data set to a declared footprint and back: one named place, with its refusals.

A footprint speaks of a whole upstream chain. A unit process does not: what it emits itself is known, what
its inputs bring is not, and no declaration is made of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from gateway.codec.base import Format, Package, Reading
from gateway.codec.datasets import Bundle, DatasetFormat, measured
from gateway.codec.fields import code_list
from gateway.codec.shelf import shelf_of
from gateway.errors import GatewayError, InputError, raise_all
from gateway.formats import Detected
from gateway.formats.datasets import detect_datasets
from gateway.model.base import LangText, Missing, Names
from gateway.model.dataset import DatasetKind, Key, LinkRole, Topic
from gateway.model.declaration import Declaration
from gateway.model.inventory import CarbonClass, FlowKind
from gateway.model.origin import Derived, Origin
from gateway.model.party import Enterprise
from gateway.model.process import Direction, Exchange, ImpactResult, Process, ProcessKind
from gateway.model.product import Product
from gateway.model.results import KG_CO2E, Basis, Carbon, ResultRow, ResultSet, Role
from gateway.model.scope import Document, FunctionalUnit, Goal, Method
from gateway.pipeline.inventory_carbon import Climate, climate, flow_of
from gateway.quantity import Quantity
from gateway.quantity.number import Number
from gateway.report import Finding, Severity
from gateway.resources import table

_CLASSES: Mapping[CarbonClass, str] = {
    CarbonClass.FOSSIL: "fossil",
    CarbonClass.BIOGENIC: "biogenic_non_co2",
    CarbonClass.LAND_USE_CHANGE: "luluc",
}
# Kinds of data set whose own results may leave out what comes before them.
_PARTS = frozenset(
    {ProcessKind.UNIT_PROCESS, ProcessKind.BLACK_BOX, ProcessKind.PARTLY_TERMINATED, ProcessKind.AVOIDED}
)
_FROM_INVENTORY = "ef-3.1"


@dataclass(slots=True)
class _Making:
    """A declaration on its way: its result sets, and what is to be said of them."""

    process: Process
    bundle: Bundle
    place: str
    untold: frozenset[str] = frozenset()
    results: list[ResultSet] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    origins: dict[str, Origin | Derived] = field(default_factory=dict)


def detect_footprint(package: Package) -> Detected | None:
    """Data sets as a format of declarations; None where the package holds none that we know."""
    try:
        shelf = shelf_of(package)
        found = detect_datasets(shelf)
    except GatewayError:
        return None
    return Detected(as_declarations(found.format), found.evidence)


def as_declarations(format_: DatasetFormat) -> Format:
    """A format of data sets, read for the one footprint that a package of it holds."""
    return Format(
        id=format_.id,
        title=format_.title,
        media_type=format_.media_type,
        detect=lambda package: format_.detect(shelf_of(package)),
        read=lambda package, context: only_footprint(format_.open(shelf_of(package), context)),
        schema_edition=format_.schema_edition,
    )


def declaration_of(bundle: Bundle, key: Key) -> Reading:
    """The footprint that a process data set declares, or that its life-cycle inventory adds up to.

    Raises:
        InputError: ``dataset.no-footprint``: a unit process or an unfinished system, which has none, with
            the kg CO2e that it emits itself; ``dataset.open-input``: an inventory that still takes products;
            ``dataset.flow-unknown``, ``dataset.gas-not-counted``: one that cannot be added up whole;
            ``dataset.reference-not-one``: one of several products, or of none.
    """
    reading = bundle.read(key)
    process = reading.dataset
    if not isinstance(process, Process):
        raise InputError(key.id, code="dataset.not-a-process", path=reading.place, kind=key.kind.value)
    making = _Making(process, bundle, reading.place, reading.untold)
    _declared(making)
    if not making.results:
        _added_up(making)
    elif process.kind in _PARTS:
        kind = process.kind.value if process.kind else ""
        making.findings.append(
            Finding("dataset.result-of-a-part", reading.place, kind, Severity.WARNING, params={"kind": kind})
        )
    declaration = Declaration(
        document=Document(id=process.id, version=process.version),
        enterprise=Enterprise(name=_owner(process)),
        product=Product(name=_product_name(making)),
        goal=Goal(purpose=_one(process.text(Topic.INTENDED_APPLICATIONS))),
        unit=_unit(making),
        method=Method(gwp_set=making.results[0].basis.gwp_set),
        results=tuple(making.results),
    )
    return Reading(declaration, reading.notes, (*reading.findings, *making.findings), making.origins)


def only_footprint(bundle: Bundle) -> Reading:
    """The footprint of the one process of a package that has one.

    Raises:
        InputError: there is none, each process with its reason; or several, by their ids.
    """
    keys = [key for key in bundle.keys if key.kind is DatasetKind.PROCESS]
    made: list[Reading] = []
    refused: list[GatewayError] = []
    for key in keys:
        try:
            made.append(declaration_of(bundle, key))
        except GatewayError as error:
            refused.append(error)
    if len(made) > 1:
        ids = ", ".join(str(one.declaration.document.id) for one in made[:5])
        raise InputError(len(made), code="dataset.several-footprints", ids=ids)
    if not made:
        raise_all(refused)
        raise InputError(len(bundle.keys), code="dataset.no-process")
    return made[0]


def _declared(making: _Making) -> None:
    """The climate results that the data set states itself; those of scenarios are rows, never added up."""
    known = climate_indicators()
    by_edition: dict[str, list[tuple[str, ImpactResult]]] = {}
    for result in making.process.results:
        told = known.get(str(result.indicator.uuid))
        if told is not None:
            by_edition.setdefault(told[1], []).append((told[0], result))
    for edition, found in by_edition.items():
        rows: dict[tuple[str, str], dict[str, object]] = {}
        for carbon_class, result in found:
            place = (_str(result.module), _str(result.scenario))
            rows.setdefault(place, {})[carbon_class] = _kg_co2e(result)
        whole = rows.pop(("", ""), {})
        making.results.append(
            ResultSet(
                id="declared" if len(by_edition) == 1 else f"declared-{edition or 'unknown'}",
                basis=Basis(gwp_set=edition or None),
                carbon=Carbon.model_validate(whole),
                rows=tuple(
                    ResultRow(module=m or None, scenario=s or None, carbon=Carbon.model_validate(values))
                    for (m, s), values in rows.items()
                ),
            )
        )


def _kg_co2e(result: ImpactResult) -> Quantity | Missing | None:
    amount = result.amount
    return Quantity(amount.value, KG_CO2E, amount.text) if isinstance(amount, Number) else amount


def _added_up(making: _Making) -> None:
    """The inventory × EF 3.1 factors: recomputed, since the data set itself states no result."""
    process = making.process
    own = climate(process, making.bundle, making.untold)
    if process.kind is not ProcessKind.LCI_RESULT:
        kind = process.kind.value if process.kind else "-"
        code = "dataset.no-footprint" if own.is_whole else "dataset.no-footprint-partly"
        n = str(len(own.uncounted) + len(own.unknown))
        kg = _kg_text(own.total)
        raise InputError(kind, path=making.place, code=code, kg=kg, n=n, name=_name(process), kind=kind)
    if len(process.references) != 1:
        n = str(len(process.references))
        raise InputError(n, path=making.place, code="dataset.reference-not-one", name=_name(process))
    raise_all(_open_inputs(making))
    if own.unknown:
        exchanges = ", ".join(own.unknown[:5])
        n = str(len(own.unknown))
        raise InputError(exchanges, path=making.place, code="dataset.flow-unknown", n=n)
    if own.uncounted:
        exchanges = ", ".join(own.uncounted[:5])
        raise InputError(exchanges, path=making.place, code="dataset.gas-not-counted")
    carbon = {name: Quantity(own.by_class[c], KG_CO2E) for c, name in _CLASSES.items() if c in own.by_class}
    carbon["total"] = Quantity(own.total, KG_CO2E)
    basis = Basis(gwp_set="EF3.1")
    making.results.append(
        ResultSet(id=_FROM_INVENTORY, role=Role.RECOMPUTED, basis=basis, carbon=Carbon.model_validate(carbon))
    )
    text = f"Σ {len(own.counted)} × EF 3.1"
    for name in carbon:
        making.origins[f"/results/{_FROM_INVENTORY}/carbon/{name}"] = Origin(making.place, text)
    making.findings.extend(_told(making, own))


def _told(making: _Making, own: Climate) -> Sequence[Finding]:
    params = {"n": str(len(own.counted)), "kg": _kg_text(own.total)}
    found = [Finding("dataset.added-up", making.place, params["kg"], Severity.INFO, params=params)]
    if own.by_name:
        saw = ", ".join(own.by_name[:5])
        found.append(Finding("dataset.gas-by-name", making.place, saw, Severity.WARNING))
    return found


def _open_inputs(making: _Making) -> Sequence[InputError]:
    """Products that an LCI result still takes from somebody: its inventory is not the whole chain."""
    found = []
    for exchange in making.process.exchanges:
        if exchange.direction is not Direction.INPUT or exchange.is_reference or _is_nothing(exchange):
            continue
        flow = flow_of(exchange.flow, making.bundle)
        if flow is not None and flow.kind is FlowKind.PRODUCT:
            name = _one(flow.name) or flow.id
            found.append(InputError(name, path=making.place, code="dataset.open-input", exchange=exchange.id))
    return found


def _is_nothing(exchange: Exchange) -> bool:
    return isinstance(exchange.amount, Number) and exchange.amount.value == 0


def _unit(making: _Making) -> FunctionalUnit:
    references = making.process.references
    text = making.process.functional_unit
    if len(references) != 1 or not isinstance(references[0].amount, Number):
        return FunctionalUnit(text=text)
    exchange, unit = references[0], references[0].unit
    if not isinstance(unit, str):
        told = measured(exchange.flow, making.bundle)
        unit = told.unit if told else ""
    assert isinstance(exchange.amount, Number)
    try:
        amount = Quantity(exchange.amount.value, unit, exchange.amount.text)
    except GatewayError:
        making.findings.append(Finding("dataset.unit-unknown", making.place, unit, Severity.WARNING))
        return FunctionalUnit(text=text)
    making.origins["/unit/amount"] = Origin(making.place, f"{exchange.amount} {unit}")
    return FunctionalUnit(text=text, amount=amount)


def _product_name(making: _Making) -> Names:
    references = making.process.references
    flow = flow_of(references[0].flow, making.bundle) if len(references) == 1 else None
    return (flow.name if flow else None) or making.process.name


def _owner(process: Process) -> Names:
    owners = process.linked(LinkRole.OWNER)
    return owners[0].name if len(owners) == 1 else None


def _one(names: Names) -> str | None:
    picked = names.pick("en", "zh") if isinstance(names, LangText) else None
    return picked[1] if picked else None


def _name(process: Process) -> str:
    return _one(process.name) or process.id


def _str(text: object) -> str:
    return text if isinstance(text, str) else ""


def _kg_text(kg: Fraction) -> str:
    from gateway.recognition.scenario_text import short

    return short(kg)


def climate_indicators() -> Mapping[str, tuple[str, str]]:
    """Carbon class and edition of the published climate indicators."""
    editions = code_list("GWP_SET")
    return {
        row["uuid"]: (row["carbon"], row["editions"] if row["editions"] in editions else "")
        for row in table("codes/ilcd_indicators.csv")
        if row["carbon"]
    }
