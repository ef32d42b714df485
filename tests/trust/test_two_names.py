"""One key, authority or body under two names: what is said of it under either is heard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509 import ReasonFlags

from gateway.signing import data_integrity
from gateway.signing.credential import Resource, build_credential
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.trust import credential_checks
from tests.trust import made, pki
from tests.trust.conftest import World
from tests.trust.pki import Holder, issue, key
from tests.trust.test_existence import LATE, THEN, Case, log_receipt
from tests.trust.test_simulator import PASSED, certifier
from tests.trust.test_statements import Office
from tests.trust.test_whose_word import LOST
from tests.trust.test_x509 import SINCE, lists, sealed, verdict, world_of

RAW = ed25519.Ed25519PrivateKey.from_private_bytes(b"t" * 32)
OPERATOR = PrivateKey(RAW)


def did_of(holder: Holder) -> str:
    assert isinstance(holder.key, ec.EllipticCurvePrivateKey)
    return PrivateKey(holder.key).public_key.did


def withdrawn(kind: str, **own: Any) -> dict[str, Any]:
    return made.state(kind, status="withdrawn", since="2026-05-01T00:00:00Z", extensions=[LOST], **own)


def by_credential(data: bytes) -> bytes:
    document = build_credential(
        issuer=OPERATOR.public_key.did,
        valid_from=made.stamp(THEN),
        subject={"id": "urn:test:receipt", "name": "receipt"},
        resources=[Resource("file", "application/json", data)],
    )
    return jcs(data_integrity.add_proof(document, OPERATOR, created=made.stamp(THEN)))


class TestSigners:
    """Who has signed."""

    @pytest.mark.parametrize("is_chain", [False, True], ids=["listed", "by-chain"])
    def test_lost_under_its_did(self, is_chain: bool) -> None:
        of = pki.pki()
        world = world_of(of.root if is_chain else of.leaf, **lists(of))
        assert verdict(world, sealed(of.leaf)) == PASSED
        world.own_entities = [made.entity("TEST elsewhere", [withdrawn("gateway", others=[did_of(of.leaf)])])]
        assert verdict(world, sealed(of.leaf))[0] != "TOTAL_PASSED"

    def test_authority_lost_under_its_did(self) -> None:
        of = pki.pki()
        world = world_of(of.root, **lists(of))
        world.own_entities = [
            made.entity("TEST elsewhere", [withdrawn("gateway", others=[did_of(of.middle)])])
        ]
        assert verdict(world, sealed(of.leaf))[0] != "TOTAL_PASSED"

    def test_listed_by_its_did_and_shown_by_certificate(self) -> None:
        """As by a key of its own: a list that knows the key knows it under either name."""
        of = pki.pki()
        world = world_of(of.root)
        world.certifier = [certifier(others=[did_of(of.leaf)])]
        assert verdict(world, sealed(of.leaf)) == PASSED

    def test_a_list_that_is_out_of_date(self) -> None:
        """It grants nothing any more, but what it says is lost stays lost."""
        of, third = pki.pki(), made.operator(5, "CN")
        lost = made.entity("TEST elsewhere", [withdrawn("gateway", certificates=[of.leaf.own])])
        name = "TEST third"
        for days in (90, 59):
            world = world_of(of.leaf, **lists(of))
            issued = made.NOW - timedelta(days=60)
            held = made.document(name, [lost], issued=issued, days=days, country="CN")
            pins = [*made.policy()["lists"], {"name": name, "operatorKeys": [third.pin]}]
            world.policy = {"lists": pins}
            world.more["lists/third.jws"] = made.signed(held, third)
            assert verdict(world, sealed(of.leaf))[0] != "TOTAL_PASSED"

    def test_an_authority_of_two_bodies(self) -> None:
        """Whoever is below it may be either, by whichever of its certificates."""
        of = pki.pki()
        again = issue("TEST root P-256", of.root.key, ca=True, serial=11)
        for holder in (of.root, again):
            world = world_of(of.root, **lists(of))
            world.entities = [made.entity("TEST other", [certifier(certificates=[holder.own])])]
            assert verdict(world, sealed(of.leaf)) == ("TOTAL_FAILED", "TRUST_ENTRY_AMBIGUOUS")

    def test_a_root_that_says_so_of_itself(self) -> None:
        of = pki.pki()
        told = {**lists(of), "root": pki.crl(of.root, (1, SINCE, ReasonFlags.ca_compromise))}
        assert verdict(world_of(of.root, **told), sealed(of.leaf))[0] != "TOTAL_PASSED"


class TestVouchers:
    """Who says when."""

    def case(self, *others: dict[str, Any], **own: Any) -> Case:
        case = Case()
        states = [made.state("gateway", **{"others": [OPERATOR.public_key.did], **own})]
        case.world.entities = [made.entity("TEST gateway", states)]
        case.world.own_entities = [made.entity("TEST elsewhere", [one]) for one in others]
        return case

    def receipt(self, case: Case, kind: str) -> None:
        made_ = log_receipt(case.token, key=OPERATOR) if kind == "log" else by_credential(case.token)
        case.world.more["receipts/1.json"] = made_

    @pytest.mark.parametrize("kind", ["log", "credential"])
    def test_lost_under_a_certificate_of_another_list(self, kind: str) -> None:
        root = issue("TEST log root", key("P-256", 61), ca=True, serial=1)
        own = issue("TEST log", RAW, root, serial=2)
        case = self.case()
        self.receipt(case, kind)
        assert case.verdict == PASSED
        case = self.case(withdrawn("recogniser", certificates=[own.own]))
        self.receipt(case, kind)
        assert case.verdict == LATE
        # and by a CRL
        case = self.case(certificates=[own.own])
        self.receipt(case, kind)
        assert case.verdict == PASSED
        case.world.more |= {
            "certificates/log.pem": root.pem,
            "crls/log.crl": pki.crl(root, (2, SINCE, ReasonFlags.key_compromise)),
        }
        assert case.verdict == LATE

    def test_own_time_under_another_name(self) -> None:
        case = Case()
        states = [certifier(certificates=[case.of.root.own])]
        log = [made.state("gateway", others=[OPERATOR.public_key.did])]
        case.world.certifier = [made.state("cab/iso17065", others=["urn:test:nobody"])]
        case.world.entities = [
            made.entity("TEST both GmbH", [*states], [made.state("cab/iso17065", others=["urn:test:lei:1"])])
        ]
        case.world.own_entities = [
            made.entity("TEST both", log, [made.state("recogniser", others=["urn:test:lei:1"])])
        ]
        case.world.more["receipts/1.json"] = log_receipt(case.token, key=OPERATOR)
        assert case.verdict == LATE


@pytest.mark.parametrize("name", ["TEST certifier", "Test Certifier."])
def test_nobody_accredits_itself_under_another_entry(name: str) -> None:
    of = pki.pki()
    world = world_of(of.root, **lists(of))
    assert verdict(world, sealed(of.leaf)) == PASSED
    world.body["TrustedEntityInformation"]["TEName"] = [{"lang": "en", "value": name}]
    assert verdict(world, sealed(of.leaf)) == ("INDETERMINATE", "ACCREDITATION_UNKNOWN")


def test_a_list_of_statuses_by_a_key_that_its_authority_calls_lost() -> None:
    office = Office(OPERATOR)
    root = issue("TEST log root", key("P-256", 61), ca=True, serial=1)
    own = issue("TEST log", RAW, root, serial=2)
    world = World()
    data = office.files["revocation.json"]
    world.more = {"certificates/log.pem": root.pem + own.pem}
    assert credential_checks._read(data, world.snapshot()) is not None
    world.more["crls/log.crl"] = pki.crl(root, (2, SINCE, ReasonFlags.key_compromise))
    assert credential_checks._read(data, world.snapshot()) is None
