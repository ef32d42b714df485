"""Refrigerant blends: all of the mass goes somewhere, and the parts weigh what the whole does."""

from __future__ import annotations

import csv
import hashlib
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import resources
from gateway.nomenclature.blends import blend, disaggregate
from gateway.nomenclature.gases import factor
from gateway.nomenclature.row import End, Predicate

NAMES = sorted({row["blend"] for row in resources.table("gases/blends.csv")})
# Published with AR4 potentials (Regulation (EU) 517/2014, annex IV method; industry tables), rounded to 1.
PUBLISHED = {"R-404A": 3922, "R-407C": 1774, "R-410A": 2088, "R-507A": 3985, "R-508B": 13396, "R-502": 4657}


class TestNames:
    """A designation names its blend in the spellings of both languages; anything less names none."""

    @pytest.mark.parametrize(
        "name",
        [
            "R410A",
            "R-410A",
            "r 410a",
            "R 410A制冷剂",
            "制冷剂R-410A",
            "氟利昂410A",
            "HFC-410A",
            "Ｒ－４１０Ａ",
        ],
    )
    def test_spellings(self, name: str) -> None:
        found = blend(name)
        assert found is not None
        assert found.designation == "R-410A"

    @pytest.mark.parametrize("name", ["R-410", "R-134a", "410A", "R-499Z", "", "R-404A/R-410A", "410级钢"])
    def test_no_blend(self, name: str) -> None:
        assert blend(name) is None
        assert disaggregate(End(name=name)) == ()

    def test_a_number_with_one_blend_needs_no_letter(self) -> None:
        assert blend("R507") == blend("R-507A")


class TestShares:
    """The parts are the whole."""

    @pytest.mark.parametrize("name", NAMES)
    def test_shares_add_up_to_one(self, name: str) -> None:
        rows = disaggregate(End(name=name))
        assert sum((row.share for row in rows if isinstance(row.share, Decimal)), Decimal(0)) == 1
        assert {row.predicate for row in rows} == {Predicate.NARROWER}
        assert all(row.target.name and row.target.cas for row in rows)

    @given(st.sampled_from(NAMES), st.decimals("0.001", "100000", places=3))
    def test_no_mass_is_lost(self, name: str, amount: Decimal) -> None:
        found = blend(name)
        assert found is not None
        assert sum((Fraction(part) for _, part in found.split(amount)), Fraction(0)) == Fraction(amount)

    @pytest.mark.parametrize(("name", "published"), PUBLISHED.items())
    def test_the_parts_weigh_what_the_whole_does(self, name: str, published: int) -> None:
        found = blend(name)
        assert found is not None
        total = Decimal(0)
        for part in found.components:
            assert part.gas is not None
            value = factor(part.gas, "AR4")
            assert value is not None
            total += value * part.share
        assert abs(total - published) <= Decimal("0.5")


def test_metadata_belong_to_the_file() -> None:
    meta = json.loads(resources.mapping("gases/blends.meta.json").read_text(encoding="utf-8"))
    data = resources.mapping("gases/blends.csv").read_bytes()
    rows = list(csv.reader(data.decode("utf-8").splitlines()))[1:]
    assert meta["sha256"] == hashlib.sha256(data).hexdigest()
    assert meta["rows"] == len(rows)
    assert rows == sorted(rows)


@pytest.mark.oracle
def test_the_blends_that_another_table_has(oracle_data: Path) -> None:
    with (oracle_data / "nomenclature/gwp/refrigerant_mixtures.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found = blend(row["mixture"])
            assert found is not None
            shares = {(p.gas.key if p.gas else p.name).casefold(): p.share for p in found.components}
            assert shares[row["component"].casefold()] == Decimal(row["mass_fraction"])
