"""How Catena-X spells what PACT 3.0 has as lists and objects: identifiers, standards, sources, rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias

from gateway.frontdoor.json import JsonValue

# Keys with what stands in them; None: the value cannot be read there.
Reading: TypeAlias = "Iterator[tuple[str, Any]]"


@dataclass(frozen=True, slots=True)
class Spelling:
    """The way into the common form, and out of it (None: nothing to write)."""

    read: Callable[[JsonValue, str], Reading]
    write: Callable[[Any], Any]


# Rulebook v4 beside PACT Technical Specifications 3.0.
STANDARDS: Final[Mapping[str, str]] = {
    "ISO14067": "ISO 14067",
    "GHGP-Product": "GHG Protocol Product",
    "PAS2050": "PAS 2050",
    "ISO14040-44": "ISO 14040-44",
}
# Rulebook v3.
STANDARDS_7: Final[Mapping[str, str]] = {
    "ISO14067": "ISO Standard 14067",
    "GHGP-Product": "GHG Protocol Product Standard",
    "PACT-1.0": "Pathfinder v1",
    "PACT-2.0": "Pathfinder v2",
    "PAS2050": "PAS 2050",
    "PEF": "PEF",
}
KNOWN_7: Final = frozenset({*STANDARDS_7.values(), "Other", *(f"ISO Standard 1404{n}" for n in "01234")})
KNOWN_10: Final = frozenset(
    {
        *STANDARDS.values(),
        *(f"Pathfinder v{n}" for n in "123"),
        *(f"PACT-{n}.0" for n in "123"),
        "PEF",
        "Other",
    }
)
_OPERATORS: Final = ("PEF", "EPD International")


def _texts(value: JsonValue) -> list[str] | None:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [str(item) for item in value]
    return None


def _members(value: JsonValue, name: str) -> list[str] | None:
    """The one text of every object of a list."""
    if not isinstance(value, list):
        return None
    told = [i[name] for i in value if isinstance(i, dict) and set(i) == {name} and isinstance(i[name], str)]
    return [str(text) for text in told] if len(told) == len(value) else None


def _read_ids(value: JsonValue, key: str) -> Reading:
    found = _members(value, "id")
    if found != []:
        yield key, found


def _named(value: str, names: Mapping[str, str]) -> str:
    return next((own for own, theirs in names.items() if theirs == value), value)


def _read_standards(value: JsonValue, key: str) -> Reading:
    found = _texts(value)
    if found != []:
        yield key, found and [_named(item, STANDARDS) for item in found]


def _read_standard(value: JsonValue, key: str) -> Reading:
    yield key, [_named(value, STANDARDS)] if isinstance(value, str) else None


def _read_standards7(value: JsonValue, key: str) -> Reading:
    found = _members(value, "crossSectoralStandard")
    if found != []:
        yield key, found and [_named(item, STANDARDS_7) for item in found]


def _read_factor(value: JsonValue, key: str) -> Reading:
    yield key, [value] if isinstance(value, str) else None


def _write_factor(value: list[str]) -> str | None:
    return value[0] if len(value) == 1 else None


def _source(text: str) -> dict[str, str]:
    """The last word is the version if it has a digit: ``ecoinvent 3.10``."""
    name, _, version = text.rpartition(" ")
    return (
        {"name": name, "version": version} if name and any(c.isdigit() for c in version) else {"name": text}
    )


def _read_sources(value: JsonValue, key: str) -> Reading:
    found = _texts(value)
    if found != []:
        yield key, found and [_source(item) for item in found]


def _read_sources7(value: JsonValue, key: str) -> Reading:
    found = _members(value, "secondaryEmissionFactorSource")
    if found != []:
        yield key, found and [_source(item) for item in found]


def _source_text(source: Mapping[str, str]) -> str:
    return f"{source['name']} {source['version']}" if source.get("version") else source["name"]


def _write_sources(value: list[Mapping[str, str]]) -> list[str]:
    return list(dict.fromkeys(_source_text(source) for source in value))


def _write_sources7(value: list[Mapping[str, str]]) -> list[dict[str, str]]:
    return [{"secondaryEmissionFactorSource": text} for text in _write_sources(value)]


def _read_rules(value: JsonValue, key: str) -> Reading:
    """``operator: rule`` as we write it; other texts stay as they are."""
    found = _texts(value)
    if found == []:
        return
    if found is None or not all(": " in text for text in found):
        yield "/catenax/productOrSectorSpecificRules", found
        return
    rules: list[dict[str, Any]] = []
    for text in found:
        operator, _, name = text.partition(": ")
        own = {"operator": operator} if operator in _OPERATORS else {"operator": "Other"}
        other = {} if operator in _OPERATORS else {"otherOperatorName": operator}
        if rules and all(rules[-1].get(k) == v for k, v in (own | other).items()):
            rules[-1]["ruleNames"].append(name)
        else:
            rules.append({**own, "ruleNames": [name], **other})
    yield key, rules


def _write_rules(value: list[Mapping[str, Any]]) -> list[str]:
    told = [
        f"{operator}: {name}" if (operator := rule.get("otherOperatorName") or rule["operator"]) else name
        for rule in value
        for name in rule["ruleNames"]
    ]
    return list(dict.fromkeys(told))  # Catena-X has each rule once


def _read_rules7(value: JsonValue, key: str) -> Reading:
    told = [_rule7(rule) for rule in value] if isinstance(value, list) else [None]
    if told:
        yield key, None if None in told else told


def _rule7(rule: JsonValue) -> dict[str, Any] | None:
    if not isinstance(rule, dict) or not isinstance(rule.get("extWBCSD_operator"), str):
        return None
    names = _members(rule.get("productOrSectorSpecificRules"), "ruleName")
    other = rule.get("extWBCSD_otherOperatorName")
    own = {"operator": rule["extWBCSD_operator"], "ruleNames": names}
    return own | ({"otherOperatorName": other} if other is not None else {}) if names else None


def _write_rules7(value: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for rule in value:
        names = [{"ruleName": name} for name in dict.fromkeys(rule["ruleNames"])]
        own = {"extWBCSD_operator": rule["operator"], "productOrSectorSpecificRules": names}
        other = rule.get("otherOperatorName")
        found.append(own | ({"extWBCSD_otherOperatorName": other} if other is not None else {}))
    return found


def _read_words(value: JsonValue, key: str) -> Reading:
    yield key, {True: "true", False: "false"}[value] if isinstance(value, bool) else None


def _read_count(value: JsonValue, key: str) -> Reading:
    counts = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    yield key, Decimal(value) if counts else None  # type: ignore[arg-type]


SPELLINGS: Final[Mapping[str, Spelling]] = {
    "ids": Spelling(_read_ids, lambda value: [{"id": item} for item in value]),
    # Catena-X 9.0.0 has objects without members there: nothing can be written that it would define.
    "readids": Spelling(_read_ids, lambda value: None),  # noqa: ARG005
    "count": Spelling(_read_count, lambda value: int(value) if value == int(value) else value),
    "factor": Spelling(_read_factor, _write_factor),
    "standards": Spelling(_read_standards, lambda value: [STANDARDS.get(item, item) for item in value]),
    "standard": Spelling(_read_standard, lambda value: STANDARDS.get(value[0], value[0]) if value else None),
    "standards7": Spelling(
        _read_standards7,
        lambda value: [{"crossSectoralStandard": STANDARDS_7.get(item, item)} for item in value],
    ),
    "rules": Spelling(_read_rules, _write_rules),
    "rules7": Spelling(_read_rules7, _write_rules7),
    "sources": Spelling(_read_sources, _write_sources),
    "sources7": Spelling(_read_sources7, _write_sources7),
    "words": Spelling(_read_words, {"true": True, "false": False}.get),
}
