"""How one value is spelled in a carrier's JSON, and read from there: exact both ways or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final, TypeAlias

from gateway.codec.carrier import Field, ours, theirs
from gateway.codec.fields import code_list, named_code, one_code
from gateway.codec.jsonwrite import language
from gateway.errors import GatewayError
from gateway.frontdoor.json import JsonValue
from gateway.model.base import LangText
from gateway.quantity import (
    Quantity,
    convert,
    parse_decimal,
    quotient,
    round_places,
    round_significant,
    times,
)
from gateway.quantity.exact import checked

# The largest number of digits that every double keeps.
DIGITS: Final = 15
Value: TypeAlias = "str | bool | int | date | Quantity | LangText | tuple[str, ...]"
Told: TypeAlias = "str | bool | int | Decimal | list[str] | dict[str, str]"

_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})T00:00:00(?:\.0+)?(?:Z|\+00:00)", re.ASCII)
_DAYEND = re.compile(r"(\d{4}-\d{2}-\d{2})T23:59:59Z", re.ASCII)
_MONTHS = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?", re.ASCII)
_RECORD = "https://search.gleif.org/#/record/"
_LEI = re.compile(r"[A-Z0-9]{20}", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)


def spell(field: Field, value: Value) -> Told | None:
    """The value as it stands in the carrier; None: the carrier has no word for it."""
    return _SPELL[field.type](field, value)


def understand(field: Field, told: JsonValue) -> Value | None:
    """The value behind what stands in the carrier; None: it is no such value."""
    return _UNDERSTAND[field.type](field, told)


def _text(_: Field, value: Value) -> Told | None:
    return value if isinstance(value, str) and value else None


def _read_text(_: Field, told: JsonValue) -> Value | None:
    return told if isinstance(told, str) and told else None


def _read_named(field: Field, told: JsonValue) -> Value | None:
    """One of our codes by any name of it (NMC and NCM are one chemistry); another text as it stands."""
    if not isinstance(told, str) or not told:
        return None
    return told if told in code_list(field.codes) else named_code(_names(field.codes), told) or told


@cache
def _names(name: str) -> Mapping[str, str]:
    return one_code(code_list(name))


def _number(field: Field, value: Value) -> Told | None:
    if not isinstance(value, Quantity):
        return None
    try:
        return round_significant(convert(value, field.unit).amount, DIGITS)
    except GatewayError:
        return None


def _read_number(field: Field, told: JsonValue) -> Value | None:
    amount = _decimal(told)
    return None if amount is None else Quantity(amount, field.unit, str(told))


def _decimal(told: JsonValue) -> Decimal | None:
    if isinstance(told, bool) or not isinstance(told, (int, Decimal, str)):
        return None
    try:
        return parse_decimal(told) if isinstance(told, str) else checked(Decimal(told))
    except GatewayError:
        return None


def _whole(field: Field, value: Value) -> Told | None:
    """A carrier that holds whole numbers only."""
    found = _number(field, value)
    return int(round_places(found, 0)) if isinstance(found, Decimal) else None


def _share(field: Field, value: Value) -> Told | None:
    """A percentage as a part of one."""
    found = _number(field, value)
    if not isinstance(found, Decimal):
        return None
    return round_significant(quotient(found, Decimal(100)), DIGITS)


def _read_share(field: Field, told: JsonValue) -> Value | None:
    amount = _decimal(told)
    whole = None if amount is None else times(amount, Decimal(100))
    return None if whole is None or isinstance(whole, Fraction) else Quantity(whole, field.unit, str(told))


def _count(_: Field, value: Value) -> Told | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _read_count(_: Field, told: JsonValue) -> Value | None:
    amount = _decimal(told)
    return int(amount) if amount is not None and amount == amount.to_integral_value() else None


def _flag(_: Field, value: Value) -> Told | None:
    return value if isinstance(value, bool) else None


def _read_flag(_: Field, told: JsonValue) -> Value | None:
    if isinstance(told, str):
        return {"true": True, "false": False}.get(told)
    return told if isinstance(told, bool) else None


def _day(_: Field, value: Value) -> Told | None:
    return value.isoformat() if isinstance(value, date) else None


def _read_day(_: Field, told: JsonValue) -> Value | None:
    try:
        return date.fromisoformat(told) if isinstance(told, str) and len(told) == 10 else None
    except ValueError:
        return None


def _midnight(_: Field, value: Value) -> Told | None:
    """A moment where the model has a day."""
    return f"{value.isoformat()}T00:00:00Z" if isinstance(value, date) else None


def _read_midnight(field: Field, told: JsonValue) -> Value | None:
    found = _MIDNIGHT.fullmatch(told) if isinstance(told, str) else None
    return _read_day(field, found[1]) if found else None


def _dayend(_: Field, value: Value) -> Told | None:
    """The last moment of a day."""
    return f"{value.isoformat()}T23:59:59Z" if isinstance(value, date) else None


def _read_dayend(field: Field, told: JsonValue) -> Value | None:
    found = _DAYEND.fullmatch(told) if isinstance(told, str) else None
    return _read_day(field, found[1]) if found else None


def _month(_: Field, value: Value) -> Told | None:
    """gMonth, which has no thirteenth."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 12
    return f"--{value:02}" if fits else None


def _read_month(_: Field, told: JsonValue) -> Value | None:
    found = re.fullmatch(r"--(0[1-9]|1[0-2])(?:--)?", told, re.ASCII) if isinstance(told, str) else None
    return int(found[1]) if found else None


def _duration(_: Field, value: Value) -> Told | None:
    return f"P{value}M" if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _read_duration(_: Field, told: JsonValue) -> Value | None:
    found = _MONTHS.fullmatch(told) if isinstance(told, str) and told != "P" else None
    return int(found[1] or 0) * 12 + int(found[2] or 0) if found else None


def _code(field: Field, value: Value) -> Told | None:
    return theirs(field.codes).get(value) if isinstance(value, str) else None


def _read_code(field: Field, told: JsonValue) -> Value | None:
    return ours(field.codes).get(told) if isinstance(told, str) else None


def _pick(_: Field, value: Value) -> Told | None:
    """The English text, else the Chinese, else the first."""
    found = value.pick("en", "zh") if isinstance(value, LangText) else None
    return found[1] if found else None


def _read_pick(_: Field, told: JsonValue) -> Value | None:
    return LangText({language(told): told}) if isinstance(told, str) and told else None


def _by_language(_: Field, value: Value) -> Told | None:
    return dict(value.items()) if isinstance(value, LangText) else None


def _read_by_language(_: Field, told: JsonValue) -> Value | None:
    if not isinstance(told, dict) or not told:
        return None
    texts = {k: v for k, v in told.items() if isinstance(v, str) and v and _LANGUAGE.fullmatch(k)}
    return LangText(texts) if len(texts) == len(told) else None


def _single(_: Field, value: Value) -> Told | None:
    """A text of the model that has languages in the carrier."""
    return {language(value): value} if isinstance(value, str) and value else None


def _read_single(_: Field, told: JsonValue) -> Value | None:
    if not isinstance(told, dict) or len(told) != 1:
        return None
    lang, text = next(iter(told.items()))
    return text if isinstance(text, str) and text and lang == language(text) else None


def _lei(_: Field, value: Value) -> Told | None:
    """A legal entity identifier by its public record."""
    return f"{_RECORD}{value}" if isinstance(value, str) and _LEI.fullmatch(value) else None


def _read_lei(_: Field, told: JsonValue) -> Value | None:
    named = told.removeprefix(_RECORD) if isinstance(told, str) and told.startswith(_RECORD) else ""
    return named if _LEI.fullmatch(named) else None


def _list(_: Field, value: Value) -> Told | None:
    return list(value) if isinstance(value, tuple) and value else None


def _read_list(_: Field, told: JsonValue) -> Value | None:
    if not isinstance(told, list) or not told or not all(isinstance(item, str) for item in told):
        return None
    return tuple(item for item in told if isinstance(item, str))


_SPELL: Mapping[str, Callable[[Field, Value], Told | None]] = {
    "text": _text,
    "named": _text,
    "number": _number,
    "whole": _whole,
    "reference": _text,
    "share": _share,
    "count": _count,
    "flag": _flag,
    "day": _day,
    "midnight": _midnight,
    "dayend": _dayend,
    "month": _month,
    "duration": _duration,
    "code": _code,
    "pick": _pick,
    "languages": _by_language,
    "single": _single,
    "lei": _lei,
    "list": _list,
}
_UNDERSTAND: Mapping[str, Callable[[Field, JsonValue], Value | None]] = {
    "text": _read_text,
    "named": _read_named,
    "number": _read_number,
    "whole": _read_number,
    "reference": _read_text,
    "share": _read_share,
    "count": _read_count,
    "flag": _read_flag,
    "day": _read_day,
    "midnight": _read_midnight,
    "dayend": _read_dayend,
    "month": _read_month,
    "duration": _read_duration,
    "code": _read_code,
    "pick": _read_pick,
    "languages": _read_by_language,
    "single": _read_single,
    "lei": _read_lei,
    "list": _read_list,
}
