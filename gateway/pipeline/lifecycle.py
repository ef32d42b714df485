"""The life of a PACT 3.0 footprint on its way out: put in the place of another, deprecated, valid for a time.

A footprint never changes once it is made: whatever is told here but its deprecation makes another one, with
an id of its own that is the same on every run. PACT Technical Specifications 3.0; Methodology 3, 3.2.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from gateway.codec import jsonwrite
from gateway.codec.base import Context, Member, Package
from gateway.errors import GatewayError, InputError, UsageError, flatten
from gateway.formats.pact.lifecycle import deprecate, supersede
from gateway.formats.pact.period import stamp
from gateway.formats.pact.rules import validate
from gateway.frontdoor.json import JsonValue
from gateway.pipeline.convert import Outcome, Source, digest
from gateway.report import Fate, Note, Severity

TARGET: Final = "pact@3.0"
# What a new footprint is not compared by: it always has its own.
_OWN: Final = frozenset({"id", "created", "precedingPfIds", "specVersion", "status"})


@dataclass(frozen=True, slots=True)
class Life:
    """What becomes of a footprint: ``supersedes`` is the file of the one that it takes the place of."""

    supersedes: Package | None = None
    deprecate: bool = False
    valid_from: date | None = None
    valid_until: date | None = None

    def __bool__(self) -> bool:
        """Whether anything is told."""
        return self != Life()


def lived(source: Source, made: tuple[Outcome, ...], life: Life, context: Context) -> tuple[Outcome, ...]:
    """The outcomes with the life that was told; a footprint that cannot have it is refused, with the reason.

    Raises:
        UsageError: a target is no PACT 3.0 footprint, or what is told excludes each other.
    """
    for one in made if life else ():
        if one.format.id != TARGET:
            raise UsageError(one.format.id, code="lifecycle.not-pact", target=one.format.id)
    if life.deprecate and life != Life(deprecate=True):
        raise UsageError("--deprecate", code="lifecycle.only-deprecate")
    return tuple(_outcome(source, one, life, context) if life and one.package else one for one in made)


def _outcome(source: Source, outcome: Outcome, life: Life, context: Context) -> Outcome:
    assert outcome.package is not None
    document = outcome.package.json
    assert isinstance(document, dict)
    try:
        found = deprecate(document) if life.deprecate else _told(source, document, life, context)
    except GatewayError as error:
        return replace(outcome, package=None, lacks=tuple(flatten(error)), carried=0)
    member = outcome.package.only
    data = (jsonwrite.encode(found) + "\n").encode()
    package = Package((Member(member.name, member.media_type, data),), outcome.package.name)
    broken = tuple(_broken(package, outcome.package))
    if broken:
        return replace(outcome, package=None, lacks=broken, carried=0)
    notes = {note.path: note for note in _notes(document, found)}
    kept = tuple(note for note in outcome.notes if note.path not in notes)
    return replace(outcome, package=package, notes=(*kept, *notes.values()))


def _told(
    source: Source, document: Mapping[str, JsonValue], life: Life, context: Context
) -> dict[str, JsonValue]:
    """The footprint under another id, with what was told."""
    changes: dict[str, JsonValue] = {}
    if life.valid_from is not None:
        changes["validityPeriodStart"] = stamp(life.valid_from)
    if life.valid_until is not None:
        changes["validityPeriodEnd"] = stamp(_after(life.valid_until))
    now: dict[str, JsonValue] = {**document, **changes}
    if life.supersedes is None:
        if source.format.id == TARGET and now != document:
            raise UsageError(str(document.get("id")), code="lifecycle.immutable")
        return {**now, "id": _id(source, changes, "", context)}
    old = _previous(life.supersedes)
    if now.get("status") != "Active":
        raise InputError(str(now.get("status")), path="/status", code="lifecycle.not-active")
    _same_product(document, old)
    if _content(now) == _content(old):
        raise InputError(life.supersedes.name, path="", code="lifecycle.nothing-changed")
    id_ = _id(source, changes, digest(life.supersedes), context)
    new, _ = supersede(old, {"comment": ""}, id=id_, created=context.now)
    return {**now, **{name: new[name] for name in ("id", "created", "precedingPfIds")}}


def _content(document: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: value for name, value in document.items() if name not in _OWN}


def _after(day: date) -> date:
    """The end of a period is not in it."""
    if day == date.max:
        raise UsageError(str(day), code="lifecycle.no-day")
    return day + timedelta(days=1)


def day_of(text: str | None) -> date | None:
    """A day as it is told.

    Raises:
        UsageError: it is no day of the calendar, written YYYY-MM-DD.
    """
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(text, code="lifecycle.no-day") from error
    if found.isoformat() != text:
        raise UsageError(text, code="lifecycle.no-day")
    return found


def _id(source: Source, changes: Mapping[str, JsonValue], before: str, context: Context) -> str:
    text = "/".join(f"{name}={value}" for name, value in (*changes.items(), ("before", before)))
    return str(replace(context, source=source.digest).new_id(f"/lifecycle/{text}"))


def _previous(package: Package) -> dict[str, JsonValue]:
    """The footprint that is replaced: one of PACT 3.0 that its rules let pass.

    Raises:
        InputError: it is none.
    """
    document = package.json
    broken = [f for f in validate(package) if f.severity is Severity.ERROR]
    if not isinstance(document, dict) or broken:
        at = broken[0].at if broken else ""
        raise InputError(package.name, path=at, code="lifecycle.no-footprint")
    return document


def _same_product(document: Mapping[str, JsonValue], old: Mapping[str, JsonValue]) -> None:
    """One product at least is that of the old footprint, by its number."""
    listed = [one.get("productIds") for one in (document, old)]
    ids = [{str(item).casefold() for item in told} if isinstance(told, list) else set() for told in listed]
    if not ids[0] & ids[1]:
        raise InputError(", ".join(sorted(ids[1])), path="/productIds", code="lifecycle.another-product")


def _broken(package: Package, before: Package) -> Iterator[GatewayError]:
    """What the rules refuse now and did not before."""
    known = {(f.code, f.at) for f in validate(before)}
    for one in validate(package):
        if one.severity is Severity.ERROR and (one.code, one.at) not in known:
            yield InputError(one.saw, path=one.at, code=one.code, **one.params)


def _notes(before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]) -> Iterator[Note]:
    places = {
        "status": "/document/status",
        "validityPeriodStart": "/document/valid_from",
        "validityPeriodEnd": "/document/valid_until",
    }
    for name, path in places.items():
        old, new = before.get(name), after.get(name)
        if old != new:
            fate = Fate.CONVERTED if old is not None else Fate.DEFAULTED
            yield Note("lifecycle.told", path, fate, str(old or ""), str(new))
    old, new = before.get("precedingPfIds"), after.get("precedingPfIds")
    if old != new and isinstance(new, list):
        yield Note("lifecycle.told", "/document/supersedes/0", Fate.DEFAULTED, "", ", ".join(map(str, new)))
