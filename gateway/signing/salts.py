"""Salts of withheld parts: whoever has a part and its salt can check it against the manifest.

A digest of a file of which all but one value is known gives that value away: one tries all likely ones.
So the digests of parts that may be absent are made over a salt and the part. A salt needs no signature:
with another one neither SHA-256 nor SM3 fits.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final

from gateway.errors import InputError
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.signing.jcs import jcs
from gateway.signing.leaves import DerivesSecrets

FORMAT: Final = "hutong-salts@1"
# Of fixed length, so that no byte can wander between salt and part.
SALT_BYTES: Final = 32
_LABEL = b"hutong part salts 1"
_SALT = re.compile(r"[0-9a-f]{64}")


class BadSalts(InputError):
    """The bytes are no list of salts."""

    code = "signing.bad-salts"


def derive(name: str, data: bytes, *, key: DerivesSecrets) -> bytes:
    """The salt of a part: the same for the same key, name and bytes; nobody else can compute it."""
    digest = hashlib.sha256(data).hexdigest()
    return hmac.digest(key.derive_secret(_LABEL), f"{digest}{name}".encode(), "sha256")


def to_bytes(salts: Mapping[str, bytes]) -> bytes:
    """The canonical bytes of the document that opens these parts, and no others."""
    opened: dict[str, PlainJson] = {name: salt.hex() for name, salt in salts.items()}
    return jcs({"format": FORMAT, "salts": opened})


def parse(data: bytes) -> dict[str, bytes]:
    """The salts by name of part; only the canonical bytes that ``to_bytes`` writes are a list.

    Raises:
        InputError: they are none.
    """
    document = parse_signed(data)
    if not isinstance(document, dict) or set(document) != {"format", "salts"}:
        raise BadSalts
    found = document["salts"]
    if document["format"] != FORMAT or not isinstance(found, dict) or jcs(document) != data:
        raise BadSalts
    salts: dict[str, bytes] = {}
    for name, text in found.items():
        if not isinstance(text, str) or not _SALT.fullmatch(text):
            raise BadSalts(path=f"/salts/{name}")
        salts[name] = bytes.fromhex(text)
    return salts
