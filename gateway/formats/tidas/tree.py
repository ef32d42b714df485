"""A TIDAS document as the tree of its ILCD data set, and back: one information model, written as JSON.

TIDAS writes a child that occurs once as an object and one that occurs again as an array; a text carries its
language beside it; every value is a text but for years and a few more, which are numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from gateway.codec.jsonwrite import encode
from gateway.codec.xmlstructure import Content, Element, Structure, structure
from gateway.codec.xmltree import Node, Value
from gateway.errors import InputError
from gateway.formats.tidas.fields import fields
from gateway.formats.tidas.shape import declared, shaped
from gateway.formats.tidas.words import in_ilcd, in_tidas
from gateway.frontdoor import json as json_door
from gateway.frontdoor.json import JsonValue
from gateway.model.walk import escape

ROOTS: Final[Mapping[str, str]] = {
    "processDataSet": "process",
    "flowDataSet": "flow",
    "flowPropertyDataSet": "flowproperty",
    "unitGroupDataSet": "unitgroup",
    "sourceDataSet": "source",
    "contactDataSet": "contact",
    "LCIAMethodDataSet": "lciamethod",
    "lifeCycleModelDataSet": "lifecyclemodel",
}
_LANG, _TEXT = "@xml:lang", "#text"
_OWN: Final = ("common", "xsi", "acme", "ecn")


class Parsed(NamedTuple):
    """A document: its structure and tree, the namespaces of other formats by prefix, and what found no place.

    ``left`` is by JSON pointer: the tree of a data set cannot hold it.
    """

    structure: Structure
    root: Node
    spaces: dict[str, str]
    left: dict[str, JsonValue]


def parse(data: bytes) -> Parsed:
    """A document as the tree of its data set.

    Raises:
        InputError: no JSON, or ``tidas.other-root``: another document.
    """
    document = json_door.parse(data)
    root = next((key for key in document if key in ROOTS), "") if isinstance(document, dict) else ""
    if not isinstance(document, dict) or not isinstance(document.get(root), dict):
        raise InputError(", ".join(document) if isinstance(document, dict) else "", code="tidas.other-root")
    found = structure(ROOTS[root])
    own = document[root]
    assert isinstance(own, dict)
    beside = document.get("common:other")
    if isinstance(
        beside, dict
    ):  # a contact may have it beside its root; in the XML it stands at the end of it
        told = own.get("common:other")
        own = own | {"common:other": beside | (told if isinstance(told, dict) else {})}
    spaces: dict[str, str] = {}
    _gather(own, spaces)
    foreign = [prefix for prefix in spaces if prefix not in _OWN]
    # As the XML of the same data set names them when it is read.
    names = {prefix: f"ns{n}" for n, prefix in enumerate(foreign, 1)}
    own = in_ilcd(root, own)
    reading = _Reading()
    node = reading.read(_renamed(own, names) if names else own, found.content, f"/{root}")
    left = {f"/{escape(key)}": value for key, value in document.items() if key not in (root, "common:other")}
    return Parsed(found, node, {names[p]: spaces[p] for p in foreign}, left | reading.left)


def _gather(value: JsonValue, spaces: dict[str, str]) -> None:
    """The namespaces that are declared anywhere, by their prefixes."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key.startswith("@xmlns:") and isinstance(inner, str):
                spaces.setdefault(key.removeprefix("@xmlns:"), inner)
            elif not key.startswith("@"):
                _gather(inner, spaces)
    elif isinstance(value, list):
        for inner in value:
            _gather(inner, spaces)


def write(found: Structure, root: Node, spaces: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """The document of a tree.

    Args:
        spaces: the namespaces of other formats in it, by their prefixes.
    """
    table = fields(found.name).below[found.root]
    own = declared(table)
    told = {f"@xmlns:{prefix}": uri for prefix, uri in spaces.items()}
    node = {key: value for key, value in root.items() if key not in own}
    node.setdefault("@xsi:schemaLocation", f"{found.namespace} ../../schemas/ILCD_{found.root}.xsd")
    made = _write({key: value for key, value in node.items() if key not in own}, found.content)
    assert isinstance(made, dict)
    made = in_tidas(found.root, made)
    return encode({found.root: shaped(own | told | made, table)}).encode()


def _renamed(value: JsonValue, names: Mapping[str, str]) -> JsonValue:
    """With other prefixes in the names of members."""
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, JsonValue] = {}
    for key, inner in value.items():
        at = "@" if key.startswith("@") else ""
        prefix, colon, local = key.removeprefix("@").partition(":")
        name = f"{at}{names[prefix]}:{local}" if colon and prefix in names else key
        found[name] = _renamed(inner, names)
    return found


class _Reading:
    def __init__(self) -> None:
        self.left: dict[str, JsonValue] = {}

    def read(self, value: JsonValue, content: Content, at: str) -> Node:
        node: Node = {}
        for key, inner in value.items() if isinstance(value, dict) else ():
            if key.startswith("@xmlns"):
                continue
            where = f"{at}/{escape(key)}"
            if key[:1] in ("@", "#") and isinstance(inner, (dict, list)):
                self.left[where] = inner
                continue
            element = content.keys.get(key)
            read = _plain(inner) if element is None else self._child(inner, element, where)
            if read not in ({}, [], None):
                assert read is not None
                node[key] = read
        return node

    def _child(self, value: JsonValue, element: Element, at: str) -> Value | None:
        if element.languages is not None:
            return self._texts(value, at)
        items = value if isinstance(value, list) else [value]
        content = element.content
        read = [
            _plain(item) if content is None else self._node(item, content, _at(at, value, n))
            for n, item in enumerate(items)
        ]
        kept = [(n, item) for n, item in enumerate(read) if item is not None and item not in ({}, [])]
        if element.many:
            return [item for _, item in kept]
        self.left |= {f"{at}/{n}": items[n] for n, _ in kept[1:]}
        return kept[0][1] if kept else None

    def _node(self, value: JsonValue, content: Content, at: str) -> Value:
        if isinstance(value, (dict, list)) or value is None:
            if isinstance(value, list) and value:
                self.left[at] = value
            return self.read(value, content, at)
        return {_TEXT: str(_plain(value))}

    def _texts(self, value: JsonValue, at: str) -> Value | None:
        """A text in languages; without its language it is English, as in the XML."""
        found: Node = {}
        for n, item in enumerate(value if isinstance(value, list) else [value]):
            told = {_TEXT: item} if isinstance(item, str) else item
            if not isinstance(told, dict):
                if told is not None:
                    self.left[_at(at, value, n)] = told
                continue
            text, lang = told.get(_TEXT), told.get(_LANG, "en")
            is_first = isinstance(text, str) and isinstance(lang, str) and lang not in found
            if is_first and set(told) <= {_TEXT, _LANG}:
                found[str(lang)] = str(text)
            elif is_first:
                found[str(lang)] = str(text)
                rest = {key: inner for key, inner in told.items() if key not in (_TEXT, _LANG)}
                self.left |= {f"{_at(at, value, n)}/{escape(key)}": inner for key, inner in rest.items()}
            elif text is not None and found.get(str(lang)) != text:
                self.left[_at(at, value, n)] = item
        return found or None


def _at(at: str, value: JsonValue, number: int) -> str:
    return f"{at}/{number}" if isinstance(value, list) else at


def _plain(value: JsonValue) -> Value | None:
    if isinstance(value, dict):
        members = {key: _plain(inner) for key, inner in value.items()}
        return {key: inner for key, inner in members.items() if inner is not None and inner not in ({}, [])}
    if isinstance(value, list):
        return [read for inner in value if (read := _plain(inner)) is not None]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _write(node: Node, content: Content) -> JsonValue:
    made: dict[str, JsonValue] = {}
    order = [*content.attribute_keys, *content.keys]
    for key in [*(key for key in order if key in node), *(key for key in node if key not in order)]:
        element = content.keys.get(key)
        made[key] = _written(node[key], element) if element is not None else _as_json(node[key])
    return made


def _written(value: Value, element: Element) -> JsonValue:
    if element.languages is not None and isinstance(value, dict):
        texts: list[JsonValue] = [{_LANG: lang, _TEXT: str(text)} for lang, text in sorted(value.items())]
        return texts[0] if len(texts) == 1 else texts
    items = value if isinstance(value, list) else [value]
    made = [_item(item, element) for item in items]
    return made[0] if len(made) == 1 else made


def _item(value: Value, element: Element) -> JsonValue:
    if element.content is not None and isinstance(value, dict):
        return _write(value, element.content)
    return _as_json(value)


def _as_json(value: Value) -> JsonValue:
    if isinstance(value, dict):
        return {key: _as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_json(inner) for inner in value]
    return value
