"""What leaves the house with a target: every leaf of the source that its readers get, and what opened it."""

from __future__ import annotations

from typing import Final

from gateway.model.access import access_of, is_guarded
from gateway.model.disclosure import Disclosure, class_of
from gateway.model.walk import places
from gateway.pipeline.convert import Outcome, Source
from gateway.report import Fate

# Written otherwise than it stands in the source, and written all the same.
_WRITTEN: Final = frozenset({Fate.CONVERTED, Fate.ROUNDED, Fate.TRUNCATED, Fate.CHOSEN, Fate.AGGREGATED})
PUBLIC: Final = Disclosure.C0.value


def leaving(source: Source, outcome: Outcome) -> dict[str, tuple[str, ...]]:
    """The paths of the leaves that stand in the output, as they were or changed; restated ones among them.

    They are listed under their disclosure class, or under the access group of the passport (``public``,
    ``interest-commission``, ``interest``, ``authorities``) where that has opened them.
    """
    own = source.declaration
    withheld = {note.path for note in outcome.notes if note.fate is Fate.WITHHELD}  # only told to be hidden
    paths = (outcome.kept - withheld) | {note.path for note in outcome.notes if note.fate in _WRITTEN}
    every = {place.path: place for place in places(own)}
    if outcome.restated is not None:
        beside = own.model_copy(update={"results": (outcome.restated,)})
        every |= {place.path: place for place in places(beside) if place.path not in every}
    found: dict[str, list[str]] = {}
    for path in sorted(paths & every.keys()):
        place, own_class = every[path], class_of(own, every[path])
        group = access_of(own, place)
        by_group = group is not None and (is_guarded(place.pattern) or own_class > outcome.disclosure)
        found.setdefault(group.value if by_group and group is not None else own_class.value, []).append(path)
    return {one: tuple(found[one]) for one in sorted(found, key=lambda one: (one[:1] != "C", one))}
