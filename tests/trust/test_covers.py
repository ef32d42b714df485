"""What ``--covers`` binds: not the manifest alone, which anybody may sign again, but who had signed it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from gateway.pipeline.covering import Covering, covering
from gateway.signing import data_integrity, jws
from gateway.signing.did_key import KeyType
from gateway.signing.digests import digest_sri
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.storage import files as storage
from gateway.trust.statement import TERM, said
from gateway.trust.verify import CREDENTIAL, JWS, MANIFEST, is_seal
from tests.trust.conftest import World
from tests.trust.test_three_parties import Parties, attest, fill, parties, put, sent

__all__ = ["parties", "sent"]  # fixtures

STRANGER = PrivateKey.generate(KeyType.ED25519)
Files = dict[str, bytes]


def judged(parties: Parties) -> tuple[dict[str, Any], Files]:
    """The statement about the parcel that lies with the body, and the parcel."""
    parties.done("body", "review", "parcel", "--trust", "trust", "-o", "review.xlsx")
    fill(parties.path("body", "review.xlsx"), lambda kind, code: ("rejected", "seen"), parties.now)  # noqa: ARG005
    code, told = attest(parties, "refused", "statement")
    assert code == 0, told
    statement = json.loads(parties.path("body", "statement/statement.json").read_bytes())
    return statement, storage.load_folder(parties.path("body", "parcel"))


@pytest.fixture
def issued(parties: Parties) -> tuple[dict[str, Any], Files]:
    """A folder that its maker has issued: with no record of the conversion, and no seal."""
    parties.done("maker", "issue", "tea.json", "--to", "pact", "--key", "maker.pem", "-o", "case")
    parties.send("maker", "case", "body", "parcel")
    put(parties.path("body", "trust"), World().files())
    return judged(parties)


@pytest.fixture
def prepared(sent: Parties) -> tuple[dict[str, Any], Files]:
    """A folder that a certifier has sealed, and its maker signed."""
    return judged(sent)


def held(statement: Mapping[str, Any], files: Files) -> Covering:
    found = said(statement)
    assert found is not None
    return covering(found, files)


def signed_by_stranger(files: Files, **changes: Any) -> Files:
    """The same manifest under another's signature and another's credential."""
    document = json.loads(files[CREDENTIAL])
    del document["proof"]
    document |= {"issuer": STRANGER.public_key.did, **changes}
    proof = data_integrity.add_proof(document, STRANGER, created=document["validFrom"])
    return {**files, CREDENTIAL: jcs(proof), JWS: jws.sign_detached(files[MANIFEST], STRANGER)}


def without(files: Files, *names: str) -> Files:
    return {name: data for name, data in files.items() if name not in names}


def refused(statement: Mapping[str, Any], files: Files) -> set[str]:
    """The parts of which the statement says that they are others than those judged."""
    found = held(statement, files)
    assert not found.holds
    return {one.at for one in found.findings if one.code == "attest.other-part"}


class TestIssued:
    """No record of the conversion binds the credential, so that the statement has to."""

    def test_the_folder_that_was_judged(self, issued: tuple[dict[str, Any], Files]) -> None:
        statement, files = issued
        assert held(statement, files).holds
        bound = {one["name"]: one["digestSRI"] for one in statement["relatedResource"]}
        assert {bound[name] for name in (CREDENTIAL, JWS)} == {
            digest_sri(files[name]) for name in (CREDENTIAL, JWS)
        }
        # Who signs the same with another key is another one.
        assert refused(statement, signed_by_stranger(files)) == {CREDENTIAL, JWS}
        claim = {"id": "urn:x:1", "name": "0.00 kg CO2e"}
        other = signed_by_stranger(files, name="Zero carbon", credentialSubject=claim)
        assert refused(statement, other) == {CREDENTIAL, JWS}
        for dropped in ((CREDENTIAL,), (JWS,), (CREDENTIAL, JWS)):
            assert refused(statement, without(files, *dropped)) == set(dropped)

    def test_a_statement_that_names_no_signature(self, issued: tuple[dict[str, Any], Files]) -> None:
        """As they were made before signatures were bound: nothing says whose credential was judged."""
        statement, files = issued
        own = [one for one in statement["relatedResource"] if one["name"] == MANIFEST]
        old = {**statement, "relatedResource": own}
        assert refused(old, files) == {CREDENTIAL}

    def test_through_the_command(self, issued: tuple[dict[str, Any], Files], parties: Parties) -> None:
        _, files = issued
        for folder, signed, expected in (("own", files, 0), ("other", signed_by_stranger(files), 6)):
            put(parties.path("body", folder), signed)
            asked = ("verify", "statement/statement.json", "--covers", folder)
            code, told = parties.run("body", *asked)
            covers: Any = told["covers"]
            assert (code, covers["holds"]) == (expected, expected == 0)


class TestPrepared:
    """Several have signed, and each of them counts."""

    def test_the_folder_that_was_judged(self, prepared: tuple[dict[str, Any], Files]) -> None:
        statement, files = prepared
        (seal,) = filter(is_seal, files)
        assert held(statement, files).holds
        assert refused(statement, without(files, seal)) == {seal}
        assert refused(statement, {**files, seal: files[seal] + b"\n"}) == {seal}
        assert refused(statement, without(files, CREDENTIAL, JWS)) == {CREDENTIAL, JWS}
        assert refused(statement, without(files, CREDENTIAL)) == {CREDENTIAL}

    def test_a_strangers_word_over_it(self, prepared: tuple[dict[str, Any], Files]) -> None:
        statement, files = prepared
        issuer = {"id": STRANGER.public_key.did, "name": "TEST certifier", "urn:x:kg": "0.1"}
        for bare in (files, without(files, *filter(is_seal, files))):
            other = signed_by_stranger(bare, validUntil="2099-01-01T00:00:00Z", issuer=issuer)
            assert {CREDENTIAL, JWS} <= refused(statement, other)

    def test_whoever_signs_later(self, prepared: tuple[dict[str, Any], Files]) -> None:
        """Judged when the certifier alone had signed: nobody has looked at what came after."""
        statement, files = prepared
        related = [one for one in statement["relatedResource"] if one["name"] not in (CREDENTIAL, JWS)]
        before = {**statement, "relatedResource": related}
        assert held(before, without(files, CREDENTIAL, JWS)).holds
        issuer = {"id": STRANGER.public_key.did, "name": "TEST certifier"}
        later = signed_by_stranger(files, validUntil="2099-01-01T00:00:00Z", issuer=issuer)
        assert refused(before, later) == {CREDENTIAL, JWS}
        (seal,) = filter(is_seal, files)
        other = seal.replace("signatures/", "signatures/0")
        assert refused(statement, {**files, other: files[seal]}) == {other}

    def test_a_statement_that_names_no_signature(self, prepared: tuple[dict[str, Any], Files]) -> None:
        """The record of the conversion holds what the credential says: an old statement still counts."""
        statement, files = prepared
        own = [one for one in statement["relatedResource"] if one["name"] == MANIFEST]
        old = {**statement, "relatedResource": own}
        assert held(old, files).holds
        issuer = {"id": STRANGER.public_key.did, "name": "TEST certifier", "urn:x:kg": "0.1"}
        assert refused(old, signed_by_stranger(files, issuer=issuer)) == {CREDENTIAL}

    @pytest.mark.parametrize("digest", [None, "", "0" * 64, "nonsense"])
    def test_the_second_digest(self, prepared: tuple[dict[str, Any], Files], digest: str | None) -> None:
        statement, files = prepared
        statement["credentialSubject"][f"{TERM}original"][f"{TERM}sm3"] = digest
        found = held(statement, files)
        assert [one.code for one in found.findings] == ["attest.other-manifest"]

    @pytest.mark.parametrize("place", [0, 9])
    def test_two_digests_of_one_part(self, prepared: tuple[dict[str, Any], Files], place: int) -> None:
        statement, files = prepared
        converted = statement["credentialSubject"][f"{TERM}converted"]
        name = converted[0]["name"]
        converted.insert(place, {**converted[0], f"{TERM}sha256": "0" * 64})
        assert refused(statement, files) == {name}
