"""Numbers in text: what XML Schema accepts, as exact decimals, and nothing else."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from gateway.errors import InputError
from gateway.frontdoor.limits import MAX_NUMBER_DIGITS

_MANTISSA: Final = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
# XML Schema 1.1 part 2, 3.3.3 (decimal) and 3.3.5 (double)
_DECIMAL: Final = re.compile(_MANTISSA)
_DOUBLE: Final = re.compile(_MANTISSA + r"(?:[eE][+-]?[0-9]{1,9})?")
_SPECIAL: Final = frozenset({"NaN", "INF", "-INF", "+INF"})
_XML_SPACE: Final = " \t\r\n"

# IEEE 754 binary64: what is as large as the first rounds to infinity, what is below the second to zero.
_OVERFLOWS: Final = Decimal("1.797693134862315808E+308")
_SMALLEST: Final = Decimal("2.4703282292062328E-324")


def decimal(text: str, *, path: str = "") -> Decimal:
    """The value of ``text`` as xs:decimal, its trailing zeros kept.

    Space, tab and line ends around it are dropped, as XML Schema says; other white space is an error.

    Raises:
        InputError: ``number.not-a-decimal`` (also for exponents), ``number.out-of-range``.
    """
    return _read(text, _DECIMAL, "number.not-a-decimal", path)


def double(text: str, *, path: str = "") -> Decimal:
    """The value of ``text`` as xs:double, but exact: every digit is kept.

    Raises:
        InputError: ``number.not-a-double``; ``number.not-finite`` for INF and NaN, which are no amounts;
            ``number.out-of-range`` where a double would become infinite or zero.
    """
    if text.strip(_XML_SPACE) in _SPECIAL:
        raise InputError(text, code="number.not-finite", path=path)
    return _read(text, _DOUBLE, "number.not-a-double", path)


def in_range(value: Decimal) -> bool:
    """Whether ``value`` keeps its meaning for readers that use doubles.

    Zero with an exponent out of range is refused too: written out it would have millions of digits.
    """
    adjusted = value.adjusted()
    if -323 <= adjusted <= 307:
        return True
    if not value or not -324 <= adjusted <= 308:
        return False
    return _SMALLEST <= value.copy_abs() < _OVERFLOWS


def _read(text: str, pattern: re.Pattern[str], code: str, path: str) -> Decimal:
    plain = text.strip(_XML_SPACE)
    if not pattern.fullmatch(plain):
        raise InputError(text, code=code, path=path)
    if len(plain) > MAX_NUMBER_DIGITS + 20:
        raise InputError(text, code="number.out-of-range", path=path)
    value = Decimal(plain)
    if not in_range(value):
        raise InputError(text, code="number.out-of-range", path=path)
    return value
