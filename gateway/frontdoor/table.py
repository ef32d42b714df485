"""Delimited text tables at the door; formula-like cells stay data and are escaped on the way out."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from gateway.errors import InputError
from gateway.frontdoor import limits as lim
from gateway.frontdoor.limits import TableLimits

Encoding: TypeAlias = Literal["utf-8", "gb18030"]
Delimiter: TypeAlias = Literal[",", ";", "\t"]

_BOM: Final = b"\xef\xbb\xbf"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?")
# What starts a formula in Excel, LibreOffice or WPS (OWASP "CSV Injection"), with the full-width forms
# that Chinese input methods give, behind what spreadsheets strip, and behind our own apostrophes.
_FORMULA: Final = re.compile(r"'*[ \u00a0\u3000\ufeff\u200b]*[=+\-@\t\r\n|\uff1d\uff0b\uff0d\uff20]")


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row as text, and the line of the file on which it starts, counted from 1."""

    line: int
    cells: tuple[str, ...]


def read_csv(
    data: bytes,
    *,
    delimiter: Delimiter = ",",
    encoding: Encoding = "utf-8",
    ragged: bool = False,
    limits: TableLimits = lim.TABLE,
) -> tuple[Row, ...]:
    """The rows of a CSV file, each as wide as the first; nothing is trimmed, guessed or evaluated.

    A UTF-8 byte order mark is skipped; empty lines are left out. GB 18030 is read only when asked for.

    Args:
        ragged: rows may differ in width (SimaPro's sections do).

    Raises:
        InputError: ``table.*``, with the line.

    Source: RFC 4180, with LF or CR LF.
    """
    text = _decoded(data, encoding, limits)
    lines = text.count("\n") + text.count("\r")
    if lines > 2 * limits.max_rows:  # each may end with CR LF
        raise InputError(lines, code="table.too-large", limit=limits.max_rows, name="max_rows")
    cells = text.count(delimiter) + lines + 1
    if cells > limits.max_cells:
        raise InputError(cells, code="table.too-large", limit=limits.max_cells, name="max_cells")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    line = 1
    try:
        for cells_read in reader:
            if cells_read:
                rows.append(Row(line, tuple(cells_read)))
                _refuse_row(rows[-1], len(cells_read if ragged else rows[0].cells), limits)
            line = reader.line_num + 1
    except csv.Error as error:
        code = "table.too-large" if "field limit" in str(error) else "table.syntax"
        at = f"line {line}"
        raise InputError(str(error), code=code, path=at, limit=limits.max_cell, name="max_cell") from error
    return tuple(rows)


def escape_cell(text: str) -> str:
    """``text`` for a cell of an export, with an apostrophe before what a spreadsheet would evaluate.

    Plain numbers stay numbers, negative ones too. ``unescape_cell`` gives the text back.
    """
    if _FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text


def unescape_cell(text: str) -> str:
    """The text that ``escape_cell`` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _decoded(data: bytes, encoding: Encoding, limits: TableLimits) -> str:
    if len(data) > limits.max_bytes:
        raise InputError(len(data), code="table.too-large", limit=limits.max_bytes, name="max_bytes")
    if data.startswith(_UTF16):
        raise InputError("UTF-16", code="table.encoding", path="line 1", encoding=encoding)
    try:
        text = data.removeprefix(_BOM).decode(encoding) if encoding == "utf-8" else data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        saw = data[error.start : error.start + 4].hex(" ")
        raise InputError(saw, code="table.encoding", path=f"line {line}", encoding=encoding) from error
    nul = text.find("\x00")
    if nul >= 0:
        raise InputError("U+0000", code="table.nul", path=f"line {text.count(chr(10), 0, nul) + 1}")
    return text


def _refuse_row(row: Row, width: int, limits: TableLimits) -> None:
    if len(row.cells) != width:
        raise InputError(len(row.cells), code="table.ragged", path=f"line {row.line}", width=width)
    longest = max(map(len, row.cells))
    if longest > limits.max_cell:
        at = f"line {row.line}"
        raise InputError(longest, code="table.too-large", path=at, limit=limits.max_cell, name="max_cell")
