"""Verify any envelope that is known here, told apart by its content, never by a file's name.

``verify_any`` answers with what was covered, by which key and how (``verified.Verified``), or raises: no half
answer. Who the keys belong to is not asked here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from gateway.errors import GatewayError, TrustError
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.signing import _signed_objects as signed_objects
from gateway.signing import contained, der
from gateway.signing._sd_disclosures import hides
from gateway.signing.jose import NO_KEYS, JoseRefused, Keys, token_kind
from gateway.signing.multibase import from_base64url
from gateway.signing.rdf.contexts import CREDENTIALS_2, NO_CONTEXTS, Contexts
from gateway.signing.verified import (
    Envelope,
    Inside,
    KeyOrigin,
    Part,
    Verified,
    VerifiedSignature,
)
from gateway.signing.x509 import Certificate

_ZIP: Final = b"PK\x03\x04"
_PDF: Final = b"%PDF-"
_BOMS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_DER_SEQUENCE: Final = 0x30
# With armour, or in bare base64 as signing servers answer: a SEQUENCE of more than 255 bytes.
_ARMOURED: Final = (b"-----BEGIN PKCS7", b"-----BEGIN CMS", b"MII")
_SPACE: Final = b" \t\r\n"
_CMS: Final = "1.2.840.113549.1.7.2"
_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.14"


class UnknownEnvelope(TrustError):
    """The bytes are no signed envelope that is known here."""

    code = "envelope.unknown"


def detect(data: bytes) -> Envelope:
    """What kind of envelope ``data`` seems to be, by its first bytes and members; nothing is checked.

    Raises:
        UnknownEnvelope: none of those that are known.
    """
    start = data.lstrip(_SPACE)
    if data.startswith(_ZIP):
        return Envelope.ASIC_E
    if data.startswith(_PDF):
        return Envelope.PADES
    if data[:1] == bytes([_DER_SEQUENCE]) or start.startswith(_ARMOURED):
        return Envelope.GBT_35275
    if start.startswith(b"<") or data.startswith(_BOMS):
        return Envelope.XML_SIGNATURE
    if start.startswith(b"{"):
        return _json_kind(parse_signed(data))
    return _token_kind(data)


def verify_any(
    data: bytes,
    *,
    objects: Mapping[str, bytes] | None = None,
    keys: Keys = NO_KEYS,
    contexts: Contexts = NO_CONTEXTS,
    certificates: Sequence[Certificate] = (),
    budget: contained.Budget | None = None,
) -> Verified:
    """Check every signature of an envelope of whatever kind, and of the documents inside what it covers.

    Args:
        objects: detached files by name; a signature without names takes the only one. What no signature
            covers is told as uncovered; where none is covered, the envelope holds other content: refused.
        keys: public keys that the caller believes, by the name a signature gives them; under the empty name,
            the one for signatures that give none.
        contexts: JSON-LD contexts by address, for RDFC proofs only.
        certificates: of signers, who may name them by digest or number without sending them along.
        budget: for an envelope inside another one.

    Raises:
        GatewayError: a signature does not hold, also of a document inside, or nothing here knows this kind.
    """
    held = objects or {}
    found = beside(_verified(data, held, keys, contexts, certificates), held)
    found = contained.looked_into(
        found, keys=keys, contexts=contexts, certificates=certificates, budget=budget
    )
    return found if found.document or len(found.parts) != 1 else _with_party(found)


def _with_party(found: Verified) -> Verified:
    """The answer about one signed file, told where a credential there names somebody else than the key.

    A credential's own envelopes ask that of themselves; whoever puts it into another one asks nobody. Of a
    token of no certain kind, its claims are asked, too.
    """
    root = found.parts[0].name or contained.PAYLOAD
    if any(one.place == root and one.state is not Inside.UNSIGNED for one in found.contained):
        # It has signatures of its own, and is another one's letter in this one's envelope.
        return found
    try:
        document = parse_signed(found.payload)
    except GatewayError:
        return found
    is_token = found.envelope in (Envelope.JWS, Envelope.JADES)
    is_asked = isinstance(document, dict) and (is_token or signed_objects.is_model(document))
    stated = signed_objects.parties(document) if isinstance(document, dict) and is_asked else ()
    signatures = tuple(
        one if all(_is_of(one, party) for party in stated) else _remarked(one, "issuer-not-bound")
        for one in found.signatures
    )
    return replace(found, signatures=signatures)


def _is_of(one: VerifiedSignature, party: str) -> bool:
    if one.key_origin is not KeyOrigin.CERTIFICATE and one.key_id.partition("#")[0] == party != "":
        return True
    return party != "" and party == one.key.did


def _remarked(one: VerifiedSignature, code: str) -> VerifiedSignature:
    return replace(one, remarks=(*one.remarks, code))


def beside(found: Verified, objects: Mapping[str, bytes]) -> Verified:
    """The answer with the files that were handed in and are not covered.

    Raises:
        UnknownEnvelope: files were handed in, and what is covered is none of them.
    """
    covered = {part.data for part in found.parts}
    extra = tuple(name for name, data in objects.items() if data not in covered)
    if extra and len(extra) == len(objects):
        raise UnknownEnvelope(", ".join(extra), code="envelope.content-differs")
    new = tuple(name for name in extra if name not in found.uncovered)
    return replace(found, uncovered=(*found.uncovered, *new)) if new else found


def _verified(
    data: bytes,
    held: Mapping[str, bytes],
    keys: Keys,
    contexts: Contexts,
    certificates: Sequence[Certificate],
) -> Verified:
    kind = detect(data)
    if kind is Envelope.ASIC_E:
        from gateway.signing import asic

        return asic.verify(data, keys=keys, certificates=certificates)
    if kind is Envelope.XML_SIGNATURE:
        from gateway.signing import asic

        return asic.verify_beside(data, held, keys=keys, certificates=certificates)
    if kind is Envelope.GBT_35275:
        return _gbt35275(data, _single(held), certificates)
    if kind is Envelope.PADES:
        from gateway.signing import pades

        return pades.verify(data)
    if kind is Envelope.DATA_INTEGRITY:
        from gateway.signing import proofs

        found = proofs.verify(data, keys=keys, contexts=contexts)
    else:
        found = _token(kind, data, held, keys, certificates)
        if kind in (Envelope.JWS, Envelope.JADES):
            _refuse_selective(found)
    if not found.document:
        return found
    from gateway.signing import presentations

    return presentations.with_credentials(found, keys=keys, contexts=contexts)


def _token(
    kind: Envelope,
    data: bytes,
    objects: Mapping[str, bytes],
    keys: Keys,
    certificates: Sequence[Certificate],
) -> Verified:
    token = data.strip(_SPACE)
    if kind in (Envelope.VC_JWT, Envelope.SD_JWT):
        from gateway.signing import sd_jwt, vc_jwt

        token, more = unwrapped(data)
        is_selective = kind is Envelope.SD_JWT
        found = sd_jwt.verify(token, keys=keys).envelope if is_selective else vc_jwt.verify(token, keys=keys)
        return replace(found, uncovered=more)
    if kind is Envelope.JADES:
        from gateway.signing import jades

        plain = jades.plain(token) if token.startswith(b"{") else []
        if plain:
            return _serialised(plain, objects, keys)
        return jades.verify(token, objects=objects, keys=keys, certificates=certificates)
    from gateway.signing import jws

    try:
        return jws.verify(token, _single(objects), keys=keys)
    except JoseRefused as error:
        if error.error_code != "envelope.certificate-absent" or not certificates:
            raise
    from gateway.signing import jades

    return jades.verify(token, objects=objects, keys=keys, certificates=certificates)


def unwrapped(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """A token, alone or out of the object that carries it, and what that says more and nobody has signed.

    Raises:
        JoseRefused: the object carries none.
    """
    token = data.strip(_SPACE)
    if not token.startswith(b"{"):
        return token, ()
    from gateway.signing import vc_jwt

    wrapper = _object(data)
    # (VCDM 2.0, 4.13) The base context says what the wrapper is; any other one says more.
    is_bare = wrapper.get("@context", CREDENTIALS_2) in (CREDENTIALS_2, [CREDENTIALS_2])
    return vc_jwt.unwrap(wrapper), () if is_bare else ("@context",)


def _refuse_selective(found: Verified) -> None:
    """(RFC 9901, 4) Without its tilde, nobody would ask what a token hides, and whose it is.

    Raises:
        JoseRefused: its payload hides something.
    """
    try:
        payload = parse_signed(found.payload)
    except GatewayError:
        return
    if hides(payload):
        raise JoseRefused(path="payload/_sd", code="envelope.wrong-type")


def _serialised(
    tokens: Sequence[tuple[bytes, bytes | None]], objects: Mapping[str, bytes], keys: Keys
) -> Verified:
    """A JWS in a JSON serialisation (RFC 7515, 7.2); every signature in it must hold."""
    from gateway.signing import jws

    found = [jws.verify(token, _single(objects) if raw is None else raw, keys=keys) for token, raw in tokens]
    if len({one.payload for one in found}) != 1:
        raise JoseRefused(path="payload", code="envelope.signatures-differ")
    return replace(found[0], signatures=tuple(made for one in found for made in one.signatures))


def _json_kind(value: PlainJson) -> Envelope:
    if isinstance(value, dict):
        if "proof" in value:
            return Envelope.DATA_INTEGRITY
        if str(value.get("type", "")).find("Enveloped") >= 0:
            from gateway.signing import vc_jwt

            return Envelope.SD_JWT if vc_jwt.is_selective(value) else Envelope.VC_JWT
        # RFC 7515, 7.2: flattened or general.
        if "protected" in value or ("signatures" in value and "payload" in value):
            return Envelope.JADES
    raise UnknownEnvelope


def _token_kind(data: bytes) -> Envelope:
    token = data.strip(_SPACE)
    head, dot, _ = token.partition(b".")
    header = from_base64url(head.decode("ascii", "replace")) if dot else None
    if not header:
        raise UnknownEnvelope
    if b"~" in token:
        return Envelope.SD_JWT
    try:
        members = parse_signed(header)
    except GatewayError:
        # The reader of tokens says what is wrong with it.
        return Envelope.JWS
    if not isinstance(members, dict):
        return Envelope.JWS
    kind = token_kind(members.get("typ"))
    if kind in {"vc+jwt", "vp+jwt"}:
        return Envelope.VC_JWT
    if kind.endswith("sd-jwt"):
        # (RFC 9901, 4) Without a tilde it is none; read as any token, nobody would ask for its issuer.
        return Envelope.SD_JWT
    return Envelope.JADES if {"x5c", "sigD", "sigT", "sigX5ts", "x5t#o"} & set(members) else Envelope.JWS


def _object(data: bytes) -> dict[str, PlainJson]:
    value = parse_signed(data)
    if not isinstance(value, dict):
        raise UnknownEnvelope
    return value


def _single(objects: Mapping[str, bytes]) -> bytes | None:
    """The content of a signature that names no file."""
    if len(objects) > 1:
        raise UnknownEnvelope(len(objects), code="envelope.content-needed")
    return next(iter(objects.values()), None)


def _is_cms(message: bytes) -> bool:
    """Whether it is a signed message of the same shape with the names of RFC 5652."""
    try:
        return der.parse(message, "contentInfo").oid("contentType") == _CMS
    except der.BadDer:
        return False


def _gbt35275(data: bytes, content: bytes | None, certificates: Sequence[Certificate]) -> Verified:
    from gateway.signing import gbt35275, sm2_certificate

    message = gbt35275.decoded(data)
    if _is_cms(message):
        raise UnknownEnvelope(_CMS, code="envelope.cms")
    known = [sm2_certificate.Certificate.from_der(one.der) for one in certificates if one.key.kind == "SM2"]
    found = gbt35275.verify(message, content, certificates=known)
    signatures = []
    for signer in found.signers:
        certificate = Certificate.from_der(signer.certificate.encoded)
        time = signer.signing_time
        signatures.append(
            VerifiedSignature(
                algorithm="SM2-SM3",
                key=certificate.key,
                key_origin=KeyOrigin.CERTIFICATE,
                certificates=(
                    certificate.der,
                    *(one.encoded for one in found.certificates if one.encoded != certificate.der),
                ),
                claimed_time=time.strftime("%Y-%m-%dT%H:%M:%SZ") if time else "",
                value=signer.signature.as_der,
            )
        )
    others = [oid for signer in found.signers for oid in signer.unsigned_attributes if oid != _TIME_STAMP]
    return Verified(
        Envelope.GBT_35275,
        tuple(signatures),
        (Part("", "", found.content),),
        uncovered=tuple(f"unauthenticatedAttributes {oid}" for oid in others),
    )
