"""Where every value comes from: a side table beside the document, never part of its equality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Origin:
    """A value that was read: its place in the source and the text that stood there."""

    at: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that was calculated: the formula over its parents' paths, and the table row used."""

    formula: str
    parents: tuple[str, ...]
    table: str = ""


Origins: TypeAlias = Mapping[str, Origin | Derived]
