"""X.509 revocation lists, read strictly: what they say of a certificate; nothing is verified here.

Source: RFC 5280, 5; ITU-T X.509 (10/2019), 9.5.2.8, for certificates that are over; GB/T 20518-2018.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from gateway.errors import GatewayError, InputError
from gateway.signing import der, pem
from gateway.signing.certificates import Certificate, read_extensions, read_time

# RFC 5280, 5.2.1, 5.2.3 and 5.2.5; 5.3.1.
_AUTHORITY_KEY_ID, _NUMBER, DISTRIBUTION_POINT = "2.5.29.35", "2.5.29.20", "2.5.29.28"
DELTA = "2.5.29.27"
_REASON, _INVALIDITY = "2.5.29.21", "2.5.29.24"
# X.509, 9.5.2.8: since when the list keeps revoked certificates that are over.
_EXPIRED_ON_LIST = "2.5.29.60"
_DISTRIBUTION_POINTS = "2.5.29.31"
UNDERSTOOD: Final = frozenset({_AUTHORITY_KEY_ID, _NUMBER, DISTRIBUTION_POINT, _EXPIRED_ON_LIST})
_UNDERSTOOD_OF_ENTRY: Final = frozenset({_REASON, _INVALIDITY})
# How a critical extension says so; and what makes a list one of several issuers.
_CRITICAL: Final = der.element(der.BOOLEAN, b"\xff")
_CERTIFICATE_ISSUER = "2.5.29.29"
_ISSUER_OF_ENTRY: Final = der.oid(_CERTIFICATE_ISSUER)
# X.680, 41: how texts in names are written.
_TEXTS: Final = {
    0x0C: "utf-8",
    0x13: "ascii",
    0x14: "latin-1",
    0x16: "ascii",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}
REASONS: Final = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    8: "removeFromCRL",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}
HOLD: Final = "certificateHold"
LIFTED: Final = "removeFromCRL"
# Some hundred thousand entries; one costs five microseconds to read.
_LARGEST = 16 * 2**20


class BadRevocationList(InputError):
    """The bytes are no certificate revocation list."""

    code = "x509.bad-revocation-list"


@dataclass(frozen=True, slots=True)
class RevocationList:
    """What a list says; nobody has checked its signature yet."""

    tbs: bytes
    algorithm: bytes
    signature: bytes
    issuer_name: bytes
    this_update: datetime
    next_update: datetime | None
    entries: bytes
    extensions: dict[str, bytes]
    critical: frozenset[str]

    @classmethod
    def from_der(cls, data: bytes) -> Self:
        """Read a list.

        Raises:
            BadRevocationList: it is none, or too large.
        """
        if len(data) > _LARGEST:
            raise BadRevocationList(len(data))
        try:
            outer = der.parse(data, "certificateList")
            tbs = outer.encoded(der.SEQUENCE, "tbsCertList")
            algorithm = outer.encoded(der.SEQUENCE, "signatureAlgorithm")
            signature = outer.bits("signatureValue")
            outer.end()
            return cls._of(tbs, algorithm, signature)
        except der.BadDer as error:
            raise BadRevocationList(error.saw, path=error.path) from error

    @classmethod
    def _of(cls, encoded: bytes, algorithm: bytes, signature: bytes) -> Self:
        tbs = der.parse(encoded, "tbsCertList")
        if tbs.next_tag() == der.INTEGER and tbs.integer("version") != 1:
            raise tbs.wrong("version")
        if tbs.encoded(der.SEQUENCE, "signature") != algorithm:
            raise tbs.wrong("signature")
        issuer, this_update = tbs.encoded(der.SEQUENCE, "issuer"), read_time(tbs, "thisUpdate")
        next_update = None
        if tbs.next_tag() in {der.UTC_TIME, der.GENERALIZED_TIME}:
            next_update = read_time(tbs, "nextUpdate")
        entries = b""
        if tbs.next_tag() == der.SEQUENCE:
            entries = tbs.content(der.SEQUENCE, "revokedCertificates")
        values: dict[str, bytes] = {}
        critical: frozenset[str] = frozenset()
        if tbs.next_tag() == der.context(0):
            explicit = tbs.inner(der.context(0), "crlExtensions")
            values, critical = read_extensions(explicit.sequence("crlExtensions"))
            explicit.end()
        tbs.end()
        return cls(encoded, algorithm, signature, issuer, this_update, next_update, entries, values, critical)

    def entry(self, certificate: Certificate) -> tuple[datetime, str] | None:
        """Since when and why the certificate is revoked.

        Raises:
            BadRevocationList: entries have critical extensions that are not understood here.
        """
        # Most certificates are not revoked, and a list may have some hundred thousand entries.
        is_strange = _ISSUER_OF_ENTRY in self.entries or _CRITICAL in self.entries
        if not is_strange and der.integer(certificate.serial) not in self.entries:
            return None
        reader = der.Reader(self.entries, "/revokedCertificates")
        found = None
        while reader.next_tag() is not None:
            revoked = reader.sequence("entry")
            serial, since = revoked.integer("userCertificate"), read_time(revoked, "revocationDate")
            values: dict[str, bytes] = {}
            if revoked.next_tag() is not None:
                values, critical = read_extensions(revoked.sequence("crlEntryExtensions"))
                # (5.3) One such entry, and the list says nothing about any certificate.
                if critical - _UNDERSTOOD_OF_ENTRY or _CERTIFICATE_ISSUER in values:
                    raise BadRevocationList(serial, code="x509.critical-extension", extension=min(values))
            revoked.end()
            if serial == certificate.serial:
                if found is not None:
                    # (5.1.2.6) A serial number stands once; which of two counts nobody knows.
                    raise revoked.wrong("userCertificate")
                found = min(since, _invalid_since(values) or since), _reason(values)
        return found

    def mention(self, certificate: Certificate) -> tuple[datetime, str] | None:
        """Since when and why it names the certificate, whether or not it may speak for it.

        An entry is of the list's issuer, or of the one whom it or an entry before it names (5.3.3).
        """
        if der.integer(certificate.serial) not in self.entries:
            return None
        reader = der.Reader(self.entries, "/revokedCertificates")
        owners, found = {_spelled(self.issuer_name)}, []
        own, is_several = _spelled(certificate.issuer_name), _ISSUER_OF_ENTRY in self.entries
        try:
            while reader.next_tag() is not None:
                revoked = reader.sequence("entry")
                serial, since = revoked.integer("userCertificate"), read_time(revoked, "revocationDate")
                values: dict[str, bytes] = {}
                critical: frozenset[str] = frozenset()
                if revoked.next_tag() is not None and (is_several or serial == certificate.serial):
                    values, critical = read_extensions(revoked.sequence("crlEntryExtensions"))
                if _CERTIFICATE_ISSUER in values:
                    owners = set(map(_spelled, _directory_names(values[_CERTIFICATE_ISSUER])))
                if serial == certificate.serial and own in owners:
                    is_strange = critical - _UNDERSTOOD_OF_ENTRY - {_CERTIFICATE_ISSUER}
                    reason = REASONS[0] if is_strange else _reason(values)
                    found.append((min(since, _invalid_since(values) or since), reason))
        except GatewayError:
            is_open = own in owners or certificate.issuer_name in self.entries
            return (self.this_update, REASONS[0]) if is_open else None
        # (5.1.2.6) Which of two counts nobody knows.
        return (min(found)[0], found[0][1] if len(found) == 1 else REASONS[0]) if found else None

    def says_good(self, certificate: Certificate) -> bool:
        """Whether its silence means something: certificates that are over may have been taken out."""
        if self.this_update <= certificate.not_after:
            return True
        kept = self.extensions.get(_EXPIRED_ON_LIST)
        if kept is None:
            return False
        reader = der.Reader(kept, "/expiredCertsOnCRL")
        since = read_time(reader, "since")
        reader.end()
        return since <= certificate.not_after


def encoded_in(data: bytes) -> list[bytes]:
    """The lists of a file in PEM or DER, in DER.

    Raises:
        BadRevocationList: there is none, or one is damaged or too large.
    """
    found = pem.blocks(data, "X509 CRL")
    if not found:
        raise BadRevocationList
    for one in found:
        RevocationList.from_der(one)
    return found


def is_of_attributes(found: RevocationList) -> bool:
    """Whether it is for attribute certificates only, which have numbers of their own (RFC 5755, 4.2.5)."""
    try:
        return scope_of(found)[1].get(5, False)
    except GatewayError:
        return False


def scope_of(found: RevocationList) -> tuple[set[bytes] | None, dict[int, bool]]:
    """Under which names it is published, where it says so, and what it is limited to, by number."""
    names: set[bytes] | None = None
    flags: dict[int, bool] = {}
    if DISTRIBUTION_POINT not in found.extensions:
        return names, flags
    reader = der.Reader(found.extensions[DISTRIBUTION_POINT], "/issuingDistributionPoint")
    scope = reader.sequence("scope")
    reader.end()
    if scope.next_tag() == der.context(0):
        names = _full_names(scope.inner(der.context(0), "distributionPoint"))
    for number in (1, 2, 3, 4, 5):
        tag = der.context(number, constructed=False)
        if scope.next_tag() == tag:
            flags[number] = scope.content(tag, str(number)) != b"\0"
    scope.end()
    return names, flags


def points_of(certificate: Certificate) -> set[bytes]:
    """The names, encoded, under which the certificate's lists are published."""
    if _DISTRIBUTION_POINTS not in certificate.extensions:
        return set()
    reader = der.Reader(certificate.extensions[_DISTRIBUTION_POINTS], "/cRLDistributionPoints")
    points = reader.sequence("points")
    found: set[bytes] = set()
    while points.next_tag() is not None:
        point = points.sequence("point")
        if point.next_tag() == der.context(0):
            found |= _full_names(point.inner(der.context(0), "distributionPoint"))
    return found


def _full_names(point: der.Reader) -> set[bytes]:
    found: set[bytes] = set()
    if point.next_tag() == der.context(0):
        names = point.inner(der.context(0), "fullName")
        while (tag := names.next_tag()) is not None:
            found.add(names.encoded(tag, "name"))
    return found


def _directory_names(value: bytes) -> Iterator[bytes]:
    """The names of the issuer of an entry."""
    names = der.parse(value, "certificateIssuer")
    while (tag := names.next_tag()) is not None:
        if tag == der.context(4):
            yield names.inner(tag, "directoryName").encoded(der.SEQUENCE, "name")
        else:
            names.content(tag, "name")


def _spelled(name: bytes) -> bytes | tuple[frozenset[tuple[str, str | bytes]], ...]:
    """A name in one spelling (RFC 5280, 7.1): kind of text, capitals and blanks make no other name."""
    found = []
    try:
        reader = der.parse(name, "name")
        while reader.next_tag() is not None:
            parts, own = reader.inner(der.SET, "part"), set()
            while parts.next_tag() is not None:
                part = parts.sequence("attribute")
                kind, tag = part.oid("type"), part.next_tag() or 0
                value = part.content(tag, "value")
                text = value.decode(_TEXTS[tag]) if tag in _TEXTS else None
                own.add((kind, value if text is None else " ".join(text.casefold().split())))
            found.append(frozenset(own))
    except (GatewayError, UnicodeDecodeError):
        return name
    return tuple(found)


def _reason(extensions: dict[str, bytes]) -> str:
    value = extensions.get(_REASON)
    if value is None:
        return "unspecified"
    reader = der.Reader(value, "/cRLReason")
    number = int.from_bytes(reader.content(der.ENUMERATED, "reason"), "big")
    reader.end()
    if number not in REASONS:
        raise reader.wrong("reason")
    return REASONS[number]


def _invalid_since(extensions: dict[str, bytes]) -> datetime | None:
    """(5.3.2) When the key was lost, which may be long before anybody revoked it."""
    value = extensions.get(_INVALIDITY)
    if value is None:
        return None
    reader = der.Reader(value, "/invalidityDate")
    found = read_time(reader, "date")
    reader.end()
    return found
