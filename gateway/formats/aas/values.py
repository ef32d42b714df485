"""The footprint submodel as values alone: members by their names, without identifiers (AAS API, value-only).

Source: IDTA 01002 3.0, serialisation "ValueOnly"; payloads of the SAMM models of the templates are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from gateway.formats.aas.view import View
from gateway.frontdoor.json import JsonValue
from gateway.model.walk import escape
from gateway.quantity import plain

_ENTRIES: Final = "ProductCarbonFootprints"
# Lists that a payload of the SAMM model may have as one text.
_LISTS: Final = frozenset({"PcfCalculationMethods", "LifeCyclePhases", "WebLinkToPublicCarbonFootprintStudy"})
# 02035-3 has these, 02023 has not.
_OF_BATTERY: Final = ("PerformanceClass", "WebLinkToPublicCarbonFootprintStudy")


def entries(document: Mapping[str, JsonValue] | None) -> list[JsonValue] | None:
    """The footprints of a payload; None if it is none."""
    if document is None or "submodels" in document:
        return None
    told = document.get(_ENTRIES)
    is_payload = isinstance(told, list) and any(isinstance(e, dict) and _has_amount(e) for e in told)
    return told if is_payload and isinstance(told, list) else None


def is_of_battery(told: list[JsonValue]) -> bool:
    """Whether the footprints are those of the battery passport."""
    return any(isinstance(e, dict) and any(name in e for name in _OF_BATTERY) for e in told)


def values_of(document: Mapping[str, JsonValue]) -> View:
    """The payload as a submodel is seen: numbers as texts, and where each of them stands."""
    found = View({})
    found.value = _seen(dict(document), "", "", found.places)
    return found


def _has_amount(entry: Mapping[str, JsonValue]) -> bool:
    return any(name.casefold() == "pcfco2eq" for name in entry)


def _seen(value: JsonValue, name: str, at: str, places: dict[str, str]) -> JsonValue:
    places[at] = at
    if isinstance(value, dict):
        return {n: _seen(inner, n, f"{at}/{escape(n)}", places) for n, inner in value.items()}
    if isinstance(value, list):
        return [_seen(inner, "", f"{at}/{index}", places) for index, inner in enumerate(value)]
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return plain(Decimal(value))
    if name in _LISTS and isinstance(value, str):
        places[f"{at}/0"] = at
        return [value]
    return value
