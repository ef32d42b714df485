"""Attacks on the way from a key to a listed body: each would have ended in a verdict that is too good."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.codec.base import Package
from gateway.errors import GatewayError
from gateway.pipeline.issue import Request
from gateway.pipeline.recognise import examine
from gateway.signing import data_integrity, gbt35275, jose, jws, keys
from gateway.signing.did_key import KeyType
from gateway.signing.digests import sha256_hex, sm3_hex
from gateway.signing.envelopes import verify_any
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base64url
from gateway.signing.verification_key import VerificationKey
from gateway.trust import lote, status_list, subject
from gateway.trust.did_web import assertion_keys
from gateway.trust.judgement import Sub
from gateway.trust.validation import validate_subject
from tests.signing.sm import made as sm
from tests.signing.sm.test_sm2_revocation import entry
from tests.trust import made
from tests.trust.conftest import TEA, Judge, World, prepared_by
from tests.trust.test_simulator import MIDDLE, PASSED, certifier, current, receipt
from tests.trust.test_statements import BASE, KEY, OTHER, Office, statement


def controller(did: str, key: PrivateKey, method: str) -> dict[str, Any]:
    """The document of ``did`` with a key under whatever name."""
    entry = {
        "id": method,
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": key.public_key.multikey,
    }
    return {"id": did, "verificationMethod": [entry], "assertionMethod": [method]}


class TestControllerDocuments:
    """A document speaks for its own subject only."""

    @pytest.mark.parametrize("victim", ["did:web:body.example#key-1", KEY.public_key.key_id])
    def test_a_document_that_names_somebody_elses_method(self, victim: str) -> None:
        office = Office(KEY, victim if victim.startswith("did:web") else "")
        document = controller("did:web:evil.example", OTHER, victim)
        assert assertion_keys(document, at=made.NOW) == {}
        office.world.more = {"dids/evil.json": json.dumps(document).encode()}
        forged = statement(office.place, OTHER, victim)
        assert office.verdict(forged)[0] != "TOTAL_PASSED"

    def test_a_document_that_gives_a_did_key_another_key(self) -> None:
        victim = KEY.public_key
        document = controller(victim.did, OTHER, victim.key_id)
        assert assertion_keys(document, at=made.NOW) == {}
        own = controller(victim.did, KEY, victim.key_id)
        assert assertion_keys(own, at=made.NOW) == {victim.key_id: victim}
        # Nor does it help to hand the key in under that name.
        header = {"alg": "ES256", "kid": victim.key_id}
        data = jose.signing_input(header, b"{}")[1]
        token = data + b"." + base64url(keys.sign(OTHER, data)).encode()
        forged = {victim.key_id: VerificationKey.from_public_key(OTHER.public_key)}
        with pytest.raises(GatewayError):
            verify_any(token, keys=forged)
        with pytest.raises(GatewayError, match="two-keys"):
            verify_any(token, keys={"": forged[victim.key_id]})

    @pytest.mark.parametrize("place", ["verificationMethod", "assertionMethod"])
    def test_a_method_that_is_over_stays_so_where_it_stands_again(self, place: str) -> None:
        did = "did:web:body.example"
        document = controller(did, KEY, f"{did}#key-1")
        (entry,) = document["verificationMethod"]
        over = {**entry, "revoked": made.stamp(made.NOW - timedelta(days=1))}
        again = {**document, "verificationMethod": [over]}
        again[place] = [*again[place], entry]
        assert assertion_keys(document, at=made.NOW)
        assert assertion_keys(again, at=made.NOW) == {}

    def test_a_key_that_is_revoked_under_another_name(self) -> None:
        """As its controller gives each key twice, in two spellings; a term that is over is nothing more."""
        did = "did:web:body.example"
        document = controller(did, KEY, f"{did}#key-1")
        (entry,) = document["verificationMethod"]
        document["assertionMethod"].append(f"{did}#key-2")
        for member, left in (("expires", [f"{did}#key-2"]), ("revoked", [])):
            over = {**entry, member: made.stamp(made.NOW - timedelta(days=1))}
            document["verificationMethod"] = [over, {**entry, "id": f"{did}#key-2"}]
            assert list(assertion_keys(document, at=made.NOW)) == left

    @pytest.mark.parametrize("odd", [[], {}, [5], 5, None])
    def test_members_of_odd_kinds(self, odd: Any) -> None:
        did = "did:web:body.example"
        document = controller(did, OTHER, f"{did}#key-1")
        assert list(assertion_keys(document, at=made.NOW)) == [f"{did}#key-1"]
        for name, other in (("type", {}), ("publicKeyJwk", {"type": "JsonWebKey"})):
            value = {"kty": "EC", "crv": odd, "x": "AA", "y": "AA"} if other else odd
            changed = {**document["verificationMethod"][0], **other, name: value}
            assert assertion_keys({**document, "verificationMethod": [changed]}, at=made.NOW) == {}

    @pytest.mark.parametrize(
        ("kind", "counts"),
        [("Multikey", True), ("Ed25519VerificationKey2020", True), ("X25519KeyAgreementKey2020", False)],
    )
    def test_kinds_of_methods(self, kind: str, counts: bool) -> None:
        did = "did:web:body.example"
        document = controller(did, OTHER, f"{did}#key-1")
        document["verificationMethod"][0]["type"] = kind
        assert bool(assertion_keys(document, at=made.NOW)) is counts

    @pytest.mark.parametrize("member", ["expires", "revoked"])
    def test_a_method_that_is_over(self, member: str) -> None:
        did = "did:web:body.example"
        document = controller(did, OTHER, f"{did}#key-1")
        ends = made.stamp(made.NOW)
        for stated, counts in (
            (ends, False),
            (made.stamp(made.NOW + timedelta(seconds=1)), True),
            ("soon", False),
            (None, False),
        ):
            changed = {**document["verificationMethod"][0], member: stated}
            found = assertion_keys({**document, "verificationMethod": [changed]}, at=made.NOW)
            assert bool(found) is counts

    @pytest.mark.parametrize(
        ("more", "counts"),
        [
            ({}, True),
            ({"deactivated": False}, True),
            ({"deactivated": True}, False),
            ({"deactivated": "yes"}, False),
            ({"deactivated": None}, False),
            ({"didDocumentMetadata": {"deactivated": True}}, False),
            ({"didDocumentMetadata": {"created": "2026-01-01T00:00:00Z"}}, True),
        ],
    )
    def test_a_document_that_is_deactivated(self, more: dict[str, Any], *, counts: bool) -> None:
        did, method = "did:web:body.example", "did:web:body.example#key-1"
        document = controller(did, KEY, method) | more
        office = Office(KEY, method)
        office.world.more["dids/body.json"] = json.dumps(document).encode()
        expected = ("TOTAL_PASSED", "") if counts else ("INDETERMINATE", "NO_SIGNING_KEY_FOUND")
        assert office.verdict(statement(office.place, KEY, method)) == expected

    def test_a_did_key_is_its_own_key(self) -> None:
        forged = statement(Office().place, OTHER, KEY.public_key.key_id)
        with pytest.raises(GatewayError):
            data_integrity.verify_proof(forged, known={KEY.public_key.key_id: OTHER.public_key})


class TestReceipts:
    """Who has lost a key, or speaks for a signature of their own, proves no time."""

    def _world(self, world: World, folder: dict[str, bytes], maker: PrivateKey) -> None:
        world.now = made.NOW + timedelta(days=10)
        world.certifier = [certifier(status="withdrawn", since="2026-11-25T00:00:00Z"), certifier()]
        world.more = {"receipts/1.json": receipt(maker, folder["credential.json"])}

    def test_of_a_body_whose_key_was_lost(
        self, world: World, folder: dict[str, bytes], judge: Judge, maker: PrivateKey
    ) -> None:
        self._world(world, folder, maker)
        own: dict[str, Any] = {"others": [maker.public_key.did]}
        reason = [{"statusReason": {"code": "key-compromise", "since": "2026-11-28T00:00:00Z"}}]
        lost = made.state("tsa", status="withdrawn", since="2026-11-28T00:00:00Z", extensions=reason, **own)
        world.entities = [made.entity("TEST voucher", [lost, made.state("tsa", **own)])]
        assert judge(world) == ("TOTAL_FAILED", "STATUS_AT_POE_WITHDRAWN")

    def test_of_the_certifier_itself(self, world: World, folder: dict[str, bytes], maker: PrivateKey) -> None:
        self._world(world, folder, maker)
        body = made.entity(
            "TEST certifier", world.certifier, [made.state("tsa", others=[maker.public_key.did])]
        )
        world.entities = [body]
        world.certifier = [made.state("cab/iso17065", others=["urn:test:other"])]
        done = world.validate(folder)
        assert (done.indication.name, done.sub and done.sub.name) == (
            "TOTAL_FAILED",
            "STATUS_AT_POE_WITHDRAWN",
        )
        assert done.existed == world.now

    def test_whose_proof_is_over(
        self, world: World, folder: dict[str, bytes], judge: Judge, maker: PrivateKey
    ) -> None:
        self._world(world, folder, maker)
        world.entities = [made.entity("TEST voucher", [made.state("tsa", others=[maker.public_key.did])])]
        assert judge(world)[0] == "TOTAL_PASSED"
        world.more = {"receipts/1.json": expiring(world.more["receipts/1.json"], maker)}
        assert judge(world) == ("TOTAL_FAILED", "STATUS_AT_POE_WITHDRAWN")


def expiring(data: bytes, key: PrivateKey, end: str = "2026-11-22T00:00:00Z") -> bytes:
    """The same with a proof that says when it ends."""
    document = json.loads(data)
    config = {name: one for name, one in document.pop("proof").items() if name != "proofValue"}
    config["expires"] = end
    hashed = data_integrity.hash_data(document, config, key.public_key.key_type)
    from gateway.signing import keys
    from gateway.signing.multibase import base58btc

    return jcs({**document, "proof": {**config, "proofValue": base58btc(keys.sign(key, hashed))}})


class TestTimes:
    """What a proof or a list says of its own end counts."""

    def test_a_proof_that_is_over(self) -> None:
        office = Office()
        data = expiring(statement(office.place), KEY, "2026-11-21T11:00:00Z")
        assert office.verdict(data) == ("TOTAL_FAILED", "EXPIRED")
        office.world = World()
        assert office.verdict(expiring(statement(office.place), KEY)) == ("TOTAL_PASSED", "")

    def test_a_status_list_that_is_over(self) -> None:
        office = Office()
        for name, data in list(office.files.items()):
            if b"BitstringStatusListCredential" in data:
                office.files[name] = expiring(data, KEY, "2026-11-21T11:00:00Z")
        assert office.verdict(statement(office.place)) == ("INDETERMINATE", "STATUS_UNAVAILABLE")

    @pytest.mark.parametrize("when", ["2026-11-21T12:00:00.0Z", "2026-11-21T20:00:00+08:00"])
    @pytest.mark.parametrize("name", ["a.json", "z.json"])
    def test_two_status_lists_of_one_moment(self, when: str, name: str) -> None:
        """However it is spelled, and in whichever order they are read."""
        office = Office()
        empty = status_list.empty(office.place.suspension, KEY.public_key.did, "suspension", valid_from=when)
        suspended = empty.with_bit(office.place.index, valid_from=when)
        office.files[name] = status_list.publish(suspended, KEY, valid_until="2026-12-21T12:00:00Z")
        assert office.verdict(statement(office.place)) == ("INDETERMINATE", "STATUS_SUSPENDED")

    @pytest.mark.parametrize("when", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
    def test_the_ends_of_the_calendar(self, when: str) -> None:
        found = status_list.empty(f"{BASE}/1", KEY.public_key.did, "revocation", valid_from=when)
        assert not found.is_fresh(made.NOW, longest=timedelta(hours=24), skew=timedelta(seconds=300))

    def test_a_list_at_the_end_of_the_calendar(self) -> None:
        content = made.document(made.OWN, [])
        scheme = content["LoTE"]["ListAndSchemeInformation"]
        scheme["ListIssueDateTime"] = "9999-12-01T00:00:00Z"
        scheme["NextUpdate"] = "9999-12-31T00:00:00Z"
        assert lote.parse(json.dumps(content).encode()).scheme.sequence == 1
        scheme["ListIssueDateTime"] = "0001-01-01T00:00:00Z"
        with pytest.raises(GatewayError):
            lote.parse(json.dumps(content).encode())

    @pytest.mark.parametrize("size", [2, 0, "1", True, None])
    def test_entries_of_several_bits(self, size: Any) -> None:
        office = Office()
        entries = json.loads(statement(office.place))["credentialStatus"]
        data = statement(office.place, credentialStatus=[{**one, "statusSize": size} for one in entries])
        assert office.verdict(data) == ("INDETERMINATE", "STATUS_UNAVAILABLE")
        office.world = World()
        data = statement(office.place, credentialStatus=[{**one, "statusSize": 1} for one in entries])
        assert office.verdict(data) == ("TOTAL_PASSED", "")


class TestLists:
    """Two answers are none."""

    def test_two_lists_of_one_number(self, world: World, judge: Judge) -> None:
        other = made.document(made.FOREIGN, [made.entity("TEST x", [certifier()])], country="CN")
        world.more = {"lists/a.jws": made.signed(other, made.operator(2, "CN"))}
        assert judge(world) == ("INDETERMINATE", "TRUST_LIST_ROLLBACK")
        world.foreign = {"sequence": 2}
        assert judge(world) == PASSED

    def test_an_authority_of_two_bodies(self, world: World, judge: Judge) -> None:
        world.certifier = [certifier(certificates=[MIDDLE])]
        world.more = {"crls/middle.crl": current(entry(99))}
        assert judge(world) == PASSED
        world.entities = [made.entity("TEST other", [certifier(certificates=[MIDDLE])])]
        assert judge(world) == ("TOTAL_FAILED", "TRUST_ENTRY_AMBIGUOUS")

    def test_a_listed_certificate_that_its_authority_has_revoked(self, world: World, judge: Judge) -> None:
        world.more = {
            "crls/middle.crl": current(entry(sm.LEAF_CERTIFICATE.serial, 4)),
            "certificates/middle.pem": pem(MIDDLE),
        }
        assert judge(world) == ("TOTAL_FAILED", "REVOKED")
        world.more["crls/middle.crl"] = current(entry(99))
        assert judge(world) == PASSED


def pem(certificate: Any) -> bytes:
    import base64

    packed = base64.b64encode(certificate.encoded)
    return b"-----BEGIN CERTIFICATE-----\n" + packed + b"\n-----END CERTIFICATE-----\n"


class TestDays:
    """The day of one thing is not the day of another."""

    @pytest.mark.parametrize("kind", ["third", "cert", "critical_review"])
    def test_a_verification_without_its_day(self, kind: str) -> None:
        record: dict[str, Any] = {"issuedOn": "2026-01-31", "verifications": [{"kind": kind}]}
        assert subject.statement_of(jcs({"statement": record})).dates == ()
        record["verifications"] = [{"kind": kind, "date": "2026-01-15"}, {"kind": "self"}]
        assert len(subject.statement_of(jcs({"statement": record})).dates) == 2

    @pytest.mark.parametrize(
        "day", ["31.12.2025", "20251231", "2025-12-31T00:00:00Z", "2025-W52-3", "2025-12"]
    )
    def test_a_day_that_nobody_can_read(self, maker: PrivateKey, world: World, day: str) -> None:
        """What has an end that cannot be read may be over."""
        for member in ("validUntil", "issuedAt"):
            told = json.loads(TEA.read_bytes())
            told["document"][member] = day
            package = Package.of(json.dumps(told).encode(), name="tea.json")
            files = prepared_by(maker, package, Request(("pact",)))
            signed = gbt35275.sign(files["manifest.json"], sm.LEAF, sm.LEAF_CERTIFICATE)
            done = world.validate({**files, "signatures/certifier.p7s": signed})
            assert done.indication.name == "INDETERMINATE"
            assert done.step("time").sub is Sub.TIME_UNKNOWN

    def test_a_declaration_that_is_not_yet_valid(self, maker: PrivateKey, world: World) -> None:
        for day, sub in (
            ("2026-11-21", None),
            ("2026-11-23", Sub.NOT_YET_VALID),
            ("2026/4", Sub.TIME_UNKNOWN),
        ):
            told = json.loads(TEA.read_bytes())
            told["document"]["validFrom"] = day
            package = Package.of(json.dumps(told).encode(), name="tea.json")
            files = prepared_by(maker, package, Request(("pact",)))
            signed = gbt35275.sign(files["manifest.json"], sm.LEAF, sm.LEAF_CERTIFICATE)
            done = world.validate({**files, "signatures/certifier.p7s": signed})
            assert done.step("time").sub is sub

    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            (None, "NOT_ASKED"),
            ("active", "NOT_ASKED"),
            ("有效", "NOT_ASKED"),
            ("draft", "FAILED"),
            ("superseded", "FAILED"),
            ("撤销", "FAILED"),
            ("in revision", "INDETERMINATE"),
        ],
    )
    def test_a_declaration_that_is_not_in_force(
        self, maker: PrivateKey, world: World, state: str | None, expected: str
    ) -> None:
        told = json.loads(TEA.read_bytes())
        told["document"].pop("status", None)
        told["document"] |= {"status": state} if state else {}
        package = Package.of(json.dumps(told).encode(), name="tea.json")
        files = prepared_by(maker, package, Request(("html",)))
        signed = gbt35275.sign(files["manifest.json"], sm.LEAF, sm.LEAF_CERTIFICATE)
        done = world.validate({**files, "signatures/certifier.p7s": signed})
        step = done.step("time")
        assert (step.outcome.name, step.sub) == (
            expected,
            None if expected == "NOT_ASKED" else Sub.NOT_IN_FORCE,
        )

    def test_a_day_that_is_not_there_says_nothing(self) -> None:
        assert subject.statement_of(jcs({"statement": {"standards": []}})).is_dated


class TestAgreements:
    """An entry cannot claim an agreement, and what an agreement asks for is not passed over."""

    def test_a_body_that_takes_a_lists_name(self, world: World, judge: Judge) -> None:
        world.agreements = [made.agreement(recognisedParty="TEST list of others")]
        world.certifier = [certifier(others=["TEST list of others"])]
        assert judge(world) == ("INDETERMINATE", "NO_AGREEMENT")
        world.agreements = [
            made.agreement(recognisedParty="urn:test:certifier", technicalType="list-to-body")
        ]
        world.certifier = [certifier(others=["urn:test:certifier"])]
        assert judge(world) == PASSED
        # One with a body is with none of the bodies of the list that it names by mistake.
        world.agreements = [made.agreement(technicalType="list-to-body")]
        assert judge(world) == ("INDETERMINATE", "NO_AGREEMENT")

    @pytest.mark.parametrize(
        ("exclusions", "expected"),
        [
            (["cpc:239"], ("TOTAL_FAILED", "OUT_OF_SCOPE")),
            (["GBT24067"], ("TOTAL_FAILED", "OUT_OF_SCOPE")),
            (["CN"], ("TOTAL_FAILED", "OUT_OF_SCOPE")),
            (["cpc:464", "DE", "GBT24044"], PASSED),
            # What is declared less finely, or not at all, may be what is excluded.
            (["cpc:23913999"], ("INDETERMINATE", "SCOPE_UNKNOWN")),
            (["gbt7635:2"], ("INDETERMINATE", "SCOPE_UNKNOWN")),
            (["batteries for medical devices"], ("INDETERMINATE", "SCOPE_UNKNOWN")),
        ],
    )
    def test_what_is_excluded(
        self, world: World, judge: Judge, exclusions: list[str], expected: tuple[str, str]
    ) -> None:
        world.agreements = [made.agreement(exclusions=exclusions)]
        assert judge(world) == expected

    @pytest.mark.parametrize("member", ["pcr", "unit", "boundary", "gwpSet"])
    def test_a_subject_narrower_than_its_standard(self, world: World, judge: Judge, member: str) -> None:
        pair = {"theirs": {"standard": "GBT24067", member: "x"}, "ours": {"standard": "ISO14067"}}
        world.agreements = [made.agreement(subjectEquivalence=[pair])]
        assert judge(world) == ("INDETERMINATE", "SCOPE_UNKNOWN")

    def test_a_status_that_does_not_count_as_granted(self, world: World, judge: Judge) -> None:
        for ours, expected in (("granted", PASSED), ("suspended", ("TOTAL_FAILED", "OUT_OF_SCOPE"))):
            world.agreements = [made.agreement(statusEquivalence=[{"theirs": "granted", "ours": ours}])]
            assert judge(world) == expected


OTHER_MAKER = PrivateKey.generate(KeyType.ED25519)


class TestConversionRecord:
    """Original, record and targets are one, and what the source gives is what was signed."""

    @pytest.fixture
    def changed(self, maker: PrivateKey) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """Two folders whose target was exchanged before anybody signed; in the second, the record too."""
        package = Package.of(TEA.read_bytes(), name="tea.json")
        files = prepared_by(maker, package, Request(("pact",)))
        target, leaves = "pact/product-footprint.json", "pact/product-footprint.json.leaves.json"
        other = json.loads(files[target]) | {"comment": "another footprint"}
        exchanged = self._with(files, {target: jcs(other)}, drop=leaves)
        record = json.loads(files["conversion.json"])
        for part in record["targets"][0]["parts"]:
            part |= {"sha256": sha256_hex(jcs(other)), "sm3": sm3_hex(jcs(other))}
        record_too = self._with(
            exchanged, {"conversion.json": jcs(record)}, drop="conversion.json.leaves.json"
        )
        return exchanged, record_too

    @staticmethod
    def _with(files: dict[str, bytes], new: dict[str, bytes], drop: str) -> dict[str, bytes]:
        bound = json.loads(files["manifest.json"])
        bound["parts"] = [part for part in bound["parts"] if part["name"] != drop]
        for part in bound["parts"]:
            data = new.get(part["name"])
            if data is not None:
                part |= {"sha256": sha256_hex(data), "sm3": sm3_hex(data), "size": len(data)}
        left = {name: data for name, data in files.items() if name != drop}
        return {**left, **new, "manifest.json": jcs(bound)}

    @staticmethod
    def _sealed(files: dict[str, bytes]) -> dict[str, bytes]:
        signed = gbt35275.sign(files["manifest.json"], sm.LEAF, sm.LEAF_CERTIFICATE)
        return {**files, "signatures/certifier.p7s": signed}

    def test_a_target_that_the_record_does_not_know(
        self, world: World, changed: tuple[dict[str, bytes], dict[str, bytes]]
    ) -> None:
        done = world.validate(self._sealed(changed[0]))
        assert (done.indication.name, done.sub and done.sub.name) == ("TOTAL_FAILED", "HASH_FAILURE")
        assert "trust.conversion-not-of-part" in {finding.code for finding in done.findings}

    @staticmethod
    def _by_another(whole: dict[str, bytes], **changed: Any) -> dict[str, bytes]:
        """Whoever holds a sealed folder can put a credential of their own into it."""
        document = json.loads(whole["credential.json"]) | changed
        del document["proof"]
        named = changed.get("issuer", {})
        document["issuer"] = (
            {**named, "id": OTHER_MAKER.public_key.did} if named else OTHER_MAKER.public_key.did
        )
        signed = data_integrity.add_proof(document, OTHER_MAKER, created=made.stamp(made.NOW))
        return {
            **whole,
            "credential.json": jcs(signed),
            "manifest.jws": jws.sign_detached(whole["manifest.json"], OTHER_MAKER),
        }

    @pytest.mark.parametrize("name", ["name", "credentialSubject"])
    def test_a_credential_by_somebody_else_that_says_something_else(
        self, world: World, whole: dict[str, bytes], name: str
    ) -> None:
        about = json.loads(whole["credential.json"])["credentialSubject"]
        about["https://schema.org/additionalProperty"][0]["https://schema.org/value"] = "1.20"
        forged = self._by_another(whole, **{name: {"name": "certified", "credentialSubject": about}[name]})
        done = world.validate(forged)
        assert (done.indication.name, done.sub and done.sub.name) == ("TOTAL_FAILED", "HASH_FAILURE")
        assert [(one.code, one.at) for one in done.findings] == [
            ("trust.credential-not-of-record", f"credential.json#/{name}")
        ]

    @pytest.mark.parametrize(
        "changed",
        [
            {"description": "certified by all"},
            {"evidence": [{"type": "x", "name": "61.25"}]},
            {"type": ["VerifiableCredential", "urn:x:Certificate"]},
            {"@context": ["https://www.w3.org/ns/credentials/v2", "https://example.org/v1"]},
        ],
    )
    def test_a_credential_by_somebody_else_that_says_more(
        self, world: World, whole: dict[str, bytes], changed: dict[str, Any]
    ) -> None:
        done = world.validate(self._by_another(whole, **changed))
        assert (done.indication.name, done.sub and done.sub.name) == ("INDETERMINATE", "NOT_COVERED")
        assert done.step("coverage").params["parts"] == "credential.json"
        assert "list.credential-alone" in {note.code for note in done.notes}

    @pytest.mark.parametrize(
        "issuer",
        [
            {"name": "TEST certifier", "description": "recognised by the authorities"},
            {"name": "TEST certifier", "urn:x:kg": "0.1"},
            {"name": {"@value": "TEST certifier", "@language": "en", "urn:x:kg": "0.1"}},
        ],
        ids=str,
    )
    def test_a_credential_by_somebody_else_that_says_more_of_its_issuer(
        self, world: World, whole: dict[str, bytes], issuer: dict[str, Any]
    ) -> None:
        done = world.validate(self._by_another(whole, issuer={"name": "Kiln & Co."}))
        assert done.passed
        done = world.validate(self._by_another(whole, issuer=issuer))
        assert (done.indication.name, done.sub and done.sub.name) == ("INDETERMINATE", "NOT_COVERED")
        assert "credential.json" in done.step("coverage").params["parts"].split(", ")

    @pytest.mark.parametrize(
        "name",
        [
            "TEST certifier",
            "test  CERTIFIER",
            "TEST cert\u200bifier.",
            "ＴＥＳＴ-certifier",
            {"@value": "TEST certifier"},
        ],
        ids=ascii,
    )
    def test_a_credential_by_somebody_else_under_the_listed_bodys_name(
        self, world: World, whole: dict[str, bytes], name: str
    ) -> None:
        assert world.validate(self._by_another(whole, issuer={"name": "Kiln & Co."})).notes != ()
        done = world.validate(self._by_another(whole, issuer={"name": name}))
        assert (done.indication.name, done.sub and done.sub.name) == ("INDETERMINATE", "NOT_COVERED")
        assert "credential.json#/issuer/name" in done.step("coverage").params["parts"]
        assert "list.borrowed-name" in {note.code for note in done.notes}

    @pytest.mark.parametrize(
        "claim", [{"urn:x:kg": "0.1"}, {"description": "certified"}, {"mediaType": ["x"]}]
    )
    def test_a_credential_by_somebody_else_that_says_more_of_a_part(
        self, world: World, whole: dict[str, bytes], claim: dict[str, Any]
    ) -> None:
        first, *others = json.loads(whole["credential.json"])["relatedResource"]
        told = [{**first, **claim}, *others]
        done = world.validate(self._by_another(whole, relatedResource=told))
        assert (done.indication.name, done.sub and done.sub.name) == ("INDETERMINATE", "NOT_COVERED")

    @pytest.mark.parametrize("last", [False, True])
    def test_two_digests_of_one_part_in_a_credential(
        self, world: World, whole: dict[str, bytes], last: bool
    ) -> None:
        """Of the two, every reader takes another one."""
        listed = json.loads(whole["credential.json"])["relatedResource"]
        own = next(one for one in listed if one["name"] == "manifest.json")
        wrong = {**own, "id": "urn:x:1", "digestSRI": "sha256-" + "A" * 43 + "="}
        told = [*listed, wrong] if last else [wrong, *listed]
        done = world.validate(self._by_another(whole, relatedResource=told))
        assert done.indication.name == "TOTAL_FAILED"

    def test_a_part_that_is_only_named_by_its_address(self, world: World, whole: dict[str, bytes]) -> None:
        listed = json.loads(whole["credential.json"])["relatedResource"]
        for more in ("urn:x:certified", {"id": "urn:x:certified", "digestSRI": "sha256-" + "A" * 43 + "="}):
            assert not world.validate(self._by_another(whole, relatedResource=[*listed, more])).passed

    def test_a_credential_by_somebody_else_that_says_the_same(
        self, world: World, whole: dict[str, bytes]
    ) -> None:
        """It plays no part, but its dates are told as its signer's word, and differ from the run's."""
        examined = examine(self._by_another(whole, validUntil="2028-01-01T00:00:00Z"), world.snapshot())
        assert examined.validation.passed
        assert "credential.json" in examined.validation.uncovered
        assert "list.credential-not-listed" in {note.code for note in examined.validation.notes}
        told = {(entry.kind, entry.code, entry.outcome) for entry in examined.paper.entries}
        assert ("replay", "replay.differs", "needs-evidence") in told
        assert not [one for one in examine(whole, world.snapshot()).paper.entries if one.kind == "replay"]

    def test_a_record_that_does_not_say_what_the_credential_may(
        self, world: World, whole: dict[str, bytes]
    ) -> None:
        own = replace(subject.of_folder(whole), is_recorded=False)
        done = validate_subject(own, world.snapshot())
        assert (done.indication.name, done.sub and done.sub.name) == ("INDETERMINATE", "NOT_COVERED")

    def test_a_target_that_the_source_does_not_give(
        self, world: World, changed: tuple[dict[str, bytes], dict[str, bytes]]
    ) -> None:
        examined = examine(self._sealed(changed[1]), world.snapshot())
        open_ = [entry for entry in examined.paper.entries if entry.kind == "replay"]
        assert {entry.code for entry in open_} == {"replay.differs"}
        assert all(entry.needs_decision for entry in open_)
