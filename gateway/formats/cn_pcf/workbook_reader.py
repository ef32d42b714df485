"""Read a domestic declaration from a workbook: the same leaves as from JSON, each with its cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from gateway.codec.base import Context, Package, Reading
from gateway.codec.cellread import CellReading
from gateway.codec.fields import STAR
from gateway.errors import GatewayError, InputError, shorten
from gateway.formats.cn_pcf.reader import read_document
from gateway.formats.cn_pcf.workbook_document import Assembly, Place
from gateway.formats.cn_pcf.workbook_guide import class_of
from gateway.formats.cn_pcf.workbook_heads import Column
from gateway.formats.cn_pcf.workbook_layout import QUICK, Block, key_of, layout, steps_of
from gateway.formats.cn_pcf.workbook_sheets import FormCell, Found, Record, find
from gateway.frontdoor import json as json_door
from gateway.frontdoor.workbook import Cell, open_workbook
from gateway.model.disclosure import Disclosure
from gateway.model.origin import Origin
from gateway.report import Fate, Finding, Note, Severity


def read_workbook(package: Package, context: Context) -> Reading:
    """The declaration of a workbook in our layout, with whatever sheets and columns were changed.

    Raises:
        InputError: it cannot be opened, or nothing in it is known.
    """
    book = open_workbook(package.only.data)
    found = find(book)
    if not found.recognised:
        raise InputError(package.name, path=package.name, code="workbook.nothing-known")
    return read_found(found, since_1904=book.since_1904, stale=book.stale)


def read_found(found: Found, *, since_1904: bool, stale: bool) -> Reading:
    """The declaration behind what was found on the sheets of a workbook."""
    work = _Work(found, CellReading(since_1904, stale))
    work.tables()
    work.forms()
    foreign = dict(work.rest())
    reading = read_document(work.doc.root)
    return _with_cells(reading, work, foreign)


class _Work:
    """One workbook while it is put together."""

    def __init__(self, found: Found, cells: CellReading) -> None:
        self.found, self.cells = found, cells
        self.doc = Assembly()

    def tables(self) -> None:
        """The rows of all tables, lists before the lists within their items."""
        by_block: dict[tuple[str, ...], list[Record]] = {}
        for record in self.found.records:
            by_block.setdefault(record.block.prefix, []).append(record)
        for prefix in sorted(
            by_block, key=lambda p: (p.count(STAR) + sum(s[0] == "{" for s in p), _order(p))
        ):
            for record in by_block[prefix]:
                self._record(record)

    def _record(self, record: Record) -> None:
        home = self._home(record)
        if home is None:
            return
        place = self.doc.add(home) if record.block.prefix[-1] == STAR else home
        inner: dict[tuple[str, ...], Place | None] = {record.block.prefix: place}
        for column, cell in record.cells:
            prefix = column.block.prefix
            if prefix not in inner and place is not None:
                inner[prefix] = self._child(place, record.block, column.block)
            there = inner.get(prefix)
            if there is None:
                self._find(
                    "workbook.place-taken",
                    record.at(cell),
                    cell.text or "",
                    Severity.ERROR,
                    {"field": column.own.key},
                )
            else:
                self._table_cell(record, column, cell, there)

    def _table_cell(self, record: Record, column: Column, cell: Cell, place: Place) -> None:
        own, at = column.own, record.at(cell)
        unit = self._table_unit(record, column, place, at) if own.row.type == "amount" else column.unit
        value = self.cells.value(own.row, cell, at, unit=unit, lengths=own.lengths)
        self.doc.put((*place, *own.steps[len(column.block.prefix) :]), value, at)

    def _table_unit(self, record: Record, column: Column, place: Place, at: str) -> str:
        """The unit of a heading, or of the neighbour that names it; a heading's unit fills an empty one."""
        own = column.own
        if own.row.type != "amount" or not own.row.unit.startswith("@"):
            return column.unit
        beside = (*own.steps[:-1], own.row.unit[1:])
        named = next((c.text or "" for k, c in record.cells if k.own.steps == beside), "")
        if not named and column.unit and column.unit not in {"unit", "单位"}:
            self.doc.put((*place, *beside[len(column.block.prefix) :]), column.unit, at)
            return column.unit
        return named

    def _home(self, record: Record) -> Place | None:
        """The list (or object) that a row's item belongs to, by the names of its parents."""
        prefix = record.block.prefix
        place: Place = ()
        for index, step in enumerate(prefix):
            pattern = prefix[: index + 1]
            if step == STAR and index == len(prefix) - 1:
                return place
            if step != STAR and not step.startswith("{"):
                place = (*place, step)
                continue
            ref = record.parents.get(key_of(pattern), "")
            if step.startswith("{"):
                # A member of an object: the value stands right at its name.
                if not ref:
                    self._orphan(record, ref, key_of(pattern))
                return (*place, ref) if ref else None
            found = self.doc.find(place, pattern, ref)
            if found is None:
                self._orphan(record, ref, key_of(pattern))
                return None
            place = found
        return place

    def _orphan(self, record: Record, ref: str, parent: str) -> None:
        """A row that belongs to nothing: its values are told one by one."""
        for _, cell in record.cells:
            at = record.at(cell)
            self._find("workbook.no-such-parent", at, ref, Severity.ERROR, {"parent": parent})
            self.found.notes.append(Note("workbook.cell-not-read", at, Fate.UNREAD, shorten(cell.text or "")))

    def _child(self, place: Place, outer: Block, inner: Block) -> Place | None:
        """The one item of an inner list that stands in the same row as its parent."""
        return self.doc.add((*place, *(s for s in inner.prefix[len(outer.prefix) :] if s != STAR)))

    def forms(self) -> None:
        """The values of all forms; those that select items, and the quick sheet's, come last."""
        for found in sorted(self.found.forms, key=lambda f: "[" in f.key or f.at.startswith(QUICK)):
            self._form_cell(found)

    def _form_cell(self, found: FormCell) -> None:
        place = self.doc.select(steps_of(found.key), found.at)
        if place is None:
            params = {"parent": found.key}
            self._find("workbook.no-such-parent", found.at, found.cell.text or "", Severity.ERROR, params)
            return
        own = found.own
        value = self.cells.value(own.row, found.cell, found.at, unit=found.unit, lengths=own.lengths)
        self._check_class(found)
        self.doc.put(place, value, found.at)

    def _check_class(self, found: FormCell) -> None:
        """A field's class is a rule, not a cell: who wants another one must hear that it does not count."""
        told, own = found.disclosure[:2].upper(), class_of(found.own)
        if told in Disclosure.__members__ and own in Disclosure.__members__ and told != own:
            stricter = Disclosure[told] > Disclosure[own]
            severity = Severity.ERROR if stricter else Severity.WARNING
            params = {
                "own": own,
                "told": told,
                "field": found.own.row.label["en"],
                "field_zh": found.own.row.label["zh"],
            }
            self._find("workbook.class-is-fixed", found.at, told, severity, params)

    def rest(self) -> Iterator[tuple[str, str]]:
        """What has no cell of its own goes to its place; extras of other formats are given back."""
        for place_text, text, at in self.found.rest:
            if not place_text.startswith("/"):
                yield place_text, text
                continue
            try:
                value = json_door.parse(text.encode("utf-8"))
            except GatewayError:
                self._find("workbook.rest-not-json", at, text, Severity.ERROR, {})
                continue
            place = self._rest_place(place_text, at)
            if place is None:
                self._find("workbook.no-such-parent", at, place_text, Severity.ERROR, {"parent": place_text})
            else:
                self.doc.put(place, value, at)

    def _rest_place(self, text: str, at: str) -> Place | None:
        place: Place = ()
        pattern: tuple[str, ...] = ()
        for step in text.split("/")[1:]:
            if not re.fullmatch(r"\[[^\[\]]*\]", step):
                name = step.replace("~2", "[").replace("~1", "/").replace("~0", "~")
                place, pattern = (*place, name), (*pattern, name)
                continue
            pattern = (
                *(("resultSets", STAR) if pattern[:1] == ("results",) else pattern[:1]),
                *pattern[1:],
                STAR,
            )
            ref = step[1:-1]
            items = self.doc.items(place, make=True)
            if items is not None and ref == f"#{len(items) + 1}":
                place = (*place, len(items))
                continue
            found = self.doc.find(place, pattern, ref)
            if found is None:
                return None
            place = found
        return place

    def _find(self, code: str, at: str, saw: str, severity: Severity, params: Mapping[str, str]) -> None:
        self.found.findings.append(Finding(code, at, shorten(saw), severity, params=params))


def _with_cells(reading: Reading, work: _Work, foreign: Mapping[str, str]) -> Reading:
    """The reading with cells for pointers, and what was noticed in the cells before."""
    cell_of = _cells(work.doc)
    notes = [replace(note, path=cell_of(note.path)) for note in reading.notes]
    findings = [replace(f, at=cell_of(f.at)) for f in reading.findings if not _said(f, cell_of, work)]
    origins = {
        path: Origin(cell_of(o.at), o.text) if isinstance(o, Origin) else o
        for path, o in reading.origins.items()
    }
    declaration = reading.declaration
    if foreign:
        declaration = declaration.model_copy(update={"extras": {**declaration.extras, **foreign}})
    return Reading(
        declaration,
        (*work.found.notes, *work.cells.notes, *notes),
        (*work.found.findings, *work.cells.findings, *work.doc.findings, *findings),
        origins,
    )


def _said(finding: Finding, cell_of: Callable[[str], str], work: _Work) -> bool:
    """Whether the cell itself has been complained of already."""
    return any(f.at == cell_of(finding.at) and f.code == finding.code for f in work.cells.findings)


def _cells(doc: Assembly) -> Callable[[str], str]:
    """Pointer to cell; what stands below a cell's place belongs to that cell."""
    cells = doc.cells

    def cell_of(at: str) -> str:
        inner = at
        while inner:
            if inner in cells:
                return cells[inner]
            inner = inner.rpartition("/")[0]
        return at

    return cell_of


def _order(prefix: tuple[str, ...]) -> int:
    return list(layout().blocks).index(prefix)
