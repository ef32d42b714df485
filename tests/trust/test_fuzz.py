"""Whatever is sent or put into a snapshot: a verdict, or one of our own errors."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.signing import data_integrity
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.x509 import Certificate
from gateway.trust import report, snapshot
from gateway.trust.snapshot import Snapshot
from gateway.trust.subject import of_folder
from gateway.trust.validation import validate_credential, validate_folder
from tests.signing.sm import made as sm
from tests.trust import made
from tests.trust.conftest import World

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
    document = {"issuer": KEY.public_key.did, **members}
    data = jcs(data_integrity.add_proof(document, KEY, created=made.stamp(made.NOW)))
    assert not validate_credential(data, WORLD.snapshot()).passed


def test_both_readers_name_an_sm2_key_alike(folder: dict[str, bytes]) -> None:
    key = Certificate.from_der(sm.LEAF_CERTIFICATE.encoded).key.sha256
    assert f"key:{key}" in of_folder(folder).signers[0].identities
