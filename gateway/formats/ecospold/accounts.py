"""What is told of which data set, and what a writer says of the leaves that come back otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.codec.accounting import shown
from gateway.codec.datasets import Bundle
from gateway.errors import GatewayError, InputError
from gateway.formats.ecospold.additions import proven_addition
from gateway.formats.ecospold.excuses import Case, proven_change
from gateway.model.base import Leaf
from gateway.model.dataset import DatasetKind, Key
from gateway.model.inventory import Flow
from gateway.model.process import Exchange
from gateway.model.walk import escape, same
from gateway.report import Fate, Note


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

    def stand_ins(self, found: Mapping[Key, Key]) -> set[str]:
        """The ids of the data sets that the file has in place of others that read the same there."""
        owners = ((source, self.owners.get(target.id)) for source, target in found.items())
        return {owner for source, owner in owners if owner is not None and owner != source.id}

    def same_flow(self, uuid: str, was: Exchange) -> Note | None:
        """A note where the flow that has ``uuid`` in the output is another one than that of the source."""
        owner = self.owners.get(uuid, uuid)
        if owner == was.flow.uuid or not isinstance(was.flow.uuid, str):
            return None
        path = f"/exchanges/{escape(was.id)}/flow/uuid"
        return Note("ecospold.same-flow", path, Fate.CONVERTED, was.flow.uuid, owner)


def property_ids(bundle: Bundle, keys: Iterable[Key]) -> dict[Key, dict[str, str]]:
    """The id that the reference property of each flow has here, where it is the only one."""
    found = {}
    for key in keys:
        flow = bundle.read(key).dataset if key.kind is DatasetKind.FLOW else None
        value = flow.reference_property if isinstance(flow, Flow) else None
        if value is not None and value.id != "0":
            found[key] = {value.id: "0"}
    return found


def explain(
    old: Mapping[str, Leaf],
    new: Mapping[str, Leaf],
    own: Iterable[Note],
    chosen: frozenset[str] = frozenset(),
) -> tuple[Note, ...]:
    """The writer's word on every leaf that comes back otherwise, where it is proven to be what was meant.

    Args:
        old: the leaves of a data set of the source.
        new: what a reader makes of it in the output, in the ids of the source.
        own: words that the writer has already found; they stand.
        chosen: texts that it took from other data sets.
    """
    found = {note.path: note for note in own if not _needless(note.path, old, new)}
    for note in _differences(old, new, chosen):
        found.setdefault(note.path, note)
    return tuple(found.values())


def _needless(path: str, old: Mapping[str, Leaf], new: Mapping[str, Leaf]) -> bool:
    return (path in old and path in new and same(old[path], new[path])) or (
        path not in old and path not in new
    )


def _differences(old: Mapping[str, Leaf], new: Mapping[str, Leaf], chosen: frozenset[str]) -> Iterator[Note]:
    for path, now in new.items():
        was = old.get(path)
        if was is now or (was is not None and same(was, now)):
            continue
        case = Case(path, was, now, old, new, chosen)
        if was is None:
            if proven_addition(case):
                yield Note("ecospold.defaulted", path, Fate.DEFAULTED, "", shown(now))
        elif (fate := proven_change(case)) is not None:
            yield Note(_CODES[fate], path, fate, shown(was), shown(now))


_CODES: Final = {
    Fate.CONVERTED: "ecospold.spelled",
    Fate.ROUNDED: "ecospold.rounded",
    Fate.TRUNCATED: "ecospold.cut",
}
