"""``io.catenax.pcf_for_battery_component_supplier`` 1.0.0: a value per kg or piece, and four shares of it.

The model calls the stages percentages of the value, and their members values in the declared unit: percent is
written; read is what adds up, to 100 or to the value, and nothing where neither does. Stages that it does not
have are left out, each with its kg; the value is that of the four, and together with what was left out it is
the declared total, or the target is refused. Ratings are written on the scale of five classes only.
``productQualityParameter`` and ``contentC02Metals`` are texts of the caller: items are separated by ``|``, in
an item ``name: value; name: value``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from gateway.codec import jsonwrite
from gateway.codec.accounting import shown
from gateway.codec.base import Context, Member, Package, Reading, Writing
from gateway.codec.lacks import Lacks, lack
from gateway.codec.schema import judge
from gateway.errors import GatewayError, InputError, raise_all
from gateway.formats.catenax.telling import explained
from gateway.frontdoor import json as json_door
from gateway.frontdoor.json import JsonValue
from gateway.model.declaration import Declaration
from gateway.model.origin import Origin
from gateway.model.party import Enterprise, PartyIds
from gateway.model.product import Passport, Product, ProductIds
from gateway.model.results import KG_CO2E, Basis, Carbon, Denominator, Per, ResultRow, ResultSet, Role
from gateway.model.scope import Database, Document, FunctionalUnit, Method, Quality
from gateway.model.stages import EU_STAGES, once
from gateway.model.walk import by_path, keyed
from gateway.quantity import (
    Exact,
    Quantity,
    convert,
    minus,
    plain,
    quotient,
    round_places,
    round_significant,
    same_number,
    times,
    total,
)
from gateway.report import Fate, Finding, Note, Severity

TARGET: Final = "catenax-battery-component@1.0.0"
RESULT_SET: Final = "component"
_SCHEMA: Final = "catenax/pcf-for-battery-component-supplier-1.0.0.schema.json"
_STAGES: Final[Mapping[str, str]] = {
    "raw": "stage1RawMaterialAquisitionPreProcessing",
    "production": "stage2MainProductProduction",
    "distribution": "stage3Distribution",
    "eol": "stage4EndOfLifeRecycling",
}
_RATINGS: Final[Mapping[str, str]] = {
    "technologicalRepresentativeness": "ter",
    "geographicalRepresentativeness": "ger",
    "timerelatedRepresentativeness": "tir",
    "dataQualityRating": "dqr",
}
_PLACES: Final[Mapping[str, str]] = {
    "/enterprise/ids/bpn": "/legalidentifier",
    "/product/ids/part_number": "/manufacturerPartId",
    "/document/valid_from": "/validityPeriod/validFrom",
    "/document/valid_until": "/validityPeriod/validTo",
    "/passport/study_link": "/pcfValues/webLinkToCarbonFootPrintStudy",
    "/unit/": "/pcfValues/sharesPerStage/declaredUnit",
    "/method/databases/": "/secondaryEmissionFactorSources",
    "/quality/primary_share_emissions": "/primaryDataShare",
    **{f"/quality/{name}": f"/{member}" for member, name in _RATINGS.items()},
    **{
        f"/results/{RESULT_SET}/rows/{stage}/": f"/pcfValues/sharesPerStage/{name}"
        for stage, name in _STAGES.items()
    },
    f"/results/{RESULT_SET}/carbon/": "/pcfValues/sharesPerStage/absPcfValue/stageValue",
}
_UNITS: Final = {"kg": "CO2KG/KG", "{piece}": "CO2KG/piece"}
_DIGITS, _BEST, _WORST = 15, 1, 5
_HUNDRED: Final = Decimal(100)
_SHARE_PLACES: Final = 13
# Up to here a sum is called rounded, beyond it is wrong (the limit of EU battery practice for stages).
_ROUNDED: Final = Decimal("0.005")
_ASKED: Final = ("customerPartId", "siteIdentifier")
_TEXTS: Final = ("productQualityParameter", "contentC02Metals")


@dataclass(slots=True)
class _Sheet:
    document: dict[str, Any] = field(default_factory=dict)
    lacks: list[GatewayError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def validate(package: Package) -> tuple[Finding, ...]:
    """What the schema refuses, and a sum that is not that of its stages.

    Raises:
        InputError: the bytes are no JSON.
    """
    document = package.json
    broken = judge(document, _SCHEMA)
    if broken:
        return broken
    assert isinstance(document, dict)
    parts, stated, meaning = _stages_of(document)
    at, params = "/pcfValues/sharesPerStage", {"sum": plain(parts), "stated": plain(stated)}
    if meaning is None:
        return (Finding("component.sum-differs", at, plain(parts), Severity.ERROR, TARGET, params),)
    if meaning == "kg":
        return (Finding("component.stages-in-kg", at, plain(parts), Severity.WARNING, TARGET, params),)
    return ()


def _stages_of(document: Mapping[str, Any]) -> tuple[Decimal, Decimal, str | None]:
    """The sum of the four stages, the value, and whether the stages are percent of it, kg or neither."""
    told = document["pcfValues"]["sharesPerStage"]
    parts = Decimal(str(total(Decimal(told[name]["stageValue"]) for name in _STAGES.values())))
    stated = Decimal(told["absPcfValue"]["stageValue"])
    # A value of 100 is as much in percent as in kg.
    if abs(parts - _HUNDRED) <= _ROUNDED * _HUNDRED:
        return parts, stated, "percent"
    close = abs(parts - stated) <= _ROUNDED * stated
    return parts, stated, "kg" if close else None


def read(package: Package, context: Context) -> Reading:
    """The declaration of a component as far as the aspect tells it.

    Raises:
        InputError: it is no such document.
    """
    findings = validate(package)
    document = package.json
    if not isinstance(document, dict) or any(f.code == "schema.broken" for f in findings):
        first = findings[0] if findings else None
        raise InputError(first.saw if first else "", path=first.at if first else "", code="component.broken")
    declaration = _declared(document)
    origins = {path: Origin(_place(path)) for path in by_path(declaration)}
    return Reading(declaration, findings=findings, origins=origins)


def _place(path: str) -> str:
    """Where a leaf stood in the file."""
    for home, place in _PLACES.items():
        if path.startswith(home):
            return place
    return ""


def _declared(document: Mapping[str, Any]) -> Declaration:
    shares = document["pcfValues"]["sharesPerStage"]
    unit = next(code for code, name in _UNITS.items() if name == shares["declaredUnit"])
    _, stated, meaning = _stages_of(document)
    told = {stage: Decimal(shares[name]["stageValue"]) for stage, name in _STAGES.items()}
    rows: tuple[ResultRow, ...] = ()
    if meaning == "percent":
        rows = tuple(
            ResultRow(
                stage=stage,
                share=Quantity(share, "%"),
                carbon=Carbon(total=Quantity(quotient(times(stated, share), _HUNDRED), KG_CO2E)),
            )
            for stage, share in told.items()
        )
    elif meaning == "kg":
        rows = tuple(ResultRow(stage=s, carbon=Carbon(total=_kg(value))) for s, value in told.items())
    result = ResultSet(
        id=RESULT_SET,
        role=Role.DECLARED,
        basis=Basis(denominator=Denominator(per=Per.DECLARED_UNIT)),
        carbon=Carbon(total=_kg(stated)),
        rows=rows,
    )
    quality: dict[str, Any] = {name: _one(document.get(member)) for member, name in _RATINGS.items()}
    share = document.get("primaryDataShare")
    if share is not None:
        quality["primary_share_emissions"] = Quantity(Decimal(share), "%")
    validity = document.get("validityPeriod") or {}
    kept = {f"{TARGET}#/{n}": _quoted(document[n]) for n in (*_ASKED, *_TEXTS) if n in document}
    for name in ("validFrom", "validTo"):
        if name in validity:
            kept[f"{TARGET}#/validityPeriod/{name}"] = _quoted(validity[name])
    if meaning is None:
        for stage, name in _STAGES.items():
            kept[f"{TARGET}#/pcfValues/sharesPerStage/{name}/stageValue"] = plain(told[stage])
    performance = document["pcfValues"].get("pcfPerformanceClass")
    if performance is not None:
        kept[f"{TARGET}#/pcfValues/pcfPerformanceClass"] = _quoted(performance)
    return Declaration(
        document=Document(
            valid_from=_day(validity.get("validFrom")), valid_until=_day(validity.get("validTo"))
        ),
        enterprise=Enterprise(ids=PartyIds(bpn=document["legalidentifier"])),
        product=Product(ids=ProductIds(part_number=document["manufacturerPartId"])),
        passport=Passport(study_link=document["pcfValues"].get("webLinkToCarbonFootPrintStudy")),
        unit=FunctionalUnit(amount=Quantity(Decimal(1), unit)),
        method=Method(databases=tuple(Database(name=n) for n in document["secondaryEmissionFactorSources"])),
        quality=Quality(dqr_scale="PEF", **quality),
        results=(result,),
        extras=kept,
    )


def write(declaration: Declaration, context: Context) -> Writing:
    """The component's footprint as one JSON file.

    Raises:
        Lacks: every field that is missing, together.
    """
    sheet = _Sheet()
    source = _source(declaration)
    if source is None:
        sheet.lacks.append(Lacks("", code="component.no-single-set", target=TARGET))
    else:
        _write_stages(sheet, declaration, source)
    _write_names(sheet, declaration, context)
    _write_quality(sheet, declaration)
    raise_all(sheet.lacks)
    assert source is not None
    data = (jsonwrite.encode(sheet.document) + "\n").encode()
    name = declaration.document.id if isinstance(declaration.document.id, str) else ""
    package = Package((Member("battery-component.json", "application/json", data),), name)
    after = by_path(read(package, context).declaration)
    return Writing(package, tuple(explained(by_path(declaration), after, sheet.notes)))


def _source(declaration: Declaration) -> ResultSet | None:
    """The one declared set per kg, per piece or per pack."""
    fits = [
        r
        for r in declaration.results
        if r.role is Role.DECLARED and r.rows and _unit_of(declaration, r) is not None
    ]
    return fits[0] if len(fits) == 1 else None


def _unit_of(declaration: Declaration, result: ResultSet) -> Quantity | None:
    per, amount = result.basis.denominator.per, declaration.unit.amount
    if per is Per.PACK:
        return Quantity(Decimal(1), "{piece}")
    if per is Per.KG:
        return Quantity(Decimal(1), "kg")
    if per is not Per.DECLARED_UNIT or not isinstance(amount, Quantity) or amount.amount <= 0:
        return None
    if amount.unit in ("kg", "t", "g"):
        return convert(amount, "kg")
    return amount if amount.unit == "{piece}" else None


def _write_stages(sheet: _Sheet, declaration: Declaration, source: ResultSet) -> None:
    unit = _unit_of(declaration, source)
    assert unit is not None
    home = f"/results/{source.id}"
    rows = [(k, r) for k, r in keyed(source.rows) if isinstance(r, ResultRow)]
    taken = once([(k, r) for k, r in rows if r.scenario is None or r.scenario == source.scenario]) or []
    values: dict[str, Exact] = {}
    for stage, names in EU_STAGES.items():
        own = [(k, r) for k, r in taken if r.stage in names and isinstance(r.carbon.total, Quantity)]
        if not own:
            sheet.lacks.append(
                lack(TARGET, f"{home}/rows/{stage}/carbon/total", code="component.no-stage", stage=stage)
            )
            continue
        values[stage] = total(r.carbon.total.amount for _, r in own if isinstance(r.carbon.total, Quantity))
        if values[stage] < 0:
            told = {"stage": stage, "value": shown(_kg(Decimal(str(values[stage]))))}
            sheet.lacks.append(
                lack(TARGET, f"{home}/rows/{stage}/carbon/total", code="component.below-zero", **told)
            )
    counted = [name for names in EU_STAGES.values() for name in names]
    rest = [r.carbon.total for _, r in taken if r.stage not in counted and r.stage != "credit"]
    left = total(q.amount for q in rest if isinstance(q, Quantity))
    stated = source.carbon.total
    if len(values) == len(_STAGES):
        whole = total([*values.values(), left])
        if not isinstance(stated, Quantity):
            sheet.lacks.append(lack(TARGET, f"{home}/carbon/total"))
        elif not same_number(whole, stated.amount):
            facts = {"stated": shown(stated), "sum": str(round_significant(whole, _DIGITS))}
            sheet.lacks.append(lack(TARGET, f"{home}/carbon/total", code="component.not-the-sum", **facts))
        if total(values.values()) > 0:
            _put_stages(sheet, values, unit)
        else:
            sheet.lacks.append(lack(TARGET, f"{home}/carbon/total", code="component.shares-of-nothing"))
    for key, row in taken:
        if row.stage in counted and isinstance(row.carbon.total, Quantity):
            path = f"{home}/rows/{key}/carbon/total"
            sheet.notes.append(Note("component.in-stage", path, Fate.AGGREGATED, shown(row.carbon.total)))
    if isinstance(stated, Quantity):
        note = Note("component.sum-of-stages", f"{home}/carbon/total", Fate.CONVERTED, shown(stated), kg=left)
        sheet.notes.append(note)


def _put_stages(sheet: _Sheet, values: Mapping[str, Exact], unit: Quantity) -> None:
    """Shares of what is written, 100 % to the last digit: the largest takes what rounding leaves."""
    whole = total(values.values())
    percent = {
        s: round_places(quotient(times(v, _HUNDRED), whole), _SHARE_PLACES).normalize()
        for s, v in values.items()
    }
    largest = max(percent, key=lambda stage: percent[stage])
    others = total(share for stage, share in percent.items() if stage != largest)
    percent[largest] = Decimal(str(minus(_HUNDRED, others)))
    shares: dict[str, Any] = {
        _STAGES[stage]: {"stageValue": jsonwrite.number(share)} for stage, share in percent.items()
    }
    value = round_significant(quotient(whole, unit.amount), _DIGITS)
    shares["absPcfValue"] = {"stageValue": jsonwrite.number(value)}
    shares["declaredUnit"] = _UNITS[unit.unit]
    sheet.document["pcfValues"] = {"sharesPerStage": shares}


def _write_names(sheet: _Sheet, declaration: Declaration, context: Context) -> None:
    """Part numbers and business partner numbers: from the declaration, else told by the caller."""
    known = {
        "manufacturerPartId": declaration.product.ids.part_number,
        "legalidentifier": declaration.enterprise.ids.bpn,
    }
    for name in ("manufacturerPartId", "customerPartId", "siteIdentifier", "legalidentifier"):
        kept = declaration.extras.get(f"{TARGET}#/{name}", '""')[1:-1]
        own = known.get(name)
        value = own if isinstance(own, str) and own else kept or context.options.get(name)
        if value:
            sheet.document[name] = value
        else:
            sheet.lacks.append(
                Lacks(
                    "",
                    path=f"/{name}",
                    code="footprint.needs-parameter",
                    target=TARGET,
                    member=f"/{name}",
                    name=name,
                    choices="",
                )
            )
    for name in ("siteIdentifier", "legalidentifier"):
        value = sheet.document.get(name)
        if value and (not value.startswith("BPNS" if name[0] == "s" else "BPNL") or len(value) != 16):
            sheet.lacks.append(
                Lacks(
                    value,
                    path=f"/{name}",
                    code="footprint.parameter-unfit",
                    name=name,
                    value=value,
                    target=TARGET,
                )
            )
    for name in _TEXTS:
        told = context.options.get(name, "")
        kept_items = declaration.extras.get(f"{TARGET}#/{name}")
        items = [item.strip() for item in told.split("|") if item.strip()]
        sheet.document[name] = json_door.parse(kept_items.encode()) if kept_items and not items else items
    first, last = declaration.document.valid_from, declaration.document.valid_until
    validity = {
        name: f"{day.isoformat()}T00:00:00Z"
        for name, day in (("validFrom", first), ("validTo", last))
        if isinstance(day, date)
    }
    sheet.document["validityPeriod"] = validity
    link = declaration.passport.study_link
    if isinstance(link, str) and "pcfValues" in sheet.document:
        sheet.document["pcfValues"]["webLinkToCarbonFootPrintStudy"] = link


def _write_quality(sheet: _Sheet, declaration: Declaration) -> None:
    """Four ratings on the scale of five classes; another scale is not converted."""
    quality = declaration.quality
    for member, name in _RATINGS.items():
        value = getattr(quality, name)
        fits = quality.dqr_scale == "PEF" and isinstance(value, Quantity) and _BEST <= value.amount <= _WORST
        if fits:
            sheet.document[member] = jsonwrite.number(round_significant(value.amount, _DIGITS))
        else:
            sheet.lacks.append(
                lack(TARGET, f"/quality/{name}", code="component.rating", scale=str(quality.dqr_scale or "-"))
            )
    share = quality.primary_share_emissions
    if isinstance(share, Quantity):
        sheet.document["primaryDataShare"] = jsonwrite.number(
            round_significant(convert(share, "%").amount, _DIGITS)
        )
    sheet.document["secondaryEmissionFactorSources"] = list(
        dict.fromkeys(
            f"{d.name} {d.version}" if isinstance(d.version, str) else str(d.name)
            for d in declaration.method.databases
            if isinstance(d.name, str)
        )
    )


def _kg(value: Any) -> Quantity:  # noqa: ANN401 - a JSON number
    return Quantity(Decimal(value), KG_CO2E)


def _one(value: JsonValue) -> Quantity | None:
    return Quantity(Decimal(value), "1") if isinstance(value, (int, Decimal)) else None


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _quoted(value: JsonValue) -> str:
    return jsonwrite.encode(value)
