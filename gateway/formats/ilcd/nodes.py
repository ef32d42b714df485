"""Walking a tree of JSON-like values whose shape the format's tables have proven."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from gateway.model.walk import escape

# As ``xmltree.Node``, for code that goes down several steps at once.
Tree: TypeAlias = dict[str, Any]
# Values by module: the bulk of a document, and no text among them.
_AMOUNTS: Final = "epd:amount"


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


def language_orders(root: Tree) -> dict[str, list[str]]:
    """The texts whose languages stand in another order than their codes', by place."""
    found = {path: keys for path, node in _texts(root) if (keys := list(node)) != sorted(keys)}
    return dict(sorted(found.items()))


def put_in_order(root: Tree, orders: Mapping[str, list[str]]) -> None:
    """Give texts their order of languages again; where none was kept, it is that of the codes."""
    for path, node in _texts(root):
        order = [*orders.get(path, ()), *sorted(node)]
        texts = {key: node.pop(key) for key in order if key in node}
        node.update(texts)


def _texts(root: Tree) -> list[tuple[str, Tree]]:
    """Texts in several languages, by place.

    Members that are elements look the same; they have their order from the structure, whatever is said here.
    """
    found: list[tuple[str, Tree]] = []
    _collect(root, [], found)
    return found


# Called for every element of a document: paths are only spelt where there is something.
def _collect(node: Tree, steps: list[str], found: list[tuple[str, Tree]]) -> None:
    for key, value in node.items():
        if type(value) is str or key == _AMOUNTS:
            continue
        steps.append(key)
        if type(value) is list:
            for number, item in enumerate(value):
                if type(item) is dict:
                    steps.append(str(number))
                    _collect(item, steps, found)
                    steps.pop()
        elif type(value) is dict:
            if len(value) > 1 and _is_text(value):
                found.append(("".join(f"/{escape(step)}" for step in steps), value))
            else:
                _collect(value, steps, found)
        steps.pop()


def _is_text(node: Tree) -> bool:
    return next(iter(node))[:1] not in ("@", "#") and all(
        type(value) is str and key[:1] not in ("@", "#") for key, value in node.items()
    )
