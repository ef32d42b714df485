from __future__ import annotations

import pickle
import sys
import traceback
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from gateway.errors import GatewayError, UsageError
from gateway.signing import algorithms, jades, jws, keys, x509
from gateway.signing.did_key import KeyType
from gateway.signing.keys import PrivateKey
from gateway.signing.sealing import CommandSigner, ExternalSignerFailed, RsaKey, Sealer
from tests.signing.conftest import throw_away
from tests.signing.seals import TIME, certificate, key, root, sealer

SECRET = "correct horse battery staple"


def pem_of(one: object, passphrase: str = "") -> bytes:
    how = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    assert isinstance(one, rsa.RSAPrivateKey)
    return one.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


class TestSealer:
    """Key and certificate belong together, and the key may sign."""

    def test_certificate_of_another_key_is_refused(self) -> None:
        one, other = throw_away(KeyType.P256), sealer("P-256").certificates
        with pytest.raises(UsageError, match="certificate-not-of-key"):
            Sealer(one, other)
        with pytest.raises(UsageError, match="needs-certificate"):
            Sealer(one, [])

    def test_certificate_for_encryption_is_refused(self) -> None:
        own = key("P-256", 5)
        made = certificate("For encryption", own, "Test authority", key("Ed25519", 99), usage=False)
        found = x509.from_pem(made.public_bytes(Encoding.PEM))
        with pytest.raises(UsageError, match="key-usage"):
            Sealer(PrivateKey(own), found)

    def test_rsa_certificate_of_another_key_does_not_sign(self) -> None:
        own = rsa.generate_private_key(65537, 2048)
        stranger = Sealer(RsaKey(own), sealer("RSA").certificates)
        with pytest.raises(keys.SigningFailed):
            stranger.sign(b"x", stranger.natural)

    def test_short_rsa_key_is_refused(self) -> None:
        weak = rsa.generate_private_key(65537, 1024)  # noqa: S505  # what is refused
        with pytest.raises(GatewayError, match="weak-key"):
            RsaKey(weak)

    def test_algorithm_of_another_key_is_refused(self) -> None:
        with pytest.raises(algorithms.UnknownAlgorithm, match="algorithm-not-of-key"):
            sealer("P-256").sign(b"x", algorithms.JOSE["ES384"])

    def test_fault_is_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A signer whose signature has one bit turned, as by a fault attack."""
        sound = PrivateKey.sign
        monkeypatch.setattr(PrivateKey, "sign", lambda s, d: bytes([sound(s, d)[0] ^ 1]) + sound(s, d)[1:])
        with pytest.raises(keys.SigningFailed):
            jades.sign(b"x", sealer("P-256"), signing_time=TIME)
        with pytest.raises(keys.SigningFailed):
            jws.sign_detached(b"x", throw_away(KeyType.ED25519))


SIGNER = """
import sys
sys.path.insert(0, {root!r})
from gateway.signing.did_key import KeyType
from tests.signing.conftest import throw_away
made = throw_away(KeyType.P256).sign(sys.stdin.buffer.read())
how = sys.argv[1]
if how == "der":
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    made = encode_dss_signature(int.from_bytes(made[:32], "big"), int.from_bytes(made[32:], "big"))
if how == "wrong":
    made = bytes(64)
if how == "fail":
    sys.exit("my PIN is {secret}")
sys.stdout.buffer.write(made)
"""


class TestCommand:
    """A command of the user's that drives a key device."""

    def signer(self, tmp_path: Path, how: str) -> CommandSigner:
        script = tmp_path / "sign.py"
        script.write_text(SIGNER.format(root=str(Path(__file__).resolve().parents[2]), secret=SECRET))
        public = throw_away(KeyType.P256).public_key
        return CommandSigner([sys.executable, str(script), how, f"--pin={SECRET}"], public)

    @pytest.mark.parametrize("how", ["raw", "der"])
    def test_signs(self, tmp_path: Path, how: str) -> None:
        token = jws.sign_detached(b"61.25", self.signer(tmp_path, how))
        assert jws.verify_detached(token, b"61.25").payload == b"61.25"

    def test_wrong_signature_is_not_used(self, tmp_path: Path) -> None:
        with pytest.raises(keys.SigningFailed):
            jws.sign_detached(b"61.25", self.signer(tmp_path, "wrong"))

    def test_failure_tells_no_secret(self, tmp_path: Path) -> None:
        signer = self.signer(tmp_path, "fail")
        with pytest.raises(ExternalSignerFailed) as caught:
            jws.sign_detached(b"61.25", signer)
        assert SECRET not in told(caught.value) + repr(signer)

    def test_no_such_command(self) -> None:
        missing = CommandSigner([f"/no/{SECRET[:7]}", SECRET], throw_away(KeyType.P256).public_key)
        with pytest.raises(ExternalSignerFailed) as caught:
            missing.sign(b"x")
        assert SECRET not in told(caught.value)
        with pytest.raises(ExternalSignerFailed):
            CommandSigner([], throw_away(KeyType.P256).public_key).sign(b"x")

    def test_command_that_does_not_end(self) -> None:
        slow = CommandSigner(
            [sys.executable, "-c", "import time; time.sleep(60)", SECRET],
            throw_away(KeyType.P256).public_key,
            timeout_s=1,
        )
        with pytest.raises(ExternalSignerFailed, match="external-signer-failed") as caught:
            slow.sign(b"x")
        assert SECRET not in told(caught.value)


def told(error: BaseException) -> str:
    """Everything that a log or a traceback would show of it."""
    return "".join(traceback.format_exception(error)) + repr(error) + str(getattr(error, "params", ""))


class TestSecrets:
    """No key, passphrase or PIN in a text form, a pickle or a traceback."""

    def test_text_forms(self) -> None:
        own = rsa.generate_private_key(65537, 2048)
        numbers = own.private_numbers()
        held = [RsaKey(own), sealer("P-256"), throw_away(KeyType.P256), RsaKey(own).public]
        for one in held:
            text = f"{one!r} {one}"
            assert str(numbers.d) not in text
            assert f"{20260131}" not in text
        with pytest.raises(TypeError):
            pickle.dumps(held[0])
        with pytest.raises(TypeError):
            pickle.dumps(held[1])

    def test_wrong_passphrase_is_not_repeated(self) -> None:
        pem = pem_of(rsa.generate_private_key(65537, 2048), "right")
        for wrong in (SECRET.encode(), None):
            with pytest.raises(GatewayError) as caught:
                RsaKey.from_pem(pem, wrong)
            assert SECRET not in told(caught.value)
            assert "right" not in told(caught.value).replace("copyright", "")

    def test_encrypted_rsa_key_is_opened(self) -> None:
        own = rsa.generate_private_key(65537, 2048)
        assert RsaKey.from_pem(pem_of(own, SECRET), SECRET.encode()).public.bits == 2048
        with pytest.raises(keys.BadPrivateKey):
            RsaKey.from_pem(throw_away(KeyType.P256).to_pem(None))


class TestCertificates:
    """Read strictly; which one signs is never guessed."""

    def test_pem_in_order(self) -> None:
        pem = b"".join(x.public_bytes(Encoding.PEM) for x in (root(), root()))
        assert len(x509.from_pem(b"comment\n" + pem)) == 2

    @pytest.mark.parametrize(
        "pem", [b"", b"-----BEGIN CERTIFICATE-----\nAA=\n-----END CERTIFICATE-----", b"x"]
    )
    def test_damaged_pem_is_refused(self, pem: bytes) -> None:
        with pytest.raises(x509.BadCertificate):
            x509.from_pem(pem)

    def test_two_that_may_sign_are_ambiguous(self) -> None:
        one, other = sealer("P-256", 1).certificates[0], sealer("P-256", 2).certificates[0]
        with pytest.raises(x509.BadCertificate, match="certificate-ambiguous"):
            x509.leaf_first([one, other])
        chain = sealer("P-256").certificates
        assert x509.leaf_first(chain[::-1]) == chain

    def test_trailing_bytes_are_refused(self) -> None:
        with pytest.raises(x509.BadCertificate):
            x509.Certificate.from_der(sealer().certificates[0].der + b"\0")

    def test_sm2_certificate_has_its_key(self, oracle_data: Path) -> None:
        (found,) = x509.from_pem((oracle_data / "signing/sm2/sm2-root.pem").read_bytes())
        assert (found.key.kind, len(found.key.spki), found.key.did) == ("SM2", 91, "")
        with pytest.raises(algorithms.UnknownAlgorithm):
            found.key.has_signed(b"x", bytes(64), algorithms.JOSE["ES256"])
