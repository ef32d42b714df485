"""SM2 keys, certificates and messages of our own making, with nonces that everybody knows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from gateway.signing import _signed_data as structure
from gateway.signing import _sm2_curve as curve
from gateway.signing import der, sm2
from gateway.signing.certificates import Certificate as AnyCertificate
from gateway.signing.sm2_certificate import SM2_WITH_SM3, Certificate
from gateway.signing.sm3 import sm3

NOW = datetime(2026, 6, 1, tzinfo=UTC)
START, END = "260101000000Z", "261231235959Z"
DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, CERT_SIGN = "03020780", "03020520", "03020204"


class Signer:
    """Signs in plain integers with a nonce that everybody can compute."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.d = int.from_bytes(hashlib.sha256(name.encode()).digest(), "big") % (curve.N - 2) + 1
        point = curve.combine(self.d, 0, curve.G)
        assert point is not None
        self.public_key = sm2.PublicKey(*point)

    def sign(self, message: bytes, user_id: bytes = sm2.DEFAULT_USER_ID) -> bytes:
        """GB/T 32918.2-2016, 6.1."""
        e = int.from_bytes(sm2.message_digest(self.public_key, message, user_id), "big")
        k = int.from_bytes(sm3(self.name.encode() + message), "big") % (curve.N - 1) + 1
        return sign_with_nonce(self.d, e, k).as_der

    @property
    def pkcs8(self) -> bytes:
        """An unencrypted PKCS #8 key (RFC 5915 inside)."""
        public = der.element(der.context(1), der.bits(self.public_key.raw))
        inner = der.sequence(
            der.integer(1), der.element(der.OCTET_STRING, self.d.to_bytes(32, "big")), public
        )
        algorithm = der.sequence(der.oid(sm2.EC_PUBLIC_KEY), der.oid(sm2.SM2_CURVE))
        return der.sequence(der.integer(0), algorithm, der.element(der.OCTET_STRING, inner))


def sign_with_nonce(d: int, e: int, k: int) -> sm2.Signature:
    point = curve.combine(k, 0, curve.G)
    assert point is not None
    r = (e + point[0]) % curve.N
    s = pow(1 + d, -1, curve.N) * (k - r * d) % curve.N
    return sm2.Signature(r, s)


def name(common: str) -> bytes:
    def one(oid: str, tag: int, value: str) -> bytes:
        pair = der.sequence(der.oid(oid), der.element(tag, value.encode()))
        return der.element(der.SET, pair)

    return der.sequence(one("2.5.4.6", 0x13, "CN"), one("2.5.4.3", 0x0C, common))


def extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    flag = der.element(der.BOOLEAN, b"\xff") if critical else b""
    return der.sequence(der.oid(oid), flag, der.element(der.OCTET_STRING, value))


def ca(path_length: int | None = None) -> bytes:
    length = b"" if path_length is None else der.integer(path_length)
    value = der.sequence(der.element(der.BOOLEAN, b"\xff"), length)
    return extension("2.5.29.19", value, critical=True)


def usage(bits: str) -> bytes:
    return extension("2.5.29.15", bytes.fromhex(bits), critical=True)


def key_ids(subject: Signer, issuer: Signer) -> bytes:
    """Subject and authority key identifier."""
    own, above = (sm3(signer.public_key.raw)[:20] for signer in (subject, issuer))
    authority = der.sequence(der.element(der.context(0, constructed=False), above))
    return extension("2.5.29.14", der.element(der.OCTET_STRING, own)) + extension("2.5.29.35", authority)


def certificate(
    subject: Signer,
    issuer: Signer,
    *extensions: bytes,
    serial: int = 7,
    not_before: str = START,
    not_after: str = END,
    ids: bool = True,
    version: int = 2,
    signer: Signer | None = None,
    issuer_name: bytes | None = None,
) -> Certificate:
    """A certificate; ``signer`` is who really signs it, where that is not the issuer."""
    times = (der.element(der.UTC_TIME, text.encode()) for text in (not_before, not_after))
    all_extensions = b"".join(extensions) + (key_ids(subject, issuer) if ids else b"")
    tbs = der.sequence(
        der.element(der.context(0), der.integer(version)),
        der.integer(serial),
        der.algorithm(SM2_WITH_SM3),
        issuer_name or name(issuer.name),
        der.sequence(*times),
        name(subject.name),
        subject.public_key.spki,
        der.element(der.context(3), der.sequence(all_extensions)) if version == 2 else b"",
    )
    signature = der.bits((signer or issuer).sign(tbs))
    return Certificate.from_der(der.sequence(tbs, der.algorithm(SM2_WITH_SM3), signature))


ROOT, MIDDLE, LEAF, OTHER = Signer("测试根"), Signer("测试二级"), Signer("某认证机构"), Signer("Other")
ROOT_CERTIFICATE = certificate(ROOT, ROOT, ca(), usage(CERT_SIGN), serial=1)
MIDDLE_CERTIFICATE = certificate(MIDDLE, ROOT, ca(0), usage(CERT_SIGN), serial=2)
LEAF_CERTIFICATE = certificate(LEAF, MIDDLE, usage(DIGITAL_SIGNATURE), serial=3)
OTHER_CERTIFICATE = certificate(OTHER, MIDDLE, usage(DIGITAL_SIGNATURE), serial=4)


def signer_info(
    content: bytes, signer: Signer = LEAF, by: Certificate = LEAF_CERTIFICATE, *, attributes: bytes = b""
) -> bytes:
    return structure.write_signer_info(by, attributes, signer.sign(attributes or content))


def message(
    content: bytes | None, *infos: bytes, certificates: Sequence[AnyCertificate] = (LEAF_CERTIFICATE,)
) -> bytes:
    return structure.write(content, certificates, infos)
