"""EcoSpold 1: a process on its way into a tree, and what is learned of the data sets that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gateway.codec.base import Context
from gateway.codec.datasets import Bundle
from gateway.errors import GatewayError, InputError
from gateway.formats.ecospold import bind
from gateway.formats.ecospold.bind import Tree
from gateway.formats.ecospold.one_tree import FAMILY
from gateway.formats.ecospold.values import languages, location_code
from gateway.model.activity import Place
from gateway.model.dataset import DatasetKind, Key, Reference
from gateway.model.inventory import Flow
from gateway.model.process import Process
from gateway.report import Fate, Note

_KEPT: Final = 20_000


@dataclass(slots=True)
class Written:
    """A data set's tree, and what the writer has to say of it."""

    node: Tree
    notes: list[Note] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    flows: list[Key | None] = field(default_factory=list)  # of the exchanges, in their order
    # In the order of their elements; None: the package has no more of it than a reference tells.
    contacts: list[Key | None] = field(default_factory=list)
    sources: list[Key | None] = field(default_factory=list)
    lacks: list[GatewayError] = field(default_factory=list)
    chosen: set[str] = field(default_factory=set)  # texts taken from other data sets
    root: dict[str, str] = field(default_factory=dict)  # attributes of the document
    namespaces: dict[str, str] = field(default_factory=dict)


class Known(NamedTuple):
    """A flow that exchanges name. ``texts``: its names by language."""

    key: Key | None
    flow: Flow | None
    texts: Mapping[str, str]


class Delivered(NamedTuple):
    """Under which classes and where a process delivers."""

    classes: tuple[str, ...]
    place: str | None


_UNKNOWN: Final = Known(None, None, {})


@dataclass(slots=True)
class Desk:
    """What is learned once of the data sets that several processes of a bundle name."""

    bundle: Bundle
    _flows: dict[tuple[object, object], Known] = field(default_factory=dict)
    _delivered: dict[Key, Delivered | None] = field(default_factory=dict)

    def flow(self, reference: Reference) -> Known:
        """The flow that is meant; of none, nothing is known."""
        asked = (reference.uuid, reference.version)
        found = self._flows.get(asked)
        if found is None:
            if len(self._flows) >= _KEPT:
                self._flows.clear()
            found = self._flows[asked] = self._flow(reference)
        return found

    def _flow(self, reference: Reference) -> Known:
        key = self.bundle.find(DatasetKind.FLOW, reference)
        if key is None:
            return _UNKNOWN
        found = self.bundle.read(key).dataset
        if not isinstance(found, Flow):
            return Known(key, None, {})
        return Known(key, found, languages(found.name))

    def delivered(self, provider: Reference) -> Delivered | None:
        """Of the process that delivers; None where it is not in the bundle."""
        key = self.bundle.find(DatasetKind.PROCESS, provider)
        if key is None:
            return None
        if key not in self._delivered:
            found = self.bundle.read(key).dataset
            self._delivered[key] = delivery(found) if isinstance(found, Process) else None
        return self._delivered[key]


def delivery(process: Process) -> Delivered:
    """How a process delivers."""
    return Delivered(told_classes(process), code_of(process.location))


def told_classes(dataset: Process | Flow) -> tuple[str, ...]:
    """The names of the classes that a data set stands in."""
    entries = dataset.classifications[0].classes if dataset.classifications else ()
    return tuple(entry.name for entry in entries if isinstance(entry.name, str))


def code_of(place: object) -> str | None:
    """The code of a place."""
    return location_code(place.scheme, place.code) if isinstance(place, Place) else None


class Page:
    """One process on its way into a tree. ``same``: it was read from this format."""

    def __init__(self, desk: Desk, context: Context, key: Key) -> None:
        self.desk = desk
        self.bundle = desk.bundle
        self.context = context
        process = desk.bundle.read(key).dataset
        assert isinstance(process, Process)
        self.process = process
        self.node: Tree = {}
        self.done = Written(self.node)
        self.same = bind.has_extras(process, FAMILY)
        self.base, self.local = self._languages()

    def _languages(self) -> tuple[str, str]:
        """In which language names are written, and in which local names."""
        told = [code for code in self.process.languages if len(code) == 2]
        found = sorted({code for code in self._name_languages() if len(code) == 2})
        base = told[0] if told else "en" if "en" in found or not found else found[0]
        others = [code for code in (*told[1:], *(["zh"] if "zh" in found else []), *found) if code != base]
        return base, others[0] if others else ("de" if self.same and base != "de" else base)

    def _name_languages(self) -> list[str]:
        found = list(languages(self.process.name))
        for exchange in self.process.exchanges[:50]:
            found += languages(exchange.flow.name)
        return found

    def text(self, texts: Mapping[str, str]) -> str:
        """A text in the language of the data set, else in any; empty where there is none."""
        return texts.get(self.base) or next(iter(texts.values()), "")

    def lack(self, path: str) -> None:
        """What the data set cannot be without."""
        self.done.lacks.append(InputError("", code="ecospold.lacks", path=path, format="ecospold1@1.0"))

    def note(self, code: str, path: str, fate: Fate, value: str, written: str) -> None:
        """A word on a leaf that is written otherwise."""
        self.done.notes.append(Note(code, path, fate, value, written))

    def kept(self, pointer: str) -> str | None:
        """What the same place said where the process was read from."""
        return self.process.extras.get(f"{FAMILY}#{pointer}")
