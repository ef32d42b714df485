"""Quantities: exact conversion, arithmetic with units, and their JSON form."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.quantity import (
    DimensionMismatch,
    NotANumber,
    Quantity,
    UnknownUnit,
    add,
    add_all,
    compare,
    convert,
    divide,
    multiply,
    plain,
    read_quantity,
    round_places,
    same_quantity,
    scale,
    subtract,
)
from gateway.quantity._table import unit_table

amounts = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12),
    st.fractions(max_denominator=10**6),
)
by_dimension: dict[object, list[str]] = {}
for _atom in unit_table().atoms.values():
    by_dimension.setdefault(_atom.dimension, []).append(_atom.code)
same_kind = st.sampled_from([codes for codes in by_dimension.values() if len(codes) > 1]).flatmap(
    lambda codes: st.tuples(st.sampled_from(codes), st.sampled_from(codes))
)


class TestConversion:
    """Exact, between equal dimensions only."""

    @given(amounts, same_kind)
    def test_to_another_unit_and_back_is_exact(
        self, amount: Decimal | Fraction, units: tuple[str, str]
    ) -> None:
        here, there = units
        start = Quantity(amount, here)
        assert convert(convert(start, there), here) == start

    def test_chinese_standard_gas_to_normal_gas(self) -> None:
        """60 × 273.15/293.15 = 55.90653…"""
        gas = convert(read_quantity("60", "标准立方米"), "Nm3")
        assert gas.amount == 60 * Fraction(27315, 29315)
        assert plain(round_places(gas.amount, 4)) == "55.9065"

    @pytest.mark.parametrize(
        ("amount", "unit", "wanted", "found"),
        [
            ("1", "kWh", "MJ", "3.6"),
            ("3.6", "MJ", "kWh", "1"),
            ("2", "万千瓦时", "kWh", "20000"),
            ("1", "吨标准煤", "kWh", "8141"),
            ("5", "mJ", "MJ", "0.000000005"),
            ("97.8", "gCO2e/吨公里", "kg CO2e/t*km", "0.0978"),
            ("15.8", "kWh/100km", "Wh/km", "158"),
        ],
    )
    def test_by_hand(self, amount: str, unit: str, wanted: str, found: str) -> None:
        assert convert(read_quantity(amount, unit), wanted) == read_quantity(found, wanted)

    @pytest.mark.parametrize(
        ("unit", "wanted"),
        [
            ("m3", "Nm3"),
            ("m3", "标准立方米"),
            ("Nm3", "kg"),
            ("kg CO2e", "kg"),
            ("kg C", "kg CO2"),
            ("Ah", "kWh"),
            ("a", "h"),
            ("°C", "K"),
            ("套", "件"),
            ("kWp", "kW"),
            ("kg CO2e/kWh", "kg CO2e/kg"),
        ],
    )
    def test_other_kinds_need_a_declared_property(self, unit: str, wanted: str) -> None:
        with pytest.raises(DimensionMismatch) as caught:
            convert(read_quantity("1", unit), wanted)
        assert caught.value.params["wanted"]


class TestArithmetic:
    """Units go along with the numbers."""

    def test_freight_by_hand(self) -> None:
        """160 t·km × 0.0978 kg CO2e per t·km = 15.648 kg CO2e."""
        for unit in ("kg CO2e/t*km", "kg CO2e/(t·km)", "kgCO2e/吨公里"):
            assert multiply(read_quantity("160", "t*km"), read_quantity("0.0978", unit)) == read_quantity(
                "15.648", "kg CO2e"
            )

    def test_numbers_inside_units_move_into_the_amount(self) -> None:
        emissions = multiply(read_quantity("2", "万千瓦时"), read_quantity("0.5", "kg CO2e/kWh"))
        assert emissions == read_quantity("10000", "kg CO2e")

    def test_a_quotient_stays_exact(self) -> None:
        per_kwh = divide(read_quantity("5740.109388", "kg CO2e"), read_quantity("153900", "kWh"))
        assert per_kwh.amount == Fraction("5740.109388") / 153900
        assert per_kwh.unit == "kg{CO2eq}/(kW.h)"
        assert multiply(per_kwh, read_quantity("153900", "kWh")) == read_quantity("5740.109388", "kg CO2e")

    def test_sums_take_the_first_unit(self) -> None:
        assert add(read_quantity("1.5", "t"), read_quantity("500", "kg")) == read_quantity("2", "t")
        assert subtract(read_quantity("1", "kWh"), read_quantity("3.6", "MJ")) == read_quantity("0", "kWh")
        assert add_all([], "kg") == read_quantity("0", "kg")
        assert add_all([read_quantity("1", "t"), read_quantity("1", "kg")], "g").amount == 1001000

    def test_different_kinds_do_not_add_or_compare(self) -> None:
        with pytest.raises(DimensionMismatch):
            add(read_quantity("1", "kg"), read_quantity("1", "kg CO2e"))
        with pytest.raises(DimensionMismatch):
            compare(read_quantity("1", "kg"), read_quantity("1", "kWh"))

    @given(amounts, amounts, same_kind)
    def test_comparison_is_that_of_exact_numbers(
        self, one: Decimal | Fraction, other: Decimal | Fraction, units: tuple[str, str]
    ) -> None:
        left, right = Quantity(one, units[0]), Quantity(other, units[1])
        assert compare(left, right) == -compare(right, left)
        assert same_quantity(left, convert(left, units[1]))
        assert compare(left, add(left, scale(left, Decimal(0)))) == 0


class TestValue:
    """Equality is by number and canonical unit; the text as read is beside it."""

    def test_spellings_are_equal_and_hash_alike(self) -> None:
        one, other = Quantity(Decimal("57.0"), "kWh"), Quantity(Decimal(57), "千瓦时", "５７ 千瓦时")
        assert one == other
        assert len({one, other}) == 1
        assert other.text == "５７ 千瓦时"

    def test_a_fraction_that_ends_is_a_decimal(self) -> None:
        assert Quantity(Fraction(1, 4), "kg") == Quantity(Decimal("0.25"), "kg")

    def test_a_tonne_is_not_written_as_a_thousand_kilograms(self) -> None:
        one, other = read_quantity("1", "t"), read_quantity("1000", "kg")
        assert one != other
        assert same_quantity(one, other)

    @pytest.mark.parametrize(
        "amount", [Decimal("NaN"), Decimal("Infinity"), Decimal("1e1000"), 1.5, 1, "1", None]
    )
    def test_an_amount_is_a_finite_exact_number(self, amount: object) -> None:
        with pytest.raises(NotANumber):
            Quantity(amount, "kg")  # type: ignore[arg-type]

    def test_the_unit_is_in_the_table(self) -> None:
        with pytest.raises(UnknownUnit):
            Quantity(Decimal(1), "KG")


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: Quantity
    other: Quantity | None = None


class TestJson:
    """Strings that read back as the same value."""

    def test_form(self) -> None:
        line = _Line(amount=Quantity(Decimal("57.0"), "kWh", "57.0 kWh"), other=Quantity(Fraction(1, 3), "t"))
        text = line.model_dump_json()
        assert text == ('{"amount":{"amount":"57.0","unit":"kW.h"},"other":{"amount":"1/3","unit":"t"}}')
        assert _Line.model_validate_json(text) == line
        assert _Line.model_validate(line.model_dump()) == line

    @given(amounts, st.sampled_from(sorted(unit_table().atoms)))
    def test_nothing_is_lost(self, amount: Decimal | Fraction, unit: str) -> None:
        line = _Line(amount=Quantity(amount, unit))
        again = _Line.model_validate_json(line.model_dump_json())
        assert again == line
        assert str(again.amount) == str(line.amount)

    @pytest.mark.parametrize(
        "value",
        [
            {"amount": 1.5, "unit": "kg"},
            {"amount": True, "unit": "kg"},
            {"amount": "1", "unit": "KG"},
            {"amount": "1/0", "unit": "kg"},
            {"amount": "NaN", "unit": "kg"},
            {"amount": "1", "unit": "kg", "basis": "x"},
            {"amount": "1"},
            "1 kg",
            None,
        ],
    )
    def test_anything_else_is_a_validation_error(self, value: object) -> None:
        with pytest.raises(ValidationError):
            _Line.model_validate({"amount": value})
