"""Read a carrier's document along its field table; what has no row, or is no such value, is an extra."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.codec import build
from gateway.codec.carrier import KIND_OF, CarrierTable, Field
from gateway.codec.carrier_values import understand
from gateway.codec.jsonread import dump, scalars
from gateway.errors import shorten
from gateway.frontdoor.json import JsonValue
from gateway.model.base import LangText
from gateway.model.walk import escape
from gateway.report import Fate, Finding, Note, Severity


@dataclass(slots=True)
class CarrierReading:
    """Everything that one or several documents of a carrier say."""

    namespace: str
    tree: build.Tree = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)  # what references may name
    kept: dict[str, Note] = field(default_factory=dict)

    def read(
        self,
        document: JsonValue,
        table: CarrierTable,
        *,
        home: str = "",
        places: Callable[[str], str] | None = None,
    ) -> CarrierReading:
        """One document. ``home`` goes before its pointers; ``places`` says where they are in the source."""
        places = places or (lambda at: f"{home}{at}")
        for one in table.fields:
            for value, indices, at in _matches(document, one.place, (), ""):
                self._leaf(one, value, indices, at, home, places)
        for one in table.constants:
            for value, _, at in _matches(document, one.place, (), ""):
                if value == one.codes:
                    self.taken.add(f"{home}{at}")
        self._keep(document, home, places)
        return self

    def put(self, model: str, value: object, at: str, *stars: str) -> bool:
        """A leaf that a rule found."""
        return build.put(self.tree, tuple(model.split("/")[1:]), stars, "", build.Found(value, at))

    def _leaf(
        self,
        one: Field,
        told: JsonValue,
        indices: tuple[int, ...],
        at: str,
        home: str,
        places: Callable[[str], str],
    ) -> None:
        value = understand(one, told)
        if value is None:
            return
        if one.type == "reference":
            if value in self.named:
                self.taken.add(f"{home}{at}")
            return
        where = places(at)
        model, stars = self._way(one, indices, where)
        if isinstance(value, LangText):
            put = [
                build.put(self.tree, model, stars, lang, build.Found(text, where, text))
                for lang, text in value.items()
            ]
            stands = all(put) or self._has(model, stars, value)
        else:
            text = told if isinstance(told, str) else ""
            stands = build.put(self.tree, model, stars, "", build.Found(value, where, text)) or self._has(
                model, stars, value
            )
        if stands:
            self.taken.update(f"{home}{below}" for below, _ in scalars(told, at))
        else:
            params = {"field": one.pointer}
            self.findings.append(
                Finding("input.stands-twice", where, shorten(str(told)), Severity.WARNING, params=params)
            )

    def _way(self, one: Field, indices: tuple[int, ...], at: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The model path with ``*`` for list items, and their keys; the item's kind is put by the way."""
        left, stars, steps = iter(indices), list[str](), list[str]()
        for before, step in zip(("", *one.model), one.model, strict=False):
            if step == "*":
                stars.append(str(next(left, 0)))
            elif step.startswith("<"):
                name = step[1:-1].rstrip("*")
                stars.append(f"{name}#{next(left) if step.endswith('*>') else 0}")
                if before in KIND_OF and not name.startswith("@"):
                    kind = (*steps, "*", KIND_OF[before])
                    build.put(self.tree, kind, tuple(stars), "", build.Found(name, at, name))
            else:
                steps.append(step)
                continue
            steps.append("*")
        return tuple(steps), tuple(stars)

    def _has(self, model: tuple[str, ...], stars: tuple[str, ...], value: object) -> bool:
        """Whether the leaf stands there already with this value."""
        node: object = self.tree
        left = iter(stars)
        for step in model:
            key = next(left) if step == "*" else step
            node = node.get(key) if isinstance(node, dict) else None
        if isinstance(value, LangText) and isinstance(node, dict):
            found = {k: v.value for k, v in node.items() if isinstance(v, build.Found)}
            return all(found.get(lang) == text for lang, text in value.items())
        return isinstance(node, build.Found) and node.value == value

    def keep(self, document: JsonValue) -> None:
        """Everything that no rule has taken, for a document without a field table."""
        self._keep(document, "", lambda at: at)

    def forget(self, at: str, value: object) -> None:
        """An extra that says nothing of its own: writing again says it, too."""
        name = f"{self.namespace}#{at}"
        if name in self.extras and self.extras[name] == _dumped(value):
            del self.extras[name]
            where = self.kept.pop(name)
            self.notes = [note for note in self.notes if note is not where]

    def _keep(self, document: JsonValue, home: str, places: Callable[[str], str]) -> None:
        for at, scalar in scalars(document, ""):
            if f"{home}{at}" not in self.taken and scalar not in ({}, [], None):
                name = f"{self.namespace}#{home}{at}"
                self.extras[name] = dump(scalar)
                self.kept[name] = Note("input.kept-as-extra", places(at), Fate.UNREAD, shorten(str(scalar)))
                self.notes.append(self.kept[name])


def _dumped(value: object) -> str:
    """A value as an extra keeps it."""
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _matches(
    node: JsonValue, steps: tuple[str, ...], indices: tuple[int, ...], at: str
) -> Iterator[tuple[JsonValue, tuple[int, ...], str]]:
    if not steps:
        yield node, indices, at
    elif steps[0].startswith("["):
        if isinstance(node, list):
            told = range(len(node)) if steps[0] == "[]" else (int(steps[0][1:-1]),)
            for index in told:
                if index < len(node):
                    own = (*indices, index) if steps[0] == "[]" else indices
                    yield from _matches(node[index], steps[1:], own, f"{at}/{index}")
    elif isinstance(node, dict) and steps[0] in node:
        yield from _matches(node[steps[0]], steps[1:], indices, f"{at}/{escape(steps[0])}")
