"""EcoSpold 1: flows by the attributes of the exchanges that tell them, each made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from gateway.formats.ecospold.groups import Group
from gateway.formats.ecospold.measures import property_of
from gateway.formats.ecospold.one_tree import Languages, flow_id, provider_id
from gateway.formats.ecospold.values import flag, names, say
from gateway.model.base import LangText, proven
from gateway.model.dataset import ClassEntry, Classification, Reference
from gateway.model.inventory import Flow, FlowKind
from gateway.model.process import Uncertainty

# What an exchange says of its flow; unit and place are its own, too.
KEYS: Final = (
    "@name",
    "@localName",
    "@category",
    "@subCategory",
    "@unit",
    "@location",
    "@infrastructureProcess",
    "@CASNumber",
    "@formula",
)
Attributes: TypeAlias = tuple[str | None, ...]
_KEPT: Final = 50_000


@dataclass(slots=True)
class Told:
    """A flow as an exchange tells it. ``repeats``: what an exchange only repeats of it."""

    flow: Flow
    reference: Reference
    repeats: tuple[str, ...]
    attributes: Attributes
    _provider: Reference | None = None

    @property
    def provider(self) -> Reference:
        """The process that would deliver it."""
        if self._provider is None:
            told = dict(zip(KEYS, self.attributes, strict=True))
            self._provider = Reference(uuid=provider_id(told), name=self.flow.name)
        return self._provider


@dataclass(slots=True)
class FlowTable:
    """The flows of a package."""

    first: dict[str, tuple[Languages, Group | None, Attributes]] = field(default_factory=dict)
    _ids: dict[Attributes, str] = field(default_factory=dict)
    _told: dict[tuple[Languages, Group | None], dict[Attributes, Told]] = field(default_factory=dict)
    _count: int = 0
    # Few spreads stand in a package, many times each: by their attributes, with those that they say in full.
    spreads: dict[Attributes, tuple[Uncertainty, tuple[str, ...]]] = field(default_factory=dict)

    def flow(self, id_: str) -> Flow | None:
        """A flow as the package tells it first; None where that must be looked up."""
        found = self.first.get(id_)
        return None if found is None else self.told(*found).flow

    def id(self, attributes: Attributes) -> str:
        """The id of the flow of an exchange with these attributes."""
        found = self._ids.get(attributes)
        if found is None:
            if len(self._ids) >= _KEPT:
                self._ids.clear()
            found = self._ids[attributes] = flow_id(dict(zip(KEYS, attributes, strict=True)))
        return found

    def told(self, languages: Languages, group: Group | None, attributes: Attributes) -> Told:
        """The flow of an exchange with these attributes."""
        kind = self._told.get((languages, group))
        if kind is None:
            kind = self._told[languages, group] = {}
        found = kind.get(attributes)
        if found is None:
            self._count += 1
            if self._count > _KEPT:
                self._count = 1
                self._told = {(languages, group): (kind := {})}
            found = kind[attributes] = _told(self.id(attributes), languages, group, attributes)
        return found


def _told(id_: str, languages: Languages, group: Group | None, attributes: Attributes) -> Told:
    name, local, category, sub, unit, _, built, cas, formula = attributes
    texts: dict[str, str] = {}
    repeats = []
    if name is not None:
        repeats.append("@name")
        texts[languages.base] = name
        if local is not None and local != name and languages.local != languages.base:
            texts[languages.local] = local
            repeats.append("@localName")
    if category is not None:
        repeats.append("@category")
    if sub is not None:
        repeats.append("@subCategory")
    if cas is not None:
        repeats.append("@CASNumber")
    if formula is not None:
        repeats.append("@formula")
    if built in ("true", "false"):
        repeats.append("@infrastructureProcess")
    elementary = group is not None and group.code == "4"
    classes = tuple(text for text in (category, sub) if text is not None)
    flow = proven(
        Flow,
        {
            "id": id_,
            "kind": group.flow_kind if group else FlowKind.OTHER,
            "name": names(texts),
            "cas": cas,
            "formula": formula,
            "compartment": classes if elementary else (),
            "classifications": () if elementary or not classes else entries(classes),
            "properties": property_of(unit) if unit is not None else (),
            "is_infrastructure": flag(built),
            "extras": {},
        },
    )
    return Told(flow, Reference(uuid=id_, name=flow.name), tuple(repeats), attributes)


def entries(classes: tuple[str, ...]) -> tuple[Classification, ...]:
    """A classification without a name."""
    return (Classification(classes=tuple(ClassEntry(name=name) for name in classes)),)


def repeated(entry: Mapping[str, Any], own: Flow, known: Flow, languages: Languages) -> tuple[str, ...]:
    """What a flow that the package tells otherwise first says, too; the rest stays with the exchange."""
    found = []
    told = known.name.root if isinstance(known.name, LangText) else {}
    name, local = entry.get("@name"), entry.get("@localName")
    if name is not None and name == told.get(languages.base):
        found.append("@name")
    other = languages.local != languages.base and known.name == own.name
    if local is not None and local == told.get(languages.local) and other:
        found.append("@localName")
    for key, value in (("@CASNumber", known.cas), ("@formula", known.formula)):
        if entry.get(key) is not None and entry[key] == value:
            found.append(key)
    if own.compartment == known.compartment and own.classifications == known.classifications:
        found += [key for key in ("@category", "@subCategory") if entry.get(key) is not None]
    text = entry.get("@infrastructureProcess")
    if known.is_infrastructure is not None and text == say(known.is_infrastructure is True):
        found.append("@infrastructureProcess")
    return tuple(found)
