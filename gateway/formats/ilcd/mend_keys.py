"""Numbers within a data set: an id that two exchanges have, and a reference flow named by its flow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from gateway.report import Fate, Note

_ID: Final = "@dataSetInternalID"
# Where the numbered parts of a data set stand, and where their numbers are used.
_PLACES: Final[Mapping[str, tuple[tuple[str, str], tuple[str, ...]]]] = {
    "process": (
        ("exchanges", "exchange"),
        ("processInformation", "quantitativeReference", "referenceToReferenceFlow"),
    ),
    "flow": (
        ("flowProperties", "flowProperty"),
        ("flowInformation", "quantitativeReference", "referenceToReferenceFlowProperty"),
    ),
    "unitgroup": (
        ("units", "unit"),
        ("unitGroupInformation", "quantitativeReference", "referenceToReferenceUnit"),
    ),
}
Tree = dict[str, Any]


def mend_keys(root: Tree, kind: str) -> Mapping[str, Note]:
    """What certainly stands at some paths of a tree instead of what does, by path."""
    if kind not in _PLACES:
        return {}
    parts, uses = _PLACES[kind]
    numbered = _at(root, parts)
    if not isinstance(numbered, list) or not all(isinstance(one, dict) for one in numbered):
        return {}
    used = _at(root, uses)
    named = used if isinstance(used, list) else [used] if isinstance(used, str) else []
    found: dict[str, Note] = {}
    for note in (*_twice(numbered, parts, named), *_by_flow(numbered, uses, named, used)):
        found[note.path] = note
    return found


def _twice(numbered: list[Tree], parts: tuple[str, str], named: list[Any]) -> list[Note]:
    """The second of two parts of one number gets a free one, where nothing uses the number."""
    ids = [str(one.get(_ID, "")).strip() for one in numbered]
    counts = Counter(ids)
    busy = {str(one).strip() for one in named}
    for one in numbered:
        shares = _at(one, ("allocations", "allocation"))
        if isinstance(shares, list):
            busy |= {str(share.get("@internalReferenceToCoProduct", "")).strip() for share in shares}
    free = max((int(i) for i in ids if i.isascii() and i.isdigit()), default=-1) + 1
    found, seen = [], set()
    for number, id_ in enumerate(ids):
        if counts[id_] > 1 and id_ in seen and id_ not in busy and id_.isascii() and id_.isdigit():
            path = f"/{'/'.join(parts)}/{number}/{_ID}"
            found.append(Note("ilcd.number-given-twice", path, Fate.MENDED, id_, str(free)))
            free += 1
        seen.add(id_)
    return found


def _by_flow(numbered: list[Tree], uses: tuple[str, ...], named: list[Any], used: object) -> list[Note]:
    """A reference that names a flow by its id, where one exchange has that flow, means this exchange."""
    ids = {str(one.get(_ID, "")).strip() for one in numbered}
    found = []
    for number, wanted in enumerate(named):
        if not isinstance(wanted, str) or wanted.strip() in ids:
            continue
        fitting = [one for one in numbered if wanted.strip().lower() in _targets(one)]
        if len(fitting) == 1 and _ID in fitting[0]:
            path = f"/{'/'.join(uses)}" + (f"/{number}" if isinstance(used, list) else "")
            right = str(fitting[0][_ID])
            found.append(Note("ilcd.number-by-target", path, Fate.MENDED, wanted, right))
    return found


def _targets(one: Tree) -> set[str]:
    return {
        str(value["@refObjectId"]).strip().lower()
        for value in one.values()
        if isinstance(value, dict) and value.get("@refObjectId")
    }


def _at(node: object, path: tuple[str, ...]) -> object:
    for step in path:
        node = node.get(step) if isinstance(node, dict) else None
    return node
