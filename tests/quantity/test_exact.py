"""Numbers stay exact until the one rounding at the end."""

from __future__ import annotations

from decimal import Decimal, Inexact
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import quantity
from gateway.errors import InputError
from gateway.quantity import NotANumber

decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
fractions = st.fractions(max_denominator=10**12)
exacts = st.one_of(decimals, fractions)


class TestParsing:
    """parse_decimal reads what stands there and nothing else."""

    @pytest.mark.parametrize("text", ["0", "57.0", "-3.795", "+1", "1e-3", "2.50E+2", "007"])
    def test_plain_numbers_are_read(self, text: str) -> None:
        assert quantity.parse_decimal(text) == Decimal(text)

    def test_trailing_zeros_stay(self) -> None:
        assert quantity.plain(quantity.parse_decimal("57.00")) == "57.00"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " 1",
            "1 ",
            "1,5",
            "1_000",
            ".5",
            "5.",
            "0x1",
            "NaN",
            "Infinity",
            "１",
            "١",
            "1e999999999",
            "--1",
            "1e129",
            "9" * 401,
            "1e-200",
            "1\n",
            "三",
        ],
    )
    def test_everything_else_is_refused(self, text: str) -> None:
        with pytest.raises(NotANumber):
            quantity.parse_decimal(text)

    @given(st.text(max_size=30))
    def test_no_text_does_worse_than_an_input_error(self, text: str) -> None:
        for read in (quantity.parse_decimal, quantity.read_exact):
            try:
                read(text)
            except InputError:
                continue

    @given(exacts)
    def test_what_show_writes_reads_back(self, value: Decimal | Fraction) -> None:
        again = quantity.read_exact(quantity.show(value))
        assert quantity.same_number(again, value)


class TestNormalising:
    """Each change to a typed number is named, and only unambiguous ones are made."""

    @pytest.mark.parametrize(
        ("typed", "number", "changes"),
        [
            ("57.0", "57.0", ()),
            ("５７．０", "57.0", ("full-width",)),
            (" 12 ", "12", ("outer-space",)),
            ("12。5", "12.5", ("chinese-full-stop",)),
            ("\u22123.5", "-3.5", ("minus-sign",)),
            ("1,234,567.8", "1234567.8", ("thousands-separator",)),
            ("１，２３４", "1234", ("full-width", "thousands-separator")),
            ("12 345", "12345", ("thousands-separator",)),
            ("12\u202f345.6", "12345.6", ("full-width", "thousands-separator")),
            ("-.5", "-0.5", ("leading-zero",)),
        ],
    )
    def test_changes_are_named(self, typed: str, number: str, changes: tuple[str, ...]) -> None:
        assert quantity.normalise_number(typed) == (number, changes)
        quantity.parse_decimal(number)

    @pytest.mark.parametrize("typed", ["1,5", "0,123", "12,34,567", "1.234,5", "1、5", "约12", "12%", "1 23"])
    def test_what_could_mean_two_things_stays_and_fails(self, typed: str) -> None:
        with pytest.raises(NotANumber):
            quantity.parse_decimal(quantity.normalise_number(typed)[0])


class TestArithmetic:
    """Results are exact, as decimals where 34 digits hold them and as fractions elsewhere."""

    @given(exacts, exacts)
    def test_sum_product_and_quotient_are_those_of_fractions(
        self, left: Decimal | Fraction, right: Decimal | Fraction
    ) -> None:
        a, b = Fraction(left), Fraction(right)
        assert Fraction(quantity.plus(left, right)) == a + b
        assert Fraction(quantity.times(left, right)) == a * b
        if b:
            assert Fraction(quantity.quotient(left, right)) == a / b

    def test_the_context_itself_refuses_to_round(self) -> None:
        with pytest.raises(Inexact):
            quantity.EXACT.divide(Decimal(1), Decimal(3))

    def test_an_endless_quotient_stays_a_fraction(self) -> None:
        assert quantity.quotient(Decimal(1), Decimal(3)) == Fraction(1, 3)

    def test_a_finite_quotient_is_a_decimal(self) -> None:
        assert str(quantity.quotient(Decimal(4320), Decimal(28800))) == "0.15"

    def test_division_by_zero_is_named(self) -> None:
        with pytest.raises(quantity.DivisionByNothing):
            quantity.quotient(Decimal(1), Decimal("0.00"))

    def test_tenths_add_up(self) -> None:
        assert quantity.total([Decimal("0.1")] * 10) == 1


class TestRounding:
    """Once, half to even."""

    @pytest.mark.parametrize(
        ("value", "digits", "rounded"),
        [
            (Fraction(2, 3), 4, "0.6667"),
            (Fraction(25, 1000), 1, "0.02"),
            (Decimal("0.0250000001"), 1, "0.03"),
            (Decimal(123456), 2, "1.2E+5"),
            (Decimal("57.0"), 15, "57.0"),
        ],
    )
    def test_to_significant_digits(self, value: Decimal | Fraction, digits: int, rounded: str) -> None:
        assert str(quantity.round_significant(value, digits)) == rounded

    @pytest.mark.parametrize(
        ("value", "places", "rounded"),
        [
            (Fraction(1, 3), 3, "0.333"),
            (Decimal("0.125"), 2, "0.12"),
            (Decimal("0.135"), 2, "0.14"),
            (Decimal(7), 2, "7.00"),
            (Decimal("-0.001"), 2, "0.00"),
            (Decimal(1250), -2, "1200"),
        ],
    )
    def test_to_decimal_places(self, value: Decimal | Fraction, places: int, rounded: str) -> None:
        assert quantity.plain(quantity.round_places(value, places)) == rounded

    @given(fractions, st.integers(min_value=0, max_value=12))
    def test_is_never_more_than_half_a_step_away(self, value: Fraction, places: int) -> None:
        assert abs(Fraction(quantity.round_places(value, places)) - value) * 2 <= Fraction(1, 10**places)


class TestBeyondTheDefaultContext:
    """Python rounds to 28 digits wherever nobody asks for more."""

    @given(decimals)
    def test_negation_keeps_every_digit(self, value: Decimal) -> None:
        assert Fraction(quantity.negate(value)) == -Fraction(value)

    def test_difference_of_far_magnitudes(self) -> None:
        large, small = Decimal(10), Decimal("1E-60")
        assert quantity.minus(quantity.plus(large, small), large) == small

    @pytest.mark.parametrize(
        ("value", "written"),
        [
            (Fraction(1, 8), "0.125"),
            (Fraction(-12, 10**40) + 1, "0." + "9" * 38 + "88"),
            (Fraction(10**50, 1), "1" + "0" * 50),
            (Fraction(0), "0"),
        ],
    )
    def test_fraction_that_ends_is_written_in_full(self, value: Fraction, written: str) -> None:
        found = quantity.in_full(value)
        assert found is not None
        assert quantity.plain(found) == written

    @pytest.mark.parametrize("value", [Fraction(1, 3), Fraction(1, 14), Fraction(1, 2**200)])
    def test_fraction_without_a_usable_end_has_no_decimal(self, value: Fraction) -> None:
        assert quantity.in_full(value) is None
