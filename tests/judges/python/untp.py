"""What dppvalidator says of each passport, and jsonschema by the schema that it ships.

Usage: untp.py FILE...
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
from dppvalidator.validators import ValidationEngine


def _version(document: dict[str, object]) -> str:
    return "0.7.0" if any("0.7.0" in str(one) for one in document["@context"]) else "0.6.1"


def judge(path: Path) -> dict[str, list[str]]:
    """The errors of both."""
    document = json.loads(path.read_text(encoding="utf-8"))
    version = _version(document)
    engine = ValidationEngine(schema_version=version)
    found = engine.validate(document)
    name = f"untp-dpp-schema-{version}.json"
    schema = json.loads((files("dppvalidator.schemas") / "data" / name).read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    return {
        "dppvalidator": [f"{e.code} {e.path}: {e.message}" for e in found.errors],
        "jsonschema": [f"{list(e.path)}: {e.message[:200]}" for e in validator.iter_errors(document)],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: judge(Path(name)) for name in sys.argv[1:]}))
