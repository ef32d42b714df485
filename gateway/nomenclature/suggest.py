"""Up to five substances that a person may choose from where nothing was decided, each with its reason.

Classical retrieval: what stood in question, the same CAS number, other wordings, names that other lists
connect, Chinese terms, and names that share most of their letters. None of it is ever applied by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from itertools import chain

from gateway import resources
from gateway.nomenclature.chinese import normalise
from gateway.nomenclature.match import Matcher
from gateway.nomenclature.names import cas_number, compact, exact, ore_of, spelling, variants, without_place
from gateway.nomenclature.query import Query
from gateway.nomenclature.row import End, Signal, Tier
from gateway.nomenclature.store import FlowList

# Words that narrow or widen a name without naming another substance.
_ASIDE = re.compile(
    r",(?:unspecified|ion|total|dissolved|in crude ore|as [a-z0-9]+|[a-z]{2}|unspecified origin)$"
    r"|\((?:unspecified|non-use|mixed isomers|total|[ivx]{1,4})\)$|[ ,](?:i|ii|iii|iv|v|vi)$"
)
_AGENTS = re.compile(r"(?:pest|herb|insect|fung)icides(?:,unspecified|\(unspecified\))?")
# Of a hundred letters in common; below it names have nothing to do with one another.
_LEAST = 35
_TERMS = "terms/zh_en.csv"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A substance of the target list (without compartment) with what speaks for it, the best first."""

    target: End
    tier: Tier
    confidence: Decimal
    evidence: tuple[Signal, ...]


class Suggester:
    """Suggestions out of one target list.

    Args:
        matcher: who was asked first.
        witnesses: other lists, whose published names may connect two names.
    """

    def __init__(self, matcher: Matcher, *, witnesses: Sequence[FlowList] = ()) -> None:
        self._matcher, self._target = matcher, matcher.target
        self._witnesses = tuple(witnesses)
        self._keys: list[tuple[str, int]] = [(key, s) for key, s in self._target.by_key.items()]
        self._keys += [(key, s) for key, those in self._target.by_synonym.items() for s in those]
        self._compact: dict[str, list[int]] = {}
        self._with: dict[str, list[int]] = {}
        self._length: list[int] = []
        for number, (key, substance) in enumerate(self._keys):
            self._compact.setdefault(compact(spelling(key)), []).append(substance)
            grams = _grams(key)
            self._length.append(sum(grams.values()))
            for gram in grams:
                self._with.setdefault(gram, []).append(number)

    def suggest(self, end: End, *, limit: int = 5) -> tuple[Suggestion, ...]:
        """The best substances for a name, at most ``limit``; of equal ones the first in the alphabet."""
        place = self._matcher.place(end.context, end.unit, end.list)
        query = Query(exact(end.name), cas_number(end.cas), (), place.medium, place.dimension)
        offers = self._matcher.substances.offers
        best: dict[int, tuple[int, int, Tier, tuple[Signal, ...]]] = {}
        for rank, substance, tier, why in self._candidates(end, query):
            entry = (int(not offers(substance, query)), -rank, tier, (why,))
            if substance not in best or entry[:2] < best[substance][:2]:
                best[substance] = entry
        keys = self._target.keys
        order = sorted(best, key=lambda s: (best[s][0], best[s][1], keys[s]))
        return tuple(
            Suggestion(
                self._matcher.substance_end(s), best[s][2], Decimal(-best[s][1]).scaleb(-2), best[s][3]
            )
            for s in order[:limit]
        )

    def _candidates(self, end: End, query: Query) -> Iterator[tuple[int, int, Tier, Signal]]:
        edition = str(self._target.edition)
        place = self._matcher.place(end.context, end.unit, end.list)
        for substance in self._matcher.find(end, place).decision.candidates:
            yield 99, substance, Tier.VARIANT, Signal("in question", query.key, edition)
        for substance in self._target.by_cas.get(query.cas, ()) if query.cas else ():
            yield 97, substance, Tier.CAS, Signal("cas", query.cas, edition)
        words = [*dict.fromkeys((query.key, *(exact(s) for s in end.synonyms)))]
        for translated in _translated(end.name):
            words.append(exact(translated))
        for nth, word in enumerate(words):
            yield from self._worded(word, 96 - 2 * min(nth, 3), edition)
        yield from self._witnessed(query)
        for word in dict.fromkeys(w for each in words[:4] for w in (each, _shortest(each))):
            yield from self._alike(word, edition)
        if query.medium == "soil" and any("agric" in part.casefold() for part in end.context):
            for key, substance in self._collective:
                yield 60, substance, Tier.VARIANT, Signal("collective flow", key, edition)

    def _worded(self, word: str, rank: int, edition: str) -> Iterator[tuple[int, int, Tier, Signal]]:
        """Other wordings of a name, with every step away from it a little later."""
        for step, (key, change) in enumerate(_wordings(word)):
            for substance in self._compact.get(compact(spelling(key)), ()):
                yield rank - step, substance, Tier.VARIANT, Signal(change, key, edition)

    def _witnessed(self, query: Query) -> Iterator[tuple[int, int, Tier, Signal]]:
        for witness in self._witnesses:
            keys = [query.key, *(key for key, _ in _wordings(query.key))]
            known = dict.fromkeys(
                chain(
                    (s for key in keys if (s := witness.by_key.get(key)) is not None),
                    (s for key in keys for s in witness.by_synonym.get(key, ())),
                    witness.by_cas.get(query.cas, ()) if query.cas else (),
                )
            )
            for substance in known:
                edition = str(witness.edition)
                for cas in sorted(witness.cas(substance)):
                    for there in self._target.by_cas.get(cas, ()):
                        yield 92, there, Tier.BRIDGE, Signal("cas of the name", cas, edition)
                for label in witness.labels(substance):
                    for name in (label.name, *label.synonyms):
                        for there in self._compact.get(compact(spelling(exact(name))), ()):
                            yield 91, there, Tier.BRIDGE, Signal("synonym", name, edition)

    @cached_property
    def _collective(self) -> tuple[tuple[str, int], ...]:
        """Flows for whatever plant protection agent the list does not name."""
        return tuple((key, s) for key, s in self._target.by_key.items() if _AGENTS.fullmatch(key))

    def _alike(self, word: str, edition: str) -> Iterator[tuple[int, int, Tier, Signal]]:
        """Names that share most of their letters in groups of three (Dice's coefficient)."""
        grams = _grams(word)
        size = sum(grams.values())
        shared: Counter[int] = Counter()
        for gram in grams:
            shared.update(self._with.get(gram, ()))
        scores = ((200 * n // (size + self._length[at]), at) for at, n in shared.items() if 3 * n >= size)
        alike = sorted(
            (pair for pair in scores if pair[0] >= _LEAST), key=lambda p: (-p[0], self._keys[p[1]])
        )
        for score, at in alike[:12]:
            key, substance = self._keys[at]
            yield min(score, 90), substance, Tier.FUZZY, Signal("letters in common", key, edition)


def _grams(key: str) -> Mapping[str, int]:
    text = f" {key} "
    return Counter(text[i : i + 3] for i in range(len(text) - 2))


def _wordings(word: str) -> Iterable[tuple[str, str]]:
    """A name, and the ways to say more or less the same, the nearest first."""
    yield word, "normalised"
    bare = without_place(word)
    if bare != word:
        yield bare, "name without its compartment"
    shorter = _shortest(word)
    if shorter != bare:
        yield shorter, "name without an addition"
    for variant in chain(variants(bare), variants(shorter) if shorter != bare else ()):
        yield variant.key, variant.change
    if metal := ore_of(bare):
        yield metal, "name without the ore's grade"
    for addition in ("in ground", "unspecified", "ion"):
        yield f"{shorter},{addition}", "name with an addition"
    head, comma, rest = shorter.partition(",")
    if comma:
        yield f"{rest} {head}", "turned round"
        yield head, "first word"


def _shortest(word: str) -> str:
    """A name without its compartment and without what narrows or widens it."""
    shorter = without_place(word)
    while (cut := _ASIDE.sub("", shorter)) != shorter:
        shorter = cut
    return shorter


def _translated(name: str) -> Iterator[str]:
    """English terms for a Chinese name: of the whole, and of the longest parts that are known."""
    if name.isascii():
        return
    terms, text = _terms(), normalise(name)
    yield from terms.get(text, ())
    for part in sorted((key for key in terms if key in text and key != text), key=lambda k: (-len(k), k))[:3]:
        yield from terms[part]


@cache
def _terms() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in resources.table(_TERMS):
        key = normalise(row["zh"])
        found[key] = (*found.get(key, ()), row["en"])
    return found
