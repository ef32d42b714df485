"""Read a JSON document in one pass along a compiled field table; what has no row is kept as an extra."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.codec import build
from gateway.codec.convert import Leaf, absent, leaf, shown
from gateway.codec.fields import FieldTable, Node, Row
from gateway.codec.jsonwrite import language
from gateway.errors import shorten
from gateway.frontdoor.json import JsonValue
from gateway.model.activity import Place
from gateway.model.base import Missing, Reason
from gateway.model.walk import escape
from gateway.report import Fate, Finding, Note, Severity

# The member in which a document keeps what stood where something else belongs, by its place there.
UNREAD = "_unread"
# Beside a text of one language: which, where the text itself would be taken for another.
LANGUAGE = "#lang"
# Rows that say something about their neighbour.
_BESIDE = frozenset({"unit", "scheme"})
# Never wrong by themselves: the value stands, and somebody should look.
_WARNINGS = frozenset({"input.unknown-code", "input.place-scheme-unstated"})


@dataclass(slots=True)
class JsonReading:
    """Everything one pass found: leaves for the model, extras, notes and findings."""

    table: FieldTable
    root: JsonValue
    namespace: str
    whole: bool = False  # keep what has no row with all that is in it (texts only), not scalar by scalar
    tree: build.Tree = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _kept: list[tuple[str, str]] = field(default_factory=list)
    _misfits: set[str] = field(default_factory=set)
    _gone: dict[str, list[int]] = field(default_factory=dict)
    _placed: int = 0

    def run(self) -> JsonReading:
        """Walk the document once."""
        self._node(self.root, self.table.tree, "", ())
        for at, scalar in self._kept:
            name = f"{self.namespace}#{self._place(at)}"
            while name in self.extras:  # the source has an _unread of its own, with the same place in it
                name += "'"
            self.extras[name] = scalar
        return self

    def _node(self, value: JsonValue, node: Node, at: str, stars: tuple[str, ...]) -> None:
        if node.row is not None:
            self._leaf(node.row, value, at, stars, {})
        elif isinstance(value, dict) and (node.members or node.named):
            self._object(value, node, at, stars)
        elif isinstance(value, list) and node.items is not None and value:
            for index, item in enumerate(value):
                self._item(item, node.items, f"{at}/{index}", (*stars, f"{node.prefix}{index}"))
        elif value is None or (value == [] and node.items is not None):
            self._keep(value, at)
        else:
            self._misfit(value, at)

    def _item(self, item: JsonValue, node: Node, at: str, stars: tuple[str, ...]) -> None:
        """An item of a list; one that gives the model nothing leaves no gap there."""
        before = self._placed
        if isinstance(item, dict) or node.row is not None:
            self._node(item, node, at, stars)
        else:
            self._misfit(item, at)
        if self._placed == before:
            above, _, index = at.rpartition("/")
            self._gone.setdefault(above, []).append(int(index))

    def _object(self, value: Mapping[str, JsonValue], node: Node, at: str, stars: tuple[str, ...]) -> None:
        if not value and at:
            self._keep({}, at)
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
            elif below.row.type not in _BESIDE and self._leaf(below.row, inner, where, stars, value):
                used.add(below.row.unit.lstrip("@"))
        for name, below in node.members.items():
            if below.row and below.row.type in _BESIDE and name in value and name not in used:
                self._lonely(node, name, value[name], f"{at}/{name}", stars)

    def _leaf(
        self,
        row: Row,
        value: JsonValue,
        at: str,
        stars: tuple[str, ...],
        neighbours: Mapping[str, JsonValue],
    ) -> bool:
        """True if the text of the neighbour that names the unit or scheme stands in the leaf."""
        if row.type == "texts":
            self._texts(row, value, at, stars)
            return False
        if row.type in ("langs", "onelang"):
            self._languages(row, value, at, stars)
            return False
        own = absent(value)
        if isinstance(value, list) or (isinstance(value, dict) and own is None):
            self._misfit(value, at)
            return False
        beside = self._beside(row, neighbours)
        scheme = beside if row.type == "place" else None
        found = leaf(row, value, unit=beside, scheme=scheme)
        self._report(row, found, at)
        if not self._store(row, found, value, at, stars) or beside is None:
            return False
        if row.type == "place":
            return isinstance(found.value, Place)
        return own is None or own.unit == beside

    def _texts(self, row: Row, value: JsonValue, at: str, stars: tuple[str, ...]) -> None:
        texts = [value] if isinstance(value, str) else value
        if value is None or value == []:
            self._keep(value, at)
        elif not isinstance(texts, list) or not all(isinstance(item, str) for item in texts):
            self._misfit(value, at)
        elif self._put(row.model, stars, "", build.Found(tuple(texts), at)):
            if isinstance(value, str):
                self.notes.append(Note("input.text-for-list", at, Fate.CONVERTED, shorten(value)))
            for item in texts:
                if row.code_list and isinstance(item, str):
                    self._report(row, leaf(_as_code(row), item, unit=None), at)
        else:
            self._second(row, value, at)

    def _languages(self, row: Row, value: JsonValue, at: str, stars: tuple[str, ...]) -> None:
        """A text by language: all of it, or English, else Chinese, else the first where one has room."""
        if not isinstance(value, dict) or not all(
            isinstance(text, str) and lang[:1] not in ("#", "@") for lang, text in value.items()
        ):
            self._misfit(value, at)
            return
        best = next((lang for lang in ("en", "zh") if lang in value), next(iter(value), ""))
        for lang, text in value.items():
            where = f"{at}/{escape(lang)}"
            takes = (row.type == "onelang" and lang == best) or (row.type == "langs" and lang != "")
            own = lang if row.type == "langs" else ""
            if not (takes and self._put(row.model, stars, own, build.Found(text, where, str(text)))):
                self._keep(text, where)
            elif not own and lang != language(str(text)):
                self._kept.append((f"{at}/{LANGUAGE}", dump(lang)))

    def _store(self, row: Row, found: Leaf, value: JsonValue, at: str, stars: tuple[str, ...]) -> bool:
        """Put the leaf into the tree, or keep what stood there; True: it is in the tree."""
        empty = isinstance(found.value, Missing)
        if found.value is None or (empty and not build.may_be_missing(row.model)):
            self._misfit(value, at)
            return False
        lang = language(str(found.value)) if row.type == "anylang" else row.lang
        if value is None and lang:
            self._keep(None, at)  # one language of a text is empty: no word on the others
            return False
        if self._put(row.model, stars, "" if empty else lang, build.Found(found.value, at, found.text)):
            return True
        self._second(row, value, at)
        return False

    def _put(self, model: tuple[str, ...], stars: tuple[str, ...], lang: str, found: build.Found) -> bool:
        done = build.put(self.tree, model, stars, lang, found)
        self._placed += done
        return done

    def _second(self, row: Row, value: JsonValue, at: str) -> None:
        """Two places for one leaf: the first stands, this is kept."""
        if value is not None and absent(value) is None:
            params = {"field": row.pointer}
            self.findings.append(
                Finding("input.stands-twice", at, shorten(shown(value)), Severity.WARNING, params=params)
            )
        self._misfit(value, at)

    def _report(self, row: Row, found: Leaf, at: str) -> None:
        if not found.changed and not found.wrong:
            return
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
        wants = next((row for row in rows if row.unit == f"@{name}" and row.type == "amount"), None)
        if isinstance(value, str) and wants is not None:
            absence = Missing(missing=Reason.NOT_DECLARED, unit=value)
            if self._put(wants.model, stars, "", build.Found(absence, at, value)):
                return
        if value is None or isinstance(value, str):
            self._keep(value, at)
        else:
            self._misfit(value, at)

    def _keep(self, value: JsonValue, at: str) -> None:
        """Keep what has no row, at its own place."""
        if self.whole:
            text = json.dumps(value, ensure_ascii=False, sort_keys=True)
            self._kept.append((at, text))
            self.notes.append(Note("input.kept-as-extra", at, Fate.UNREAD, shorten(text)))
            return
        for where, scalar in scalars(value, at):
            self._kept.append((where, dump(scalar)))
            self.notes.append(Note("input.kept-as-extra", where, Fate.UNREAD, shorten(shown(scalar))))

    def _misfit(self, value: JsonValue, at: str) -> None:
        """Keep what stands where something else belongs; it cannot be written back to its place."""
        self._misfits.update([at] if self.whole else [where for where, _ in scalars(value, at)])
        self._keep(value, at)

    def _place(self, at: str) -> str:
        """Where an extra is kept: its own place, counted among the items that the model has."""
        if at in self._misfits:
            return f"/{UNREAD}/{escape(at)}"
        if not self._gone:
            return at
        steps = at.split("/")
        placed = steps[:1]
        for i, step in enumerate(steps[1:], 1):
            gone = self._gone.get("/".join(steps[:i]), ())
            if gone and step.isdecimal() and int(step) in gone:
                return f"/{UNREAD}/{escape(at)}"
            placed.append(str(int(step) - bisect_left(gone, int(step))) if gone else step)
        return "/".join(placed)


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


def _as_code(row: Row) -> Row:
    return Row(row.source, row.model, "", "code", "", row.code_list, "", False, row.label)
