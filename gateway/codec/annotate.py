"""Findings back into the user's own workbook: marked cells, comments in both languages, one list of all."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from gateway.errors import InputError
from gateway.frontdoor import archive, xml
from gateway.frontdoor.workbook import open_workbook
from gateway.messages import explain
from gateway.model.origin import Origin, Origins
from gateway.report import Finding, Severity

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

# The sheet that lists everything; readers leave it out.
FINDINGS_SHEET: Final = "检查结果 Findings"
AUTHOR: Final = "hutong"
_FILLS: Final = {Severity.ERROR: "FF9999", Severity.WARNING: "FFD966", Severity.INFO: "BDD7EE"}
_NAMES: Final = {
    Severity.ERROR: ("错误", "Error"),
    Severity.WARNING: ("警告", "Warning"),
    Severity.INFO: ("提示", "Info"),
}
_CELL: Final = re.compile(r"(?P<sheet>.*)!(?P<ref>[A-Z]{1,3}[0-9]{1,7})(?::[A-Z]{1,3}[0-9]{1,7})?")
_HEAD: Final = (
    "级别 Severity",
    "位置 At",
    "实际 Saw",
    "问题",
    "应为",
    "改法",
    "Problem",
    "Expected",
    "Fix",
    "代码 Code",
)
_WIDTHS: Final = (14, 34, 24, 44, 30, 40, 44, 30, 40, 28)
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_FIXED_TIME: Final = (1980, 1, 1, 0, 0, 0)


def annotate(workbook: bytes, findings: Iterable[Finding], *, origins: Origins | None = None) -> bytes:
    """The same workbook with the cells of ``findings`` marked and explained in Chinese and English.

    A cell gets a fill (red, amber, blue) and a comment: what, expected, fix. The first sheet lists all
    findings, those without a cell too. Marks of an earlier run go; the fill that they covered does not
    come back. Same input, same bytes.

    What openpyxl does not keep: results of formulas (opening and saving the file in a spreadsheet program
    brings them back), charts, pictures, shapes, form controls, slicers, signatures and newer extensions
    such as sparklines. Values, formats, drop-downs, names, widths and macros stay.

    Args:
        origins: where the values of the model came from, for findings that name a place of the model.

    Raises:
        InputError: the bytes are no workbook, or one that openpyxl cannot read.
    """
    _refuse_what_we_would_not_read(workbook)
    listed = [(finding, _cell_of(finding.at, origins or {})) for finding in findings]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of what it leaves out; the docstring says so, too
        try:
            return _annotated(workbook, listed)
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            OSError,
            SyntaxError,
            TypeError,
            ValueError,
        ) as error:
            raise InputError(type(error).__name__, code="workbook.not-annotated") from error


def _refuse_what_we_would_not_read(workbook: bytes) -> None:
    open_workbook(workbook)
    zipped = archive.open_zip(workbook)
    for name in zipped.names:
        if name.endswith((".xml", ".rels", ".vml")):
            xml.decoded(zipped.read(name))


def _cell_of(at: str, origins: Mapping[str, object]) -> str:
    """``Sheet!B7`` of a finding; empty where it has no cell."""
    origin = origins.get(at) if at.startswith("/") else None
    place = origin.at if isinstance(origin, Origin) else at
    return place if _CELL.fullmatch(place) else ""


def _annotated(workbook: bytes, listed: list[tuple[Finding, str]]) -> bytes:
    import openpyxl

    has_macros = b"vbaProject.bin" in workbook
    book = openpyxl.load_workbook(io.BytesIO(workbook), keep_vba=has_macros)
    modified = book.properties.modified
    _forget(book)
    by_cell: dict[str, list[Finding]] = {}
    for finding, cell in listed:
        if cell:
            by_cell.setdefault(cell, []).append(finding)
    marked = {cell for cell, found in by_cell.items() if _mark(book, cell, found)}
    _list(book, listed, marked)
    out = io.BytesIO()
    book.save(out)
    return _settled(out.getvalue(), "" if modified is None else f"{modified:%Y-%m-%dT%H:%M:%SZ}")


def _forget(book: Workbook) -> None:
    """Take away what an earlier run left."""
    from openpyxl.styles import PatternFill

    if FINDINGS_SHEET in book.sheetnames:
        del book[FINDINGS_SHEET]
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and cell.comment.author == AUTHOR:
                    cell.comment = None
                    cell.fill = PatternFill()


def _mark(book: Workbook, place: str, findings: list[Finding]) -> bool:
    """Fill and comment of one cell; False where the sheet is not there."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    split = _CELL.fullmatch(place)
    assert split is not None
    sheet = next((s for s in book.worksheets if s.title == split["sheet"]), None)
    if sheet is None:
        return False
    cell = sheet[_top_left(sheet, split["ref"])]
    worst = min((f.severity for f in findings), key=list(Severity).index)
    cell.fill = PatternFill("solid", fgColor=_FILLS[worst])
    before = f"{cell.comment.text}\n\n" if cell.comment is not None else ""
    told = "\n\n".join(dict.fromkeys(map(_told, findings)))
    comment = Comment(before + told, AUTHOR)
    comment.width, comment.height = 420, 60 + 18 * (before + told).count("\n") + 12 * len(told) // 40
    cell.comment = comment
    return True


def _top_left(sheet: Worksheet, ref: str) -> str:
    """A merged cell's only real cell."""
    area = next((a for a in sheet.merged_cells.ranges if ref in a), None)
    return ref if area is None else area.coord.split(":")[0]


def _told(finding: Finding) -> str:
    """What a comment says of one finding."""
    zh, en = explain(finding, "zh"), explain(finding, "en")
    name_zh, name_en = _NAMES[finding.severity]
    lines = [f"【{name_zh}】{zh.what}", zh.expected and f"应为：{zh.expected}", zh.fix and f"改法：{zh.fix}"]
    lines += [
        f"[{name_en}] {en.what}",
        en.expected and f"Expected: {en.expected}",
        en.fix and f"Fix: {en.fix}",
    ]
    return "\n".join(line for line in [*lines, f"({finding.code})"] if line)


def _list(book: Workbook, listed: list[tuple[Finding, str]], marked: set[str]) -> None:
    """The sheet of all findings, in front."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(FINDINGS_SHEET, 0)
    book.active = 0
    for column, (head, width) in enumerate(zip(_HEAD, _WIDTHS, strict=True), 1):
        sheet.cell(1, column, head).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    for row, (finding, place) in enumerate(listed, 2):
        zh, en = explain(finding, "zh"), explain(finding, "en")
        severity = " ".join(_NAMES[finding.severity])
        texts = [severity, place or finding.at, finding.saw, zh.what, zh.expected, zh.fix]
        for column, text in enumerate([*texts, en.what, en.expected, en.fix, finding.code], 1):
            cell = sheet.cell(row, column)
            cell.value = _plain(text)
            cell.data_type = "s"  # a text is never a formula here
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(row, 1).fill = PatternFill("solid", fgColor=_FILLS[finding.severity])
        if place in marked:
            name, _, ref = place.rpartition("!")
            target = "'" + name.replace("'", "''") + "'!" + ref.split(":")[0]
            sheet.cell(row, 2).hyperlink = f"#{target}"
            sheet.cell(row, 2).font = Font(color="0563C1", underline="single")


def _plain(text: str) -> str:
    """A text without characters that XML cannot hold."""
    return "".join(c if c >= " " or c in "\t\n" else f"\\u{ord(c):04x}" for c in text)


def _settled(data: bytes, modified: str) -> bytes:
    """The archive with fixed times: openpyxl writes the clock into it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + (modified or "1980-01-01T00:00:00Z").encode(), content)
            info = zipfile.ZipInfo(name, _FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, content)
    return out.getvalue()
