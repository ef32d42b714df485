"""What disclosed sums give away: a total beside all of its lines but one is that line.

Digests hide values, not arithmetic. Before a reader gets a selection, every sum that it shows is looked at:
where fewer than three hidden lines stand behind it, alone or as the difference of two sums, that is told.
Sums are found by arithmetic alone, and not all of them: lines of which each was rounded, products and shares,
units inside a text, a value that stands elsewhere once more, sums small enough to be chance, members among
very many. No warning is no proof.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from gateway.frontdoor.json import PlainJson
from gateway.report import Finding, Severity
from gateway.signing import _sum_shapes

# Two hidden lines tell each of the two who stand behind them the other's.
SMALLEST_GROUP: Final = 3
_MOST_SUMS: Final = 2000
# Of these, the ones that are looked at together, and how far.
_MOST_TOGETHER: Final = 200
_MOST_STEPS: Final = 300_000
_MOST_NAMED: Final = 8
# A prime, to reckon by instead of fractions that grow (2^61 − 1).
_PRIME: Final = (1 << 61) - 1


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
    """Totals of the document: values that are the sum of others, exactly or rounded to their last digit."""
    found = {Sum(total, lines): None for total, lines in _sum_shapes.totals(claims)}
    # Of too many, those of few lines are left out: small numbers that happen to add up.
    return tuple(sorted(found, key=lambda one: -len(one.lines)))[:_MOST_SUMS]


def leaks(sums: Iterable[Sum], hidden: Collection[str]) -> tuple[Leak, ...]:
    """Groups of fewer than three hidden lines behind sums that are shown, and totals of lines that are.

    Args:
        hidden: JSON pointers of what the reader does not get, or of what it lies in.
    """
    inside = frozenset(hidden)
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    shown: dict[frozenset[str], str] = {}
    equations: dict[frozenset[tuple[str, int]], str] = {}
    for one in sums:
        lines = frozenset(line for line in one.lines if _is_hidden(line, inside))
        if not _is_hidden(one.total, inside):
            shown.setdefault(lines, one.total)
            equations.setdefault(frozenset((line, 1) for line in lines), one.total)
        elif lines:
            equations.setdefault(frozenset([(one.total, -1), *((line, 1) for line in lines)]), one.total)
        else:
            found.setdefault((one.total,), tuple(sorted(one.lines))[:_MOST_NAMED])
    for lines, total in shown.items():
        found.setdefault(tuple(sorted(lines)), (total,))
    for pair, totals in _differences(shown):
        found.setdefault(pair, totals)
    together = [dict(equation) for equation in equations if equation][:_MOST_TOGETHER]
    for determined in _determined(together):
        found.setdefault((determined,), tuple(equations.values())[:_MOST_NAMED])
    return tuple(
        Leak(lines, totals) for lines, totals in sorted(found.items()) if 0 < len(lines) < SMALLEST_GROUP
    )


def _is_hidden(place: str, hidden: frozenset[str]) -> bool:
    while place:
        if place in hidden:
            return True
        place = place.rpartition("/")[0]
    return "" in hidden


def _differences(shown: dict[frozenset[str], str]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Few lines that are in one sum and not in another, which has no further ones."""
    bits = {line: 1 << index for index, line in enumerate(sorted(set().union(*shown)))}
    rows = [(lines, sum(bits[line] for line in lines)) for lines in list(shown)[:_MOST_TOGETHER] if lines]
    for (one, first), (other, second) in combinations(rows, 2):
        if first | second in (first, second) and (first ^ second).bit_count() < SMALLEST_GROUP:
            yield tuple(sorted(one ^ other)), (shown[one], shown[other])


def _determined(equations: Sequence[dict[str, int]]) -> Iterator[str]:
    """What follows from all the sums together (Gauss and Jordan); each step holds, also if it ends early."""
    groups: dict[tuple[tuple[int, int], ...], list[str]] = {}
    standing: dict[str, list[tuple[int, int]]] = {}
    for index, equation in enumerate(equations):
        for line, factor in equation.items():
            standing.setdefault(line, []).append((index, factor))
    for line in sorted(standing):
        groups.setdefault(tuple(standing[line]), []).append(line)
    # Lines that stand in the same sums can only be known together.
    columns = list(groups.items())
    matrix = [dict[int, int]() for _ in equations]
    for column, (places, _) in enumerate(columns):
        for index, factor in places:
            matrix[index][column] = factor
    _reduce(matrix)
    for row in matrix:
        if len(row) == 1:
            lines = columns[next(iter(row))][1]
            if len(lines) == 1:
                yield lines[0]


def _reduce(matrix: list[dict[int, int]]) -> None:
    steps = 0
    for pivot in range(len(matrix)):
        column = min(matrix[pivot], default=None)
        if column is None:
            continue
        inverse = pow(matrix[pivot][column], -1, _PRIME)
        own = {at: value * inverse % _PRIME for at, value in matrix[pivot].items()}
        matrix[pivot] = own
        for index, row in enumerate(matrix):
            factor = row.get(column) if index != pivot else None
            if factor is None:
                continue
            steps += len(own)
            if steps > _MOST_STEPS:
                return
            for at, value in own.items():
                left = (row.get(at, 0) - factor * value) % _PRIME
                if left:
                    row[at] = left
                else:
                    row.pop(at, None)
