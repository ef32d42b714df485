"""Steps 11 and 12 of a credential: whether its issuer has taken it back, and whether its time has come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from gateway.errors import GatewayError, UsageError
from gateway.frontdoor.json import PlainJson
from gateway.signing.did_key import PublicKey
from gateway.signing.digests import sha256_hex
from gateway.signing.timestamp import is_timestamp
from gateway.trust import enveloped, signers, status_list
from gateway.trust.did_web import assertion_keys
from gateway.trust.judgement import Outcome, StepResult, Sub
from gateway.trust.snapshot import Snapshot
from gateway.trust.status_list import StatusList
from gateway.trust.subject import Signer, Subject

RECOGNITION: Final = "urn:hutong:RecognitionStatement"
_TYPE: Final = "BitstringStatusListEntry"
_KEYS: Final = "keys"


def status(subject: Subject, snapshot: Snapshot) -> StepResult:
    """(11) Every status entry must be answered by its own issuer's fresh list. Silence is no answer."""
    name, stated = "credential-status", subject.credential.get("credentialStatus")
    if stated is None:
        if is_statement(subject.credential):
            return StepResult(name, Outcome.INDETERMINATE, Sub.STATUS_UNAVAILABLE)
        return StepResult(name, Outcome.NOT_ASKED)
    asked = stated if isinstance(stated, list) else [stated]
    evidence: list[PlainJson] = []
    answers: list[tuple[Outcome, Sub]] = []
    for entry in asked:
        found = _ask(entry, subject.issuer, snapshot, evidence)
        if found is not None:
            answers.append(found)
    for wanted in (Outcome.FAILED, Outcome.INDETERMINATE):
        for outcome, sub in answers:
            if outcome is wanted:
                return StepResult(name, outcome, sub, {"lists": evidence})
    if not asked:
        return StepResult(name, Outcome.INDETERMINATE, Sub.STATUS_UNAVAILABLE)
    return StepResult(name, Outcome.PASSED, evidence={"lists": evidence})


def is_statement(credential: Mapping[str, PlainJson]) -> bool:
    """Whether a credential is a recognition statement, which must always be revocable."""
    kinds = credential.get("type")
    return isinstance(kinds, list) and RECOGNITION in kinds


def _ask(
    entry: PlainJson, issuer: str, snapshot: Snapshot, evidence: list[PlainJson]
) -> tuple[Outcome, Sub] | None:
    """The answer about one entry; None where its bit is not set."""
    unknown = (Outcome.INDETERMINATE, Sub.STATUS_UNAVAILABLE)
    if not isinstance(entry, dict) or entry.get("type") != _TYPE:
        return unknown
    size = entry.get("statusSize", 1)
    if type(size) is not int or size != 1:
        # Entries of several bits lie elsewhere in the list.
        return unknown
    place, index = entry.get("statusListCredential"), entry.get("statusListIndex")
    if not isinstance(place, str) or not isinstance(index, str) or not index.isascii() or not index.isdigit():
        return unknown
    held = _list(place, snapshot)
    if held is None:
        return unknown
    found, digest = held
    evidence.append({"list": place, "index": index, "sha256": digest, "validFrom": found.valid_from})
    longest = timedelta(hours=snapshot.policy.status_hours)
    is_fresh = found.is_fresh(snapshot.now, longest=longest, skew=snapshot.policy.skew)
    fits = found.issuer == issuer and found.purpose == entry.get("statusPurpose") and found.id == place
    if not fits or len(index) > 9:
        return unknown
    try:
        is_set = found.is_set(int(index))
    except GatewayError:
        return unknown
    if is_set and found.purpose == "revocation":
        # Nobody takes a revocation back, so that an old list that says so is enough.
        return Outcome.FAILED, Sub.STATUS_REVOKED
    if not is_fresh:
        return unknown
    return (Outcome.INDETERMINATE, Sub.STATUS_SUSPENDED) if is_set else None


def _list(place: str, snapshot: Snapshot) -> tuple[StatusList, str] | None:
    """The list at ``place``, verified and inflated once for all credentials that name it."""
    if place not in snapshot.cache:
        snapshot.cache[place] = _read(snapshot.statuses.get(place), snapshot)
    found = snapshot.cache[place]
    assert found is None or isinstance(found, tuple)
    return found


def keys_of(snapshot: Snapshot) -> dict[str, PublicKey]:
    """The keys of all controllers whose documents are in the snapshot, by the URL of their method."""
    held = snapshot.cache.get(_KEYS)
    if isinstance(held, dict):
        return held
    found: dict[str, PublicKey] = {}
    for document in snapshot.dids.values():
        found |= assertion_keys(document)
    snapshot.cache[_KEYS] = found
    return found


def _read(data: bytes | None, snapshot: Snapshot) -> tuple[StatusList, str] | None:
    if data is None:
        return None
    try:
        found = enveloped.of_file(data, keys_of(snapshot))
    except UsageError:
        # What is not installed leaves the answer open.
        return None
    if found.sub is not None or found.kind != "credential" or found.left_open:
        return None
    signer = found.signers[0]
    if signer.claims and not _is_listed(signer, snapshot):
        return None
    try:
        return status_list.of(found.credential, found.expires), sha256_hex(data)
    except GatewayError:
        return None


def _is_listed(signer: Signer, snapshot: Snapshot) -> bool:
    """Whether a certificate speaks for the issuer that a list of statuses names, as for any credential."""
    known = signers.identify(signer, snapshot, existed=snapshot.now, is_proven=False, accepts=lambda _: True)
    return known.listed is not None


def times(subject: Subject, snapshot: Snapshot) -> StepResult:
    """(12) Its time has come and is not over; and nobody was shown another document of the same name."""
    name = "time"
    if not subject.credential:
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
    if not is_timestamp(begin) or not (end is None or is_timestamp(end)):
        return StepResult(name, Outcome.INDETERMINATE, Sub.TIME_UNKNOWN, evidence)
    if datetime.fromisoformat(str(begin)) > snapshot.now + snapshot.policy.skew:
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
    identity = f"{subject.issuer} {subject.credential.get('id', '')}"
    before = snapshot.received.get(identity)
    if before is not None and before != subject.sha256:
        return StepResult(name, Outcome.FAILED, Sub.REPLAYED, evidence, {"before": before})
    return StepResult(name, Outcome.PASSED, evidence=evidence)
