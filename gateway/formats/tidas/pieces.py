"""A bundle as TIDAS documents: valid ones, or the data set is refused with what it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from gateway.codec.accounting import shown
from gateway.codec.base import Context
from gateway.codec.datasets import Bundle, Piece
from gateway.codec.jsonwrite import encode
from gateway.codec.xmlstructure import Structure
from gateway.codec.xmltree import Node, XmlTree
from gateway.formats.ilcd.graph import KINDS, NAMESPACES, reading
from gateway.formats.ilcd.pieces import Carrier, write_as
from gateway.formats.ilcd.unbound_process import Kept
from gateway.formats.tidas import tree
from gateway.formats.tidas.fields import fields
from gateway.formats.tidas.mend import mended
from gateway.formats.tidas.rules import judge
from gateway.formats.tidas.shape import mended_location
from gateway.frontdoor import json as json_door
from gateway.model.activity import Place
from gateway.model.dataset import Dataset
from gateway.model.walk import by_path, same
from gateway.report import Fate, Finding, Note


def write(bundle: Bundle, context: Context) -> Iterator[Piece]:
    """Every data set as a file of its own, in the folders of ILCD."""
    fill = context.options.get("missing") == "not-stated"

    def settle(data: bytes, found: Structure, made: Dataset) -> tuple[bytes, Sequence[Note]]:
        return _settled(data, found, made, fill=fill)

    carrier = Carrier(
        _encode, _judge, ".json", "application/json", full_references=True, mend=_mend, settle=settle
    )
    return write_as(carrier, bundle, context)


def _settled(data: bytes, found: Structure, made: Dataset, *, fill: bool) -> tuple[bytes, Sequence[Note]]:
    """The file with what TIDAS refuses put right, if it refuses anything."""
    if not judge(data, found.name):
        return data, ()
    document = json_door.parse(data)
    assert isinstance(document, dict)
    data = encode(mended(document, fields(found.name), fill=fill)).encode()
    parsed = tree.parse(data)
    back = reading(KINDS[found.name], "", XmlTree(parsed.structure, parsed.root, parsed.spaces)).dataset
    return data, tuple(_differences(made, back))


# A number, or on which side it stands, is never told otherwise.
_UNTOUCHED: Final = re.compile(
    r"/.*/(?:amount|mean_amount|direction|is_reference|value|mean|factor|share|spread)|/factor"
)


def _differences(made: Dataset, back: Dataset) -> Iterator[Note]:
    before = by_path(made)
    for path, value in by_path(back).items():
        old = before.get(path)
        if _UNTOUCHED.fullmatch(path) or (old is not None and same(old, value)):
            continue
        if old is None:
            yield Note("tidas.completed", path, Fate.DEFAULTED, "", shown(value))
        else:
            yield Note("tidas.spelled", path, Fate.CONVERTED, shown(old), shown(value))


def _encode(found: Structure, root: Node, kept: Kept) -> bytes:
    spaces = {path.removeprefix("/"): str(value) for path, value in kept.get(NAMESPACES, {}).items()}
    return tree.write(found, root, spaces)


def _mend(made: Dataset) -> tuple[Dataset, Sequence[Note]]:
    """With the place of a data set as the list writes it, where it was written backwards."""
    place = getattr(made, "location", None)
    if not isinstance(place, Place) or (code := mended_location(place.code)) == place.code:
        return made, ()
    path = "/location/code"
    note = Note("tidas.location-turned", path, Fate.CONVERTED, place.code, code)
    return made.model_copy(update={"location": place.model_copy(update={"code": code})}), (note,)


def _judge(data: bytes, found: Structure) -> Sequence[Finding]:
    return judge(data, found.name)
