"""Where every value comes from: a side table beside the document, never part of its equality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gateway.model.formula import Expression, shown, terms


@dataclass(frozen=True, slots=True)
class Origin:
    """A value that was read: its place in the source and the text that stood there."""

    at: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that was calculated: the expression over other leaves, which can be calculated again."""

    expression: Expression

    @property
    def parents(self) -> tuple[str, ...]:
        """The leaves that it stands on."""
        return tuple(terms(self.expression))

    @property
    def formula(self) -> str:
        """The expression with the paths of its leaves."""
        return shown(self.expression, lambda path: path)


Origins: TypeAlias = Mapping[str, Origin | Derived]
