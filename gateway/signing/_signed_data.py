"""The structure of signed messages of GB/T 35275-2017, read strictly and written; nothing is verified here.

Source: GB/T 35275-2017, 5 to 8; for attributes, PKCS #7 1.5 (RFC 2315), 9, and RFC 5652, 11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from gateway.errors import InputError
from gateway.signing import certificates, der
from gateway.signing.certificates import read_time
from gateway.signing.sm2_certificate import BadCertificate, Certificate

_T = TypeVar("_T")

DATA: Final = "1.2.156.10197.6.1.4.2.1"
SIGNED_DATA: Final = "1.2.156.10197.6.1.4.2.2"
# GM/T 0006-2012. What signers of the field write besides: the hash "without a key", the curve for the
# signature, and the signature with its hash, that even where only the hash belongs.
SM3: Final = "1.2.156.10197.1.401"
SM3_WITHOUT_KEY: Final = "1.2.156.10197.1.401.1"
SM2: Final = "1.2.156.10197.1.301"
SM2_SIGNATURE: Final = "1.2.156.10197.1.301.1"
SM2_WITH_SM3: Final = "1.2.156.10197.1.501"
# RFC 5652, 11.
CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
SIGNING_TIME: Final = "1.2.840.113549.1.9.5"

_CERTIFICATES, _CRLS = der.context(0), der.context(1)
_SIGNED_ATTRIBUTES, _UNSIGNED_ATTRIBUTES = der.context(0), der.context(1)
# A statement has a handful of each; the bounds keep a hostile message under a second.
_MOST_CERTIFICATES, _MOST_SIGNERS, _MOST_ATTRIBUTES = 64, 16, 64
LARGEST = 32 * 2**20


class BadSignedData(InputError):
    """The bytes are no signed message of this standard."""

    code = "sm.bad-signed-data"


@dataclass(frozen=True, slots=True)
class Attributes:
    """The signed attributes, with the bytes that were signed."""

    signed: bytes
    content_type: str
    digest: bytes
    signing_time: datetime | None


@dataclass(frozen=True, slots=True)
class SignerInfo:
    path: str
    issuer: bytes
    serial: int
    digest_algorithm: str
    attributes: Attributes | None
    signature: bytes
    unsigned_attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignedData:
    version: int
    content: bytes | None
    certificates: tuple[certificates.Certificate, ...]
    revocation_lists: tuple[bytes, ...]
    signers: tuple[SignerInfo, ...]


def read(message: bytes) -> SignedData:
    if len(message) > LARGEST:
        raise BadSignedData(len(message))
    try:
        outer = der.parse(message, "contentInfo")
        content_type = outer.oid("contentType")
        if content_type != SIGNED_DATA:
            raise BadSignedData(
                content_type, path=outer.path, code="sm.not-signed-data", expected=SIGNED_DATA
            )
        explicit = outer.inner(der.context(0), "content")
        outer.end()
        found = _signed_data(explicit.sequence("signedData"))
        explicit.end()
    except der.BadDer as error:
        raise BadSignedData(error.saw, path=error.path) from error
    return found


def _signed_data(reader: der.Reader) -> SignedData:
    version = _version(reader, 1, 3)
    digests = reader.inner(der.SET, "digestAlgorithms")
    announced = {_digest_algorithm(der.Reader(one, digests.path)) for one in _members(digests, _MOST_SIGNERS)}
    content = _content(reader.sequence("contentInfo"))
    held: tuple[certificates.Certificate, ...] = ()
    if reader.next_tag() == _CERTIFICATES:
        found = _members(reader.inner(_CERTIFICATES, "certificates"), _MOST_CERTIFICATES)
        held = tuple(map(_certificate, found))
    revocation_lists: tuple[bytes, ...] = ()
    if reader.next_tag() == _CRLS:
        revocation_lists = tuple(_members(reader.inner(_CRLS, "crls"), _MOST_CERTIFICATES))
    infos = reader.inner(der.SET, "signerInfos")
    encoded = _members(infos, _MOST_SIGNERS)
    reader.end()
    if not encoded:
        raise BadSignedData(path=infos.path, code="sm.no-signer")
    signers = tuple(
        _signer_info(der.Reader(info, infos.path).sequence(str(i))) for i, info in enumerate(encoded)
    )
    # Version 3 is that of CMS, which tools that sign attributes write; to the content it makes no difference.
    if version == 3 and not all(signer.attributes for signer in signers):
        raise BadSignedData(version, path=reader.path, code="sm.signed-data-version")
    # Nobody signs these names; at least nobody can change one of them alone.
    used = {signer.digest_algorithm for signer in signers}
    if used != announced:
        raise BadSignedData(" ".join(sorted(announced)), path=digests.path, code="sm.digest-algorithm")
    if len({(signer.issuer, signer.serial, signer.signature) for signer in signers}) != len(signers):
        raise BadSignedData(path=infos.path, code="sm.signer-twice")
    return SignedData(version, content, held, revocation_lists, signers)


def _certificate(data: bytes) -> certificates.Certificate:
    """One of SM2, as the signer's must be; or of another kind of key, as those above may be."""
    try:
        return Certificate.from_der(data)
    except BadCertificate as error:
        if error.error_code not in ("sm.certificate-algorithm", "sm.certificate-key"):
            raise
    return certificates.Certificate.from_der(data)


def _members(reader: der.Reader, most: int) -> list[bytes]:
    """The sequences in a set, encoded; their order has no meaning here."""
    found: list[bytes] = []
    while reader.next_tag() is not None:
        found.append(reader.encoded(der.SEQUENCE, str(len(found))))
        if len(found) > most:
            raise BadSignedData(f"> {most}", path=reader.path)
    return found


def _content(reader: der.Reader) -> bytes | None:
    content_type = reader.oid("contentType")
    if content_type != DATA:
        raise BadSignedData(content_type, path=reader.path, code="sm.content-type", expected=DATA)
    content = None
    if reader.next_tag() is not None:
        explicit = reader.inner(der.context(0), "content")
        content = explicit.content(der.OCTET_STRING, "data")
        explicit.end()
    reader.end()
    return content


def _signer_info(reader: der.Reader) -> SignerInfo:
    _version(reader, 1)
    identifier = reader.sequence("issuerAndSerialNumber")
    issuer, serial = identifier.encoded(der.SEQUENCE, "issuer"), identifier.integer("serialNumber")
    identifier.end()
    digest_algorithm = _digest_algorithm(reader)
    attributes = None
    if reader.next_tag() == _SIGNED_ATTRIBUTES:
        encoded = reader.encoded(_SIGNED_ATTRIBUTES, "authenticatedAttributes")
        attributes = _signed_attributes(encoded, reader.path)
    algorithm = reader.algorithm("digestEncryptionAlgorithm")
    if algorithm not in {SM2_SIGNATURE, SM2_WITH_SM3, SM2}:
        raise BadSignedData(algorithm, path=reader.path, code="sm.signature-algorithm")
    signature = reader.content(der.OCTET_STRING, "encryptedDigest")
    unsigned: list[tuple[str, bytes]] = []
    if reader.next_tag() == _UNSIGNED_ATTRIBUTES:
        unsigned = read_attributes(reader.inner(_UNSIGNED_ATTRIBUTES, "unauthenticatedAttributes"))
    reader.end()
    names = tuple(oid for oid, _ in unsigned)
    return SignerInfo(reader.path, issuer, serial, digest_algorithm, attributes, signature, names)


def _signed_attributes(encoded: bytes, path: str) -> Attributes:
    # (RFC 2315, 9.3) Signed as the SET that they are, not with the tag under which they stand.
    signed = bytes([der.SET]) + encoded[1:]
    outer = der.Reader(signed, path)
    pairs = read_attributes(outer.inner(der.SET, "authenticatedAttributes"))
    values = dict(pairs)
    place = f"{path}/authenticatedAttributes"
    if len(values) != len(pairs):
        raise BadSignedData(path=place, code="sm.attribute-twice")
    for oid in (CONTENT_TYPE, MESSAGE_DIGEST):
        if oid not in values:
            raise BadSignedData(oid, path=place, code="sm.attribute-missing")
    signing_time = None
    if SIGNING_TIME in values:
        signing_time = _single(values[SIGNING_TIME], place, read_time)
    return Attributes(
        signed,
        _single(values[CONTENT_TYPE], place, der.Reader.oid),
        _single(values[MESSAGE_DIGEST], place, lambda reader, name: reader.content(der.OCTET_STRING, name)),
        signing_time,
    )


def read_attributes(reader: der.Reader) -> list[tuple[str, bytes]]:
    """Attributes by object identifier, each with the content of its set of values."""
    found: list[tuple[str, bytes]] = []
    while reader.next_tag() is not None:
        attribute = reader.sequence("attribute")
        found.append((attribute.oid("type"), attribute.content(der.SET, "values")))
        attribute.end()
        if len(found) > _MOST_ATTRIBUTES:
            raise BadSignedData(f"> {_MOST_ATTRIBUTES}", path=reader.path)
    return found


def _single(values: bytes, place: str, take: Callable[[der.Reader, str], _T]) -> _T:
    reader = der.Reader(values, place)
    found = take(reader, "value")
    reader.end()
    return found


def _version(reader: der.Reader, *allowed: int) -> int:
    version = reader.integer("version")
    if version not in allowed:
        raise BadSignedData(version, path=reader.path, code="sm.signed-data-version")
    return version


def _digest_algorithm(reader: der.Reader) -> str:
    algorithm = reader.algorithm("digestAlgorithm")
    if algorithm not in {SM3, SM3_WITHOUT_KEY, SM2_WITH_SM3}:
        raise BadSignedData(algorithm, path=reader.path, code="sm.digest-algorithm")
    return SM3 if algorithm == SM3_WITHOUT_KEY else algorithm


def write(
    content: bytes | None, chain: Iterable[certificates.Certificate], signer_infos: Iterable[bytes]
) -> bytes:
    """A message; without ``content`` a detached one."""
    explicit = (
        [] if content is None else [der.element(der.context(0), der.element(der.OCTET_STRING, content))]
    )
    signed_data = der.sequence(
        der.integer(1),
        der.set_of(der.algorithm(SM3)),
        der.sequence(der.oid(DATA), *explicit),
        der.element(_CERTIFICATES, *sorted(certificate.encoded for certificate in chain)),
        der.set_of(*signer_infos),
    )
    return der.sequence(der.oid(SIGNED_DATA), der.element(der.context(0), signed_data))


def write_signed_attributes(digest: bytes, signing_time: datetime) -> bytes:
    """The SET of signed attributes, as it is signed."""
    # RFC 5652, 11.3: UTCTime up to the year 2049.
    early = signing_time.year < 2050
    text = signing_time.strftime("%y%m%d%H%M%SZ" if early else "%Y%m%d%H%M%SZ")
    values = {
        CONTENT_TYPE: der.oid(DATA),
        MESSAGE_DIGEST: der.element(der.OCTET_STRING, digest),
        SIGNING_TIME: der.element(der.UTC_TIME if early else der.GENERALIZED_TIME, text.encode()),
    }
    return der.set_of(*(der.sequence(der.oid(oid), der.set_of(value)) for oid, value in values.items()))


def write_signer_info(certificate: Certificate, signed_attributes: bytes, signature: bytes) -> bytes:
    """A SignerInfo; empty ``signed_attributes`` are none."""
    under_tag = bytes([_SIGNED_ATTRIBUTES]) + signed_attributes[1:] if signed_attributes else b""
    return der.sequence(
        der.integer(1),
        der.sequence(certificate.issuer_name, der.integer(certificate.serial)),
        der.algorithm(SM3),
        under_tag,
        der.algorithm(SM2_SIGNATURE),
        der.element(der.OCTET_STRING, signature),
    )
