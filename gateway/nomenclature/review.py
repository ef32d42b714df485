"""What a person has to decide of a map: candidates with reasons, decisions with a name, a day and a reason.

A map that holds suggestions is the queue; a map of decisions is the answer and overrides the next run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Final

from gateway.errors import GatewayError, InputError, TrustError, raise_all
from gateway.nomenclature.maps import native, read_map
from gateway.nomenclature.row import (
    ABSTAINED,
    APPLIED,
    AT_STAKE,
    Abstained,
    End,
    MapRow,
    MapSet,
    Predicate,
    Tier,
    reason_of,
)
from gateway.signing import jws

# What the header of a map of decisions says of itself.
KIND: Final = ("kind", "hutong-decisions@1")
# SSSOM's word for what a person did.
_BY_HAND: Final = "semapv:ManualMappingCuration"
# A single character is no reason; in Chinese two can be.
SHORTEST_REASON: Final = 2


@dataclass(frozen=True, slots=True)
class Item:
    """One name to decide: its candidates as suggested rows, the best first. ``key`` is stable over runs."""

    key: str
    source: End
    candidates: tuple[MapRow, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided of one item: the candidate by its number from 0, or None for not to map."""

    key: str
    candidate: int | None
    person: str
    day: date
    justification: str
    predicate: Predicate = Predicate.EXACT


class BadDecision(InputError):
    """A decision lacks what makes it one."""

    code = "review.incomplete"


def key_of(end: End) -> str:
    """A short name for one end: the same for the same list, id, name, compartment and unit."""
    told = [end.list, end.version, end.id, end.name, list(end.context), end.unit, end.location]
    return sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:16]


def open_items(mapped: MapSet, decided: Iterable[MapRow] = ()) -> tuple[Item, ...]:
    """The names of a map that nobody has decided: suggestions, matches that are not exact, several targets.

    Rows of tiers that apply by themselves need no review, and neither does what ``decided`` holds.
    """
    known = {key_of(row.source) for row in decided}
    groups: dict[str, list[MapRow]] = {}
    for row in mapped.rows:
        if row.source != End() and row.share is None:
            groups.setdefault(key_of(row.source), []).append(row)
    return tuple(
        Item(key, rows[0].source, tuple(row for row in rows if row.target != End()), _reason(rows))
        for key, rows in groups.items()
        if key not in known and _is_open(rows)
    )


def _is_open(rows: Sequence[MapRow]) -> bool:
    if len({row.target for row in rows}) > 1:
        return True
    row = rows[0]
    if row.tier is not None:
        return row.tier not in APPLIED
    return row.predicate is not Predicate.EXACT and reason_of(row) is not Abstained.DECIDED


def _reason(rows: Sequence[MapRow]) -> str:
    """Why it is open, as the code of a text."""
    why = reason_of(rows[0])
    if why is not None:
        return f"nomenclature.why-{why.value}"
    if len({row.target for row in rows}) > 1:
        return "review.several"
    if rows[0].target == End():
        return "review.no-candidate"
    return "review.suggestion" if rows[0].tier is not None else "review.not-exact"


def decide(items: Sequence[Item], decisions: Iterable[Decision]) -> tuple[MapRow, ...]:
    """The rows that record decisions.

    Raises:
        BadDecision: a person, day or justification is missing, or there is no such item or candidate; all.
    """
    by_key = {item.key: item for item in items}
    rows: list[MapRow] = []
    errors: list[GatewayError] = []
    for one in decisions:
        item = by_key.get(one.key)
        if item is None:
            errors.append(BadDecision(one.key, code="review.no-such-item"))
            continue
        if wrong := _lacks(one, item):
            errors.append(BadDecision(item.source.name, code=wrong, path=item.key))
            continue
        rows.append(_row(item, one))
    raise_all(errors)
    return tuple(rows)


def _lacks(one: Decision, item: Item) -> str:
    if not one.person.strip():
        return "review.no-person"
    if len(one.justification.strip()) < SHORTEST_REASON:
        return "review.no-justification"
    if one.candidate is not None and not 0 <= one.candidate < len(item.candidates):
        return "review.no-such-candidate"
    return ""


def _row(item: Item, one: Decision) -> MapRow:
    suggested = MapRow(item.source, End()) if one.candidate is None else item.candidates[one.candidate]
    refused = one.candidate is None or one.predicate is Predicate.NONE
    asked = (ABSTAINED, AT_STAKE)
    return replace(
        suggested,
        target=End() if one.candidate is None else suggested.target,
        extra=tuple(pair for pair in suggested.extra if pair[0] not in asked),
        predicate=Predicate.NONE if refused else one.predicate,
        tier=Tier.PERSON,
        confidence=None,
        justification=_BY_HAND,
        comment=one.justification.strip(),
        reviewer=one.person.strip(),
        date=one.day,
        raw_predicate="",
    )


def merge(before: MapSet, rows: Iterable[MapRow]) -> MapSet:
    """Earlier decisions with new ones; the later decision about one name counts. Sorted by list and name."""
    found = {key_of(row.source): row for row in before.rows}
    found |= {key_of(row.source): row for row in rows}
    ordered = sorted(found.values(), key=lambda row: (row.source.list, row.source.name, key_of(row.source)))
    header = before.header if KIND in before.header else (*before.header, KIND)
    return replace(before, rows=tuple(ordered), header=header)


def write_decisions(decided: MapSet) -> bytes:
    """The file of decisions: our own map format, so that every other map format can be made of it."""
    return native.write(decided).data


def read_decisions(data: bytes, signature: bytes | None = None) -> MapSet:
    """The decisions of a file as overrides; with a signature, only if it holds.

    Raises:
        InputError: it is no file of decisions, or one of them lacks its person, day or justification.
        TrustError: the signature does not hold.
    """
    if signature is not None:
        jws.verify_detached(signature.strip(), data)
    decided = read_map(data, format="hutong-map").map
    if KIND not in decided.header:
        raise BadDecision(path="/header", code="review.not-decisions")
    raise_all(
        BadDecision(row.source.name, path=f"/rows/{index}", code="review.incomplete")
        for index, row in enumerate(decided.rows)
        if not row.reviewer or not row.comment or row.date is None
    )
    return replace(decided, rows=tuple(replace(row, source_map="") for row in decided.rows))


def signer_of(data: bytes, signature: bytes) -> str:
    """Who signed a file of decisions.

    Raises:
        TrustError: the signature does not hold.
    """
    try:
        return jws.verify_detached(signature.strip(), data).signer
    except InputError as error:
        raise TrustError(error.saw, code=error.error_code) from error
