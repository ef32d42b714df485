"""The table in somebody's workbook, as text: the first sheet with a line that looks like its heading."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from gateway.errors import InputError
from gateway.frontdoor import limits as lim
from gateway.frontdoor import workbook
from gateway.frontdoor.limits import ArchiveLimits
from gateway.frontdoor.table import Row

# Titles and remarks may stand above a table, not a chapter.
_HEADING_WITHIN: Final = 30
# Excel's day 60 is the 29 February 1900, which never was; later days count from here.
_DAY_0, _DAY_0_MAC = date(1899, 12, 30), date(1904, 1, 1)
_ARCHIVE: Final = ArchiveLimits(max_total_bytes=1024 * lim.MIB, max_entry_bytes=512 * lim.MIB)


def first_table(data: bytes, *, name: str, is_heading: Callable[[Sequence[str]], bool]) -> tuple[Row, ...]:
    """The heading and the rows below it, each as wide as the heading; sheets that are hidden count last.

    Formulas give their stored result, days are written as 2026-11-21. Lines are numbered as in the sheet.

    Raises:
        InputError: ``archive.*``, ``xml.*``, ``workbook.*``, or no sheet has such a heading.
    """
    book = workbook.open_workbook(data, archive_limits=_ARCHIVE)
    first = _DAY_0_MAC if book.since_1904 else _DAY_0
    for sheet in sorted(book.sheets, key=lambda one: one.state != "visible"):
        rows: list[Row] = []
        for row in book.rows(sheet):
            cells = _texts(row.cells, first)
            if rows:
                width = len(rows[0].cells)
                rows.append(Row(row.number, (*cells, *[""] * width)[:width]))
            elif is_heading(cells):
                rows.append(Row(row.number, cells))
            elif row.number > _HEADING_WITHIN:
                break
        if rows:
            return tuple(rows)
    raise InputError(name, path=name, code="table.no-heading")


def _texts(cells: Iterable[workbook.Cell], first: date) -> tuple[str, ...]:
    found: list[str] = []
    for cell in cells:
        found += [""] * (cell.column - 1 - len(found))
        found.append(_text(cell, first))
    return tuple(found)


def _text(cell: workbook.Cell, first: date) -> str:
    text = (cell.text or "").strip() if cell.kind != "error" else ""
    if cell.kind == "number" and cell.format.kind == "day" and text.isdecimal() and len(text) < 7:
        return (first + timedelta(days=int(text))).isoformat()
    return text
