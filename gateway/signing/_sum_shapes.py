"""Which numbers of a document are the sum of which: by arithmetic, in the shapes in which totals are written.

What adds up by chance is kept out by how much a total says: the more was tried, the more digits it needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Final

from gateway.frontdoor.json import PlainJson, pointer
from gateway.signing._sum_relations import Columns, Found, relations

# Of one object and of the entries of a table: each more doubles what is tried.
_MOST_MEMBERS: Final = 12
_MOST_COLUMNS: Final = 16
_MOST_TRIALS: Final = 1 << 18
_MOST_TOTALS: Final = 20
_MOST_PLACES: Final = 1000
_DEEPEST_COLUMN: Final = 3
# What a sum within one group needs in units of its last digit, a rounded one, and one far from its lines.
_LEAST_UNITS: Final = 10
_LEAST_ROUNDED: Final = 100
_LEAST_ROUNDED_LINES: Final = 3
_LEAST_ROUNDED_FAR: Final = 1000
_WHOLES: Final = (1, 100)
_INDEX: Final = re.compile("/[0-9]+(?:/|$)")
# Numbers of more digits are identifiers.
_MOST_DIGITS: Final = 40


@dataclass(frozen=True, slots=True)
class Group:
    """Numbers that may add up, of the object or list at ``at``; of a list the ends may be the total."""

    at: str
    lines: tuple[str, ...]
    is_list: bool
    # The members of one entry of a list: what they add up to stands with them.
    is_one_of_many: bool = False


@dataclass(slots=True)
class Numbers:
    """Every number of the document, as whole units of the last digit that any of them has."""

    values: dict[str, Decimal]
    exponent: int
    units: dict[str, int] = field(default_factory=dict)
    quanta: dict[str, int] = field(default_factory=dict)
    places: dict[int, list[str]] = field(default_factory=dict)
    # The different ones, finest first.
    spread: tuple[int, ...] = ()


def totals(document: PlainJson) -> Found:
    """Pointers of totals with those of their lines."""
    numbers = _read(document)
    groups = [group for group in _groups(document, "", numbers) if len(group.lines) > 1]
    for group in groups:
        yield from _of_group(group, numbers, len(groups))
    tables: list[Columns] = []
    objects: list[Columns] = []
    _collect(document, "", numbers, tables, objects)
    trials = 0
    # A relation in all of a table says most, and small objects are tried soonest.
    for columns in [*sorted(tables, key=len), *sorted(objects, key=len)]:
        trials += 1 << len(columns)
        if trials > _MOST_TRIALS:
            return
        yield from relations(columns, numbers.units)


def _read(document: PlainJson) -> Numbers:
    values = dict(_numbers(document, ""))
    exponents = [_exponent(value) for value in values.values()]
    found = Numbers(values, min(exponents, default=0))
    for at, value in values.items():
        found.units[at] = _units(value, found.exponent)
        found.quanta[at] = 10 ** (_exponent(value) - found.exponent)
        found.places.setdefault(found.units[at], []).append(at)
    found.spread = tuple(sorted(set(found.quanta.values())))
    return found


def _units(value: Decimal, exponent: int) -> int:
    """Exactly, whatever the precision of the decimal context."""
    sign, digits, own = value.as_tuple()
    assert isinstance(own, int)
    whole: int = int("".join(map(str, digits))) * 10 ** (own - exponent)
    return -whole if sign else whole


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return min(exponent, 0)


def _numbers(value: PlainJson, at: str) -> Iterator[tuple[str, Decimal]]:
    """Every number of the document, written as a number or as text."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _numbers(item, at + pointer([name]))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _numbers(item, f"{at}/{index}")
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        text = str(value)
        if len(text) > _MOST_DIGITS:
            return
        try:
            number = Decimal(text)
        except InvalidOperation:
            return
        if number.is_finite() and abs(number.adjusted()) < _MOST_DIGITS:
            yield at, number


def _groups(value: PlainJson, at: str, numbers: Numbers) -> Iterator[Group]:
    """The members of an object; one member of every entry of a list or object; of lists side by side."""
    if not isinstance(value, dict | list):
        return
    entries = _entries(value, at)
    is_one_of_many = _INDEX.search(at) is not None
    yield Group(at, tuple(_valued(entries, numbers)), isinstance(value, list), is_one_of_many)
    for lines in _columns(entries, numbers).values():
        yield Group(at, tuple(lines.values()), isinstance(value, list))
    if isinstance(value, dict):
        yield from _side_by_side(entries, at, numbers)
    for place, item in entries:
        yield from _groups(item, place, numbers)


def _side_by_side(entries: Sequence[tuple[str, PlainJson]], at: str, numbers: Numbers) -> Iterator[Group]:
    both: dict[str, list[list[str]]] = {}
    for place, item in entries:
        if isinstance(item, list):
            for name, lines in _columns(_entries(item, place), numbers).items():
                both.setdefault(name, []).append(list(lines.values()))
    for several in both.values():
        if len(several) > 1:
            yield Group(at, tuple(line for lines in several for line in lines), is_list=False)


def _entries(value: Mapping[str, PlainJson] | list[PlainJson], at: str) -> list[tuple[str, PlainJson]]:
    if isinstance(value, list):
        return [(f"{at}/{index}", item) for index, item in enumerate(value)]
    return [(at + pointer([name]), item) for name, item in value.items()]


def _valued(entries: Iterable[tuple[str, PlainJson]], numbers: Numbers) -> Iterator[str]:
    """Entries that are numbers, or objects of a number and its unit."""
    for at, item in entries:
        place = f"{at}/value" if isinstance(item, dict) else at
        if place in numbers.values:
            yield place


def _columns(entries: Iterable[tuple[str, PlainJson]], numbers: Numbers) -> dict[str, dict[int, str]]:
    """The numbers under the same path within the entries that have it, by number of the entry."""
    found: dict[str, dict[int, str]] = {}
    for index, (at, item) in enumerate(entries):
        if isinstance(item, dict):
            for path in _paths(item, "", _DEEPEST_COLUMN):
                if at + path in numbers.values:
                    found.setdefault(path, {})[index] = at + path
    return found


def _paths(value: Mapping[str, PlainJson], at: str, deep: int) -> Iterator[str]:
    for name, item in value.items():
        place = at + pointer([name])
        if isinstance(item, dict) and deep > 1:
            yield from _paths(item, place, deep - 1)
        elif not isinstance(item, dict | list):
            yield place


def _of_group(group: Group, numbers: Numbers, groups: int) -> Found:
    """All lines are the total; or one of them is that of all the others."""
    lines = frozenset(group.lines)
    units = [numbers.units[line] for line in group.lines]
    total, many = sum(units), sum(map(bool, units))
    if many < 2:
        return
    apart = list(_totals_of(total, group, lines, numbers, groups)) if total else []
    yield from ((at, lines) for at in apart)
    if apart or many < 3:
        return
    least = _LEAST_UNITS * _finest(group.lines, numbers)
    ends = {group.lines[0], group.lines[-1]} if group.is_list else lines
    for at in sorted(ends):
        own, quantum = numbers.units[at], numbers.quanta[at]
        off = abs(total - 2 * own)
        if abs(own) >= least and (not off or (2 * off <= quantum and abs(own) >= _LEAST_ROUNDED * quantum)):
            yield at, lines - {at}


def _finest(lines: Iterable[str], numbers: Numbers) -> int:
    return min(numbers.quanta[line] for line in lines)


def _totals_of(
    total: int, group: Group, lines: frozenset[str], numbers: Numbers, groups: int
) -> Iterator[str]:
    """Numbers elsewhere that are the sum, or that sum rounded to their own last digit."""
    finest, size = _finest(group.lines, numbers), abs(total)
    # Shares add up to one or a hundred, and mean no number that happens to be one.
    is_whole = size in (whole * 10**-numbers.exponent for whole in _WHOLES)
    far = not (is_whole or group.is_one_of_many) and len(numbers.values) * groups * finest <= 3 * size
    if not far and groups * finest > 10 * size:
        return
    exact = [at for at in _standing(total, group, numbers, far=far) if at not in lines]
    yield from exact
    units = [abs(numbers.units[line]) for line in group.lines]
    if exact or sum(map(bool, units)) < _LEAST_ROUNDED_LINES:
        return
    small = sum(units) - max(units)
    for quantum in numbers.spread:
        # Beside one line that is the total but for its rounding, the others would not show.
        if quantum <= finest or size < _LEAST_ROUNDED * quantum or small < quantum:
            continue
        far = far and size >= _LEAST_ROUNDED_FAR * quantum
        low = total // quantum * quantum
        for rounded in (low, low + quantum):
            if 2 * abs(rounded - total) <= quantum:
                for at in _standing(rounded, group, numbers, far=far):
                    if at not in lines and numbers.quanta[at] == quantum:
                        yield at


def _standing(value: int, group: Group, numbers: Numbers, *, far: bool) -> list[str]:
    """Where the value stands, near the group or anywhere."""
    places = islice(numbers.places.get(value, ()), _MOST_PLACES)
    return [at for at in places if far or _is_near(at, group)][:_MOST_TOTALS]


def _is_near(at: str, group: Group) -> bool:
    """Whether the number stands in something that the group lies in, or is of that group's own object."""
    parent = at.removesuffix("/value").rpartition("/")[0]
    return group.at == parent or group.at.startswith(f"{parent}/")


def _collect(
    value: PlainJson, at: str, numbers: Numbers, tables: list[Columns], objects: list[Columns]
) -> None:
    """Objects with members some of which may make up another; and tables of such objects."""
    if not isinstance(value, dict | list):
        return
    entries = _entries(value, at)
    columns = [rows for rows in _columns(entries, numbers).values() if len(rows) > 1]
    _keep(columns, _MOST_COLUMNS, numbers, tables)
    if isinstance(value, dict):
        _keep([{0: member} for member in _valued(entries, numbers)], _MOST_MEMBERS, numbers, objects)
    for place, item in entries:
        _collect(item, place, numbers, tables, objects)


def _keep(columns: Columns, most: int, numbers: Numbers, kept: list[Columns]) -> None:
    """Nothing adds to a sum what is zero everywhere."""
    columns = [column for column in columns if any(numbers.units[at] for at in column.values())]
    if 3 <= len(columns) <= most:
        kept.append(columns)
