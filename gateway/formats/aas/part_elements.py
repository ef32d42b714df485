"""Plain values as the elements of a submodel template, along its structure table."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from gateway import resources
from gateway.formats.aas.elements import Element, collection, prop, reference, texts
from gateway.quantity import plain


@cache
def _rows(part: str) -> Mapping[str, Mapping[str, str]]:
    table = resources.table("carriers/aas_structure.csv")
    return {row["place"]: row for row in table if row["document"] == part}


@cache
def _children(part: str, place: str) -> tuple[str, ...]:
    head = "/" if place == "/" else f"{place}/"
    below = (p for p in _rows(part) if p != "/" and p.startswith(head))
    return tuple(p for p in below if "/" not in p[len(head) :])


def elements(part: str, values: Mapping[str, object], place: str = "/") -> list[Element]:
    """The elements below a place, in the template's order; a required one that may not be shown is empty."""
    found = []
    for below in _children(part, place):
        row, name = _rows(part)[below], below.rpartition("/")[2]
        value = values.get(name)
        if value is not None:
            found.append(_element(part, row, name, value))
        elif row["required"] == "yes" or row["always"] == "yes":
            found.append(_empty(part, row, name))
    return found


def _empty(part: str, row: Mapping[str, str], name: str) -> Element:
    """An element without a value; its required members are there, as empty as it is."""
    kind = row["element"]
    if kind == "SubmodelElementCollection":
        return _element(part, row, name, {})
    if kind == "SubmodelElementList":
        return _list(part, row, name, [])
    if kind == "Property":
        found = prop(name, "", row["value_type"], semantic=row["semantic"], also=row["also"].split())
        return {key: value for key, value in found.items() if key != "value"}
    return _head(row, name)


def _element(part: str, row: Mapping[str, str], name: str, value: object) -> Element:
    kind = row["element"]
    if kind == "SubmodelElementCollection" and isinstance(value, Mapping):
        inner = elements(part, value, row["place"])
        return collection(name, inner, semantic=row["semantic"], also=row["also"].split())
    if kind == "SubmodelElementList" and isinstance(value, list):
        return _list(part, row, name, value)
    if kind == "MultiLanguageProperty" and isinstance(value, Mapping):
        return {**_head(row, name), "value": texts({k: str(v) for k, v in value.items()})}
    if kind == "File" and isinstance(value, Mapping):
        return {**_head(row, name), "value": value.get("value"), "contentType": value.get("contentType")}
    also = row["also"].split()
    return prop(name, _text(value), row["value_type"], semantic=row["semantic"], also=also)


def _list(part: str, row: Mapping[str, str], name: str, value: list[object]) -> Element:
    found = _head(row, name)
    if row["item_semantic"]:
        found["semanticIdListElement"] = reference(row["item_semantic"])
    found["typeValueListElement"] = row["item_kind"]
    if row["item_kind"] == "Property":
        found["valueTypeListElement"] = row["value_type"] or "xs:string"
    item = _rows(part).get(f"{row['place']}/[]")
    told = [_element(part, item, "", one) for one in value] if item is not None else []
    return {**found, "value": told} if told else found


def _head(row: Mapping[str, str], name: str) -> Element:
    found = collection(name, (), semantic=row["semantic"], also=row["also"].split())
    return {**found, "modelType": row["element"]}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return plain(value) if isinstance(value, Decimal) else str(value)
