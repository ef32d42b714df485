"""Our JSON Schemas of TIDAS as jsonschema, which knows nothing of us, applies them.

What a schema says of a part is remembered: most documents differ from the last in one place only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import jsonschema
from jsonschema import Draft7Validator
from referencing import Registry

from gateway import resources
from gateway.formats.tidas.schema import path

Keyword = Callable[[Any, Any, Any, Any], Iterator[Any]]


@cache
def validator(name: str) -> Any:
    """The validator of a structure; it has nowhere to fetch anything from."""
    text = resources.schema(path(name)).read_text(encoding="utf-8")
    memory: dict[tuple[int, str], list[str]] = {}
    keywords = {name: _remembered(Draft7Validator.VALIDATORS[name], memory) for name in ("$ref", "anyOf")}
    remembering: Any = jsonschema.validators.extend(Draft7Validator, keywords)  # type: ignore[no-untyped-call]
    return remembering(json.loads(text), registry=Registry())


def holds(document: Any, name: str) -> bool:
    """Whether a document is valid."""
    return bool(validator(name).is_valid(document))


def _remembered(keyword: Keyword, memory: dict[tuple[int, str], list[str]]) -> Keyword:
    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        key = (id(schema), json.dumps(instance, sort_keys=True))
        if key not in memory:
            memory[key] = [error.message for error in keyword(validator, value, instance, schema)]
        yield from map(jsonschema.ValidationError, memory[key])

    return check
