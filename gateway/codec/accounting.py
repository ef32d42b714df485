"""Account for every leaf of a document that was written: carried, noted once, or our bug.

A leaf is carried only if reading the output back yields it. Every other leaf gets exactly one note: the
writer's own word on it, or "dropped". A writer that claims a leaf which is not read back, changes one
without saying so, or adds one without saying so, has broken its promise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from gateway.errors import InternalError, raise_all, shorten
from gateway.model.base import Leaf, Missing
from gateway.quantity import Quantity, round_significant, show
from gateway.quantity.number import Number
from gateway.report import Exact, Fate, Note

# What a writer may say of a leaf that it writes otherwise, and of one that it adds.
_CHANGES = frozenset(
    {Fate.CONVERTED, Fate.ROUNDED, Fate.TRUNCATED, Fate.CHOSEN, Fate.AGGREGATED, Fate.WITHHELD}
)
_ADDITIONS = frozenset({Fate.DEFAULTED, Fate.INFERRED})
# What is said to be there with fewer digits or letters must be there.
_STILL_THERE = frozenset({Fate.ROUNDED, Fate.TRUNCATED})
_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Account:
    """What became of every leaf: those that came through, and one note for each other one."""

    carried: frozenset[str]
    notes: tuple[Note, ...]


def account(
    format_: str,
    before: Mapping[str, Leaf],
    after: Mapping[str, Leaf],
    notes: Iterable[Note],
    claims: Collection[str] = (),
) -> Account:
    """Account for the leaves of ``before`` in ``after``, what was read back of the output.

    Raises:
        InternalError: the writer of ``format_`` has broken its promise; once for each leaf.
    """
    told = _said(notes)
    carried: set[str] = set()
    lost: list[tuple[str, Leaf]] = []
    for path, leaf in before.items():
        other = after.get(path)
        if other is leaf or (type(other) is type(leaf) and other == leaf):
            carried.add(path)
        else:
            lost.append((path, leaf))
    raise_all(_broken(format_, claims, before, after, told, carried))
    kept = [told.get(path) or _dropped(path, leaf) for path, leaf in lost]
    added = [told[path] for path in after if path not in before]
    return Account(frozenset(carried), (*kept, *added))


def shown(leaf: Leaf | None) -> str:
    """A leaf for people, on one line; an endless quotient rounded to 15 digits."""
    if isinstance(leaf, Quantity):
        return f"{_plain(leaf.amount)} {leaf.unit}"
    if isinstance(leaf, Number):
        return leaf.text or _plain(leaf.value)
    if isinstance(leaf, Missing):
        return leaf.missing.value
    return "" if leaf is None else shorten(str(leaf))


def _plain(value: Exact) -> str:
    text = show(value)
    return text if "/" not in text else show(round_significant(value, _DIGITS))


def _said(notes: Iterable[Note]) -> dict[str, Note]:
    told: dict[str, Note] = {}
    for note in notes:
        if note.path in told:
            raise InternalError(note.code, path=note.path, code="internal.two-notes")
        told[note.path] = note
    return told


def _broken(
    format_: str,
    claims: Collection[str],
    before: Mapping[str, Leaf],
    after: Mapping[str, Leaf],
    notes: Mapping[str, Note],
    carried: Collection[str],
) -> Iterator[InternalError]:
    """The promises that the output does not keep."""

    def broken(code: str, path: str) -> InternalError:
        saw = f"{shown(before.get(path))} → {shown(after.get(path))}"
        return InternalError(saw, path=path, code=code, format=format_)

    for path in sorted(set(claims)):
        if path in before and path not in carried:
            yield broken("internal.claimed-not-carried", path)
    for path, note in notes.items():
        if path in carried:
            yield broken("internal.needless-note", path)
        elif path not in after and note.fate in _STILL_THERE:
            yield broken("internal.changed-but-gone", path)
        elif path not in before and (path not in after or note.fate not in _ADDITIONS):
            yield broken("internal.note-on-nothing", path)
    for path in after:
        if path in carried:
            continue
        allowed = _CHANGES if path in before else _ADDITIONS
        if path not in notes or notes[path].fate not in allowed:
            yield broken("internal.unexplained-difference", path)


def _dropped(path: str, leaf: Leaf) -> Note:
    return Note("codec.no-place", path, Fate.DROPPED, shown(leaf))
