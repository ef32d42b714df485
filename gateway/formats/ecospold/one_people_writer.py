"""EcoSpold 1: write the sources and persons of a data set, numbered, and who did what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from typing import TypeVar

from gateway.codec.xmlstructure import rows
from gateway.formats.ecospold import bind
from gateway.formats.ecospold.bind import Tree, put, restore
from gateway.formats.ecospold.excuses import NO_COUNTRY, NO_YEAR, NOT_STATED
from gateway.formats.ecospold.one_page import Page, code_of
from gateway.formats.ecospold.one_tree import ADMINISTRATION, FAMILY, MODELLING, PEOPLE, SOURCES
from gateway.formats.ecospold.values import languages
from gateway.model.dataset import DatasetKind, LinkRole, Reference
from gateway.model.process import Review
from gateway.model.sources import Contact, Source
from gateway.report import Fate

_Apart = TypeVar("_Apart", Source, Contact)


def write_sources(page: Page) -> dict[str, str]:
    """Put the sources into the tree. Returns their numbers by what ``who`` says."""
    targets = [*page.process.linked(LinkRole.DATA_SOURCE)]
    targets += [source for one in page.process.exchanges for source in one.sources]
    entries: list[Tree] = []
    numbers: dict[str, str] = {}
    for number, target in _order(page, SOURCES, targets):
        key = page.bundle.find(DatasetKind.SOURCE, Reference(uuid=target.uuid))
        source = page.bundle.read(key).dataset if key else _told(Source, target)
        if not isinstance(source, Source) or any(entry["@number"] == number for entry in entries):
            continue  # two of one number: the first is meant
        numbers.setdefault(who(target), number)
        page.done.sources.append(key)
        entries.append(_source(page, source, number))
    put(page.node, *MODELLING, "source", value=entries or [_no_source()])
    return numbers


def _order(page: Page, pointer: str, targets: Iterable[Reference]) -> list[tuple[str, Reference]]:
    """Numbers and whom they stand for: as they were, else counted."""
    if kept := json.loads(page.kept(f"{pointer}/~order") or "[]"):
        return [(number, Reference(uuid=id_)) for number, id_ in kept]
    several = {own: target for target in targets if (own := who(target))}
    return [(str(number), target) for number, target in enumerate(several.values(), start=1)]


def who(target: Reference) -> str:
    """What tells a source or contact from others: its id, else its name."""
    return target.uuid if isinstance(target.uuid, str) else "; ".join(languages(target.name).values())


def _told(kind: type[_Apart], target: Reference) -> _Apart | None:
    """A source or contact that the package does not have, as far as the reference to it tells."""
    return kind(id=who(target), name=target.name) if languages(target.name) else None


def _source(page: Page, source: Source, number: str) -> Tree:
    label = languages(source.short_name) or languages(source.name)
    title = source.title if isinstance(source.title, str) else None
    year = source.year if isinstance(source.year, str) and re.fullmatch(r"\d{4}", source.year) else NO_YEAR
    entry: Tree = {
        "@number": number,
        "@firstAuthor": source.authors if isinstance(source.authors, str) else NOT_STATED,
        "@year": year,
        "@title": title or page.text(label) or NOT_STATED,
    }
    restore(entry, source.extras, FAMILY)
    entry.setdefault("@placeOfPublications", NOT_STATED)
    return entry


def _no_source() -> Tree:
    return {
        "@number": "1",
        "@firstAuthor": NOT_STATED,
        "@year": NO_YEAR,
        "@title": NOT_STATED,
        "@placeOfPublications": NOT_STATED,
    }


class PeopleWriter:
    """Writes the persons of one process."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.entries: list[Tree] = []
        self.numbers: dict[str, str] = {}
        self.nobody = ""

    def write(self) -> None:
        """Put the persons into the tree, and their numbers where they did something."""
        page, process = self.page, self.page.process
        wanted = {
            "dataEntryBy": process.linked(LinkRole.ENTERED_BY),
            "dataGeneratorAndPublication": process.linked(LinkRole.GENERATOR)
            or process.linked(LinkRole.OWNER),
        }
        reviewers = process.reviews[0].reviewers if process.reviews else ()
        everybody = (target for some in (*wanted.values(), reviewers) for target in some)
        for number, target in _order(page, PEOPLE, everybody):
            self._add(number, target)
        taken = [int(e["@number"]) for e in self.entries if e["@number"].isdecimal()]
        self.nobody = str(max(taken, default=0) + 1)
        for step, targets in wanted.items():
            number = self._number((*ADMINISTRATION, step, "@person"), targets)
            put(page.node, *ADMINISTRATION, step, "@person", value=number)
        put(page.node, *ADMINISTRATION, "person", value=self.entries)
        if process.reviews:
            self._review(process.reviews[0])

    def _add(self, number: str, target: Reference) -> None:
        page = self.page
        key = page.bundle.find(DatasetKind.CONTACT, Reference(uuid=target.uuid))
        contact = page.bundle.read(key).dataset if key else _told(Contact, target)
        if not isinstance(contact, Contact):
            return
        if any(entry["@number"] == number for entry in self.entries):
            return  # two of one number: the first is meant
        self.numbers.setdefault(who(target), number)
        page.done.contacts.append(key)
        self.entries.append(self._person(contact, number))

    def _number(self, steps: tuple[str, ...], targets: tuple[Reference, ...]) -> str:
        """The number that stood there, else that of the first who is known, else that of nobody."""
        kept = self.page.kept("/" + "/".join(steps))
        if kept is not None and any(entry["@number"] == kept for entry in self.entries):
            return kept
        for target in targets:
            if (number := self.numbers.get(who(target))) is not None:
                return number
        if not any(entry["@number"] == self.nobody for entry in self.entries):
            self.entries.append(self._nobody())
        return self.nobody

    def _review(self, review: Review) -> None:
        by = self._number((*MODELLING, "validation", "@proofReadingValidator"), review.reviewers)
        details = languages(review.details)
        text = self.page.text(details)
        if details and self.page.base not in details:
            at = f"/reviews/0/details/{self.page.base}"
            self.page.note("ecospold.defaulted", at, Fate.DEFAULTED, "", text)
        validation: Tree = {"@proofReadingValidator": by, "@proofReadingDetails": text}
        if (other := languages(review.other_details).get(self.page.base)) is not None:
            validation["@otherDetails"] = other
        put(self.page.node, *MODELLING, "validation", value=validation)

    def _person(self, contact: Contact, number: str) -> Tree:
        page = self.page
        own = page.same or bind.has_extras(contact, FAMILY)
        label = languages(contact.short_name) or languages(contact.name)
        address = languages(contact.address) or languages(contact.central_contact)
        country = contact.country if isinstance(contact.country, str) else ""
        entry: Tree = {
            "@number": number,
            "@name": page.text(label) or (NOT_STATED if not label else ""),
            "@address": page.text(address) or (NOT_STATED if not address else ""),
            "@countryCode": country if country in _countries() else NO_COUNTRY,
        }
        # What is personal goes on only where it came from such a file.
        personal = contact.is_person is not False and not own
        for step, value in (
            ("@telephone", contact.telephone),
            ("@telefax", contact.telefax),
            ("@email", contact.email),
        ):
            if isinstance(value, str) and not personal:
                entry[step] = value
        if personal and isinstance(contact.email, str) and (role := page.context.options.get("email")):
            entry["@email"] = role
            page.done.chosen.add(role)
        restore(entry, contact.extras, FAMILY)
        entry.setdefault("@companyCode", "-")
        return entry

    def _nobody(self) -> Tree:
        code = code_of(self.page.process.location) or ""
        country = code[:2] if code[:2] in _countries() and code[2:3] in ("", "-") else NO_COUNTRY
        return {
            "@number": self.nobody,
            "@name": NOT_STATED,
            "@address": NOT_STATED,
            "@companyCode": "-",
            "@countryCode": country,
        }


@cache
def _countries() -> frozenset[str]:
    return frozenset(row["value"] for row in rows(FAMILY, "enums") if row["list"] == "country")
