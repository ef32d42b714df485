"""Presentations: what is inside must hold, too, and what nobody could check is told."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.signing import data_integrity, sd_jwt, vc_jwt
from gateway.signing.credential import CONTEXT, build_credential
from gateway.signing.envelopes import verify_any
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey, sign
from gateway.signing.multibase import base58btc
from gateway.signing.verification_key import VerificationKey

CREATED = "2026-01-31T08:00:00Z"
METHOD = "did:web:plant.example#key-1"


def credential(issuer: str) -> dict[str, Any]:
    return build_credential(issuer=issuer, valid_from=CREATED, subject={"id": "urn:x:1", "name": "61.25"})


def presentation(holder: PrivateKey, *credentials: Any) -> dict[str, Any]:
    held = list(credentials)
    kinds = ["VerifiablePresentation"]
    did = holder.public_key.did
    return {"@context": [CONTEXT], "type": kinds, "holder": did, "verifiableCredential": held}


def by_proof(document: dict[str, Any], holder: PrivateKey) -> bytes:
    proof = data_integrity.create_proof(document, holder, created=CREATED, purpose="authentication")
    return jcs({**document, "proof": proof})


def remarks(data: bytes, **keys: VerificationKey) -> tuple[str, ...]:
    return verify_any(data, keys={METHOD: keys["web"]} if keys else {}).signatures[0].remarks


@pytest.mark.parametrize("signed", [by_proof, vc_jwt.sign])
class TestInside:
    """The holder's own signature says nothing about what others have stated."""

    def test_sound(self, signed: Any, ed25519_key: PrivateKey, p256_key: PrivateKey) -> None:
        own = credential(p256_key.public_key.did)
        proven = data_integrity.add_proof(own, p256_key, created=CREATED)
        token = vc_jwt.enveloped(vc_jwt.sign(own, p256_key))
        mine = credential(ed25519_key.public_key.did)
        assert remarks(signed(presentation(ed25519_key, proven, token, mine), ed25519_key)) == ()

    def test_that_its_holder_shows_in_part(
        self, signed: Any, ed25519_key: PrivateKey, p256_key: PrivateKey
    ) -> None:
        own = credential(p256_key.public_key.did)
        salts = sd_jwt.salts_of(p256_key, b"x")
        token = sd_jwt.issue(own, hide=["/credentialSubject/name"], signer=p256_key, salts=salts)
        carried = {
            "@context": CONTEXT,
            "type": "EnvelopedVerifiableCredential",
            "id": f"data:application/vc+sd-jwt,{token.decode()}",
        }
        assert remarks(signed(presentation(ed25519_key, carried), ed25519_key)) == ()
        kept = {**carried, "id": carried["id"].partition("~")[0] + "~"}
        assert remarks(signed(presentation(ed25519_key, kept), ed25519_key)) == ("parts-hidden",)
        head, dot, payload = carried["id"].rpartition(".")
        with pytest.raises(GatewayError, match="signature-wrong") as caught:
            verify_any(
                signed(presentation(ed25519_key, {**carried, "id": f"{head}{dot}A{payload}"}), ed25519_key)
            )
        assert caught.value.path.startswith("/verifiableCredential/0")

    def test_presentation_in_place_of_a_credential(
        self, signed: Any, ed25519_key: PrivateKey, p256_key: PrivateKey
    ) -> None:
        inner = vc_jwt.sign(presentation(p256_key, credential(ed25519_key.public_key.did)), p256_key)
        posing = {**vc_jwt.enveloped(inner)}
        assert "contained-not-checked" in remarks(signed(presentation(ed25519_key, posing), ed25519_key))

    def test_changed(self, signed: Any, ed25519_key: PrivateKey, p256_key: PrivateKey) -> None:
        own = credential(p256_key.public_key.did)
        proven = data_integrity.add_proof(own, p256_key, created=CREATED)
        changed = {**proven, "credentialSubject": {"id": "urn:x:1", "name": "1.00"}}
        token = vc_jwt.enveloped(vc_jwt.sign(own, p256_key))
        forged = {**token, "id": f"{str(token['id'])[:-4]}AAAA"}
        for one in (changed, forged):
            with pytest.raises(GatewayError) as caught:
                verify_any(signed(presentation(ed25519_key, proven, one), ed25519_key))
            assert caught.value.path.startswith("/verifiableCredential/1")

    def test_not_at_hand(self, signed: Any, ed25519_key: PrivateKey, p256_key: PrivateKey) -> None:
        own = credential("did:web:plant.example")
        proven = data_integrity.add_proof(own, p256_key, created=CREATED, method=METHOD)
        data = signed(presentation(ed25519_key, proven), ed25519_key)
        assert remarks(data) == ("contained-not-checked",)
        assert remarks(data, web=VerificationKey.from_public_key(p256_key.public_key)) == ()
        with pytest.raises(GatewayError):
            remarks(data, web=VerificationKey.from_public_key(ed25519_key.public_key))

    def test_of_another_kind(self, signed: Any, ed25519_key: PrivateKey, p256_key: PrivateKey) -> None:
        older = {"type": "Ed25519Signature2020", "proofValue": "z1", "proofPurpose": "assertionMethod"}
        held = {**credential(p256_key.public_key.did), "proof": older}
        assert remarks(signed(presentation(ed25519_key, held), ed25519_key)) == ("contained-not-checked",)
        with pytest.raises(GatewayError) as caught:
            verify_any(jcs(held))
        assert (caught.value.error_code, caught.value.path) == ("signing.unknown-cryptosuite", "/proof/type")

    def test_of_nobody(self, signed: Any, ed25519_key: PrivateKey, p256_key: PrivateKey) -> None:
        bare = credential(p256_key.public_key.did)
        data = signed(presentation(ed25519_key, bare, "a.b.c"), ed25519_key)
        assert remarks(data) == ("contained-not-checked", "contained-unsigned")


def test_a_question_that_nobody_asked_is_told(ed25519_key: PrivateKey) -> None:
    """A presentation for another reader is told as one; for another purpose it is refused."""
    document = presentation(ed25519_key)
    assert remarks(by_proof(document, ed25519_key)) == ()
    bound = data_integrity.create_proof(document, ed25519_key, created=CREATED, purpose="authentication")
    del bound["proofValue"]
    config = {**bound, "challenge": "1", "domain": "https://r.example"}
    data = data_integrity.hash_data(document, config, ed25519_key.public_key.key_type)
    proof = {**config, "proofValue": base58btc(sign(ed25519_key, data))}
    assert remarks(jcs({**document, "proof": proof})) == ("question-not-asked",)
    capability = {**config, "proofPurpose": "capabilityInvocation"}
    with pytest.raises(GatewayError):
        verify_any(jcs({**document, "proof": {**capability, "proofValue": proof["proofValue"]}}))


def test_a_token_for_another_reader_is_told(ed25519_key: PrivateKey) -> None:
    """(RFC 7519, 4.1.3) As a proof is that has a domain, unless who asks is the one."""
    for bound in ({"aud": "https://r.example"}, {"nonce": "1"}):
        assert remarks(vc_jwt.sign({**presentation(ed25519_key), **bound}, ed25519_key)) == (
            "question-not-asked",
        )
    assert remarks(vc_jwt.sign(presentation(ed25519_key), ed25519_key)) == ()
