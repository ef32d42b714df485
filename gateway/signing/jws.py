"""Detached JSON Web Signatures (RFC 7515, appendix F) with EdDSA and ES256 by did:key.

The payload is base64url-encoded before signing, as in every plain JWS, and not ``b64: false`` (RFC 7797):
that needs ``crit``, which several libraries ignore and others refuse; for a manifest of some kilobytes it
saves nothing. Whoever has any JWS library puts the encoded manifest between the two dots and verifies.

Written here and not with a JOSE library: those we tried take a header with two ``alg`` members or padded
base64, so each would need this strictness before it, and behind it only one call to cryptography is left.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.errors import GatewayError, TrustError
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.signing import jose, keys
from gateway.signing.did_key import KeyType, PublicKey
from gateway.signing.jcs import jcs
from gateway.signing.jose import NO_KEYS, Keys
from gateway.signing.multibase import base64url, from_base64url
from gateway.signing.verified import Envelope, Part, Verified, VerifiedSignature

# RFC 8037, 3.1 and RFC 7518, 3.4: the algorithm follows from the key, never from the header.
_ALGORITHM = {KeyType.ED25519: "EdDSA", KeyType.P256: "ES256", KeyType.P384: "ES384"}
# Everything else (jku, x5u, jwk, crit, zip, b64, …) brings in keys or changes what is signed.
_HEADER = frozenset({"alg", "kid", "typ", "cty"})
# Far more than the four members above need.
_LONGEST_HEADER = 4096


class JwsRefused(TrustError):
    """The JWS is malformed, uses what is not allowed, or does not hold."""

    code = "signing.signature-wrong"


@dataclass(frozen=True, slots=True)
class VerifiedJws:
    """A JWS that holds over ``payload``. It does not say who the signer is, or why to trust them."""

    signer: str
    key_id: str
    public_key: PublicKey
    algorithm: str
    payload: bytes


def sign_detached(payload: bytes, signer: keys.Signer) -> bytes:
    """The detached JWS ``header..signature`` of ``payload``; the same input gives the same bytes."""
    key = signer.public_key
    header = base64url(jcs({"alg": _ALGORITHM[key.key_type], "kid": key.key_id}))
    signature = keys.sign(signer, _signing_input(header, base64url(payload)))
    return f"{header}..{base64url(signature)}".encode()


def verify_detached(token: bytes, payload: bytes) -> VerifiedJws:
    """Check a detached JWS over ``payload`` by the did:key URL in its ``kid``; nothing is fetched.

    Raises:
        JwsRefused, BadPublicKey: it does not hold, or is not of this profile.
    """
    header, encoded, signature = _parts(token)
    if encoded:
        raise JwsRefused(code="signing.jws-not-detached")
    members = _members(header)
    kid = members.get("kid")
    if kid is None:
        raise JwsRefused(path="kid", code="signing.jws-header", member="kid")
    key = PublicKey.from_key_id(str(kid))
    _check(header, members, base64url(payload), signature, key)
    return VerifiedJws(key.did, key.key_id, key, str(members["alg"]), payload)


def verify(token: bytes, content: bytes | None = None, *, keys: Keys = NO_KEYS) -> Verified:
    """Check any compact JWS of the algorithms believed here, by a key that the caller knows or its did:key.

    Args:
        content: the payload of a detached token; signed raw where ``b64`` is false and critical (RFC 7797).

    Raises:
        JoseRefused, UnknownAlgorithm, BadPublicKey: it does not hold.
    """
    found = jose.split(token, understood={"b64"})
    header, key = found.header, jose.find_key(found.header, keys)
    if found.encoded_payload or content is None:
        if header.raw_payload or not found.encoded_payload:
            raise jose.JoseRefused(path="payload", code="envelope.content-needed")
        if content not in (None, found.payload):
            raise jose.JoseRefused(path="payload", code="envelope.content-differs")
        payload, signed = found.payload, found.encoded_payload.encode()
    else:
        payload = content
        signed = payload if header.raw_payload else base64url(payload).encode()
    jose.check_octets(header, signed, found.signature, key.key)
    signature = VerifiedSignature(
        algorithm=header.algorithm.name,
        key=key.key,
        key_origin=key.origin,
        key_id=key.name,
        certificates=tuple(certificate.der for certificate in header.certificates),
        value=found.signature,
    )
    cty = header.text("cty")
    media_type = cty if "/" in cty or not cty else f"application/{cty}"
    return Verified(Envelope.JWS, (signature,), (Part("", media_type, payload),))


def verify_compact(token: bytes, key: PublicKey) -> bytes:
    """The payload of a compact JWS, checked with a key that the caller knows already."""
    header, encoded, signature = _parts(token)
    payload = from_base64url(encoded)
    if payload is None:
        raise JwsRefused(path="payload", code="signing.jws-malformed")
    _check(header, _members(header), encoded, signature, key)
    return payload


def _parts(token: bytes) -> tuple[str, str, str]:
    # Foreign bytes become a character that base64url does not have.
    parts = token.decode("ascii", "replace").split(".", 3)
    if len(parts) != 3:
        raise JwsRefused(code="signing.jws-malformed")
    return parts[0], parts[1], parts[2]


def _members(header: str) -> dict[str, PlainJson]:
    """The protected header, by the strict door: a second ``alg`` is refused there."""
    data = from_base64url(header) if len(header) <= _LONGEST_HEADER else None
    if data is None:
        raise JwsRefused(path="header", code="signing.jws-malformed")
    try:
        members = parse_signed(data)
    except GatewayError as error:
        raise JwsRefused(error.saw, path="header", code="signing.jws-malformed") from error
    if not isinstance(members, dict):
        raise JwsRefused(path="header", code="signing.jws-malformed")
    for name, value in members.items():
        if name not in _HEADER or not isinstance(value, str):
            raise JwsRefused(value, path=name, code="signing.jws-header", member=name)
    return members


def _check(header: str, members: dict[str, PlainJson], encoded: str, signature: str, key: PublicKey) -> None:
    expected = _ALGORITHM[key.key_type]
    if members.get("alg") != expected:
        raise JwsRefused(members.get("alg", ""), path="alg", code="signing.jws-algorithm", expected=expected)
    raw = from_base64url(signature)
    if raw is None:
        raise JwsRefused(path="signature", code="signing.jws-malformed")
    if not key.has_signed(_signing_input(header, encoded), raw):
        raise JwsRefused(key.did, path="signature")


def _signing_input(header: str, encoded: str) -> bytes:
    return f"{header}.{encoded}".encode()
