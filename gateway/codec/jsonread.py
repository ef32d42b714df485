"""Read a JSON document in one pass along a compiled field table; what has no row is kept as an extra."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.codec import build
from gateway.codec.convert import Leaf, leaf, shown
from gateway.codec.fields import FieldTable, Node, Row
from gateway.errors import shorten
from gateway.frontdoor.json import JsonValue
from gateway.model.base import Missing, Reason
from gateway.model.walk import escape
from gateway.report import Fate, Finding, Note, Severity

# Never wrong by themselves: the value stands, and somebody should look.
_WARNINGS = frozenset({"input.unknown-code", "input.place-scheme-unstated"})


@dataclass(slots=True)
class JsonReading:
    """Everything one pass found: leaves for the model, extras, notes and findings."""

    table: FieldTable
    root: JsonValue
    namespace: str
    tree: build.Tree = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def run(self) -> JsonReading:
        """Walk the document once."""
        self._node(self.root, self.table.tree, "", ())
        return self

    def _node(self, value: JsonValue, node: Node, at: str, stars: tuple[str, ...]) -> None:
        if node.row is not None:
            self._leaf(node.row, value, at, stars, {})
        elif isinstance(value, dict) and (node.members or node.named):
            self._object(value, node, at, stars)
        elif isinstance(value, list) and node.items is not None and value:
            for index, item in enumerate(value):
                if isinstance(item, dict) or node.items.row is not None:
                    self._node(item, node.items, f"{at}/{index}", (*stars, str(index)))
                else:
                    self._keep(item, f"{at}/{index}")
        else:
            self._keep(value, at)

    def _object(self, value: Mapping[str, JsonValue], node: Node, at: str, stars: tuple[str, ...]) -> None:
        used: set[str] = set()
        for name, inner in value.items():
            where = f"{at}/{escape(name)}"
            below = node.members.get(name)
            if below is None and node.named is not None:
                self._node(inner, node.named, where, (*stars, name))
            elif below is None:
                self._keep(inner, where)
            elif below.row is None:
                self._node(inner, below, where, stars)
            elif below.row.type not in ("unit", "scheme"):
                self._leaf(below.row, inner, where, stars, value)
                used.add(below.row.unit.lstrip("@"))
        for name, below in node.members.items():
            if below.row and below.row.type in ("unit", "scheme") and name in value and name not in used:
                self._lonely(node, name, value[name], f"{at}/{name}", stars)

    def _leaf(
        self,
        row: Row,
        value: JsonValue,
        at: str,
        stars: tuple[str, ...],
        neighbours: Mapping[str, JsonValue],
    ) -> None:
        if row.type == "texts":
            self._texts(row, value, at, stars)
            return
        if isinstance(value, list) or (isinstance(value, dict) and "missing" not in value):
            self._keep(value, at)
            return
        beside = self._beside(row, neighbours)
        scheme = beside if row.type == "place" else None
        self._store(row, leaf(row, value, unit=beside, scheme=scheme), at, stars)

    def _texts(self, row: Row, value: JsonValue, at: str, stars: tuple[str, ...]) -> None:
        if isinstance(value, str):
            self.notes.append(Note("input.text-for-list", at, Fate.CONVERTED, shorten(value)))
            value = [value]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self._keep(value, at)
        elif value:
            build.put(self.tree, row.model, stars, "", build.Found(tuple(value), at))
            for item in value:
                if row.code_list and isinstance(item, str):
                    self._report(row, leaf(_as_code(row), item, unit=None), at)
        else:
            self._keep(value, at)

    def _store(self, row: Row, found: Leaf, at: str, stars: tuple[str, ...]) -> None:
        self._report(row, found, at)
        if found.value is None:
            self._keep(found.text, at)
            return
        lang = language(str(found.value)) if row.type == "anylang" else row.lang
        absent = isinstance(found.value, Missing)
        empty = absent and lang and found.text == "null"
        leaf_ = build.Found(found.value, at, found.text)
        if empty or not build.put(self.tree, row.model, stars, "" if absent else lang, leaf_):
            self._second(row, found, at)

    def _second(self, row: Row, found: Leaf, at: str) -> None:
        """Two places for one leaf, or one language left empty: the first stands, this is kept."""
        if not isinstance(found.value, Missing):
            params = {"field": row.pointer}
            self.findings.append(
                Finding("input.stands-twice", at, shorten(found.text), Severity.WARNING, params=params)
            )
        self._keep(None if isinstance(found.value, Missing) else found.text, at)

    def _report(self, row: Row, found: Leaf, at: str) -> None:
        params = dict(found.params or {}) | {"field": row.pointer}
        if found.changed:
            value = shorten(found.text)
            written = shorten(str(found.value))
            self.notes.append(Note(found.changed, at, Fate.CONVERTED, value, written, params=params))
        if found.wrong:
            severity = Severity.WARNING if found.wrong in _WARNINGS else Severity.ERROR
            self.findings.append(Finding(found.wrong, at, shorten(found.text), severity, params=params))

    def _beside(self, row: Row, neighbours: Mapping[str, JsonValue]) -> str | None:
        """The text of the neighbour that names the unit or scheme."""
        if row.type == "place":
            value = neighbours.get(row.unit) if row.unit else None
        elif row.unit.startswith("@/"):
            value = self.root
            for step in row.unit[2:].split("/"):
                value = value.get(step) if isinstance(value, dict) else None
        elif row.unit.startswith("@"):
            value = neighbours.get(row.unit[1:])
        else:
            return None
        return value if isinstance(value, str) else None

    def _lonely(self, node: Node, name: str, value: JsonValue, at: str, stars: tuple[str, ...]) -> None:
        """A unit without an amount: the first amount that wants it is missing, in this unit."""
        rows = (below.row for below in node.members.values() if below.row)
        wants = next((row for row in rows if row.unit in (f"@{name}", name) and row.type == "amount"), None)
        if wants is None or not isinstance(value, str):
            self._keep(value, at)
            return
        absent = Missing(missing=Reason.NOT_DECLARED, unit=value)
        build.put(self.tree, wants.model, stars, "", build.Found(absent, at, value))

    def _keep(self, value: JsonValue, at: str) -> None:
        for where, scalar in scalars(value, at):
            self.extras[f"{self.namespace}#{where}"] = dump(scalar)
            self.notes.append(Note("input.kept-as-extra", where, Fate.UNREAD, shorten(shown(scalar))))


def scalars(value: JsonValue, at: str) -> Iterator[tuple[str, JsonValue]]:
    """The scalars (and empty containers) below ``value``, by pointer."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from scalars(inner, f"{at}/{escape(name)}")
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from scalars(inner, f"{at}/{index}")
    else:
        yield at, value


def dump(scalar: JsonValue) -> str:
    """A scalar or empty container as JSON text, numbers exactly as they are."""
    if isinstance(scalar, Decimal):
        return str(scalar)
    return json.dumps(scalar, ensure_ascii=False)


def language(text: str) -> str:
    """``zh`` if the text has a Chinese character, else ``en``: for a name whose language is not told."""
    return "zh" if any("\u4e00" <= c <= "\u9fff" for c in text) else "en"


def _as_code(row: Row) -> Row:
    return Row(row.source, row.model, "", "code", "", row.code_list, "", False, row.label)
