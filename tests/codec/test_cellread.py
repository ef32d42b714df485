"""What a cell says for a field: the value that was typed, a note where it stood otherwise, or a finding."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.codec import choices
from gateway.codec.cellread import CellReading
from gateway.codec.fields import Row
from gateway.frontdoor.json import JsonValue
from gateway.frontdoor.workbook import Cell, number_format


def row(type_: str, unit: str = "", code_list: str = "", source: str = "/a/b") -> Row:
    steps = tuple(source.split("/")[1:])
    return Row(steps, steps, "", type_, unit, code_list, "O", True, {"zh": "字段", "en": "field"})


def number(text: str, form: str = "General") -> Cell:
    return Cell(1, 1, text, "number", number_format(170, form))


def text(value: str) -> Cell:
    return Cell(1, 1, value, "text", number_format(49, None))


def read(
    field: Row, cell: Cell, *, unit: str = "", lengths: tuple[int, ...] = (), since_1904: bool = False
) -> tuple[JsonValue, set[str]]:
    """The value, and the codes of what was noticed."""
    reading = CellReading(since_1904)
    value = reading.value(field, cell, "S!A1", unit=unit, lengths=lengths)
    assert {item.path for item in reading.notes} | {item.at for item in reading.findings} <= {"S!A1"}
    return value, {note.code for note in reading.notes} | {finding.code for finding in reading.findings}


KG = row("amount", "kg")
PERCENT = row("amount", "%")
DAY = row("day")
SPELT = "table.double-spelling"


class TestAmounts:
    """The number that was typed, in the unit of the field."""

    @pytest.mark.parametrize(
        ("cell", "amount", "codes"),
        [
            (number("480.5"), "480.5", set()),
            (number("480.5", "0.00"), "480.50", set()),
            (number("480"), "480", set()),
            (number("4.8E2"), "480", {SPELT} - {SPELT}),
            (number("56.119999999999997"), "56.12", {SPELT}),
            (number("8.1220000000000007E-3"), "0.008122", {SPELT}),
            (number("56.120000000000005"), "56.120000000000005", {"workbook.more-digits-than-typed"}),
            (text("480.5"), "480.5", set()),
            (text("４８０．５"), "480.5", {"input.number-spelling"}),
            (text("1,480.5 kg"), "1480.5", {"workbook.unit-in-cell"}),
            (text("0.48 t"), "480.00", {"workbook.unit-in-cell", "workbook.unit-converted"}),
            (text("480 千克"), "480", {"workbook.unit-in-cell"}),
        ],
    )
    def test_amount(self, cell: Cell, amount: str, codes: set[str]) -> None:
        value, seen = read(KG, cell)
        assert (str(value), seen) == (amount, codes)

    @pytest.mark.parametrize(
        ("cell", "amount"),
        [
            (number("0.56120000000000003", "0.00%"), "56.12"),
            (number("56.12"), "56.12"),
            (text("56.12%"), "56.12"),
            (number("1", "0%"), "100"),
        ],
    )
    def test_percent(self, cell: Cell, amount: str) -> None:
        assert Decimal(str(read(PERCENT, cell)[0])) == Decimal(amount)

    def test_a_share_of_one_in_a_percent_cell_stays_a_share(self) -> None:
        assert str(read(row("amount", "1"), number("0.5612", "0.00%"))[0]) == "0.5612"

    @given(st.decimals(-(10**9), 10**9, allow_nan=False, places=4), st.sampled_from(["t", "g", "kg", "吨"]))
    def test_unit_of_the_heading(self, typed: Decimal, unit: str) -> None:
        factor = Decimal({"t": "1000", "吨": "1000", "kg": "1", "g": "0.001"}[unit])
        value, _ = read(KG, number(f"{float(typed):.17g}"), unit=unit)
        assert Decimal(str(value)) == typed * factor

    @pytest.mark.parametrize(
        ("cell", "unit", "code"),
        [
            (Cell(1, 1, "#REF!", "error", number_format(0, None)), "", "workbook.error-value"),
            (
                Cell(1, 1, None, "number", number_format(0, None), "A1*2"),
                "",
                "workbook.formula-not-calculated",
            ),
            (number("46122", "yyyy-mm-dd"), "", "workbook.date-for-amount"),
            (number("0.5", "0%"), "", "workbook.percent-for-amount"),
            (text("约480公斤左右"), "", "workbook.text-for-amount"),
            (text("1,5"), "", "workbook.text-for-amount"),
            (text("480 kWh"), "", "workbook.unit-does-not-fit"),
            (number("480"), "kWh", "workbook.unit-does-not-fit"),
            (number("480"), "blorb", "input.unknown-unit"),
            (number("not a number"), "", "workbook.error-value"),
        ],
    )
    def test_never_a_wrong_value(self, cell: Cell, unit: str, code: str) -> None:
        value, seen = read(KG, cell, unit=unit)
        assert isinstance(value, dict)
        assert value["missing"] == "unreadable"
        assert code in seen

    def test_a_stale_workbook_has_no_results(self) -> None:
        reading = CellReading(stale=True)
        cell = Cell(1, 1, "0", "number", number_format(0, None), "A1*2")
        assert reading.value(KG, cell, "S!A1") == {"missing": "unreadable", "text": "=A1*2"}

    def test_a_unit_in_the_cell_must_be_its_neighbours(self) -> None:
        beside = row("amount", "@unit")
        assert str(read(beside, text("5 kg"), unit="kg")[0]) == "5"
        assert read(beside, text("5 kg"), unit="t")[1] == {"workbook.text-for-amount"}

    @pytest.mark.parametrize(("typed", "reason"), [("N/A", "not-applicable"), ("—", "not-declared")])
    def test_nothing(self, typed: str, reason: str) -> None:
        assert read(KG, text(typed)) == ({"missing": reason}, {"workbook.nothing-said"})

    def test_a_dash_is_a_text_where_texts_belong(self) -> None:
        assert read(row("text"), text("—")) == ("—", set())


class TestDays:
    """Serial numbers of both calendars, and days as people write them."""

    @pytest.mark.parametrize(
        ("cell", "codes"),
        [
            (number("45720", "yyyy-mm-dd"), set()),
            (number("45720.25", "yyyy-mm-dd hh:mm"), {"workbook.time-of-day"}),
            (number("45720"), {"workbook.date-number"}),
            (number("20250304"), {"workbook.date-number"}),
            (text("２０２５-03-04"), {"workbook.full-width"}),
            (text(" 2025-03-04"), {"workbook.full-width"}),
            (Cell(1, 1, "2025-03-04T00:00:00Z", "day", number_format(0, None)), set()),
        ],
    )
    def test_day(self, cell: Cell, codes: set[str]) -> None:
        assert read(DAY, cell) == ("2025-03-04", codes)

    def test_a_moment_where_a_text_belongs_keeps_its_time(self) -> None:
        cell = number("45720.333333333336", "yyyy-mm-dd hh:mm")
        assert read(row("text"), cell) == ("2025-03-04T08:00:00", {"workbook.date-as-text"})

    def test_1904(self) -> None:
        assert read(DAY, number("44258", "yyyy-mm-dd"), since_1904=True)[0] == "2025-03-04"

    @pytest.mark.parametrize("cell", [number("12"), number("60", "yyyy-mm-dd"), number("3000000", "d-m-yy")])
    def test_no_day(self, cell: Cell) -> None:
        assert read(DAY, cell)[1] == {"workbook.not-a-date"}

    def test_a_day_where_a_text_belongs(self) -> None:
        assert read(row("text"), number("45720", "m/d/yy")) == ("2025-03-04", {"workbook.date-as-text"})


class TestIdentifiers:
    """Numbers where texts belong keep what they show, or are refused."""

    @pytest.mark.parametrize(
        ("cell", "lengths", "value", "codes"),
        [
            (text("0123"), (4,), "0123", set()),
            (text("０１２３"), (4,), "0123", {"workbook.full-width"}),
            (text("９１３４Ａ"), (), "9134A", {"workbook.full-width"}),
            (text("示例（２）"), (), "示例（２）", set()),
            (text("ＡＢＣ"), (), "ＡＢＣ", set()),
            (number("123", "0000"), (4,), "0123", {"input.number-as-text"}),
            (number("1234"), (4,), "1234", {"input.number-as-text"}),
            (number("2", "0.0"), (), "2.0", {"input.number-as-text"}),
            (number("1E2"), (), "100", {"input.number-as-text"}),
            (number("0.10000000000000001"), (), "0.1", {"input.number-as-text", SPELT}),
        ],
    )
    def test_text(self, cell: Cell, lengths: tuple[int, ...], value: str, codes: set[str]) -> None:
        assert read(row("text"), cell, lengths=lengths) == (value, codes)

    @pytest.mark.parametrize(
        ("cell", "lengths", "code"),
        [
            (number("123"), (4,), "workbook.leading-zero-lost"),
            (number("9021000"), (8,), "workbook.leading-zero-lost"),
            (number("9.1340100012345677E+17"), (), "workbook.digits-lost"),
        ],
    )
    def test_refused(self, cell: Cell, lengths: tuple[int, ...], code: str) -> None:
        value, seen = read(row("text"), cell, lengths=lengths)
        assert isinstance(value, dict)
        assert seen == {code}

    def test_the_fix_shows_all_digits(self) -> None:
        reading = CellReading()
        reading.value(row("text"), number("123"), "S!A1", lengths=(4,))
        assert reading.findings[0].params["full"] == "0123"


class TestCodes:
    """A code by what the drop-down shows, by its names in both languages, by itself."""

    STAGE = row("code", code_list="STAGE")

    @pytest.mark.parametrize(
        ("typed", "code", "codes"),
        [
            ("raw", "raw", set()),
            ("原材料获取", "raw", {"input.label-for-code"}),
            ("材料获取", "raw", {"input.label-for-code"}),
            ("生命末期", "eol", {"input.label-for-code"}),
            ("ｒａｗ ", "raw", {"input.label-for-code"}),
            ("anything [eol]", "eol", {"input.label-for-code"}),
            ("nowhere", "nowhere", set()),
        ],
    )
    def test_stage(self, typed: str, code: str, codes: set[str]) -> None:
        assert read(self.STAGE, text(typed)) == (code, codes)

    def test_a_note_has_the_code_as_it_is_spelt(self) -> None:
        reading = CellReading()
        reading.value(row("code", code_list="BAT_CAT"), text("电动汽车电池"), "S!A1")
        assert [(note.value, note.written) for note in reading.notes] == [("电动汽车电池", "EV")]

    @pytest.mark.parametrize("name", ["STAGE", "BOUNDARY", "/lines/*/direction", "BAT_CHEM", choices.FLAG])
    def test_every_entry_of_a_drop_down_is_its_code(self, name: str) -> None:
        field = {
            choices.FLAG: row("flag"),
            "/lines/*/direction": row("code", source="/lines/*/direction"),
        }.get(name, row("code", code_list=name))
        for entry, code in choices.entries(name).items():
            wanted = code == "true" if name == choices.FLAG else code
            assert read(field, text(entry)) == (wanted, set())

    @pytest.mark.parametrize(
        "typed", ["raw;eol", "原材料获取；回收利用", "原材料获取、回收利用", '["raw", "eol"]', "raw\neol"]
    )
    def test_several(self, typed: str) -> None:
        assert read(row("texts", code_list="STAGE"), text(typed))[0] == ["raw", "eol"]

    @pytest.mark.parametrize(("typed", "flag"), [("是", True), ("否 no", False), ("YES", True), ("√", True)])
    def test_flag(self, typed: str, flag: bool) -> None:
        assert read(row("flag"), text(typed))[0] is flag

    def test_flag_of_the_program(self) -> None:
        assert read(row("flag"), Cell(1, 1, "1", "flag", number_format(0, None)))[0] is True

    @pytest.mark.parametrize("code", ["not-applicable", "not-declared", "withheld", "cut-off"])
    @pytest.mark.parametrize("type_", ["amount", "text", "day", "texts"])
    def test_chosen_absence(self, code: str, type_: str) -> None:
        shown = choices.entry(choices.MISSING, code)
        assert shown is not None
        assert read(row(type_, "kg" if type_ == "amount" else ""), text(shown)) == ({"missing": code}, set())
