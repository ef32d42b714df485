"""Put what an entity said beyond our model back where it stood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from gateway.codec.jsonwrite import raw
from gateway.formats.openlca.tables import FAMILY, UNREAD, Member, enum, structure
from gateway.model.walk import unescape

_PREFIX: Final = f"{FAMILY}#/"
_APPENDED: Final = "#appended"
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def graft(
    entity: str,
    document: dict[str, Any],
    places: Mapping[tuple[str, ...], dict[str, Any]],
    extras: Mapping[str, str],
    dropped: frozenset[str],
) -> None:
    """Put back every extra of the family for which there is room.

    ``places`` are list items by the steps under which their leftovers were kept. ``dropped`` are members
    that the writer makes itself.
    """
    for name, text in extras.items():
        if not name.startswith(_PREFIX):
            continue
        steps = tuple(unescape(step) for step in name[len(_PREFIX) :].split("/"))
        value = raw(text)
        if steps[0] == UNREAD or steps[0] in dropped or not fits(entity, steps, value):
            continue
        node: Any = document
        rest = steps
        if steps[:2] in places:
            node, rest = places[steps[:2]], steps[2:]
        elif steps[:2] == ("allocationFactors", "+"):
            node = _appended(document, int(steps[2]))
            rest = steps[3:]
        elif steps[0] in {place[0] for place in places} and len(steps) > 1:
            # An item that is not there any more.
            continue
        _put(node, rest, value)
    document.pop(_APPENDED, None)


def fits(entity: str, steps: tuple[str, ...], value: object) -> bool:
    """Whether a scalar (or an empty container) may stand there; members of others may be anything."""
    if value is None:
        return False
    kind = entity
    left = list(steps)
    while left:
        member = structure().get(kind, {}).get(left.pop(0))
        if member is None:
            return True
        if member.many:
            if not left:
                return value == []
            left.pop(0)
        if not left:
            return _is(member, value)
        if member.kind not in ("Ref", "object"):
            return member.kind == "any"
        kind = "Ref" if member.kind == "Ref" else member.of
    return isinstance(value, dict)


def _is(member: Member, value: object) -> bool:
    if member.kind == "enum":
        return value in enum(member.of)
    if member.kind in ("Ref", "object"):
        return isinstance(value, dict) and not structure().get("Ref" if member.kind == "Ref" else member.of)
    is_number = isinstance(value, str) and type(value) is not str
    if member.kind == "double":
        return is_number
    if member.kind == "int":
        return is_number and str(value).lstrip("-").isdecimal()
    if member.kind == "boolean":
        return isinstance(value, bool)
    if member.kind == "any":
        return True
    is_text = type(value) is str
    return is_text and (member.kind == "string" or _DAY.match(str(value)) is not None)


def _appended(document: dict[str, Any], number: int) -> dict[str, Any]:
    """The item that ``number`` is among those appended to the list of allocation factors."""
    factors = document.setdefault("allocationFactors", [])
    made: dict[int, dict[str, Any]] = document.setdefault(_APPENDED, {})
    if number not in made:
        made[number] = {}
        factors.append(made[number])
    return made[number]


def _put(node: Any, steps: tuple[str, ...], value: object) -> None:  # noqa: ANN401 - JSON
    for here, after in pairwise(steps):
        if isinstance(node, list):
            if not here.isdecimal() or int(here) > len(node):
                return
            if int(here) == len(node):
                node.append([] if after == "0" else {})
            node = node[int(here)]
        elif isinstance(node, dict):
            node = node.setdefault(here, [] if after == "0" else {})
        else:
            return
    last = steps[-1]
    if isinstance(node, list):
        if last.isdecimal() and int(last) == len(node):
            node.append(value)
    elif isinstance(node, dict) and last not in node:
        node[last] = value
