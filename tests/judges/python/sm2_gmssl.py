"""Verifies SM2 signatures with gmssl-pyx, and makes its own over the same messages.

Usage: sm2_gmssl.py CASES.json  (a list of {d, key, id, message, signature}, all hexadecimal)
Prints a list of {holds, sm3, signature}; signatures in DER.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import gmssl_pyx


def judge(case: dict[str, str]) -> dict[str, object]:
    d, key, user_id, message, signature = (
        bytes.fromhex(case[n]) for n in ("d", "key", "id", "message", "signature")
    )
    point = key[1:]
    try:
        began = time.perf_counter()
        holds = bool(gmssl_pyx.sm2_verify(point, message, signature, signer_id=user_id))
        took_ms = (time.perf_counter() - began) * 1000
    except gmssl_pyx.GmsslInnerError:
        holds, took_ms = False, 0.0
    made = gmssl_pyx.sm2_sign(d, point, message, signer_id=user_id)
    return {
        "holds": holds,
        "sm3": gmssl_pyx.sm3_hash(message).hex(),
        "signature": made.hex(),
        "took_ms": took_ms,
    }


sys.stdout.write(json.dumps([judge(case) for case in json.loads(Path(sys.argv[1]).read_text())]))
