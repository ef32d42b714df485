"""Single mutations of a JSON document: one member gone, or one value of another kind, sign or spelling."""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_OTHERS: tuple[object, ...] = (
    None,
    True,
    0,
    -1,
    1e3,
    5000,
    "",
    "x",
    "2025-13-01T00:00:00Z",
    [],
    {},
    ["a", "a"],
)


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every member and item, containers first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, below in inner:
        yield (*path, name)
        yield from places(below, (*path, name))


def changes(document: Any) -> Iterator[tuple[str, Path, object]]:
    """Each distinct change: what is done, where, and the value that is put there (``Ellipsis``: none)."""
    for path in places(document):
        yield f"without {path}", path, ...
        value = _at(document, path)
        for other in _OTHERS:
            if not (other == value and type(other) is type(value)):
                yield f"{path} = {other!r}", path, other
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield f"{path} = -{value}", path, -value - 1
            yield f"{path} as text", path, str(value)
        elif isinstance(value, str):
            yield f"{path} in front", path, f"~{value}"
            yield f"{path} behind", path, f"{value}~"


def mutations(document: Any) -> Iterator[tuple[str, Any]]:
    """Each mutated document with what was done to it."""
    for what, path, value in changes(document):
        yield what, _with(document, path, value, gone=value is ...)


def some_mutations(document: Any, most: int, seed: int) -> Iterator[tuple[str, Any]]:
    """A seeded share of them; nothing else is copied."""
    found = list(changes(document))
    for what, path, value in random.Random(seed).sample(found, min(most, len(found))):
        yield what, _with(document, path, value, gone=value is ...)


def _at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def _with(document: Any, path: Path, value: object = None, *, gone: bool = False) -> Any:
    changed = deepcopy(document)
    home = _at(changed, path[:-1])
    if gone:
        del home[path[-1]]
    else:
        home[path[-1]] = deepcopy(value)
    return changed
