"""Places by code and scheme: provinces, prefectures, countries, grids, and what lies around them.

CN-HB is Hubei in ISO 3166-2 and Hebei in ecoinvent: a code is never read without its scheme. ILCD's own list
has CN and no provinces; those are codes of TIDAS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from gateway import resources

SCHEMES: Final = (
    "gb2260",
    "iso3166-1",
    "iso3166-1-reserved",
    "iso3166-2",
    "ilcd",
    "tidas",
    "ecoinvent",
    "tiangong",
    "cn-grid",
)
_WORLD: Final = "GLO"
_REGION_BEHIND: Final = re.compile(
    r"(.*\S{3,}.*?)\s*,\s*([A-Z]{2}(?:-[A-Z0-9]{2,})?|RER|RoW|GLO|RNA|RLA|RAS|RAF)"
)
# Chromium, VI · nitrogen, NO · sulphur, SO · nitrogen, AS N · particulates, PM · nitrogen, TN · carbon, TC
_OTHER_MEANINGS: Final = frozenset({"VI", "NO", "CO", "SO", "AS", "IN", "PM", "TN", "TC"})


@dataclass(frozen=True, slots=True)
class Region:
    """A place of any size. ``kind``: prefecture, province, grid, country, region, rest or global."""

    key: str
    kind: str
    parent: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """A place that stands for another, with how it was reached: exact, grid or the kind of the place."""

    region: Region
    code: str
    relation: str


def region(code: str, scheme: str) -> Region | None:
    """The place of a code; a GB/T 2260 code of a place within a province gives the province."""
    if scheme == "gb2260" and len(code) == 6 and code.isdecimal():
        code = f"{code[:2]}0000"
    if scheme == "tiangong":
        code = "-".join(code.split("-")[-2:])  # NJ-JS-CN: prefectures have letters of their own there
    found = _by_code().get((scheme, code))
    return _places()[found] if found else None


def code(of: Region, scheme: str) -> str | None:
    """The code of a place in a scheme, if it has one."""
    return _codes().get((of.key, scheme))


def translate(text: str, *, scheme: str, target: str) -> str | None:
    """The code of the same place in another scheme; ``None`` where that has no such place."""
    found = region(text, scheme)
    return code(found, target) if found else None


def readings(text: str) -> Mapping[str, Region]:
    """What a code means in each scheme that has it."""
    return {scheme: found for scheme in SCHEMES if (found := region(text, scheme)) is not None}


def false_friend(text: str) -> bool:
    """Whether two schemes mean different places by this code."""
    return len({found.key for found in readings(text).values()}) > 1


def grids(of: Region, scheme: str) -> tuple[Region, ...]:
    """The grids that a province belongs to in one cut of the country: none, one, or two (Inner Mongolia)."""
    return tuple(_places()[grid] for grid in _grids().get(of.key, ()) if (grid, scheme) in _codes())


def chain(of: Region, scheme: str) -> tuple[Step, ...]:
    """The places that can stand for ``of`` where a scheme has factors, the nearest first.

    A province goes to its grid, then to its country; a grid that holds half of it is left out.
    Each step but ``exact`` is a loss that the caller records.
    """
    steps = [(of, "exact")]
    at = of
    while at.parent:
        around = grids(at, scheme)
        if len(around) == 1:
            steps.append((around[0], "grid"))
            steps += [(wider, "grid") for wider in grids(around[0], scheme)]
        at = _places()[at.parent]
        steps.append((at, at.kind))
    if at.key == _WORLD and ("RoW", scheme) in _codes() and of.key != _WORLD:
        steps.append((_places()["RoW"], "rest"))
    found = ((place, _codes().get((place.key, scheme)), relation) for place, relation in steps)
    return tuple(Step(place, there, relation) for place, there, relation in found if there)


def split_region(name: str) -> tuple[str, str] | None:
    """A flow's name and the region behind it: ``Ammonia, CN``. None where no place stands there.

    Letters that are an oxidation state, a formula or a measure in such a place are no region.
    """
    found = _REGION_BEHIND.fullmatch(name.strip())
    if found is None or found[2] in _OTHER_MEANINGS:
        return None
    schemes = ("iso3166-1", "ecoinvent", "ilcd", "tidas")
    return (found[1], found[2]) if any(region(found[2], scheme) for scheme in schemes) else None


@cache
def _places() -> Mapping[str, Region]:
    return {
        row["place"]: Region(
            row["place"], row["kind"], row["parent"], {"en": row["name_en"], "zh": row["name_zh"]}
        )
        for row in resources.table("locations/places.csv")
    }


@cache
def _codes() -> Mapping[tuple[str, str], str]:
    return {(row["place"], row["scheme"]): row["code"] for row in resources.table("locations/codes.csv")}


@cache
def _by_code() -> Mapping[tuple[str, str], str]:
    return {(scheme, there): place for (place, scheme), there in _codes().items()}


@cache
def _grids() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for row in resources.table("locations/grids.csv"):
        found.setdefault(row["member"], []).append(row["grid"])
    return {member: tuple(of) for member, of in found.items()}
