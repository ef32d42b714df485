"""Walking a tree of JSON-like values whose shape the format's tables have proven."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from gateway.model.walk import escape

# As ``xmltree.Node``, for code that goes down several steps at once.
Tree: TypeAlias = dict[str, Any]


def at(node: object, path: Iterable[str]) -> Any:  # noqa: ANN401  # whatever stands there
    """What stands at ``path``; None where nothing does."""
    found: Any = node
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found


def items(root: object, path: Iterable[str]) -> list[Tree]:
    """The objects of the list at ``path``; none where it is no list of objects."""
    found = at(root, path)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        return []
    return found


def down(root: Tree, *steps: str) -> Tree:
    """The object at a path, made where it is not there yet."""
    for step in steps:
        root = root.setdefault(step, {})
    return root


def language_orders(root: object) -> dict[str, list[str]]:
    """The texts whose languages stand in another order than their codes', by place."""
    found = ((path, list(node)) for path, node in _texts(root, ""))
    return {path: keys for path, keys in sorted(found) if keys != sorted(keys)}


def put_in_order(root: object, orders: Mapping[str, list[str]]) -> None:
    """Give texts their order of languages again; where none was kept, it is that of the codes."""
    for path, node in list(_texts(root, "")):
        order = [*orders.get(path, ()), *sorted(node)]
        texts = {key: node.pop(key) for key in order if key in node}
        node.update(texts)


def _texts(node: object, path: str) -> Iterator[tuple[str, Tree]]:
    """Texts in several languages, by place.

    Members that are elements look the same; they have their order from the structure, whatever is said here.
    """
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _texts(item, f"{path}/{number}")
    elif isinstance(node, dict):
        if len(node) > 1 and all(isinstance(v, str) and k[0] not in "@#" for k, v in node.items()):
            yield path, node
            return
        for key, value in node.items():
            if not isinstance(value, str):
                yield from _texts(value, f"{path}/{escape(key)}")
