"""Selective disclosure: sign everything, hand each reader only what is theirs, bound to that reader.

Source: RFC 9901 (Selective Disclosure for JWTs), 4 and 7; W3C VC-JOSE-COSE, 3.2 (``vc+sd-jwt``).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from gateway.errors import GatewayError, TrustError, UsageError
from gateway.frontdoor.json import PlainJson, parse_signed, pointer
from gateway.signing import _sd_disclosures as disclosures
from gateway.signing import jose, keys
from gateway.signing._sd_disclosures import Opened
from gateway.signing._signed_objects import owners
from gateway.signing.did_key import KeyType, PublicKey
from gateway.signing.jcs import jcs
from gateway.signing.jose import NO_KEYS, Keys
from gateway.signing.leaves import DerivesSecrets
from gateway.signing.multibase import base64url
from gateway.signing.verification_key import VerificationKey
from gateway.signing.verified import (
    Envelope,
    KeyOrigin,
    Part,
    Verified,
    VerifiedSignature,
    second,
    seconds,
    times_of,
)

TYPE: Final = "vc+sd-jwt"
_BINDING_TYPE: Final = "kb+jwt"
_ALGORITHMS: Final = {KeyType.ED25519: "EdDSA", KeyType.P256: "ES256", KeyType.P384: "ES384"}
_LABEL: Final = b"hutong disclosure salts 1"
# (RFC 9901, 7.3) For how long a showing counts that answers no question of the reader's, by default.
BINDING_HOURS: Final = 24
_SKEW: Final = timedelta(minutes=5)
# RFC 9901, 9.3: 128 bits
_SALT_BYTES: Final = 16
_MOST_DISCLOSURES: Final = 10_000
# Hidden, a holder could keep them back: who signed, for how long, whether revoked (RFC 9901, 9.7).
_OPEN: Final = frozenset(
    {"@context", "type", "issuer", "iss", "iat", "nbf", "exp", "vct", "status", "validFrom", "validUntil",
     "issuanceDate", "expirationDate", "credentialStatus", "credentialSchema", "vct#integrity", "cnf"}
)  # fmt: skip
# SD-JWT VC, 3.2.2.2, and the same of the VC data model: what others may not have hidden either.
_NEVER_HIDDEN: Final = _OPEN - {"iat", "credentialSchema"}
# Of these, no part: an entry that is kept back is one that nobody asks.
_NEVER_IN_PART: Final = frozenset({"credentialStatus", "status", "cnf", "type", "@context"})
_OF_CREDENTIALS: Final = frozenset({"type", "@context"})
_NO_NAMES: Final = frozenset[str]()

Salts = Callable[[str], bytes]


class SdJwtRefused(TrustError):
    """The token, a disclosure or the binding to its reader does not hold."""

    code = "envelope.signature-wrong"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a verified token shows.

    Args:
        envelope: the uniform answer; its ``document`` are the shown claims.
        disclosed: JSON pointers of what was hidden and is shown here.
        hidden: how many digests stay closed, decoys among them.
        reader, nonce: whom the holder has bound this token to, and on which question; empty: nobody.
        bound_at: when the holder says so, seconds since 1970.
        issued: the token as its issuer has signed it, without what its holder chooses.
        closed_in: the objects and lists, by JSON pointer, in which digests stay closed.
    """

    envelope: Verified
    disclosed: tuple[str, ...]
    hidden: int
    reader: str = ""
    nonce: str = ""
    bound_at: int | None = None
    issued: bytes = field(default=b"", repr=False)
    closed_in: frozenset[str] = frozenset()

    @property
    def claims(self) -> Mapping[str, PlainJson]:
        return self.envelope.document


@dataclass(frozen=True, slots=True)
class _Token:
    """A token cut at its tildes."""

    jwt: bytes
    disclosures: tuple[str, ...]
    binding: bytes = field(default=b"", repr=False)

    @property
    def without_binding(self) -> bytes:
        return b"".join([self.jwt, b"~", *(one.encode() + b"~" for one in self.disclosures)])


def salts_of(key: DerivesSecrets, subject: bytes) -> Salts:
    """Salts that only this key can make, the same in each run, different for each subject and place.

    Args:
        subject: what is signed, so that no two documents share a salt.
    """
    secret = key.derive_secret(_LABEL)
    digest = hashlib.sha256(subject).digest()
    return lambda place: hmac.digest(secret, digest + place.encode(), "sha256")[:_SALT_BYTES]


def issue(
    claims: Mapping[str, PlainJson],
    *,
    hide: Collection[str],
    signer: keys.Signer,
    salts: Salts,
    holder: PublicKey | None = None,
    decoys: int = 0,
    type_: str = TYPE,
) -> bytes:
    """The token with all its disclosures, for the holder.

    Args:
        hide: JSON pointers of members and list entries, inside one another too.
        salts: 16 bytes for each place, never twice the same; see ``salts_of``.
        holder: whose key must sign every showing.
        decoys: digests of nothing beside each group, so that their number says less.

    Raises:
        UsageError: a place to hide is not there or must stay open, or a claim has a reserved name.
    """
    for name in ("_sd", "...", "_sd_alg", "cnf"):
        if name in claims:
            raise UsageError(name, code="envelope.header-member")
    for place in hide:
        if place.split("/")[1:2] and place.split("/")[1] in _OPEN:
            raise UsageError(place, path=place, code="signing.must-stay-open")
    closed, made = disclosures.close(claims, hide, salts, decoys)
    payload: dict[str, PlainJson] = {**closed, "_sd_alg": "sha-256"}
    if holder is not None:
        payload["cnf"] = {"jwk": holder_jwk(holder)}
    key = signer.public_key
    header: dict[str, PlainJson] = {"alg": _ALGORITHMS[key.key_type], "kid": key.key_id, "typ": type_}
    _, data = jose.signing_input(header, jcs(payload))
    jwt = data + b"." + base64url(keys.sign(signer, data)).encode()
    token = _Token(jwt, tuple(made)).without_binding
    verify(token)
    return token


def disclose(token: bytes, places: Collection[str], *, keys: Keys = NO_KEYS) -> bytes:
    """The token with the disclosures of these places only, and of what they lie in.

    Raises:
        UsageError: a place is not hidden there.
        SdJwtRefused: the token does not hold.
    """
    found = _cut(token)
    opened = _checked(found, keys)[1]
    wanted: set[str] = set()
    for place in places:
        if place not in opened.by_place:
            raise UsageError(place, code="envelope.not-hidden")
        wanted |= {other for other in opened.by_place if place == other or place.startswith(f"{other}/")}
    chosen = {opened.by_place[place] for place in wanted}
    return _Token(found.jwt, tuple(one for one in found.disclosures if one in chosen)).without_binding


def bind(token: bytes, holder: keys.Signer, *, reader: str, nonce: str, at: int) -> bytes:
    """The token bound to one reader and one question, by the holder's key (4.3).

    Args:
        reader: whom it is for, as the reader calls itself.
        nonce: the reader's question, so that the showing is not used again.
        at: seconds since 1970.

    Raises:
        UsageError: reader or nonce is empty, the token is bound already, or to another key.
    """
    found = _cut(token)
    if found.binding or not reader or not nonce:
        raise UsageError(reader, code="envelope.binding")
    # The issuer's signature is the reader's to check, who knows the issuer's key.
    if _holder_key(_payload_of(found)) != VerificationKey.from_public_key(holder.public_key):
        raise UsageError(holder.public_key.did, code="envelope.binding")
    bare = found.without_binding
    claims: dict[str, PlainJson] = {
        "aud": reader,
        "iat": at,
        "nonce": nonce,
        "sd_hash": base64url(hashlib.sha256(bare).digest()),
    }
    header: dict[str, PlainJson] = {"alg": _ALGORITHMS[holder.public_key.key_type], "typ": _BINDING_TYPE}
    _, data = jose.signing_input(header, jcs(claims))
    return bare + data + b"." + base64url(keys.sign(holder, data)).encode()


def verify(token: bytes, *, keys: Keys = NO_KEYS, reader: str = "", nonce: str = "") -> Shown:
    """Check a token, its disclosures, and where a reader is named, that it was bound to that reader.

    Args:
        reader: who is reading; with it, a token that is not bound to them is refused.
        nonce: what the reader asked with.

    Raises:
        SdJwtRefused, JoseRefused: anything does not hold.
    """
    found = _cut(token)
    payload, opened, header, key, signature = _checked(found, keys)
    bound = _check_binding(found, payload, reader, nonce)
    claims = {name: value for name, value in opened.claims.items() if name != "cnf"}
    bound_to = _bound_to(claims, key)
    remarks = () if bound_to is not None else ("issuer-not-bound",)
    if "" in opened.closed_in:
        # A status or an end may be among them, whatever the rules say.
        remarks = (*remarks, "claims-hidden")
    if opened.closed_in - {""}:
        # In other documents, such as a declaration, a state or an end stands further below.
        remarks = (*remarks, "parts-hidden")
    envelope = Verified(
        Envelope.SD_JWT,
        (
            VerifiedSignature(
                algorithm=header.algorithm.name,
                key=key.key,
                key_origin=key.origin,
                key_id=key.name,
                certificates=tuple(one.der for one in header.certificates),
                claimed_time=str(claims.get("validFrom", "")),
                value=signature,
                remarks=remarks,
            ),
        ),
        (Part("", "application/json", jcs(claims)),),
        claims,
        bound_to or "",
        times=_term(times_of(claims), bound),
    )
    at = bound.get("iat")
    return Shown(
        envelope,
        tuple(sorted(opened.by_place)),
        opened.closed,
        str(bound.get("aud", "")),
        str(bound.get("nonce", "")),
        at if isinstance(at, int) else None,
        found.jwt,
        opened.closed_in,
    )


def _bound_to(claims: Mapping[str, PlainJson], key: jose.SignerKey) -> str | None:
    """The issuer, whose own the key is; None where nothing says so.

    Raises:
        SdJwtRefused: it is another's, or two issuers are named.
    """
    own = owners(claims)
    stated = [name for name in (*own, claims.get("iss")) if name]
    if len({str(name) for name in stated}) > 1:
        raise SdJwtRefused(claims.get("iss", ""), path="/iss", code="envelope.claims-differ")
    issuer = str(stated[0]) if stated else ""
    certified = key.origin is KeyOrigin.CERTIFICATE
    if (key.key.did if certified else key.name.partition("#")[0]) != issuer:
        if issuer.startswith("did:"):
            # A DID says itself which keys are its own; a certificate says nothing about it.
            name = f"x5c {key.key.sha256}" if certified else key.name
            raise SdJwtRefused(issuer, path="/issuer", code="signing.not-the-issuers-key", key=name)
        return None
    # Named in a way that cannot be read, what ``iss`` says is another name.
    return None if "" in own else issuer


def _term(stated: Mapping[str, str], bound: Mapping[str, PlainJson]) -> dict[str, str]:
    """(RFC 9901, 7.3) A showing counts no longer, and no earlier, than its holder says of it, either."""
    found = dict(stated)
    for name, pick in (("exp", min), ("nbf", max)):
        if name in bound:
            own = seconds(bound[name])
            before = found.setdefault(name, own)
            number, other = second(own), second(before)
            # What the issuer says and nobody can read is no holder's to mend.
            if number is None or other is None:
                found[name] = before if other is None else own
            else:
                found[name] = str(pick(number, other))
    return found


def require_fresh(shown: Shown, now: datetime) -> None:
    """Refuse a showing that may have been used before: its reader has asked no question, and it is old.

    Raises:
        SdJwtRefused: it is older than ``BINDING_HOURS``, or of tomorrow.
    """
    age = now.timestamp() - (shown.bound_at or 0)
    if not -_SKEW.total_seconds() <= age <= (timedelta(hours=BINDING_HOURS) + _SKEW).total_seconds():
        raise SdJwtRefused(shown.bound_at, path="/iat", code="envelope.binding-old", hours=str(BINDING_HOURS))


def _cut(token: bytes) -> _Token:
    parts = token.decode("ascii", "replace").split("~", _MOST_DISCLOSURES + 2)
    if len(parts) < 2 or len(parts) > _MOST_DISCLOSURES + 1:
        raise SdJwtRefused(len(parts), code="envelope.jose-malformed")
    return _Token(
        parts[0].encode("ascii", "replace"), tuple(parts[1:-1]), parts[-1].encode("ascii", "replace")
    )


def _checked(
    found: _Token, known: Keys
) -> tuple[dict[str, PlainJson], Opened, jose.Header, jose.SignerKey, bytes]:
    token = jose.split(found.jwt)
    key = jose.find_key(token.header, known)
    jose.check(token.header, token.encoded_payload, token.signature, key.key)
    kind = jose.token_kind(token.header.text("typ"))
    # (RFC 9901, 10.10, explicit typing) another kind of token with a tilde behind it is none of these.
    if kind not in ("", "jwt") and not kind.endswith("sd-jwt"):
        raise SdJwtRefused(kind, path="header/typ", code="envelope.wrong-type")
    payload = _object(token.payload)
    opened = disclosures.open_(payload, found.disclosures)
    is_credential = kind.startswith("vc") or "@context" in opened.claims
    _require_open(opened, _NO_NAMES if is_credential else _OF_CREDENTIALS)
    return payload, opened, token.header, key, token.signature


def _require_open(opened: Opened, free: frozenset[str]) -> None:
    """Refuse what a holder could keep back although every reader must know it.

    Args:
        free: names that mean nothing in this kind of token.
    """
    never, whole = _NEVER_HIDDEN - free, _NEVER_IN_PART - free
    for place in sorted(opened.by_place):
        _, name, *below = place.split("/")
        if (name in never and not below) or name in whole or place == "/issuer/id":
            raise SdJwtRefused(place, path=place, code="envelope.hidden-claim")
    for place in sorted(opened.closed_in - {""}):
        if place.split("/")[1] in whole:
            raise SdJwtRefused(place, path=place, code="envelope.hidden-claim")


def _payload_of(found: _Token) -> dict[str, PlainJson]:
    return _object(jose.split(found.jwt).payload)


def _object(data: bytes) -> dict[str, PlainJson]:
    try:
        payload = parse_signed(data)
    except GatewayError as error:
        raise SdJwtRefused(error.saw, path="payload", code="envelope.payload-not-json") from error
    if not isinstance(payload, dict):
        raise SdJwtRefused(path="payload", code="envelope.payload-not-json")
    return payload


def _holder_key(payload: Mapping[str, PlainJson]) -> VerificationKey:
    confirmation = payload.get("cnf")
    jwk = confirmation.get("jwk") if isinstance(confirmation, dict) else None
    if not isinstance(jwk, dict):
        raise SdJwtRefused(path=pointer(["cnf", "jwk"]), code="envelope.binding")
    return VerificationKey.from_jwk(jwk)


def _check_binding(
    found: _Token, payload: Mapping[str, PlainJson], reader: str, nonce: str
) -> dict[str, PlainJson]:
    """(7.3) what the holder's own token says; empty where there is none and none is asked for."""
    if not found.binding:
        if reader or nonce:
            raise SdJwtRefused(reader, code="envelope.binding")
        return {}
    token = jose.split(found.binding)
    if jose.token_kind(token.header.text("typ")) != _BINDING_TYPE or token.header.certificates:
        raise SdJwtRefused(token.header.text("typ"), path="header/typ", code="envelope.wrong-type")
    holder = _holder_key(payload)
    holder.require(token.header.algorithm, path="header/alg")
    jose.check(token.header, token.encoded_payload, token.signature, holder)
    claims = _object(token.payload)
    hash_name = disclosures.hash_name(payload)
    expected = base64url(hashlib.new(hash_name, found.without_binding).digest())
    wanted = {"sd_hash": expected, "aud": reader or claims.get("aud"), "nonce": nonce or claims.get("nonce")}
    for name, value in wanted.items():
        if not isinstance(claims.get(name), str) or claims[name] != value:
            raise SdJwtRefused(claims.get(name, ""), path=f"/{name}", code="envelope.binding")
    if type(claims.get("iat")) is not int:
        raise SdJwtRefused(claims.get("iat", ""), path="/iat", code="envelope.binding")
    return claims


def holder_jwk(key: PublicKey) -> dict[str, PlainJson]:
    """The JSON Web Key of a holder (RFC 7517, RFC 8037)."""
    if key.key_type is KeyType.ED25519:
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(key.raw)}
    from cryptography.hazmat.primitives.asymmetric import ec

    curve = ec.SECP384R1() if key.key_type is KeyType.P384 else ec.SECP256R1()
    numbers = ec.EllipticCurvePublicKey.from_encoded_point(curve, key.raw).public_numbers()
    length = 48 if key.key_type is KeyType.P384 else 32
    x, y = (base64url(number.to_bytes(length, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": key.key_type.value, "x": x, "y": y}
