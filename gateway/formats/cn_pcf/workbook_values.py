"""What goes into the cells of a workbook: a value is written only if our reader gets the same out of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from gateway.codec import choices
from gateway.codec.cellread import CellReading
from gateway.codec.fields import Row
from gateway.errors import GatewayError
from gateway.formats.cn_pcf.workbook_layout import Field
from gateway.frontdoor.double import TYPED_DIGITS, digits
from gateway.frontdoor.workbook import Cell, NumberFormat
from gateway.quantity import parse_decimal

Lang: TypeAlias = Literal["zh", "en"]
# ECMA-376-1, 18.3.1.4: what a cell can hold; the rest of a long text goes into the next cell.
MAX_TEXT: Final = 32_767
_FIRST_DAY: Final = date(1900, 3, 1)
_DAY_ZERO: Final = date(1899, 12, 30)
DAY_FORMAT: Final = "yyyy-mm-dd"


@dataclass(frozen=True, slots=True)
class Value:
    """What goes into a cell: a text, or a number as its own digits with its format."""

    text: str
    is_number: bool = False
    format: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table: what names its parents, and the values by key."""

    parents: tuple[str, ...]
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Content:
    """A declaration laid out: values of forms by key, rows of tables by block, the rest as JSON texts."""

    forms: Mapping[str, Value]
    tables: Mapping[tuple[str, ...], Sequence[TableRow]]
    rest: Sequence[tuple[str, str]]


EMPTY: Final = Content({}, {}, ())


def cell_value(own: Field, value: object) -> Value | None:
    """The cell's content for ``value``; None where a cell cannot say exactly this."""
    row = own.row
    found = _encode(row, value)
    if found is None or not found.text or len(found.text) > MAX_TEXT:
        return None
    form = NumberFormat("", "general")
    if found.is_number:
        kind: Literal["day", "number"] = "day" if row.type == "day" else "number"
        form = NumberFormat(
            found.format, kind, len(found.format.partition(".")[2]) if kind == "number" else 0
        )
    reading = CellReading()
    cell = Cell(1, 1, found.text, "number" if found.is_number else "text", form)
    read = reading.value(row, cell, "", lengths=own.lengths)
    if reading.notes or reading.findings:
        return None
    return found if _same(row, read, value) else None


def _same(row: Row, read: object, value: object) -> bool:
    if row.type in {"amount", "count"} and isinstance(read, Decimal):
        return str(read) == str(parse_decimal(str(value)))
    if isinstance(value, str):
        return read == str(value)
    return type(read) is type(value) and read == value


def _encode(row: Row, value: object) -> Value | None:
    if value is None or (isinstance(value, Mapping) and set(value) == {"missing"}):
        reason = "null" if value is None else str(value["missing"])
        absent = choices.entry(choices.MISSING, reason)
        return Value(absent) if absent else None
    if isinstance(value, bool):
        shown = choices.entry(choices.FLAG, "true" if value else "false")
        return Value(shown) if shown and row.type == "flag" else None
    if row.type in {"amount", "count"}:
        return _number(str(value))
    if isinstance(value, list):
        return _list(row, value)
    if not isinstance(value, str):
        return None
    value = str(value)  # codes of closed lists are more than a text
    if row.type == "day":
        return _day(value)
    return Value(choices.entry(choices.list_of(row), value) or value)


def _number(text: str) -> Value | None:
    """A number where a double says the same, else its digits as text."""
    try:
        value = parse_decimal(text)
    except GatewayError:
        return Value(text)
    if digits(value) > TYPED_DIGITS or not -290 < value.adjusted() < 290:
        return Value(text)
    decimals = len(text.partition(".")[2])
    return Value(
        f"{value:f}", is_number=True, format=f"0.{'0' * decimals}" if text.endswith("0") and decimals else ""
    )


def _day(text: str) -> Value | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return Value(text)
    if day < _FIRST_DAY or day.isoformat() != text:
        return Value(text)
    return Value(str((day - _DAY_ZERO).days), is_number=True, format=DAY_FORMAT)


def _list(row: Row, value: Sequence[object]) -> Value | None:
    if not all(isinstance(item, str) for item in value):
        return None
    if any(mark in str(item) for item in value for mark in ";；\n,，、"):
        return Value(json.dumps(value, ensure_ascii=False))
    name = choices.list_of(row)
    shown = [(choices.entry(name, item) if name else None) or item for item in map(str, value)]
    return Value("; ".join(shown))
