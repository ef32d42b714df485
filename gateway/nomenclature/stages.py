"""Stages of a life cycle in the words of each rule: several of ours may be one there, and one may be none.

A stage that is only a part of another's says so; nothing is divided, and modules of EN 15804 are never added
up to a stage that holds more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from gateway import resources
from gateway.model.stages import covered
from gateway.nomenclature.row import Predicate

SCHEMES: Final = ("hutong", "EN 15804", "EU 2023/1542 Annex II", "GB/T 24067")
_OWN: Final = "hutong"
_MODULES: Final = "EN 15804"
_TABLE: Final = "stages/stages.csv"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of another scheme. ``broader``: it holds more than the one that was asked for."""

    term: str
    scheme: str
    predicate: Predicate


def translate(term: str, *, scheme: str, target: str) -> tuple[Stage, ...]:
    """What a stage is called in another scheme; none where that has none, several where it is divided.

    Several are the parts of one: the amount of each is not known, and none may be picked for the whole.
    """
    own = [term] if scheme == _OWN else _ours(term, scheme)
    if target == _OWN:
        relation = Predicate.EXACT if len(own) == 1 else Predicate.NARROWER
        return tuple(Stage(stage, _OWN, relation) for stage in own)
    found = [(there, relation) for stage in own for there, relation in _there().get((stage, target), ())]
    parts = len({there for there, _ in found}) > 1
    return tuple(
        dict.fromkeys(
            Stage(there, target, Predicate.NARROWER if parts else _relation(relation, len(own)))
            for there, relation in found
        )
    )


def _relation(told: str, parts: int) -> Predicate:
    # All the parts of a broader stage together are that stage.
    return Predicate.EXACT if told == "exact" or parts > 1 else Predicate.BROADER


def _ours(term: str, scheme: str) -> list[str]:
    """Our stages behind a term; of modules, those that lie in what is named whole."""
    wanted = covered(term) if scheme == _MODULES else frozenset()
    rows = [row for row in resources.table(_TABLE) if row["scheme"] == scheme]
    if wanted:
        return [row["stage"] for row in rows if covered(row["term"]) <= wanted]
    return [row["stage"] for row in rows if row["term"].casefold() == term.strip().casefold()]


@cache
def _there() -> Mapping[tuple[str, str], tuple[tuple[str, str], ...]]:
    found: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
    for row in resources.table(_TABLE):
        key = (row["stage"], row["scheme"])
        found[key] = (*found.get(key, ()), (row["term"], row["relation"]))
    return found
