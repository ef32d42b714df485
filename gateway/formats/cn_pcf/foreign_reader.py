"""Read a foreign workbook along a layout that a person confirmed."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.codec.base import Reading
from gateway.errors import UsageError, shorten
from gateway.formats.cn_pcf.foreign_cells import Grid, body_of, grid, plain
from gateway.formats.cn_pcf.foreign_layout import CellLayout, ColumnLayout, Constant, Layout, TableLayout
from gateway.formats.cn_pcf.workbook_heads import Column
from gateway.formats.cn_pcf.workbook_layout import field_of, layout
from gateway.formats.cn_pcf.workbook_reader import read_found
from gateway.formats.cn_pcf.workbook_sheets import FormCell, Found, Record
from gateway.frontdoor.workbook import Cell, Row, column_number, number_format
from gateway.report import Fate, Finding, Note, Severity

MISFITS: Final = frozenset({"workbook.layout-no-sheet", "workbook.layout-other-label"})
_LINE_UNIT: Final = "lines[].unit"
_AMOUNTS: Final = ("lines[].amount", "lines[].amountPerUnit")
_PER: Final = ("/unit", "/单位")


def read_with_layout(data: bytes, told: Layout) -> Reading:
    """The declaration of a foreign workbook; every number that the layout leaves out is noted.

    Raises:
        InputError: the workbook cannot be opened.
        UsageError: nobody has confirmed the layout.
    """
    if not told.confirmed:
        raise UsageError("confirmed: false", code="workbook.layout-not-confirmed")
    cells = grid(data)
    work = _Reading(cells, told)
    work.run()
    return read_found(work.found, since_1904=cells.since_1904, stale=cells.stale)


def misfits(data: bytes, told: Layout) -> tuple[Finding, ...]:
    """Where a workbook has another sheet or label than the layout was made for; nothing: it fits.

    Raises:
        InputError: the workbook cannot be opened.
    """
    work = _Reading(grid(data), told)
    work.run()
    return tuple(f for f in work.found.findings if f.code in MISFITS)


@dataclass(slots=True)
class _Reading:
    """One workbook while it is read along a layout."""

    cells: Grid
    told: Layout
    found: Found = field(default_factory=Found)
    read: set[tuple[str, str]] = field(default_factory=set)
    texts: dict[tuple[str, str], Cell] = field(default_factory=dict)

    def run(self) -> None:
        rows = dict(self.cells.sheets)
        self.texts = {(name, c.ref): c for name, sheet in rows.items() for r in sheet for c in r.cells}
        for name in dict.fromkeys(
            [*(t.sheet for t in self.told.tables), *(c.sheet for c in self.told.cells)]
        ):
            if name not in rows:
                there = ", ".join(rows)
                self._find("workbook.layout-no-sheet", name, there, Severity.ERROR, sheet=name)
        for table in self.told.tables:
            self._table(table, rows.get(table.sheet, ()))
        for wanted in self.told.cells:
            if wanted.sheet in rows:
                self._cell(wanted)
        for constant in self.told.constants:
            own = field_of(constant.key)
            if own is not None:
                self.found.forms.append(FormCell(constant.key, own, _constant(constant, 1), "layout", "", ""))
        self._rest()

    def _cell(self, wanted: CellLayout) -> None:
        own, at = field_of(wanted.key), f"{wanted.sheet}!{wanted.cell}"
        assert own is not None
        cell = self.texts.get((wanted.sheet, wanted.cell))
        if not self._labelled(wanted.sheet, wanted.label_cell, wanted.label, wanted.key):
            return
        if cell is None:
            self._find("workbook.layout-empty-cell", at, "", Severity.WARNING, key=wanted.key)
            return
        self.read |= {(wanted.sheet, wanted.cell), (wanted.sheet, wanted.label_cell)}
        self.found.forms.append(FormCell(wanted.key, own, cell, at, wanted.unit, ""))

    def _labelled(self, sheet: str, ref: str, label: str, key: str) -> bool:
        """Whether the label stands where the layout has it; a layout made by hand may have none."""
        there = self.texts.get((sheet, ref))
        saw = "" if there is None else there.text or ""
        if not ref or not label or plain(saw) == plain(label):
            return True
        self._find("workbook.layout-other-label", f"{sheet}!{ref}", saw, Severity.ERROR, label=label, key=key)
        return False

    def _find(self, code: str, at: str, saw: str, severity: Severity, **params: str) -> None:
        self.found.findings.append(Finding(code, at, shorten(saw), severity, params=params))

    def _table(self, table: TableLayout, rows: Sequence[Row]) -> None:
        columns = {
            column_number(c.column): c
            for c in table.columns
            if not rows
            or not table.heading
            or self._labelled(table.sheet, f"{c.column}{c.label_row or table.heading}", c.label, c.key)
        }
        self.read |= {(table.sheet, f"{c.column}{c.label_row or table.heading}") for c in table.columns}
        for row in _rows_of(table, rows, columns):
            pairs = [(columns[c.column], c) for c in row.cells if c.column in columns]
            units = [cell.text or "" for c, cell in pairs if c.key == _LINE_UNIT]
            unit = next(
                iter(units), next((c.unit for c in table.columns if c.key in _AMOUNTS and c.unit), "")
            )
            known = [(_column(c.key, c.unit), self._named(c, cell, table)) for c, cell in pairs]
            if not known:
                continue
            self.read.update((table.sheet, cell.ref) for _, cell in pairs)
            extra = [(_column(c.key, ""), _constant(c, row.number)) for c in table.constants]
            extra += _per_line_unit([c for c, _ in pairs], unit, row.number)
            block = min((column.block for column, _ in known), key=lambda b: len(b.prefix))
            self.found.records.append(Record(table.sheet, block, {}, (*known, *extra)))

    def _named(self, column: ColumnLayout, cell: Cell, table: TableLayout) -> Cell:
        """An id with its table's prefix, a code for the words that stand for it; everything else as it is."""
        if cell.text is not None and cell.text in column.values:
            at = f"{table.sheet}!{cell.ref}"
            code = column.values[cell.text]
            self.found.notes.append(Note("input.label-for-code", at, Fate.CONVERTED, cell.text, code))
            return cell._replace(text=code, kind="text")
        if column.key != "lines[].id" or not table.id_prefix or cell.text is None:
            return cell
        return cell._replace(text=table.id_prefix + cell.text, kind="text")

    def _rest(self) -> None:
        """What the layout leaves out: numbers one by one, words by sheet."""
        if not self.cells.exact:
            self.found.findings.append(Finding("workbook.read-as-doubles", "", "", Severity.INFO))
        for name, rows in self.cells.sheets:
            left = [c for r in rows for c in r.cells if (name, c.ref) not in self.read]
            words = [c for c in left if c.kind == "text"]
            for cell in _numbers(left):
                note = Note("workbook.cell-not-read", f"{name}!{cell.ref}", Fate.UNREAD, cell.text or "")
                self.found.notes.append(note)
            if words:
                finding = Finding("workbook.words-not-read", name, str(len(words)), Severity.INFO)
                self.found.findings.append(finding)


def _rows_of(table: TableLayout, rows: Sequence[Row], columns: Container[int]) -> Iterator[Row]:
    if table.last is not None:
        last = table.last
        return (row for row in rows if table.first <= row.number <= last)
    below = [row for row in rows if row.number >= table.first]
    return body_of(below, table.first - 1, columns)


def _numbers(cells: Sequence[Cell]) -> Iterator[Cell]:
    return (cell for cell in cells if cell.kind != "text")


def _per_line_unit(columns: Sequence[ColumnLayout], unit: str, row: int) -> list[tuple[Column, Cell]]:
    """The unit of a factor that is per unit of its line (``kgCO2e/unit``), in full."""
    per = next((c.unit for c in columns if c.key == "lines[].factor.value" and c.unit.endswith(_PER)), "")
    if not per or not unit:
        return []
    whole = Constant(key="lines[].factor.unit", value=f"{per.rpartition('/')[0]}/{unit}")
    return [(_column(whole.key, ""), _constant(whole, row))]


def _column(key: str, unit: str) -> Column:
    block, own = layout().by_key[key]
    return Column(own, block, unit)


def _constant(constant: Constant, row: int) -> Cell:
    """A value of the layout itself, as a cell that has no column."""
    return Cell(row, 0, constant.value, "text", number_format(49, None))
