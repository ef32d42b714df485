"""The JSON Schema of a form of ours, made from its field table.

It is strict about the places the form has and silent about all others: unknown members of a source
are written back to their places. Reading does not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.codec.build import may_be_missing
from gateway.codec.fields import FieldTable, Node, Row, code_list
from gateway.model.base import Reason

# Written as they are counted, or as words of their own lists.
_ABSENT: Final = {"$ref": "#/definitions/absent"}
_LEAVES: Final[dict[str, dict[str, object]]] = {
    "absent": {
        "type": ["object", "null"],
        "required": ["missing"],
        "properties": {
            "missing": {"enum": sorted(reason.value for reason in Reason)},
            "unit": {"type": "string"},
            "text": {"type": "string"},
        },
        "additionalProperties": False,
    },
    "amount": {"anyOf": [{"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+|/[0-9]+)?$"}, _ABSENT]},
    "text": {"anyOf": [{"type": "string"}, _ABSENT]},
    "texts": {"type": ["array", "null"], "items": {"type": "string"}},
    "day": {"anyOf": [{"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}, _ABSENT]},
    "count": {"anyOf": [{"type": "integer"}, _ABSENT]},
    "flag": {"anyOf": [{"type": "boolean"}, _ABSENT]},
    "unit": {"type": ["string", "null"]},
    "name": {"type": "string"},
    "per": {"enum": sorted(code_list("PER"))},
    "role": {"enum": sorted(code_list("ROLE"))},
}
# Unknown codes are kept and reported, so a code is any text.
_SAME: Final = {"code": "text", "place": "text", "anylang": "text", "scheme": "unit"}
# What names an item of a list is always written.
_NAMES: Final = frozenset({"id", "gas", "name"})


def form_schema(table: FieldTable, *, identifier: str, title: str) -> dict[str, object]:
    """The schema of what is written along ``table``, draft 07."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": identifier,
        "title": title,
        **_object(table.tree, in_list=False),
        "definitions": _LEAVES,
    }


def _schema(node: Node, *, in_list: bool) -> dict[str, object]:
    if node.row is not None:
        return {"$ref": f"#/definitions/{_leaf(node.row, in_list=in_list)}"}
    if node.items is not None:
        return {"type": ["array", "null"], "items": _object(node.items, in_list=True)}
    return {**_object(node, in_list=False), "type": ["object", "null"]}


def _object(node: Node, *, in_list: bool) -> dict[str, object]:
    found: dict[str, object] = {"type": "object"}
    if node.members:
        members = node.members.items()
        found["properties"] = {name: _schema(inner, in_list=in_list) for name, inner in members}
    if node.named is not None:
        found["additionalProperties"] = _schema(node.named, in_list=False)
    required = list(_required(node)) if in_list else []
    return {**found, "required": required} if required else found


def _required(node: Node) -> Iterator[str]:
    for name, inner in node.members.items():
        if inner.row is not None and _leaf(inner.row, in_list=True) == "name":
            yield name


def _leaf(row: Row, *, in_list: bool) -> str:
    named = bool(row.model) and row.model[-1] in _NAMES and not row.lang
    if in_list and named and not may_be_missing(row.model):
        return "name"
    return _SAME.get(row.type, row.type)
