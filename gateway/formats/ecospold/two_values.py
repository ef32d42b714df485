"""Texts, uncertainties and properties as EcoSpold 2 has them, both ways."""

from __future__ import annotations

from typing import Any, Final

from gateway.formats.ecospold.bind import TEXT, Tree, plain_languages
from gateway.formats.ecospold.ids import fixed_or_new, new_id
from gateway.formats.ecospold.values import (
    exponential,
    languages,
    logarithm,
    names,
    number,
    root,
    settled,
    spell,
    square,
)
from gateway.model.base import Names, proven
from gateway.model.dataset import Coefficient, Reference
from gateway.model.process import Distribution, PropertyValue, Uncertainty
from gateway.quantity.number import Number

PEDIGREE: Final = (
    "@reliability",
    "@completeness",
    "@temporalCorrelation",
    "@geographicalCorrelation",
    "@furtherTechnologyCorrelation",
)
_CERTAIN: Final = Uncertainty()


def take_names(node: Tree, key: str) -> Names:
    """A text in all its languages, taken out; what is more than that stays."""
    value = node.get(key)
    if isinstance(value, dict) and plain_languages(value):
        del node[key]
        return names(value)
    return None


def peek(node: Tree, key: str) -> str | None:
    """The English text of a place, or its only one."""
    value = node.get(key)
    if not isinstance(value, dict) or not plain_languages(value):
        return None
    return value.get("en") or next(iter(value.values()), None)


def take_english(node: Tree, key: str) -> str | None:
    """A text that is in English only, taken out."""
    value = node.get(key)
    if isinstance(value, dict) and len(value) == 1 and isinstance(text := value.get("en"), str):
        del node[key]
        return text
    return peek(node, key)


def take_synonyms(node: Tree) -> Names:
    """Synonyms by language; what would not come back in the same order stays."""
    found: dict[str, list[str]] = {}
    order = []
    for entry in node.get("synonym") or ():
        if not isinstance(entry, dict) or set(entry) - {"@xml:lang", TEXT} or "@xml:lang" not in entry:
            return None
        text = entry.get(TEXT, "")
        if not text.strip() or text.strip() != text or ";" in text:
            return None
        order.append(entry["@xml:lang"])
        found.setdefault(entry["@xml:lang"], []).append(text)
    if not found or order != sorted(order):
        return None
    del node["synonym"]
    return names({language: "; ".join(texts) for language, texts in found.items()})


def synonyms(texts: Names) -> list[Tree]:
    """Synonyms as elements."""
    return [
        {"@xml:lang": language, TEXT: one}
        for language, text in sorted(languages(texts).items())
        for one in text.split("; ")
        if one.strip()
    ]


# Uncertainty


def take_uncertainty(node: Tree, key: str = "uncertainty") -> Uncertainty:
    """The spread of a value. Printed variances stay in the tree, beside the spread that they mean."""
    entry = node.get(key)
    if not isinstance(entry, dict):
        return _CERTAIN
    found: dict[str, Any] = {}
    for name, kind, read in (
        ("lognormal", Distribution.LOG_NORMAL, _lognormal),
        ("normal", Distribution.NORMAL, _normal),
        ("triangular", Distribution.TRIANGULAR, _limits),
        ("uniform", Distribution.UNIFORM, _limits),
        ("undefined", Distribution.UNDEFINED, _limits),
    ):
        values = entry.get(name)
        if isinstance(values, dict):
            found["distribution"] = kind
            read(values, found)
            break
    else:
        if any(name in entry for name in ("beta", "gamma", "binomial")):
            found["distribution"] = Distribution.OTHER
    matrix = entry.get("pedigreeMatrix")
    if isinstance(matrix, dict):
        scores = tuple(int(s) for k in PEDIGREE if isinstance(s := matrix.get(k), str) and s in "12345" and s)
        if len(scores) == len(PEDIGREE) == len(matrix):
            found["pedigree"] = scores
            del entry["pedigreeMatrix"]
    if (comment := take_names(entry, "comment")) is not None:
        found["comment"] = comment
    return proven(Uncertainty, found) if found else _CERTAIN


def _take(values: Tree, key: str) -> Coefficient:
    value = number(values.get(key))
    if isinstance(value, Number):
        del values[key]
        return value
    return None


def _lognormal(values: Tree, found: dict[str, Any]) -> None:
    found["centre"] = _take(values, "@meanValue")
    for key, name in (("@varianceWithPedigreeUncertainty", "spread"), ("@variance", "basic_spread")):
        value = number(values.get(key))
        if isinstance(value, Number):
            found[name] = exponential(root(value))


def _normal(values: Tree, found: dict[str, Any]) -> None:
    found["centre"] = _take(values, "@meanValue")
    for key, name in (("@varianceWithPedigreeUncertainty", "spread"), ("@variance", "basic_spread")):
        value = number(values.get(key))
        if isinstance(value, Number):
            found[name] = root(value)


def _limits(values: Tree, found: dict[str, Any]) -> None:
    found["minimum"] = _take(values, "@minValue")
    found["maximum"] = _take(values, "@maxValue")
    if "@mostLikelyValue" in values:
        found["centre"] = _take(values, "@mostLikelyValue")


def uncertainty(told: Uncertainty, amount: Coefficient, kept: Any) -> Tree | None:  # noqa: ANN401 - any value of a tree
    """The element of a spread; ``kept`` is what the same place printed, used where it means the same."""
    node: Tree = {}
    printed = kept if isinstance(kept, dict) else {}
    kind = told.distribution
    centre = told.centre if isinstance(told.centre, Number) else amount
    if kind in (Distribution.LOG_NORMAL, Distribution.NORMAL) and isinstance(told.spread, Number):
        log = kind is Distribution.LOG_NORMAL
        values: Tree = {"@meanValue": spell(centre)[0]}
        was = printed.get("lognormal" if log else "normal")
        was = was if isinstance(was, dict) else {}
        if log:
            values["@mu"] = was.get("@mu") or _mu(centre)
        for key, spread in (
            ("@variance", told.basic_spread),
            ("@varianceWithPedigreeUncertainty", told.spread),
        ):
            if isinstance(spread, Number):
                values[key] = _variance(spread, was.get(key), log=log)
        node["lognormal" if log else "normal"] = values
    elif kind in (Distribution.TRIANGULAR, Distribution.UNIFORM, Distribution.UNDEFINED):
        values = {}
        if isinstance(told.minimum, Number):
            values["@minValue"] = spell(told.minimum)[0]
        if kind is Distribution.TRIANGULAR and isinstance(centre, Number):
            values["@mostLikelyValue"] = spell(centre)[0]
        if isinstance(told.maximum, Number):
            values["@maxValue"] = spell(told.maximum)[0]
        if isinstance(told.minimum, Number) and isinstance(told.maximum, Number):
            node[kind.value] = values
    if len(told.pedigree) == len(PEDIGREE):
        node["pedigreeMatrix"] = dict(zip(PEDIGREE, map(str, told.pedigree), strict=True))
    if comment := languages(told.comment):
        node["comment"] = comment
    has_kind = any(name in node for name in ("lognormal", "normal", "triangular", "uniform", "undefined"))
    return node if has_kind or (printed and node) else None


def _mu(centre: Coefficient) -> str:
    found = logarithm(centre)
    return f"{float_free(found)}"


def float_free(value: Coefficient) -> str:
    """A logarithm to the digits of a double."""
    from gateway.quantity import round_significant, show

    return show(round_significant(value.value, 15)) if isinstance(value, Number) else "0"


def _variance(spread: Number, printed: object, *, log: bool) -> str:
    """σ² of a spread; the printed one where it is the same."""
    if isinstance(printed, str):
        was = number(printed)
        if isinstance(was, Number):
            meant = exponential(root(was)) if log else root(was)
            if meant == spread:
                return printed
    return spell(settled(square(logarithm(spread) if log else spread)))[0]


# Properties of exchanges


def take_property(entry: Tree) -> PropertyValue:
    """A property of an exchange."""
    id_ = entry.pop("@propertyId", None)
    name = take_names(entry, "name")
    amount = number(entry.pop("@amount", None))
    unit = take_english(entry, "unitName")
    return proven(
        PropertyValue,
        {
            "quantity": Reference(uuid=id_, name=name),
            "amount": amount,
            "unit": unit,
            "formula": entry.pop("@mathematicalRelation", None),
            "uncertainty": take_uncertainty(entry),
            "comment": take_names(entry, "comment"),
        },
    )


def property_entry(told: PropertyValue, kept: Tree) -> Tree:
    """The element of a property."""
    texts = languages(told.quantity.name)
    label = texts.get("en") or next(iter(texts.values()), "")
    id_ = told.quantity.uuid if isinstance(told.quantity.uuid, str) else new_id("property", label)
    entry: Tree = {"@propertyId": id_, "@amount": spell(told.amount)[0]}
    if texts:
        entry["name"] = texts
    if isinstance(told.formula, str):
        entry["@mathematicalRelation"] = told.formula
    if isinstance(told.unit, str):
        entry["unitName"] = {"en": told.unit}
        if "@unitId" in kept:
            entry["@unitId"] = kept["@unitId"] or fixed_or_new("unit", told.unit)
    found = uncertainty(told.uncertainty, told.amount, kept.get("uncertainty"))
    if found is not None:
        entry["uncertainty"] = found
    if comment := languages(told.comment):
        entry["comment"] = comment
    return entry
