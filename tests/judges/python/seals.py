"""Verifies XAdES signatures over files with signxml.

Usage: seals.py CASES.json  (a list of {signature, certificate, files: {name: file}}, all paths)
Prints a list of {verified, signed: number of references, error}.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from lxml import etree
from signxml import SignatureConfiguration
from signxml.exceptions import SignXMLException
from signxml.xades import XAdESVerifier


def judge(case: dict[str, object]) -> dict[str, object]:
    files = {name: Path(place).read_bytes() for name, place in dict(case["files"]).items()}  # type: ignore[call-overload]
    config = SignatureConfiguration(
        expect_references=len(files) + 1,
        location=".//",
        verification_time=datetime.fromisoformat("2026-06-01T00:00:00+00:00"),
    )
    try:
        found = XAdESVerifier().verify(
            Path(str(case["signature"])).read_bytes(),
            x509_cert=x509.load_pem_x509_certificate(Path(str(case["certificate"])).read_bytes()),
            uri_resolver=lambda uri: files[unquote(uri)],
            expect_config=config,
            expect_signature_policy=None,
        )
    except (SignXMLException, InvalidSignature, KeyError, ValueError, etree.LxmlError) as error:
        return {"verified": False, "signed": 0, "error": repr(error)}
    return {"verified": True, "signed": len(found), "error": ""}


sys.stdout.write(json.dumps([judge(case) for case in json.loads(Path(sys.argv[1]).read_text())]))
