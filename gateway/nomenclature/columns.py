"""Many flows at once, column by column: a million rows in about a second.

Every distinct name, every distinct place and every distinct pair of them is looked at once; what is left for
a row are three look-ups. Why a row is as it is, is answered when somebody asks.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import add
from typing import Final, TypeVar

from gateway.errors import UsageError
from gateway.nomenclature.find import Place
from gateway.nomenclature.match import Match, Matcher
from gateway.nomenclature.row import End

# Cells of a dense table for each row that was asked for; with sparser names and places a dict is smaller.
_CELLS_PER_ROW: Final = 16

_K = TypeVar("_K")


@dataclass(frozen=True, slots=True)
class Columns:
    """``target`` has for each row the number of a flow in the target list, or -1.

    ``pair`` numbers each row's name and place, so that reasons stand once for each pair: the name times the
    number of places, plus the place.
    """

    target: array[int]
    pair: array[int]
    names: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    source_list: str
    matcher: Matcher

    def why(self, row: int) -> Match:
        """What became of a row, as ``Matcher.match`` says it: tier, evidence, factor, or why it abstained."""
        return self.matcher.match(self.end(self.pair[row]))

    def end(self, pair: int) -> End:
        """The flow behind a number of ``pair``."""
        number, at = divmod(pair, len(self.places))
        name, cas = self.names[number]
        context, unit = self.places[at]
        return End(self.source_list, name=name, cas=cas, context=_parts(context), unit=unit)


def match_columns(
    matcher: Matcher,
    names: Sequence[str],
    contexts: Sequence[str],
    *,
    units: Sequence[str] | None = None,
    cas: Sequence[str] | None = None,
    source_list: str = "",
) -> Columns:
    """What becomes of many flows of ``source_list``. Contexts are written with ``/`` between their parts.

    Raises:
        UsageError: the columns are not equally long.
    """
    if {len(names)} != {len(column) for column in (names, contexts, units, cas) if column is not None}:
        raise UsageError(len(names), code="nomenclature.columns-differ")
    placed: _Numbers[str | tuple[str, str]] = _Numbers()
    place_of = map(placed.__getitem__, contexts if units is None else zip(contexts, units, strict=True))
    at = list(place_of)
    named: _Numbers[str | tuple[str, str]] = _Numbers(len(placed))
    name_of = map(named.__getitem__, names if cas is None else zip(names, cas, strict=True))
    pairs = list(map(add, name_of, at))
    found = Columns(array("i"), array("Q", pairs), _both(named), _both(placed), source_list, matcher)
    # Sorted, one name stands beside itself in memory, too.
    table = _table(found, sorted(set(pairs)))
    found.target.extend(map(table.__getitem__, pairs))
    return found


def _both(keys: Iterable[str | tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((key, "") if isinstance(key, str) else key for key in keys)


def _parts(context: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in context.split("/") if part.strip())


class _Numbers(dict[_K, int]):
    """A number for every distinct key in the order of their coming, times ``step``."""

    def __init__(self, step: int = 1) -> None:
        super().__init__()
        self._step = step

    def __missing__(self, key: _K) -> int:
        number = self[key] = len(self) * self._step
        return number


def _table(columns: Columns, pairs: Sequence[int]) -> array[int] | dict[int, int]:
    """The flow of the target list for every pair, or -1."""
    size, of_list = len(columns.places), columns.source_list
    cells = len(columns.names) * size
    dense = cells <= _CELLS_PER_ROW * len(columns.pair)
    table: array[int] | dict[int, int] = array("i", [-1]) * cells if dense else {}
    places = [columns.matcher.place(_parts(told), unit, of_list) for told, unit in columns.places]
    # Names are read once for each medium and dimension.
    groups: dict[object, int] = {}
    group_of = [groups.setdefault((place.medium, place.dimension), len(groups)) for place in places]
    contexts = [place.contexts for place in places]
    by_hand = {i for i, (name, _) in enumerate(columns.names) if columns.matcher.is_decided(name)}
    odd = {i for i, place in enumerate(places) if place.unit and place.dimension is None}
    last, rows_of = -1, dict[int, dict[int, int]]()
    for pair in pairs:
        number, at = divmod(pair, size)
        if number != last:
            last, rows_of = number, {}
        if at in odd or number in by_hand:
            table[pair] = _one_by_one(columns, pair)
            continue
        rows = rows_of.get(group_of[at])
        if rows is None:
            rows = rows_of[group_of[at]] = _rows(columns, number, places[at])
        row = -1
        for context in contexts[at]:
            if context in rows:
                row = rows[context]
                break
        table[pair] = row
    return table


def _one_by_one(columns: Columns, pair: int) -> int:
    rows = columns.matcher.match(columns.end(pair)).rows
    found = columns.matcher.target.row_of(rows[0].target.id) if len(rows) == 1 else None
    return -1 if found is None else found


def _rows(columns: Columns, number: int, place: Place) -> dict[int, int]:
    name, cas = columns.names[number]
    found = columns.matcher.find(End(columns.source_list, name=name, cas=cas), place)
    return found.rows if found.decision.tier is not None else {}
