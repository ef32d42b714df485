"""A carrier's field table: which place of its JSON is which leaf of the model, and how it is spelled there.

One row of ``mappings/carriers/<family>.csv`` is one place. In a place ``[]`` is every item of a list and
``[0]`` a list of one; in a model path ``*`` is every item, ``[x]`` the item called ``x``, ``<x>`` the first
item of kind ``x``, ``<x*>`` every one, ``<@LIST*>`` every one whose kind is in a list of
``mappings/codes/carriers.csv``. ``const`` rows say what always stands in a place whose parent is there. The
same rows read and write, but for those with ``only`` = read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from gateway import resources

# The field that names the items of a list by their kind.
KIND_OF: Final[Mapping[str, str]] = {
    "documents": "kind",
    "resistance": "component",
    "resistance_increase": "component",
    "recycled": "material",
    "rows": "stage",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One place of a carrier's document, with the leaf that stands there."""

    place: tuple[str, ...]
    model: tuple[str, ...]
    type: str
    unit: str
    codes: str
    written: bool = True

    @property
    def pattern(self) -> str:
        """The model path as ``model.walk`` patterns have it."""
        return "".join(f"/{'*' if step[:1] in '*[<' else step}" for step in self.model)

    @property
    def pointer(self) -> str:
        """The place, as shown to people."""
        return "/" + "/".join(self.place)


@dataclass(frozen=True, slots=True)
class CarrierTable:
    """The rows of one document, those of the model by pattern."""

    fields: tuple[Field, ...]
    by_pattern: Mapping[str, tuple[Field, ...]]
    constants: tuple[Field, ...]


@cache
def carrier_table(name: str, document: str) -> CarrierTable:
    """The compiled rows of one document of a family."""
    fields = tuple(_field(row) for row in resources.table(name) if row["document"] == document)
    by_pattern: dict[str, tuple[Field, ...]] = {}
    for one in fields:
        if one.model and one.written:
            by_pattern[one.pattern] = (*by_pattern.get(one.pattern, ()), one)
    told = tuple(one for one in fields if one.model)
    return CarrierTable(told, by_pattern, tuple(one for one in fields if one.type == "const"))


def _field(row: Mapping[str, str]) -> Field:
    place, model = (tuple(row[name].split("/")[1:]) for name in ("place", "model"))
    return Field(place, model, row["type"], row["unit"], row["codes"], row.get("only", "") != "read")


@cache
def theirs(name: str) -> Mapping[str, str]:
    """What a carrier calls our codes."""
    rows = resources.table("codes/carriers.csv")
    return {row["ours"]: row["theirs"] for row in rows if row["list"] == name}


@cache
def ours(name: str) -> Mapping[str, str]:
    """Our codes by what a carrier calls them; the first row of several stands."""
    found: dict[str, str] = {}
    for row in resources.table("codes/carriers.csv"):
        if row["list"] == name:
            found.setdefault(row["theirs"], row["ours"])
            for other in row["also"].split("|"):
                found.setdefault(other, row["ours"])
    found.pop("", None)
    return found


def is_selected(step: str, key: str) -> bool:
    """Whether the list item ``key`` is one that a model step takes."""
    base, _, number = key.partition("#")
    if step == "*":
        return True
    if step.startswith("["):
        return key == step[1:-1]
    name = step[1:-1]
    if name.startswith("@"):
        return base in theirs(name[1:-1])
    return base == name[:-1] if name.endswith("*") else base == name and not number


def is_aligned(step: str) -> bool:
    """Whether an item of the model is an item of the carrier's list."""
    return step == "*" or step.endswith("*>")
