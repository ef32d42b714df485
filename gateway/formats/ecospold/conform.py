"""Bring a tree within what its structure allows: cut what is too long, leave out what may not be there.

What is left out or cut is accounted for when the output is read back. What is required and is not there, or
is no value of its type, cannot be mended: it is a lack.
"""

from __future__ import annotations

from typing import Any

from gateway.codec.xmlstructure import Content, Element
from gateway.codec.xmltypes import Check, is_language
from gateway.formats.ecospold.bind import TEXT, Tree


def conform(  # noqa: C901, PLR0912  # one look at each kind of member
    node: Tree, content: Content, at: str = ""
) -> list[str]:
    """Mend a tree in place. Returns the places of what it lacks."""
    lacks: list[str] = []
    attributes, elements = content.attribute_keys, content.keys
    for key in list(node):
        value = node[key]
        if key[0] == "@":
            attribute = attributes.get(key)
            if attribute is None:
                if not key.startswith("@xsi:"):
                    del node[key]
            elif not attribute.check.quick(value):
                _fit(node, key, value, attribute.check)
        elif key == TEXT:
            if content.text is None:
                del node[key]
            elif not content.text.quick(value):
                _fit(node, key, value, content.text)
        elif key != "#order":
            element = elements.get(key)
            if element is None:
                if not (content.foreign and ":" in key and not key.startswith("none:")):
                    del node[key]
            elif not _element(node, key, value, element, at, lacks):
                del node[key]
    for keys in content.exclusive:
        for extra in [key for key in keys if key in node][1:]:
            del node[extra]
    lacks += [f"{at}/{key}" for key in content.required if key not in node]
    for keys in content.needed_choices:
        if not any(key in node for key in keys):
            lacks.append(f"{at}/{keys[0]}")
    return lacks


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
