"""Exact numbers: decimals as read, quotients as fractions, one rounding at the very end."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)
from fractions import Fraction
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from gateway.errors import InputError
from gateway.report import Exact

# Inexact is trapped: whatever does not fit in 34 digits goes on as a fraction, never as a rounded decimal.
EXACT: Final = Context(
    prec=34, rounding=ROUND_HALF_EVEN, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow]
)

# What Python itself starts a thread with; operators such as abs() and str() ask the thread's context.
_PYTHONS: Final = Context(
    prec=28,
    rounding=ROUND_HALF_EVEN,
    Emin=-999_999,
    Emax=999_999,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
_P = ParamSpec("_P")
_R = TypeVar("_R")

# Amounts of this world fit easily; without a limit, 1e999999999 is a way to fill the memory.
_MAX_EXPONENT: Final = 128
_MAX_DIGITS: Final = 400

# Compiled, as every number passes here; the rarer patterns below wait for their first use.
# Too short to be out of range: up to 99 places behind up to 20 digits, or no exponent and few digits.
_IN_RANGE = re.compile(r"[^eE]{1,128}|[^eE]{1,20}[eE][+-]?[0-9]{1,2}")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)
_RATIO = r"-?[0-9]+/[0-9]*[1-9][0-9]*"
_GROUPED = r"([+-]?[1-9][0-9]{0,2})((?:,[0-9]{3})+|(?: [0-9]{3})+)(?=\.|$)"
_BARE_POINT = r"([+-]?)\.([0-9]+)"


class NotANumber(InputError):
    """The text is not a plain decimal number, or not finite, or out of any useful range."""

    code = "quantity.not-a-number"


class DivisionByNothing(InputError):
    """A quotient was asked for whose denominator is zero."""

    code = "quantity.division-by-zero"


def own_arithmetic(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """``function`` with Python's own decimal context, whatever precision or traps the caller's thread has."""

    @wraps(function)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with localcontext(_PYTHONS):
            return function(*args, **kwargs)

    return run


def parse_decimal(text: str) -> Decimal:
    """Read ``text`` as it stands: ASCII digits, a point, an optional sign and exponent, nothing else.

    Trailing zeros are kept. For what people type, call ``normalise_number`` first and report its changes.

    Raises:
        NotANumber: anything else, and numbers beyond 1e±128 or 400 digits.
    """
    if len(text) > 2 * _MAX_DIGITS or not _NUMBER.fullmatch(text):
        raise NotANumber(text)
    if _IN_RANGE.fullmatch(text):
        return Decimal(text)
    return checked(Decimal(text))


def checked(value: Decimal) -> Decimal:
    """``value`` if it is finite and of a usable size.

    Raises:
        NotANumber: NaN, infinities, beyond 1e±128, more than 400 digits.
    """
    if not value.is_finite():
        raise NotANumber(value)
    _, digits, exponent = value.as_tuple()
    if len(digits) > _MAX_DIGITS or abs(int(exponent)) > _MAX_EXPONENT + len(digits):
        raise NotANumber(value)
    if value and abs(value.adjusted()) > _MAX_EXPONENT:
        raise NotANumber(value)
    return value


def normalise_number(text: str) -> tuple[str, tuple[str, ...]]:
    """Rewrite a number as people type it into what ``parse_decimal`` reads, and say what was changed.

    Changes are named ``outer-space``, ``full-width``, ``minus-sign``, ``chinese-full-stop``,
    ``thousands-separator``, ``leading-zero``; each is a note for the reader's report. A comma counts as
    a thousands separator only in complete groups of three (``1,234.5``); ``1,5`` stays as it is and fails.
    """
    changes: list[str] = []

    def step(name: str, before: str, after: str) -> str:
        if after != before:
            changes.append(name)
        return after

    found = step("outer-space", text, text.strip())
    found = step("chinese-full-stop", found, re.sub(r"(?<=[0-9０-９])[。｡](?=[0-9０-９])", ".", found))
    found = step("minus-sign", found, re.sub("^[\u2212\u2013\ufe63]", "-", found))
    found = step("full-width", found, unicodedata.normalize("NFKC", found))
    grouped = re.match(_GROUPED, found)
    if grouped:
        digits = grouped.group(1) + re.sub("[, ]", "", grouped.group(2))
        found = step("thousands-separator", found, digits + found[grouped.end() :])
    bare = re.fullmatch(_BARE_POINT, found)
    if bare:
        found = step("leading-zero", found, f"{bare.group(1)}0.{bare.group(2)}")
    return found, tuple(changes)


def exact(value: Exact | int) -> Exact:
    """``value`` as a Decimal where 34 digits hold it exactly, otherwise as a Fraction."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    try:
        return EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    except (Inexact, Overflow):
        return value


def plus(left: Exact, right: Exact) -> Exact:
    """The exact sum; trailing zeros as in decimal arithmetic."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        try:
            return EXACT.add(left, right)
        except Inexact:
            pass
    return exact(Fraction(left) + Fraction(right))


def negate(value: Exact) -> Exact:
    """The number with the other sign; a bare minus would round a decimal to 28 digits."""
    return value.copy_negate() if isinstance(value, Decimal) else -value


def minus(left: Exact, right: Exact) -> Exact:
    """The exact difference."""
    return plus(left, negate(right))


def times(left: Exact, right: Exact) -> Exact:
    """The exact product."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        try:
            return EXACT.multiply(left, right)
        except Inexact:
            pass
    return exact(Fraction(left) * Fraction(right))


def quotient(numerator: Exact, denominator: Exact) -> Exact:
    """The exact quotient, a Fraction wherever the decimal would not end.

    Raises:
        DivisionByNothing: the denominator is zero.
    """
    if not denominator:
        raise DivisionByNothing(f"{show(numerator)}/0")
    return exact(Fraction(numerator) / Fraction(denominator))


def total(values: Iterable[Exact]) -> Exact:
    """The exact sum of all ``values``; of none, 0."""
    found: Exact = Decimal(0)
    for value in values:
        found = plus(found, value)
    return found


def same_number(left: Exact, right: Exact) -> bool:
    """Whether both are the same number, whatever their types and trailing zeros."""
    if type(left) is type(right):
        return left == right
    return Fraction(left) == Fraction(right)


def round_significant(value: Exact, digits: int) -> Decimal:
    """``value`` rounded once, half to even, to at most ``digits`` significant digits; never padded."""
    context = Context(prec=digits, rounding=ROUND_HALF_EVEN)
    if isinstance(value, Decimal):
        return context.plus(value)
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))


def round_places(value: Exact, places: int) -> Decimal:
    """``value`` rounded once, half to even, to exactly ``places`` decimal places."""
    scaled = round(Fraction(value) * Fraction(10) ** places)
    digits = tuple(int(digit) for digit in str(abs(scaled)))
    return Decimal((int(scaled < 0), digits, -places))


def in_full(value: Exact) -> Decimal | None:
    """The decimal that is the same number, beyond 34 digits too; None where it does not end."""
    if isinstance(value, Decimal):
        return value
    places = 0
    for prime in (2, 5):
        rest, power = value.denominator, 0
        while rest % prime == 0:
            rest, power = rest // prime, power + 1
        places = max(places, power)
    if 10**places % value.denominator or places > _MAX_EXPONENT:
        return None
    digits = value.numerator * (10**places // value.denominator)
    return Decimal((int(digits < 0), tuple(int(digit) for digit in str(abs(digits))), -places))


def plain(value: Decimal) -> str:
    """The decimal without an exponent, trailing zeros kept; zero has no sign."""
    return format(abs(value) if value.is_zero() else value, "f")


def show(value: Exact) -> str:
    """The text of an exact number that reads back as the same number: ``57.0``, ``1/3``."""
    return plain(value) if isinstance(value, Decimal) else str(value)


def read_exact(text: str) -> Exact:
    """Read what ``show`` wrote.

    Raises:
        NotANumber: it is neither a plain decimal nor ``integer/integer``.
    """
    numerator, slash, denominator = text.partition("/")
    if not slash:
        return parse_decimal(text)
    # Fractions grow with every sum; Python itself reads integers of up to 4300 digits.
    if len(text) > 10 * _MAX_DIGITS or not re.fullmatch(_RATIO, text):
        raise NotANumber(text)
    return exact(Fraction(int(numerator), int(denominator)))
