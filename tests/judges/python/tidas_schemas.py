"""What the TIDAS JSON Schemas of tidas-tools say of documents: one JSON object on stdout.

Usage: tidas_schemas.py JOBS.json   ({kind: [document, ...]}; kinds as the schemas name them: flows)
Answers {kind: [null or the place of the first error, ...]}.

What the schemas say of a part is remembered: most documents differ from the last in one place only.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema import Draft7Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT7

Keyword = Callable[[Any, Any, Any, Any], Iterator[Any]]


def remembered(keyword: Keyword, memory: dict[tuple[int, str], list[Any]]) -> Keyword:
    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        key = (id(schema), json.dumps(instance, sort_keys=True))
        if key not in memory:
            memory[key] = [
                (error.message, error.path) for error in keyword(validator, value, instance, schema)
            ]
        for message, path in memory[key]:
            yield jsonschema.ValidationError(message, path=path)

    return check


def main() -> None:
    jobs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    package = importlib.util.find_spec("tidas_tools")
    assert package is not None
    assert package.origin is not None
    folder = Path(package.origin).parent / "tidas" / "schemas"
    schemas = {file.name: json.loads(file.read_bytes()) for file in sorted(folder.glob("*.json"))}
    named = [(name, DRAFT7.create_resource(schema)) for name, schema in schemas.items()]
    registry: Any = Registry().with_resources([*named, *((f"./{name}", one) for name, one in named)])
    keywords = ("$ref", "oneOf", "anyOf")
    memories: dict[str, dict[tuple[int, str], list[Any]]] = {name: {} for name in keywords}
    own = {name: remembered(Draft7Validator.VALIDATORS[name], memories[name]) for name in keywords}
    remembering: Any = jsonschema.validators.extend(Draft7Validator, own)  # type: ignore[no-untyped-call]
    answers: dict[str, list[str | None]] = {}
    for kind, documents in jobs.items():
        schema = schemas[f"tidas_{kind}.json"]
        validator = remembering(schema, registry=registry, format_checker=FormatChecker())
        answers[kind] = []
        for document in documents:
            error = next(iter(validator.iter_errors(document)), None)
            told = error and f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
            answers[kind].append(told)
    sys.stdout.write(json.dumps(answers))


if __name__ == "__main__":
    main()
