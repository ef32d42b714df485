"""The structure of RFC 3161 time-stamp tokens, read strictly; what is in one is not verified here.

Source: RFC 3161, 2.4; RFC 5652, 5; RFC 5816 and RFC 5035 for the signing certificate; GB/T 20520-2006.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from gateway.errors import GatewayError, TrustError
from gateway.signing import der
from gateway.signing._signed_data import CONTENT_TYPE, MESSAGE_DIGEST, SM3, read_attributes
from gateway.signing.certificates import Certificate
from gateway.signing.sm3 import sm3

_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"
_SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
# RFC 5652, 5.3 lets the signature name the key alone; the hash is then that of the digest beside it.
_RSA: Final = "1.2.840.113549.1.1.1"
_RSA_WITH: Final = {"sha256": "11", "sha384": "12", "sha512": "13"}
# GM/T 0006-2012, as signed messages name the same signature.
_SM2_ALONE: Final = frozenset({"1.2.156.10197.1.301", "1.2.156.10197.1.301.1"})
_SM2_WITH_SM3: Final = "1.2.156.10197.1.501"
_DIGESTS: Final = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    SM3: "sm3",
}
_TIME: Final = re.compile(rb"([0-9]{14})(?:\.([0-9]{1,6}))?Z")
_MOST: Final = 16
# RFC 5652, 10.2.2: a certificate, or one of four other kinds of it.
_CERTIFICATE_CHOICES: Final = frozenset({der.SEQUENCE, *(der.context(number) for number in range(4))})
# Room for the accuracy.
_LAST_YEAR: Final = 9998


class BadToken(TrustError):
    """The bytes are no time-stamp token that is read here."""

    code = "envelope.timestamp"


@dataclass(frozen=True, slots=True)
class Info:
    """What the authority says (TSTInfo)."""

    policy: str
    digest_name: str
    imprint: bytes
    serial: int
    time: datetime
    accuracy: timedelta
    nonce: bytes | None
    authority: bytes | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """A token taken apart.

    Args:
        content: the TSTInfo as it stands there.
        signed: the signed attributes, as they were signed.
        algorithm: the AlgorithmIdentifier of the signature, with its hash, in DER.
        certificate_digests: of the signer's certificate, by the names of their hashes.
    """

    info: Info
    content: bytes = field(repr=False)
    certificates: tuple[Certificate, ...]
    signer: tuple[bytes, int] | bytes
    digest_name: str
    message_digest: bytes
    signed: bytes = field(repr=False)
    algorithm: bytes
    signature: bytes = field(repr=False)
    certificate_digest: tuple[str, bytes]

    def may_be_of(self, certificate: Certificate) -> bool:
        """Whether the token names this certificate, both as its signer's and by its digest."""
        if isinstance(self.signer, bytes):
            named = certificate.subject_key_id == self.signer
        else:
            named = (certificate.issuer_name, certificate.serial) == self.signer
        name, value = self.certificate_digest
        return named and digest(name, certificate.encoded) == value


def digest(name: str, data: bytes) -> bytes:
    """The digest of ``data``; SHA-1 only ever identifies a certificate."""
    return sm3(data) if name == "sm3" else hashlib.new(name, data).digest()


def read(token: bytes) -> Signed:
    """Take a token apart.

    Raises:
        BadToken: it is none.
    """
    try:
        outer = der.parse(token, "contentInfo")
        if outer.oid("contentType") != _SIGNED_DATA:
            raise BadToken(path="/contentInfo")
        explicit = outer.inner(der.context(0), "content")
        outer.end()
        signed = explicit.sequence("signedData")
        explicit.end()
        return _signed_data(signed)
    except BadToken:
        raise
    except GatewayError as error:
        raise BadToken(path=error.path) from error


def _signed_data(reader: der.Reader) -> Signed:
    if reader.integer("version") not in (1, 3, 4, 5):
        raise reader.wrong("version")
    announced = _announced(reader.inner(der.SET, "digestAlgorithms"))
    encapsulated = reader.sequence("encapContentInfo")
    if encapsulated.oid("eContentType") != _TST_INFO:
        raise encapsulated.wrong("eContentType")
    explicit = encapsulated.inner(der.context(0), "eContent")
    content = explicit.content(der.OCTET_STRING, "eContent")
    explicit.end()
    encapsulated.end()
    certificates: list[Certificate] = []
    if reader.next_tag() == der.context(0):
        held = reader.inner(der.context(0), "certificates")
        while (tag := held.next_tag()) is not None:
            if tag not in _CERTIFICATE_CHOICES:
                raise held.wrong("certificate")
            encoded = held.encoded(tag, "certificate")
            if tag == der.SEQUENCE:
                certificates.append(Certificate.from_der(encoded))
            if len(certificates) > _MOST:
                raise held.wrong("certificates")
    if reader.next_tag() == der.context(1):
        reader.content(der.context(1), "crls")
    infos = reader.inner(der.SET, "signerInfos")
    reader.end()
    signer = infos.sequence("signerInfo")
    # (2.4.2) Nobody's but the authority's.
    infos.end()
    found = _signer_info(signer, content, tuple(certificates))
    # Nobody signs these names; at least nobody can change one of them alone.
    if announced != {found.digest_name}:
        raise reader.wrong("digestAlgorithms")
    return found


def _announced(reader: der.Reader) -> set[str]:
    found = set()
    while reader.next_tag() is not None:
        found.add(_digest_name(reader.sequence("digestAlgorithm")))
    return found


def _signer_info(reader: der.Reader, content: bytes, certificates: tuple[Certificate, ...]) -> Signed:
    if reader.integer("version") not in (1, 3):
        raise reader.wrong("version")
    by_key = der.context(0, constructed=False)
    signer: tuple[bytes, int] | bytes
    if reader.next_tag() == by_key:
        signer = reader.content(by_key, "subjectKeyIdentifier")
    else:
        name = reader.sequence("issuerAndSerialNumber")
        signer = name.encoded(der.SEQUENCE, "issuer"), name.integer("serialNumber")
        name.end()
    digest_name = _digest_name(reader.sequence("digestAlgorithm"))
    # (RFC 5652, 5.4) Signed as the SET that they are, not with the tag under which they stand.
    signed = bytes([der.SET]) + reader.encoded(der.context(0), "signedAttrs")[1:]
    algorithm = _algorithm(reader.encoded(der.SEQUENCE, "signatureAlgorithm"), digest_name)
    signature = reader.content(der.OCTET_STRING, "signature")
    if reader.next_tag() == der.context(1):
        # Archive time stamps and revocation values; nobody has signed for them here.
        reader.content(der.context(1), "unsignedAttrs")
    reader.end()
    outer = der.Reader(signed, reader.path)
    pairs = read_attributes(outer.inner(der.SET, "signedAttrs"))
    values = dict(pairs)
    if len(values) != len(pairs) or values.get(CONTENT_TYPE) != der.oid(_TST_INFO):
        raise reader.wrong("signedAttrs")
    message_digest = der.Reader(values.get(MESSAGE_DIGEST, b""), reader.path)
    value = message_digest.content(der.OCTET_STRING, "messageDigest")
    message_digest.end()
    return Signed(
        _info(der.parse(content, "tstInfo")),
        content,
        certificates,
        signer,
        digest_name,
        value,
        signed,
        algorithm,
        signature,
        _certificate_digest(values, reader.path),
    )


def _digest_name(reader: der.Reader) -> str:
    oid = reader.oid("algorithm")
    if reader.next_tag() is not None and reader.content(der.NULL, "parameters"):
        raise reader.wrong("parameters")
    reader.end()
    if oid not in _DIGESTS:
        raise reader.wrong("algorithm")
    return _DIGESTS[oid]


def _algorithm(encoded: bytes, digest_name: str) -> bytes:
    """The identifier with its hash, where the signature names a key alone."""
    reader = der.parse(encoded, "signatureAlgorithm")
    oid = reader.oid("algorithm")
    if oid == _RSA and digest_name in _RSA_WITH:
        # (RFC 3370, 3.2) Nobody signs these bytes; at least nobody can change one of them alone.
        if reader.next_tag() is not None and reader.content(der.NULL, "parameters"):
            raise reader.wrong("parameters")
        reader.end()
        return der.algorithm(f"1.2.840.113549.1.1.{_RSA_WITH[digest_name]}")
    if oid in _SM2_ALONE and digest_name == "sm3":
        return der.algorithm(_SM2_WITH_SM3)
    return encoded


def _certificate_digest(values: dict[str, bytes], path: str) -> tuple[str, bytes]:
    """RFC 5816: the digest of the signer's certificate, the first that is named; SHA-1 in the older form."""
    is_new = _SIGNING_CERTIFICATE_V2 in values
    held = values.get(_SIGNING_CERTIFICATE_V2 if is_new else _SIGNING_CERTIFICATE, b"")
    outer = der.Reader(held, path)
    attribute = outer.sequence("signingCertificate")
    outer.end()
    first = attribute.sequence("certs").sequence("certID")
    name = "sha256" if is_new else "sha1"
    if is_new and first.next_tag() == der.SEQUENCE:
        name = _digest_name(first.sequence("hashAlgorithm"))
    return name, first.content(der.OCTET_STRING, "certHash")


def _info(reader: der.Reader) -> Info:
    if reader.integer("version") != 1:
        raise reader.wrong("version")
    policy = reader.oid("policy")
    imprint = reader.sequence("messageImprint")
    digest_name = _digest_name(imprint.sequence("hashAlgorithm"))
    hashed = imprint.content(der.OCTET_STRING, "hashedMessage")
    imprint.end()
    serial, time = reader.integer("serialNumber"), _time(reader)
    accuracy, nonce, authority = timedelta(), None, None
    if reader.next_tag() == der.SEQUENCE:
        accuracy = _accuracy(reader.sequence("accuracy"))
    if reader.next_tag() == der.BOOLEAN:
        reader.boolean("ordering")
    if reader.next_tag() == der.INTEGER:
        nonce = reader.content(der.INTEGER, "nonce")
    if reader.next_tag() == der.context(0):
        explicit = reader.inner(der.context(0), "tsa")
        authority = explicit.content(der.context(4), "directoryName") if explicit.next_tag() == 0xA4 else None
    if reader.next_tag() == der.context(1):
        _refuse_critical(reader.inner(der.context(1), "extensions"))
    reader.end()
    return Info(policy, digest_name, hashed, serial, time, accuracy, nonce, authority)


def _time(reader: der.Reader) -> datetime:
    found = _TIME.fullmatch(reader.content(der.GENERALIZED_TIME, "genTime"))
    # (2.4.2) DER: a fraction has no zero at its end.
    if found is None or (found[2] or b"1").endswith(b"0"):
        raise reader.wrong("genTime")
    try:
        whole = datetime.strptime(found[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise reader.wrong("genTime") from error
    if whole.year > _LAST_YEAR:
        raise reader.wrong("genTime")
    return whole.replace(microsecond=int((found[2] or b"0").ljust(6, b"0")))


def _accuracy(reader: der.Reader) -> timedelta:
    seconds, parts = 0, [0, 0]
    if reader.next_tag() == der.INTEGER:
        seconds = reader.integer("seconds")
    for number in (0, 1):
        tag = der.context(number, constructed=False)
        if reader.next_tag() == tag:
            parts[number] = int.from_bytes(reader.content(tag, "part"), "big")
    reader.end()
    if seconds > 86400 or any(part > 999 for part in parts):
        raise reader.wrong("accuracy")
    return timedelta(seconds=seconds, milliseconds=parts[0], microseconds=parts[1])


def _refuse_critical(reader: der.Reader) -> None:
    while reader.next_tag() is not None:
        extension = reader.sequence("extension")
        extension.oid("extnID")
        if extension.next_tag() == der.BOOLEAN and extension.boolean("critical"):
            raise extension.wrong("critical")


def signer_of(token: Signed, known: Sequence[Certificate]) -> Certificate | None:
    """The certificate that the token says its signature is of, among its own and ``known`` ones."""
    return next((one for one in (*token.certificates, *known) if token.may_be_of(one)), None)
