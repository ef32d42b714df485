"""Real spellings are read, and our factors agree with the tables others publish."""

from __future__ import annotations

import csv
import json
import re
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from gateway import resources
from gateway.quantity import UnknownUnit, parse_unit


def _unit_texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["unit"]] if isinstance(value.get("unit"), str) else []
        return own + [text for inner in value.values() for text in _unit_texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _unit_texts(inner)]
    return []


# A remark about rounding in the unit column: the reader must take it out, and say so.
_NOT_UNITS = {"年（四舍五入）"}


@pytest.mark.oracle
class TestRealSpellings:
    """Every unit text in the samples is read."""

    def test_in_declarations(self, oracle_data: Path) -> None:
        files = chain(
            (oracle_data / "china/sample_inputs").glob("*.json"), (oracle_data / "real_inputs").glob("*.json")
        )
        texts = {t for file in files for t in _unit_texts(json.loads(file.read_text(encoding="utf-8")))}
        assert len(texts) >= 12
        assert [text for text in sorted(texts) if not _reads(text)] == []

    def test_in_the_product_carbon_footprint_database(self, oracle_data: Path) -> None:
        rows = _rows(oracle_data / "china/cpcd_core_parsed.csv")
        factors = {re.sub(r"^[-+\d.,eE ]+", "", row["raw_value_text"]) for row in rows}
        units = {row[column] for row in rows for column in ("raw_unit_zh", "norm_unit")} - {""}
        units -= {"piece (machine)"}
        unread = {text for text in factors | units if not _reads(text)}
        assert {text.rpartition("/")[2].strip() for text in unread} == _NOT_UNITS
        assert len(factors) > 50

    def test_in_factor_tables(self, oracle_data: Path) -> None:
        electricity = {row["unit"] for row in _rows(oracle_data / "china/cn_electricity_factors.csv")}
        fuels = _rows(oracle_data / "china/cn_fuel_defaults.csv")
        fuel = {row[column] for row in fuels for column in ("unit", "ncv_unit", "co2_unit")}
        assert [text for text in sorted(electricity | fuel) if not _reads(text)] == []


@pytest.mark.oracle
class TestAgainstOtherTables:
    """Our factors agree with those that others publish."""

    def test_rec20_codes_are_current_and_mean_the_same(self, oracle_data: Path) -> None:
        rec20 = {
            row["CommonCode"]: row for row in _rows(oracle_data / "nomenclature/units/unece_rec20_rev17.csv")
        }
        ours = [row for row in resources.table("units/names.csv") if row["kind"] == "unece-rec20"]
        assert len(ours) > 60
        assert [row["name"] for row in ours if rec20[row["name"]]["Status"] in ("D", "X")] == []
        checked = 0
        for row in ours:
            theirs = _rec20_factor(rec20[row["name"]]["ConversionFactor"])
            if theirs is None:
                continue
            factor, base = theirs
            unit = parse_unit(row["unit"])
            if row["name"] in ("ANN", "MON"):
                assert row["note"]  # a Julian year there, the calendar here
                continue
            assert unit.dimension == parse_unit(base).dimension, row
            assert float(unit.factor / parse_unit(base).factor / factor) == pytest.approx(1, abs=5e-7), row
            checked += 1
        assert checked > 40

    def test_openlca_factors(self, oracle_data: Path) -> None:
        folder = oracle_data / "nomenclature/units"
        reference = {row["Name"]: row["Reference unit"] for row in _rows(folder / "openlca_unit_groups.csv")}
        rows = [row for row in _rows(folder / "openlca_units.csv") if "currency" not in row["Unit group"]]
        checked, other_kind, other_factor = 0, set(), set()
        for row in rows:
            if not (_reads(row["Name"]) and _reads(reference[row["Unit group"]])):
                continue
            ours, base = parse_unit(row["Name"]), parse_unit(reference[row["Unit group"]])
            if ours.dimension != base.dimension:
                other_kind.add(row["Name"])
                continue
            ratio = float(ours.factor / base.factor) / float(row["Conversion factor"])
            if ratio != pytest.approx(1, abs=5e-5):
                other_factor.add(row["Name"])
            checked += 1
        assert checked > 70
        # A year is 8760 h there; here it is the calendar's and converts to no hours or days.
        assert other_kind == {"a", "g*a", "kg*a", "t*a", "m2*d", "l*d", "m3*d"}
        # Slips there: 0.090304 for 0.3048² = 0.09290304; 8.40531E-4 for 0.45359237 × 1.852E-3.
        assert other_factor == {"ft2*a", "lb*nmi"}

    def test_chinese_names(self, oracle_data: Path) -> None:
        for row in _rows(oracle_data / "china/cn_units.csv"):
            ours = parse_unit(row["unit_zh"])
            base = parse_unit({"1": "1", "kg coal equivalent": "MJ"}.get(row["base"], row["base"]))
            if row["unit_zh"] in ("标准立方米", "标立方", "年", "套", "瓶", "包", "卷"):
                assert ours.dimension != base.dimension  # ours keep gas state, calendar and things apart
                continue
            assert ours.dimension == base.dimension, row
            assert float(ours.factor / base.factor) == pytest.approx(
                float(row["factor_to_base"]), rel=1e-7
            ), row


def _reads(text: str) -> bool:
    try:
        parse_unit(text)
    except UnknownUnit:
        return False
    return True


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _rec20_factor(text: str) -> tuple[Fraction, str] | None:
    """``3,6 x 10⁶ J`` as number and SI unit, where the cell is of that form."""
    match = re.fullmatch(
        r"(?:([\d, ]+?)(?: ?x ?|$| ))?(?:10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+))? ?(kg|J|m|m²|m³|W|V|A|s|Pa|kg x m)?",
        text.replace("\u00a0", " "),
    )
    if not match or not match.group(3) or not text.strip():
        return None
    number = Fraction((match.group(1) or "1").replace(" ", "").replace(",", "."))
    power = int((match.group(2) or "0").translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")))
    return number * Fraction(10) ** power, match.group(3).replace(" x ", "*")
