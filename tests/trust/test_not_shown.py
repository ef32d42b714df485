"""What is known against a key, authority or service counts, whoever leaves it out or says it elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ReasonFlags
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from gateway.signing import data_integrity
from gateway.signing.certificates import Certificate
from gateway.signing.credential import build_credential
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base58btc, base64url
from gateway.signing.verification_key import VerificationKey
from gateway.trust import credential_checks, enveloped, lote
from gateway.trust.identities import identities_in
from gateway.trust.validation import validate_subject
from tests.trust import made, pki
from tests.trust.conftest import World
from tests.trust.pki import Holder, issue, key
from tests.trust.test_simulator import PASSED, certifier
from tests.trust.test_two_names import did_of, withdrawn
from tests.trust.test_whose_word import LOST
from tests.trust.test_x509 import NO_LIST, SINCE, STATEMENT, UNKNOWN, lists, sealed, verdict, world_of

REFUSED = ("INDETERMINATE", "TRUST_LIST_REFUSED")
LATER, SINCE_JUNE = "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"


class TestIssuers:
    """A list of revocations is there, and the signer leaves out who has signed it."""

    @pytest.mark.parametrize("shown", ["nobody", "somebody-of-that-name"])
    @pytest.mark.parametrize("is_bare", [False, True])
    def test_of_a_listed_seal(self, shown: str, *, is_bare: bool) -> None:
        of = pki.pki()
        again = issue("TEST body seal", of.leaf.key, of.middle, serial=33)
        fake = issue("TEST authority", key("P-256", 77), ca=True, serial=5)
        above = (fake.certificate,) if shown != "nobody" else ()
        own = again if is_bare else of.leaf
        world = world_of(of.leaf, middle=pki.crl(of.middle))
        world.certifier = [certifier(certificates=[of.leaf.own, again.own])]
        assert verdict(world, sealed(replace(own, above=above))) == PASSED
        world.more["crls/middle.crl"] = pki.crl(of.middle, (3, SINCE, ReasonFlags.key_compromise))
        assert verdict(world, sealed(replace(own, above=above))) == NO_LIST

    def test_of_a_listed_authority(self) -> None:
        of = pki.pki()
        told = pki.crl(of.root, (2, SINCE, ReasonFlags.ca_compromise))
        world = world_of(of.middle, root=told, middle=pki.crl(of.middle))
        assert verdict(world, sealed(of.leaf)) == ("TOTAL_FAILED", "REVOKED")
        short = replace(of.leaf, above=(of.middle.certificate,))
        assert verdict(world, sealed(short)) == NO_LIST

    @pytest.mark.parametrize("level", ["leaf", "middle"])
    def test_with_a_certificate_of_its_key_that_signs_no_lists(self, level: str) -> None:
        """Anybody can write one: the authority's key is public, and nobody asks who has issued it."""
        of = pki.pki()
        listed, by = {"leaf": (of.leaf, of.middle), "middle": (of.middle, of.root)}[level]
        serial = listed.certificate.serial_number
        told = pki.crl(by, (serial, SINCE, ReasonFlags.key_compromise))
        world = world_of(listed, **{**lists(of), "told": told})
        name = by.certificate.subject.rfc4514_string().removeprefix("CN=")
        posed = issue(name, by.key, ca=True, serial=6, usages=["key_cert_sign"], signer=key("P-256", 77))
        above = (of.middle.certificate, of.root.certificate)[: level == "middle"]
        assert verdict(world, sealed(replace(of.leaf, above=(*above, by.certificate))))[1] == "REVOKED"
        assert verdict(world, sealed(replace(of.leaf, above=(*above, posed.certificate)))) == NO_LIST

    @pytest.mark.parametrize(
        "extension",
        [
            x509.DeltaCRLIndicator(5),
            x509.IssuingDistributionPoint(
                None, None, False, False, frozenset({ReasonFlags.key_compromise}), False, False
            ),
        ],
        ids=["changes", "some-reasons"],
    )
    def test_a_list_that_calls_nobody_good(self, extension: x509.ExtensionType) -> None:
        of = pki.pki()
        entry = (3, SINCE, ReasonFlags.key_compromise)
        world = world_of(of.leaf, told=pki.crl(of.middle, entry, extensions=[(extension, True)]))
        assert verdict(world, sealed(of.leaf)) == NO_LIST
        again = issue("TEST body seal", of.leaf.key, of.middle, serial=33)
        world.certifier = [certifier(certificates=[of.leaf.own, again.own])]
        assert verdict(world, sealed(again)) == NO_LIST

    def test_a_list_that_names_a_number_twice(self) -> None:
        """Which entry counts nobody knows."""
        of = pki.pki()
        entry = (3, SINCE, ReasonFlags.key_compromise)
        world = world_of(of.leaf, told=pki.crl(of.middle, entry, entry))
        assert verdict(world, sealed(of.leaf)) == NO_LIST

    @pytest.mark.parametrize("cut", [5, 60, 140])
    def test_a_list_that_was_cut_off(self, cut: int) -> None:
        """Whoever is of its issuer may have been named behind it."""
        of = pki.pki()
        told = pki.crl(of.middle, (3, SINCE, ReasonFlags.key_compromise))
        text = x509.load_der_x509_crl(told).public_bytes(Encoding.PEM)
        for data in (told[:-cut], text[:-cut], text[: cut - 200] + b"*" + text[cut - 200 :], told + b"\n"):
            assert verdict(world_of(of.leaf, told=data), sealed(of.leaf)) == NO_LIST
        # Words in front, as of a directory or an older PEM, and a sign that was lost move all behind them.
        begin, body = text.split(b"\n", 1)
        ldif = b"certificateRevocationList;binary:: " + body.replace(b"\n", b"\n ")
        for data in (begin + b"\nFrom: TEST\n\n" + body, begin + b"\n" + body[1:], ldif):
            assert verdict(world_of(of.leaf, told=data), sealed(of.leaf)) == NO_LIST
        others = pki.pki("P-384")
        assert verdict(world_of(others.leaf, told=pki.crl(others.root)[:-cut]), sealed(others.leaf)) == PASSED

    def test_lists_in_text(self) -> None:
        of = pki.pki()
        told = pki.crl(of.middle, (3, SINCE, ReasonFlags.key_compromise))
        other = x509.load_der_x509_crl(pki.crl(of.root)).public_bytes(Encoding.PEM)
        text = x509.load_der_x509_crl(told).public_bytes(Encoding.PEM)
        world = world_of(of.leaf, both=b"# of today\n" + other + text)
        assert verdict(world, sealed(of.leaf)) == ("TOTAL_FAILED", "REVOKED")

    @pytest.mark.parametrize("names", ["ab", "ba"])
    def test_two_lists_of_two_reasons(self, names: str) -> None:
        of = pki.pki()
        again = issue("TEST body seal", of.leaf.key, of.middle, serial=33)
        world = world_of(of.leaf)
        world.certifier = [certifier(certificates=[of.leaf.own, again.own])]
        for file, reason in zip(names, (ReasonFlags.superseded, ReasonFlags.key_compromise), strict=True):
            world.more[f"crls/{file}.crl"] = pki.crl(of.middle, (3, SINCE, reason))
        assert verdict(world, sealed(replace(again, above=()))) == NO_LIST


class TestUnheard:
    """A list of revocations that may not speak names the signer, beside one that calls everybody good."""

    def verdicts(self, **told: bytes) -> set[tuple[str, str]]:
        """Of a listed seal, and of one below a listed root; ``told`` are lists besides the whole ones."""
        of = pki.pki()
        whole = {
            "root": pki.crl(of.root, this=made.NOW - timedelta(days=3)),
            "middle": pki.crl(of.middle, this=made.NOW - timedelta(days=3)),
        }
        listed, below = world_of(of.leaf, **told), world_of(of.root, **whole, **told)
        assert verdict(world_of(of.root, **whole), sealed(of.leaf)) == PASSED
        return {verdict(listed, sealed(of.leaf)), verdict(below, sealed(of.leaf))}

    @pytest.mark.parametrize("days", [9, 20])
    def test_on_hold_in_one_that_is_over(self, days: int) -> None:
        of, hold = pki.pki(), (3, SINCE, ReasonFlags.certificate_hold)
        this = made.NOW - timedelta(days=days)
        told = pki.crl(of.middle, hold, this=this, next_=this + timedelta(days=7))
        world = world_of(of.leaf, told=told)
        assert verdict(world, sealed(of.leaf)) == NO_LIST
        # Lifted since, as far as today's list goes.
        world.more["crls/middle.crl"] = pki.crl(of.middle)
        assert verdict(world, sealed(of.leaf)) == PASSED

    def test_a_hold_that_was_lifted_before_the_certificate_was_over(self) -> None:
        """The last list of its lifetime answers for a signature that is proven to be older."""
        of, hold = pki.pki(), (8, made.NOW - timedelta(days=70), ReasonFlags.certificate_hold)
        end = made.NOW - timedelta(days=20)
        own = issue("TEST body seal", of.leaf.key, of.middle, serial=8, end=end)
        older = pki.crl(
            of.middle, hold, this=made.NOW - timedelta(days=60), next_=made.NOW - timedelta(days=53)
        )
        last = pki.crl(of.middle, this=end - timedelta(hours=5), next_=end + timedelta(days=7))
        stamps, data = pki.authority(), sealed(own)
        world = world_of(of.root, last=last, stamps=pki.crl(stamps.root), **{**lists(of), "middle": last})
        world.entities = [made.entity("TEST stamps", [made.state("tsa", certificates=[stamps.root.own])])]
        world.more["receipts/1.tst"] = stamps.stamp(data, made.NOW - timedelta(days=40))
        assert verdict(world, data) == PASSED
        world.more["crls/older.crl"] = older
        assert verdict(world, data) == PASSED
        del world.more["crls/last.crl"], world.more["crls/middle.crl"]
        assert verdict(world, data)[0] == "INDETERMINATE"

    @pytest.mark.parametrize("names", ["ab", "ba"])
    def test_two_authorities_of_one_name(self, names: str) -> None:
        """What is known comes before what is not, whatever their files are called."""
        of = pki.pki()
        other = issue("TEST authority", key("P-256", 55), of.root, ca=True, serial=55)
        world = world_of(of.leaf)
        for file, by, why in zip(
            names,
            (of.middle, other),
            (ReasonFlags.certificate_hold, ReasonFlags.key_compromise),
            strict=True,
        ):
            world.more[f"certificates/{file}.pem"] = by.pem
            world.more[f"crls/{file}.crl"] = pki.crl(by, (3, SINCE, why))
        assert verdict(world, sealed(of.leaf)) == ("TOTAL_FAILED", "REVOKED")

    def test_on_hold_in_one_of_changes(self) -> None:
        of, hold = pki.pki(), (3, SINCE, ReasonFlags.certificate_hold)
        delta = [(x509.DeltaCRLIndicator(5), True)]
        older = pki.crl(of.middle, hold, this=made.NOW - timedelta(days=9), extensions=delta)
        assert self.verdicts(told=older, later=pki.crl(of.middle)) == {PASSED}
        assert self.verdicts(told=pki.crl(of.middle, hold, extensions=delta)) == {NO_LIST}

    @pytest.mark.parametrize("reason", [ReasonFlags.cessation_of_operation, ReasonFlags.affiliation_changed])
    def test_a_harmless_reason_in_one_of_changes(self, reason: ReasonFlags) -> None:
        told = pki.crl(pki.pki().middle, (3, SINCE, reason), extensions=[(x509.DeltaCRLIndicator(5), True)])
        assert self.verdicts(told=told) == {NO_LIST}

    def test_made_by_a_clock_that_is_ahead(self) -> None:
        ahead = made.NOW + timedelta(seconds=30)
        told = pki.crl(pki.pki().middle, (3, SINCE, ReasonFlags.key_compromise), this=ahead)
        assert self.verdicts(told=told) == {NO_LIST}

    @pytest.mark.parametrize("name", ["TEST Authority", "TEST  authority ", "TEST authority"])
    def test_its_issuer_in_another_spelling(self, name: str) -> None:
        own = x509.NameAttribute(NameOID.COMMON_NAME, name, _ASN1Type.PrintableString)
        assert self.verdicts(told=_indirect(pki.pki().middle, (3, None), issuer=x509.Name([own]))) == {
            NO_LIST
        }

    def test_of_several_issuers(self) -> None:
        """Each entry is of the issuer whom it, or the last one before it that does so, names."""
        of, several = pki.pki(), issue("TEST lists", key("P-256", 91), serial=91, usages=["crl_sign"])
        own, other = of.middle.certificate.subject, several.certificate.subject
        assert self.verdicts(told=_indirect(several, (3, own))) == {NO_LIST}
        assert self.verdicts(told=_indirect(several, (9, own), (3, None))) == {NO_LIST}
        assert self.verdicts(told=_indirect(several, (3, None))) == {PASSED}
        assert self.verdicts(told=_indirect(of.middle, (3, None), (9, other))) == {NO_LIST}
        assert self.verdicts(told=_indirect(of.middle, (9, other), (3, None))) == {PASSED}

    def test_of_attributes_alone(self) -> None:
        scope = x509.IssuingDistributionPoint(None, None, False, False, None, False, True)
        entry = (3, SINCE, ReasonFlags.key_compromise)
        told = pki.crl(pki.pki().middle, entry, extensions=[(scope, True)])
        assert self.verdicts(told=told) == {PASSED}

    def test_parts_of_one_issuer(self) -> None:
        """Users, authorities and attributes apart, as large authorities publish them."""
        of = pki.pki()
        world = world_of(of.root)
        for kind, flags in {"user": (True, False), "authority": (False, True)}.items():
            scope = x509.IssuingDistributionPoint(None, None, *flags, None, False, False)
            for name, by in {"root": of.root, "middle": of.middle}.items():
                entry = (77, SINCE, ReasonFlags.key_compromise)
                world.more[f"crls/{name}-{kind}.crl"] = pki.crl(by, entry, extensions=[(scope, True)])
        assert verdict(world, sealed(of.leaf)) == PASSED

    @pytest.mark.parametrize("listed", ["leaf", "root"])
    def test_of_time_stamps(self, listed: str) -> None:
        """A stamp keeps a certificate alive that is over; its authority was gone, or on hold, before it."""
        of, stamps = pki.pki(), pki.authority()
        own = issue("TEST body seal", of.leaf.key, of.middle, end=made.NOW - timedelta(days=20))
        data, then = sealed(own), made.NOW - timedelta(days=25)
        anchor = {"leaf": stamps.leaf, "root": stamps.root}[listed]
        world = world_of(own, whole=pki.crl(stamps.root, this=made.NOW - timedelta(days=3)))
        world.entities = [made.entity("TEST stamps", [made.state("tsa", certificates=[anchor.own])])]
        world.more |= {"receipts/1.tst": stamps.stamp(data, then), "certificates/1.pem": stamps.root.pem}
        assert verdict(world, data) == PASSED
        gone, hold = ReasonFlags.cessation_of_operation, ReasonFlags.certificate_hold
        delta = [(x509.DeltaCRLIndicator(5), True)]
        world.more["crls/told.crl"] = pki.crl(stamps.root, (9, SINCE, gone), extensions=delta)
        assert verdict(world, data) == ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")
        world.more["crls/told.crl"] = pki.crl(
            stamps.root, (9, then + timedelta(days=1), gone), extensions=delta
        )
        assert verdict(world, data) == PASSED
        over = made.NOW - timedelta(days=2)
        world.more["crls/whole.crl"] = pki.crl(stamps.root, (9, SINCE, hold), this=over, next_=over)
        assert verdict(world, data) == ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")


def _indirect(by: Holder, *revoked: tuple[int, x509.Name | None], issuer: x509.Name | None = None) -> bytes:
    """A list of lost keys by number, some with the name of who has issued the certificate."""
    built = x509.CertificateRevocationListBuilder().issuer_name(issuer or by.certificate.subject)
    built = built.last_update(made.NOW - timedelta(days=1)).next_update(made.NOW + timedelta(days=6))
    if issuer is None:
        scope = x509.IssuingDistributionPoint(None, None, False, False, None, True, False)
        built = built.add_extension(scope, critical=True)
    for serial, name in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(SINCE)
        entry = entry.add_extension(x509.CRLReason(ReasonFlags.key_compromise), critical=False)
        if name is not None:
            entry = entry.add_extension(x509.CertificateIssuer([x509.DirectoryName(name)]), critical=True)
        built = built.add_revoked_certificate(entry.build())
    assert not isinstance(by.key, ed25519.Ed25519PrivateKey)
    return built.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


class TestLists:
    """A list that may not speak still tells of a loss, if it is its operator's."""

    def world(self, own: Holder, *documents: dict[str, Any], **more: bytes) -> World:
        third = made.operator(5, "CN")
        world = world_of(own)
        pins = [*made.policy()["lists"], {"name": "TEST third", "operatorKeys": [third.pin]}]
        world.policy = {"lists": pins}
        for number, one in enumerate(documents):
            world.more[f"lists/{number}.jws"] = made.signed(one, third)
        world.more |= more
        return world

    def document(self, *entities: dict[str, Any], **changed: Any) -> dict[str, Any]:
        return made.document("TEST third", entities, country="CN", **{"sequence": 7, **changed})

    @pytest.mark.parametrize("days", [90, 59])
    def test_older_than_one_that_was_seen(self, days: int) -> None:
        of = pki.pki()
        lost = made.entity("TEST elsewhere", [withdrawn("gateway", certificates=[of.leaf.own])])
        seen = {"TEST third": {"sequence": 8, "sha256": "0" * 64}}
        memory = json.dumps({"format": "hutong-trust-memory@1", "lists": seen}).encode()
        issued = made.NOW - timedelta(days=60)
        document = self.document(lost, issued=issued, days=days)
        world = self.world(of.leaf, document, **{"seen.json": memory})
        assert verdict(world, sealed(of.leaf))[0] == "TOTAL_FAILED"

    def test_two_of_one_number(self) -> None:
        of = pki.pki()
        lost = made.entity("TEST elsewhere", [withdrawn("gateway", certificates=[of.leaf.own])])
        other = made.entity("TEST other", [made.state("gateway", others=["did:web:other.example"])])
        world = self.world(of.leaf, self.document(lost), self.document(lost, other))
        assert verdict(world, sealed(of.leaf))[0] == "TOTAL_FAILED"

    def test_with_a_key_that_nobody_reads(self) -> None:
        of = pki.pki()
        lost = made.entity("TEST elsewhere", [withdrawn("gateway", certificates=[of.leaf.own])])
        state = made.state("gateway")
        state["ServiceDigitalIdentity"] = {"PublicKeyValues": [{"kty": "EC", "crv": "secp256k1"}]}
        world = self.world(of.leaf, self.document(made.entity("TEST odd", [state]), lost))
        assert verdict(world, sealed(of.leaf))[0] == "TOTAL_FAILED"

    @pytest.mark.parametrize("is_own", [False, True], ids=["another-service", "same-service"])
    def test_with_a_key_of_the_body_that_nobody_reads(self, *, is_own: bool) -> None:
        of = pki.pki()
        lost = withdrawn("gateway", certificates=[of.leaf.own])
        other = made.state("gateway")
        (lost if is_own else other)["ServiceDigitalIdentity"]["PublicKeyValues"] = [
            {"kty": "EC", "crv": "secp256k1"}
        ]
        body = made.entity("TEST elsewhere", [lost]) if is_own else made.entity("TEST", [lost], [other])
        world = self.world(of.leaf, self.document(body))
        assert verdict(world, sealed(of.leaf))[0] == "TOTAL_FAILED"
        # Whom nobody lists is looked for in refused lists, too.
        stranger = issue("TEST stranger", key("P-256", 70), serial=70)
        assert verdict(world, sealed(stranger)) == UNKNOWN

    def test_a_younger_one_with_a_key_that_nobody_reads(self) -> None:
        of = pki.pki()
        new = issue("TEST new seal", key("P-256", 88), serial=88)
        good = certifier(certificates=[of.leaf.own])
        away = certifier(certificates=[of.leaf.own], status="withdrawn", since=SINCE_JUNE)
        odd = made.state("gateway")
        odd["ServiceDigitalIdentity"] = {"PublicKeyValues": [{"kty": "EC", "crv": "secp256k1"}]}
        older = self.document(made.entity("TEST body", [good]))
        younger = self.document(made.entity("TEST body", [away, good], [odd]), sequence=8)
        for documents, found in (((older,), PASSED), ((older, younger), REFUSED)):
            world = self.world(new, *documents)
            world.agreements.append(made.agreement(id="urn:test:third", recognisedParty="TEST third"))
            assert verdict(world, sealed(of.leaf)) == found

    @pytest.mark.parametrize("number", [7, 99])
    def test_a_number_of_whoever_has_the_operators_lost_key(self, number: int) -> None:
        of, lost, good = pki.pki(), made.operator(5, "CN"), made.operator(6, "CN")
        world = world_of(issue("TEST new seal", key("P-256", 88), serial=88))
        pins = [*made.policy()["lists"], {"name": "TEST third", "operatorKeys": [lost.pin, good.pin]}]
        world.policy = {"lists": pins}
        world.agreements.append(made.agreement(id="urn:test:third", recognisedParty="TEST third"))
        own = Certificate.from_pem(lost.pem)
        world.own_entities = [made.entity("TEST operator", [withdrawn("gateway", certificates=own)])]
        body = made.entity("TEST body", [certifier(certificates=[of.leaf.own])])
        other = made.entity("TEST other", [made.state("gateway", others=["did:web:other.example"])])
        world.more["lists/good.jws"] = made.signed(self.document(body), good)
        world.more["lists/lost.jws"] = made.signed(self.document(other, sequence=number), lost)
        assert verdict(world, sealed(of.leaf)) == PASSED
        assert world.snapshot().seen()["TEST third"].sequence == 7

    def test_of_somebody_else_says_nothing(self) -> None:
        of = pki.pki()
        lost = made.entity("TEST elsewhere", [withdrawn("gateway", certificates=[of.leaf.own])])
        world = self.world(of.leaf, self.document(lost))
        world.policy = {}
        assert verdict(world, sealed(of.leaf)) == PASSED


class TestSpellings:
    """A did:key is the key, also as the address of its method, and of kinds that sign under no did:key."""

    def test_with_a_fragment(self) -> None:
        of = pki.pki()
        did = did_of(of.leaf)
        self._check(of.leaf, f"{did}#{did.removeprefix('did:key:')}")

    def test_of_rsa(self) -> None:
        of = pki.pki("RSA")
        raw = of.leaf.key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
        self._check(of.leaf, "did:key:" + base58btc(b"\x85\x24" + raw))

    def test_of_p521(self) -> None:
        own = key("P-521", 7).public_key()
        raw = own.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        told = made.state("gateway", others=["did:key:" + base58btc(b"\x82\x24" + raw)])
        state = lote.State.model_validate_json(json.dumps(told))
        assert f"key:{VerificationKey.of(own).sha256}" in set(identities_in(state))

    @pytest.mark.parametrize("algorithm", ["2a0304", "2a811ccf5501822d"])
    def test_of_no_kind_that_is_read(self, algorithm: str) -> None:
        """A list of anybody may name anything."""
        oid = bytes.fromhex(algorithm)
        inner = b"\x06" + bytes([len(oid)]) + oid
        spki = b"\x30" + bytes([len(inner)]) + inner + b"\x03\x02\x00\x01"
        data = b"\x85\x24\x30" + bytes([len(spki)]) + spki
        world = world_of(pki.pki().leaf)
        odd = made.state("gateway", others=["did:key:" + base58btc(data)])
        world.own_entities = [made.entity("TEST odd", [odd])]
        assert verdict(world, sealed(pki.pki().leaf)) == PASSED

    @pytest.mark.parametrize("fragment", ["", "#0"])
    @pytest.mark.parametrize("use", [{}, {"use": "enc"}, {"key_ops": ["sign"]}], ids=str)
    def test_as_json(self, fragment: str, use: dict[str, Any]) -> None:
        of = pki.pki()
        point = of.leaf.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        x, y = base64url(point[1:33]), base64url(point[33:])
        jwk = jcs({"kty": "EC", "crv": "P-256", "x": x, "y": y, **use})
        self._check(of.leaf, f"did:jwk:{base64url(jwk)}{fragment}")

    def _check(self, own: Holder, did: str) -> None:
        world = world_of(own)
        assert verdict(world, sealed(own)) == PASSED
        world.own_entities = [made.entity("TEST elsewhere", [withdrawn("gateway", others=[did])])]
        assert verdict(world, sealed(own))[0] == "TOTAL_FAILED"


@pytest.mark.parametrize("status", ["suspended", "withdrawn"])
@pytest.mark.parametrize("has_scope", [False, True])
def test_a_service_that_is_taken_away_without_its_scope(status: str, *, has_scope: bool) -> None:
    """It was listed for the same: nobody knows under which of two hats the body has signed."""
    of = pki.pki()
    world = world_of(of.leaf)
    granted = certifier(certificates=[of.leaf.own])
    extensions = [made.scope()] if has_scope else []
    away = certifier(certificates=[of.leaf.own], status=status, since=LATER, extensions=extensions)
    world.entities = [made.entity("TEST two", [granted], [away, granted])]
    world.certifier = [made.state("tsa", others=["urn:test:nobody"])]
    assert verdict(world, sealed(of.leaf)) == ("TOTAL_FAILED", f"STATUS_AT_POE_{status.upper()}")
    # One for something else is no hat of this declaration.
    other = [made.scope(standards=["ISO14067"])]
    world.entities = [
        made.entity("TEST two", [granted], [away, certifier(certificates=[of.leaf.own], extensions=other)])
    ]
    assert (verdict(world, sealed(of.leaf)) == PASSED) is not has_scope


class TestHonestBodies:
    """A body that changes how it is listed."""

    @pytest.mark.parametrize("before", ["leaf", "middle"])
    def test_listed_by_its_authority_now(self, before: str) -> None:
        of = pki.pki()
        old = {"leaf": of.leaf, "middle": of.middle}[before]
        world = world_of(of.root, **lists(of))
        world.certifier = [
            certifier(certificates=[of.root.own], since=SINCE_JUNE),
            certifier(certificates=[old.own]),
        ]
        assert verdict(world, sealed(of.leaf)) == PASSED
        world.certifier[0] = certifier(certificates=[of.root.own], since=SINCE_JUNE, status="withdrawn")
        assert verdict(world, sealed(of.leaf)) == ("TOTAL_FAILED", "STATUS_AT_POE_WITHDRAWN")

    def test_an_authority_of_another_body_does_not_help(self) -> None:
        of = pki.pki()
        world = world_of(of.root, **lists(of))
        other = issue("TEST new seal", key("P-256", 88), serial=88)
        world.certifier = [
            certifier(certificates=[other.own], since=SINCE_JUNE),
            certifier(certificates=[of.leaf.own]),
        ]
        world.entities = [made.entity("TEST other", [certifier(certificates=[of.root.own])])]
        assert verdict(world, sealed(of.leaf)) == ("TOTAL_FAILED", "NOT_LISTED_AT_POE")

    def test_an_accreditation_body_with_two_services(self) -> None:
        of = pki.pki()
        world = world_of(of.leaf)
        first = made.accreditation_body()["TrustedEntityServices"][0]["ServiceInformation"]
        second = made.state("ab", others=[made.AB])
        world.body = made.entity("TEST accreditation body", [first], [second])
        assert verdict(world, sealed(of.leaf)) == PASSED
        away = made.state("ab", others=[made.AB], status="suspended", since="2026-01-01T00:00:00Z")
        world.body = made.entity("TEST accreditation body", [first], [away, second])
        assert verdict(world, sealed(of.leaf)) == ("INDETERMINATE", "ACCREDITATION_UNKNOWN")

    def test_another_key_of_a_did_web(self) -> None:
        """The former one was lost; the list has granted the name again with the next."""
        did = "did:web:body.example"
        old, new = PrivateKey.generate(KeyType.ED25519), PrivateKey.generate(KeyType.ED25519)
        world = World()
        scope = made.scope()
        world.certifier = [
            certifier(certificates=[], others=[did, new.public_key.did], since=SINCE_JUNE),
            certifier(
                certificates=[],
                others=[did, old.public_key.did],
                since=LATER,
                status="suspended",
                extensions=[scope, LOST],
            ),
            certifier(certificates=[], others=[did, old.public_key.did]),
        ]
        methods = [
            {
                "id": f"{did}#{number}",
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": one.public_key.multikey,
            }
            for number, one in enumerate((old, new))
        ]
        names = [one["id"] for one in methods]
        world.more["dids/1.json"] = jcs({"id": did, "verificationMethod": methods, "assertionMethod": names})
        subject = {"id": "urn:test:subject", "name": "test"}
        document = build_credential(issuer=did, valid_from=made.stamp(made.NOW), subject=subject)
        snapshot = world.snapshot()
        known = credential_checks.keys_of(snapshot)
        for number, one in enumerate((old, new)):
            created = made.stamp(made.NOW)
            data = jcs(data_integrity.add_proof(document, one, created=created, method=names[number]))
            done = validate_subject(enveloped.of_credential(data, known), snapshot, statement=STATEMENT)
            assert done.passed is (one is new)


@pytest.mark.parametrize("is_own", [False, True], ids=["another-body", "own"])
def test_a_certificate_of_the_signers_own_making_hides_no_entry(*, is_own: bool) -> None:
    """A key that is listed bare, and by a certificate where it is suspended: the signer shows neither."""
    of = pki.pki()
    mine = issue("TEST own making", of.leaf.key, serial=99)
    bare = certifier(certificates=[], others=[did_of(of.leaf)])
    world = world_of(of.leaf)
    world.certifier = [bare]
    assert verdict(world, sealed(mine)) == PASSED
    away = [certifier(certificates=[of.leaf.own], status="suspended")]
    world.certifier = [made.state("tsa", others=["urn:test:nobody"])]
    services = [made.entity("TEST a", [bare], away)]
    world.entities = services if is_own else [made.entity("TEST a", [bare]), made.entity("TEST b", away)]
    sub = "STATUS_AT_POE_SUSPENDED" if is_own else "TRUST_ENTRY_AMBIGUOUS"
    assert verdict(world, sealed(mine)) == ("TOTAL_FAILED", sub)


@pytest.mark.parametrize("status", ["granted", "suspended"])
@pytest.mark.parametrize("was_listed", [False, True])
def test_a_key_of_another_body_under_an_authority(status: str, *, was_listed: bool) -> None:
    """Who has it may be either, by whichever certificate; also where its own was listed before."""
    of = pki.pki()
    again = issue("TEST body seal", of.leaf.key, of.middle, serial=33)
    world = world_of(of.middle, **lists(of))
    if was_listed:
        before = certifier(certificates=[again.own])
        world.certifier = [certifier(certificates=[of.middle.own], since=SINCE_JUNE), before]
    assert verdict(world, sealed(again)) == PASSED
    world.entities = [made.entity("TEST b", [certifier(certificates=[of.leaf.own], status=status)])]
    assert verdict(world, sealed(again)) == ("TOTAL_FAILED", "TRUST_ENTRY_AMBIGUOUS")
