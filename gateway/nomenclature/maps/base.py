"""What readers and writers of map files share: what they take and give, and how cells become values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

from gateway.codec.jsonwrite import encode
from gateway.errors import GatewayError, InputError, raise_all
from gateway.frontdoor.table import Row
from gateway.nomenclature.row import End, MapRow, MapSet, Predicate
from gateway.quantity.exact import checked, in_full, parse_decimal, round_significant
from gateway.report import Exact, Finding, Severity

# More errors than this are one mistake made many times.
_MOST_ERRORS: Final = 50
# As many digits as IEEE 754 decimal128 has; only what no decimal can hold is cut.
_DIGITS: Final = 34
_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class MapReading:
    """A map as read, the format it was in, and what was doubtful in the file."""

    map: MapSet
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A map file, and which row of the map each row of the file is, in the file's order."""

    data: bytes
    order: tuple[int, ...]


Detect: TypeAlias = Callable[[bytes], bool]
Read: TypeAlias = Callable[[bytes], MapReading]
Write: TypeAlias = Callable[[MapSet], Written]
Key: TypeAlias = Callable[[MapRow], object]
Refuses: TypeAlias = Callable[[MapRow], str]


@dataclass(frozen=True, slots=True)
class MapFormat:
    """A format of map files.

    ``relations``: it says how close a match is. ``refuses`` gives the code of a note for a row that it has
    no place for whatever the caller allows, else nothing. ``key``: what the format keeps one target for;
    where a map has several, no program would say which one it takes.
    """

    id: str
    title: dict[str, str]
    suffix: str
    detect: Detect
    read: Read
    write: Write
    relations: bool = True
    refuses: Refuses = lambda _: ""
    key: Key | None = None


class BadMapFile(InputError):
    """The bytes are no map file, or a cell of it cannot be read."""

    code = "map.not-a-map"


@dataclass(slots=True)
class Troubles:
    """What is wrong or doubtful in a file, collected on the way."""

    errors: list[GatewayError] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def error(self, code: str, at: str, saw: object, **params: str) -> None:
        """One more thing that must be mended."""
        if len(self.errors) < _MOST_ERRORS:
            self.errors.append(BadMapFile(saw, path=at, code=code, **params))

    def warn(self, code: str, at: str, saw: str, **params: str) -> None:
        """One more thing to look at."""
        self.findings.append(Finding(code, at, saw, Severity.WARNING, params=params))

    def settle(self) -> tuple[Finding, ...]:
        """The findings, unless there are errors.

        Raises:
            BadMapFile: one or several, as ``Problems``.
        """
        raise_all(self.errors)
        return tuple(self.findings)


def cell(line: int, column: str) -> str:
    """A place in a table, as people count."""
    return f"line {line}, {column}"


def read_factor(text: str, at: str, troubles: Troubles) -> Decimal | None:
    """The factor as it stands; an empty cell is no factor."""
    plain = text.strip()
    if not plain:
        return None
    try:
        # What spreadsheets and pandas write as 1.0e-05 is a plain number, too.
        return parse_decimal(plain if plain[0] not in ".+" else f"0{plain}" if plain[0] == "." else plain[1:])
    except InputError:
        troubles.error("map.bad-number", at, text)
        return None


def read_number(value: object, at: str, troubles: Troubles) -> Decimal | None:
    """The same for a JSON value."""
    if value is None:
        return None
    if isinstance(value, str):
        return read_factor(value, at, troubles)
    if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        try:
            return checked(Decimal(value))
        except InputError:
            pass
    troubles.error("map.bad-number", at, value)
    return None


def read_day(text: str) -> date | None:
    """The calendar day that a text begins with."""
    found = _ISO_DAY.match(text.strip())
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def as_decimal(value: Exact) -> Decimal:
    """The number for a file that knows decimals only; a third is cut after 34 digits."""
    whole = in_full(value)
    return whole if whole is not None else round_significant(value, _DIGITS)


def context_text(context: Sequence[str]) -> str:
    """A compartment on one line: ``air/urban``."""
    return "/".join(context)


def read_context(text: str) -> tuple[str, ...]:
    """The compartment behind one line."""
    return tuple(text.split("/")) if text else ()


def columns_of(header: Row) -> list[str]:
    """The names of a table's columns.

    Raises:
        BadMapFile: a name stands twice.
    """
    names = [name.strip() for name in header.cells]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    raise_all(BadMapFile(name, path=f"line {header.line}", code="map.column-twice") for name in twice)
    return names


def is_refusal(row: MapRow) -> bool:
    """Whether a row is the decision not to map."""
    return row.predicate is Predicate.NONE


def is_split(row: MapRow) -> bool:
    """Whether a row is one part of several."""
    return row.share is not None and Fraction(row.share) != 1


def list_text(end: End) -> str:
    """A list with its version, where a format has one cell for both."""
    return f"{end.list} {end.version}".strip()


def encode_line(value: object) -> str:
    """JSON on one line, numbers to the last digit."""
    return " ".join(line.strip() for line in encode(value).splitlines())
