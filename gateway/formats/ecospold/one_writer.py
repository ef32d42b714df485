"""A process as a data set of EcoSpold 1: two languages, numbers instead of ids, the unit on the exchange."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from gateway.codec.base import Context
from gateway.codec.datasets import Bundle, measured
from gateway.codec.xmlstructure import rows, structure
from gateway.errors import GatewayError, InputError
from gateway.formats.ecospold import bind, groups
from gateway.formats.ecospold.bind import Tree, put, restore, write_fields
from gateway.formats.ecospold.conform import conform
from gateway.formats.ecospold.contexts import context
from gateway.formats.ecospold.one_reader import (
    ABOUT,
    ADMINISTRATION,
    FAMILY,
    FUNCTION,
    INFORMATION,
    MODELLING,
)
from gateway.formats.ecospold.values import (
    date_form,
    languages,
    location_code,
    number,
    root,
    say,
    settled,
    spell,
    square,
    times,
)
from gateway.model.activity import Place
from gateway.model.base import here
from gateway.model.dataset import Coefficient, DatasetKind, Key, LinkRole, Reference
from gateway.model.inventory import Flow, FlowKind
from gateway.model.process import Direction, Distribution, Exchange, Process, ProcessKind
from gateway.model.sources import Contact, Source
from gateway.quantity.number import Number
from gateway.report import Fate, Note

NOT_STATED: Final = "not stated"
# No country: a code that nobody takes for one that was meant.
NO_COUNTRY: Final = "AQ"
NO_YEAR: Final = "0001"
GENERATOR: Final = "Hutong"
_VERSION: Final = re.compile(r"(\d{1,2}(?:\.\d{1,2})?)(?:\.\d+)*")
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_KIND_CODES: Final = {
    ProcessKind.UNIT_PROCESS: "1",
    ProcessKind.BLACK_BOX: "1",
    ProcessKind.LCI_RESULT: "2",
    ProcessKind.PARTLY_TERMINATED: "0",
    ProcessKind.AVOIDED: "1",
    ProcessKind.EPD: "2",
}


@dataclass(slots=True)
class Written:
    """A data set's tree, and what the writer has to say of it."""

    node: Tree
    notes: dict[Key, list[Note]] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    flows: dict[str, Key] = field(default_factory=dict)  # by exchange id of the source
    units: dict[str, str] = field(default_factory=dict)
    contacts: list[Key] = field(default_factory=list)
    sources: list[Key] = field(default_factory=list)
    lacks: list[GatewayError] = field(default_factory=list)
    root: dict[str, str] = field(default_factory=dict)  # attributes of the document
    namespaces: dict[str, str] = field(default_factory=dict)


class Writer:
    """Writes one process of a bundle."""

    def __init__(self, bundle: Bundle, context: Context, key: Key) -> None:
        self.bundle = bundle
        self.context = context
        self.key = key
        self.node: Tree = {}
        self.done = Written(self.node)
        process = bundle.read(key).dataset
        assert isinstance(process, Process)
        self.process = process
        self.same = bind.has_extras(process, FAMILY)
        self.base, self.local = self._languages()

    def write(self) -> Written:
        """The data set. What it cannot be without is among ``lacks``."""
        process = self.process
        write_fields(process, self.node, FAMILY, self.base)
        self._function()
        self._about()
        self._place_and_time()
        self._sources()
        self._people()
        exchanges = [self._exchange(index, exchange) for index, exchange in enumerate(process.exchanges)]
        if not exchanges:
            self._lack("/exchanges")
        self.node["flowData"] = [{"exchange": exchanges}]
        self._reference_function()
        self._allocations()
        restore(self.node, process.extras, FAMILY)
        head = f"{FAMILY}#/~root/"
        self.done.root.update({k[len(head) :]: v for k, v in process.extras.items() if k.startswith(head)})
        self.done.namespaces.update(json.loads(process.extras.get(f"{FAMILY}#/~namespaces", "{}")))
        self._defaults()
        self._no_dangling_sources()
        self._fit()
        return self.done

    # Languages and names

    def _languages(self) -> tuple[str, str]:
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

    def _lack(self, path: str) -> None:
        self.done.lacks.append(InputError("", code="ecospold.lacks", path=path, format="ecospold1@1.0"))

    def _note(self, key: Key, code: str, path: str, fate: Fate, value: str, written: str) -> None:
        self.done.notes.setdefault(key, []).append(Note(code, path, fate, value, written))

    # What stands above the exchanges

    def _extra(self, pointer: str) -> str | None:
        return self.process.extras.get(f"{FAMILY}#{pointer}")

    def _function(self) -> None:
        process = self.process
        texts = languages(process.name)
        if not self.same:
            # A process is named by its product there: only so do others find it.
            texts = self._product_names() or texts
        function: Tree = {}
        name = texts.get(self.base) or next(iter(texts.values()), "")
        if name:
            function["@name"] = name
        if self.local in texts and self.local != self.base:
            function["@localName"] = texts[self.local]
        if told := _told_classes(process):
            function["@category"], function["@subCategory"] = told[0], told[-1]
        if synonyms := languages(process.synonyms).get(self.base):
            function["synonym"] = synonyms.split("; ")
        put(self.node, *FUNCTION, value=function | (bind.below(self.node, *FUNCTION) or {}))

    def _product_names(self) -> dict[str, str]:
        references = self.process.references
        if len(references) != 1:
            return {}
        key = self.bundle.find(DatasetKind.FLOW, references[0].flow)
        flow = self.bundle.read(key).dataset if key is not None else None
        return languages(flow.name if flow is not None else None)

    def _about(self) -> None:
        process = self.process
        about = bind.below(self.node, *ABOUT) or {}
        if process.kind is not None and self._extra(_pointer(ABOUT, "@type")) is None:
            kind = _KIND_CODES[process.kind]
            several = sum(1 for one in process.exchanges if one.is_reference) > 1
            about["@type"] = "5" if kind == "1" and several and not self.same else kind
        version = _VERSION.fullmatch(process.version) if isinstance(process.version, str) else None
        if version:
            about["@version"] = version[1]
        elif not self.same:
            about.pop("@version", None)
        if not _MOMENT.fullmatch(about.get("@timestamp", "")):
            about.pop("@timestamp", None)
        codes = process.languages if self.same else (self.base, self.local)
        about |= zip(("@languageCode", "@localLanguageCode"), codes, strict=False)
        put(self.node, *ABOUT, value=about)

    def _place_and_time(self) -> None:
        code = self._code(self.process.location)
        if code is not None:
            put(self.node, *INFORMATION, "geography", "@location", value=code)
        period = self.process.period
        year = str(period.reference_year) if here(period.reference_year) else None
        until = str(period.valid_until) if here(period.valid_until) else None
        start = period.start if isinstance(period.start, str) else year
        end = period.end if isinstance(period.end, str) else until or year or start
        for side, text in (("start", start), ("end", end)):
            if form := date_form(text):
                put(self.node, *INFORMATION, "timePeriod", f"{side}{form}", value=text)

    def _defaults(self) -> None:
        """What the format asks for and the source does not say; but no name, place or time."""
        moment = f"{self.context.now:%Y-%m-%dT%H:%M:%S}"
        _fill(self.node, {"@number": "1", "@generator": GENERATOR, "@timestamp": moment})
        function = bind.below(self.node, *FUNCTION) or {}
        for step in ("@category", "@subCategory"):
            function.setdefault(step, NOT_STATED)
        repeated = {
            "@localName": function.get("@name", ""),
            "@localCategory": function["@category"],
            "@localSubCategory": function["@subCategory"],
        }
        _fill(function, {"@datasetRelatesToProduct": "true", "@infrastructureProcess": "false", **repeated})
        about = {"@impactAssessmentResult": "false", "@internalVersion": "1.0", "@energyValues": "0"}
        node = bind.below(self.node, *ABOUT)
        assert node is not None
        _fill(node, {"@type": "1", "@version": "1.0", "@timestamp": moment, **about})
        information = bind.below(self.node, *INFORMATION)
        assert information is not None
        information.setdefault("technology", {})
        time = information.setdefault("timePeriod", {})
        time.setdefault("@dataValidForEntirePeriod", "true")
        publication = bind.below(self.node, *ADMINISTRATION, "dataGeneratorAndPublication")
        assert publication is not None
        publication.setdefault("@copyright", "false")
        if "@name" not in function:
            self._lack("/name")
        if "@location" not in information.get("geography", {}):
            self._lack("/location")
        for side in ("start", "end"):
            if not any(f"{side}{form}" in time for form in ("Year", "YearMonth", "Date")):
                self._lack(f"/period/{side}")

    def _code(self, place: object) -> str | None:
        return location_code(place.scheme, place.code) if isinstance(place, Place) else None

    # Sources and people

    def _order(self, steps: tuple[str, ...]) -> list[list[str]]:
        return list(json.loads(self._extra(f"/{'/'.join(steps)}/~order") or "[]"))

    def _sources(self) -> None:
        order = self._order((*MODELLING, "source"))
        if not order:
            targets = [*self.process.linked(LinkRole.DATA_SOURCE)]
            targets += [source for one in self.process.exchanges for source in one.sources]
            ids = dict.fromkeys(str(t.uuid) for t in targets if isinstance(t.uuid, str))
            order = [[str(number_), id_] for number_, id_ in enumerate(ids, start=1)]
        entries = []
        self.source_numbers: dict[str, str] = {}
        for number_, id_ in order:
            key = self.bundle.find(DatasetKind.SOURCE, Reference(uuid=id_))
            source = self.bundle.read(key).dataset if key else None
            if key is None or not isinstance(source, Source):
                continue
            self.source_numbers.setdefault(id_, number_)
            self.done.sources.append(key)
            entries.append(self._source(key, source, number_))
        if not entries:
            entries = [_no_source()]
        put(self.node, *MODELLING, "source", value=entries)

    def _source(self, key: Key, source: Source, number_: str) -> Tree:
        label = languages(source.short_name) or languages(source.name)
        title = source.title if isinstance(source.title, str) else None
        title = title or label.get(self.base) or next(iter(label.values()), None) or NOT_STATED
        year = (
            source.year if isinstance(source.year, str) and re.fullmatch(r"\d{4}", source.year) else NO_YEAR
        )
        author = source.authors if isinstance(source.authors, str) else NOT_STATED
        entry: Tree = {"@number": number_, "@firstAuthor": author, "@year": year, "@title": title}
        restore(entry, source.extras, FAMILY)
        entry.setdefault("@placeOfPublications", NOT_STATED)
        return entry

    def _people(self) -> None:
        order = self._order((*ADMINISTRATION, "person"))
        process = self.process
        wanted = {
            "dataEntryBy": process.linked(LinkRole.ENTERED_BY),
            "dataGeneratorAndPublication": process.linked(LinkRole.GENERATOR)
            or process.linked(LinkRole.OWNER),
        }
        reviewers = process.reviews[0].reviewers if process.reviews else ()
        if not order:
            targets = [t for some in (*wanted.values(), reviewers) for t in some]
            ids = dict.fromkeys(str(t.uuid) for t in targets if isinstance(t.uuid, str))
            order = [[str(number_), id_] for number_, id_ in enumerate(ids, start=1)]
        entries: list[Tree] = []
        numbers: dict[str, str] = {}
        for number_, id_ in order:
            key = self.bundle.find(DatasetKind.CONTACT, Reference(uuid=id_))
            contact = self.bundle.read(key).dataset if key else None
            if key is None or not isinstance(contact, Contact):
                continue
            if any(entry["@number"] == number_ for entry in entries):
                continue  # two of one number: the first is meant
            numbers.setdefault(id_, number_)
            self.done.contacts.append(key)
            entries.append(self._person(contact, number_))
        nobody = str(max([int(e["@number"]) for e in entries if e["@number"].isdecimal()], default=0) + 1)
        for step, targets_ in wanted.items():
            found = self._extra(_pointer((*ADMINISTRATION, step), "@person"))
            if not any(entry["@number"] == found for entry in entries):
                found = next((numbers[str(t.uuid)] for t in targets_ if str(t.uuid) in numbers), None)
            if found is None:
                found = nobody
                if not any(e["@number"] == nobody for e in entries):
                    entries.append(self._nobody(nobody))
            put(self.node, *ADMINISTRATION, step, "@person", value=found)
        put(self.node, *ADMINISTRATION, "person", value=entries)
        self._review(numbers, reviewers, nobody, entries)

    def _review(
        self, numbers: dict[str, str], reviewers: tuple[Reference, ...], nobody: str, entries: list[Tree]
    ) -> None:
        if not self.process.reviews:
            return
        review = self.process.reviews[0]
        validation: Tree = {}
        by = self._extra(_pointer((*MODELLING, "validation"), "@proofReadingValidator"))
        if not any(entry["@number"] == by for entry in entries):
            by = next((numbers[str(t.uuid)] for t in reviewers if str(t.uuid) in numbers), None)
        if by is None:
            by = nobody
            if not any(e["@number"] == nobody for e in entries):
                entries.append(self._nobody(nobody))
        validation["@proofReadingValidator"] = by
        details = languages(review.details)
        validation["@proofReadingDetails"] = details.get(self.base) or next(iter(details.values()), "")
        if (other := languages(review.other_details).get(self.base)) is not None:
            validation["@otherDetails"] = other
        put(self.node, *MODELLING, "validation", value=validation)

    def _person(self, contact: Contact, number_: str) -> Tree:
        own = bind.has_extras(contact, FAMILY) or self.same
        label = languages(contact.short_name) or languages(contact.name)
        address = languages(contact.address) or languages(contact.central_contact)
        country = contact.country if isinstance(contact.country, str) else ""
        entry: Tree = {
            "@number": number_,
            "@name": label.get(self.base) or next(iter(label.values()), NOT_STATED),
            "@address": address.get(self.base) or next(iter(address.values()), NOT_STATED),
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
        if personal and isinstance(contact.email, str) and (role := self.context.options.get("email")):
            entry["@email"] = role
        restore(entry, contact.extras, FAMILY)
        entry.setdefault("@companyCode", "-")
        return entry

    def _nobody(self, number_: str) -> Tree:
        code = self._code(self.process.location) or ""
        country = code[:2] if code[:2] in _countries() and code[2:3] in ("", "-") else NO_COUNTRY
        return {
            "@number": number_,
            "@name": NOT_STATED,
            "@address": NOT_STATED,
            "@companyCode": "-",
            "@countryCode": country,
        }

    # Exchanges

    def _exchange(self, index: int, exchange: Exchange) -> Tree:
        path = f"/exchanges/{exchange.id}"
        entry: Tree = {"@number": self._number_of(index, exchange)}
        key = self.bundle.find(DatasetKind.FLOW, exchange.flow)
        found = self.bundle.read(key).dataset if key is not None else None
        if key is not None:
            self.done.flows[exchange.id] = key
        flow = found if isinstance(found, Flow) else None
        elementary = self._is_elementary(exchange, flow, path)
        if elementary and exchange.is_reference:
            self._lack(f"{path}/is_reference")
        amount, is_input = self._side(exchange, path, elementary)
        self._names(entry, exchange, flow)
        deliverer = None if elementary else self._deliverer(exchange)
        self._about_flow(entry, flow, elementary, deliverer)
        place = self._code(exchange.location) if elementary else self._place(exchange, flow, deliverer)
        if place:
            entry["@location"] = place
        entry["@unit"] = self._unit(exchange, path)
        text, rounded = spell(amount)
        if not text:
            self._lack(f"{path}/amount")
        if rounded and amount == exchange.amount:
            self._note(self.key, "ecospold.rounded", f"{path}/amount", Fate.ROUNDED, str(amount), text)
        entry["@meanValue"] = text
        self._uncertainty(entry, exchange, index)
        if (comment := languages(exchange.comment)) and self.base in comment:
            entry["@generalComment"] = comment[self.base]
        for source in exchange.sources[:1]:
            if number_ := self.source_numbers.get(str(source.uuid), ""):
                entry["@referenceToSource"] = number_
        entry["inputGroup" if is_input else "outputGroup"] = self._group(exchange, is_input, elementary)
        if isinstance(exchange.provider.uuid, str):
            was = exchange.provider.uuid
            # Read alone, a data set cannot say whom it means; in the package it can.
            at = f"{path}/provider/uuid"
            self._note(self.key, "ecospold.link-by-name", at, Fate.CONVERTED, was, entry["@name"])
        return entry

    def _side(self, exchange: Exchange, path: str, elementary: bool) -> tuple[Coefficient, bool]:
        """Amount and side: a treated waste that comes in is a service that goes out, below zero."""
        is_input = exchange.direction is Direction.INPUT
        if not (exchange.is_reference and is_input) or elementary:
            return exchange.amount, is_input
        amount = times(exchange.amount, -1)
        was, text = spell(exchange.amount)[0], spell(amount)[0]
        self._note(self.key, "ecospold.treated-waste", f"{path}/amount", Fate.CONVERTED, was, text)
        self._note(self.key, "ecospold.treated-waste", f"{path}/direction", Fate.CONVERTED, "input", "output")
        return amount, False

    def _about_flow(
        self, entry: Tree, flow: Flow | None, elementary: bool, deliverer: Process | None
    ) -> None:
        if flow is None:
            return
        self._classes(entry, flow, elementary, deliverer)
        if isinstance(flow.cas, str):
            entry["@CASNumber"] = flow.cas
        if isinstance(flow.formula, str):
            entry["@formula"] = flow.formula
        if isinstance(flow.is_infrastructure, bool):
            entry["@infrastructureProcess"] = say(flow.is_infrastructure)

    def _number_of(self, index: int, exchange: Exchange) -> str:
        if index == 0:
            ids = [one.id for one in self.process.exchanges]
            plain = [id_ for id_ in ids if re.fullmatch(r"[1-9]\d{0,8}", id_)]
            self.taken = set(plain)
            self.free = max((int(id_) for id_ in plain), default=0)
            self.all_plain = len(plain)
        if re.fullmatch(r"[1-9]\d{0,8}", exchange.id):
            return exchange.id
        self.free += 1
        self.done.renamed[exchange.id] = str(self.free)
        return str(self.free)

    def _is_elementary(self, exchange: Exchange, flow: Flow | None, path: str) -> bool:
        if isinstance(exchange.group, str) and groups.is_group(exchange.group):
            return exchange.group in ("from-nature", "to-nature")
        if flow is not None and flow.kind is not FlowKind.OTHER:
            return flow.kind is FlowKind.ELEMENTARY
        if not isinstance(exchange.group, str):
            self._lack(f"{path}/flow")
        return False

    def _names(self, entry: Tree, exchange: Exchange, flow: Flow | None) -> None:
        texts = languages(flow.name if flow is not None else None) or languages(exchange.flow.name)
        name = texts.get(self.base) or next(iter(texts.values()), "")
        if not name:
            self._lack(f"/exchanges/{exchange.id}/flow/name")
        entry["@name"] = name
        if self.local in texts and self.local != self.base:
            entry["@localName"] = texts[self.local]

    def _classes(self, entry: Tree, flow: Flow, elementary: bool, deliverer: Process | None) -> None:
        if elementary:
            own = self.same or _own(flow.compartment)
            classes = tuple((None if own else context(flow, "EcoSpold 1")) or flow.compartment)
        else:
            of = flow if self.same or deliverer is None else deliverer
            classes = _told_classes(of) or (() if of is flow else (NOT_STATED, NOT_STATED))
        if len(classes) > 2:
            classes = (classes[0], classes[-1])
        for key, text in zip(("@category", "@subCategory"), classes, strict=False):
            entry[key] = text

    def _deliverer(self, exchange: Exchange) -> Process | None:
        """The process that delivers what is exchanged, this one or its provider in the package."""
        if exchange.is_reference:
            return self.process
        key = self.bundle.find(DatasetKind.PROCESS, exchange.provider)
        found = self.bundle.read(key).dataset if key is not None else None
        return found if isinstance(found, Process) else None

    def _place(self, exchange: Exchange, flow: Flow | None, deliverer: Process | None) -> str | None:
        """Where it comes from; others find the process that delivers it by that."""
        if not self.same and deliverer is not None and (code := self._code(deliverer.location)):
            return code
        if code := self._code(exchange.location):
            return code
        return self._code(flow.location) if flow is not None and not self.same else None

    def _unit(self, exchange: Exchange, path: str) -> str:
        if isinstance(exchange.unit, str):
            return exchange.unit
        if (found := measured(exchange.flow, self.bundle)) is not None:
            self.done.units[f"{path}/unit"] = found.unit
            return found.unit
        self._lack(f"{path}/unit")
        return ""

    def _group(self, exchange: Exchange, is_input: bool, elementary: bool) -> str:
        if elementary:
            return "4"
        if exchange.is_reference and not is_input:
            return "0"
        if exchange.is_avoided and not is_input:
            return "1"
        if exchange.is_waste and not is_input:
            return "3"
        code = groups.code_of(exchange.group, is_input=is_input)
        if code is not None and code not in ("0", "4"):
            return code
        return "5" if is_input else "2"

    def _uncertainty(self, entry: Tree, exchange: Exchange, index: int) -> None:
        found = exchange.uncertainty
        if found.distribution is None or found.distribution is Distribution.OTHER:
            return
        entry["@uncertaintyType"] = groups.DISTRIBUTION_CODES[found.distribution]
        if isinstance(found.spread, Number):
            kept = number(self._extra(f"/flowData/0/exchange/{index}/@standardDeviation95"))
            if found.distribution is Distribution.LOG_NORMAL:
                same = isinstance(kept, Number) and root(kept) == found.spread
                wide = kept if same else settled(square(found.spread))
            else:
                wide = times(found.spread, Fraction(2))
            if found.distribution in (Distribution.LOG_NORMAL, Distribution.NORMAL):
                wide = kept if kept == wide else wide
                entry["@standardDeviation95"] = spell(wide)[0]
        for key, value in (("@minValue", found.minimum), ("@maxValue", found.maximum)):
            if isinstance(value, Number):
                entry[key] = spell(value)[0]
        if found.distribution is Distribution.TRIANGULAR and isinstance(found.centre, Number):
            entry["@mostLikelyValue"] = spell(found.centre)[0]

    # What repeats other places

    def _reference_function(self) -> None:
        entries = self.node["flowData"][0]["exchange"]
        first = next((entry for entry in entries if entry.get("outputGroup") == "0"), None)
        function = bind.below(self.node, *FUNCTION)
        assert function is not None
        kept = self._extra(_pointer(FUNCTION, "@amount"))
        unit = self._extra(_pointer(FUNCTION, "@unit"))
        if first is None and (kept is None or unit is None):
            self._lack("/exchanges/reference")
            return
        function["@amount"] = kept or (first["@meanValue"] if first else "")
        function["@unit"] = unit or (first["@unit"] if first else "")

    def _allocations(self) -> None:
        """Shares by co-product and method, each with the exchanges that it is a share of."""
        kept = self._extra("/flowData/~allocation")
        found: dict[tuple[str, str, str], list[str]] = {}
        for exchange in self.process.exchanges:
            for share in exchange.allocations:
                text, _ = spell(times(share.share, 100))
                method = groups.METHOD_CODES.get(str(share.method), "-1")
                product = self.done.renamed.get(share.product, share.product)
                target = self.done.renamed.get(exchange.id, exchange.id)
                found.setdefault((product, method, text), []).append(target)
        made = [
            {
                "@referenceToCoProduct": product,
                "@allocationMethod": method,
                "@fraction": text,
                "referenceToInputOutput": targets,
            }
            for (product, method, text), targets in found.items()
        ]
        entries = json.loads(kept) if kept is not None else made
        if kept is not None and _shares(entries) != _shares(made):
            entries = made
        if entries:
            self.node["flowData"][0]["allocation"] = entries

    def _no_dangling_sources(self) -> None:
        """A reference to a source that is not there is left out."""
        sources = {
            entry["@number"] for entry in self.node["metaInformation"]["modellingAndValidation"]["source"]
        }
        publication = bind.below(self.node, *ADMINISTRATION, "dataGeneratorAndPublication") or {}
        if publication.get("@referenceToPublishedSource", "") not in sources:
            publication.pop("@referenceToPublishedSource", None)
        for entry in self.node["flowData"][0].get("exchange", ()):
            if entry.get("@referenceToSource", "") not in sources:
                entry.pop("@referenceToSource", None)

    def _fit(self) -> None:
        """Within what the format allows; what stays impossible is a lack."""
        representative = bind.below(self.node, *MODELLING, "representativeness") or {}
        percent = representative.get("@percent", "").strip()
        if whole := re.fullmatch(r"(\d{1,3})(?:\.(\d)0*)?\s*%?", percent):
            representative["@percent"] = f"{whole[1]}.{whole[2] or 0}"
        content = structure("process", family=FAMILY).content.keys["dataset"].content
        assert content is not None
        known = bool(self.done.lacks)
        for at in conform(self.node, content):
            if not known:
                self._lack(at)


def _told_classes(dataset: Process | Flow) -> tuple[str, ...]:
    entries = dataset.classifications[0].classes if dataset.classifications else ()
    return tuple(entry.name for entry in entries if isinstance(entry.name, str))


def _fill(node: Tree, values: dict[str, str]) -> None:
    for key, value in values.items():
        node.setdefault(key, value)


def _shares(entries: list[Tree]) -> set[tuple[str, object, object, str]]:
    """Who shares how much of what, however it is grouped."""
    return {
        (
            str(e.get("@referenceToCoProduct")),
            e.get("@allocationMethod", "-1"),
            number(e.get("@fraction")),
            target,
        )
        for e in entries
        for target in e.get("referenceToInputOutput", ())
    }


def _pointer(steps: tuple[str, ...], last: str) -> str:
    return "/" + "/".join((*steps, last))


def _countries() -> frozenset[str]:
    return frozenset(row["value"] for row in rows(FAMILY, "enums") if row["list"] == "country")


def _own(compartment: tuple[str, ...]) -> bool:
    return len(compartment) in (1, 2) and compartment[0] in ("air", "water", "soil", "resource")


def _no_source() -> Tree:
    return {
        "@number": "1",
        "@firstAuthor": NOT_STATED,
        "@year": NO_YEAR,
        "@title": NOT_STATED,
        "@placeOfPublications": NOT_STATED,
    }
