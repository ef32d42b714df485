"""A format's own annex: leaves that its core has no place for ride along in a member of ours.

The rows of a field table say which; everything in it is exact, quotients included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from gateway import resources
from gateway.codec import jsonwrite
from gateway.codec.fields import FieldTable, Row, compile_table
from gateway.model.base import Missing, Part, Reason
from gateway.model.walk import Place, leaves, unescape
from gateway.quantity import Quantity, convert, show
from gateway.report import Fate, Note

_WITHHELD = Missing(missing=Reason.WITHHELD)


@dataclass(frozen=True, slots=True)
class Annex:
    """Nested members, the leaves they carry unchanged, and a note for each one in another unit."""

    members: dict[str, object]
    claims: frozenset[str]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Riders:
    """What rides along in one member: of the declaration, of the restated set, of the set before it.

    The paths of ``result`` are those below the set.
    """

    declaration: FieldTable
    result: FieldTable
    source: FieldTable


@cache
def reading_table(table: str) -> FieldTable:
    """Every leaf that comes back by its place alone; rows of type ``own`` have rules of their own."""
    return compile_table(row for row in resources.table(table) if row["type"] != "own")


@cache
def riders(table: str, *, below: str, result_set: str) -> Riders:
    """The rows of a field table that ride along in the member ``below``; sources stand in its ``sources``."""
    home, sources = f"/results/[{result_set}]", f"{below}/sources/"
    riding = [row for row in resources.table(table) if row["source"].startswith(f"{below}/")]
    told = [row for row in riding if not row["source"].startswith(sources)]
    return Riders(
        compile_table(row for row in told if not _is_of_set(row, home)),
        compile_table(dict(r, model=r["model"].removeprefix(home)) for r in told if _is_of_set(r, home)),
        compile_table(row for row in riding if row["source"].startswith(sources)),
    )


def _is_of_set(row: Mapping[str, str], home: str) -> bool:
    return row["model"].startswith(home) or (not row["model"] and "/parameters/" in row["source"])


def ride_along(parts: Iterable[tuple[Part, FieldTable, str]], *, below: str, converted: str) -> Annex:
    """The annexes of several parts (each with its table and its path) in one member ``below``."""
    members: dict[str, object] = {}
    claims: set[str] = set()
    notes: list[Note] = []
    for part, table, home in parts:
        found = annex(part, table, converted=converted, home=home)
        node: object = found.members
        for step in below.split("/")[1:]:
            node = node.get(step, {}) if isinstance(node, dict) else {}
        members.update(node if isinstance(node, dict) else {})
        claims.update(found.claims)
        notes.extend(found.notes)
    return Annex(members, frozenset(claims), tuple(notes))


def annex(part: Part, table: FieldTable, *, converted: str, home: str = "") -> Annex:
    """The leaves of ``part`` that have a row in ``table``.

    ``converted`` is the code of a unit's change, ``home`` the path of ``part`` in the document.

    A value withheld stands as withheld; every other absence stands nowhere and is the caller's to report.

    Raises:
        DimensionMismatch: an amount is of another kind than its row's unit.
    """
    members = _told(jsonwrite.finish(jsonwrite.to_tree(part, table)))
    assert isinstance(members, dict)
    claims: set[str] = set()
    notes: list[Note] = []
    for place in leaves(part):
        row = _row(table, place)
        if row is None or (isinstance(place.value, Missing) and place.value != _WITHHELD):
            continue
        changed = _changed(row, place, converted, home)
        if changed is None:
            claims.add(f"{home}{place.path}")
        else:
            notes.append(changed)
    return Annex(members, frozenset(claims), tuple(notes))


def _row(table: FieldTable, place: Place) -> Row | None:
    lang = unescape(place.path.rpartition("/")[2])
    rows = table.by_pattern.get((place.pattern, "")) or table.by_pattern.get((place.pattern, lang))
    return rows[0] if rows else None


def _changed(row: Row, place: Place, code: str, home: str) -> Note | None:
    value = place.value
    if not isinstance(value, Quantity) or row.unit.startswith("@") or row.unit == value.unit:
        return None
    written = convert(value, row.unit)
    before, after = f"{show(value.amount)} {value.unit}", f"{show(written.amount)} {written.unit}"
    return Note(code, f"{home}{place.path}", Fate.CONVERTED, before, after)


def _told(value: object) -> object:
    """Members without absences; list items stay, so that the others keep their places."""
    if isinstance(value, dict):
        return {name: _told(inner) for name, inner in value.items() if not _is_gap(inner)}
    return [_told(item) for item in value] if isinstance(value, list) else value


def _is_gap(value: object) -> bool:
    return value is None or (isinstance(value, dict) and value.get("missing", "withheld") != "withheld")
