"""Energy carriers: names and flows are facts, heating values are choices."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from gateway import resources
from gateway.nomenclature.energy import Carrier, carrier, fuel_factors, heating_values, resource
from gateway.nomenclature.gases import EF31
from gateway.quantity import parse_unit
from gateway.quantity.unit import conversion_factor

TABLES = ("energy/carriers", "energy/names", "energy/heating_values", "factors/cn-fuels")


def the(name: str) -> Carrier:
    found = carrier(name)
    assert found is not None
    return found


class TestNames:
    """One carrier under all of its names."""

    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("柴油", "diesel"),
            ("Gas, natural", "natural-gas"),
            ("液化石油氣", "lpg"),
            ("Coal, brown", "lignite"),
            ("褐煤", "lignite"),
            ("外购电力", "electricity"),
        ],
    )
    def test_is_found(self, name: str, key: str) -> None:
        assert the(name).key == key

    @pytest.mark.parametrize("name", ["coal", "煤", "gas", "燃气", "oil", "", "能源"])
    def test_half_a_name_is_none(self, name: str) -> None:
        assert carrier(name) is None


class TestFlows:
    """EF 3.1 counts energy resources in MJ."""

    def test_a_resource(self) -> None:
        found = resource(the("天然气"), EF31)
        assert found is not None
        assert (found.name, found.unit) == ("natural gas", "MJ")

    @pytest.mark.parametrize("name", ["原煤", "electricity", "coke"])
    def test_none_where_the_list_does_not_say_it(self, name: str) -> None:
        assert resource(the(name), EF31) is None


class TestValues:
    """A heating value has a set; a fuel factor has a kind."""

    def test_sets_differ_and_none_is_preferred(self) -> None:
        sets = {v.set: v.value for v in heating_values(the("diesel"))}
        assert sets == {"GB/T 32150 defaults": Decimal("42.652"), "GB/T 2589": Decimal("42.705")}

    def test_every_unit_is_energy_per_amount(self) -> None:
        for row in resources.table("energy/carriers.csv"):
            for value in heating_values(the(row["name_en"])):
                top = dict(parse_unit(value.unit).dimension)
                assert top.get("s") == -2, value

    def test_factors_are_co2_of_burning_alone(self) -> None:
        rows = resources.table("factors/cn-fuels.csv")
        assert {row["kind"] for row in rows} == {"direct_co2"}
        assert all(
            "{CO2}" in f.unit for row in rows for f in fuel_factors(the(row["carrier"].replace("-", " ")))
        )

    @pytest.mark.parametrize("row", resources.table("factors/cn-fuels.csv"), ids=lambda row: row["carrier"])
    def test_each_factor_is_the_product_of_its_parts(self, row: dict[str, str]) -> None:
        """t CO2 = GJ × t C/TJ ÷ 1000 × oxidation × 44/12, rounded to the last digit that is printed."""
        carbon = Fraction(row["ncv"]) * Fraction(row["carbon_content_t_per_tj"]) / 1000
        ours = carbon * Fraction(row["oxidation_percent"]) / 100 * Fraction(44, 12)
        assert abs(ours - Fraction(row["value"])) <= Fraction(1, 20000)
        assert conversion_factor(parse_unit("GJ"), parse_unit("MJ")) == 1000


@pytest.mark.parametrize("table", TABLES)
def test_metadata_belong_to_the_file(table: str) -> None:
    meta = json.loads(resources.mapping(f"{table}.meta.json").read_text(encoding="utf-8"))
    data = resources.mapping(f"{table}.csv").read_bytes()
    rows = list(csv.reader(data.decode("utf-8").splitlines()))[1:]
    assert meta["sha256"] == hashlib.sha256(data).hexdigest()
    assert meta["rows"] == len(rows)
    assert rows == sorted(rows)


@pytest.mark.oracle
def test_ecoinvent_resources_reach_the_same_flows(oracle_data: Path) -> None:
    ours = {row["ef31_uuid"] for row in resources.table("energy/carriers.csv") if row["ef31_uuid"]}
    checked = 0
    with gzip.open(oracle_data / "nomenclature/eval/ei3.9.1-ef31.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found = carrier(row["src_name"])
            if row["src_context"].startswith("natural resource") and found and row["tgt_uuid"] in ours:
                there = resource(found, EF31)
                if found.key != "coalbed-methane":  # EF has natural gas for it; gas of a mine is not the same
                    assert there is not None
                    assert there.id == row["tgt_uuid"]
                    checked += 1
    assert checked >= 10
