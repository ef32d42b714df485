"""Single mutations of a JSON document: one member gone, or one value of another kind, sign or spelling."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

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


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every member and item, containers first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, below in inner:
        yield (*path, name)
        yield from places(below, (*path, name))


def mutations(document: Any) -> Iterator[tuple[str, Any]]:
    """Each mutated document with what was done to it."""
    for path in places(document):
        yield f"without {path}", _with(document, path, gone=True)
        for other in _OTHERS:
            yield f"{path} = {other!r}", _with(document, path, other)
        value = _at(document, path)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield f"{path} = -{value}", _with(document, path, -value - 1)
            yield f"{path} as text", _with(document, path, str(value))
        elif isinstance(value, str):
            yield f"{path} in front", _with(document, path, f"~{value}")
            yield f"{path} behind", _with(document, path, f"{value}~")


def _at(document: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def _with(document: Any, path: tuple[str | int, ...], value: object = None, *, gone: bool = False) -> Any:
    changed = deepcopy(document)
    home = _at(changed, path[:-1])
    if gone:
        del home[path[-1]]
    else:
        home[path[-1]] = deepcopy(value)
    return changed
