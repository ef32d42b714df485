"""What openapi-spec-validator finds wrong in an OpenAPI document, as JSON on stdout. Takes the file."""

import json
import sys
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator

document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
found = [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]
sys.stdout.write(json.dumps(found))
