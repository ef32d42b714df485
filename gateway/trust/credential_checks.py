"""Steps 11 and 12 of a credential: whether its issuer has taken it back, and whether its time has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from gateway.errors import GatewayError, UsageError
from gateway.frontdoor.json import PlainJson
from gateway.signing.data_integrity import issuer_of
from gateway.signing.did_key import PublicKey
from gateway.signing.digests import sha256_hex
from gateway.signing.timestamp import is_timestamp
from gateway.trust import entries, enveloped, signers, status_list
from gateway.trust.did_web import assertion_keys
from gateway.trust.identities import identities_in
from gateway.trust.judgement import Outcome, StepResult, Sub
from gateway.trust.losses import is_lost_anywhere
from gateway.trust.lote import Entity
from gateway.trust.snapshot import Snapshot
from gateway.trust.status_list import StatusList
from gateway.trust.subject import Signer, Statement, Subject, is_statement
from gateway.trust.unverified import document_of

_TYPE: Final = "BitstringStatusListEntry"
_KEYS: Final = "keys"
_LISTS: Final = "status list "
_IN_FORCE: Final = "active"
_NOT_IN_FORCE: Final = frozenset({"draft", "superseded", "withdrawn"})
_DAY: Final = timedelta(days=1)
# A list of statuses, its digest, the body whose certificate has signed it (None: the issuer's own key), and
# whether the policy still counts its kind of key.
_Kept: TypeAlias = tuple[StatusList, str, Entity | None, bool]


def status(subject: Subject, snapshot: Snapshot, *, body: Entity | None = None) -> StepResult:
    """(11) Every status entry must be answered by its own issuer's fresh list. Silence is no answer.

    Args:
        body: who has signed; a list of statuses that another body's certificate signs is not theirs.
    """
    name, stated = "credential-status", subject.credential.get("credentialStatus")
    # What tokens say instead (SD-JWT VC, 3.2.2.2: a Token Status List), which nothing here can ask.
    other = subject.credential.get("status")
    others: list[PlainJson] = [other] if isinstance(other, dict) else []
    if stated is None and not others:
        if is_statement(subject.credential):
            return StepResult(name, Outcome.INDETERMINATE, Sub.STATUS_UNAVAILABLE)
        return StepResult(name, Outcome.NOT_ASKED)
    own = stated if isinstance(stated, list) else [stated]
    asked = [*(own if stated is not None else []), *others]
    evidence: list[PlainJson] = []
    answers: list[tuple[Outcome, Sub]] = []
    for entry in asked:
        found = _ask(entry, subject.issuer, snapshot, evidence, body)
        if found is not None:
            answers.append(found)
    for wanted in (Outcome.FAILED, Outcome.INDETERMINATE):
        for outcome, sub in answers:
            if outcome is wanted:
                return StepResult(name, outcome, sub, {"lists": evidence})
    purposes = {entry.get("statusPurpose") for entry in asked if isinstance(entry, dict)}
    if not asked or (is_statement(subject.credential) and "revocation" not in purposes):
        # A statement that can only be suspended cannot be taken back.
        return StepResult(name, Outcome.INDETERMINATE, Sub.STATUS_UNAVAILABLE)
    return StepResult(name, Outcome.PASSED, evidence={"lists": evidence})


def may_replace(data: bytes, held: Sequence[bytes], snapshot: Snapshot) -> bool:
    """Whether a list of statuses is its issuer's as much as those that it is to replace.

    It must count, and be of the same body; one of those that nobody believes only has to name that issuer.
    """
    found = _read(data, snapshot)
    if found is None or not found[3]:
        return False
    if any(issuer_of(document_of(one)) != found[0].issuer for one in held):
        return False
    before = (one for one in (_read(data, snapshot) for data in held) if one is not None)
    return all(one[2] is found[2] for one in before)


def issuer_names(credential: Mapping[str, PlainJson]) -> tuple[str, ...]:
    """What the issuer calls itself, in every language; one that is no text is told as it stands."""
    issuer = credential.get("issuer")
    told = issuer.get("name") if isinstance(issuer, dict) else None
    names = told if isinstance(told, list) else [] if told is None else [told]
    found = [one.get("@value", "") if isinstance(one, dict) else one for one in names]
    return tuple(dict.fromkeys(map(str, found)))


def _ask(
    entry: PlainJson, issuer: str, snapshot: Snapshot, evidence: list[PlainJson], body: Entity | None
) -> tuple[Outcome, Sub] | None:
    """The answer about one entry; None where its bit is not set."""
    unknown = (Outcome.INDETERMINATE, Sub.STATUS_UNAVAILABLE)
    if not isinstance(entry, dict) or entry.get("type") != _TYPE or not issuer:
        # Of a credential of nobody, any list of nobody would be its issuer's own.
        return unknown
    size = entry.get("statusSize", 1)
    if type(size) is not int or size != 1:
        # Entries of several bits lie elsewhere in the list.
        return unknown
    place, index = entry.get("statusListCredential"), entry.get("statusListIndex")
    if not isinstance(place, str) or not isinstance(index, str) or not index.isascii() or not index.isdigit():
        return unknown
    purpose = entry.get("statusPurpose")
    lists = _lists(place, snapshot)
    held = [
        (found, digest, counts)
        for found, digest, keeper, counts in lists
        if found.issuer == issuer and found.serves(purpose) and (None in (keeper, body) or keeper is body)
    ]
    if not held or len(index) > 9:
        return unknown
    evidence += [
        {"list": place, "index": index, "sha256": digest, "validFrom": found.valid_from}
        for found, digest, _ in held
    ]
    try:
        # Of several, the youngest; but nobody takes a revocation back, so that an old list is enough for it.
        bits = [found.is_set(int(index)) for found, *_ in held]
    except GatewayError:
        return unknown
    if any(bits) and purpose == "revocation":
        return Outcome.FAILED, Sub.STATUS_REVOKED
    longest = timedelta(hours=snapshot.policy.status_hours)
    counting = [found for found, _, counts in held if counts]
    if not counting or not counting[0].is_fresh(snapshot.now, longest=longest, skew=snapshot.policy.skew):
        return unknown
    last = _moment(counting[0])
    is_set = any(bit for (found, *_), bit in zip(held, bits, strict=True) if _moment(found) >= last)
    return (Outcome.INDETERMINATE, Sub.STATUS_SUSPENDED) if is_set else None


def _lists(place: str, snapshot: Snapshot) -> Sequence[_Kept]:
    """The lists at ``place``, the youngest first, verified and inflated once for all credentials."""
    key = f"{_LISTS}{place}"
    if key not in snapshot.cache:
        read = [_read(data, snapshot) for data in snapshot.statuses.get(place, ())]
        good = [one for one in read if one is not None and one[0].id == place]
        snapshot.cache[key] = sorted(good, key=lambda one: _moment(one[0]), reverse=True)
    found = snapshot.cache[key]
    assert isinstance(found, list)
    return found


def _moment(found: StatusList) -> datetime:
    """Since when the list speaks, however it is spelled."""
    return datetime.fromisoformat(found.valid_from)


def keys_of(snapshot: Snapshot) -> dict[str, PublicKey]:
    """The keys of all controllers whose documents are in the snapshot, by the URL of their method."""
    held = snapshot.cache.get(_KEYS)
    if isinstance(held, dict):
        return held
    found: dict[str, PublicKey] = {}
    for document in snapshot.dids.values():
        found |= assertion_keys(document, at=snapshot.now)
    snapshot.cache[_KEYS] = found
    return found


def _read(data: bytes, snapshot: Snapshot) -> _Kept | None:
    try:
        found = enveloped.of_file(data, keys_of(snapshot))
    except UsageError:
        # What is not installed leaves the answer open.
        return None
    if found.sub is not None or found.kind != "credential" or found.left_open:
        return None
    if "credentialStatus" in found.credential:
        # A list that can be taken back itself; nobody asks here whether it was.
        return None
    if found.begins and datetime.fromisoformat(found.begins) > snapshot.now + snapshot.policy.skew:
        # Made tomorrow, or to be believed from then on.
        return None
    signer = found.signers[0]
    keeper = _keeper(signer, snapshot) if signer.claims else None
    if (signer.claims and keeper is None) or _has_lost_it(signer, snapshot):
        return None
    try:
        counts = not snapshot.policy.is_over(signer.algorithm, snapshot.now)
        return status_list.of(found.credential, found.expires), sha256_hex(data), keeper, counts
    except GatewayError:
        return None


def _has_lost_it(signer: Signer, snapshot: Snapshot) -> bool:
    """Whether the very key was lost, be it still in its holder's DID document."""
    names = {name for name in signer.identities if not name.startswith("id:")}
    return is_lost_anywhere(names, snapshot, shown=signer.chain)


def _keeper(signer: Signer, snapshot: Snapshot) -> Entity | None:
    """The body whose certificate speaks for the issuer that a list of statuses names, as for any credential.

    It must go by that certificate today, and never have lost its key: else anybody could give a list in which
    nothing is revoked. One that is no longer granted may still take back what it has issued.
    """
    known = signers.identify(signer, snapshot, existed=snapshot.now, is_proven=False, accepts=lambda _: True)
    if known.listed is None:
        return None
    entity = known.listed.entity
    states = (one.service.at(snapshot.now) for one in known.services)
    is_theirs = any(known.found_by & set(identities_in(state)) for state in states if state is not None)
    return entity if is_theirs and not entries.is_lost(entity, known.found_by) else None


def _declared(statement: Statement, snapshot: Snapshot) -> StepResult | None:
    """The declaration's own days, whoever has signed it: none lies ahead, and its validity is not over."""
    evidence: dict[str, PlainJson] = {"now": snapshot.now.isoformat()}
    # Wherever it is written, a day begins less than a day before its noon in Greenwich.
    days = (*statement.dates, *((statement.first,) if statement.first else ()))
    ahead = [day for day in days if day > snapshot.now + _DAY + snapshot.policy.skew]
    if ahead:
        params = {"time": max(ahead).date().isoformat()}
        return StepResult(
            "time", Outcome.FAILED, Sub.NOT_YET_VALID, evidence | {"declared": params["time"]}, params
        )
    if statement.last is not None and statement.last < snapshot.now - snapshot.policy.skew:
        params = {"time": statement.last.date().isoformat()}
        return StepResult(
            "time", Outcome.FAILED, Sub.EXPIRED, evidence | {"declared": params["time"]}, params
        )
    if statement.state not in (None, _IN_FORCE):
        # A draft, or one that its maker has taken back; what nobody can read may be either.
        outcome = Outcome.FAILED if statement.state in _NOT_IN_FORCE else Outcome.INDETERMINATE
        params = {"state": statement.state or ""}
        return StepResult("time", outcome, Sub.NOT_IN_FORCE, evidence, params)
    return None


def times(subject: Subject, snapshot: Snapshot) -> StepResult:
    """(12) Its time has come and is not over; and nobody was shown another document of the same name."""
    term = _term(subject, snapshot)
    said = [one for one in (_declared(subject.statement, snapshot), _showing(subject, snapshot)) if one]
    # What is over is so whatever else nobody knows; and until when it counts is told either way.
    worst = next((one for one in (*said, term) if one.outcome is Outcome.FAILED), next(iter(said), term))
    found = replace(worst, evidence={**term.evidence, **worst.evidence})
    if found.outcome is not Outcome.FAILED and not subject.statement.is_dated:
        return StepResult(found.name, Outcome.INDETERMINATE, Sub.TIME_UNKNOWN, found.evidence)
    if found.outcome is not Outcome.PASSED or not subject.credential:
        return found
    identity = f"{subject.issuer} {subject.credential.get('id', '')}"
    before = snapshot.received.get(identity)
    if before is not None and before not in (subject.sha256, subject.issued):
        return StepResult(found.name, Outcome.FAILED, Sub.REPLAYED, found.evidence, {"before": before})
    if _may_be_another(subject, snapshot):
        params = {"parts": "/id"}
        return StepResult(found.name, Outcome.INDETERMINATE, Sub.NOT_COVERED, found.evidence, params)
    return found


def _may_be_another(subject: Subject, snapshot: Snapshot) -> bool:
    """Whether its holder keeps back by which name it goes, and others of its issuer were received."""
    if "" not in subject.closed or "id" in subject.credential:
        return False
    of_issuer = {held for name, held in snapshot.received.items() if name.startswith(f"{subject.issuer} ")}
    return bool(of_issuer) and of_issuer.isdisjoint({subject.sha256, subject.issued})


def _showing(subject: Subject, snapshot: Snapshot) -> StepResult | None:
    """(RFC 9901, 7.3) A showing that answers no question may be one that somebody has kept."""
    if not subject.shown_at:
        return None
    shown, longest = datetime.fromisoformat(subject.shown_at), timedelta(hours=snapshot.policy.binding_hours)
    if shown >= snapshot.now - snapshot.policy.skew - longest:
        return None
    evidence: dict[str, PlainJson] = {"now": snapshot.now.isoformat(), "shownAt": subject.shown_at}
    return StepResult("time", Outcome.FAILED, Sub.EXPIRED, evidence, {"time": (shown + longest).isoformat()})


def _term(subject: Subject, snapshot: Snapshot) -> StepResult:
    """What the credential, its proof or its token says of its own time."""
    name = "time"
    if not (subject.credential or subject.begins or subject.expires):
        return StepResult(name, Outcome.NOT_ASKED)
    begin, end = subject.credential.get("validFrom"), subject.credential.get("validUntil")
    evidence: dict[str, PlainJson] = {
        "validFrom": begin,
        "validUntil": end,
        "now": snapshot.now.isoformat(),
        "skewSeconds": snapshot.policy.skew_seconds,
    }
    if begin is None and subject.begins:
        # Claims of a token that is no credential of the data model (RFC 7519, 4.1).
        begin = subject.begins
    is_unknown = not is_timestamp(begin) and (begin is not None or bool(subject.credential))
    if is_unknown or not (end is None or is_timestamp(end)):
        return StepResult(name, Outcome.INDETERMINATE, Sub.TIME_UNKNOWN, evidence)
    if begin is not None and datetime.fromisoformat(str(begin)) > snapshot.now + snapshot.policy.skew:
        return StepResult(name, Outcome.FAILED, Sub.NOT_YET_VALID, evidence, {"time": str(begin)})
    if subject.begins:
        evidence["begins"] = subject.begins
        if datetime.fromisoformat(subject.begins) > snapshot.now + snapshot.policy.skew:
            return StepResult(name, Outcome.FAILED, Sub.NOT_YET_VALID, evidence, {"time": subject.begins})
    if subject.expires:
        evidence["expires"] = subject.expires
    for last in (end, subject.expires or None):
        if last is not None and datetime.fromisoformat(str(last)) < snapshot.now - snapshot.policy.skew:
            return StepResult(name, Outcome.FAILED, Sub.EXPIRED, evidence, {"time": str(last)})
    return StepResult(name, Outcome.PASSED, evidence=evidence)
