"""What lists and lists of revocations say against a signer's key and its certificates, whoever shows which.

Source: RFC 5280, 5.3.1 and 6.3, for lists of revocations and their reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from gateway.frontdoor.json import PlainJson
from gateway.report import Finding, Severity
from gateway.signing import chain as chains
from gateway.signing import crl
from gateway.signing.certificates import Certificate
from gateway.signing.revocation_list import HOLD
from gateway.signing.sm2 import Engine
from gateway.trust import entries, losses
from gateway.trust.identities import key_identity, kind_of
from gateway.trust.judgement import Outcome, StepResult, Sub
from gateway.trust.snapshot import Listed, Snapshot
from gateway.trust.subject import Signer

_COMPROMISED: Final = frozenset({"keyCompromise", "cACompromise", "aACompromise"})


@dataclass(slots=True)
class Asked:
    """One signer asked about, at one moment."""

    signer: Signer
    snapshot: Snapshot
    existed: datetime
    is_proven: bool
    accepts: Callable[[Listed], bool]
    engine: Engine | None
    evidence: dict[str, PlainJson] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)
    # A list of revocations has said so of a key above, or has not said that it is for another reason.
    is_lost: bool = False


def over_above(asked: Asked, chain: chains.VerifiedChain) -> StepResult | None:
    """An authority's kind of key counts no longer: who breaks it issues any certificate."""
    for kind in map(kind_of, chain.certificates[1:]):
        until = asked.snapshot.policy.sunset(kind)
        if until is not None and asked.existed > until:
            told = {"algorithm": kind, "until": until.isoformat()}
            return step_of(asked, Outcome.INDETERMINATE, Sub.CRYPTO_CONSTRAINTS_FAILURE, **told)
    return None


def revoked_below(asked: Asked, chain: chains.VerifiedChain) -> StepResult | None:
    """A certificate below the listed one is revoked, or nobody knows."""
    for certificate, issuer in zip(chain.certificates, chain.certificates[1:], strict=False):
        step = _revocation(asked, _ask(asked, certificate, issuer), certificate.subject)
        # Whom a whole list calls good, one of changes may have named since.
        for one in (step, *_unread(asked, certificate)):
            if one is not None:
                return one
    return None


def none_counts(asked: Asked, own: Sequence[Certificate]) -> StepResult | None:
    """Why no certificate counts: whoever leaves one out signs with its key all the same."""
    steps = [_over(asked, one) or listed_and_revoked(asked, one) for one in own]
    return steps[-1] if steps and None not in steps else None


def _over(asked: Asked, own: Certificate) -> StepResult | None:
    """A listed certificate counts from its listing on, and no longer than it says itself."""
    if asked.existed <= own.not_after:
        return None
    told = {"why": "x509.certificate-expired", "subject": own.subject}
    return step_of(asked, Outcome.INDETERMINATE, Sub.OUT_OF_BOUNDS_NO_POE, **told)


def lost(asked: Asked, keys: Collection[str]) -> StepResult | None:
    """A lost key is lost under each of its certificates, of which the signer chooses one to show."""
    for one in dict.fromkeys((*asked.signer.chain[:1], *_at_hand(asked))):
        if key_identity(one) not in keys:
            continue
        alone = replace(asked, notes=[])
        step = listed_and_revoked(alone, one)
        if step is not None and alone.is_lost:
            return step
    return None


def listed_as_lost(
    asked: Asked, keys: Collection[str], *, besides: Listed | None = None
) -> StepResult | None:
    """A list says so of a key, under whichever certificate; step 7 asks the body's own entry."""
    for listed in (*asked.snapshot.find(keys), *asked.snapshot.find_over(keys)):
        if besides is not None and listed.entity is besides.entity:
            continue
        since = entries.lost_since(entries.losses(listed.entity, keys))
        if since:
            told = {"body": listed.entity.name, "subject": "", "since": since}
            is_older = datetime.fromisoformat(since) > asked.existed
            outcome = Outcome.INDETERMINATE if is_older else Outcome.FAILED
            return step_of(asked, outcome, Sub.REVOKED_KEY_COMPROMISE, **told)
    return None


def _at_hand(asked: Asked) -> Iterator[Certificate]:
    yield from asked.signer.chain[1:]
    yield from asked.snapshot.certificates
    yield from (one for one, _ in asked.snapshot.anchors)


def listed_and_revoked(asked: Asked, leaf: Certificate) -> StepResult | None:
    """A certificate that stands in a list needs no revocation list; one that speaks is still heard."""
    at_hand = dict.fromkeys(_at_hand(asked))
    # All of them, for one may say that the key is lost where another has another reason.
    steps: list[StepResult | None] = []
    for issuer in at_hand:
        # Also a root that says so of itself: whoever else has its key would not.
        if issuer.subject_name != leaf.issuer_name:
            continue
        answer = _ask(asked, leaf, issuer)
        if answer.status is crl.Revocation.REVOKED:
            steps.append(_revocation(asked, answer, leaf.subject))
    steps += _unread(asked, leaf)
    # Whatever the order of files: what is known before what is not.
    against = [step for step in steps if step is not None]
    return min(against, key=lambda one: (one.outcome is not Outcome.FAILED, str(one.sub)), default=None)


def _unread(asked: Asked, certificate: Certificate) -> list[StepResult]:
    """What lists that may not speak, or whose issuer is not at hand, would hold against it stays open."""
    told = crl.unread(
        certificate,
        _at_hand(asked),
        asked.snapshot.crls,
        at=asked.snapshot.now,
        existed=asked.existed if asked.is_proven else None,
        engine=asked.engine,
    )
    # Nobody has checked what they say: no note of theirs is told.
    alone = replace(asked, notes=[])
    is_against = [_revocation(alone, one, certificate.subject) is not None for one in told]
    asked.is_lost |= alone.is_lost
    unknown = crl.RevocationAnswer(crl.Revocation.UNKNOWN)
    step = _revocation(asked, unknown, certificate.subject) if any(is_against) else None
    return [] if step is None else [step]


def _ask(asked: Asked, certificate: Certificate, issuer: Certificate) -> crl.RevocationAnswer:
    return crl.revocation(
        certificate,
        issuer,
        asked.snapshot.crls,
        at=asked.snapshot.now,
        existed=asked.existed if asked.is_proven else None,
        engine=asked.engine,
    )


def _revocation(asked: Asked, answer: crl.RevocationAnswer, subject: str) -> StepResult | None:
    told = {"subject": subject, "since": answer.since.isoformat() if answer.since else ""}
    if answer.status is crl.Revocation.UNKNOWN:
        return step_of(asked, Outcome.INDETERMINATE, Sub.REVOCATION_UNAVAILABLE, **told)
    if answer.since is None:
        return None
    asked.is_lost |= answer.reason not in losses.HARMLESS
    if answer.reason == HOLD:
        return step_of(asked, Outcome.INDETERMINATE, Sub.TRY_LATER, **told)
    if answer.since <= asked.existed:
        return step_of(asked, Outcome.FAILED, Sub.REVOKED, **told)
    if answer.reason in _COMPROMISED:
        return step_of(asked, Outcome.INDETERMINATE, Sub.REVOKED_KEY_COMPROMISE, body="", **told)
    note = Finding("list.revoked-later", subject, told["since"], Severity.INFO)
    if note not in asked.notes:
        asked.notes.append(note)
    return None


def step_of(asked: Asked, outcome: Outcome, sub: Sub, **params: str) -> StepResult:
    """The fourth step as it ends here, with what was found on the way."""
    evidence: Mapping[str, PlainJson] = dict(asked.evidence)
    return StepResult("signer", outcome, sub, evidence, params)
