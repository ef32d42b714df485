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
from gateway.report import Finding


def write(bundle: Bundle, context: Context) -> Iterator[Piece]:
    """Every data set as a file of its own, in the folders of ILCD."""
    carrier = Carrier(_encode, _judge, ".json", "application/json", full_references=True)
    return write_as(carrier, bundle, context)


def _encode(found: Structure, root: Node, kept: Kept) -> bytes:
    spaces = {path.removeprefix("/"): str(value) for path, value in kept.get(NAMESPACES, {}).items()}
    return tree.write(found, root, spaces)


def _judge(data: bytes, found: Structure) -> Sequence[Finding]:
    return judge(data, found.name)
