"""Rules × inputs: every input differs from the ideal declaration in few leaves and moves the rules it should.

``matrix.csv`` is the table of all answers that move. It is generated here and read by a person.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from gateway.model.base import Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.walk import diff
from gateway.quantity import Quantity
from gateway.recognition.outcome import Outcome
from gateway.recognition.ruleset import PACKS, pack
from tests.recognition.ideal import LIFETIME_KWH, change, ideal, kg, outcomes

MATRIX: Final = Path(__file__).with_name("matrix.csv")
P, F, E, N, M = (
    Outcome.PASS,
    Outcome.FAIL,
    Outcome.NEEDS_EVIDENCE,
    Outcome.NOT_APPLICABLE,
    Outcome.MISSING_INPUT,
)


def q(amount: str, unit: str) -> Quantity:
    return Quantity(Decimal(amount), unit)


@dataclass(frozen=True)
class Input:
    """Leaves that differ from the ideal declaration, and the rules that must move with them."""

    changes: Mapping[str, object]
    moves: Mapping[str, Outcome]
    follows: bool = False  # the ideal declaration is the version before; else nothing changed since

    def declaration(self) -> Declaration:
        return change(ideal(), dict(self.changes))


DECLARED: Final = "/results/declared/carbon/total"
PACK_TOTAL: Final = "/results/pack/carbon/total"
GRID: Final = "/lines/L18/factor"

INPUTS: Final[Mapping[str, Input]] = {
    # scope
    "category-empty": Input({"/battery/category": None}, {"EUB-01": M, "EUB-02": M, "CN-03": M}),
    "second-life": Input({"/passport/status": "repurposed"}, {"EUB-01": E}),
    "sold-abroad-only": Input(
        {"/miit/sale_in_china": False}, {"CN-03": N, "CN-04": N, "CN-05": N, "CN-06": N}
    ),
    # plant and content
    "model-empty": Input({"/product/model": None}, {"EUB-03": M, "EUB-23": M, "CN-12": M}),
    "plant-address-empty": Input({"/sites/S1/address": None}, {"EUB-03": M}),
    "doc-number-empty": Input({"/passport/doc_number": None}, {"EUB-23": M}),
    "study-link-withheld": Input({"/passport/study_link": Missing(missing=Reason.WITHHELD)}, {"EUB-23": M}),
    # functional unit and energy
    "value-per-rated-kwh": Input(
        {DECLARED: kg(Fraction("6268.7712") / 72)},
        {"EUB-04": F, "EUB-09": F, "CN-04": F, "CN-08": F},
    ),
    "value-one-percent-off": Input(
        {DECLARED: kg(Fraction("6268.7712") / LIFETIME_KWH * Fraction(101, 100))},
        {"EUB-04": F, "EUB-09": F, "CN-04": F, "CN-08": F},
    ),
    "unit-is-a-pack": Input({"/unit/amount": q("1", "{piece}")}, {"EUB-04": F, "CN-04": F}),
    "unit-kind-declared": Input({"/unit/kind": "declared"}, {"EUB-04": F, "CN-04": F}),
    "pack-total-empty": Input({PACK_TOTAL: None}, {"EUB-04": M, "CN-04": M}),
    "lifetime-energy-empty": Input(
        {"/battery/lifetime_energy": None}, {"EUB-04": M, "EUB-05": M, "CN-04": M}
    ),
    "usable-energy-other": Input({"/battery/usable_energy": q("70", "kW.h")}, {"EUB-05": F}),
    "usable-energy-empty": Input({"/battery/usable_energy": None}, {"EUB-05": M}),
    "basis-cycle-test": Input({"/battery/lifetime_energy_basis": "test_gbt31484"}, {"EUB-06": F}),
    "yearly-distance-empty": Input({"/battery/yearly_distance": None}, {"EUB-05": E, "EUB-06": E}),
    # stages
    "eol-stage-empty": Input(
        {
            "/results/pack/rows/eol/carbon/total": None,
            "/results/declared/rows/eol/carbon/total": None,
        },
        {"EUB-07": M, "EUB-09": M, "EUB-23": M, "CN-04": M},
    ),
    "eol-is-use": Input(
        {"/results/declared/rows/eol/stage": "use"},
        {"EUB-08": F},
    ),
    "line-in-use-stage": Input({"/lines/L27/stage": "use"}, {"EUB-08": F}),
    "use-in-boundary": Input({"/boundary/stages": ("raw", "production", "use")}, {"EUB-08": E}),
    "pack-stage-wrong": Input(
        {"/results/pack/rows/raw/carbon/total": q("4531.92", "kg{CO2eq}")}, {"EUB-09": F}
    ),
    # method
    "gwp-ar6": Input({"/method/gwp_set": "AR6"}, {"EUB-10": E}),
    "gwp-ar5": Input({"/method/gwp_set": "AR5"}, {"EUB-10": F, "ISO-06": E}),
    "gwp-unknown": Input({"/method/gwp_set": "unknown"}, {"EUB-10": M, "ISO-06": M}),
    "offsets-counted": Input({"/method/offsets_included": True}, {"EUB-11": F, "ISO-09": F}),
    "offsets-not-told": Input({"/method/offsets_included": None}, {"EUB-11": M, "ISO-09": M}),
    "cut-off-5-percent": Input({"/cut_off/rule": "mass_1_5"}, {"EUB-16": F}),
    "cut-off-empty": Input({"/cut_off/rule": None}, {"EUB-16": M, "ISO-03": M, "CN-12": M}),
    "mass-off": Input({"/product/mass": q("500", "kg")}, {"EUB-17": F}),
    "eol-cut-off-model": Input({"/method/recycling_model": "cutoff"}, {"EUB-18": F}),
    "cff-without-a": Input({"/method/cff/a": None}, {"EUB-18": M}),
    "allocation-economic": Input({"/method/allocation": ("economic",)}, {"EUB-19": E}),
    "allocation-expansion": Input({"/method/allocation": ("expansion",)}, {"EUB-19": F}),
    "allocation-text-empty": Input({"/method/allocation_text": None}, {"ISO-12": M}),
    "scale-of-gb-series": Input({"/quality/dqr_scale": "GB_SERIES"}, {"EUB-20": F}),
    "cathode-scored-3": Input({"/lines/L01/quality/ter": q("4", "1")}, {"EUB-20": F}),
    "capital-goods-in": Input({"/method/capital_goods": True}, {"EUB-29": E}),
    "period-of-two-years": Input({"/period/start": date(2024, 1, 1)}, {"EUB-30": F}),
    "period-reversed": Input({"/period/end": date(2024, 6, 30)}, {"EUB-30": F, "ISO-11": F}),
    # electricity
    "market-approach": Input({"/method/electricity_approach": "market"}, {"EUB-12": F}),
    "approach-empty": Input({"/method/electricity_approach": None}, {"EUB-12": M}),
    "pv-is-certificates": Input(
        {"/sites/S1/electricity/1/kind": "gec_only"}, {"EUB-12": F, "EUB-13": E, "ISO-08": E}
    ),
    "pv-is-green-trade": Input(
        {"/sites/S1/electricity/1/kind": "green_trade"}, {"EUB-12": F, "EUB-13": E, "ISO-08": P}
    ),
    "pv-is-direct-line": Input({"/sites/S1/electricity/1/kind": "direct_line"}, {"ISO-08": P}),
    "direct-line-without-certificates": Input(
        {"/sites/S1/electricity/1/kind": "direct_line", "/sites/S1/electricity/1/certificates": ()},
        {"ISO-08": M},
    ),
    "0.5306-as-life-cycle": Input(
        {f"{GRID}/value": q("0.5306", "kg{CO2eq}/(kW.h)"), f"{GRID}/year": 2023},
        {"EUB-13": F, "ISO-07": F, "CN-09": F},
    ),
    "0.5306-year-not-told": Input(
        {f"{GRID}/value": q("0.5306", "kg{CO2eq}/(kW.h)"), f"{GRID}/year": None},
        {"EUB-13": E, "ISO-07": E, "CN-09": E},
    ),
    "grid-direct-and-said-so": Input({f"{GRID}/kind": "direct_co2"}, {"EUB-13": F, "ISO-07": F, "CN-09": F}),
    "grid-factor-of-fujian": Input({f"{GRID}/region": "CN-FJ"}, {"EUB-13": F}),
    "grid-factor-of-mee": Input({f"{GRID}/database": "NFDB"}, {"EUB-13": E, "EUB-15": F}),
    "grid-kind-not-told": Input(
        {f"{GRID}/kind": None, f"{GRID}/value": q("0.6", "kg{CO2eq}/(kW.h)")},
        {"EUB-13": M, "ISO-07": M, "CN-09": M},
    ),
    # data
    "cathode-default": Input({"/lines/L01/data_type": "default"}, {"EUB-14": F}),
    "separator-not-named": Input({"/lines/L04/component": "other"}, {"EUB-14": M}),
    "anode-kind-of-data-empty": Input({"/lines/L02/data_type": None}, {"EUB-14": M}),
    "harness-from-cpcd": Input({"/lines/L14/factor/database": "CPCD"}, {"EUB-15": F}),
    "harness-from-ecoinvent": Input({"/lines/L14/factor/database": "ECOINVENT"}, {"EUB-15": E}),
    "gas-default": Input({"/lines/L20/data_type": "default"}, {"ISO-10": F}),
    "ends-in-shanghai": Input(
        {"/lines/L25/destination": "CN-SH", "/lines/L26/destination": "CN-SH"}, {"EUB-28": F}
    ),
    "destinations-empty": Input({f"/lines/L{n}/destination": None for n in (24, 25, 26)}, {"EUB-28": M}),
    # verification and identity
    "no-notified-body": Input({"/verifications/verification/notified_body_number": None}, {"EUB-22": F}),
    "notified-body-lost-its-zeros": Input(
        {"/verifications/verification/notified_body_number": "123"}, {"EUB-22": F}
    ),
    "first-party": Input({"/verifications/verification/kind": "first"}, {"CN-06": F}),
    "report-digest-empty": Input({"/verifications/verification/report_digest": None}, {"CN-06": M}),
    "uscc-check-digit": Input({"/enterprise/uscc": "913401000EXAMPLE77"}, {"CN-01": F}),
    "uscc-empty": Input({"/enterprise/uscc": None}, {"CN-01": M}),
    "province-unknown": Input({"/enterprise/gb2260": "990100"}, {"CN-02": F}),
    "catalogue-item-empty": Input({"/product/classification/cnca_item": None}, {"CN-07": M}),
    "not-in-catalogue": Input({"/product/classification/cnca_item": "EXTRA-02"}, {"CN-07": N}),
    # battery filing and label
    "rated-2-kwh": Input(
        {"/battery/rated_energy": q("2", "kW.h")}, {"CN-03": N, "CN-04": N, "CN-05": N, "CN-06": N}
    ),
    "cycle-life-by-iec": Input({"/battery/cycle_life_standard": "IEC 62660-1"}, {"CN-05": F}),
    "label-other-value": Input({"/label/value": q("0.1931", "kg{CO2eq}")}, {"CN-08": F}),
    "label-expired": Input({"/label/valid_until": date(2026, 11, 20)}, {"CN-08": F}),
    "label-three-years": Input({"/label/valid_until": date(2029, 6, 14)}, {"CN-13": F}),
    "label-status-empty": Input({"/label/status": None}, {"CN-08": M}),
    # general content
    "reference-flow-empty": Input({"/unit/reference_flow": None}, {"ISO-01": M}),
    "reference-flow-zero": Input({"/unit/reference_flow": q("0", "kg")}, {"ISO-01": F}),
    "gate-and-not-called-partial": Input({"/boundary/type": "c2g"}, {"ISO-02": E}),
    "gate-and-called-partial": Input(
        {"/boundary/type": "c2g", "/goal/purpose": "产品部分碳足迹量化"}, {"ISO-02": P}
    ),
    "fossil-empty": Input({"/results/declared/carbon/fossil": None}, {"ISO-04": M, "EUB-27": M}),
    "luluc-empty": Input({"/results/declared/carbon/luluc": None}, {"ISO-04": M}),
    "biogenic-share-not-told": Input(
        {
            "/results/declared/carbon/fossil": kg("0.17"),
            "/results/declared/carbon/luluc": None,
        },
        {"ISO-04": M, "EUB-27": F},
    ),
    "air-freight-not-apart": Input(
        {"/lines/L24/transport/mode": "air", "/results/declared/carbon/aircraft": None}, {"ISO-05": F}
    ),
    "no-air-freight": Input({"/results/declared/carbon/aircraft": None}, {"ISO-05": N}),
    "horizon-empty": Input(
        {"/method/gwp_set": "AR6", "/method/gwp_horizon": None}, {"EUB-10": E, "ISO-06": M}
    ),
    "horizon-of-20-years": Input(
        {"/method/gwp_set": "AR6", "/method/gwp_horizon": 20}, {"EUB-10": E, "ISO-06": F}
    ),
    "biogenic-carbon-empty": Input({"/product/biogenic_carbon": None}, {"ISO-13": M}),
    "limitations-empty": Input({"/interpretation/assumptions": None}, {"ISO-14": M, "CN-12": M}),
    "completeness-empty": Input({"/quality/completeness": None}, {"ISO-14": M}),
    "important-data-suspected": Input({"/export/important_data": "suspected"}, {"CN-11": F}),
    "export-basis-empty": Input({"/export/basis": None}, {"CN-11": M}),
    # versions
    "more-cathode-same-version": Input(
        {"/lines/L01/amount_per_unit": q("151", "kg")}, {"EUB-21": F}, follows=True
    ),
    "new-version-old-results": Input(
        {"/lines/L01/amount_per_unit": q("151", "kg"), "/document/version": "1.1"},
        {"EUB-21": F},
        follows=True,
    ),
    "more-cathode-new-version-new-results": Input(
        {
            "/lines/L01/amount_per_unit": q("151", "kg"),
            "/document/version": "1.1",
            "/results/pack/rows/raw/carbon/total": q("4040.12", "kg{CO2eq}"),
        },
        {},
        follows=True,
    ),
    "performance-class": Input(
        {"/extras": {"cn-pcf@1#/battery/carbonFootprintPerformanceClass": '"A"'}}, {"EUB-25": F}
    ),
}


@cache
def answers(name: str) -> dict[str, Outcome]:
    """The answers to one input."""
    wanted = INPUTS[name]
    changed = wanted.declaration()
    return outcomes(changed, previous=ideal() if wanted.follows else changed)


@pytest.fixture(scope="module")
def before() -> dict[str, Outcome]:
    return outcomes(ideal())


@pytest.mark.parametrize("name", INPUTS)
def test_only_the_intended_rules_move(name: str, before: dict[str, Outcome]) -> None:
    wanted = INPUTS[name]
    assert diff(ideal(), wanted.declaration()) or name == "performance-class"
    after = answers(name)
    moved = {rule: said for rule, said in after.items() if said is not before[rule]}
    assert moved == {rule: said for rule, said in wanted.moves.items() if said is not before[rule]}


def test_the_ideal_declaration_passes_every_rule_but_two(before: dict[str, Outcome]) -> None:
    """No partial footprint and no contractual electricity: those two do not concern it."""
    others = {rule: said for rule, said in before.items() if said is not P}
    assert others == {"ISO-02": N, "ISO-08": N}


def test_every_tested_rule_is_moved_by_an_input(before: dict[str, Outcome]) -> None:
    tested = {rule.id for name in PACKS for rule in pack(name).rules if rule.test}
    assert tested == set(before)
    gravely = {rule for wanted in INPUTS.values() for rule, said in wanted.moves.items() if said in (F, E, M)}
    assert tested - gravely == set()


def test_the_matrix_is_the_committed_one(before: dict[str, Outcome]) -> None:
    text = _matrix(before)
    if os.environ.get("HUTONG_UPDATE_MATRIX") and "CI" not in os.environ:
        MATRIX.write_text(text, encoding="utf-8")
    assert MATRIX.read_text(encoding="utf-8") == text


def _matrix(before: Mapping[str, Outcome]) -> str:
    """One row per rule, one column per input; an empty cell is an answer that did not move."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["rule", "ideal", *INPUTS])
    for rule, said in before.items():
        cells = [answers(name)[rule] for name in INPUTS]
        writer.writerow([rule, said.value, *["" if cell is said else cell.value for cell in cells]])
    return out.getvalue()
