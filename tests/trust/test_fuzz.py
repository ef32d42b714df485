"""Whatever is sent or put into a snapshot: a verdict, or one of our own errors."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.signing import data_integrity, jades
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.x509 import Certificate
from gateway.trust import enveloped, report, snapshot
from gateway.trust.snapshot import Snapshot
from gateway.trust.subject import of_folder
from gateway.trust.validation import validate_credential, validate_folder, validate_subject
from tests.signing.sm import made as sm
from tests.trust import made, pki
from tests.trust.conftest import World
from tests.trust.test_simulator import certifier
from tests.trust.test_x509 import STATEMENT

WORLD = World(own_entities=[made.entity("TEST", [made.state("recogniser", others=["did:web:x.example"])])])
FILES = WORLD.files()
KEY = PrivateKey.generate(KeyType.ED25519)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FOLDERS = (
    "policy.json",
    "seen.json",
    "received.json",
    "lists/x",
    "crls/x",
    "dids/x",
    "status/x",
    "receipts/x",
)


def told(files: dict[str, bytes], trust: Snapshot) -> bytes:
    """The report about a folder, whatever it holds."""
    done = validate_folder(files, trust)
    assert done.steps[-1].name == "verdict"
    return report.to_bytes(done, trust) + report.as_page(done, trust)


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_folder_with_anything_in_it(folder: dict[str, bytes], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([*folder, "signatures/x.p7s", "private/salts.json", "extra"]))
    value = data.draw(st.binary(max_size=60) | JSON.map(lambda v: json.dumps(v).encode()))
    trust = WORLD.snapshot()
    assert b"TOTAL_PASSED" not in told({**folder, name: value}, trust)[:4000]


@given(st.sampled_from(FOLDERS), st.binary(max_size=60) | JSON.map(lambda v: json.dumps(v).encode()))
@settings(max_examples=100)
def test_a_snapshot_with_anything_in_it(name: str, value: bytes) -> None:
    try:
        trust = snapshot.load({**FILES, name: value}, now=made.NOW)
    except GatewayError:
        return
    told({}, trust)


@given(
    st.dictionaries(st.sampled_from(["credentialStatus", "validFrom", "type", "id", "x"]), JSON, max_size=4)
)
@settings(max_examples=100)
def test_a_signed_credential_with_anything_in_it(members: dict[str, Any]) -> None:
    kinds = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"]}
    document = {**kinds, "issuer": KEY.public_key.did, **members}
    data = jcs(data_integrity.add_proof(document, KEY, created=made.stamp(made.NOW)))
    assert not validate_credential(data, WORLD.snapshot()).passed


OF = pki.pki().with_leaf(end=made.NOW - timedelta(days=10))
SEALED = jades.sign(b'{"pcf":"61.25"}', OF.leaf.sealer, signing_time=made.NOW)
THEN = made.NOW - timedelta(days=20)


def world_with_proofs() -> World:
    """A seal that is over, a stamp over it, the lists of both authorities."""
    world, stamps = World(), pki.authority()
    world.certifier = [certifier(certificates=[OF.root.own])]
    world.entities = [made.entity("TEST stamps", [made.state("tsa", certificates=[stamps.root.own])])]
    last = made.NOW - timedelta(days=11)
    world.more = {
        "crls/root.crl": pki.crl(OF.root),
        "crls/middle.crl": pki.crl(OF.middle, this=last, next_=last + timedelta(days=7)),
        "crls/stamps.crl": pki.crl(stamps.root),
        "certificates/middle.pem": OF.middle.pem,
        "receipts/1.tst": stamps.stamp(SEALED, THEN),
    }
    return world


PROOFS = world_with_proofs().files()


@given(st.data())
@settings(max_examples=120)
def test_changed_lists_certificates_and_stamps(data: st.DataObject) -> None:
    """Nothing but a verdict comes out; if the seal is believed, then for the time of its stamp."""
    name = data.draw(st.sampled_from(sorted(n for n in PROOFS if not n.startswith(("policy", "lists")))))
    held = bytearray(PROOFS[name])
    at = data.draw(st.integers(0, len(held)))
    held[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    trust = snapshot.load({**PROOFS, name: bytes(held)}, now=made.NOW)
    done = validate_subject(enveloped.of_file(SEALED, {}), trust, statement=STATEMENT)
    assert not done.passed or done.existed == THEN
    assert report.to_bytes(done, trust)


@given(st.data())
@settings(max_examples=120)
def test_changed_files(data: st.DataObject) -> None:
    held = bytearray(SEALED)
    at = data.draw(st.integers(0, len(held)))
    held[at : at + data.draw(st.integers(1, 3))] = data.draw(st.binary(max_size=3))
    trust = snapshot.load(PROOFS, now=made.NOW)
    done = validate_subject(enveloped.of_file(bytes(held), {}), trust, statement=STATEMENT)
    # White space around a token is not part of it; the stamp is over the file as it was.
    assert not done.passed or bytes(held) == SEALED
    assert report.to_bytes(done, trust) + report.as_page(done, trust)


def test_both_readers_name_an_sm2_key_alike(folder: dict[str, bytes]) -> None:
    key = Certificate.from_der(sm.LEAF_CERTIFICATE.encoded).key.sha256
    assert f"key:{key}" in of_folder(folder).signers[0].identities
