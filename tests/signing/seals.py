"""Throw-away seals: a key of each kind with a certificate, and a chain of two above a leaf."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gateway.signing.sealing import Sealer

Key: TypeAlias = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

KINDS = ("P-256", "P-384", "Ed25519", "RSA")
TIME = datetime(2026, 1, 31, 8, tzinfo=UTC)


def key(kind: str, number: int = 1) -> Key:
    """A key that everybody knows, but for RSA, which is new in every run."""
    return _key(kind, number)


@cache
def _key(kind: str, number: int) -> Key:
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    if kind == "RSA":
        return rsa.generate_private_key(65537, 2048)
    return ec.derive_private_key(20260131 + number, ec.SECP384R1() if kind == "P-384" else ec.SECP256R1())


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(
    subject: str, of: Key, issuer: str, by: Key, *, serial: int = 7, usage: bool = True
) -> x509.Certificate:
    built = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(of.public_key())
        .serial_number(serial)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(subject == issuer, None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=usage,
                content_commitment=usage,
                key_encipherment=not usage,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=subject == issuer,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    return built.sign(by, None if isinstance(by, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def root() -> x509.Certificate:
    authority = key("Ed25519", 99)
    return certificate("Test authority", authority, "Test authority", authority, serial=1)


def sealer(kind: str = "P-256", number: int = 1) -> Sealer:
    """A seal with its certificate and the authority's; the same in every run, but for RSA."""
    return _sealer(kind, number)


@cache
def _sealer(kind: str, number: int) -> Sealer:
    own = key(kind, number)
    leaf = certificate(f"Test seal {kind} {number}", own, "Test authority", key("Ed25519", 99))
    chain = b"".join(one.public_bytes(Encoding.PEM) for one in (leaf, root()))
    pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Sealer.from_pem(pem, chain)
