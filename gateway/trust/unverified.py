"""What a credential says before anybody has checked it: only to find what is needed for checking it."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.errors import GatewayError
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.signing import vc_jwt
from gateway.signing.multibase import from_base64url


def document_of(data: bytes) -> Mapping[str, PlainJson]:
    """The members of a credential, as JSON, as a token, or enveloped; none where it is none."""
    try:
        if not data.lstrip().startswith(b"{"):
            return _payload(data.strip())
        value = parse_signed(data)
        if not isinstance(value, dict):
            return {}
        kinds = value.get("type")
        is_enveloped = "EnvelopedVerifiableCredential" in (kinds if isinstance(kinds, list) else [kinds])
        return _payload(vc_jwt.unwrap(value)) if is_enveloped else value
    except GatewayError:
        return {}


def _payload(token: bytes) -> Mapping[str, PlainJson]:
    parts = token.split(b"~")[0].split(b".")
    payload = from_base64url(parts[1].decode("ascii", "replace")) if len(parts) == 3 else None
    value = parse_signed(payload) if payload else None
    return value if isinstance(value, dict) else {}
