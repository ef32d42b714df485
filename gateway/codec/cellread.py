"""What one cell of a workbook means for one field: a JSON value, exactly, or a finding that says why not.

The value goes on into the same conversion as a member of a JSON document (``codec.convert``). What is
certain and was not written so is a note; what cannot be read is ``{"missing": "unreadable"}``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Final

from gateway.codec.choices import as_code, as_missing
from gateway.codec.fields import Row
from gateway.errors import GatewayError, shorten
from gateway.frontdoor import json as json_door
from gateway.frontdoor.double import TYPED_DIGITS, day_of, digits, shortest
from gateway.frontdoor.json import JsonValue
from gateway.frontdoor.number import double
from gateway.frontdoor.workbook import Cell
from gateway.model.base import Reason
from gateway.quantity import (
    DimensionMismatch,
    Quantity,
    convert,
    normalise_number,
    parse_decimal,
    parse_unit,
    plain,
    round_significant,
    show,
)
from gateway.report import Fate, Finding, Note, Severity

# How people say that there is nothing; only where no text is expected.
_NOTHING: Final[Mapping[str, Reason]] = {
    "n/a": Reason.NOT_APPLICABLE,
    "na": Reason.NOT_APPLICABLE,
    "不适用": Reason.NOT_APPLICABLE,
    "未声明": Reason.NOT_DECLARED,
    "mnd": Reason.NOT_DECLARED,
    "/": Reason.NOT_DECLARED,
    "-": Reason.NOT_DECLARED,
    "—": Reason.NOT_DECLARED,
    "——": Reason.NOT_DECLARED,
}
_AMOUNT_AND_UNIT: Final = re.compile(
    r"(?P<number>[-+\u2212\u2013]?[0-9][0-9., ]*(?:[eE][-+]?[0-9]+(?![0-9]))?)\s*(?P<times>[万亿])?"
    r"\s*(?P<unit>[^0-9\s.,].*)?"
)
_SCIENTIFIC: Final = re.compile(r"[-+\u2212\u2013]?[0-9]+(?:\.[0-9]+)?[eE][-+\u2212\u2013]?[0-9]{1,3}")
# 万 and 亿 behind a number multiply it; 万吨 and 万元 do, too.
_TIMES: Final = {"万": 4, "亿": 8}
_LIST_MARK: Final = re.compile(r"\s*[;；\n]\s*")
_COMPACT_DAY: Final = re.compile(r"(19|20)\d{6}")
# From 1954 to 2119: a number in a date's cell that nobody formatted as a date.
# An identifier typed in full width: nothing but letters and digits, one of them a wide digit.
_WIDE_NUMBER: Final = re.compile(r"(?=.*[０-９])[0-9A-Za-z０-９Ａ-Ｚａ-ｚ.\-．－]+")
_LIKELY_DAYS: Final = range(20_000, 80_000)


@dataclass(slots=True)
class CellReading:
    """Reads cells of one workbook; what was noticed is collected, with the cell as place."""

    since_1904: bool = False
    stale: bool = False
    notes: list[Note] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def value(
        self, row: Row, cell: Cell, at: str, *, unit: str = "", lengths: tuple[int, ...] = ()
    ) -> JsonValue:
        """What ``cell`` says for the field of ``row``.

        Args:
            unit: the unit that the user's own heading or unit cell names, if any.
            lengths: how many digits an identifier has; fewer mean that leading zeros were lost.
        """
        if cell.formula is not None and (self.stale or cell.text is None):
            return self._bad(
                "workbook.formula-not-calculated", at, f"={cell.formula}" if cell.formula else "", row
            )
        text = cell.text or ""
        if cell.kind == "error":
            return self._bad("workbook.error-value", at, text, row)
        if cell.kind == "flag":
            return text == "1" if text in {"0", "1"} else self._bad("workbook.error-value", at, text, row)
        if cell.kind == "text":
            return self._text(row, text, at, unit, lengths)
        if cell.kind == "day":
            return text[:10]
        try:
            stored = double(text)
        except GatewayError:
            return self._bad("workbook.error-value", at, text, row)
        return self._number(row, cell, stored, at, unit, lengths)

    def _number(
        self, row: Row, cell: Cell, stored: Decimal, at: str, unit: str, lengths: tuple[int, ...]
    ) -> JsonValue:
        if row.type == "day":
            return self._day(row, cell, stored, at)
        if row.type in {"amount", "count"}:
            return self._amount(row, cell, stored, at, unit)
        if row.type == "flag" or cell.format.kind == "percent":
            return plain(stored)
        if cell.format.kind == "day":
            return self._day(row, cell, stored, at)
        return self._identifier(row, cell, stored, at, lengths)

    def _amount(self, row: Row, cell: Cell, stored: Decimal, at: str, unit: str) -> JsonValue:
        if cell.format.kind == "day":
            return self._bad("workbook.date-for-amount", at, plain(stored), row)
        typed = self._typed(cell, stored, at)
        if cell.format.kind == "percent" and not (row.type == "amount" and row.unit == "1"):
            if row.unit != "%":
                return self._bad("workbook.percent-for-amount", at, f"{plain(typed.scaleb(2))} %", row)
            return typed.scaleb(2)
        return self._in_unit(row, typed, unit, at)

    def _typed(self, cell: Cell, stored: Decimal, at: str) -> Decimal:
        """The number as typed, behind the double that was stored."""
        typed = shortest(cell.text or "")
        if typed != stored:
            self.notes.append(
                Note("table.double-spelling", at, Fate.CONVERTED, cell.text or "", plain(typed))
            )
        if digits(typed) > TYPED_DIGITS:
            shown = plain(round_significant(typed, TYPED_DIGITS))
            self._find("workbook.more-digits-than-typed", at, plain(typed), Severity.WARNING, shown=shown)
        decimals = cell.format.decimals
        exponent = typed.as_tuple().exponent
        if isinstance(exponent, int) and -exponent < decimals < 30:
            return Decimal(f"{typed:.{decimals}f}")  # 0.0520 is shown, and was typed so
        return Decimal(plain(typed))

    def _day(self, row: Row, cell: Cell, stored: Decimal, at: str) -> JsonValue:
        text = plain(stored)
        day = day_of(stored, since_1904=self.since_1904)
        if cell.format.kind != "day":
            if _COMPACT_DAY.fullmatch(text):
                self.notes.append(Note("workbook.date-number", at, Fate.CONVERTED, text, _dashed(text)))
                return _dashed(text)
            if int(stored) not in _LIKELY_DAYS:
                return self._bad("workbook.not-a-date", at, text, row)
        if day is None:
            return self._bad("workbook.not-a-date", at, text, row)
        if cell.format.kind != "day":
            self.notes.append(Note("workbook.date-number", at, Fate.CONVERTED, text, day.isoformat()))
        elif row.type != "day" and stored != int(stored):
            second = timedelta(seconds=round((stored - int(stored)) * 86400))
            moment = (datetime.combine(day, time()) + second).isoformat()
            self.notes.append(Note("workbook.date-as-text", at, Fate.CONVERTED, text, moment))
            return moment
        elif stored != int(stored):
            self.notes.append(Note("workbook.time-of-day", at, Fate.TRUNCATED, text, day.isoformat()))
        elif row.type != "day":
            self.notes.append(Note("workbook.date-as-text", at, Fate.CONVERTED, text, day.isoformat()))
        return day.isoformat()

    def _identifier(
        self, row: Row, cell: Cell, stored: Decimal, at: str, lengths: tuple[int, ...]
    ) -> JsonValue:
        """A number where a text belongs: a version, a code, an identifier."""
        whole = stored == stored.to_integral_value()
        text = plain(stored.to_integral_value() if whole else self._typed(cell, stored, at))
        if whole and len(text.lstrip("-")) > TYPED_DIGITS:
            return self._bad("workbook.digits-lost", at, text, row)
        if whole and cell.format.width >= len(text):
            text = text.zfill(cell.format.width)  # as it is shown
        elif whole and cell.format.decimals:
            text = plain(Decimal(f"{stored:.{cell.format.decimals}f}"))
        wanted = next((n for n in sorted(lengths) if n > len(text)), None)
        if wanted is not None and len(text) not in lengths:
            return self._bad(
                "workbook.leading-zero-lost", at, text, row, digits=str(wanted), full=text.zfill(wanted)
            )
        code = self._code(row, text, at)
        if code is None:
            self.notes.append(Note("input.number-as-text", at, Fate.CONVERTED, cell.text or "", text))
        return text if code is None else code

    def _text(self, row: Row, text: str, at: str, unit: str, lengths: tuple[int, ...]) -> JsonValue:
        absent = as_missing(text)
        if absent is not None:
            return None if absent is Reason.NULL else {"missing": absent.value}
        if row.type == "texts":
            return self._list(row, text, at)
        if row.type in {"amount", "count", "day", "flag", "code"}:
            reason = _NOTHING.get(unicodedata.normalize("NFKC", text).strip().casefold())
            if reason is not None:
                self.notes.append(Note("workbook.nothing-said", at, Fate.CONVERTED, text, reason.value))
                return {"missing": reason.value}
        if row.type == "amount":
            return self._amount_text(row, text, at, unit)
        if row.type in {"day", "count"} or lengths:
            return self._half_width(text, at)
        if row.type in {"code", "role", "per", "unit", "flag"}:
            code = self._code(row, text, at)
            return self._half_width(text, at) if code is None else code
        return self._half_width(text, at) if _WIDE_NUMBER.fullmatch(text) else text

    def _code(self, row: Row, text: str, at: str) -> str | bool | None:
        """The code behind a name of it; None where the text is none."""
        known = as_code(row, text)
        if known is None:
            return None
        code, exact = known
        if not exact:
            self.notes.append(Note("input.label-for-code", at, Fate.CONVERTED, shorten(text), _printed(code)))
        return code

    def _amount_text(self, row: Row, text: str, at: str, unit: str) -> JsonValue:
        """A number typed as text, with its unit perhaps."""
        bare = unicodedata.normalize("NFKC", text).strip()
        found = None if _SCIENTIFIC.fullmatch(bare) else _AMOUNT_AND_UNIT.fullmatch(bare)
        if found is not None and not found["unit"] and not found["times"]:
            found = None  # how the bare number is spelt is told
        number, named, times = (text, unit, "") if found is None else found.group("number", "unit", "times")
        tidy, changes = normalise_number(number)
        try:
            amount = parse_decimal(tidy)
        except GatewayError:
            return self._bad("workbook.text-for-amount", at, text, row) if not _is_ratio(tidy) else text
        if times:
            amount = Decimal(plain(amount.scaleb(_TIMES[times])))
            self.notes.append(Note("workbook.multiplier", at, Fate.CONVERTED, text, plain(amount)))
        if found and named:
            if row.unit.startswith("@") and not _same_unit(named, unit):
                return self._bad("workbook.text-for-amount", at, text, row)
            told = f"{plain(amount) if times else tidy} {named}"
            self.notes.append(Note("workbook.unit-in-cell", at, Fate.CONVERTED, text, told))
        elif changes:
            self.notes.append(Note("input.number-spelling", at, Fate.CONVERTED, text, tidy))
        return self._in_unit(row, amount, named or unit, at)

    def _in_unit(self, row: Row, amount: Decimal, named: str, at: str) -> JsonValue:
        """``amount`` in the field's own unit, where the user's file names another."""
        named = named.strip().removesuffix("/unit")
        if not named or row.unit.startswith("@") or row.type != "amount":
            return amount
        try:
            told, own = parse_unit(named), parse_unit(row.unit)
            if told.code == own.code:
                return amount
            found = convert(Quantity(amount, told.code), own)
        except DimensionMismatch:
            return self._bad("workbook.unit-does-not-fit", at, named, row, unit=row.unit)
        except GatewayError as error:
            return self._bad(
                "input.unknown-unit", at, shorten(str(amount)), row, **{"unit": named, **error.params}
            )
        self.notes.append(
            Note("workbook.unit-converted", at, Fate.CONVERTED, f"{amount} {named}", str(found))
        )
        return found.amount if isinstance(found.amount, Decimal) else show(found.amount)

    def _list(self, row: Row, text: str, at: str) -> JsonValue:
        written = _json_texts(text)
        if written is not None:
            return written
        pieces = [piece for piece in _LIST_MARK.split(text.strip()) if piece]
        if row.code_list and len(pieces) == 1 and as_code(row, pieces[0]) is None:
            pieces = re.split(r"\s*[、,，]\s*", pieces[0])
        codes = [self._code(row, piece, at) for piece in pieces]
        return [piece if code is None else code for piece, code in zip(pieces, codes, strict=True)]

    def _half_width(self, text: str, at: str) -> str:
        plain_text = unicodedata.normalize("NFKC", text).strip()
        if plain_text != text:
            self.notes.append(Note("workbook.full-width", at, Fate.CONVERTED, shorten(text), plain_text))
        return plain_text

    def _bad(self, code: str, at: str, saw: str, row: Row, **params: str) -> JsonValue:
        self._find(
            code, at, saw, Severity.ERROR, field_en=row.label["en"], field_zh=row.label["zh"], **params
        )
        told: dict[str, JsonValue] = {"missing": Reason.UNREADABLE.value}
        return told | ({"text": saw} if saw else {})

    def _find(self, code: str, at: str, saw: str, severity: Severity, **params: str) -> None:
        self.findings.append(Finding(code, at, shorten(saw), severity, params=params))


def _printed(code: str | bool) -> str:
    return code if isinstance(code, str) else str(code).lower()


def _json_texts(text: str) -> list[JsonValue] | None:
    """A list of texts written as JSON, as programs put it into a cell."""
    if not text.startswith("["):
        return None
    try:
        found = json_door.parse(text.encode("utf-8"))
    except GatewayError:
        return None
    return found if isinstance(found, list) and all(isinstance(x, str) for x in found) else None


def _same_unit(one: str, other: str) -> bool:
    try:
        return parse_unit(one).code == parse_unit(other).code
    except GatewayError:
        return False


def _is_ratio(text: str) -> bool:
    return bool(re.fullmatch(r"-?[0-9]+/[0-9]*[1-9][0-9]*", text))


def _dashed(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"
