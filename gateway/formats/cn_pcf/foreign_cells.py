"""The cells of anybody's workbook: .xlsx through our own door, .xls, .xlsb and .ods through calamine."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from gateway.errors import InputError
from gateway.frontdoor import archive
from gateway.frontdoor import limits as lim
from gateway.frontdoor.workbook import Cell, Row, is_workbook, number_format, open_workbook

_OLE: Final = b"\xd0\xcf\x11\xe0"
# First words that end a table.
_TOTALS: Final = (
    "合计",
    "总计",
    "小计",
    "累计",
    "total",
    "sum",
    "subtotal",
    "grand total",
    "sub-total",
    "总和",
)
_REMARKS: Final = ("注", "备注", "note", "说明", "remark", "填写说明", "*")


@dataclass(frozen=True, slots=True)
class Grid:
    """Sheets with their rows. ``exact``: every cell as it is stored; else numbers went through doubles."""

    sheets: tuple[tuple[str, tuple[Row, ...]], ...]
    exact: bool
    since_1904: bool = False
    stale: bool = False


def grid(data: bytes) -> Grid:
    """All cells of a workbook.

    Raises:
        InputError: it cannot be opened.
    """
    if is_workbook(data) and b"xl/workbook.bin" not in data:
        book = open_workbook(data)
        sheets = tuple((sheet.name, tuple(book.rows(sheet))) for sheet in book.sheets)
        return Grid(sheets, exact=True, since_1904=book.since_1904, stale=book.stale)
    if data.startswith(b"PK\x03\x04"):
        archive.open_zip(data)  # bombs stay outside; nothing is unpacked here
    elif not data.startswith(_OLE) or len(data) > lim.ARCHIVE.max_bytes:
        raise InputError(data[:4].hex(" "), code="workbook.no-workbook")
    return Grid(_calamine(data), exact=False)


def body_of(rows: Sequence[Row], heading: int, columns: Container[int]) -> Iterator[Row]:
    """The rows below a heading, up to an empty row, a total or a remark."""
    last = heading
    for row in rows:
        words = next((plain(c.text or "") for c in row.cells if c.kind == "text"), "")
        known = [c for c in row.cells if c.column in columns]
        if row.number != last + 1 or words.startswith((*_TOTALS, *_REMARKS)) or not known:
            return
        last = row.number
        yield row


def is_total(text: str) -> bool:
    """Whether a row that begins so is the total of those above."""
    return plain(text).startswith(_TOTALS)


def plain(text: str) -> str:
    """A text in one spelling of width and case."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _calamine(data: bytes) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    import python_calamine

    found = []
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            rows = _rows(sheet.to_python(skip_empty_area=True), sheet.start or (0, 0))
            found.append((name, tuple(rows)))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # its panics are no Exception
        raise InputError(type(error).__name__, code="workbook.no-workbook") from error
    return tuple(found)


def _rows(values: Sequence[Sequence[object]], first: tuple[int, int]) -> Iterator[Row]:
    for number, line in enumerate(values, first[0] + 1):
        cells = tuple(
            cell for column, value in enumerate(line, first[1] + 1) if (cell := _cell(number, column, value))
        )
        if cells:
            yield Row(number, cells, hidden=False)


def _cell(row: int, column: int, value: object) -> Cell | None:
    general = number_format(0, None)
    if isinstance(value, bool):
        return Cell(row, column, "1" if value else "0", "flag", general)
    if isinstance(value, (datetime, date)):
        return Cell(row, column, value.isoformat(), "day", general)
    if isinstance(value, str):
        return Cell(row, column, value, "text", general) if value else None
    return Cell(row, column, repr(value).removesuffix(".0"), "number", general)
