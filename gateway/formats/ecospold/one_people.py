"""EcoSpold 1: the sources and persons of a data set, by their numbers, and who did what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.formats.ecospold.bind import Tree, below, extras_of, take_text
from gateway.formats.ecospold.one_tree import ADMINISTRATION, FAMILY, MODELLING, PEOPLE, SOURCES, apart_id
from gateway.formats.ecospold.values import names
from gateway.model.dataset import Link, LinkRole, Reference
from gateway.model.process import Review
from gateway.model.sources import Contact, Source


@dataclass(slots=True)
class People:
    """The sources and persons of one data set."""

    sources: dict[str, Source] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    by_number: dict[str, Reference] = field(default_factory=dict)  # sources
    listed: list[Source] = field(default_factory=list)  # one that stands there twice is there twice
    _persons: dict[str, str] = field(default_factory=dict)  # ids by number
    # Numbers and order of what stands apart, if another writer could not make them up.
    extras: dict[str, str] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)  # numbers of two persons or two sources

    def read(self, node: Tree) -> None:
        """Take the persons and sources out of a tree."""
        order = []
        for person in _listed(node, ADMINISTRATION, "person"):
            id_ = apart_id("person", person)
            number = str(person.pop("@number", ""))
            order.append([number, id_])
            if self._persons.setdefault(number, id_) != id_:
                self.twice.append(number)
            self.contacts[id_] = contact(id_, person)
            person.clear()
        if order:
            self.extras[f"{FAMILY}#{PEOPLE}/~order"] = json.dumps(order)
        order = []
        for entry in _listed(node, MODELLING, "source"):
            id_ = apart_id("source", entry)
            number = str(entry.pop("@number", ""))
            order.append([number, id_])
            own = self.sources[id_] = source(id_, entry)
            self.listed.append(own)
            if self.by_number.setdefault(number, Reference(uuid=id_, name=own.name)).uuid != id_:
                self.twice.append(number)
            entry.clear()
        if order:
            self.extras[f"{FAMILY}#{SOURCES}/~order"] = json.dumps(order)

    def links(self, node: Tree) -> tuple[Link, ...]:
        """The sources, and who entered and who made the data."""
        first = self._first_numbers()
        links = [
            Link(role=LinkRole.DATA_SOURCE, target=Reference(uuid=one.id, name=one.name))
            for one in self.listed
        ]
        for step, role in (
            ("dataEntryBy", LinkRole.ENTERED_BY),
            ("dataGeneratorAndPublication", LinkRole.GENERATOR),
        ):
            at = below(node, *ADMINISTRATION, step)
            if at is not None and (id_ := self._persons.get(str(at.get("@person")))):
                # One person under two numbers: the number stays, too.
                if first[id_] == at["@person"]:
                    del at["@person"]
                links.append(Link(role=role, target=self._contact(id_)))
        return tuple(links)

    def reviews(self, node: Tree, base: str) -> tuple[Review, ...]:
        """The validation. ``base``: the language of its texts."""
        validation = below(node, *MODELLING, "validation")
        if validation is None:
            return ()
        id_ = self._persons.get(str(validation.get("@proofReadingValidator")), "")
        if id_ and self._first_numbers()[id_] == validation["@proofReadingValidator"]:
            del validation["@proofReadingValidator"]
        details = take_text(validation, "@proofReadingDetails")
        other = take_text(validation, "@otherDetails")
        review = Review(
            reviewers=(self._contact(id_),) if id_ else (),
            details=names({base: details}) if details is not None else None,
            other_details=names({base: other}) if other is not None else None,
        )
        return (review,)

    def _first_numbers(self) -> Mapping[str, str]:
        return {id_: number for number, id_ in reversed(self._persons.items())}

    def _contact(self, id_: str) -> Reference:
        return Reference(uuid=id_, name=self.contacts[id_].name)


def _listed(node: Tree, steps: tuple[str, ...], name: str) -> list[Tree]:
    at = below(node, *steps)
    found = at.get(name) if at else None
    return found if isinstance(found, list) else []


def contact(id_: str, person: Tree) -> Contact:
    """A person by its attributes, which are taken out."""
    name, address = take_text(person, "@name"), take_text(person, "@address")
    return Contact(
        id=id_,
        name=names({"en": name}) if name is not None else None,
        address=names({"en": address}) if address is not None else None,
        telephone=take_text(person, "@telephone"),
        telefax=take_text(person, "@telefax"),
        email=take_text(person, "@email"),
        country=take_text(person, "@countryCode"),
        extras=extras_of(person, FAMILY),
    )


def source(id_: str, entry: Tree) -> Source:
    """A source by its attributes, which are taken out."""
    title = take_text(entry, "@title")
    return Source(
        id=id_,
        authors=take_text(entry, "@firstAuthor"),
        year=take_text(entry, "@year"),
        title=title,
        name=names({"en": title}) if title else None,
        extras=extras_of(entry, FAMILY),
    )
