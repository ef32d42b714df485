"""kg_per_declared_unit is the mass of one declared unit: never that of a product which is another amount."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.pipeline.convert import Outcome, convert, read
from gateway.report import Fate

EXAMPLES = Path(__file__).parents[3] / "examples"


def made(name: str, **unit: object) -> tuple[Outcome, dict[str, Any]]:
    declaration = json.loads((EXAMPLES / name).read_text(encoding="utf-8"))
    declaration["unit"] |= unit
    (outcome,) = convert(read(json.dumps(declaration, ensure_ascii=False).encode()), to=["openepd"])
    assert outcome.package is not None
    return outcome, json.loads(outcome.package.only.data)


def test_one_kilogram_of_a_product_of_one_kilogram() -> None:
    _, document = made("tea.json")
    assert document["kg_per_declared_unit"] == {"qty": 1, "unit": "kg"}


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("tea.json", {"amount": 10, "referenceFlowKg": 10}),
        ("tea.json", {"unit": "t", "referenceFlowKg": 1000}),
        ("tea.json", {"amount": 250, "unit": "g", "referenceFlowKg": 0.25}),
        ("lfp-pack.json", {}),  # one kWh delivered, of a pack of 480 kg
    ],
)
def test_of_another_amount_it_is_left_out_and_told(name: str, unit: dict[str, object]) -> None:
    outcome, document = made(name, **unit)
    assert "kg_per_declared_unit" not in document
    assert "kg_C_biogenic_per_declared_unit" not in document
    (note,) = (n for n in outcome.notes if n.path == "/product/mass")
    assert (note.code, note.fate) == ("openepd.not-of-the-unit", Fate.DROPPED)


def test_a_reference_flow_says_what_a_unit_weighs() -> None:
    _, document = made("tea.json", unit="m2", referenceFlowKg=1)
    assert document["kg_per_declared_unit"]["qty"] == 1
