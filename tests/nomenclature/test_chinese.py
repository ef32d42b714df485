"""Chinese names in the spellings that people and systems use."""

from __future__ import annotations

import csv
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import resources
from gateway.nomenclature.chinese import normalise, simplified
from gateway.nomenclature.gases import identify
from gateway.nomenclature.halocarbons import agrees, composition, formula_of_name
from gateway.nomenclature.row import End


class TestSpelling:
    """Width, script and punctuation are no difference."""

    @pytest.mark.parametrize(
        ("text", "ours"),
        [
            ("二氧化碳（化石來源）", "二氧化碳(化石源)"),
            ("ＣＯ₂", "CO2"),
            ("１，１，１，２－四氟乙烷", "1,1,1,2-四氟乙烷"),
            ("《甲 烷》", "甲烷"),
            ("八甲基環四矽氧烷", "八甲基环四硅氧烷"),
            ("非化石来源甲烷", "非化石源甲烷"),
            ("carbon  dioxide", "carbon dioxide"),
        ],
    )
    def test_one_spelling(self, text: str, ours: str) -> None:
        assert normalise(text) == ours

    @given(st.text(max_size=60))
    def test_twice_is_once(self, text: str) -> None:
        assert normalise(normalise(text)) == normalise(text)

    @given(st.text(max_size=60))
    def test_simplified_stays_simplified(self, text: str) -> None:
        assert simplified(simplified(text)) == simplified(text)

    @pytest.mark.parametrize(
        ("name", "key"), [("氧化亞氮", "N2O"), ("六氟化硫氣體", "SF6"), ("化石來源甲烷", "CH4-fossil")]
    )
    def test_gases_in_traditional_characters(self, name: str, key: str) -> None:
        assert str(identify(End(name=name))) == key

    def test_metadata_belong_to_the_file(self) -> None:
        meta = json.loads(resources.mapping("codes/zh_characters.meta.json").read_text(encoding="utf-8"))
        data = resources.mapping("codes/zh_characters.csv").read_bytes()
        rows = list(csv.reader(data.decode("utf-8").splitlines()))[1:]
        assert meta["sha256"] == hashlib.sha256(data).hexdigest()
        assert meta["rows"] == len(rows)
        assert rows == sorted(rows)
        assert not {row[0] for row in rows} & {row[1] for row in rows}


class TestHalocarbonNames:
    """A name counts its atoms in Chinese, in English and as a number; that can only raise a doubt."""

    @pytest.mark.parametrize(
        ("name", "formula"),
        [
            ("七氟丙烷", "C3HF7"),
            ("1,1,1,2-四氟乙烷", "CH2FCF3"),
            ("一氟二氯乙烷", "C2H3Cl2F"),
            ("全氟丙烷", "C3F8"),
            ("八氟环丁烷", "c-C4F8"),
            ("十四氟己烷", "C6F14"),
            ("一溴一氯二氟甲烷", "CBrClF2"),
            ("四氟乙烯", "CF2=CF2"),
            ("1,1-dichloro-1-fluoroethane", "CH3CCl2F"),
            ("perfluorocyclobutane", "c-C4F8"),
            ("R-134a", "C2H2F4"),
            ("HCFC-141b", "C2H3Cl2F"),
            ("CFC-113", "C2Cl3F3"),
            ("R-12B1", "CBrClF2"),
            ("HFO-1234yf", "C3H2F4"),
            ("R22", "CHClF2"),
        ],
    )
    def test_counts(self, name: str, formula: str) -> None:
        assert formula_of_name(name) == composition(formula)

    @pytest.mark.parametrize(
        "name", ["甲烷", "氟仿", "R-410A", "R-744", "PFC-318", "九氟甲烷", "steel", "氟"]
    )
    def test_says_nothing_elsewhere(self, name: str) -> None:
        assert formula_of_name(name) is None

    def test_doubts(self) -> None:
        assert agrees("六氟丙烷", "C3HF7") is False
        assert agrees("七氟丙烷", "C3HF7") is True
        assert agrees("氟仿", "CHF3") is None

    @pytest.mark.parametrize(
        ("formula", "atoms"),
        [("(CF3)2CHOCH3", {"C": 4, "F": 6, "H": 4, "O": 1}), ("N(C2F5)3", {"C": 6, "F": 15, "N": 1})],
    )
    def test_brackets_multiply(self, formula: str, atoms: dict[str, int]) -> None:
        assert composition(formula) == atoms

    @given(st.text(max_size=30))
    def test_any_text_has_an_answer(self, text: str) -> None:
        agrees(text, text)
