"""Our own JSON schemas of the entities, made from the structure table; ``python -m`` this to write them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from gateway.formats.openlca.tables import FOLDERS, OWN, Member, enum, structure

_UUID: Final = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_DAY: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
_PLAIN: Final[dict[str, dict[str, Any]]] = {
    "string": {"type": "string"},
    "double": {"type": "number"},
    "int": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "pattern": _DAY},
    "dateTime": {"type": "string", "pattern": _DAY},
    "any": {},
}


def path(entity: str) -> str:
    """The schema of an entity, below ``schemas/``."""
    return f"openlca/{FOLDERS[entity]}-2.schema.json"


def schema(entity: str) -> dict[str, Any]:
    """The JSON schema of one entity; whatever it refers to in place stands in its definitions."""
    definitions: dict[str, Any] = {}
    _define(entity, definitions)
    own = definitions.pop(entity)
    own["properties"]["@type"] = {"enum": [entity]}
    own["properties"][OWN] = {"type": "object"}
    if entity == "Process":
        own["allOf"] = [{"$ref": "#/definitions/one-reference"}]
        exchange = {"properties": {"isQuantitativeReference": {"enum": [True]}}}
        required = {"required": ["isQuantitativeReference"]}
        definitions["one-reference"] = {
            "properties": {"exchanges": {"contains": {"allOf": [required, exchange]}}}
        }
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"openLCA JSON-LD, schema 2: {entity}",
    }
    return {**head, **own, "definitions": dict(sorted(definitions.items()))}


def _define(entity: str, definitions: dict[str, Any]) -> None:
    definitions[entity] = {}
    properties: dict[str, Any] = {}
    for name, member in structure()[entity].items():
        one = _type(member, definitions)
        properties[name] = {"type": "array", "items": one} if member.many else one
        if name == "@id":
            properties[name] = {"type": "string", "pattern": _UUID}
    required = [name for name, member in structure()[entity].items() if member.required]
    definitions[entity] = {"type": "object", "properties": properties}
    if required:
        definitions[entity]["required"] = required


def _type(member: Member, definitions: dict[str, Any]) -> dict[str, Any]:
    if member.kind == "enum":
        return {"enum": list(enum(member.of))}
    if member.kind in _PLAIN:
        return dict(_PLAIN[member.kind])
    target = "Ref" if member.kind == "Ref" else member.of
    if target not in definitions:
        _define(target, definitions)
    return {"$ref": f"#/definitions/{target}"}


def main(folder: Path) -> None:
    """Write every schema below ``folder``."""
    for entity in FOLDERS:
        target = folder / path(entity)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(schema(entity), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
