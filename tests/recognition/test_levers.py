"""Shares of levers: exact, whatever the order, and plain differences where levers do not meet."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from gateway.recognition.levers import shares

LEVERS = ("a", "b", "c")
numbers = st.fractions(min_value=-1000, max_value=1000, max_denominator=997)
games = st.lists(numbers, min_size=8, max_size=8)


def value(game: list[Fraction]) -> Callable[[frozenset[str]], Fraction]:
    return lambda pulled: game[sum(2 ** LEVERS.index(lever) for lever in pulled)]


class TestShares:
    """Σ shares = the whole change; no order counts."""

    @given(games)
    def test_they_add_up_exactly(self, game: list[Fraction]) -> None:
        assert sum(shares(LEVERS, value(game)).values()) == game[7] - game[0]

    @given(games)
    def test_the_order_of_the_levers_does_not_matter(self, game: list[Fraction]) -> None:
        found = [shares(order, value(game)) for order in permutations(LEVERS)]
        assert all(one == found[0] for one in found)

    @given(games)
    def test_the_mean_over_all_orders(self, game: list[Fraction]) -> None:
        """The definition, spelled out."""
        of = value(game)
        means = dict.fromkeys(LEVERS, Fraction(0))
        for order in permutations(LEVERS):
            for place, lever in enumerate(order):
                before = frozenset(order[:place])
                means[lever] += (of(before | {lever}) - of(before)) / 6
        assert shares(LEVERS, of) == means

    @given(numbers, numbers)
    def test_levers_that_do_not_meet_keep_their_difference(self, a: Fraction, b: Fraction) -> None:
        found = shares(("a", "b"), lambda pulled: ("a" in pulled) * a + ("b" in pulled) * b)
        assert found == {"a": a, "b": b}

    def test_a_product_by_hand(self) -> None:
        """2 × 3 becomes 4 × 5: the first is worth (4-2)×(3+5)/2 = 8, the second (5-3)×(2+4)/2 = 6."""
        found = shares(("x", "y"), lambda p: Fraction((4 if "x" in p else 2) * (5 if "y" in p else 3)))
        assert found == {"x": 8, "y": 6}

    def test_nothing_pulled(self) -> None:
        assert shares((), lambda _: Fraction(7)) == {}
