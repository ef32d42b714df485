"""What the references to a data set call it: its own name again, or words that stand nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from gateway.codec.datasets import Bundle
from gateway.errors import InputError
from gateway.model.base import LangText
from gateway.model.dataset import Key

# Of so many data sets at most it is remembered what they are called.
_KEPT: Final = 65_536
# Labels are put together of the parts of a name.
_PARTS: Final = re.compile(r"[;,|/；，、]")
_FIELDS: Final = ("name", "short_name", "synonyms", "treatment", "mix", "quantities")


@dataclass(frozen=True, slots=True)
class _Called:
    names: frozenset[str]
    together: str

    def tells(self, label: str) -> bool:
        """Whether a label says no more than the data set does."""
        plain = _plain(label)
        if plain in self.names:
            return True
        return all(part.strip() in self.together for part in _PARTS.split(plain))


class Labels:
    """What the data sets of a package are called, each looked up once."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._known: dict[str, _Called] = {}

    def own(self, name: LangText, id_: str, keys: list[Key]) -> dict[str, str]:
        """The texts of a label that the data sets with this id do not tell, by language."""
        called = self._known.get(id_)
        if called is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            called = self._known[id_] = self._called(keys)
        return {lang: text for lang, text in name.root.items() if not called.tells(text)}

    def _called(self, keys: list[Key]) -> _Called:
        texts: list[str] = []
        for key in keys:
            try:
                dataset = self._bundle.read(key).dataset
            except InputError:
                continue  # what cannot be read is a finding, and tells nothing
            for field in _FIELDS:
                value = getattr(dataset, field, None)
                if isinstance(value, LangText):
                    texts += (_plain(text) for text in value.root.values())
            texts += (_plain(step) for step in getattr(dataset, "compartment", ()))
        return _Called(frozenset(texts), "\n".join(texts))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
