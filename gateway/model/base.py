"""What every part of the model is made of: frozen parts, text in languages, absence with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, RootModel

from gateway.quantity import Quantity
from gateway.quantity.number import Number


class Part(BaseModel):
    """A frozen part of a document. Unknown fields are refused: they belong into ``Extras``."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @property
    def key(self) -> str | None:
        """What names this part among its neighbours in a list; None: its position."""
        return None


class Reason(StrEnum):
    """Why a value is not there. None of them means zero."""

    NULL = "null"  # the source has the field and leaves it empty
    NOT_APPLICABLE = "not-applicable"
    NOT_DECLARED = "not-declared"  # EN 15804 "MND", or a stage that the source names without a value
    WITHHELD = "withheld"  # known to the sender, not for this reader
    CUT_OFF = "cut-off"
    UNREADABLE = "unreadable"  # something stands there, and it is no such value; ``text`` keeps it


class Missing(Part):
    """Absence with its reason; ``unit`` and ``text`` keep what the source still said."""

    missing: Reason
    unit: str | None = None
    text: str | None = None


class LangText(RootModel[dict[str, str]]):
    """One text in several languages, by BCP 47 code. Which one is written is the writer's decision."""

    model_config = ConfigDict(frozen=True, strict=True)

    def __getitem__(self, lang: str) -> str:
        return self.root[lang]

    def get(self, lang: str) -> str | None:
        """The text in exactly this language."""
        return self.root.get(lang)

    def pick(self, *langs: str) -> tuple[str, str] | None:
        """Language and text of the first of ``langs`` that is there, else of any, in code order."""
        for lang in (*langs, *sorted(self.root)):
            if lang in self.root:
                return lang, self.root[lang]
        return None

    def items(self) -> Iterator[tuple[str, str]]:
        """Languages and texts in code order."""
        return iter(sorted(self.root.items()))


# None: the source does not have the field at all. Missing: it has it, and says why it is empty.
Text: TypeAlias = str | Missing | None
Amount: TypeAlias = Quantity | Missing | None
Day: TypeAlias = date | Missing | None
Count: TypeAlias = int | Missing | None
Flag: TypeAlias = bool | Missing | None
Names: TypeAlias = LangText | Missing | None
Leaf: TypeAlias = str | bool | int | date | Quantity | Number | Missing
Extras: TypeAlias = Mapping[str, str]


_P = TypeVar("_P", bound=BaseModel)


def proven(kind: type[_P], fields: Mapping[str, object]) -> _P:
    """A part of values that are of its types by the way they were made.

    For readers of thousands of parts, whose converters give nothing else: a tenth of the time of the
    constructor, which looks at every value again. A test has the constructor look at what readers make.
    """
    defaults, names = _made(kind)
    part: _P = _new(kind)
    _set_fields(part, {**defaults, **fields})
    _set_names(part, names)
    _set_extra(part, None)
    _set_private(part, None)
    return part


def changed(part: _P, changes: Mapping[str, object]) -> _P:
    """A copy with other values in some fields, which are of the right types: as ``model_copy``."""
    other: _P = _new(type(part))
    _set_fields(other, {**part.__dict__, **changes})
    _set_names(other, part.__pydantic_fields_set__)
    _set_extra(other, None)
    _set_private(other, None)
    return other


_new: Any = object.__new__
# What pydantic's own copies set, by the slots themselves: parts refuse to be set.
_set_fields, _set_names, _set_extra, _set_private = (
    BaseModel.__dict__[slot].__set__
    for slot in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
)


@cache
def _made(kind: type[BaseModel]) -> tuple[Mapping[str, object], set[str]]:
    """Every field in its order with its default, and the names of all; defaults are shared, not changed."""
    fields = kind.model_fields
    return {name: one.get_default(call_default_factory=True) for name, one in fields.items()}, set(fields)


def here(value: object) -> bool:
    """Whether ``value`` is really there: neither absent nor missing with a reason."""
    return value is not None and not isinstance(value, Missing)
