"""A bundle as TIDAS documents: valid ones, or the data set is refused with what it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.codec.base import Context
from gateway.codec.datasets import Bundle, Piece
from gateway.codec.xmlstructure import Structure
from gateway.codec.xmltree import Node
from gateway.formats.ilcd.graph import NAMESPACES
from gateway.formats.ilcd.pieces import Carrier, write_as
from gateway.formats.ilcd.unbound_process import Kept
from gateway.formats.tidas import tree
from gateway.formats.tidas.rules import judge
from gateway.formats.tidas.shape import mended_location
from gateway.model.activity import Place
from gateway.model.dataset import Dataset
from gateway.report import Fate, Finding, Note


def write(bundle: Bundle, context: Context) -> Iterator[Piece]:
    """Every data set as a file of its own, in the folders of ILCD."""
    carrier = Carrier(_encode, _judge, ".json", "application/json", full_references=True, mend=_mend)
    return write_as(carrier, bundle, context)


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
