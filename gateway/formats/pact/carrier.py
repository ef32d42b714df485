"""One version of a footprint message: read into the common form and written out of it, along one table.

A column of ``mappings/fields/footprints.csv`` says where a key stands in a version: ``0`` is a list of one,
``#`` a JSON number where the version has texts, and the word after ``!`` how the value is spelled there
(``spelling``). What has no row is kept where it stood; what a row's value is not fit for, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeAlias

from gateway import resources
from gateway.formats.pact.hub import Hub, Key, keys, number_of
from gateway.formats.pact.spelling import SPELLINGS, Spelling
from gateway.frontdoor.json import JsonValue
from gateway.model.walk import escape
from gateway.quantity import plain

Document: TypeAlias = dict[str, Any]
Prepare: TypeAlias = "Callable[[Hub, Mapping[str, str], Carrier], Told]"
Settle: TypeAlias = Callable[[Hub], None]

_NUMBERS: Final = frozenset({"number", "amount"})
_COUNT: Final = "/pact2/version"
_TEXTS: Final = frozenset({"end", "name", "provider", "start", "status", "text", "type", "unit"})


@dataclass(slots=True)
class Told:
    """A message made ready for a version: what was added or chosen, by key, with the code that says why."""

    hub: Hub
    codes: dict[str, str] = field(default_factory=dict)
    lacks: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key stands in a version and how."""

    key: Key
    steps: tuple[str, ...]
    is_number: bool
    spelling: Spelling | None

    @property
    def pointer(self) -> str:
        """The place in a document."""
        return "/" + "/".join(self.steps)


@dataclass(slots=True)
class Node:
    """A place of a document with members, or a key's own place."""

    members: dict[str, Node] = field(default_factory=dict)
    place: Place | None = None
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Carrier:
    """One version. ``prepare`` makes a message ready to be written, ``settle`` makes sense of one as read."""

    id: str
    column: str
    schema: str
    family: str
    prepare: Prepare
    settle: Settle
    texts: bool = False  # decimals stand as texts
    empty: tuple[str, ...] = ()  # blocks that must stand there even if nothing is in them
    numbers: frozenset[str] = frozenset()  # the names that are JSON numbers where decimals are texts

    @property
    def places(self) -> tuple[Place, ...]:
        """Every key that it has a place for, in the order in which they are written."""
        return _places(self.column, self.texts)

    def find(self, key: str) -> str:
        """Where a key stands; the key itself where it has no place."""
        return _pointers(self.column, self.texts).get(key, key)

    def read(self, document: Mapping[str, JsonValue]) -> tuple[Hub, list[tuple[str, JsonValue]]]:
        """The message, and what no row takes, with its place."""
        hub: Hub = {}
        left: list[tuple[str, JsonValue]] = []
        _read(document, _tree(self.column, self.texts), "", hub, left)
        self.settle(hub)
        return hub, left

    def write(self, hub: Hub) -> Document:
        """The document of a message that was made ready."""
        blocks = _blocks(self.column, self.texts)
        made: list[Document | None] = [None] * len(blocks)
        document: Document = {}
        made[0] = document
        for place, block, name in _ends(self.column, self.texts):
            value = hub.get(place.key.name)
            if value is None:
                continue
            if place.spelling is not None:
                value = place.spelling.write(value)
                if value is None:
                    continue
            elif type(value) is Decimal and not place.is_number:
                value = plain(value)
            home = made[block]
            if home is None:
                home = _open(blocks, made, block)
            home[name] = value
        for name in self.empty:
            node = document
            *above, last = name.split("/")
            for step in above:
                node = node[step][0]
            node.setdefault(last, [{}])
        return document


# A block of a document: the block above, its name there, whether it is a list of one.
_Block: TypeAlias = tuple[int, str, bool]


def _open(blocks: tuple[_Block, ...], made: list[Document | None], index: int) -> Document:
    """The block with this number, made where it is not there yet."""
    found = made[index]
    if found is None:
        above, name, is_list = blocks[index]
        found = made[index] = {}
        _open(blocks, made, above)[name] = [found] if is_list else found
    return found


@cache
def _layout(
    column: str,
    texts: bool,
) -> tuple[tuple[_Block, ...], tuple[tuple[Place, int, str], ...]]:
    """All blocks of a version, and the block and name of every key in it."""
    blocks: list[_Block] = [(0, "", False)]
    known: dict[tuple[str, ...], int] = {(): 0}
    ends = []
    for place in _places(column, texts):
        at: tuple[str, ...] = ()
        index, steps = 0, [s for s in place.steps if s != "0"]
        lists = set(_lists_in(place.steps))
        for step in steps[:-1]:
            at = (*at, step)
            if at not in known:
                known[at] = len(blocks)
                blocks.append((index, step, at in lists))
            index = known[at]
        ends.append((place, index, steps[-1]))
    return tuple(blocks), tuple(ends)


def _lists_in(steps: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The members on the way to a place that are lists of one."""
    told: tuple[str, ...] = ()
    for step in steps:
        if step == "0":
            yield told
        else:
            told = (*told, step)


def _blocks(column: str, texts: bool) -> tuple[_Block, ...]:
    return _layout(column, texts)[0]


def _ends(column: str, texts: bool) -> tuple[tuple[Place, int, str], ...]:
    return _layout(column, texts)[1]


@cache
def _places(column: str, texts: bool) -> tuple[Place, ...]:
    found = []
    for row in resources.table("fields/footprints.csv"):
        own = (
            row[column] if column else ("" if row["key"].startswith(("/catenax/", "/pact2/")) else row["key"])
        )
        if own:
            pointer, _, how = own.partition("!")
            marked = pointer.endswith("#")
            steps = tuple(pointer.rstrip("#").split("/")[1:])
            spelling = SPELLINGS[how] if how else None
            found.append(Place(keys()[row["key"]], steps, marked or not texts, spelling))
    return tuple(found)


@cache
def _pointers(column: str, texts: bool) -> Mapping[str, str]:
    return {place.key.name: place.pointer for place in _places(column, texts)}


@cache
def _tree(column: str, texts: bool) -> Node:
    root = Node()
    for place in _places(column, texts):
        node = root
        for step in place.steps:
            if step == "0":
                node.is_list = True
            else:
                node = node.members.setdefault(step, Node())
        node.place = place
    return root


def _read(
    value: Mapping[str, JsonValue], node: Node, at: str, hub: Hub, left: list[tuple[str, JsonValue]]
) -> None:
    for name, inner in value.items():
        below = node.members.get(name)
        if below is None:
            left.append((f"{at}/{escape(name)}", inner))
        elif below.place is not None:
            _take(inner, below.place, f"{at}/{name}", hub, left)
        elif isinstance(inner, dict) and not below.is_list:
            _read(inner, below, f"{at}/{name}", hub, left)
        elif below.is_list and isinstance(inner, list) and inner and isinstance(inner[0], dict):
            _read(inner[0], below, f"{at}/{name}/0", hub, left)
            left.extend((f"{at}/{name}/{i}", item) for i, item in enumerate(inner[1:], 1))
        elif inner != []:
            left.append((f"{at}/{name}", inner))


def _take(value: JsonValue, place: Place, at: str, hub: Hub, left: list[tuple[str, JsonValue]]) -> None:
    name = place.key.name
    if value is None:
        return
    if place.spelling is not None:
        for key, told in place.spelling.read(value, name):
            if told is None:
                left.append((at, value))
            else:
                hub[key] = told
        return
    if place.key.kind in _NUMBERS:
        fits = isinstance(value, str) is not place.is_number
        number = number_of(value) if fits else None
        if number is None:
            left.append((at, value))
            return
        # A count is no other one for its decimal point.
        value = Decimal(int(number)) if name == _COUNT and number == int(number) else number
    elif not _is_of(value, place.key.kind, name):
        left.append((at, value))
        return
    hub[name] = value


def _is_of(value: JsonValue, kind: str, name: str) -> bool:
    """Whether a value has the shape of its kind; one that has not is kept where it stood."""
    if kind in _TEXTS:
        return isinstance(value, str)
    if kind == "flag":
        return isinstance(value, bool)
    if kind in ("texts", "factors"):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind == "sources":
        return isinstance(value, list) and all(_has_texts(item, "name", may_have="version") for item in value)
    if name.endswith("/productOrSectorSpecificRules") and name.startswith("/pcf/"):
        return isinstance(value, list) and all(_is_rule(item) for item in value)
    return True


def _is_rule(value: JsonValue) -> bool:
    names = value.get("ruleNames") if isinstance(value, dict) else None
    told = isinstance(names, list) and all(isinstance(item, str) for item in names)
    return told and _has_texts(value, "operator", may_have="otherOperatorName")


def _has_texts(value: JsonValue, name: str, *, may_have: str) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get(name), str):
        return False
    return isinstance(value.get(may_have, ""), str)
