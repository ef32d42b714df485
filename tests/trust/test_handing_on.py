"""A did:web body goes on under its next key: what the former one has signed can still be taken back."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.__main__ import main
from gateway.errors import GatewayError
from gateway.pipeline import statuses
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from tests.trust import made
from tests.trust.test_statements import BASE, KEY, METHOD, OTHER, Office, statement

DID = METHOD.partition("#")[0]
NEXT = f"{DID}#key-2"
LATER = made.NOW + timedelta(minutes=1)


def document() -> bytes:
    """The body's own, with both keys."""
    methods = [
        {"id": name, "type": "Multikey", "controller": DID, "publicKeyMultibase": key.public_key.multikey}
        for name, key in ((METHOD, OTHER), (NEXT, KEY))
    ]
    return jcs({"id": DID, "verificationMethod": methods, "assertionMethod": ["#key-1", "#key-2"]})


def handed_on(office: Office) -> None:
    office.files |= statuses.succeed(office.files, KEY, LATER, method=NEXT)
    office.key, office.method = KEY, NEXT
    office.world.more = {"dids/body.json": document()}
    office.world.now = LATER


def refused(files: dict[str, bytes], key: PrivateKey, method: str) -> str:
    with pytest.raises(GatewayError) as caught:
        statuses.succeed(files, key, LATER, method=method)
    return caught.value.error_code


def test_statement_of_the_former_key_is_revoked_by_the_next() -> None:
    office = Office(OTHER, METHOD)
    data = statement(office.place, OTHER, method=METHOD)
    handed_on(office)
    assert office.verdict(data) == ("TOTAL_PASSED", "")
    office.files |= statuses.change(office.files, office.place.index, "revocation", KEY, LATER)
    handed_over = json.loads(office.files["revocation.json"])
    assert handed_over["proof"]["verificationMethod"] == NEXT
    office.world.more = {"dids/body.json": document()}
    assert office.verdict(data) == ("TOTAL_FAILED", "STATUS_REVOKED")


def test_former_key_no_longer_signs() -> None:
    office = Office(OTHER, METHOD)
    handed_on(office)
    with pytest.raises(GatewayError) as caught:
        statuses.change(office.files, 1, "revocation", OTHER, LATER)
    assert caught.value.error_code == "attest.not-this-key"
    # Nor does it come back under the method of the next one.
    assert refused(office.files, OTHER, NEXT) == "attest.other-method"
    assert statuses.succeed(office.files, OTHER, LATER, method=METHOD)


def test_who_cannot_hand_on() -> None:
    assert refused(Office(KEY).files, OTHER, NEXT) == "attest.other-method"
    web = Office(OTHER, METHOD).files
    for method in ("did:web:other.example#key-1", DID, f"{DID}/a#key-1", METHOD):
        assert refused(web, KEY, method) == "attest.other-method"
    # Somebody else has signed the lists meanwhile.
    strange = statuses.create(BASE, KEY, made.NOW, method=METHOD)
    assert refused({**web, "revocation.json": strange["revocation.json"]}, KEY, NEXT)


def without_keys(files: dict[str, bytes]) -> dict[str, bytes]:
    told = json.loads(files[statuses.REGISTER])
    del told["keys"]
    return {**files, statuses.REGISTER: jcs(told)}


def test_register_of_before_learns_its_key_from_its_holder() -> None:
    files = without_keys(Office(OTHER, METHOD).files)
    assert statuses.renew(files, OTHER, LATER)
    assert refused(files, KEY, NEXT) == "attest.former-key"
    assert refused(files, KEY, METHOD)
    files |= statuses.succeed(files, OTHER, LATER, method=METHOD)
    assert statuses.succeed(files, KEY, LATER, method=NEXT)


@pytest.mark.parametrize(
    "keys", [[], {"did:web:b.example#1": KEY.public_key.did}, {METHOD: "x"}, {METHOD: 1}]
)
def test_register_with_odd_keys(keys: Any) -> None:
    files = Office(OTHER, METHOD).files
    told = json.loads(files[statuses.REGISTER]) | {"keys": keys}
    with pytest.raises(statuses.BadRegister):
        statuses.read({statuses.REGISTER: jcs(told)})


def test_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = Office(OTHER, METHOD)
    place = tmp_path / "status"
    place.mkdir()
    old = tmp_path / "old.json"
    old.write_bytes(statement(office.place, OTHER, method=METHOD))
    register = statuses.read(office.files).with_entry(office.place.index, "urn:test:statement")
    for name, data in {**office.files, statuses.REGISTER: register.to_bytes()}.items():
        (place / name).write_bytes(data)
    following = PrivateKey.generate(KeyType.ED25519)
    secret = tmp_path / "next.pem"
    secret.write_bytes(following.to_pem(None))
    secret.chmod(0o600)
    asked = ["revoke", "--status", str(place), "--key", str(secret), "--lang", "en"]
    assert main([*asked, str(old)]) != 0
    assert main([*asked, str(old), "--method", NEXT]) != 0
    assert "--renew" in capsys.readouterr().err
    assert main([*asked, "--renew", "--method", NEXT]) == 0
    assert main([*asked, str(old)]) == 0
    now = statuses.read({name: (place / name).read_bytes() for name in office.files})
    assert (now.method, now.keys[NEXT]) == (NEXT, following.public_key.did)
    assert list(now.entries.values()) == ["urn:test:statement"]
