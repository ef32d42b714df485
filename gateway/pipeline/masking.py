"""Paths that stand in a public report: without the names of items that its reader may not see."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.model.declaration import Declaration
from gateway.model.disclosure import Disclosure, redact
from gateway.model.walk import Place, leaves

_HIDDEN = "withheld"
_EXTRAS = "extras"


class Mask:
    """Which keys of items (a line's id, a supplier's extra field) no reader of a class may see.

    A key is public if something of its item is left by redaction: an item whose naming field goes, goes
    as a whole. Hidden keys become ``withheld-1``, ``withheld-2`` in the order of their list, so that all
    leaves of one item still stand together.
    """

    def __init__(self, declaration: Declaration, allowed: Disclosure) -> None:
        shown = {above for place in leaves(redact(declaration, allowed)) for above in _items(place)}
        self._names: dict[str, str] = {}
        counts: dict[str, int] = {}
        for place in leaves(declaration):
            for item in _items(place):
                if item in shown or item in self._names:
                    continue
                inside = item.rpartition("/")[0]
                counts[inside] = counts.get(inside, 0) + 1
                self._names[item] = f"{_HIDDEN}-{counts[inside]}"

    def path(self, path: str) -> str:
        """``path`` with every hidden key replaced."""
        masked, seen = [""], ""
        for step in path.split("/")[1:]:
            seen = f"{seen}/{step}"
            masked.append(self._names.get(seen, step))
        return "/".join(masked) if path.startswith("/") else path


def _items(place: Place) -> Iterator[str]:
    """The paths of the list items and extras that a leaf is in, outermost first."""
    path, pattern = place.path.split("/"), place.pattern.split("/")
    for end, step in enumerate(pattern, 1):
        if step == "*":
            yield "/".join(path[:end])
    if pattern[-1] == _EXTRAS and len(path) > len(pattern):
        yield place.path
