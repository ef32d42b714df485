"""Collect read leaves and build the document from them in one batch, with the origin of every leaf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TypeAlias, get_args

from gateway.model.base import LangText, Missing, Part
from gateway.model.declaration import Declaration
from gateway.model.origin import Origin
from gateway.model.walk import escape, keyed

# What an item of these lists cannot be without.
_NAMED_BY = {
    "lines": "id",
    "sites": "id",
    "results": "id",
    "verifications": "id",
    "by_gas": "gas",
    "result_by_gas": "gas",
    "parameters": "name",
    "by_source": "name",
    "indicators": "id",
    "scenarios": "name",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A leaf as read: its value, its place in the source and the text that stood there."""

    value: object
    at: str
    text: str = ""


Tree: TypeAlias = dict[str, "Tree | Items | Found"]


class Items(dict[str, "Tree | Items | Found"]):
    """The items of a list while they are collected, by index or name, in order of arrival."""


def put(tree: Tree, model: tuple[str, ...], stars: tuple[str, ...], lang: str, found: Found) -> bool:
    """Place one leaf; False where another leaf stands there already. ``stars`` fill ``*`` and ``{x}``."""
    node: dict[str, Tree | Items | Found] = tree
    left = iter(stars)
    steps, last = _way(model, lang)
    for here, shape, kind in steps:
        key = here if shape == "" else next(left) if shape == "*" else "{}" + next(left)
        if shape == "{":
            item = node.setdefault(key, {})
            assert isinstance(item, dict)
            item.setdefault(here[1:-1], Found(left_text(key), found.at))
        below = node.get(key)
        if below is None:
            below = node[key] = kind()
        elif isinstance(below, Found):
            return False
        node = below
    key = next(left) if last == "*" else last
    if key in node:
        return False
    node[key] = found
    return True


@cache
def _way(model: tuple[str, ...], lang: str) -> tuple[tuple[tuple[str, str, type[Tree | Items]], ...], str]:
    """The steps down to a leaf, each with how its key is found and what stands below, and the last step."""
    steps = (*model, lang) if lang else model
    assert not steps[-1].startswith("{")
    return tuple(
        (
            here,
            here[:1] if here[:1] in ("*", "{") else "",
            Items if after == "*" or after[:1] in ("[", "{") else dict,
        )
        for here, after in pairwise(steps)
    ), steps[-1]


@cache
def may_be_missing(model: tuple[str, ...]) -> bool:
    """Whether the field can say why it is empty; what names a list item cannot."""
    found: object = Declaration
    for step in model:
        if step[:1] in ("*", "[", "{"):
            continue
        parts = [found, *_inside(found)]
        kind = next(k for k in parts if isinstance(k, type) and issubclass(k, Part) and k is not Missing)
        found = kind.model_fields[step].annotation
    return Missing in get_args(found)


def _inside(annotation: object) -> list[object]:
    """The types that a type is made of."""
    return [inner for arg in get_args(annotation) for inner in (arg, *_inside(arg))]


def left_text(key: str) -> str:
    """The member's name behind the key of a ``{x}`` item."""
    return key.removeprefix("{}")


def plain(tree: Tree) -> dict[str, object]:
    """The collected leaves as plain values for one validation; lists as tuples."""
    return {name: _plain(name, node) for name, node in tree.items()}


def origins(part: Part, tree: Tree, path: str = "") -> Iterator[tuple[str, Origin]]:
    """The origin of every leaf of ``part`` that was collected in ``tree``."""
    for name, node in tree.items():
        value = getattr(part, name, None)
        yield from _origins(value, node, f"{path}/{name}")


def _origins(value: object, node: Tree | Items | Found, path: str) -> Iterator[tuple[str, Origin]]:
    if isinstance(node, Found):
        if isinstance(value, tuple):
            for key, _ in keyed(value):
                yield f"{path}/{escape(key)}", Origin(f"{node.at}/{key}")
        elif isinstance(value, Part) and not isinstance(value, Missing):
            for name in type(value).model_fields:
                yield f"{path}/{name}", Origin(node.at, node.text)
        else:
            yield path, Origin(node.at, node.text)
    elif isinstance(value, LangText):
        for lang, leaf in node.items():
            if isinstance(leaf, Found):
                yield f"{path}/{escape(lang)}", Origin(leaf.at, leaf.text)
    elif isinstance(node, Items) and isinstance(value, tuple):
        for (key, item), below in zip(keyed(value), node.values(), strict=True):
            yield from _origins(item, below, f"{path}/{escape(key)}")
    elif isinstance(value, Part) and isinstance(node, dict):
        yield from origins(value, node, path)


def _plain(name: str, node: Tree | Items | Found) -> object:
    if isinstance(node, Found):
        return node.value
    if not isinstance(node, Items):
        return plain(node)
    items = []
    for key, below in node.items():
        assert isinstance(below, dict)
        item = plain(below)
        if name in _NAMED_BY and not isinstance(item.get(_NAMED_BY[name]), str):
            item[_NAMED_BY[name]] = key[1:-1] if key.startswith("[") else f"{_index(key) + 1}"
        items.append(item)
    return tuple(items)


def _index(key: str) -> int:
    """The position in the source list; the list's name may stand before it."""
    return int(key.rpartition("#")[2])


def unnamed(tree: Mapping[str, Tree | Items | Found], path: str = "") -> Iterator[str]:
    """The list items that came without what names them, by source-like path."""
    for name, node in tree.items():
        if isinstance(node, Items) and name in _NAMED_BY:
            for key, below in node.items():
                named = below.get(_NAMED_BY[name]) if isinstance(below, dict) else None
                if not key.startswith("[") and not (
                    isinstance(named, Found) and isinstance(named.value, str)
                ):
                    yield f"{path}/{name}/{_index(key)}"
        if isinstance(node, dict):
            yield from unnamed(node, f"{path}/{name}")
