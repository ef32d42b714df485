"""A submodel as plain values, and where in the environment each of them stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gateway.formats.aas.terms import BASIS, SAMM_BATTERY, SUBMODEL
from gateway.frontdoor.json import JsonValue
from gateway.model.walk import escape


@dataclass(frozen=True, slots=True)
class Found:
    """A submodel with its pointer."""

    at: str
    submodel: Mapping[str, JsonValue]

    @property
    def elements(self) -> JsonValue:
        """Its elements as they stand."""
        return self.submodel.get("submodelElements")


@dataclass(slots=True)
class View:
    """Plain values, with the pointer into the environment for every place among them."""

    value: JsonValue
    places: dict[str, str] = field(default_factory=dict)

    def at(self, place: str) -> str:
        """The pointer for a place, or for the nearest place above it."""
        while place and place not in self.places:
            place = place.rpartition("/")[0]
        return self.places.get(place, "")


def submodels(environment: Mapping[str, JsonValue]) -> Iterator[Found]:
    """All submodels of an environment."""
    listed = environment.get("submodels")
    for index, submodel in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(submodel, dict):
            yield Found(f"/submodels/{index}", submodel)


def footprint(environment: Mapping[str, JsonValue]) -> Found | None:
    """The first carbon footprint submodel."""
    return next((f for f in submodels(environment) if SUBMODEL in keys(f.submodel.get("semanticId"))), None)


def basis(environment: Mapping[str, JsonValue]) -> Found | None:
    """The submodel of ours, if it is there."""
    return next((f for f in submodels(environment) if BASIS in keys(f.submodel.get("semanticId"))), None)


def is_of_battery(submodel: Mapping[str, JsonValue]) -> bool:
    """Whether it says that it is the one of the battery passport, which shares its identifier with 02023."""
    more = submodel.get("supplementalSemanticIds")
    told = [key for one in (more if isinstance(more, list) else ()) for key in keys(one)]
    return any(key.startswith(SAMM_BATTERY) for key in told)


def keys(reference: JsonValue) -> tuple[str, ...]:
    """What a reference names."""
    listed = reference.get("keys") if isinstance(reference, dict) else None
    told = [key.get("value") for key in (listed if isinstance(listed, list) else ()) if isinstance(key, dict)]
    return tuple(value for value in told if isinstance(value, str))


def view(elements: JsonValue, at: str) -> View:
    """A list of named elements as an object."""
    found = View({}, {"": at})
    found.value = _members(elements, at, "", found.places)
    return found


def _members(elements: JsonValue, at: str, place: str, places: dict[str, str]) -> dict[str, JsonValue]:
    members: dict[str, JsonValue] = {}
    for index, element in enumerate(elements if isinstance(elements, list) else ()):
        if not isinstance(element, dict):
            continue
        name = element.get("idShort")
        name = name if isinstance(name, str) and name not in members else f"{name or 'element'}#{index}"
        where = f"{place}/{escape(name)}"
        members[name] = _value(element, f"{at}/{index}", where, places)
    return members


def _value(element: Mapping[str, JsonValue], at: str, place: str, places: dict[str, str]) -> JsonValue:
    """The value of one element; what is none of the usual kinds stays as it is."""
    kind, value = element.get("modelType"), element.get("value")
    places[place] = f"{at}/value" if "value" in element else at
    if kind in ("SubmodelElementCollection", "SubmodelElementList"):
        if kind == "SubmodelElementCollection":
            return _members(value, f"{at}/value", place, places)
        listed = [e for e in (value if isinstance(value, list) else ()) if isinstance(e, dict)]
        return [_value(e, f"{at}/value/{i}", f"{place}/{i}", places) for i, e in enumerate(listed)]
    if kind == "MultiLanguageProperty":
        return _texts(value)
    if kind == "Property":
        return _typed(value, element.get("valueType"))
    told = {name: inner for name, inner in element.items() if name in ("value", "contentType", "min", "max")}
    return told or None


def _texts(value: JsonValue) -> dict[str, JsonValue]:
    told: dict[str, JsonValue] = {}
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict) and isinstance(one.get("language"), str):
            told.setdefault(str(one["language"]), one.get("text"))
    return told


def _typed(value: JsonValue, kind: JsonValue) -> JsonValue:
    if kind == "xs:boolean" and value in ("true", "1", "false", "0"):
        return value in ("true", "1")
    if kind == "xs:integer" and isinstance(value, str) and value.lstrip("-").isdecimal() and value.isascii():
        return int(value)
    return value
