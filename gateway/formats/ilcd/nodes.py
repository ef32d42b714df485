"""Walking a tree of JSON-like values whose shape the format's tables have proven."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

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
