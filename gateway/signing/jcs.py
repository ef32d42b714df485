"""Canonical JSON bytes (JCS, RFC 8785): the bytes that every signature of ours covers."""

from __future__ import annotations

from collections.abc import Callable
from json.encoder import encode_basestring as _quoted
from typing import Any

import rfc8785

from gateway.errors import GatewayError, InputError
from gateway.frontdoor.json import parse_signed, pointer
from gateway.frontdoor.limits import MAX_SAFE_INTEGER

# 10⁻⁴ as a double, and 10¹⁶: between them repr() and ECMAScript's Number::toString write the same digits
# (but for the ".0" of whole numbers).
_PLAIN_FROM, _PLAIN_BELOW = 10**-4, 10**16


class NotCanonical(InputError):
    """The value or the bytes have no place in canonical JSON."""

    code = "signing.not-json"


def jcs(value: object) -> bytes:
    """Return the canonical JSON bytes of ``value``.

    Numbers must be finite, and within ±(2**53 − 1) where they are integers; write larger ones, and
    Decimals, as strings.

    Raises:
        NotCanonical: NaN, infinity, lone surrogates, an integer out of range, a value that is not JSON,
            or more levels than Python can walk; with the JSON pointer of the first such place.

    Source: RFC 8785, 3.2.3 (keys sort by UTF-16 code units).
    """
    pieces: list[str] = []
    try:
        _write(value, pieces.append)
        return "".join(pieces).encode()
    except (_Refused, UnicodeEncodeError):
        _find_refused(value, "")
        raise AssertionError from None
    except RecursionError:
        raise NotCanonical(code="signing.too-deep") from None


def is_canonical(data: bytes) -> bool:
    """Whether ``data`` is JSON, and exactly the bytes that ``jcs`` would write for it."""
    try:
        return jcs(parse_signed(data)) == data
    except GatewayError:
        return False


class _Refused(Exception):
    """Some value is not JCS; ``_find_refused`` says where."""


def _write(value: Any, put: Callable[[str], None]) -> None:  # noqa: ANN401  told apart by exact type
    """Four times as fast as rfc8785, which is asked only for numbers that Python spells in its own way."""
    kind = type(value)
    if kind is str:
        put(_quoted(value))
    elif kind is dict:
        separator = "{"
        for key in _ordered(value):
            put(separator)
            put(_quoted(key))
            put(":")
            _write(value[key], put)
            separator = ","
        put("}" if value else "{}")
    elif kind is list or kind is tuple:
        separator = "["
        for item in value:
            put(separator)
            _write(item, put)
            separator = ","
        put("]" if value else "[]")
    elif kind is bool or value is None:
        put("null" if value is None else "true" if value else "false")
    else:
        put(_number(value))


def _ordered(members: dict[str, object]) -> list[str]:
    try:
        names = "".join(members)
    except TypeError:
        raise _Refused from None
    if names.isascii() or max(names) < "\ud800":
        return sorted(members)
    return sorted(members, key=lambda name: name.encode("utf-16-be", "surrogatepass"))


def _number(value: object) -> str:
    if type(value) is int and -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
        return str(value)
    if type(value) is not float or value - value != 0:  # NaN and the infinities
        raise _Refused
    if _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        return repr(value).removesuffix(".0")
    return rfc8785.dumps(value).decode()


def _find_refused(value: Any, path: str) -> None:  # noqa: ANN401  as _write
    """Raise for the first place in ``value`` that ``_write`` cannot write."""
    kind = type(value)
    if kind is str:
        _refuse_surrogates(value, path)
    elif kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise NotCanonical(key, path=path)
            _refuse_surrogates(key, path)
            _find_refused(item, path + pointer([key]))
    elif kind is list or kind is tuple:
        for index, item in enumerate(value):
            _find_refused(item, f"{path}/{index}")
    elif kind is not bool and value is not None:
        try:
            _number(value)
        except _Refused:
            code = "signing.number-out-of-range" if kind is int or kind is float else "signing.not-json"
            raise NotCanonical(_shown(value), path=path, code=code) from None


def _refuse_surrogates(text: str, path: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotCanonical(ascii(text), path=path, code="signing.lone-surrogate") from None


def _shown(value: object) -> str:
    # CPython refuses to spell integers of more than 4300 digits.
    return hex(value) if isinstance(value, int) else str(value)
