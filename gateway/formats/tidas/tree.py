"""A TIDAS document as the tree of its ILCD data set, and back: one information model, written as JSON.

TIDAS writes a child that occurs once as an object and one that occurs again as an array; a text carries its
language beside it; every value is a text but for years and a few more, which are numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.codec.jsonwrite import encode
from gateway.codec.xmlstructure import Content, Element, Structure, structure
from gateway.codec.xmltree import Node, Value
from gateway.errors import InputError
from gateway.formats.tidas.fields import fields
from gateway.formats.tidas.shape import declared, shaped
from gateway.formats.tidas.words import in_ilcd, in_tidas
from gateway.frontdoor import json as json_door
from gateway.frontdoor.json import JsonValue

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


def parse(data: bytes) -> tuple[Structure, Node, dict[str, str]]:
    """The structure and tree of a document, and the namespaces of other formats in it by their prefix.

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
    node = _read(_renamed(own, names) if names else own, found.content)
    return found, node if isinstance(node, dict) else {}, {names[p]: spaces[p] for p in foreign}


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


def _read(value: JsonValue, content: Content) -> Value:
    node: Node = {}
    for key, inner in value.items() if isinstance(value, dict) else ():
        if key.startswith("@xmlns"):
            continue
        element = content.keys.get(key)
        read = _plain(inner) if element is None else _child(inner, element)
        if read not in ({}, [], None):
            assert read is not None
            node[key] = read
    return node


def _child(value: JsonValue, element: Element) -> Value | None:
    if element.languages is not None:
        return _texts(value)
    items = value if isinstance(value, list) else [value]
    content = element.content
    read = [_plain(item) if content is None else _node(item, content) for item in items]
    kept = [item for item in read if item is not None and item not in ({}, [])]
    if element.many:
        return kept
    return kept[0] if kept else None


def _node(value: JsonValue, content: Content) -> Value:
    if isinstance(value, str):
        return {_TEXT: value}
    return _read(value, content)


def _texts(value: JsonValue) -> Value | None:
    """A text in languages; without its language it is English, as in the XML."""
    found: Node = {}
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            found.setdefault("en", item)
        elif isinstance(item, dict) and isinstance(item.get(_TEXT), str):
            found.setdefault(str(item.get(_LANG, "en")), str(item[_TEXT]))
    return found or None


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
