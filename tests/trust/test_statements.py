"""Statements, their status, whose keys they name, and the paper they rest on."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import GatewayError, UsageError, flatten
from gateway.messages import explain
from gateway.pipeline import paper, paper_reading, statuses
from gateway.pipeline.paper import Entry, Paper
from gateway.pipeline.share import log_export
from gateway.signing import data_integrity
from gateway.signing.credential import build_credential
from gateway.signing.did_key import KeyType
from gateway.signing.digests import sha256_hex
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base64url
from gateway.trust import export_log, status_list
from gateway.trust.credential_checks import times
from gateway.trust.export_log import Export
from gateway.trust.judgement import Sub
from gateway.trust.statement import StatusPlace
from gateway.trust.subject import RECOGNITION, Statement, Subject
from gateway.trust.validation import validate_credential
from tests.trust import made
from tests.trust.conftest import World

BASE = "https://body.example/status"
KEY, OTHER = PrivateKey.generate(KeyType.ED25519), PrivateKey.generate(KeyType.P256)
METHOD = "did:web:body.example#key-1"


def statement(status: StatusPlace, key: PrivateKey = KEY, method: str = "", **changed: Any) -> bytes:
    """A small statement with its status entries."""
    issuer = method.partition("#")[0] or key.public_key.did
    document = build_credential(
        issuer=issuer,
        valid_from=made.stamp(made.NOW),
        identifier="urn:test:statement",
        types=[RECOGNITION],
        subject={"id": "urn:test:subject", "name": "test"},
    )
    document["credentialStatus"] = [
        {
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose,
            "statusListIndex": str(status.index),
            "statusListCredential": place,
        }
        for purpose, place in (("revocation", status.revocation), ("suspension", status.suspension))
    ]
    signed = data_integrity.add_proof(document | changed, key, created=made.stamp(made.NOW), method=method)
    return jcs(signed)


class Office:
    """A body with its lists, as a fourth party sees it."""

    def __init__(self, key: PrivateKey = KEY, method: str = "") -> None:
        self.key, self.method = key, method
        self.files = statuses.create(BASE, key, made.NOW, method=method)
        self.place = statuses.place_for(statuses.read(self.files), 4711)
        self.world = World()
        self.listed = method.partition("#")[0] or key.public_key.did

    def set(self, purpose: str, **more: Any) -> None:
        self.files |= statuses.change(self.files, self.place.index, purpose, self.key, made.NOW, **more)

    def verdict(self, data: bytes) -> tuple[str, str]:
        body = made.entity("TEST body", [made.state("recogniser", others=[self.listed])])
        self.world.own_entities = [body]
        published = {f"status/{name}": data for name, data in self.files.items() if name != statuses.REGISTER}
        self.world.more = {**published, **self.world.more}
        done = validate_credential(data, self.world.snapshot())
        return done.indication.name, done.sub.name if done.sub else ""


class TestStatus:
    """The issuer's own, fresh, and of this purpose."""

    def test_good_suspended_lifted_revoked(self) -> None:
        office = Office()
        data = statement(office.place)
        assert office.verdict(data) == ("TOTAL_PASSED", "")
        for purpose, more, expected in (
            ("suspension", {}, ("INDETERMINATE", "STATUS_SUSPENDED")),
            ("suspension", {"lift": True}, ("TOTAL_PASSED", "")),
            ("revocation", {}, ("TOTAL_FAILED", "STATUS_REVOKED")),
        ):
            office.set(purpose, **more)
            office.world = World()
            assert office.verdict(data) == expected
        with pytest.raises(GatewayError) as caught:
            office.set("suspension", lift=True)  # nobody is told that it counts again
        assert caught.value.error_code == "list.revocation-is-final"
        with pytest.raises(GatewayError) as caught:
            office.set("revocation", lift=True)
        assert caught.value.error_code == "list.revocation-is-final"

    def test_an_old_list_is_no_answer(self) -> None:
        office = Office()
        data = statement(office.place)
        office.world.now = made.NOW + timedelta(hours=24, seconds=300)
        assert office.verdict(data) == ("TOTAL_PASSED", "")
        office.world.now += timedelta(seconds=1)
        assert office.verdict(data) == ("INDETERMINATE", "STATUS_UNAVAILABLE")

    def test_a_statement_that_can_only_be_suspended(self) -> None:
        office = Office()
        entries = json.loads(statement(office.place))["credentialStatus"]
        for purpose, expected in (("suspension", "INDETERMINATE"), ("revocation", "TOTAL_PASSED")):
            own = [entry for entry in entries if entry["statusPurpose"] == purpose]
            assert office.verdict(statement(office.place, credentialStatus=own))[0] == expected

    @pytest.mark.parametrize("member", ["created", "validFrom"])
    def test_a_list_of_tomorrow_is_no_answer(self, member: str) -> None:
        office = Office()
        data = statement(office.place)
        ahead = made.stamp(made.NOW + timedelta(days=2))
        for name in [name for name in office.files if name != statuses.REGISTER]:
            document = json.loads(office.files[name])
            del document["proof"]
            created = ahead if member == "created" else made.stamp(made.NOW)
            document |= {} if member == "created" else {member: ahead}
            office.files[name] = jcs(data_integrity.add_proof(document, KEY, created=created))
        assert office.verdict(data) == ("INDETERMINATE", "STATUS_UNAVAILABLE")

    def test_a_list_that_can_be_taken_back_itself_is_no_answer(self) -> None:
        office = Office()
        data = statement(office.place)
        entry = json.loads(data)["credentialStatus"]
        for name in [name for name in office.files if name != statuses.REGISTER]:
            document = json.loads(office.files[name])
            del document["proof"]
            document["credentialStatus"] = entry
            signed = data_integrity.add_proof(document, KEY, created=made.stamp(made.NOW))
            office.files[name] = jcs(signed)
        assert office.verdict(data) == ("INDETERMINATE", "STATUS_UNAVAILABLE")

    def test_an_old_list_that_says_revoked_is_one(self) -> None:
        office = Office()
        office.set("revocation")
        office.world.now = made.NOW + timedelta(days=30)
        office.world.foreign = office.world.own = {"issued": made.NOW}
        assert office.verdict(statement(office.place)) == ("TOTAL_FAILED", "STATUS_REVOKED")

    @pytest.mark.parametrize("older", ["a", "z"])
    @pytest.mark.parametrize(
        ("purpose", "expected"),
        [
            ("revocation", ("TOTAL_FAILED", "STATUS_REVOKED")),
            ("suspension", ("INDETERMINATE", "STATUS_SUSPENDED")),
        ],
    )
    def test_an_older_list_beside_it(self, older: str, purpose: str, expected: tuple[str, str]) -> None:
        """Whatever the files are called, the older one takes nothing back."""
        office = Office()
        data = statement(office.place)
        before = office.files[f"{purpose}.json"]
        later = made.NOW + timedelta(hours=1)
        office.files |= statuses.change(office.files, office.place.index, purpose, KEY, later)
        office.files[f"{older}.json"] = before
        office.world.now = later
        assert office.verdict(data) == expected

    @pytest.mark.parametrize(
        ("purposes", "expected"),
        [
            (["revocation"], ("TOTAL_PASSED", "")),
            (["refresh", "revocation"], ("TOTAL_PASSED", "")),
            (["suspension", "revocation"], ("TOTAL_PASSED", "")),
            (["suspension"], ("INDETERMINATE", "STATUS_UNAVAILABLE")),
            (["refresh"], ("INDETERMINATE", "STATUS_UNAVAILABLE")),
            ([], ("INDETERMINATE", "STATUS_UNAVAILABLE")),
            ([["revocation"]], ("INDETERMINATE", "STATUS_UNAVAILABLE")),
        ],
    )
    def test_a_list_of_several_purposes(self, purposes: Any, expected: tuple[str, str]) -> None:
        """(Bitstring Status List 1.0, 2.2) as other issuers may keep theirs."""
        for is_set in (False, True):
            office = Office()
            data = statement(office.place)
            if is_set:
                office.set("revocation")
            document = json.loads(office.files["revocation.json"])
            del document["proof"]
            document["credentialSubject"]["statusPurpose"] = purposes
            office.files["revocation.json"] = jcs(
                data_integrity.add_proof(document, KEY, created=made.stamp(made.NOW))
            )
            is_heard = is_set and expected[0] == "TOTAL_PASSED"
            assert office.verdict(data) == (("TOTAL_FAILED", "STATUS_REVOKED") if is_heard else expected)

    def test_a_list_by_a_name_of_ours(self) -> None:
        office = Office()
        entry_ = {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "1",
            "statusListCredential": "keys",
        }
        document = {**json.loads(statement(office.place)), "credentialStatus": [entry_]}
        document.pop("proof")
        signed = data_integrity.add_proof(document, KEY, created=made.stamp(made.NOW))
        assert office.verdict(jcs(signed)) == ("INDETERMINATE", "STATUS_UNAVAILABLE")

    def test_somebody_elses_list_is_no_answer(self) -> None:
        office = Office()
        office.files = statuses.create(BASE, OTHER, made.NOW)
        assert office.verdict(statement(office.place)) == ("INDETERMINATE", "STATUS_UNAVAILABLE")

    @pytest.mark.parametrize(
        "entry",
        [
            None,
            [],
            "text",
            [{"type": "StatusList2021Entry"}],
            [
                {
                    "type": "BitstringStatusListEntry",
                    "statusPurpose": "revocation",
                    "statusListIndex": "131072",
                }
            ],
            [{"type": "BitstringStatusListEntry", "statusPurpose": "refresh", "statusListIndex": "1"}],
            [{"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": 1}],
            [{"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "-1"}],
            [{"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "１"}],
        ],
    )
    def test_an_entry_that_cannot_be_asked_is_no_answer(self, entry: Any) -> None:
        office = Office()
        if isinstance(entry, list):
            entry = [e | {"statusListCredential": office.place.revocation} for e in entry]
        data = statement(office.place, credentialStatus=entry)
        assert office.verdict(data) == ("INDETERMINATE", "STATUS_UNAVAILABLE")

    def test_a_statement_without_status_is_not_passed(self) -> None:
        office = Office()
        document = json.loads(statement(office.place))
        del document["credentialStatus"], document["proof"]
        data = jcs(data_integrity.add_proof(document, KEY, created=made.stamp(made.NOW)))
        assert office.verdict(data) == ("INDETERMINATE", "STATUS_UNAVAILABLE")

    def test_a_statement_by_somebody_who_is_no_recogniser(self) -> None:
        office = Office()
        office.listed = OTHER.public_key.did
        assert office.verdict(statement(office.place)) == ("INDETERMINATE", "NO_TRUST_ENTRY")

    def test_a_credential_of_a_certifier_says_too_little_to_pass(self) -> None:
        office = Office()
        document = json.loads(statement(office.place)) | {"type": ["VerifiableCredential"]}
        del document["proof"]
        data = jcs(data_integrity.add_proof(document, KEY, created=made.stamp(made.NOW)))
        listed = made.state("cab/iso17029-14065", others=[KEY.public_key.did], extensions=[made.scope()])
        office.world.entities = [made.entity("TEST other certifier", [listed])]
        office.listed = "did:web:nobody.example"
        assert office.verdict(data) == ("INDETERMINATE", "ACCREDITATION_UNKNOWN")
        office.world.policy = {"accreditation": "not-asked"}
        assert office.verdict(data) == ("INDETERMINATE", "SCOPE_UNKNOWN")

    @pytest.mark.parametrize(
        ("data", "sub"),
        [
            (b"", "FORMAT_FAILURE"),
            (b"[]", "FORMAT_FAILURE"),
            (b'{"a":1,"a":2}', "FORMAT_FAILURE"),
            (b"{}", "NO_SIGNATURE"),
        ],
    )
    def test_what_is_no_signed_document(self, data: bytes, sub: str) -> None:
        assert Office().verdict(data) == ("TOTAL_FAILED", sub)

    def test_every_changed_byte_is_noticed(self) -> None:
        office = Office()
        data = statement(office.place)
        office.verdict(data)
        trust = office.world.snapshot()
        for at in range(0, len(data), 3):
            other = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            assert not validate_credential(other, trust).passed, at

    def test_another_document_of_the_same_name(self) -> None:
        office = Office()
        first, second = statement(office.place), statement(office.place, name="another")
        office.world.more = {
            "received.json": jcs({f"{KEY.public_key.did} urn:test:statement": sha256_hex(first)})
        }
        assert office.verdict(first) == ("TOTAL_PASSED", "")
        assert office.verdict(second) == ("TOTAL_FAILED", "REPLAYED")

    @pytest.mark.parametrize(
        ("member", "time", "expected"),
        [
            ("validUntil", made.NOW - timedelta(seconds=301), ("TOTAL_FAILED", "EXPIRED")),
            ("validUntil", made.NOW - timedelta(seconds=300), ("TOTAL_PASSED", "")),
            ("validFrom", made.NOW + timedelta(seconds=301), ("TOTAL_FAILED", "NOT_YET_VALID")),
        ],
    )
    def test_its_time(self, member: str, time: Any, expected: tuple[str, str]) -> None:
        office = Office()
        assert office.verdict(statement(office.place, KEY, "", **{member: made.stamp(time)})) == expected


class TestDeclaredState:
    """What its maker says in words that nobody can read hides nothing else."""

    @pytest.mark.parametrize(
        ("days", "expected"), [(-1, Sub.EXPIRED), (1, Sub.NOT_IN_FORCE)], ids=["over", "not over"]
    )
    def test_of_a_credential(self, days: int, expected: Sub) -> None:
        until = made.stamp(made.NOW + timedelta(days=days))
        told = {"validFrom": made.EPOCH, "validUntil": until}
        subject = Subject("folder", "", credential=told, statement=Statement(state="paused", is_known=True))
        found = times(subject, World().snapshot())
        assert found.sub is expected
        # A statement on it counts no longer than it does.
        assert found.evidence["validUntil"] == until


class TestDidWeb:
    """Keys out of a document that is at hand."""

    def document(self, **changed: Any) -> bytes:
        method = {
            "id": METHOD,
            "type": "Multikey",
            "controller": "did:web:body.example",
            "publicKeyMultibase": OTHER.public_key.multikey,
        }
        return jcs(
            {
                "id": "did:web:body.example",
                "verificationMethod": [method | changed],
                "assertionMethod": ["#key-1"],
            }
        )

    def verdict(self, document: bytes | None) -> tuple[str, str]:
        office = Office(OTHER, METHOD)
        office.world.more = {} if document is None else {"dids/body.json": document}
        return office.verdict(statement(office.place, OTHER, method=METHOD))

    def test_statement_and_status_by_a_did_web(self) -> None:
        assert self.verdict(self.document()) == ("TOTAL_PASSED", "")

    def test_a_list_by_a_key_that_the_body_has_lost(self) -> None:
        """And that its document still has."""
        second = {
            "id": f"{METHOD}b",
            "type": "Multikey",
            "controller": "did:web:body.example",
            "publicKeyMultibase": KEY.public_key.multikey,
        }
        document = json.loads(self.document())
        document["verificationMethod"].append(second)
        document["assertionMethod"].append(second["id"])
        office, lists = Office(OTHER, METHOD), Office(KEY, f"{METHOD}b").files
        reason = {"statusReason": {"code": "key-compromise", "since": "2026-05-01T00:00:00Z"}}
        lost = made.state("tsa", others=["urn:test:unused"], status="withdrawn", extensions=[reason])
        recogniser = made.state("recogniser", others=["did:web:body.example"])
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(KEY.public_key.raw)}
        for identity, expected in (
            (lost["ServiceDigitalIdentity"], ("TOTAL_PASSED", "")),
            ({"PublicKeyValues": [jwk]}, ("INDETERMINATE", "STATUS_UNAVAILABLE")),
        ):
            world = World()
            world.own_entities = [
                made.entity("TEST body", [recogniser], [lost | {"ServiceDigitalIdentity": identity}])
            ]
            world.more = {f"status/{name}": one for name, one in lists.items() if name != statuses.REGISTER}
            world.more["dids/body.json"] = jcs(document)
            done = validate_credential(statement(office.place, OTHER, method=METHOD), world.snapshot())
            assert (done.indication.name, done.sub.name if done.sub else "") == expected

    def test_without_its_document_nothing_is_known(self) -> None:
        assert self.verdict(None) == ("INDETERMINATE", "NO_SIGNING_KEY_FOUND")

    @pytest.mark.parametrize(
        "changed",
        [
            {"controller": "did:web:other.example"},
            {"id": "did:web:body.example#key-2"},
            {"publicKeyMultibase": "zabc"},
            {"type": "Unknown"},
        ],
    )
    def test_a_method_that_does_not_count(self, changed: dict[str, str]) -> None:
        assert self.verdict(self.document(**changed))[0] == "INDETERMINATE"

    def test_another_key_under_the_name(self) -> None:
        changed = {"publicKeyMultibase": PrivateKey.generate(KeyType.P256).public_key.multikey}
        assert self.verdict(self.document(**changed)) == ("TOTAL_FAILED", "SIG_CRYPTO_FAILURE")

    def test_a_key_that_is_for_something_else(self) -> None:
        document = json.loads(self.document()) | {"assertionMethod": [], "authentication": ["#key-1"]}
        assert self.verdict(jcs(document)) == ("INDETERMINATE", "NO_SIGNING_KEY_FOUND")


class TestBits:
    """Bounded, and in the order of the standard."""

    def test_the_first_bit_is_the_leftmost(self) -> None:
        bits = bytes([0b10000001]) + bytes(16383)
        found = status_list.StatusList("", "", "revocation", bits, "", timedelta(hours=1))
        assert [n for n in range(20) if found.is_set(n)] == [0, 7]

    @pytest.mark.parametrize("size", [0, 100, 16383])
    def test_too_short(self, size: int) -> None:
        with pytest.raises(GatewayError) as caught:
            status_list.expand(packed(gzip.compress(bytes(size))))
        assert caught.value.error_code == "list.status-bounds"

    def test_a_bomb(self) -> None:
        with pytest.raises(GatewayError) as caught:
            status_list.expand(packed(gzip.compress(bytes(17 * 2**20))))
        assert caught.value.error_code == "list.status-bounds"

    @pytest.mark.parametrize(
        "data",
        [
            zlib.compress(bytes(16384)),
            gzip.compress(bytes(16384))[:-4],
            gzip.compress(bytes(16384)) + b"x",
            gzip.compress(bytes(16384)) * 2,
            b"",
        ],
        ids=["zlib", "cut", "more", "twice", "empty"],
    )
    def test_not_one_whole_gzip(self, data: bytes) -> None:
        with pytest.raises(GatewayError):
            status_list.expand(packed(data))

    @pytest.mark.oracle
    def test_the_hostile_ones(self, oracle_data: Path) -> None:
        files = sorted((oracle_data / "signing/attacks/status").glob("*.b64"))
        assert len(files) == 3
        for file in files:
            text = file.read_text().strip()
            for encoded in (text, f"u{text}", "u" + text.replace("+", "-").replace("/", "_").rstrip("=")):
                with pytest.raises(GatewayError):
                    status_list.expand(encoded)

    @given(st.one_of(st.none(), st.integers(), st.text(max_size=80), st.binary(max_size=80)))
    @settings(max_examples=200)
    def test_only_gateway_errors_come_out(self, encoded: Any) -> None:
        for one in (encoded, packed(encoded) if isinstance(encoded, bytes) else encoded):
            with pytest.raises(GatewayError):
                status_list.expand(one)

    def test_numbers_are_given_once(self) -> None:
        register = statuses.read(statuses.create(BASE, KEY, made.NOW))
        first = statuses.place_for(register, 131_071)
        second = statuses.place_for(register.with_entry(first.index, "urn:a"), 131_071)
        assert (first.index, second.index) == (131_071, 0)

    @pytest.mark.parametrize(
        "base",
        [
            "http://b.example",
            "https://",
            "https:///x",
            "https://b.example/s?x",
            "https://b.example/s#f",
            "https://me@b.example/s",
            "https://127.0.0.1/s",
            "https://b.example:8443/s",
            "https://b.example/ s",
            "http://机构.example",
            "https://[机构/s",
            "https://机构.example:8443/s",
            "https://机构.example/s?x",
        ],
    )
    def test_lists_are_published_where_somebody_can_fetch_them(self, base: str) -> None:
        with pytest.raises(UsageError) as caught:
            statuses.create(base, KEY, made.NOW)
        assert caught.value.error_code == "attest.status-base"
        assert statuses.read(statuses.create("https://b.example:443/s/", KEY, made.NOW)).base

    @pytest.mark.parametrize(
        ("base", "code", "expected"),
        [
            ("", "attest.no-status-base", ""),
            ("https://机构.example/s", "attest.status-base-in-ascii", "https://xn--nqv7f.example/s"),
            ("https://B.example/状态", "attest.status-base-in-ascii", "https://b.example/%E7%8A%B6%E6%80%81"),
            ("https://straße.example/s", "attest.status-base-not-ascii", ""),
            (f"https://{'机' * 80}.example/s", "attest.status-base-not-ascii", ""),
        ],
    )
    def test_an_address_beyond_ascii_is_told_its_form(self, base: str, code: str, expected: str) -> None:
        with pytest.raises(UsageError) as caught:
            statuses.create(base, KEY, made.NOW)
        assert (caught.value.error_code, caught.value.params.get("expected", "")) == (code, expected)
        for lang in ("en", "zh"):
            text = explain(caught.value, lang)
            assert expected in text.what
            assert ("--status-base" in text.fix) is (not base)
        if expected:
            assert statuses.read(statuses.create(expected, KEY, made.NOW)).base == expected

    @pytest.mark.parametrize("index", ["²", "١", "01", "9" * 5000, "", "-1"])
    def test_a_number_that_is_none(self, index: str) -> None:
        told = {
            "format": statuses.FORMAT,
            "base": BASE,
            "issuer": KEY.public_key.did,
            "entries": {index: "a"},
        }
        with pytest.raises(statuses.BadRegister):
            statuses.read({statuses.REGISTER: jcs(told)})

    def test_a_list_is_published_alike(self) -> None:
        assert statuses.create(BASE, KEY, made.NOW) == statuses.create(BASE, KEY, made.NOW)


def packed(data: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


ENTRIES = (
    Entry("rule", "ISO-1", "/a", "needs-evidence", "发现", "finding", formula="=A1+1", evidence="B7"),
    Entry("finding", "x.y", "/b", "info", "发现", "finding\nin two lines"),
)
PAPER = Paper("a" * 64, "TOTAL_PASSED", ("declared",), ENTRIES)


def filled(**cells: Any) -> bytes:
    """The paper with cells of its first entry filled in."""
    book = openpyxl.load_workbook(io.BytesIO(paper.write(PAPER)))
    sheet = book.worksheets[0]
    for place, value in cells.items():
        sheet[place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


GOOD = {"M13": "accepted", "N13": "Reviewer", "O13": "2026-11-21", "P13": "seen"}


class TestPaper:
    """A person's decisions, about these findings and no others."""

    def test_the_same_findings_give_the_same_bytes(self) -> None:
        assert paper.write(PAPER) == paper.write(PAPER)

    def test_decisions_are_read_back(self) -> None:
        first, second = paper_reading.read(filled(**GOOD), PAPER, today=made.NOW.date())
        assert (first.decision, first.name, first.day, first.reason) == tuple(GOOD.values())
        assert second.decision == ""
        assert list(paper.open_entries(PAPER, (first, second))) == []

    def test_a_day_that_the_program_made_a_date(self) -> None:
        first, _ = paper_reading.read(
            filled(**GOOD | {"O13": made.NOW.replace(tzinfo=None)}), PAPER, today=made.NOW.date()
        )
        assert first.day == "2026-11-21"

    def test_a_formula_is_text_and_never_one(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(paper.write(PAPER)))
        cell = book.worksheets[0]["J13"]
        assert (cell.value, cell.data_type) == ("=A1+1", "s")

    @pytest.mark.parametrize(
        ("cells", "code"),
        [
            ({"M13": "fine"}, "paper.unknown-decision"),
            ({"N13": None}, "paper.no-name"),
            ({"O13": "yesterday"}, "paper.no-day"),
            ({"O13": "2026-02-30"}, "paper.no-day"),
            ({"P13": None}, "paper.no-reason"),
            ({"G13": "all is well"}, "paper.changed"),
            ({"E13": "pass"}, "paper.changed"),
            ({"B6": "b" * 64}, "paper.of-another-document"),
            ({"A15": "3"}, "paper.extra-row"),
        ],
    )
    def test_what_is_unclear_or_changed(self, cells: dict[str, Any], code: str) -> None:
        with pytest.raises(GatewayError) as caught:
            paper_reading.read(filled(**GOOD | cells), PAPER, today=made.NOW.date())
        assert code in {one.error_code for one in flatten(caught.value)}

    @pytest.mark.parametrize(
        ("cells", "told"),
        [
            ({"M13": '="accepted"'}, {"M13": '="accepted"'}),
            ({"M14": "=M13"}, {"M14": "=M13"}),
            ({"M13": "#N/A"}, {"M13": "#N/A"}),
            ({"O13": "=TODAY()"}, {"O13": "=TODAY()"}),
            ({"N13": "=N14", "P13": "=P14"}, {"N13": "=N14", "P13": "=P14"}),
            ({"M13": None, "O13": "=TODAY()"}, {}),
        ],
    )
    def test_a_formula_is_no_decision_and_is_named(self, cells: dict[str, str], told: dict[str, str]) -> None:
        found = []
        try:
            paper_reading.read(filled(**GOOD | cells), PAPER, today=made.NOW.date())
        except GatewayError as error:
            found = flatten(error)
        assert {one.error_code for one in found} <= {"paper.formula"}
        places = {f"{paper.SHEET}!{at}": saw for at, saw in told.items()}
        assert {one.path: one.saw for one in found} == places

    @pytest.mark.parametrize(
        ("cells", "code"),
        [
            ({"M12": None}, "paper.columns-moved"),
            ({"B9": "gbt-24067 " + "c" * 64}, "paper.of-other-rules"),
            ({"B7": "TOTAL_FAILED"}, "paper.judged-otherwise"),
            ({"B8": "calculated"}, "paper.of-another-run"),
            ({"B7": "TOTAL_FAILED", "B9": "gbt-24067 " + "c" * 64}, "paper.of-other-rules"),
            ({"B6": "b" * 64, "B7": "TOTAL_FAILED"}, "paper.of-another-document"),
        ],
    )
    def test_what_else_was_done_to_it_is_named(self, cells: dict[str, Any], code: str) -> None:
        with pytest.raises(GatewayError) as caught:
            paper_reading.read(filled(**GOOD | cells), PAPER, today=made.NOW.date())
        assert code in {one.error_code for one in flatten(caught.value)}

    @pytest.mark.parametrize(
        ("word", "decision"),
        [
            ("接受", "accepted"),
            ("附条件", "condition"),
            ("否决", "rejected"),
            ("未决", "open"),
            ("Accepted ", "accepted"),
        ],
    )
    def test_the_words_that_the_paper_explains_count(self, word: str, decision: str) -> None:
        first, _ = paper_reading.read(filled(**GOOD | {"M13": word}), PAPER, today=made.NOW.date())
        assert first.decision == decision

    def test_a_blank_in_a_row_below_is_nothing(self) -> None:
        assert paper_reading.read(filled(**GOOD | {"A15": " "}), PAPER, today=made.NOW.date())[0].is_settled

    def test_sorted_rows_are_the_same_findings(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(filled(**GOOD)))
        sheet = book.worksheets[0]
        for one, other in zip(sheet[13], sheet[14], strict=True):
            one.value, other.value = other.value, one.value
            one.data_type = other.data_type = "s"  # what looks like a formula stays text
        out = io.BytesIO()
        book.save(out)
        first, second = paper_reading.read(out.getvalue(), PAPER, today=made.NOW.date())
        assert (first.decision, second.decision) == ("accepted", "")
        sheet["A13"].value = "1"
        out = io.BytesIO()
        book.save(out)
        with pytest.raises(GatewayError):
            paper_reading.read(out.getvalue(), PAPER, today=made.NOW.date())

    def test_a_hidden_sheet_decides_nothing(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(filled(**GOOD)))
        book.worksheets[0].sheet_state = "hidden"
        book.create_sheet(f"{paper.SHEET} ")
        out = io.BytesIO()
        book.save(out)
        with pytest.raises(GatewayError, match="not-a-paper"):
            paper_reading.read(out.getvalue(), PAPER, today=made.NOW.date())

    @pytest.mark.parametrize(
        ("code", "is_shown"),
        [
            (';;;"rejected"', False),
            (";;;", False),
            ('"not "@', False),
            ("@", True),
            ("General", True),
            ("0.00;-0.00;0;@", True),
            ('_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)', True),
            ("yyyy-mm-dd", True),
        ],
    )
    def test_a_text_that_is_shown_otherwise(self, code: str, is_shown: bool) -> None:
        book = openpyxl.load_workbook(io.BytesIO(filled(**GOOD)))
        for place in ("M13", "F13"):
            book.worksheets[0][place].number_format = code
        out = io.BytesIO()
        book.save(out)
        if is_shown:
            assert paper_reading.read(out.getvalue(), PAPER, today=made.NOW.date())[0].decision == "accepted"
            return
        with pytest.raises(GatewayError) as caught:
            paper_reading.read(out.getvalue(), PAPER, today=made.NOW.date())
        assert [one.path[-3:] for one in flatten(caught.value)] == ["F13", "M13"]

    def test_open_is_open(self) -> None:
        decided = paper_reading.read(filled(M13="open"), PAPER, today=made.NOW.date())
        assert [entry.code for entry in paper.open_entries(PAPER, decided)] == ["ISO-1"]

    @given(st.binary(max_size=300))
    @settings(max_examples=100)
    def test_only_gateway_errors_come_out(self, data: bytes) -> None:
        with pytest.raises(GatewayError):
            paper_reading.read(data, PAPER, today=made.NOW.date())


class TestWhereTo:
    """A line of the export log cannot be corrected: what makes no sense does not get in."""

    @pytest.mark.parametrize(
        ("country", "until", "code"),
        [
            ("Germany", "", "share.not-a-country"),
            ("DE", "31.12.2027", "share.not-a-day"),
            ("DE", "2020-01-01", "share.not-a-day"),
        ],
    )
    def test_refused_before_anything_is_logged(self, country: str, until: str, code: str) -> None:
        said = {"recipient": "body", "basis": "contract", "purpose": "test", "time": made.stamp(made.NOW)}
        with pytest.raises(GatewayError) as caught:
            log_export(b"", {}, (), country=country, until=until, **said)
        assert caught.value.error_code == code


class TestExportLog:
    """What left, in a chain of two digests."""

    def log(self, number: int = 3) -> bytes:
        log = b""
        for n in range(number):
            export = Export(made.stamp(made.NOW), f"body {n}", "DE", "contract", "test", "0" * 64, ())
            log = export_log.append(log, export)
        return log

    def test_every_changed_byte_before_the_last_line_is_noticed(self) -> None:
        log = self.log()
        last = log[:-1].rindex(b"\n") + 1
        for at in range(last):
            with pytest.raises(GatewayError):
                export_log.check(log[:at] + bytes([log[at] ^ 1]) + log[at + 1 :])

    def test_no_line_can_be_taken_out_or_moved(self) -> None:
        lines = self.log().splitlines(keepends=True)
        for other in (lines[1:], [lines[0], lines[2]], [lines[1], lines[0], lines[2]], [*lines, lines[2]]):
            with pytest.raises(GatewayError):
                export_log.check(b"".join(other))

    def test_a_cut_line_is_noticed(self) -> None:
        with pytest.raises(GatewayError):
            export_log.check(self.log()[:-1])

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("recipient", {"name": "body"}),
            ("recipient", "\u200b"),
            ("recipient", "\u3164"),
            ("country", 49),
            ("until", None),
            ("number", True),
            ("time", "today"),
            ("time", "2020-01-01T00:00:00Z"),
            ("manifest", ["0"]),
            ("parts", [{"name": "a"}]),
            ("parts", {}),
            ("opened", [1]),
            ("format", "hutong-export@2"),
        ],
    )
    def test_the_last_line_holds_what_is_written_there(self, name: str, value: Any) -> None:
        lines = self.log(1 if name == "number" else 2).splitlines(keepends=True)
        last = json.loads(lines[-1])
        assert export_log.check(b"".join([*lines[:-1], jcs(last) + b"\n"]))
        with pytest.raises(GatewayError, match="log-broken"):
            export_log.check(b"".join([*lines[:-1], jcs({**last, name: value}) + b"\n"]))

    def test_no_line_of_earlier_than_the_last(self) -> None:
        log, earlier = self.log(1), made.stamp(made.NOW - timedelta(seconds=1))
        with pytest.raises(GatewayError, match="clock-behind"):
            export_log.append(log, Export(earlier, "body", "DE", "contract", "test", "0" * 64, ()))

    @pytest.mark.parametrize("blank", [" ", "\u200b", "\u3164"])
    @pytest.mark.parametrize("name", ["recipient", "country", "basis", "purpose"])
    def test_it_says_to_whom_where_why_and_on_which_basis(self, name: str, blank: str) -> None:
        told = {"recipient": "body", "country": "DE", "basis": "contract", "purpose": "test"} | {name: blank}
        with pytest.raises(GatewayError) as caught:
            export_log.append(b"", Export(time=made.stamp(made.NOW), manifest="0" * 64, parts=(), **told))
        assert (caught.value.error_code, caught.value.path) == ("share.not-said", name)

    def test_all_that_is_not_said_is_told_at_once(self) -> None:
        said = {"recipient": "body", "country": "", "basis": " ", "purpose": "", "time": made.stamp(made.NOW)}
        with pytest.raises(GatewayError) as caught:
            log_export(b"", {}, (), until="tomorrow", **said)
        told = [(one.error_code, one.path) for one in flatten(caught.value)]
        assert told == [("share.not-said", "country, basis, purpose"), ("share.not-a-day", "until")]

    @pytest.mark.parametrize("data", [b'{\n  "a": 1\n}\n', b"PK\x03\x04", b"\n", b"notes"])
    def test_another_file_is_no_log(self, data: bytes) -> None:
        with pytest.raises(export_log.NoLog) as caught:
            export_log.entries(data)
        assert caught.value.error_code == "share.no-log"
        export = Export(made.stamp(made.NOW), "body", "DE", "contract", "test", "0" * 64, ())
        with pytest.raises(export_log.NoLog):
            export_log.append(data, export)

    @given(st.binary(max_size=200))
    def test_only_gateway_errors_come_out(self, data: bytes) -> None:
        if data:
            with pytest.raises(GatewayError):
                export_log.check(data)
