"""How each format says how close a match is, and which of our words that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.nomenclature.row import MapRow, Predicate

# UNEP GLAD, Formats/FlowMapping.md: "a superset of" is said of the source; blank means equal.
GLAD: Final[Mapping[str, Predicate]] = {
    "": Predicate.EXACT,
    "=": Predicate.EXACT,
    "<": Predicate.BROADER,
    ">": Predicate.NARROWER,
    "~": Predicate.CLOSE,
    # What programs write for an empty cell.
    "nan": Predicate.EXACT,
    "NaN": Predicate.EXACT,
    "None": Predicate.EXACT,
}
# SSSOM 1.1: subject predicate object, so that broadMatch has the broader object.
SSSOM: Final[Mapping[str, Predicate]] = {
    "skos:exactMatch": Predicate.EXACT,
    "owl:sameAs": Predicate.EXACT,
    "owl:equivalentClass": Predicate.EXACT,
    "skos:closeMatch": Predicate.CLOSE,
    "skos:broadMatch": Predicate.BROADER,
    "skos:narrowMatch": Predicate.NARROWER,
    "skos:relatedMatch": Predicate.PROXY,
}
_TO_GLAD: Final[Mapping[Predicate, str]] = {
    Predicate.EXACT: "=",
    Predicate.BROADER: "<",
    Predicate.NARROWER: ">",
    Predicate.CLOSE: "~",
    Predicate.PROXY: "~",
    Predicate.NONE: "",
}
_TO_SSSOM: Final[Mapping[Predicate, str]] = {
    Predicate.EXACT: "skos:exactMatch",
    Predicate.CLOSE: "skos:closeMatch",
    Predicate.BROADER: "skos:broadMatch",
    Predicate.NARROWER: "skos:narrowMatch",
    Predicate.PROXY: "skos:relatedMatch",
    Predicate.NONE: "skos:exactMatch",  # with the modifier Not, or without an object
}
# What a file without a place for it says in words, for people who read the file with something else.
WORDS: Final[Mapping[Predicate, str]] = {
    Predicate.EXACT: "exact match",
    Predicate.CLOSE: "close match, not exact",
    Predicate.BROADER: "target is broader than source, not exact",
    Predicate.NARROWER: "target is narrower than source, not exact",
    Predicate.PROXY: "proxy: another substance, not exact",
}
SYMBOLS: Final = frozenset(GLAD) | frozenset(SSSOM)


def glad_symbol(row: MapRow) -> str:
    """The match condition: what the file said where it still holds, else ours."""
    known = GLAD.get(row.raw_predicate)
    if row.predicate is Predicate.NONE and known is not None:
        return row.raw_predicate  # the factor says it
    if row.predicate is Predicate.PROXY and known is Predicate.CLOSE:
        return row.raw_predicate
    if known is row.predicate or (known is None and row.predicate is Predicate.CLOSE and row.raw_predicate):
        return row.raw_predicate if row.raw_predicate not in SSSOM else _TO_GLAD[row.predicate]
    return _TO_GLAD[row.predicate]


def sssom_predicate(row: MapRow) -> str:
    """The predicate: what the file said where it still holds, else ours."""
    raw = row.raw_predicate
    if SSSOM.get(raw) is row.predicate or (
        raw not in SYMBOLS and ":" in raw and row.predicate is Predicate.CLOSE
    ):
        return raw
    return _TO_SSSOM[row.predicate]


def says_more(row: MapRow) -> bool:
    """Whether the raw symbol holds something that the predicate does not: ``?``, an unknown relation."""
    if row.raw_predicate in SYMBOLS:
        known = GLAD.get(row.raw_predicate, SSSOM.get(row.raw_predicate))
        return known is not row.predicate and row.predicate is not Predicate.PROXY
    return bool(row.raw_predicate)
