"""The closed table of units and their names, loaded on first use from ``mappings/units``."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import NamedTuple, TypeAlias, TypeVar

Dimension: TypeAlias = tuple[tuple[str, int], ...]
_Value = TypeVar("_Value")

# Not rows of the table, but what people most often mean.
_COMPOSED = ("gCO2e", "kgCO2", "kgCO2e", "m2", "m3", "tCO2e")


class Atom(NamedTuple):
    """One unit of the table that is not a product of others."""

    code: str
    dimension: Dimension
    factor: Fraction
    rank: int


class UnitTable(NamedTuple):
    """Atoms by code, names by their exact spelling, prefixes and substances longest first."""

    atoms: Mapping[str, Atom]
    names: Mapping[str, str]
    ambiguous: Mapping[str, str]
    prefixes: tuple[tuple[str, int], ...]
    substances: tuple[tuple[str, str], ...]


@cache
def unit_table() -> UnitTable:
    """The table. A name or code that stands twice is an error of the tables, not of the input."""
    from gateway import resources  # importlib.resources costs more than this whole package

    atoms = {row["code"]: _atom(row) for row in resources.table("units/units.csv")}
    rows = resources.table("units/names.csv")
    if len({row["name"] for row in rows} | set(atoms)) != len(rows) + len(atoms):
        raise ValueError("units/names.csv: a name stands twice or is a code")
    kinds: dict[str, dict[str, str]] = {"prefix": {}, "substance": {}, "ambiguous": {}, "name": {}}
    for row in rows:
        kinds.get(row["kind"], kinds["name"])[row["name"]] = row["unit"]
    prefixes = [(name, int(power.removeprefix("10*"))) for name, power in kinds["prefix"].items()]
    substances = list(kinds["substance"].items())
    return UnitTable(
        atoms, kinds["name"], kinds["ambiguous"], _longest_first(prefixes), _longest_first(substances)
    )


def annotated(atom: Atom, substance: str) -> Atom:
    """A mass of one substance, as a dimension of its own: kg CO2e never adds to kg, nor kg C to either."""
    return Atom(f"{atom.code}{{{substance}}}", ((substance, 1),), atom.factor, atom.rank)


def suggestions(word: str, limit: int = 3) -> tuple[str, ...]:
    """The names in the table that are nearest to ``word``: other capitals first, then other spelling."""
    from difflib import get_close_matches

    table = unit_table()
    if word in table.ambiguous:
        return tuple(table.ambiguous[word].split())[:limit]
    known = sorted({*table.atoms, *table.names, *_COMPOSED})
    folded = word.replace(" ", "").casefold()
    found = [name for name in known if name.casefold() == folded]
    found += get_close_matches(word, known, n=limit, cutoff=0.6)
    by_fold = {name.casefold(): name for name in reversed(known)}
    found += [by_fold[name] for name in get_close_matches(folded, by_fold, n=limit, cutoff=0.6)]
    return tuple(dict.fromkeys(found))[:limit]


def _atom(row: Mapping[str, str]) -> Atom:
    return Atom(row["code"], _dimension(row["dimension"]), Fraction(row["factor"]), int(row["rank"]))


def _dimension(text: str) -> Dimension:
    """``kg m2 s-2`` as pairs."""
    powers = []
    for part in text.split():
        base = part.rstrip("0123456789").removesuffix("-")
        powers.append((base, int(part[len(base) :] or 1)))
    return tuple(sorted(powers))


def _longest_first(pairs: list[tuple[str, _Value]]) -> tuple[tuple[str, _Value], ...]:
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))
