"""EcoSpold 1: one data set of a document as a process, with the flows, sources and persons it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.formats.ecospold import groups
from gateway.formats.ecospold.bind import Tree, below, extras_of, read_fields, take_text
from gateway.formats.ecospold.excuses import NO_MOMENT
from gateway.formats.ecospold.one_exchanges import Exchanges
from gateway.formats.ecospold.one_flows import FlowTable, entries
from gateway.formats.ecospold.one_people import People
from gateway.formats.ecospold.one_tree import ABOUT, FAMILY, FUNCTION, INFORMATION, Languages, languages_of
from gateway.formats.ecospold.values import date_form, names, place
from gateway.model.base import LangText, Names
from gateway.model.dataset import Classification
from gateway.model.inventory import Flow
from gateway.model.process import Exchange, Period, Process, ProcessKind, Publication
from gateway.model.sources import Contact, Source
from gateway.quantity.number import Number
from gateway.report import Finding


@dataclass(slots=True)
class One:
    """Everything that one data set says."""

    process: Process
    flows: dict[str, Flow] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Reader:
    """Reads one data set.

    Args:
        known: the flow of an id as the package has it, which the exchange may say otherwise.
        is_process: whether the package has a process of an id.
        extras: what the document says beside its data sets.
    """

    id: str
    known: Callable[[str, Flow], Flow]
    is_process: Callable[[str], bool]
    table: FlowTable = field(default_factory=FlowTable)
    extras: dict[str, str] = field(default_factory=dict)

    def read(self, node: Tree, at: str) -> One:
        """The data set whose tree is ``node``, which is used up. ``at``: its place, for findings."""
        one_block(node)
        about = below(node, *ABOUT) or {}
        languages = languages_of(about)
        told = tuple(
            v for key in ("@languageCode", "@localLanguageCode") if isinstance(v := about.get(key), str)
        )
        fields = read_fields(node, FAMILY, languages.base)
        if fields.plain.get("changed") == NO_MOMENT:
            about["@timestamp"] = fields.plain.pop("changed")  # nobody told it, and nobody is to be told
        function = below(node, *FUNCTION) or {}
        people = People()
        people.read(node)
        exchanges = Exchanges(self.id, self.table, self.known, self.is_process, languages, people.by_number)
        exchanges.read(node, at)
        _function(function, exchanges.first)
        links, reviews = people.links(node), people.reviews(node, languages.base)
        period = _period(node)
        location = take_text(node, *INFORMATION, "geography", "@location")
        process = Process(
            id=self.id,
            name=function_names(function, languages),
            synonyms=synonyms(function, languages.base),
            classifications=_classes(function),
            kind=_kind(about),
            location=place(location),
            period=Period(**period, **fields.part("period")),
            publication=Publication(**fields.part("publication")),
            documents=tuple(fields.documents),
            links=links,
            reviews=reviews,
            exchanges=tuple(exchanges.found),
            languages=told if len(set(told)) == len(told) else told[:1],
            extras=self.extras | people.extras | exchanges.extras | extras_of(node, FAMILY),
            **fields.plain,
        )
        twice = [Finding("ecospold.person-number-twice", at, number) for number in people.twice]
        return One(process, exchanges.flows, people.sources, people.contacts, exchanges.findings + twice)


def one_block(node: Tree) -> None:
    """Several blocks of flow data, which the schema allows and nobody writes, are one."""
    blocks = node.get("flowData")
    if isinstance(blocks, list) and len(blocks) > 1:
        node["flowData"] = [
            {key: [one for b in blocks for one in b.get(key, ())] for key in ("exchange", "allocation")}
        ]


def _kind(about: Tree) -> ProcessKind | None:
    kind = groups.KINDS.get(str(about.get("@type")))
    if kind is not None and about["@type"] != "5":
        del about["@type"]
    return kind


def function_names(function: Tree, languages: Languages) -> Names:
    """Both names; a local one that only repeats the other says nothing, and stays."""
    found: dict[str, str] = {}
    text, other = function.get("@name"), function.get("@localName")
    if isinstance(text, str):
        found[languages.base] = function.pop("@name")
        if isinstance(other, str) and other != text and languages.local != languages.base:
            found[languages.local] = function.pop("@localName")
        elif other == text and "@datasetRelatesToProduct" in function:
            del function["@localName"]  # the writer repeats it by itself
    return names(found)


def synonyms(function: Tree, base: str) -> Names:
    """The synonyms as one text, where the writer can tell them apart again."""
    texts = function.get("synonym")
    if isinstance(texts, list) and all(isinstance(t, str) and t.strip() == t and ";" not in t for t in texts):
        del function["synonym"]
        return LangText({base: "; ".join(texts)})
    return None


def _function(function: Tree, first: Exchange | None) -> None:
    """Amount and unit of the reference function only repeat those of the reference exchange."""
    if first is None:
        return
    if isinstance(first.amount, Number) and function.get("@amount") == first.amount.text:
        del function["@amount"]
    if function.get("@unit") == first.unit:
        function.pop("@unit", None)


def _period(node: Tree) -> dict[str, Any]:
    found: dict[str, Any] = {}
    time = below(node, *INFORMATION, "timePeriod") or {}
    for side in ("start", "end"):
        for form in ("Year", "YearMonth", "Date"):
            text = time.get(f"{side}{form}")
            if date_form(text) == form and side not in found:
                found[side] = time.pop(f"{side}{form}")
    return found


def _classes(function: Tree) -> tuple[Classification, ...]:
    if not isinstance(function.get("@category"), str) or not isinstance(function.get("@subCategory"), str):
        return ()
    category, sub = function.pop("@category"), function.pop("@subCategory")
    for key, text in (("@localCategory", category), ("@localSubCategory", sub)):
        if function.get(key) == text:
            del function[key]
    return entries((category, sub))
