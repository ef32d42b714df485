"""The tests that rules name: pure functions of a declaration under one rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from gateway.recognition import _checks_battery as battery
from gateway.recognition import _checks_electricity as electricity
from gateway.recognition import _checks_lines as lines
from gateway.recognition import _checks_method as method
from gateway.recognition import _checks_parties as parties
from gateway.recognition import _checks_results as results
from gateway.recognition._ask import Case
from gateway.recognition.outcome import Answer

Test: TypeAlias = Callable[[Case], Answer]

TESTS: Final[Mapping[str, Test]] = {
    "in-scope": battery.in_scope,
    "application-date": battery.application_date,
    "no-class-before-its-day": battery.no_class_before_its_day,
    "per-kwh-delivered": battery.per_kwh_delivered,
    "total-energy": battery.total_energy,
    "years-from-warranty": battery.years_from_warranty,
    "filing-applies": battery.filing_applies,
    "cycle-life-standard": battery.cycle_life_standard,
    "electricity-model": electricity.electricity_model,
    "national-life-cycle": electricity.national_life_cycle,
    "life-cycle-electricity": electricity.life_cycle_electricity,
    "one-kind-of-factor": electricity.one_kind_of_factor,
    "contracts": electricity.contracts,
    "company-specific": lines.company_specific,
    "accepted-data-sets": lines.accepted_data_sets,
    "mass-balance": lines.mass_balance,
    "quality-scores": lines.quality_scores,
    "distribution-reaches": lines.distribution_reaches,
    "own-data": lines.own_data,
    "one-model-one-plant": parties.one_model_one_plant,
    "by-code": method.by_code,
    "flag": method.flag,
    "cut-off": method.cut_off,
    "told": method.told,
    "cut-off-documented": method.cut_off_documented,
    "content": method.content,
    "if-claimed": method.if_claimed,
    "allocation": method.allocation,
    "allocation-told": method.allocation_told,
    "unit-told": method.unit_told,
    "partial-is-named": method.partial_is_named,
    "period-told": method.period_told,
    "about-a-year": method.about_a_year,
    "notified-body": parties.notified_body,
    "third-party-report": parties.third_party_report,
    "uscc-valid": parties.uscc_valid,
    "province-known": parties.province_known,
    "in-catalogue": parties.in_catalogue,
    "export-gate": parties.export_gate,
    "recalculated": parties.recalculated,
    "stages-present": results.stages_present,
    "no-use-stage": results.no_use_stage,
    "stages-add-up": results.stages_add_up,
    "gwp-set": results.gwp_set,
    "no-offsets": results.no_offsets,
    "carbon-classes": results.carbon_classes,
    "small-classes": results.small_classes,
    "aircraft": results.aircraft,
    "filing-result": results.filing_result,
    "label-value": results.label_value,
    "label-period": results.label_period,
}
