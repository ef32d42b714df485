"""Semantic traps: numbers that are right on one basis and wrong on another."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

import pytest

from gateway.codec.base import Context
from gateway.errors import InputError
from gateway.pipeline.convert import Outcome, Source, convert, read
from gateway.quantity import Quantity
from gateway.report import Fate


def outcome(document: dict[str, Any], target: str, context: Context) -> Outcome:
    """One target from a document of a test."""
    source = read(json.dumps(document, ensure_ascii=False).encode(), context=context)
    return convert(source, to=[target], options={"preview": "yes"})[0]


def footprint(found: Outcome) -> dict[str, Any]:
    assert found.package is not None, [(str(e), e.params) for e in found.lacks]
    pcf: dict[str, Any] = json.loads(found.package.members[0].data)["pcf"]
    return pcf


def minimal_product(**results: Any) -> dict[str, Any]:
    """A product per kg with everything PACT asks for but its results."""
    return {
        "document": {"id": "trap", "version": "1", "status": "active", "issuedAt": "2026-01-31"},
        "enterprise": {"nameZh": "示例公司", "nameEn": "Example Co., Ltd.", "uscc": "91350900587527783P"},
        "product": {
            "nameZh": "示例产品",
            "nameEn": "example product",
            "model": "T-1",
            "description": "a product for a test",
            "massKg": 1,
            "fossilCarbonKg": 0,
            "bioCarbonKg": 0,
            "class": {"cpc": "23913"},
        },
        "unit": {"kind": "declared", "textEn": "1 kg", "amount": 1, "unit": "kg", "referenceFlowKg": 1},
        "boundary": {"type": "c2gr", "stages": ["raw", "production", "eol"]},
        "cutoff": {"actualTotalPct": 1, "basis": "emission"},
        "period": {"start": "2025-01-01", "end": "2025-12-31"},
        "sites": [{"id": "S1", "name": "示例工厂", "gb2260": "350900", "role": "full", "sharePct": 100}],
        "method": {
            "standards": ["GBT24067"],
            "gwpSet": "AR6",
            "gwpHorizon": 100,
            "offsetsIncluded": False,
            "packagingIncluded": False,
            "ccsIncluded": False,
            "databases": [{"name": "CPCD", "version": "2025"}],
        },
        "quality": {"primaryShareEmissionsPct": 60, "TeR": 2, "GeR": 2, "TiR": 2},
        "results": results,
    }


class TestCarbonClass:
    """Fossil 10, land use change 0.2, biogenic CH4 0.5, uptake −3, biogenic CO2 +3 at end of life."""

    DOCUMENT = minimal_product(
        totalKg=13.7,
        totalInclUptakeKg=10.7,
        fossilKg=10,
        biogenicEmissionKg=3.5,
        biogenicUptakeKg=-3,
        lulucKg=0.2,
        byStage=[
            {
                "stage": "raw",
                "kg": 4.7,
                "fossilKg": 4,
                "lulucKg": 0.2,
                "biogenicNonCO2Kg": 0.5,
                "biogenicUptakeKg": -3,
            },
            {
                "stage": "production",
                "kg": 6,
                "fossilKg": 6,
                "lulucKg": 0,
                "biogenicNonCO2Kg": 0,
                "biogenicUptakeKg": 0,
            },
            {"stage": "eol", "kg": 3, "fossilKg": 0, "lulucKg": 0, "biogenicCO2Kg": 3, "biogenicUptakeKg": 0},
        ],
    )

    def test_pact_counts_uptake_apart_and_leaves_the_end_of_life_out(self, context: Context) -> None:
        pcf = footprint(outcome(self.DOCUMENT, "pact", context))
        assert Decimal(pcf["pcfExcludingBiogenicUptake"]) == Decimal("10.7")
        assert Decimal(pcf["pcfIncludingBiogenicUptake"]) == Decimal("7.7")
        assert Decimal(pcf["biogenicCO2Uptake"]) == -3
        assert Decimal(pcf["landUseChangeGhgEmissions"]) == Decimal("0.2")
        assert Decimal(pcf["biogenicNonCO2Emissions"]) == Decimal("0.5")

    def test_the_end_of_life_is_noted_with_its_kg(self, context: Context) -> None:
        notes = {n.path: n for n in outcome(self.DOCUMENT, "pact", context).notes}
        assert notes["/results/declared/rows/eol/carbon/total"].kg == 3

    def test_without_the_classes_the_target_is_refused_with_the_fields_it_needs(
        self, context: Context
    ) -> None:
        bare = minimal_product(
            totalKg=10.7, byStage=[{"stage": "raw", "kg": 4.7}, {"stage": "production", "kg": 6}]
        )
        bare["boundary"] = {"type": "c2g", "stages": ["raw", "production"]}
        found = outcome(bare, "pact", context)
        assert found.package is None
        assert "/results/declared/rows/raw/carbon/fossil" in {e.path for e in found.lacks}


class TestBoundary:
    """What PACT leaves out plus what it writes is the total read."""

    def test_left_out_plus_written_is_the_pack_total(self, battery: Source) -> None:
        found = convert(battery, to=["pact"])[0]
        pcf = footprint(found)
        rows = "/results/pack/rows/"
        left = [
            n.kg
            for n in found.notes
            if n.path.startswith(rows) and n.path.endswith("/carbon/total") and n.fate is Fate.DROPPED
        ]
        pack = battery.declaration.result_set("pack")
        assert pack is not None
        assert isinstance(pack.carbon.total, Quantity)
        carried = Decimal(pcf.get("outboundLogisticsGhgEmissions", "0"))
        assert left
        total = sum(
            (Fraction(kg) for kg in left if kg is not None),
            Fraction(Decimal(pcf["pcfExcludingBiogenicUptake"])),
        )
        assert total + (0 if _is_noted(found, "distribution") else Fraction(carried)) == Fraction(
            pack.carbon.total.amount
        )

    def test_each_stage_up_to_the_gate_is_noted_as_part_of_the_sum(self, battery: Source) -> None:
        notes = {n.path: n.fate for n in convert(battery, to=["pact"])[0].notes}
        for stage in ("raw", "production"):
            assert notes[f"/results/pack/rows/{stage}/carbon/total"] is Fate.AGGREGATED


def _is_noted(found: Outcome, stage: str) -> bool:
    return any(
        n.path == f"/results/pack/rows/{stage}/carbon/total" and n.fate is Fate.DROPPED for n in found.notes
    )


class TestDenominator:
    """One pack, one total, and as many values per kWh as there are kinds of kWh."""

    def test_the_passport_value_is_the_pack_total_over_the_energy_delivered(self, battery: Source) -> None:
        found = convert(battery, to=["batterypass"], options={"preview": "yes"})[0]
        assert found.restated is not None
        energy = found.restated.basis.denominator.energy
        pack = battery.declaration.result_set("pack")
        assert pack is not None
        assert isinstance(energy, Quantity)
        assert isinstance(pack.carbon.total, Quantity)
        total = found.restated.carbon.total
        assert isinstance(total, Quantity)
        assert Fraction(total.amount) == Fraction(pack.carbon.total.amount) / Fraction(energy.amount)

    def test_a_pack_total_is_never_rebuilt_from_a_label(self, battery: Source, context: Context) -> None:
        document = json.loads(battery.package.only.data)
        document.pop("resultSets")
        found = outcome(document, "pact", context)
        assert found.package is None
        assert "restate.no-pack-total" in {e.error_code for e in found.lacks}

    @pytest.mark.parametrize("level", ["cell", "module"])
    def test_a_cell_or_module_never_becomes_a_pack(
        self, battery: Source, context: Context, level: str
    ) -> None:
        document = json.loads(battery.package.only.data)
        document["battery"]["level"] = level
        passport = outcome(document, "batterypass", context)
        assert [e.error_code for e in passport.lacks] == ["restate.cell-or-module"]
        pact = outcome(document, "pact", context)
        assert [(e.error_code, e.path) for e in pact.lacks] == [("restate.cell-per-energy", "/unit/amount")]

    def test_an_unknown_yearly_distance_is_asked_for_and_never_assumed(
        self, battery: Source, context: Context
    ) -> None:
        document = json.loads(battery.package.only.data)
        document["battery"].pop("yearlyKm")
        found = outcome(document, "batterypass", context)
        assert [(e.error_code, e.path) for e in found.lacks] == [
            ("restate.unknown-parameter", "/battery/yearly_distance")
        ]

    def test_a_product_that_is_no_battery_gets_no_battery_passport(self, tea: Source) -> None:
        found = convert(tea, to=["battery-passport"], options={"preview": "yes"})
        assert [[e.error_code for e in o.lacks] for o in found] == [["restate.not-a-battery"]] * len(found)


def test_broken_json_is_named_with_its_place() -> None:
    with pytest.raises(InputError) as caught:
        read(b'{"document": {"id": "x",}}')
    assert caught.value.error_code.startswith("json.")
    assert caught.value.path == "/document/id"


class TestStagesOfEpdPractice:
    """Upstream and core are up to the gate; downstream holds several stages and is never split."""

    DOCUMENT = minimal_product(
        totalKg=10,
        fossilKg=10,
        biogenicEmissionKg=0,
        biogenicUptakeKg=0,
        lulucKg=0,
        byStage=[
            {"stage": "upstream", "kg": 5, "fossilKg": 5},
            {"stage": "core", "kg": 4, "fossilKg": 4},
            {"stage": "downstream", "kg": 1, "fossilKg": 1},
        ],
    )

    def test_upstream_and_core_are_the_gate(self, context: Context) -> None:
        document = self.DOCUMENT | {
            "boundary": {"type": "c2gr", "stages": ["upstream", "core", "downstream"]}
        }
        found = outcome(document, "pact", context)
        assert footprint(found)["pcfExcludingBiogenicUptake"] == "9"
        notes = {n.path: (n.fate, n.kg) for n in found.notes}
        assert notes["/results/declared/rows/core/carbon/total"][0] is Fate.AGGREGATED
        assert notes["/results/declared/rows/downstream/carbon/total"] == (Fate.DROPPED, Decimal(1))


class TestModules:
    """EN 15804 prints A1–A3 in one value or in three; both together count once."""

    def test_the_sum_and_its_parts_count_once(self, context: Context) -> None:
        rows = [
            {"stage": "production", "module": "A1-A3", "kg": 9, "fossilKg": 9},
            {"stage": "raw", "module": "A1", "kg": 5, "fossilKg": 5},
            {"stage": "inbound", "module": "A2", "kg": 1, "fossilKg": 1},
            {"stage": "production", "module": "A3", "kg": 3, "fossilKg": 3},
            {"stage": "credit", "module": "D", "kg": -20, "fossilKg": -20},
        ]
        document = minimal_product(
            totalKg=9, fossilKg=9, biogenicEmissionKg=0, biogenicUptakeKg=0, lulucKg=0, byStage=rows
        ) | {"boundary": {"type": "c2g", "modules": ["A1-A3", "D"]}}
        assert footprint(outcome(document, "pact", context))["pcfExcludingBiogenicUptake"] == "9"

    def test_scenarios_are_never_added_up(self, context: Context) -> None:
        rows = [
            {"stage": "raw", "kg": 5, "fossilKg": 5},
            {"stage": "production", "scenario": "S1", "kg": 4, "fossilKg": 4},
            {"stage": "production", "scenario": "S2", "kg": 3, "fossilKg": 3},
        ]
        document = minimal_product(
            totalKg=8,
            totalScenario="S2",
            fossilKg=8,
            biogenicEmissionKg=0,
            biogenicUptakeKg=0,
            lulucKg=0,
            byStage=rows,
        )
        document["boundary"] = {"type": "c2g", "stages": ["raw", "production"]}
        assert footprint(outcome(document, "pact", context))["pcfExcludingBiogenicUptake"] == "8"


def lacks(document: dict[str, Any], target: str, context: Context) -> set[str]:
    return {error.error_code for error in outcome(document, target, context).lacks}


class TestBasisOfTheSource:
    """What the declared set says of its own basis stays true of what is made from it."""

    def test_a_total_stays_in_its_gwp_set(self, battery: Source, context: Context) -> None:
        document = json.loads(battery.package.only.data)
        document["resultSets"][0]["basis"]["gwpSet"] = "AR5"
        found = outcome(document, "pact", context)
        assert found.restated is not None
        assert found.restated.basis.gwp_set == "AR5"
        assert footprint(found)["ipccCharacterizationFactors"] == ["AR5"]

    def test_one_of_several_sets_is_never_picked_by_its_place(
        self, battery: Source, context: Context
    ) -> None:
        document = json.loads(battery.package.only.data)
        document["resultSets"].insert(0, document["resultSets"][0] | {"id": "pack-2", "totalKg": 7000})
        assert "restate.several-sets" in lacks(document, "pact", context)

    def test_stages_that_do_not_make_the_total_are_refused(self, battery: Source, context: Context) -> None:
        document = json.loads(battery.package.only.data)
        document["resultSets"][0]["totalKg"] = 7000
        assert "restate.stages-do-not-add-up" in lacks(document, "pact", context)
        assert "restate.stages-do-not-add-up" in lacks(document, "batterypass", context)

    def test_stages_that_say_the_same_twice_are_refused(self, battery: Source, context: Context) -> None:
        document = json.loads(battery.package.only.data)
        rows = document["resultSets"][0]["byStage"]
        rows.append(rows[0] | {"stage": "upstream"})
        assert "restate.stages-overlap" in lacks(document, "pact", context)

    def test_a_category_that_the_profile_is_not_for_is_refused(
        self, battery: Source, context: Context
    ) -> None:
        document = json.loads(battery.package.only.data)
        document["battery"]["category"] = "LMT"
        assert "restate.profile-not-for-category" in lacks(document, "batterypass", context)


class TestGate:
    """Cradle to gate is materials and production, whatever the list of stages says."""

    ROWS = (
        {"stage": "raw", "kg": 5, "fossilKg": 5},
        {"stage": "production", "kg": 4, "fossilKg": 4},
    )
    ZERO: ClassVar = {"biogenicEmissionKg": 0, "biogenicUptakeKg": 0, "lulucKg": 0}

    def test_gate_to_gate_is_refused(self, context: Context) -> None:
        document = minimal_product(totalKg=4, fossilKg=4, **self.ZERO, byStage=list(self.ROWS[1:]))
        document["boundary"] = {"type": "g2g", "stages": ["production"]}
        assert "restate.not-from-cradle" in lacks(document, "pact", context)

    def test_materials_must_be_told(self, context: Context) -> None:
        document = minimal_product(totalKg=4, fossilKg=4, **self.ZERO, byStage=list(self.ROWS[1:]))
        document["boundary"] = {"type": "c2g", "stages": []}
        assert "restate.no-stage" in lacks(document, "pact", context)

    def test_a_sum_of_modules_beside_one_of_its_parts_is_refused(self, context: Context) -> None:
        rows = [
            {"stage": "raw", "module": "A1", "kg": 10, "fossilKg": 10},
            {"stage": "production", "module": "A1-A3", "kg": 30, "fossilKg": 30},
        ]
        document = minimal_product(totalKg=30, fossilKg=30, **self.ZERO, byStage=rows)
        document["boundary"] = {"type": "c2g"}
        assert "restate.modules-overlap" in lacks(document, "pact", context)


class TestReleasedCarbon:
    """Uptake is net of biogenic CO2 that leaves before the gate, told or exactly left over."""

    @staticmethod
    def document(**production: Any) -> dict[str, Any]:
        rows = [
            {
                "stage": "raw",
                "kg": 4,
                "fossilKg": 4,
                "biogenicNonCO2Kg": 0,
                "biogenicUptakeKg": -3,
                "lulucKg": 0,
            },
            {
                "stage": "production",
                "kg": 7.1,
                "fossilKg": 6,
                "biogenicNonCO2Kg": 0,
                "biogenicUptakeKg": 0,
                "lulucKg": 0,
            }
            | production,
        ]
        document = minimal_product(totalKg=11.1, fossilKg=10, lulucKg=0, byStage=rows)
        document["boundary"] = {"type": "c2g", "stages": ["raw", "production"]}
        return document

    @pytest.mark.parametrize("told", [{"biogenicCO2Kg": 1.1}, {"biogenicEmissionKg": 1.1}])
    def test_it_is_netted_where_it_is_told(self, context: Context, told: dict[str, Any]) -> None:
        pcf = footprint(outcome(self.document(**told), "pact", context))
        assert Decimal(pcf["biogenicCO2Uptake"]) == Decimal("-1.9")
        assert Decimal(pcf["pcfIncludingBiogenicUptake"]) == Decimal("8.1")

    def test_a_remainder_that_may_be_rounding_is_asked_for(self, context: Context) -> None:
        found = outcome(self.document(), "pact", context)
        assert "/results/declared/rows/production/carbon/biogenic_co2" in {e.path for e in found.lacks}
