"""Units: read any spelling of the closed table, give one canonical code, dimension and exact factor."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Final, TypeAlias

from gateway.errors import InputError
from gateway.quantity._table import Atom, Dimension, annotated, suggestions, unit_table

_MAX_LENGTH: Final = 120
_MASS: Final[Dimension] = (("kg", 1),)
_SUPERSCRIPT: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_PRODUCT_SIGNS: Final = str.maketrans(dict.fromkeys("·⋅•∙・×✕", "*") | dict.fromkeys("∕⁄÷", "/"))
_UCUM_TEN = r"(?<![0-9A-Za-z])10\*(-?[0-9]{1,2})(?![0-9])"
_NUMBER = r"(?:10\^(?P<ten>-?[0-9]{1,2})|(?P<whole>[1-9][0-9]{0,59}))(?![0-9]) ?"
_POWER = r"(?P<base>.*[^0-9^-])\^?(?P<power>-?[1-9])"


class UnknownUnit(InputError):
    """The unit is not in the table; ``params["suggestions"]`` has the nearest names."""

    code = "quantity.unknown-unit"


class DimensionMismatch(InputError):
    """A conversion, sum or comparison between units of different kinds."""

    code = "quantity.dimension-mismatch"


_Parts: TypeAlias = tuple[tuple[Atom, int], ...]
_Expression: TypeAlias = tuple[Fraction, _Parts]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as a product of table units. Equal are units of equal dimension and size.

    ``factor`` times an amount gives the amount in base units of ``dimension``. Substances (CO2eq, C),
    counted things and reference states of gases are dimensions of their own.
    """

    code: str = field(compare=False)
    dimension: Dimension
    factor: Fraction
    scale: Fraction = field(compare=False, repr=False)
    parts: _Parts = field(compare=False, repr=False)

    def __str__(self) -> str:
        return self.code


def parse_unit(text: str) -> Unit:
    """The unit behind ``text``: ``kg CO2e/t*km``, ``kgCO2e/吨公里``, ``万千瓦时``, ``m³``, ``kWh/100km``.

    Everything after a slash is denominator, up to the end or the closing bracket: factor tables print
    ``kg CO2e/t*km`` and mean kg per tonne-kilometre. (Strict UCUM would read kg·km/t; our own codes
    therefore always set brackets.) Spelling is case-sensitive; nothing outside the table is guessed.

    Raises:
        UnknownUnit: with up to three suggestions.
    """
    return _parse(text)


def multiply_units(left: Unit, right: Unit) -> Unit:
    """The product; equal factors of numerator and denominator cancel."""
    return _unit(left.scale * right.scale, (*left.parts, *right.parts))


def divide_units(left: Unit, right: Unit) -> Unit:
    """The quotient; equal factors of numerator and denominator cancel."""
    return _unit(left.scale / right.scale, (*left.parts, *((atom, -power) for atom, power in right.parts)))


def without_scale(unit: Unit) -> Unit:
    """The unit without its number: of 10*4.kW.h, kW.h."""
    return _unit(Fraction(1), unit.parts) if unit.scale != 1 else unit


def conversion_factor(source: Unit, target: Unit) -> Fraction:
    """What an amount in ``source`` is multiplied with to be in ``target``.

    Raises:
        DimensionMismatch: a declared property (density, heating value, mass per piece) would be needed.
    """
    if source.dimension != target.dimension:
        raise DimensionMismatch(source.code, wanted=target.code)
    return source.factor / target.factor


@lru_cache(maxsize=4096)
def _parse(text: str) -> Unit:
    if len(text) > _MAX_LENGTH:
        raise UnknownUnit(text, word=text[:20] + "…", suggestions="–")
    clean = _clean(text)
    if not clean:
        raise UnknownUnit(text, word=text, suggestions="–")
    try:
        scale, parts = _expression(clean)
        if not _readable(scale, parts):
            raise _UnknownWord(clean)
        return _unit(scale, parts)
    except _UnknownWord as unknown:
        near = ", ".join(suggestions(unknown.word)) or "–"
        raise UnknownUnit(text, word=unknown.word, suggestions=near) from None


def _clean(text: str) -> str:
    """One spelling of digits, signs and spaces; the words themselves stay as they are."""
    raised = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda run: "^" + run.group().translate(_SUPERSCRIPT), text)
    clean = unicodedata.normalize("NFKC", raised).translate(_PRODUCT_SIGNS)
    clean = re.sub(r"\s+", " ", clean).strip().replace("**", "^")
    clean = re.sub(r"(?<=[^ ]) per (?=[^ ])", "/", clean).replace("每", "/")
    clean = re.sub(r"\.(?= ?(?:[/)*]|$))", "", clean)  # "kg CO2 eq./kWh"
    clean = re.sub(r" ?([*/]) ?", r"\1", clean)
    return re.sub(_UCUM_TEN, r"10^\1", clean)


class _UnknownWord(Exception):
    def __init__(self, word: str) -> None:
        self.word = word


def _expression(text: str) -> _Expression:
    """Products and quotients on one level of brackets."""
    scale = Fraction(1)
    parts: list[tuple[Atom, int]] = []
    for sign, operand in _operands(text):
        found = _operand(operand)
        if found is None:
            raise _UnknownWord(operand)
        scale *= found[0] ** sign
        parts += [(atom, power * sign) for atom, power in found[1]]
    return scale, tuple(parts)


def _operands(text: str) -> list[tuple[int, str]]:
    """The operands with +1 before the first slash and -1 after it; brackets stay whole."""
    found, sign, depth, start = [], 1, 0, 0
    for at, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0 and char in "*./":
            if at > 0 or char != "/":  # "/t" is one per tonne
                found.append((sign, text[start:at].strip()))
            sign, start = (-1 if char == "/" else sign), at + 1
    found.append((sign, text[start:].strip()))
    return found


def _operand(text: str) -> _Expression | None:
    """A bracket, a name, a number, a power, a substance or a prefix, in this order.

    Words side by side are no product: "oz t" is a troy ounce, not an ounce-tonne.
    """
    if text.startswith("(") and text.endswith(")"):
        return _expression(text[1:-1])
    for reading in (_named, _numbered, _powered, _substance, _prefixed):
        found = reading(text)
        if found is not None:
            return found
    return None


def _named(text: str) -> _Expression | None:
    table = unit_table()
    for spelling in (text, text.replace("^", "")):
        if spelling in table.atoms:
            return Fraction(1), ((table.atoms[spelling], 1),)
        if spelling in table.names:
            return _expression(table.names[spelling])
    return (Fraction(1), ()) if text == "1" else None


def _numbered(text: str) -> _Expression | None:
    number = re.match(_NUMBER, text)
    if number is None:
        return None
    ten, whole = number.group("ten", "whole")
    scale = Fraction(10) ** int(ten) if ten else Fraction(int(whole))
    rest = text[number.end() :]
    return _scaled(scale, _operand(rest) if rest else (Fraction(1), ()))


def _powered(text: str) -> _Expression | None:
    match = re.fullmatch(_POWER, text)
    if match is None:
        return None
    base = match.group("base")
    if base.startswith("("):
        found = _operand(base) if "(" not in base[1:] else None  # ((km9)9)9 would fill the memory
    else:
        found = _named(base) or _substance(base)
    if found is None:
        return None
    power = int(match.group("power"))
    return found[0] ** power, tuple((atom, exponent * power) for atom, exponent in found[1])


def _substance(text: str) -> _Expression | None:
    for name, substance in unit_table().substances:
        if text.endswith((name, f"({name})")):
            mass = _named(text.removesuffix(f"({name})").removesuffix(name).rstrip(" -_"))
            if mass and len(mass[1]) == 1 and mass[1][0][0].dimension == _MASS:
                return mass[0], ((annotated(mass[1][0][0], substance), 1),)
    return None


def _prefixed(text: str) -> _Expression | None:
    for prefix, ten in unit_table().prefixes:
        if text.startswith(prefix):
            return _scaled(Fraction(10) ** ten, _operand(text[len(prefix) :].strip()))
    return None


def _scaled(scale: Fraction, found: _Expression | None) -> _Expression | None:
    return (scale * found[0], found[1]) if found else None


def _unit(scale: Fraction, parts: Iterable[tuple[Atom, int]]) -> Unit:
    """Merge equal atoms, order them by rank, and name the result."""
    powers: dict[str, int] = {}
    atoms = {}
    for atom, power in parts:
        atoms[atom.code] = atom
        powers[atom.code] = powers.get(atom.code, 0) + power
    ordered = sorted((atom for atom in atoms.values() if powers[atom.code]), key=lambda a: (a.rank, a.code))
    kept = tuple((atom, powers[atom.code]) for atom in ordered)
    factor, dimension = scale, dict[str, int]()
    for atom, power in kept:
        factor *= atom.factor**power
        for base, exponent in atom.dimension:
            dimension[base] = dimension.get(base, 0) + exponent * power
    bases = tuple(sorted((base, exponent) for base, exponent in dimension.items() if exponent))
    return Unit(_code(scale, kept), bases, factor, scale, kept)


def _readable(scale: Fraction, parts: _Parts) -> bool:
    """Whether the code will read back: numbers up to 10*60, powers of one digit."""
    powers = Counter[str]()
    for atom, power in parts:
        powers[atom.code] += power
    return max(scale.numerator, scale.denominator) <= 10**60 and all(-9 <= n <= 9 for n in powers.values())


def _code(scale: Fraction, parts: _Parts) -> str:
    above = _number(scale.numerator) + [_power(atom, power) for atom, power in parts if power > 0]
    below = _number(scale.denominator) + [_power(atom, -power) for atom, power in parts if power < 0]
    numerator = ".".join(above) or "1"
    if not below:
        return numerator
    return f"{numerator}/{below[0]}" if len(below) == 1 else f"{numerator}/({'.'.join(below)})"


def _number(value: int) -> list[str]:
    """90,000 as ``9.10*4``."""
    digits = str(value)
    tens = len(digits) - len(digits.rstrip("0"))
    front = digits[: len(digits) - tens]
    return ([front] if front != "1" else []) + ([f"10*{tens}"] if tens else [])


def _power(atom: Atom, power: int) -> str:
    return atom.code if power == 1 else f"{atom.code}{power}"
