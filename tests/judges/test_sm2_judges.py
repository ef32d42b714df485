"""OpenSSL, GmSSL and sm-crypto on our SM2 signatures, and we on theirs."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gateway.signing import gbt35275, sm2
from gateway.signing.chain import ChainRefused, verify_chain
from gateway.signing.sm2_certificate import Certificate
from gateway.signing.sm3 import plain
from tests.conftest import Judges
from tests.signing.sm.made import (
    LEAF,
    LEAF_CERTIFICATE,
    MIDDLE,
    MIDDLE_CERTIFICATE,
    NOW,
    ROOT_CERTIFICATE,
    Signer,
)

# 3 kB, one byte, and the lengths around SM3's blocks.
MESSAGES = [b'{"pcf":"61.25"}' * 200, b"x", *(bytes(range(n)) for n in (55, 56, 63, 64, 65, 119))]
IDS = [sm2.DEFAULT_USER_ID, b"ALICE123@YAHOO.COM"]


def case(signer: Signer, message: bytes, user_id: bytes, signature: bytes) -> dict[str, str]:
    return {
        "d": f"{signer.d:064x}",
        "key": signer.public_key.raw.hex(),
        "id": user_id.hex(),
        "message": message.hex(),
        "signature": signature.hex(),
    }


def cases() -> list[tuple[dict[str, str], bool]]:
    """Good signatures and, for each, what changes make of it, with the verdict that is due."""
    found = []
    for number, message in enumerate(MESSAGES):
        for user_id in IDS:
            signer = Signer(f"judged {number}")
            good = signer.sign(message, user_id)
            r, s = (v := sm2.Signature.from_der(good)).r, v.s
            found.append((case(signer, message, user_id, good), True))
            for changed in (
                case(signer, message + b"\0", user_id, good),
                case(signer, message, user_id + b"1", good),
                case(MIDDLE, message, user_id, good),
                case(signer, message, user_id, sm2.Signature(s, r).as_der),
                case(signer, message, user_id, sm2.Signature(r, s ^ 1).as_der),
            ):
                found.append((changed, False))
    return found


def ours(judged: dict[str, str], signature: str) -> bool:
    key, message, user_id = (bytes.fromhex(judged[name]) for name in ("key", "message", "id"))
    return sm2.PublicKey.from_bytes(key).has_signed(message, bytes.fromhex(signature), user_id=user_id)


def both_directions(found: list[dict[str, Any]], asked: list[tuple[dict[str, str], bool]]) -> None:
    """They say of ours what is due, we say yes to theirs, and SM3 is the same."""
    assert len(found) == len(asked) == len(MESSAGES) * len(IDS) * 6
    for answer, (judged, due) in zip(found, asked, strict=True):
        assert answer["holds"] == due == ours(judged, judged["signature"])
        assert answer["sm3"] == plain(bytes.fromhex(judged["message"])).hex()
        # MIDDLE's key stands beside another's number: that signature is nobody's business here
        if judged["key"] == MIDDLE.public_key.raw.hex():
            continue
        assert ours(judged, answer["signature"])
        assert not ours({**judged, "id": ""}, answer["signature"])


@pytest.mark.judge("gmssl")
def test_gmssl(judges: Judges, tmp_path: Path) -> None:
    asked = cases()
    (tmp_path / "cases.json").write_text(json.dumps([judged for judged, _ in asked]))
    both_directions(judges.python("sm2_gmssl.py", tmp_path / "cases.json"), asked)


@pytest.mark.judge("sm-crypto")
def test_sm_crypto(judges: Judges, tmp_path: Path) -> None:
    asked = cases()
    (tmp_path / "cases.json").write_text(json.dumps([judged for judged, _ in asked]))
    both_directions(judges.node("sm-crypto/judge.mjs", tmp_path / "cases.json"), asked)


def pem(label: str, data: bytes) -> bytes:
    body = base64.encodebytes(data).decode()
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n".encode()


class OpenSsl:
    """The command ``openssl``, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, data: bytes) -> str:
        (self.folder / name).write_bytes(data)
        return name

    def run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["openssl", *words], cwd=self.folder, capture_output=True, check=False, timeout=60
        )

    def verify(self, key: sm2.PublicKey, message: bytes, signature: bytes, user_id: bytes) -> bool:
        done = self.run(
            *("pkeyutl", "-verify", "-pubin", "-inkey", self.write("key.pem", pem("PUBLIC KEY", key.spki))),
            *("-rawin", "-digest", "sm3", "-in", self.write("message", message)),
            *("-sigfile", self.write("signature", signature), "-pkeyopt", f"distid:{user_id.decode()}"),
        )
        said = done.stdout.decode()
        assert ("Verified Successfully" in said) == (done.returncode == 0), done.stderr
        return done.returncode == 0

    def sign(self, signer: Signer, message: bytes, user_id: bytes) -> bytes:
        done = self.run(
            *("pkeyutl", "-sign", "-inkey", self.write("private.pem", pem("PRIVATE KEY", signer.pkcs8))),
            *("-rawin", "-digest", "sm3", "-in", self.write("message", message)),
            *("-pkeyopt", f"distid:{user_id.decode()}"),
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def openssl(tmp_path: Path) -> OpenSsl:
    judge = OpenSsl(tmp_path)
    if not shutil.which("openssl") or judge.run("genpkey", "-algorithm", "SM2").returncode:
        pytest.skip("the openssl command is not here, or was built without SM2")
    return judge


@pytest.mark.judge("openssl-sm2")
class TestOpenSsl:
    """Signatures, certificates, chains and messages, as the OpenSSL command sees them."""

    def test_signatures_in_both_directions(self, openssl: OpenSsl) -> None:
        for message in MESSAGES[:4]:
            for user_id in IDS:
                signature = LEAF.sign(message, user_id)
                assert openssl.verify(LEAF.public_key, message, signature, user_id)
                assert not openssl.verify(LEAF.public_key, message + b"!", signature, user_id)
                assert not openssl.verify(LEAF.public_key, message, signature, user_id + b"!")
                theirs = openssl.sign(LEAF, message, user_id)
                assert LEAF.public_key.has_signed(message, theirs, user_id=user_id)
                assert not LEAF.public_key.has_signed(message, theirs, user_id=b"")

    def issued(self, openssl: OpenSsl, certificate: Certificate, issuer: Certificate) -> bool:
        # Step by step: the command gives the user id to the last certificate of a chain only.
        anchor, judged = (pem("CERTIFICATE", c.encoded) for c in (issuer, certificate))
        done = openssl.run(
            *("verify", "-x509_strict", "-partial_chain", "-attime", str(int(NOW.timestamp()))),
            *("-vfyopt", f"distid:{sm2.DEFAULT_USER_ID.decode()}"),
            *("-CAfile", openssl.write("anchor.pem", anchor), openssl.write("judged.pem", judged)),
        )
        return done.returncode == 0

    def test_our_certificates(self, openssl: OpenSsl) -> None:
        assert self.issued(openssl, LEAF_CERTIFICATE, MIDDLE_CERTIFICATE)
        assert self.issued(openssl, MIDDLE_CERTIFICATE, ROOT_CERTIFICATE)
        encoded = LEAF_CERTIFICATE.encoded
        changed = Certificate.from_der(encoded[:-1] + bytes([encoded[-1] ^ 1]))
        assert not self.issued(openssl, changed, MIDDLE_CERTIFICATE)

    @pytest.mark.parametrize("user_id", [sm2.DEFAULT_USER_ID, b""])
    def test_their_chain(self, openssl: OpenSsl, user_id: bytes) -> None:
        signs = ["-sigopt", f"distid:{user_id.decode()}"] if user_id else []
        reads = ["-vfyopt", f"distid:{user_id.decode()}"] if user_id else []
        for step in (
            ["genpkey", "-algorithm", "SM2", "-out", "root.key"],
            ["genpkey", "-algorithm", "SM2", "-out", "leaf.key"],
            ["req", "-x509", "-key", "root.key", "-sm3", "-subj", "/C=CN/O=CA", "-out", "root.pem", *signs],
            ["req", "-new", "-key", "leaf.key", "-sm3", "-subj", "/CN=Certifier", "-out", "leaf.csr", *signs],
            [
                *("x509", "-req", "-in", "leaf.csr", "-sm3", "-CA", "root.pem", "-CAkey", "root.key"),
                *("-set_serial", "5", "-out", "leaf.pem", *signs, *reads),
            ],
        ):
            done = openssl.run(*step)
            assert done.returncode == 0, done.stderr
        (root,) = Certificate.from_pem((openssl.folder / "root.pem").read_bytes())
        (leaf,) = Certificate.from_pem((openssl.folder / "leaf.pem").read_bytes())
        assert verify_chain(leaf, [], [root], at=leaf.not_before, user_id=user_id).anchor == root
        with pytest.raises(ChainRefused):
            verify_chain(leaf, [], [root], at=leaf.not_before, user_id=user_id + b"!")
        assert (leaf.subject, leaf.serial, root.is_ca) == ("CN=Certifier", 5, True)

    def test_the_signature_inside_our_message(self, openssl: OpenSsl) -> None:
        # OpenSSL does not know the object identifiers of GB/T 35275, but it knows the signature.
        content = MESSAGES[0]
        message = gbt35275.sign(content, LEAF, LEAF_CERTIFICATE)
        signature = gbt35275.verify(message, content).signers[0].signature
        assert openssl.verify(LEAF.public_key, content, signature.as_der, sm2.DEFAULT_USER_ID)
        parsed = openssl.run("asn1parse", "-inform", "DER", "-in", openssl.write("message.der", message))
        assert parsed.returncode == 0, parsed.stderr
        assert b"1.2.156.10197.6.1.4.2.2" in parsed.stdout
