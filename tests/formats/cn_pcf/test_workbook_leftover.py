"""No cell vanishes: what is neither read nor the template's own text is noted with its place."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from gateway.codec.base import Context, Package, Reading
from gateway.codec.run import run_reader
from gateway.formats.cn_pcf import FORMAT
from gateway.formats.cn_pcf.workbook_layout import LISTS, README, REST
from gateway.formats.cn_pcf.workbook_template import template
from gateway.formats.cn_pcf.workbook_writer import write_workbook
from gateway.model.walk import by_path, diff
from gateway.quantity import Quantity


def read(data: bytes) -> Reading:
    return run_reader(FORMAT, Package.of(data), Context())


def unread(found: Reading) -> dict[str, str]:
    """Place and text of every cell that was told as not read."""
    return {n.path: n.value for n in found.notes if n.code == "workbook.cell-not-read"}


STRAY = [
    ("1 ", "K70", 12345),
    ("1 ", "K999", 12345),
    ("1 ", "I50", "实测 9999 kg"),
    ("1 ", "A200", "product mass 480"),
    ("1 ", "B200", "总量 480"),
    ("1 ", "F200", "kg"),
    ("1 ", "I1", "备注 480"),
    ("1 ", "C2", 480),
    ("0 ", "J3", "999"),
    ("2 ", "Z60", 7),
    (README, "C3", "total 999 kg"),
    (README, "D5", 480),
    (LISTS, "A2", "seventh choice"),
    (REST, "D1", 480),
    (REST, "A60", "note to myself"),
    (REST, "K60", 480),
]


class TestStrayCells:
    """A number or remark in any place."""

    @pytest.mark.parametrize(("sheet", "ref", "value"), STRAY)
    def test_is_told_at_its_cell(self, book: Any, sheet: str, ref: str, value: object) -> None:
        there = next(s for s in book.book if s.title.startswith(sheet))
        there[ref].value = value
        assert unread(read(book.data)) == {f"{there.title}!{ref}": str(value)}

    @pytest.mark.parametrize("column", [2, 3, 4, 6, 7, 8])
    def test_an_altered_word_of_the_template_is_told(self, book: Any, place: Any, column: int) -> None:
        cell = book.cell("product.nameZh")
        altered = cell.parent.cell(cell.row, column)
        altered.value = f"{altered.value or ''} 777"
        assert unread(read(book.data)) == {place(altered): altered.value}

    def test_what_stands_beside_an_empty_cell_is_told(self, book: Any, place: Any) -> None:
        cell = book.cell("product.massKg")
        cell.value = None
        remark, unit = cell.parent.cell(cell.row, 9), cell.parent.cell(cell.row, 6)
        remark.value, unit.value = 480, "480 kg"
        assert unread(read(book.data)) == {place(remark): "480", place(unit): "480 kg"}

    def test_an_altered_section_is_told(self, book: Any) -> None:
        sheet = next(s for s in book.book if s.title.startswith("1 "))
        sheet["A2"].value = "▌ total 999 kg"
        assert unread(read(book.data)) == {f"{sheet.title}!A2": "▌ total 999 kg"}

    def test_an_altered_heading_over_a_key_is_told(self, book: Any, place: Any) -> None:
        cell = book.cell("lines[].nameZh")
        heading = cell.parent.cell(cell.row - 3, cell.column)
        heading.value = "合计 6268.77"
        assert unread(read(book.data)) == {place(heading): "合计 6268.77"}


class TestOwnWords:
    """The template's own text is not told."""

    @pytest.mark.parametrize("kind", ["battery", "product"])
    @pytest.mark.parametrize("targets", [(), ("pact",), ("battery-passport", "pact"), ("html", "ilcd-epd")])
    @pytest.mark.parametrize("filled", [False, True])
    def test_of_every_template(self, kind: Any, targets: tuple[str, ...], filled: bool) -> None:
        found = read(template(kind, targets=targets, filled=filled))
        assert unread(found) == {}
        assert found.findings == ()

    def test_with_english_first(self) -> None:
        declaration = read(template("battery", filled=True)).declaration
        assert unread(read(write_workbook(declaration, lang=("en", "zh")))) == {}

    def test_of_an_earlier_edition(self, book: Any) -> None:
        cell = book.cell("battery.category")
        cell.parent.cell(cell.row, 4).value = "C battery"
        told = "有条件必填（C battery）；电池护照必填 / required under a condition (C battery)"
        cell.parent.cell(cell.row, 8).value = told
        assert unread(read(book.data)) == {}


class TestWithoutTheKeyColumn:
    """The advice of the first sheet holds."""

    @pytest.mark.parametrize("kind", ["battery", "product"])
    def test_nothing_is_lost(self, kind: Any) -> None:
        whole = template(kind, filled=True)
        book = openpyxl.load_workbook(io.BytesIO(whole))
        sheets = [s for s in book if s["A1"].value == "键 key"]
        assert {s.title.split(" ")[0] for s in sheets} >= {"0", "1", "2", "3", "6", "7", "8", "9"}
        for sheet in sheets:
            sheet.delete_cols(1)
        out = io.BytesIO()
        book.save(out)
        found = read(out.getvalue())
        assert diff(read(whole).declaration, found.declaration) == {}
        assert (found.findings, unread(found)) == ((), {})


class TestNumbersAsText:
    """Powers of ten and Chinese multipliers."""

    @pytest.mark.parametrize(
        ("text", "amount"),
        [
            ("4.8E+02", "480"),
            ("4.8e2", "480"),
            ("4.8E+02 kg", "480"),
            ("0.048万", "480"),
            ("0.048 万 kg", "480"),
            ("0.00000480亿", "480"),
            ("0.000048万吨", "480"),
        ],
    )
    def test_are_read(self, book: Any, text: str, amount: str) -> None:
        book.cell("product.massKg").value = text
        found = read(book.data)
        assert found.findings == ()
        mass = by_path(found.declaration)["/product/mass"]
        assert isinstance(mass, Quantity)
        assert mass.amount == Decimal(amount)

    @pytest.mark.parametrize("text", ["4.8E+0x", "480亿万", "480 E+02", "约480", "万"])
    def test_what_is_none_is_a_finding(self, book: Any, place: Any, text: str) -> None:
        cell = book.cell("product.massKg")
        cell.value = text
        assert place(cell) in {f.at for f in read(book.data).findings if f.severity == "error"}
