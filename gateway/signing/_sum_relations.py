"""Columns of numbers some of which make up another one, in every row; what could be chance does not count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from math import gcd, log2
from typing import Final

# A total and its lines, by JSON pointer.
Found = Iterator[tuple[str, frozenset[str]]]
# Pointers by row, for each column.
Columns = list[dict[int, str]]

_MOST_RELATIONS: Final = 32
_MOST_CANDIDATES: Final = 1000
_TELLING_ROWS: Final = 8
# How much more a total must say than was tried, in bits.
_MARGIN: Final = 7


def relations(columns: Columns, units: Mapping[str, int]) -> Found:
    """Columns that are in each row the sum of the same others."""
    many, rows = len(columns), sorted(set().union(*columns))
    values = [[units[column[row]] if row in column else 0 for row in rows] for column in columns]
    common = gcd(*(value for column in values for value in column))
    values = [[value // common for value in column] for column in values]
    needed = many + log2(many) + _MARGIN
    wanted = [sum(log2(max(1, abs(value))) for value in column) >= needed for column in values]
    found = 0
    for chosen, total in islice(_candidates(values, wanted), _MOST_CANDIDATES):
        if any(sum(values[index][row] for index in chosen) != values[total][row] for row in range(len(rows))):
            continue
        # A row that stands there once more says nothing more.
        told = set(zip(*(values[index] for index in (total, *chosen)), strict=True))
        if sum(log2(max(1, abs(row[0]))) for row in told) < needed:
            continue
        for row in rows:
            lines = frozenset(columns[index][row] for index in chosen if row in columns[index])
            if row in columns[total] and len(lines) > 1:
                yield columns[total][row], lines
        found += 1
        if found == _MOST_RELATIONS:
            return


def _candidates(
    values: Sequence[Sequence[int]], wanted: Sequence[bool]
) -> Iterator[tuple[tuple[int, ...], int]]:
    """Columns whose sum is another one in the rows that say most."""
    many, width = len(values), len(values[0])
    telling = sorted(range(width), key=lambda row: -sum(bool(column[row]) for column in values))[
        :_TELLING_ROWS
    ]
    # One number for each column, in a base that no sum leaves: these add up where all the rows do.
    base = 4 * many * max(abs(value) for column in values for value in column) + 1
    codes = [sum(column[row] * base**place for place, row in enumerate(telling)) for column in values]
    totals: dict[int, list[int]] = {}
    for index, code in enumerate(codes):
        if wanted[index]:
            totals.setdefault(code, []).append(index)
    if not totals:
        return
    sums = [0] * (1 << many)
    for mask in range(1, len(sums)):
        low = mask & -mask
        sums[mask] = sums[mask ^ low] + codes[low.bit_length() - 1]
        for total in totals.get(sums[mask], ()):
            if mask != low and not mask >> total & 1:
                yield tuple(index for index in range(many) if mask >> index & 1), total
