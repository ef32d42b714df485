"""What stands on one page: the fields by section, every leaf ready to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway import resources
from gateway.formats.html import labels
from gateway.formats.html.labels import Field, Lang
from gateway.formats.html.shown import Shown, shown
from gateway.model.base import Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.disclosure import Disclosure, field_classes
from gateway.model.walk import Place, leaves

# The sections of plain fields, in the order of the page.
SECTIONS = (
    "product",
    "battery",
    "passport",
    "unit",
    "producer",
    "method",
    "quality",
    "verification",
    "label",
    "document",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A field with its values: several languages of one text, or the entries of a list."""

    label: str
    values: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a list: its fields, the first of which names it."""

    anchor: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One line of a section: a single fact, or a list with all its items."""

    label: str
    fact: Fact | None = None
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    id: str
    title: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Restricted:
    """A part that is not public: who may see it, and why nobody else."""

    what: str
    who: str
    why: str


@dataclass(slots=True)
class Sheet:
    """The leaves of a declaration for a page in ``lang``; ``used`` are the paths that the page shows."""

    declaration: Declaration
    lang: Lang
    places: Mapping[str, tuple[Place, ...]] = field(init=False)
    by_path: Mapping[str, Place] = field(init=False)
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        found: dict[str, list[Place]] = {}
        paths: dict[str, Place] = {}
        for place in leaves(self.declaration):
            if place.pattern in labels.fields():
                found.setdefault(place.pattern, []).append(place)
                paths[place.path] = place
        self.places = {pattern: tuple(places) for pattern, places in found.items()}
        self.by_path = paths

    def word(self, key: str) -> str:
        """A word of the page in its language."""
        return labels.word(key, self.lang)

    def at(self, path: str) -> Shown | None:
        """The leaf at ``path``, if the declaration has it."""
        place = self.by_path.get(path)
        return None if place is None else self._show(place)

    def texts(self, path: str) -> tuple[Shown, ...]:
        """A text in all its languages, that of the page first; or the one leaf that stands instead."""
        one = self.at(path)
        if one is not None:
            return (one,)
        below = [place for place in self.by_path.values() if place.path.rpartition("/")[0] == path]
        return self._in_order(below)

    def fact(self, one: Field) -> Fact | None:
        """The fact of a field; None where the declaration says nothing of it."""
        places = self.places.get(one.pattern)
        return Fact(one.label[self.lang], self._in_order(places)) if places else None

    def section(self, name: str) -> Section | None:
        """A section of plain fields; None where the declaration says nothing of them."""
        groups: list[Group] = []
        done: set[str] = set()
        for one in labels.fields_of(name):
            if not one.container:
                fact = self.fact(one)
                groups += [Group(fact.label, fact)] if fact else []
            elif one.container not in done:
                done.add(one.container)
                entries = self.entries(name, one.container)
                if entries:
                    groups.append(Group(one.label[self.lang], entries=entries))
        return Section(name, self.word(f"section.{name}"), tuple(groups)) if groups else None

    def entries(self, section: str, container: str) -> tuple[Entry, ...]:
        """The items of a list, in order, each with the fields that the table gives it."""
        fields = [one for one in labels.fields_of(section) if one.container == container]
        depth = container.count("/") + 1
        items: dict[str, dict[str, list[Place]]] = {}
        for one in fields:
            for place in self.places.get(one.pattern, ()):
                item = "/".join(place.path.split("/")[:depth])
                items.setdefault(item, {}).setdefault(one.pattern, []).append(place)
        return tuple(
            Entry(
                f"{section}-{number}",
                tuple(
                    Fact(one.label[self.lang], self._in_order(told[one.pattern]))
                    for one in fields
                    if one.pattern in told
                ),
            )
            for number, told in enumerate(items.values(), 1)
        )

    def restricted(self) -> tuple[Restricted, ...]:
        """The parts of this declaration that are not public, as far as it may be known that there are any."""
        groups: dict[str, list[Mapping[str, str]]] = {}
        for row in resources.table("fields/html_restricted.csv"):
            groups.setdefault(row["group"], []).append(row)
        hidden = [p.pattern for p in leaves(self.declaration) if _is_withheld(p)]
        made = []
        for name, rows in groups.items():
            prefixes = tuple(row["prefix"] for row in rows)
            if rows[0]["always"] or any(p.startswith(prefixes) for p in hidden):
                why = self.word(f"reason.{rows[0]['reason']}")
                who = rows[0]["who"]
                readers = self.word(f"restricted.{who}") if who else self._who(prefixes)
                made.append(Restricted(self.word(f"group.{name}"), readers, why))
        return tuple(made)

    def _show(self, place: Place) -> Shown:
        self.used.add(place.path)
        return shown(place.path, place.pattern, place.value, self.lang)

    def _in_order(self, places: Iterable[Place]) -> tuple[Shown, ...]:
        made = [self._show(place) for place in places]
        return tuple(sorted(made, key=lambda one: one.lang != self.lang)) if _is_text(made) else tuple(made)

    def _who(self, prefixes: tuple[str, ...]) -> str:
        """The readers of the classes above public that the fields have."""
        found = {c for pattern, c in field_classes().items() if pattern.startswith(prefixes)}
        told = [self.word(f"restricted.{c.value}") for c in sorted(found - {Disclosure.C0})]
        return self.word("sign.list").join(told)


def _is_text(made: list[Shown]) -> bool:
    """Several languages of one text, and not the entries of a list, whose order means something."""
    return len({one.path.rpartition("/")[0] for one in made}) == 1 and all(
        not one.path.rpartition("/")[2].isdecimal() for one in made
    )


def _is_withheld(place: Place) -> bool:
    return isinstance(place.value, Missing) and place.value.missing is Reason.WITHHELD
