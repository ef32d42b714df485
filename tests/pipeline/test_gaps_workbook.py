"""The gap report as a workbook says what the report says, in both languages."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from gateway.codec.base import Package
from gateway.pipeline.convert import read
from gateway.pipeline.gaps_workbook import gaps_workbook
from gateway.pipeline.rules import coverage

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "lfp-pack.json"


@pytest.mark.parametrize("category", ["EV", "LMT", "IND"])
def test_every_point_with_its_state_and_supplier(category: str) -> None:
    found = coverage(read(EXAMPLE.read_bytes()), category)
    data = gaps_workbook(found)
    assert data == gaps_workbook(found)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=7)]
    assert sorted(int(str(row[0])) for row in rows) == [point.number for point in found.points]
    states = Counter(str(row[3]).rsplit(" ", 1)[0] for row in rows)
    assert sum(states.values()) == 71
    missing = [p for p in found.points if p.state.value == "missing"]
    assert [row[0] for row in rows[: len(missing)]] == [
        p.number for p in sorted(missing, key=lambda p: (p.supplier, p.number))
    ]
    assert all(any("\u4e00" <= c <= "\u9fff" for c in str(row[5])) for row in rows)


def test_missing_fields_are_named_in_both_languages() -> None:
    found = coverage(read(EXAMPLE.read_bytes()))
    sheet = openpyxl.load_workbook(io.BytesIO(gaps_workbook(found))).active
    assert sheet is not None
    rows = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows(min_row=7)}
    assert sheet["G6"].value == "尚需填写的字段 Fields that would fill the rest"
    assert rows[26][6] == "最低电压\nMinimum voltage"
    assert not rows[10][6]


def test_passport_data_fills_the_rows_and_says_in_which_file() -> None:
    data = (EXAMPLE.parent / "passport-data" / EXAMPLE.name).read_bytes()
    beside = Package.of(data, name="护照.json")
    found = coverage(read(EXAMPLE.read_bytes(), beside=(beside,)))
    sheet = openpyxl.load_workbook(io.BytesIO(gaps_workbook(found))).active
    assert sheet is not None
    rows = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows(min_row=7)}
    assert str(rows[26][3]).endswith("Filled")
    assert rows[26][7] == "护照.json › /technical/minimumVoltageV"
