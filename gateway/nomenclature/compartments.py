"""Where an emission goes or a resource comes from, in the words of each list, with ordered stand-ins.

Contexts of all lists meet in compartments of our own. What a list does not have is replaced in the order
of a table: nearest first, the unspecified compartment last, never long-term for short-term.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from gateway import resources
from gateway.nomenclature.names import exact

Context = tuple[str, ...]
_FAMILIES: Final = (
    (re.compile(r"ef|ilcd|tidas|elcd|environmental footprint|pef"), "EF 3.1"),
    (re.compile(r"fedefl|federal (?:lca commons )?elementary|flca"), "FEDEFL"),
    (re.compile(r"ecoinvent[ -]*(?:v ?)?[12]\b|ecospold ?0?1"), "EcoSpold 1"),
    (re.compile(r"ecoinvent|ei ?\d|ecospold"), "ecoinvent"),
    (re.compile(r"openlca|olca"), "openLCA"),
    (re.compile(r"simapro"), "SimaPro"),
    (re.compile(r"nei|ghgi|stewi|tri|us epa|ipcc"), "US EPA"),
)
# What a list or program puts before the path.
_ROOTS: Final = ("elementary flows", "elementary flow", "biosphere")


def family(name: str) -> str:
    """The list whose words for compartments a list of this name uses; "" where it is not known."""
    key = exact(name)
    return next((of for pattern, of in _FAMILIES if pattern.match(key)), "")


def compartment(context: Context, source_list: str = "") -> str | None:
    """The compartment behind a context; ``None`` where the list does not have it.

    A list that is not known may use the words of any that is, if they mean one thing.
    """
    path = _path(context)
    told = _contexts().get((family(source_list), path))
    return told or _anywhere().get(path)


@lru_cache(maxsize=4096)
def candidates(context: Context, source_list: str, target_list: str) -> tuple[Context, ...]:
    """The contexts of the target list that stand for one of the source list, the best first."""
    found = compartment(context, source_list)
    target = family(target_list)
    if found is None:
        return ()
    places = (found, *_fallbacks(found, target))
    return tuple(there for place in places for there in _in_list().get((target, place), ()))


def is_exact(context: Context, source_list: str, there: Context, target_list: str) -> bool:
    """Whether both contexts are one compartment; otherwise one stands in for the other."""
    found = compartment(context, source_list)
    return found is not None and found == compartment(there, target_list)


def _path(context: Context) -> str:
    words = [key for part in context for key in (exact(part),) if key]
    while words and words[0] in _ROOTS:
        words = words[1:]
    return "/".join(words)


def _fallbacks(place: str, target: str) -> tuple[str, ...]:
    table = _fallback_table()
    return table.get((place, target)) or table.get((place, "")) or ()


@cache
def _contexts() -> Mapping[tuple[str, str], str]:
    rows = resources.table("compartments/contexts.csv")
    return {(row["list"], _path(tuple(row["context"].split("/")))): row["compartment"] for row in rows}


@cache
def _anywhere() -> Mapping[str, str]:
    meanings: dict[str, set[str]] = {}
    for (_, path), place in _contexts().items():
        meanings.setdefault(path, set()).add(place)
    return {path: places.pop() for path, places in meanings.items() if len(places) == 1}


@cache
def _in_list() -> Mapping[tuple[str, str], tuple[Context, ...]]:
    found: dict[tuple[str, str], list[Context]] = {}
    for row in sorted(resources.table("compartments/contexts.csv"), key=lambda r: int(r["rank"])):
        context = tuple(row["context"].split("/"))
        found.setdefault((row["list"], row["compartment"]), []).append(context)
    return {key: tuple(contexts) for key, contexts in found.items()}


@cache
def _fallback_table() -> Mapping[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], list[str]] = {}
    for row in sorted(resources.table("compartments/fallbacks.csv"), key=lambda r: int(r["order"])):
        found.setdefault((row["compartment"], row["target"]), []).append(row["proxy"])
    return {key: tuple(proxies) for key, proxies in found.items()}
