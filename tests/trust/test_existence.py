"""Proofs of existence: who may say since when a signature is there, and what that is worth."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from lxml import etree

from gateway.errors import GatewayError
from gateway.frontdoor.json import PlainJson
from gateway.signing import asic, data_integrity, der, envelopes, rfc3161, tile_log, xml_canonical
from gateway.signing._xml_names import DS, XADES
from gateway.signing.credential import Resource, build_credential
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base64url
from gateway.signing.sm3 import sm3
from gateway.trust.judgement import Validation
from tests.signing.sm import made as sm
from tests.trust import made, pki
from tests.trust.conftest import World
from tests.trust.pki import Authority
from tests.trust.test_simulator import PASSED, certifier, receipt
from tests.trust.test_statements import Office
from tests.trust.test_x509 import lists, sealed, validated, verdict, world_of

THEN = made.NOW - timedelta(days=20)
OVER = made.NOW - timedelta(days=10)
SOON = THEN - timedelta(days=1)
LATE = ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")
LOG, OPERATOR = "log.example/1", PrivateKey.generate(KeyType.ED25519)


class Case:
    """A seal whose certificate is over, below a listed root, with lists of its lifetime."""

    def __init__(self, end: datetime = OVER) -> None:
        self.of = pki.pki().with_leaf(end=end)
        self.token = sealed(self.of.leaf)
        # The last list of the certificate's lifetime is younger than the signature.
        last = {"this": OVER - timedelta(days=1), "next_": OVER + timedelta(days=6)}
        self.world = world_of(self.of.root, **lists(self.of))
        if end == OVER:
            self.world.more["crls/last.crl"] = pki.crl(self.of.middle, **last)  # type: ignore[arg-type]

    def lists(self, stamps: Authority, **changed: object) -> None:
        """The authority's root is listed, and says that its own are not revoked."""
        state = made.state("tsa", certificates=[stamps.root.own], **changed)  # type: ignore[arg-type]
        self.world.entities = [made.entity("TEST stamps", [state])]
        self.world.more["crls/stamps.crl"] = pki.crl(stamps.root)

    def stamped(self, stamps: Authority, when: datetime = THEN, data: bytes = b"") -> None:
        self.world.more["receipts/1.tst"] = stamps.stamp(data or self.token, when)

    @property
    def verdict(self) -> tuple[str, str]:
        return verdict(self.world, self.token)

    @property
    def done(self) -> Validation:
        return validated(self.world, self.token)

    @property
    def reasons(self) -> list[str]:
        return [note.saw for note in self.done.notes if note.code == "list.proof-not-counted"]


class TestTimeStamps:
    """RFC 3161 tokens of an authority that leads to a listed one."""

    def test_a_seal_that_is_over_with_and_without(self) -> None:
        case, stamps = Case(), pki.authority()
        assert case.verdict == LATE
        case.lists(stamps)
        assert case.verdict == LATE
        case.stamped(stamps)
        assert case.verdict == PASSED
        assert case.done.existed == THEN
        assert case.done.step("existence").evidence["source"] == "CN=TEST stamps"

    @pytest.mark.parametrize("kind", ["tsa", "gateway"])
    def test_of_a_key_that_is_lost_under_another_service(self, kind: str) -> None:
        case, stamps = Case(), pki.authority()
        case.lists(stamps)
        case.stamped(stamps)
        held = [stamps.root.own]
        lost = {"statusReason": {"code": "key-compromise", "since": "2026-05-01T00:00:00Z"}}
        states = [
            made.state(
                kind, certificates=held, status="withdrawn", since=made.stamp(SOON), extensions=[lost]
            ),
            made.state(kind, certificates=held),
        ]
        case.world.entities = [
            made.entity("TEST stamps", [made.state("tsa", certificates=held)], states),
        ]
        assert case.verdict == LATE

    def test_over_the_value_of_the_signature(self) -> None:
        case, stamps = Case(), pki.authority()
        case.lists(stamps)
        value = envelopes.verify_any(case.token).signatures[0].stamped[0]
        case.stamped(stamps, data=value)
        assert case.verdict == PASSED

    def test_inside_a_jades_signature(self) -> None:
        case, stamps = Case(), pki.authority()
        case.lists(stamps)
        header, payload, signature = case.token.decode().split(".")

        def with_stamp(stamped: bytes) -> bytes:
            token = base64.b64encode(stamps.stamp(stamped, THEN)).decode()
            unsigned = {"etsiU": [base64url(jcs({"sigTst": {"tstTokens": [{"val": token}]}}))]}
            members = {"payload": payload, "protected": header, "signature": signature, "header": unsigned}
            return jcs(members)

        assert verdict(case.world, with_stamp(signature.encode())) == PASSED
        assert verdict(case.world, with_stamp(signature[:-1].encode())) == LATE
        notes = validated(case.world, with_stamp(b"x")).notes
        assert "list.proof-not-counted" in {note.code for note in notes}

    def test_inside_a_xades_signature(self) -> None:
        case, stamps = Case(), pki.authority()
        case.lists(stamps)
        files = {"a.json": ("application/json", b'{"pcf":"61.25"}')}
        container = asic.sign(files, case.of.leaf.sealer, signing_time=made.NOW)
        name = "META-INF/signatures001.xml"

        def with_stamp(method: str) -> bytes:
            with zipfile.ZipFile(io.BytesIO(container)) as held:
                members = {one.filename: held.read(one) for one in held.infolist()}
            root = etree.fromstring(members[name])
            (value,) = root.iter(f"{DS}SignatureValue")
            token = base64.b64encode(stamps.stamp(xml_canonical.part(value, method), THEN)).decode()
            (holder,) = root.iter(f"{XADES}QualifyingProperties")
            inner = etree.SubElement(holder, f"{XADES}UnsignedProperties")
            inner = etree.SubElement(inner, f"{XADES}UnsignedSignatureProperties")
            inner = etree.SubElement(inner, f"{XADES}SignatureTimeStamp")
            etree.SubElement(inner, f"{XADES}EncapsulatedTimeStamp").text = token
            members[name] = etree.tostring(root)
            made_ = io.BytesIO()
            with zipfile.ZipFile(made_, "w") as out:
                for one, data in members.items():
                    out.writestr(one, data)
            return made_.getvalue()

        assert verdict(case.world, container) == LATE
        for method in xml_canonical.METHODS:
            assert verdict(case.world, with_stamp(method)) == PASSED

    def test_made_too_late(self) -> None:
        case, stamps = Case(), pki.authority()
        case.lists(stamps)
        case.stamped(stamps, OVER + timedelta(seconds=1))
        assert case.verdict == LATE

    def test_older_than_the_certificate(self) -> None:
        case, stamps = Case(), pki.authority()
        case.of = pki.pki().with_leaf(begin=THEN + timedelta(days=1))
        case.token = sealed(case.of.leaf)
        case.lists(stamps)
        case.stamped(stamps)
        assert case.verdict == ("TOTAL_FAILED", "NOT_YET_VALID")

    def test_over_something_else(self) -> None:
        case, stamps = Case(), pki.authority()
        case.lists(stamps)
        case.stamped(stamps, data=b"other bytes")
        assert case.verdict == LATE

    def test_of_an_authority_that_nobody_lists(self) -> None:
        case, stamps = Case(), pki.authority()
        case.stamped(stamps)
        assert case.verdict == LATE
        assert case.reasons == ["x509.issuer-unknown"]

    @pytest.mark.parametrize("kind", ["gateway", "cab/iso17065", "recogniser"])
    def test_of_an_authority_that_is_listed_for_something_else(self, kind: str) -> None:
        case, stamps = Case(), pki.authority()
        case.lists(stamps)
        own = made.state(kind, certificates=[stamps.root.own])
        case.world.entities = [made.entity("TEST stamps", [own])]
        case.stamped(stamps)
        assert case.verdict == LATE

    def test_of_the_signers_own_root(self) -> None:
        """A certifier's authority is none of time stamps."""
        case = Case()
        leaf = pki.issue(
            "TEST stamps",
            pki.key("P-256", 61),
            case.of.root,
            (x509.ExtendedKeyUsage([pki.STAMPING]), True),
            serial=8,
        )
        case.stamped(Authority(case.of.root, leaf))
        assert case.verdict == LATE

    @pytest.mark.parametrize(
        ("purposes", "critical"),
        [
            ((pki.STAMPING,), False),
            ((pki.STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION), True),
            ((ExtendedKeyUsageOID.EMAIL_PROTECTION,), True),
        ],
    )
    def test_with_a_certificate_that_is_for_more_or_other_things(
        self, purposes: tuple[x509.ObjectIdentifier, ...], critical: bool
    ) -> None:
        case, stamps = Case(), pki.authority(*purposes, critical=critical)
        case.lists(stamps)
        case.stamped(stamps)
        assert case.verdict == LATE
        assert case.reasons == ["x509.extended-key-usage"]

    def test_of_an_authority_that_was_not_listed_yet(self) -> None:
        case, stamps = Case(), pki.authority()
        case.lists(stamps, since="2026-11-10T00:00:00Z")
        case.stamped(stamps)
        assert case.verdict == LATE

    def test_of_an_authority_whose_revocation_nobody_knows(self) -> None:
        case, stamps = Case(), pki.authority()
        case.lists(stamps)
        del case.world.more["crls/stamps.crl"]
        case.stamped(stamps)
        assert case.verdict == LATE
        assert case.reasons == ["x509.no-revocation-list"]

    @pytest.mark.parametrize(
        ("reason", "days", "counts"),
        [
            (x509.ReasonFlags.superseded, 1, True),
            (x509.ReasonFlags.cessation_of_operation, 1, True),
            (x509.ReasonFlags.superseded, 21, False),
            (x509.ReasonFlags.key_compromise, 1, False),
            (None, 1, False),
        ],
    )
    def test_of_an_authority_that_was_revoked(
        self, reason: x509.ReasonFlags | None, days: int, counts: bool
    ) -> None:
        """RFC 3161, 4: retired without harm, what it had stamped stands; otherwise nothing does."""
        case, stamps = Case(), pki.authority()
        case.lists(stamps)
        revoked = (9, made.NOW - timedelta(days=days), reason)
        case.world.more["crls/stamps.crl"] = pki.crl(stamps.root, revoked)
        case.stamped(stamps)
        assert (case.verdict == PASSED) is counts

    def test_of_an_authority_that_is_over_by_now(self) -> None:
        """It counts once somebody else has stamped the stamp in time."""
        case, stamps = Case(), pki.authority(end=OVER)
        later = pki.authority(number=21)
        case.lists(stamps)
        case.stamped(stamps)
        last = {"this": OVER - timedelta(days=1), "next_": OVER + timedelta(days=6)}
        case.world.more["crls/stamps-last.crl"] = pki.crl(stamps.root, **last)  # type: ignore[arg-type]
        assert case.verdict == LATE
        second = made.state("tsa", certificates=[later.root.own])
        case.world.entities.append(made.entity("TEST later stamps", [second]))
        token = case.world.more["receipts/1.tst"]
        case.world.more["receipts/2.tst"] = later.stamp(token, OVER - timedelta(days=2))
        case.world.more["crls/later.crl"] = pki.crl(later.root)
        assert case.verdict == PASSED
        case.world.more["receipts/2.tst"] = later.stamp(token, OVER + timedelta(days=2))
        assert case.verdict == LATE

    def test_of_tomorrow(self) -> None:
        case, stamps = Case(made.NOW + timedelta(days=30)), pki.authority()
        case.lists(stamps)
        case.stamped(stamps, made.NOW + timedelta(days=1))
        assert case.done.existed == made.NOW

    @pytest.mark.parametrize("algorithm", ["1.2.156.10197.1.501", "1.2.156.10197.1.301.1"])
    def test_with_sm2_and_sm3(self, algorithm: str) -> None:
        """As GB/T 20520 has it; the authority's own certificate is listed."""
        case = Case()
        stamping = sm.extension("2.5.29.37", der.sequence(der.oid("1.3.6.1.5.5.7.3.8")), critical=True)
        own = sm.certificate(sm.OTHER, sm.ROOT, sm.usage(sm.DIGITAL_SIGNATURE), stamping, serial=9)
        made_ = pki.token(
            case.token,
            THEN,
            own,
            sm.OTHER.sign,
            digest=sm3,
            digest_oid="1.2.156.10197.1.401",
            signature_oid=algorithm,
        )
        case.world.more["receipts/1.tst"] = made_
        assert case.verdict == LATE
        case.world.entities = [made.entity("TEST stamps", [made.state("tsa", certificates=[own])])]
        assert case.verdict == PASSED
        for place in (60, len(made_) - 5):
            changed = made_[:place] + bytes([made_[place] ^ 1]) + made_[place + 1 :]
            case.world.more["receipts/1.tst"] = changed
            assert case.verdict == LATE

    def test_that_does_not_carry_its_certificate(self) -> None:
        case, stamps = Case(), pki.authority()
        case.lists(stamps)
        case.world.more["receipts/1.tst"] = stamps.stamp(case.token, THEN, carries=False)
        assert case.verdict == LATE
        case.world.more["certificates/stamps.pem"] = stamps.leaf.pem
        assert case.verdict == PASSED

    def test_any_changed_byte(self) -> None:
        """Either the token no longer counts, or it says the same by the same certificate."""
        case, stamps = Case(), pki.authority()
        case.lists(stamps)
        token = stamps.stamp(case.token, THEN)
        sound = rfc3161.read(token)
        differing = 0
        for place in range(len(token)):
            changed = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
            try:
                found = rfc3161.read(changed)
            except GatewayError:
                continue
            if replace(found, above=sound.above) != sound:
                differing += 1
        assert differing == 0

    @pytest.mark.oracle
    def test_published_stamps(self, oracle_data: Path) -> None:
        """Of EU DSS: over the text of a JAdES signature, over the element of a XAdES one."""
        for name in ("jades/jades-lta.json", "etsi-tl-mra/john-doe-lta.xml"):
            data = (oracle_data / "signing" / name).read_bytes()
            (signature,) = envelopes.verify_any(data).signatures
            (token,) = signature.timestamps
            found = rfc3161.read(token)
            assert any(map(found.is_over, signature.stamped))
            assert not found.is_over(signature.value)
            claimed = datetime.fromisoformat(signature.claimed_time)
            assert timedelta() < found.time - claimed < timedelta(seconds=10)


class TestCompromise:
    """A key that was lost, before and after a proof of existence."""

    def _case(self, since: datetime, invalid: datetime | None = None) -> Case:
        case, stamps = Case(made.NOW + timedelta(days=30)), pki.authority()
        case.lists(stamps)
        case.stamped(stamps)
        revoked = (7, since, x509.ReasonFlags.key_compromise)
        case.world.more["crls/middle.crl"] = pki.crl(case.of.middle, revoked, invalid=invalid)
        return case

    def test_before(self) -> None:
        assert self._case(THEN - timedelta(days=1)).verdict == ("TOTAL_FAILED", "REVOKED")

    def test_after(self) -> None:
        told = self._case(THEN + timedelta(days=1)).verdict
        assert told == ("INDETERMINATE", "REVOKED_KEY_COMPROMISE")

    def test_revoked_after_and_lost_before(self) -> None:
        told = self._case(THEN + timedelta(days=1), invalid=THEN - timedelta(days=1)).verdict
        assert told == ("TOTAL_FAILED", "REVOKED")

    def test_replaced_after(self) -> None:
        case = self._case(THEN)
        revoked = (7, THEN + timedelta(days=1), x509.ReasonFlags.superseded)
        case.world.more["crls/middle.crl"] = pki.crl(case.of.middle, revoked)
        assert case.verdict == PASSED
        assert "list.revoked-later" in {note.code for note in case.done.notes}


class TestListsOfCertificatesThatAreOver:
    """A list may leave out what is over, so that its silence says nothing."""

    def test_only_a_list_of_todays(self) -> None:
        case, stamps = Case(), pki.authority()
        case.lists(stamps)
        case.stamped(stamps)
        del case.world.more["crls/last.crl"]
        assert case.verdict == ("INDETERMINATE", "REVOCATION_UNAVAILABLE")

    def test_a_list_that_keeps_them(self) -> None:
        from cryptography.x509.oid import ObjectIdentifier

        case, stamps = Case(), pki.authority()
        case.lists(stamps)
        case.stamped(stamps)
        del case.world.more["crls/last.crl"]
        since = b"\x18\x0f20250101000000Z"
        kept = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.60"), since)
        case.world.more["crls/middle.crl"] = pki.crl(case.of.middle, extensions=[(kept, False)])
        assert case.verdict == PASSED

    def test_a_list_that_is_older_than_the_signature(self) -> None:
        case, stamps = Case(), pki.authority()
        case.lists(stamps)
        case.stamped(stamps)
        early = {"this": THEN - timedelta(days=1), "next_": THEN + timedelta(days=1)}
        case.world.more["crls/last.crl"] = pki.crl(case.of.middle, **early)  # type: ignore[arg-type]
        assert case.verdict == ("INDETERMINATE", "REVOCATION_UNAVAILABLE")


def log_receipt(document: bytes, when: datetime = THEN, key: PrivateKey = OPERATOR) -> bytes:
    """An entry among others, with its proof."""
    entries = [
        tile_log.Entry.of(data, kind="signature", issuer="urn:test:x", time=made.stamp(when)).to_bytes()
        for data in (b"one", document, b"three")
    ]
    checkpoint = tile_log.publish(LOG, entries, key)[tile_log.CHECKPOINT]
    return tile_log.Receipt(LOG, entries[1], tile_log.prove(entries, 1, checkpoint)).to_bytes()


class TestLogs:
    """An entry in a log of a listed operator."""

    def _case(self, **changed: object) -> Case:
        case = Case()
        own = {"others": [OPERATOR.public_key.did], **changed}
        case.world.entities = [made.entity("TEST log", [made.state("gateway", **own)])]  # type: ignore[arg-type]
        return case

    def test_of_a_listed_operator(self) -> None:
        case = self._case()
        case.world.more["receipts/1.json"] = log_receipt(case.token)
        assert case.verdict == PASSED
        assert case.done.step("existence").evidence["source"] == LOG

    @pytest.mark.parametrize(
        "spoilt",
        [
            lambda _: log_receipt(b"other"),
            lambda token: log_receipt(token, key=PrivateKey.generate(KeyType.ED25519)),
            lambda token: log_receipt(token, OVER + timedelta(days=1)),
            lambda token: log_receipt(token).replace(made.stamp(THEN).encode(), made.stamp(SOON).encode()),
            lambda token: log_receipt(token).replace(b'"index":1', b'"index":0'),
            lambda _: b"{}",
        ],
        ids=["other-bytes", "other-key", "late", "other-time", "other-place", "nothing"],
    )
    def test_of_something_else(self, spoilt: Callable[[bytes], bytes]) -> None:
        case = self._case()
        case.world.more["receipts/1.json"] = spoilt(case.token)
        assert case.verdict == LATE

    def test_of_a_key_of_two_bodies(self) -> None:
        case = self._case()
        own = made.state("tsa", others=[OPERATOR.public_key.did])
        case.world.entities.append(made.entity("TEST other log", [own]))
        case.world.more["receipts/1.json"] = log_receipt(case.token)
        assert case.verdict == LATE

    def test_of_an_operator_that_is_no_voucher(self) -> None:
        case = Case()
        own = made.state("recogniser", others=[OPERATOR.public_key.did])
        case.world.entities = [made.entity("TEST log", [own])]
        case.world.more["receipts/1.json"] = log_receipt(case.token)
        assert case.verdict == LATE

    def test_of_the_signer_itself(self) -> None:
        case = Case()
        states = [certifier(certificates=[case.of.root.own])]
        log = [made.state("gateway", others=[OPERATOR.public_key.did])]
        case.world.certifier = [made.state("cab/iso17065", others=["urn:test:nobody"])]
        case.world.entities = [made.entity("TEST both", states, log)]
        case.world.more["receipts/1.json"] = log_receipt(case.token)
        assert case.verdict == LATE


class TestVouchersByCredential:
    """A credential of a voucher that was listed by that name then, and that has not taken it back."""

    def _case(self, *states: dict[str, object]) -> Case:
        case = Case()
        case.world.entities = [made.entity("TEST gateway", list(states))]
        return case

    def _receipt(self, data: bytes, **changed: PlainJson) -> bytes:
        document = build_credential(
            issuer=OPERATOR.public_key.did,
            valid_from=made.stamp(THEN),
            subject={"id": "urn:test:receipt", "name": "receipt"},
            resources=[Resource("file", "application/json", data)],
        )
        return jcs(data_integrity.add_proof({**document, **changed}, OPERATOR, created=made.stamp(THEN)))

    def test_of_a_name_that_came_later(self) -> None:
        own = made.state("gateway", others=[OPERATOR.public_key.did])
        case = self._case(own)
        case.world.more["receipts/1.json"] = self._receipt(case.token)
        assert case.verdict == PASSED
        later = made.state("gateway", others=[OPERATOR.public_key.did], since=made.stamp(OVER))
        case = self._case(later, made.state("gateway", others=["did:web:old.example"]))
        case.world.more["receipts/1.json"] = self._receipt(case.token)
        assert case.verdict == LATE

    def test_that_was_taken_back(self) -> None:
        office = Office(OPERATOR)
        entry: PlainJson = {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(office.place.index),
            "statusListCredential": office.place.revocation,
        }
        case = self._case(made.state("gateway", others=[OPERATOR.public_key.did]))
        case.world.more["receipts/1.json"] = self._receipt(case.token, credentialStatus=entry)
        assert case.verdict == LATE
        case.world.more["status/1.json"] = office.files["revocation.json"]
        assert case.verdict == PASSED
        office.set("revocation")
        case.world.more["status/1.json"] = office.files["revocation.json"]
        assert case.verdict == LATE
        assert ("list.proof-not-counted", "list.sub-status-revoked") in {
            (note.code, note.saw) for note in case.done.notes
        }


def test_a_receipt_of_a_listed_gateway_over_a_signed_file() -> None:
    case = Case()
    own = made.state("gateway", others=[OPERATOR.public_key.did])
    case.world.entities = [made.entity("TEST gateway", [own])]
    case.world.more["receipts/1.json"] = receipt(OPERATOR, case.token)
    assert case.verdict == LATE  # it is dated today
    assert World().validate({}).indication.name != "TOTAL_PASSED"
