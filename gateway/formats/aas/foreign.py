"""Read the carbon footprint submodel of others: what it says by its identifiers, the rest kept as extras."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from gateway.codec import build
from gateway.codec.base import Reading
from gateway.codec.jsonread import dump, scalars
from gateway.errors import GatewayError, shorten
from gateway.formats.aas.terms import Value, told
from gateway.formats.aas.view import Found, View, submodels, view
from gateway.frontdoor.json import JsonValue
from gateway.model.base import Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.origin import Origin
from gateway.model.results import KG_CO2E, Per
from gateway.model.walk import escape
from gateway.quantity import Quantity, normalise_number, parse_decimal
from gateway.report import Fate, Finding, Note, Severity

_ENTRIES = ("ProductCarbonFootprints",)
_PER = {"kWh": Per.KWH_UNSTATED, "kg": Per.KG, "piece": Per.PACK}


@dataclass(slots=True)
class _Reading:
    """One pass over somebody's submodel; what was understood is in ``taken``."""

    plain: View
    tree: build.Tree = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    extras: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def put(self, model: str, stars: tuple[str, ...], value: object, place: str) -> bool:
        """One leaf from ``place``, unless the model has another one there."""
        text = str(value) if isinstance(value, str) else ""
        found = build.Found(value, self.plain.at(place), text)
        done = build.put(self.tree, tuple(model.split("/")[1:]), stars, "", found)
        if done:
            self.taken.add(place)
        return done

    def keep(self, value: JsonValue, name: str, place: str, at: str) -> None:
        """What has no leaf, as an extra at its own place."""
        for where, scalar in scalars(value, place):
            if where in self.taken:
                continue
            self.extras[f"aas#{name}{where}"] = dump(scalar)
            pointer = self.plain.at(where) if at == "" else at
            self.notes.append(Note("input.kept-as-extra", pointer, Fate.UNREAD, shorten(str(scalar))))


def read_foreign(environment: Mapping[str, JsonValue], found: Found) -> Reading:
    """The declaration behind somebody's submodel."""
    reading = _Reading(view(found.elements, f"{found.at}/submodelElements"))
    _read_submodel(reading)
    for other in submodels(environment):
        if other.at != found.at:
            values = view(other.elements, f"{other.at}/submodelElements")
            name = str(other.submodel.get("idShort") or other.at.rpartition("/")[2])
            _keep_other(reading, values, name)
    return _done(reading)


def read_values(values: View) -> Reading:
    """The declaration behind somebody's submodel of which the values alone are there."""
    reading = _Reading(values)
    _read_submodel(reading)
    return _done(reading)


def _read_submodel(reading: _Reading) -> None:
    plain = reading.plain.value
    assert isinstance(plain, dict)
    listed = _member(plain, *_ENTRIES)
    entries = listed[1] if listed is not None and isinstance(listed[1], list) else []
    name = listed[0] if listed is not None else ""
    sets: dict[tuple[str, str], str] = {}
    for index, entry in enumerate(entries):
        if isinstance(entry, dict):
            _read_entry(reading, entry, f"/{escape(name)}/{index}", sets)
    _read_rules(reading, plain)
    reading.keep(plain, "/CarbonFootprint", "", "")


def _done(reading: _Reading) -> Reading:
    leaves = build.plain(reading.tree)
    leaves["extras"] = reading.extras
    declaration = Declaration.model_validate(leaves)
    origins = {path: Origin(o.at, o.text) for path, o in build.origins(declaration, reading.tree)}
    return Reading(declaration, tuple(reading.notes), tuple(reading.findings), origins)


def _keep_other(reading: _Reading, values: View, name: str) -> None:
    for where, scalar in scalars(values.value, ""):
        reading.extras[f"aas#/{escape(name)}{where}"] = dump(scalar)
        reading.notes.append(Note("input.kept-as-extra", values.at(where), Fate.UNREAD, shorten(str(scalar))))


def _read_entry(
    reading: _Reading, entry: dict[str, JsonValue], at: str, sets: dict[tuple[str, str], str]
) -> None:
    """One footprint: a row of its set if it is of one phase, its total if of several."""
    amount = _text(entry, "PcfCO2eq")
    if amount is None or not amount[1].strip():
        return
    unit, quantity = _unit(entry), _text(entry, "QuantityOfMeasureForCalculation")
    key = (unit[1] if unit else "", quantity[1] if quantity else "")
    if sets and key not in sets and _per(*key) is None:
        return  # per another amount than the declared unit, and the model has no word for it
    is_new, star = key not in sets, sets.setdefault(key, str(len(sets)))
    if is_new:
        _read_denominator(reading, key, star, at, (unit, quantity))
    if told("unit", key[0]) is not None and _decimal(key[1]) is not None:
        reading.taken.update(f"{at}/{escape(place[0])}" for place in (unit, quantity) if place is not None)
    _read_amount(reading, entry, at, star)
    _read_texts(reading, entry, at)


def _read_denominator(
    reading: _Reading,
    key: tuple[str, str],
    star: str,
    at: str,
    told_at: tuple[tuple[str, str] | None, tuple[str, str] | None],
) -> None:
    """What a set is per: the first unit of the document is its declared unit."""
    name = "declared" if star == "0" else f"aas-{int(star) + 1}"
    reading.put("/results/*/id", (star,), name, at)
    listed, amount = told("unit", key[0]), _decimal(key[1])
    unit, quantity = told_at
    if star == "0":
        if listed is not None and amount is not None and quantity is not None:
            value = Quantity(amount, listed.ours[0])
            reading.put("/unit/amount", (), value, f"{at}/{escape(quantity[0])}")
    elif unit is not None:
        reading.put("/results/*/basis/denominator/per", (star,), _per(*key), f"{at}/{escape(unit[0])}")


def _per(unit: str, quantity: str) -> Per | None:
    """What else than the declared unit a result can be per."""
    listed = told("unit", unit)
    return _PER.get(listed.value) if listed is not None and _decimal(quantity) == 1 else None


def _unit(entry: Mapping[str, JsonValue]) -> tuple[str, str] | None:
    return _text(entry, "ReferenceImpactUnitForCalculation")


def _read_amount(reading: _Reading, entry: dict[str, JsonValue], at: str, star: str) -> None:
    found = _text(entry, "PcfCO2eq")
    assert found is not None
    place = f"{at}/{escape(found[0])}"
    amount = _decimal(found[1])
    value: Quantity | Missing
    if amount is None:
        value = Missing(missing=Reason.UNREADABLE, unit=KG_CO2E, text=found[1])
        params = {"field": "PcfCO2eq"}
        where = reading.plain.at(place)
        wrong = Finding("input.not-an-amount", where, shorten(found[1]), Severity.ERROR, params=params)
        reading.findings.append(wrong)
    else:
        value = Quantity(amount, KG_CO2E, found[1])
    phases = list(_phases(reading, entry, at))
    index = at.rpartition("/")[2]
    if len(phases) != 1:
        if reading.put("/results/*/carbon/total", (star,), value, place):
            reading.taken.update(p for p, _ in phases)
        return
    where, phase = phases[0]
    alone = phase.ours[0] if phase.ours else None
    module = phase.value.partition(" - ")[0]
    reading.put("/results/*/rows/*/module", (star, index), module, where)
    if alone is not None:
        reading.put("/results/*/rows/*/stage", (star, index), alone, where)
    reading.put("/results/*/rows/*/carbon/total", (star, index), value, place)


def _phases(reading: _Reading, entry: Mapping[str, JsonValue], at: str) -> Iterator[tuple[str, Value]]:
    """The phases that the value list has; others stay extras."""
    found = _member(entry, "LifeCyclePhases")
    if found is None or not isinstance(found[1], list):
        return
    for index, text in enumerate(found[1]):
        phase = told("phase", text) if isinstance(text, str) else None
        if phase is not None:
            yield f"{at}/{escape(found[0])}/{index}", phase


def _read_texts(reading: _Reading, entry: dict[str, JsonValue], at: str) -> None:
    """Dates, methods and the study: of the document, so that the first entry says them."""
    for member, model in (
        ("PublicationDate", "/document/issued_at"),
        ("ExpirationDate", "/document/valid_until"),
    ):
        found = _text(entry, member)
        day = _day(found[1]) if found is not None else None
        if found is not None and day is not None:
            _once(reading, model, day, f"{at}/{escape(found[0])}")
    methods = _member(entry, "PcfCalculationMethods")
    if methods is not None and isinstance(methods[1], list):
        texts = [text for text in methods[1] if isinstance(text, str) and text]
        known = [told("method", text) for text in texts]
        codes = tuple(
            value.ours[0] if value is not None and len(value.ours) == 1 else text
            for text, value in zip(texts, known, strict=True)
        )
        place = f"{at}/{escape(methods[0])}"
        if codes and _once(reading, "/method/standards", codes, place):
            reading.taken.update(f"{place}/{index}" for index in range(len(methods[1])))
    study = _member(entry, "WebLinkToPublicCarbonFootprintStudy")
    links = study[1] if study is not None and isinstance(study[1], list) else []
    if study is not None and len(links) == 1 and str(links[0]).startswith(("https://", "http://")):
        _once(reading, "/passport/study_link", links[0], f"{at}/{escape(study[0])}/0")


def _read_rules(reading: _Reading, plain: Mapping[str, JsonValue]) -> None:
    """The product category rules: who operates them, what they are called, which version."""
    listed = _member(plain, "ProductOrSectorSpecificCarbonFootprints")
    for index, entry in enumerate(listed[1] if listed is not None and isinstance(listed[1], list) else ()):
        rule = _member(entry, "ProductOrSectorSpecificRule") if isinstance(entry, dict) else None
        if listed is None or rule is None or not isinstance(rule[1], dict):
            continue
        for name in ("Name", "Operator", "Version"):
            found = _text(rule[1], f"PcfRule{name}")
            if found is not None and found[1]:
                place = f"/{escape(listed[0])}/{index}/{escape(rule[0])}/{escape(found[0])}"
                reading.put(f"/method/pcr/*/{name.lower()}", (str(index),), found[1], place)


def _once(reading: _Reading, model: str, value: object, place: str) -> bool:
    """A leaf that every entry repeats: the first one gives it, equal ones are taken with it."""
    if reading.put(model, (), value, place):
        return True
    node: object = reading.tree
    for step in model.split("/")[1:]:
        node = node.get(step) if isinstance(node, dict) else None
    if isinstance(node, build.Found) and node.value == value:
        reading.taken.add(place)
        return True
    return False


def _member(entry: Mapping[str, JsonValue], *names: str) -> tuple[str, JsonValue] | None:
    """A member by its name, however its letters are cased."""
    wanted = {name.casefold() for name in names}
    return next(((name, value) for name, value in entry.items() if name.casefold() in wanted), None)


def _text(entry: Mapping[str, JsonValue], name: str) -> tuple[str, str] | None:
    found = _member(entry, name)
    return (found[0], found[1]) if found is not None and isinstance(found[1], str) else None


def _decimal(text: str) -> Decimal | None:
    try:
        return parse_decimal(normalise_number(text)[0])
    except GatewayError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
