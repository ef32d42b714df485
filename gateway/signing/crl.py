"""Whether certificates were revoked, from lists at hand; nothing is fetched, and unknown is an answer.

Source: RFC 5280, 5 and 6.3, for complete lists of the issuer itself; ITU-T X.509 (10/2019), 9.5.2.8, for
certificates that are over; GB/T 20518-2018.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from gateway.errors import GatewayError, UsageError
from gateway.signing import certificate_signatures, pem, sm2
from gateway.signing.certificates import Certificate
from gateway.signing.revocation_list import (
    DELTA,
    DISTRIBUTION_POINT,
    HOLD,
    LIFTED,
    REASONS,
    UNDERSTOOD,
    BadRevocationList,
    RevocationList,
    is_of_attributes,
    points_of,
    scope_of,
)


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
    lists: Sequence[bytes],
    *,
    at: datetime,
    existed: datetime | None = None,
    user_id: bytes = sm2.DEFAULT_USER_ID,
    engine: sm2.Engine | None = None,
) -> Iterator[RevocationAnswer]:
    """What each list would say that revokes the certificate, and that is heard from none of ``issuers``.

    Its issuer may only not be at hand, or under a certificate that is for no lists: the signer chooses whose
    certificates to show. And a list that says nothing by itself, as one of changes, calls nobody good; one
    that cannot be read, and is of the certificate's issuer by its bytes, might have named it.

    Args:
        lists: DER, or files that cannot be read.
        existed: as of ``revocation``.
    """
    known = [one for one in dict.fromkeys(issuers) if one.subject_name == certificate.issuer_name]
    asked = _Asked(certificate, lists, at, existed, user_id, engine)
    called_good: datetime | Literal[False] | None = False
    for data in lists:
        try:
            found = RevocationList.from_der(data)
        except GatewayError:
            if any(certificate.issuer_name in one for one in (data, *pem.rest(data))):
                # Cut off, or changed on its way.
                yield RevocationAnswer(Revocation.REVOKED, certificate.not_before, REASONS[0])
            continue
        entry = None if is_of_attributes(found) else found.mention(certificate)
        if entry is None or entry[1] == LIFTED:
            continue
        if any(_is_heard(found, one, asked) for one in known):
            continue
        if entry[1] == HOLD:
            called_good = _called_good(known, asked) if called_good is False else called_good
            if called_good is not None and found.this_update < called_good:
                # A younger list has lifted it.
                continue
        yield RevocationAnswer(Revocation.REVOKED, *entry, found.this_update, found.next_update)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What all lists are asked."""

    certificate: Certificate
    lists: Sequence[bytes]
    at: datetime
    existed: datetime | None
    user_id: bytes
    engine: sm2.Engine | None


def _called_good(known: Iterable[Certificate], asked: _Asked) -> datetime | None:
    """The youngest list that calls the certificate good."""
    answers = (
        revocation(
            asked.certificate,
            one,
            asked.lists,
            at=asked.at,
            existed=asked.existed,
            user_id=asked.user_id,
            engine=asked.engine,
        )
        for one in known
    )
    good = (one.this_update for one in answers if one.status is Revocation.GOOD)
    return max((one for one in good if one is not None), default=None)


def _is_heard(found: RevocationList, issuer: Certificate, asked: _Asked) -> bool:
    try:
        _check(found, asked.certificate, issuer, asked.at)
        entry = found.entry(asked.certificate)
        if entry is not None and entry[1] == HOLD:
            _refuse_stale(found, asked.certificate, asked.at, asked.existed)
        return issuer.has_issued(
            found.tbs, found.signature, found.algorithm, user_id=asked.user_id, engine=asked.engine
        )
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
    strange = (found.critical - UNDERSTOOD) | ({DELTA} & found.extensions.keys())
    if strange:
        raise BadRevocationList(issuer.subject, code="x509.critical-extension", extension=min(strange))
    if DISTRIBUTION_POINT in found.extensions and not _in_scope(found, certificate):
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
    names, flags = scope_of(found)
    named = names is None or bool(names & points_of(certificate))
    # (1) only users', (2) only authorities'; (3) some reasons, (4) other issuers, (5) attributes: not read.
    wrong_kind = flags.get(2 if not certificate.is_ca else 1, False)
    return named and not wrong_kind and not any(flags.get(number) for number in (3, 4, 5))
