"""Small values as EcoSpold spells them, exact both ways or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from fractions import Fraction
from functools import cache, lru_cache
from typing import Final

from gateway import resources
from gateway.errors import GatewayError
from gateway.model.activity import Place
from gateway.model.base import LangText, Missing, Names, Reason
from gateway.model.dataset import Coefficient
from gateway.quantity import round_significant, show
from gateway.quantity.number import Number

TRUE: Final = ("true", "1")
FALSE: Final = ("false", "0")
_DIGITS: Final = 15
_TRAPS: Final = (InvalidOperation, DivisionByZero, Overflow)
# Roots and powers to as many digits as the model has; on the way back a few less.
_LONG: Final = Context(prec=34, rounding=ROUND_HALF_EVEN, traps=list(_TRAPS))
_SHORT: Final = Context(prec=28, rounding=ROUND_HALF_EVEN, traps=list(_TRAPS))
_ENDLESS: Final = Context(prec=400, rounding=ROUND_HALF_EVEN, traps=list(_TRAPS))
_EXPONENT: Final = 30


def number(text: str | None) -> Coefficient:
    """The number that a text says; what is none stays there as unreadable."""
    if text is None:
        return None
    try:
        return Number.read(text)
    except GatewayError:
        return Missing(missing=Reason.UNREADABLE, text=text)


def spell(value: Coefficient) -> tuple[str, bool]:
    """A number as a double is written, and whether it lost digits."""
    if not isinstance(value, Number):
        return "", False
    if value.text and _is_plain(value.text, value):
        return value.text.strip(), False
    exact = value.value
    if isinstance(exact, Fraction):
        rounded = round_significant(exact, _DIGITS)
        return _decimal(rounded), Fraction(rounded) != exact
    return _decimal(exact), False


_PLAIN: Final = re.compile(r"\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*", re.ASCII)


def _is_plain(text: str, value: Number) -> bool:
    return _PLAIN.fullmatch(text) is not None


def _decimal(value: Decimal | Fraction) -> str:
    text = show(value)
    if isinstance(value, Decimal) and abs(value.adjusted()) > _EXPONENT:
        return format(value, "E")
    return text


def root(value: Coefficient) -> Coefficient:
    """The square root to 34 digits."""
    if isinstance(value, Number) and isinstance(value.value, Decimal):
        return _root(value.value)
    return _function(value, _LONG.sqrt)


@lru_cache(maxsize=4096)
def _root(value: Decimal) -> Coefficient:
    """Few different spreads stand in a package, thousands of times each."""
    return _function(Number(value), _LONG.sqrt)


def square(value: Coefficient) -> Coefficient:
    """The square, without the last digits of what was a root."""
    return _function(value, lambda x: _LONG.multiply(x, x))


def exponential(value: Coefficient) -> Coefficient:
    """E to the power of a number, to 34 digits."""
    if isinstance(value, Number) and isinstance(value.value, Decimal):
        return _exponential(value.value)
    return _function(value, _LONG.exp)


@lru_cache(maxsize=4096)
def _exponential(value: Decimal) -> Coefficient:
    return _function(Number(value), _LONG.exp)


def logarithm(value: Coefficient) -> Coefficient:
    """The natural logarithm, without the last digits of what was a power."""
    return _function(value, _LONG.ln)


def _function(value: Coefficient, function: Callable[[Decimal], Decimal]) -> Coefficient:
    if not isinstance(value, Number):
        return value
    exact = value.value
    plain = exact if isinstance(exact, Decimal) else _LONG.divide(exact.numerator, exact.denominator)
    try:
        return Number(_LONG.normalize(function(plain)))
    except (InvalidOperation, Overflow, GatewayError):
        return Missing(missing=Reason.UNREADABLE, text=value.text or show(value.value))


def settled(value: Coefficient) -> Coefficient:
    """Rounded to 28 digits: what went there and back through a root or a power is what it was."""
    return _function(value, _SHORT.plus)


def times(value: Coefficient, factor: Fraction | int) -> Coefficient:
    """A multiple, exactly."""
    if not isinstance(value, Number):
        return value
    return Number(_exact(Fraction(value.value) * factor))


def product(value: Coefficient, factor: Number) -> Coefficient:
    """A value times another, exactly."""
    return times(value, Fraction(factor.value))


def _exact(value: Fraction) -> Decimal | Fraction:
    """A decimal where the quotient ends."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return value if rest != 1 else _ENDLESS.normalize(_ENDLESS.divide(value.numerator, value.denominator))


def flag(text: str | None) -> bool | None:
    """A truth value; none where the text is no such thing."""
    stripped = text.strip() if text else ""
    return True if stripped in TRUE else False if stripped in FALSE else None


_DAY: Final = re.compile(r"-?\d{4,}(-\d{2}(-\d{2})?)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)


def date_form(text: object) -> str:
    """What a text is that stands for a time: a year, a month or a day; empty: no such thing."""
    found = _DAY.fullmatch(text) if isinstance(text, str) else None
    return "" if found is None else "Date" if found[2] else "YearMonth" if found[1] else "Year"


_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_WHOLE_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def moment(*told: object) -> str | None:
    """The first of some texts that is a moment, or a day, which begins at midnight; never a clock's."""
    for text in told:
        if isinstance(text, str) and _MOMENT.fullmatch(text):
            return text
        if isinstance(text, str) and _WHOLE_DAY.fullmatch(text):
            return f"{text}T00:00:00"
    return None


def say(value: bool) -> str:
    """A truth value as it is written."""
    return "true" if value else "false"


def languages(texts: Names) -> dict[str, str]:
    """The texts by language."""
    return dict(texts.items()) if isinstance(texts, LangText) else {}


def names(texts: dict[str, str]) -> Names:
    """Texts by language; none where there are none."""
    return LangText(texts) if texts else None


@cache
def _codes() -> tuple[dict[tuple[str, str], str], dict[str, str], dict[str, str]]:
    rows = resources.table("locations/codes.csv")
    places = {(row["scheme"], row["code"]): row["place"] for row in rows}
    own = {row["place"]: row["code"] for row in rows if row["scheme"] == "ecoinvent"}
    provinces = {row["gb2260"]: row["ecoinvent"] for row in resources.table("locations/ecoinvent_cn.csv")}
    return places, own, provinces


@cache
def location_code(scheme: str, code: str) -> str | None:
    """What ecoinvent, whose codes EcoSpold uses, calls a place of another scheme."""
    if scheme == "ecoinvent":
        return code
    places, own, provinces = _codes()
    if scheme == "gb2260" and code in provinces:
        return provinces[code]
    # openLCA has no list of its own; TianGong writes provinces backwards into ILCD files.
    for list_ in {"openlca": ("ecoinvent", "ilcd"), "ilcd": ("ilcd", "tiangong")}.get(scheme, (scheme,)):
        if (found := own.get(places.get((list_, code), ""))) is not None:
            return found
    return code if scheme == "openlca" or (scheme == "ilcd" and "-" not in code) else None


@lru_cache(maxsize=4096)
def place(code: str | None) -> Place | None:
    """A place by its code."""
    return Place(code=code, scheme="ecoinvent") if code else None
