from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.messages import explain
from gateway.signing import certificates, der, sm2
from gateway.signing._distinguished_name import text_of
from gateway.signing.sm2_certificate import SM2_WITH_SM3, BadCertificate, Certificate
from tests.signing.sm import made
from tests.signing.sm.made import LEAF, LEAF_CERTIFICATE, MIDDLE, MIDDLE_CERTIFICATE, ROOT, ROOT_CERTIFICATE


def pem(certificate: Certificate) -> bytes:
    body = base64.encodebytes(certificate.encoded)
    return b"-----BEGIN CERTIFICATE-----\n" + body + b"-----END CERTIFICATE-----\n"


class TestReading:
    """What a certificate says is what another reader, cryptography, says of it."""

    @pytest.mark.parametrize("own", [ROOT_CERTIFICATE, MIDDLE_CERTIFICATE, LEAF_CERTIFICATE], ids=repr)
    def test_another_reader_agrees(self, own: Certificate) -> None:
        other = x509.load_der_x509_certificate(own.encoded)
        assert own.serial == other.serial_number
        assert (own.not_before, own.not_after) == (other.not_valid_before_utc, other.not_valid_after_utc)
        assert own.subject_name == other.subject.public_bytes()
        assert own.issuer_name == other.issuer.public_bytes()
        assert own.tbs == other.tbs_certificate_bytes
        assert own.signature == other.signature
        assert other.signature_algorithm_oid.dotted_string == SM2_WITH_SM3
        assert own.extensions.keys() == {e.oid.dotted_string for e in other.extensions}
        assert own.critical == {e.oid.dotted_string for e in other.extensions if e.critical}
        usage = other.extensions.get_extension_for_class(x509.KeyUsage).value
        assert own.key_usage is not None
        assert ("keyCertSign" in own.key_usage) == usage.key_cert_sign
        assert ("digitalSignature" in own.key_usage) == usage.digital_signature
        key_id = other.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        assert own.authority_key_id == key_id.key_identifier

    def test_unused_bits_of_a_key_usage_say_nothing(self) -> None:
        """DER has them at nought; another reader takes no usage from them either."""
        bare, padded = bytes.fromhex("03020780"), bytes.fromhex("030207ff")
        usages = [der.parse(der.sequence(one), "x") for one in (bare, padded, bytes.fromhex("0303078000"))]
        assert [certificates._key_usage(one)["key_usage"] for one in usages] == [{"digitalSignature"}] * 3
        whole = der.parse(der.sequence(bytes.fromhex("0303070480")), "x")
        assert certificates._key_usage(whole)["key_usage"] == {"keyCertSign", "decipherOnly"}

    def test_basic_constraints(self) -> None:
        assert (ROOT_CERTIFICATE.is_ca, ROOT_CERTIFICATE.path_length) == (True, None)
        assert (MIDDLE_CERTIFICATE.is_ca, MIDDLE_CERTIFICATE.path_length) == (True, 0)
        assert (LEAF_CERTIFICATE.is_ca, LEAF_CERTIFICATE.path_length) == (False, None)

    def test_names_are_for_people(self) -> None:
        assert LEAF_CERTIFICATE.subject == "C=CN, CN=某认证机构"
        assert repr(LEAF_CERTIFICATE) == "Certificate('C=CN, CN=某认证机构', 3)"

    def test_a_certificate_of_openssl(self, oracle_data: Path) -> None:
        (root,) = Certificate.from_pem((oracle_data / "signing/sm2/sm2-root.pem").read_bytes())
        assert root.subject == "C=CN, O=Test CNAS root, CN=SM2 Root"
        assert root.has_signed(root.tbs, root.signature)
        assert root.is_self_issued
        assert root.not_before == datetime(2026, 11, 21, 19, 23, 55, tzinfo=UTC)

    def test_pem_with_several(self) -> None:
        both = b"CN=x\n" + pem(LEAF_CERTIFICATE) + b"\n" + pem(MIDDLE_CERTIFICATE)
        assert Certificate.from_pem(both) == [LEAF_CERTIFICATE, MIDDLE_CERTIFICATE]

    def test_years_of_two_digits(self) -> None:
        old = made.certificate(LEAF, ROOT, not_before="500101000000Z", not_after="491231235959Z")
        assert (old.not_before.year, old.not_after.year) == (1950, 2049)


def rebuilt(old: bytes, new: bytes) -> bytes:
    """The leaf's certificate with a piece replaced; all lengths must stay."""
    assert len(old) == len(new)
    assert old in LEAF_CERTIFICATE.encoded
    return LEAF_CERTIFICATE.encoded.replace(old, new)


class TestRefused:
    """What is no certificate of an SM2 key says so."""

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"-----BEGIN CERTIFICATE-----",
            pem(LEAF_CERTIFICATE).replace(b"M", b"!"),
            pem(LEAF_CERTIFICATE) + b"-----BEGIN CERTIFICATE-----\n",
            b"-----BEGIN CERTIFICATE-----\nMA\n-----END CERTIFICATE-----",
        ],
    )
    def test_pem(self, data: bytes) -> None:
        with pytest.raises(BadCertificate):
            Certificate.from_pem(data)

    def test_another_algorithm(self) -> None:
        # 1.2.156.10197.1.501 becomes .502, in one place and in both
        own, other = der.oid(SM2_WITH_SM3), der.oid("1.2.156.10197.1.502")
        once = LEAF_CERTIFICATE.encoded.replace(own, other, 1)
        codes = []
        for data in (once, rebuilt(own, other)):
            with pytest.raises(BadCertificate) as refused:
                Certificate.from_der(data)
            codes.append(refused.value.error_code)
        assert codes == ["x509.bad-certificate", "sm.certificate-algorithm"]

    def test_another_curve(self) -> None:
        with pytest.raises(BadCertificate) as refused:
            Certificate.from_der(rebuilt(der.oid(sm2.SM2_CURVE), der.oid("1.2.156.10197.1.302")))
        assert refused.value.error_code == "sm.certificate-key"

    def test_a_key_off_the_curve(self) -> None:
        raw = LEAF.public_key.raw
        with pytest.raises(BadCertificate) as refused:
            Certificate.from_der(rebuilt(raw, raw[:-1] + bytes([raw[-1] ^ 1])))
        assert refused.value.error_code == "sm.certificate-key"

    @pytest.mark.parametrize(
        "time", ["260230000000Z", "261301000000Z", "260101000060Z", "2601010000Z", "260101000000+"]
    )
    def test_times_that_are_none(self, time: str) -> None:
        with pytest.raises(BadCertificate):
            made.certificate(LEAF, ROOT, not_before=time)

    @pytest.mark.parametrize(
        ("oid", "value"),
        [
            ("2.5.29.19", b"\x30\x03\x01\x01\x01"),
            ("2.5.29.19", b"\x30\x03\x02\x01\xff"),
            ("2.5.29.19", b"\x30\x00\x00"),
            ("2.5.29.15", b"\x03\x01\x00"),
            ("2.5.29.15", b"\x03\x02\x08\x80"),
            ("2.5.29.15", b"\x03\x04\x00\x80\x00\x00"),
            ("2.5.29.37", b"\x30\x00"),
            ("2.5.29.14", b"\x05\x00"),
            ("2.5.29.35", b"\x04\x00"),
        ],
    )
    def test_extensions_that_are_malformed(self, oid: str, value: bytes) -> None:
        with pytest.raises(BadCertificate) as refused:
            made.certificate(LEAF, ROOT, made.extension(oid, value), ids=False)
        assert oid in refused.value.path

    def test_an_extension_twice(self) -> None:
        with pytest.raises(BadCertificate):
            made.certificate(LEAF, ROOT, made.ca(), made.ca())

    def test_an_unknown_version(self) -> None:
        with pytest.raises(BadCertificate):
            made.certificate(LEAF, ROOT, version=3)

    def test_far_too_large(self) -> None:
        with pytest.raises(BadCertificate):
            Certificate.from_der(der.sequence(bytes(70_000)))

    def test_the_refusal_is_said_in_both_languages(self) -> None:
        with pytest.raises(BadCertificate) as refused:
            Certificate.from_der(b"")
        assert explain(refused.value, "en").what == "this is no X.509 certificate in DER or PEM"
        assert "证书" in explain(refused.value, "zh").what


class TestAnyBytes:
    """Whatever comes in, only our errors come out."""

    @given(st.binary(max_size=300))
    def test_of_nothing_known(self, data: bytes) -> None:
        with pytest.raises(GatewayError):
            Certificate.from_der(data)

    @given(st.integers(0, len(LEAF_CERTIFICATE.encoded) - 1), st.integers(1, 255))
    def test_of_a_certificate_with_one_byte_changed(self, index: int, mask: int) -> None:
        data = bytearray(LEAF_CERTIFICATE.encoded)
        data[index] ^= mask
        try:
            changed = Certificate.from_der(bytes(data))
        except GatewayError:
            return
        assert not MIDDLE_CERTIFICATE.has_signed(changed.tbs, changed.signature)

    @given(st.data())
    def test_of_a_certificate_with_pieces_moved(self, data: st.DataObject) -> None:
        encoded = LEAF_CERTIFICATE.encoded
        start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(encoded))] * 2)))
        at = data.draw(st.integers(0, len(encoded)))
        moved = encoded[:at] + encoded[start:end] + encoded[at:]
        if moved != encoded:
            with pytest.raises(GatewayError):
                Certificate.from_der(moved)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"\x1e\x04\x75\x35\x6c\x60", "CN=电池"),
        (b"\x0c\x02\xff\xfe", "CN=#fffe"),
        (b"\x14\x01\xe9", "CN=é"),
        (b"\x1c\x04\x00\x00\x75\x35", "CN=#00007535"),
    ],
)
def test_strings_of_names(value: bytes, text: str) -> None:
    assert text_of(der.sequence(der.element(der.SET, der.sequence(der.oid("2.5.4.3"), value)))) == text


def test_names_of_several_attributes() -> None:
    one = der.sequence(der.oid("2.5.4.3"), b"\x0c\x01a")
    two = der.sequence(der.oid("1.2.3.4"), b"\x0c\x01b")
    assert text_of(der.sequence(der.element(der.SET, one, two), der.element(der.SET, one))) == (
        "CN=a+1.2.3.4=b, CN=a"
    )
    with pytest.raises(der.BadDer):
        text_of(der.sequence(der.element(der.SET)))
    assert MIDDLE.name == "测试二级"
