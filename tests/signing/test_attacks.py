"""Attacks with keys and files that anybody can make: nothing may look like somebody else's word."""

from __future__ import annotations

import base64
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.__main__ import main
from gateway.errors import GatewayError
from gateway.signing import asic, jose, keys, sd_jwt, vc_jwt
from gateway.signing.did_key import KeyType
from gateway.signing.jcs import jcs
from gateway.signing.keys import PrivateKey
from gateway.signing.multibase import base64url
from gateway.signing.sealing import Sealer
from gateway.signing.self_signing import self_signed
from gateway.signing.verification_key import BadVerificationKey, VerificationKey

BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
AT = datetime(2026, 1, 31, 8, tzinfo=UTC)


def sealer(name: str, key: PrivateKey) -> Sealer:
    pem = self_signed(key, name=name, country="CN", serial=7, begin=BEGIN, end=END)
    return Sealer.from_pem(key.to_pem(None), pem)


def certified(key: PrivateKey, issuer: str, type_: str, **header: Any) -> bytes:
    """A token about ``issuer`` by whoever has made a certificate."""
    document: dict[str, Any] = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "credentialSubject": {"id": "urn:test:subject"},
    }
    der = sealer("TEST anybody", key).certificates[0].der
    members = {"alg": "ES256", "typ": type_, "x5c": [base64.b64encode(der).decode()], **header}
    _, data = jose.signing_input(members, jcs(document))
    return data + b"." + base64url(keys.sign(key, data)).encode()


@pytest.mark.parametrize("kid", [{}, {"kid": "did:web:good.example#key-1"}])
@pytest.mark.parametrize("issuer", ["did:web:good.example", "did:key:"])
def test_a_certificate_says_nothing_about_a_did(
    p256_key: PrivateKey, ed25519_key: PrivateKey, issuer: str, kid: dict[str, str]
) -> None:
    victim = ed25519_key.public_key.did if issuer == "did:key:" else issuer
    with pytest.raises(GatewayError, match="not-the-issuers-key"):
        vc_jwt.verify(certified(p256_key, victim, "vc+jwt", **kid))
    with pytest.raises(GatewayError, match="not-the-issuers-key"):
        sd_jwt.verify(certified(p256_key, victim, "vc+sd-jwt", **kid) + b"~")


def test_a_certificate_of_the_very_key(p256_key: PrivateKey) -> None:
    own = p256_key.public_key.did
    assert vc_jwt.verify(certified(p256_key, own, "vc+jwt")).issuer == own
    assert sd_jwt.verify(certified(p256_key, own, "vc+sd-jwt") + b"~").envelope.issuer == own


def test_an_address_with_a_certificate_names_no_issuer(p256_key: PrivateKey) -> None:
    for found in (
        vc_jwt.verify(certified(p256_key, "https://good.example", "vc+jwt")),
        sd_jwt.verify(certified(p256_key, "https://good.example", "vc+sd-jwt") + b"~").envelope,
    ):
        assert (found.issuer, found.signatures[0].remarks) == ("", ("issuer-not-bound",))


def test_two_issuers_in_one_token(ed25519_key: PrivateKey) -> None:
    own = ed25519_key.public_key
    _, data = jose.signing_input(
        {"alg": "EdDSA", "kid": own.key_id}, jcs({"issuer": own.did, "iss": "did:web:good.example"})
    )
    with pytest.raises(GatewayError, match="claims-differ"):
        sd_jwt.verify(data + b"." + base64url(keys.sign(ed25519_key, data)).encode() + b"~")


@pytest.mark.parametrize("operations", [5, True, "verify", {"verify": 1}, None, [], ["sign"]])
def test_a_key_whose_operations_are_odd(ed25519_key: PrivateKey, operations: Any) -> None:
    jwk = {**sd_jwt.holder_jwk(ed25519_key.public_key), "key_ops": operations}
    with pytest.raises(BadVerificationKey):
        VerificationKey.from_jwk(jwk)


def test_a_file_that_somebody_else_has_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second signature over a second file holds; it must not look as if the first signer had seen it."""
    one, other = (sealer(name, PrivateKey.generate(KeyType.P256)) for name in ("TEST A", "TEST B"))
    first = asic.sign({"a.xml": ("application/xml", b"<a/>")}, one, signing_time=AT)
    second = asic.sign({"b.xml": ("application/xml", b"<b/>")}, other, signing_time=AT)
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(first)) as a, zipfile.ZipFile(io.BytesIO(second)) as b:
        members = {name: a.read(name) for name in a.namelist()} | {"b.xml": b.read("b.xml")}
        members["META-INF/signatures002.xml"] = b.read("META-INF/signatures001.xml")
    with zipfile.ZipFile(held, "w") as packed:
        for name, data in members.items():
            packed.writestr(zipfile.ZipInfo(name), data)
    found = asic.verify(held.getvalue())
    assert [signature.covered for signature in found.signatures] == [("a.xml",), ("b.xml",)]
    (tmp_path / "both.asice").write_bytes(held.getvalue())
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert main(["verify", str(tmp_path / "both.asice")]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["covered", "a.xml"] in lines
    assert ["covered", "b.xml"] in lines
