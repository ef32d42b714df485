"""Masses of gases to CO2e: the set and the carbon class decide."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from gateway import resources
from gateway.quantity import DimensionMismatch, Quantity, read_quantity
from gateway.recognition.characterise import BareTotal, NoFactor, co2e, gwp100, in_gwp_set

MASSES = {
    "CO2": read_quantity("100", "kg"),
    "CH4-fossil": read_quantity("1", "kg"),
    "N2O": read_quantity("0.1", "kg"),
}


class TestSets:
    """100 kg CO2 + 1 kg fossil CH4 + 0.1 kg N2O."""

    @pytest.mark.parametrize(
        ("gwp_set", "kg"),
        [("AR4", "154.8"), ("AR5", "156.5"), ("AR5-CH4-28", "154.5"), ("AR6", "157.1")],
    )
    def test_by_hand(self, gwp_set: str, kg: str) -> None:
        """100 + 25 + 29.8; 100 + 30 or 28 + 26.5; 100 + 29.8 + 27.3."""
        assert co2e(MASSES, gwp_set) == read_quantity(kg, "kg CO2e")

    def test_any_mass_unit(self) -> None:
        assert co2e({"SF6": read_quantity("1", "g")}, "AR6") == read_quantity("25.2", "kg CO2e")

    def test_a_set_of_few_rows_takes_the_others_from_its_base(self) -> None:
        assert gwp100("SF6", "AR5-CH4-28") == gwp100("SF6", "AR5") == 23500

    def test_of_nothing_is_zero(self) -> None:
        assert co2e({}, "AR6") == read_quantity("0", "kg CO2e")


class TestCarbonClass:
    """The class is part of the gas; where it decides and is not told, nothing is computed."""

    def test_methane_by_class(self) -> None:
        assert [gwp100(f"CH4-{kind}", "AR6") for kind in ("fossil", "biogenic")] == [Decimal("29.8"), 27]
        assert gwp100("CH4", "AR4") == 25

    @pytest.mark.parametrize(("gas", "gwp_set"), [("CH4", "AR5"), ("CH4", "AR6"), ("CO2-biogenic", "AR6")])
    def test_undecided_is_refused(self, gas: str, gwp_set: str) -> None:
        with pytest.raises(NoFactor):
            gwp100(gas, gwp_set)

    def test_the_refusal_names_the_classes(self) -> None:
        with pytest.raises(NoFactor) as caught:
            gwp100("CH4", "AR6")
        assert caught.value.params["known"] == "CH4-biogenic, CH4-fossil"

    def test_biogenic_carbon_dioxide_is_the_methods_business(self) -> None:
        assert gwp100("CO2-biogenic", "EF3.1") == 0

    @pytest.mark.parametrize(("gas", "gwp_set"), [("XYZ", "AR6"), ("CO2", "AR7"), ("N2O", "unknown")])
    def test_unknown_gas_or_set(self, gas: str, gwp_set: str) -> None:
        with pytest.raises(NoFactor):
            gwp100(gas, gwp_set)


class TestTotals:
    """Only masses move between sets."""

    def test_a_bare_total_stays_in_its_set(self) -> None:
        footprint = read_quantity("154.8", "kg CO2e")
        assert in_gwp_set(footprint, declared="AR4", wanted="AR4") == footprint
        with pytest.raises(BareTotal):
            in_gwp_set(footprint, declared="AR4", wanted="AR6")

    def test_co2e_is_no_mass(self) -> None:
        with pytest.raises(DimensionMismatch):
            co2e({"CO2": Quantity(Decimal(1), "kg CO2e")}, "AR6")


class TestTable:
    """The table says where it comes from, and every gas has a name in both languages."""

    @pytest.mark.parametrize("name", ["gases", "gwp100"])
    def test_metadata_belong_to_the_file(self, name: str) -> None:
        meta = json.loads(resources.mapping(f"gases/{name}.meta.json").read_text(encoding="utf-8"))
        data = resources.mapping(f"gases/{name}.csv").read_bytes()
        assert meta["sha256"] == hashlib.sha256(data).hexdigest()
        rows = list(csv.reader(data.decode("utf-8").splitlines()))[1:]
        assert rows == sorted(rows)
        assert len({tuple(row[:2]) for row in rows}) == len(rows) == meta["rows"]

    def test_every_gas_is_named(self) -> None:
        names = {row["gas"]: row for row in resources.table("gases/gases.csv")}
        assert {row["gas"] for row in resources.table("gases/gwp100.csv")} <= set(names)
        assert all(row["name_en"] and row["name_zh"] and row["formula"] for row in names.values())


@pytest.mark.oracle
class TestAgainstPublishedValues:
    """The values are those of the reports, as another project transcribed them."""

    def test_ipcc_values(self, oracle_data: Path) -> None:
        file = oracle_data / "nomenclature/gwp/ipcc_gwp_ar4_ar5_ar6.csv"
        theirs: dict[tuple[str, str], set[Decimal]] = {}
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if row["Parameter"] == "GWP100" and row["Value"] not in ("", "(no data)"):
                    for printed in {row["CAS"], row["Acronym"], row["Name"], row["Formula"]}:
                        name = re.sub(r"\s+", " ", printed.replace("’", "'").replace("–", "-"))
                        theirs.setdefault((row["AR"], name), set()).add(Decimal(row["Value"]))
        gases = {row["gas"]: row for row in resources.table("gases/gases.csv")}
        listed: dict[str, list[str]] = {}
        for row in resources.table("gases/names.csv"):
            listed.setdefault(row["gas"], []).append(row["name"])
        checked = 0
        for row in resources.table("gases/gwp100.csv"):
            gas = gases[row["gas"]]
            if gas["carbon_class"] or row["gwp_set"] not in ("AR4", "AR5", "AR6"):
                continue  # carbon classes are checked by hand above; that table joins them
            names = (gas["cas"], *listed[gas["gas"]], gas["formula"])
            found = [theirs[row["gwp_set"], name] for name in names if (row["gwp_set"], name) in theirs]
            assert found, row
            assert Decimal(row["gwp100"]) in found[0], row
            checked += 1
        assert checked == 506

    def test_environmental_footprint_values(self, oracle_data: Path) -> None:
        file = oracle_data / "nomenclature/gwp/ef31_climate_change_cf.csv"
        with file.open(encoding="utf-8", newline="") as lines:
            theirs = {row["ef31_name"]: row["cc_total"] for row in csv.DictReader(lines)}
        for gas, name in (
            ("CH4-fossil", "methane (fossil)"),
            ("CH4-biogenic", "methane (biogenic)"),
            ("N2O", "nitrous oxide"),
            ("SF6", "sulphur hexafluoride"),
            ("HFC-134a", "HFC-134a"),
        ):
            assert gwp100(gas, "EF3.1") == Decimal(theirs[name])
