"""JSON at the door: exact decimals for data, doubles for signed documents, one reading only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any, Final, TypeAlias

import jiter

from gateway.errors import GatewayError, InputError, raise_all
from gateway.frontdoor import limits as lim
from gateway.frontdoor._json_place import Place, locate
from gateway.frontdoor._unicode import NONCHARACTER, nfc
from gateway.frontdoor.limits import JsonLimits
from gateway.frontdoor.number import in_range

JsonValue: TypeAlias = "bool | int | Decimal | str | list[JsonValue] | dict[str, JsonValue] | None"
PlainJson: TypeAlias = "bool | int | float | str | list[PlainJson] | dict[str, PlainJson] | None"

BOM: Final = b"\xef\xbb\xbf"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
# One picture of all numbers: digits as 0, the exponent sign as e, signs as -.
_OUTLINE: Final = bytes.maketrans(b"123456789E+", b"000000000e-")
# Without these an integer has fewer than 16 digits and an exponent at most two: nothing can be out of range.
_LONG_OR_LARGE: Final = (b"0" * 16, b"0e000", b"0e-000")
_TOO_MANY_DIGITS: Final = b"0" * (lim.MAX_NUMBER_DIGITS + 1)
_ASCII: Final = bytes(range(128))
# Where NUL or a noncharacter may stand; `_faults` then looks at the text itself.
_RAW_NONCHARACTERS: Final = (b"\xef\xb7", b"\xbf\xbe", b"\xbf\xbf")
_ESCAPED_NONCHARACTER: Final = re.compile(rb"\\u(?:0000|[fF](?:[fF]{2}[eEfF]|[dD][dDeE])|[dD][fF][fF][eEfF])")
_AT: Final = re.compile(r" at line (\d+) column (\d+)$")
_NOT_A_NUMBER: Final = re.compile(rb"[-+]?(?:nan|inf(?:inity)?)\b", re.IGNORECASE)
_MOST_FAULTS: Final = 20  # enough for one round of mending
# What jiter says, in the order in which it is tried.
_CODES: Final = (
    ("duplicate key", "json.duplicate-key"),
    ("recursion limit", "json.too-deep"),
    ("trailing characters", "json.trailing-content"),
    ("number out of range", "json.number-out-of-range"),
    ("InvalidOperation", "json.number-out-of-range"),
    ("invalid unicode code point", "json.not-utf8"),
    ("surrogate", "json.lone-surrogate"),
    ("end of hex escape", "json.lone-surrogate"),
    ("control character", "json.control-character"),
)


def parse(data: bytes, *, limits: JsonLimits = lim.JSON) -> JsonValue:
    """The value of a JSON document, with integers as ``int`` and all other numbers as ``Decimal``.

    ``str()`` of a number is its text as read (``1.50`` stays ``1.50``) with four exceptions: ``-0`` reads
    ``0``, an exponent that only moves the point is applied (``100e-2``: ``1.00``), other exponents are
    written ``E+5``, and fractions below 1e-6 are written with an exponent (``0.0000001``: ``1E-7``).
    A UTF-8 byte order mark is skipped. Integers beyond ±(2**53 − 1) are refused, except the bounds of
    64-bit types, which stand in JSON schemas.

    Raises:
        InputError: ``json.*``; its path is a JSON pointer, or line and column where there is none.

    Source: RFC 8259; RFC 7493 (I-JSON) for duplicate names, surrogates, noncharacters and integers.
    """
    return _checked(data.removeprefix(BOM), limits, lim.TYPE_BOUNDS)


def parse_signed(data: bytes, *, limits: JsonLimits = lim.JSON) -> PlainJson:
    """The value of a signed JSON document for the canonicaliser, with non-integers as doubles.

    Refuses what ``parse`` refuses, and a byte order mark. The only place where ``float`` may live.

    Source: RFC 7493; RFC 8785, 3.1.
    """
    if data.startswith(BOM):
        raise InputError("U+FEFF", code="json.byte-order-mark", path=str(Place("", 1, 1)))
    _checked(data, limits, frozenset())
    value: PlainJson = jiter.from_json(
        data, allow_inf_nan=False, catch_duplicate_keys=True, float_mode="float"
    )
    return value


def pointer(parts: Iterable[str | int]) -> str:
    """The JSON pointer of a path of member names and indices (RFC 6901, 3)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _checked(data: bytes, limits: JsonLimits, exempt: frozenset[int]) -> JsonValue:
    _refuse_size(data, limits)
    if data.startswith(_UTF16) or b"\x00" in data[:2]:
        raise InputError(data[:4].hex(" "), code="json.not-utf8", path=str(Place("", 1, 1)))
    try:
        value: JsonValue = jiter.from_json(
            data, allow_inf_nan=False, catch_duplicate_keys=True, float_mode="decimal"
        )
    except ValueError as error:
        raise _syntax_error(data, str(error)) from error
    plain = data.isascii() and b"\\" not in data
    outline = data.translate(_OUTLINE)
    suspect = (not plain and _noncharacter_may_stand_in(data)) or _TOO_MANY_DIGITS in outline
    closer = not plain or any(sign in outline for sign in _LONG_OR_LARGE)
    if suspect or (closer and not _numbers_and_names_hold(value, limits)):
        raise_all(islice(_faults(value, exempt), _MOST_FAULTS))
    return value


def _noncharacter_may_stand_in(data: bytes) -> bool:
    if b"\\u" in data and _ESCAPED_NONCHARACTER.search(data):
        return True
    beyond = data.translate(None, _ASCII)
    return any(sign in beyond for sign in _RAW_NONCHARACTERS)


def _refuse_size(data: bytes, limits: JsonLimits) -> None:
    if len(data) > limits.max_bytes:
        raise _too_large(len(data), limits.max_bytes, "max_bytes")
    if len(data) <= limits.max_tokens:
        return
    tokens = sum(map(data.count, (b",", b":", b"[", b"{")))
    if tokens > limits.max_tokens:
        raise _too_large(tokens, limits.max_tokens, "max_tokens")


def _numbers_and_names_hold(value: JsonValue, limits: JsonLimits) -> bool:
    """The quick look over a whole document; False where ``_faults`` should look closely."""
    low, high = -lim.MAX_SAFE_INTEGER, lim.MAX_SAFE_INTEGER
    names: set[str] = set()
    stack: list[Any] = [[value]]
    while stack:
        inner = stack.pop()
        if type(inner) is dict:
            names.update(inner)
            inner = inner.values()
        for item in inner:
            kind = type(item)
            if kind is str:
                continue
            if kind is dict or kind is list:
                stack.append(item)
            elif kind is int:
                if not low <= item <= high:
                    return False
            elif kind is Decimal and not -323 <= item.adjusted() <= 307:
                return False
    joined = "\x00".join(names)
    if not joined.isascii() and len(joined) > limits.max_name_characters:
        raise _too_large(len(joined), limits.max_name_characters, "max_name_characters")
    return unicodedata.is_normalized("NFC", joined)


def _faults(value: JsonValue, exempt: frozenset[int], at: str = "") -> Iterator[GatewayError]:
    """Numbers out of range, noncharacters and member names that are one name in NFC, with pointers."""
    children: Iterable[tuple[str | int, JsonValue]] = ()
    if isinstance(value, dict):
        yield from _name_faults(at, value)
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    elif fault := _leaf_fault(value, exempt):
        code, saw = fault
        yield InputError(saw, code=code, path=at, limit=lim.MAX_SAFE_INTEGER)
    for key, child in children:
        if isinstance(child, dict | list) or _leaf_fault(child, exempt):
            yield from _faults(child, exempt, at + pointer([key]))


def _leaf_fault(leaf: JsonValue, exempt: frozenset[int]) -> tuple[str, object] | None:
    """The code and the offending piece, if there is one."""
    if isinstance(leaf, str):
        found = NONCHARACTER.search(leaf)
        return ("json.noncharacter", f"U+{ord(found[0]):04X}") if found else None
    if isinstance(leaf, Decimal):
        holds = in_range(leaf) and not _has_too_many_digits(leaf)
        return None if holds else ("json.number-out-of-range", leaf)
    if type(leaf) is int and abs(leaf) > lim.MAX_SAFE_INTEGER and leaf not in exempt:
        return "json.integer-not-safe", leaf
    return None


def _names_clash(members: dict[str, JsonValue]) -> bool:
    """Whether two names may be one in NFC; NUL stands between them, as it stands in no accepted name."""
    joined = "\x00".join(members)
    if joined.isascii() or unicodedata.is_normalized("NFC", joined):
        return False
    return len(set(nfc(joined).split("\x00"))) != len(members)


def _name_faults(at: str, members: dict[str, JsonValue]) -> Iterator[GatewayError]:
    if found := NONCHARACTER.search("".join(members)):
        at_name = at + pointer([next(name for name in members if found[0] in name)])
        yield InputError(f"U+{ord(found[0]):04X}", code="json.noncharacter", path=at_name)
    elif _names_clash(members):
        normal: dict[str, str] = {}
        for name in members:
            first = normal.setdefault(nfc(name), name)
            if first != name:
                at_name = at + pointer([name])
                yield InputError(ascii(name), code="json.same-key-in-nfc", path=at_name, first=ascii(first))


def _too_large(saw: int, limit: int, name: str) -> InputError:
    return InputError(saw, code="json.too-large", limit=limit, name=name)


def _has_too_many_digits(number: Decimal) -> bool:
    mantissa = str(number).partition("E")[0]
    return any(len(run) > lim.MAX_NUMBER_DIGITS for run in mantissa.lstrip("-").split("."))


def _syntax_error(data: bytes, message: str) -> InputError:
    found = _AT.search(message)
    problem = message[: found.start()] if found else message
    offset, place = locate(data, int(found[1]), int(found[2])) if found else (0, Place("", 1, 1))
    code = next((code for sign, code in _CODES if sign in problem), "json.syntax")
    saw = _snippet(data, offset)
    if code == "json.duplicate-key":
        saw = problem.partition('"')[2].rpartition('"')[0]
    elif code == "json.syntax" and any(_NOT_A_NUMBER.match(data, max(0, i)) for i in (offset - 1, offset)):
        code = "json.not-a-number"
    return InputError(saw, code=code, path=str(place), problem=problem, line=place.line, column=place.column)


def _snippet(data: bytes, offset: int) -> str:
    return data[max(0, offset - 1) : offset + 40].decode("utf-8", "replace")
