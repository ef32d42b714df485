from __future__ import annotations

import base64
import ctypes
import pickle
import sys
import threading

import pytest

from gateway.errors import GatewayError
from gateway.messages import explain
from gateway.signing import _pkcs8, libcrypto, sm2, sm2_signers
from gateway.signing.keys import SigningFailed
from gateway.signing.libcrypto import BadSm2PrivateKey, Libcrypto, NoLibcrypto
from tests.signing.sm.made import LEAF, OTHER

MESSAGE = "manifest 清单".encode()
OPEN = b"-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(LEAF.pkcs8) + b"-----END PRIVATE KEY-----\n"
LOCKED = _pkcs8.encrypt(LEAF.pkcs8, b"correct horse")


@pytest.mark.usefixtures("engine")
class TestLibcrypto:
    """Signing by the system's libcrypto."""

    @pytest.mark.parametrize(("pem", "passphrase"), [(OPEN, None), (LOCKED, b"correct horse")])
    def test_signs_what_plain_integers_verify(self, pem: bytes, passphrase: bytes | None) -> None:
        key = sm2_signers.load_signer(pem, passphrase)
        assert key.public_key == LEAF.public_key
        for user_id in (sm2.DEFAULT_USER_ID, b"", b"ALICE123@YAHOO.COM"):
            signature = sm2_signers.sign(key, MESSAGE, user_id=user_id)
            assert sm2.holds(LEAF.public_key, MESSAGE, signature, user_id=user_id)
            assert not sm2.holds(LEAF.public_key, MESSAGE, signature, user_id=b"other")

    def test_never_the_same_signature_twice(self) -> None:
        key = sm2_signers.load_signer(OPEN)
        assert len({sm2_signers.sign(key, MESSAGE) for _ in range(20)}) == 20

    @pytest.mark.parametrize("passphrase", [None, b"", b"wrong", b"correct horse\0"])
    def test_another_passphrase(self, passphrase: bytes | None) -> None:
        with pytest.raises(BadSm2PrivateKey):
            sm2_signers.load_signer(LOCKED, passphrase)

    @pytest.mark.parametrize("pem", [b"", b"-----BEGIN PRIVATE KEY-----", OPEN[:100], b"\0" * 64])
    def test_no_key(self, pem: bytes) -> None:
        with pytest.raises(BadSm2PrivateKey):
            sm2_signers.load_signer(pem)

    def test_a_key_of_another_curve(self) -> None:
        from gateway.signing.did_key import KeyType
        from gateway.signing.keys import PrivateKey

        with pytest.raises(BadSm2PrivateKey) as refused:
            sm2_signers.load_signer(PrivateKey.generate(KeyType.P256).to_pem(None))
        assert refused.value.error_code == "sm.not-an-sm2-private-key"

    def test_a_key_is_neither_shown_nor_pickled(self) -> None:
        key = sm2_signers.load_signer(OPEN)
        assert f"{LEAF.d:x}" not in repr(key)
        assert LEAF.public_key.raw.hex() in repr(key)
        with pytest.raises(TypeError):
            pickle.dumps(key)

    def test_several_threads(self, engine: Libcrypto) -> None:
        key = sm2_signers.load_signer(OPEN)
        held = []

        def work() -> None:
            for _ in range(20):
                signature = sm2.Signature.from_der(key.sign(MESSAGE))
                held.append(engine.holds(key.public_key, MESSAGE, signature, sm2.DEFAULT_USER_ID))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert held == [True] * 80

    def test_agrees_with_plain_integers(self, engine: Libcrypto) -> None:
        good = sm2.Signature.from_der(LEAF.sign(MESSAGE))
        for key in (LEAF.public_key, OTHER.public_key):
            for signature in (good, sm2.Signature(good.s, good.r)):
                for message in (MESSAGE, b""):
                    judged = (key, message, signature)
                    assert sm2.holds(*judged) == sm2.holds(*judged, engine=engine)


class TestWithoutLibcrypto:
    """A system without SM2 says so; verifying still works."""

    def test_no_library_of_that_name(self) -> None:
        with pytest.raises(NoLibcrypto) as refused:
            Libcrypto("libno-such-library.so.3")
        assert "OpenSSL 3" in explain(refused.value, "en").expected
        assert "外部签名程序" in explain(refused.value, "zh").fix

    def test_a_library_that_is_no_libcrypto(self) -> None:
        name = next(n for n in ("libc.so.6", "libSystem.dylib", "msvcrt.dll") if _loads(n))
        with pytest.raises(NoLibcrypto):
            Libcrypto(name)

    def test_a_libcrypto_without_sm2(self, monkeypatch: pytest.MonkeyPatch, engine: Libcrypto) -> None:
        def refuses(*_: object) -> bool:
            return False

        name = engine.name
        monkeypatch.setattr(Libcrypto, "holds", refuses)
        with pytest.raises(NoLibcrypto):
            Libcrypto(name)

    def test_none_of_the_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(libcrypto, "_UNIX", ("libno.so.1", "libno.so.2"))
        monkeypatch.setattr(libcrypto, "_NAMES", {})
        monkeypatch.setattr(Libcrypto, "find", classmethod(Libcrypto.find.__func__.__wrapped__))  # type: ignore[attr-defined]  # past the cache
        with pytest.raises(NoLibcrypto) as refused:
            sm2_signers.load_signer(OPEN)
        assert refused.value.saw == "libno.so.1, libno.so.2"
        assert LEAF.public_key.has_signed(MESSAGE, LEAF.sign(MESSAGE))


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def command(code: str) -> list[str]:
    return [sys.executable, "-c", f"import sys; data = sys.stdin.buffer.read(); {code}"]


class TestExternalSigner:
    """A command of the user's signs; we verify before anybody sees it."""

    @pytest.mark.parametrize("form", ["der", "raw"])
    def test_its_signature_is_taken_in_both_forms(self, form: str) -> None:
        signature = sm2.Signature.from_der(LEAF.sign(MESSAGE))
        shown = (signature.as_der if form == "der" else signature.raw).hex()
        script = command(f"sys.stdout.buffer.write(bytes.fromhex('{shown}'))")
        signer = sm2_signers.ExternalSigner(script, LEAF.public_key)
        assert sm2_signers.sign(signer, MESSAGE) == signature
        with pytest.raises(SigningFailed):
            sm2_signers.sign(signer, MESSAGE + b"!")

    @pytest.mark.parametrize("code", ["pass", "print('hello')", "sys.stdout.buffer.write(data)"])
    def test_output_that_is_no_signature(self, code: str) -> None:
        with pytest.raises(SigningFailed):
            sm2_signers.sign(sm2_signers.ExternalSigner(command(code), LEAF.public_key), MESSAGE)

    @pytest.mark.parametrize(
        ("words", "why"),
        [
            (command("print('secret', file=sys.stderr); sys.exit(3)"), "3"),
            (["/no/such/command", "--pin=1234"], "enoent"),
            (["nul\0"], "ValueError"),
        ],
    )
    def test_a_command_that_fails(self, words: list[str], why: str) -> None:
        with pytest.raises(GatewayError) as refused:
            sm2_signers.sign(sm2_signers.ExternalSigner(words, LEAF.public_key), MESSAGE)
        assert refused.value.error_code == "sm.external-signer-failed"
        assert refused.value.params["why"] == why
        told = repr(refused.value) + str(refused.value.params)
        assert "secret" not in told
        assert "1234" not in told

    def test_a_command_that_never_ends(self) -> None:
        words = [sys.executable, "-c", "import threading; threading.Event().wait()"]
        signer = sm2_signers.ExternalSigner(words, LEAF.public_key, timeout_s=1)
        with pytest.raises(sm2_signers.ExternalSignerFailed) as refused:
            sm2_signers.sign(signer, MESSAGE)
        assert refused.value.params["why"] == "TimeoutExpired"

    def test_its_arguments_are_not_shown(self) -> None:
        signer = sm2_signers.ExternalSigner(["card", "--pin=1234"], LEAF.public_key)
        assert repr(signer).startswith("ExternalSigner(card, PublicKey(04")
        assert "1234" not in repr(signer)
