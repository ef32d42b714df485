"""Who may see which leaf: the disclosure class of every field and line, and what is left for a reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache

from gateway import resources
from gateway.model.base import Missing
from gateway.model.declaration import Declaration
from gateway.model.walk import Place, leaves, prune


class Disclosure(StrEnum):
    """C0 public, C1 customer under contract, C2 verifier or authority, C3 never leaves."""

    C0 = "C0"
    C1 = "C1"
    C2 = "C2"
    C3 = "C3"


@cache
def field_classes() -> Mapping[str, Disclosure]:
    """The default class of every field of the model, by pattern."""
    classes: dict[str, Disclosure] = {}
    for row in resources.table("fields/cn_pcf.csv"):
        pattern = _pattern(row["model"])
        if pattern:
            found = Disclosure(row["class"])
            classes[pattern] = max(classes.get(pattern, found), found)
    return classes


def class_of(declaration: Declaration, place: Place) -> Disclosure:
    """The class of one leaf: its field's, raised (never lowered) by the line or attachment it is in.

    What has no field (extras) never leaves: nobody said that it may.
    """
    return _classify(place, _marks(declaration))


def classes(declaration: Declaration) -> dict[str, Disclosure]:
    """The class of every leaf, by path."""
    marks = _marks(declaration)
    return {place.path: _classify(place, marks) for place in leaves(declaration)}


def withheld(declaration: Declaration, allowed: Disclosure) -> Iterator[Place]:
    """The leaves that a reader of class ``allowed`` must not see. Absence itself is no secret."""
    marks = _marks(declaration)
    for place in leaves(declaration):
        if not isinstance(place.value, Missing) and _classify(place, marks) > allowed:
            yield place


def redact(declaration: Declaration, allowed: Disclosure) -> Declaration:
    """The declaration as a reader of class ``allowed`` may see it."""
    marks = _marks(declaration)
    return prune(declaration, lambda place: _classify(place, marks) <= allowed)


def _classify(place: Place, marks: Mapping[str, Disclosure]) -> Disclosure:
    base = field_classes().get(place.pattern)
    if base is None:
        base = Disclosure.C3 if place.pattern.startswith("/extras") else Disclosure.C0
    return max(base, *(m for p, m in _above(place.path, marks)), base)


def _above(path: str, marks: Mapping[str, Disclosure]) -> Iterator[tuple[str, Disclosure]]:
    steps = path.split("/")
    if len(steps) > 2:
        prefix = "/".join(steps[:3])
        if prefix in marks:
            yield prefix, marks[prefix]


def _marks(declaration: Declaration) -> Mapping[str, Disclosure]:
    """The class that lines and attachments give themselves, by their path. An unknown mark hides all."""
    marks: dict[str, Disclosure] = {}
    for place in leaves(declaration):
        if place.pattern in ("/lines/*/confidentiality", "/attachments/*/confidentiality"):
            known = isinstance(place.value, str) and place.value in Disclosure.__members__
            mark = Disclosure(str(place.value)) if known else Disclosure.C3
            marks[place.path.rpartition("/")[0]] = mark
    return marks


def _pattern(model: str) -> str:
    """The walk pattern of a field table's model path: no language, list items as ``*``."""
    steps = model.partition("@")[0].split("/")
    return "/".join("*" if step[:1] in ("[", "{") else step for step in steps)
