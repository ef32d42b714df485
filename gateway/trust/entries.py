"""Steps 7 to 9 about one listed service: its status, accreditation and scope at a moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from gateway.frontdoor.json import PlainJson
from gateway.trust.extensions import Accreditation, Arrangement, Scope
from gateway.trust.identities import identities_in
from gateway.trust.judgement import Outcome, StepResult, Sub
from gateway.trust.lote import Entity, Service, State
from gateway.trust.product_codes import (
    harmonised,
    is_odd_prefix,
    is_spelled,
    is_within,
    of_schemes,
    out_of_scheme,
)
from gateway.trust.snapshot import Listed, Snapshot
from gateway.trust.subject import Statement

_AT_POE: Final = {
    "suspended": Sub.STATUS_AT_POE_SUSPENDED,
    "withdrawn": Sub.STATUS_AT_POE_WITHDRAWN,
    "expired": Sub.STATUS_AT_POE_EXPIRED,
}


def status(listed: Listed, named: Collection[str], existed: datetime) -> StepResult:
    """(7) What was listed when the signature existed, and what became of it since.

    Args:
        named: by what the signer was found; the entry must have gone by it at that moment.
    """
    state = listed.service.at(existed)
    evidence: dict[str, PlainJson] = {"states": [_told(one) for one in listed.service.states]}
    if state is None or not set(named) & set(identities_in(state)):
        return StepResult(
            "status", Outcome.FAILED, Sub.NOT_LISTED_AT_POE, evidence, {"body": listed.entity.name}
        )
    params = {"since": state.since, "body": listed.entity.name}
    if state.status != "granted":
        return StepResult("status", Outcome.FAILED, _AT_POE[state.status], evidence, params)
    later = (one for one in listed.service.states if one.starts > existed and one.tells_of_loss)
    first = lost_since((*later, *losses(listed.entity, named)))
    if first:
        params = {"since": first, "body": listed.entity.name, "subject": ""}
        # One that is older than the compromise, as far as anybody knows: that is not enough to pass.
        is_older = datetime.fromisoformat(first) > existed
        outcome = Outcome.INDETERMINATE if is_older else Outcome.FAILED
        return StepResult("status", outcome, Sub.REVOKED_KEY_COMPROMISE, evidence, params)
    return StepResult("status", Outcome.PASSED, None, evidence, params)


def lost_since(states: Iterable[State]) -> str:
    """The earliest moment of those at which states say that a key was lost; empty: none says so."""
    losses = (one.facts.reason.since or one.since for one in states if one.facts.reason and one.tells_of_loss)
    return min(losses, key=datetime.fromisoformat, default="")


def is_lost(entity: Entity, named: Collection[str]) -> bool:
    """Whether a body has ever lost the key by which it is found; under whichever of its services."""
    return any(True for _ in losses(entity, named))


def losses(entity: Entity, named: Collection[str]) -> Iterator[State]:
    """States that say so. A key that serves several services is lost for all of them."""
    for service in entity.services:
        for state in service.states:
            if not state.tells_of_loss:
                continue
            met = set(named) & set(identities_in(state))
            if met and not (_are_names(met) and _is_keyed_since(service, state, named)):
                yield state


def _are_names(identities: Collection[str]) -> bool:
    return all(one.startswith("id:") for one in identities)


def _is_keyed_since(service: Service, lost: State, named: Collection[str]) -> bool:
    """Whether the list has granted the service again by a key of its own: a name is not lost with a key."""
    keys = {one for one in named if one.startswith("key:")}
    later = (one for one in service.after(lost.starts) if one.status == "granted")
    return any(not keys.isdisjoint(identities_in(one)) for one in later)


def is_same_body(one: Entity, other: Entity) -> bool:
    """Whether two entries are of one body, by a name, key or identifier of both."""
    told = (*other.information.name, *(other.information.trade_name or ()))
    return (
        one is other or any(one.goes_by(text.value) for text in told) or bool(known_by(one) & known_by(other))
    )


def known_by(entity: Entity) -> set[str]:
    """Everything that a body has ever been known by."""
    return {name for service in entity.services for name in identities_in(*service.states)}


def accreditation(listed: Listed, statement: Statement, snapshot: Snapshot, existed: datetime) -> StepResult:
    """(8) Accredited on the days of assessment and issue, by a body listed and granted for it."""
    name = "accreditation"
    state = listed.service.at(existed)
    assert state is not None
    if not state.kind.startswith("cab/"):
        return StepResult(name, Outcome.NOT_ASKED, evidence={"service": state.kind})
    if snapshot.policy.accreditation == "not-asked":
        return StepResult(name, Outcome.NOT_ASKED, evidence={"policy": "not-asked"})
    granted = state.facts.scope.accreditation if state.facts.scope else None
    if granted is None:
        unstated = {"body": listed.entity.name, "lacks": "accreditation"}
        return StepResult(name, Outcome.INDETERMINATE, Sub.ACCREDITATION_UNKNOWN, params=unstated)
    evidence: dict[str, PlainJson] = {
        "body": granted.body,
        "number": granted.number,
        "from": granted.valid_from,
        "until": granted.valid_until,
        "days": [day.isoformat() for day in statement.dates],
    }
    params = {"body": granted.body, "number": granted.number}
    if not statement.dates:
        params |= {"lacks": "day"}
        return StepResult(name, Outcome.INDETERMINATE, Sub.ACCREDITATION_UNKNOWN, evidence, params)
    if not all(map(granted.covers, statement.dates)):
        return StepResult(name, Outcome.FAILED, Sub.NOT_ACCREDITED, evidence, params)
    return _accreditor(granted, listed, statement, snapshot, existed, evidence)


def _accreditor(
    granted: Accreditation,
    listed: Listed,
    statement: Statement,
    snapshot: Snapshot,
    existed: datetime,
    evidence: Mapping[str, PlainJson],
) -> StepResult:
    """The accreditation body's own entry: granted on each of these days, and part of the arrangement."""
    name, params = "accreditation", {"body": granted.body, "number": granted.number}
    found = [one for one in snapshot.find([f"id:{granted.body}"]) if one.service.now.kind == "ab"]
    bodies = {id(one.entity): one.entity for one in found}
    if len(bodies) != 1 or is_same_body(found[0].entity, listed.entity):
        # Of two, nobody knows which; and nobody accredits itself (ISO/IEC 17011, 4.4).
        params |= {"lacks": "accreditor"}
        return StepResult(name, Outcome.INDETERMINATE, Sub.ACCREDITATION_UNKNOWN, evidence, params)
    days = (*statement.dates, existed)
    here = listed.service.at(existed)
    claimed = here.facts.scope.arrangement if here and here.facts.scope else ()
    # Of its services, the one that says most for it.
    subs = [_granting(one.service, f"id:{granted.body}", claimed, days) for one in found]
    sub = min(subs, key=(None, Sub.ACCREDITATION_UNKNOWN, Sub.NOT_ACCREDITED).index)
    if sub is None and any(one.service.is_taken_away(day) for one in found for day in days):
        # It may have accredited under that one.
        sub = Sub.ACCREDITATION_UNKNOWN
    outcome = {None: Outcome.PASSED, Sub.NOT_ACCREDITED: Outcome.FAILED}.get(sub, Outcome.INDETERMINATE)
    return StepResult(name, outcome, sub, evidence, params)


def _granting(
    service: Service, name: str, claimed: Sequence[Arrangement], days: Sequence[datetime]
) -> Sub | None:
    """What a service of an accreditation body leaves to be wished for on these days; None: nothing."""
    states = [service.at(day) for day in days]
    granted = [
        one
        for one in states
        if one is not None and one.status == "granted" and one.kind == "ab" and name in identities_in(one)
    ]
    if len(granted) != len(days):
        return Sub.NOT_ACCREDITED
    is_open = False
    for asked in claimed:
        for state, day in zip(granted, days, strict=True):
            own = state.facts.scope
            signed = [one for one in (own.arrangement if own else ()) if _is_signed(one, asked, day)]
            if not signed:
                return Sub.NOT_ACCREDITED
            # Signed for another level, or claimed for later days only.
            is_level = not asked.level or any(one.level == asked.level for one in signed)
            is_open |= not is_level or datetime.fromisoformat(asked.since) > day
    return Sub.ACCREDITATION_UNKNOWN if is_open else None


def _is_signed(one: Arrangement, asked: Arrangement, day: datetime) -> bool:
    """Whether the accreditation body had signed by then what the scope claims."""
    is_same = (one.id, one.main_scope) == (asked.id, asked.main_scope)
    return is_same and datetime.fromisoformat(one.since) <= day


def scope(listed: Listed, statement: Statement, existed: datetime) -> StepResult:
    """(9) Standards, activity, product and country that the declaration names are within the scope."""
    state = listed.service.at(existed)
    assert state is not None
    own = _scope_of(listed, state)
    evidence: dict[str, PlainJson] = {
        "scope": own.model_dump(by_alias=True, exclude={"accreditation"}, mode="json") if own else None,
        "standards": list(statement.standards),
        "products": list(statement.products),
        "activities": list(statement.activities),
        "country": statement.country,
    }
    if state.kind == "recogniser":
        return StepResult("scope", Outcome.NOT_ASKED, evidence=evidence)
    if own is None or not own.standards:
        return _unknown("scope", evidence, body=listed.entity.name)
    if not statement.standards:
        return _unknown("standard" if statement.is_known else "declaration", evidence)
    outside = [name for name in statement.standards if name not in own.standards]
    if outside:
        params = {"outside": ", ".join(outside)}
        return StepResult("scope", Outcome.FAILED, Sub.OUT_OF_SCOPE, evidence, params)
    products = tuple(harmonised(statement.products))
    for lacks, asked, found, fits in (
        ("activity", own.activity, statement.activities, lambda a, f: a == f),
        ("product", own.product_categories, products, is_within),
        ("country", own.sites, (statement.country,) if statement.country else (), lambda a, f: a == f),
    ):
        if not asked:
            continue
        if not found:
            return _unknown(lacks, evidence)
        if not any(fits(one, other) for one in asked for other in found):
            params = {"outside": ", ".join(found)}
            return StepResult("scope", Outcome.FAILED, Sub.OUT_OF_SCOPE, evidence, params)
    if not all(map(is_spelled, of_schemes(own.product_categories, products))) or any(
        map(is_odd_prefix, own.product_categories)
    ):
        # A zero that a spreadsheet has taken away, or two codes in one, may mean another product.
        return _unknown("code", evidence, codes=", ".join((*products, *own.product_categories)))
    if strange := list(out_of_scheme(own.product_categories, products)):
        params = {"outside": ", ".join(strange)}
        return StepResult("scope", Outcome.FAILED, Sub.OUT_OF_SCOPE, evidence, params)
    return StepResult("scope", Outcome.PASSED, None, evidence)


def _unknown(lacks: str, evidence: Mapping[str, PlainJson], **params: str) -> StepResult:
    told = {**params, "lacks": lacks}
    return StepResult("scope", Outcome.INDETERMINATE, Sub.SCOPE_UNKNOWN, evidence, told)


def _scope_of(listed: Listed, state: State) -> Scope | None:
    """For what a service is listed; one that is granted no longer, for what it was unless more is said."""
    before = (one for one in listed.service.states if one.starts <= state.starts)
    told = (state,) if state.status == "granted" else before
    return next((one.facts.scope for one in told if one.facts.scope is not None), None)


def _told(state: State) -> dict[str, PlainJson]:
    reason = state.facts.reason
    return {"status": state.status, "since": state.since, "reason": reason.code if reason else ""}
