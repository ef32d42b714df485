"""What an agreement, a scope and a list do not say counts for nothing, however it is spelled."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from gateway.trust import enveloped
from gateway.trust.validation import RuleAnswers, validate_credential, validate_subject
from tests.signing.sm import made as sm
from tests.trust import made, pki
from tests.trust.conftest import Judge, World
from tests.trust.test_simulator import PASSED, certifier
from tests.trust.test_statements import KEY, Office, statement
from tests.trust.test_x509 import STATEMENT, sealed

NO_AGREEMENT = ("INDETERMINATE", "NO_AGREEMENT")


@pytest.mark.parametrize("is_first", [False, True])
def test_of_two_the_one_that_asks_for_least(world: World, folder: dict[str, bytes], is_first: bool) -> None:
    """Wherever they stand in the receiver's own list."""
    pair = made.agreement()["subjectEquivalence"][0]
    ruled = {**pair, "ruleset": {"id": "own", "sha256": "a" * 64}}
    more = made.agreement(id="urn:test:agreement:0", subjectEquivalence=[ruled])
    world.agreements = [made.agreement(), more] if is_first else [more, made.agreement()]
    done = world.validate(folder)
    assert done.passed
    assert done.step("agreement").params == {"agreement": "urn:test:agreement:1"}


class TestDepth:
    """(signing-trust 5.3) What the other side recognises for its part is of no concern."""

    @pytest.mark.parametrize("agreements", [[], [made.agreement()]])
    def test_a_statement_by_a_recogniser_of_the_other_side(self, agreements: list[dict[str, Any]]) -> None:
        office = Office()
        data = statement(office.place)
        assert office.verdict(data) == PASSED
        recogniser = made.state("recogniser", others=[office.listed])
        world = World(agreements=agreements, entities=[made.entity("TEST foreign recogniser", [recogniser])])
        world.more = {f"status/{name}": one for name, one in office.files.items() if name != "register.json"}
        done = validate_credential(data, world.snapshot())
        assert (done.indication.name, done.sub.name if done.sub else "") == NO_AGREEMENT

    def test_a_folder_sealed_by_one(self, world: World, judge: Judge) -> None:
        world.agreements = []
        world.certifier = [made.state("recogniser", certificates=[sm.LEAF_CERTIFICATE])]
        world.policy = {"services": ["cab/iso17029-14065", "recogniser"]}
        assert judge(world) == NO_AGREEMENT


class TestBodies:
    """An agreement with a body is with the one that goes by the identifier, on whichever list."""

    ID = "urn:test:certifier"

    @pytest.mark.parametrize(
        ("since", "expected"), [(made.EPOCH, NO_AGREEMENT), ("2026-11-22T00:00:00Z", PASSED)]
    )
    def test_of_an_identifier_that_another_list_has_given_before(
        self, world: World, judge: Judge, since: str, expected: tuple[str, str]
    ) -> None:
        """A list with which there is no agreement could make one with any of its own."""
        world.agreements = [made.agreement(recognisedParty=self.ID, technicalType="list-to-body")]
        world.certifier = [certifier(others=[self.ID])]
        assert judge(world) == PASSED
        theirs = made.state(
            "cab/iso17065", certificates=[sm.OTHER_CERTIFICATE], others=[self.ID], since=since
        )
        world.own_entities = [made.entity("TEST known certifier", [theirs])]
        assert judge(world) == expected


class TestRulesAndConditions:
    """What an agreement asks for besides is asked, or the verdict stays open."""

    PAIR: ClassVar[dict[str, Any]] = {
        "theirs": {"standard": "GBT24067"},
        "ours": {"standard": "ISO14067"},
    }

    @pytest.mark.parametrize(
        ("rules", "expected"),
        [
            (None, ("INDETERMINATE", "RULES_NOT_RUN")),
            (RuleAnswers(("other",), digests={"other": "a" * 64}), ("INDETERMINATE", "RULES_NOT_RUN")),
            (RuleAnswers(("own",), digests={"own": "b" * 64}), ("INDETERMINATE", "RULES_NOT_RUN")),
            (RuleAnswers(("own",)), ("INDETERMINATE", "RULES_NOT_RUN")),
            (
                RuleAnswers(("own",), blocking=("own-1",), digests={"own": "a" * 64}),
                ("TOTAL_FAILED", "RULES_BLOCKING"),
            ),
            (RuleAnswers(("own",), digests={"own": "a" * 64}), PASSED),
        ],
    )
    def test_the_rules_that_it_names(
        self, world: World, folder: dict[str, bytes], rules: RuleAnswers | None, expected: tuple[str, str]
    ) -> None:
        pair = {**self.PAIR, "ruleset": {"id": "own", "sha256": "a" * 64}}
        world.agreements = [made.agreement(subjectEquivalence=[pair])]
        done = world.validate(folder, rules)
        assert (done.indication.name, done.sub.name if done.sub else "") == expected

    def test_in_force_under_conditions_that_it_does_not_name(self, world: World, judge: Judge) -> None:
        bare = made.agreement(subjectEquivalence=[self.PAIR])
        for status, agreement, expected in (
            ("enacted", bare, PASSED),
            ("conditional", made.agreement(), PASSED),
            ("conditional", bare, ("INDETERMINATE", "SCOPE_UNKNOWN")),
        ):
            world.agreements = [{**agreement, "status": status}]
            assert judge(world) == expected


class TestAccreditation:
    """What an entry claims of its accreditation, its accreditation body's own entry says, too."""

    OPEN = ("INDETERMINATE", "ACCREDITATION_UNKNOWN")

    @pytest.mark.parametrize(
        ("claimed", "signed", "expected"),
        [
            ({}, {"level": "4"}, PASSED),
            ({"level": "4"}, {"level": "4"}, PASSED),
            ({"level": "4"}, {"level": "3"}, OPEN),
            ({"level": "4"}, {}, OPEN),
            ({"since": "2026-11-20T00:00:00Z"}, {}, OPEN),
            ({"mainScope": "ISO/IEC 17065"}, {}, ("TOTAL_FAILED", "NOT_ACCREDITED")),
        ],
    )
    def test_the_arrangement(
        self, world: World, judge: Judge, claimed: dict[str, str], signed: dict[str, str], expected: Any
    ) -> None:
        one = {"id": "TEST-MRA", "mainScope": "ISO 14065", "since": "2025-01-01T00:00:00Z"}
        world.certifier = [certifier(extensions=[made.scope(arrangement=[one | claimed])])]
        own = made.state("ab", others=[made.AB], extensions=[{"scope": {"arrangement": [one | signed]}}])
        world.body = made.entity("TEST accreditation body", [own])
        assert judge(world) == expected

    def test_by_itself(self, world: World, judge: Judge) -> None:
        granted = made.scope()["scope"]["accreditation"] | {"body": "urn:test:own"}
        scope = made.scope(accreditation=granted, arrangement=None)
        accreditor = made.state("ab", others=["urn:test:own"])
        world.certifier = [certifier(extensions=[scope])]
        world.entities = [made.entity("TEST other", [accreditor])]
        assert judge(world) == PASSED
        world.certifier, world.entities = [certifier(certificates=[sm.OTHER_CERTIFICATE])], []
        world.body = made.entity("TEST certifier", [certifier(extensions=[scope])], [accreditor])
        assert judge(world) == self.OPEN


class TestNames:
    """A statement goes by the name of the body that the list knows by its key."""

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("TEST body", PASSED),
            ("test  BODY", PASSED),
            ({"@value": "TEST body", "@language": "en"}, PASSED),
            ("TÜV of somewhere else", ("INDETERMINATE", "NOT_COVERED")),
            (["TEST body", "Another"], ("INDETERMINATE", "NOT_COVERED")),
        ],
    )
    def test_of_an_issuer(self, name: Any, expected: tuple[str, str]) -> None:
        office = Office()
        issuer = {"id": KEY.public_key.did, "name": name}
        assert office.verdict(statement(office.place, issuer=issuer)) == expected


class TestExclusions:
    """Who spells a code or a country otherwise does not get around an exclusion."""

    @staticmethod
    def verdict(exclusion: str, **changed: Any) -> tuple[str, str]:
        of = pki.pki()
        scope = made.scope(productCategories=None, sites=None, activity=None)
        world = World(agreements=[made.agreement(exclusions=[exclusion])])
        world.certifier = [certifier(certificates=[of.leaf.own], extensions=[scope])]
        subject = enveloped.of_file(sealed(of.leaf), {})
        done = validate_subject(subject, world.snapshot(), statement=replace(STATEMENT, **changed))
        return done.indication.name, done.sub.name if done.sub else ""

    @pytest.mark.parametrize("code", ["hs:0902.10", "hs:0902 10", "hs:0902-10", "hs: 0902"])
    def test_points_and_blanks_are_spelling(self, code: str) -> None:
        assert self.verdict("hs:0902", products=(code,))[0] != "TOTAL_PASSED"

    @pytest.mark.parametrize("code", ["hs:０９０２10", "hs:902.10", "hs:902", "hs:O902", "hs:"])
    def test_a_code_that_may_be_the_excluded_one_leaves_it_open(self, code: str) -> None:
        assert self.verdict("hs:0902", products=(code,))[0] == "INDETERMINATE"

    @pytest.mark.parametrize(
        "code", ["9021 0902", "9021-0902", "0901-0903", "0901-03", "08-10", "08 09", "8507-60"]
    )
    def test_so_does_one_that_may_be_several(self, code: str) -> None:
        assert self.verdict("hs:0902", products=(f"hs:{code}",))[0] == "INDETERMINATE"
        assert self.verdict("cpc:239", products=("cpc:46410 23913",))[0] == "INDETERMINATE"

    def test_an_exclusion_that_has_lost_its_zero(self) -> None:
        assert self.verdict("hs:902", products=("hs:0902.10",))[0] == "INDETERMINATE"
        assert self.verdict("hs:902", products=("hs:8507.60",)) == PASSED
        assert self.verdict("cpc:011", products=("cpc:1111",))[0] == "INDETERMINATE"

    def test_a_code_of_the_combined_nomenclature_is_one_of_the_harmonised_system(self) -> None:
        failed = ("TOTAL_FAILED", "OUT_OF_SCOPE")
        assert self.verdict("hs:0902", products=("cn8:0902 10 00",)) == failed
        assert self.verdict("hs:0902", products=("hs:8507.60", "cn8:09021000")) == failed
        assert self.verdict("hs:0902", products=("cn8:85076000",)) == PASSED

    @pytest.mark.parametrize(
        "code", ["hs:8507", "hs:8507.60", "hs:8507 60 00", "hs:8507.60.1050", "gbt7635:46420·010"]
    )
    def test_usual_spellings_of_another_product(self, code: str) -> None:
        assert self.verdict(f"{code.partition(':')[0]}:0902", products=(code,)) == PASSED

    @pytest.mark.parametrize("exclusion", ["CHN", "China", "GBT24067-2024", "GB/T 24067", "hs:", "hs:."])
    def test_an_exclusion_that_names_nothing_known_leaves_it_open(self, exclusion: str) -> None:
        assert self.verdict(exclusion)[0] == "INDETERMINATE"

    def test_another_standard_is_not_excluded(self) -> None:
        assert self.verdict("PEF") == PASSED
        assert self.verdict("GBT24067") == ("TOTAL_FAILED", "OUT_OF_SCOPE")

    def test_another_code_is_not_excluded(self) -> None:
        assert self.verdict("hs:0902", products=("hs:8507.60",)) == PASSED

    @pytest.mark.parametrize("country", ["", "cn", "CHN", "中国"])
    def test_so_does_a_country(self, country: str) -> None:
        assert self.verdict("CN", country=country)[0] == "INDETERMINATE"
        assert self.verdict("CN", country="DE") == PASSED

    @pytest.mark.parametrize(
        ("exclusion", "country"), [("UK", "GB"), ("GB", "UK"), ("EU", "DE"), ("EL", "GR")]
    )
    def test_two_letters_that_are_no_country(self, exclusion: str, country: str) -> None:
        assert self.verdict(exclusion, country=country)[0] == "INDETERMINATE"


class TestServices:
    """Several services of one body under one certificate: their order in the list decides nothing."""

    @staticmethod
    def world(*services: dict[str, Any]) -> World:
        entity = made.entity("TEST certifier of two", *([one] for one in services))
        other = made.state("tsa", others=["did:web:stamps.example"])
        return World(certifier=[other], entities=[entity])

    @pytest.mark.parametrize("turned", [False, True])
    @pytest.mark.parametrize(
        ("second", "expected"),
        [
            ({"extensions": [made.scope(productCategories=["cpc:464"])]}, PASSED),
            (
                {
                    "extensions": [made.scope(productCategories=["cpc:464"])],
                    "status": "suspended",
                    "since": "2026-10-01T00:00:00Z",
                },
                PASSED,
            ),
            (
                {"status": "withdrawn", "since": "2026-10-01T00:00:00Z"},
                ("TOTAL_FAILED", "STATUS_AT_POE_WITHDRAWN"),
            ),
        ],
        ids=["another scope", "another scope, suspended", "the same scope, withdrawn"],
    )
    def test_two(self, judge: Judge, second: dict[str, Any], expected: tuple[str, str], turned: bool) -> None:
        services = (certifier(), certifier(**second))
        assert judge(self.world(*(services[::-1] if turned else services))) == expected


class TestEquivalence:
    """An agreement equates their kind with one of ours; the policy says which of ours count."""

    def test_with_a_kind_that_the_policy_does_not_take(self, world: World, judge: Judge) -> None:
        pair = {"theirs": "cab/iso17029-14065", "ours": "programme-operator"}
        world.agreements = [made.agreement(serviceTypeEquivalence=[pair])]
        assert judge(world) == ("TOTAL_FAILED", "OUT_OF_SCOPE")


class TestAccreditationBody:
    """Who accredits must have been an accreditation body on every day that counts, by that name."""

    @pytest.mark.parametrize(
        "changed",
        [
            {"ServiceTypeIdentifier": "urn:hutong:trust:service:tsa"},
            {"ServiceDigitalIdentity": {"OtherIds": ["urn:test:somebody-else"]}},
        ],
    )
    def test_one_that_was_something_else_then(
        self, world: World, judge: Judge, changed: dict[str, Any]
    ) -> None:
        entity = made.accreditation_body()
        past = entity["TrustedEntityServices"][0]["ServiceInformation"]
        now = {**past, "StatusStartingTime": "2026-05-01T00:00:00Z"}
        world.body = made.entity("TEST accreditation body", [now, past])
        assert judge(world) == PASSED
        world.body = made.entity("TEST accreditation body", [now, {**past, **changed}])
        assert judge(world) == ("TOTAL_FAILED", "NOT_ACCREDITED")


class TestCompromise:
    """A key that the list calls compromised is so, whichever state says it."""

    REASON = {"statusReason": {"code": "key-compromise", "since": "2026-10-01T00:00:00Z"}}  # noqa: RUF012

    def test_granted_again_with_the_same_key(self, world: World, judge: Judge) -> None:
        withdrawn = certifier(
            status="withdrawn", since="2026-10-02T00:00:00Z", extensions=[made.scope(), self.REASON]
        )
        world.certifier = [certifier(since="2026-11-01T00:00:00Z"), withdrawn, certifier()]
        assert judge(world) == ("TOTAL_FAILED", "REVOKED_KEY_COMPROMISE")

    def test_granted_with_that_reason(self, world: World, judge: Judge) -> None:
        world.certifier = [certifier(extensions=[made.scope(), self.REASON])]
        assert judge(world) == ("TOTAL_FAILED", "REVOKED_KEY_COMPROMISE")

    def test_another_key_of_the_same_body_is_sound(self, world: World, judge: Judge) -> None:
        other = certifier(
            status="withdrawn",
            since="2026-10-02T00:00:00Z",
            certificates=[sm.OTHER_CERTIFICATE],
            extensions=[made.scope(), self.REASON],
        )
        world.certifier = [certifier(since="2026-11-01T00:00:00Z"), other]
        assert judge(world) == PASSED


class TestOldLists:
    """What an operator has signed later says that the older list is old, even when it is over itself."""

    OVER = {"sequence": 2, "issued": made.NOW - timedelta(days=10), "days": 5}  # noqa: RUF012

    def test_withdrawn_in_a_younger_list_that_is_over(self, world: World, judge: Judge) -> None:
        young = World(foreign=self.OVER)
        young.certifier = [certifier(status="withdrawn", since="2026-11-05T00:00:00Z"), certifier()]
        world.foreign = {"issued": made.NOW - timedelta(days=20)}
        assert judge(world) == PASSED
        world.more = {"lists/foreign-2.jws": young.lists()["lists/foreign.jws"]}
        assert judge(world)[0] == "INDETERMINATE"
        refused = {one.error.error_code for one in world.snapshot().refused}
        assert "list.rollback" in refused
        # What is remembered is the youngest number that its operator has signed.
        assert world.snapshot().seen()[made.FOREIGN].sequence == 2

    def test_an_agreement_repealed_in_one(self, world: World, judge: Judge) -> None:
        enacted = [{"status": "enacted", "statusStartingTime": "2025-06-01T00:00:00Z"}]
        repealed = made.agreement(
            status="repealed", statusStartingTime="2026-11-01T00:00:00Z", history=enacted
        )
        young = World(own=self.OVER, agreements=[repealed])
        world.own = {"issued": made.NOW - timedelta(days=20)}
        assert judge(world) == PASSED
        world.more = {"lists/own-2.jws": young.lists()["lists/own.jws"]}
        assert judge(world)[0] == "INDETERMINATE"

    def test_a_stranger_makes_no_list_old(self, world: World, judge: Judge) -> None:
        young = World(foreign=self.OVER, operators={made.FOREIGN: made.operator(9, "CN")})
        world.foreign = {"issued": made.NOW - timedelta(days=20)}
        world.more = {"lists/foreign-2.jws": young.lists()["lists/foreign.jws"]}
        assert judge(world) == PASSED
