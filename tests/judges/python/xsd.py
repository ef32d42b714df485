"""What xmlschema says of documents under schemas: one JSON list on stdout, a verdict per document.

Usage: xsd.py JOBS.json  ([{"schema": FILE, "documents": [FILE, ...]}, ...])
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import xmlschema  # type: ignore[import-not-found]  # installed beside the judges only


def main() -> None:
    jobs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    answers = []
    for job in jobs:
        schema = xmlschema.XMLSchema(job["schema"], allow="local")
        answers.append([schema.is_valid(document) for document in job["documents"]])
    sys.stdout.write(json.dumps(answers))


if __name__ == "__main__":
    main()
