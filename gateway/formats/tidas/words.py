"""Where TIDAS has another word than ILCD for the same part of a data set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from gateway.frontdoor.json import JsonValue

Object = dict[str, JsonValue]


class Word(NamedTuple):
    """Below which part, TIDAS's word, and ILCD's, which may be two steps."""

    below: tuple[str, ...]
    tidas: str
    ilcd: tuple[str, ...]


_REVIEW: Final = ("modellingAndValidation", "validation", "review")
_INSTANCE: Final = ("lifeCycleModelInformation", "technology", "processes", "processInstance")
_WORDS: Final[Mapping[str, tuple[Word, ...]]] = {
    "LCIAMethodDataSet": (
        Word(_REVIEW, "common:scope", ("scope",)),
        Word((*_REVIEW, "scope"), "common:method", ("method",)),
        Word(("LCIAMethodInformation", "geography"), "intervensionSubLocation", ("interventionSubLocation",)),
        Word(
            ("characterisationFactors", "factor"),
            "referenceToDataSource",
            ("referencesToDataSource", "referenceToDataSource"),
        ),
    ),
    "lifeCycleModelDataSet": (Word(_INSTANCE, "scalingFactors", ("scalingFactor",)),),
}


def in_ilcd(root: str, document: Object) -> Object:
    """A document's parts by ILCD's words."""
    for word in _WORDS.get(root, ()):
        document = _changed(document, word.below, partial(_to_ilcd, word=word))
    return document


def in_tidas(root: str, document: Object) -> Object:
    """A document's parts by TIDAS's words."""
    for word in reversed(_WORDS.get(root, ())):
        document = _changed(document, word.below, partial(_to_tidas, word=word))
    return document


def _changed(value: Object, steps: tuple[str, ...], change: Callable[[Object], Object]) -> Object:
    """The document with each part at the end of ``steps`` changed."""
    if not steps:
        return change(value)
    inner = value.get(steps[0])
    if isinstance(inner, dict):
        return value | {steps[0]: _changed(inner, steps[1:], change)}
    if isinstance(inner, list):
        items: list[JsonValue] = [
            _changed(one, steps[1:], change) if isinstance(one, dict) else one for one in inner
        ]
        return value | {steps[0]: items}
    return value


def _to_ilcd(part: Object, word: Word) -> Object:
    if word.tidas not in part or word.ilcd[0] in part:
        return part
    made: JsonValue = part[word.tidas]
    for step in reversed(word.ilcd[1:]):
        made = {step: made}
    return {
        word.ilcd[0] if key == word.tidas else key: made if key == word.tidas else v
        for key, v in part.items()
    }


def _to_tidas(part: Object, word: Word) -> Object:
    found = part.get(word.ilcd[0])
    if found is None or word.tidas in part:
        return part
    if len(word.ilcd) == 1:
        return {word.tidas if key == word.ilcd[0] else key: value for key, value in part.items()}
    if not isinstance(found, dict) or set(found) != {word.ilcd[1]}:
        return part
    inner = found[word.ilcd[1]]
    return {
        word.tidas if key == word.ilcd[0] else key: inner if key == word.ilcd[0] else value
        for key, value in part.items()
    }
