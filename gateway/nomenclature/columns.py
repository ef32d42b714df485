"""Many flows at once, column by column: a million rows in about a second.

Every distinct name, every distinct place and every distinct pair of them is looked at once; what is left for
a row are three lookups. Why a row is as it is, is answered when somebody asks.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from operator import add

from gateway.errors import UsageError
from gateway.nomenclature.match import Match, Matcher, Place
from gateway.nomenclature.row import End

# More places than any list has; the number of a pair is name × _PLACES + place.
_PLACES = 1 << 20
_MASK = _PLACES - 1


@dataclass(frozen=True, slots=True)
class Columns:
    """``target`` has for each row the number of a flow in the target list, or -1.

    ``name`` and ``place`` number the distinct names and places, so that reasons stand once for each pair.
    """

    target: array[int]
    name: array[int]
    place: array[int]
    names: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    source_list: str
    matcher: Matcher

    def why(self, row: int) -> Match:
        """What became of a row, as ``Matcher.match`` says it: tier, evidence, factor, or why it abstained."""
        name, cas = self.names[self.name[row]]
        context, unit = self.places[self.place[row]]
        return self.matcher.match(
            End(self.source_list, name=name, cas=cas, context=_parts(context), unit=unit)
        )


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
    named, placed = _Names(), _Places(matcher, source_list)
    name_of = list(map(named.__getitem__, names if cas is None else zip(names, cas, strict=True)))
    place_of = list(map(placed.__getitem__, contexts if units is None else zip(contexts, units, strict=True)))
    pairs = _Pairs(matcher, named, placed, source_list)
    target = array("i", map(pairs.__getitem__, map(add, name_of, place_of)))
    return Columns(
        target,
        array("I", map(_PLACES.__rfloordiv__, name_of)),
        array("I", place_of),
        tuple(named.known),
        tuple(placed.known),
        source_list,
        matcher,
    )


def _parts(context: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in context.split("/") if part.strip())


class _Names(dict["str | tuple[str, str]", int]):
    """A number for every distinct name, or name with CAS number, times ``_PLACES``."""

    def __init__(self) -> None:
        super().__init__()
        self.known: list[tuple[str, str]] = []

    def __missing__(self, key: str | tuple[str, str]) -> int:
        number = self[key] = len(self.known) * _PLACES
        self.known.append((key, "") if isinstance(key, str) else key)
        return number


class _Places(dict["str | tuple[str, str]", int]):
    """A number for every distinct context, or context with unit; a group for what names are read with."""

    def __init__(self, matcher: Matcher, source_list: str) -> None:
        super().__init__()
        self._matcher, self._list = matcher, source_list
        self.known: list[tuple[str, str]] = []
        self.places: list[Place] = []
        self.groups: list[int] = []
        self._group_of: dict[object, int] = {}

    def __missing__(self, key: str | tuple[str, str]) -> int:
        known = (key, "") if isinstance(key, str) else key
        place = self._matcher.place(_parts(known[0]), known[1], self._list)
        number = self[key] = len(self.known)
        self.known.append(known)
        self.places.append(place)
        self.groups.append(self._group_of.setdefault((place.medium, place.dimension), len(self._group_of)))
        return number


class _Pairs(dict[int, int]):
    """The flow of the target list for every distinct pair of name and place, or -1."""

    def __init__(self, matcher: Matcher, names: _Names, places: _Places, source_list: str) -> None:
        super().__init__()
        self._matcher, self._names, self._list = matcher, names, source_list
        self._places = places.places
        self._groups = places.groups
        self._contexts = [place.contexts for place in self._places]
        self._odd = {i for i, place in enumerate(self._places) if place.unit and place.dimension is None}
        self._known = places.known
        self._decided = {i for i, (name, _) in enumerate(names.known) if matcher.is_decided(name)}
        self._rows: dict[int, dict[int, int]] = {}

    def __missing__(self, key: int) -> int:
        at = key & _MASK
        group = key - at + self._groups[at]
        rows = self._rows.get(group)
        if rows is None:
            rows = self._rows[group] = self._rows_of(key, at)
        row = -1
        for context in self._contexts[at]:
            if context in rows:
                row = rows[context]
                break
        if at in self._odd or key // _PLACES in self._decided:
            row = self._one_by_one(key, at)
        self[key] = row
        return row

    def _one_by_one(self, key: int, at: int) -> int:
        name, cas = self._names.known[key // _PLACES]
        context, unit = self._known[at]
        rows = self._matcher.match(
            End(self._list, name=name, cas=cas, context=_parts(context), unit=unit)
        ).rows
        found = self._matcher.target.row_of(rows[0].target.id) if len(rows) == 1 else None
        return -1 if found is None else found

    def _rows_of(self, key: int, at: int) -> dict[int, int]:
        name, cas = self._names.known[key // _PLACES]
        found = self._matcher.find(End(self._list, name=name, cas=cas), self._places[at])
        return found.rows if found.decision.tier is not None else {}
