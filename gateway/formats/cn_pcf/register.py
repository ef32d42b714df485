"""A register of footprint certificates (CSV): one declaration for each row, with its total only.

A row says what a certificate says: number, body, product, value with unit, validity. The value is the
declared total, per the unit that it names (``kgCO2e/kWh`` is 1 kWh); nothing else is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from gateway import resources
from gateway.codec.base import Reading
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
