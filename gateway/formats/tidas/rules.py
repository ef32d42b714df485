"""What TIDAS asks of a document, by its table of fields: every lack with its place, not only the first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from gateway.errors import shorten
from gateway.formats.tidas.fields import LIST, ONE_OR_MORE, Field, class_list, closed_list, fields
from gateway.frontdoor import json as json_door
from gateway.frontdoor.json import JsonValue
from gateway.model.walk import escape
from gateway.report import Finding

_LANG, _TEXT = "@xml:lang", "#text"
# Ranges of Chinese characters.
CJK: Final = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_CJK: Final = re.compile(f"[{CJK}]")
_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_REAL: Final = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([Ee][+-]?[0-9]+)?"
_MOMENT: Final = (
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
    r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
PATTERNS: Final[Mapping[str, str]] = {
    "UUID": _UUID,
    "Version": r"[0-9]{2}\.[0-9]{2}(\.[0-9]{3})?",
    "Real": _REAL,
    "Perc": r"[+-]?([0-9]{1,5}|[0-9]{1,4}\.[0-9]|[0-9]{1,3}\.[0-9]{2}|[0-9]{1,2}\.[0-9]{3})",
    "Int1": "[0-9]",
    "Int5": r"(0|[1-9][0-9]{0,4})",
    "Int6": r"(0|[1-9][0-9]{0,5})",
    "CASNumber": "[0-9]{2,7}-[0-9]{2}-[0-9]",
    "GIS": r"\s*[+-]?((90(\.0+)?)|([0-8]?[0-9](\.[0-9]+)?))\s*;"
    r"\s*[+-]?((180(\.0+)?)|((1[0-7][0-9]|[0-9]?[0-9])(\.[0-9]+)?))\s*",
    "dateTime": _MOMENT,
    "moment": _MOMENT,
    "uri": r"[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*",
    "whole": r"-?[0-9]+",
    "amount": r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?",
}
LONGEST: Final = {"String": 500, "ST": 1000}
VOLUME: Final = _REAL + r"\s+\S[\s\S]*"
_ANY_NAME: Final = r"([A-Za-z_][A-Za-z0-9_.-]*:)?[A-Za-z_][A-Za-z0-9_.-]*"
FOREIGN: Final = rf"(?!(common|xmlns):){_ANY_NAME}"
NAMESPACE: Final = r"@xmlns(:[A-Za-z_][A-Za-z0-9_.-]*)?"
_FOREIGN, _NAMESPACE, _VOLUME = re.compile(FOREIGN), re.compile(NAMESPACE), re.compile(VOLUME)
REFERENCE: Final = ("@type", "@refObjectId", "@uri", "@version", "common:shortDescription")
# A review says what was looked at, unless it says that there was none.
UNREVIEWED: Final = "Not reviewed"
REVIEWED: Final = (
    "/processDataSet/modellingAndValidation/validation/review",
    "/LCIAMethodDataSet/modellingAndValidation/validation/review",
)
# A flow has elementary categories or classes of products.
EITHER_AT: Final = "/flowInformation/dataSetInformation/classificationInformation"
EITHER: Final = ("common:elementaryFlowCategorization", "common:classification")
DETAILS: Final = (
    "common:scope",
    "common:reviewDetails",
    "common:referenceToNameOfReviewerAndInstitution",
    "common:referenceToCompleteReviewReport",
)


def judge(data: bytes, name: str) -> tuple[Finding, ...]:
    """Everything in a document that TIDAS does not take.

    Args:
        name: the structure of the document: process, flow, flowproperty, unitgroup, …
    """
    document = json_door.parse(data)
    return tuple(_object(document, fields(name), ""))


def judged(value: JsonValue, field_: Field, at: str) -> tuple[Finding, ...]:
    """What TIDAS does not take of the value of one field."""
    return tuple(_value(value, field_, at))


def _object(value: JsonValue, field_: Field, at: str) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield _wrong(at, value, "object")
        return
    for key, inner in field_.below.items():
        place = f"{at}/{escape(key)}"
        if key in value:
            yield from _value(value[key], inner, place)
        elif inner.required:
            yield Finding("tidas.missing", place)
    if at in REVIEWED and value.get("@type", UNREVIEWED) != UNREVIEWED:
        yield from (Finding("tidas.missing", f"{at}/{key}") for key in DETAILS if key not in value)
    if at.endswith(EITHER_AT):
        told = [key for key in EITHER if key in value]
        if len(told) != 1:
            yield _wrong(at, ", ".join(told), "elementary categories or classes")


def _value(value: JsonValue, field_: Field, at: str) -> Iterator[Finding]:
    if field_.kind.startswith("classes:"):
        yield from _classes(value, field_, at)
        return
    if field_.kind.startswith(("lang:", "ref")):
        yield from _KINDS[field_.kind.partition(":")[0]](value, field_.kind, at)
        return
    if isinstance(value, list) and field_.many:
        if field_.many == ONE_OR_MORE and not value:
            yield Finding("tidas.missing", at)
        for index, item in enumerate(value):
            yield from _single(item, field_, f"{at}/{index}")
    elif field_.many == LIST:
        yield _wrong(at, value, "a list")
    else:
        yield from _single(value, field_, at)


def _single(value: JsonValue, field_: Field, at: str) -> Iterator[Finding]:
    if field_.kind == "object":
        yield from _object(value, field_, at)
    elif field_.kind == "other":
        yield from _other(value, at)
    else:
        yield from _leaf(value, field_.kind, at)


def _leaf(value: JsonValue, kind: str, at: str) -> Iterator[Finding]:
    family, _, detail = kind.partition(":")
    if family == "Year":
        if not (isinstance(value, int) and not isinstance(value, bool) and 1000 <= value <= 9999):
            yield _wrong(at, value, "a year as a number")
    elif family in ("boolean", "integer"):
        if not isinstance(value, bool if family == "boolean" else int):
            yield _wrong(at, value, family)
    elif family == "any":
        if not isinstance(value, (str, dict)):
            yield _wrong(at, value, "a text")
    elif not isinstance(value, str):
        yield _wrong(at, value, "a text")
    else:
        yield from _string(value, family, detail, at)


def _string(value: str, family: str, detail: str, at: str) -> Iterator[Finding]:
    longest = LONGEST.get(family)
    if family == "const":
        if value != detail:
            yield _wrong(at, value, detail)
    elif family in ("enum", "location"):
        if value not in closed_list("locations" if family == "location" else detail):
            yield Finding("tidas.not-in-list", at, value)
    elif family in PATTERNS:
        if not _pattern(family).fullmatch(value):
            yield _wrong(at, value, family)
    elif longest is not None and (len(value) > longest or (family == "String" and not value)):
        yield Finding("tidas.length", at, value, params={"limit": str(longest)})


def _texts(value: JsonValue, kind: str, at: str) -> Iterator[Finding]:
    """A text in languages: Chinese has Chinese characters, English has none."""
    items = value if isinstance(value, list) else [value]
    if isinstance(value, list) and any(item in value[:n] for n, item in enumerate(value)):
        yield _wrong(at, "", "each text once")
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get(_TEXT), str) or _LANG not in item:
            yield _wrong(at, item, f"{_LANG}, {_TEXT}")
            continue
        yield from _text(str(item[_TEXT]), item[_LANG], kind.partition(":")[2], at)


def _text(text: str, lang: JsonValue, limit: str, at: str) -> Iterator[Finding]:
    if not isinstance(lang, str) or lang not in closed_list("Languages"):
        yield Finding("tidas.not-in-list", f"{at}/{_LANG}", str(lang))
    if lang == "zh" and not _CJK.search(text):
        yield Finding("tidas.no-chinese", at, text)
    if lang == "en" and _CJK.search(text):
        yield Finding("tidas.chinese-in-english", at, text)
    if limit == "volume" and not _VOLUME.fullmatch(text):
        yield _wrong(at, text, "a number, a blank and a unit")
    longest = 500 if limit == "volume" else int(limit)
    if longest and len(text) > longest:
        yield Finding("tidas.length", at, text, params={"limit": str(longest)})


def _reference(value: JsonValue, _: str, at: str) -> Iterator[Finding]:
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, dict):
            yield _wrong(at, item, "a reference")
            continue
        for key in REFERENCE:
            if key not in item:
                yield Finding("tidas.missing", f"{at}/{key}")
        kinds = {
            "@type": "enum:type-of-reference",
            "@refObjectId": "UUID",
            "@version": "Version",
            "@uri": "string",
        }
        for key, kind in kinds.items():
            if key in item and kind.startswith("enum"):
                if str(item[key]) not in KINDS_OF_REFERENCE:
                    yield Finding("tidas.not-in-list", f"{at}/{key}", str(item[key]))
            elif key in item:
                yield from _leaf(item[key], kind, f"{at}/{key}")
        if "common:shortDescription" in item:
            yield from _texts(item["common:shortDescription"], "lang:1000", f"{at}/common:shortDescription")
        if "common:subReference" in item:
            subs = item["common:subReference"]
            for sub in subs if isinstance(subs, list) else [subs]:
                yield from _leaf(sub, "String", f"{at}/common:subReference")


def _classes(value: JsonValue, field_: Field, at: str) -> Iterator[Finding]:
    """Classes of a closed list, from the widest to the narrowest; or lists of others, by their names."""
    _, list_, levels = field_.kind.split(":")
    is_category = list_ == "flows_elementary"
    key, id_ = ("common:category", "@catId") if is_category else ("common:class", "@classId")
    if isinstance(value, list) and field_.many:
        yield from _named(value, at)
        return
    if not isinstance(value, dict):
        yield _wrong(at, value, "object")
        return
    if key not in value:
        yield Finding("tidas.missing", f"{at}/{key}")
    for name in ("@name", "@classes") if field_.many else ():
        if name in value:
            yield from _leaf(value[name], "string", f"{at}/{name}")
    if "common:other" in value and list_ != "contacts":
        yield from _other(value["common:other"], f"{at}/common:other")
    if key in value:
        yield from _levels(value[key], list_, levels, id_, f"{at}/{key}")


def _levels(found: JsonValue, list_: str, levels: str, id_: str, at: str) -> Iterator[Finding]:
    """One class of a flat list; of a list with levels one class for each, in order."""
    is_flat = not levels
    if isinstance(found, list) == is_flat and not (isinstance(found, dict) and list_ == "contacts"):
        yield _wrong(at, found, "one class" if is_flat else "a list")
        return
    entries = found if isinstance(found, list) else [found]
    if levels and len(entries) > int(levels):
        yield _wrong(at, len(entries), f"{levels} classes")
    for n, entry in enumerate(entries):
        told = entry if isinstance(entry, dict) else {}
        triple = [told.get(name) for name in ("@level", id_, _TEXT)]
        if None in triple:
            yield Finding("tidas.missing", f"{at}/{n}")
        elif not _is_class(triple, list_) or (levels and triple[0] != str(n)):
            yield Finding("tidas.not-in-list", f"{at}/{n}", " ".join(map(str, triple)))


def _named(value: Sequence[JsonValue], at: str) -> Iterator[Finding]:
    """Classes of any lists, each list with its name."""
    if not value:
        yield _wrong(at, "", "classes")
    for n, one in enumerate(value):
        found = one.get("common:class") if isinstance(one, dict) else None
        if not isinstance(one, dict) or not isinstance(found, list) or not found:
            yield Finding("tidas.missing", f"{at}/{n}/common:class")
            continue
        if "@name" not in one:
            yield Finding("tidas.missing", f"{at}/{n}/@name")
        for name in ("@name", "@classes"):
            if name in one:
                yield from _leaf(one[name], "string", f"{at}/{n}/{name}")
        if "common:other" in one:
            yield from _other(one["common:other"], f"{at}/{n}/common:other")
        for m, entry in enumerate(found):
            place = f"{at}/{n}/common:class/{m}"
            if not isinstance(entry, dict):
                yield _wrong(place, entry, "object")
                continue
            for key, kind in (("@level", "Int1"), ("@classId", "string"), (_TEXT, "string")):
                if key in entry:
                    yield from _leaf(entry[key], kind, f"{place}/{key}")
                else:
                    yield Finding("tidas.missing", f"{place}/{key}")


def _other(value: JsonValue, at: str) -> Iterator[Finding]:
    """Elements of other formats only; namespaces alone are nothing."""
    if not isinstance(value, dict):
        yield _wrong(at, value, "object")
        return
    names = [key for key in value if not _NAMESPACE.fullmatch(key)]
    wrong = [key for key in names if not _FOREIGN.fullmatch(key)]
    if wrong or not names:
        yield _wrong(at, ", ".join(wrong), "elements of another format")
    for key, inner in value.items():
        if _NAMESPACE.fullmatch(key) and not isinstance(inner, str):
            yield _wrong(f"{at}/{escape(key)}", inner, "a text")
        elif _has_empty_list(inner):
            yield _wrong(f"{at}/{escape(key)}", "[]", "a value")


def _has_empty_list(value: JsonValue) -> bool:
    if isinstance(value, list):
        return not value or any(_has_empty_list(inner) for inner in value)
    return isinstance(value, dict) and any(_has_empty_list(inner) for inner in value.values())


def _wrong(at: str, saw: object, expected: str) -> Finding:
    return Finding(
        "tidas.wrong-value", at, saw if isinstance(saw, str) else shown(saw), params={"expected": expected}
    )


def shown(value: object) -> str:
    """A JSON value for people: as the document writes it, on one line."""
    return shorten(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


_KINDS: Final[Mapping[str, Callable[[JsonValue, str, str], Iterator[Finding]]]] = {
    "lang": _texts,
    "ref": _reference,
}
KINDS_OF_REFERENCE: Final = frozenset(
    {
        "source data set",
        "process data set",
        "flow data set",
        "flow property data set",
        "unit group data set",
        "contact data set",
        "LCIA method data set",
        "other external file",
    }
)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(PATTERNS[name])


def _is_class(triple: Sequence[JsonValue], list_: str) -> bool:
    level, code, name = triple
    return (
        isinstance(level, str)
        and isinstance(code, str)
        and isinstance(name, str)
        and (level, code, name) in class_list(list_)
    )
