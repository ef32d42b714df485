"""Total energy by profile and quotients over it, against hand calculations and the published oracle."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UsageError
from gateway.quantity import (
    DimensionMismatch,
    Quantity,
    convert,
    plain,
    read_quantity,
    round_significant,
    same_quantity,
)
from gateway.recognition.functional_unit import (
    NeedsEvidence,
    NotPositive,
    Parameter,
    TotalEnergy,
    per_denominator,
    per_pack,
    profile,
    profiles,
    shares,
    total_energy,
)

EU = profile("eu-battery-ev-draft-2024")
CN = profile("cn-miit-551")
PACK = read_quantity("5740.109388", "kg CO2e")


def given_values(**values: Quantity | str) -> dict[str, Parameter]:
    return {name: Parameter(name, value, f"/battery/{name}") for name, value in values.items()}


def eu(category: str = "M1", years: str = "8", usable: str = "57.0") -> dict[str, Parameter]:
    return given_values(
        usable_energy=read_quantity(usable, "kWh"),
        vehicle_category=category,
        warranty_years=read_quantity(years, "a"),
    )


class TestEuropeanDraft:
    """Usable energy × full equivalent cycles per year × years of warranty."""

    @pytest.mark.parametrize(
        ("category", "kwh"),
        [
            ("M1", "27360"),
            ("N1", "27360"),
            ("L", "9120"),
            ("M2", "114000"),
            ("M3", "114000"),
            ("N3", "114000"),
        ],
    )
    def test_cycles_come_from_the_vehicle_category(self, category: str, kwh: str) -> None:
        """57.0 × 60, 20 or 250 × 8."""
        found = total_energy(EU, eu(category))
        assert isinstance(found, TotalEnergy)
        assert found.energy == read_quantity(kwh, "kWh")

    def test_every_parameter_carries_its_source_and_the_status_is_draft(self) -> None:
        found = total_energy(EU, eu())
        assert isinstance(found, TotalEnergy)
        assert found.status == "draft"
        assert {p.name: p.source for p in found.parameters} == {
            "usable_energy": "/battery/usable_energy",
            "full_equivalent_cycles_per_year": EU.source,
            "warranty_years": "/battery/warranty_years",
        }

    @pytest.mark.parametrize("missing", ["usable_energy", "vehicle_category", "warranty_years"])
    def test_what_is_unknown_is_named(self, missing: str) -> None:
        parameters = eu()
        del parameters[missing]
        assert total_energy(EU, parameters) == NeedsEvidence(missing, EU.id)

    def test_other_vehicles_need_the_makers_choice(self) -> None:
        needed = total_energy(EU, eu("T"))
        assert isinstance(needed, NeedsEvidence)
        assert needed.parameter == "full_equivalent_cycles_per_year"
        chosen = given_values(full_equivalent_cycles_per_year=read_quantity("250", "1/a"))
        found = total_energy(EU, eu("T") | chosen)
        assert isinstance(found, TotalEnergy)
        assert found.energy == read_quantity("114000", "kWh")

    def test_a_choice_outside_the_table_is_no_evidence(self) -> None:
        chosen = given_values(full_equivalent_cycles_per_year=read_quantity("100", "1/a"))
        needed = total_energy(EU, eu("T") | chosen)
        assert isinstance(needed, NeedsEvidence)
        assert needed.code == "functional-unit.cycles-not-in-table"

    def test_a_known_category_is_not_overruled(self) -> None:
        chosen = given_values(full_equivalent_cycles_per_year=read_quantity("250", "1/a"))
        assert total_energy(EU, eu("M1") | chosen) == total_energy(EU, eu("M1"))

    def test_a_mileage_without_yearly_distance_needs_evidence_and_gives_a_bound(self) -> None:
        mileage = given_values(warranty_distance=read_quantity("160000", "km"))
        needed = total_energy(EU, eu() | mileage)
        assert isinstance(needed, NeedsEvidence)
        assert needed.parameter == "yearly_distance"
        assert needed.at_most == read_quantity("27360", "kWh")

    def test_a_mileage_alone_has_no_bound(self) -> None:
        parameters = eu() | given_values(warranty_distance=read_quantity("160000", "km"))
        del parameters["warranty_years"]
        needed = total_energy(EU, parameters)
        assert needed == NeedsEvidence("yearly_distance", EU.id, saw="160000 km")

    @pytest.mark.parametrize(("yearly", "kwh"), [("40000", "13680"), ("16000", "27360"), ("20000", "27360")])
    def test_the_shorter_warranty_counts(self, yearly: str, kwh: str) -> None:
        """160,000 km at 40,000 km a year are 4 years: 57 × 60 × 4."""
        mileage = given_values(
            warranty_distance=read_quantity("160000", "km"), yearly_distance=read_quantity(yearly, "km/a")
        )
        found = total_energy(EU, eu() | mileage)
        assert isinstance(found, TotalEnergy)
        assert same_quantity(found.energy, read_quantity(kwh, "kWh"))
        assert {"warranty_distance", "yearly_distance"} <= {p.name for p in found.parameters}

    @given(st.integers(1, 10**6), st.integers(1, 30))
    def test_any_energy_unit_gives_the_same_total(self, kwh: int, years: int) -> None:
        usable = Quantity(Decimal(kwh), "kWh")
        one = total_energy(EU, eu(years=str(years), usable=str(kwh)))
        other = total_energy(EU, eu(years=str(years)) | given_values(usable_energy=convert(usable, "MJ")))
        assert isinstance(one, TotalEnergy)
        assert isinstance(other, TotalEnergy)
        assert one.energy == other.energy

    def test_zero_years_are_refused(self) -> None:
        with pytest.raises(NotPositive):
            total_energy(EU, eu(years="0"))

    def test_a_year_is_no_hour(self) -> None:
        with pytest.raises(DimensionMismatch):
            total_energy(EU, eu() | given_values(warranty_years=read_quantity("70080", "h")))

    def test_a_parameter_without_source_does_not_exist(self) -> None:
        with pytest.raises(UsageError):
            Parameter("warranty_years", read_quantity("8", "a"), "")


class TestChineseFiling:
    """The declared total energy, if it rests on the cycle-life test."""

    def test_the_declared_energy_is_taken_with_its_basis(self) -> None:
        """153,900 = 57.0 × 3000 × 0.9 in the example; the formula is the declarer's, not the notice's."""
        assert Decimal("57.0") * 3000 * Decimal("0.9") == 153900
        found = total_energy(
            CN,
            given_values(
                lifetime_energy=read_quantity("153900.0", "kWh"), lifetime_energy_basis="test_gbt31484"
            ),
        )
        assert isinstance(found, TotalEnergy)
        assert (found.energy, found.status) == (read_quantity("153900", "kWh"), "in-force")

    @pytest.mark.parametrize("missing", ["lifetime_energy", "lifetime_energy_basis"])
    def test_nothing_is_assumed(self, missing: str) -> None:
        values = given_values(
            lifetime_energy=read_quantity("153900", "kWh"), lifetime_energy_basis="test_gbt31484"
        )
        del values[missing]
        assert total_energy(CN, values) == NeedsEvidence(missing, CN.id)

    def test_another_basis_needs_evidence(self) -> None:
        values = given_values(lifetime_energy=read_quantity("27360", "kWh"), lifetime_energy_basis="warranty")
        needed = total_energy(CN, values)
        assert isinstance(needed, NeedsEvidence)
        assert (needed.code, needed.saw) == ("functional-unit.basis-not-accepted", "warranty")


class TestProfiles:
    """Law is data, with a date and a status."""

    def test_names_and_status(self) -> None:
        assert {p.id: p.status for p in profiles().values()} == {
            "cn-miit-551": "in-force",
            "eu-battery-ev-draft-2024": "draft",
            "pefcr-2018": "guidance",
        }
        assert all(p.source for p in profiles().values())
        assert profile("pefcr-2018").valid_until == "2021-12-31"

    def test_an_unknown_profile_is_named(self) -> None:
        with pytest.raises(UsageError):
            profile("eu-battery-2027")


class TestQuotients:
    """Exact, from the pack total."""

    @pytest.mark.parametrize(
        ("energy", "shown"),
        [
            ("60", "95.6684898000000"),
            ("57.0", "100.703673473684"),
            ("153900", "0.0372976568421053"),
            ("27360", "0.209799319736842"),
        ],
    )
    def test_lithium_iron_phosphate_pack(self, energy: str, shown: str) -> None:
        found = per_denominator(PACK, read_quantity(energy, "kWh"))
        assert Fraction(found.amount) == Fraction("5740.109388") / Fraction(energy)
        assert plain(round_significant(found.amount, 15)).rstrip("0") == shown.rstrip("0")
        assert same_quantity(per_pack(found, read_quantity(energy, "kWh")), PACK)

    def test_the_label_value_does_not_lead_back_to_the_pack(self) -> None:
        rebuilt = per_pack(read_quantity("0.0373", "kg CO2e/kWh"), read_quantity("153900", "kWh"))
        assert rebuilt == read_quantity("5740.47", "kg CO2e")
        assert rebuilt != PACK

    def test_per_kg_and_mass(self) -> None:
        assert per_pack(read_quantity("10", "kg CO2e/kg"), read_quantity("0.43", "t")) == read_quantity(
            "4300", "kg CO2e"
        )

    def test_only_carbon_over_energy(self) -> None:
        with pytest.raises(DimensionMismatch):
            per_denominator(read_quantity("1", "kg"), read_quantity("1", "kWh"))
        with pytest.raises(DimensionMismatch):
            per_denominator(PACK, read_quantity("1", "kg"))
        with pytest.raises(NotPositive):
            per_denominator(PACK, read_quantity("0", "kWh"))


@pytest.mark.oracle
class TestOracle:
    """Every number of the published cases to 15 significant digits."""

    def cases(self, oracle_data: Path) -> list[dict[str, Any]]:
        text = (oracle_data / "passport/facts/functional-unit-oracle.json").read_text(encoding="utf-8")
        found: list[dict[str, Any]] = json.loads(text, parse_float=Decimal, parse_int=Decimal)["cases"]
        return found

    @pytest.mark.parametrize("number", [0, 1])
    def test_case(self, oracle_data: Path, number: int) -> None:
        case = self.cases(oracle_data)[number]
        expected = case["expected"]
        energy = total_energy(
            EU, eu(case["vehicle_category"], str(case["years"]), str(case["usable_energy_kwh"]))
        )
        assert isinstance(energy, TotalEnergy)
        assert energy.energy.amount == expected["e_total_kwh"]
        stages = {stage: Quantity(kg, "kg CO2e") for stage, kg in case["absolute_kgco2e"].items()}
        checked = 0
        for stage, value in expected["per_kwh_delivered"].items():
            assert same_15(per_denominator(stages[stage], energy.energy), value)
            checked += 1
        parts = {stage: value for stage, value in stages.items() if stage != "total"}
        for stage, percent in shares(parts).items():
            assert round_significant(percent, 15) == round_significant(expected["share_percent"][stage], 15)
            checked += 1
        for key, extent in (("per_kwh_usable", "usable_energy_kwh"), ("per_kwh_rated", "rated_energy_kwh")):
            if key in expected:
                found = per_denominator(stages["total"], Quantity(case[extent], "kWh"))
                assert same_15(found, expected[key])
                checked += 1
        assert checked >= 10


def same_15(found: Quantity, expected: Decimal) -> bool:
    return round_significant(found.amount, 15) == round_significant(expected, 15)
