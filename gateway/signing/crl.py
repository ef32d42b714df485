"""Whether certificates were revoked, from lists at hand; nothing is fetched, and unknown is an answer.

Source: RFC 5280, 5 and 6.3, for complete lists of the issuer itself; ITU-T X.509 (10/2019), 9.5.2.8, for
certificates that are over; GB/T 20518-2018.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from gateway.errors import GatewayError, InputError, UsageError
from gateway.signing import certificate_signatures, der, pem, sm2
from gateway.signing.certificates import Certificate, read_extensions, read_time

# RFC 5280, 5.2.1, 5.2.3 and 5.2.5; 5.3.1.
_AUTHORITY_KEY_ID, _NUMBER, _DISTRIBUTION_POINT = "2.5.29.35", "2.5.29.20", "2.5.29.28"
_DELTA = "2.5.29.27"
_REASON, _INVALIDITY = "2.5.29.21", "2.5.29.24"
# X.509, 9.5.2.8: since when the list keeps revoked certificates that are over.
_EXPIRED_ON_LIST = "2.5.29.60"
_DISTRIBUTION_POINTS = "2.5.29.31"
_UNDERSTOOD: Final = frozenset({_AUTHORITY_KEY_ID, _NUMBER, _DISTRIBUTION_POINT, _EXPIRED_ON_LIST})
_UNDERSTOOD_OF_ENTRY: Final = frozenset({_REASON, _INVALIDITY})
# How a critical extension says so; and what makes a list one of several issuers.
_CRITICAL: Final = der.element(der.BOOLEAN, b"\xff")
_ISSUER_OF_ENTRY: Final = der.oid("2.5.29.29")
_REASONS: Final = {
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
_LIFTED: Final = "removeFromCRL"
# Some hundred thousand entries; one costs five microseconds to read.
_LARGEST = 16 * 2**20


class BadRevocationList(InputError):
    """The bytes are no certificate revocation list."""

    code = "x509.bad-revocation-list"


class Revocation(StrEnum):
    """The answer about one certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RevocationAnswer:
    """What the lists say, with the times that a verdict needs.

    ``since`` (the day from which the certificate counts for nothing, which may be before the day on which it
    was revoked) and ``reason`` are of a revoked certificate. Whether an earlier signature stands is not
    judged here. ``problem`` says why no list could answer, the last one where there were several.
    """

    status: Revocation
    since: datetime | None = None
    reason: str = ""
    this_update: datetime | None = None
    next_update: datetime | None = None
    problem: GatewayError | None = None


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
                if critical - _UNDERSTOOD_OF_ENTRY or "2.5.29.29" in values:
                    raise BadRevocationList(serial, code="x509.critical-extension", extension=min(values))
            revoked.end()
            if serial == certificate.serial:
                if found is not None:
                    # (5.1.2.6) A serial number stands once; which of two counts nobody knows.
                    raise revoked.wrong("userCertificate")
                found = min(since, _invalid_since(values) or since), _reason(values)
        return found

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


def revocation(
    certificate: Certificate,
    issuer: Certificate,
    lists: Iterable[bytes],
    *,
    at: datetime,
    existed: datetime | None = None,
    user_id: bytes = sm2.DEFAULT_USER_ID,
    engine: sm2.Engine | None = None,
) -> RevocationAnswer:
    """What all lists that may speak for ``certificate`` say; one that revokes it outweighs the others.

    Args:
        lists: DER.
        at: when the question is asked, with time zone: a list that is not current then does not answer. One
            that is too old is still heard where it revokes for good.
        existed: since when a signature is known to exist. Once the certificate is over, a list of its
            lifetime that is younger than the signature answers, too.
    """
    if at.tzinfo is None:
        raise UsageError(at.isoformat(), code="signing.bad-timestamp")
    problem: GatewayError = BadRevocationList(certificate.issuer, code="x509.no-revocation-list")
    answers: list[RevocationAnswer] = []
    held: list[datetime] = []
    for data in lists:
        try:
            found = RevocationList.from_der(data)
            _check(found, certificate, issuer, at)
            if not issuer.has_issued(
                found.tbs, found.signature, found.algorithm, user_id=user_id, engine=engine
            ):
                raise BadRevocationList(issuer.subject, code="x509.revocation-list-signature-wrong")
            entry = found.entry(certificate)
            if entry is not None and entry[1] == HOLD:
                held.append(found.this_update)
            if entry is None or entry[1] == HOLD:
                _refuse_stale(found, certificate, at, existed)
        except GatewayError as error:
            problem = error
            continue
        status = Revocation.REVOKED if entry else Revocation.GOOD
        since, reason = entry or (None, "")
        answers.append(RevocationAnswer(status, since, reason, found.this_update, found.next_update))
    # What a younger list has put on hold, be it out of date, no older one calls good.
    answers = [a for a in answers if a.since or not held or (a.this_update or at) >= max(held)]
    if not answers:
        return RevocationAnswer(Revocation.UNKNOWN, problem=problem)
    # Revoked for good first; else the youngest list, which may have lifted what another had put on hold.
    return max(
        answers,
        key=lambda a: (bool(a.since) and a.reason != HOLD, a.this_update or at, bool(a.since)),
    )


def unread(
    certificate: Certificate,
    issuers: Iterable[Certificate],
    lists: Iterable[bytes],
    *,
    at: datetime,
    user_id: bytes = sm2.DEFAULT_USER_ID,
    engine: sm2.Engine | None = None,
) -> Iterator[RevocationAnswer]:
    """What each list would say that revokes the certificate, and that is heard from none of ``issuers``.

    Its issuer may only not be at hand, or under a certificate that is for no lists: the signer chooses whose
    certificates to show. And a list that says nothing by itself, as one of changes, calls nobody good.
    """
    known = [one for one in dict.fromkeys(issuers) if one.subject_name == certificate.issuer_name]
    for data in lists:
        try:
            found = RevocationList.from_der(data)
        except GatewayError:
            continue
        if found.issuer_name != certificate.issuer_name or found.this_update > at:
            continue
        try:
            entry = found.entry(certificate)
        except GatewayError:
            # With an entry that is not understood, be it of another one; what it says of this one stays open.
            is_named = der.integer(certificate.serial) in found.entries
            entry = (found.this_update, _REASONS[0]) if is_named else None
        if entry is None or entry[1] == _LIFTED:
            continue
        if not any(_is_heard(found, certificate, one, at, user_id=user_id, engine=engine) for one in known):
            yield RevocationAnswer(Revocation.REVOKED, *entry, found.this_update, found.next_update)


def _is_heard(
    found: RevocationList,
    certificate: Certificate,
    issuer: Certificate,
    at: datetime,
    *,
    user_id: bytes,
    engine: sm2.Engine | None,
) -> bool:
    try:
        _check(found, certificate, issuer, at)
        found.entry(certificate)
        return issuer.has_issued(found.tbs, found.signature, found.algorithm, user_id=user_id, engine=engine)
    except GatewayError:
        return False


def _check(found: RevocationList, certificate: Certificate, issuer: Certificate, at: datetime) -> None:
    """Whether the list speaks for this certificate at that time (RFC 5280, 6.3.3 a to f)."""
    if not certificate.issuer_name == issuer.subject_name == found.issuer_name:
        raise BadRevocationList(issuer.subject, code="x509.no-revocation-list")
    if issuer.key_usage is not None and "cRLSign" not in issuer.key_usage:
        raise BadRevocationList(issuer.subject, code="x509.key-usage", usage="cRLSign")
    if not certificate_signatures.is_known(found.algorithm):
        raise BadRevocationList(path="tbsCertList/signature")
    if found.this_update > at:
        raise _not_current(found, issuer.subject, at)
    # A list of changes alone says so critically; one that does not is still no whole list.
    strange = (found.critical - _UNDERSTOOD) | ({_DELTA} & found.extensions.keys())
    if strange:
        raise BadRevocationList(issuer.subject, code="x509.critical-extension", extension=min(strange))
    if _DISTRIBUTION_POINT in found.extensions and not _in_scope(found, certificate):
        raise BadRevocationList(issuer.subject, code="x509.revocation-list-of-others")


def _refuse_stale(
    found: RevocationList, certificate: Certificate, at: datetime, existed: datetime | None
) -> None:
    """A list that does not revoke says something only while it is current, or about what was over before."""
    is_current = found.next_update is not None and at <= found.next_update
    is_over = existed is not None and certificate.not_after < at and existed <= found.this_update
    if not (is_current or is_over) or not found.says_good(certificate):
        raise _not_current(found, certificate.issuer, at)


def _not_current(found: RevocationList, name: str, at: datetime) -> BadRevocationList:
    return BadRevocationList(
        name,
        code="x509.revocation-list-not-current",
        asked=at.isoformat(),
        since=found.this_update.isoformat(),
        until=found.next_update.isoformat() if found.next_update else "",
    )


def _in_scope(found: RevocationList, certificate: Certificate) -> bool:
    """Whether a list for some certificates only is for this one (RFC 5280, 5.2.5)."""
    reader = der.Reader(found.extensions[_DISTRIBUTION_POINT], "/issuingDistributionPoint")
    scope = reader.sequence("scope")
    reader.end()
    named = True
    if scope.next_tag() == der.context(0):
        names = _full_names(scope.inner(der.context(0), "distributionPoint"))
        named = bool(names & _points_of(certificate))
    flags = {}
    for number in (1, 2, 3, 4, 5):
        tag = der.context(number, constructed=False)
        if scope.next_tag() == tag:
            flags[number] = scope.content(tag, str(number)) != b"\0"
    scope.end()
    # (1) only users', (2) only authorities'; (3) some reasons, (4) other issuers, (5) attributes: not read.
    wrong_kind = flags.get(2 if not certificate.is_ca else 1, False)
    return named and not wrong_kind and not any(flags.get(number) for number in (3, 4, 5))


def _points_of(certificate: Certificate) -> set[bytes]:
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


def _reason(extensions: dict[str, bytes]) -> str:
    value = extensions.get(_REASON)
    if value is None:
        return "unspecified"
    reader = der.Reader(value, "/cRLReason")
    number = int.from_bytes(reader.content(der.ENUMERATED, "reason"), "big")
    reader.end()
    if number not in _REASONS:
        raise reader.wrong("reason")
    return _REASONS[number]


def _invalid_since(extensions: dict[str, bytes]) -> datetime | None:
    """(5.3.2) When the key was lost, which may be long before anybody revoked it."""
    value = extensions.get(_INVALIDITY)
    if value is None:
        return None
    reader = der.Reader(value, "/invalidityDate")
    found = read_time(reader, "date")
    reader.end()
    return found
