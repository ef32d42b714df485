"""Turn one JSON value into one leaf of the model, exactly, or say why it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gateway.codec.fields import Row, choices, code_list, code_synonyms, named_code
from gateway.errors import GatewayError
from gateway.frontdoor.json import JsonValue
from gateway.model.activity import Place
from gateway.model.base import Missing, Reason
from gateway.model.results import Per, Role
from gateway.quantity import Quantity, normalise_number, parse_decimal, parse_unit, read_exact


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf's value, and what had to be done to read it: a note's or a finding's code, or neither."""

    value: object
    text: str = ""
    changed: str = ""  # code of a note: read with certainty, but not as it stood
    wrong: str = ""  # code of a finding: not readable, or not from its list
    params: Mapping[str, str] | None = None


def leaf(row: Row, value: JsonValue, *, unit: str | None, scheme: str | None = None) -> Leaf:
    """The leaf that ``row`` expects. ``unit``: the text of the neighbour that names the unit."""
    text = shown(value)
    if value is None:
        return Leaf(Missing(missing=Reason.NULL, unit=null_unit(row, unit)), text)
    told = absent(value)
    if told is not None:
        return Leaf(told, text)
    if row.type == "amount":
        return _amount(row, value, text, unit)
    if row.type == "place":
        return _place(value, text, scheme)
    return _READERS[row.type](row, value, text)


def null_unit(row: Row, beside: str | None) -> str | None:
    """The unit of an amount that is null: its own, or its neighbour's, not that of another part."""
    if row.type != "amount" or row.unit.startswith("@/"):
        return None
    return beside if row.unit.startswith("@") else row.unit


def shown(value: JsonValue) -> str:
    """The value as it stood, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def unreadable(text: str, named: str | None, code: str, **params: str) -> Leaf:
    """A leaf that says that something stands there, and what."""
    return Leaf(Missing(missing=Reason.UNREADABLE, unit=named, text=text), text, wrong=code, params=params)


def absent(value: JsonValue) -> Missing | None:
    """Absence as we write it: ``{"missing": reason}``."""
    if not isinstance(value, dict) or not set(value) <= {"missing", "unit", "text"}:
        return None
    told = {k: v for k, v in value.items() if isinstance(v, str)}
    if told.get("missing") not in set(Reason) or len(told) != len(value):
        return None
    return Missing(missing=Reason(told["missing"]), unit=told.get("unit"), text=told.get("text"))


def _amount(row: Row, value: JsonValue, text: str, unit: str | None) -> Leaf:
    named = unit if row.unit.startswith("@") else row.unit
    if named is None:
        return unreadable(text, None, "input.unit-missing", field=row.pointer)
    try:
        code = parse_unit(named).code
    except GatewayError as error:
        return unreadable(text, named, "input.unknown-unit", unit=named, **error.params)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        return unreadable(text, named, "input.not-an-amount", field=row.pointer)
    try:
        if isinstance(value, int):
            return Leaf(Quantity(Decimal(value), code, text), text)
        if isinstance(value, Decimal):
            return Leaf(Quantity(value, code, text), text)
        if "/" in value:
            return Leaf(Quantity(read_exact(value), code, text), text)
        tidy, changes = normalise_number(value)
        changed = "input.number-spelling" if changes else ""
        return Leaf(Quantity(parse_decimal(tidy), code, text), text, changed)
    except GatewayError:
        return unreadable(text, named, "input.not-an-amount", field=row.pointer)


def _text(row: Row, value: JsonValue, text: str) -> Leaf:
    if isinstance(value, str):
        return Leaf(value, text)
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return Leaf(text, text, "input.number-as-text")
    return unreadable(text, None, "input.not-a-text", field=row.pointer)


def _code(row: Row, value: JsonValue, text: str) -> Leaf:
    if not isinstance(value, str):
        return _text(row, value, text)
    if not row.code_list or value in code_list(row.code_list):
        return Leaf(value, text)
    known = named_code(code_synonyms(row.code_list), value)
    if known is not None:
        return Leaf(known, text, "input.label-for-code")
    told = {"list": row.code_list, "allowed": choices(row.code_list)}
    return Leaf(value, text, wrong="input.unknown-code", params=told)


_DATES = (
    re.compile(r"(\d{4})-(\d{2})-(\d{2})"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"),
)


def _day(row: Row, value: JsonValue, text: str) -> Leaf:
    for pattern in _DATES:
        found = pattern.fullmatch(text.strip()) if isinstance(value, str) else None
        if found is None:
            continue
        try:
            day = date(*map(int, found.groups()))
        except ValueError:
            break
        return Leaf(day, text, "" if day.isoformat() == text else "input.date-spelling")
    return unreadable(text, None, "input.not-a-date", field=row.pointer)


def _count(row: Row, value: JsonValue, text: str) -> Leaf:
    if isinstance(value, int) and not isinstance(value, bool):
        return Leaf(value, text)
    if isinstance(value, (Decimal, str)):
        try:
            number = parse_decimal(str(value))
        except GatewayError:
            number = Decimal("0.5")
        if number == number.to_integral_value():
            return Leaf(int(number), text, "" if text == str(int(number)) else "input.number-spelling")
    return unreadable(text, None, "input.not-a-whole-number", field=row.pointer)


_FLAGS = {"true": True, "false": False, "yes": True, "no": False, "是": True, "否": False}


def _flag(row: Row, value: JsonValue, text: str) -> Leaf:
    if isinstance(value, bool):
        return Leaf(value, text)
    if isinstance(value, str) and value.strip().casefold() in _FLAGS:
        return Leaf(_FLAGS[value.strip().casefold()], text, "input.label-for-code")
    return unreadable(text, None, "input.not-a-flag", field=row.pointer)


def _xml_flag(row: Row, value: JsonValue, text: str) -> Leaf:
    """XML Schema part 2, 3.2.2: true, false, 1, 0."""
    if text in ("true", "false", "1", "0"):
        return Leaf(text in ("true", "1"), text, "input.label-for-code" if text in "10" else "")
    return unreadable(text, None, "input.not-a-flag", field=row.pointer)


def _place(value: JsonValue, text: str, scheme: str | None) -> Leaf:
    if not isinstance(value, str) or not value:
        return unreadable(text, None, "input.not-a-text", field="origin")
    if scheme is not None:
        return Leaf(Place(code=value, scheme=scheme), text)
    if re.fullmatch(r"[1-9]\d{5}", value, re.ASCII):
        return Leaf(Place(code=value, scheme="gb2260"), text)
    return Leaf(Place(code=value, scheme="unstated"), text, wrong="input.place-scheme-unstated")


def _enum(kind: type[Per | Role]) -> Callable[[Row, JsonValue, str], Leaf]:
    def read(row: Row, value: JsonValue, text: str) -> Leaf:
        if isinstance(value, str) and value in set(kind):
            return Leaf(kind(value), text)
        allowed = ", ".join(kind)
        return Leaf(
            None, text, wrong="input.unknown-code", params={"list": row.code_list, "allowed": allowed}
        )

    return read


_READERS: Mapping[str, Callable[[Row, JsonValue, str], Leaf]] = {
    "text": _text,
    "anylang": _text,
    "code": _code,
    "day": _day,
    "count": _count,
    "flag": _flag,
    "xmlflag": _xml_flag,
    "per": _enum(Per),
    "role": _enum(Role),
}
