"""Parts of a passport that are written when all that they ask for is there, and else named with what is not.

A part is one document of a family: its field table, its structure table and its schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway import messages
from gateway.codec.carrier import CarrierTable, carrier_table
from gateway.codec.carrier_schema import lacking, misfits
from gateway.codec.carrier_write import CarrierWriting
from gateway.codec.lacks import Lacks, lack, supplier
from gateway.errors import shorten
from gateway.frontdoor.json import JsonValue
from gateway.model.base import Missing, Part, Reason
from gateway.model.walk import Place, places
from gateway.quantity import Quantity
from gateway.report import Note

_INDEX = re.compile(r"\[[0-9]+\]")
_WITHHELD = Missing(missing=Reason.WITHHELD)


@dataclass(frozen=True, slots=True)
class CarrierPart:
    """One document of a family: what it is called, its file, and the tables that say what is in it."""

    name: str
    file: str
    family: str
    schema: str
    own: tuple[str, ...]  # members that together no other document of the family has
    is_whole: bool = False  # the target is this document alone: without it there is none
    # Where a member comes from that no row of the field table writes, as a rule of the format does.
    sources: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def fields(self) -> CarrierTable:
        """Its field table."""
        return carrier_table(f"carriers/{self.family}.csv", self.name)

    @property
    def structure(self) -> str:
        """The structure table of its family."""
        return f"carriers/{self.family}_structure.csv"

    def is_it(self, document: object) -> bool:
        """Whether a JSON object is this document."""
        return isinstance(document, dict) and all(name in document for name in self.own)


@dataclass(frozen=True, slots=True)
class PartWriting:
    """A document that is complete, or what keeps it from being written."""

    part: CarrierPart
    document: Mapping[str, Any] | None
    claims: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()
    lacks: tuple[Lacks, ...] = ()


def write_part(
    part: CarrierPart,
    source: Part,
    *,
    target: str,
    rules: Callable[[CarrierWriting], None] | None = None,
    references: bool = True,
    empty: bool = False,
) -> PartWriting:
    """The document, if nothing that it asks for is missing. ``rules`` set what no row can say.

    ``references``: False leaves out what names something that is not written. ``empty``: the carrier has
    elements without a value, so that what may not be shown keeps nothing from being written.
    """
    writing = CarrierWriting(references=references).fill(source, part.fields)
    if rules is not None:
        rules(writing)
    document = writing.document()
    found = tuple(part_lacks(part, source, document, target=target))
    empty = empty and bool(writing.claims)  # all of it is for others: then there is no such document
    missing = tuple(e for e in found if not (empty and e.error_code == "carrier.part-withheld"))
    if missing:
        return PartWriting(part, None, lacks=missing)
    notes = tuple(writing.notes.values())
    return PartWriting(part, document, frozenset(writing.claims), notes)


def _withheld(source: Part) -> frozenset[str]:
    """The fields of which something is there and may not be shown."""
    return frozenset(place.pattern for place in places(source) if place.value == _WITHHELD)


def part_lacks(part: CarrierPart, source: Part, document: JsonValue, *, target: str) -> Iterator[Lacks]:
    """What a document that was made of ``source`` cannot be without and does not have, or cannot have."""
    withheld, leaves = _withheld(source), places(source)
    rows = {_INDEX.sub("[]", one.pointer): one for one in part.fields.fields}
    for place in lacking(part.structure, part.name, document):
        own = rows.get(place) or next((r for at, r in rows.items() if at.startswith(f"{place}/")), None)
        path = part.sources.get(place) or (own.pattern if own is not None else place)
        code = "lacks" if path != place else "has-no-field"
        yield _lack(part, target, path, place, "withheld" if path in withheld else code)
    for place, value in misfits(part.structure, part.name, document):
        own = rows.get(place)
        pattern = part.sources.get(place) or (own.pattern if own is not None else place)
        path = next((leaf.path for leaf in leaves if _is(leaf, pattern, value)), pattern)
        yield _lack(part, target, path, place, "unfit", value=shorten(str(value)))


def _is(leaf: Place, pattern: str, told: JsonValue) -> bool:
    """Whether a value in a document is this leaf."""
    value = leaf.value.amount if isinstance(leaf.value, Quantity) else leaf.value
    return leaf.pattern == pattern and str(value) == str(told)


def _lack(part: CarrierPart, target: str, path: str, place: str, code: str, **told: str) -> Lacks:
    member = place.lstrip("/").replace("/[]", "[]")
    own = f"carrier.{code}" if part.is_whole else f"carrier.part-{code}"
    return lack(target, path, code=own, part=part.name, member=member, **told, **_who(path))


def _who(path: str) -> dict[str, str]:
    code = f"coverage.supplier-{supplier(path)}"
    return {"who_zh": messages.text(code, "zh", {}).what, "who_en": messages.text(code, "en", {}).what}
