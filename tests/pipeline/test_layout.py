"""A confirmed layout reads the form it was made for, no other, and travels with its workbook."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
import xlsxwriter

from gateway.codec.base import Context, Package
from gateway.errors import GatewayError, InputError
from gateway.formats import detect
from gateway.pipeline.convert import read
from gateway.pipeline.issue import Request, issue
from gateway.pipeline.layout import confirm, fits, suggest, wants_layout, with_layout
from gateway.pipeline.receive import replay, verify
from gateway.pipeline.workbook import template
from gateway.signing.did_key import KeyType
from gateway.signing.keys import PrivateKey

FORM: list[list[Any]] = [
    ["产品名称", "正极材料"],
    ["规格型号", "LFP-01"],
    ["产品质量（kg）", 5],
    [],
    ["序号", "物料名称", "单耗", "单位"],
    [1, "磷酸铁", 0.96, "kg"],
]


def workbook(rows: list[list[Any]], sheet: str = "表1 原材料") -> Package:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    made = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        made.write_row(number, 0, row)
    book.close()
    return Package.of(out.getvalue(), name="survey.xlsx")


@pytest.fixture(scope="module")
def layout() -> bytes:
    return confirm(workbook(FORM), suggest(workbook(FORM)).to_json()).layout.to_json()


def test_next_months_workbook_of_the_same_form_is_read_with_all_its_rows(layout: bytes) -> None:
    longer = workbook([*FORM, [2, "碳酸锂", 0.24, "kg"], ["合计", None, 1.2]])
    assert fits(longer, layout)[1] == ()
    source = read(with_layout(longer, layout))
    assert [line.id for line in source.declaration.lines] == ["1", "2"]


@pytest.mark.parametrize(
    ("at", "label", "path"),
    [((2, 0), "产品体积（m3）", "/product/mass"), ((4, 2), "总量", "/lines/1/amount_per_unit")],
)
def test_under_another_label_nothing_is_read(
    layout: bytes, at: tuple[int, int], label: str, path: str
) -> None:
    rows = [list(row) for row in FORM]
    rows[at[0]][at[1]] = label
    other = workbook(rows)
    assert [f.saw for f in fits(other, layout)[1]] == [label]
    source = read(with_layout(other, layout))
    assert [f.code for f in source.report.errors] == ["workbook.layout-other-label"]
    assert path not in source.origins
    assert "workbook.cell-not-read" in {note.code for note in source.report.notes}


def test_another_sheet_is_said_once(layout: bytes) -> None:
    found = fits(workbook(FORM, "另一表"), layout)[1]
    assert [(f.code, f.at) for f in found] == [("workbook.layout-no-sheet", "表1 原材料")]


def test_only_foreign_workbooks_want_a_layout() -> None:
    assert wants_layout(workbook(FORM))
    assert not wants_layout(Package.of(template("battery", filled=True)))
    assert not wants_layout(Package.of(b"{}"))


def test_a_workbook_that_nobody_knows_is_sent_to_the_layouts() -> None:
    with pytest.raises(InputError) as caught:
        detect(workbook([["a", "b"]], "x"))
    assert caught.value.error_code == "input.foreign-workbook"


def test_the_layout_is_kept_and_the_run_can_be_repeated(layout: bytes) -> None:
    key = PrivateKey.generate(KeyType.ED25519)
    context = Context(now=datetime(2026, 9, 21, tzinfo=UTC))
    package = with_layout(workbook(FORM), layout)
    _, folder = issue(package, Request(("cn-pcf",)), key=key, context=context)
    assert folder["private/source-2.json"] == layout
    assert replay(folder, verify(folder)).holds


@pytest.mark.parametrize("data", [b"", b"{}x", b'{"format": "hutong-layout@1", "cells": 3}'])
def test_what_is_no_layout_is_refused(data: bytes) -> None:
    with pytest.raises(GatewayError):
        with_layout(workbook(FORM), data)
