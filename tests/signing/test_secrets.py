"""Nothing secret leaves a key: not in its text, a log, a traceback, a copy, or what the command prints."""

from __future__ import annotations

import base64
import copy
import io
import logging
import pickle
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.console.signers import Choice
from gateway.errors import GatewayError
from gateway.signing import forms, jades, jws, keys, sd_jwt, sm2_signers
from gateway.signing.did_key import KeyType
from gateway.signing.keys import PrivateKey
from gateway.signing.libcrypto import Libcrypto, NoLibcrypto
from gateway.signing.sealing import CommandSigner, RsaKey, Sealer
from tests.signing import seals
from tests.signing.sm import made as sm

PASSPHRASE = "correct horse battery staple"


def numbers(key: object) -> Iterator[bytes]:
    """The secret numbers of a key."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        yield key.private_bytes_raw()
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        yield key.private_numbers().private_value.to_bytes((key.key_size + 7) // 8, "big")
    else:
        assert isinstance(key, rsa.RSAPrivateKey)
        own = key.private_numbers()
        yield from (n.to_bytes((n.bit_length() + 7) // 8, "big") for n in (own.d, own.p, own.q))


def spellings(secret: bytes) -> Iterator[str]:
    """How a secret might be printed; a part of it is as bad."""
    for part in (secret, secret[:12], secret[-12:]):
        yield part.hex()
        yield part.hex().upper()
        yield repr(part)[2:-1]
        yield base64.b64encode(part[: len(part) // 3 * 3]).decode()
    yield str(int.from_bytes(secret, "big"))


def refuse_secrets(said: str, secrets: list[bytes]) -> None:
    assert PASSPHRASE not in said
    assert "PRIVATE KEY" not in said
    for secret in secrets:
        for spelling in spellings(secret):
            assert spelling not in said


def told(error: BaseException) -> str:
    """Everything that a log with a traceback shows of an error."""
    stream = io.StringIO()
    log = logging.Logger("test")  # noqa: LOG001  # one of our own, seen by nobody else
    log.addHandler(logging.StreamHandler(stream))
    try:
        raise error
    except type(error):
        log.exception("%s %r %s", error, error, getattr(error, "params", ""))
    chain = "".join(traceback.TracebackException.from_exception(error).format())
    return (
        stream.getvalue() + chain + repr(error.args) + repr(vars(error) if hasattr(error, "__dict__") else "")
    )


def all_texts(one: object) -> str:
    return f"{one} {one!r} {one!s} {[one]} {(one,)}"


@pytest.mark.parametrize("kind", seals.KINDS)
class TestKeys:
    """Keys in memory, with and without a certificate."""

    def held(self, kind: str) -> tuple[list[object], list[bytes]]:
        raw = seals.key(kind)
        sealer = seals.sealer(kind)
        holders: list[object] = [sealer, sealer._signer]
        if kind != "RSA":
            holders += [PrivateKey(raw), sd_jwt.salts_of(PrivateKey(raw), b"subject")]
        else:
            assert isinstance(raw, rsa.RSAPrivateKey)
            holders.append(RsaKey(raw))
        return holders, list(numbers(raw))

    def test_texts(self, kind: str) -> None:
        holders, secrets = self.held(kind)
        for one in holders:
            refuse_secrets(all_texts(one), secrets)
            assert not hasattr(one, "__dict__") or callable(one)

    def test_copies(self, kind: str) -> None:
        holders, _ = self.held(kind)
        ways: list[Callable[[Any], object]] = [pickle.dumps, copy.copy, copy.deepcopy]
        for one in holders:
            for way in ways:
                if callable(one) or (isinstance(one, Sealer) and way is copy.copy):
                    continue  # a function is copied as itself; a seal's copy holds the same key
                with pytest.raises(TypeError):
                    way(one)

    def test_errors(self, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
        raw = seals.key(kind)
        secrets = list(numbers(raw))
        opened = raw.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        locked = _locked(raw)
        damaged = opened.replace(b"A", b"B", 3)
        for pem, passphrase in (
            (locked, b"wrong " + PASSPHRASE.encode()),
            (locked, None),
            (opened, PASSPHRASE.encode()),
            (damaged, None),
            (opened[:-40], None),
            (locked[:80] + locked[90:], PASSPHRASE.encode()),
        ):
            for load in (keys.load_pkcs8, RsaKey.from_pem, PrivateKey.from_pem):
                try:
                    load(pem, passphrase)
                except GatewayError as error:
                    refuse_secrets(told(error), secrets)
        sealer = seals.sealer(kind)
        wrong = Sealer.__new__(Sealer)
        wrong._signer, wrong.certificates, wrong.key = _Faulty(), sealer.certificates, sealer.key
        with pytest.raises(keys.SigningFailed) as caught:
            jades.sign(b"x", wrong, signing_time=seals.TIME)
        refuse_secrets(told(caught.value), secrets)


class _Faulty:
    def sign(self, data: bytes) -> bytes:
        return bytes(64)


def _locked(raw: seals.Key) -> bytes:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption

    return raw.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE.encode()))


COMMANDS: dict[str, list[str]] = {
    "absent": ["/nowhere/signer", "--pin", PASSPHRASE],
    "fails": [sys.executable, "-c", "import sys; sys.exit(sys.argv[1])", PASSPHRASE],
    "says nothing": [sys.executable, "-c", "", PASSPHRASE],
    "says its secret": [sys.executable, "-c", "import sys; print(sys.argv[1])", PASSPHRASE],
    "never ends": [sys.executable, "-c", "import time; time.sleep(60)", PASSPHRASE],
    "NUL": [sys.executable, "\0", PASSPHRASE],
    "none": [],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_external_signers(name: str) -> None:
    """Neither the arguments of a command nor what it says are repeated."""
    public = PrivateKey(seals.key("P-256")).public_key
    one = CommandSigner(COMMANDS[name], public, timeout_s=1)
    other = sm2_signers.ExternalSigner(COMMANDS[name], sm.LEAF.public_key, timeout_s=1)
    refuse_secrets(all_texts(one) + all_texts(other), [])
    with pytest.raises(GatewayError) as caught:
        jws.sign_detached(b"x", one)
    refuse_secrets(told(caught.value), [])
    with pytest.raises(GatewayError) as caught:
        sm2_signers.sign(other, b"x")
    refuse_secrets(told(caught.value), [])


def test_sm2_key() -> None:
    try:
        Libcrypto.find()
    except NoLibcrypto:
        pytest.skip("no libcrypto with SM2 on this system")
    pem = (
        b"-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(sm.LEAF.pkcs8) + b"-----END PRIVATE KEY-----\n"
    )
    secrets = [sm.LEAF.d.to_bytes(32, "big")]
    key = sm2_signers.load_signer(pem)
    refuse_secrets(all_texts(key), secrets)
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            way(key)
    for wrong in (pem.replace(b"A", b"B", 3), pem[:60], b"x"):
        with pytest.raises(GatewayError) as caught:
            sm2_signers.load_signer(wrong, PASSPHRASE.encode())
        refuse_secrets(told(caught.value), secrets)


def test_what_the_command_line_said_is_not_shown() -> None:
    assert PASSPHRASE not in repr(Choice(command=f"signer --pin '{PASSPHRASE}'"))


def test_what_is_hidden_is_not_in_errors_or_texts() -> None:
    """The disclosures of a token are as secret as what they hide."""
    key = PrivateKey(seals.key("P-256"))
    document = f'{{"lines": ["{PASSPHRASE}"], "x": 1}}'.encode()
    hidden = forms.Hidden(["/lines/*"], sd_jwt.salts_of(key, document))
    files = {"a.json": ("application/json", document)}
    token = forms.sign(files, forms.Form.SD_JWT, key, signing_time=seals.TIME, hidden=hidden)
    shown = sd_jwt.verify(sd_jwt.disclose(token, []))
    refuse_secrets(all_texts(shown) + all_texts(sd_jwt.verify(token)) + all_texts(hidden), [])
    bare, first = token.split(b"~")[0] + b"~", token.split(b"~")[1].decode()
    for wrong in (
        token.replace(b"~", b"~x", 1),
        token + b"x",
        bare + f"{first}~{first}~".encode(),
        bare + f"{first[:-2]}~".encode(),
    ):
        with pytest.raises(GatewayError) as caught:
            sd_jwt.verify(wrong)
        refuse_secrets(told(caught.value), [])
        assert first[:-2] not in told(caught.value)


@pytest.mark.parametrize("kind", KeyType)
@pytest.mark.parametrize("debug", ["", "1"])
def test_the_command(
    kind: KeyType,
    debug: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Also with the traceback that ``HUTONG_DEBUG`` prints."""
    from gateway.__main__ import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUTONG_DEBUG", debug)
    raw = seals.key(kind.value)
    secrets = list(numbers(raw))
    Path("key.pem").write_bytes(PrivateKey(raw).to_pem(PASSPHRASE.encode()))
    Path("key.pem").chmod(0o600)
    Path("pass").write_text(PASSPHRASE)
    Path("wrong").write_text(PASSPHRASE + "!")
    Path("a.json").write_text("{}")
    command = f"'{sys.executable}' -c 'import sys; sys.exit(sys.argv[1])' '{PASSPHRASE}'"
    did = PrivateKey(raw).public_key.did
    for signer in (
        ["--key", "key.pem", "--passphrase-file", "pass"],
        ["--key", "key.pem", "--passphrase-file", "wrong"],
        ["--key", "key.pem"],
        ["--signer", command, "--public-key", did],
        ["--signer", f"'{PASSPHRASE}", "--public-key", did],
        ["--device", "none.so", "--token", "t", "--label", "l", "--passphrase-file", "pass"],
    ):
        for more in ([], ["--json"]):
            main(["sign", "a.json", "--as", "jws", *signer, "-o", "out", "--force", *more])
    out, err = capfd.readouterr()
    assert out
    assert err
    refuse_secrets(out + err, secrets)
