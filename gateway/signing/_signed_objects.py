"""Objects of JSON and tokens that are signed, or credentials, by their members: nothing is verified here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from gateway.frontdoor.json import PlainJson
from gateway.signing._content_kinds import SHORTEST_TOKEN
from gateway.signing.data_integrity import issuer_of
from gateway.signing.multibase import from_base64url

ENVELOPED: Final = frozenset({"EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation"})
CREDENTIAL: Final = "VerifiableCredential"
PRESENTATION: Final = "VerifiablePresentation"
# Base64 of either alphabet and with padding: whoever refuses it says so himself.
_TOKEN: Final = re.compile(r"([A-Za-z0-9_+/=-]+)\.[A-Za-z0-9_+/=-]*\.[A-Za-z0-9_+/=-]*(?:~[^\s]*)?")


def is_token(text: str) -> bool:
    """Whether it is a compact JWS, whatever hangs behind it, by its header."""
    if len(text) < SHORTEST_TOKEN or text.count(".") < 2:
        return False
    shape = _TOKEN.fullmatch(text)
    if shape is None:
        return False
    header = from_base64url(shape[1].rstrip("=").replace("+", "-").replace("/", "_"))
    try:
        members = json.loads(header or b"")
    except (ValueError, RecursionError):
        return False
    return isinstance(members, dict) and "alg" in members


def is_a(value: Mapping[str, PlainJson], kind: str) -> bool:
    """Whether the type of an object names this kind."""
    return kind in kinds(value)


def kinds(value: Mapping[str, PlainJson]) -> set[str]:
    """The types of an object."""
    stated = value.get("type")
    return {one for one in (stated if isinstance(stated, list) else [stated]) if isinstance(one, str)}


def has_proof(value: Mapping[str, PlainJson]) -> bool:
    """A proof by its members: the word alone may mean anything."""
    held = value.get("proof")
    proofs = held if isinstance(held, list) else [held]
    return any(
        isinstance(one, dict) and {"proofValue", "jws", "cryptosuite", "verificationMethod"} & one.keys()
        for one in proofs
    )


def is_serialised(value: Mapping[str, PlainJson]) -> bool:
    """A JWS in JSON (RFC 7515, 7.2), flattened or general."""
    several = value.get("signatures")
    entries = several if isinstance(several, list) else [value]
    return any(
        isinstance(one, dict)
        and isinstance(one.get("protected"), str)
        and isinstance(one.get("signature"), str)
        for one in entries
    )


def owners(claims: Mapping[str, PlainJson]) -> list[str]:
    """Whose it must be by the data model: the issuer's, a presentation's holder's; empty: unreadable.

    Source: VCDM 2.0, 4.7 and 4.13.
    """
    shown = ["holder"] if is_a(claims, PRESENTATION) else []
    named = [claims[name] for name in ("issuer", *shown) if claims.get(name) is not None]
    return [issuer_of({"issuer": one}) for one in named]


def parties(claims: Mapping[str, PlainJson]) -> tuple[str, ...]:
    """Its owners, and whom ``iss`` names (RFC 7519, 4.1.1); empty: unreadable.

    What is no credential may mean anything by these names; only a DID says there that it is somebody's.
    """
    stated = claims.get("iss")
    named = [*owners(claims), *([stated if isinstance(stated, str) else ""] if stated is not None else [])]
    return tuple(one for one in named if is_model(claims) or one.startswith("did:"))


def is_model(value: Mapping[str, PlainJson]) -> bool:
    """Whether it is of the data model of credentials, which says what these names mean."""
    return bool({CREDENTIAL, PRESENTATION} & kinds(value))
