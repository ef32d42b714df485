"""Step 4: whose key has signed, by the lists of the snapshot, or by a chain of certificates to one of them.

Source: ETSI EN 319 102-1 V1.4.1, 5.2.3 to 5.2.6, for the words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Final

from gateway.frontdoor.json import PlainJson
from gateway.report import Finding, Severity
from gateway.signing import chain as chains
from gateway.signing import crl, der
from gateway.signing.certificates import Certificate
from gateway.signing.sm2 import Engine
from gateway.trust import entries, losses
from gateway.trust.identities import (
    bare_identities,
    bare_in,
    identities_in,
    identities_of,
    key_identity,
    kind_of,
)
from gateway.trust.judgement import Outcome, StepResult, Sub
from gateway.trust.snapshot import Listed, Snapshot
from gateway.trust.subject import Signer

CAUSES: Final = {
    "list.expired": Sub.TRUST_LIST_EXPIRED,
    "list.rollback": Sub.TRUST_LIST_ROLLBACK,
    "list.two-of-one-number": Sub.TRUST_LIST_ROLLBACK,
}
_COMPROMISED: Final = frozenset({"keyCompromise", "cACompromise", "aACompromise"})
_ALTERNATIVE_NAMES: Final = "2.5.29.17"
_URI: Final = der.context(6, constructed=False)
# For an issuer that is stated in a way that cannot be read.
_UNREADABLE: Final = "?"
# As many ways up as are asked where the revocation lists for the first ones are not at hand.
_MOST_CHAINS: Final = 8


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one signer at the moment at which its signature is known to exist.

    Args:
        listed: the entry; None where none counts.
        found_by: by what the entry goes, of which it must have gone by at that moment.
        services: all entries of that body that count as ``listed`` does, each with a scope of its own.
    """

    step: StepResult
    listed: Listed | None = None
    found_by: frozenset[str] = frozenset()
    notes: tuple[Finding, ...] = ()
    services: tuple[Listed, ...] = ()


@dataclass(slots=True)
class _Inquiry:
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


def identify(
    signer: Signer,
    snapshot: Snapshot,
    *,
    existed: datetime,
    is_proven: bool,
    accepts: Callable[[Listed], bool],
    engine: Engine | None = None,
) -> Known:
    """The entry of a signer, or why there is none that counts.

    Args:
        is_proven: whether ``existed`` is somebody's word, and not the moment of the validation.
        accepts: which kinds of service count; they come first where a body has several.
    """
    asked = _Inquiry(signer, snapshot, existed, is_proven, accepts, engine)
    asked.evidence |= {"signer": signer.name, "identities": list(signer.identities)}
    found = _entries(asked)
    if found and signer.chain and not _went_by(found, signer.identities, existed):
        # Its own certificate was listed before; one above it may be now, for the same body.
        known = _by_chain(replace(asked, evidence=dict(asked.evidence), notes=[]))
        bodies_found = {id(one.entity) for one in (*found, *known.services)}
        if (
            known.listed is not None
            and len(bodies_found) == 1
            and _went_by(known.services, known.found_by, existed)
        ):
            return known
    names = frozenset(signer.identities)
    keys = {one for one in names if one.startswith("key:")}
    if found and (bodies := _two_bodies(snapshot.find(names))):
        # Whoever has a key that two bodies are listed for may be either, by whichever certificate.
        is_either = _step(asked, Outcome.FAILED, Sub.TRUST_ENTRY_AMBIGUOUS, bodies=bodies)
        return Known(_listed_as_lost(asked, keys) or is_either)
    if found:
        services = _services(asked, found)
        listed = services[0]
        own, is_bare = _certificates(asked, found)
        step = (
            _listed_as_lost(asked, keys, besides=listed)
            or _lost(asked, keys)
            or (None if is_bare else _none_counts(asked, own))
            or _none_counts(asked, signer.chain[:1])
            or _claimed(asked, listed, is_vetted=_is_exact(asked, listed))
        )
    elif signer.chain:
        return _by_chain(asked)
    else:
        return Known(_unlisted(asked))
    passed = StepResult("signer", Outcome.PASSED, evidence=asked.evidence)
    return Known(step or passed, None if step else listed, names, tuple(asked.notes), services)


def _services(asked: _Inquiry, found: Sequence[Listed], *, is_vetted: bool = False) -> tuple[Listed, ...]:
    """The entries of one body that count: of an accepted kind, and whose name the signer may claim."""
    accepted = [one for one in found if asked.accepts(one)]
    named = [
        one for one in accepted if _claimed(asked, one, is_vetted=is_vetted or _is_exact(asked, one)) is None
    ]
    return tuple(named or accepted[:1] or found[:1])


def _entries(asked: _Inquiry) -> tuple[Listed, ...]:
    """The entries by whose certificate, key or name the signer goes.

    A signer who shows a certificate is not taken for the holder of another one with the same key: nobody has
    looked at what this one says.
    """
    signer = asked.signer
    found = asked.snapshot.find(signer.identities)
    if not signer.chain:
        return found
    own = f"cert:{signer.chain[0].fingerprint}"
    names = set(signer.identities)
    exact = [one for one in found if own in identities_of(one.service)]
    bare = [one for one in found if names & set(bare_identities(one.service))]
    if bare and not exact:
        # Known by its key alone: as if it showed none, for it may have made that one itself.
        return found
    return tuple(one for one in found if one in exact or one in bare)


def _went_by(found: Sequence[Listed], names: Collection[str], existed: datetime) -> bool:
    """Whether one of the entries was known by one of the names then."""
    states = (one.service.at(existed) for one in found)
    return any(not set(names).isdisjoint(identities_in(state)) for state in states if state is not None)


def _by_chain(asked: _Inquiry) -> Known:
    """A certificate that leads to a listed one, when it existed, and that nobody has revoked."""
    anchors = asked.snapshot.anchors
    then = [one for one, listed in anchors if _went_by([listed], [f"cert:{one.fingerprint}"], asked.existed)]
    # One that was listed at another time leads nowhere then, and must not hide a way that does.
    known = _by_anchors(asked, then)
    return known if known.listed is not None else _by_anchors(asked, [one for one, _ in anchors])


def _by_anchors(asked: _Inquiry, anchors: Sequence[Certificate]) -> Known:
    snapshot, signer = asked.snapshot, asked.signer
    # The receiver's first: of the signer's there may be so many that no other is reached.
    others = (*snapshot.certificates, *signer.chain[1:])
    found = chains.find_chains(signer.chain[0], others, anchors, at=asked.existed, engine=asked.engine)
    refused: list[Known] = []
    try:
        for chain in islice(found, _MOST_CHAINS):
            known = _along(replace(asked, evidence=dict(asked.evidence), notes=[]), chain)
            if known.listed is not None:
                return known
            refused.append(known)
    except chains.ChainRefused as error:
        return Known(_no_chain(asked, error) if anchors else _unlisted(asked))
    # There is one chain at least, or an error.
    return min(refused, key=_rank)


def _rank(known: Known) -> int:
    """What is said of a key comes before what is said of one way up."""
    sub = known.step.sub
    return 2 if sub is Sub.REVOCATION_UNAVAILABLE else int(sub is Sub.REVOKED)


def _along(asked: _Inquiry, chain: chains.VerifiedChain) -> Known:
    """What one chain makes of the signer; of another one, revocation lists may be at hand."""
    snapshot, anchors = asked.snapshot, dict(asked.snapshot.anchors)
    name = f"cert:{chain.anchor.fingerprint}"
    found = snapshot.find([name])
    # Whoever is below an authority of two bodies may be either, by whichever of its certificates.
    if bodies := _two_bodies(snapshot.find([name, key_identity(chain.anchor)])):
        return Known(_step(asked, Outcome.FAILED, Sub.TRUST_ENTRY_AMBIGUOUS, bodies=bodies))
    services = _services(asked, found or (anchors[chain.anchor],), is_vetted=True)
    listed = services[0]
    asked.evidence["chain"] = [one.fingerprint for one in chain.certificates]
    keys = {key_identity(one) for one in chain.certificates}
    if (step := _over_above(asked, chain) or _listed_as_lost(asked, keys) or _lost(asked, keys)) is not None:
        return Known(step)
    for certificate, issuer in zip(chain.certificates, chain.certificates[1:], strict=False):
        answer = _ask(asked, certificate, issuer)
        step = _revocation(asked, answer, certificate.subject)
        if step is not None:
            return Known(step)
    step = _listed_and_revoked(asked, chain.anchor) or _claimed(asked, listed, is_vetted=True)
    passed = StepResult("signer", Outcome.PASSED, evidence=asked.evidence)
    return Known(step or passed, None if step else listed, frozenset({name}), tuple(asked.notes), services)


def _over_above(asked: _Inquiry, chain: chains.VerifiedChain) -> StepResult | None:
    """An authority's kind of key counts no longer: who breaks it issues any certificate."""
    for kind in map(kind_of, chain.certificates[1:]):
        until = asked.snapshot.policy.sunset(kind)
        if until is not None and asked.existed > until:
            told = {"algorithm": kind, "until": until.isoformat()}
            return _step(asked, Outcome.INDETERMINATE, Sub.CRYPTO_CONSTRAINTS_FAILURE, **told)
    return None


def _no_chain(asked: _Inquiry, error: chains.ChainRefused) -> StepResult:
    if error.error_code == "x509.issuer-unknown":
        return _unlisted(asked)
    told = {"why": error.error_code, "subject": error.saw}
    early = error.error_code == "x509.certificate-not-yet-valid"
    if early and asked.is_proven and error.path == "/chain/0":
        # It was there before its certificate: whoever made it did not make it with that.
        return _step(asked, Outcome.FAILED, Sub.NOT_YET_VALID, time=error.params.get("since", ""))
    if early or error.error_code == "x509.certificate-expired":
        return _step(asked, Outcome.INDETERMINATE, Sub.OUT_OF_BOUNDS_NO_POE, **told)
    return _step(asked, Outcome.INDETERMINATE, Sub.CHAIN_CONSTRAINTS_FAILURE, **told)


def _certificates(asked: _Inquiry, found: Sequence[Listed]) -> tuple[tuple[Certificate, ...], bool]:
    """Those under which the list knew the key then; of several, the one that the signer shows.

    With them, whether the list knew it without them, too. What a list has said before of another certificate
    of the key, or of the key alone, does not make up for these.
    """
    names = set(asked.signer.identities)
    states = [state for one in found if (state := one.service.at(asked.existed)) is not None]
    there = {name for state in states for name in identities_in(state)}
    shown = asked.signer.chain[:1]
    if shown and f"cert:{shown[0].fingerprint}" in there:
        return shown, False
    known = (
        certificate
        for certificate, _ in asked.snapshot.anchors
        if f"cert:{certificate.fingerprint}" in there and key_identity(certificate) in names
    )
    is_bare = any(names & set(bare_in(state)) for state in states)
    return tuple(dict.fromkeys(known)), is_bare


def _none_counts(asked: _Inquiry, own: Sequence[Certificate]) -> StepResult | None:
    """Why no certificate counts: whoever leaves one out signs with its key all the same."""
    steps = [_over(asked, one) or _listed_and_revoked(asked, one) for one in own]
    return steps[-1] if steps and None not in steps else None


def _over(asked: _Inquiry, own: Certificate) -> StepResult | None:
    """A listed certificate counts from its listing on, and no longer than it says itself."""
    if asked.existed <= own.not_after:
        return None
    told = {"why": "x509.certificate-expired", "subject": own.subject}
    return _step(asked, Outcome.INDETERMINATE, Sub.OUT_OF_BOUNDS_NO_POE, **told)


def _lost(asked: _Inquiry, keys: Collection[str]) -> StepResult | None:
    """A lost key is lost under each of its certificates, of which the signer chooses one to show."""
    for one in dict.fromkeys((*asked.signer.chain[:1], *_at_hand(asked))):
        if key_identity(one) not in keys:
            continue
        alone = replace(asked, notes=[])
        step = _listed_and_revoked(alone, one)
        if step is not None and alone.is_lost:
            return step
    return None


def _listed_as_lost(
    asked: _Inquiry, keys: Collection[str], *, besides: Listed | None = None
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
            return _step(asked, outcome, Sub.REVOKED_KEY_COMPROMISE, **told)
    return None


def _at_hand(asked: _Inquiry) -> Iterator[Certificate]:
    yield from asked.signer.chain[1:]
    yield from asked.snapshot.certificates
    yield from (one for one, _ in asked.snapshot.anchors)


def _listed_and_revoked(asked: _Inquiry, leaf: Certificate) -> StepResult | None:
    """A certificate that stands in a list needs no revocation list; one that speaks is still heard."""
    at_hand = dict.fromkeys(_at_hand(asked))
    for issuer in at_hand:
        # Also a root that says so of itself: whoever else has its key would not.
        if issuer.subject_name != leaf.issuer_name:
            continue
        answer = _ask(asked, leaf, issuer)
        if answer.status is crl.Revocation.REVOKED:
            step = _revocation(asked, answer, leaf.subject)
            if step is not None:
                return step
    lists = asked.snapshot.crls
    told = crl.unread(leaf, at_hand, lists, at=asked.snapshot.now, engine=asked.engine)
    if told is not None and _revocation(asked, told, leaf.subject) is not None:
        return _revocation(asked, crl.RevocationAnswer(crl.Revocation.UNKNOWN), leaf.subject)
    return None


def _ask(asked: _Inquiry, certificate: Certificate, issuer: Certificate) -> crl.RevocationAnswer:
    return crl.revocation(
        certificate,
        issuer,
        asked.snapshot.crls,
        at=asked.snapshot.now,
        existed=asked.existed if asked.is_proven else None,
        engine=asked.engine,
    )


def _revocation(asked: _Inquiry, answer: crl.RevocationAnswer, subject: str) -> StepResult | None:
    told = {"subject": subject, "since": answer.since.isoformat() if answer.since else ""}
    if answer.status is crl.Revocation.UNKNOWN:
        return _step(asked, Outcome.INDETERMINATE, Sub.REVOCATION_UNAVAILABLE, **told)
    if answer.since is None:
        return None
    asked.is_lost |= answer.reason not in losses.HARMLESS
    if answer.reason == crl.HOLD:
        return _step(asked, Outcome.INDETERMINATE, Sub.TRY_LATER, **told)
    if answer.since <= asked.existed:
        return _step(asked, Outcome.FAILED, Sub.REVOKED, **told)
    if answer.reason in _COMPROMISED:
        return _step(asked, Outcome.INDETERMINATE, Sub.REVOKED_KEY_COMPROMISE, body="", **told)
    asked.notes.append(Finding("list.revoked-later", subject, told["since"], Severity.INFO))
    return None


def _is_exact(asked: _Inquiry, listed: Listed) -> bool:
    """Whether the very certificate is listed; at what stands in another one nobody has looked."""
    chain = asked.signer.chain
    return bool(chain) and f"cert:{chain[0].fingerprint}" in identities_of(listed.service)


def _claimed(asked: _Inquiry, listed: Listed, *, is_vetted: bool) -> StepResult | None:
    """Names that no key vouches for must all be the body's own, by its entry or its certificate."""
    state = listed.service.at(asked.existed) or listed.service.now
    known = {*state.identity.others}
    if is_vetted:
        known |= _uris(asked.signer.chain[0])
    strange = [claim for claim in asked.signer.claims if not claim or claim not in known]
    if not strange:
        return None
    told = {"issuer": strange[0] or _UNREADABLE, "body": listed.entity.name}
    return _step(asked, Outcome.INDETERMINATE, Sub.SIG_CONSTRAINTS_FAILURE, **told)


def _uris(certificate: Certificate) -> set[str]:
    """The addresses among a certificate's alternative names, which its authority has looked at."""
    encoded = certificate.extensions.get(_ALTERNATIVE_NAMES)
    found: set[str] = set()
    try:
        names = der.parse(encoded or b"", "subjectAltName")
        while (tag := names.next_tag()) is not None:
            content = names.content(tag, "name")
            if tag == _URI:
                found.add(content.decode("ascii", "replace"))
    except der.BadDer:
        return set()
    return found


def _unlisted(asked: _Inquiry) -> StepResult:
    """Nobody whom the lists name; where a refused list would name them, that list is the cause."""
    for refused in asked.snapshot.refused:
        named = refused.held.content.services() if refused.held else ()
        if any(set(asked.signer.identities) & set(identities_of(service)) for _, service in named):
            sub = CAUSES.get(refused.error.error_code, Sub.TRUST_LIST_REFUSED)
            told = {"list": refused.file, "why": refused.error.error_code}
            return _step(asked, Outcome.INDETERMINATE, sub, **told)
    return _step(asked, Outcome.INDETERMINATE, Sub.NO_TRUST_ENTRY, signer=asked.signer.name)


def _two_bodies(found: tuple[Listed, ...]) -> str:
    bodies = {id(one.entity): one.entity.name for one in found}
    return ", ".join(sorted(bodies.values())) if len(bodies) > 1 else ""


def _step(asked: _Inquiry, outcome: Outcome, sub: Sub, **params: str) -> StepResult:
    evidence: Mapping[str, PlainJson] = dict(asked.evidence)
    return StepResult("signer", outcome, sub, evidence, params)
