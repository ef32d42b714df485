"""What changes from one list to the next, and what may not: numbers never fall, history is never lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.errors import GatewayError, raise_all
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.signing.jcs import jcs
from gateway.trust.agreement import Agreement, agreements
from gateway.trust.identities import identities_in
from gateway.trust.lote import BadTrustList, Entity, Service, State, TrustList, parse


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; ``code`` has a text in both languages."""

    code: str
    params: Mapping[str, str]

    def to_json(self) -> dict[str, object]:
        """The change for programs."""
        return {"code": self.code, **self.params}


def build(source: bytes, before: TrustList | None, *, issued: str, next_update: str) -> TrustList:
    """A list with its number and dates set: the next number after ``before``, or 1.

    Args:
        source: the list's JSON; what it says of number and dates does not count.

    Raises:
        InputError: the list has defects, or it has lost something of what was before.
    """
    value = parse_signed(source)
    content = value.get("LoTE") if isinstance(value, dict) else None
    scheme = content.get("ListAndSchemeInformation") if isinstance(content, dict) else None
    if not isinstance(value, dict) or not isinstance(content, dict) or not isinstance(scheme, dict):
        raise BadTrustList(path="/LoTE/ListAndSchemeInformation", why="LoTE")
    number = before.scheme.sequence + 1 if before else 1
    dated: dict[str, PlainJson] = {
        **scheme,
        "LoTESequenceNumber": number,
        "ListIssueDateTime": issued,
        "NextUpdate": next_update,
    }
    made = parse(jcs({"LoTE": {**content, "ListAndSchemeInformation": dated}}))
    agreements(made)
    if before is not None:
        raise_all(problems(before, made))
    return made


def problems(before: TrustList, after: TrustList) -> Iterator[GatewayError]:
    """Why ``after`` cannot follow ``before``."""
    if before.name != after.name:
        yield BadTrustList(after.name, path="SchemeName", code="list.other-name", expected=before.name)
    if after.scheme.sequence <= before.scheme.sequence:
        number = after.scheme.sequence
        code = "list.rollback" if number < before.scheme.sequence else "list.two-of-one-number"
        yield BadTrustList(number, path=after.name, code=code, expected=str(before.scheme.sequence))
    yield from _lost_states(before, after)
    now = {one.id: one for one in agreements(after)}
    for agreement in agreements(before):
        later_ = now.get(agreement.id)
        if later_ is None:
            yield BadTrustList(agreement.id, path="SchemeExtensions", code="list.agreement-lost")
        else:
            yield from _rewritten(agreement.id, _standings(agreement), _standings(later_))


def _lost_states(before: TrustList, after: TrustList) -> Iterator[GatewayError]:
    """Services and former states that are gone, and states put before what was there."""
    left = _told(after)
    lost = []
    # Of several services that were first known by the same, each is followed by one that keeps all of it.
    for key, (entity, service) in _by_key(before).items():
        alike = left.get(key[:2], [])
        kept = next((one for one in alike if set(_states(service)) <= set(_states(one))), None)
        if kept is not None:
            alike.remove(kept)
            yield from _rewritten(entity.name, _starts(service), _starts(kept))
        else:
            lost.append((key, entity, service))
    for key, entity, service in lost:
        alike = left.get(key[:2], [])
        if not alike:
            yield BadTrustList(entity.name, path=key[1], code="list.entry-lost")
            continue
        later = _states(alike.pop(0))
        for state, text in zip(service.states, _states(service), strict=True):
            if text not in later:
                yield BadTrustList(state.since, path=entity.name, code="list.history-lost")


def _rewritten(
    name: str, old: Mapping[tuple[str, str], datetime], new: Mapping[tuple[str, str], datetime]
) -> Iterator[GatewayError]:
    """What was said of a time stays said of it: states are added after the last one, and none is dropped."""
    for state in old:
        if state not in new:
            yield BadTrustList(state[1], path=name, code="list.history-lost")
    last = max(old.values())
    for state, starts in new.items():
        if state not in old and starts <= last:
            yield BadTrustList(state[1], path=name, code="list.history-rewritten", expected=str(last))


def _starts(service: Service) -> dict[tuple[str, str], datetime]:
    return {
        (text, state.since): state.starts
        for text, state in zip(_states(service), service.states, strict=True)
    }


def _standings(one: Agreement) -> dict[tuple[str, str], datetime]:
    """What an agreement was, by standing and time."""
    told = [(one.status, one.status_starting_time)]
    told += [(past.status, past.status_starting_time) for past in one.history]
    return {(status, since): datetime.fromisoformat(since) for status, since in told}


def changes(before: TrustList, after: TrustList) -> Iterator[Change]:
    """Entries and agreements that are new, changed or gone, in the order of the younger list."""
    old, new = _by_key(before), _by_key(after)
    for key, (entity, service) in new.items():
        now, was = service.now, old.get(key)
        params = {"body": entity.name, "service": now.kind, "status": now.status, "since": now.since}
        if was is None:
            yield Change("list.change-added", params)
        elif was[1].now != now:
            same = was[1].now.status == now.status
            old_status = {"before": was[1].now.status}
            yield Change("list.change-facts" if same else "list.change-status", params | old_status)
        for state in () if was is None else _put_back(was[1], service):
            yield Change("list.change-past", params | {"status": state.status, "since": state.since})
    for key, (entity, service) in old.items():
        if key not in new:
            yield Change("list.change-gone", {"body": entity.name, "service": service.now.kind})
    known = {one.id: one for one in agreements(before)}
    for agreement in agreements(after):
        params = {"id": agreement.id, "status": agreement.status, "since": agreement.status_starting_time}
        if agreement.id not in known:
            yield Change("list.change-agreement-added", params)
        elif known[agreement.id] != agreement:
            yield Change("list.change-agreement", params)


def _put_back(before: Service, after: Service) -> Iterator[State]:
    """States that the younger list has, or no longer has, of times that the older one spoke of."""
    old, new = _states(before), _states(after)
    for text, state in zip(new, after.states, strict=True):
        if text not in old and state.starts <= before.now.starts and state is not after.now:
            yield state
    for text, state in zip(old, before.states, strict=True):
        if text not in new and state is not before.now:
            yield state


def _by_key(found: TrustList) -> dict[tuple[str, str, int], tuple[Entity, Service]]:
    """A service by its body and what it was first known by, which never changes; of several, by number.

    The numbers follow from what the list said first, not from the order in which it says it now.
    """
    alike: dict[tuple[str, str], list[str]] = {}
    for entity, service in found.services():
        alike.setdefault((entity.name, _first(service)), []).append(_states(service)[-1])
    ranks = {key: sorted(several) for key, several in alike.items()}
    keyed: dict[tuple[str, str, int], tuple[Entity, Service]] = {}
    for entity, service in found.services():
        key = (entity.name, _first(service))
        number = ranks[key].index(_states(service)[-1])
        while (*key, number) in keyed:
            number += 1
        keyed[(*key, number)] = (entity, service)
    return keyed


def _told(found: TrustList) -> dict[tuple[str, str], list[Service]]:
    """The services by body and what they were first known by."""
    told: dict[tuple[str, str], list[Service]] = {}
    for entity, service in found.services():
        told.setdefault((entity.name, _first(service)), []).append(service)
    return told


def _states(service: Service) -> list[str]:
    return [state.model_dump_json(by_alias=True) for state in service.states]


def _first(service: Service) -> str:
    # Of its oldest state: a younger one may hold the same and more.
    oldest = service.states[-1]
    return " ".join([oldest.kind, *list(identities_in(oldest))[:1]])
