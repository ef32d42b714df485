"""What is read around a signature: certificates, lists, keys, logs, parts; each with a sound sample."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from gateway.frontdoor.json import parse_signed
from gateway.signing import forms, gbt35275, keys, leaves, manifest, salts, sd_sums, sm2, vc_api
from gateway.signing.certificates import Certificate
from gateway.signing.did_key import KeyType, PublicKey
from gateway.signing.digests import sha256_hex, sm3_hex
from gateway.signing.jcs import jcs
from gateway.trust import did_web, export_log, lote, policy, signed_list, status_list
from gateway.trust.export_log import Export
from tests.signing.conftest import throw_away
from tests.signing.sm import made as sm
from tests.trust import made

Reader = tuple[bytes, Callable[[bytes], object]]
PART = b'{"pcf": {"total": "61.25", "share": 1e-7}, "stages": [{"kg": 1.5}, null]}'


def _did_document() -> bytes:
    key, subject = throw_away(KeyType.P256).public_key, "did:web:plant.example"
    method = {
        "id": f"{subject}#1",
        "type": "Multikey",
        "controller": subject,
        "publicKeyMultibase": key.multikey,
    }
    return jcs({"id": subject, "verificationMethod": [method], "assertionMethod": [f"{subject}#1"]})


def _assertion_keys(data: bytes) -> object:
    document = parse_signed(data)
    return did_web.assertion_keys(document, at=made.NOW) if isinstance(document, dict) else None


def _log() -> bytes:
    log = b""
    for number in range(2):
        export = Export(made.stamp(made.NOW), f"body {number}", "DE", "contract", "test", "0" * 64, ())
        log = export_log.append(log, export)
    return log


def _manifest() -> bytes:
    part = manifest.Part(
        name="a.json", media_type="application/json", size=len(PART), disclosure="C0",
        sha256=sha256_hex(PART), sm3=sm3_hex(PART),
    )  # fmt: skip
    return manifest.build([part]).to_bytes()


def readers() -> dict[str, Reader]:
    """All of them, by name."""
    key = throw_away(KeyType.ED25519)
    message = sm.message(b"content", sm.signer_info(b"content"))
    listed = made.signed(
        made.document("TEST list", [made.entity("TEST", [made.state("recogniser", others=["did:web:x"])])])
    )
    entries = status_list.empty(
        "urn:x:list", key.public_key.did, "revocation", valid_from=made.stamp(made.NOW)
    )
    statuses = status_list.publish(entries, key, valid_until=made.stamp(made.NOW + timedelta(hours=20)))
    question = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"]}
    return {
        "gbt35275": (message, _signed_data),
        "sm2-certificate": (sm.LEAF_CERTIFICATE.encoded, Certificate.from_der),
        "sm2-signature": (sm2.Signature(7, 9).as_der, sm2.Signature.from_der),
        "sm2-key": (sm.LEAF.public_key.spki, sm2.PublicKey.from_spki),
        "key-file": (key.to_pem(None), lambda data: keys.PrivateKey.from_pem(data).public_key),
        "did-key": (key.key_id.encode(), lambda data: PublicKey.from_key_id(data.decode("utf-8", "replace"))),
        "manifest": (_manifest(), manifest.parse),
        "salts": (salts.to_bytes({"private/a": bytes(32)}), salts.parse),
        "leaves": (leaves.build("a.json", PART, key=key), lambda data: leaves.compare(data, PART)),
        "trust-list": (listed, lambda data: signed_list.read(data).content),
        "list-content": (signed_list.read(listed).content.to_bytes(), lote.parse),
        "policy": (jcs(made.policy()), policy.parse),
        "status-list": (statuses, lambda data: status_list.read(data).bits),
        "did-document": (_did_document(), _assertion_keys),
        "export-log": (_log(), export_log.entries),
        "sums": (PART, lambda data: sd_sums.find_sums(parse_signed(data))),
        "places": (PART, lambda data: forms.expand(parse_signed(data), ["/stages/*/kg"])),
        "vc-api-issue": (
            jcs(
                {"credential": {"type": ["VerifiableCredential"]}, "options": {"previousProof": ["urn:x:1"]}}
            ),
            lambda data: vc_api.issue(data, signer=key, created="2026-01-31T08:00:00Z"),
        ),
        "vc-api-present": (jcs({"verifiablePresentation": question}), vc_api.verify_presentation),
    }


def _signed_data(data: bytes) -> object:
    """Whatever certificate carries it, the key is the one that has signed."""
    found = gbt35275.verify(data)
    return found.content, [signer.certificate.public_key for signer in found.signers]


# Of the others a signature over all that they say is checked while reading.
UNSIGNED = frozenset(readers()) - {"gbt35275", "trust-list", "status-list"}
