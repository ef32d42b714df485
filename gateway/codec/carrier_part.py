"""Parts of a passport that are written when all that they ask for is there, and else named with what is not.

A part is one document of a family: its field table, its structure table and its schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.codec.carrier import CarrierTable, carrier_table
from gateway.codec.carrier_schema import lacking
from gateway.codec.carrier_write import CarrierWriting
from gateway.codec.lacks import Lacks, lack, supplier
from gateway.frontdoor.json import JsonValue
from gateway.model.base import Missing, Part, Reason
from gateway.model.walk import places
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
    found = tuple(_lacks(part, document, target, _withheld(source)))
    empty = empty and bool(writing.claims)  # all of it is for others: then there is no such document
    missing = tuple(e for e in found if not (empty and e.error_code == "carrier.part-withheld"))
    if missing:
        return PartWriting(part, None, lacks=missing)
    notes = tuple(writing.notes.values())
    return PartWriting(part, document, frozenset(writing.claims), notes)


def _withheld(source: Part) -> frozenset[str]:
    """The fields of which something is there and may not be shown."""
    return frozenset(place.pattern for place in places(source) if place.value == _WITHHELD)


def _lacks(part: CarrierPart, document: JsonValue, target: str, withheld: frozenset[str]) -> Iterator[Lacks]:
    rows = {_INDEX.sub("[]", one.pointer): one for one in part.fields.fields}
    for place in lacking(part.structure, part.name, document):
        own = rows.get(place) or next((r for at, r in rows.items() if at.startswith(f"{place}/")), None)
        path = own.pattern if own is not None else place
        told = {"part": part.name, "member": place.lstrip("/"), "who": supplier(path)}
        code = "carrier.part-lacks" if own is not None else "carrier.part-has-no-field"
        if path in withheld:
            code = "carrier.part-withheld"
        yield lack(target, path, code=code, **told)
