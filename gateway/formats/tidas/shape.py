"""The shape that TIDAS asks for: what is a list, what a number, what the root declares."""

from __future__ import annotations

from typing import Final

from gateway.formats.tidas.fields import LIST, Field, class_list, closed_list
from gateway.frontdoor.json import JsonValue

_NUMBERS: Final = ("Year", "integer")
_TRUTHS: Final = {"true": True, "false": False, "1": True, "0": False}
_REVERSED: Final = 2


def declared(root: Field) -> dict[str, JsonValue]:
    """What a document says of itself with the same words always: namespaces, versions, files beside it."""
    return {
        key: one.kind.partition(":")[2]
        for key, one in root.below.items()
        if key.startswith("@") and one.kind.startswith("const:")
    }


def shaped(value: JsonValue, field: Field) -> JsonValue:
    """The value with lists and numbers where the table of fields has them."""
    if field.kind.startswith("classes:"):
        return _classes(value, field)
    if field.kind == "object" and isinstance(value, dict):
        value = {
            key: shaped(inner, field.below[key]) if key in field.below else inner
            for key, inner in value.items()
        }
        for key, one in field.below.items():
            if one.required and key not in value and (empty := _empty(one)) is not None:
                value[key] = empty
    elif field.kind == "object" and isinstance(value, list):
        value = [
            shaped(inner, Field(field.kind, below=field.below)) if isinstance(inner, dict) else inner
            for inner in value
        ]
    elif isinstance(value, str):
        value = _plain(value, field.kind)
    elif field.kind == "location" and isinstance(value, dict) and isinstance(value.get("#text"), str):
        value = value["#text"]  # in the XML it is a text, which may have a language
    elif isinstance(value, dict) and list(value) == ["#text"]:
        value = value["#text"]
    return [value] if field.many == LIST and not isinstance(value, list) else value


def _empty(field: Field) -> dict[str, JsonValue] | None:
    """A part that must be there and may be empty; None where something must stand in it."""
    if field.kind != "object" or field.many == LIST:
        return None
    found: dict[str, JsonValue] = {}
    for key, one in field.below.items():
        if one.required:
            inner = _empty(one)
            if inner is None:
                return None
            found[key] = inner
    return found


def _plain(text: str, kind: str) -> JsonValue:
    if kind in _NUMBERS and text.isascii() and text.isdigit():
        return int(text)
    if kind == "boolean":
        return _TRUTHS.get(text, text)
    return text


def mended_location(code: str) -> str:
    """A code that was written backwards, ``AH-CN``, as the list has it, ``CN-AH``."""
    places, parts = closed_list("locations"), code.split("-")
    turned = "-".join(reversed(parts))
    return turned if len(parts) == _REVERSED and code not in places and turned in places else code


def _classes(value: JsonValue, field: Field) -> JsonValue:
    """One class stands alone in a flat list; lists of others go by their names."""
    _, list_, levels = field.kind.split(":")
    if isinstance(value, list) or not isinstance(value, dict):
        return value
    key, id_ = ("common:category", "@catId") if list_ == "flows_elementary" else ("common:class", "@classId")
    found = value.get(key)
    entries: list[JsonValue] = found if isinstance(found, list) else [found]
    if not levels:
        return value | {key: entries[0]} if len(entries) == 1 else value
    if field.many and "@name" in value and not all(_is_known(entry, list_, id_) for entry in entries):
        return [value | {key: entries}]
    return value | {key: entries} if found is not None else value


def _is_known(entry: JsonValue, list_: str, id_: str) -> bool:
    told = entry if isinstance(entry, dict) else {}
    return tuple(str(told.get(name)) for name in ("@level", id_, "#text")) in class_list(list_)
