"""The simple types of XML formats, compiled from their table: is a text a value of its type?"""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final, TypeAlias
from unicodedata import category

# XML Schema 1.0 Part 2: the lexical forms of the bases that the tables use (white space collapsed).
_LEXICAL: Final[Mapping[str, str]] = {
    "boolean": r"true|false|1|0",
    "integer": r"[+-]?[0-9]+",
    "int": r"[+-]?[0-9]+",
    "long": r"[+-]?[0-9]+",
    "decimal": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)",
    "double": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|-?INF|NaN",
    "float": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|-?INF|NaN",
    "date": r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?",
    "dateTime": r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
    r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?",
    "gYear": r"-?[0-9]{4,}(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?",
    "gYearMonth": r"-?[0-9]{4,}-(?:0[1-9]|1[0-2])(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?",
    # As xml:lang: also empty.
    "language": r"(?:[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)?",
    "ID": r"[^\W\d][\w.\-]*",
    "IDREF": r"[^\W\d][\w.\-]*",
    # Nearly any text, as people have spaces and Chinese in file names; only what stands before a colon must
    # be a scheme.
    "anyURI": r"(?:[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x1f]*)?|[^\x00-\x1f:/?#]*(?:[/?#][^\x00-\x1f]*)?",
}
_SPACE: Final = " \t\r\n"
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")

_QUICK_DATE: Final = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
_QUICK_TIME: Final = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:Z|[+-]0[0-9]:[0-5][0-9])?"
_NO_HASH: Final = re.compile("(?!#)").match

Test: TypeAlias = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Check:
    """A simple type: whether a text is one of its values.

    ``quick`` is true of texts that surely are, as they stand, and false of some others too. ``collapses``
    says that white space around a value means nothing (numbers, dates, identifiers); a closed list is not of
    that kind by the letter, but nothing else can be meant. ``limit`` is a maximum length.
    """

    name: str
    base: str
    collapses: bool
    limit: int
    quick: Callable[[str], object]
    test: Test | None
    values: frozenset[str] = frozenset()

    @property
    def listed(self) -> bool:
        """Whether only the values of a closed list are allowed."""
        return bool(self.values)


def compile_types(rows: tuple[dict[str, str], ...], lists: tuple[dict[str, str], ...]) -> Mapping[str, Check]:
    """Every type of a format by name; closed lists as ``enum:<list>``."""
    checks = {row["type"]: _check(row) for row in rows}
    values: dict[str, list[str]] = {}
    for row in lists:
        values.setdefault(row["list"], []).append(row["value"])
    for name, members in values.items():
        allowed = frozenset(members)
        test = allowed.__contains__
        checks[f"enum:{name}"] = Check(f"enum:{name}", "string", False, 0, test, test, allowed)
    return checks


@lru_cache(maxsize=256)
def is_language(code: str) -> bool:
    """Whether ``code`` is a value that xml:lang can have."""
    return not code or _LANGUAGE.fullmatch(code) is not None


def _check(row: Mapping[str, str]) -> Check:
    base = row["base"]
    limit = int(row["max_length"] or 0)
    tests: list[Test] = []
    if base in _LEXICAL:
        tests.append(_full(_LEXICAL[base]))
    if row["pattern"]:
        tests.append(_matches(row["pattern"]))
    if row.get("min_length"):
        tests.append(_no_shorter(int(row["min_length"])))
    if row["digits"]:
        tests.append(_digits(int(row["digits"]), int(row["fraction_digits"] or 0)))
    if base == "int":
        tests.append(lambda text: -(2**31) <= int(text) < 2**31)
    if row["minimum"]:
        tests.append(_at_least(int(row["minimum"])))
    if row.get("maximum"):
        tests.append(_at_most(Decimal(row["maximum"])))
    if base in ("date", "dateTime"):
        tests.append(_in_calendar)
    return Check(row["type"], base, base != "string", limit, _quick(row, limit), _all(tests))


def _quick(row: Mapping[str, str], limit: int) -> Callable[[str], object]:
    """One look by a compiled expression; what it does not know is looked at closely."""
    if row["base"] == "int" and row["minimum"] == "1":
        return re.compile("[1-9][0-9]{0,8}").fullmatch
    if row["minimum"] or row.get("maximum"):
        return _digit(row) or _never
    if row.get("min_length"):
        plain = row["base"] == "string" and limit and not row["pattern"]
        return re.compile(rf"(?!#).{{{row['min_length']},{limit}}}", re.DOTALL).fullmatch if plain else _never
    if row["base"] != "string" and row["pattern"]:
        if row["base"] != "integer" or "\\w" in row["pattern"]:
            return _never
        return re.compile(rf"(?=(?:{_LEXICAL['integer']})\Z)(?:{_python(row['pattern'])})").fullmatch
    if row["pattern"]:
        # Letters and digits are words everywhere.
        return re.compile(_python(row["pattern"], "A-Za-z0-9")).fullmatch
    if row["digits"]:
        # A value of so few digits needs no counting; signs and exponents are left to the closer look.
        fraction = int(row["fraction_digits"] or 0)
        whole = int(row["digits"]) - fraction
        part = rf"(?:\.[0-9]{{0,{fraction}}})?" if fraction else ""
        return re.compile(rf"[0-9]{{1,{whole}}}{part}").fullmatch
    if row["base"] in ("date", "dateTime"):
        # Days that every month has.
        return re.compile(_QUICK_DATE + (_QUICK_TIME if row["base"] == "dateTime" else "")).fullmatch
    if row["base"] in _LEXICAL:
        return re.compile(_LEXICAL[row["base"]]).fullmatch
    # "#" may begin what a spreadsheet leaves where a formula failed.
    return re.compile(rf"(?!#).{{0,{limit}}}", re.DOTALL).fullmatch if limit else _NO_HASH


def _digit(row: Mapping[str, str]) -> Callable[[str], object] | None:
    """One digit of a range within 0 to 9; None: the range goes further, or has a pattern."""
    if row["base"] != "integer" or row["pattern"] or not row["minimum"] or not row.get("maximum"):
        return None
    least, most = max(0, int(row["minimum"])), int(row["maximum"])
    return frozenset(map(str, range(least, most + 1))).__contains__ if most < 10 else None


def _all(tests: list[Test]) -> Test | None:
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]
    return lambda text: all(test(text) for test in tests)


def _never(_: str) -> bool:
    return False


def _matches(pattern: str) -> Test:
    if "\\w" in pattern:
        return lambda text: _with_words(pattern).fullmatch(text) is not None
    return _full(_python(pattern))


def _full(expression: str) -> Test:
    fullmatch = re.compile(expression).fullmatch
    return lambda text: fullmatch(text) is not None


def _python(pattern: str, words: str = "") -> str:
    r"""A pattern of XML Schema as Python has it: there ``\S`` is all but four characters."""
    return pattern.replace("\\w", f"[{words}]").replace("\\S", r"[^ \t\r\n]")


@cache
def _with_words(pattern: str) -> re.Pattern[str]:
    r"""A pattern with ``\w``, which leaves out punctuation, separators and others: also the underscore."""
    ranges: list[list[int]] = []
    for point in range(sys.maxunicode + 1):
        if category(chr(point))[0] not in "PZC":
            if ranges and ranges[-1][1] == point - 1:
                ranges[-1][1] = point
            else:
                ranges.append([point, point])
    words = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
    return re.compile(_python(pattern, words))


def _digits(total: int, fraction: int) -> Test:
    """XML Schema counts the digits of the value: no leading zeros, no trailing zeros of a fraction."""

    def fits(text: str) -> bool:
        whole, _, part = text.lstrip("+-").partition(".")
        part = part.rstrip("0")
        return len(whole.lstrip("0")) + len(part) <= total and len(part) <= fraction

    return fits


def _at_least(least: int) -> Test:
    return lambda text: int(text) >= least


def _at_most(most: Decimal) -> Test:
    return lambda text: text in ("-INF", "NaN") or (text != "INF" and Decimal(text) <= most)


def _no_shorter(least: int) -> Test:
    return lambda text: len(text) >= least


def _in_calendar(text: str) -> bool:
    day, _, time = text.partition("T")
    # Years outside Python's calendar are judged by the leap year of the same kind.
    year, month, of_month = day.lstrip("-").split("-")[:3]
    try:
        dt.date(2000 + int(year) % 400, int(month), int(of_month[:2]))
        if time:
            hour, minute, second = int(time[:2]), int(time[3:5]), int(time[6:8])
            if (hour, minute, second) == (24, 0, 0):
                return not time[8:].lstrip(".").startswith(tuple("123456789"))
            dt.time(hour, minute, second)
    except ValueError:
        return False
    return True
