"""The parts of the digital battery passport beside the footprint: IDTA 02035-1, -2, -4 to -7, and 02099-1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from gateway import resources
from gateway.codec.carrier_part import CarrierPart
from gateway.formats.aas.view import Found, keys, submodels
from gateway.frontdoor.json import JsonValue

TARGET = "aas-02035@1.0"
METADATA = "dpp"
DOCUMENTS = "2"
# In this order: what others refer to comes first.
ORDER = (DOCUMENTS, "1", "4", "5", "6", "7", METADATA)


@dataclass(frozen=True, slots=True)
class PassportPart:
    """One submodel template."""

    number: str
    name: str
    semantic: str
    also: tuple[str, ...]
    template: str
    version: str
    revision: str

    @property
    def carrier(self) -> CarrierPart:
        """Its tables. Its schema is that of the environment."""
        return CarrierPart(self.number, self.name, "aas", "", (), sources=_SOURCES)

    @property
    def title(self) -> str:
        """What people call it."""
        return "IDTA 02099-1" if self.number == METADATA else f"IDTA 02035-{self.number}"


# What rules write beside the field table, and from which field.
_SOURCES = {
    "/Documents/[]/DocumentClassifications/[]/ClassName": "/passport_data/documents/*/kind",
    "/Documents/[]/DocumentClassifications/[]/ClassificationSystem": "/passport_data/documents/*/kind",
    "/Documents/[]/DocumentIds/[]/DocumentDomainId": "/passport_data/identity/manufacturer_id",
}


@cache
def parts() -> Mapping[str, PassportPart]:
    """All parts by number."""
    rows = resources.table("carriers/aas_parts.csv")
    found = {
        row["part"]: PassportPart(
            row["part"],
            row["id_short"],
            row["semantic"],
            tuple(row["also"].split()),
            row["template"],
            row["version"],
            row["revision"],
        )
        for row in rows
    }
    return {number: found[number] for number in ORDER}


def found_parts(environment: Mapping[str, JsonValue]) -> Iterator[tuple[PassportPart, Found]]:
    """The submodels of an environment that are such parts, those that others refer to first."""
    by_name = {_family(part.semantic): part for part in parts().values()}
    there = []
    for one in submodels(environment):
        named = (by_name.get(_family(key)) for key in keys(one.submodel.get("semanticId")))
        part = next((p for p in named if p is not None), None)
        if part is not None:
            there.append((part, one))
    return iter(sorted(there, key=lambda found: ORDER.index(found[0].number)))


def _family(semantic: str) -> str:
    """An identifier without the edition of its aspect model, which moves with every correction."""
    head, colon, tail = semantic.partition(":1.0.")
    return f"{head}#{tail.partition('#')[2]}" if colon else semantic
