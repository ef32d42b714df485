"""Share a change out over the levers that made it: the shares add up, whatever order they are pulled in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial
from typing import TypeVar

L = TypeVar("L", bound=str)


def shares(levers: Sequence[L], value: Callable[[frozenset[L]], Fraction]) -> dict[L, Fraction]:
    """Each lever's share of ``value(all) - value(none)``: the mean of what it adds over all orders.

    The shares add up exactly, depend on no order, and are the plain difference for a lever that the
    others do not touch.

    Source: L. S. Shapley, A value for n-person games (1953).
    """
    return {lever: _share(lever, [other for other in levers if other != lever], value) for lever in levers}


def _share(lever: L, others: list[L], value: Callable[[frozenset[L]], Fraction]) -> Fraction:
    count = len(others) + 1
    found = Fraction(0)
    for size in range(count):
        weight = Fraction(factorial(size) * factorial(count - size - 1), factorial(count))
        for before in combinations(others, size):
            pulled = frozenset(before)
            found += weight * (value(pulled | {lever}) - value(pulled))
    return found
