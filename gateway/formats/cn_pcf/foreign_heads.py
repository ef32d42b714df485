"""Tables of somebody else's survey: headings over one to three rows, merged or not, and what fits below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.codec.cellread import CellReading
from gateway.codec.convert import leaf
from gateway.formats.cn_pcf.foreign_cells import body_of
from gateway.formats.cn_pcf.foreign_labels import Meaning, code_of, in_language, meaning, tidy_unit
from gateway.formats.cn_pcf.workbook_layout import Field, field_of, layout
from gateway.frontdoor.workbook import Cell, Row
from gateway.report import Severity

_LINES: Final = ("lines", "*")
_STAGES: Final = ("resultSets", "*", "byStage", "*")
# Lists within the items of a list need a column that names the item, which surveys do not have.
_BLOCKS: Final = tuple(
    prefix for prefix, b in layout().blocks.items() if b.is_table and (not b.parents or prefix == _STAGES)
)
_MOST_ROWS: Final = 3
_FEWEST: Final = 3
# A line's name and amount are a table, whatever else it has.
_LINE_NAMES: Final = frozenset({"lines[].nameZh", "lines[].nameEn"})
_LINE_AMOUNTS: Final = frozenset({"lines[].amount", "lines[].amountPerUnit"})
# Kinds of fields that not every word is a value of.
_CHECKED: Final = frozenset({"amount", "count", "day", "flag", "code", "place"})
# So many rows of a table are looked at; the others are checked when it is read.
_LOOKED: Final = 200


@dataclass(frozen=True, slots=True)
class Head:
    """A column's heading: its own words, those of its group, and what they can mean in the table."""

    cell: Cell
    label: str
    meant: Meaning


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table: the row whose labels are kept, its columns, its rows, and the list that its items go to."""

    heading: int
    rows: tuple[int, ...]
    heads: Mapping[int, Head]
    body: tuple[Row, ...]
    block: tuple[str, ...]

    @property
    def is_lines(self) -> bool:
        """Whether its rows are activity lines."""
        return self.block == _LINES

    @property
    def is_stages(self) -> bool:
        """Whether its rows are results by stage."""
        return self.block == _STAGES


def tables_of(rows: Sequence[Row]) -> Iterator[FoundTable]:
    """The tables of a sheet, from the top."""
    taken = 0
    for index, row in enumerate(rows):
        if row.number <= taken:
            continue
        found = [t for depth in range(1, _MOST_ROWS + 1) if (t := _table(rows, index, depth)) is not None]
        if found:
            best = max(found, key=_known)
            taken = best.body[-1].number
            yield best


def fits(own: Field, cell: Cell, unit: str = "") -> bool:
    """Whether the cell can be read as a value of the field."""
    beside = own.row.unit.startswith("@")
    top, _, per = unit.partition("/")
    top = top if own.row.unit == "kg{CO2eq}" or per in {"piece", "unit"} else unit
    work = CellReading()
    value = work.value(own.row, cell, "", unit="" if beside else top, lengths=own.lengths)
    if any(f.severity is Severity.ERROR for f in work.findings):
        return False
    if own.row.type == "unit":
        return bool(tidy_unit(cell.text or ""))
    if own.row.type not in _CHECKED:
        return not isinstance(value, dict)
    return not leaf(own.row, value, unit="1" if beside else None).wrong


def is_words(cell: Cell) -> bool:
    """Whether a cell holds words, not a number that was typed as text."""
    text = (cell.text or "").strip()
    return cell.kind == "text" and not text.replace(",", "").replace(".", "").replace("%", "").isdecimal()


def _table(rows: Sequence[Row], index: int, depth: int) -> FoundTable | None:
    above = rows[index : index + depth]
    if len(above) < depth or any(b.number != above[0].number + i for i, b in enumerate(above)):
        return None
    if not all(is_words(c) for row in above for c in row.cells) or sum(len(r.cells) for r in above) < 2:
        return None
    heads = _heads(above)
    body = tuple(body_of(rows[index + depth :], above[-1].number, heads))
    if len(heads) < 2 or not body:
        return None
    block = _block(heads)
    if block is None:
        return None
    heads = {
        c: _in_block(h, block, [b for r in body for b in r.cells if b.column == c]) for c, h in heads.items()
    }
    found = FoundTable(above[-1].number, tuple(r.number for r in above), heads, body, block)
    named = {k for h in heads.values() for k in h.meant.keys}
    few = block == _STAGES or (block == _LINES and named & _LINE_NAMES and named & _LINE_AMOUNTS)
    fewest = 2 if few else _FEWEST
    return found if _known(found) >= fewest and 3 * _known(found) >= len(heads) else None


def _heads(above: Sequence[Row]) -> dict[int, Head]:
    """Headings by column: the lowest words, their groups, and units from a row of nothing but units."""
    levels = [{c.column: c for c in row.cells} for row in above]
    units: Mapping[int, Cell] = {}
    if len(levels) > 1 and _are_units(levels[-1]):
        *levels, units = levels
    if len(levels) > 1 and len(levels[0]) == 1 < len(levels[1]):
        levels = levels[1:]  # a title
    found = {}
    for column in sorted(set().union(*levels)):
        lowest = next(i for i in reversed(range(len(levels))) if column in levels[i])
        cell = levels[lowest][column]
        group = next(
            (g for i in reversed(range(lowest)) if (g := _group(levels[i], levels[i + 1 :], column))), ""
        )
        label = cell.text or ""
        meant = meaning(label, tables=True, group=group)
        if column in units:
            meant = Meaning(
                meant.keys, meant.unit or tidy_unit((units[column].text or "").strip("()（）[] "))
            )
        found[column] = Head(cell, f"{group} › {label}" if group else label, meant)
    return found


def _group(level: Mapping[int, Cell], below: Sequence[Mapping[int, Cell]], column: int) -> str:
    """The words above a column: its own, or those to the left that reach over it as a merged cell does."""
    left = max((c for c in level if c <= column), default=0)
    under = set().union(*below)
    if not left or not all(c in under for c in range(left, column + 1)):
        return ""
    return level[left].text or ""


def _are_units(level: Mapping[int, Cell]) -> bool:
    told = [(c.text or "").strip("()（）[] ") for c in level.values()]
    return (
        bool(told) and all(tidy_unit(t) or t in {"-", "/", "—"} for t in told) and any(map(tidy_unit, told))
    )


def _block(heads: Mapping[int, Head]) -> tuple[str, ...] | None:
    """The list that most headings belong to; None where two fit equally well."""
    by_key = layout().by_key
    counts = {
        prefix: sum(any(by_key[k][0].prefix == prefix for k in h.meant.keys if k) for h in heads.values())
        for prefix in _BLOCKS
    }
    best = max(counts.values())
    found = [prefix for prefix, n in counts.items() if n == best and n]
    if (
        len(found) > 1
        and _STAGES in found
        and any("resultSets[].byStage[].stage" in h.meant.keys for h in heads.values())
    ):
        lines = any(
            "lines[].amount" in h.meant.keys or "lines[].nameZh" in h.meant.keys for h in heads.values()
        )
        return None if lines else _STAGES
    if len(found) > 1 and _LINES in found and any("lines[].nameZh" in h.meant.keys for h in heads.values()):
        return _LINES
    return found[0] if len(found) == 1 else None


def _in_block(head: Head, block: tuple[str, ...], body: Sequence[Cell]) -> Head:
    """The heading with the keys of its table alone, in the language of its values, that these fit."""
    by_key = layout().by_key
    keys = tuple(k for k in head.meant.keys if k and by_key[k][0].prefix == block)
    doubt = "" in head.meant.keys
    keys = in_language(keys, [c.text or "" for c in body if c.kind == "text"])
    return Head(head.cell, head.label, Meaning((*keys, "") if doubt else keys, head.meant.unit))


@dataclass(frozen=True, slots=True)
class Fit:
    """How the values of a column fit its field.

    ``values`` are the codes that words stand for, ``words`` the cells whose words stand for none.
    """

    misfit: Cell | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    words: tuple[Cell, ...] = ()


def fit(head: Head, body: Sequence[Row]) -> Fit:
    """How the values of a column that has one meaning fit; the first rows speak for all."""
    own = field_of(head.meant.keys[0])
    assert own is not None
    cells = [c for r in body[:_LOOKED] for c in r.cells if c.column == head.cell.column]
    wrong = [c for c in cells if not fits(own, c, head.meant.unit)]
    if own.row.type != "code" or not all(map(is_words, wrong)):
        return Fit(wrong[0] if wrong else None)
    values = {c.text: code for c in wrong if c.text and (code := code_of(own.row.code_list, c.text))}
    words = {c.text: c for c in reversed(wrong) if c.text not in values}
    if len([c for c in wrong if c.text in words]) == len(cells):
        return Fit(wrong[0] if wrong else None)
    return Fit(None, values, tuple(reversed(words.values())))


def _known(table: FoundTable) -> int:
    """How many columns have one meaning that their values fit."""
    alone = [h for h in table.heads.values() if len(h.meant.keys) == 1]
    return sum(fit(h, table.body).misfit is None for h in alone)
