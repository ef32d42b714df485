"""Whether SM2 certificates were revoked, from lists at hand; nothing is fetched, and unknown is an answer.

Source: RFC 5280, 5 and 6.3, for complete lists of the issuer itself; GB/T 20518-2018.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from gateway.errors import GatewayError, InputError, UsageError
from gateway.signing import der, sm2
from gateway.signing.sm2_certificate import SM2_WITH_SM3, Certificate, read_extensions, read_time

# RFC 5280, 5.2.1, 5.2.3 and 5.2.5; 5.3.1.
_AUTHORITY_KEY_ID, _NUMBER, _DISTRIBUTION_POINT = "2.5.29.35", "2.5.29.20", "2.5.29.28"
_REASON = "2.5.29.21"
_DISTRIBUTION_POINTS = "2.5.29.31"
_UNDERSTOOD: Final = frozenset({_AUTHORITY_KEY_ID, _NUMBER, _DISTRIBUTION_POINT})
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
# Some hundred thousand entries; one costs five microseconds to read.
_LARGEST = 16 * 2**20


class BadRevocationList(InputError):
    """The bytes are no certificate revocation list signed with SM2."""

    code = "sm.bad-revocation-list"


class Revocation(StrEnum):
    """The answer about one certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RevocationAnswer:
    """What the lists say, with the times that a verdict needs.

    ``since`` and ``reason`` are of a revoked certificate. Whether an earlier signature stands is not
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
            BadRevocationList: it is none, or one of another algorithm.
        """
        if len(data) > _LARGEST:
            raise BadRevocationList(len(data))
        try:
            outer = der.parse(data, "certificateList")
            tbs = outer.encoded(der.SEQUENCE, "tbsCertList")
            algorithm, signature = outer.algorithm("signatureAlgorithm"), outer.bits("signatureValue")
            outer.end()
            return cls._of(tbs, algorithm, signature)
        except der.BadDer as error:
            raise BadRevocationList(error.saw, path=error.path) from error

    @classmethod
    def _of(cls, encoded: bytes, algorithm: str, signature: bytes) -> Self:
        tbs = der.parse(encoded, "tbsCertList")
        if tbs.next_tag() == der.INTEGER and tbs.integer("version") != 1:
            raise tbs.wrong("version")
        if tbs.algorithm("signature") != algorithm or algorithm != SM2_WITH_SM3:
            raise BadRevocationList(algorithm, path=tbs.path)
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
        return cls(encoded, signature, issuer, this_update, next_update, entries, values, critical)

    def entry(self, certificate: Certificate) -> tuple[datetime, str] | None:
        """Since when and why the certificate is revoked."""
        # Most are not, and a list may have some hundred thousand entries.
        if der.integer(certificate.serial) not in self.entries:
            return None
        reader = der.Reader(self.entries, "/revokedCertificates")
        while reader.next_tag() is not None:
            revoked = reader.sequence("entry")
            if revoked.integer("userCertificate") != certificate.serial:
                continue
            since, reason = read_time(revoked, "revocationDate"), "unspecified"
            if revoked.next_tag() is not None:
                values, _ = read_extensions(revoked.sequence("crlEntryExtensions"))
                reason = _reason(values)
            revoked.end()
            return since, reason
        return None


def revocation(
    certificate: Certificate,
    issuer: Certificate,
    lists: Iterable[bytes],
    *,
    at: datetime,
    user_id: bytes = sm2.DEFAULT_USER_ID,
    engine: sm2.Engine | None = None,
) -> RevocationAnswer:
    """What all lists that may speak for ``certificate`` say; one that revokes it outweighs the others.

    Args:
        lists: DER.
        at: when the question is asked, with time zone: a list that is not current then does not answer.
    """
    if at.tzinfo is None:
        raise UsageError(at.isoformat(), code="signing.bad-timestamp")
    problem: GatewayError = BadRevocationList(certificate.issuer, code="sm.no-revocation-list")
    answers: list[RevocationAnswer] = []
    for data in lists:
        try:
            found = RevocationList.from_der(data)
            _check(found, certificate, issuer, at)
            if not issuer.has_signed(found.tbs, found.signature, user_id=user_id, engine=engine):
                raise BadRevocationList(issuer.subject, code="sm.revocation-list-signature-wrong")
            entry = found.entry(certificate)
        except GatewayError as error:
            problem = error
            continue
        status = Revocation.REVOKED if entry else Revocation.GOOD
        since, reason = entry or (None, "")
        answers.append(RevocationAnswer(status, since, reason, found.this_update, found.next_update))
    if not answers:
        return RevocationAnswer(Revocation.UNKNOWN, problem=problem)
    # Revoked first, then the youngest list.
    return max(answers, key=lambda a: (a.status is Revocation.REVOKED, a.this_update or at))


def _check(found: RevocationList, certificate: Certificate, issuer: Certificate, at: datetime) -> None:
    """Whether the list speaks for this certificate at that time (RFC 5280, 6.3.3 a to f)."""
    if not certificate.issuer_name == issuer.subject_name == found.issuer_name:
        raise BadRevocationList(issuer.subject, code="sm.no-revocation-list")
    if issuer.key_usage is not None and "cRLSign" not in issuer.key_usage:
        raise BadRevocationList(issuer.subject, code="sm.key-usage", usage="cRLSign")
    if found.next_update is None or not found.this_update <= at <= found.next_update:
        until = found.next_update.isoformat() if found.next_update else ""
        raise BadRevocationList(
            issuer.subject,
            code="sm.revocation-list-not-current",
            asked=at.isoformat(),
            since=found.this_update.isoformat(),
            until=until,
        )
    strange = found.critical - _UNDERSTOOD
    if strange:
        raise BadRevocationList(issuer.subject, code="sm.critical-extension", extension=min(strange))
    if _DISTRIBUTION_POINT in found.extensions and not _in_scope(found, certificate):
        raise BadRevocationList(issuer.subject, code="sm.revocation-list-of-others")


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
