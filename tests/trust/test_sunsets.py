"""Sunsets: a kind of key that no longer counts does so for nobody whose word the verdict rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.signing.did_key import KeyType
from gateway.signing.keys import PrivateKey
from tests.trust import made, pki
from tests.trust.conftest import World
from tests.trust.test_existence import OPERATOR, OVER, THEN, Case, log_receipt
from tests.trust.test_simulator import PASSED, receipt
from tests.trust.test_statements import Office, statement
from tests.trust.test_x509 import sealed, verdict, world_of

UNCOUNTED = ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE")


def sunset(kind: str, until: datetime) -> dict[str, object]:
    return {"sunsets": [{"algorithm": kind, "until": made.stamp(until)}]}


def operators(world: World) -> list[dict[str, object]]:
    """Operators whose own kind of key still counts; their pins."""
    pins: list[dict[str, object]] = []
    for name, number, country in ((made.OWN, 1, "DE"), (made.FOREIGN, 2, "CN")):
        raw = ec.derive_private_key(20261122 + number, ec.SECP384R1())
        before = made.operator(number, country).certificate
        built = x509.CertificateBuilder().subject_name(before.subject).issuer_name(before.issuer)
        built = built.public_key(raw.public_key()).serial_number(number)
        built = built.not_valid_before(before.not_valid_before_utc).not_valid_after(
            before.not_valid_after_utc
        )
        world.operators[name] = made.Operator(PrivateKey(raw), built.sign(raw, hashes.SHA384()))
        pins.append({"name": name, "operatorKeys": [world.operators[name].pin]})
    return pins


class TestWitnesses:
    """Who breaks the kind of key of an authority writes any time, and so one before the sunset."""

    def _case(self, until: datetime) -> Case:
        case, stamps = Case(), pki.authority()
        case.lists(stamps)
        case.stamped(stamps)
        case.world.policy = {**sunset("P-256", until), "lists": operators(case.world)}
        return case

    def test_a_stamp_of_a_kind_that_is_over_does_not_say_that_it_is_older(self) -> None:
        assert self._case(made.NOW).verdict == PASSED
        case = self._case(OVER)
        assert case.verdict == UNCOUNTED
        assert "list.sub-crypto-constraints-failure" in case.reasons

    @pytest.mark.parametrize("days", [-2, 2])
    def test_a_stamp_that_another_kind_has_stamped_before(self, days: int) -> None:
        case = self._case(OVER)
        root = pki.issue("TEST newer root", pki.key("P-384", 31), ca=True, serial=1)
        purpose = x509.ExtendedKeyUsage([pki.STAMPING])
        leaf = pki.issue("TEST newer stamps", pki.key("P-384", 32), root, (purpose, True), serial=9)
        newer = pki.Authority(root, leaf)
        state = made.state("tsa", certificates=[newer.root.own])
        case.world.entities.append(made.entity("TEST newer stamps", [state]))
        case.world.more["crls/newer.crl"] = pki.crl(newer.root)
        token = case.world.more["receipts/1.tst"]
        case.world.more["receipts/2.tst"] = newer.stamp(token, OVER + timedelta(days=days))
        assert (case.verdict == PASSED) is (days < 0)

    @pytest.mark.parametrize("form", ["log", "credential"])
    def test_a_log_and_a_receipt(self, form: str) -> None:
        case = Case()
        state = made.state("gateway", others=[OPERATOR.public_key.did])
        case.world.entities = [made.entity("TEST witness", [state])]
        if form == "log":
            case.world.more["receipts/1.json"] = log_receipt(case.token)
            until = THEN + timedelta(days=1)
        else:
            case = Case(end=made.NOW + timedelta(days=1))
            case.world.entities = [made.entity("TEST witness", [state])]
            case.world.more["receipts/1.json"] = receipt(OPERATOR, case.token)
            case.world.now += timedelta(hours=1)
            until = made.NOW
        existed = case.done.existed
        case.world.policy = sunset("Ed25519", until)
        assert existed < case.world.now
        assert case.done.existed == case.world.now


class TestStatusLists:
    """A list in which nothing is revoked, by a kind of key that is over."""

    def test_of_a_statement_that_is_older(self) -> None:
        office = Office()
        data = statement(office.place)
        witness = PrivateKey.generate(KeyType.P256)
        office.world.entities = [
            made.entity("TEST witness", [made.state("gateway", others=[witness.public_key.did])])
        ]
        office.world.more = {"receipts/1.json": receipt(witness, data)}
        office.world.now = made.NOW + timedelta(hours=2)
        assert office.verdict(data) == PASSED
        office.world.policy = sunset("Ed25519", made.NOW + timedelta(hours=1))
        assert office.verdict(data) == ("INDETERMINATE", "STATUS_UNAVAILABLE")
        # What it says against a statement is still heard.
        office.set("revocation")
        office.world.more = {"receipts/1.json": receipt(witness, data)}
        assert office.verdict(data) == ("TOTAL_FAILED", "STATUS_REVOKED")


class TestAuthorities:
    """A seal of a kind that counts, whose certificate one has issued that does not."""

    def test_an_authority_above_the_seal(self) -> None:
        root = pki.issue("TEST old root", pki.key("P-384", 1), ca=True, serial=1)
        leaf = pki.issue("TEST body seal", pki.key("P-256", 3), root, serial=3)
        world = world_of(root, root=pki.crl(root))
        token = sealed(leaf)
        assert verdict(world, token) == PASSED
        world.policy = sunset("P-384", made.NOW - timedelta(days=1))
        assert verdict(world, token) == UNCOUNTED
        # Where the list names the very certificate, nobody above it is asked.
        assert verdict(_listed(world, leaf), token) == PASSED


def _listed(world: World, leaf: pki.Holder) -> World:
    return replace(world_of(leaf), policy=world.policy)


def test_a_list_of_an_operator_whose_kind_is_over() -> None:
    of = pki.pki("P-384")
    world = world_of(of.leaf)
    world.policy = sunset("P-256", made.NOW)
    assert verdict(world, sealed(of.leaf)) == PASSED
    world.policy = sunset("P-256", made.NOW - timedelta(hours=1))
    assert verdict(world, sealed(of.leaf)) == ("INDETERMINATE", "TRUST_LIST_REFUSED")
    assert {one.error.error_code for one in world.snapshot().refused} == {"list.operator-over"}
