"""What is asked of a list of substances, and what is answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from gateway.errors import GatewayError
from gateway.nomenclature.row import Abstained, Predicate, Signal, Tier
from gateway.quantity import parse_unit

Dimension: TypeAlias = tuple[tuple[str, int], ...]


class Query(NamedTuple):
    """What is known of a substance: ``key`` and ``synonyms`` are keys of ``names.exact``, ``cas`` is checked.

    ``medium`` is air, water, soil or resource; "" and None where it is not known.
    """

    key: str
    cas: str = ""
    synonyms: tuple[str, ...] = ()
    medium: str = ""
    dimension: Dimension | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One substance of the target list with the tier it rests on, or why there is none.

    A list may hold one substance under several names (tin, and tin in ground): ``substances`` has them all.
    ``candidates`` were in question where nothing was decided.
    """

    substances: tuple[int, ...] = ()
    tier: Tier | None = None
    predicate: Predicate = Predicate.EXACT
    abstained: Abstained | None = None
    evidence: tuple[Signal, ...] = ()
    conflicts: tuple[Signal, ...] = ()
    losses: tuple[str, ...] = ()
    candidates: tuple[int, ...] = ()


_WORDS = {
    "air": "air",
    "water": "water",
    "groundwater": "water",
    "ocean": "water",
    "river": "water",
    "lake": "water",
    "soil": "soil",
    "ground": "soil",
    "resource": "resource",
    "resources": "resource",
    "land": "resource",
    "raw": "resource",
}


def medium(context: Iterable[str]) -> str:
    """air, water, soil or resource, or "": the first word of a context that tells it; resource before all."""
    words = [w for part in context for w in part.casefold().replace(",", " ").replace("-", " ").split()]
    found = [_WORDS[w] for w in words if w in _WORDS]
    return "resource" if "resource" in found else (found[0] if found else "")


def dimension(unit: str) -> Dimension | None:
    """The dimension of a unit, or None where the unit is not known."""
    try:
        return tuple(parse_unit(unit).dimension)
    except GatewayError:
        return None
