"""Guards: a wrong denominator, wrongly read lines and a wrong label are caught."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UsageError
from gateway.messages import explain
from gateway.quantity import DimensionMismatch, add_all, read_quantity
from gateway.recognition.functional_unit import per_denominator
from gateway.recognition.plausibility import (
    LevelMismatch,
    capacity_finding,
    label_agrees,
    lines_basis,
    looks_like,
    require_level,
)
from gateway.report import Severity

PACK = read_quantity("5740.109388", "kg CO2e")
EXTENTS = {
    "kwh-delivered": read_quantity("153900", "kWh"),
    "kwh-rated": read_quantity("60", "kWh"),
    "kwh-usable": read_quantity("57.0", "kWh"),
}


class TestDenominatorGuard:
    """A footprint per kWh delivered lies between 0.005 and 1 kg CO2e."""

    @pytest.mark.parametrize(
        ("value", "basis"),
        [
            ("0.037297657", "kwh-delivered"),
            ("0.2098", "kwh-delivered"),
            ("0.005", "kwh-delivered"),
            ("1", "kwh-delivered"),
            ("10.05", "kg"),
            ("49", "kwh-capacity"),
            ("95.668", "kwh-capacity"),
            ("0.0049", "unclear"),
            ("3", "unclear"),
            ("5740", "unclear"),
            ("-0.03", "unclear"),
        ],
    )
    def test_what_a_value_looks_like(self, value: str, basis: str) -> None:
        guard = looks_like(read_quantity(value, "kg CO2e/kWh"))
        assert guard.basis == basis
        assert guard.plausible == (basis == "kwh-delivered")
        assert (guard.finding("/results") is None) == guard.plausible

    def test_any_unit_per_energy_will_do(self) -> None:
        assert looks_like(read_quantity("37.3", "g CO2e/kWh")).plausible
        assert looks_like(read_quantity("49", "t CO2e/MWh")).basis == "kwh-capacity"
        with pytest.raises(DimensionMismatch):
            looks_like(read_quantity("49", "kg CO2e/kg"))

    def test_the_finding_speaks_both_languages(self) -> None:
        finding = looks_like(read_quantity("49", "kg CO2e/kWh")).finding("/results/totalKg")
        assert finding is not None
        assert "per kWh of capacity" in explain(finding, "en").what
        assert "每千瓦时容量" in explain(finding, "zh").what
        assert "0.005" in explain(finding, "en").expected

    def test_capacity_values_far_out_are_a_warning(self) -> None:
        assert capacity_finding(read_quantity("95.7", "kg CO2e/kWh"), "/x") is None
        odd = capacity_finding(read_quantity("300", "kg CO2e/kWh"), "/x")
        assert odd is not None
        assert odd.severity is Severity.WARNING


class TestBasisOfLines:
    """Lines and pack total tell per what the lines are."""

    def test_lines_per_pack_pass(self) -> None:
        found = lines_basis(PACK, PACK, declared="pack", extents=EXTENTS)
        assert found.holds
        assert found.fits == ("pack",)
        assert found.finding("/lines") is None

    def test_the_same_lines_per_kwh_are_caught(self) -> None:
        found = lines_basis(PACK, PACK, declared="kwh-delivered", extents=EXTENTS)
        assert not found.holds
        assert found.fits == ("pack",)
        assert found.factor == Decimal(153900)
        finding = found.finding("/lines")
        assert finding is not None
        assert "153900" in explain(finding, "en").what

    def test_lines_per_kwh_that_add_up_pass(self) -> None:
        per_kwh = read_quantity("0.0372976568421053", "kg CO2e")
        assert lines_basis(per_kwh, PACK, declared="kwh-delivered", extents=EXTENTS).holds

    def test_lines_per_capacity_called_per_pack_are_caught(self) -> None:
        found = lines_basis(read_quantity("95.66848980", "kg CO2e"), PACK, declared="pack", extents=EXTENTS)
        assert found.fits == ("kwh-rated",)

    def test_a_sum_that_fits_no_reading_says_so(self) -> None:
        found = lines_basis(read_quantity("1234", "kg CO2e"), PACK, declared="pack", extents=EXTENTS)
        finding = found.finding("/lines")
        assert finding is not None
        assert finding.code == "functional-unit.lines-do-not-add-up"

    def test_an_unknown_reading_is_a_wrong_call(self) -> None:
        with pytest.raises(UsageError):
            lines_basis(PACK, PACK, declared="kwh", extents=EXTENTS)


class TestLabel:
    """A label is compared at its own last digit."""

    @pytest.mark.parametrize(
        ("label", "value", "agrees"),
        [
            ("0.0373", "0.037297657", True),
            ("0.0374", "0.037297657", False),
            ("0.0372", "0.037297657", False),
            ("0.037", "0.037297657", True),
            ("0.0370", "0.037297657", False),
            ("0.04", "0.037297657", True),
            ("5740", "5740.109388", True),
            ("5700", "5740.109388", False),
            ("5.7E+3", "5740.109388", True),
            ("0.13", "0.125", True),
            ("0.12", "0.125", True),
            ("0.14", "0.125", False),
        ],
    )
    def test_examples(self, label: str, value: str, agrees: bool) -> None:
        assert label_agrees(Decimal(label), Decimal(value)) is agrees

    @given(st.fractions(min_value=-1000, max_value=1000, max_denominator=10**9), st.integers(0, 8))
    def test_both_ways_of_rounding_agree(self, value: Fraction, places: int) -> None:
        step = Decimal(1).scaleb(-places)
        fine = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("1e-15"))
        for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN):
            label = fine.quantize(step, rounding=rounding)
            assert label_agrees(label, fine)
            assert not label_agrees(label + 2 * step, fine)


class TestLevel:
    """From cell or module to pack no factor leads."""

    @pytest.mark.parametrize("level", ["cell", "module"])
    def test_other_levels_are_refused(self, level: str) -> None:
        with pytest.raises(LevelMismatch):
            require_level(level)

    def test_a_pack_passes_and_silence_needs_evidence(self) -> None:
        assert require_level("pack") is None
        needed = require_level(None)
        assert needed is not None
        assert needed.parameter == "level"


@pytest.mark.oracle
class TestSample:
    """The worked example: lines, stages and pack total are the same kg."""

    def test_lines_add_up_to_the_pack(self, oracle_data: Path) -> None:
        file = oracle_data / "china/sample_inputs/03_lfp_pack_worked_example.json"
        sample = json.loads(file.read_text(encoding="utf-8"), parse_float=str, parse_int=str)
        lines = add_all((read_quantity(line["resultKg"], "kg CO2e") for line in sample["lines"]), "kg CO2e")
        assert lines == PACK
        lifetime = read_quantity(sample["battery"]["lifetimeEnergyKWh"], "kWh")
        declared = Decimal(sample["results"]["totalKg"])
        assert label_agrees(declared, per_denominator(lines, lifetime).amount)
        assert not lines_basis(
            lines, PACK, declared="kwh-delivered", extents={"kwh-delivered": lifetime}
        ).holds

    def test_the_rejected_case_of_the_oracle(self, oracle_data: Path) -> None:
        text = (oracle_data / "passport/facts/functional-unit-oracle.json").read_text(encoding="utf-8")
        case = json.loads(text, parse_float=str)["cases"][2]
        guard = looks_like(read_quantity(case["input_value"], case["input_unit"]))
        assert guard.basis == "kwh-capacity"
