"""One flaw in a workbook: a finding at its cell that says how to mend it, and never a wrong value."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl.cell import Cell
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from gateway.__main__ import main
from gateway.codec.base import Context, Package, Reading
from gateway.codec.run import run_reader
from gateway.formats.cn_pcf import FORMAT
from gateway.formats.cn_pcf.workbook_template import template
from gateway.messages import explain
from gateway.model.base import Missing, Reason
from gateway.model.walk import by_path, diff
from gateway.report import Finding, Note, Severity

Place = Callable[[Cell], str]


def read(data: bytes) -> Reading:
    return run_reader(FORMAT, Package.of(data), Context())


def at(reading: Reading, cell: str) -> list[Finding]:
    return [f for f in reading.findings if f.at == cell]


def notes(reading: Reading, cell: str) -> list[Note]:
    return [n for n in reading.notes if n.path == cell]


UNREADABLE = Reason.UNREADABLE

# The flaw, its field, what is typed into the cell (with its format), the finding, what the model says.
BROKEN = [
    ("an error", "battery.usableEnergyKWh", "#REF!", None, "workbook.error-value"),
    ("a formula never calculated", "results.totalKg", "=1+1", None, "workbook.formula-not-calculated"),
    ("leading zeros lost", "verification.notifiedBodyNo", 123, "General", "workbook.leading-zero-lost"),
    ("digits lost", "enterprise.uscc", 913401000123456789, "General", "workbook.digits-lost"),
    ("words in a number", "product.massKg", "约480公斤左右", None, "workbook.text-for-amount"),
    (
        "a date in place of 3-5",
        "lines[].amountPerUnit",
        date(2026, 3, 5),
        "m-d",
        "workbook.date-for-amount",
    ),
    ("a percentage for kilograms", "product.packMassKg", 0.5, "0%", "workbook.percent-for-amount"),
    ("a unit of another kind", "product.massKg", "480 kWh", None, "workbook.unit-does-not-fit"),
    ("no day", "period.start", "2025-02-30", None, "input.not-a-date"),
    ("a number that is no day", "period.end", 12, "General", "workbook.not-a-date"),
    ("no flag", "method.offsetsIncluded", "maybe", None, "input.not-a-flag"),
]


class TestBrokenWorkbooks:
    """Eleven workbooks with one flaw each."""

    @pytest.mark.parametrize(("flaw", "key", "typed", "form", "code"), BROKEN, ids=[b[0] for b in BROKEN])
    def test_finding_at_the_cell(
        self, book: Any, place: Place, flaw: str, key: str, typed: object, form: str | None, code: str
    ) -> None:
        good = read(template("battery", filled=True))
        cell = book.cell(key)
        cell.value = typed
        cell.number_format = form or cell.number_format
        found = read(book.data)
        (finding,) = [f for f in found.findings if f not in good.findings]
        assert (finding.code, finding.at, finding.severity) == (code, place(cell), Severity.ERROR)
        for lang in ("zh", "en"):
            text = explain(finding, lang)
            assert text.what
            assert text.fix
            assert "{" not in text.what + text.expected + text.fix
        changed = diff(good.declaration, found.declaration)
        assert len(changed) == 1, changed
        ((_, now),) = changed.values()
        assert isinstance(now, Missing)
        assert now.missing is UNREADABLE

    @pytest.mark.parametrize(("flaw", "key", "typed", "form", "code"), BROKEN, ids=[b[0] for b in BROKEN])
    def test_the_command_says_it_at_the_cell_and_leaves_nothing_half_written(
        self,
        book: Any,
        place: Place,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        flaw: str,
        key: str,
        typed: object,
        form: str | None,
        code: str,
    ) -> None:
        cell = book.cell(key)
        cell.value = typed
        cell.number_format = form or cell.number_format
        broken, out = tmp_path / "坏.xlsx", tmp_path / "out"
        broken.write_bytes(book.data)
        assert main(["check", str(broken), "--json"]) == 4
        findings = json.loads(capsys.readouterr().out)["files"][0]["findings"]
        (said,) = [finding for finding in findings if finding["severity"] == "error"]
        assert (said["code"], said["at"]) == (code, place(cell))
        assert said["fix"]["zh"]
        assert said["fix"]["en"]
        assert main(["issue", str(broken), "--to", "no-such-format", "-o", str(out)]) == 2
        assert "Traceback" not in capsys.readouterr().err
        assert [path.name for path in tmp_path.iterdir()] == [broken.name]

    def test_the_good_one_has_no_error(self, book: Any) -> None:
        assert read(book.data).findings == ()


class TestRightValues:
    """The double and the digits that a program stores for what was typed."""

    @pytest.mark.parametrize(
        ("stored", "amount", "code"),
        [
            ("56.119999999999997", "56.12", "table.double-spelling"),
            ("56.120000000000005", "56.120000000000005", "workbook.more-digits-than-typed"),
        ],
    )
    def test_stored_double(self, book: Any, place: Place, stored: str, amount: str, code: str) -> None:
        cell = book.cell("product.massKg")
        cell.value = 77777.25
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(book.data)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                new.writestr(name, old.read(name).replace(b"77777.25", stored.encode()))
        found = read(out.getvalue())
        assert str(by_path(found.declaration)["/product/mass"]) == f"{amount} kg"
        seen = {n.code for n in notes(found, place(cell))} | {f.code for f in at(found, place(cell))}
        assert code in seen

    def test_days_since_1904(self, book: Any) -> None:
        book.book.epoch = CALENDAR_MAC_1904
        book.cell("period.start").value = date(2025, 3, 4)
        assert read(book.data).declaration.period.start == date(2025, 3, 4)


class TestClasses:
    """A field's class is not changed by a cell, and nobody is left believing so."""

    @pytest.mark.parametrize(("told", "severity"), [("C3", Severity.ERROR), ("C0 公开", None)])
    def test_a_stricter_class_is_refused_loudly(
        self, book: Any, place: Place, told: str, severity: Severity | None
    ) -> None:
        value = book.cell("document.id")
        value.parent.cell(value.row, 7).value = told
        found = at(read(book.data), place(value))
        assert [f.severity for f in found] == ([severity] if severity else [])


class TestShape:
    """Hidden and merged cells are read and pointed out; order and added rows do not matter."""

    def test_hidden_row(self, book: Any, place: Place) -> None:
        cell = book.cell("product.massKg")
        cell.parent.row_dimensions[cell.row].hidden = True
        (finding,) = read(book.data).findings
        assert (finding.code, finding.at) == ("workbook.hidden-value", place(cell))

    def test_a_hidden_row_of_a_table_is_one_finding(self, book: Any) -> None:
        cell = book.cell("lines[].id")
        sheet = cell.parent
        for row in (cell.row, cell.row + 1, cell.row + 3):
            sheet.row_dimensions[row].hidden = True
        found = [f for f in read(book.data).findings if f.code == "workbook.hidden-values"]
        rows = [re.findall(r"[A-Z]+([0-9]+)", f.saw) for f in found]
        assert rows == [[str(cell.row), str(cell.row + 1)], [str(cell.row + 3)] * 2]
        filled = [c for r in (cell.row, cell.row + 1) for c in sheet[r] if c.value is not None]
        assert found[0].params["count"] == str(len(filled))

    def test_a_hidden_column_of_a_table_is_one_finding(self, book: Any) -> None:
        cell = book.cell("lines[].amount")
        cell.parent.column_dimensions[cell.column_letter].hidden = True
        (finding,) = [f for f in read(book.data).findings if f.code == "workbook.hidden-values"]
        assert set(re.findall(r"[A-Z]+", finding.saw)) == {cell.column_letter}

    def test_hidden_key_column_is_fine(self, book: Any) -> None:
        for sheet in book.book:
            sheet.column_dimensions["A"].hidden = sheet.title.startswith(("1 ", "2 ", "7 "))
        assert read(book.data).findings == ()
        assert by_path(read(book.data).declaration)["/document/version"] == "1.0"

    def test_merged_cells_are_told(self, book: Any) -> None:
        cell = book.cell("lines[].stage", row=1)
        cell.parent.merge_cells(
            start_row=cell.row, end_row=cell.row + 1, start_column=cell.column, end_column=cell.column
        )
        assert "workbook.merged-cells" in {f.code for f in read(book.data).findings}

    def test_columns_may_change_places_and_rows_may_be_inserted(self, book: Any) -> None:
        good = read(book.data).declaration
        sheet = book.cell("lines[].id").parent
        sheet.insert_rows(7)
        sheet.insert_cols(2)
        assert diff(good, read(book.data).declaration) == {}

    def test_an_own_remark_is_not_read_and_told(self, book: Any, place: Place) -> None:
        sheet = book.cell("lines[].id").parent
        sheet.cell(9, 80).value = "ask Wang"
        found = read(book.data)
        assert [n.code for n in notes(found, f"{sheet.title}!CB9")] == ["workbook.cell-not-read"]

    def test_a_column_of_another_table_is_not_read_and_told(self, book: Any, place: Place) -> None:
        good = read(book.data).declaration
        sheet = book.cell("lines[].id").parent
        sheet.cell(4, 80).value = "attachments[].name"
        sheet.cell(9, 80).value = "plan.pdf"
        found = read(book.data)
        assert diff(good, found.declaration) == {}
        assert [n.code for n in notes(found, f"{sheet.title}!CB9")] == ["workbook.cell-not-read"]

    def test_a_place_of_the_rest_that_is_taken_is_a_finding(self, book: Any) -> None:
        sheet = book.book["其他 Other values"]
        sheet.cell(40, 1).value, sheet.cell(40, 2).value = "/lines/x", "1"
        sheet.cell(41, 1).value, sheet.cell(41, 2).value = "/product/massKg", "481"
        sheet.cell(42, 1).value, sheet.cell(42, 2).value = "/product/x", "{"
        codes = [(f.code, f.at) for f in read(book.data).findings]
        assert codes == [
            ("workbook.rest-not-json", "其他 Other values!B42"),
            ("workbook.place-taken", "其他 Other values!B40"),
            ("workbook.two-values", "其他 Other values!B41"),
        ]

    def test_an_own_sheet_is_not_read_and_told(self, book: Any) -> None:
        sheet = book.book.create_sheet("我的计算")
        sheet["A1"] = "1+1"
        (finding,) = read(book.data).findings
        assert (finding.code, finding.at, finding.saw) == ("workbook.sheet-not-read", "我的计算", "1")


def test_a_value_may_begin_like_a_section(book: Any) -> None:
    book.cell("lines[].nameZh").value = "▌铜"
    assert "▌铜" in {str(leaf) for leaf in by_path(read(book.data).declaration).values()}
