"""Put the cells of a workbook together into the values of a JSON document, each place with its cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from gateway.codec.fields import STAR
from gateway.errors import shorten
from gateway.formats.cn_pcf.workbook_layout import DECLARED, NAMED_BY
from gateway.frontdoor.json import JsonValue
from gateway.model.walk import escape
from gateway.report import Finding, Severity

# Steps of a document: names of members, positions in lists.
Place: TypeAlias = tuple[str | int, ...]


@dataclass(slots=True)
class Assembly:
    """A document while it is put together. ``cells``: the cell behind every pointer."""

    root: dict[str, JsonValue] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _names: dict[Place, tuple[int, dict[str, list[int]]]] = field(default_factory=dict)
    # The objects that values were put into, with their pointers: they are never replaced.
    _known: dict[Place, tuple[dict[str, JsonValue], str]] = field(default_factory=dict)

    def put(self, place: Place, value: JsonValue, at: str) -> None:
        """Place a value; another one at the same place is a finding, the same one is none."""
        known, last = self._known.get(place[:-1]), place[-1]
        if known is not None and isinstance(last, str) and last not in known[0]:
            known[0][last] = value
            self.cells[f"{known[1]}/{escape(last)}"] = at
            return
        node: JsonValue = self.root
        for here, after in zip(place, (*place[1:], None), strict=True):
            if after is None:
                if isinstance(node, dict):
                    self._known[place[:-1]] = (node, pointer(place[:-1]))
                self._set(node, place, value, at)
                return
            node = _below(node, here, [] if isinstance(after, int) else {})
            if node is None:
                self._find("workbook.place-taken", at, value, place)
                return

    def add(self, place: Place) -> Place | None:
        """A new item in the list at ``place``; None where something else stands there."""
        found = self.items(place, make=True)
        if found is None:
            return None
        found.append({})
        return (*place, len(found) - 1)

    def items(self, place: Place, *, make: bool = False) -> list[JsonValue] | None:
        """The list at ``place``."""
        node: JsonValue = self.root
        for index, here in enumerate(place):
            last = index == len(place) - 1
            empty: JsonValue = [] if last or isinstance(place[index + 1], int) else {}
            below = _below(node, here, empty) if make else _get(node, here)
            if below is None:
                return None
            node = below
        return node if isinstance(node, list) else None

    def find(self, list_place: Place, pattern: tuple[str, ...], ref: str) -> Place | None:
        """The item that ``ref`` names: its own name, or its position as ``#2``."""
        if pattern == ("resultSets", STAR) and ref in {DECLARED, ""}:
            return ("results",)
        found = self.items(list_place) or []
        if ref.startswith("#") and ref[1:].isdecimal():
            index = int(ref[1:]) - 1
            return (*list_place, index) if index < len(found) else None
        return self._named(list_place, pattern, ref)

    def _named(self, list_place: Place, pattern: tuple[str, ...], ref: str) -> Place | None:
        items = self.items(list_place) or []
        size, names = self._names.get(list_place, (-1, {}))
        if size != len(items):
            names = {}
            for index, item in enumerate(items):
                name = item.get(NAMED_BY.get(pattern, "")) if isinstance(item, dict) else None
                if isinstance(name, str):
                    names.setdefault(name, []).append(index)
            self._names[list_place] = (len(items), names)
        found = names.get(ref, [])
        return (*list_place, found[0]) if len(found) == 1 else None

    def select(self, steps: tuple[str, ...], at: str) -> Place | None:
        """The place of steps with selectors; an item that is named and not there yet is made."""
        place: Place = ()
        pattern: tuple[str, ...] = ()
        for step in steps:
            if not step.startswith("["):
                place, pattern = (*place, step), (*pattern, step)
                continue
            ref, pattern = step[1:-1], listed((*pattern, STAR))
            found = self.find(place, pattern, ref)
            if found is None and pattern in NAMED_BY and ref and not ref.startswith("#"):
                found = self.add(place)
                if found is not None:
                    self.put((*found, NAMED_BY[pattern]), ref, at)
                    self._names.pop(place, None)
            if found is None:
                return None
            place = found
        return place

    def _set(self, node: JsonValue, place: Place, value: JsonValue, at: str) -> None:
        here = place[-1]
        if isinstance(node, dict) and isinstance(here, str):
            if here not in node:
                node[here] = value
                self.cells[pointer(place)] = at
                return
            old = node[here]
        elif isinstance(node, list) and isinstance(here, int) and here == len(node):
            node.append(value)
            self.cells[pointer(place)] = at
            return
        else:
            self._find("workbook.place-taken", at, value, place)
            return
        if old != value or type(old) is not type(value):
            self._find("workbook.two-values", at, value, place)

    def _find(self, code: str, at: str, value: JsonValue, place: Place) -> None:
        first = self.cells.get(pointer(place), "")
        params = {"field": pointer(place), "first": first}
        self.findings.append(Finding(code, at, shorten(str(value)), Severity.ERROR, params=params))


def listed(pattern: tuple[str, ...]) -> tuple[str, ...]:
    """The declared result is one result set among others, wherever it stands."""
    return ("resultSets", STAR, *pattern[1:]) if pattern[0] == "results" else pattern


def pointer(place: Place) -> str:
    """The JSON pointer of a place."""
    return "".join(f"/{escape(str(step))}" for step in place)


def scalars(value: object, place: Place = ()) -> Iterator[tuple[Place, object]]:
    """Every scalar and empty container of a document with its place."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from scalars(inner, (*place, name))
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from scalars(inner, (*place, index))
    else:
        yield place, value


def _get(node: JsonValue, here: str | int) -> JsonValue:
    if isinstance(node, dict) and isinstance(here, str):
        return node.get(here)
    if isinstance(node, list) and isinstance(here, int) and here < len(node):
        return node[here]
    return None


def _below(node: JsonValue, here: str | int, empty: JsonValue) -> JsonValue:
    """What stands below; made where nothing does; None where something else does."""
    found = _get(node, here)
    if found is None:
        if isinstance(node, dict) and isinstance(here, str) and here not in node:
            node[here] = found = empty
        elif isinstance(node, list) and isinstance(here, int) and here == len(node):
            node.append(empty)
            found = empty
    return found if type(found) is type(empty) else None
