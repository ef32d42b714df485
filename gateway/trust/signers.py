"""Step 4: whose key has signed, by the lists of the snapshot, or by a chain of certificates to one of them.

Source: ETSI EN 319 102-1 V1.4.1, 5.2.3 to 5.2.6, for the words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final

from gateway.report import Finding
from gateway.signing import chain as chains
from gateway.signing import der
from gateway.signing.certificates import Certificate
from gateway.signing.sm2 import Engine
from gateway.trust import held_against
from gateway.trust.held_against import Asked, step_of
from gateway.trust.identities import (
    bare_identities,
    bare_in,
    identities_in,
    identities_of,
    key_identity,
)
from gateway.trust.judgement import Outcome, StepResult, Sub
from gateway.trust.snapshot import Listed, Snapshot
from gateway.trust.subject import Signer

CAUSES: Final = {
    "list.expired": Sub.TRUST_LIST_EXPIRED,
    "list.rollback": Sub.TRUST_LIST_ROLLBACK,
    "list.two-of-one-number": Sub.TRUST_LIST_ROLLBACK,
}
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
    asked = Asked(signer, snapshot, existed, is_proven, accepts, engine)
    asked.evidence |= {"signer": signer.name, "identities": list(signer.identities)}
    found = _entries(asked)
    if found:
        return _above_instead(asked, found) or _by_entries(asked, found)
    return _by_chain(asked) if signer.chain else Known(_unlisted(asked))


def _above_instead(asked: Asked, found: Sequence[Listed]) -> Known | None:
    """The way by an authority listed now, where the signer's own certificate was, for the same body."""
    if not asked.signer.chain or _went_by(found, asked.signer.identities, asked.existed):
        return None
    known = _by_chain(replace(asked, evidence=dict(asked.evidence), notes=[]))
    is_one = len({id(one.entity) for one in (*found, *known.services)}) == 1
    is_known = known.listed is not None and _went_by(known.services, known.found_by, asked.existed)
    return known if is_one and is_known else None


def _by_entries(asked: Asked, found: Sequence[Listed]) -> Known:
    """What the entries make of the signer by whose certificate, key or name it goes."""
    names = frozenset(asked.signer.identities)
    keys = {one for one in names if one.startswith("key:")}
    if bodies := _two_bodies(asked.snapshot.find(names)):
        # Whoever has a key that two bodies are listed for may be either, by whichever certificate.
        is_either = step_of(asked, Outcome.FAILED, Sub.TRUST_ENTRY_AMBIGUOUS, bodies=bodies)
        return Known(held_against.listed_as_lost(asked, keys) or is_either)
    services = _services(asked, found)
    listed = services[0]
    own, is_bare = _certificates(asked, found)
    step = (
        held_against.listed_as_lost(asked, keys, besides=listed)
        or held_against.lost(asked, keys)
        or (None if is_bare else held_against.none_counts(asked, own))
        or held_against.none_counts(asked, asked.signer.chain[:1])
        or _claimed(asked, listed, is_vetted=_is_exact(asked, listed))
    )
    passed = StepResult("signer", Outcome.PASSED, evidence=asked.evidence)
    return Known(step or passed, None if step else listed, names, tuple(asked.notes), services)


def _services(asked: Asked, found: Sequence[Listed], *, is_vetted: bool = False) -> tuple[Listed, ...]:
    """The entries of one body that count: of an accepted kind, and whose name the signer may claim."""
    accepted = [one for one in found if asked.accepts(one)]
    named = [
        one for one in accepted if _claimed(asked, one, is_vetted=is_vetted or _is_exact(asked, one)) is None
    ]
    return tuple(named or accepted[:1] or found[:1])


def _entries(asked: Asked) -> tuple[Listed, ...]:
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


def _by_chain(asked: Asked) -> Known:
    """A certificate that leads to a listed one, when it existed, and that nobody has revoked."""
    anchors = asked.snapshot.anchors
    then = [one for one, listed in anchors if _went_by([listed], [f"cert:{one.fingerprint}"], asked.existed)]
    # One that was listed at another time leads nowhere then, and must not hide a way that does.
    known = _by_anchors(asked, then)
    return known if known.listed is not None else _by_anchors(asked, [one for one, _ in anchors])


def _by_anchors(asked: Asked, anchors: Sequence[Certificate]) -> Known:
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


def _along(asked: Asked, chain: chains.VerifiedChain) -> Known:
    """What one chain makes of the signer; of another one, revocation lists may be at hand."""
    snapshot, anchors = asked.snapshot, dict(asked.snapshot.anchors)
    name = f"cert:{chain.anchor.fingerprint}"
    found = snapshot.find([name])
    # Whoever is below an authority of two bodies may be either, by whichever of its certificates.
    # So is whoever has, or is below, a key that is listed for another one.
    keys = {key_identity(one) for one in chain.certificates}
    if bodies := _two_bodies(snapshot.find([name, *keys])):
        is_either = step_of(asked, Outcome.FAILED, Sub.TRUST_ENTRY_AMBIGUOUS, bodies=bodies)
        return Known(held_against.listed_as_lost(asked, keys) or is_either)
    services = _services(asked, found or (anchors[chain.anchor],), is_vetted=True)
    listed = services[0]
    asked.evidence["chain"] = [one.fingerprint for one in chain.certificates]
    step = (
        held_against.over_above(asked, chain)
        or held_against.listed_as_lost(asked, keys)
        or held_against.lost(asked, keys)
        or held_against.revoked_below(asked, chain)
        or held_against.listed_and_revoked(asked, chain.anchor)
        or _claimed(asked, listed, is_vetted=True)
    )
    passed = StepResult("signer", Outcome.PASSED, evidence=asked.evidence)
    return Known(step or passed, None if step else listed, frozenset({name}), tuple(asked.notes), services)


def _no_chain(asked: Asked, error: chains.ChainRefused) -> StepResult:
    if error.error_code == "x509.issuer-unknown":
        return _unlisted(asked)
    told = {"why": error.error_code, "subject": error.saw}
    early = error.error_code == "x509.certificate-not-yet-valid"
    if early and asked.is_proven and error.path == "/chain/0":
        # It was there before its certificate: whoever made it did not make it with that.
        return step_of(asked, Outcome.FAILED, Sub.NOT_YET_VALID, time=error.params.get("since", ""))
    if early or error.error_code == "x509.certificate-expired":
        return step_of(asked, Outcome.INDETERMINATE, Sub.OUT_OF_BOUNDS_NO_POE, **told)
    return step_of(asked, Outcome.INDETERMINATE, Sub.CHAIN_CONSTRAINTS_FAILURE, **told)


def _certificates(asked: Asked, found: Sequence[Listed]) -> tuple[tuple[Certificate, ...], bool]:
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


def _is_exact(asked: Asked, listed: Listed) -> bool:
    """Whether the very certificate is listed; at what stands in another one nobody has looked."""
    chain = asked.signer.chain
    return bool(chain) and f"cert:{chain[0].fingerprint}" in identities_of(listed.service)


def _claimed(asked: Asked, listed: Listed, *, is_vetted: bool) -> StepResult | None:
    """Names that no key vouches for must all be the body's own, by its entry or its certificate."""
    state = listed.service.at(asked.existed) or listed.service.now
    known = {*state.identity.others}
    if is_vetted:
        known |= _uris(asked.signer.chain[0])
    strange = [claim for claim in asked.signer.claims if not claim or claim not in known]
    if not strange:
        return None
    told = {"issuer": strange[0] or _UNREADABLE, "body": listed.entity.name}
    return step_of(asked, Outcome.INDETERMINATE, Sub.SIG_CONSTRAINTS_FAILURE, **told)


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


def _unlisted(asked: Asked) -> StepResult:
    """Nobody whom the lists name; where a refused list would name them, that list is the cause."""
    for refused in asked.snapshot.refused:
        named = refused.held.content.services() if refused.held else ()
        if any(set(asked.signer.identities) & set(identities_of(service)) for _, service in named):
            sub = CAUSES.get(refused.error.error_code, Sub.TRUST_LIST_REFUSED)
            told = {"list": refused.file, "why": refused.error.error_code}
            return step_of(asked, Outcome.INDETERMINATE, sub, **told)
    return step_of(asked, Outcome.INDETERMINATE, Sub.NO_TRUST_ENTRY, signer=asked.signer.name)


def _two_bodies(found: tuple[Listed, ...]) -> str:
    bodies = {id(one.entity): one.entity.name for one in found}
    return ", ".join(sorted(bodies.values())) if len(bodies) > 1 else ""
