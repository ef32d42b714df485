"""Revocation that a list at hand speaks of is heard, wherever in a chain it strikes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ReasonFlags

from gateway.signing import asic, der, jades, jose, keys
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base64url
from tests.trust import made, pki
from tests.trust.conftest import World
from tests.trust.pki import STAMPING, Authority, issue, key
from tests.trust.test_existence import Case
from tests.trust.test_simulator import PASSED, certifier
from tests.trust.test_x509 import NO_LIST, PAYLOAD, SINCE, lists, sealed, verdict, world_of

DAY = timedelta(days=1)


class TestListedAuthority:
    """A certificate that a list names needs no revocation list, but one that revokes it is heard."""

    def test_revoked_by_its_own_root(self) -> None:
        of = pki.pki()
        world = world_of(of.middle, middle=pki.crl(of.middle))
        assert verdict(world, sealed(of.leaf)) == PASSED
        world.more["crls/root.crl"] = pki.crl(of.root, (2, SINCE, ReasonFlags.ca_compromise))
        world.more["certificates/root.pem"] = of.root.pem
        assert verdict(world, sealed(of.leaf))[0] == "TOTAL_FAILED"

    def test_of_time_stamps(self) -> None:
        root = issue("TEST stamp root", key("P-256", 21), ca=True, serial=1)
        middle = issue("TEST stamp authority", key("P-256", 22), root, ca=True, serial=2)
        usage = (x509.ExtendedKeyUsage([STAMPING]), True)
        authority = Authority(middle, issue("TEST stamps", key("P-256", 23), middle, usage, serial=9))
        verdicts = []
        since = datetime(2025, 2, 1, tzinfo=UTC)
        for more in (
            {},
            {
                "crls/stamp-root.crl": pki.crl(root, (2, since, ReasonFlags.ca_compromise)),
                "certificates/stamp-root.pem": root.pem,
            },
        ):
            case = Case()
            case.lists(authority)
            case.stamped(authority)
            case.world.more |= {"crls/stamps.crl": pki.crl(middle), **more}
            verdicts.append(case.verdict)
        sound, revoked = verdicts
        assert sound == PASSED
        assert revoked[0] != "TOTAL_PASSED"


class TestLeftOut:
    """Whoever shows no certificate is asked by the one under which the list knows the key."""

    def verdict(
        self, of: pki.Pki, *listed: pki.Holder, others: tuple[str, ...] = (), revoked: bytes = b""
    ) -> str:
        world = world_of(of.root, **({"middle": revoked} if revoked else {}))
        world.certifier = [certifier(certificates=[one.own for one in listed], others=others)]
        world.more["certificates/middle.pem"] = of.middle.pem
        assert isinstance(of.leaf.key, ec.EllipticCurvePrivateKey)
        own = PrivateKey(of.leaf.key)
        _, data = jose.signing_input({"alg": "ES256", "kid": own.key_id}, PAYLOAD)
        return verdict(world, data + b"." + base64url(keys.sign(own, data)).encode())[0]

    @pytest.mark.parametrize(
        ("reason", "alone", "renewed", "bare"),
        [
            (ReasonFlags.key_compromise, "TOTAL_FAILED", "TOTAL_FAILED", "TOTAL_FAILED"),
            (None, "TOTAL_FAILED", "TOTAL_FAILED", "TOTAL_FAILED"),
            (ReasonFlags.superseded, "TOTAL_FAILED", "TOTAL_PASSED", "TOTAL_PASSED"),
        ],
    )
    def test_revoked(self, reason: ReasonFlags | None, alone: str, renewed: str, bare: str) -> None:
        of = pki.pki()
        assert isinstance(of.leaf.key, ec.EllipticCurvePrivateKey)
        did = PrivateKey(of.leaf.key).public_key.did
        again = issue("TEST body seal", of.leaf.key, of.middle, serial=33)
        told = pki.crl(of.middle, (3, SINCE, reason))
        assert self.verdict(of, of.leaf) == "TOTAL_PASSED"
        assert self.verdict(of, of.leaf, revoked=told) == alone
        assert self.verdict(of, of.leaf, again, revoked=told) == renewed
        assert self.verdict(of, of.leaf, others=(did,), revoked=told) == bare

    def test_over(self) -> None:
        of = pki.pki()
        assert isinstance(of.leaf.key, ec.EllipticCurvePrivateKey)
        did = PrivateKey(of.leaf.key).public_key.did
        old = issue("TEST body seal", of.leaf.key, of.middle, serial=34, end=made.NOW - DAY)
        assert self.verdict(of, old) == "INDETERMINATE"
        assert self.verdict(of, old, of.leaf) == "TOTAL_PASSED"
        assert self.verdict(of, old, others=(did,)) == "TOTAL_PASSED"

    def test_each_is_over_in_its_own_way(self) -> None:
        """One has expired, the other was given up: none is left."""
        of = pki.pki()
        old = issue("TEST body seal", of.leaf.key, of.middle, serial=34, end=made.NOW - DAY)
        told = pki.crl(of.middle, (3, SINCE, ReasonFlags.cessation_of_operation))
        assert self.verdict(of, old, of.leaf, revoked=told) == "TOTAL_FAILED"

    def test_known_otherwise_before(self) -> None:
        """What a list has said before of a key does not count for now."""
        of = pki.pki()
        assert isinstance(of.leaf.key, ec.EllipticCurvePrivateKey)
        own = PrivateKey(of.leaf.key)
        again = issue("TEST body seal", of.leaf.key, of.middle, serial=33)
        _, data = jose.signing_input({"alg": "ES256", "kid": own.key_id}, PAYLOAD)
        token = data + b"." + base64url(keys.sign(own, data)).encode()
        told = pki.crl(of.middle, (3, SINCE, ReasonFlags.superseded))
        now = certifier(certificates=[of.leaf.own], since="2026-06-01T00:00:00Z")
        for before in ({"certificates": [again.own]}, {"others": (own.public_key.did,)}):
            world = world_of(of.root)
            world.certifier = [now, certifier(**before)]
            world.more["certificates/middle.pem"] = of.middle.pem
            assert verdict(world, token) == PASSED
            world.more["crls/middle.crl"] = told
            assert verdict(world, token)[0] == "TOTAL_FAILED"


class TestAnotherCertificate:
    """A key that is lost under one certificate is lost under each, of which the signer chooses one."""

    @pytest.mark.parametrize("is_chained", [False, True])
    @pytest.mark.parametrize("reason", [ReasonFlags.key_compromise, ReasonFlags.superseded])
    def test_revoked(self, reason: ReasonFlags, *, is_chained: bool) -> None:
        of = pki.pki()
        again = issue("TEST body seal", of.leaf.key, of.middle, serial=33)
        world = world_of(of.root, root=pki.crl(of.root), middle=pki.crl(of.middle))
        world.certifier = [
            certifier(certificates=[one.own for one in (of.leaf, of.root if is_chained else again)])
        ]
        world.more["certificates/middle.pem"] = of.middle.pem
        assert verdict(world, sealed(again)) == PASSED
        world.more["crls/middle.crl"] = pki.crl(of.middle, (3, SINCE, reason))
        is_lost = reason is ReasonFlags.key_compromise
        assert verdict(world, sealed(again))[0] == ("TOTAL_FAILED" if is_lost else "TOTAL_PASSED")

    def test_said_by_the_list(self) -> None:
        of = pki.pki()
        again = issue("TEST body seal", of.leaf.key, of.middle, serial=33)
        lost = {"statusReason": {"code": "key-compromise", "since": "2026-10-01T00:00:00Z"}}
        world = world_of(of.root, root=pki.crl(of.root), middle=pki.crl(of.middle))
        state = made.state("tsa", certificates=[of.leaf.own], status="withdrawn", extensions=[lost])
        assert verdict(world, sealed(again)) == PASSED
        world.entities = [made.entity("TEST body", [state])]
        assert verdict(world, sealed(again)) == ("TOTAL_FAILED", "REVOKED_KEY_COMPROMISE")

    @pytest.mark.parametrize("kind", ["P-256", "RSA"])
    def test_in_another_spelling(self, kind: str) -> None:
        """One certificate has the point compressed, or the key for PSS alone: it is one key."""
        of = pki.pki(kind)
        again = issue("TEST body seal", of.leaf.key, of.middle, serial=33)
        odd = respelled(of.leaf, of.middle)
        world = world_of(of.root, root=pki.crl(of.root), middle=pki.crl(of.middle))
        world.certifier = [certifier(certificates=[odd.own, again.own])]
        world.more["certificates/middle.pem"] = of.middle.pem
        assert verdict(world, sealed(again)) == PASSED
        world.more["crls/middle.crl"] = pki.crl(of.middle, (3, SINCE, ReasonFlags.key_compromise))
        assert verdict(world, sealed(again)) == ("TOTAL_FAILED", "REVOKED")

    @pytest.mark.parametrize("is_own", [False, True])
    def test_said_of_another_body(self, *, is_own: bool) -> None:
        """Two lists, or two entries, may name one body by two certificates; only one knows of the loss."""
        of = pki.pki()
        again = issue("TEST body seal", of.leaf.key, of.middle, serial=33)
        lost = {"statusReason": {"code": "key-compromise", "since": "2026-10-01T00:00:00Z"}}
        world = world_of(again)
        assert verdict(world, sealed(again)) == PASSED
        state = made.state("tsa", certificates=[of.leaf.own], status="withdrawn", extensions=[lost])
        told = [made.entity("TEST body", [state])]
        world.own_entities, world.entities = (told, []) if is_own else ([], told)
        assert verdict(world, sealed(again)) == ("TOTAL_FAILED", "REVOKED_KEY_COMPROMISE")

    def test_listed_before(self) -> None:
        """A former certificate of the key, or one of the signer's own making, is not today's."""
        of = pki.pki()
        assert isinstance(of.leaf.key, ec.EllipticCurvePrivateKey)
        again = issue("TEST body seal", of.leaf.key, of.middle, serial=33)
        own = issue("TEST body seal", of.leaf.key, serial=99)
        bare = certifier(certificates=[])
        bare["ServiceDigitalIdentity"] = {"PublicKeyValues": [jwk(of.leaf.key)]}
        now = certifier(certificates=[of.leaf.own], since="2026-06-01T00:00:00Z")
        told = pki.crl(of.middle, (3, SINCE, ReasonFlags.superseded))
        for shown, before in ((again, certifier(certificates=[again.own])), (own, bare)):
            world = world_of(of.root)
            world.certifier = [now, before]
            world.more["certificates/middle.pem"] = of.middle.pem
            assert verdict(world, sealed(shown)) == PASSED
            world.more["crls/middle.crl"] = told
            assert verdict(world, sealed(shown)) == ("TOTAL_FAILED", "REVOKED")


def jwk(own: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    point = own.public_key().public_numbers()
    x, y = (base64url(one.to_bytes(32, "big")) for one in (point.x, point.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def respelled(holder: pki.Holder, by: pki.Holder) -> pki.Holder:
    """The same certificate with its key spelled otherwise: a compressed point, or RSA for PSS alone."""
    outer = der.parse(holder.der, "certificate")
    tbs = outer.content(der.SEQUENCE, "tbs")
    algorithm = outer.encoded(der.SEQUENCE, "signatureAlgorithm")
    public = holder.key.public_key()
    old = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    spki = der.parse(old, "spki")
    kind = spki.encoded(der.SEQUENCE, "algorithm")
    if isinstance(public, ec.EllipticCurvePublicKey):
        point = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        new = der.sequence(kind, der.bits(point))
    else:
        new = der.sequence(der.sequence(der.oid("1.2.840.113549.1.1.10")), der.bits(spki.bits("key")))
    changed = der.sequence(tbs.replace(old, new))
    if isinstance(by.key, ec.EllipticCurvePrivateKey):
        signature = by.key.sign(changed, ec.ECDSA(hashes.SHA256()))
    else:
        assert isinstance(by.key, rsa.RSAPrivateKey)
        signature = by.key.sign(changed, padding.PKCS1v15(), hashes.SHA256())
    encoded = der.sequence(changed, algorithm, der.bits(signature))
    return replace(holder, certificate=x509.load_der_x509_certificate(encoded))


class TestCrossed:
    """An authority that two roots have certified: what the lists of one way up say is enough."""

    @pytest.mark.parametrize("order", [1, -1])
    def test_lists_of_the_second_way(self, order: int) -> None:
        of = pki.pki()
        second = issue("TEST second root", key("P-256", 31), ca=True, serial=31)
        crossed = issue("TEST authority", of.middle.key, second, ca=True, serial=32)
        listed = [second.own, of.root.own][::order]
        world = world_of(of.root, middle=pki.crl(of.middle))
        world.certifier = [certifier(certificates=listed)]
        world.more["certificates/crossed.pem"] = crossed.pem
        assert verdict(world, sealed(of.leaf)) == NO_LIST
        for name, own, serial in (("root", of.root, 2), ("second", second, 32)):
            world.more["crls/way.crl"] = pki.crl(own)
            assert verdict(world, sealed(of.leaf)) == PASSED, name
            world.more["crls/way.crl"] = pki.crl(own, (serial, SINCE, ReasonFlags.ca_compromise))
            assert verdict(world, sealed(of.leaf))[0] == "TOTAL_FAILED", name
        del world.more["crls/middle.crl"]
        world.more["crls/way.crl"] = pki.crl(second)
        assert verdict(world, sealed(of.leaf)) == NO_LIST

    @pytest.mark.parametrize("order", [1, -1])
    @pytest.mark.parametrize(
        ("reason", "expected"),
        [
            (ReasonFlags.ca_compromise, "TOTAL_FAILED"),
            (ReasonFlags.key_compromise, "TOTAL_FAILED"),
            (ReasonFlags.certificate_hold, "INDETERMINATE"),
            (None, "TOTAL_FAILED"),
            (ReasonFlags.superseded, "TOTAL_PASSED"),
            (ReasonFlags.cessation_of_operation, "TOTAL_PASSED"),
        ],
    )
    def test_revoked_on_one_way(self, order: int, reason: ReasonFlags | None, expected: str) -> None:
        """The key is lost for every root that has certified it; a certificate that was replaced is not it."""
        of = pki.pki()
        second = issue("TEST second root", key("P-256", 31), ca=True, serial=31)
        crossed = issue("TEST authority", of.middle.key, second, ca=True, serial=32)
        world = world_of(of.root, middle=pki.crl(of.middle), second=pki.crl(second))
        world.certifier = [certifier(certificates=[second.own, of.root.own][::order])]
        world.more["crls/root.crl"] = pki.crl(of.root, (2, SINCE, reason))
        # Whose certificate comes first is the signer's choice.
        for above in ((of.middle, crossed), (crossed, of.middle)):
            chain = tuple(one.certificate for one in above)
            assert verdict(world, sealed(replace(of.leaf, above=chain)))[0] == expected

    def test_no_way_is_buried(self) -> None:
        """Whoever has the lost key of an authority issues as many above the signer as a search asks."""
        of = pki.pki()
        second = issue("TEST second root", key("P-256", 31), ca=True, serial=31)
        crossed = issue("TEST authority", of.middle.key, second, ca=True, serial=32)
        own = [issue("TEST authority", of.middle.key, of.middle, ca=True, serial=50 + n) for n in range(9)]
        world = world_of(of.root, middle=pki.crl(of.middle), second=pki.crl(second))
        world.certifier = [certifier(certificates=[second.own, of.root.own])]
        world.more["certificates/middle.pem"] = of.middle.pem
        data = sealed(replace(of.leaf, above=tuple(one.certificate for one in (crossed, *own))))
        world.more["crls/root.crl"] = pki.crl(of.root)
        assert verdict(world, data) == PASSED
        world.more["crls/root.crl"] = pki.crl(of.root, (2, SINCE, ReasonFlags.ca_compromise))
        assert verdict(world, data)[0] == "TOTAL_FAILED"

    def test_a_key_of_the_other_way_alone(self) -> None:
        """What has become of an authority above is nothing to the way that does not lead by it."""
        of = pki.pki()
        old = issue("TEST old authority", key("P-256", 61), of.root, ca=True, serial=61)
        second = issue("TEST second root", key("P-256", 31), ca=True, serial=31)
        issuing = issue("TEST issuing", key("P-256", 62), old, ca=True, serial=62)
        crossed = issue("TEST issuing", issuing.key, second, ca=True, serial=63)
        leaf = issue("TEST body seal", of.leaf.key, issuing, serial=64)
        told = {"issuing": issuing, "old": old, "second": second}
        world = world_of(of.root, **{name: pki.crl(one) for name, one in told.items()})
        world.more["crls/root.crl"] = pki.crl(of.root, (61, SINCE, ReasonFlags.ca_compromise))
        world.certifier = [certifier(certificates=[of.root.own, second.own])]
        for above in ((crossed, issuing, old), (issuing, old, crossed)):
            chain = tuple(one.certificate for one in above)
            assert verdict(world, sealed(replace(leaf, above=chain))) == PASSED
        assert verdict(world, sealed(leaf))[0] == "TOTAL_FAILED"

    @pytest.mark.parametrize("order", [1, -1])
    def test_stamps_by_the_way_that_is_left(self, order: int) -> None:
        since = datetime(2025, 2, 1, tzinfo=UTC)
        root = issue("TEST stamp root", key("P-256", 21), ca=True, serial=1)
        second = issue("TEST second stamp root", key("P-256", 41), ca=True, serial=41)
        old = issue("TEST old stamp authority", key("P-256", 51), root, ca=True, serial=51)
        middle = issue("TEST stamp authority", key("P-256", 22), old, ca=True, serial=2)
        crossed = issue("TEST stamp authority", middle.key, second, ca=True, serial=42)
        purpose = (x509.ExtendedKeyUsage([STAMPING]), True)
        authority = Authority(root, issue("TEST stamps", key("P-256", 23), middle, purpose, serial=9))
        for by_root, by_old, is_sound in ((51, 0, True), (0, 2, False)):
            case = Case()
            case.lists(authority)
            state = made.state("tsa", certificates=[root.own, second.own])
            case.world.entities = [made.entity("TEST stamps", [state])]
            case.stamped(authority)
            serials = ((root, by_root), (old, by_old), (middle, 0), (second, 0))
            for one, serial in serials:
                gone = ((serial, since, ReasonFlags.ca_compromise),) if serial else ()
                case.world.more[f"crls/{one.certificate.serial_number}.crl"] = pki.crl(one, *gone)
            for number, one in enumerate((middle, crossed, old)[::order]):
                case.world.more[f"certificates/{number}.pem"] = one.pem
            assert (case.verdict == PASSED) is is_sound, case.reasons

    @pytest.mark.parametrize("order", [1, -1])
    def test_stamps_of_an_authority_that_is_lost_on_one_way(self, order: int) -> None:
        root = issue("TEST stamp root", key("P-256", 21), ca=True, serial=1)
        second = issue("TEST second stamp root", key("P-256", 41), ca=True, serial=41)
        middle = issue("TEST stamp authority", key("P-256", 22), root, ca=True, serial=2)
        crossed = issue("TEST stamp authority", middle.key, second, ca=True, serial=42)
        purpose = (x509.ExtendedKeyUsage([STAMPING]), True)
        authority = Authority(root, issue("TEST stamps", key("P-256", 23), middle, purpose, serial=9))
        for revoked in ((), ((2, datetime(2025, 2, 1, tzinfo=UTC), ReasonFlags.ca_compromise),)):
            case = Case()
            case.lists(authority)
            state = made.state("tsa", certificates=[root.own, second.own])
            case.world.entities = [made.entity("TEST stamps", [state])]
            case.stamped(authority)
            case.world.more |= {
                "crls/stamps.crl": pki.crl(middle),
                "crls/stamp-root.crl": pki.crl(root, *revoked),
                "crls/second-stamp-root.crl": pki.crl(second),
            }
            for number, one in enumerate((middle, crossed)[::order]):
                case.world.more[f"certificates/{number}.pem"] = one.pem
            assert (case.verdict == PASSED) is (not revoked), case.reasons


class TestHolds:
    """The younger list decides on a hold; what is over says nothing good, and nothing bad is forgotten."""

    @staticmethod
    def verdict(*made_: tuple[bool, int, int]) -> tuple[str, str]:
        """Each list: whether it has the hold, since how many days, until in how many."""
        of = pki.pki()
        hold = (3, SINCE, ReasonFlags.certificate_hold)
        files = {
            f"l{n}": pki.crl(
                of.middle,
                *([hold] if is_held else []),
                this=made.NOW - since * DAY,
                next_=made.NOW + until * DAY,
            )
            for n, (is_held, since, until) in enumerate(made_)
        }
        return verdict(world_of(of.root, root=pki.crl(of.root), **files), sealed(of.leaf))

    def test_lifted_in_the_younger(self) -> None:
        assert self.verdict((True, 3, 4), (False, 1, 6)) == PASSED

    def test_put_in_the_younger(self) -> None:
        assert self.verdict((False, 3, 4), (True, 1, 6))[0] == "INDETERMINATE"

    def test_put_in_a_younger_one_that_is_over(self) -> None:
        assert self.verdict((False, 10, 20), (True, 5, -4))[0] == "INDETERMINATE"

    def test_one_number_twice(self) -> None:
        """RFC 5280, 5.1.2.6: which of the two counts, nobody knows."""
        of = pki.pki()
        twice = (
            (3, made.NOW + 3 * DAY, ReasonFlags.superseded),
            (3, SINCE, ReasonFlags.key_compromise),
        )
        for entries in (twice, twice[::-1]):
            world = world_of(of.root, root=pki.crl(of.root), middle=pki.crl(of.middle, *entries))
            assert verdict(world, sealed(of.leaf))[0] == "INDETERMINATE"


class TestTomorrow:
    """Nothing counts that says of itself to have been made tomorrow."""

    @pytest.mark.parametrize("days", [1, 30])
    def test_in_every_envelope(self, days: int) -> None:
        of = pki.pki()
        world = world_of(of.root, **lists(of))
        then = made.NOW + days * DAY
        content = {"a.json": ("application/json", PAYLOAD)}
        attached = jades.sign(PAYLOAD, of.leaf.sealer, signing_time=then)
        detached = jades.sign_detached(content, of.leaf.sealer, signing_time=then)
        container = asic.sign(content, of.leaf.sealer, signing_time=then)
        assert verdict(world, attached) == ("TOTAL_FAILED", "NOT_YET_VALID")
        assert verdict(world, detached, {"a.json": PAYLOAD}) == ("TOTAL_FAILED", "NOT_YET_VALID")
        assert verdict(world, container) == ("TOTAL_FAILED", "NOT_YET_VALID")


class TestHandedOver:
    """A key that has gone from one service of a body to another signs for that one."""

    def test_of_two_services(self) -> None:
        of = pki.pki()
        later = "2026-06-01T00:00:00Z"
        other = issue("TEST body seal", key("P-256", 71), of.middle, serial=71)
        first = [certifier(certificates=[other.own], since=later), certifier(certificates=[of.leaf.own])]
        second = [certifier(certificates=[of.leaf.own], since=later)]
        world = World()
        for services in ((first, second), (second, first)):
            world.entities = [made.entity("TEST body", *services)]
            assert verdict(world, sealed(of.leaf)) == PASSED
            assert verdict(world, sealed(other)) == PASSED
        world.entities = [made.entity("TEST body", first)]
        assert verdict(world, sealed(of.leaf)) == ("TOTAL_FAILED", "NOT_LISTED_AT_POE")
