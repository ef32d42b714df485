"""The user's own workbook comes back with its flaws marked, and otherwise as it was."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from gateway.codec.annotate import FINDINGS_SHEET, annotate
from gateway.errors import InputError
from gateway.model.origin import Origin, Origins
from gateway.report import Finding, Severity

ERROR = Finding("workbook.error-value", "数据!B2", "#REF!", params={"field_en": "Mass", "field_zh": "质量"})
WARNING = Finding("workbook.hidden-value", "数据!B2", "480", Severity.WARNING)


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "数据"
    sheet["B2"] = "#REF!"
    sheet["C3"] = "=1+1"
    sheet["D4"].fill = PatternFill("solid", fgColor="00FF00")
    sheet["E5"].comment = Comment("mine", "Wang")
    sheet.merge_cells("F6:G7")
    sheet.column_dimensions["B"].width = 33
    validation = DataValidation(type="list", formula1='"a,b"')
    sheet.add_data_validation(validation)
    validation.add("H1")
    other = book.create_sheet("其他")
    other["A1"] = "kept"
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_the_cell_is_marked_and_explained_in_both_languages() -> None:
    cell = opened(annotate(workbook(), [ERROR]))["数据"]["B2"]
    assert cell.value == "#REF!"
    assert cell.fill.fgColor.rgb == "00FF9999"
    assert cell.comment is not None
    for words in (
        "单元格显示错误：#REF!",
        "“质量”应有值",
        "请修正公式",
        "shows an error: #REF!",
        "Fix: Correct the formula",
    ):
        assert words in cell.comment.text


def test_two_findings_of_one_cell_stand_in_one_comment() -> None:
    cell = opened(annotate(workbook(), [WARNING, ERROR]))["数据"]["B2"]
    assert cell.comment is not None
    assert "警告" in cell.comment.text
    assert "错误" in cell.comment.text
    assert cell.fill.fgColor.rgb == "00FF9999"  # the worse one


def test_all_findings_are_listed_those_without_a_cell_too() -> None:
    lost = Finding("workbook.sheet-not-read", "其他", "1", Severity.WARNING)
    sheet = opened(annotate(workbook(), [ERROR, lost]))[FINDINGS_SHEET]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[1] for row in rows] == ["数据!B2", "其他"]
    assert [row[-1] for row in rows] == ["workbook.error-value", "workbook.sheet-not-read"]
    assert sheet["B2"].hyperlink.location or sheet["B2"].hyperlink.target
    assert sheet["B3"].hyperlink is None


def test_a_place_of_the_model_is_its_cell() -> None:
    origins: Origins = {"/product/mass": Origin("数据!D4", "480")}
    found = [Finding("workbook.merged-cells", "/product/mass"), Finding("workbook.merged-cells", "/x")]
    book = opened(annotate(workbook(), found, origins=origins))
    assert book["数据"]["D4"].comment is not None
    assert [cell.value for cell in book[FINDINGS_SHEET]["B"]][1:] == ["数据!D4", "/x"]


def test_the_rest_stays() -> None:
    sheet = opened(annotate(workbook(), [ERROR]))["数据"]
    assert sheet["C3"].value == "=1+1"
    assert sheet["D4"].fill.fgColor.rgb == "0000FF00"
    assert sheet["E5"].comment is not None
    assert sheet["E5"].comment.text == "mine"
    assert sheet.column_dimensions["B"].width == 33
    assert [str(v.sqref) for v in sheet.data_validations.dataValidation] == ["H1"]
    assert [str(area) for area in sheet.merged_cells.ranges] == ["F6:G7"]


def test_own_comments_are_kept_before_ours() -> None:
    cell = opened(annotate(workbook(), [Finding("workbook.merged-cells", "数据!E5")]))["数据"]["E5"]
    assert cell.comment is not None
    assert cell.comment.text.startswith("mine\n")


@pytest.mark.parametrize("at", ["数据!F6:G7", "数据!G7"])
def test_merged_cells_are_marked_at_their_first(at: str) -> None:
    sheet = opened(annotate(workbook(), [Finding("workbook.merged-cells", at)]))["数据"]
    assert sheet["F6"].comment is not None


def test_marks_of_an_earlier_run_go() -> None:
    once = annotate(workbook(), [ERROR])
    twice = opened(annotate(once, [Finding("workbook.merged-cells", "数据!C3")]))
    assert twice["数据"]["B2"].comment is None
    assert twice["数据"]["C3"].comment is not None
    assert twice.sheetnames.count(FINDINGS_SHEET) == 1


def test_a_cell_of_no_sheet_is_only_listed() -> None:
    book = opened(annotate(workbook(), [Finding("workbook.error-value", "nowhere!A1", "=1+1")]))
    assert book[FINDINGS_SHEET]["B2"].value == "nowhere!A1"
    assert book[FINDINGS_SHEET]["C2"].data_type == "s"


def test_same_input_same_bytes() -> None:
    assert annotate(workbook_once := workbook(), [ERROR]) == annotate(workbook_once, [ERROR])


@pytest.mark.parametrize("data", [b"", b"{}", b"\xd0\xcf\x11\xe0" + bytes(600)])
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        annotate(data, [ERROR])


def test_a_document_type_in_any_part_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/theme/theme1.xml":
                text = b'<!DOCTYPE a [<!ENTITY e "x">]>' + text.split(b"?>", 1)[-1]
            new.writestr(name, text)
    with pytest.raises(InputError) as caught:
        annotate(out.getvalue(), [ERROR])
    assert caught.value.error_code == "xml.doctype"
