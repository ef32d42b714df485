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
