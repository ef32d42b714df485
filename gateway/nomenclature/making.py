"""A map out of two lists: what applies by itself, what a person may choose from, and what has no answer.

Each row carries its evidence; where nothing applies, every row of that name carries the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.nomenclature.flow import Flow
from gateway.nomenclature.match import Match, Matcher
from gateway.nomenclature.names import exact
from gateway.nomenclature.row import ABSTAINED, AT_STAKE, Abstained, End, MapRow, MapSet, Predicate
from gateway.nomenclature.suggest import Suggester
from gateway.quantity.exact import plain

_TOOL: Final = "hutong"


@dataclass(frozen=True, slots=True)
class Made:
    """A map, and what became of each flow."""

    map: MapSet
    matches: tuple[Match, ...]

    @property
    def tiers(self) -> dict[str, int]:
        """How many flows each tier has mapped."""
        told = (match.rows[0].tier for match in self.matches if match.rows)
        return dict(sorted(Counter(tier.value for tier in told if tier is not None).items()))

    @property
    def reasons(self) -> dict[str, int]:
        """How many flows were left alone for each reason."""
        told = (match.abstained for match in self.matches if not match.rows)
        return dict(sorted(Counter(str(why) for why in told if why is not None).items()))

    @property
    def at_stake(self) -> tuple[Match, ...]:
        """The gases that were left alone, the heaviest first."""
        lost = [match for match in self.matches if not match.rows and match.at_stake]
        return tuple(sorted(lost, key=lambda match: (-(match.at_stake or 0), match.source.name)))


def ends(flows: Iterable[Flow], *, source_list: str, version: str = "") -> tuple[End, ...]:
    """Flows as sources of a map, each once, in their order."""
    found = (
        End(
            source_list,
            version,
            flow.id,
            flow.name,
            cas=flow.cas,
            formula=flow.formula,
            context=flow.context,
            unit=flow.unit,
            synonyms=flow.synonyms,
        )
        for flow in flows
    )
    return tuple(dict.fromkeys(found))


def make_map(
    sources: Sequence[End], matcher: Matcher, *, suggester: Suggester | None = None, limit: int = 5
) -> Made:
    """What becomes of each of ``sources`` in the matcher's list.

    Args:
        suggester: who offers candidates where nothing applies; none are offered without one.
        limit: how many candidates a name has at most.
    """
    matches = tuple(map(matcher.match, sources))
    rows = tuple(row for match in matches for row in _rows(matcher, match, suggester, limit))
    return Made(MapSet(rows, title=f"{_lists(sources)} → {matcher.target.edition}"), matches)


def _lists(sources: Sequence[End]) -> str:
    names = dict.fromkeys(f"{end.list} {end.version}".strip() for end in sources)
    return ", ".join(name for name in names if name) or "?"


def _rows(matcher: Matcher, match: Match, suggester: Suggester | None, limit: int) -> Iterator[MapRow]:
    if match.rows:
        yield from match.rows
        return
    decided = match.abstained is Abstained.DECIDED
    why = [(ABSTAINED, str(match.abstained))]
    if match.at_stake:
        why.append((AT_STAKE, plain(match.at_stake)))
    offered = () if suggester is None or decided else suggester.suggest(match.source, limit=limit)
    for one in offered:
        yield replace(
            _there(matcher, match.source, one.target),
            predicate=Predicate.CLOSE,
            tier=one.tier,
            confidence=one.confidence,
            evidence=one.evidence,
            conflicts=match.conflicts,
            tool=_TOOL,
            extra=tuple(why),
        )
    if not offered:
        yield MapRow(
            match.source,
            End(),
            Predicate.NONE if decided else Predicate.CLOSE,
            evidence=match.evidence,
            conflicts=match.conflicts,
            tool=_TOOL,
            extra=tuple(why),
        )


def _there(matcher: Matcher, source: End, substance: End) -> MapRow:
    """A substance as its flow in the source's compartment, where the list has one."""
    number = matcher.target.by_key.get(exact(substance.name))
    found = None if number is None else matcher.flow_of(number, source)
    return found if found is not None else MapRow(source, substance)
