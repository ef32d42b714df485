"""A world without network in which keys, lists, agreements and clocks go wrong, each with its verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.messages import Lang
from gateway.signing import data_integrity
from gateway.signing.credential import Resource, build_credential
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.trust import entries, lote, report, snapshot
from gateway.trust.judgement import Outcome, Sub
from gateway.trust.lote import status_uri
from gateway.trust.snapshot import Listed
from gateway.trust.subject import Statement
from tests.signing.sm import made as sm
from tests.signing.sm.test_sm2_revocation import crl, entry
from tests.trust import made
from tests.trust.conftest import Judge, World

PASSED = ("TOTAL_PASSED", "")
_LANGS: tuple[Lang, Lang] = ("en", "zh")
# The certifier's authority, which signs revocation lists, too.
MIDDLE = sm.certificate(sm.MIDDLE, sm.ROOT, sm.ca(0), sm.usage("03020106"), serial=2)


def current(*entries: bytes, signer: sm.Signer = sm.MIDDLE) -> bytes:
    """A revocation list of these days."""
    return crl(*entries, signer=signer, this_update="261120000000Z", next_update="261128000000Z")


def certifier(**changed: object) -> dict[str, object]:
    """The certifier's present state."""
    told = {"certificates": [sm.LEAF_CERTIFICATE], "extensions": [made.scope()], **changed}
    return made.state("cab/iso17029-14065", **told)  # type: ignore[arg-type]


def test_all_is_well(world: World, judge: Judge) -> None:
    assert judge(world) == PASSED


class TestKeys:
    """Rotation, two keys, compromise."""

    def test_a_rotated_key_counts_for_what_it_signed_before(self, world: World, judge: Judge) -> None:
        old = certifier()
        new = certifier(certificates=[sm.OTHER_CERTIFICATE], since="2026-11-21T13:00:00Z")
        world.certifier = [new, old]
        assert judge(world) == PASSED

    def test_a_key_that_was_rotated_away_before_does_not_count(self, world: World, judge: Judge) -> None:
        new = certifier(certificates=[sm.OTHER_CERTIFICATE], since="2026-06-01T00:00:00Z")
        world.certifier = [new, certifier()]
        assert judge(world) == ("TOTAL_FAILED", "NOT_LISTED_AT_POE")

    def test_two_keys_of_one_body_during_the_overlap(self, world: World, judge: Judge) -> None:
        world.certifier = [certifier(certificates=[sm.OTHER_CERTIFICATE, sm.LEAF_CERTIFICATE])]
        assert judge(world) == PASSED

    def test_one_key_of_two_bodies_is_nobodys(self, world: World, judge: Judge) -> None:
        world.entities = [made.entity("TEST other", [certifier()])]
        assert judge(world) == ("TOTAL_FAILED", "TRUST_ENTRY_AMBIGUOUS")

    def test_a_key_compromised_before_the_signature_existed(self, world: World, judge: Judge) -> None:
        reason = {"statusReason": {"code": "key-compromise", "since": "2026-10-01T00:00:00Z"}}
        withdrawn = certifier(
            status="withdrawn", since="2026-11-21T18:00:00Z", extensions=[made.scope(), reason]
        )
        world.certifier = [withdrawn, certifier()]
        assert judge(world) == ("TOTAL_FAILED", "REVOKED_KEY_COMPROMISE")

    def test_a_key_compromised_later_is_not_simply_passed(self, world: World, judge: Judge) -> None:
        reason = {"statusReason": {"code": "key-compromise", "since": "2026-11-21T18:00:00Z"}}
        withdrawn = certifier(
            status="withdrawn", since="2026-11-21T18:00:00Z", extensions=[made.scope(), reason]
        )
        world.certifier = [withdrawn, certifier()]
        assert judge(world) == ("INDETERMINATE", "REVOKED_KEY_COMPROMISE")

    def test_another_signer_who_is_listed_and_withdrawn(
        self, world: World, judge: Judge, maker: PrivateKey
    ) -> None:
        own = {"others": [maker.public_key.did]}
        past = made.state("gateway", **own)  # type: ignore[arg-type]
        now = made.state("gateway", status="withdrawn", since="2026-01-01T00:00:00Z", **own)  # type: ignore[arg-type]
        world.entities = [made.entity("TEST maker", [past])]
        assert judge(world) == PASSED
        world.entities = [made.entity("TEST maker", [now, past])]
        assert judge(world) == ("TOTAL_FAILED", "STATUS_AT_POE_WITHDRAWN")

    def test_a_kind_of_key_that_no_longer_counts(self, world: World, judge: Judge) -> None:
        for until, expected in (
            ("2026-11-21T12:00:00Z", PASSED),
            ("2026-11-21T11:59:59Z", ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE")),
        ):
            world.policy = {"sunsets": [{"algorithm": "SM2", "until": until}]}
            assert judge(world) == expected
        # By another spelling the day would never come.
        world.policy = {"sunsets": [{"algorithm": "sm2", "until": "2026-11-21T11:59:59Z"}]}
        with pytest.raises(GatewayError, match="bad-policy"):
            judge(world)

    def test_an_unknown_signer(self, world: World, judge: Judge) -> None:
        world.certifier = [certifier(certificates=[sm.OTHER_CERTIFICATE])]
        assert judge(world) == ("INDETERMINATE", "NO_TRUST_ENTRY")


class TestCertificateAuthority:
    """The list names the authority; its revocation lists must answer."""

    @pytest.fixture(autouse=True)
    def _listed(self, world: World) -> None:
        world.certifier = [certifier(certificates=[MIDDLE])]

    def test_with_a_current_list(self, world: World, judge: Judge) -> None:
        world.more = {"crls/middle.crl": current(entry(99))}
        assert judge(world) == PASSED

    @pytest.mark.parametrize(
        "lists",
        [
            {},
            {"crls/middle.crl": crl(entry(99))},
            {"crls/middle.crl": current(entry(99), signer=sm.OTHER)},
            {"crls/middle.crl": b"damaged"},
        ],
        ids=["none", "out-of-date", "of-somebody-else", "damaged"],
    )
    def test_with_the_source_down(self, world: World, judge: Judge, lists: dict[str, bytes]) -> None:
        world.more = lists
        assert judge(world) == ("INDETERMINATE", "REVOCATION_UNAVAILABLE")

    def test_revoked_before(self, world: World, judge: Judge) -> None:
        world.more = {"crls/middle.crl": current(entry(sm.LEAF_CERTIFICATE.serial, 4))}
        assert judge(world) == ("TOTAL_FAILED", "REVOKED")

    def test_an_authority_that_nobody_lists(self, world: World, judge: Judge) -> None:
        world.certifier = [certifier(certificates=[sm.OTHER_CERTIFICATE])]
        world.more = {"crls/middle.crl": current(entry(99))}
        assert judge(world) == ("INDETERMINATE", "NO_TRUST_ENTRY")


class TestLists:
    """Rollback, freeze, substitution, test lists."""

    def test_an_older_list_than_was_seen(self, world: World, judge: Judge) -> None:
        world.foreign = {"sequence": 7}
        seen = snapshot.seen_bytes({}, world.snapshot().seen())
        world.foreign = {"sequence": 6}
        world.more = {"seen.json": seen}
        assert judge(world) == ("INDETERMINATE", "TRUST_LIST_ROLLBACK")

    def test_another_list_of_the_same_number(self, world: World, judge: Judge) -> None:
        seen = snapshot.seen_bytes({}, world.snapshot().seen())
        world.entities = [made.entity("TEST newcomer", [made.state("tsa", others=["did:web:tsa.example"])])]
        world.more = {"seen.json": seen}
        assert judge(world) == ("INDETERMINATE", "TRUST_LIST_ROLLBACK")

    def test_a_list_that_was_to_be_renewed(self, world: World, judge: Judge) -> None:
        world.foreign = {"issued": made.NOW - timedelta(days=92), "days": 91}
        assert judge(world) == ("INDETERMINATE", "TRUST_LIST_EXPIRED")

    def test_the_receivers_own_list_is_over(self, world: World, judge: Judge) -> None:
        world.own = {"issued": made.NOW - timedelta(days=92), "days": 91}
        assert judge(world) == ("INDETERMINATE", "TRUST_LIST_EXPIRED")

    def test_a_list_by_somebody_else(self, world: World, judge: Judge) -> None:
        world.operators = {made.FOREIGN: made.operator(3, "CN")}
        assert judge(world) == ("INDETERMINATE", "TRUST_LIST_REFUSED")

    def test_the_next_key_of_the_operator_is_pinned_with_the_present_one(
        self, world: World, judge: Judge
    ) -> None:
        world.operators = {made.FOREIGN: made.operator(3, "CN")}
        pins = made.policy()["lists"]
        pins[1]["operatorKeys"] = [made.operator(2, "CN").pin, made.operator(3, "CN").pin]
        world.policy = {"lists": pins}
        assert judge(world) == PASSED

    @pytest.mark.parametrize("own", [{}, {"issued": made.NOW - timedelta(days=92), "days": 91}])
    def test_an_operator_whose_key_the_own_list_calls_lost(
        self, world: World, judge: Judge, own: dict[str, Any]
    ) -> None:
        """Pinned or not: whoever has it signs any list."""
        key = made.operator(2, "CN").key.public_key.did
        told = {"statusReason": {"code": "key-compromise", "since": "2026-11-20T00:00:00Z"}}
        lost = made.state("programme-operator", others=[key], status="withdrawn", extensions=[told])
        world.own, world.own_entities = own, [made.entity("TEST operator", [lost])]
        assert judge(world) == ("INDETERMINATE", "TRUST_LIST_REFUSED")
        assert "list.operator-lost" in {one.error.error_code for one in world.snapshot().refused}

    def test_a_test_list_is_refused_unless_the_policy_takes_it(self, world: World, judge: Judge) -> None:
        world.foreign = {"type_": "urn:hutong:trust:list:TEST"}
        assert judge(world) == ("INDETERMINATE", "TRUST_LIST_REFUSED")
        world.policy = {"acceptTestLists": True}
        assert judge(world) == PASSED

    def test_no_list_at_all(self, world: World, judge: Judge) -> None:
        world.without = ("lists/foreign.jws", "lists/own.jws")
        assert judge(world) == ("INDETERMINATE", "NO_TRUST_ENTRY")


class TestStatus:
    """What was listed at the time, and what became of it."""

    @pytest.mark.parametrize("status", ["withdrawn", "suspended", "expired"])
    def test_before_the_signature_existed(self, world: World, judge: Judge, status: str) -> None:
        world.certifier = [certifier(status=status, since="2026-11-01T00:00:00Z"), certifier()]
        assert judge(world) == ("TOTAL_FAILED", f"STATUS_AT_POE_{status.upper()}")

    def test_withdrawn_after_the_signature_existed(
        self, world: World, folder: dict[str, bytes], judge: Judge
    ) -> None:
        world.certifier = [certifier(status="withdrawn", since="2026-11-21T18:00:00Z"), certifier()]
        assert judge(world) == PASSED
        assert "list.status-later" in {note.code for note in world.validate(folder).notes}

    def test_not_listed_yet(self, world: World, judge: Judge) -> None:
        world.certifier = [certifier(since="2026-11-22T00:00:00Z")]
        assert judge(world) == ("TOTAL_FAILED", "NOT_LISTED_AT_POE")

    def test_listed_for_something_else(self, world: World, judge: Judge) -> None:
        world.policy = {"services": ["notified-body"]}
        assert judge(world) == ("INDETERMINATE", "SERVICE_NOT_ACCEPTED")


class TestAccreditationAndScope:
    """Accredited on the days that count, for what was declared."""

    def test_a_withdrawn_accreditation_body(self, world: World, judge: Judge) -> None:
        past = made.accreditation_body()["TrustedEntityServices"][0]["ServiceInformation"]
        now = {**past, "ServiceStatus": status_uri("withdrawn")}
        now["StatusStartingTime"] = "2026-01-01T00:00:00Z"
        world.body = made.entity("TEST accreditation body", [now, past])
        assert judge(world) == ("TOTAL_FAILED", "NOT_ACCREDITED")

    def test_an_accreditation_that_had_run_out(self, world: World, judge: Judge) -> None:
        told = made.scope()["scope"]["accreditation"] | {"validUntil": "2026-01-01T00:00:00Z"}
        world.certifier = [certifier(extensions=[made.scope(accreditation=told)])]
        assert judge(world) == ("TOTAL_FAILED", "NOT_ACCREDITED")

    def test_a_body_that_was_no_signatory_then(self, world: World, judge: Judge) -> None:
        late = [{"id": "TEST-MRA", "mainScope": "ISO 14065", "since": "2026-11-01T00:00:00Z"}]
        own = made.state("ab", others=[made.AB], extensions=[{"scope": {"arrangement": late}}])
        world.body = made.entity("TEST accreditation body", [own])
        assert judge(world) == ("TOTAL_FAILED", "NOT_ACCREDITED")

    @pytest.mark.parametrize("other", ["ISO 14065", "ISO 17065"])
    def test_an_accreditation_body_with_two_services(self, world: World, judge: Judge, other: str) -> None:
        """One of them is enough, unless another is taken away, under which it may have accredited."""
        arrangement = [{"id": "TEST-MRA", "mainScope": other, "since": "2025-01-01T00:00:00Z"}]
        second = made.state("ab", others=[made.AB], extensions=[{"scope": {"arrangement": arrangement}}])
        first = made.accreditation_body()["TrustedEntityServices"][0]["ServiceInformation"]
        withdrawn = made.state("ab", others=[made.AB], status="withdrawn", since="2026-01-01T00:00:00Z")
        world.body = made.entity("TEST accreditation body", [second], [first])
        assert judge(world) == PASSED
        world.body = made.entity("TEST accreditation body", [second], [withdrawn, first])
        unknown = ("INDETERMINATE", "ACCREDITATION_UNKNOWN")
        assert judge(world) == (unknown if other == "ISO 14065" else ("TOTAL_FAILED", "NOT_ACCREDITED"))

    def test_an_accreditation_body_that_nobody_lists(self, world: World, judge: Judge) -> None:
        world.body = made.entity("TEST nobody", [made.state("tsa", others=["did:web:x.example"])])
        assert judge(world) == ("INDETERMINATE", "ACCREDITATION_UNKNOWN")

    @pytest.mark.parametrize(
        ("changed", "expected"),
        [
            ({"standards": ["ISO14067"]}, ("TOTAL_FAILED", "OUT_OF_SCOPE")),
            ({"productCategories": ["cpc:464"]}, ("TOTAL_FAILED", "OUT_OF_SCOPE")),
            ({"productCategories": ["hs:0902"]}, PASSED),
            ({"productCategories": ["cpc:464", "hs:0902"]}, ("TOTAL_FAILED", "OUT_OF_SCOPE")),
            ({"productCategories": ["cpc:464", "cpc:239", "hs:0902"]}, PASSED),
            ({"productCategories": ["hs:."]}, ("TOTAL_FAILED", "OUT_OF_SCOPE")),
            # Spelled otherwise, the first would limit nothing.
            ({"productCategories": ["CPC:464", "hs:0902"]}, ("INDETERMINATE", "SCOPE_UNKNOWN")),
            ({"productCategories": ["cpc :464", "hs:0902"]}, ("INDETERMINATE", "SCOPE_UNKNOWN")),
            ({"productCategories": ["ｃｐｃ：464", "hs:0902"]}, ("INDETERMINATE", "SCOPE_UNKNOWN")),
            ({"productCategories": ["hs:09-02"]}, ("INDETERMINATE", "SCOPE_UNKNOWN")),
            ({"productCategories": ["hs:090"]}, ("INDETERMINATE", "SCOPE_UNKNOWN")),
            ({"productCategories": ["unspsc:502", "hs:0902"]}, PASSED),
            ({"activity": ["validation"]}, ("TOTAL_FAILED", "OUT_OF_SCOPE")),
            ({"sites": ["DE"]}, ("TOTAL_FAILED", "OUT_OF_SCOPE")),
            ({"standards": []}, ("INDETERMINATE", "SCOPE_UNKNOWN")),
        ],
    )
    def test_scope(
        self, world: World, judge: Judge, changed: dict[str, object], expected: tuple[str, str]
    ) -> None:
        world.certifier = [certifier(extensions=[made.scope(**changed)])]
        assert judge(world) == expected


@pytest.mark.parametrize(
    ("spelled", "is_open"),
    [
        ("0902.10", False),
        (" 0902.10 ", False),
        ("902.10", True),  # a spreadsheet has taken the zero away
        ("90210", True),
        ("9021, 0902", True),
        ("9021;0902.10", True),
        ("9021 0902", True),
        ("9021-0902", True),
        ("90-99", True),
        ("0902 10 00", False),
        ("0902.10.1050", False),
        ("0902.1050", False),
        ("0902.1050 90", False),
        ("0902 1050", True),
        ("９０２１", True),
    ],
)
def test_a_code_that_may_mean_another_product(spelled: str, is_open: bool) -> None:
    scope = [made.scope(productCategories=[f"hs:{spelled.strip()[:2]}"])]
    document = made.document(made.FOREIGN, [made.entity("TEST certifier", [certifier(extensions=scope)])])
    ((entity, service),) = lote.parse(jcs(document)).services()
    statement = Statement(
        standards=("GBT24067",),
        products=("cpc:23913", f"hs:{spelled}"),
        country="CN",
        activities=("verification",),
        is_known=True,
    )
    listed = Listed(None, entity, service)  # type: ignore[arg-type]  # of which list is not asked
    found = entries.scope(listed, statement, made.NOW)
    assert found.outcome is (Outcome.INDETERMINATE if is_open else Outcome.PASSED)
    assert found.sub is (Sub.SCOPE_UNKNOWN if is_open else None)


@pytest.mark.parametrize(
    ("told", "scope", "lacks"),
    [
        ({"standards": ()}, {}, ("names no standard", "未载明可与范围比对的标准")),
        ({"standards": (), "is_known": False}, {}, ("one declaration", "一份声明")),
        ({"activities": ()}, {}, ("kind of assessment", "核查类型")),
        ({"products": ()}, {}, ("product code", "产品编码")),
        ({"country": ""}, {"sites": ["DE"]}, ("no country", "国家")),
        ({}, {"standards": []}, ("for which TEST certifier", "列表未载明 TEST certifier")),
        ({"products": ("hs:902.10",)}, {"productCategories": ["hs:90"]}, ("hs:902", "无法比对：hs:902")),
    ],
)
def test_what_is_missing_is_named(
    told: dict[str, Any], scope: dict[str, Any], lacks: tuple[str, str]
) -> None:
    document = made.document(
        made.FOREIGN, [made.entity("TEST certifier", [certifier(extensions=[made.scope(**scope)])])]
    )
    ((entity, service),) = lote.parse(jcs(document)).services()
    whole: dict[str, Any] = {
        "standards": ("GBT24067",),
        "products": ("cpc:23913", "hs:0902"),
        "country": "CN",
        "activities": ("verification",),
        "is_known": True,
    }
    found = entries.scope(
        Listed(None, entity, service),  # type: ignore[arg-type]  # of which list is not asked
        Statement(**whole | told),
        made.NOW,
    )
    assert found.sub is Sub.SCOPE_UNKNOWN
    for lang, word in zip(_LANGS, lacks, strict=True):
        assert word in report.cause(found, lang)


def test_who_is_believed_stands_in_the_report(world: World, folder: dict[str, bytes]) -> None:
    done = world.validate(folder)
    for lang in _LANGS:
        told = [line for line in report.lines(done, lang) if line.startswith(("   6 ", "  10 "))]
        assert [line.rpartition(" · ")[2] for line in told] == ["TEST certifier", "urn:test:agreement:1"]


class TestAgreement:
    """Only the receiver's own, in force then and now, of depth 1."""

    def test_repealed(self, world: World, judge: Judge) -> None:
        past = [{"status": "enacted", "statusStartingTime": "2025-06-01T00:00:00Z"}]
        world.agreements = [
            made.agreement(status="repealed", statusStartingTime="2026-10-01T00:00:00Z", history=past)
        ]
        assert judge(world) == ("TOTAL_FAILED", "AGREEMENT_NOT_IN_FORCE")

    def test_enacted_only_later(self, world: World, judge: Judge) -> None:
        world.agreements = [made.agreement(statusStartingTime="2026-12-01T00:00:00Z")]
        assert judge(world) == ("TOTAL_FAILED", "AGREEMENT_NOT_IN_FORCE")

    def test_none(self, world: World, judge: Judge) -> None:
        world.agreements = []
        assert judge(world) == ("INDETERMINATE", "NO_AGREEMENT")

    def test_with_somebody_else(self, world: World, judge: Judge) -> None:
        world.agreements = [made.agreement(recognisedParty="TEST list of others")]
        assert judge(world) == ("INDETERMINATE", "NO_AGREEMENT")

    def test_of_another_recognising_party(self, world: World, judge: Judge) -> None:
        world.agreements = [made.agreement(recognisingParty="TEST list of others")]
        assert judge(world) == ("INDETERMINATE", "NO_AGREEMENT")

    def test_for_another_standard(self, world: World, judge: Judge) -> None:
        pairs = [{"theirs": {"standard": "GBT24256"}, "ours": {"standard": "PEFCR"}}]
        world.agreements = [made.agreement(subjectEquivalence=pairs)]
        assert judge(world) == ("TOTAL_FAILED", "OUT_OF_SCOPE")

    def test_its_conditions_are_told(self, world: World, folder: dict[str, bytes]) -> None:
        assert [c["code"] for c in world.validate(folder).conditions] == ["gwp.set"]


class TestClock:
    """Skew, receipts, replay."""

    @pytest.mark.parametrize(
        ("seconds", "expected"), [(300, PASSED), (301, ("TOTAL_FAILED", "NOT_YET_VALID"))]
    )
    def test_a_clock_that_is_behind(
        self, world: World, judge: Judge, seconds: int, expected: tuple[str, str]
    ) -> None:
        world.now = made.NOW - timedelta(seconds=seconds)
        world.foreign = world.own = {"issued": made.NOW - timedelta(days=2)}
        assert judge(world) == expected

    def test_a_receipt_proves_that_it_existed_before_the_withdrawal(
        self, world: World, folder: dict[str, bytes], judge: Judge, maker: PrivateKey
    ) -> None:
        world.now = made.NOW + timedelta(days=10)
        world.certifier = [certifier(status="withdrawn", since="2026-11-25T00:00:00Z"), certifier()]
        assert judge(world) == ("TOTAL_FAILED", "STATUS_AT_POE_WITHDRAWN")
        world.more = {"receipts/1.json": receipt(maker, folder["credential.json"])}
        assert judge(world) == ("TOTAL_FAILED", "STATUS_AT_POE_WITHDRAWN")
        world.entities = [made.entity("TEST voucher", [made.state("tsa", others=[maker.public_key.did])])]
        assert judge(world)[0] == "TOTAL_PASSED"
        assert world.validate(folder).step("existence").evidence["source"] == maker.public_key.did

    def test_a_receipt_about_the_manifest_says_nothing_of_signatures_made_later(
        self, world: World, folder: dict[str, bytes], judge: Judge, maker: PrivateKey
    ) -> None:
        """What was prepared before a withdrawal could be signed after it."""
        world.now = made.NOW + timedelta(days=10)
        world.certifier = [certifier(status="withdrawn", since="2026-11-25T00:00:00Z"), certifier()]
        world.entities = [made.entity("TEST voucher", [made.state("tsa", others=[maker.public_key.did])])]
        world.more = {"receipts/1.json": receipt(maker, folder["manifest.json"])}
        assert judge(world) == ("TOTAL_FAILED", "STATUS_AT_POE_WITHDRAWN")
        seal = next(name for name in folder if name.endswith(".p7s"))
        world.more = {"receipts/1.json": receipt(maker, folder[seal])}
        assert judge(world) == PASSED

    def test_a_receipt_about_other_bytes_proves_nothing(
        self, world: World, judge: Judge, maker: PrivateKey
    ) -> None:
        world.now = made.NOW + timedelta(days=10)
        world.certifier = [certifier(status="withdrawn", since="2026-11-25T00:00:00Z"), certifier()]
        world.entities = [made.entity("TEST voucher", [made.state("tsa", others=[maker.public_key.did])])]
        world.more = {"receipts/1.json": receipt(maker, b"other bytes")}
        assert judge(world) == ("TOTAL_FAILED", "STATUS_AT_POE_WITHDRAWN")


def receipt(key: PrivateKey, data: bytes) -> bytes:
    """Somebody says when these bytes existed."""
    document = build_credential(
        issuer=key.public_key.did,
        valid_from=made.stamp(made.NOW),
        subject={"id": "urn:test:receipt", "name": "receipt"},
        resources=[Resource("manifest.json", "application/json", data)],
    )
    return jcs(data_integrity.add_proof(document, key, created=made.stamp(made.NOW)))
