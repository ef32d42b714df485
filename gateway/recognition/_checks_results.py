"""Tests about results: stages, sums, carbon classes, offsets, GWP set, label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Final

from gateway.codec.fields import code_list
from gateway.model.base import Missing, Reason, here
from gateway.model.declaration import Declaration
from gateway.model.results import Carbon, ResultRow, ResultSet
from gateway.quantity import Quantity
from gateway.recognition._ask import (
    PERCENT,
    Case,
    absent,
    declared,
    failed,
    in_unit,
    lines_of,
    main_set,
    missing,
    near,
    not_applicable,
    number,
    passed,
    rows,
    saw,
    set_path,
    text,
    unproven,
)
from gateway.recognition._checks_battery import not_filed, per_kwh_delivered
from gateway.recognition.outcome import Answer, Outcome, Said
from gateway.recognition.plausibility import label_agrees

_KG: Final = "kg{CO2eq}"
_GATE: Final = ("c2g", "g2g", "c2u")


def stages_present(case: Case) -> Answer:
    """Every stage that the rule names has a value of its own."""
    groups = {stage: _codes(codes) for stage, codes in case.table("stages").items()}
    found = [(result, _found(result, groups)) for result in declared(case.declaration)]
    best, there = max(found, key=lambda pair: len(pair[1]), default=(None, {}))
    gone = [stage for stage in groups if stage not in there]
    if best is not None and not gone:
        return passed(_stages_said("rules.stages-told", groups), *there.values())
    boundary = case.declaration.boundary
    path = f"{set_path(best)}/rows" if best is not None else "/results/declared/rows"
    listed = list(boundary.stages)
    outside = text(boundary.type) in _GATE or (listed and any(_not_listed(gone, listed, groups)))
    answer = failed if outside else _missing_stages
    where = ("/boundary/type", path) if outside else (path,)
    return answer(_stages_said("rules.stages-not-told", gone), *where)


def _missing_stages(observed: Said, *paths: str) -> Answer:
    return Answer(Outcome.MISSING_INPUT, observed, paths)


def _not_listed(gone: Sequence[str], listed: Sequence[str], groups: dict[str, tuple[str, ...]]) -> list[str]:
    return [stage for stage in gone if not set(groups[stage]) & set(listed)]


def _found(result: ResultSet, groups: dict[str, tuple[str, ...]]) -> dict[str, str]:
    there: dict[str, str] = {}
    for path, row in rows(result):
        for stage, codes in groups.items():
            if row.stage in codes and isinstance(row.carbon.total, Quantity):
                there.setdefault(stage, f"{path}/carbon/total")
    return there


def _codes(value: object) -> tuple[str, ...]:
    assert isinstance(value, list)
    return tuple(str(code) for code in value)


def _stages_said(code: str, stages: Iterable[str]) -> Said:
    found = [code_list("STAGE").get(s, {"label_zh": s, "label_en": s}) for s in stages]
    zh = "、".join(row["label_zh"] for row in found)
    en = ", ".join(row["label_en"].partition(";")[0] for row in found)
    return Said(code, {"stages_zh": zh, "stages_en": en})


def no_use_stage(case: Case) -> Answer:
    """No emissions of the use stage stand in the results or lines."""
    sets = [(path, row) for result in declared(case.declaration) for path, row in rows(result)]
    lines = lines_of(case.declaration)
    if not sets and not lines:
        return missing("/results/declared/rows", "/lines")
    used = [f"{path}/carbon/total" for path, row in sets if _is_use(row) and _counts(row.carbon.total)]
    used += [f"{path}/result" for path, line in lines if line.stage == "use" and _counts(line.result)]
    if used:
        shown_as = [a for a in case.declaration.attachments if a.type == case.parameters["demonstration"]]
        seen = Said("rules.use-stage", {"count": str(len(used))})
        return unproven(seen, *used) if shown_as else failed(seen, *used)
    if "use" in case.declaration.boundary.stages:
        return unproven(Said("rules.use-in-boundary"), "/boundary/stages")
    return passed(Said("rules.no-use-stage"), *[path for path, _ in sets[:1]])


def _is_use(row: ResultRow) -> bool:
    return row.stage == "use" or (isinstance(row.module, str) and row.module.startswith("B"))


def _counts(amount: object) -> bool:
    """A value other than zero, or one that is there and not for this reader."""
    if isinstance(amount, Quantity):
        return amount.amount != 0
    return isinstance(amount, Missing) and amount.missing is Reason.WITHHELD


def stages_add_up(case: Case) -> Answer:
    """The stages of every declared set add up to its total."""
    tolerance = case.number("tolerance")
    seen: list[tuple[bool, ResultSet, Fraction, Fraction]] = []
    for result in declared(case.declaration):
        total, parts = in_unit(result.carbon.total, _KG), _parts(result)
        if total is not None and parts is not None:
            seen.append((near(parts, total, tolerance), result, parts, total))
    if not seen:
        return missing(*_empty_sums(case.declaration))
    holds, result, parts, total = min(seen, key=lambda found: found[0])
    told = {"set": result.id, "sum": number(parts), "total": number(total)}
    path = f"{set_path(result)}/carbon/total"
    answer = passed if holds else failed
    shown = f"{number(tolerance * 100)} %"
    return answer(Said("rules.stage-sum", told), path, tolerance=shown, sum=number(parts))


def _parts(result: ResultSet) -> Fraction | None:
    """Σ of the rows that belong to the total; None where a row tells no value or there are no rows."""
    own = [row for row in result.rows if row.stage != "credit" and _of_scenario(row, result)]
    values = [in_unit(row.carbon.total, _KG) for row in own]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    return sum(known, Fraction(in_unit(result.unassigned.amount, _KG) or 0))


def _of_scenario(row: ResultRow, result: ResultSet) -> bool:
    return not text(row.scenario) or row.scenario == result.scenario


def _empty_sums(declaration: Declaration) -> tuple[str, ...]:
    result = main_set(declaration)
    start = set_path(result) if result else "/results/declared"
    total = [] if result and isinstance(result.carbon.total, Quantity) else [f"{start}/carbon/total"]
    return (*total, f"{start}/rows/*/carbon/total")


def gwp_set(case: Case) -> Answer:
    """The results were characterised with a set that the rule accepts."""
    result, method = main_set(case.declaration), case.declaration.method
    own = text(result.basis.gwp_set) if result else ""
    path = f"{set_path(result)}/basis/gwp_set" if result and own else "/method/gwp_set"
    found = own or text(method.gwp_set)
    if not found or found == "unknown":
        return missing("/method/gwp_set")
    outcome = Outcome(str(case.table("sets").get(found, Outcome.NEEDS_EVIDENCE)))
    if outcome is not Outcome.PASS:
        return Answer(outcome, saw(path, found), (path,))
    horizon = case.parameters.get("horizon_years")
    if horizon is not None and found not in case.texts("implies_horizon"):
        if not here(method.gwp_horizon):
            return missing("/method/gwp_horizon")
        if method.gwp_horizon != horizon:
            return failed(saw("/method/gwp_horizon", method.gwp_horizon), "/method/gwp_horizon")
    return passed(saw(path, found), path)


def no_offsets(case: Case) -> Answer:
    """Offsets are not counted in the value."""
    path, included = "/method/offsets_included", case.declaration.method.offsets_included
    if not isinstance(included, bool):
        return missing(path)
    return (failed if included else passed)(saw(path, included), path)


def carbon_classes(case: Case) -> Answer:
    """Fossil, biogenic and land-use-change emissions stand on their own; zero counts, silence does not."""
    result = main_set(case.declaration)
    if result is None:
        return missing("/results/declared/carbon/fossil")
    path, carbon = f"{set_path(result)}/carbon", result.carbon
    gone = [] if here(carbon.fossil) else [f"{path}/fossil"]
    gone += [] if _biogenic(carbon) else [f"{path}/biogenic_emission"]
    gone += [] if here(carbon.luluc) else [f"{path}/luluc"]
    if gone:
        return missing(*gone)
    told = (f"{path}/fossil", f"{path}/luluc")
    return passed(Said("rules.classes-told", {"set": result.id}), *told)


def _biogenic(carbon: Carbon) -> bool:
    return any(here(getattr(carbon, n)) for n in ("biogenic", "biogenic_emission", "biogenic_non_co2"))


def small_classes(case: Case) -> Answer:
    """Biogenic and land-use parts above the limit are told on their own."""
    result = main_set(case.declaration)
    total = in_unit(result.carbon.total, _KG) if result else None
    fossil = in_unit(result.carbon.fossil, _KG) if result else None
    start = set_path(result) if result else "/results/declared"
    if result is None or not total or fossil is None:
        return missing(*absent(case, f"{start}/carbon/total", f"{start}/carbon/fossil"))
    share = (total - fossil) / total
    seen = Said("rules.not-fossil", {"share": number(share * 100)})
    small = abs(share) <= case.number("limit_percent") * PERCENT
    separate = _biogenic(result.carbon) and here(result.carbon.luluc)
    answer = passed if small or separate else failed
    return answer(seen, f"{start}/carbon/fossil", f"{start}/carbon/luluc")


def aircraft(case: Case) -> Answer:
    """Emissions of air transport stand on their own where there is air transport."""
    result, lines = main_set(case.declaration), lines_of(case.declaration)
    path = f"{set_path(result) if result else '/results/declared'}/carbon/aircraft"
    if result is not None and here(result.carbon.aircraft):
        return passed(saw(path, result.carbon.aircraft), path)
    moved = [(at, line) for at, line in lines if line.category == "transport"]
    air = [line.id for _, line in moved if line.transport.mode == "air"]
    if air:
        return failed(Said("rules.air-transport", {"lines": ", ".join(air)}), path)
    if not lines:
        return missing(path)
    silent = [f"{at}/transport/mode" for at, line in moved if not text(line.transport.mode)]
    return missing(path, *silent[:1]) if silent else not_applicable(Said("rules.no-air-transport"))


def filing_result(case: Case) -> Answer:
    """The filing's value: four stages, per kWh of the energy delivered over the life."""
    outside = not_filed(case)
    if outside is not None:
        return outside
    answers = [stages_present(case), per_kwh_delivered(case)]
    order = (
        Outcome.FAIL,
        Outcome.MISSING_INPUT,
        Outcome.NEEDS_EVIDENCE,
        Outcome.NOT_APPLICABLE,
        Outcome.PASS,
    )
    return min(answers, key=lambda answer: order.index(answer.outcome))


def label_value(case: Case) -> Answer:
    """The label shows the declared value, and its certificate is valid on the day."""
    label, result = case.declaration.label, main_set(case.declaration)
    if not text(label.scheme) and not text(label.certificate_number):
        return not_applicable(Said("rules.no-label"))
    gone = absent(case, "/label/value", "/label/valid_from", "/label/valid_until", "/label/status")
    total = result.carbon.total if result else None
    if gone or not isinstance(total, Quantity) or not isinstance(label.value, Quantity):
        return missing(*gone) if gone else missing("/results/declared/carbon/total")
    if label.status != "valid":
        return failed(saw("/label/status", label.status), "/label/status")
    day_ok = _inside(case.on, label.valid_from, label.valid_until)
    if not day_ok:
        return failed(saw("/label/valid_until", label.valid_until), "/label/valid_until", "/label/valid_from")
    agrees = (
        label_agrees(label.value.amount, total.amount)
        if not isinstance(label.value.amount, Fraction)
        else False
    )
    assert result is not None
    paths = ("/label/value", f"{set_path(result)}/carbon/total")
    answer = passed if agrees else failed
    return answer(saw("/label/value", label.value), *paths, declared=number(total.amount))


def _inside(on: date, start: object, end: object) -> bool:
    return isinstance(start, date) and isinstance(end, date) and start <= on <= end


def label_period(case: Case) -> Answer:
    """The label's certificate does not run longer than the scheme allows."""
    label = case.declaration.label
    if not text(label.scheme) and not text(label.certificate_number):
        return not_applicable(Said("rules.no-label"))
    start, end = label.valid_from, label.valid_until
    if not isinstance(start, date) or not isinstance(end, date):
        return missing(*absent(case, "/label/valid_from", "/label/valid_until"))
    years = int(case.number("years"))
    last = _years_later(start, years)
    answer = passed if start < end <= last else failed
    told = {"start": start.isoformat(), "end": end.isoformat()}
    return answer(
        Said("rules.from-to", told), "/label/valid_until", "/label/valid_from", last=last.isoformat()
    )


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 2, 28)
