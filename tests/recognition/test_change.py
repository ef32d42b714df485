"""What differs between two versions, and when a new calculation is due (Annex II point 5)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.quantity import Quantity
from gateway.recognition.change import compare
from tests.recognition.ideal import change, example


def q(amount: str, unit: str) -> Quantity:
    return Quantity(Decimal(amount), unit)


def test_nothing_changed() -> None:
    changes = compare(example(), example())
    assert (changes.leaves, changes.reasons, changes.due, changes.results_changed) == ({}, (), False, False)
    assert changes.remarks == ()
    assert "Annex II point 5 asks for no new calculation" in changes.text("en")


@pytest.mark.parametrize(
    "changes",
    [
        {"/document/version": "1.1"},
        {"/enterprise/address": "安徽省合肥市示例路2号"},
        {"/lines/L01/factor/value": q("8.1", "kg{CO2eq}/kg")},
        {"/lines/L01/amount": q("3000001", "kg")},
        # another amount of energy, the same mix of kinds
        {
            "/lines/L18/amount_per_unit": q("5040", "kW.h"),
            "/lines/L19/amount_per_unit": q("560", "kW.h"),
            "/lines/L20/amount_per_unit": q("5.6", "GJ"),
            "/lines/L21/amount_per_unit": q("5.6", "GJ"),
        },
    ],
)
def test_other_changes_force_no_new_calculation(changes: dict[str, object]) -> None:
    found = compare(example(), change(example(), changes))
    assert set(found.leaves) == set(changes)
    assert not found.due


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"/lines/L01/amount_per_unit": q("151", "kg")}, "change.material-amount"),
        ({"/lines/L09/component": "housing"}, "change.material-added"),
        ({"/lines/L08/category": "energy"}, "change.material-removed"),
        ({"/sites/S1/electricity/1/consumption": q("5700000", "kW.h")}, "change.energy-mix"),
        ({"/sites/S1/electricity/0/kind": "green_trade"}, "change.energy-mix"),
        ({"/lines/L18/amount_per_unit": q("2500", "kW.h")}, "change.energy-mix"),
        ({"/sites/S1/gb2260": "420100"}, "change.plant"),
        ({"/unit/lines_basis": "unit"}, "change.lines-basis"),
    ],
)
def test_bill_of_materials_energy_mix_or_plant(changes: dict[str, object], code: str) -> None:
    found = compare(example(), change(example(), changes))
    assert found.due
    assert code in [reason.code for reason in found.reasons]


def test_lines_in_another_order_are_the_same_bill() -> None:
    turned = example().model_copy(update={"lines": example().lines[::-1]})
    assert not compare(example(), turned).due


def test_the_amount_in_another_unit_is_the_same() -> None:
    found = compare(example(), change(example(), {"/lines/L01/amount_per_unit": q("0.15", "t")}))
    assert not found.due


def test_reasons_speak_both_languages() -> None:
    found = compare(example(), change(example(), {"/lines/L01/amount_per_unit": q("151", "kg")}))
    assert "Bill of materials: 磷酸铁锂 150 kg → 151 kg." in found.text("en")
    assert found.text("zh").splitlines()[1] == "- 物料清单：磷酸铁锂 150 kg → 151 kg。"
    document = found.to_json()
    assert document["newCalculationDue"] is True
    assert document["leaves"] == {"/lines/L01/amount_per_unit": ["150 kg", "151 kg"]}


class TestEnergyMix:
    """2,520 kWh from the grid, 280 kWh of one's own, 2.8 GJ of gas = 777.78 kWh: 3,577.78 kWh in all."""

    def test_a_fuel_counts_once_although_its_supply_is_a_line_of_its_own(self) -> None:
        # 3020 kWh from the grid make it 4077.78 kWh
        found = compare(example(), change(example(), {"/lines/L18/amount_per_unit": q("3020", "kW.h")}))
        told = {r.said.params["name"]: (r.said.params["old"], r.said.params["new"]) for r in found.reasons}
        assert told == {
            "外购电力": ("0.704348", "0.740599"),
            "自建光伏电力": ("0.0782609", "0.0686649"),
            "天然气燃烧": ("0.217391", "0.190736"),
        }

    @pytest.mark.parametrize("amount", ["2.8", "3.1"])
    def test_the_supply_alone_is_the_fuel(self, amount: str) -> None:
        lines = tuple(line for line in example().lines if line.id != "L20")
        alone = example().model_copy(update={"lines": lines})
        before = change(alone, {"/lines/L21/amount_per_unit": q(amount, "GJ")})
        after = change(before, {"/lines/L21/amount_per_unit": q("28", "GJ")})
        told = {reason.said.params["name"] for reason in compare(before, after).reasons}
        assert "天然气供应" in told

    def test_another_amount_of_supply_changes_no_mix(self) -> None:
        assert not compare(example(), change(example(), {"/lines/L21/amount_per_unit": q("3.1", "GJ")})).due


class TestRemarks:
    """What the clause does not speak of is named all the same, and nothing is concluded from it."""

    @pytest.mark.parametrize(
        ("changes", "codes"),
        [
            ({"/product/name/en": "X"}, []),
            ({"/product/model": "EX-LFP72-401"}, ["change.model"]),
            ({"/lines/L01/factor/value": q("9.9", "kg{CO2eq}/kg")}, ["change.inputs-alone"]),
            ({"/lines/L01/recycled_share": q("50", "%")}, ["change.inputs-alone"]),
            ({"/results/pack/carbon/total": q("7000", "kg{CO2eq}")}, ["change.results-alone"]),
            (
                {
                    "/lines/L01/factor/value": q("9.9", "kg{CO2eq}/kg"),
                    "/results/pack/carbon/total": q("6523.7712", "kg{CO2eq}"),
                },
                [],
            ),
        ],
    )
    def test_model_inputs_and_results(self, changes: dict[str, object], codes: list[str]) -> None:
        found = compare(example(), change(example(), changes))
        assert [remark.code for remark in found.remarks] == codes
        assert not found.due

    def test_a_line_with_another_id_is_no_other_input(self) -> None:
        first, *rest = example().lines
        renamed = example().model_copy(update={"lines": (first.model_copy(update={"id": "LX"}), *rest)})
        assert compare(example(), renamed).remarks == ()

    def test_what_is_not_there_was_not_compared(self) -> None:
        bare = example().model_copy(update={"lines": (), "sites": ()})
        assert [r.code for r in compare(bare, bare).remarks] == ["change.no-materials", "change.no-energy"]
