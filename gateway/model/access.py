"""Who may see which point of a battery passport: the access groups of Regulation (EU) 2023/1542, Annex XIII.

They are no disclosure classes: what a customer under contract may see is decided by those, and what is in
the passport's second input by these. Nothing is opened but by naming the audience.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from gateway import resources
from gateway.model.base import Part
from gateway.model.walk import Place, places

PREFIX = "/passport_data"


class Access(StrEnum):
    """The group of a data point: Annex XIII point 1, 2, 3 and 4."""

    PUBLIC = "public"
    INTEREST_COMMISSION = "interest-commission"
    AUTHORITIES = "authorities"
    INTEREST = "interest"


class Audience(StrEnum):
    """Who a carrier is written for."""

    PUBLIC = "public"
    LEGITIMATE_INTEREST = "legitimate-interest"
    AUTHORITIES = "authorities"


# Regulation (EU) 2023/1542, Art 77(2): (a) points 1; (b) points 2 and 3; (c) points 2 and 4.
_OPEN: Mapping[Audience, frozenset[Access]] = {
    Audience.PUBLIC: frozenset({Access.PUBLIC}),
    Audience.LEGITIMATE_INTEREST: frozenset({Access.PUBLIC, Access.INTEREST_COMMISSION, Access.INTEREST}),
    Audience.AUTHORITIES: frozenset({Access.PUBLIC, Access.INTEREST_COMMISSION, Access.AUTHORITIES}),
}
_OWN_CRITICAL = frozenset({"name", "cas", "critical"})


def access_of(part: Part, place: Place) -> Access | None:
    """The group of one leaf; None: the passport's table does not have it."""
    return _group(place, _critical(part))


def opened(part: Part, audience: Audience) -> frozenset[str]:
    """The leaves that this audience may see by their group, by path."""
    critical = _critical(part)
    groups = _OPEN[audience]
    return frozenset(place.path for place in places(part) if _group(place, critical) in groups)


def is_guarded(pattern: str) -> bool:
    """Whether only an access group opens it."""
    return pattern.startswith(f"{PREFIX}/")


def _group(place: Place, critical: frozenset[str]) -> Access | None:
    steps = place.path.split("/")
    if place.pattern.startswith(f"{PREFIX}/documents/"):
        return _of_document(steps[3].partition("#")[0])
    of_material = place.pattern.startswith(f"{PREFIX}/materials/") and "/".join(steps[:4]) in critical
    # A critical raw material is public (point 1), where it is and how much of it is not.
    if of_material and steps[4] in _OWN_CRITICAL:
        return Access.PUBLIC
    return groups().get(place.pattern)


def _critical(part: Part) -> frozenset[str]:
    pattern = f"{PREFIX}/materials/*/critical"
    told = (place for place in places(part) if place.pattern == pattern and place.value is True)
    return frozenset(place.path.rpartition("/")[0] for place in told)


@cache
def groups() -> Mapping[str, Access]:
    """The group of every field, by pattern; documents have that of their kind."""
    return {
        row["model"].partition("@")[0]: Access(row["access"])
        for row in resources.table("fields/passport_data.csv")
        if row["access"] != "kind"
    }


@cache
def _documents() -> Mapping[str, Access]:
    return {row["kind"]: Access(row["access"]) for row in resources.table("codes/passport_documents.csv")}


def _of_document(kind: str) -> Access:
    """A document of no known kind is shown to nobody but authorities."""
    return _documents().get(kind, Access.AUTHORITIES)
