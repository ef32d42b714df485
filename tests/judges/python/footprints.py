"""The verdict of the official Catena-X schemas (JSON Schema draft 4) on many documents, as JSON on stdout.

Takes a file of one JSON object: schema files by name, and a list of ``[name, document]``.
"""

import json
import sys
from decimal import Decimal
from pathlib import Path

import jsonschema

told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"), parse_float=Decimal)
judges = {}
for name, file in told["schemas"].items():
    schema = json.loads(Path(file).read_text(encoding="utf-8"))
    schema["$schema"] = "http://json-schema.org/draft-04/schema#"
    judges[name] = jsonschema.Draft4Validator(schema)
sys.stdout.write(json.dumps([judges[name].is_valid(document) for name, document in told["documents"]]))
