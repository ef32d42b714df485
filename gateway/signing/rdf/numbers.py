"""Which numbers an RDFC signature covers: those that every JSON-LD engine writes alike.

The engine under most JavaScript wallets writes 1e-7 as the integer 0, and all keep sixteen digits; so a
changed number may verify. Where a document holds one that is not written alike, nothing is said about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from gateway.errors import TrustError, raise_all
from gateway.frontdoor.json import PlainJson, pointer
from gateway.frontdoor.limits import MAX_SAFE_INTEGER

# RDF's xsd:double is written with one digit before the point and fifteen behind it.
_MOST_DIGITS = 16
# From here on, a whole number is a double to every engine (jsonld.js, toRdf; JSON-LD 1.1 API, 8.2.2).
_DOUBLE_FROM = 10**21
_MOST_REPORTED = 20
# Of these many, every decimal number comes out of a double as it went in, up to its powers of ten.
_EXACT_DIGITS, _LAST_POWER = 15, 307
_TEXT: Final = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)


class NumberNotCovered(TrustError):
    """A number of the document has no RDF form that is the same everywhere."""

    code = "rdf.number-not-covered"


def require_covered(value: PlainJson) -> None:
    """Refuse a document in which an RDFC signature would leave a number open.

    Raises:
        NumberNotCovered: up to twenty places.
    """
    found = []
    for at, number in _open(value, ""):
        found.append(NumberNotCovered(_shortest(number), path=at))
        if len(found) == _MOST_REPORTED:
            break
    raise_all(found)


def is_covered(number: float) -> bool:
    """Whether every engine writes this JSON number alike.

    Sound are whole numbers within ±(2**53 − 1), numbers with a point and at most sixteen digits, and whole
    numbers from 10**21 of at most sixteen digits.
    """
    if number == int(number) and abs(number) <= MAX_SAFE_INTEGER:
        return True
    text = _shortest(number)
    digits = text.partition("e")[0].replace(".", "").lstrip("-0")
    if len(digits.rstrip("0")) > _MOST_DIGITS:
        return False
    return abs(number) >= _DOUBLE_FROM or ("." in text and number != int(number))


def require_text_covered(value: object) -> None:
    """Refuse the text of an xsd:double that its graph would round: engines read it and write it anew.

    Raises:
        NumberNotCovered: the graph has another number, or not every engine reads this as one.
    """
    if not isinstance(value, str):
        return
    if not _TEXT.fullmatch(value):
        raise NumberNotCovered(value)
    number = Decimal(value)
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    if len(digits) > _EXACT_DIGITS or (digits and not -_LAST_POWER < number.adjusted() < _LAST_POWER):
        raise NumberNotCovered(value)


def _open(value: PlainJson, at: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _open(item, at + pointer([name]))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _open(item, f"{at}/{index}")
    elif isinstance(value, int | float) and not isinstance(value, bool) and not is_covered(value):
        yield at, value


def _shortest(number: float) -> str:
    """The shortest spelling, as ECMAScript writes it."""
    from gateway.signing.jcs import jcs

    # An integer out of range has no canonical form, and is refused as it stands.
    return str(number) if isinstance(number, int) else jcs(number).decode()
