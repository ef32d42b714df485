"""What a writer says of the leaves that come back otherwise: by field, and only of fields that it may change.

EcoSpold has fields for which other formats have none, asks for words where they say nothing, and spells codes
otherwise. Each field in which that is so stands here with the word for it. An amount, a unit, a direction or
what is exchanged is not among them: such a change is our bug.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from gateway.codec.accounting import shown
from gateway.codec.dataset_books import is_same_everywhere
from gateway.errors import GatewayError, InputError
from gateway.model.base import Leaf
from gateway.model.dataset import Dataset, Key, Reference
from gateway.model.process import Exchange
from gateway.model.walk import escape, leaves, same
from gateway.report import Fate, Note

_LABELS: Final = ("/uri", "/kind", "/version")


@dataclass(slots=True)
class Ledger:
    """What has been told so far, and which data set of the source each id of the output stands for."""

    format: str
    here: frozenset[str]
    told: set[Key] = field(default_factory=set)
    owners: dict[str, str] = field(default_factory=dict)

    def enter(self, found: Mapping[Key, Key]) -> tuple[dict[Key, Key], dict[Key, tuple[GatewayError, ...]]]:
        """What becomes what for the first time; and what the format cannot tell from another data set."""
        becomes: dict[Key, Key] = {}
        merged: dict[Key, tuple[GatewayError, ...]] = {}
        for source, target in found.items():
            if source in self.told:
                continue
            self.told.add(source)
            owner = self.owners.setdefault(target.id, source.id)
            if owner == source.id:
                becomes[source] = target
            else:
                error = InputError(source.id, code="ecospold.merged", other=owner, format=self.format)
                merged[source] = (error,)
        return becomes, merged

    def flow(self, exchange: Exchange, was: Exchange) -> tuple[Reference, tuple[Note, ...]]:
        """The flow of an exchange in the ids of the source, and a note where it is another one there."""
        uuid = str(exchange.flow.uuid)
        flow = exchange.flow.model_copy(update={"uuid": self.owners.get(uuid, uuid)})
        note = self.same_flow(uuid, was)
        return flow, () if note is None else (note,)

    def same_flow(self, uuid: str, was: Exchange) -> Note | None:
        """A note where the flow that has ``uuid`` in the output is another one than that of the source."""
        owner = self.owners.get(uuid, uuid)
        if owner == was.flow.uuid or not isinstance(was.flow.uuid, str):
            return None
        path = f"/exchanges/{escape(was.id)}/flow/uuid"
        return Note("ecospold.same-flow", path, Fate.CONVERTED, was.flow.uuid, owner)


# Fields whose value the format spells in its own way.
_SPELLED: Final = re.compile(
    r"/(?:id|version|changed|created|kind|languages/\d+|coverage|is_infrastructure|period/.*|location/.*|name/.*"
    r"|treatment/.*|classifications/.*|compartment/\d+|links/.*|reviews/.*|publication/.*|synonyms/.*|cas"
    r"|properties/.*|authors|title|year|address/.*|country|email|telephone|telefax|formula|documents/.*"
    r"|system_model/.*|exchanges/[^/]+/(?:group|location/.*|uncertainty/.*|provider/.*|is_waste|is_avoided"
    r"|sources/.*|flow/(?:name|kind|version|uri).*|flow_property/.*|comment/.*|allocations/.*|properties/.*"
    r"|parameter|formula)"
    r"|parameters/.*|results/.*|default_allocation|extras/ecospold[12]#.*)"
)
# Fields that it fills where the source says nothing, or says it elsewhere.
_ADDED: Final = re.compile(
    r"/(?:extras/.*|documents/.*|synonyms/.*|id|version|changed|created|kind|languages/\d+|is_infrastructure|period/.*|location/.*"
    r"|classifications/.*|links/.*|reviews/.*|publication/.*|properties/.*|system_model/.*|name/.*|authors|title"
    r"|year|address/.*|country|email|compartment/\d+|is_person"
    r"|exchanges/[^/]+/(?:group|location/.*|uncertainty/.*|provider/.*|is_waste|flow/name/.*|flow/uuid"
    r"|flow_property/.*|unit|sources/.*|comment/.*|allocations/.*)"
    r"|parameters/.*|results/.*|kind|cas|formula)"
)


def explained(
    before: Dataset,
    after: Dataset,
    here: frozenset[str],
    own: Iterable[Note] = (),
    units: Mapping[str, str] | None = None,
) -> tuple[Note, ...]:
    """The writer's word on every leaf of ``after`` that is another one than in ``before``.

    Args:
        after: what a reader makes of the output, in the ids of the source.
        here: the ids of the data sets of the package, whose names are not repeated.
        own: words that the writer has already found; they stand.
        units: by path, units that the source tells by way of the flow.
    """
    old = _leaves(before, here)
    new = _leaves(after, here)
    for path, unit in (units or {}).items():
        old.setdefault(path, unit)
    found = {note.path: note for note in own}
    for note in _differences(old, new):
        found.setdefault(note.path, note)
    return tuple(note for path, note in found.items() if not _needless(path, old, new))


def explain(old: Mapping[str, Leaf], new: Mapping[str, Leaf], own: Iterable[Note]) -> tuple[Note, ...]:
    """The same of leaves that both stand there in the ids of the source. ``own``: words already found."""
    found = {note.path: note for note in own if not _needless(note.path, old, new)}
    for note in _differences(old, new):
        found.setdefault(note.path, note)
    return tuple(found.values())


def _leaves(dataset: Dataset, here: frozenset[str]) -> dict[str, Leaf]:
    """The leaves without those that only repeat another data set of the package."""
    found = {place.path: place.value for place in leaves(dataset)}
    repeated = [
        p[: -len("/uuid")] for p, v in found.items() if p.endswith("/uuid") and str(v).lower() in here
    ]
    for at in repeated:
        for label in _LABELS:
            found.pop(at + label, None)
    for path in [path for path in found if path.endswith("/scheme")]:
        if is_same_everywhere(found.get(path.removesuffix("scheme") + "code")):
            del found[path]
    names = {f"{at}/name" for at in repeated}
    return {path: value for path, value in found.items() if path.rpartition("/")[0] not in names}


def _needless(path: str, old: Mapping[str, Leaf], new: Mapping[str, Leaf]) -> bool:
    return (path in old and path in new and same(old[path], new[path])) or (
        path not in old and path not in new
    )


def _differences(old: Mapping[str, Leaf], new: Mapping[str, Leaf]) -> Iterator[Note]:
    for path, value in new.items():
        before = old.get(path)
        if before is value:
            continue
        if before is None:
            if _may(_ADDED, path):
                yield Note("ecospold.defaulted", path, Fate.DEFAULTED, "", shown(value))
        elif not same(before, value) and _may(_SPELLED, path):
            yield Note("ecospold.spelled", path, Fate.CONVERTED, shown(before), shown(value))


def _may(fields: re.Pattern[str], path: str) -> bool:
    """Whether a field is among those of a list, by the path without the exchange that it belongs to."""
    steps = path.split("/", 3)
    if steps[1:2] == ["exchanges"] and len(steps) == 4:
        return _is_among(fields, f"/exchanges/{steps[2] and '*'}/{steps[3]}")
    return fields.fullmatch(path) is not None


@lru_cache(maxsize=4096)
def _is_among(fields: re.Pattern[str], path: str) -> bool:
    return fields.fullmatch(path) is not None
