"""Write a document as JSON along the same field table that reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from json.encoder import encode_basestring as _quoted
from typing import Any, TypeAlias

from gateway.codec.convert import null_unit
from gateway.codec.fields import FieldTable, Row
from gateway.model.activity import Place
from gateway.model.base import LangText, Missing, Part, Reason
from gateway.model.walk import keyed, shape_of, unescape
from gateway.quantity import Quantity, convert, plain, show

# A JSON document while it is written; amounts are strings, list items stand by index.
Tree: TypeAlias = "dict[str, object]"
# The list items above a leaf, outermost first: index and key of each.
Stars: TypeAlias = tuple[tuple[str, str], ...]
_Placed: TypeAlias = tuple[str, Stars, str, object]


class _List(dict[str, object]):
    """The items of a list while they are collected."""


class _Guessed(_List):
    """Numbered members of an unknown member: a list if no number is left out."""

    def is_list(self) -> bool:
        """Whether the members are numbered from 0 on."""
        return set(self) == {str(i) for i in range(len(self))}


# What gives way to members of the same place.
_EMPTY = frozenset({"null", "{}", "[]"})
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)


def to_tree(part: Part, table: FieldTable, *, absences: bool = True) -> Tree:
    """``part`` as nested members, along the rows of ``table`` that may be written.

    ``absences``: False leaves out what is missing, for carriers that have no word for it.
    """
    tree: Tree = {}
    for pattern, stars, lang, value in _leaves(part, "", ()):
        if isinstance(value, Missing) and not absences:
            continue
        rows = table.by_pattern.get((pattern, lang)) or (
            table.by_pattern.get((pattern, "*")) if lang else None
        )
        if rows and rows[0].type in ("langs", "onelang"):
            put(tree, (*rows[0].source, lang or language(str(value))), stars, value)
            continue
        if rows is None and isinstance(value, Missing):
            # A text that is missing as a whole stands at the place of its first language.
            rows = table.by_pattern.get((pattern, "zh"))
        if rows:
            _put_leaf(tree, _choose(rows, value), stars, value)
    return tree


def language(text: str) -> str:
    """``zh`` if the text has a Chinese character, else ``en``: for a name whose language is not told."""
    return "zh" if any("\u4e00" <= c <= "\u9fff" for c in text) else "en"


def finish(tree: Tree) -> dict[str, object]:
    """Nested members as plain JSON values."""
    return {name: _finish(value) for name, value in tree.items()}


def put(tree: Tree, steps: tuple[str, ...], stars: Stars, value: object) -> None:
    """Place ``value``; ``*`` is filled with the next item's index, ``{x}`` with its key."""
    left = iter(stars)
    filled = [next(left)[step != "*"] if step == "*" or step.startswith("{") else step for step in steps]
    node: dict[str, object] = tree
    for key, after in zip(filled, steps[1:], strict=False):
        below = node.setdefault(key, _List() if after == "*" else {})
        assert isinstance(below, dict)
        node = below
    node[filled[-1]] = value


def renumbered(items: Mapping[str, object]) -> dict[str, object]:
    """A list after items were taken out of it."""
    return _List({str(i): item for i, item in enumerate(items.values())})


def graft(tree: Tree, extras: Mapping[str, str], namespace: str) -> frozenset[str]:
    """Put extras of ``namespace`` back where they were read; the names of those that found room."""
    done = set()
    for name, text in sorted(extras.items(), key=lambda extra: extra[1] in _EMPTY):
        space, _, pointer = name.partition("#")
        if space == namespace and pointer.startswith("/"):
            steps = tuple(unescape(step) for step in pointer.split("/")[1:])
            if _graft(tree, steps, _DECODER.decode(text)):
                done.add(name)
    return frozenset(done)


class _Raw(str):
    """A number of an extra, exactly as it was read; it is written without quotes."""

    __slots__ = ()


# Made once: ``json.loads`` with arguments makes one for every call.
_DECODER = json.JSONDecoder(parse_float=_Raw, parse_int=_Raw)


def raw(text: str) -> Any:  # noqa: ANN401  # a JSON scalar
    """The scalar of an extra; ``encode`` writes a number digit for digit."""
    return _DECODER.decode(text)


def number(value: Decimal) -> str:
    """What ``encode`` writes as a JSON number, digit for digit."""
    return _Raw(plain(value))


def encode(value: object, indent: str = "") -> str:
    """JSON text with two spaces of indent, Chinese as it is, numbers (decimals, extras) to the last digit."""
    inner = indent + "  "
    if isinstance(value, str) and not isinstance(value, _Raw):
        return _quoted(value)
    if isinstance(value, (_Raw, Decimal)):
        return str(value)
    if isinstance(value, dict) and value:
        rows = (f"{inner}{_quoted(k)}: {encode(v, inner)}" for k, v in value.items())
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(inner + encode(v, inner) for v in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def compact(value: object) -> str:
    """The same text without indent or spaces: for files that only machines read, and many of them."""
    out: list[str] = []
    _compact(value, out.append)
    return "".join(out)


def _compact(value: Any, add: Callable[[str], None]) -> None:  # noqa: ANN401  # JSON while it is written
    kind = type(value)
    if kind is dict:
        before = "{"
        for name, inner in value.items():
            plain_text = _scalar(inner)
            if plain_text is not None:
                add(f"{before}{_quoted(name)}:{plain_text}")
            else:
                add(f"{before}{_quoted(name)}:")
                _compact(inner, add)
            before = ","
        add("}" if value else "{}")
    elif kind is list:
        before = "["
        for inner in value:
            add(before)
            _compact(inner, add)
            before = ","
        add("]" if value else "[]")
    else:
        add(_scalar(value) or encode(value))


def _scalar(value: Any) -> str | None:  # noqa: ANN401  # JSON while it is written
    """A text, number or truth value; None: anything else."""
    kind = type(value)
    if kind is str:
        return _quoted(value)
    if kind is _Raw:
        return value  # type: ignore[no-any-return]  # a text
    if kind is bool:
        return "true" if value else "false"
    return str(value) if kind is int else None


def _leaves(part: Part, pattern: str, stars: Stars) -> Iterator[_Placed]:
    for name in type(part).model_fields:
        value = getattr(part, name)
        if value is not None:
            yield from _leaf(value, f"{pattern}/{name}", stars)


def _leaf(value: Any, pattern: str, stars: Stars) -> Iterator[_Placed]:  # noqa: ANN401 - as fields are
    if shape_of(type(value)) == "leaf":
        yield pattern, stars, "", value
    elif isinstance(value, LangText):
        for lang, text in value.items():
            yield pattern, stars, lang, text
    elif isinstance(value, Part) and not isinstance(value, Place):
        yield from _leaves(value, pattern, stars)
    elif isinstance(value, tuple) and value and isinstance(value[0], Part):
        for index, (key, item) in enumerate(keyed(value)):
            yield from _leaf(item, f"{pattern}/*", (*stars, (str(index), key)))
    elif isinstance(value, (Mapping, tuple)) and not value:
        return
    elif not isinstance(value, Mapping):
        yield pattern, stars, "", value


def _choose(rows: tuple[Row, ...], value: object) -> Row:
    """Of several places for one leaf, the one with the leaf's unit."""
    if isinstance(value, Quantity):
        return next((row for row in rows if row.unit == value.unit), rows[0])
    if isinstance(value, Place):
        wanted = "" if value.scheme in ("gb2260", "unstated") else "originScheme"
        return next((row for row in rows if row.unit == wanted), rows[0])
    return rows[0]


def _put_leaf(tree: Tree, row: Row, stars: Stars, value: object) -> None:
    if isinstance(value, Place):
        put(tree, row.source, stars, value.code)
        if row.unit:
            put(tree, (*row.source[:-1], row.unit), stars, value.scheme)
        return
    named = row.unit.startswith("@") and not row.unit.startswith("@/")
    if isinstance(value, Quantity):
        if not row.unit.startswith("@") and row.unit != value.unit:
            value = convert(value, row.unit)
        if named:
            put(tree, (*row.source[:-1], row.unit[1:]), stars, value.unit)
    elif isinstance(value, Missing) and named and value.unit is not None:
        put(tree, (*row.source[:-1], row.unit[1:]), stars, value.unit)
    put(tree, row.source, stars, _json(value, row))


def _json(value: object, row: Row) -> object:
    if isinstance(value, Quantity):
        return show(value.amount)
    if isinstance(value, Missing):
        if _is_null(value, row):
            return None
        kept = {"missing": value.missing.value, "unit": value.unit, "text": value.text}
        return {k: v for k, v in kept.items() if v is not None}
    if isinstance(value, date):
        return value.isoformat()
    if row.type == "xmlflag":
        return "true" if value else "false"
    return list(value) if isinstance(value, tuple) else value


def _is_null(value: Missing, row: Row) -> bool:
    """Whether reading a null at this place gives just this absence."""
    if value.missing is not Reason.NULL or value.text is not None or row.lang:
        return False
    return value.unit == null_unit(row, value.unit) and (row.unit[:1] != "@" or value.unit is not None)


def _finish(value: object) -> object:
    if isinstance(value, _Guessed) and not value.is_list():
        return {name: _finish(item) for name, item in value.items()}
    if isinstance(value, _List):
        return [_finish(value[key]) for key in sorted(value, key=int)]
    if isinstance(value, dict):
        return {name: _finish(item) for name, item in value.items()}
    return value


def _graft(tree: dict[str, object], steps: tuple[str, ...], value: object) -> bool:
    """False, and nothing changed, where something else stands in the way."""
    node: dict[str, object] = tree
    for here, after in pairwise(steps):
        below = node.get(here)
        if below is None and here not in node:
            below = _Guessed() if _INDEX.fullmatch(after) else {}
            node[here] = below
        if not isinstance(below, dict) or (
            isinstance(below, _List) and not isinstance(below, _Guessed) and after not in below
        ):
            return False
        node = below
    if steps[-1] in node:
        return False
    node[steps[-1]] = value
    return True
