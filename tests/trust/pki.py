"""X.509 authorities of our own making: chains, revocation lists and time stamps of every kind of key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from gateway.signing import der
from gateway.signing.certificates import Certificate
from gateway.signing.sealing import Sealer
from tests.trust import made

Key = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
BEGIN, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
STAMPING = ExtendedKeyUsageOID.TIME_STAMPING
_CURVES: dict[str, type[ec.SECP256R1 | ec.SECP384R1 | ec.SECP521R1]] = {
    "P-256": ec.SECP256R1,
    "P-384": ec.SECP384R1,
    "P-521": ec.SECP521R1,
}


@cache
def key(kind: str, number: int) -> Key:
    """A key that everybody knows, but for RSA, which is new in every run."""
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    if kind == "RSA":
        return rsa.generate_private_key(65537, 2048)
    return ec.derive_private_key(20261122 + number, _CURVES[kind]())


@dataclass(frozen=True)
class Holder:
    """A key with its certificate, and those above it."""

    key: Key
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()

    @property
    def own(self) -> Certificate:
        return Certificate.from_der(self.der)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def sealer(self) -> Sealer:
        secret = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain = (self.certificate, *self.above)
        return Sealer.from_pem(secret, b"".join(one.public_bytes(Encoding.PEM) for one in chain))


def usage(*names: str) -> x509.KeyUsage:
    known = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in names for name in known})


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def issue(
    name: str,
    own: Key,
    by: Holder | None = None,
    *extensions: tuple[x509.ExtensionType, bool],
    ca: bool = False,
    path_length: int | None = None,
    serial: int = 7,
    begin: datetime = BEGIN,
    end: datetime = END,
    usages: Sequence[str] = (),
    issuer_name: str = "",
    pss: bool = False,
    signer: Key | None = None,
) -> Holder:
    """A certificate of ``own``; without ``by`` a self-signed one."""
    authority = signer or (by.key if by else own)
    above = by.certificate.subject if by else _name(name)
    usages = usages or (("key_cert_sign", "crl_sign") if ca else ("digital_signature",))
    built = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer_name) if issuer_name else above)
        .public_key(own.public_key())
        .serial_number(serial)
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca, path_length if ca else None), critical=True)
        .add_extension(usage(*usages), critical=True)
    )
    for extension, critical in extensions:
        built = built.add_extension(extension, critical=critical)
    digest = None if isinstance(authority, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    pss_padding = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if pss else None
    certificate = built.sign(authority, digest, rsa_padding=pss_padding)
    return Holder(own, certificate, (by.certificate, *by.above) if by else ())


@dataclass(frozen=True)
class Pki:
    """A root that a list may name, an authority below it, and a body's seal."""

    root: Holder
    middle: Holder
    leaf: Holder

    def with_leaf(self, *extensions: tuple[x509.ExtensionType, bool], **changed: object) -> Pki:
        made_ = issue("TEST body seal", self.leaf.key, self.middle, *extensions, **changed)  # type: ignore[arg-type]
        return replace(self, leaf=made_)


@cache
def pki(kind: str = "P-256", *, pss: bool = False) -> Pki:
    """Three levels of one kind of key."""
    root = issue(f"TEST root {kind}", key(kind, 1), ca=True, serial=1, pss=pss)
    middle = issue("TEST authority", key(kind, 2), root, ca=True, path_length=0, serial=2, pss=pss)
    return Pki(root, middle, issue("TEST body seal", key(kind, 3), middle, serial=3, pss=pss))


def crl(
    by: Holder,
    *revoked: tuple[int, datetime, x509.ReasonFlags | None],
    this: datetime = made.NOW - timedelta(days=1),
    next_: datetime | None = made.NOW + timedelta(days=6),
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    invalid: datetime | None = None,
) -> bytes:
    """A list of revoked serial numbers, in DER."""
    built = x509.CertificateRevocationListBuilder().issuer_name(by.certificate.subject)
    built = built.last_update(this).next_update(next_ or made.NOW)
    for extension, critical in extensions:
        built = built.add_extension(extension, critical=critical)
    for serial, since, reason in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
        if reason is not None:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        if invalid is not None:
            entry = entry.add_extension(x509.InvalidityDate(invalid), critical=False)
        built = built.add_revoked_certificate(entry.build())
    digest = None if isinstance(by.key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return built.sign(by.key, digest).public_bytes(Encoding.DER)


@dataclass(frozen=True)
class Authority:
    """Who stamps times: a leaf below a root of its own."""

    root: Holder
    leaf: Holder

    def stamp(self, data: bytes, time: datetime, *, serial: int = 1, carries: bool = True) -> bytes:
        """A token over ``data``, RFC 3161."""
        own = self.leaf.key
        assert isinstance(own, ec.EllipticCurvePrivateKey)
        return token(
            data,
            time,
            self.leaf.own,
            lambda signed: own.sign(signed, ec.ECDSA(hashes.SHA256())),
            serial=serial,
            carries=carries,
        )


def token(
    data: bytes,
    time: datetime,
    own: Certificate,
    sign: Callable[[bytes], bytes],
    *,
    digest: Callable[[bytes], bytes] = lambda data: hashlib.sha256(data).digest(),
    digest_oid: str = "2.16.840.1.101.3.4.2.1",
    signature_oid: str = "1.2.840.10045.4.3.2",
    serial: int = 1,
    carries: bool = True,
) -> bytes:
    """A time-stamp token by any key."""
    tst = "1.2.840.113549.1.9.16.1.4"
    info = der.sequence(
        der.integer(1),
        der.oid("1.2.3.4.1"),
        der.sequence(der.algorithm(digest_oid), der.element(der.OCTET_STRING, digest(data))),
        der.integer(serial),
        der.element(der.GENERALIZED_TIME, time.strftime("%Y%m%d%H%M%SZ").encode()),
    )

    def attribute(oid: str, value: bytes) -> bytes:
        return der.sequence(der.oid(oid), der.set_of(value))

    named = der.sequence(der.algorithm(digest_oid), der.element(der.OCTET_STRING, digest(own.encoded)))
    signed = der.set_of(
        attribute("1.2.840.113549.1.9.3", der.oid(tst)),
        attribute("1.2.840.113549.1.9.4", der.element(der.OCTET_STRING, digest(info))),
        attribute("1.2.840.113549.1.9.16.2.47", der.sequence(der.sequence(named))),
    )
    signer = der.sequence(
        der.integer(1),
        der.sequence(own.issuer_name, der.integer(own.serial)),
        der.algorithm(digest_oid),
        bytes([0xA0]) + signed[1:],
        der.algorithm(signature_oid),
        der.element(der.OCTET_STRING, sign(signed)),
    )
    content = der.sequence(
        der.integer(3),
        der.set_of(der.algorithm(digest_oid)),
        der.sequence(der.oid(tst), der.element(der.context(0), der.element(der.OCTET_STRING, info))),
        der.element(der.context(0), own.encoded if carries else b""),
        der.set_of(signer),
    )
    return der.sequence(der.oid("1.2.840.113549.1.7.2"), der.element(der.context(0), content))


def authority(
    *purposes: ObjectIdentifier, critical: bool = True, end: datetime = END, number: int = 11
) -> Authority:
    """A time-stamping authority; its certificate says what it is told."""
    root = issue("TEST stamp root", key("P-256", number), ca=True, serial=1)
    purpose = x509.ExtendedKeyUsage(list(purposes or (STAMPING,)))
    leaf = issue("TEST stamps", key("P-256", number + 1), root, (purpose, critical), serial=9, end=end)
    return Authority(root, leaf)
