"""The elements of an asset administration shell, as its JSON has them, and any values as such elements.

Source: IDTA 01001 (metamodel) 3.0; what is written here means the same in 3.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from gateway.model.base import Leaf

Element: TypeAlias = dict[str, object]

# Metamodel 3.0, constraint AASd-130: what XML 1.0 can hold.
_CHARACTERS = "\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"
_LEGAL = re.compile(f"[{_CHARACTERS}]*")
_ILLEGAL = re.compile(f"[^{_CHARACTERS}]")
# Metamodel 3.0, LangStringTextType.
_LONGEST = 1023
_LANGUAGES = frozenset({"zh", "en"})


def fits(value: Leaf, *, in_languages: bool) -> bool:
    """Whether a text can stand in an element; a text in languages has at least one character and an end."""
    if not isinstance(value, str):
        return True
    whole = _LEGAL.fullmatch(value) is not None
    return whole and (not in_languages or 0 < len(value) <= _LONGEST)


def legal(value: str) -> str:
    """The text with a mark for every character that no element can hold."""
    return _ILLEGAL.sub("\ufffd", value)


def reference(*keys: str) -> Element:
    """A reference to something outside of the environment."""
    return {
        "type": "ExternalReference",
        "keys": [{"type": "GlobalReference", "value": key} for key in keys],
    }


def texts(by_language: Mapping[str, str]) -> list[Element]:
    """One text in languages, English first."""
    return [
        {"language": lang, "text": by_language[lang][:_LONGEST]}
        for lang in sorted(by_language)
        if by_language[lang]
    ]


def _element(kind: str, name: str, semantic: str, also: Iterable[str]) -> Element:
    """What all elements begin with; the item of a list has no name (metamodel 3.0, AASd-120)."""
    found: Element = {"modelType": kind}
    if name:
        found["idShort"] = name
    if semantic:
        found["semanticId"] = reference(semantic)
    if more := [reference(one) for one in also]:
        found["supplementalSemanticIds"] = more
    return found


def prop(
    name: str,
    value: str,
    kind: str = "xs:string",
    *,
    semantic: str = "",
    also: Iterable[str] = (),
    value_id: str = "",
) -> Element:
    """A property; ``value_id`` is what its value is called in a value list."""
    found = {**_element("Property", name, semantic, also), "valueType": kind, "value": value}
    return {**found, "valueId": reference(value_id)} if value_id else found


def collection(
    name: str,
    members: Iterable[Element],
    *,
    semantic: str = "",
    also: Iterable[str] = (),
    description: Mapping[str, str] | None = None,
) -> Element:
    """A collection of named elements."""
    found = _element("SubmodelElementCollection", name, semantic, also)
    if description:
        found["description"] = texts(description)
    value = list(members)
    return {**found, "value": value} if value else found


def items(
    name: str,
    members: Iterable[Element],
    *,
    semantic: str = "",
    also: Iterable[str] = (),
    item_semantic: str = "",
    kind: str = "SubmodelElementCollection",
) -> Element:
    """A list of elements of one kind, none of which has a name."""
    found = _element("SubmodelElementList", name, semantic, also)
    if item_semantic:
        found["semanticIdListElement"] = reference(item_semantic)
    found["typeValueListElement"] = kind
    if kind == "Property":
        found["valueTypeListElement"] = "xs:string"
    value = list(members)
    return {**found, "value": value} if value else found


def of(name: str, value: object) -> Element | None:
    """Any plain value as an element; None for what says nothing."""
    if isinstance(value, bool):
        return prop(name, "true" if value else "false", "xs:boolean")
    if isinstance(value, int):
        return prop(name, str(value), "xs:integer")
    if isinstance(value, str):
        return prop(name, value)
    if isinstance(value, Mapping):
        return _of_members(name, value)
    if isinstance(value, (list, tuple)) and value:
        if all(isinstance(item, str) for item in value):
            return items(name, [prop("", item) for item in value], kind="Property")
        return items(name, [of("", item) or collection("", ()) for item in value])
    return None


def _of_members(name: str, value: Mapping[str, object]) -> Element | None:
    if value and set(value) <= _LANGUAGES:
        told = {lang: text for lang, text in value.items() if isinstance(text, str)}
        return {**_element("MultiLanguageProperty", name, "", ()), "value": texts(told)} if told else None
    members = [of(key[0].upper() + key[1:], inner) for key, inner in value.items()]
    there = [member for member in members if member is not None]
    return collection(name, there) if there else None
