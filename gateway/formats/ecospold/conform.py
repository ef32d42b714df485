"""Bring a tree within what its structure allows: cut what is too long, leave out what may not be there.

What is left out or cut is accounted for when the output is read back. What is required and is not there, or
is no value of its type, cannot be mended: it is a lack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from gateway.codec.xmlstructure import Content, Element
from gateway.codec.xmltypes import Check, is_language
from gateway.formats.ecospold.bind import TEXT, Tree

Holds: TypeAlias = Callable[[object], object]


def conform(node: Tree, content: Content, at: str = "") -> list[str]:
    """Mend a tree in place. Returns the places of what it lacks."""
    lacks: list[str] = []
    surely, elements = _surely(content), content.keys
    # Most of what stands there holds as it stands; the others get a closer look.
    odd = []
    for key, value in node.items():
        holds = surely.get(key)
        if holds is None or not holds(value):
            odd.append(key)
    for key in odd:
        element = elements.get(key)
        if element is None:
            _plain(node, key, content)
        elif not _element(node, key, node[key], element, at, lacks):
            del node[key]
    for keys in content.exclusive:
        for extra in [key for key in keys if key in node][1:]:
            del node[extra]
    for key in content.required:
        if key not in node:
            lacks.append(f"{at}/{key}")
    for keys in content.needed_choices:
        if not any(key in node for key in keys):
            lacks.append(f"{at}/{keys[0]}")
    return lacks


# By identity: the content of a structure stays for good, so that no other one has its number.
_SURELY: Final[dict[int, tuple[Content, Mapping[str, Holds]]]] = {}


def _surely(content: Content) -> Mapping[str, Holds]:
    """By key of an attribute, text or plain element: a test true only of what may stand there."""
    found = _SURELY.get(id(content))
    if found is None:
        tests: dict[str, Holds] = {key: _is(one.check) for key, one in content.attribute_keys.items()}
        if content.text is not None:
            tests[TEXT] = _is(content.text)
        for key, element in content.keys.items():
            if element.leaf is not None and element.most == 1:
                tests[key] = _is(element.leaf)
        found = _SURELY[id(content)] = (content, tests)
    return found[1]


def _is(check: Check) -> Holds:
    quick = check.quick
    return lambda value: type(value) is str and quick(value)


def _plain(node: Tree, key: str, content: Content) -> None:
    """An attribute, a text, or what has no place in the structure."""
    if key[0] == "@":
        attribute = content.attribute_keys.get(key)
        if attribute is not None:
            _fit(node, key, node[key], attribute.check)
        elif not key.startswith("@xsi:"):
            del node[key]
    elif key == TEXT:
        if content.text is None:
            del node[key]
        else:
            _fit(node, key, node[key], content.text)
    elif key != "#order" and not (content.foreign and ":" in key and not key.startswith("none:")):
        del node[key]


def _element(node: Tree, key: str, value: Any, element: Element, at: str, lacks: list[str]) -> bool:  # noqa: ANN401 - any value of a tree
    """Mend what stands in one element; False: nothing of it may stay."""
    if element.languages is not None:
        return isinstance(value, dict) and _languages(value, element.languages)
    items = value if isinstance(value, list) else [value]
    if element.most == 1:
        items = items[:1]
    if element.leaf is not None:
        kept: list[Any] = [text for item in items if (text := _text(item, element.leaf)) is not None]
    else:
        assert element.content is not None
        kept = []
        for index, told in enumerate(items):
            item = {TEXT: told} if isinstance(told, str) and element.content.text is not None else told
            if isinstance(item, dict):
                place = f"{at}/{key}/{index}" if element.most > 1 else f"{at}/{key}"
                lacks += conform(item, element.content, place)
                kept.append(item)
    if kept:
        node[key] = kept if element.most > 1 else kept[0]
    return bool(kept)


def _languages(texts: Tree, check: Check) -> bool:
    for language, text in list(texts.items()):
        if not isinstance(text, str) or not is_language(language):
            del texts[language]
        elif check.limit and len(text) > check.limit:
            texts[language] = text[: check.limit]
    return bool(texts)


def _text(value: object, check: Check) -> str | None:
    if not isinstance(value, str):
        return None
    holder: Tree = {TEXT: value}
    if not check.quick(value):
        _fit(holder, TEXT, value, check)
    return holder.get(TEXT)


def _fit(node: Tree, key: str, value: object, check: Check) -> None:
    if not isinstance(value, str):
        del node[key]
        return
    text = value.strip(" \t\r\n") if check.collapses or check.listed else value
    if check.limit and len(text) > check.limit and check.name[0] in "sl":
        text = text[: check.limit]
    if (check.limit and len(text) > check.limit) or (check.test is not None and not check.test(text)):
        del node[key]
    else:
        node[key] = text
