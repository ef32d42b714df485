"""EcoSpold 2: a flow as an exchange tells it, and what the exchange only repeats of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.formats.ecospold.bind import Tree
from gateway.formats.ecospold.ids import fixed_or_new
from gateway.formats.ecospold.measures import property_of
from gateway.formats.ecospold.two_values import peek, take_synonyms
from gateway.model.base import LangText, proven
from gateway.model.dataset import Reference
from gateway.model.inventory import Flow, FlowKind

_ELEMENTARY: Final = "@elementaryExchangeId"


@dataclass(frozen=True, slots=True)
class Told:
    """A flow, the words and the kind of exchange that tell it, and what the exchange only repeats."""

    flow: Flow
    reference: Reference
    said: tuple[Any, ...]
    kind: FlowKind
    repeats: tuple[str, ...]


def tell(id_: str, entry: Tree, kind: FlowKind, said: tuple[Any, ...], id_key: str) -> Told:
    """The flow that an exchange tells."""
    compartment = entry.get("compartment")
    words: tuple[str, ...] = ()
    if isinstance(compartment, dict):
        told = (peek(compartment, "compartment"), peek(compartment, "subcompartment"))
        # A part of nothing that is told is no compartment: it stays with the exchange.
        words = tuple(word for word in told if word is not None) if told[0] is not None else ()
    unit = peek(entry, "unitName")
    name = entry.get("name")
    flow = proven(
        Flow,
        {
            "id": id_,
            "kind": FlowKind.ELEMENTARY if id_key == _ELEMENTARY else kind,
            "name": LangText(name) if isinstance(name, dict) and peek(entry, "name") is not None else None,
            "synonyms": take_synonyms({"synonym": list(entry.get("synonym") or ())}),
            "cas": entry.get("@casNumber"),
            "formula": entry.get("@formula"),
            "compartment": words,
            "properties": property_of(unit) if unit is not None else (),
            "extras": {},
        },
    )
    reference = Reference(uuid=id_, name=flow.name)
    return Told(flow, reference, said, kind, repeated(entry, flow, flow, id_key))


def repeated(entry: Mapping[str, Any], own: Flow, known: Flow, id_key: str) -> tuple[str, ...]:
    """What the flow as the package knows it says, too; what it says otherwise stays with the exchange."""
    found = []
    if own.name == known.name and own.name is not None:
        found.append("name")
    if own.synonyms == known.synonyms and own.synonyms is not None:
        found.append("synonym")
    for key, value in (("@casNumber", known.cas), ("@formula", known.formula)):
        if key in entry and entry[key] == value:
            found.append(key)
    compartment = entry.get("compartment")
    same = own.compartment == known.compartment and len(own.compartment) == 2
    if isinstance(compartment, dict) and same:
        id_ = fixed_or_new("subcompartment", "/".join(own.compartment))
        words = [{"en": word} for word in own.compartment]
        if compartment == {
            "@subcompartmentId": id_,
            "compartment": words[0],
            "subcompartment": words[1],
        }:
            found.append("compartment")
    if entry.get(id_key) == own.id:
        found.append(id_key)
    return tuple(found)
