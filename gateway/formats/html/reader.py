"""Read back a passport page that we wrote ourselves: its values, and that people see the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TypeAlias, get_args, get_origin

from lxml import etree
from pydantic import ValidationError

from gateway.codec.base import Context, Member, Package, Reading
from gateway.errors import GatewayError, InputError
from gateway.formats.html import labels
from gateway.formats.html.labels import LANGS, Lang
from gateway.formats.html.shown import shown
from gateway.frontdoor.limits import XmlLimits
from gateway.model.base import LangText, Leaf, Missing, Part, Reason
from gateway.model.declaration import Declaration
from gateway.model.origin import Origin
from gateway.model.results import Per, Role
from gateway.model.walk import Place, leaves, same, unescape
from gateway.quantity import Quantity, read_exact

_GENERATOR = '<meta name="generator" content="hutong html@1">'

Tree: TypeAlias = dict[str, "Tree | Leaf"]


def read(package: Package, context: Context) -> Reading:
    """The declaration as far as the pages tell it; every page of the package must tell the same.

    Raises:
        InputError: a page is not ours, was changed, or says something else than another one.
    """
    if not package.members:
        raise _not_ours(package.name, "")
    pages = [_Page(member) for member in package.members]
    first = pages[0]
    for other in pages[1:]:
        differing = [p for p in {**first.values, **other.values} if not _same_at(p, first, other)]
        if differing:
            raise InputError(other.name, path=differing[0], code="html.pages-differ", first=first.name)
    declaration = first.declaration()
    origins = {place.path: Origin(f"{first.name}#{place.path}") for place in leaves(declaration)}
    return Reading(declaration, origins=origins)


def language_of(data: bytes) -> str:
    """The language of one of our pages; empty for anything else."""
    head = data[:2048].decode("utf-8", "replace")
    if not head.startswith("<!DOCTYPE html>") or _GENERATOR not in head:
        return ""
    tag = head.partition('<html lang="')[2].partition('"')[0]
    return tag.partition("-")[0] if tag.partition("-")[0] in LANGS else ""


class _Page:
    """The values of one page by path, each held against the text that people see."""

    def __init__(self, member: Member) -> None:
        self.name = member.name
        self.lang = self._own_language(member)
        self.values: dict[str, Leaf] = {}
        self._texts: list[tuple[str, str]] = []
        for path, leaf, text in self._cells(_parsed(member)):
            if path in self.values and not same(self.values[path], leaf):
                raise InputError(text, path=path, code="html.two-values")
            self.values[path] = leaf
            self._texts.append((path, text))

    def declaration(self) -> Declaration:
        """The declaration made of the values, after a look at every text.

        Raises:
            InputError: the values make no declaration, or a text says something else than its value.
        """
        tree: Tree = {}
        try:
            for path, leaf in self.values.items():
                _put(tree, path, leaf)
            made = _part(Declaration, tree)
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise _not_ours(self.name, "") from error
        assert isinstance(made, Declaration)
        self._hold_against(made)
        return made

    def _hold_against(self, made: Declaration) -> None:
        places = {place.path: place for place in leaves(made)}
        for path, text in self._texts:
            place = places.get(path)
            if place is None or place.pattern not in labels.fields():
                raise _not_ours(self.name, path)
            if text not in _seen(place, self.lang):
                raise InputError(text, path=path, code="html.text-differs")

    def _own_language(self, member: Member) -> Lang:
        found = next((lang for lang in LANGS if lang == language_of(member.data)), None)
        if found is None:
            raise _not_ours(member.name, "")
        return found

    def _cells(self, root: etree._Element) -> Iterator[tuple[str, Leaf, str]]:
        for element in root.iter("*"):
            path = element.get("data-path")
            if path is None:
                continue
            text = _squeezed("".join(map(str, element.itertext())))
            try:
                yield path, _leaf(path, element, text), text
            except GatewayError:
                raise
            except (ValueError, TypeError, KeyError) as error:
                raise _not_ours(self.name, path) from error


def _same_at(path: str, one: _Page, other: _Page) -> bool:
    return path in one.values and path in other.values and same(one.values[path], other.values[path])


def _parsed(member: Member) -> etree._Element:
    limits = XmlLimits()
    if len(member.data) > limits.max_bytes or b"\0" in member.data:
        raise _not_ours(member.name, "")
    try:
        parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
        root = etree.fromstring(member.data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise _not_ours(member.name, "") from error
    if root is None:
        raise _not_ours(member.name, "")
    return root


def _leaf(path: str, element: etree._Element, text: str) -> Leaf:
    """The exact value of one element."""
    kind, value = element.get("data-kind", ""), element.get("value") or element.get("data-value") or ""
    encoded = element.get("data-json")
    if kind == "amount":
        return Quantity(read_exact(value), element.get("data-unit", ""))
    if kind == "count":
        return int(value)
    if kind == "day":
        return date.fromisoformat(element.get("datetime", ""))
    if kind == "flag":
        return {"true": True, "false": False}[value]
    if kind == "missing":
        said = None if encoded is None else _decoded(encoded)
        return Missing(missing=Reason(value), unit=element.get("data-unit"), text=said)
    if kind == "code":
        return value
    if kind == "text":
        return text if encoded is None else _decoded(encoded)
    raise ValueError(path)


def _decoded(encoded: str) -> str:
    found = json.loads(encoded)
    if not isinstance(found, str):
        raise TypeError(encoded)
    return found


def _seen(place: Place, lang: Lang) -> tuple[str, ...]:
    """What an element may show for a value: with its unit, or without where a heading names it."""
    own = shown(place.path, place.pattern, place.value, lang)
    return _squeezed(own.text), _squeezed(f"{own.text} {own.unit_text}")


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _put(tree: Tree, path: str, leaf: Leaf) -> None:
    steps = [unescape(step) for step in path.split("/")]
    if steps.pop(0) or not steps:
        raise KeyError(path)
    node = tree
    for step in steps[:-1]:
        below = node.setdefault(step, {})
        if not isinstance(below, dict):
            raise KeyError(path)
        node = below
    if steps[-1] in node:
        raise KeyError(path)
    node[steps[-1]] = leaf


def _part(kind: type[Part], tree: Mapping[str, Tree | Leaf]) -> Part:
    fields = kind.model_fields
    made = {name: _value(fields[name].annotation, node) for name, node in tree.items()}
    try:
        return kind.model_validate(made)
    except ValidationError as error:
        raise ValueError(kind.__name__) from error


def _value(annotation: object, node: Tree | Leaf) -> object:
    """The value of a field: a leaf, a text in languages, a part, or a list of them."""
    inside = [annotation, *_inside(annotation)]
    if not isinstance(node, dict):
        enum = next((kind for kind in (Role, Per) if kind in inside), None)
        return enum(str(node)) if enum is not None else node
    if LangText in inside:
        return LangText({lang: text for lang, text in node.items() if isinstance(text, str)})
    parts = [k for k in inside if isinstance(k, type) and issubclass(k, Part) and k is not Missing]
    if any(get_origin(kind) is tuple for kind in inside):
        if not parts:
            return tuple(node.values())
        return tuple(_part(parts[0], item) for item in _items(parts[0], node) if isinstance(item, dict))
    return _part(parts[0], node)


def _items(kind: type[Part], node: Tree) -> Iterator[Tree | Leaf]:
    """The items of a list; one that is known by its number keeps it, though those before it show nothing."""
    if kind.key is not Part.key or not all(re.fullmatch(r"0|[1-9]\d{0,4}", name) for name in node):
        return iter(node.values())
    return (node.get(str(number), {}) for number in range(max(map(int, node)) + 1))


def _inside(annotation: object) -> list[object]:
    return [inner for arg in get_args(annotation) for inner in (arg, *_inside(arg))]


def _not_ours(name: str, path: str) -> InputError:
    return InputError(name, path=path, code="html.not-ours")
