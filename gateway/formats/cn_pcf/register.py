"""A register of footprint certificates (CSV): one declaration for each row, with its total only.

A row says what a certificate says: number, body, product, value with unit, validity. The value is the
declared total, per the unit that it names (``kgCO2e/kWh`` is 1 kWh); nothing else is made up.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from gateway import resources
from gateway.codec.base import Evidence, Package, Reading
from gateway.codec.cellread import CellReading
from gateway.errors import InputError, shorten
from gateway.formats.cn_pcf.reader import read_document
from gateway.formats.cn_pcf.workbook_document import Assembly
from gateway.formats.cn_pcf.workbook_heads import is_unit
from gateway.formats.cn_pcf.workbook_layout import field_of, heading, steps_of
from gateway.frontdoor.table import Delimiter, Encoding, read_csv
from gateway.frontdoor.table import Row as CsvRow
from gateway.frontdoor.workbook import Cell, number_format
from gateway.model.origin import Origin
from gateway.report import Fate, Finding, Note, Severity

_TOTAL, _UNIT, _LABEL = "results.totalKg", "unit", "label.value"
# No heading of a register is longer; anything else is not looked at as a whole.
_LONGEST_HEAD = 4096
_NEEDED = ("label.certNo", _TOTAL, _UNIT)


@dataclass(frozen=True, slots=True)
class Certificate:
    """One row of the register: its line, and the declaration that it makes."""

    line: int
    number: str
    reading: Reading


def read_register(
    data: bytes, *, encoding: Encoding = "utf-8", delimiter: Delimiter = ","
) -> tuple[Certificate, ...]:
    """A declaration for every row; what a row says wrongly is a finding at its line and column.

    Raises:
        InputError: no table, or one without certificate numbers, values and units.
    """
    rows = read_csv(data, encoding=encoding, delimiter=delimiter)
    if not rows:
        raise InputError(code="register.no-rows")
    keys = [_headings().get(heading(name), "") for name in rows[0].cells]
    missing = [key for key in _NEEDED if key not in keys]
    if missing:
        raise InputError(", ".join(rows[0].cells), code="register.no-such-column", keys=", ".join(missing))
    twice = [key for key in keys if key and keys.count(key) > 1]
    if twice:
        raise InputError(twice[0], code="register.column-twice")
    return tuple(_certificate(row, keys, rows[0].cells) for row in rows[1:] if any(row.cells))


def split_register(package: Package) -> tuple[Package, ...]:
    """A register as one of one row for each certificate, each row on its own line; anything else as it is.

    Raises:
        InputError: ``table.*``.
    """
    form = _form(package)
    if form is None:
        return (package,)
    data = package.only.data
    rows = [row for row in read_csv(data, encoding=form.encoding, delimiter=form.delimiter) if any(row.cells)]
    if len(rows) < 3:
        return (package,)
    lines = data.splitlines(keepends=True)
    ends = [*(row.line - 1 for row in rows[1:]), len(lines)]
    head = b"".join(lines[: ends[0]])
    found = []
    for row, end in zip(rows[1:], ends[1:], strict=True):
        above = b"\n" * (row.line - 1 - ends[0])
        own = head + above + b"".join(lines[row.line - 1 : end])
        found.append(Package.of(own, name=f"{package.name} › {row.line}"))
    return tuple(found)


def detect_register(package: Package) -> Evidence | None:
    """The headings of a register, in UTF-8 or GB 18030, between commas, semicolons or tabs."""
    form = _form(package)
    return None if form is None else Evidence(2, ("certificate register", *form.names))


def read_one(package: Package) -> Reading:
    """The declaration of a register with one row.

    Raises:
        InputError: it has another number of rows.
    """
    form = _form(package)
    assert form is not None
    found = read_register(package.only.data, encoding=form.encoding, delimiter=form.delimiter)
    if len(found) != 1:
        raise InputError(len(found), path=package.name, code="register.several-rows")
    return found[0].reading


@dataclass(frozen=True, slots=True)
class _Form:
    """How a register is written, and the headings that say that it is one."""

    encoding: Encoding
    delimiter: Delimiter
    names: tuple[str, ...]


def _form(package: Package) -> _Form | None:
    if len(package.members) != 1:
        return None
    data = package.only.data
    first = data.removeprefix(codecs.BOM_UTF8).partition(b"\n")[0][:_LONGEST_HEAD]
    encoding: Encoding
    for encoding in ("utf-8", "gb18030"):
        try:
            head = first.decode(encoding).rstrip("\r")
            data.decode(encoding)  # the rows may be in Chinese where the headings are not
        except UnicodeDecodeError:
            continue
        delimiter: Delimiter
        for delimiter in (",", ";", "\t"):
            names = tuple(name.strip().strip('"') for name in head.split(delimiter))
            if set(_NEEDED) <= {_headings().get(heading(name), "") for name in names}:
                return _Form(encoding, delimiter, names)
    return None


@cache
def _headings() -> Mapping[str, str]:
    found = {}
    for row in resources.table("fields/cn_register.csv"):
        for spelling in row["headings"].split("|"):
            found[heading(spelling)] = row["key"]
    return found


def _certificate(row: CsvRow, keys: list[str], names: tuple[str, ...]) -> Certificate:
    told = {key: (text, f"line {row.line}, {name}") for key, text, name in _told(row, keys, names)}
    doc, cells = Assembly(), CellReading()
    doc.put(("verification", "kind"), "cert", f"line {row.line}")
    unit, at = told.pop(_UNIT, ("", f"line {row.line}"))
    numerator, _, per = unit.partition("/")
    for key, (text, where) in told.items():
        _put(doc, cells, key, text, where, numerator if key == _TOTAL else "")
        if key == _TOTAL:
            _put(doc, CellReading(), _LABEL, text, where, numerator)
    if per and is_unit(per):
        doc.put(("unit", "amount"), "1", at)
        doc.put(("unit", "unit"), per, at)
    else:
        params = {"field_en": "unit", "field_zh": "单位"}
        cells.findings.append(
            Finding("register.unit-without-reference", at, shorten(unit), Severity.ERROR, params=params)
        )
    cells.notes.extend(_left(row, keys, names))
    number = told.get("label.certNo", ("", ""))[0]
    return Certificate(row.line, number, _placed(read_document(doc.root), doc, cells))


def _told(row: CsvRow, keys: list[str], names: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    return (
        (key, text.strip(), name)
        for key, text, name in zip(keys, row.cells, names, strict=True)
        if key and text.strip()
    )


def _left(row: CsvRow, keys: list[str], names: tuple[str, ...]) -> Iterator[Note]:
    """The cells of columns that no field is known for."""
    for key, text, name in zip(keys, row.cells, names, strict=True):
        if not key and text.strip():
            yield Note("workbook.cell-not-read", f"line {row.line}, {name}", Fate.UNREAD, shorten(text))


def _put(doc: Assembly, cells: CellReading, key: str, text: str, at: str, unit: str) -> None:
    own = field_of(key)
    assert own is not None
    cell = Cell(1, 1, text, "text", number_format(49, None))
    doc.put(tuple(steps_of(key)), cells.value(own.row, cell, at, unit=unit, lengths=own.lengths), at)


def _placed(reading: Reading, doc: Assembly, cells: CellReading) -> Reading:
    """The reading with lines and columns for pointers."""

    def place(at: str) -> str:
        return doc.cells.get(at, at)

    return Reading(
        reading.declaration,
        (*cells.notes, *(replace(note, path=place(note.path)) for note in reading.notes)),
        (*cells.findings, *(replace(finding, at=place(finding.at)) for finding in reading.findings)),
        {p: replace(o, at=place(o.at)) if isinstance(o, Origin) else o for p, o in reading.origins.items()},
    )
