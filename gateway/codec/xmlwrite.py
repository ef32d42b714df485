"""Tree to document: strings in schema order, deterministic, without building a second tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from gateway.codec.xmlstructure import Content, Element, Structure, declared_prefixes
from gateway.errors import InputError

TEXT: Final = "#text"
ORDER: Final = "#order"
_AGAIN: Final = "#again"  # inside this module only: elements kept aside, put back where they stood
_LANG_KEY: Final = "@xml:lang"
_PLAIN: Final = frozenset({_LANG_KEY, TEXT})
_CONTROLS: Final = bytes([*range(9), 11, 12, *range(14, 32)])
_SPECIAL: Final = re.compile(r"[&<>\r]")
_SPECIAL_ATTRIBUTE: Final = re.compile(r"[&<\"\r\n\t]")
_needs_escape: Final = _SPECIAL.search
_needs_escape_in_attribute: Final = _SPECIAL_ATTRIBUTE.search
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_ATTRIBUTE_ESCAPES: Final = {
    "&": "&amp;",
    "<": "&lt;",
    '"': "&quot;",
    "\r": "&#13;",
    "\n": "&#10;",
    "\t": "&#9;",
}

Tree = dict[str, Any]


def write(
    root: Tree,
    structure: Structure,
    namespaces: Mapping[str, str],
    extras: Mapping[str, tuple[Tree, ...]],
) -> bytes:
    """The document, with its XML declaration.

    Raises:
        InputError: ``xml.unwritable``.
    """
    for path, nodes in extras.items():
        root = _with_extras(root, path.split("/")[1:], nodes)
    writing = _Writing(structure, plain="none" not in namespaces)
    writing.group(root, structure.content, structure.root, "\n")
    used = declared_prefixes(structure, writing.prefixes, namespaces)
    used.pop("none", None)
    own = f' xmlns{"" if writing.plain else f":{structure.family}"}="{structure.namespace}"'
    declared = own + "".join(f' xmlns:{p}="{_attribute(uri)}"' for p, uri in used.items())
    name = f"<{writing.own}{structure.root}"
    text = "".join(writing.out)[1:]
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n{name}{declared}{text[len(name) :]}\n'
    return _encoded(document)


class _Writing:
    def __init__(self, structure: Structure, *, plain: bool) -> None:
        # A document with elements of no namespace cannot have a default one.
        self.plain = plain
        self.own = "" if plain else f"{structure.family}:"
        self.out: list[str] = []
        self.prefixes: set[str] = set()
        self.extensions = structure.extension_keys

    def group(self, node: Tree, content: Content | None, key: str, indent: str) -> None:
        """An element with its attributes, text and children; ``indent`` begins its line."""
        out = self.out
        name = self.name(key)
        text = ""
        head = f"{indent}<{name}"
        children: list[str] = []
        for part, value in node.items():
            first = part[0]
            if first == "@":
                if ":" in part:
                    self.prefixes.add(part[1:].partition(":")[0])
                shown = _attribute(value) if _needs_escape_in_attribute(value) else value
                head += f' {part[1:]}="{shown}"'
            elif first != "#":
                children.append(part)
            elif part == TEXT:
                text = _text(value)
        if not children:
            out.append(f"{head}>{text}</{name}>" if text else f"{head}/>")
            return
        out.append(f"{head}>{text}")
        # White space beside text would become part of it.
        indent = "" if text else indent
        below = indent and indent + "  "
        if ORDER in node and (content is None or content.anything or content.mixed or content.foreign):
            self.mixed(node, content, children, below)
        else:
            self.children(node, content, children, below)
        out.append(f"{indent}</{name}>")

    def children(self, node: Tree, content: Content | None, keys: list[str], indent: str) -> None:
        """The children of one element, in schema order, unknown ones last."""
        known: Mapping[str, Element] = content.keys if content is not None else {}
        if known:
            last = -1
            for key in keys:
                element = known.get(key)
                rank = element.rank if element is not None else len(known)
                if rank < last:
                    keys = sorted(keys, key=lambda k: known[k].rank if k in known else len(known))
                    break
                last = rank
        extensions = self.extensions
        for key in keys:
            element = known.get(key) or extensions.get(key)
            value = node[key]
            if type(value) is str:
                shown = _text(value) if _needs_escape(value) else value
                name = self.name(key)
                self.out.append(f"{indent}<{name}>{shown}</{name}>" if value else f"{indent}<{name}/>")
            elif element is None:
                self.values(key, value, None, indent)
            elif element.languages is not None and isinstance(value, dict) and TEXT not in value:
                self.languages(key, value, indent)
            else:
                self.values(key, value, element.content, indent)

    def languages(self, key: str, texts: Tree, indent: str) -> None:
        """A text in several languages, and what was kept aside of it."""
        out, name = self.out, self.name(key)
        again = texts.get(_AGAIN, ())
        for language, text in texts.items():
            if language == _AGAIN:
                continue
            if not again:
                shown = _text(text) if _needs_escape(text) else text
                out.append(f'{indent}<{name} xml:lang="{_attribute(language)}">{shown}</{name}>')
                continue
            # A second element that is no more than the first stays a second one.
            same = [n for n in again if _says(n, language, text) and len(n) > len(_PLAIN & set(n))]
            if same:
                again = [n for n in again if n is not same[0]]
                self.group(same[0], None, key, indent)
            else:
                shown = _text(text) if _needs_escape(text) else text
                out.append(f'{indent}<{name} xml:lang="{_attribute(language)}">{shown}</{name}>')
        for extra in again:
            self.group(extra, None, key, indent)

    def values(self, key: str, value: object, content: Content | None, indent: str) -> None:
        """The element, or the elements, of one key."""
        if isinstance(value, str):
            name = self.name(key)
            shown = _text(value) if _needs_escape(value) else value
            self.out.append(f"{indent}<{name}>{shown}</{name}>" if value else f"{indent}<{name}/>")
        elif isinstance(value, dict):
            self.group(value, content, key, indent)
        else:
            assert isinstance(value, list), f"{key}: texts, lists and objects only"
            for item in value:
                self.values(key, item, content, indent)

    def mixed(self, node: Tree, content: Content | None, keys: list[str], indent: str) -> None:
        """Children in the order they stood in; what the order does not name comes last."""
        waiting = {
            key: list(node[key]) if isinstance(node[key], list) else [node[key]]
            for key in dict.fromkeys(keys)
        }
        for key in node[ORDER]:
            if waiting.get(key):
                self.children({key: waiting[key].pop(0)}, content, [key], indent)
        left = {key: values for key, values in waiting.items() if values}
        self.children(left, content, list(left), indent)

    def name(self, key: str) -> str:
        """The name of an element in the document."""
        if ":" not in key:
            return self.own + key
        prefix, _, local = key.partition(":")
        if prefix == "none":
            return local
        self.prefixes.add(prefix)
        return key


def _says(node: Tree, language: str, text: str) -> bool:
    return (node.get(_LANG_KEY, "en"), node.get(TEXT, "")) == (language, text)


def _text(text: str) -> str:
    return _SPECIAL.sub(lambda m: _ESCAPES[m[0]], text)


def _attribute(text: str) -> str:
    return _SPECIAL_ATTRIBUTE.sub(lambda m: _ATTRIBUTE_ESCAPES[m[0]], text)


def _with_extras(node: Any, steps: list[str], nodes: tuple[Tree, ...]) -> Any:  # noqa: ANN401  # any value of a tree
    """A copy of ``node`` with elements put back at a place, or below it where that is gone."""
    if not steps:
        return {**node, _AGAIN: nodes} if isinstance(node, dict) else node
    if isinstance(node, list):
        at = int(steps[0])
        if at >= len(node):
            return node
        return [*node[:at], _with_extras(node[at], steps[1:], nodes), *node[at + 1 :]]
    if not isinstance(node, dict) or steps[0] not in node:
        return node
    return {**node, steps[0]: _with_extras(node[steps[0]], steps[1:], nodes)}


def _encoded(document: str) -> bytes:
    try:
        data = document.encode()
    except UnicodeEncodeError as error:
        raise _unwritable(document, error.start) from error
    if len(data.translate(None, _CONTROLS)) != len(data) or "\ufffe" in document or "\uffff" in document:
        bad = next(
            i for i, c in enumerate(document) if c in "\ufffe\uffff" or (c < " " and c not in "\t\n\r")
        )
        raise _unwritable(document, bad)
    return data


def _unwritable(document: str, at: int) -> InputError:
    opened = document.rfind("<", 0, at) + 1
    near = re.match(r"/?[^\s/>]*", document[opened:])
    return InputError(
        f"U+{ord(document[at]):04X}", code="xml.unwritable", path=near[0] if near else "", name="text"
    )
