"""Which cells hold the template's own words. Every other cell that was not read must be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Final

from gateway import resources
from gateway.codec import choices
from gateway.formats.cn_pcf._workbook_styles import display_unit
from gateway.formats.cn_pcf.workbook_guide import class_of, is_hint, is_home_need, is_target_name
from gateway.formats.cn_pcf.workbook_heads import Column, Columns, Parent
from gateway.formats.cn_pcf.workbook_layout import LISTS, PARENT_LABELS, README, Field, keys_for, layout
from gateway.frontdoor.workbook import Cell, Row, column_letters
from gateway.model.disclosure import Disclosure
from gateway.report import Finding, Severity

_REST_HEAD: Final = frozenset({"位置 place", "内容 JSON"})


def beside_value(
    by_column: Mapping[int, Cell], roles: Mapping[str, Sequence[int]], key: str, own: Field | None
) -> Iterator[Cell]:
    """The cells of a form's row that are neither its value nor what the template says there.

    Args:
        key: the key of the row; empty where the row has none that is known.
    """
    role_of = {column: role for role, columns in roles.items() for column in columns}
    has_value = roles["value"][0] in by_column
    for column, cell in by_column.items():
        role, text = role_of.get(column, ""), (cell.text or "").strip()
        if role == "value":
            continue  # read, or told with a reason
        if cell.kind != "text" or not role:
            yield cell
        elif own is None:
            # The finding of a value without a field shows its key or its labels.
            if role not in {"key", "label"} or not (has_value or _is_label(text)):
                yield cell
        elif role != "key" and not _is_own(role, text, key, own, has_value=has_value):
            yield cell


def quick_key(labels: Iterable[str]) -> str:
    """The key behind the quick sheet's own labels, where its key was deleted."""
    known = {key for key, names in _quick_labels().items() if not names.isdisjoint(labels)}
    return known.pop() if len(known) == 1 else ""


def heading_leftover(row: Row, known: Iterable[int]) -> Iterator[Cell]:
    """The cells of a heading that no known column explains."""
    columns = set(known)
    return (cell for cell in row.cells if cell.column not in columns)


def is_heading_of(cell: Cell, columns: Columns) -> bool:
    """Whether a cell above a row of keys is the label of its column."""
    column, text = columns.get(cell.column), cell.text or ""
    if isinstance(column, Parent):
        return text.strip() in PARENT_LABELS[column.key].values()
    return isinstance(column, Column) and column.own.key in keys_for(text, tables=True)


def is_own_section(title: str) -> bool:
    """Whether a section's title is one of the template's."""
    return title in _sections()


def is_own_text(sheet: str, cell: Cell) -> bool:
    """Whether a cell of the sheets without fields says what the template says there."""
    texts = _readme() if sheet == README else _lists() if sheet == LISTS else frozenset()
    return (cell.text or "") in texts


def rest_parts(row: Row) -> tuple[str, str, list[Cell]]:
    """Place, JSON text, and the cells that belong to neither, of a row of the sheet of other values."""
    cells = {cell.column: cell for cell in row.cells}
    place = (cells[1].text or "") if 1 in cells else ""
    if not (place.startswith("/") or "#" in place):
        return "", "", [cell for cell in row.cells if cell.text not in _REST_HEAD]
    end = 2
    while end in cells:
        end += 1
    text = "".join(cells[column].text or "" for column in range(2, end))
    return place, text, [cell for cell in row.cells if cell.column > end]


def hidden_values(sheet: str, cells: Sequence[Cell], *, by_row: bool) -> Iterator[Finding]:
    """One finding for each run of hidden rows or columns that hold values; a single value is named."""
    runs: list[list[Cell]] = []
    ordered = sorted(cells, key=lambda c: (c.row, c.column) if by_row else (c.column, c.row))
    for before, cell in pairwise([None, *ordered]):
        assert cell is not None
        step = 2 if before is None else cell.row - before.row if by_row else cell.column - before.column
        if step > 1:
            runs.append([])
        runs[-1].append(cell)
    for run in runs:
        if len(run) == 1:
            yield _hidden("workbook.hidden-value", f"{sheet}!{run[0].ref}", run[0].text or "", {})
            continue
        columns, rows = [c.column for c in run], [c.row for c in run]
        area = f"{column_letters(min(columns))}{min(rows)}:{column_letters(max(columns))}{max(rows)}"
        yield _hidden("workbook.hidden-values", f"{sheet}!{area}", area, {"count": str(len(run))})


def _hidden(code: str, at: str, saw: str, params: Mapping[str, str]) -> Finding:
    return Finding(code, at, saw, Severity.WARNING, params=params)


def _is_own(role: str, text: str, key: str, own: Field, *, has_value: bool) -> bool:
    """Whether the text beside a value is used, or the template's."""
    if role == "label":
        return own.key in keys_for(text, tables=False) or text in _labels(key, own)
    if role == "unit":
        used = has_value and own.row.type == "amount" and not own.row.unit.startswith("@")
        return used or text == display_unit(own.row.unit)
    if role == "class":
        told = text.upper()
        return told == class_of(own) or (has_value and told in Disclosure.__members__)
    pieces = text.split(" · ")
    return is_hint(text) or all(is_home_need(own, piece) or is_target_name(piece) for piece in pieces)


def _is_label(text: str) -> bool:
    return bool(keys_for(text, tables=False) or keys_for(text, tables=True))


def _labels(key: str, own: Field) -> frozenset[str]:
    return frozenset(own.row.label.values()) | _quick_labels().get(key, frozenset())


@cache
def _quick_labels() -> Mapping[str, frozenset[str]]:
    rows = resources.table("fields/cn_pcf_quick.csv")
    return {row["key"]: frozenset({row["label_zh"], row["label_en"]} - {""}) for row in rows}


@cache
def _sections() -> frozenset[str]:
    titles = [block.title for block in layout().blocks.values()]
    return frozenset(
        name for t in titles for name in (t["zh"], t["en"], f"{t['zh']} {t['en']}", f"{t['en']} {t['zh']}")
    )


@cache
def _readme() -> frozenset[str]:
    rows = resources.table("fields/cn_pcf_readme.csv")
    return frozenset(row[lang] for row in rows for lang in ("zh", "en"))


@cache
def _lists() -> frozenset[str]:
    rows = [choices.list_of(own.row) for _, own in layout().by_key.values()]
    names = frozenset({*rows, choices.FLAG, choices.MISSING} - {""})
    return names.union(*(choices.entries(name) for name in names))
