"""Credentials and presentations as JSON Web Tokens: ``vc+jwt`` and ``vp+jwt``, the proof that UNTP asks for.

The token's payload is the credential itself, so that no JSON-LD is processed and every number is covered as
it is spelled.

Source: W3C Securing Verifiable Credentials using JOSE and COSE (15 May 2025), 3.1; RFC 7519, 4.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.errors import GatewayError, UsageError
from gateway.frontdoor.json import PlainJson, parse_signed, pointer
from gateway.signing import jose, keys, verified
from gateway.signing._sd_disclosures import hides
from gateway.signing.algorithms import JOSE
from gateway.signing.data_integrity import issuer_of
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.jose import NO_KEYS, Header, JoseRefused, Keys
from gateway.signing.multibase import base64url
from gateway.signing.verified import Envelope, KeyOrigin, Part, Verified, VerifiedSignature

CREDENTIAL_TYPE: Final = "vc+jwt"
PRESENTATION_TYPE: Final = "vp+jwt"
# 3.1.1 writes application/ in full as an alternative.
_TYPES: Final = {CREDENTIAL_TYPE: "VerifiableCredential", PRESENTATION_TYPE: "VerifiablePresentation"}
_ALGORITHMS: Final = {KeyType.ED25519: "EdDSA", KeyType.P256: "ES256", KeyType.P384: "ES384"}
# Kinds of objects that carry a token, and how their data URLs begin (VCDM 2.0, 4.13; VC-JOSE-COSE, 6.1).
_CARRIER: Final = "EnvelopedVerifiableCredential"
_PLAIN: Final = f"data:application/{CREDENTIAL_TYPE},"
_SELECTIVE: Final = "data:application/vc+sd-jwt,"
_ENVELOPED: Final = (
    (_CARRIER, _PLAIN),
    (_CARRIER, _SELECTIVE),
    ("EnvelopedVerifiablePresentation", f"data:application/{PRESENTATION_TYPE},"),
)


def sign(document: Mapping[str, PlainJson], signer: keys.Signer, *, key_id: str = "") -> bytes:
    """The compact token of a credential or presentation; the same input gives the same bytes.

    Args:
        key_id: how the issuer's controller document calls the key (a did:web URL); the did:key otherwise.

    Raises:
        UsageError: it has a proof already, or is neither credential nor presentation.
        JoseRefused: the signer is not the issuer, or holder.
    """
    if "proof" in document:
        raise UsageError(path="/proof", code="signing.proof-exists")
    type_ = next((name for name, kind in _TYPES.items() if kind in _types(document)), "")
    if not type_:
        raise UsageError(path="/type", code="envelope.not-a-credential")
    key = signer.public_key
    name = key_id or key.key_id
    _refuse_stranger(document, type_, name)
    members: dict[str, PlainJson] = {
        "alg": JOSE[_ALGORITHMS[key.key_type]].name,
        "cty": "vc" if type_ == CREDENTIAL_TYPE else "vp",
        "kid": name,
        "typ": type_,
    }
    _, data = jose.signing_input(members, jcs(dict(document)))
    return data + b"." + base64url(keys.sign(signer, data)).encode()


def enveloped(token: bytes) -> dict[str, PlainJson]:
    """The VCDM object that carries a token inside another document (VCDM 2.0, 4.13)."""
    return {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "id": _PLAIN + token.decode(),
        "type": _CARRIER,
    }


def verify_carried(document: Mapping[str, PlainJson], *, keys: Keys = NO_KEYS) -> Verified:
    """Check the token inside an enveloped credential or presentation, which may be an SD-JWT.

    Raises:
        GatewayError: it carries none, or one that does not hold.
    """
    token = unwrap(document)
    if not is_selective(document):
        return verify(token, keys=keys)
    from gateway.signing import sd_jwt

    return sd_jwt.verify(token, keys=keys).envelope


def is_selective(document: Mapping[str, PlainJson]) -> bool:
    """Whether an enveloped credential is an SD-JWT, by its media type."""
    return str(document.get("id", "")).startswith(_SELECTIVE)


def unwrap(document: Mapping[str, PlainJson]) -> bytes:
    """The token inside an enveloped credential or presentation.

    Raises:
        JoseRefused: its ``id`` is no data URL of that media type, or it says more, which nobody has signed.
    """
    for name in document.keys() - {"@context", "id", "type"}:
        raise JoseRefused(name, path=pointer([name]), code="envelope.not-enveloped")
    if len(_types(document)) != 1:
        raise JoseRefused(path="/type", code="envelope.not-enveloped")
    identifier = document.get("id")
    for kind, start in _ENVELOPED:
        if kind in _types(document) and isinstance(identifier, str) and identifier.startswith(start):
            return identifier.removeprefix(start).encode("ascii", "replace")
    raise JoseRefused(document.get("id", ""), path="/id", code="envelope.not-enveloped")


def verify(token: bytes, *, keys: Keys = NO_KEYS) -> Verified:
    """Check a token and that its key is the issuer's.

    Args:
        keys: public keys by the name that ``kid`` gives, from documents that the caller believes.

    Raises:
        JoseRefused, UnknownAlgorithm, BadPublicKey: it does not hold, or not of this issuer.
    """
    found = jose.split(token)
    header = found.header
    type_ = jose.token_kind(header.text("typ"))
    if type_ not in _TYPES:
        raise JoseRefused(header.members.get("typ", ""), path="header/typ", code="envelope.wrong-type")
    key = jose.find_key(header, keys)
    jose.check(header, found.encoded_payload, found.signature, key.key)
    document = _document(found.payload, type_)
    if hides(document):
        # (RFC 9901, 4) An SD-JWT without its tilde: nobody would ask what it hides.
        raise JoseRefused(path="payload/_sd", code="envelope.wrong-type")
    remarks = _bound(document, type_, header, key)
    media_type = f"application/{type_.replace('+jwt', '')}"
    signature = VerifiedSignature(
        algorithm=header.algorithm.name,
        key=key.key,
        key_origin=key.origin,
        key_id=key.name,
        certificates=tuple(certificate.der for certificate in header.certificates),
        claimed_time=_issued_at(header, document),
        value=found.signature,
        remarks=(*remarks, *_asked_by(document)),
    )
    return Verified(
        Envelope.VC_JWT,
        (signature,),
        (Part("", media_type, found.payload),),
        document,
        "" if remarks else _party(document, type_),
        times=verified.times_of(document),
    )


def _document(payload: bytes, type_: str) -> dict[str, PlainJson]:
    try:
        document = parse_signed(payload)
    except GatewayError as error:
        raise JoseRefused(error.saw, path=f"payload{error.path}", code="envelope.payload-not-json") from error
    if not isinstance(document, dict) or _TYPES[type_] not in _types(document):
        raise JoseRefused(path="payload/type", code="envelope.not-a-credential")
    # VC-JOSE-COSE, 3.1.3: the claims of the older mapping; two places for one statement.
    for name in ("vc", "vp"):
        if name in document:
            raise JoseRefused(name, path=f"payload/{name}", code="envelope.old-claims")
    # RFC 7519, 4.1 beside VCDM 2.0: where both say something, it must be the same.
    for claim, member in (("iss", _party(document, type_)), ("jti", document.get("id"))):
        if claim in document and document[claim] != member:
            raise JoseRefused(document[claim], path=f"payload/{claim}", code="envelope.claims-differ")
    return document


def _bound(
    document: Mapping[str, PlainJson], type_: str, header: Header, key: jose.SignerKey
) -> tuple[str, ...]:
    """Refuse a key that is not the issuer's; say where nothing here can tell."""
    party = _party(document, type_)
    if header.text("iss") not in ("", party):
        raise JoseRefused(header.text("iss"), path="header/iss", code="envelope.claims-differ")
    if key.origin is KeyOrigin.CERTIFICATE:
        if party.startswith("did:") and party != key.key.did:
            # A DID says itself which keys are its own; a certificate says nothing about it.
            _refuse_stranger(document, type_, f"x5c {key.key.sha256}")
        return () if party.startswith("did:") else ("issuer-not-bound",)
    if party or type_ == CREDENTIAL_TYPE:
        _refuse_stranger(document, type_, key.name)
    # A holder who is named in a way that cannot be read.
    return () if party or document.get("holder") is None else ("issuer-not-bound",)


def _asked_by(document: Mapping[str, PlainJson]) -> tuple[str, ...]:
    """(RFC 7519, 4.1.3) Whether it was made for one reader or question, as a proof with a domain is."""
    return ("question-not-asked",) if document.keys() & {"aud", "nonce"} else ()


def _refuse_stranger(document: Mapping[str, PlainJson], type_: str, key_id: str) -> None:
    party = _party(document, type_)
    if type_ == PRESENTATION_TYPE and not party:
        return
    if key_id.partition("#")[0] != party:
        place = "/issuer" if type_ == CREDENTIAL_TYPE else "/holder"
        raise JoseRefused(party, path=place, code="signing.not-the-issuers-key", key=key_id)


def _party(document: Mapping[str, PlainJson], type_: str) -> str:
    """Whose key it must be: the issuer's of a credential, the holder's of a presentation.

    Raises:
        JoseRefused: it is both, or names both, and they are not the same: a reader may take the other one.
    """
    issuer, holder = issuer_of(document), issuer_of({"issuer": document.get("holder")})
    other = "issuer" if type_ == PRESENTATION_TYPE else "holder"
    is_shown = _TYPES[PRESENTATION_TYPE] in _types(document)
    if is_shown and document.get(other) is not None and issuer != holder:
        raise JoseRefused(document[other], path=f"/{other}", code="envelope.claims-differ")
    return issuer if type_ == CREDENTIAL_TYPE else holder


def _issued_at(header: Header, document: Mapping[str, PlainJson]) -> str:
    from gateway.signing.jades import claimed_time

    stated = claimed_time(header)
    return stated or str(document.get("validFrom", ""))


def _types(document: Mapping[str, PlainJson]) -> list[PlainJson]:
    kinds = document.get("type")
    return kinds if isinstance(kinds, list) else [kinds]
