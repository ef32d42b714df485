"""Accounts for every text and number of a data set before and after repair; shares no code with the repair.

A leaf is an attribute, or a text of an element, with the local names down to it and its language. What is in
the source and not in the output must be in the report: mended, moved or set aside; what is in the output and
not in the source must be what the report says was written.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
Leaf = tuple[tuple[str, ...], str, str]


def leaves(data: bytes) -> Counter[Leaf]:
    """Every attribute and text, as often as it occurs."""
    return Counter(_leaves(ET.fromstring(data), ()))  # noqa: S314  # samples and what we wrote


def _leaves(element: ET.Element, path: tuple[str, ...]) -> Iterator[Leaf]:
    language = element.get(LANG)
    for name, value in element.attrib.items():
        if name != LANG:
            yield (*path, "@" + _local(name)), "", value
    own = (element.text or "") + "".join(child.tail or "" for child in element)
    if own.strip() or (not len(element) and not set(element.attrib) - {LANG}):
        yield path, (language or "").strip(), own.strip(" \t\r\n")
    for child in element:
        yield from _leaves(child, (*path, _local(str(child.tag))))


def unaccounted(before: bytes, after: bytes, report: Iterable[Mapping[str, Any]]) -> list[str]:
    """What neither output nor report tells, and what the output tells without a source."""
    old, new = leaves(before), leaves(after)
    gone, come = old - new, new - old
    # A missing xml:lang is English.
    for leaf in list(gone):
        twin = (leaf[0], "en", leaf[2])
        if leaf[1] == "" and come[twin]:
            both = min(gone[leaf], come[twin])
            gone[leaf] -= both
            come[twin] -= both
    for line in report:
        if "setAside" in line:
            _set_aside(line, gone, come)
        else:
            _mended(line, gone, come)
    for leaf in [one for one in come if one[2] == ""]:
        # What held only something that is accounted for is empty now.
        if any(one[0][: len(leaf[0])] == leaf[0] and one != leaf for one in old):
            come[leaf] = 0
    return [f"gone {leaf}" for leaf in +gone] + [f"come {leaf}" for leaf in +come]


def _set_aside(line: Mapping[str, Any], gone: Counter[Leaf], come: Counter[Leaf]) -> None:
    names = _names(line["path"])
    if names and names[-1] == "@lang":
        for leaf in [one for one in gone if one[0] == names[:-1] and one[1] == line["setAside"].strip()]:
            # What stands there now has no language.
            both = min(gone[leaf], come[(leaf[0], "", leaf[2])])
            gone[leaf] -= both
            come[(leaf[0], "", leaf[2])] -= both
    for value in _values(line["setAside"]):
        _ = _take(gone, names, value) or _take(gone, names[:-1], value)


def _mended(line: Mapping[str, Any], gone: Counter[Leaf], come: Counter[Leaf]) -> None:
    names, code = _names(line["path"]), line["code"]
    value, written = line.get("value", ""), line.get("written", "")
    if code in ("xml.order", "ilcd.other-merged", "xml.spaces"):
        return
    if code == "ilcd.text-moved":
        _take(gone, names, value)
        _take(come, (*names[:1],), value)
        # Says which text it was.
        _ = _take(come, (*names[:1],), names[-1]) or _take(come, (*names[:1],), f"common:{names[-1]}")
    elif code == "ilcd.element-renamed":
        for leaf in [one for one in gone if one[0][: len(names)] == names]:
            to = ((*names[:-1], written), leaf[1], leaf[2])
            both = min(gone[leaf], come[to])
            gone[leaf] -= both
            come[to] -= both
    elif code in ("ilcd.language-of-script", "ilcd.language-spelt"):
        old, new = (text.rpartition("=")[2] for text in (value, written))
        for leaf in [one for one in gone if one[0] == names and one[1] in (old, "")]:
            to = (leaf[0], new, leaf[2])
            both = min(gone[leaf], come[to])
            gone[leaf] -= both
            come[to] -= both
    elif code == "ilcd.repetition-left-out":
        for part in _values(json.loads(value)) if value.startswith("{") else (value,):
            while _take(gone, names, part):
                pass
    else:
        # What was empty or missing has nothing to give, what was left out nothing to write.
        _take(gone, names, value)
        _take(come, names, written)


def _take(leaves: Counter[Leaf], names: tuple[str, ...], value: str) -> bool:
    fitting = [
        leaf
        for leaf in leaves
        if leaves[leaf] and leaf[2].strip() == value.strip() and leaf[0][: len(names)] == names
    ]
    for leaf in sorted(fitting, key=lambda one: len(one[0]))[:1]:
        leaves[leaf] -= 1
    return bool(fitting)


def _values(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for part in content:
            yield from _values(part)
    elif isinstance(content, dict):
        if not content:
            yield ""
        for key, part in content.items():
            if key not in ("#order", "@xml:lang"):
                yield from _values(part)


def _names(pointer: str) -> tuple[str, ...]:
    """The local names of a pointer: without positions, texts and languages."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    names = [step for step in steps if not step.isdecimal() and step != "#text"]
    if names and re.fullmatch(r"[a-z]{2,3}([-_][A-Za-z0-9]+)*", names[-1]):
        names.pop()
    return tuple(
        ("@" if name.startswith("@") else "") + name.lstrip("@").rpartition(":")[2] for name in names
    )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
