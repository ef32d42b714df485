"""What a map file does not hold of the map it was written from: found by reading it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Final

from gateway.nomenclature.maps import predicates
from gateway.nomenclature.row import End, MapRow, MapSet, Signal
from gateway.quantity.exact import same_number, show
from gateway.report import Fate, Note

# A new file is a new file: which one a row was once read from is not a part of what it says.
_NOT_COMPARED: Final = frozenset({"source", "target", "extra", "source_map"})
_NUMBERS: Final = frozenset({"factor", "share", "confidence"})
# How a file arranged itself; another format arranges itself otherwise, and nothing is lost.
_FORM: Final = frozenset({"columns", "file", "curie_map"})


def losses(before: MapSet, after: MapSet, order: tuple[int, ...]) -> Iterator[Note]:
    """A note for each leaf of ``before`` that ``after`` does not hold as it was; in its order."""
    for name in ("id", "title", "version", "description", "created", "licence"):
        yield from _leaf(f"/{name}", getattr(before, name), getattr(after, name), name)
    yield from _leaf("/authors", before.authors, after.authors, "authors")
    yield from _named("/header", dict(before.header), dict(after.header))
    for index, row in zip(order, after.rows, strict=True):
        yield from _row(f"/rows/{index}", before.rows[index], row)


def _row(at: str, before: MapRow, after: MapRow) -> Iterator[Note]:
    for side in ("source", "target"):
        old: End = getattr(before, side)
        new: End = getattr(after, side)
        if old == new:
            continue
        for one in fields(End):
            yield from _leaf(f"{at}/{side}/{one.name}", getattr(old, one.name), getattr(new, one.name))
    for one in fields(MapRow):
        if one.name not in _NOT_COMPARED:
            old_value, new_value = getattr(before, one.name), getattr(after, one.name)
            if one.name == "raw_predicate" and not predicates.says_more(before):
                continue
            yield from _leaf(f"{at}/{one.name}", old_value, new_value, one.name)
    yield from _named(f"{at}/extra", dict(before.extra), dict(after.extra))


def _named(at: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Note]:
    for name, text in before.items():
        if name not in _FORM:
            yield from _leaf(f"{at}/{name}", text, after.get(name, ""))


def _leaf(at: str, before: object, after: object, name: str = "") -> Iterator[Note]:
    if before == after or before in ("", None, ()):
        return
    if name in _NUMBERS and _same(before, after):
        return
    value, written = leaf_text(before), leaf_text(after)
    if not written:
        yield Note("map.dropped", at, Fate.DROPPED, value)
    elif name in _NUMBERS:
        yield Note("map.rounded", at, Fate.ROUNDED, value, written)
    else:
        yield Note("map.converted", at, Fate.CONVERTED, value, written)


def _same(before: object, after: object) -> bool:
    numbers = [Decimal(1) if value is None else value for value in (before, after)]
    left, right = numbers
    if not isinstance(left, Decimal | Fraction) or not isinstance(right, Decimal | Fraction):
        return False
    return same_number(left, right)


def leaf_text(value: object) -> str:
    """A leaf for people."""
    if value is None:
        return ""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Decimal | Fraction):
        return show(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Signal):
        return " ".join(part for part in (value.what, value.value, value.source) if part)
    if isinstance(value, tuple):
        return " | ".join(map(leaf_text, value))
    return str(value)
