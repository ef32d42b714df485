"""Who may see which leaf: the disclosure class of every field and line, and what is left for a reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import get_args, get_origin

from pydantic import BaseModel

from gateway import resources
from gateway.model import access
from gateway.model.base import Leaf, Missing, Part
from gateway.model.declaration import Declaration
from gateway.model.walk import Place, places, prune, unescape


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
        for pattern in _patterns(row["model"]):
            found = Disclosure(row["class"])
            classes[pattern] = max(classes.get(pattern, found), found)
    for pattern, group in access.groups().items():
        if access.is_guarded(pattern):
            classes[pattern] = Disclosure.C0 if group is access.Access.PUBLIC else Disclosure.C3
    for row in resources.table("fields/cbam_data.csv"):
        classes.setdefault(row["model"].partition("@")[0], Disclosure(row["class"]))
    return {**classes, **dict.fromkeys(_documents(), Disclosure.C3)}


def _documents() -> Iterator[str]:
    """Their group is that of their kind, so that the field alone opens nothing."""
    for row in resources.table("fields/passport_data.csv"):
        if row["access"] == "kind":
            yield row["model"].partition("@")[0]


@cache
def _carriers() -> Mapping[str, Disclosure]:
    """The class of what stood in a published carrier and has no field, by the extras' namespace."""
    return {row["namespace"]: Disclosure(row["class"]) for row in resources.table("codes/extras.csv")}


def class_of(declaration: Declaration, place: Place) -> Disclosure:
    """The class of one leaf: its field's, raised (never lowered) by the line or attachment it is in.

    What has no class never leaves: nobody said that it may. Extras have that of the carrier they came in.
    """
    return _classify(place, _marks(declaration))


def classes(declaration: Declaration) -> dict[str, Disclosure]:
    """The class of every leaf, by path."""
    marks = _marks(declaration)
    return {place.path: _classify(place, marks) for place in places(declaration)}


def withheld(declaration: Declaration, allowed: Disclosure) -> Iterator[Place]:
    """The leaves that a reader of class ``allowed`` does not get.

    With what names an item (a line's id) goes the whole item. Bare absence is no secret.
    """
    marks = _marks(declaration)
    told = [place for place in places(declaration) if not _is_bare(place.value)]
    hidden = {place.path for place in told if _classify(place, marks) > allowed}
    items = {_above_of(p.path) for p in told if p.path in hidden and p.pattern in names_of_items()}
    for place in told:
        if place.path in hidden or any(above in items for above in _ancestors(place.path)):
            yield place


def redact(
    declaration: Declaration, allowed: Disclosure, audience: access.Audience = access.Audience.PUBLIC
) -> Declaration:
    """The declaration as a reader of class ``allowed`` may see it.

    Of the passport's second input he sees what its access groups open to ``audience``, and nothing else; an
    audience that is named beyond the public sees the passport points of its groups in the declaration, too.
    """
    marks = _marks(declaration)
    open_ = access.opened(declaration, audience)
    named = audience is not access.Audience.PUBLIC

    def keep(place: Place) -> bool:
        if _is_bare(place.value):
            return True
        if access.is_guarded(place.pattern) or (named and place.path in open_):
            return place.path in open_
        return _classify(place, marks) <= allowed

    return prune(declaration, keep)


@cache
def names_of_items() -> frozenset[str]:
    """The patterns of the fields that their part cannot be without."""
    return frozenset(_required(Declaration, ""))


def _required(kind: type[BaseModel], above: str) -> Iterator[str]:
    for name, info in kind.model_fields.items():
        here = f"{above}/{name}"
        inside = _types(info.annotation)
        parts = [k for k in inside if isinstance(k, type) and issubclass(k, Part) and k is not Missing]
        if info.is_required() and not parts:
            yield here
        for part in parts:
            is_list = any(get_origin(k) is tuple for k in inside)
            yield from _required(part, f"{here}/*" if is_list else here)


def _types(annotation: object) -> list[object]:
    return [annotation, *(inner for arg in get_args(annotation) for inner in _types(arg))]


def _is_bare(value: Leaf) -> bool:
    """Absence that keeps nothing of what stood there."""
    return isinstance(value, Missing) and value.text is None


def _above_of(path: str) -> str:
    return path.rpartition("/")[0]


def _ancestors(path: str) -> Iterator[str]:
    while path := _above_of(path):
        yield path


def _classify(place: Place, marks: Mapping[str, Disclosure]) -> Disclosure:
    """A part of a field (the code of a place) has its field's class."""
    known = field_classes()
    if place.pattern == "/extras":
        namespace = unescape(place.path.removeprefix("/extras/")).partition("#")[0]
        return _carriers().get(namespace, Disclosure.C3)
    base = known.get(place.pattern) or known.get(_above_of(place.pattern)) or Disclosure.C3
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
    for place in places(declaration):
        if place.pattern in ("/lines/*/confidentiality", "/attachments/*/confidentiality"):
            known = isinstance(place.value, str) and place.value in Disclosure.__members__
            mark = Disclosure(str(place.value)) if known else Disclosure.C3
            marks[place.path.rpartition("/")[0]] = mark
    return marks


def _patterns(model: str) -> Iterator[str]:
    """The walk patterns behind a field table's model path: no language, list items as ``*``."""
    steps = model.partition("@")[0].split("/")
    stars = ["*" if step[:1] in ("[", "{") else step for step in steps]
    if model:
        yield "/".join(stars)
    for at, step in enumerate(steps):
        if step.startswith("{"):  # the member's name is a field of the item
            yield "/".join([*stars[: at + 1], step[1:-1]])
