"""The second input as a workbook: a sheet for single values, and one for each list.

The first column of the sheet of values, and the first row of a list, name the field by its place in the JSON:
they are what is read. Labels, access groups and suppliers beside them are for people; a unit that was changed
there counts. Items of a list within a list say in their first cell which item above they belong to, by its
number or its name. Whatever else stands in a cell is told as not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from gateway.codec.base import Reading
from gateway.codec.cellread import CellReading
from gateway.codec.fields import Row as Field
from gateway.errors import GatewayError, InputError, shorten
from gateway.formats.passport_data import NAME
from gateway.formats.passport_data.reader import read_document
from gateway.formats.passport_data.table import table
from gateway.formats.passport_data.workbook_render import CHOICES, PARENT
from gateway.frontdoor.json import JsonValue
from gateway.frontdoor.workbook import Cell, Row, is_any_workbook, open_workbook
from gateway.model.origin import Derived, Origin
from gateway.report import Fate, Finding, Note, Severity

# Columns of the sheet of values, from 1.
_KEY, _VALUE, _UNIT, _LAST = 1, 4, 5, 8


def is_ours(data: bytes) -> bool:
    """Whether the workbook is this form: its first cell says so."""
    if not is_any_workbook(data) or (NAME.encode() not in data and b"xl/" not in data):
        return False
    try:
        book = open_workbook(data)
        first = next(iter(book.rows(book.sheets[0])), None) if book.sheets else None
    except GatewayError:
        return False
    return first is not None and bool(first.cells) and first.cells[0].text == NAME


def read_workbook(data: bytes) -> Reading:
    """What the workbook says, with the cell of every value, note and finding.

    Raises:
        InputError: it is not this form.
    """
    if not is_ours(data):
        raise InputError(path="A1", code="passport-data.not-ours")
    book = open_workbook(data)
    work = _Work(CellReading(book.since_1904, book.stale))
    first, *others = book.sheets
    work.values(first.name, list(book.rows(first))[1:])
    sheets = [_list_sheet(sheet.name, list(book.rows(sheet))) for sheet in others if sheet.name != CHOICES]
    # A list comes before the lists within its items.
    for one in sorted(sheets, key=lambda one: one.place.count("*")):
        work.items(one)
    reading = read_document(work.document)
    return Reading(
        reading.declaration,
        (*work.cells.notes, *work.notes, *(replace(n, path=work.cell(n.path)) for n in reading.notes)),
        (*work.cells.findings, *work.findings, *(replace(f, at=work.cell(f.at)) for f in reading.findings)),
        {path: work.origin(origin) for path, origin in reading.origins.items()},
    )


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One sheet of a list: the field of each column, and the rows below. ``place`` is empty for any other."""

    name: str
    place: str
    columns: Mapping[int, str]
    units: Mapping[int, str]
    rows: Sequence[Row]


@dataclass(slots=True)
class _Work:
    """A workbook while it is put together: the document, and the cell behind every place in it."""

    cells: CellReading
    document: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    def values(self, sheet: str, rows: Sequence[Row]) -> None:
        """The single values: a field in a row."""
        for row in rows:
            told = {cell.column: cell for cell in row.cells if (cell.text or "").strip() or cell.formula}
            key = (told[_KEY].text or "").strip() if _KEY in told else ""
            self._aside(sheet, (cell for column, cell in told.items() if column > _LAST))
            cell = told.get(_VALUE)
            if cell is None:
                continue
            at = f"{sheet}!{cell.ref}"
            own = _fields().get(key)
            if own is None or "/*/" in key:
                if key:
                    told_key = {"key": shorten(key)}
                    self._find("workbook.unknown-key", at, cell.text or "", Severity.WARNING, **told_key)
                self._aside(sheet, [cell])
                continue
            unit = (told[_UNIT].text or "").strip() if _UNIT in told else ""
            self._put(key, self.cells.value(own, cell, at, unit=unit), at)

    def items(self, sheet: _Sheet) -> None:
        """The items of a list: one in a row."""
        if not sheet.place:
            count = sum(1 for row in sheet.rows for cell in row.cells if (cell.text or "").strip())
            if count:
                self._find("workbook.sheet-not-read", sheet.name, str(count), Severity.WARNING)
            return
        head, _, inner = sheet.place.removesuffix("/*").partition("/*")
        for row in sheet.rows:
            told = [c for c in row.cells if (c.text or "").strip() or c.formula]
            values = [c for c in told if sheet.columns.get(c.column, "").startswith("/")]
            self._aside(sheet.name, (c for c in told if c.column not in sheet.columns))
            if not values:
                self._aside(sheet.name, (c for c in told if c.column in sheet.columns))
                continue
            place = f"{head}/{len(_list(self.document, head))}"
            if inner:
                above = next((c for c in told if sheet.columns.get(c.column) == PARENT), None)
                number = self._above(sheet, row, above, _list(self.document, head))
                if number is None:
                    self._aside(sheet.name, values)
                    continue
                place = f"{head}/{number}{inner}"
                place = f"{place}/{len(_list(self.document, place))}"
            self._item(sheet, values, place)

    def _item(self, sheet: _Sheet, values: Sequence[Cell], place: str) -> None:
        item: dict[str, JsonValue] = {}
        above, _, _ = place.rpartition("/")
        _list(self.document, above).append(item)
        for cell in values:
            name, at = sheet.columns[cell.column], f"{sheet.name}!{cell.ref}"
            unit = sheet.units.get(cell.column, "")
            member = name.rpartition("/")[2]
            item[member] = self.cells.value(_fields()[name], cell, at, unit=unit)
            self.places[f"{place}/{member}"] = at

    def _above(self, sheet: _Sheet, row: Row, cell: Cell | None, listed: Sequence[Any]) -> int | None:
        """The item above that a row belongs to: the only one, that of the number, or that of the name."""
        text = (cell.text or "").strip() if cell is not None else ""
        if not text and len(listed) == 1:
            return 0
        number = text.removesuffix(".0")
        if number.isdecimal() and number.isascii() and 1 <= int(number) <= len(listed):
            return int(number) - 1
        named = [i for i, item in enumerate(listed) if text and text in item.values()]
        if len(named) == 1:
            return named[0]
        at = f"{sheet.name}!{cell.ref}" if cell is not None else f"{sheet.name}!A{row.number}"
        self._find("passport-data.no-item", at, text, Severity.ERROR)
        return None

    def _put(self, place: str, value: JsonValue, at: str) -> None:
        node: dict[str, Any] = self.document
        *above, last = place.split("/")[1:]
        for step in above:
            node = node.setdefault(step, {})
        if last not in node:
            node[last], self.places[place] = value, at
        elif node[last] != value:
            told = {"field": place, "first": self.places[place]}
            self._find("workbook.two-values", at, str(value), Severity.ERROR, **told)

    def _aside(self, sheet: str, cells: Iterator[Cell] | Sequence[Cell]) -> None:
        """Cells that belong to no field."""
        self.notes += [
            Note("workbook.cell-not-read", f"{sheet}!{c.ref}", Fate.UNREAD, shorten(c.text or ""))
            for c in cells
        ]

    def _find(self, code: str, at: str, saw: str, severity: Severity, **params: str) -> None:
        self.findings.append(Finding(code, at, shorten(saw), severity, params=params))

    def cell(self, place: str) -> str:
        """The cell behind a place of the document; the place itself where no cell stands behind it."""
        at = place
        while at and at not in self.places:
            at = at.rpartition("/")[0]
        return self.places.get(at, place)

    def origin(self, origin: Origin | Derived) -> Origin | Derived:
        """The same with its cell."""
        return Origin(self.cell(origin.at), origin.text) if isinstance(origin, Origin) else origin


def _list_sheet(name: str, rows: Sequence[Row]) -> _Sheet:
    """The sheet of a list, known by its heading: whatever it is called, and wherever its columns stand."""
    known = _fields()
    for index, row in enumerate(rows):
        told = {c.column: (c.text or "").strip() for c in row.cells}
        columns = {c: text for c, text in told.items() if text in known and "/*/" in text}
        if not columns:
            continue
        place = next(iter(columns.values())).rpartition("/")[0]
        columns = {c: text for c, text in columns.items() if text.rpartition("/")[0] == place}
        columns |= {c: text for c, text in told.items() if text == PARENT}
        below = rows[index + 1 :]
        units: dict[int, str] = {}
        if below and _is_labels(below[0], columns):
            units = {c.column: unit for c in below[0].cells if (unit := _unit_in(c.text or ""))}
            below = below[1:]
        return _Sheet(name, place, columns, units, [_without_heads(row, columns) for row in below])
    return _Sheet(name, "", {}, {}, rows)


def _without_heads(row: Row, columns: Mapping[int, str]) -> Row:
    """The row; a heading that stands there again is none of its values."""
    return Row(row.number, tuple(c for c in row.cells if c.text != columns.get(c.column)), row.hidden)


def _is_labels(row: Row, columns: Mapping[int, str]) -> bool:
    """Whether a row has the labels of its columns; units in brackets may differ."""
    told = {c.column: (c.text or "").partition(" [")[0] for c in row.cells}
    own = {c: _fields()[name].label for c, name in columns.items() if name != PARENT}
    return any(told.get(c) == f"{label['zh']} {label['en']}" for c, label in own.items())


def _unit_in(label: str) -> str:
    """The unit in the brackets at the end of a label."""
    return label.rpartition(" [")[2].removesuffix("]") if label.endswith("]") and " [" in label else ""


@cache
def _fields() -> Mapping[str, Field]:
    return {row.pointer: row for row in table().rows}


def _list(document: dict[str, Any], place: str) -> list[Any]:
    """The list at a place of the document, made where it is not there yet."""
    node: Any = document
    *above, last = place.split("/")[1:]
    for step in above:
        node = node[int(step)] if isinstance(node, list) else node.setdefault(step, {})
    found: list[Any] = node.setdefault(last, [])
    return found
