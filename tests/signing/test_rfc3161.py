from __future__ import annotations

import base64
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, UsageError
from gateway.signing import jades, rfc3161
from tests.signing.seals import TIME, sealer

MESSAGE = b'{"pcf":"61.25"}'


class Authority:
    """A time-stamping authority of ``openssl ts``, with a root of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        top = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test root")])
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test time stamps")])
        period = datetime(2020, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)
        built = x509.CertificateBuilder().not_valid_before(period[0]).not_valid_after(period[1])
        root_key_id = x509.SubjectKeyIdentifier.from_public_key(root.public_key())
        usage = x509.KeyUsage(*[index in (5, 6) for index in range(9)])
        self.root = (
            built.subject_name(top)
            .issuer_name(top)
            .serial_number(1)
            .public_key(root.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(root_key_id, critical=False)
            .sign(root, hashes.SHA256())
        )
        certificate = (
            built.subject_name(name)
            .issuer_name(top)
            .serial_number(2)
            .public_key(own.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(*[index == 0 for index in range(9)]), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(root_key_id), critical=False
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
            .sign(root, hashes.SHA256())
        )
        (place / "root.pem").write_bytes(self.root.public_bytes(Encoding.PEM))
        (place / "tsa.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (place / "tsa.key").write_bytes(pem)
        (place / "serial").write_text("01\n")
        (place / "ts.cnf").write_text(
            "[ts]\nserial = serial\ncrypto_device = builtin\nsigner_cert = tsa.pem\nsigner_key = tsa.key\n"
            "signer_digest = sha256\ncerts = tsa.pem\ndefault_policy = 1.2.3.4.1\ndigests = sha256\n"
            "ess_cert_id_alg = sha256\n"
        )

    @property
    def roots(self) -> list[bytes]:
        return [self.root.public_bytes(Encoding.DER)]

    def openssl(self, *args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["openssl", "ts", *args], cwd=self.place, capture_output=True, text=True, check=False, timeout=60
        )

    def stamp(self, request: bytes) -> bytes:
        (self.place / "request").write_bytes(request)
        command = ["-reply", "-config", "ts.cnf", "-section", "ts", "-queryfile", "request", "-out", "reply"]
        done = self.openssl(*command)
        assert done.returncode == 0, done.stderr
        return (self.place / "reply").read_bytes()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.mark.judge("openssl-ts")
class TestOpenssl:
    """``openssl ts`` reads our requests and checks what it answered; we check the same."""

    def test_request_is_answered_and_the_answer_verified_by_both(self, authority: Authority) -> None:
        request = rfc3161.request(MESSAGE, nonce=20260131)
        reply = authority.stamp(request)
        found = rfc3161.verify(reply, MESSAGE, roots=authority.roots, nonce=20260131)
        assert (found.policy, found.serial >= 1) == ("1.2.3.4.1", True)
        assert abs((datetime.now(UTC) - found.time).total_seconds()) < 3600
        (authority.place / "data").write_bytes(MESSAGE)
        verdict = authority.openssl("-verify", "-data", "data", "-in", "reply", "-CAfile", "root.pem")
        assert verdict.returncode == 0, verdict.stderr

    def test_bare_token_is_verified_too(self, authority: Authority) -> None:
        token = rfc3161.token_of(authority.stamp(rfc3161.request(MESSAGE)))
        assert rfc3161.verify(token, MESSAGE, roots=authority.roots).serial

    def test_anything_else_is_refused(self, authority: Authority) -> None:
        reply = authority.stamp(rfc3161.request(MESSAGE, nonce=1))
        stranger = sealer().certificates[1].der
        for message, roots, nonce in (
            (MESSAGE + b" ", authority.roots, 1),
            (MESSAGE, [stranger], 1),
            (MESSAGE, authority.roots, 2),
        ):
            with pytest.raises(rfc3161.TimestampRefused):
                rfc3161.verify(reply, message, roots=roots, nonce=nonce)
        with pytest.raises(UsageError, match="no-roots"):
            rfc3161.verify(reply, MESSAGE, roots=[])

    def test_every_changed_byte_as_another_library_sees_it(self, authority: Authority) -> None:
        """A token that ``rfc3161-client`` refuses is refused here, and one that is taken says the same."""
        from cryptography import x509 as library
        from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

        reply = authority.stamp(rfc3161.request(MESSAGE))
        sound = rfc3161.verify(reply, MESSAGE, roots=authority.roots)
        builder = VerifierBuilder().add_root_certificate(
            library.load_der_x509_certificate(authority.roots[0])
        )
        judge, taken = builder.build(), 0
        for place in range(0, len(reply), 3):
            changed = reply[:place] + bytes([reply[place] ^ 1]) + reply[place + 1 :]
            try:
                found = rfc3161.verify(changed, MESSAGE, roots=authority.roots)
            except GatewayError:
                continue
            taken += 1
            assert found == sound
            try:
                assert judge.verify_message(decode_timestamp_response(changed), MESSAGE)
            except (VerificationError, ValueError) as error:
                pytest.fail(f"only we take the change at {place}: {error}")
        assert taken < len(reply) / 3 / 10

    def test_what_is_no_certificate_is_refused_among_them(self, authority: Authority) -> None:
        """RFC 5652, 10.2.2. The authority's own certificate stands there twice; nobody needs the second."""
        reply = authority.stamp(rfc3161.request(MESSAGE))
        own = x509.load_pem_x509_certificate((authority.place / "tsa.pem").read_bytes())
        second = reply.rindex(own.public_bytes(Encoding.DER))
        changed = reply[:second] + bytes([reply[second] ^ 1]) + reply[second + 1 :]
        with pytest.raises(rfc3161.TimestampRefused, match="certificate"):
            rfc3161.verify(changed, MESSAGE, roots=authority.roots)

    def test_over_a_signature(self, authority: Authority) -> None:
        """As a signature's time stamp is made: over its value."""
        value = jades.verify(jades.sign(MESSAGE, sealer(), signing_time=TIME)).signatures[0].value
        reply = authority.stamp(rfc3161.request(value))
        assert rfc3161.verify(reply, value, roots=authority.roots).digest


def test_published_responses(oracle_data: Path) -> None:
    """Of Trail of Bits: one sound response, one with certificates slipped in, one over something else."""
    place = oracle_data / "signing" / "rfc3161" / "test_tsa"
    pem = (place / "ts_chain.pem").read_bytes()
    chain = [
        base64.b64decode(b"".join(found.split()))
        for found in re.findall(rb"-----BEGIN CERTIFICATE-----(.*?)-----END", pem, re.DOTALL)
    ]
    root, between = chain[-1:], chain[:-1]
    verdicts = {}
    for name in ("response", "response-injected-certs", "other_response"):
        try:
            data = (place / f"{name}.tsr").read_bytes()
            found = rfc3161.verify(data, b"hello", roots=root, intermediates=between)
            verdicts[name] = found.time.isoformat()
        except rfc3161.TimestampRefused as error:
            verdicts[name] = error.error_code
    assert verdicts == {
        "response": "2024-10-08T15:40:32+00:00",
        "response-injected-certs": "envelope.certificate-ambiguous",
        "other_response": "envelope.timestamp",
    }


@given(st.binary(max_size=100))
def test_only_our_errors_come_out(data: bytes) -> None:
    with pytest.raises(GatewayError):
        rfc3161.verify(data, MESSAGE, roots=[sealer().certificates[0].der])
    with pytest.raises(GatewayError):
        rfc3161.token_of(b"\x30" + data)
