"""Compartments of other lists in the words of EcoSpold 1 and ecoinvent, along our table of contexts."""

from __future__ import annotations

from functools import cache

from gateway import resources
from gateway.formats.ecospold.values import languages
from gateway.model.inventory import Flow

_ROW = tuple[str, str]


@cache
def _tables() -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    rows = resources.table("compartments/contexts.csv")
    meant: dict[str, str] = {}
    own: dict[tuple[str, str], tuple[int, str]] = {}
    for row in rows:
        meant.setdefault(row["context"].casefold(), row["compartment"])
        key = (row["list"], row["compartment"])
        rank = int(row["rank"])
        if key not in own or rank < own[key][0]:
            own[key] = (rank, row["context"])
    return meant, {key: context for key, (_, context) in own.items()}


@cache
def is_compartment(category: str, sub: str) -> bool:
    """Whether category and subcategory are where elementary flows come from or go to, in any list."""
    meant = _tables()[0]
    text = f"{category}/{sub}".casefold()
    return text in meant or category.casefold() in ("air", "water", "soil", "resource", "natural resource")


def compartment(flow: Flow) -> str | None:
    """What a flow's compartment is, in our codes (``air/rural``)."""
    return _meant(flow.compartment)


def _meant(words: tuple[str, ...]) -> str | None:
    return _tables()[0].get("/".join(words).casefold())


def context(flow: Flow, list_: str) -> tuple[str, str] | None:
    """Category and subcategory of an elementary flow in a list, the nearest wider one if need be."""
    return in_list(flow.compartment, list_)


def in_list(words: tuple[str, ...], list_: str) -> tuple[str, str] | None:
    """Category and subcategory in a list of a compartment by its words in any."""
    meant = _meant(words)
    while meant:
        if found := _tables()[1].get((list_, meant)):
            category, _, sub = found.partition("/")
            return category, sub
        meant = meant.rpartition("/")[0]
    return None


def english(flow: Flow) -> str:
    """The English name of a flow, in small letters."""
    return languages(flow.name).get("en", "").strip().casefold()
