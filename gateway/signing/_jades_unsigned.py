"""The time stamps among the unsigned members of a JAdES signature (TS 119 182-1, 5.3)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Final

from gateway.errors import GatewayError
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.signing.multibase import from_base64url

# Unsigned by their nature: time stamps, certificates, values for revocation, other signatures over this one.
_MEMBERS: Final = frozenset(
    {
        "sigPSt", "sigTst", "xRefs", "rRefs", "axRefs", "arRefs", "sigRTst", "rfsTst", "xVals", "rVals",
        "axVals", "arVals", "anyValData", "tstVD", "arcTst", "cSig",
    }
)  # fmt: skip


def timestamps_of(unsigned: Sequence[PlainJson]) -> tuple[bytes, ...]:
    """The RFC 3161 tokens over the signature's value; what is damaged proves nothing and is left out."""
    found = []
    for entry in unsigned:
        member = _member(entry)
        container = member.get("sigTst") if member else None
        tokens = container.get("tstTokens") if isinstance(container, dict) else None
        for token in tokens if isinstance(tokens, list) else []:
            value = token.get("val") if isinstance(token, dict) else None
            try:
                found.append(base64.b64decode(str(value), validate=True))
            except (binascii.Error, ValueError):
                continue
    return tuple(found)


def is_countersigned(unsigned: Sequence[PlainJson]) -> bool:
    """(5.3.2) Somebody has signed the signature's value: who, and whether it holds, nobody here asks."""
    return any("cSig" in (_member(entry) or ()) for entry in unsigned)


def foreign(unsigned: Sequence[PlainJson]) -> tuple[int, ...]:
    """Which entries have other members than those of the standard (5.3), or cannot be read."""
    read = [_member(entry) for entry in unsigned]
    return tuple(n for n, member in enumerate(read) if member is None or not member.keys() <= _MEMBERS)


def _member(entry: PlainJson) -> dict[str, PlainJson] | None:
    """One entry of ``etsiU``: an object, or the base64url text of one."""
    if isinstance(entry, dict):
        return entry
    data = from_base64url(entry) if isinstance(entry, str) else None
    if data is None:
        return None
    try:
        value = parse_signed(data)
    except GatewayError:
        return None
    return value if isinstance(value, dict) else None
