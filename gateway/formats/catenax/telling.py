"""What the writers of Catena-X aspects say of leaves that are read back otherwise, or are new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from gateway.codec.accounting import shown
from gateway.model.base import Leaf
from gateway.model.walk import same
from gateway.report import Fate, Note

# Extras are what the caller has told.
_TOLD: Final = "/extras/"


def explained(before: Mapping[str, Leaf], after: Mapping[str, Leaf], own: Iterable[Note]) -> Iterator[Note]:
    """The writer's notes on what is not read back as it was, and one for each leaf that is new."""
    told = {note.path: note for note in own}
    for path, leaf in after.items():
        old = before.get(path)
        if same(old, leaf):
            told.pop(path, None)
        elif path in told and (old is not None or told[path].fate in (Fate.DEFAULTED, Fate.INFERRED)):
            continue
        elif old is not None:
            yield Note("component.rendered", path, Fate.CONVERTED, shown(old), shown(leaf))
        elif path.startswith(_TOLD):
            yield Note("component.told", path, Fate.DEFAULTED, "", shown(leaf))
        else:
            yield Note("component.rendered", path, Fate.INFERRED, "", shown(leaf))
    yield from (note for path, note in told.items() if path in before or path in after)
