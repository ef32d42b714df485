"""X.509 certificates of any kind of key, read strictly and without any library; nothing is verified here.

Source: RFC 5280, 4; GB/T 20518-2018 for those of SM2.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Self

from gateway.errors import InputError
from gateway.signing import certificate_signatures, der, pem, sm2
from gateway.signing._distinguished_name import text_of

# RFC 5280, 4.2.1: the extensions that are understood here.
_SUBJECT_KEY_ID = "2.5.29.14"
_KEY_USAGE = "2.5.29.15"
_BASIC_CONSTRAINTS = "2.5.29.19"
_AUTHORITY_KEY_ID = "2.5.29.35"
_EXTENDED_KEY_USAGE = "2.5.29.37"
# RFC 5280, 4.2.1.3, bit by bit.
_USAGES = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)
# Far more than a certificate needs.
_LARGEST = 64 * 1024


class BadCertificate(InputError):
    """The bytes are no X.509 certificate."""

    code = "x509.bad-certificate"


@dataclass(frozen=True, slots=True, repr=False, eq=False, kw_only=True)
class Certificate:
    """What a certificate says; nobody has checked its signature yet. Two of the same bytes are equal.

    Args:
        algorithm: the whole AlgorithmIdentifier with which it is signed, in DER.
        subject, issuer: for people; the names are compared by their bytes.
        spki: the SubjectPublicKeyInfo, as it stands there.
        key_usage: None where the certificate does not restrict it.
        critical: the extensions that a verifier must understand or refuse, by object identifier.
        extensions: all of them, by object identifier.
    """

    encoded: bytes
    tbs: bytes
    algorithm: bytes
    signature: bytes
    version: int
    serial: int
    subject: str
    subject_name: bytes
    issuer: str
    issuer_name: bytes
    not_before: datetime
    not_after: datetime
    spki: bytes
    is_ca: bool = False
    path_length: int | None = None
    key_usage: frozenset[str] | None = None
    extended_key_usage: frozenset[str] = frozenset()
    subject_key_id: bytes | None = None
    authority_key_id: bytes | None = None
    critical: frozenset[str] = frozenset()
    extensions: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def from_der(cls, data: bytes) -> Self:
        """Read one certificate.

        Raises:
            BadCertificate: it is none.
        """
        if len(data) > _LARGEST:
            raise BadCertificate(len(data))
        try:
            return cls(**_fields(data))  # type: ignore[arg-type]  # the names are the fields above
        except der.BadDer as error:
            raise BadCertificate(error.saw, path=error.path) from error

    @classmethod
    def from_pem(cls, data: bytes) -> list[Self]:
        """All certificates of a PEM file, in its order, text around them being comment; or the one in DER."""
        found = pem.blocks(data, "CERTIFICATE")
        if not found:
            raise BadCertificate
        return [cls.from_der(one) for one in found]

    @property
    def is_self_issued(self) -> bool:
        return self.subject_name == self.issuer_name

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the whole certificate, in hexadecimal."""
        return hashlib.sha256(self.encoded).hexdigest()

    def has_issued(
        self,
        data: bytes,
        signature: bytes,
        algorithm: bytes,
        *,
        user_id: bytes = sm2.DEFAULT_USER_ID,
        engine: sm2.Engine | None = None,
    ) -> bool:
        """Whether a signature over ``data`` (a certificate's tbs, a revocation list's) is this key's.

        Args:
            algorithm: the AlgorithmIdentifier beside the signature, in DER.
            user_id: for SM2.
        """
        return certificate_signatures.holds(
            self.spki, algorithm, data, signature, user_id=user_id, engine=engine
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.encoded == other.encoded

    def __hash__(self) -> int:
        return hash(self.encoded)

    def __repr__(self) -> str:
        return f"Certificate({self.subject!r}, {self.serial:x})"


def _fields(data: bytes) -> dict[str, object]:
    outer = der.parse(data, "certificate")
    tbs = outer.encoded(der.SEQUENCE, "tbsCertificate")
    algorithm = outer.encoded(der.SEQUENCE, "signatureAlgorithm")
    signature = outer.bits("signatureValue")
    outer.end()
    found = _tbs(der.Reader(tbs, outer.path).sequence("tbsCertificate"), algorithm)
    return {"encoded": data, "tbs": tbs, "algorithm": algorithm, "signature": signature, **found}


def _tbs(tbs: der.Reader, algorithm: bytes) -> dict[str, object]:
    version = 0
    if tbs.next_tag() == der.context(0):
        explicit = tbs.inner(der.context(0), "version")
        version = explicit.integer("version")
        explicit.end()
    serial = tbs.integer("serialNumber")
    # (4.1.1.2) Both places must name the same algorithm, because only the inner one is signed.
    if tbs.encoded(der.SEQUENCE, "signature") != algorithm:
        raise tbs.wrong("signature")
    issuer = tbs.encoded(der.SEQUENCE, "issuer")
    validity = tbs.sequence("validity")
    not_before, not_after = read_time(validity, "notBefore"), read_time(validity, "notAfter")
    validity.end()
    subject = tbs.encoded(der.SEQUENCE, "subject")
    spki = tbs.encoded(der.SEQUENCE, "subjectPublicKeyInfo")
    for number, name in ((1, "issuerUniqueID"), (2, "subjectUniqueID")):
        if tbs.next_tag() == der.context(number, constructed=False):
            tbs.content(der.context(number, constructed=False), name)
    extensions: dict[str, object] = {}
    if version == 2 and tbs.next_tag() == der.context(3):
        explicit = tbs.inner(der.context(3), "extensions")
        extensions = _extensions(explicit.sequence("extensions"))
        explicit.end()
    tbs.end()
    if version > 2:
        raise tbs.wrong("version")
    return {
        "version": version + 1,
        "serial": serial,
        "issuer": text_of(issuer),
        "issuer_name": issuer,
        "subject": text_of(subject),
        "subject_name": subject,
        "not_before": not_before,
        "not_after": not_after,
        "spki": spki,
        **extensions,
    }


def read_time(reader: der.Reader, name: str) -> datetime:
    """A UTCTime or GeneralizedTime to the second, in UTC (RFC 5280, 4.1.2.5)."""
    tag = der.UTC_TIME if reader.next_tag() == der.UTC_TIME else der.GENERALIZED_TIME
    text = reader.content(tag, name)
    if tag == der.UTC_TIME:
        text = (b"19" if text[:2] >= b"50" else b"20") + text
    if not re.fullmatch(rb"[0-9]{14}Z", text):
        raise reader.wrong(name)
    try:
        return datetime.strptime(text.decode(), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise reader.wrong(name) from error


def _extensions(reader: der.Reader) -> dict[str, object]:
    values, critical = read_extensions(reader)
    return {"critical": critical, "extensions": values, **_understood(values, reader.path)}


def read_extensions(reader: der.Reader) -> tuple[dict[str, bytes], frozenset[str]]:
    """The values of extensions by object identifier, and which of them are critical (RFC 5280, 4.2)."""
    values: dict[str, bytes] = {}
    critical = set()
    while reader.next_tag() is not None:
        extension = reader.sequence("extension")
        oid = extension.oid("extnID")
        if extension.next_tag() == der.BOOLEAN and extension.boolean("critical"):
            critical.add(oid)
        if oid in values:
            raise extension.wrong(oid)
        values[oid] = extension.content(der.OCTET_STRING, "extnValue")
        extension.end()
    return values, frozenset(critical)


def _understood(values: dict[str, bytes], path: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for oid, read in _READERS.items():
        if oid in values:
            reader = der.Reader(values[oid], f"{path}/{oid}")
            found |= read(reader)
            reader.end()
    return found


def _basic_constraints(reader: der.Reader) -> dict[str, object]:
    constraints = reader.sequence("basicConstraints")
    is_ca = constraints.next_tag() == der.BOOLEAN and constraints.boolean("cA")
    length = None
    if constraints.next_tag() is not None:
        length = constraints.integer("pathLenConstraint")
    constraints.end()
    return {"is_ca": is_ca, "path_length": length}


def _key_usage(reader: der.Reader) -> dict[str, object]:
    content = reader.content(der.BIT_STRING, "keyUsage")
    if not 2 <= len(content) <= 3 or content[0] > 7:
        raise reader.wrong("keyUsage")
    # What stands in unused bits says nothing.
    used = int.from_bytes(content[1:], "big") >> content[0] << content[0]
    word = used << 8 * (3 - len(content))
    return {"key_usage": frozenset(name for bit, name in enumerate(_USAGES) if word >> (15 - bit) & 1)}


def _extended_key_usage(reader: der.Reader) -> dict[str, object]:
    purposes = reader.sequence("extKeyUsage")
    found = {purposes.oid("keyPurposeId")}
    while purposes.next_tag() is not None:
        found.add(purposes.oid("keyPurposeId"))
    return {"extended_key_usage": frozenset(found)}


def _subject_key_id(reader: der.Reader) -> dict[str, object]:
    return {"subject_key_id": reader.content(der.OCTET_STRING, "subjectKeyIdentifier")}


def _authority_key_id(reader: der.Reader) -> dict[str, object]:
    authority = reader.sequence("authorityKeyIdentifier")
    tag = der.context(0, constructed=False)
    # The issuer and serial number that may follow say nothing that the signature does not.
    if authority.next_tag() == tag:
        return {"authority_key_id": authority.content(tag, "keyIdentifier")}
    return {}


_READERS = {
    _BASIC_CONSTRAINTS: _basic_constraints,
    _KEY_USAGE: _key_usage,
    _EXTENDED_KEY_USAGE: _extended_key_usage,
    _SUBJECT_KEY_ID: _subject_key_id,
    _AUTHORITY_KEY_ID: _authority_key_id,
}
UNDERSTOOD: Final = frozenset(_READERS)
