"""EcoSpold 2: one activity, or child of one, as a process, with the flows and persons it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.formats.ecospold import groups
from gateway.formats.ecospold.bind import (
    Tree,
    below,
    bindings,
    extras_of,
    one_passage_each,
    read_fields,
    take_text,
)
from gateway.formats.ecospold.groups import Group, take_id, take_side
from gateway.formats.ecospold.ids import fixed_or_new
from gateway.formats.ecospold.two_flows import Told, repeated, tell
from gateway.formats.ecospold.two_values import (
    take_english,
    take_names,
    take_property,
    take_synonyms,
    take_uncertainty,
)
from gateway.formats.ecospold.values import number, place
from gateway.model.base import LangText, Names, changed, proven
from gateway.model.dataset import ClassEntry, Classification, Document, Link, LinkRole, Reference, Topic
from gateway.model.inventory import Flow, FlowKind
from gateway.model.process import (
    Direction,
    Exchange,
    ImpactResult,
    Parameter,
    Period,
    Process,
    ProcessKind,
    Publication,
    Review,
    Uncertainty,
)
from gateway.model.sources import Contact
from gateway.quantity.number import Number
from gateway.report import Finding

FAMILY: Final = "ecospold2"
ACTIVITY: Final = ("activityDescription", "activity")
ADMINISTRATION: Final = ("administrativeInformation",)
MODELLING: Final = ("modellingAndValidation",)
VERSION: Final = ("@majorRelease", "@minorRelease", "@majorRevision", "@minorRevision")
KINDS: Final = {"1": ProcessKind.UNIT_PROCESS, "2": ProcessKind.LCI_RESULT}
PEOPLE: Final = (("dataEntryBy", LinkRole.ENTERED_BY), ("dataGeneratorAndPublication", LinkRole.GENERATOR))
LISTS: Final = (
    ("intermediateExchange", "@intermediateExchangeId"),
    ("elementaryExchange", "@elementaryExchangeId"),
)
# What an exchange says of its flow.
_SAID: Final = ("name", "synonym", "compartment", "@casNumber", "@formula", "unitName")
_NONE: Final = Reference()
_CERTAIN: Final = Uncertainty()
_KEPT: Final = 20_000


@dataclass(slots=True)
class Two:
    """Everything that one data set says."""

    process: Process
    flows: dict[str, Flow] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


class Reader:
    """Reads one data set. ``known`` gives the flow or contact of an id as the package has it.

    ``table`` holds flows as exchanges of the package tell them.
    """

    def __init__(
        self,
        id_: str,
        known: Callable[[str, Flow], Flow],
        contact: Callable[[str, Contact], Contact],
        table: dict[str, Told] | None = None,
    ) -> None:
        self.id = id_
        self.table = {} if table is None else table
        self.known = known
        self.contact = contact
        self.flows: dict[str, Flow] = {}
        self.contacts: dict[str, Contact] = {}
        self.findings: list[Finding] = []
        self.extras: dict[str, str] = {}

    def read(self, node: Tree, at: str) -> Two:
        """The data set whose tree is ``node``, which is used up. ``at``: its place, for findings."""
        activity = below(node, *ACTIVITY) or {}
        if activity.get("@id") == self.id:
            del activity["@id"]
        fields = read_fields(node, FAMILY, "en")
        exchanges = self._exchanges(node, at)
        links = self._links(node)
        process = Process(
            id=self.id,
            version=self._version(node),
            name=take_names(activity, "activityName"),
            synonyms=take_synonyms(activity),
            classifications=_classifications(below(node, "activityDescription") or {}),
            kind=self._kind(activity),
            location=self._location(node),
            period=Period(**fields.part("period")),
            publication=Publication(**fields.part("publication")),
            documents=_in_one(fields.documents),
            links=links,
            reviews=self._reviews(node),
            system_model=self._system_model(node),
            exchanges=tuple(exchanges),
            parameters=self._parameters(node, at),
            results=self._results(node),
            extras=self.extras,
            **fields.plain,
        )
        self._one_index_each(node, at)
        extras = self.extras | extras_of(node, FAMILY)
        return Two(changed(process, {"extras": extras}), self.flows, self.contacts, self.findings)

    def _one_index_each(self, node: Tree, at: str) -> None:
        """Passages of one text that have one index: nobody can tell which comes first."""
        texts = [below(node, *row.steps) for row in bindings(FAMILY) if row.kind == "passages"]
        reviews = (below(node, *MODELLING) or {}).get("review") or ()
        texts += [below(one, "details") for one in reviews if isinstance(one, dict)]
        for text in filter(None, texts):
            found = [one.get("@index") for one in text.get("text") or () if isinstance(one, dict)]
            if len(set(found)) != len(found):
                self.findings.append(Finding("ecospold.index-twice", at, ", ".join(map(str, found))))

    # The activity

    def _kind(self, activity: Tree) -> ProcessKind | None:
        kind = KINDS.get(str(activity.get("@type")))
        if kind is not None:
            del activity["@type"]
        return kind

    def _version(self, node: Tree) -> str | None:
        attributes = below(node, *ADMINISTRATION, "fileAttributes") or {}
        parts = [attributes.get(key) for key in VERSION]
        if all(isinstance(part, str) and part.isdecimal() and part == str(int(part)) for part in parts):
            return ".".join(attributes.pop(key) for key in VERSION)
        return None

    def _location(self, node: Tree) -> Any:  # noqa: ANN401 - a place or none
        geography = below(node, "activityDescription", "geography") or {}
        code = take_english(geography, "shortname")
        if code is not None and geography.get("@geographyId") == fixed_or_new("geography", code):
            del geography["@geographyId"]
        return place(code)

    def _system_model(self, node: Tree) -> Reference:
        model = below(node, *MODELLING, "representativeness") or {}
        return Reference(uuid=take_text(model, "@systemModelId"), name=take_names(model, "systemModelName"))

    # People

    def _links(self, node: Tree) -> tuple[Link, ...]:
        links = []
        for step, role in PEOPLE:
            at = below(node, *ADMINISTRATION, step)
            if at is not None and isinstance(at.get("@personId"), str):
                target = self._person(at, "@personId", "@personName", "@personEmail")
                links.append(Link(role=role, target=target))
        return tuple(links)

    def _person(self, node: Tree, id_key: str, name_key: str, email_key: str) -> Reference:
        id_ = str(node.pop(id_key))
        name = node.get(name_key)
        email = node.get(email_key)
        own = Contact(
            id=id_,
            name=LangText({"en": name}) if isinstance(name, str) else None,
            email=email if isinstance(email, str) else None,
        )
        known = self.contact(id_, self.contacts.get(id_, own))
        self.contacts.setdefault(id_, known)
        if known.name == own.name:
            node.pop(name_key, None)
        if known.email == own.email:
            node.pop(email_key, None)
        return Reference(uuid=id_, name=known.name)

    def _reviews(self, node: Tree) -> tuple[Review, ...]:
        modelling = below(node, *MODELLING) or {}
        found = []
        for entry in modelling.get("review") or ():
            reviewers: tuple[Reference, ...] = ()
            if isinstance(entry.get("@reviewerId"), str):
                reviewers = (self._person(entry, "@reviewerId", "@reviewerName", "@reviewerEmail"),)
            details = _passages_out(entry)
            found.append(
                Review(
                    reviewers=reviewers,
                    date=take_text(entry, "@reviewDate"),
                    details=details,
                    other_details=take_names(entry, "otherDetails"),
                )
            )
        return tuple(found)

    # Exchanges

    def _exchanges(self, node: Tree, at: str) -> list[Exchange]:
        data = below(node, "flowData") or {}
        found: list[Exchange] = []
        seen: dict[str, int] = {}
        for name, id_key in LISTS:
            for entry in data.get(name) or ():
                id_ = take_id(entry, "@id", seen, at, self.findings)
                found.append(self._exchange(entry, id_, id_key))
        if found and not any(one.is_reference for one in found):
            self.findings.append(Finding("ecospold.no-reference", at))
        return found

    def _exchange(self, entry: Tree, id_: str, id_key: str) -> Exchange:
        side = take_side(entry, _SIDES, _NOWHERE)
        told = self._told(entry, side, id_key)
        own = told.flow
        known = self.known(own.id, self.flows.get(own.id, own))
        self.flows.setdefault(own.id, known)
        for key in told.repeats if known is own else repeated(entry, own, known, id_key):
            del entry[key]
        amount = number(entry.get("@amount"))
        if amount is not None:
            del entry["@amount"]
        unit = take_english(entry, "unitName")
        if unit is not None and entry.get("@unitId") == fixed_or_new("unit", unit):
            del entry["@unitId"]
        pop = entry.pop
        provider = pop("@activityLinkId", None)
        return proven(
            Exchange,
            {
                "id": id_,
                "flow": told.reference if known is own else Reference(uuid=own.id, name=known.name),
                "amount": amount,
                "unit": unit,
                "formula": pop("@mathematicalRelation", None),
                "provider": Reference(uuid=provider) if provider is not None else _NONE,
                "uncertainty": take_uncertainty(entry) if "uncertainty" in entry else _CERTAIN,
                "properties": tuple(take_property(one) for one in entry.get("property") or ()),
                "comment": take_names(entry, "comment") if "comment" in entry else None,
                **side.told,
            },
        )

    def _told(self, entry: Tree, side: _Side, id_key: str) -> Told:
        """The flow of an exchange; made once where the package says the same of it."""
        said = tuple(map(entry.get, _SAID))
        id_ = str(entry.get(id_key) or "")
        found = self.table.get(id_)
        if found is None or found.kind is not side.kind or found.said != said:
            found = tell(id_, entry, side.kind, said, id_key)
            if len(self.table) >= _KEPT:
                self.table.clear()
            self.table.setdefault(id_, found)
        return found

    # Parameters and results

    def _parameters(self, node: Tree, at: str) -> tuple[Parameter, ...]:
        data = below(node, "flowData") or {}
        found = []
        for entry in data.get("parameter") or ():
            variable = take_text(entry, "@variableName")
            unit = take_english(entry, "unitName")
            value = number(entry.pop("@amount", None))
            found.append(
                Parameter(
                    name=variable if variable is not None else str(entry.get("@parameterId", "")),
                    value=value,
                    unit=unit,
                    formula=take_text(entry, "@mathematicalRelation"),
                    uncertainty=take_uncertainty(entry),
                    description=take_names(entry, "name"),
                    comment=take_names(entry, "comment"),
                )
            )
        names = [one.name for one in found]
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            self.findings.append(Finding("ecospold.parameter-twice", at, name))
        return tuple(found)

    def _results(self, node: Tree) -> tuple[ImpactResult, ...]:
        data = below(node, "flowData") or {}
        found = []
        for entry in data.get("impactIndicator") or ():
            amount = number(entry.get("@amount"))
            if isinstance(amount, Number):
                del entry["@amount"]
            found.append(
                ImpactResult(
                    indicator=Reference(
                        uuid=take_text(entry, "@impactIndicatorId"), name=take_names(entry, "name")
                    ),
                    amount=amount,
                    unit=take_english(entry, "unitName"),
                )
            )
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Side:
    """On which side an exchange stands, and what that says of it."""

    kind: FlowKind
    told: Mapping[str, object]


def _side(group: Group | None, kind: FlowKind) -> _Side:
    return _Side(
        kind,
        {
            "direction": group.direction if group else Direction.OUTPUT,
            "is_reference": group == (False, "0"),
            "is_waste": group == (False, "3"),
            "group": group.name if group else None,
        },
    )


def _sides(names: Mapping[str, str], *, is_input: bool) -> Mapping[str, _Side]:
    groups_ = {code: Group(is_input, code) for code in names}
    return {code: _side(group, group.flow_kind) for code, group in groups_.items()}


_NOWHERE: Final = _side(None, FlowKind.OTHER)
_SIDES: Final = (
    ("inputGroup", _sides(groups.INPUT_GROUPS, is_input=True)),
    ("outputGroup", _sides(groups.OUTPUT_GROUPS, is_input=False)),
)


def _classifications(description: Tree) -> tuple[Classification, ...]:
    """All of them, or none: they keep their order."""
    entries = description.get("classification")
    found = []
    for entry in entries or ():
        system, value = entry.get("classificationSystem"), entry.get("classificationValue")
        if set(entry) != {"@classificationId", "classificationSystem", "classificationValue"}:
            return ()
        if not all(isinstance(t, dict) and set(t) == {"en"} for t in (system, value)):
            return ()
        step = ClassEntry(id=entry["@classificationId"], name=value["en"])
        found.append(Classification(system=system["en"], classes=(step,)))
    description.pop("classification", None)
    return tuple(found)


def _passages_out(entry: Tree) -> Names:
    details = entry.get("details")
    if not isinstance(details, dict):
        return None
    if texts := one_passage_each(details):
        del entry["details"]
        return LangText(texts)
    return None


def _in_one(documents: list[Document]) -> tuple[Document, ...]:
    found: dict[Topic, Document] = {}
    for document in documents:
        found.setdefault(document.topic, document)
    return tuple(found.values())
