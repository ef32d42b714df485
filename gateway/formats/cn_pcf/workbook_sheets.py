"""Find the values of a declaration on the sheets of a workbook: forms, tables, and the sheet of the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.codec.annotate import FINDINGS_SHEET
from gateway.errors import shorten
from gateway.formats.cn_pcf.workbook_heads import (
    Column,
    Columns,
    Parent,
    columns_by_keys,
    columns_by_labels,
    form_roles,
    merged,
    with_units,
)
from gateway.formats.cn_pcf.workbook_layout import (
    LISTS,
    QUICK,
    README,
    REST,
    SECTION,
    Block,
    Field,
    field_of,
    keys_for,
    layout,
    tidy_key,
)
from gateway.formats.cn_pcf.workbook_leftover import (
    beside_value,
    heading_leftover,
    hidden_values,
    is_heading_of,
    is_own_section,
    is_own_text,
    quick_key,
    rest_parts,
)
from gateway.frontdoor.workbook import Cell, Row, Shape, Sheet, Workbook, column_letters
from gateway.report import Fate, Finding, Note, Severity

# A row of labels is a heading of a table when so many are known; under a title of its own two are enough.
_FEWEST_LABELS: Final = 4
_FEWEST_TITLED: Final = 2
# How many rows a heading may have above its keys.
_HEADING_ROWS: Final = 3


@dataclass(frozen=True, slots=True)
class FormCell:
    """A value of a form with its key and what stands beside it."""

    key: str
    own: Field
    cell: Cell
    at: str
    unit: str
    disclosure: str


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table. ``block`` is the outermost that it has values of."""

    sheet: str
    block: Block
    parents: Mapping[str, str]
    cells: tuple[tuple[Column, Cell], ...]

    def at(self, cell: Cell) -> str:
        """Where one of its cells stands."""
        return f"{self.sheet}!{cell.ref}"


@dataclass(slots=True)
class Found:
    """Everything that stands in a workbook, before it is put together. ``rest``: place, JSON text, cell."""

    forms: list[FormCell] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    rest: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    recognised: bool = False


def find(book: Workbook) -> Found:
    """All values of the workbook's sheets, in order."""
    found = Found()
    for sheet in book.sheets:
        if sheet.name != FINDINGS_SHEET:
            _SheetReader(book, sheet, found).run()
    return found


def evidence(book: Workbook) -> tuple[int, tuple[str, ...]]:
    """How much a workbook looks like ours: strength as ``Evidence`` has it, and what was seen."""
    seen: list[str] = []
    labels: list[str] = []
    for text in _first_texts(book):
        if "(cn-pcf@1)" in text or text.startswith("产品碳足迹声明工作簿"):
            return 3, (shorten(text),)
        key = tidy_key(text) if "." in text else ""
        if key and field_of(key) is not None:
            seen.append(key)
        elif keys_for(text, tables=False) or keys_for(text, tables=True):
            labels.append(text)
    if len(set(seen)) >= 3:
        return 2, tuple(dict.fromkeys(seen))[:5]
    return (1, tuple(dict.fromkeys(labels))[:5]) if len(set(labels)) >= 6 else (0, ())


def places(book: Workbook) -> dict[str, str]:
    """The cell of each field that has a row in a form, filled or not, by its place in the JSON form."""
    found: dict[str, str] = {}
    for sheet in sorted(book.sheets, key=lambda sheet: sheet.name == QUICK):
        roles: dict[str, list[int]] | None = None
        for row in book.rows(sheet):
            texts = {c.column: c.text for c in row.cells if c.kind == "text" and c.text}
            roles = form_roles(texts) or roles
            for column in roles.get("key", ()) if roles else ():
                key = tidy_key(texts.get(column, ""))
                if key and "[" not in key and "{" not in key and field_of(key) is not None:
                    cell = f"{column_letters(roles['value'][0])}{row.number}" if roles else ""
                    found.setdefault("/" + key.replace(".", "/"), f"{sheet.name}!{cell}")
    return found


def _first_texts(book: Workbook) -> Iterator[str]:
    for sheet in book.sheets:
        for row in book.rows(sheet):
            if row.number > 40:
                break
            yield from (cell.text for cell in row.cells if cell.kind == "text" and cell.text)


class _SheetReader:
    """One sheet while it is read, row by row."""

    def __init__(self, book: Workbook, sheet: Sheet, found: Found) -> None:
        self._book, self._sheet, self._found = book, sheet, found
        self._shape = Shape()
        self._section = ""
        self._form: dict[str, list[int]] | None = None
        self._table: Columns | None = None
        self._in_heading = False
        self._titled = False
        self._recognised = False
        self._unread: list[Cell] = []
        self._hidden_by_row: list[Cell] = []
        self._hidden_by_column: list[Cell] = []

    def run(self) -> None:
        for row in self._book.rows(self._sheet, self._shape):
            if self._sheet.name in {README, LISTS}:
                own = (is_own_text(self._sheet.name, cell) for cell in row.cells)
                self._unread.extend(c for c, known in zip(row.cells, own, strict=True) if not known)
            elif self._sheet.name == REST:
                self._rest(row)
            else:
                self._row(row)
        self._found.recognised |= self._recognised
        self._tell_hidden()
        if self._recognised or self._sheet.name in {README, LISTS}:
            for cell in self._unread:
                self._unread_note(cell)
            for area in self._shape.merged:
                at = f"{self._sheet.name}!{area}"
                self._found.findings.append(Finding("workbook.merged-cells", at, area, Severity.INFO))
        elif self._unread:
            count = str(len(self._unread))
            finding = Finding("workbook.sheet-not-read", self._sheet.name, count, Severity.WARNING)
            self._found.findings.append(finding)

    def _row(self, row: Row) -> None:
        texts = {c.column: c.text for c in row.cells if c.kind == "text" and c.text}
        first = next(iter(texts.values()), "")
        roles = form_roles(texts)
        title = first.removeprefix(SECTION).strip() if first.startswith(SECTION) else ""
        # A value may begin with the mark, too: beside other cells only our own titles are titles.
        if title and (len(row.cells) == 1 or (row.cells[0].text == first and is_own_section(title))):
            self._section, self._table, self._titled = title, None, True
            self._unread.extend(row.cells[1:] if is_own_section(self._section) else row.cells)
        elif roles is not None:
            self._form, self._table, self._recognised = roles, None, True
            self._unread.extend(heading_leftover(row, (c for found in roles.values() for c in found)))
        elif self._heading(row, texts):
            self._titled, self._recognised = False, True
        elif self._table is not None:
            self._record(row, self._table)
        elif self._form is not None:
            self._form_row(row, self._form)
        else:
            self._unread.extend(row.cells)

    def _heading(self, row: Row, texts: Mapping[int, str]) -> bool:
        """A row of keys, of labels, or of the units below them."""
        columns = columns_by_keys(texts)
        if columns is not None:
            above = range(row.number - _HEADING_ROWS, row.number)
            self._unread = [c for c in self._unread if c.row not in above or not is_heading_of(c, columns)]
        elif len(texts) == len(row.cells):
            now = self._table if self._in_heading else None
            fewest = _FEWEST_TITLED if self._titled or self._in_heading else _FEWEST_LABELS
            columns = columns_by_labels(texts, sheet=self._sheet.name, now=now, fewest=fewest)
            if columns is None and now is not None:
                units = with_units(now, texts)
                self._table, self._in_heading = units or now, False
                return units is not None
        if columns is None:
            return False
        self._unread.extend(heading_leftover(row, columns))
        self._table = merged(self._table, columns) if self._table and self._in_heading else columns
        self._in_heading = True
        return True

    def _record(self, row: Row, columns: Columns) -> None:
        self._in_heading = False
        cells: list[tuple[Column, Cell]] = []
        parents: dict[str, str] = {}
        may_hide = row.hidden or self._sheet.state != "visible" or bool(self._shape.hidden_columns)
        for cell in row.cells:
            column = columns.get(cell.column)
            if isinstance(column, Column):
                cells.append((column, cell))
                if may_hide:
                    self._hidden(row, cell)
            elif isinstance(column, Parent):
                parents[column.key] = (cell.text or "").strip()
            else:
                self._unread.append(cell)
        if cells:
            blocks = {id(column.block): column.block for column, _ in cells}.values()
            outer = min(blocks, key=lambda block: len(block.prefix))
            size = len(outer.prefix)
            within = [c for c in cells if c[0].block.prefix[:size] == outer.prefix]
            self._unread.extend(cell for c, cell in cells if c.block.prefix[:size] != outer.prefix)
            self._found.records.append(Record(self._sheet.name, outer, parents, tuple(within)))
        else:
            self._unread.extend(cell for cell in row.cells if cell.column in columns)

    def _form_row(self, row: Row, roles: Mapping[str, list[int]]) -> None:
        by_column = {cell.column: cell for cell in row.cells}
        value = by_column.get(roles["value"][0])
        key = self._form_key(by_column, roles, value)
        own = field_of(key) if key else None
        self._unread.extend(beside_value(by_column, roles, key, own))
        if value is None or own is None:
            return

        def beside(role: str) -> str:
            there = (by_column[c].text for c in roles.get(role, ()) if c in by_column)
            return (next(there, None) or "").strip()

        self._hidden(row, value)
        self._found.forms.append(FormCell(key, own, value, self._at(value), beside("unit"), beside("class")))

    def _form_key(
        self, by_column: Mapping[int, Cell], roles: Mapping[str, list[int]], value: Cell | None
    ) -> str:
        """The key of a row, by its key or by both its labels; empty, and said, where that is not certain."""
        text = next((by_column[c].text for c in roles.get("key", ()) if c in by_column), None)
        if text:
            key = tidy_key(text)
            if field_of(key) is not None and "[]" not in key:
                return key
            self._unknown("workbook.unknown-key", value, key=shorten(text))
            return ""
        labels = [by_column[c].text or "" for c in roles.get("label", ()) if c in by_column]
        found = [set(keys_for(label, tables=False)) for label in labels]
        known = [keys for keys in found if keys]
        choices = set.intersection(*known) if known else set()
        if len(choices) > 1:
            choices = {key for key in choices if self._fits_section(key)} or choices
        if len(choices) == 1:
            return choices.pop()
        quick = quick_key(labels) if self._sheet.name == QUICK else ""
        if quick:
            return quick
        label = shorten(" / ".join(labels))
        code = "workbook.ambiguous-label" if choices else "workbook.unknown-label"
        self._unknown(code, value, label=label, keys=", ".join(sorted(choices)))
        return ""

    def _unknown(self, code: str, value: Cell | None, **params: str) -> None:
        if value is not None:
            self._find(code, value, **params)
            self._unread_note(value)

    def _fits_section(self, key: str) -> bool:
        block = layout().by_key[key][0]
        if self._section:
            return any(title in self._section for title in block.title.values())
        return self._sheet.name.split(" ")[0] == block.sheet

    def _rest(self, row: Row) -> None:
        self._recognised = True
        place, text, unread = rest_parts(row)
        self._unread.extend(unread)
        if place:
            self._found.rest.append((place, text, f"{self._sheet.name}!B{row.number}"))

    def _hidden(self, row: Row, cell: Cell) -> None:
        if row.hidden or self._sheet.state != "visible":
            self._hidden_by_row.append(cell)
        elif self._shape.hidden_columns and any(a <= cell.column <= b for a, b in self._shape.hidden_columns):
            self._hidden_by_column.append(cell)

    def _tell_hidden(self) -> None:
        for cells, by_row in ((self._hidden_by_row, True), (self._hidden_by_column, False)):
            self._found.findings.extend(hidden_values(self._sheet.name, cells, by_row=by_row))

    def _at(self, cell: Cell) -> str:
        return f"{self._sheet.name}!{cell.ref}"

    def _unread_note(self, cell: Cell) -> None:
        note = Note("workbook.cell-not-read", self._at(cell), Fate.UNREAD, shorten(cell.text or ""))
        self._found.notes.append(note)

    def _find(self, code: str, cell: Cell, **params: str) -> None:
        saw = shorten(cell.text or "")
        self._found.findings.append(Finding(code, self._at(cell), saw, Severity.WARNING, params=params))
