"""What disclosed sums give away: a total beside all of its lines but one is that line.

Digests hide values, not arithmetic. Before a reader gets a selection, every sum that it shows is looked at:
where fewer than three hidden lines stand behind it, alone or as the difference of two sums, that is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import combinations
from typing import Final

from gateway.frontdoor.json import PlainJson, pointer
from gateway.report import Finding, Severity

# Two hidden lines tell each of the two who stand behind them the other's.
SMALLEST_GROUP: Final = 3
_MOST_SUMS: Final = 200


@dataclass(frozen=True, slots=True)
class Sum:
    """A total and the lines that add up to it, by JSON pointer."""

    total: str
    lines: frozenset[str]


@dataclass(frozen=True, slots=True)
class Leak:
    """Lines that a reader can compute, or nearly, from the sums that are shown."""

    lines: tuple[str, ...]
    totals: tuple[str, ...]

    def finding(self) -> Finding:
        """The warning for a report."""
        return Finding(
            "envelope.sum-gives-line-away",
            ", ".join(self.lines),
            ", ".join(self.totals),
            Severity.WARNING,
            params={"k": str(len(self.lines)), "least": str(SMALLEST_GROUP)},
        )


def find_sums(claims: PlainJson) -> tuple[Sum, ...]:
    """Totals of the document: values that are, exactly, the sum of the lines of some list or object."""
    numbers = dict(_numbers(claims, ""))
    places: dict[Decimal, list[str]] = {}
    for at, value in numbers.items():
        places.setdefault(value, []).append(at)
    found: dict[Sum, None] = {}
    for lines in _groups(claims, ""):
        if len(lines) < 2 or not all(line in numbers for line in lines):
            continue
        total = sum((numbers[line] for line in lines), Decimal())
        own = frozenset(lines)
        if total:
            found.update(dict.fromkeys(Sum(at, own) for at in places.get(total, ()) if at not in own))
    # Of too many, those of few lines are left out: small numbers that happen to add up.
    return tuple(sorted(found, key=lambda one: -len(one.lines)))[:_MOST_SUMS]


def leaks(sums: Iterable[Sum], hidden: Collection[str]) -> tuple[Leak, ...]:
    """Groups of fewer than three hidden lines behind the sums that are shown.

    Args:
        hidden: JSON pointers of what the reader does not get, or of what it lies in.
    """

    def is_hidden(place: str) -> bool:
        return any(place == one or place.startswith(f"{one}/") for one in hidden)

    shown = [
        (one.total, frozenset(line for line in one.lines if is_hidden(line)))
        for one in sums
        if not is_hidden(one.total)
    ]
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for total, lines in shown:
        found.setdefault(tuple(sorted(lines)), (total,))
    for (one, first), (other, second) in combinations(shown, 2):
        if first < second or second < first:
            found.setdefault(tuple(sorted(first ^ second)), (one, other))
    for determined in _determined([lines for _, lines in shown]):
        found.setdefault((determined,), tuple(total for total, _ in shown))
    return tuple(
        Leak(lines, totals) for lines, totals in sorted(found.items()) if 0 < len(lines) < SMALLEST_GROUP
    )


def _determined(rows: list[frozenset[str]]) -> Iterator[str]:
    """Lines that follow from all the sums together (Gauss and Jordan, exactly)."""
    columns = sorted(set().union(*rows)) if rows else []
    matrix = [[Fraction(column in row) for column in columns] for row in rows]
    rank = 0
    for column in range(len(columns)):
        pivot = next((index for index in range(rank, len(matrix)) if matrix[index][column]), None)
        if pivot is None:
            continue
        matrix[rank], matrix[pivot] = matrix[pivot], matrix[rank]
        lead = matrix[rank][column]
        matrix[rank] = [value / lead for value in matrix[rank]]
        for index, row in enumerate(matrix):
            if index != rank and row[column]:
                factor = row[column]
                matrix[index] = [value - factor * own for value, own in zip(row, matrix[rank], strict=True)]
        rank += 1
    for row in matrix[:rank]:
        support = [columns[index] for index, value in enumerate(row) if value]
        if len(support) == 1:
            yield support[0]


def _numbers(value: PlainJson, at: str) -> Iterator[tuple[str, Decimal]]:
    """Every number of the document, written as a number or as text."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _numbers(item, at + pointer([name]))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _numbers(item, f"{at}/{index}")
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return
        if number.is_finite():
            yield at, number


def _groups(value: PlainJson, at: str) -> Iterator[tuple[str, ...]]:
    """Lines that may add up: one member of every entry of a list, or all members of an object."""
    if isinstance(value, dict):
        yield tuple(at + pointer([name]) for name in value)
        for name, item in value.items():
            yield from _groups(item, at + pointer([name]))
        yield from _members_of([(at + pointer([name]), item) for name, item in value.items()])
    elif isinstance(value, list):
        yield tuple(f"{at}/{index}" for index in range(len(value)))
        yield from _members_of([(f"{at}/{index}", item) for index, item in enumerate(value)])
        for index, item in enumerate(value):
            yield from _groups(item, f"{at}/{index}")


def _members_of(entries: list[tuple[str, PlainJson]]) -> Iterator[tuple[str, ...]]:
    objects: list[tuple[str, Mapping[str, PlainJson]]] = [
        (at, item) for at, item in entries if isinstance(item, dict)
    ]
    if len(objects) != len(entries) or not objects:
        return
    for name in objects[0][1]:
        if all(name in item for _, item in objects):
            yield tuple(at + pointer([name]) for at, _ in objects)
