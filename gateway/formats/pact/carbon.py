"""The figures of a PACT footprint: two totals by carbon class, and what stands beside them."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.formats.pact.sheet import Sheet, decimal, text
from gateway.formats.pact.table import RESULT_SET
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E, Carbon, ResultRow, ResultSet
from gateway.model.stages import once
from gateway.model.walk import keyed
from gateway.quantity import Exact, Quantity, minus, plain, plus, same_number, show, total
from gateway.report import Fate, Note

_HOME = f"/results/{RESULT_SET}/carbon"
# PACT Technical Specifications 3.0, pcfExcludingBiogenicUptake: the classes a declaration can tell.
_EMISSIONS = {
    "fossil": ("fossilGhgEmissions", "fossilKg"),
    "luluc": ("landUseChangeGhgEmissions", "dlucKg"),
    "biogenic_non_co2": ("biogenicNonCO2Emissions", "biogenicNonCO2Kg"),
}
_UPTAKE = ("biogenicCO2Uptake", "biogenicUptakeKg")


def write_carbon(sheet: Sheet, declaration: Declaration, result: ResultSet, gate: tuple[str, ...]) -> None:
    """Both totals, their classes, aircraft, packaging and outbound logistics; notes for what was summed."""
    source = declaration.result_set(result.derived_from or "") or result
    classes = {name: _need(sheet, result.carbon, name, source) for name in (*_EMISSIONS, "biogenic_uptake")}
    told = {name: value for name, value in classes.items() if value is not None}
    if len(told) == len(classes) and _signs_hold(sheet, told) and _adds_up(sheet, result, told):
        _write_totals(sheet, told)
    _write_beside(sheet, declaration, result)
    if source is not result:
        sheet.notes.extend(_sources(source, result, gate))


def _need(sheet: Sheet, carbon: Carbon, name: str, source: ResultSet) -> Quantity | None:
    value = getattr(carbon, name)
    if isinstance(value, Quantity):
        return value
    _, field = _EMISSIONS.get(name, _UPTAKE)
    place = "/results" if source.id == "declared" else f"/resultSets/{source.id}"
    sheet.lack(f"/results/{source.id}/carbon/{name}", "pact.carbon-class-not-told", field=f"{place}/{field}")
    return None


def _signs_hold(sheet: Sheet, told: dict[str, Quantity]) -> bool:
    wrong = [n for n, v in told.items() if (v.amount > 0 if n == "biogenic_uptake" else v.amount < 0)]
    for name in wrong:
        sheet.lack(f"{_HOME}/{name}", "pact.wrong-sign", value=text(told[name].amount))
    return not wrong


def _adds_up(sheet: Sheet, result: ResultSet, told: dict[str, Quantity]) -> bool:
    """The set's own totals are the sums of its classes; a difference is never chosen away."""
    excluding = total(told[name].amount for name in _EMISSIONS)
    including = plus(excluding, told["biogenic_uptake"].amount)
    sums = {"total": excluding, "total_including_uptake": including}
    holds = True
    for name, found in sums.items():
        stated = getattr(result.carbon, name)
        if isinstance(stated, Quantity) and not same_number(stated.amount, found):
            params = {"stated": show(stated.amount), "sum": show(found)}
            sheet.lack(f"{_HOME}/{name}", "pact.classes-do-not-add-up", **params)
            holds = False
    return holds


def _write_totals(sheet: Sheet, told: dict[str, Quantity]) -> None:
    """The totals are sums of what is written, so that the identities hold to the last digit."""
    written = {name: decimal(value.amount) for name, value in told.items()}
    for name, (member, _) in (*_EMISSIONS.items(), ("biogenic_uptake", _UPTAKE)):
        sheet.amount(member, f"{_HOME}/{name}", KG_CO2E)
        assert sheet.pcf[member] == plain(written[name])
    excluding = total(written[name] for name in _EMISSIONS)
    including = plus(excluding, written["biogenic_uptake"])
    _write_sum(sheet, "pcfExcludingBiogenicUptake", "total", excluding)
    _write_sum(sheet, "pcfIncludingBiogenicUptake", "total_including_uptake", including)


def _write_sum(sheet: Sheet, member: str, name: str, found: Exact) -> None:
    value = decimal(found)
    sheet.pcf[member] = plain(value)
    sheet.reads_as(f"{_HOME}/{name}", Quantity(value, KG_CO2E), "pact.sum-of-classes", Fate.ROUNDED)


def _write_beside(sheet: Sheet, declaration: Declaration, result: ResultSet) -> None:
    """Parts of the total told apart, and outbound logistics, which is no part of it."""
    _nonnegative(sheet, "aircraftGhgEmissions", f"{_HOME}/aircraft")
    packaging = result.carbon.packaging
    if isinstance(packaging, Quantity):
        _write_packaging(sheet, declaration.method.packaging_included, packaging)
    else:
        sheet.same("packagingEmissionsIncluded", "/method/packaging_included")
    sheet.same("ccsTechnologicalCO2CaptureIncluded", "/method/ccs_included")
    for key, row in keyed(result.rows):
        if isinstance(row, ResultRow) and row.stage == "distribution":
            _nonnegative(
                sheet, "outboundLogisticsGhgEmissions", f"/results/{result.id}/rows/{key}/carbon/total"
            )


def _write_packaging(sheet: Sheet, included: object, packaging: Quantity) -> None:
    path = f"{_HOME}/packaging"
    if included is False:
        if packaging.amount:
            sheet.lack(path, "pact.packaging-contradiction", value=text(packaging.amount))
        sheet.same("packagingEmissionsIncluded", "/method/packaging_included")
        return
    if not isinstance(included, bool) and not packaging.amount:
        return
    sheet.pcf["packagingEmissionsIncluded"] = True
    sheet.reads_as("/method/packaging_included", after=True, code="pact.packaging-told")
    _nonnegative(sheet, "packagingGhgEmissions", path)


def _nonnegative(sheet: Sheet, member: str, path: str) -> None:
    found = sheet.before.get(path)
    if isinstance(found, Quantity) and found.amount < 0:
        sheet.lack(path, "pact.wrong-sign", value=text(found.amount))
    else:
        sheet.amount(member, path, KG_CO2E)


def _sources(source: ResultSet, result: ResultSet, gate: tuple[str, ...]) -> Iterator[Note]:
    """What became of the declared figures: rows went into sums, totals gave their part up to the gate."""
    home = f"/results/{source.id}"
    rows = [(k, r) for k, r in keyed(source.rows) if isinstance(r, ResultRow)]
    outbound = next((r for r in result.rows if r.stage == "distribution"), None)
    for key, row in _taken(source, rows):
        if row.stage in gate:
            yield from _went_into(f"{home}/rows/{key}/carbon", row.carbon, result.carbon, "pact.in-sum")
        elif row.stage == "distribution" and outbound is not None:
            yield from _went_into(f"{home}/rows/{key}/carbon", row.carbon, outbound.carbon, "pact.outbound")
    code = "pact.gate-part" if rows else "pact.restated"
    yield from _went_into(f"{home}/carbon", source.carbon, result.carbon, code)


def _taken(source: ResultSet, rows: list[tuple[str, ResultRow]]) -> list[tuple[str, ResultRow]]:
    """The rows that a restatement adds up: one scenario, and A1–A3 only where it is not told in parts."""
    return once([(k, r) for k, r in rows if r.scenario is None or r.scenario == source.scenario]) or []


def _went_into(home: str, parts: Carbon, whole: Carbon, code: str) -> Iterator[Note]:
    for name in Carbon.model_fields:
        is_total = code in ("pact.gate-part", "pact.restated")
        part = getattr(parts, name)
        found = getattr(whole, name if is_total else _AIMS.get(name, name))
        if not isinstance(part, Quantity) or not isinstance(found, Quantity):
            continue
        if is_total:
            rest = minus(part.amount, found.amount) if part.unit == found.unit else None
            yield Note(code, f"{home}/{name}", Fate.CONVERTED, "", show(found.amount), kg=rest)
        else:
            yield Note(code, f"{home}/{name}", Fate.AGGREGATED, "", show(found.amount))


# What biomass releases again before the gate is no longer in the product: it goes into the uptake.
_AIMS: dict[str, str] = {"biogenic_co2": "biogenic_uptake"}
