"""Suggest a layout for a foreign workbook: labels beside values, headings above columns, names of sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway import resources
from gateway.formats.cn_pcf.foreign_cells import body_of, grid, plain
from gateway.formats.cn_pcf.foreign_layout import (
    CellLayout,
    ColumnLayout,
    Constant,
    Layout,
    Open,
    TableLayout,
    Why,
)
from gateway.formats.cn_pcf.workbook_heads import Column, columns_by_labels, is_unit
from gateway.formats.cn_pcf.workbook_layout import Field, field_of, keys_for, tidy_label
from gateway.frontdoor.workbook import Cell, Row, column_letters

# How many labels make a row of words a heading.
_FEWEST_LABELS: Final = 3


def suggest_layout(data: bytes) -> Layout:
    """What the cells of a workbook seem to be, each with its reason; nothing is decided by it.

    Raises:
        InputError: the workbook cannot be opened.
    """
    found = _Suggestion()
    for sheet, rows in grid(data).sheets:
        found.sheet(sheet, rows)
    return found.layout()


@dataclass(slots=True)
class _Suggestion:
    """What was found so far."""

    cells: list[CellLayout] = field(default_factory=list)
    tables: list[TableLayout] = field(default_factory=list)
    constants: list[Constant] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)

    def layout(self) -> Layout:
        """The layout; a field that several cells seem to hold is left open."""
        counts: dict[str, int] = {}
        for cell in self.cells:
            counts[cell.key] = counts.get(cell.key, 0) + 1
        for cell in self.cells:
            if counts[cell.key] > 1:
                label = f"{cell.key}: {cell.why.en}"
                self.open.append(Open(sheet=cell.sheet, cell=cell.cell, label=label, keys=(cell.key,)))
        lines = [t for t in self.tables if any(c.key == "lines[].id" for c in t.columns)]
        tables = [
            t.model_copy(update={"id_prefix": f"{t.sheet.split(' ')[0]}-"})
            if t in lines and len(lines) > 1
            else t
            for t in self.tables
        ]
        kept = tuple(cell for cell in self.cells if counts[cell.key] == 1)
        return Layout(
            cells=kept, tables=tuple(tables), constants=tuple(self.constants), open=tuple(self.open)
        )

    def sheet(self, name: str, rows: Sequence[Row]) -> None:
        """The tables of a sheet, then the labels on its other rows."""
        in_tables: set[int] = set()
        for index, row in enumerate(rows):
            if row.number in in_tables:
                continue
            columns = self._heading(name, row)
            if columns is None:
                continue
            body = list(body_of(rows[index + 1 :], row.number, columns))
            in_tables |= {row.number, *(r.number for r in body)}
            if body:
                self._table(name, row, columns, body)
        for row in rows:
            if row.number not in in_tables:
                self._labels(name, row)

    @staticmethod
    def _heading(name: str, row: Row) -> dict[int, Column] | None:
        texts = {c.column: c.text for c in row.cells if c.kind == "text" and c.text}
        if len(texts) != len(row.cells):
            return None
        found = columns_by_labels(texts, sheet=name, now=None, fewest=_FEWEST_LABELS, share=(1, 2))
        return None if found is None else {k: v for k, v in found.items() if isinstance(v, Column)}

    def _table(self, name: str, row: Row, columns: Mapping[int, Column], body: Sequence[Row]) -> None:
        found = []
        for cell in row.cells:
            column = columns.get(cell.column)
            if column is None:
                keys = keys_for(cell.text or "", tables=True)
                self.open.append(Open(sheet=name, cell=cell.ref, label=cell.text or "", keys=keys))
                continue
            why = _why(cell.text or "", column.own)
            letters = column_letters(cell.column)
            label = cell.text or ""
            found.append(
                ColumnLayout(column=letters, key=column.own.key, unit=column.unit, label=label, why=why)
            )
        taken = {column.key for column in found}
        constants = tuple(c for c in _constants(name) if c.key not in taken)
        is_lines = any(key.startswith("lines[].") for key in taken)
        self.tables.append(
            TableLayout(
                sheet=name,
                first=body[0].number,
                columns=tuple(found),
                heading=row.number,
                constants=constants if is_lines else (),
            )
        )

    def _labels(self, name: str, row: Row) -> None:
        """Pairs of a label and, to its right, a value with its unit perhaps."""
        for position, cell in enumerate(row.cells):
            label = cell.text or ""
            keys = keys_for(label, tables=False) if cell.kind == "text" else ()
            if not keys:
                continue
            right = row.cells[position + 1 :]
            value = next((c for c in right if not _is_label_or_unit(c)), None)
            if value is None:
                continue
            if len(keys) > 1:
                self.open.append(Open(sheet=name, cell=value.ref, label=label, keys=keys))
                continue
            own = field_of(keys[0])
            assert own is not None
            unit = tidy_label(label)[1] if is_unit(tidy_label(label)[1]) else ""
            unit = unit or next((c.text or "" for c in right if c.kind == "text" and _is_unit(c)), "")
            self._cell(name, value, own, unit, cell)

    def _cell(self, name: str, value: Cell, own: Field, unit: str, label: Cell) -> None:
        """A cell; a unit per something is the field's unit, and says what the declared unit is."""
        numerator, _, per = unit.partition("/")
        if own.row.type != "amount":
            unit = ""
        elif own.row.unit == "kg{CO2eq}" and per and is_unit(numerator) and own.key.startswith("results."):
            unit = numerator
            self._declared_unit(per)
        text = label.text or ""
        self.cells.append(
            CellLayout(
                sheet=name,
                cell=value.ref,
                key=own.key,
                unit=unit,
                label_cell=label.ref,
                label=text,
                why=_why(text, own),
            )
        )

    def _declared_unit(self, per: str) -> None:
        if is_unit(per) and all(c.key != "unit.unit" for c in self.constants):
            why = Why.of("layout.per-unit", unit=per)
            self.constants.append(Constant(key="unit.amount", value="1", why=why))
            self.constants.append(Constant(key="unit.unit", value=per, why=why))


def _constants(sheet: str) -> Iterator[Constant]:
    """What the name of a sheet says of all its lines."""
    for row in resources.table("fields/cn_pcf_sheet_words.csv"):
        if any(word in sheet for word in row["words"].split("|")):
            for key, value in (("lines[].stage", row["stage"]), ("lines[].category", row["category"])):
                if value:
                    why = Why.of("layout.sheet-name", sheet=sheet)
                    yield Constant(key=key, value=value, why=why)
            return


def _why(label: str, own: Field) -> Why:
    bare = tidy_label(label)[0]
    names = {tidy_label(name)[0] for name in own.row.label.values()}
    code = "layout.label" if bare in names else "layout.synonym"
    return Why.of(code, label=label, key=own.key, label_zh=own.row.label["zh"], label_en=own.row.label["en"])


def _is_label_or_unit(cell: Cell) -> bool:
    if cell.kind != "text":
        return False
    text = cell.text or ""
    return _is_unit(cell) or bool(keys_for(text, tables=False)) or plain(text) in {"单位", "unit", ":", "："}


def _is_unit(cell: Cell) -> bool:
    text = (cell.text or "").strip()
    return not text.replace(".", "").isdecimal() and is_unit(text.partition("/")[0] if "/" in text else text)
