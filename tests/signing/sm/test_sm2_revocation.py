from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, UsageError
from gateway.messages import explain
from gateway.signing import der
from gateway.signing.crl import Revocation, revocation
from gateway.signing.revocation_list import REASONS, RevocationList
from gateway.signing.sm2_certificate import SM2_WITH_SM3, Certificate
from tests.signing.sm import made
from tests.signing.sm.made import CERT_SIGN, DIGITAL_SIGNATURE, LEAF, MIDDLE, NOW, OTHER, ROOT, Signer

CRL_SIGN = "03020106"
ISSUER = made.certificate(MIDDLE, ROOT, made.ca(), made.usage(CRL_SIGN), serial=2)
HERE = der.element(der.context(6, constructed=False), b"http://example.test/1.crl")
ELSEWHERE = der.element(der.context(6, constructed=False), b"http://example.test/2.crl")


def point(*names: bytes) -> bytes:
    return der.element(der.context(0), der.element(der.context(0), *names))


POINTS = made.extension("2.5.29.31", der.sequence(der.sequence(point(HERE))))
CERTIFICATE = made.certificate(LEAF, MIDDLE, made.usage(DIGITAL_SIGNATURE), POINTS, serial=3)
SINCE = datetime(2026, 5, 1, tzinfo=UTC)


def time(text: str) -> bytes:
    return der.element(der.UTC_TIME, text.encode())


def entry(serial: int, reason: int | None = None) -> bytes:
    value = b"" if reason is None else der.element(der.ENUMERATED, bytes([reason]))
    extensions = der.sequence(made.extension("2.5.29.21", value)) if value else b""
    return der.sequence(der.integer(serial), time("260501000000Z"), extensions)


def crl(
    *entries: bytes,
    extensions: bytes = b"",
    signer: Signer = MIDDLE,
    issuer: str = MIDDLE.name,
    this_update: str = "260531000000Z",
    next_update: str = "260602000000Z",
) -> bytes:
    tbs = der.sequence(
        der.integer(1),
        der.algorithm(SM2_WITH_SM3),
        made.name(issuer),
        time(this_update),
        time(next_update) if next_update else b"",
        der.sequence(*entries) if entries else b"",
        der.element(der.context(0), der.sequence(extensions)) if extensions else b"",
    )
    return der.sequence(tbs, der.algorithm(SM2_WITH_SM3), der.bits(signer.sign(tbs)))


def scope(content: bytes, *, critical: bool = True) -> bytes:
    return made.extension("2.5.29.28", der.sequence(content), critical=critical)


def only(number: int) -> bytes:
    return der.element(der.context(number, constructed=False), b"\xff")


def asked(*lists: bytes, certificate: Certificate = CERTIFICATE, issuer: Certificate = ISSUER) -> str:
    """The status, or the code of what hindered one."""
    answer = revocation(certificate, issuer, lists, at=NOW)
    assert (answer.status is Revocation.UNKNOWN) == (answer.problem is not None)
    return answer.problem.error_code if answer.problem else answer.status


class TestAnswers:
    """Good and revoked, from lists that may speak."""

    def test_not_on_the_list(self) -> None:
        assert asked(crl()) == asked(crl(entry(4), entry(300))) == "good"

    def test_on_the_list(self) -> None:
        answer = revocation(CERTIFICATE, ISSUER, [crl(entry(4), entry(3, 1), entry(5))], at=NOW)
        assert (answer.status, answer.since, answer.reason) == (Revocation.REVOKED, SINCE, "keyCompromise")
        assert revocation(CERTIFICATE, ISSUER, [crl(entry(3))], at=NOW).reason == "unspecified"

    def test_a_revoking_list_outweighs_a_younger_one(self) -> None:
        old, new = crl(entry(3)), crl(this_update="260531120000Z")
        assert asked(old, new) == asked(new, old) == "revoked"
        answer = revocation(CERTIFICATE, ISSUER, [crl(), new], at=NOW)
        assert answer.this_update == datetime(2026, 5, 31, 12, tzinfo=UTC)

    def test_broken_lists_beside_a_good_one(self) -> None:
        assert asked(b"", crl(signer=OTHER), crl()) == "good"

    @pytest.mark.parametrize(
        "content", [b"", point(HERE), point(ELSEWHERE, HERE), only(1), point(HERE) + only(1)]
    )
    def test_lists_for_some_certificates_and_this_one(self, content: bytes) -> None:
        assert asked(crl(extensions=scope(content))) == "good"


class TestUnknown:
    """Whatever does not answer is unknown, never good."""

    def test_no_list(self) -> None:
        assert asked() == "x509.no-revocation-list"
        assert asked(crl(issuer=ROOT.name, signer=ROOT)) == "x509.no-revocation-list"

    def test_a_wrong_signature(self) -> None:
        assert asked(crl(signer=OTHER)) == "x509.revocation-list-signature-wrong"
        assert asked(crl().replace(b"260602", b"260603")) == "x509.revocation-list-signature-wrong"

    @pytest.mark.parametrize(
        "times",
        [
            {"next_update": "260531235959Z"},
            {"this_update": "260601000001Z"},
            {"next_update": ""},
        ],
    )
    def test_not_current(self, times: dict[str, str]) -> None:
        assert asked(crl(entry(99), **times)) == "x509.revocation-list-not-current"  # type: ignore[arg-type]  # texts

    def test_what_was_revoked_for_good_stays_so_in_an_old_list(self) -> None:
        old = {"this_update": "260502000000Z", "next_update": "260503000000Z"}
        assert asked(crl(entry(3, 4), **old)) == "revoked"  # type: ignore[arg-type]  # texts
        assert asked(crl(entry(3, 6), **old)) == "x509.revocation-list-not-current"  # type: ignore[arg-type]
        assert asked(crl(entry(3), this_update="260601000001Z")) == "x509.revocation-list-not-current"

    def test_an_issuer_that_may_not_sign_lists(self) -> None:
        issuer = made.certificate(MIDDLE, ROOT, made.ca(), made.usage(CERT_SIGN))
        assert asked(crl(), issuer=issuer) == "x509.key-usage"

    @pytest.mark.parametrize("oid", ["2.5.29.27", "1.2.3.4"])
    def test_critical_extensions(self, oid: str) -> None:
        strange = made.extension(oid, der.integer(1), critical=True)
        assert asked(crl(extensions=strange)) == "x509.critical-extension"

    @pytest.mark.parametrize("critical", [True, False])
    @pytest.mark.parametrize("content", [point(ELSEWHERE), only(2), only(4), only(5), point(HERE) + only(2)])
    def test_lists_of_other_certificates(self, content: bytes, critical: bool) -> None:
        assert asked(crl(extensions=scope(content, critical=critical))) == "x509.revocation-list-of-others"

    def test_lists_for_users_say_nothing_of_authorities(self) -> None:
        authority = made.certificate(OTHER, MIDDLE, made.ca())
        assert (
            asked(crl(extensions=scope(only(1))), certificate=authority) == "x509.revocation-list-of-others"
        )
        assert asked(crl(extensions=scope(only(2))), certificate=authority) == "good"

    def test_a_certificate_without_points_is_not_in_a_part(self) -> None:
        bare = made.certificate(LEAF, MIDDLE, serial=3)
        assert asked(crl(extensions=scope(point(HERE))), certificate=bare) == "x509.revocation-list-of-others"

    def test_an_unknown_reason(self) -> None:
        assert asked(crl(entry(3, 7))) == "sm.bad-der"

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\x30\x00",
            crl()[:-1],
            crl() + b"\0",
            crl().replace(der.algorithm(SM2_WITH_SM3), der.algorithm("1.2.156.10197.1.502")),
            crl().replace(b"\x02\x01\x01", b"\x02\x01\x02", 1),
            crl().replace(b"260602", b"261302"),
            bytes(17 * 2**20),
        ],
        ids=range(8),
    )
    def test_bytes_that_are_no_list(self, data: bytes) -> None:
        assert asked(data) in {"x509.bad-revocation-list", "sm.bad-der"}

    def test_the_answer_is_said_in_both_languages(self) -> None:
        problem = revocation(CERTIFICATE, ISSUER, [crl(next_update="260531235959Z")], at=NOW).problem
        assert problem is not None
        assert "2026-05-31T23:59:59+00:00" in explain(problem, "en").what
        assert "撤销列表" in explain(problem, "zh").what

    def test_time_without_zone(self) -> None:
        with pytest.raises(UsageError):
            revocation(CERTIFICATE, ISSUER, [], at=datetime(2026, 6, 1))  # noqa: DTZ001  # what is refused


REVOKING = crl(entry(4), entry(3, 1), extensions=scope(point(HERE)))


class TestAnyBytes:
    """Only our errors come out, and no changed list revokes or clears."""

    @given(st.binary(max_size=200))
    def test_of_nothing_known(self, data: bytes) -> None:
        with pytest.raises(GatewayError):
            RevocationList.from_der(data)

    @given(st.integers(0, len(REVOKING) - 1), st.integers(1, 255))
    def test_of_a_changed_list(self, index: int, mask: int) -> None:
        data = bytearray(REVOKING)
        data[index] ^= mask
        assert asked(REVOKING) == "revoked"
        assert revocation(CERTIFICATE, ISSUER, [bytes(data)], at=NOW).status is Revocation.UNKNOWN


def test_all_reasons_have_names() -> None:
    assert len(set(REASONS.values())) == len(REASONS) == 10


def test_another_reader_agrees() -> None:
    own, other = RevocationList.from_der(REVOKING), x509.load_der_x509_crl(REVOKING)
    assert (own.this_update, own.next_update) == (other.last_update_utc, other.next_update_utc)
    assert own.issuer_name == other.issuer.public_bytes()
    assert own.tbs == other.tbs_certlist_bytes
    revoked = other.get_revoked_certificate_by_serial_number(CERTIFICATE.serial)
    assert revoked is not None
    reason = revoked.extensions.get_extension_for_class(x509.CRLReason).value.reason
    assert own.entry(CERTIFICATE) == (revoked.revocation_date_utc, reason.value)
