from __future__ import annotations

import base64
import copy
import pickle
import stat
import traceback
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import GatewayError, InputError, TrustError, UsageError
from gateway.signing import keys
from gateway.signing.did_key import KeyType, PublicKey
from gateway.signing.key_files import read_key_file, write_key_file
from gateway.signing.keys import BadPrivateKey, PrivateKey, SigningFailed, WrongPassphrase

PASSPHRASE = "茶 and a long sentence".encode()


class TestSigning:
    """A signature is raw, repeatable, and holds for its key and data only."""

    def test_signature_holds(self, key: PrivateKey) -> None:
        signature = keys.sign(key, b"data")
        assert key.public_key.has_signed(b"data", signature)
        assert not key.public_key.has_signed(b"Data", signature)
        assert not PrivateKey.generate(key.public_key.key_type).public_key.has_signed(b"data", signature)
        assert keys.sign(key, b"data") == signature

    def test_longer_or_shorter_signatures_are_refused(self, key: PrivateKey) -> None:
        signature = keys.sign(key, b"data")
        for other in (signature[:-1], signature + b"\0", b"\0" + signature, b""):
            assert not key.public_key.has_signed(b"data", other)

    def test_faulty_signer_is_noticed(self, ed25519_key: PrivateKey) -> None:
        class Faulty:
            public_key: PublicKey = ed25519_key.public_key

            def sign(self, data: bytes) -> bytes:
                return ed25519_key.sign(data + b"!")

        with pytest.raises(SigningFailed):
            keys.sign(Faulty(), b"data")

    def test_derived_secrets_repeat_and_differ_by_label_and_key(self, key: PrivateKey) -> None:
        secret = key.derive_secret(b"one")
        assert len(secret) == 32
        assert secret == key.derive_secret(b"one")
        assert secret not in {
            key.derive_secret(b"two"),
            PrivateKey.generate(KeyType.P256).derive_secret(b"one"),
        }


class TestPem:
    """PKCS#8 PEM, encrypted or openly."""

    @pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
    def test_there_and_back(self, key: PrivateKey, passphrase: bytes | None) -> None:
        pem = key.to_pem(passphrase)
        assert PrivateKey.from_pem(pem, passphrase).public_key == key.public_key

    def test_encryption_is_scrypt_not_2048_rounds(self, ed25519_key: PrivateKey) -> None:
        pem = ed25519_key.to_pem(PASSPHRASE)
        assert pem.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
        # The library is another writer than ours, and opens it.
        loaded = serialization.load_pem_private_key(pem, PASSPHRASE)
        assert loaded.public_key() == ed25519_key._key.public_key()
        scrypt, pbkdf2 = bytes.fromhex("06092b06010401da47040b"), bytes.fromhex("06092a864886f70d01050c")
        body = base64.b64decode(b"".join(pem.splitlines()[1:-1]))
        assert scrypt in body
        assert pbkdf2 not in body

    def test_two_encryptions_differ(self, ed25519_key: PrivateKey) -> None:
        assert ed25519_key.to_pem(PASSPHRASE) != ed25519_key.to_pem(PASSPHRASE)

    def test_wrong_passphrase(self, ed25519_key: PrivateKey) -> None:
        with pytest.raises(WrongPassphrase):
            PrivateKey.from_pem(ed25519_key.to_pem(PASSPHRASE), b"guess")

    def test_choice_must_be_said(self, ed25519_key: PrivateKey) -> None:
        for pem, passphrase in (
            (ed25519_key.to_pem(PASSPHRASE), None),
            (ed25519_key.to_pem(None), PASSPHRASE),
        ):
            with pytest.raises(UsageError):
                PrivateKey.from_pem(pem, passphrase)
        with pytest.raises(UsageError):
            ed25519_key.to_pem(b"")

    def test_other_kinds_of_key_are_refused(self) -> None:
        pkcs8, pem = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
        for other in (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP521R1())):
            with pytest.raises(BadPrivateKey):
                PrivateKey.from_pem(other.private_bytes(pem, pkcs8, serialization.NoEncryption()))

    def test_other_containers_are_refused(self) -> None:
        old = serialization.PrivateFormat.TraditionalOpenSSL
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, old, serialization.NoEncryption()
        )
        with pytest.raises(BadPrivateKey):
            PrivateKey.from_pem(pem)

    @settings(max_examples=50)
    @given(st.binary(max_size=200), st.sampled_from([b"", b"-----BEGIN PRIVATE KEY-----\n"]))
    def test_only_our_errors_come_out(self, data: bytes, start: bytes) -> None:
        with pytest.raises(GatewayError):
            PrivateKey.from_pem(start + data)


class TestSecrets:
    """No text form of a key, an error or a traceback shows a secret."""

    def _secrets(self, key: PrivateKey) -> list[str]:
        der = key._key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        lines = key.to_pem(None).decode().splitlines()[1:-1]
        return [*lines, der.hex(), repr(der[20:30])[2:-1], PASSPHRASE.decode(), repr(PASSPHRASE)[2:-1]]

    def test_representations(self, key: PrivateKey) -> None:
        shown = f"{key!r} {key} {key.public_key!r} {[key]} {vars(type(key))}"
        assert key.public_key.did in shown
        assert not [secret for secret in self._secrets(key) if secret in shown]

    def test_keys_are_neither_pickled_nor_copied(self, key: PrivateKey) -> None:
        for leak in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError):
                leak(key)

    def test_tracebacks(self, key: PrivateKey) -> None:
        for pem, passphrase in (
            (key.to_pem(b"other"), PASSPHRASE),
            (key.to_pem(None)[:-40], None),
            (key.to_pem(None), PASSPHRASE),
        ):
            with pytest.raises(GatewayError) as caught:
                PrivateKey.from_pem(pem, passphrase)
            shown = "".join(traceback.format_exception(caught.value))
            assert not [secret for secret in self._secrets(key) if secret in shown]


class TestKeyFiles:
    """A key file is its owner's only, and is never overwritten."""

    def test_mode_is_0600_whatever_the_umask(self, tmp_path: Path, ed25519_key: PrivateKey) -> None:
        path = tmp_path / "key.pem"
        write_key_file(path, ed25519_key.to_pem(None))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert PrivateKey.from_pem(read_key_file(path)).public_key == ed25519_key.public_key

    def test_existing_file_stays(self, tmp_path: Path) -> None:
        path = tmp_path / "key.pem"
        path.write_bytes(b"precious")
        with pytest.raises(UsageError):
            write_key_file(path, b"new")
        assert path.read_bytes() == b"precious"

    def test_dangling_link_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "key.pem").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(UsageError):
            write_key_file(tmp_path / "key.pem", b"new")
        assert not (tmp_path / "elsewhere").exists()

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o777])
    def test_file_open_to_others_is_refused(self, tmp_path: Path, mode: int, ed25519_key: PrivateKey) -> None:
        path = tmp_path / "key.pem"
        write_key_file(path, ed25519_key.to_pem(None))
        path.chmod(mode)
        with pytest.raises(TrustError) as caught:
            read_key_file(path)
        assert caught.value.params["mode"] == f"{mode:04o}"

    def test_what_is_no_key_file_is_refused(self, tmp_path: Path) -> None:
        large = tmp_path / "large"
        write_key_file(large, b"x" * 100_000)
        other = tmp_path / "other"
        other.write_bytes(b"{}")
        other.chmod(0o644)  # what is no key may be read by anybody
        for path in (tmp_path, tmp_path / "absent", large, other):
            with pytest.raises(InputError):
                read_key_file(path)
