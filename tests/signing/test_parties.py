"""Whoever a token's payload names, and whoever has signed beside its signers, is told apart from them."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.signing import asic, credential, data_integrity, envelopes, jades, xades_writer
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base64url
from gateway.signing.verification_key import VerificationKey
from gateway.signing.verified import Envelope, Verified
from gateway.trust import enveloped as trusted
from tests.signing import seals
from tests.signing.sm import made as sm

OTHER = "did:web:body.example"
UNBOUND = ("issuer-not-bound",)


def token(key: PrivateKey, payload: dict[str, Any], **header: Any) -> bytes:
    head = base64url(json.dumps({"alg": "EdDSA", "kid": key.public_key.key_id, **header}).encode())
    body = base64url(json.dumps(payload).encode())
    return f"{head}.{body}.{base64url(key.sign(f'{head}.{body}'.encode()))}".encode()


def remarks(data: bytes) -> tuple[str, ...]:
    found = envelopes.verify_any(data)
    (one,) = found.signatures
    assert found.issuer == ""
    return one.remarks


@pytest.mark.parametrize("kind", ["", "JWT", "text/vc+jwt", "vc+jwt,x", "vc", "vc+ld+json"])
def test_issuer_of_a_credential_under_another_name(ed25519_key: PrivateKey, kind: str) -> None:
    """No kind of token asks for the issuer there; whoever opens the payload reads one."""
    header = {"typ": kind} if kind else {}
    stated: dict[str, Any] = {"type": ["VerifiableCredential"], "credentialSubject": {}}
    own = ed25519_key.public_key.did
    for issuer, expected in (
        (own, ()),
        ({"id": own, "name": "x"}, ()),
        (OTHER, UNBOUND),
        ("https://body.example", UNBOUND),
        ([own], UNBOUND),
    ):
        assert remarks(token(ed25519_key, {**stated, "issuer": issuer}, **header)) == expected, issuer
    assert remarks(token(ed25519_key, {**stated, "issuer": own, "iss": OTHER}, **header)) == UNBOUND


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"iss": OTHER}, UNBOUND),
        ({"iss": "plant 7"}, ()),
        ({"issuer": "plant 7", "type": "Letter"}, ()),
        ({"issuer": OTHER}, UNBOUND),
        ({"type": "VerifiablePresentation", "holder": OTHER}, UNBOUND),
        ({"pcf": "61.25", "holder": OTHER}, ()),
    ],
)
def test_who_else_is_named(
    ed25519_key: PrivateKey, payload: dict[str, Any], expected: tuple[str, ...]
) -> None:
    data = token(ed25519_key, payload)
    assert remarks(data) == expected
    subject = trusted.of_file(data, {})
    assert "issuer-not-bound" not in subject.left_open
    (signer,) = subject.signers
    assert bool(signer.claims) is bool(expected)


def test_certificate_is_no_word_of_a_did() -> None:
    own = seals.sealer()
    payload = {"type": "VerifiableCredential", "issuer": OTHER}
    made = jades.sign(jcs(payload), own, signing_time=seals.TIME)
    assert remarks(made) == UNBOUND
    assert remarks(jades.sign(jcs({"pcf": "61.25"}), own, signing_time=seals.TIME)) == ()


def test_a_credential_in_any_other_envelope() -> None:
    """No envelope asks for the issuer of what it holds; a declaration in it may be another one's."""
    own, name = seals.sealer(), "a.json"
    for stated, expected in (
        ({"type": "VerifiableCredential", "issuer": OTHER}, UNBOUND),
        ({"type": "VerifiableCredential", "issuer": [OTHER]}, UNBOUND),
        ({"pcf": "61.25", "issuer": OTHER}, ()),
    ):
        data = jcs(stated)
        container = asic.sign({name: ("application/json", data)}, own, signing_time=seals.TIME)
        assert remarks(container) == expected
        beside = xades_writer.write({name: ("", data)}, own, signing_time=seals.TIME)
        (one,) = envelopes.verify_any(beside, objects={name: data}).signatures
        assert one.remarks == expected
        message = sm.message(None, sm.signer_info(data), certificates=(sm.LEAF_CERTIFICATE,))
        (one,) = envelopes.verify_any(message, objects={name: data}).signatures
        assert one.remarks == expected


def test_whom_nobody_can_read_is_not_a_key_without_a_name(ed25519_key: PrivateKey) -> None:
    stated = {"type": "VerifiableCredential", "issuer": [OTHER]}
    head, body = base64url(b'{"alg":"EdDSA"}'), base64url(jcs(stated))
    data = f"{head}.{body}.{base64url(ed25519_key.sign(f'{head}.{body}'.encode()))}".encode()
    given = {"": VerificationKey.from_public_key(ed25519_key.public_key)}
    (one,) = envelopes.verify_any(data, keys=given).signatures
    assert one.remarks == UNBOUND


def test_letter_around_what_its_issuer_has_signed(ed25519_key: PrivateKey, p256_key: PrivateKey) -> None:
    """Who sends another one's credential along says nothing in its name."""
    document = credential.build_credential(
        issuer=p256_key.public_key.did,
        valid_from="2026-01-31T00:00:00Z",
        valid_until="2027-01-31T00:00:00Z",
        identifier="urn:uuid:1",
        name="x",
        types=[],
        subject={"id": "urn:uuid:2"},
        resources=[],
    )
    signed = data_integrity.add_proof(document, p256_key, created="2026-01-31T00:00:00Z")
    assert remarks(token(ed25519_key, signed)) == ()


class TestCounterSignatures:
    """Told, and no hindrance: whoever signs a signature's value changes nothing of what it says."""

    def told(self, found: Verified) -> None:
        (one,) = found.signatures
        assert one.remarks == ("countersigned",)
        assert found.uncovered == ()

    def test_xades(self) -> None:
        document = xades_writer.write({"a.json": ("", b"{}")}, seals.sealer(), signing_time=seals.TIME)
        text = document.decode()
        (name,) = set(re.findall(r"</(\w+):QualifyingProperties>", text))
        held = (
            f"<{name}:UnsignedProperties><{name}:UnsignedSignatureProperties><{name}:CounterSignature/>"
            f"</{name}:UnsignedSignatureProperties></{name}:UnsignedProperties></{name}:QualifyingProperties>"
        )
        data = text.replace(f"</{name}:QualifyingProperties>", held).encode()
        self.told(envelopes.verify_any(data, objects={"a.json": b"{}"}))
        subject = trusted.of_file(data, {}, objects={"a.json": b"{}"})
        assert [one.code for one in subject.findings] == ["list.countersigned"]
        assert subject.left_open == ()

    def test_jades(self) -> None:
        made = jades.sign(b'{"pcf":"61.25"}', seals.sealer(), signing_time=datetime(2026, 1, 31, tzinfo=UTC))
        head, body, value = made.decode().split(".")
        entry: Any
        for entry in ({"cSig": "x"}, base64.urlsafe_b64encode(b'{"cSig":"x"}').decode().rstrip("=")):
            flat = {"payload": body, "protected": head, "signature": value, "header": {"etsiU": [entry]}}
            found = envelopes.verify_any(json.dumps(flat).encode())
            assert found.envelope is Envelope.JADES
            self.told(found)
