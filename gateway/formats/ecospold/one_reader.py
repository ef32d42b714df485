"""EcoSpold 1: one data set of a document as a process, with the flows, sources and persons it names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, NamedTuple

from gateway.formats.ecospold import bind, groups
from gateway.formats.ecospold.bind import Tree, below, extras_of, read_fields, take_text
from gateway.formats.ecospold.contexts import is_compartment
from gateway.formats.ecospold.groups import Group
from gateway.formats.ecospold.ids import new_id
from gateway.formats.ecospold.measures import property_of
from gateway.formats.ecospold.values import date_form, flag, names, number, place, root, say, times
from gateway.model.base import LangText, Missing, Names, Reason
from gateway.model.dataset import ClassEntry, Classification, Link, LinkRole, Reference
from gateway.model.inventory import Flow, FlowKind
from gateway.model.process import (
    Allocation,
    Direction,
    Distribution,
    Exchange,
    Period,
    Process,
    ProcessKind,
    Publication,
    Review,
    Uncertainty,
)
from gateway.model.sources import Contact, Source
from gateway.quantity.number import Number
from gateway.report import Fate, Finding, Note

FAMILY: Final = "ecospold1"
INFORMATION: Final = ("metaInformation", "processInformation")
FUNCTION: Final = (*INFORMATION, "referenceFunction")
ABOUT: Final = (*INFORMATION, "dataSetInformation")
MODELLING: Final = ("metaInformation", "modellingAndValidation")
ADMINISTRATION: Final = ("metaInformation", "administrativeInformation")
# The identity of a product or elementary flow in a format without ids.
IDENTITY: Final = ("@name", "@category", "@subCategory", "@unit", "@location", "@infrastructureProcess")
_NONE: Final = Reference()
_CERTAIN: Final = Uncertainty()


class Languages(NamedTuple):
    """In which language names and local names are written; English and German where nothing is said."""

    base: str
    local: str


@dataclass(slots=True)
class One:
    """Everything that one data set says."""

    process: Process
    flows: dict[str, Flow] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def process_id(function: Mapping[str, str], location: str) -> str:
    """The id of a process by the attributes of its reference function and its location."""
    return new_id("process", *_identity(dict(function), location))


def flow_id(exchange: Mapping[str, Any]) -> str:
    """The id of a flow by the attributes of an exchange: what it is, wherever it comes from.

    Units of one dimension are units of one flow. Only compartments are part of what a flow is; under which
    category people file a product is not.
    """
    parts = _identity(exchange, "")
    if not is_compartment(parts[1], parts[2]):
        parts[1] = parts[2] = ""
    measured = property_of(parts[3])
    parts[3] = str(measured[0].flow_property.uuid) if measured else parts[3]
    return new_id("flow", *parts)


def provider_id(exchange: Mapping[str, Any]) -> str:
    """The id that a process has which delivers what an exchange names."""
    return new_id("process", *_identity(exchange, None))


def _identity(node: Mapping[str, Any], location: str | None) -> list[str]:
    parts = [str(node.get(name) or "") for name in IDENTITY]
    parts[5] = say(flag(parts[5]) is True)
    if location is not None:
        parts[4] = location
    return parts


class Reader:
    """Reads one data set.

    Args:
        known: the flow of an id as the package has it, which the exchange may say otherwise.
        is_process: whether the package has a process of an id.
    """

    def __init__(
        self, id_: str, known: Callable[[str, Flow], Flow], is_process: Callable[[str], bool]
    ) -> None:
        self.id = id_
        self.known = known
        self.is_process = is_process
        self.flows: dict[str, Flow] = {}
        self.sources: dict[str, Source] = {}
        self.contacts: dict[str, Contact] = {}
        self.notes: list[Note] = []
        self.findings: list[Finding] = []
        self.extras: dict[str, str] = {}

    def read(self, node: Tree, at: str) -> One:
        """The data set whose tree is ``node``, which is used up. ``at``: its place, for findings."""
        _one_block(node)
        about = below(node, *ABOUT) or {}
        languages = Languages(
            _language(about.get("@languageCode"), "en"), _language(about.get("@localLanguageCode"), "de")
        )
        told = tuple(
            v for key in ("@languageCode", "@localLanguageCode") if isinstance(v := about.get(key), str)
        )
        fields = read_fields(node, FAMILY, languages.base)
        function = below(node, *FUNCTION) or {}
        self._people(node)
        sources = self._sources(node)
        exchanges, first = self._exchanges(node, languages, sources, at)
        self._allocations(node, exchanges)
        self._function(function, first)
        links, reviews = self._links(node, fields, languages.base)
        period = self._period(node)
        location = take_text(node, *INFORMATION, "geography", "@location")
        process = Process(
            id=self.id,
            name=self._names(function, "@name", "@localName", languages),
            synonyms=self._synonyms(function, languages.base),
            classifications=_classes(function),
            kind=self._kind(about),
            location=place(location),
            period=Period(**period, **fields.part("period")),
            publication=Publication(**fields.part("publication")),
            documents=tuple(fields.documents),
            links=links,
            reviews=reviews,
            exchanges=tuple(exchanges),
            languages=told if len(set(told)) == len(told) else told[:1],
            extras=self.extras | extras_of(node, FAMILY),
            **fields.plain,
        )
        return One(process, self.flows, self.sources, self.contacts, self.notes, self.findings)

    # What the data set is

    def _kind(self, about: Tree) -> ProcessKind | None:
        kind = groups.KINDS.get(str(about.get("@type")))
        if kind is not None and about["@type"] != "5":
            del about["@type"]
        return kind

    def _names(self, node: Tree, name: str, local: str, languages: Languages) -> Names:
        """Both names; a local one that only repeats the other says nothing, and stays."""
        found: dict[str, str] = {}
        if isinstance(text := node.get(name), str):
            found[languages.base] = node.pop(name)
            other = node.get(local)
            if isinstance(other, str) and other != text and languages.local != languages.base:
                found[languages.local] = node.pop(local)
            elif (
                other == text
                and local == "@localName"
                and name == "@name"
                and "@datasetRelatesToProduct" in node
            ):
                del node[local]  # the writer repeats it by itself
        return names(found)

    def _synonyms(self, function: Tree, base: str) -> Names:
        texts = function.get("synonym")
        if isinstance(texts, list) and all(
            isinstance(t, str) and t.strip() == t and ";" not in t for t in texts
        ):
            del function["synonym"]
            return LangText({base: "; ".join(texts)})
        return None

    def _function(self, function: Tree, first: Exchange | None) -> None:
        """Amount and unit of the reference function only repeat those of the reference exchange."""
        if first is None:
            return
        if isinstance(first.amount, Number) and function.get("@amount") == first.amount.text:
            del function["@amount"]
        if function.get("@unit") == first.unit:
            function.pop("@unit", None)

    def _period(self, node: Tree) -> dict[str, Any]:
        found: dict[str, Any] = {}
        time = below(node, *INFORMATION, "timePeriod") or {}
        for side in ("start", "end"):
            for form in ("Year", "YearMonth", "Date"):
                text = time.get(f"{side}{form}")
                if date_form(text) == form and side not in found:
                    found[side] = time.pop(f"{side}{form}")
        return found

    # People and sources

    def _people(self, node: Tree) -> None:
        administration = below(node, *ADMINISTRATION)
        people = administration.get("person") if administration else None
        order = []
        for person in people if isinstance(people, list) else ():
            told = json.dumps({k: v for k, v in person.items() if k != "@number"}, sort_keys=True)
            id_ = new_id("person", told)
            order.append([person.pop("@number", ""), id_])
            self.contacts[id_] = Contact(
                id=id_,
                name=names({"en": person.pop("@name")}) if isinstance(person.get("@name"), str) else None,
                address=names({"en": person.pop("@address")})
                if isinstance(person.get("@address"), str)
                else None,
                telephone=take_text(person, "@telephone"),
                telefax=take_text(person, "@telefax"),
                email=take_text(person, "@email"),
                country=take_text(person, "@countryCode"),
                extras=extras_of(person, FAMILY),
            )
            person.clear()
        self._number("/metaInformation/administrativeInformation/person", order)

    def _sources(self, node: Tree) -> dict[str, Reference]:
        modelling = below(node, *MODELLING)
        sources = modelling.get("source") if modelling else None
        found: dict[str, Reference] = {}
        order = []
        for source in sources if isinstance(sources, list) else ():
            told = json.dumps({k: v for k, v in source.items() if k != "@number"}, sort_keys=True)
            id_ = new_id("source", told)
            number_ = str(source.pop("@number", ""))
            order.append([number_, id_])
            title = take_text(source, "@title")
            self.sources[id_] = Source(
                id=id_,
                authors=take_text(source, "@firstAuthor"),
                year=take_text(source, "@year"),
                title=title,
                name=names({"en": title}) if title else None,
                extras=extras_of(source, FAMILY),
            )
            found.setdefault(number_, Reference(uuid=id_, name=names({"en": title}) if title else None))
            source.clear()
        self._number("/metaInformation/modellingAndValidation/source", order)
        return found

    def _number(self, pointer: str, order: list[list[str]]) -> None:
        """Numbers and order of what stands apart, if another writer could not make them up."""
        if order:
            self.extras[f"{FAMILY}#{pointer}/~order"] = json.dumps(order)

    def _links(
        self, node: Tree, fields: bind.Fields, base: str
    ) -> tuple[tuple[Link, ...], tuple[Review, ...]]:
        people = self._by_number("/metaInformation/administrativeInformation/person")
        first = {id_: number_ for number_, id_ in reversed(people.items())}
        links = [Link(role=LinkRole.DATA_SOURCE, target=self._source(id_)) for id_ in self.sources]
        for step, role in (
            ("dataEntryBy", LinkRole.ENTERED_BY),
            ("dataGeneratorAndPublication", LinkRole.GENERATOR),
        ):
            at = below(node, *ADMINISTRATION, step)
            if at is not None and (id_ := people.get(str(at.get("@person")))):
                # One person under two numbers: the number stays, too.
                if first[id_] == at["@person"]:
                    del at["@person"]
                links.append(Link(role=role, target=self._contact(id_)))
        validation = below(node, *MODELLING, "validation")
        reviews: tuple[Review, ...] = ()
        if validation is not None:
            id_ = people.get(str(validation.get("@proofReadingValidator")), "")
            if id_ and first[id_] == validation["@proofReadingValidator"]:
                del validation["@proofReadingValidator"]
            details = take_text(validation, "@proofReadingDetails")
            other = take_text(validation, "@otherDetails")
            reviews = (
                Review(
                    reviewers=(self._contact(id_),) if id_ else (),
                    details=names({base: details}) if details is not None else None,
                    other_details=names({base: other}) if other is not None else None,
                ),
            )
        return tuple(links), reviews

    def _by_number(self, pointer: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for number_, id_ in json.loads(self.extras.get(f"{FAMILY}#{pointer}/~order", "[]")):
            found.setdefault(number_, id_)
        return found

    def _source(self, id_: str) -> Reference:
        return Reference(uuid=id_, name=self.sources[id_].name)

    def _contact(self, id_: str) -> Reference:
        return Reference(uuid=id_, name=self.contacts[id_].name)

    # Exchanges

    def _exchanges(
        self, node: Tree, languages: Languages, sources: Mapping[str, Reference], at: str
    ) -> tuple[list[Exchange], Exchange | None]:
        found: list[Exchange] = []
        seen: dict[str, int] = {}
        first: Exchange | None = None
        data = node.get("flowData")
        for block in data if isinstance(data, list) else ():
            for entry in block.get("exchange", ()):
                id_ = str(entry.get("@number") or "")
                count = seen[id_] = seen.get(id_, 0) + 1
                if count > 1:
                    self.findings.append(Finding("ecospold.number-twice", at, id_))
                    id_ = f"{id_}#{count}"
                exchange = self._exchange(entry, id_, count > 1, languages, sources)
                found.append(exchange)
                if exchange.is_reference and first is None:
                    first = exchange
        if found and first is None:
            self.findings.append(Finding("ecospold.no-reference", at))
        return found, first

    def _exchange(
        self,
        entry: Tree,
        id_: str,
        again: bool,
        languages: Languages,
        sources: Mapping[str, Reference],
    ) -> Exchange:
        group = _group(entry)
        pop = entry.pop
        if again:
            pass  # the number stays, to be told; the writer gives another one
        elif "@number" in entry and id_:
            del entry["@number"]
        elementary = group is not None and group.code == "4"
        flow = self._flow(entry, group, elementary, languages)
        amount = number(entry.get("@meanValue"))
        if amount is not None:
            del entry["@meanValue"]
        unit = entry.get("@unit")
        provider = _NONE
        if group is not None and group.is_input and not elementary:
            deliverer = provider_id({**entry, "@name": entry.get("@name")})
            if deliverer != self.id and self.is_process(deliverer):
                provider = Reference(uuid=deliverer, name=flow.name)
        known = self.known(flow.id, self.flows.get(flow.id, flow))
        self.flows.setdefault(flow.id, known)
        self._repeated(entry, flow, known, languages)
        source = sources.get(str(entry.get("@referenceToSource")))
        if source is not None:
            del entry["@referenceToSource"]
        comment = pop("@generalComment", None)
        location = pop("@location", None)
        return Exchange(
            id=id_,
            flow=Reference(uuid=flow.id, name=known.name),
            direction=group.direction if group else Direction.OUTPUT,
            amount=amount,
            unit=pop("@unit") if isinstance(unit, str) else None,
            is_reference=group == (False, "0"),
            is_avoided=group == (False, "1"),
            is_waste=group == (False, "3"),
            group=group.name if group else None,
            provider=provider,
            location=place(location),
            uncertainty=_uncertainty(entry),
            sources=(source,) if source is not None else (),
            comment=LangText({languages.base: comment}) if comment is not None else None,
        )

    def _flow(self, entry: Tree, group: Group | None, elementary: bool, languages: Languages) -> Flow:
        found: dict[str, str] = {}
        name, local = entry.get("@name"), entry.get("@localName")
        if isinstance(name, str):
            found[languages.base] = name
            if isinstance(local, str) and local != name and languages.local != languages.base:
                found[languages.local] = local
        classes = tuple(
            text for key in ("@category", "@subCategory") if isinstance(text := entry.get(key), str)
        )
        unit = entry.get("@unit")
        return Flow(
            id=flow_id(entry),
            kind=group.flow_kind if group else FlowKind.OTHER,
            name=names(found),
            cas=entry.get("@CASNumber"),
            formula=entry.get("@formula"),
            compartment=classes if elementary else (),
            classifications=() if elementary or not classes else _entries(classes),
            properties=property_of(unit) if isinstance(unit, str) else (),
            is_infrastructure=flag(entry.get("@infrastructureProcess")),
        )

    def _repeated(self, entry: Tree, own: Flow, known: Flow, languages: Languages) -> None:
        """Take out what the flow says, too; what it says otherwise stays with the exchange."""
        told = dict(known.name.items()) if isinstance(known.name, LangText) else {}
        if entry.get("@name") == told.get(languages.base):
            entry.pop("@name", None)
        local = entry.get("@localName")
        other = languages.local != languages.base and known.name == own.name
        if local is not None and local == told.get(languages.local) and other:
            del entry["@localName"]
        for key, value in (("@CASNumber", known.cas), ("@formula", known.formula)):
            if key in entry and entry[key] == value:
                del entry[key]
        if own.compartment == known.compartment and own.classifications == known.classifications:
            entry.pop("@category", None)
            entry.pop("@subCategory", None)
        text = entry.get("@infrastructureProcess")
        if known.is_infrastructure is not None and text == say(known.is_infrastructure is True):
            del entry["@infrastructureProcess"]

    def _allocations(self, node: Tree, exchanges: list[Exchange]) -> None:
        """Shares of exchanges; what the writer would not say in the same words is kept to the letter."""
        data = node.get("flowData")
        index = {exchange.id: at for at, exchange in enumerate(exchanges)}
        shares: dict[int, list[Allocation]] = {}
        for block in data if isinstance(data, list) else ():
            for entry in block.get("allocation", ()):
                method = groups.METHODS.get(str(entry.get("@allocationMethod", "")))
                share = times(number(entry.get("@fraction")), Fraction(1, 100))
                for target in entry.get("referenceToInputOutput", ()):
                    if (at := index.get(target)) is not None:
                        one = Allocation(
                            product=str(entry.get("@referenceToCoProduct")), share=share, method=method
                        )
                        shares.setdefault(at, []).append(one)
            if block.get("allocation"):
                self.extras[f"{FAMILY}#/flowData/~allocation"] = json.dumps(
                    block.pop("allocation"), ensure_ascii=False
                )
        for at, found in shares.items():
            exchanges[at] = exchanges[at].model_copy(update={"allocations": tuple(found)})


def _one_block(node: Tree) -> None:
    """Several blocks of flow data, which the schema allows and nobody writes, are one."""
    blocks = node.get("flowData")
    if isinstance(blocks, list) and len(blocks) > 1:
        node["flowData"] = [
            {key: [one for b in blocks for one in b.get(key, ())] for key in ("exchange", "allocation")}
        ]


def _language(code: object, default: str) -> str:
    return code if isinstance(code, str) and len(code) == 2 else default


def _group(entry: Tree) -> Group | None:
    """Direction and kind. Of two, which the format forbids, the first is read and the second kept."""
    for key, is_input in (("inputGroup", True), ("outputGroup", False)):
        code = entry.get(key)
        if isinstance(code, str) and Group(is_input, code).name is not None:
            del entry[key]
            return Group(is_input, code)
    return None


def _uncertainty(entry: Tree) -> Uncertainty:
    kind = groups.DISTRIBUTIONS.get(str(entry.get("@uncertaintyType")))
    if kind is None:
        return _CERTAIN
    del entry["@uncertaintyType"]
    found: dict[str, Any] = {"distribution": kind}
    printed = number(entry.get("@standardDeviation95"))
    if isinstance(printed, Number):
        if kind is Distribution.LOG_NORMAL:
            found["spread"] = root(printed)
        elif kind is Distribution.NORMAL:
            found["spread"] = times(printed, Fraction(1, 2))
    for key, name in (("@minValue", "minimum"), ("@maxValue", "maximum")):
        if isinstance(value := number(entry.get(key)), Number):
            found[name] = value
            del entry[key]
    if kind is Distribution.TRIANGULAR and isinstance(value := number(entry.get("@mostLikelyValue")), Number):
        found["centre"] = value
        del entry["@mostLikelyValue"]
    return Uncertainty(**found)


def _classes(function: Tree) -> tuple[Classification, ...]:
    if not isinstance(function.get("@category"), str) or not isinstance(function.get("@subCategory"), str):
        return ()
    category, sub = function.pop("@category"), function.pop("@subCategory")
    for key, text in (("@localCategory", category), ("@localSubCategory", sub)):
        if function.get(key) == text:
            del function[key]
    return _entries((category, sub))


def _entries(classes: tuple[str, ...]) -> tuple[Classification, ...]:
    return (Classification(classes=tuple(ClassEntry(name=name) for name in classes)),)


def unread(text: str) -> Missing:
    """What stands where a number is meant."""
    return Missing(missing=Reason.UNREADABLE, text=text)


def converted_spreads(process: Process) -> Iterator[Note]:
    """One note for every spread that was worked out of what the source prints."""
    for exchange in process.exchanges:
        spread = exchange.uncertainty.spread
        if isinstance(spread, Number) and not spread.text:
            path = f"/exchanges/{exchange.id}/uncertainty/spread"
            yield Note("ecospold.spread", path, Fate.CONVERTED, "", str(spread))
