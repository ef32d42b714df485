"""Which substance of a list a name means: tiers of evidence, the strongest first, or no answer.

The first tier that fits decides. Where it has two answers, where CAS numbers contradict a name, or where the
names differ in isotope, oxidation state or carbon class, nobody decides here.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from gateway.nomenclature.names import exact, facets, ore_of, spelling, variants, without_place
from gateway.nomenclature.query import Decision, Dimension, Query, dimension, medium
from gateway.nomenclature.row import Abstained, Predicate, Signal, Tier
from gateway.nomenclature.store import FlowList

# A shorter synonym is an abbreviation or a word of the language: "age", "MON", "DOC".
SHORTEST_SYNONYM = 5
# CO2, CH4 and CO: one CAS number for fossil, biogenic and land-use-change carbon.
_CLASSED_CAS = frozenset({"124-38-9", "74-82-8", "630-08-0"})


class Substances:
    """The substances of one list, asked by name, CAS number and synonyms.

    Args:
        target: the list to find them in.
        witnesses: other lists, whose published names and synonyms may connect two names.
    """

    def __init__(self, target: FlowList, *, witnesses: Sequence[FlowList] = ()) -> None:
        self.target = target
        self._edition = str(target.edition)
        self._witnesses = tuple(witnesses)
        self._seen: dict[Query, Decision] = {}
        self._offered: dict[int, frozenset[tuple[str, Dimension | None]]] = {}
        self._media = [medium(context) for context in target.contexts]
        self._dimensions = [dimension(unit) for unit in target.units]
        # Equal dimensions by one number: a list has hundreds of thousands of rows to look through.
        self._alike = [self._dimensions.index(kind) for kind in self._dimensions]
        self._placed: dict[str, list[int]] = {}
        self._graded: dict[str, list[int]] = {}
        for key, substance in target.by_key.items():
            if "," in key and (bare := without_place(key)) != key:
                self._placed.setdefault(bare, []).append(substance)
            if ("%" in key or "ppm" in key or "ore" in key) and (metal := ore_of(key)):
                self._graded.setdefault(metal, []).append(substance)

    def find(self, query: Query) -> Decision:
        """The decision for ``query``, made once."""
        found = self._seen.get(query)
        if found is None:
            found = self._seen[query] = self._decide(query)
        return found

    def offers(self, substance: int, query: Query) -> bool:
        """Whether the list has this substance in the medium and dimension that are asked for."""
        offered = self._offered.get(substance)
        if offered is None:
            offered = self._offered[substance] = self._offers_of(substance)
        return (query.medium, query.dimension) in offered or any(
            (not query.medium or not have or have == query.medium)
            and (query.dimension is None or kind is None or kind == query.dimension)
            for have, kind in offered
        )

    def _offers_of(self, substance: int) -> frozenset[tuple[str, Dimension | None]]:
        rows = self.target.rows(substance)
        media = map(self._media.__getitem__, self._contexts(substance))
        alike = map(self._alike.__getitem__, self.target.unit_of_row[rows.start : rows.stop])
        pairs = set(zip(media, alike, strict=True))
        return frozenset((where, self._dimensions[kind]) for where, kind in pairs)

    def _decide(self, query: Query) -> Decision:
        return (
            self._by_name(query)
            or self._by_cas(query)
            or self._by_synonym(query)
            or self._by_witness(query)
            or self._nothing(query)
        )

    def _nothing(self, query: Query) -> Decision:
        there = self._named(query)
        if not there:
            return self._only_cas(query)
        elsewhere = any(self.offers(s, query._replace(dimension=None)) for s in there)
        why = Abstained.UNIT if elsewhere else Abstained.NO_COMPARTMENT
        return Decision(abstained=why, evidence=(self._signal("name", query.key),), candidates=there)

    def _only_cas(self, query: Query) -> Decision:
        sharing = () if query.cas in _CLASSED_CAS else self.target.by_cas.get(query.cas, ())
        offered = tuple(s for s in sharing if self.offers(s, query))
        if not offered:
            return Decision(abstained=Abstained.NO_CANDIDATE)
        cas = self._signal("cas", query.cas)
        return Decision(abstained=Abstained.ONLY_SUGGESTIONS, evidence=(cas,), candidates=offered)

    # By name

    def _named(self, query: Query) -> tuple[int, ...]:
        by_key = self.target.by_key
        if query.medium != "resource":
            named = by_key.get(query.key)
            return () if named is None else (named,)
        keys = dict.fromkeys((query.key, without_place(query.key)))
        found = dict.fromkeys(there for key in keys if (there := by_key.get(key)) is not None)
        found |= dict.fromkeys(there for key in keys for there in self._placed.get(key, ()))
        return tuple(found)

    def _by_name(self, query: Query) -> Decision | None:
        found = tuple(s for s in self._named(query) if self.offers(s, query))
        if not found:
            return None
        graded = self._grades(query, found)
        if graded:
            return Decision(abstained=Abstained.AMBIGUOUS, candidates=(*found, *graded))
        same = self.target.keys[found[0]] == query.key
        name = self._signal("name" if same else "name without its compartment", query.key)
        if not query.cas:
            return Decision(found, Tier.NAME, evidence=(name,))
        agreeing = tuple(s for s in found if query.cas in self.target.cas(s))
        silent = tuple(s for s in found if not self.target.cas(s))
        if agreeing:
            both = (name, self._signal("cas", query.cas))
            return Decision((*agreeing, *silent), Tier.NAME_AND_CAS, evidence=both)
        if not silent:
            return self._conflict(found, (name,), query.cas)
        rivals = [s for s in self.target.by_cas.get(query.cas, ()) if self.offers(s, query)]
        if rivals:
            return Decision(abstained=Abstained.AMBIGUOUS, evidence=(name,), candidates=(*silent, *rivals))
        return Decision(silent, Tier.NAME, evidence=(name,))

    def _grades(self, query: Query, found: tuple[int, ...]) -> tuple[int, ...]:
        """Ores of the same substance by grade, beside the plain name in one compartment: which is meant?"""
        if query.medium != "resource":
            return ()
        graded = self._graded.get(without_place(query.key), ())
        contexts = {c for s in found for c in self._contexts(s)} if graded else set()
        return tuple(s for s in graded if s not in found and not contexts.isdisjoint(self._contexts(s)))

    def _contexts(self, substance: int) -> array[int]:
        rows = self.target.rows(substance)
        return self.target.context_of_row[rows.start : rows.stop]

    def _conflict(self, found: tuple[int, ...], agreed: tuple[Signal, ...], cas: str) -> Decision:
        theirs = sorted(set().union(*(self.target.cas(s) for s in found)))
        against = Signal("cas", f"{cas} ≠ {'; '.join(theirs)}", self._edition)
        return Decision(
            abstained=Abstained.CAS_CONFLICT, evidence=agreed, conflicts=(against,), candidates=found
        )

    # By CAS number and a second signal

    def _by_cas(self, query: Query) -> Decision | None:
        if not query.cas or query.cas in _CLASSED_CAS:
            return None
        candidates = [s for s in self.target.by_cas.get(query.cas, ()) if self.offers(s, query)]
        fitting = {s: why for s in candidates if (why := self._second_signal(query, s)) is not None}
        if len(fitting) > 1:
            return Decision(abstained=Abstained.AMBIGUOUS, candidates=tuple(fitting))
        cas = self._signal("cas", query.cas)
        for substance, why in fitting.items():
            return Decision((substance,), Tier.CAS_AND_SYNONYM, evidence=(cas, why))
        return self._by_ore(query, candidates, cas)

    def _by_ore(self, query: Query, candidates: Sequence[int], cas: Signal) -> Decision | None:
        metal = ore_of(without_place(query.key)) if query.medium == "resource" else ""
        for substance in candidates:
            if metal and metal == without_place(self.target.keys[substance]):
                return Decision(
                    (substance,),
                    Tier.CAS_AND_SYNONYM,
                    Predicate.BROADER,
                    evidence=(cas, self._signal("name without the ore's grade", metal)),
                    losses=("ore-grade-lost",),
                )
        return None

    def _second_signal(self, query: Query, substance: int) -> Signal | None:
        ours, theirs = facets(query.key), facets(self.target.keys[substance])
        if (ours.isotope, ours.state) != (theirs.isotope, theirs.state):
            return None
        published = _names(self.target, substance)
        mine = (query.key, *query.synonyms)
        for key in mine:
            if key in published:
                return self._signal("synonym", key)
        spelt = published | {spelling(key) for key in published}
        for key in mine:
            for variant in variants(key):
                if variant.key in spelt:
                    return self._signal(variant.change, variant.key)
        for witness in self._witnesses:
            for known in witness.by_cas.get(query.cas, ()):
                names = _names(witness, known)
                if not names.isdisjoint(mine) and not names.isdisjoint(published):
                    return Signal("synonym", query.key, str(witness.edition))
        return None

    # By a published synonym

    def _by_synonym(self, query: Query) -> Decision | None:
        found: dict[int, Signal] = {}
        spelt = self.target.by_key.get(spelling(query.key))
        if spelt is not None:
            found[spelt] = self._signal("spelling", spelling(query.key))
        if len(query.key) >= SHORTEST_SYNONYM:
            for there in self.target.by_synonym.get(query.key, ()):
                found.setdefault(there, self._signal("synonym", query.key))
        for key in query.synonyms:
            if len(key) >= SHORTEST_SYNONYM and (named := self.target.by_key.get(key)) is not None:
                found.setdefault(named, self._signal("synonym of the source", key))
        return self._published(query, found)

    def _by_witness(self, query: Query) -> Decision | None:
        found: dict[int, Signal] = {}
        for witness in self._witnesses:
            edition, named = str(witness.edition), witness.by_key.get(query.key)
            for known in witness.by_synonym.get(query.key, ()) if named is None else (named,):
                cas = witness.cas(known)
                if query.cas and cas and query.cas not in cas:
                    continue
                for key in sorted(_names(witness, known)):
                    there = self.target.by_key.get(key)
                    if len(key) >= SHORTEST_SYNONYM and there is not None:
                        found.setdefault(there, Signal("synonym", key, edition))
                for number in sorted(cas):
                    for there in self.target.by_cas.get(number, ()):
                        found.setdefault(there, Signal("cas of the name", number, edition))
        return self._published(query, found)

    def _published(self, query: Query, found: dict[int, Signal]) -> Decision | None:
        found = {
            s: why
            for s, why in found.items()
            if self.offers(s, query) and _CLASSED_CAS.isdisjoint(self.target.cas(s) | {query.cas})
        }
        if len(found) != 1:
            return Decision(abstained=Abstained.AMBIGUOUS, candidates=tuple(found)) if found else None
        ((substance, why),) = found.items()
        theirs = self.target.cas(substance)
        if query.cas and theirs and query.cas not in theirs:
            return self._conflict((substance,), (why,), query.cas)
        there = self.target.keys[substance]
        if facets(query.key) != facets(there) or _qualified(query.key, there):
            return Decision(abstained=Abstained.ONLY_SUGGESTIONS, evidence=(why,), candidates=(substance,))
        return Decision((substance,), Tier.SYNONYM, evidence=(why,))

    def _signal(self, what: str, value: str) -> Signal:
        return Signal(what, value, self._edition)


def _names(list: FlowList, substance: int) -> set[str]:
    return {list.keys[substance]} | {exact(s) for label in list.labels(substance) for s in label.synonyms}


def _qualified(one: str, other: str) -> bool:
    """Whether one name is the other with something added: nitrogen, and nitrogen, organic bound."""
    return any(
        long.startswith((f"{short},", f"{short} ", f"{short}("))
        for short, long in ((one, other), (other, one))
    )
