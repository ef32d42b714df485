"""Our own schemas, compiled once, as judges of what we write and of what comes in."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from gateway import resources
from gateway.codec import jsonwrite
from gateway.errors import shorten
from gateway.frontdoor import json as json_door
from gateway.frontdoor.json import JsonValue
from gateway.report import Finding


def judge(document: JsonValue, schema: str) -> tuple[Finding, ...]:
    """What ``document`` breaks of a schema below ``schemas/``; nothing: it holds."""
    import fastjsonschema

    try:
        _compiled(schema, detailed=False)(document)
    except fastjsonschema.JsonSchemaValueException:
        return _explained(document, schema)
    return ()


def _explained(document: JsonValue, schema: str) -> tuple[Finding, ...]:
    """The first thing that is broken, by the slower validator that knows what it looked at."""
    import fastjsonschema

    try:
        _compiled(schema, detailed=True)(document)
    except fastjsonschema.JsonSchemaValueException as error:
        at = "/" + "/".join(str(step) for step in error.path[1:])
        value, wanted = error.value, error.rule_definition
        if error.rule == "required" and isinstance(value, dict) and isinstance(wanted, list):
            wanted = [name for name in wanted if name not in value]
        params = {
            "rule": str(error.rule),
            "definition": shorten(_said(wanted)),
            "schema": schema,
        }
        return (Finding("schema.broken", at, shorten(_shown(value)), params=params),)
    return ()


def _shown(value: object) -> str:
    """A value as it stands in its file, not as Python shows it."""
    return jsonwrite.compact(value) if isinstance(value, (dict, list)) else str(value)


def _said(definition: object) -> str:
    """What a rule asks for, a list of values without Python's marks."""
    return ", ".join(map(str, definition)) if isinstance(definition, list) else str(definition)


@cache
def _compiled(schema: str, *, detailed: bool) -> Callable[[JsonValue], Any]:
    import fastjsonschema

    definition = json_door.parse(resources.schema(schema).read_bytes())
    assert isinstance(definition, dict)
    # Without details, fastjsonschema 2.22 fails on "const"; an enum of one says the same.
    validate: Callable[[JsonValue], Any] = fastjsonschema.compile(
        definition if detailed else _items_apart(_const_as_enum(definition)),
        use_default=False,
        detailed_exceptions=detailed,
    )
    return validate


def _items_apart(schema: dict[str, Any]) -> dict[str, Any]:
    """The same schema with the items of every list as definitions of their own.

    fastjsonschema makes one function of each definition, and for every reference in a list copies all
    names of the function that it stands in: thousands, in a form that is one function.
    """
    definitions: dict[str, Any] = {}

    def apart(value: object) -> Any:  # noqa: ANN401  # the same kind as it came
        if isinstance(value, list):
            return [apart(item) for item in value]
        if not isinstance(value, dict):
            return value
        found = {key: apart(inner) for key, inner in value.items()}
        items = found.get("items")
        if isinstance(items, dict) and "properties" in items:
            name = f"items-{len(definitions)}"
            definitions[name] = items
            found["items"] = {"$ref": f"#/definitions/{name}"}
        return found

    made = apart(schema)
    return {**made, "definitions": {**made.get("definitions", {}), **definitions}} if definitions else made


def _const_as_enum(schema: object) -> Any:  # noqa: ANN401  # the same kind as it came
    """The same schema without the keyword ``const`` (a property may have that name)."""
    if isinstance(schema, list):
        return [_const_as_enum(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {
        name: {key: _const_as_enum(inner) for key, inner in value.items()}
        if name in ("properties", "definitions", "patternProperties") and isinstance(value, dict)
        else _const_as_enum(value)
        for name, value in schema.items()
    }
    return plain | {"enum": [plain.pop("const")]} if "const" in plain else plain
