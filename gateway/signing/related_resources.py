"""Digests of related resources, as an issuer may state them.

Source: W3C Verifiable Credentials Data Model 2.0, 5.3; Subresource Integrity, 3.5; Data Integrity 1.0, 2.6.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Final

from gateway.errors import GatewayError, raise_all
from gateway.frontdoor.json import PlainJson
from gateway.signing.multibase import from_base58btc, from_base64url
from gateway.signing.rdf.contexts import CREDENTIALS_2
from gateway.signing.vcdm import ModelRefused

_BYTES: Final = {"sha256": 32, "sha384": 48, "sha512": 64}
# Multicodec numbers of SHA-2, and their lengths.
_SHA2: Final = {0x12: 32, 0x20: 48, 0x13: 64}
# VCDM 2.0, B.1: the base context as it is published, by the length of the digest.
_PUBLISHED: Final = {
    CREDENTIALS_2: {
        32: "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
        48: "97f1eb8e5042356c805fdd61afa2c557663785e0794dcafa"
        "21e138fd38def18cb360133c221aa31d6896a6bf3e65b614",
        64: "5d55452bd2dcf8a29f5a290473eb242b1c5fb77d4e68f1a0aa87baa4dba26948"
        "52d65ec63d48ac04a99d956f9f7153b9406f84d2d04c74869b02c239a1d81305",
    }
}


def require_digests(document: Mapping[str, PlainJson]) -> None:
    """Refuse digests that no resource can have: an issuer must not state what can never match.

    Whoever reads a credential and opens no resource need not mind them.

    Raises:
        ModelRefused: every such digest, with its place.
    """
    raise_all(_problems(document.get("relatedResource", [])))


def _problems(value: PlainJson) -> Iterator[GatewayError]:
    for index, entry in enumerate(value if isinstance(value, list) else [value]):
        if not isinstance(entry, dict):
            continue
        at = f"/relatedResource/{index}" if isinstance(value, list) else "/relatedResource"
        sri, multibase = entry.get("digestSRI"), entry.get("digestMultibase")
        known = _PUBLISHED.get(str(entry.get("id")), {})
        if isinstance(sri, str) and not (sri.split() and all(_is_sri(one, known) for one in sri.split())):
            yield ModelRefused(sri, path=f"{at}/digestSRI")
        if multibase is not None and not _is_multihash(multibase, known):
            yield ModelRefused(multibase, path=f"{at}/digestMultibase")


def _is_sri(text: str, known: Mapping[int, str]) -> bool:
    algorithm, _, digits = text.partition("-")
    bare = digits.rstrip("=")
    try:
        data = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except ValueError:
        return False
    return len(data) == _BYTES.get(algorithm) and data.hex() == known.get(len(data), data.hex())


def _is_multihash(value: PlainJson, known: Mapping[int, str]) -> bool:
    """The algorithm, the length and so many bytes; W3C itself also writes the bytes alone."""
    text = value if isinstance(value, str) else ""
    data = from_base64url(text[1:]) if text.startswith("u") else from_base58btc(text)
    if not data:
        return False
    if len(data) not in _BYTES.values():
        code, length, data = data[0], data[1] if len(data) > 1 else 0, data[2:]
        if length != len(data) or not length:
            return False
        known = known if _SHA2.get(code) == length else {}
    return data.hex() == known.get(len(data), data.hex())
