"""Units: one canonical code for every spelling, and nothing read that is not in the table."""

from __future__ import annotations

import csv
import hashlib
import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import resources
from gateway.quantity import UnknownUnit, parse_unit
from gateway.quantity._table import unit_table

ATOMS = sorted(unit_table().atoms)
NAMES = sorted(unit_table().names)


class TestSpellings:
    """Many spellings, one unit."""

    @pytest.mark.parametrize(
        "text",
        [
            "kg CO2e/t*km",
            "kg CO2e/(t·km)",
            "kgCO2e/吨公里",
            "kg CO2e/t.km",
            "kg CO₂e / tkm",
            "kgCO2e / 公吨·公里",
            "kg CO2-eq/t-km",
            "kg CO2e per tonne kilometre",
            "千克二氧化碳当量/吨·千米",
            "kg{CO2eq}/(t.km)",
            "kg CO2e/t/km",
            "kgCO2e·t⁻¹·km⁻¹",
            "kgCO2e*(t*km)^-1",
        ],
    )
    def test_freight_factors_are_one_unit(self, text: str) -> None:
        assert parse_unit(text).code == "kg{CO2eq}/(t.km)"

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("度", "kW.h"),
            ("千瓦·时", "kW.h"),
            ("kW·h", "kW.h"),
            ("KWH", "kW.h"),
            ("万千瓦时", "10*4.kW.h"),
            ("10^4 kWh", "10*4.kW.h"),
            ("10⁴ t", "10*4.t"),
            ("亿千瓦时", "10*8.kW.h"),
            ("百万千焦", "10*6.kJ"),
            ("万元人民币", "10*4.[CNY]"),
            ("kWh/100km", "kW.h/(10*2.km)"),
            ("L/百公里", "L/(10*2.km)"),
            ("m³", "m3"),
            ("m^3", "m3"),
            ("㎡", "m2"),
            ("Nm3", "m3{0Cel}"),
            ("Nm³", "m3{0Cel}"),
            ("标准立方米", "m3{20Cel}"),
            ("tce", "t{ce}"),
            ("吨标准煤", "t{ce}"),
            ("kWh/(m2·a)", "kW.h/(m2.a)"),
            ("km·t", "t.km"),
            ("kg CO2 eq.", "kg{CO2eq}"),
            ("kg(CO2e)/kWh", "kg{CO2eq}/(kW.h)"),
            ("kg C", "kg{C}"),
            ("tC/TJ", "t{C}/TJ"),
            ("Item(s)", "{piece}"),
            ("人·次", "{occurrence}.{person}"),
            ("％", "%"),
            ("℃", "Cel"),
            ("3B", "MJ"),
            ("1/a", "1/a"),
            ("kWh/kWh", "1"),
            ("90亿件", "9.10*9.{piece}"),
            ("1000 m3", "10*3.m3"),
        ],
    )
    def test_to_the_canonical_code(self, text: str, code: str) -> None:
        assert parse_unit(text).code == code

    def test_everything_after_the_slash_is_denominator(self) -> None:
        assert parse_unit("kg/t*km") == parse_unit("kg/(t*km)")
        assert parse_unit("kg/t*km") != parse_unit("kg*km/t")

    def test_equal_size_and_kind_is_the_same_unit(self) -> None:
        assert parse_unit("kL") == parse_unit("m3")
        assert parse_unit("百万千焦") == parse_unit("GJ")
        assert parse_unit("V·Ah") == parse_unit("Wh")


class TestKinds:
    """What looks alike and is not."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("mJ", "MJ"),
            ("kg CO2e", "kg"),
            ("kg CO2e", "kg CO2"),
            ("kg C", "kg"),
            ("m3", "Nm3"),
            ("Nm3", "标准立方米"),
            ("Sm3", "Nm3"),
            ("a", "h"),
            ("kWp", "kW"),
            ("个", "套"),
            ("°C", "K"),
            ("Ah", "Wh"),
            ("t", "short ton"),
        ],
    )
    def test_are_different(self, one: str, other: str) -> None:
        assert parse_unit(one) != parse_unit(other)

    def test_gas_states_differ_by_temperature_only(self) -> None:
        china, normal = parse_unit("标准立方米"), parse_unit("Nm3")
        assert china.dimension == normal.dimension
        assert china.factor / normal.factor == Fraction(27315, 29315)

    def test_plain_cubic_metres_have_no_gas_state(self) -> None:
        assert parse_unit("m3").dimension != parse_unit("Nm3").dimension

    @pytest.mark.parametrize(
        ("unit", "base", "factor"),
        [
            ("kWh", "MJ", Fraction("3.6")),
            ("万千瓦时", "kWh", Fraction(10000)),
            ("吨标准煤", "MJ", Fraction("29307.6")),
            ("大卡", "J", Fraction("4186.8")),
            ("亩", "公顷", Fraction(1, 15)),
            ("月", "年", Fraction(1, 12)),
            ("双", "只", Fraction(2)),
            ("斤", "公斤", Fraction(1, 2)),
            ("t CO2e", "kg CO2e", Fraction(1000)),
        ],
    )
    def test_factors_by_hand(self, unit: str, base: str, factor: Fraction) -> None:
        assert parse_unit(unit).dimension == parse_unit(base).dimension
        assert parse_unit(unit).factor / parse_unit(base).factor == factor


class TestUnknown:
    """Refused with suggestions, never guessed."""

    @pytest.mark.parametrize(
        ("text", "word", "suggestion"),
        [
            ("KG", "KG", "kg"),
            ("Kwh", "Kwh", "kWh"),
            ("kgco2e", "kgco2e", "kgCO2e"),
            ("kg CO2e/tkn", "tkn", "tkm"),
            ("M3", "M3", "m3"),
            ("ton", "ton", "t"),
            ("kcal", "kcal", "kcal_th"),
            ("千克标准媒", "千克标准媒", "千克标准煤"),
        ],
    )
    def test_names_the_word_and_what_is_near(self, text: str, word: str, suggestion: str) -> None:
        with pytest.raises(UnknownUnit) as caught:
            parse_unit(text)
        assert caught.value.params["word"] == word
        near = caught.value.params["suggestions"].split(", ")
        assert suggestion in near
        assert len(near) <= 3

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "/",
            "kg/",
            "kg*/t",
            "kg//t",
            "kg..t",
            "(kg",
            "kg)",
            "()",
            "(kg)(t)",
            "0.5 L",
            "kg{dry}",
            "CO2e",
            "nm3",
            "x" * 500,
            "(" * 60,
            "((10^99)^9)^9",
            "((km9)9)9",
            "kg\x00",
            "oz t",
            "m9.m9",
            "10^40.10^40.t",
            "(10^99)^9." * 11 + "t",
            "kcal",
            "m-",
            "年（四舍五入）",
            "km CO2e",
        ],
    )
    def test_what_is_no_unit_is_refused(self, text: str) -> None:
        with pytest.raises(UnknownUnit):
            parse_unit(text)

    @given(
        st.one_of(
            st.text(max_size=40),
            st.lists(
                st.sampled_from(
                    ["kg", "t", "km", "CO2e", "*", "/", "(", ")", "^", "2", "-", "10", "万", " ", "."]
                ),
                max_size=14,
            ).map("".join),
        )
    )
    def test_any_text_is_a_unit_or_an_unknown_unit(self, text: str) -> None:
        try:
            unit = parse_unit(text)
        except UnknownUnit:
            return
        assert parse_unit(unit.code) == unit


class TestCanonicalCodes:
    """A canonical code reads back as itself."""

    @pytest.mark.parametrize("name", [*ATOMS, *NAMES])
    def test_every_name_of_the_table(self, name: str) -> None:
        unit = parse_unit(name)
        again = parse_unit(unit.code)
        assert (again, again.code) == (unit, unit.code)

    @given(
        st.lists(st.tuples(st.sampled_from(ATOMS), st.integers(1, 3)), min_size=1, max_size=3),
        st.lists(st.tuples(st.sampled_from(ATOMS), st.integers(1, 3)), max_size=3),
        st.sampled_from(["", "10*4.", "10*-2.", "7."]),
    )
    def test_any_product_of_the_table(
        self, above: list[tuple[str, int]], below: list[tuple[str, int]], number: str
    ) -> None:
        def powers(atoms: list[tuple[str, int]]) -> str:
            return ".".join(code + (f"^{power}" if power > 1 else "") for code, power in atoms)

        unit = parse_unit(number + powers(above) + (f"/({powers(below)})" if below else ""))
        again = parse_unit(unit.code)
        assert (again, again.code) == (unit, unit.code)


class TestTable:
    """The table says where it comes from, and holds what it says."""

    @pytest.mark.parametrize("name", ["units", "names"])
    def test_metadata_belong_to_the_file(self, name: str) -> None:
        meta = json.loads(resources.mapping(f"units/{name}.meta.json").read_text(encoding="utf-8"))
        data = resources.mapping(f"units/{name}.csv").read_bytes()
        assert meta["sha256"] == hashlib.sha256(data).hexdigest()
        assert meta["source"]
        assert meta["date"]
        assert meta["licence"]
        rows = list(csv.reader(data.decode("utf-8").splitlines()))[1:]
        assert rows == sorted(rows)
        assert meta["rows"] == len(rows)

    def test_no_two_atoms_are_the_same_unit(self) -> None:
        # 1 kL is 1 m3 and is caught by equality; a second name for one atom belongs into names.csv.
        seen = [(atom.dimension, atom.factor) for atom in unit_table().atoms.values() if atom.dimension]
        assert len(seen) == len(set(seen))

    def test_ambiguous_names_are_never_units(self) -> None:
        table = unit_table()
        assert not set(table.ambiguous) & (set(table.names) | set(table.atoms))
