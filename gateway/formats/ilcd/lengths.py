"""How long texts may be in the format: 500 characters for a name in ILCD 1.1, 1000 for a short text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.codec.xmlstructure import Content, Element
from gateway.codec.xmltypes import Check

SHORT: Final = 1000
# Formulas call a parameter by its name: it is not cut.
PARAMETER: Final = 50


def cut(text: str, most: int) -> str:
    """The text, or as much of it as fits: no blank at its end, since none comes back."""
    return text if len(text) <= most else text[:most].rstrip()


def cut_parts(parts: list[Any], most: int, separator: str) -> list[Any]:
    """The parts of a name, each cut to its share where all of them together are too long."""
    told = [part for part in parts if part is not None]
    room = most - len(separator) * len(parts) - len(parts)
    if sum(len(part) for part in told) <= room:
        return parts
    share = room // len(parts)
    return [None if part is None else cut(part, share) for part in parts]


def shorten_texts(node: Any, content: Content, extensions: Mapping[str, Element]) -> None:  # noqa: ANN401  # a tree
    """Cut every text of a data set that is longer than its type allows."""
    for key, value in node.items():
        if key == "#text" or key in content.attribute_keys:
            check = content.text if key == "#text" else content.attribute_keys[key].check
            if check is not None and isinstance(value, str):
                node[key] = _fitting(value, check)
            continue
        element = content.keys.get(key) or extensions.get(key)
        if element is not None:
            node[key] = _shortened(value, element, extensions)


def _shortened(value: Any, element: Element, extensions: Mapping[str, Element]) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return [_shortened(item, element, extensions) for item in value]
    if element.languages is not None and isinstance(value, dict):
        return {lang: _fitting(text, element.languages) for lang, text in value.items()}
    if element.content is not None and isinstance(value, dict):
        shorten_texts(value, element.content, extensions)
    elif element.leaf is not None and isinstance(value, str):
        return _fitting(value, element.leaf)
    return value


def _fitting(text: str, check: Check) -> str:
    return cut(text, check.limit) if check.limit else text
