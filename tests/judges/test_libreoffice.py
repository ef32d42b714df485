"""LibreOffice opens our workbooks and saves them again: nothing moves, drop-downs still know their codes."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook

from gateway.codec.base import Context, Package
from gateway.codec.run import run_reader
from gateway.formats.cn_pcf import FORMAT
from gateway.formats.cn_pcf.workbook_template import template
from gateway.model.declaration import Declaration
from gateway.model.walk import diff
from gateway.pipeline.convert import read
from gateway.pipeline.workbook import annotate

pytestmark = pytest.mark.judge("libreoffice")

FILLED = ["battery-filled", "product-filled"]
BOOKS = [*FILLED, "battery-empty", "annotated"]
# A cell that no drop-down covers has none; these sheets are for reading only.
Grid = dict[tuple[str, str], object]


def annotated() -> bytes:
    """A workbook with a flaw, marked by us."""
    book = openpyxl.load_workbook(io.BytesIO(template("battery", filled=True)))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == "results.totalKg":
                    sheet.cell(cell.row, cell.column + 4).value = "about 60"
    out = io.BytesIO()
    book.save(out)
    return annotate(read(out.getvalue()))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[bytes, bytes]]:
    """Every workbook as we wrote it and as LibreOffice saved it."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed: bash tests/judges/install.sh")
    ours, theirs = tmp_path_factory.mktemp("ours"), tmp_path_factory.mktemp("theirs")
    (ours / "battery-filled.xlsx").write_bytes(template("battery", filled=True))
    (ours / "product-filled.xlsx").write_bytes(template("product", filled=True))
    (ours / "battery-empty.xlsx").write_bytes(template("battery", targets=("pact", "battery-passport")))
    (ours / "annotated.xlsx").write_bytes(annotated())
    profile = f"-env:UserInstallation={tmp_path_factory.mktemp('profile').as_uri()}"
    books = [str(ours / f"{name}.xlsx") for name in BOOKS]
    command = [soffice, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    done = subprocess.run(
        [*command, "--outdir", str(theirs), *books],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return {n: ((ours / f"{n}.xlsx").read_bytes(), (theirs / f"{n}.xlsx").read_bytes()) for n in BOOKS}


def declaration(data: bytes) -> Declaration:
    return run_reader(FORMAT, Package.of(data), Context()).declaration


def grid(book: Workbook) -> Grid:
    """Every cell that holds something; a number by its value, however it was stored."""
    return {
        (sheet.title, cell.coordinate): Decimal(str(cell.value)) if is_number(cell.value) else cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value not in (None, "")
    }


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def drop_downs(book: Workbook) -> dict[tuple[str, str], tuple[object, ...]]:
    """What each cell with a drop-down offers, looked up in the lists it refers to."""
    offers = {}
    for sheet in book:
        for rule in sheet.data_validations.dataValidation:
            if rule.type == "list":
                choices = offered(book, sheet.title, str(rule.formula1))
                for cell in cells_of(str(rule.sqref)):
                    offers[sheet.title, cell] = choices
    return offers


def offered(book: Workbook, sheet: str, formula: str) -> tuple[object, ...]:
    if formula.startswith('"'):
        return tuple(formula.strip('"').split(","))
    name = book.defined_names.get(formula)
    reference = name.attr_text if name is not None else formula
    where, _, area = reference.rpartition("!")
    rows = book[where.strip("'") or sheet][area.replace("$", "")]
    return tuple(cell.value for row in rows for cell in row)


@cache
def cells_of(areas: str) -> tuple[str, ...]:
    return tuple(_cells(areas))


def _cells(areas: str) -> Iterator[str]:
    for area in areas.split():
        left, top, right, bottom = range_boundaries(area)
        for row in range(int(top or 0), int(bottom or 0) + 1):
            for column in range(int(left or 0), int(right or 0) + 1):
                yield f"{openpyxl.utils.get_column_letter(column)}{row}"


@pytest.mark.parametrize("name", FILLED)
def test_the_filled_example_is_the_same_declaration(saved: dict[str, tuple[bytes, bytes]], name: str) -> None:
    ours, theirs = saved[name]
    assert diff(declaration(ours), declaration(theirs)) == {}


@pytest.mark.parametrize("name", BOOKS)
def test_every_cell_is_where_it_was(saved: dict[str, tuple[bytes, bytes]], name: str) -> None:
    ours, theirs = (grid(openpyxl.load_workbook(io.BytesIO(data))) for data in saved[name])
    assert len(ours) > 300
    assert theirs == ours


@pytest.mark.parametrize("name", BOOKS)
def test_drop_downs_offer_the_same_codes(saved: dict[str, tuple[bytes, bytes]], name: str) -> None:
    ours, theirs = (drop_downs(openpyxl.load_workbook(io.BytesIO(data))) for data in saved[name])
    assert len(ours) > 20
    assert all(any(choices) for choices in ours.values())
    assert theirs == ours


def test_marks_and_explanations_are_kept(saved: dict[str, tuple[bytes, bytes]]) -> None:
    def remarks(data: bytes) -> dict[tuple[str, str], Any]:
        return {
            (sheet.title, cell.coordinate): " ".join(cell.comment.text.split())
            for sheet in openpyxl.load_workbook(io.BytesIO(data))
            for row in sheet.iter_rows()
            for cell in row
            if cell.comment is not None
        }

    ours, theirs = (remarks(data) for data in saved["annotated"])
    assert any("about 60" in text for text in ours.values())
    assert theirs == ours
