"""Where things stand in a data set of EcoSpold 1, and what names the things that it gives no id."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from gateway.formats.ecospold.bind import TEXT
from gateway.formats.ecospold.contexts import is_compartment
from gateway.formats.ecospold.ids import new_id
from gateway.formats.ecospold.measures import property_of
from gateway.formats.ecospold.values import flag, say

FAMILY: Final = "ecospold1"
INFORMATION: Final = ("metaInformation", "processInformation")
FUNCTION: Final = (*INFORMATION, "referenceFunction")
ABOUT: Final = (*INFORMATION, "dataSetInformation")
MODELLING: Final = ("metaInformation", "modellingAndValidation")
ADMINISTRATION: Final = ("metaInformation", "administrativeInformation")
SOURCES: Final = "/metaInformation/modellingAndValidation/source"
PEOPLE: Final = "/metaInformation/administrativeInformation/person"
# The identity of a product or elementary flow in a format without ids.
IDENTITY: Final = ("@name", "@category", "@subCategory", "@unit", "@location", "@infrastructureProcess")


class Languages(NamedTuple):
    """In which language names and local names are written; English and German where nothing is said."""

    base: str
    local: str


def languages_of(about: Mapping[str, Any]) -> Languages:
    """The languages of a data set by what it says about itself."""
    return Languages(
        _language(about.get("@languageCode"), "en"), _language(about.get("@localLanguageCode"), "de")
    )


def _language(code: object, default: str) -> str:
    return code if isinstance(code, str) and len(code) == 2 else default


def process_id(function: Mapping[str, str], location: str) -> str:
    """The id of a process by the attributes of its reference function and its location."""
    name, category, sub, unit, _, built = _identity(function)
    return new_id("process", name, category, sub, unit, location, built)


def flow_id(exchange: Mapping[str, Any]) -> str:
    """The id of a flow by the attributes of an exchange: what it is, wherever it comes from.

    Units of one dimension are units of one flow. Only compartments are part of what a flow is; under which
    category people file a product is not.
    """
    name, category, sub, unit, _, built = _identity(exchange)
    if not is_compartment(category, sub):
        category = sub = ""
    measured = property_of(unit)
    unit = str(measured[0].flow_property.uuid) if measured else unit
    return new_id("flow", name, category, sub, unit, "", built)


def provider_id(exchange: Mapping[str, Any]) -> str:
    """The id that a process has which delivers what an exchange names."""
    return new_id("process", *_identity(exchange))


def _identity(node: Mapping[str, Any]) -> tuple[str, str, str, str, str, str]:
    name, category, sub, unit, location, built = map(node.get, IDENTITY)
    return name or "", category or "", sub or "", unit or "", location or "", say(flag(built) is True)


def apart_id(kind: str, node: Mapping[str, Any]) -> str:
    """The id of a source or person by all that is said of it but its number."""
    told = {key: value for key, value in node.items() if key != "@number"}
    return new_id(kind, json.dumps(told, sort_keys=True))


def sharers(allocation: Mapping[str, Any]) -> Iterator[str]:
    """The numbers of the exchanges that an allocation is of, each once.

    Of an element with an attribute that it should not have, the text says it.
    """
    told = allocation.get("referenceToInputOutput", ())
    numbers = (one.get(TEXT, "") if isinstance(one, dict) else one for one in told)
    yield from dict.fromkeys(numbers)
