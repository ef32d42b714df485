"""Verifies credentials of any form with openvc-core, offline.

Usage: credentials.py FILE…
Prints a list of {verified, error}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from openvc.errors import OpenvcError
from openvc.verify import VerificationPolicy, verify_credential


def judge(file: str) -> dict[str, object]:
    text = Path(file).read_text(encoding="utf-8")
    try:
        verify_credential(json.loads(text) if text.startswith("{") else text, policy=VerificationPolicy())
    except (OpenvcError, ValueError) as error:
        return {"verified": False, "error": repr(error)}
    return {"verified": True, "error": ""}


sys.stdout.write(json.dumps([judge(file) for file in sys.argv[1:]]))
