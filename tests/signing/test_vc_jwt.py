from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.errors import GatewayError, UsageError
from gateway.signing import envelopes, keys, vc_jwt
from gateway.signing.jcs import jcs
from gateway.signing.jose import JoseRefused
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base64url, from_base64url
from gateway.signing.verification_key import VerificationKey
from gateway.signing.verified import Envelope, KeyOrigin

Document = dict[str, Any]


def credential(issuer: str) -> Document:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "urn:uuid:0e5a7d5e-28a7-5b5c-8a0b-0c8c6a1a2b3c",
        "type": ["VerifiableCredential"],
        "issuer": {"id": issuer, "name": "厂"},
        "validFrom": "2026-01-31T08:00:00Z",
        "credentialSubject": {"id": "urn:gtin:06901234567892", "total": "5740.109388", "share": 1e-7},
    }


def made(key: PrivateKey, header: Document, payload: bytes) -> bytes:
    data = f"{base64url(json.dumps(header).encode())}.{base64url(payload)}".encode()
    return data + b"." + base64url(keys.sign(key, data)).encode()


def holds(token: bytes, **given: Any) -> bool:
    try:
        vc_jwt.verify(token, **given)
    except GatewayError:
        return False
    return True


def test_there_and_back(key: PrivateKey) -> None:
    document = credential(key.public_key.did)
    found = vc_jwt.verify(vc_jwt.sign(document, key))
    assert (found.envelope, found.issuer) == (Envelope.VC_JWT, key.public_key.did)
    assert found.document == document
    assert found.times == {"validFrom": "2026-01-31T08:00:00Z"}
    assert found.signatures[0].key_origin is KeyOrigin.NAMED
    assert vc_jwt.sign(document, key) == vc_jwt.sign(document, key)


@pytest.mark.parametrize(
    "type_",
    ["VC+JWT", "application/vc+jwt", "Application/VC+JWT", "vc+ld+json+jwt", "vc+ld+jwt", "vc+jwt; x=1"],
)
def test_other_spellings_of_the_type(ed25519_key: PrivateKey, type_: str) -> None:
    """Media types know no case. Read as any token, nobody would ask whether the key is the issuer's."""
    own = ed25519_key.public_key
    header = {"alg": "EdDSA", "kid": own.key_id, "typ": type_}
    found = envelopes.verify_any(made(ed25519_key, header, jcs(credential(own.did))))
    assert (found.envelope, found.issuer) == (Envelope.VC_JWT, own.did)
    assert found.parts[0].media_type == "application/vc"
    with pytest.raises(GatewayError, match="not-the-issuers-key"):
        envelopes.verify_any(made(ed25519_key, header, jcs(credential("did:web:example.org"))))


def test_did_web_by_a_key_that_the_receiver_knows(key: PrivateKey) -> None:
    did = "did:web:example.org"
    token = vc_jwt.sign(credential(did), key, key_id=f"{did}#key-1")
    known = {f"{did}#key-1": VerificationKey.from_public_key(key.public_key)}
    assert vc_jwt.verify(token, keys=known).issuer == did
    with pytest.raises(JoseRefused, match="key-unknown"):
        vc_jwt.verify(token)


def test_presentation_without_holder(ed25519_key: PrivateKey) -> None:
    token = vc_jwt.sign({"@context": [], "type": "VerifiablePresentation"}, ed25519_key)
    assert vc_jwt.verify(token).parts[0].media_type == "application/vp"


def test_enveloped_object(ed25519_key: PrivateKey) -> None:
    token = vc_jwt.sign(credential(ed25519_key.public_key.did), ed25519_key)
    found = envelopes.verify_any(jcs(vc_jwt.enveloped(token)))
    assert (found.envelope, found.issuer) == (Envelope.VC_JWT, ed25519_key.public_key.did)
    with pytest.raises(JoseRefused, match="not-enveloped"):
        vc_jwt.unwrap({**vc_jwt.enveloped(token), "id": "https://example.org/credential"})


def test_what_the_wrapper_says_besides(ed25519_key: PrivateKey) -> None:
    """Nobody signs the wrapper."""
    wrapper = vc_jwt.enveloped(vc_jwt.sign(credential(ed25519_key.public_key.did), ed25519_key))
    kind = "EnvelopedVerifiableCredential"
    assert envelopes.verify_any(jcs({**wrapper, "type": [kind]})).uncovered == ()
    with pytest.raises(JoseRefused, match="not-enveloped"):
        vc_jwt.unwrap({**wrapper, "type": [kind, "Recognised"]})
    for context in ({"note": "recognised"}, ["https://www.w3.org/ns/credentials/v2", "urn:recognised"]):
        assert envelopes.verify_any(jcs({**wrapper, "@context": context})).uncovered == ("@context",)


@pytest.mark.parametrize("holder", [["did:web:body.example"], {"@id": "did:web:body.example"}, 7])
def test_holder_named_in_another_way_is_not_confirmed(ed25519_key: PrivateKey, holder: Any) -> None:
    document = {"@context": [], "type": "VerifiablePresentation", "holder": holder}
    header = {"alg": "EdDSA", "kid": ed25519_key.public_key.key_id, "typ": "vp+jwt"}
    found = vc_jwt.verify(made(ed25519_key, header, jcs(document)))
    assert (found.issuer, found.signatures[0].remarks) == ("", ("issuer-not-bound",))


def test_changed_small_number_is_refused(key: PrivateKey) -> None:
    head, payload, signature = vc_jwt.sign(credential(key.public_key.did), key).decode().split(".")
    changed = (from_base64url(payload) or b"").replace(b"1e-7", b"9e-9")
    assert not holds(f"{head}.{base64url(changed)}.{signature}".encode())


def test_another_issuers_name_is_not_signed(p256_key: PrivateKey) -> None:
    with pytest.raises(JoseRefused, match="not-the-issuers-key"):
        vc_jwt.sign(credential("did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"), p256_key)


def test_signed_or_foreign_documents_are_not_signed(ed25519_key: PrivateKey) -> None:
    with pytest.raises(UsageError, match="proof-exists"):
        vc_jwt.sign({**credential(ed25519_key.public_key.did), "proof": {}}, ed25519_key)
    with pytest.raises(UsageError, match="not-a-credential"):
        vc_jwt.sign({"type": "Thing"}, ed25519_key)


CHANGES: dict[str, tuple[Document, Document]] = {
    "no-type": ({"typ": None}, {}),
    "plain-jwt": ({"typ": "JWT"}, {}),
    "none": ({"alg": "none"}, {}),
    "other-issuer-in-header": ({"iss": "did:web:example.org"}, {}),
    "issuer-differs": ({}, {"iss": "did:web:example.org"}),
    "id-differs": ({}, {"jti": "urn:x:1"}),
    "other-issuer": ({}, {"issuer": "did:web:example.org"}),
    "old-claim": ({}, {"vc": {"type": "VerifiableCredential"}}),
    "no-credential": ({}, {"type": "Thing"}),
    "presentation-as-credential": ({"typ": "vp+jwt"}, {}),
}


@pytest.mark.parametrize(("header", "payload"), CHANGES.values(), ids=CHANGES)
def test_refused_though_signed(ed25519_key: PrivateKey, header: Document, payload: Document) -> None:
    sound = {"alg": "EdDSA", "kid": ed25519_key.key_id, "typ": "vc+jwt"}
    document = credential(ed25519_key.public_key.did)
    assert holds(made(ed25519_key, sound, jcs(document)))
    assert not holds(made(ed25519_key, {**sound, **header}, jcs({**document, **payload})))


def test_second_member_of_one_name_is_refused(ed25519_key: PrivateKey) -> None:
    sound = {"alg": "EdDSA", "kid": ed25519_key.key_id, "typ": "vc+jwt"}
    payload = jcs(credential(ed25519_key.public_key.did)).replace(
        b"{", b'{"validFrom":"2020-01-01T00:00:00Z",', 1
    )
    with pytest.raises(JoseRefused, match="payload-not-json"):
        vc_jwt.verify(made(ed25519_key, sound, payload))
