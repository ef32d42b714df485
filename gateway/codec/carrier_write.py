"""Write a carrier's document along its field table: every leaf that comes back as it was is claimed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gateway.codec.carrier import CarrierTable, Field, is_aligned, is_selected
from gateway.codec.carrier_values import Told, Value, spell, understand
from gateway.codec.run import shown
from gateway.frontdoor.json import JsonValue
from gateway.model.base import LangText, Missing, Part
from gateway.model.walk import escape, keyed, shape_of
from gateway.quantity import Quantity
from gateway.report import Fate, Note

Tree: TypeAlias = "dict[str | int, Any]"
_Keys: TypeAlias = tuple[str, ...]


@dataclass(slots=True)
class CarrierWriting:
    """A document while it is filled: its tree, what is claimed, and a note for what is written otherwise."""

    tree: Tree = field(default_factory=dict)
    claims: set[str] = field(default_factory=set)
    notes: dict[str, Note] = field(default_factory=dict)
    references: bool = True  # whether what they name is written, too
    _lists: dict[tuple[object, ...], dict[tuple[str, ...], int]] = field(default_factory=dict)

    def fill(self, part: Part, table: CarrierTable) -> CarrierWriting:
        """Every leaf of ``part`` that has a place, then what always stands beside it."""
        for path, pattern, keys, value in _walk(part, "", "", ()):
            for one in table.by_pattern.get(pattern, ()):
                self._put(one, path, keys, value)
        for one in table.constants:
            self.constant(one)
        return self

    def constant(self, one: Field) -> None:
        """What always stands in a place whose parent is there."""
        *above, last = one.place
        listed = last.startswith("[")
        for parent in _parents(self.tree, tuple(above[:-1] if listed else above)):
            node = parent.setdefault(above[-1], {}) if listed else parent
            node.setdefault(_step(last), one.codes)

    def set(self, place: str, value: object) -> None:
        """What a rule knows better than a row."""
        _place(self.tree, tuple(_step(step) for step in place.split("/")[1:]), value)

    def document(self) -> dict[str, Any]:
        """The filled document as plain values."""
        found = _plain(self.tree)
        assert isinstance(found, dict)
        return found

    def _put(self, one: Field, path: str, keys: _Keys, value: Value) -> None:
        stars = self._stars(one, keys)
        told = None if stars is None else spell(one, value)
        if stars is None or told is None or (one.type == "reference" and not self.references):
            return
        filled = self._filled(one, stars)
        if filled is None:
            return
        _place(self.tree, filled, told)
        if one.type != "reference":
            self._account(one, path, value, told)

    def _stars(self, one: Field, keys: _Keys) -> _Keys | None:
        """The keys of the items that are items of the carrier's lists, too; None: not of this row."""
        steps = [step for step in one.model if step[:1] in "*[<"]
        if not all(is_selected(step, key) for step, key in zip(steps, keys, strict=True)):
            return None
        return tuple(key for step, key in zip(steps, keys, strict=True) if is_aligned(step))

    def _filled(self, one: Field, stars: _Keys) -> tuple[str | int, ...] | None:
        """The place with an index for each list item, counted in the order of the model.

        None behind an item of which nothing is written, where items are known by their position alone: they
        would be read back as others.
        """
        left, seen = iter(stars), list[str]()
        filled: list[str | int] = []
        lists = [i for i, step in enumerate(one.model) if is_aligned(step)]
        for step in one.place:
            if step == "[]":
                key = next(left)
                origin = one.model[: lists[len(seen)]]
                seen.append(key)
                items = self._lists.setdefault(tuple(filled), {})
                step_key = (*origin, *seen)
                index = items.get(step_key, len(items))
                if isinstance(key, _At) and index != int(key):
                    return None
                items[step_key] = index
                filled.append(index)
            else:
                filled.append(_step(step))
        return tuple(filled)

    def _account(self, one: Field, path: str, value: Value, told: Told) -> None:
        back = understand(one, _as_json(told))
        if isinstance(value, LangText):
            kept = dict(back.items()) if isinstance(back, LangText) else {}
            for lang, text in value.items():
                if kept.get(lang) == text:
                    self.claims.add(f"{path}/{escape(lang)}")
        elif isinstance(value, tuple):
            same = enumerate(zip(value, back if isinstance(back, tuple) else (), strict=False))
            self.claims.update(f"{path}/{i}" for i, (one, other) in same if one == other)
        elif back == value and type(back) is type(value):
            self.claims.add(path)
            self.notes.pop(path, None)
        elif path not in self.claims and isinstance(back, Quantity) and isinstance(value, Quantity):
            rounded = back.unit == value.unit
            code, fate = ("carrier.rounded", Fate.ROUNDED) if rounded else ("carrier.unit", Fate.CONVERTED)
            self.notes[path] = Note(code, path, fate, shown(value), shown(back))


class _At(str):
    """The key of an item that has none but its position."""

    __slots__ = ()


def _walk(part: Part, path: str, pattern: str, keys: _Keys) -> Iterator[tuple[str, str, _Keys, Value]]:
    """Every leaf that is there; a text in languages and a list of texts as a whole."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if value is None or value == ():
            continue
        here, own = f"{path}/{name}", f"{pattern}/{name}"
        if isinstance(value, tuple):
            if isinstance(value[0], Part):
                for key, item in keyed(value):
                    assert isinstance(item, Part)
                    own_key = _At(key) if item.key is None else key
                    yield from _walk(item, f"{here}/{escape(key)}", f"{own}/*", (*keys, own_key))
            else:
                yield here, own, keys, value
        elif isinstance(value, LangText) or (
            shape_of(type(value)) == "leaf" and not isinstance(value, Missing)
        ):
            yield here, own, keys, value
        elif isinstance(value, Part) and not isinstance(value, Missing):
            yield from _walk(value, here, own, keys)


def _step(step: str) -> str | int:
    return int(step[1:-1]) if step.startswith("[") and step != "[]" else step


def _place(tree: Tree, steps: tuple[str | int, ...], value: object) -> None:
    node = tree
    for step in steps[:-1]:
        node = node.setdefault(step, {})
    node.setdefault(steps[-1], value)


def _parents(node: object, steps: tuple[str, ...]) -> Iterator[Tree]:
    if not isinstance(node, dict):
        return
    if not steps:
        yield node
    elif steps[0] == "[]":
        for below in node.values():
            yield from _parents(below, steps[1:])
    else:
        step = _step(steps[0])
        if step in node:
            yield from _parents(node[step], steps[1:])


def _plain(node: object) -> object:
    if not isinstance(node, dict):
        return node
    if node and all(isinstance(step, int) for step in node):
        return [_plain(node[step]) for step in sorted(node)]
    return {name: _plain(below) for name, below in node.items()}


def _as_json(told: Told) -> JsonValue:
    if isinstance(told, list):
        return list[JsonValue](told)
    return dict[str, JsonValue](told) if isinstance(told, Mapping) else told
