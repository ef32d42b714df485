"""Suggest a layout for a foreign workbook: labels beside values, headings above columns, names of sheets.

Only what has one meaning and a value that fits is proposed; everything else is listed as open, with the
fields that it may be and the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway import resources
from gateway.codec.fields import choices
from gateway.formats.cn_pcf.foreign_cells import grid, is_total, plain
from gateway.formats.cn_pcf.foreign_forms import Pair, Products, pairs_of, products_of, span
from gateway.formats.cn_pcf.foreign_heads import FoundTable, Head, fit, fits, is_words, tables_of
from gateway.formats.cn_pcf.foreign_labels import candidates, without_unit
from gateway.formats.cn_pcf.foreign_layout import (
    CellLayout,
    ColumnLayout,
    Constant,
    Layout,
    Open,
    TableLayout,
    Why,
)
from gateway.formats.cn_pcf.workbook_heads import is_unit
from gateway.formats.cn_pcf.workbook_layout import Field, field_of, tidy_label
from gateway.frontdoor.workbook import Cell, Row, column_letters

_TOTAL: Final = "results.totalKg"
_NO_STAGE: Final = "layout.open-no-stage"
_STAGE, _STAGE_KG = "resultSets[].byStage[].stage", "resultSets[].byStage[].kg"


def suggest_layout(data: bytes) -> Layout:
    """What the cells of a workbook seem to be, each with its reason; nothing is decided by it.

    Raises:
        InputError: the workbook cannot be opened.
    """
    found = _Suggestion()
    for sheet, rows in grid(data).sheets:
        _Sheet(found, sheet, rows).run()
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
        places: dict[str, list[str]] = {}
        for cell in self.cells:
            places.setdefault(cell.key, []).append(f"{cell.sheet}!{cell.cell}")
        for cell in self.cells:
            if len(places[cell.key]) > 1:
                why = Why.of("layout.open-twice", key=cell.key, places=", ".join(places[cell.key]))
                self.open.append(
                    Open(sheet=cell.sheet, cell=cell.cell, label=cell.label, keys=(cell.key,), why=why)
                )
        lines = [t for t in self.tables if any(c.key == "lines[].id" for c in t.columns)]
        tables = [
            t.model_copy(update={"id_prefix": f"{t.sheet.split(' ')[0]}-"})
            if t in lines and len(lines) > 1
            else t
            for t in self.tables
        ]
        kept = tuple(cell for cell in self.cells if len(places[cell.key]) == 1)
        return Layout(
            cells=kept, tables=tuple(tables), constants=tuple(self.constants), open=tuple(self.open)
        )

    def declared_unit(self, per: str) -> None:
        """A result per something says what the declared unit is."""
        if (
            is_unit(per)
            and per not in {"unit", "piece"}
            and all(c.key != "unit.unit" for c in self.constants)
        ):
            why = Why.of("layout.per-unit", unit=per)
            self.constants.append(Constant(key="unit.amount", value="1", why=why))
            self.constants.append(Constant(key="unit.unit", value=per, why=why))


@dataclass(slots=True)
class _Sheet:
    """One sheet while it is looked through. ``seen``: the cells that are proposed or listed."""

    all: _Suggestion
    name: str
    rows: Sequence[Row]
    seen: set[str] = field(default_factory=set)

    def run(self) -> None:
        """The tables, then the labels on the other rows, then the numbers that nothing was said of."""
        in_tables: set[int] = set()
        products = products_of([r for r in self.rows if r.cells])
        for table in () if products else tables_of(self.rows):
            in_tables |= {*table.rows, *(r.number for r in table.body)}
            self._table(table)
            in_tables |= self._total(table)
        left = [row for row in self.rows if row.number not in in_tables]
        for pair in pairs_of(left, products):
            self._pair(pair)
        if products is not None:
            self._products(products, left)
        self._numbers()

    def _open(self, at: str, label: str, code: str, keys: Sequence[str] = (), **params: str) -> None:
        why = Why.of(code, label=label, **params)
        self.all.open.append(Open(sheet=self.name, cell=at, label=label, keys=tuple(keys), why=why))

    def _table(self, table: FoundTable) -> None:
        self.seen |= {c.ref for r in table.body for c in r.cells if c.column in table.heads}
        named = [h.meant.keys[0] for h in table.heads.values() if len(h.meant.keys) == 1]
        columns: list[ColumnLayout] = []
        for head in table.heads.values():
            doubt, params = self._doubt(head, table, named, columns)
            if doubt:
                keys = [k for k in head.meant.keys if k] or candidates(head.cell.text or "", tables=True)
                self._open(head.cell.ref, head.label, doubt, keys, **params)
            else:
                columns.append(self._column(head, table))
        if not columns or (table.is_stages and all(c.key != _STAGE for c in columns)):
            for column in columns:  # amounts of stages that nobody names
                keys = (column.key,)
                self._open(
                    f"{column.column}{column.label_row or table.heading}", column.label, _NO_STAGE, keys
                )
            return
        taken = {column.key for column in columns}
        constants = tuple(c for c in _constants(self.name) if c.key not in taken) if table.is_lines else ()
        self.all.tables.append(
            TableLayout(
                sheet=self.name,
                first=table.body[0].number,
                columns=tuple(columns),
                heading=table.heading,
                constants=constants,
            )
        )

    def _doubt(
        self, head: Head, table: FoundTable, named: Sequence[str], before: Sequence[ColumnLayout]
    ) -> tuple[str, dict[str, str]]:
        """Why a column is not proposed; empty where it is."""
        keys = head.meant.keys
        if not [k for k in keys if k]:
            return "layout.open-unknown", {}
        if len(keys) > 1:
            return "layout.open-several-keys", {}
        if named.count(keys[0]) > 1:
            return "layout.open-twice-table", {"key": keys[0]}
        wrong = fit(head, table.body).misfit
        if wrong is not None:
            return "layout.open-misfit", {"place": wrong.ref, "saw": wrong.text or "", "key": keys[0]}
        own = field_of(keys[0])
        assert own is not None
        if own.row.unit == "@unit" and head.meant.unit:
            other = next((c for c in before if c.unit and _beside(c.key) == _beside(own.key)), None)
            if other is not None and other.unit != head.meant.unit:
                return "layout.open-two-units", {
                    "unit": self._unit(own, head.meant.unit),
                    "other": other.unit,
                }
        return "", {}

    def _column(self, head: Head, table: FoundTable) -> ColumnLayout:
        own = field_of(head.meant.keys[0])
        assert own is not None
        unit = self._unit(own, head.meant.unit)
        there = fit(head, table.body)
        for cell in there.words:
            params = {"saw": cell.text or "", "codes": choices(own.row.code_list)}
            self._open(cell.ref, cell.text or "", "layout.open-word", (own.key,), **params)
        label_at = table.heading if head.cell.row == table.heading else head.cell.row
        return ColumnLayout(
            column=column_letters(head.cell.column),
            key=own.key,
            unit=unit,
            label=head.cell.text or "",
            label_row=0 if label_at == table.heading else label_at,
            values=dict(there.values),
            why=_why(head.label, head.cell.text or "", own),
        )

    def _unit(self, own: Field, unit: str) -> str:
        """A unit per something is the field's unit, and says what the declared unit is."""
        top, _, per = unit.partition("/")
        if own.row.type != "amount":
            return ""
        if own.row.unit == "kg{CO2eq}" and per:
            if own.key in {_TOTAL, _STAGE_KG}:
                self.all.declared_unit(per.strip())
            return top.strip()
        of_pieces = per in {"piece", "unit"} and not own.row.unit.startswith("@")
        return top if own.key == "lines[].amountPerUnit" or of_pieces else unit

    def _total(self, table: FoundTable) -> set[int]:
        """The row of the total below a table: of stages it is the result, of others it is left out."""
        number = table.body[-1].number + 1
        row = next((r for r in self.rows if r.number == number), None)
        if row is None or not row.cells or not is_total(row.cells[0].text or ""):
            return set()
        by_key = {h.meant.keys[0]: h for h in table.heads.values() if len(h.meant.keys) == 1}
        kg = by_key.get(_STAGE_KG)
        value = next((c for c in row.cells if kg and c.column == kg.cell.column), None)
        own = field_of(_TOTAL)
        assert own is not None
        label = row.cells[0]
        if kg is not None and value is not None and _STAGE in by_key and fits(own, value, kg.meant.unit):
            self._propose(
                value, own, kg.meant.unit, label, Why.of("layout.total-of-stages", label=label.text or "")
            )
        for cell in row.cells:
            if not is_words(cell) and cell.ref not in self.seen:
                self._open(cell.ref, label.text or "", "layout.open-total")
                self.seen.add(cell.ref)
        return {number}

    def _pair(self, pair: Pair) -> None:
        label, at = pair.label.text or "", pair.value or pair.label
        self.seen |= {pair.label.ref, at.ref}
        own = field_of(pair.keys[0]) if len(pair.keys) == 1 else None
        if not pair.doubt and own is not None and pair.value is not None:
            self._propose(pair.value, own, pair.unit, pair.label, _why(label, label, own))
            return
        keys = pair.keys or candidates(label, tables=False)
        saw = pair.value.text or "" if pair.value else ""
        params = {"place": at.ref, "saw": saw, "key": pair.keys[0] if pair.keys else ""}
        self.seen |= {c.ref for c in pair.others}
        area = f"{at.ref}:{pair.others[-1].ref}" if pair.others else at.ref
        self._open(area, label, pair.doubt, keys, **params)

    def _propose(self, value: Cell, own: Field, unit: str, label: Cell, why: Why) -> None:
        self.seen |= {value.ref, label.ref}
        self.all.cells.append(
            CellLayout(
                sheet=self.name,
                cell=value.ref,
                key=own.key,
                unit=self._unit(own, unit),
                label_cell=label.ref,
                label=label.text or "",
                why=why,
            )
        )

    def _products(self, products: Products, rows: Sequence[Row]) -> None:
        """Each other product is a declaration of its own."""
        first = column_letters(products.column)
        for column, name in products.others.items():
            below = [r for r in rows if r.number >= products.row and any(c.column == column for c in r.cells)]
            letters = column_letters(column)
            self._open(span(column, below), name, "layout.open-product", column=letters, first=first)
            self.seen |= {c.ref for r in rows for c in r.cells if c.column == column}

    def _numbers(self) -> None:
        """Numbers that nothing was said of, row by row, with what stands before or above them."""
        above: dict[int, str] = {}
        for row in self.rows:
            left = [c for c in row.cells if not is_words(c) and c.ref not in self.seen and (c.text or "")]
            words = [c for c in row.cells if is_words(c)]
            if left:
                near = next((c.text or "" for c in reversed(words) if c.column < left[0].column), "")
                label = near or above.get(left[0].column, "")
                at = left[0].ref if len(left) == 1 else f"{left[0].ref}:{left[-1].ref}"
                self._open(at, label, "layout.open-numbers", candidates(label, tables=False) if label else ())
            above.update({c.column: c.text or "" for c in words})


def _constants(sheet: str) -> Iterator[Constant]:
    """What the name of a sheet says of all its lines."""
    for row in resources.table("fields/cn_pcf_sheet_words.csv"):
        if any(word in plain(sheet) for word in row["words"].split("|")):
            for key, value in (("lines[].stage", row["stage"]), ("lines[].category", row["category"])):
                if value:
                    why = Why.of("layout.sheet-name", sheet=sheet)
                    yield Constant(key=key, value=value, why=why)
            return


def _beside(key: str) -> str:
    """Where the unit of an amount of a line stands."""
    return "lines[].unit" if key in {"lines[].amount", "lines[].amountPerUnit"} else f"{key}.unit"


def _why(label: str, own_label: str, own: Field) -> Why:
    names = {tidy_label(name)[0] for name in own.row.label.values()}
    code = "layout.label" if without_unit(own_label)[0] in names else "layout.synonym"
    return Why.of(code, label=label, key=own.key, label_zh=own.row.label["zh"], label_en=own.row.label["en"])
