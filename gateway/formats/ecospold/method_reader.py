"""EcoSpold 1: one data set of an impact document, an impact category, with its characterisation factors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.formats.ecospold.bind import Tree, below, extras_of, read_fields
from gateway.formats.ecospold.ids import new_id
from gateway.formats.ecospold.one_exchanges import Exchanges
from gateway.formats.ecospold.one_flows import FlowTable
from gateway.formats.ecospold.one_people import People
from gateway.formats.ecospold.one_reader import function_names, one_block, synonyms
from gateway.formats.ecospold.one_tree import ABOUT, FAMILY, FUNCTION, INFORMATION, languages_of
from gateway.formats.ecospold.values import place
from gateway.model.inventory import Flow
from gateway.model.process import Exchange
from gateway.model.sources import CharacterisationFactor, Contact, ImpactMethod, Source
from gateway.quantity import show
from gateway.quantity.number import Number
from gateway.report import Fate, Finding, Note

# The fields of an impact category that are one leaf of the model each.
FIELDS: Final = "ecospold1_method"
# A region that nobody has told, in a place that cannot be empty.
NO_PLACE: Final = "-"
# dataSetInformation/@type of an impact category, and the group of what comes from nature or goes to it.
IMPACT: Final = "4"
GROUPS: Final = ("inputGroup", "outputGroup")


@dataclass(slots=True)
class OneMethod:
    """Everything that one data set says."""

    method: ImpactMethod
    flows: dict[str, Flow] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    findings: tuple[Finding, ...] = ()


def method_id(function: Mapping[str, str], location: str) -> str:
    """The id of an impact category by the attributes of its reference function and its location."""
    parts = [str(function.get(name) or "") for name in ("@name", "@category", "@subCategory", "@unit")]
    return new_id("impact-method", *parts, location)


@dataclass(slots=True)
class MethodReader:
    """Reads one data set of an impact document.

    Args:
        known: the flow of an id as the package has it, which a factor may say otherwise.
        extras: what the document says beside its data sets.
    """

    id: str
    known: Callable[[str, Flow], Flow]
    table: FlowTable = field(default_factory=FlowTable)
    extras: dict[str, str] = field(default_factory=dict)

    def read(self, node: Tree, at: str) -> OneMethod:
        """The data set whose tree is ``node``, which is used up. ``at``: its place, for findings."""
        one_block(node)
        about = below(node, *ABOUT) or {}
        languages = languages_of(about)
        fields = read_fields(node, FIELDS, languages.base)
        function = below(node, *FUNCTION) or {}
        people = People()
        people.read(node)
        kept = _set_aside(node)
        # The sources of factors stay with them: the model has no place for those.
        exchanges = Exchanges(self.id, self.table, self.known, lambda _: False, languages, {})
        exchanges.read(node, at)
        found = {
            "name": function_names(function, languages),
            "synonyms": synonyms(function, languages.base),
            "documents": tuple(fields.documents),
            "links": people.links(node),
            "factors": tuple(_factors(exchanges.found, kept)),
            **fields.plain,
            **_classes(function),
            **_where_and_when(node),
        }
        if about.get("@type") == IMPACT:
            del about["@type"]
        if isinstance(function.get("@unit"), str):
            found["result_unit"] = function.pop("@unit")
        if function.get("@amount") == "1":
            del function["@amount"]
        extras = self.extras | people.extras | exchanges.extras | kept | extras_of(node, FAMILY)
        method = ImpactMethod(id=self.id, extras=extras, **found)
        findings = tuple(one for one in exchanges.findings if one.code != "ecospold.no-reference")
        notes = tuple(_converted(method))
        return OneMethod(method, exchanges.flows, people.sources, people.contacts, notes, findings)


def _set_aside(node: Tree) -> dict[str, str]:
    """Numbers out of order and groups that are not nature's, by where they stand; then all are nature's."""
    found: dict[str, str] = {}
    data = node.get("flowData")
    for block in data if isinstance(data, list) else ():
        for index, entry in enumerate(block.get("exchange", ())):
            at = f"{FAMILY}#/flowData/0/exchange/{index}"
            if isinstance(number := entry.get("@number"), str) and number != str(index + 1):
                found[f"{at}/@number"] = number
            for name in GROUPS:
                if isinstance(told := entry.get(name), list) and len(set(map(str, told))) == 1:
                    entry[name] = told[0]  # the same group twice
                if isinstance(code := entry.get(name), str) and code != IMPACT:
                    found[f"{at}/{name}"] = entry.pop(name)
            if not any(name in entry for name in GROUPS):
                entry["outputGroup"] = IMPACT
                found.setdefault(f"{at}/~side", "")
    return found


def _factors(exchanges: list[Exchange], kept: dict[str, str]) -> Iterator[CharacterisationFactor]:
    for index, one in enumerate(exchanges):
        at = f"{FAMILY}#/flowData/0/exchange/{index}"
        is_told = kept.pop(f"{at}/~side", None) is None
        yield CharacterisationFactor(
            flow=one.flow,
            direction=one.direction if is_told and one.group is not None else None,
            location=one.location,
            value=one.amount,
            unit=one.unit,
            uncertainty=one.uncertainty,
            comment=one.comment,
        )


def _converted(method: ImpactMethod) -> Iterator[Note]:
    for index, factor in enumerate(method.factors):
        spread = factor.uncertainty.spread
        if isinstance(spread, Number) and not spread.text:
            path = f"/factors/{index}/uncertainty/spread"
            yield Note("ecospold.spread", path, Fate.CONVERTED, "", show(spread.value))


def _classes(function: Tree) -> dict[str, Any]:
    """The method is the category of an impact category, the impact its subcategory."""
    if not isinstance(function.get("@category"), str) or not isinstance(function.get("@subCategory"), str):
        return {}
    category, sub = function.pop("@category"), function.pop("@subCategory")
    for key, text in (("@localCategory", category), ("@localSubCategory", sub)):
        if function.get(key) == text:
            del function[key]
    return {"methodologies": (category,), "impact_categories": (sub,)}


def _where_and_when(node: Tree) -> dict[str, Any]:
    found: dict[str, Any] = {}
    geography = below(node, *INFORMATION, "geography")
    if geography is not None and geography.get("@location", NO_PLACE) != NO_PLACE:
        found["location"] = place(geography.pop("@location"))
    time = below(node, *INFORMATION, "timePeriod")
    if time is not None and "startYear" in time and time.get("startYear") == time.get("endYear"):
        found["reference_year"] = time.pop("startYear")
        del time["endYear"]
    return found
