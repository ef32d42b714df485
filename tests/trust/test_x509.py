"""X.509 signers in a world without network: chains, revocation, names, purposes, each with its verdict."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from gateway.frontdoor.json import PlainJson
from gateway.pipeline.validate_files import validate_file
from gateway.signing import asic, der, jades, jose, vc_jwt
from gateway.signing.credential import build_credential
from gateway.signing.jcs import jcs
from gateway.signing.multibase import base64url
from gateway.trust import enveloped
from gateway.trust.judgement import Outcome, Sub, Validation
from gateway.trust.subject import Statement, statement_of
from gateway.trust.validation import validate_subject
from tests.trust import made, pki
from tests.trust.conftest import World
from tests.trust.pki import Holder, Pki
from tests.trust.test_simulator import PASSED, certifier

TEA = Path(__file__).resolve().parents[2] / "examples" / "tea.json"
PAYLOAD = b'{"pcf":"61.25"}'
STATEMENT = Statement(
    ("GBT24067",), ("cpc:23913",), "CN", ("verification",), (datetime(2026, 1, 31, 12, tzinfo=UTC),), True
)
UNKNOWN = ("INDETERMINATE", "NO_TRUST_ENTRY")
CONSTRAINTS = ("INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE")
NO_LIST = ("INDETERMINATE", "REVOCATION_UNAVAILABLE")
SINCE = made.NOW - timedelta(days=30)


def sealed(holder: Holder, payload: bytes = PAYLOAD) -> bytes:
    return jades.sign(payload, holder.sealer, signing_time=made.NOW)


def world_of(anchor: Holder, **files: bytes) -> World:
    """The certifier is listed by this certificate; ``files`` are revocation lists."""
    world = World()
    world.certifier = [certifier(certificates=[anchor.own])]
    world.more = {f"crls/{name}.crl": data for name, data in files.items()}
    return world


def lists(of: Pki) -> dict[str, bytes]:
    """Nobody is revoked."""
    return {"root": pki.crl(of.root), "middle": pki.crl(of.middle)}


def validated(world: World, data: bytes, objects: Mapping[str, bytes] | None = None) -> Validation:
    subject = enveloped.of_file(data, {}, objects=objects)
    return validate_subject(subject, world.snapshot(), statement=STATEMENT)


def verdict(world: World, data: bytes, objects: Mapping[str, bytes] | None = None) -> tuple[str, str]:
    done = validated(world, data, objects)
    return done.indication.name, done.sub.name if done.sub else ""


class TestDeclaredDays:
    """What the declaration says of its own days counts, whoever has signed it."""

    @pytest.mark.parametrize(
        ("changed", "expected"),
        [
            ({"validUntil": "2026-11-19"}, ("TOTAL_FAILED", "EXPIRED")),
            ({"validUntil": "0001-01-01"}, ("TOTAL_FAILED", "EXPIRED")),
            ({"validUntil": "9999-12-31"}, PASSED),
            ({"issuedOn": "2027-02-01"}, ("TOTAL_FAILED", "NOT_YET_VALID")),
            ({"issuedOn": "9999-12-31"}, ("TOTAL_FAILED", "NOT_ACCREDITED")),
        ],
    )
    def test_over_or_not_begun(self, changed: dict[str, str], expected: tuple[str, str]) -> None:
        of = pki.pki()
        told = {
            "standards": ["GBT24067"],
            "products": {"cpc": "23913"},
            "country": "CN",
            "issuedOn": "2026-01-31",
            "verifications": [{"kind": "third", "date": "2026-01-31"}],
        }
        statement = statement_of(jcs({"statement": {**told, **changed}}))
        world = world_of(of.root, **lists(of))
        done = validate_subject(enveloped.of_file(sealed(of.leaf), {}), world.snapshot(), statement=statement)
        assert (done.indication.name, done.sub.name if done.sub else "") == expected


class TestKinds:
    """Keys of all kinds, in chains and in envelopes."""

    @pytest.mark.parametrize("kind", ["P-256", "P-384", "Ed25519", "RSA"])
    def test_a_chain_of_each_kind(self, kind: str) -> None:
        of = pki.pki(kind)
        assert verdict(world_of(of.root, **lists(of)), sealed(of.leaf)) == PASSED

    def test_rsa_pss_under_certificates_signed_with_pss(self) -> None:
        of = pki.pki("RSA", pss=True)
        header = {"alg": "PS256", "x5c": [base64.b64encode(one).decode() for one in _chain(of.leaf)]}
        _, data = jose.signing_input(header, PAYLOAD)  # type: ignore[arg-type]  # JSON
        assert isinstance(of.leaf.key, rsa.RSAPrivateKey)
        made_ = of.leaf.key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        token = data + b"." + base64url(made_).encode()
        assert verdict(world_of(of.root, **lists(of)), token) == PASSED

    def test_p521(self) -> None:
        of = pki.pki("P-521")
        header = {"alg": "ES512", "x5c": [base64.b64encode(one).decode() for one in _chain(of.leaf)]}
        _, data = jose.signing_input(header, PAYLOAD)  # type: ignore[arg-type]  # JSON
        assert isinstance(of.leaf.key, ec.EllipticCurvePrivateKey)
        r, s = decode_dss_signature(of.leaf.key.sign(data, ec.ECDSA(hashes.SHA512())))
        token = data + b"." + base64url(r.to_bytes(66, "big") + s.to_bytes(66, "big")).encode()
        assert verdict(world_of(of.root, **lists(of)), token) == PASSED

    def test_a_certificate_that_is_only_named_by_its_digest(self) -> None:
        of = pki.pki()
        named: dict[str, PlainJson] = {
            "alg": "ES256",
            "kid": "seal 7",
            "x5t#S256": base64url(hashlib.sha256(of.leaf.der).digest()),
        }
        _, data = jose.signing_input(named, PAYLOAD)
        assert isinstance(of.leaf.key, ec.EllipticCurvePrivateKey)
        r, s = decode_dss_signature(of.leaf.key.sign(data, ec.ECDSA(hashes.SHA256())))
        token = data + b"." + base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big")).encode()
        world = world_of(of.root, **lists(of))
        for known, passes in ((of.middle.pem, False), (of.middle.pem + of.leaf.pem, True)):
            world.more["certificates/known.pem"] = known
            done = validate_file(token, world.snapshot())
            assert (done.step("signer").outcome is Outcome.PASSED) is passes
            assert passes or done.sub is Sub.NO_SIGNING_KEY_FOUND
        changed = token.replace(b".ey", b".fy")
        assert validate_file(changed, world.snapshot()).sub is Sub.SIG_CRYPTO_FAILURE

    def test_asic_e(self) -> None:
        of = pki.pki()
        made_ = asic.sign({"a.json": ("application/json", PAYLOAD)}, of.leaf.sealer, signing_time=made.NOW)
        world = world_of(of.root, **lists(of))
        assert verdict(world, made_) == PASSED
        assert verdict(world_of(pki.pki("P-384").root), made_) == UNKNOWN

    def test_detached(self) -> None:
        of = pki.pki()
        token = jades.sign_detached(
            {"a.json": ("application/json", PAYLOAD)}, of.leaf.sealer, signing_time=made.NOW
        )
        world = world_of(of.root, **lists(of))
        assert verdict(world, token, {"a.json": PAYLOAD}) == PASSED
        assert verdict(world, token, {"a.json": PAYLOAD + b" "}) == ("TOTAL_FAILED", "HASH_FAILURE")
        assert verdict(world, token) == ("INDETERMINATE", "SIGNED_DATA_NOT_FOUND")

    def test_a_declaration_is_read_for_scope_and_agreement(self) -> None:
        of = pki.pki()
        token = jades.sign(TEA.read_bytes(), of.leaf.sealer, signing_time=made.NOW)
        world = world_of(of.root, **lists(of))
        done = validate_file(token, world.snapshot())
        assert (done.indication.name, done.sub) == ("TOTAL_PASSED", None)
        outside = made.scope(standards=["PEFCR"])
        world.certifier = [certifier(certificates=[of.root.own], extensions=[outside])]
        failed = validate_file(token, world.snapshot())
        assert failed.sub is not None
        assert failed.sub.name == "OUT_OF_SCOPE"

    def test_what_is_no_declaration_leaves_its_scope_open(self) -> None:
        of = pki.pki()
        done = validate_file(sealed(of.leaf), world_of(of.root, **lists(of)).snapshot())
        assert (done.indication.name, done.sub and done.sub.name) == (
            "INDETERMINATE",
            "ACCREDITATION_UNKNOWN",
        )

    def test_a_listed_seal_needs_no_chain(self) -> None:
        of = pki.pki()
        assert verdict(world_of(of.leaf), sealed(of.leaf)) == PASSED


def _chain(holder: Holder) -> list[bytes]:
    from cryptography.hazmat.primitives.serialization import Encoding

    return [holder.der, *(one.public_bytes(Encoding.DER) for one in holder.above)]


class TestChains:
    """What leads to a listed certificate, and what only seems to."""

    def test_nobody_lists_the_root(self) -> None:
        of, other = pki.pki(), pki.pki("P-384")
        assert verdict(world_of(other.root, **lists(of)), sealed(of.leaf)) == UNKNOWN

    def test_a_namesake_of_the_root(self) -> None:
        """Same names everywhere, other keys."""
        of = pki.pki()
        false = pki.issue("TEST root P-256", pki.key("P-256", 51), ca=True, serial=1)
        middle = pki.issue("TEST authority", pki.key("P-256", 52), false, ca=True, serial=2)
        leaf = pki.issue("TEST body seal", pki.key("P-256", 53), middle, serial=3)
        assert verdict(world_of(of.root, **lists(of)), sealed(leaf)) == CONSTRAINTS

    def test_a_name_that_nobody_has(self) -> None:
        of = pki.pki()
        leaf = pki.issue("TEST body seal", of.leaf.key, of.middle, issuer_name="TEST other authority")
        assert verdict(world_of(of.root, **lists(of)), sealed(leaf)) == UNKNOWN

    def test_an_end_certificate_that_issues(self) -> None:
        of = pki.pki()
        below = pki.issue("TEST below", pki.key("P-256", 54), of.leaf)
        assert verdict(world_of(of.root, **lists(of)), sealed(below)) == CONSTRAINTS
        assert verdict(world_of(of.leaf, **lists(of)), sealed(below)) == CONSTRAINTS

    def test_a_chain_longer_than_allowed(self) -> None:
        of = pki.pki()
        third = pki.issue("TEST third", pki.key("P-256", 55), of.middle, ca=True)
        leaf = pki.issue("TEST body seal", of.leaf.key, third)
        world = world_of(of.root, **lists(of), third=pki.crl(third))
        assert verdict(world, sealed(leaf)) == CONSTRAINTS

    def test_an_authority_that_may_not_sign_certificates(self) -> None:
        of = pki.pki()
        middle = pki.issue("TEST authority", of.middle.key, of.root, ca=True, usages=("crl_sign",))
        leaf = pki.issue("TEST body seal", of.leaf.key, middle)
        assert verdict(world_of(of.root, **lists(of)), sealed(leaf)) == CONSTRAINTS

    @pytest.mark.parametrize(
        ("purposes", "expected"),
        [
            ([ExtendedKeyUsageOID.SERVER_AUTH], CONSTRAINTS),
            ([ExtendedKeyUsageOID.TIME_STAMPING], CONSTRAINTS),
            ([ExtendedKeyUsageOID.OCSP_SIGNING, ExtendedKeyUsageOID.CODE_SIGNING], CONSTRAINTS),
            ([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION], PASSED),
            ([ObjectIdentifier("1.3.6.1.5.5.7.3.36")], PASSED),
        ],
    )
    @pytest.mark.parametrize("critical", [True, False])
    def test_purposes(
        self, purposes: list[ObjectIdentifier], expected: tuple[str, str], critical: bool
    ) -> None:
        of = pki.pki().with_leaf((x509.ExtendedKeyUsage(purposes), critical))
        assert verdict(world_of(of.root, **lists(of)), sealed(of.leaf)) == expected

    def test_an_authority_for_servers_only(self) -> None:
        of = pki.pki()
        servers = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        middle = pki.issue("TEST authority", of.middle.key, of.root, servers, ca=True)
        leaf = pki.issue("TEST body seal", of.leaf.key, middle)
        assert verdict(world_of(of.root, **lists(of)), sealed(leaf)) == CONSTRAINTS

    @pytest.mark.parametrize("critical", [True, False])
    def test_constraints_that_are_not_read(self, critical: bool) -> None:
        of = pki.pki()
        names = x509.NameConstraints([x509.DNSName("example.org")], None)
        for extension in (names, x509.PolicyConstraints(0, None), x509.InhibitAnyPolicy(0)):
            middle = pki.issue("TEST authority", of.middle.key, of.root, (extension, critical), ca=True)
            leaf = pki.issue("TEST body seal", of.leaf.key, middle)
            assert verdict(world_of(of.root, **lists(of)), sealed(leaf)) == CONSTRAINTS

    @pytest.mark.parametrize(
        ("statements", "expected"),
        [
            (["0.4.0.1862.1.1", "0.4.0.1862.1.4"], PASSED),
            (["0.4.0.1862.1.6 0.4.0.1862.1.6.2"], PASSED),
            (["0.4.0.1862.1.6 0.4.0.1862.1.6.3"], CONSTRAINTS),
            (["0.4.0.1862.1.1", "1.2.3.4"], CONSTRAINTS),
        ],
    )
    def test_critical_statements_of_qualified_certificates(
        self, statements: list[str], expected: tuple[str, str]
    ) -> None:
        def one(text: str) -> bytes:
            kind, *types = text.split()
            return der.sequence(der.oid(kind), *(der.sequence(der.oid(each)) for each in types))

        value = der.sequence(*map(one, statements))
        extension = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.5.5.7.1.3"), value)
        of = pki.pki().with_leaf((extension, True))
        assert verdict(world_of(of.root, **lists(of)), sealed(of.leaf)) == expected

    @pytest.mark.parametrize(("critical", "expected"), [(True, CONSTRAINTS), (False, PASSED)])
    def test_an_extension_that_nobody_knows(self, critical: bool, expected: tuple[str, str]) -> None:
        strange = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00")
        of = pki.pki().with_leaf((strange, critical))
        assert verdict(world_of(of.root, **lists(of)), sealed(of.leaf)) == expected

    def test_an_authority_crossed_with_an_unknown_one(self) -> None:
        """The same authority under two roots: one that is listed is enough, the other alone is not."""
        of = pki.pki()
        stranger = pki.issue("TEST stranger", pki.key("P-256", 56), ca=True)
        crossed = pki.issue("TEST authority", of.middle.key, stranger, ca=True, serial=77)
        only = replace(of.leaf, above=(crossed.certificate, stranger.certificate))
        both = replace(of.leaf, above=(crossed.certificate, of.middle.certificate, stranger.certificate))
        world = world_of(of.root, **lists(of))
        assert verdict(world, sealed(only)) == UNKNOWN
        assert verdict(world, sealed(both)) == PASSED

    def test_what_lies_between_may_come_from_the_snapshot(self) -> None:
        of = pki.pki()
        alone = replace(of.leaf, above=())
        world = world_of(of.root, **lists(of))
        assert verdict(world, sealed(alone)) == UNKNOWN
        world.more["certificates/middle.pem"] = of.middle.pem
        assert verdict(world, sealed(alone)) == PASSED

    def test_a_signature_on_a_certificate_that_is_not_its_issuers(self) -> None:
        of = pki.pki()
        leaf = pki.issue("TEST body seal", of.leaf.key, of.middle, signer=pki.key("P-256", 57))
        assert verdict(world_of(of.root, **lists(of)), sealed(leaf)) == CONSTRAINTS

    def test_an_authority_of_time_stamps_is_no_certifier(self) -> None:
        of = pki.pki()
        world = world_of(pki.pki("P-384").root, **lists(of))
        world.entities = [made.entity("TEST stamps", [made.state("tsa", certificates=[of.root.own])])]
        assert verdict(world, sealed(of.leaf)) == ("INDETERMINATE", "SERVICE_NOT_ACCEPTED")

    def test_a_root_of_two_bodies(self) -> None:
        of = pki.pki()
        world = world_of(of.root, **lists(of))
        world.entities = [made.entity("TEST other", [certifier(certificates=[of.root.own])])]
        assert verdict(world, sealed(of.leaf)) == ("TOTAL_FAILED", "TRUST_ENTRY_AMBIGUOUS")


class TestTimes:
    """Without somebody's word a signature exists since it was received."""

    def test_a_seal_that_is_over(self) -> None:
        of = pki.pki().with_leaf(end=SINCE)
        world = world_of(of.root, **lists(of))
        assert verdict(world, sealed(of.leaf)) == ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")
        assert verdict(world_of(of.leaf), sealed(of.leaf)) == ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")

    def test_an_authority_that_is_over(self) -> None:
        of = pki.pki()
        middle = pki.issue("TEST authority", of.middle.key, of.root, ca=True, end=SINCE)
        leaf = pki.issue("TEST body seal", of.leaf.key, middle)
        world = world_of(of.root, **lists(of))
        assert verdict(world, sealed(leaf)) == ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")

    def test_a_seal_of_tomorrow(self) -> None:
        of = pki.pki().with_leaf(begin=made.NOW + timedelta(days=1))
        world = world_of(of.root, **lists(of))
        assert verdict(world, sealed(of.leaf)) == ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")


class TestRevocation:
    """A current list of each authority must say that nobody is revoked."""

    def test_the_source_is_down(self) -> None:
        of = pki.pki()
        assert verdict(world_of(of.root), sealed(of.leaf)) == NO_LIST
        assert verdict(world_of(of.root, middle=pki.crl(of.middle)), sealed(of.leaf)) == NO_LIST
        assert verdict(world_of(of.root, root=pki.crl(of.root)), sealed(of.leaf)) == NO_LIST

    def _with(self, *args: object, **changed: object) -> tuple[str, str]:
        of = pki.pki()
        own = pki.crl(of.middle, *args, **changed)  # type: ignore[arg-type]
        return verdict(world_of(of.root, root=pki.crl(of.root), middle=own), sealed(of.leaf))

    def test_out_of_date_and_of_the_future(self) -> None:
        old = made.NOW - timedelta(days=9)
        assert self._with(this=old, next_=old + timedelta(days=7)) == NO_LIST
        assert self._with(this=made.NOW + timedelta(hours=1)) == NO_LIST

    def test_of_somebody_elses_key(self) -> None:
        of = pki.pki()
        false = replace(of.middle, key=pki.key("P-256", 58))
        world = world_of(of.root, root=pki.crl(of.root), middle=pki.crl(false))
        assert verdict(world, sealed(of.leaf)) == NO_LIST

    def test_revoked_before(self) -> None:
        assert self._with((3, SINCE, None)) == ("TOTAL_FAILED", "REVOKED")
        assert self._with((4, SINCE, None)) == PASSED

    def test_revoked_in_a_list_that_is_out_of_date(self) -> None:
        old = made.NOW - timedelta(days=9)
        told = self._with((3, SINCE, None), this=old, next_=old + timedelta(days=7))
        assert told == ("TOTAL_FAILED", "REVOKED")

    def test_on_hold(self) -> None:
        told = self._with((3, SINCE, x509.ReasonFlags.certificate_hold))
        assert told == ("INDETERMINATE", "TRY_LATER")

    def test_an_authority_that_was_revoked(self) -> None:
        of = pki.pki()
        own = pki.crl(of.root, (2, SINCE, x509.ReasonFlags.ca_compromise))
        world = world_of(of.root, root=own, middle=pki.crl(of.middle))
        assert verdict(world, sealed(of.leaf)) == ("TOTAL_FAILED", "REVOKED")

    @pytest.mark.parametrize("critical", [True, False])
    def test_a_list_of_changes_only(self, critical: bool) -> None:
        assert self._with(extensions=[(x509.DeltaCRLIndicator(7), critical)]) == NO_LIST

    @pytest.mark.parametrize(
        "scope",
        [
            {"only_contains_ca_certs": True},
            {"indirect_crl": True},
            {"only_contains_attribute_certs": True},
            {"only_some_reasons": frozenset({x509.ReasonFlags.key_compromise})},
            {"full_name": [x509.UniformResourceIdentifier("http://example.test/other.crl")]},
        ],
        ids=lambda scope: next(iter(scope)),
    )
    def test_a_list_for_others(self, scope: dict[str, object]) -> None:
        told: dict[str, object] = {
            "full_name": None,
            "relative_name": None,
            "only_contains_user_certs": False,
            "only_contains_ca_certs": False,
            "only_some_reasons": None,
            "indirect_crl": False,
            "only_contains_attribute_certs": False,
        }
        point = x509.IssuingDistributionPoint(**{**told, **scope})  # type: ignore[arg-type]
        assert self._with(extensions=[(point, True)]) == NO_LIST
        users = x509.IssuingDistributionPoint(**{**told, "only_contains_user_certs": True})  # type: ignore[arg-type]
        assert self._with(extensions=[(users, True)]) == PASSED

    def test_a_listed_seal_that_its_authority_has_revoked(self) -> None:
        of = pki.pki()
        world = world_of(of.leaf, middle=pki.crl(of.middle, (3, SINCE, None)))
        assert verdict(world, sealed(of.leaf)) == ("TOTAL_FAILED", "REVOKED")


class TestNames:
    """A credential's issuer is whom the list or the certificate names, or nobody knows."""

    def _token(self, of: Pki, issuer: str) -> bytes:
        document = build_credential(
            issuer=issuer,
            valid_from=made.stamp(made.NOW),
            subject={"id": "urn:test:subject", "name": "test"},
        )
        header = {
            "alg": "ES256",
            "typ": "vc+jwt",
            "x5c": [base64.b64encode(one).decode() for one in _chain(of.leaf)],
        }
        _, data = jose.signing_input(header, jcs(document))  # type: ignore[arg-type]  # JSON
        seal = of.leaf.sealer
        token = data + b"." + base64url(seal.sign(data, seal.natural)).encode()
        vc_jwt.verify(token)
        return token

    def test_the_issuer_must_be_the_listed_body(self) -> None:
        of, issuer = pki.pki(), "https://body.example/issuer"
        token = self._token(of, issuer)
        world = world_of(of.root, **lists(of))
        assert verdict(world, token) == ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE")
        world.certifier = [certifier(certificates=[of.root.own], others=["https://other.example"])]
        assert verdict(world, token) == ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE")
        world.certifier = [certifier(certificates=[of.root.own], others=[issuer])]
        assert verdict(world, token) == PASSED

    def test_a_certificate_of_their_own_names_nobody(self) -> None:
        """Listed by its bare key, a body could write any name into a certificate."""
        issuer = "https://other.example/issuer"
        own = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(issuer)])
        leaf = pki.issue("TEST body seal", pki.key("P-256", 3), None, (own, False))
        numbers = leaf.certificate.public_key().public_numbers()  # type: ignore[union-attr]  # of P-256
        jwk = {
            "kty": "EC",
            "crv": "P-256",
            "x": base64url(numbers.x.to_bytes(32, "big")),  # type: ignore[union-attr]
            "y": base64url(numbers.y.to_bytes(32, "big")),  # type: ignore[union-attr]
        }
        state = certifier(certificates=(), others=["https://body.example"])
        identity = state["ServiceDigitalIdentity"]
        assert isinstance(identity, dict)
        identity["PublicKeyValues"] = [jwk]
        world = World()
        world.certifier = [state]
        of = replace(pki.pki(), leaf=leaf)
        assert verdict(world, sealed(leaf)) == PASSED
        told = verdict(world, self._token(of, issuer))
        assert told == ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE")
        assert verdict(world, self._token(of, "https://body.example")) == PASSED

    def test_or_stand_in_the_certificate(self) -> None:
        issuer = "https://body.example/issuer"
        name = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(issuer)])
        of = pki.pki().with_leaf((name, False))
        world = world_of(of.root, **lists(of))
        assert verdict(world, self._token(of, issuer)) == PASSED
        told = verdict(world, self._token(of, issuer + "/2"))
        assert told == ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE")
