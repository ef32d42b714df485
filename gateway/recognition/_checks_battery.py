"""Tests about batteries: scope, days of application, functional unit, total energy, MIIT filing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Final

from gateway.codec.fields import code_list
from gateway.model.product import Battery
from gateway.model.results import Per, ResultSet
from gateway.quantity import Quantity
from gateway.recognition._ask import (
    Case,
    failed,
    main_set,
    missing,
    near,
    not_applicable,
    number,
    pack_total,
    passed,
    positive,
    saw,
    set_path,
    shown,
    text,
    unproven,
)
from gateway.recognition.delivered import delivered_energy
from gateway.recognition.outcome import Answer, Force, Outcome, Said
from gateway.recognition.plausibility import looks_like
from gateway.recognition.ruleset import applies_of

_KWH: Final = "kW.h"
_NO_BATTERY: Final = Said("rules.no-battery")
_SECOND_LIFE: Final = ("reused", "repurposed", "remanufactured")


def in_scope(case: Case) -> Answer:
    """EV, LMT and rechargeable industrial batteries above the limit, new on the market."""
    battery = case.declaration.battery
    if battery is None:
        return not_applicable(_NO_BATTERY)
    category = text(battery.category)
    if not category:
        return missing("/battery/category")
    seen = saw("/battery/category", category)
    if category not in case.texts("in_scope"):
        return not_applicable(seen, "/battery/category")
    if category in case.texts("above_limit"):
        answer = _industrial(case, battery)
        if answer is not None:
            return answer
    status = text(case.declaration.passport.status)
    if status in _SECOND_LIFE:
        return unproven(saw("/passport/status", status), "/passport/status")
    return passed(seen, "/battery/category")


def _industrial(case: Case, battery: Battery) -> Answer | None:
    energy = positive(battery.rated_energy, _KWH)
    if energy is None:
        return missing("/battery/rated_energy")
    if energy <= case.number("limit_kwh"):
        return not_applicable(saw("/battery/rated_energy", battery.rated_energy), "/battery/rated_energy")
    if text(battery.chemistry) not in code_list("BAT_CHEM"):
        return unproven(Said("rules.rechargeable-not-told"), "/battery/chemistry")
    return None


def application_date(case: Case) -> Answer:
    """Since when the duty applies to this category; its days hang on acts."""
    battery = case.declaration.battery
    if battery is None:
        return not_applicable(_NO_BATTERY)
    category = text(battery.category)
    if not category:
        return missing("/battery/category")
    expression = case.table("since").get(category)
    if expression is None:
        return not_applicable(saw("/battery/category", category), "/battery/category")
    applies = applies_of(expression)
    since = applies.since(case.acts)
    told = {"floor": applies.floor.isoformat(), "months": str(applies.months)}
    if since is None:
        gone = ", ".join(act for act in applies.acts if case.acts.get(act) is None)
        seen = Said("rules.acts-not-adopted", {**told, "acts": gone})
        return replace(not_applicable(seen, "/battery/category"), force=Force.NOT_YET_LAW, values=told)
    seen = Said("rules.applies-since", {"since": since.isoformat()})
    if case.on < since:
        return replace(not_applicable(seen, "/battery/category"), force=Force.NOT_YET_LAW, values=told)
    return passed(seen, "/battery/category", **told)


def no_class_before_its_day(case: Case) -> Answer:
    """No performance class is stated while the acts that define classes are not there."""
    battery = case.declaration.battery
    if battery is None:
        return not_applicable(_NO_BATTERY)
    stated = {k: v for k, v in case.declaration.extras.items() if _names_a_class(k) and v not in ("", "null")}
    if not stated:
        return passed(Said("rules.no-class"))
    place, value = min(stated.items())
    seen = Said("rules.class-stated", {"value": value.strip('"'), "place": place.partition("#")[2]})
    expression = case.table("since").get(text(battery.category))
    since = applies_of(expression).since(case.acts) if expression else None
    if since is None or case.on < since:
        return failed(seen, f"/extras/{place}")
    return unproven(seen, f"/extras/{place}")


def _names_a_class(place: str) -> bool:
    last = re.sub(r"[^a-z]", "", place.rpartition("/")[2].casefold())
    return last.endswith("performanceclass")


def per_kwh_delivered(case: Case) -> Answer:
    """The value is the total per pack over the total energy delivered in its life."""
    battery, result = case.declaration.battery, main_set(case.declaration)
    if battery is None:
        return not_applicable(_NO_BATTERY)
    if result is None or not isinstance(result.carbon.total, Quantity):
        return missing("/results/declared/carbon/total")
    path = f"{set_path(result)}/carbon/total"
    unit = _kwh_of_unit(case, result)
    whole, energy = pack_total(case.declaration), positive(battery.lifetime_energy, _KWH)
    values = _quotient(whole[1] if whole else None, battery.lifetime_energy)
    if unit is None:
        if result.basis.denominator.per is Per.DECLARED_UNIT and case.declaration.unit.amount is None:
            return missing("/unit/amount")
        return failed(_unit_as_told(case, result), "/unit/amount", path, **values)
    value = positive(result.carbon.total, "kg{CO2eq}") or Fraction(0)
    if whole is None or energy is None:
        guess = looks_like(Quantity(value / unit, "kg{CO2eq}/(kW.h)"))
        if guess.basis in ("kwh-capacity", "kg"):
            return failed(Said("rules.looks-like-capacity", {"value": number(value / unit)}), path, **values)
        lacking = [] if energy else ["/battery/lifetime_energy"]
        return missing(*lacking, *([] if whole else ["/results/pack/carbon/total"]))
    wanted = Fraction(whole[1].amount) / energy * unit
    tolerance = case.number("tolerance")
    seen = Said("rules.value-per-kwh", {"value": number(value / unit), "expected": number(wanted / unit)})
    answer = passed if near(value, wanted, tolerance) else failed
    paths = (path, whole[0], "/battery/lifetime_energy")
    return answer(seen, *paths, tolerance=f"{number(tolerance * 100)} %", **values)


def _kwh_of_unit(case: Case, result: ResultSet) -> Fraction | None:
    """The kWh that the result is told per; None where it is told per something else."""
    if result.basis.denominator.per is Per.KWH_DELIVERED:
        return Fraction(1)
    unit = case.declaration.unit
    if result.basis.denominator.per is not Per.DECLARED_UNIT or unit.kind != "functional":
        return None
    return positive(unit.amount, _KWH)


def _unit_as_told(case: Case, result: ResultSet) -> Said:
    unit, per = case.declaration.unit, result.basis.denominator.per
    if per is not Per.DECLARED_UNIT:
        return saw(f"{set_path(result)}/basis/denominator/per", per.value)
    kind = text(unit.kind) or "?"
    amount = shown(unit.amount) if isinstance(unit.amount, Quantity) else "?"
    label = code_list("UNIT_KIND").get(kind, {"label_zh": kind, "label_en": kind})
    params = {"kind_zh": label["label_zh"], "kind_en": label["label_en"], "amount": amount}
    return Said("rules.unit-is", params)


def _quotient(whole: Quantity | None, energy: object) -> dict[str, str]:
    kwh = positive(energy, _KWH)
    return {
        "pack_total": number(whole.amount) if whole else "?",
        "energy": number(kwh) if kwh else "?",
        "recomputed": number(Fraction(whole.amount) / kwh) if whole and kwh else "?",
    }


def total_energy(case: Case) -> Answer:
    """The declared total energy is the one that the profile's formula gives."""
    battery = case.declaration.battery
    if battery is None:
        return not_applicable(_NO_BATTERY)
    path, tolerance = "/battery/lifetime_energy", case.number("tolerance")
    told = positive(battery.lifetime_energy, _KWH)
    if told is None:
        return missing(path)
    found = delivered_energy(case.declaration, str(case.parameters["profile"]), target="")
    if found.energy is None:
        lack = found.lacks[0]
        most = re.match(r"([0-9.]+)", lack.params.get("at_most", ""))
        limit = Fraction(most.group(1)) if most else None
        if limit is not None and told > limit * (1 + tolerance):
            return _energy(failed, told, limit, path, tolerance)
        if lack.error_code == "restate.unknown-parameter" and lack.path != "/battery/yearly_distance":
            return missing(lack.path)
        return unproven(saw(path, battery.lifetime_energy), lack.path, path, computed="?")
    wanted = positive(found.energy, _KWH) or Fraction(0)
    return _energy(passed if near(wanted, told, tolerance) else failed, told, wanted, path, tolerance)


def _energy(answer: object, told: Fraction, wanted: Fraction, path: str, tolerance: Fraction) -> Answer:
    seen = Said("rules.total-energy", {"value": number(told)})
    assert callable(answer)
    found = answer(seen, path, tolerance=f"{number(tolerance * 100)} %", computed=number(wanted))
    assert isinstance(found, Answer)
    return found


def years_from_warranty(case: Case) -> Answer:
    """The years of operation are those of the warranty, the shorter of years and distance."""
    battery = case.declaration.battery
    if battery is None:
        return not_applicable(_NO_BATTERY)
    path = "/battery/lifetime_energy_basis"
    basis = text(battery.lifetime_energy_basis)
    if not basis:
        return missing(path)
    if basis != case.parameters["basis"]:
        return failed(saw(path, basis), path)
    years, distance = positive(battery.warranty_years, "a"), positive(battery.warranty_distance, "km")
    if years is None and distance is None:
        return missing("/battery/warranty_years", "/battery/warranty_distance")
    if distance is not None and positive(battery.yearly_distance, "km/a") is None:
        seen = saw("/battery/warranty_distance", battery.warranty_distance)
        return unproven(seen, "/battery/yearly_distance", "/battery/warranty_distance")
    return passed(saw(path, basis), path, "/battery/warranty_years")


def filing_applies(case: Case) -> Answer:
    """Whether the traction-battery filing concerns this battery, and in which phase."""
    answer = filing_scope(case)
    if answer.outcome is not Outcome.PASS:
        return answer
    trial = case.on < date.fromisoformat(str(case.parameters["regular_from"]))
    return replace(
        answer,
        observed=Said("rules.filing-trial" if trial else "rules.filing-regular", answer.observed.params),
    )


def filing_scope(case: Case) -> Answer:
    """Traction batteries above the limit that are sold in China."""
    battery = case.declaration.battery
    if battery is None:
        return not_applicable(_NO_BATTERY)
    category, level = text(battery.category), text(battery.level)
    if not category:
        return missing("/battery/category")
    if category != "EV" or level in ("cell", "module"):
        path, value = ("/battery/category", category) if category != "EV" else ("/battery/level", level)
        return not_applicable(saw(path, value), path)
    path = "/battery/rated_energy"
    energy = positive(battery.rated_energy, _KWH)
    if energy is None:
        return missing(path)
    if energy <= case.number("limit_kwh"):
        return not_applicable(saw(path, battery.rated_energy), path)
    sold = case.declaration.miit.sale_in_china
    if sold is False:
        return not_applicable(saw("/miit/sale_in_china", sold), "/miit/sale_in_china")
    if sold is not True and case.declaration.document.profile != "MIIT551":
        return missing("/miit/sale_in_china")
    return passed(Said("rules.filing-regular", {"energy": number(energy)}), path, "/battery/category")


def not_filed(case: Case) -> Answer | None:
    """The answer of tests about the filing where it does not apply; None where it may."""
    answer = filing_scope(case)
    return answer if answer.outcome is Outcome.NOT_APPLICABLE else None


def cycle_life_standard(case: Case) -> Answer:
    """The cycle life was tested by the standard that the filing names."""
    outside = not_filed(case)
    if outside is not None:
        return outside
    assert case.declaration.battery is not None
    path, standard = "/battery/cycle_life_standard", text(case.declaration.battery.cycle_life_standard)
    if not standard:
        return missing(path)
    squeezed = re.sub(r"[\s/]", "", standard).upper()
    wanted = re.sub(r"[\s/]", "", str(case.parameters["standard"])).upper()
    holds = re.search(rf"(?<![A-Z0-9]){wanted}(?!\d)", squeezed)
    return (passed if holds else failed)(saw(path, standard), path)
