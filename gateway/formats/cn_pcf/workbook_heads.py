"""Headings of forms and tables: which column is which field, by keys, else by Chinese and English labels."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from gateway.errors import GatewayError
from gateway.formats.cn_pcf.workbook_layout import (
    PARENT_LABELS,
    Block,
    Field,
    heading_unit,
    key_of,
    keys_for,
    layout,
    tidy_key,
)
from gateway.quantity import parse_unit

# Headings of a form's columns, in our template and in others of the same kind.
_ROLES: Final[Mapping[str, frozenset[str]]] = {
    "key": frozenset({"key", "键 key", "键", "字段键"}),
    "value": frozenset({"填写值 value", "填写值", "value", "值", "数值", "填写内容"}),
    "unit": frozenset({"单位 unit", "单位", "unit"}),
    "class": frozenset({"保密等级 class", "保密 class", "保密等级", "保密", "class"}),
    "label": frozenset(
        {"字段", "field", "字段 field (chinese)", "英文名称 field", "字段名称", "名称", "name"}
    ),
    "other": frozenset(
        {"必填 required", "必填 req", "必填", "required", "用途 what it unlocks", "说明", "备注"}
    ),
}


_ROLE_OF: Final = {spelling: role for role, spellings in _ROLES.items() for spelling in spellings}
# No unit and no heading of a form is longer; near units of a sentence would take their time to find.
_LONGEST: Final = 24


@dataclass(frozen=True, slots=True)
class Column:
    """A field's column, with the unit that its heading names."""

    own: Field
    block: Block
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Parent:
    """A column in which items name what they belong to."""

    key: str


Columns: TypeAlias = dict[int, Column | Parent]


def form_roles(texts: Mapping[int, str]) -> dict[str, list[int]] | None:
    """The columns of a form, by what they hold, if this row is its heading.

    It names one column for values and one for keys or labels, and little else.
    """
    roles: dict[str, list[int]] = {}
    for column, text in texts.items():
        role = _ROLE_OF.get(plain(text)) if len(text) <= _LONGEST else None
        if role is not None:
            roles.setdefault(role, []).append(column)
    known = sum(map(len, roles.values()))
    if len(roles.get("value", ())) != 1 or not (roles.get("key") or roles.get("label")):
        return None
    return roles if 2 * known >= len(texts) else None


def columns_by_keys(texts: Mapping[int, str]) -> Columns | None:
    """The columns of a table by a row of keys."""
    columns: Columns = {}
    for column, text in texts.items():
        key = tidy_key(text)
        known = layout().by_key.get(key) if "[]" in key else None
        if known is not None:
            columns[column] = Column(known[1], known[0])
        elif key in PARENT_LABELS:
            columns[column] = Parent(key)
    return columns if any(isinstance(c, Column) for c in columns.values()) else None


def columns_by_labels(
    texts: Mapping[int, str], *, sheet: str, now: Columns | None, fewest: int, share: tuple[int, int] = (3, 4)
) -> Columns | None:
    """The columns of the table that most labels fit; None where none does, or two equally well.

    Args:
        sheet: the sheet's name; its number tells apart tables that fit equally well.
        now: the table whose heading has begun, if any.
        fewest: so many labels must be known, and this ``share`` of all.
    """
    found: dict[tuple[str, ...], Columns] = {}
    for column, text in texts.items():
        unit = heading_unit(text)
        for key in keys_for(text, tables=True):
            block, own = layout().by_key[key]
            there = found.setdefault(block.prefix, {})
            there[column] = _better(there.get(column), Column(own, block, unit), text)
    for column, text in texts.items():
        parent = next((k for k, names in PARENT_LABELS.items() if text.strip() in names.values()), "")
        for prefix, there in found.items():
            if parent in map(key_of, layout().blocks[prefix].parents):
                there[column] = Parent(parent)
    best = max(map(len, found.values()), default=0)
    fits = [prefix for prefix, there in found.items() if len(there) == best]
    if len(fits) > 1:
        told = {c.block.prefix for c in (now or {}).values() if isinstance(c, Column)}
        fits = [p for p in fits if p in told] or [
            p for p in fits if _number(sheet) == layout().blocks[p].sheet
        ]
    if len(fits) != 1 or best < fewest or share[1] * best < share[0] * len(texts):
        return None
    return found[fits[0]]


def merged(old: Columns, new: Columns) -> Columns:
    """One heading over several rows: what the later row says wins, units are kept."""
    found = dict(old)
    for column, later in new.items():
        before = old.get(column)
        if isinstance(later, Column) and isinstance(before, Column) and not later.unit:
            later = replace(later, unit=before.unit)  # noqa: PLW2901 - the same column, completed
        found[column] = later
    return found


def with_units(columns: Columns, texts: Mapping[int, str]) -> Columns | None:
    """The columns with the units of a row of nothing but units; None where it is none."""
    if not texts or not all(map(is_unit, texts.values())):
        return None
    found = dict(columns)
    for column, text in texts.items():
        there = columns.get(column)
        if isinstance(there, Column) and there.own.row.type in {"amount", "unit"}:
            found[column] = replace(there, unit=text)
        elif there is not None:
            return None
    return found


def is_unit(text: str) -> bool:
    """Whether a text is a unit, or says that the unit stands elsewhere."""
    if text.strip() in {"unit", "单位"}:
        return True
    if not 0 < len(text) <= _LONGEST:
        return False
    try:
        parse_unit(text.strip().removesuffix("/unit"))
    except GatewayError:
        return False
    return True


def plain(text: str) -> str:
    """A text in one spelling of width, space and case."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _better(old: Column | Parent | None, new: Column, text: str) -> Column | Parent:
    """Of two fields of one table with the same label, the one that says it in full."""
    if not isinstance(old, Column) or old.own == new.own:
        return new
    exact = [c for c in (old, new) if plain(text) in map(plain, c.own.row.label.values())]
    return exact[0] if len(exact) == 1 else old


def _number(sheet: str) -> str:
    return sheet.split(" ", maxsplit=1)[0]
