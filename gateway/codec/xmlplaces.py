"""Where the values of a tree stand in the document that it was read from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lxml import etree

from gateway.codec.xmlread import LANG, TEXT
from gateway.codec.xmlstructure import Structure
from gateway.frontdoor import xml as xml_door

Tree = dict[str, Any]


def locate(
    element: etree._Element | None, path: str, structure: Structure, namespaces: Mapping[str, str]
) -> tuple[etree._Element, str] | None:
    """The element of a value, and the name of its attribute or empty."""
    if element is None:
        return None
    known = {**structure.prefixes, **namespaces}
    here, steps = element, [s.replace("~1", "/").replace("~0", "~") for s in path.split("/")[1:]]
    at = 0
    while at < len(steps):
        step = steps[at]
        at += 1
        if step.startswith("#"):
            continue
        if step.startswith("@"):
            return here, step
        prefix, _, local = step.rpartition(":")
        tag = f"{{{known[prefix]}}}{local}" if known.get(prefix, "") else local
        try:
            children = here.findall(tag)
        except (SyntaxError, ValueError):
            return None  # no name that an element can have
        index = 0
        if at < len(steps) and steps[at].isdecimal():
            index = int(steps[at])
            at += 1
        elif at < len(steps) and children and at == len(steps) - 1:
            languages = [child.get(LANG) or "en" for child in children]
            if steps[at] in languages and not children[0].findall("*"):
                return children[languages.index(steps[at])], ""
        if index >= len(children):
            return None
        here = children[index]
    return here, ""


def place_of(element: etree._Element, attribute: str) -> str:
    """The place of an element or attribute, for people."""
    at = xml_door.place(element)
    if not attribute:
        return at
    steps, _, line = at.rpartition(" (")
    return f"{steps}/{attribute} ({line}"


def places(
    element: etree._Element, root: Tree, structure: Structure, namespaces: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Path and place of every leaf, in one walk over document and tree."""
    prefixes = {uri: prefix for prefix, uri in {**structure.prefixes, **namespaces}.items()}
    yield from _places(element, root, "", f"/{structure.root}", _namer(prefixes))


def _namer(prefixes: Mapping[str, str]) -> Callable[[str], str]:
    cache: dict[str, str] = {}

    def name(tag: str) -> str:
        if tag not in cache:
            namespace, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
            prefix = prefixes.get(namespace, "")
            cache[tag] = f"{prefix}:{local}" if prefix else local
        return cache[tag]

    return name


def _places(
    element: etree._Element, node: Tree, path: str, at: str, name: Callable[[str], str]
) -> Iterator[tuple[str, str]]:
    line = element.sourceline
    for key in node:
        if key.startswith("@"):
            yield f"{path}/{key}", f"{at}/{key} (line {line})"
    if TEXT in node:
        yield f"{path}/{TEXT}", f"{at} (line {line})"
    counts: dict[str, int] = {}
    for child in element:
        key = name(str(child.tag))
        local = key.rpartition(":")[2]
        index = counts[key] = counts.get(key, -1) + 1
        value = node.get(key)
        where = f"{path}/{key}"
        place = f"{at}/{local}"
        if isinstance(value, list):
            where, place = f"{where}/{index}", f"{place}[{index + 1}]"
            value = value[index] if index < len(value) else None
        if isinstance(value, str):
            yield where, f"{place} (line {child.sourceline})"
        elif isinstance(value, dict):
            language = child.get(LANG) or "en"
            if "@xml:lang" not in value and isinstance(value.get(language), str) and not len(child):
                yield f"{where}/{language}", f"{place} (line {child.sourceline})"
            else:
                yield from _places(child, value, where, place, name)
