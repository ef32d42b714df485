"""Labels with their values in somebody else's survey: to the right, below, or one column for each product."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from gateway.formats.cn_pcf.foreign_heads import fits, is_words
from gateway.formats.cn_pcf.foreign_labels import in_language, is_label, meaning, role, tidy_unit
from gateway.formats.cn_pcf.workbook_layout import field_of
from gateway.frontdoor.workbook import Cell, Row, column_letters

# Fields whose value tells products apart, where each has a column of its own.
_NAMES: Final = frozenset({"product.nameZh", "product.nameEn", "product.model", "product.ids.partNo"})
_FEWEST_PAIRS: Final = 2
# A form with a column for each product names them in its first rows.
_LOOKED: Final = 50
# The number of a question in a cell of its own.
_NUMBER: Final = re.compile(
    r"\s*(?:[A-Za-z]?[.\-]?\d{1,2}(?:[.\-]\d{1,2})*|[一二三四五六七八九十]{1,3})[.、)）]?\s*"
)
_LONGEST_LABEL: Final = 60


@dataclass(frozen=True, slots=True)
class Pair:
    """A label with its value, or why none is proposed for it (``doubt``, a code of ``layout.*``).

    ``others`` are more numbers beside it.
    """

    label: Cell
    value: Cell | None
    keys: tuple[str, ...]
    unit: str = ""
    doubt: str = ""
    others: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Products:
    """A form with one column for each product: the one that is proposed, and the others by name."""

    row: int
    column: int
    others: Mapping[int, str]


def products_of(rows: Sequence[Row]) -> Products | None:
    """The columns of products, where a row names each of them and numbers stand below; else None."""
    for row in rows[:_LOOKED]:
        if len(row.cells) <= _FEWEST_PAIRS or not is_words(row.cells[0]):
            continue
        label, *rest = row.cells
        if not set(meaning(label.text or "", tables=False).keys) & _NAMES:
            continue
        values = [c for c in rest if not _is_unit(c)]
        if len(values) < 2 or len({c.text for c in values}) < len(values):
            continue
        columns = [c.column for c in values]
        below = [r for r in rows if r.number > row.number]
        full = [r for r in below if sum(c.column in columns and not is_words(c) for c in r.cells) > 1]
        if len(full) >= _FEWEST_PAIRS and not any(is_label(c.text or "") for c in values):
            return Products(row.number, columns[0], {c.column: c.text or "" for c in values[1:]})
    return None


def pairs_of(rows: Sequence[Row], products: Products | None) -> Iterator[Pair]:
    """Every label on these rows, with the value that belongs to it or the doubt about it."""
    by_number = {row.number: row for row in rows}
    used: set[str] = set()
    roles: Mapping[str, list[int]] = {}
    for row in rows:
        told = _roles(row)
        if told:
            roles = told
            continue
        cells = [c for c in row.cells if products is None or c.column not in products.others]
        while cells and _NUMBER.fullmatch(cells[0].text or ""):
            cells = cells[1:]
        if not cells:
            continue
        if roles.get("value") and any(c.column in roles["value"] for c in cells):
            found = list(_in_columns(cells, roles))
        elif not _is_heading(cells):
            found = [_no_section(p, by_number) for p in _side_by_side(cells, roles)]
        else:
            found = list(_above_and_below(cells, by_number, row.number))
        for pair in found:
            if pair.label.ref not in used:
                used |= {pair.label.ref, pair.value.ref if pair.value else ""}
                yield pair


def _roles(row: Row) -> dict[str, list[int]]:
    """The columns of a form by what they hold, if this row is its heading; products may have columns too."""
    found: dict[str, list[int]] = {}
    for cell in row.cells:
        found.setdefault(role(cell.text or "") if is_words(cell) else "", []).append(cell.column)
    known = len(row.cells) - len(found.pop("", ()))
    first = role(row.cells[0].text or "") if row.cells else ""
    is_heading = first == "label" and known > 1 and all(map(is_words, row.cells))
    return found if is_heading and ("value" in found or "unit" in found) else {}


def _is_heading(cells: Sequence[Cell]) -> bool:
    """Whether labels stand side by side, so that their values can only be below."""
    labels = [is_words(c) and is_label(c.text or "") and not _is_unit(c) for c in cells]
    return any(a and b for a, b in pairwise(labels))


def _in_columns(cells: Sequence[Cell], roles: Mapping[str, list[int]]) -> Iterator[Pair]:
    """A row of a form whose heading says what each column holds; two languages may have a column each."""
    values = [c for c in cells if c.column in roles["value"]]
    units = [tidy_unit(c.text or "") for c in cells if c.column in roles.get("unit", ())]
    before = [c for c in cells if c.column < values[0].column and is_words(c)]
    labels = [c for c in before if c.column not in roles.get("unit", ()) and role(c.text or "") != "unit"]
    known = [c for c in labels if meaning(c.text or "", tables=False).keys]
    if not labels:
        return
    pairs = [_pair(c, values, units) for c in known] or [_pair(labels[0], values, units)]
    keys = tuple(dict.fromkeys(k for pair in pairs for k in pair.keys))
    if any(set(pair.keys) != set(keys) for pair in pairs):
        yield Pair(pairs[0].label, values[0], keys, "", "layout.open-several-keys")
        return
    unit = next((pair.unit for pair in pairs if pair.unit), "")
    yield Pair(pairs[0].label, pairs[0].value, keys, unit, pairs[0].doubt, pairs[0].others)


def _side_by_side(cells: Sequence[Cell], roles: Mapping[str, list[int]]) -> Iterator[Pair]:
    """Labels, each with what stands up to the next one."""
    starts = [i for i, c in enumerate(cells) if is_words(c) and is_label(c.text or "") and not _is_unit(c)]
    if not starts or starts[0] != 0:
        first = (
            cells[0] if cells and is_words(cells[0]) and len(cells[0].text or "") <= _LONGEST_LABEL else None
        )
        starts = [0, *starts] if first is not None and not _is_unit(first) else starts
    for start, end in zip(starts, [*starts, len(cells)][1:], strict=True) if starts else ():
        label, rest = cells[start], cells[start + 1 : end]
        if not rest and len(cells) == 1 and not is_label(label.text or ""):
            continue  # a title, a remark
        values = [c for c in rest if not _is_unit(c)]
        units = [c for c in rest if _is_unit(c)]
        if roles.get("value") and (told := [c for c in values if c.column in roles["value"]]):
            values = told
        yield _pair(label, values, [tidy_unit(c.text or "") for c in units])


def _no_section(pair: Pair, rows: Mapping[int, Row]) -> Pair:
    """Over a gap that is filled in the next row, a label is the heading of a section, and has no value."""
    beside = pair.label.column + 1
    there = {c.column for c in rows[pair.label.row].cells}
    after = rows.get(pair.label.row + 1)
    below = {c.column for c in after.cells if not _is_unit(c)} if after else set()
    if pair.value is None or beside in there or beside not in below:
        return pair
    return Pair(pair.label, None, pair.keys, pair.unit, "layout.open-no-value" if pair.keys else pair.doubt)


def _above_and_below(cells: Sequence[Cell], rows: Mapping[int, Row], number: int) -> Iterator[Pair]:
    """Labels in a row, their values in the next row, where that is the only one."""
    below = {c.column: c for c in rows[number + 1].cells} if number + 1 in rows else {}
    after = {c.column for c in rows[number + 2].cells} if number + 2 in rows else set()
    several = len(after & below.keys() & {c.column for c in cells}) > 1
    for cell in cells:
        if not is_words(cell) or not is_label(cell.text or "") or _is_unit(cell):
            continue
        value = below.get(cell.column)
        if value is not None and (is_words(value) and is_label(value.text or "")):
            value = None
        pair = _pair(cell, [value] if value is not None else [], [])
        yield (
            Pair(cell, pair.value, pair.keys, pair.unit, "layout.open-several") if several and value else pair
        )


def _pair(label: Cell, values: Sequence[Cell], units: Sequence[str]) -> Pair:
    """A label and its value; the doubt, where the field, the value or its unit is not certain."""
    meant = meaning(label.text or "", tables=False)
    keys, unit = (
        in_language(meant.keys, [c.text or "" for c in values[:1]]),
        meant.unit or next(iter(units), ""),
    )
    value = values[0] if values else None
    others = tuple(c for c in values[1:] if not is_words(c))
    if not keys:
        return Pair(label, value, (), unit, "layout.open-unknown", others)
    if len(keys) > 1:
        return Pair(label, value, tuple(k for k in keys if k), unit, "layout.open-several-keys", others)
    if value is None:
        return Pair(label, None, keys, unit, "layout.open-no-value")
    own = field_of(keys[0])
    assert own is not None
    if not fits(own, value, unit):
        return Pair(label, value, keys, unit, "layout.open-misfit", others)
    if others:
        return Pair(label, value, keys, unit, "layout.open-several", others)
    return Pair(label, value, keys, unit)


def _is_unit(cell: Cell) -> bool:
    text = (cell.text or "").strip("()（）[] ")
    return is_words(cell) and bool(tidy_unit(text))


def span(columns: int, rows: Sequence[Row]) -> str:
    """A column's cells as a range."""
    letters = column_letters(columns)
    return f"{letters}{rows[0].number}:{letters}{rows[-1].number}"
