"""Read somebody else's passport document: both spellings of the header, and IDTA 02035-1, -3, -4 and -6."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as with_changes
from decimal import Decimal

from pydantic import ValidationError

from gateway.codec import build
from gateway.codec.base import Reading
from gateway.codec.jsonread import JsonReading
from gateway.errors import InputError, shorten
from gateway.formats.en18223.table import (
    CATEGORY,
    GRANULARITY,
    PER_PIECE,
    PHASES,
    RESULT_SET,
    SECTIONS,
    STATUS,
    foreign_table,
    real_place,
)
from gateway.frontdoor.json import JsonValue
from gateway.model.declaration import Declaration
from gateway.model.origin import Origin
from gateway.model.results import KG_CO2E, Per
from gateway.quantity import Quantity
from gateway.report import Finding, Severity

_MONTHS = re.compile(r"P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?", re.ASCII)
_LIFE = {name: name for name in ("original", "repurposed", "reused", "remanufactured", "waste")}
_LIFE["re-used"] = "reused"
_PER = {PER_PIECE: Per.PACK, "kwh": Per.KWH_UNSTATED}
_UNIT, _QUANTITY = "ReferenceImpactUnitForCalculation", "QuantityOfMeasureForCalculation"
_PHASES = "LifeCyclePhases"


def read_foreign(document: Mapping[str, JsonValue]) -> Reading:
    """What header and known sections tell; everything else is kept as it stands."""
    names = {key: name for name, key in SECTIONS.items()}
    view = {names.get(key, key): value for key, value in document.items()}
    taken = _Taken(view)
    _take_header(taken)
    _take_sections(taken)
    _take_footprint(taken)
    reading = JsonReading(foreign_table(), _left(view, taken.used), RESULT_SET)
    reading.tree = taken.tree
    reading.run()
    extras = {}
    for name, text in reading.extras.items():
        space, _, pointer = name.partition("#")
        extras[f"{space}#{real_place(pointer)}"] = text
    try:
        declaration = Declaration.model_validate({**build.plain(reading.tree), "extras": extras})
    except ValidationError as error:
        raise InputError(error.error_count(), path="", code="en18223.not-a-passport") from error
    origins = {path: Origin(real_place(o.at), o.text) for path, o in build.origins(declaration, reading.tree)}
    found = (*taken.findings, *(with_changes(f, at=real_place(f.at)) for f in reading.findings))
    notes = tuple(with_changes(n, path=real_place(n.path)) for n in reading.notes)
    return Reading(declaration, notes, found, origins)


@dataclass(slots=True)
class _Taken:
    """Leaves that are read by a rule of their own, and the places that they used up."""

    view: Mapping[str, JsonValue]
    tree: build.Tree = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def at(self, place: str) -> JsonValue:
        """What stands at a place of objects, or nothing."""
        node: JsonValue = dict(self.view)
        for step in place.split("/")[1:]:
            node = node.get(step) if isinstance(node, dict) else None
        return node

    def put(
        self, model: str, value: object, place: str, *, stars: tuple[str, ...] = (), lang: str = ""
    ) -> None:
        """One leaf; what cannot go there stays where it stands."""
        found = build.Found(value, place)
        if value is not None and build.put(self.tree, tuple(model.split("/")[1:]), stars, lang, found):
            self.used.add(place)

    def text(self, place: str, model: str, told: Callable[[str], object]) -> None:
        """A text by its own rule; one that the rule does not know stays."""
        value = self.at(place)
        if isinstance(value, str):
            self.put(model, told(value), place)


def _take_header(taken: _Taken) -> None:
    granularity = {name.casefold(): code for code, name in GRANULARITY.items()}
    status = {name.casefold(): code for code, name in STATUS.items()}
    taken.text("/granularity", "/passport/granularity", lambda t: granularity.get(t.casefold()))
    taken.text("/dppStatus", "/document/status", lambda t: status.get(t.casefold()))
    if "lastUpdate" in taken.view and "lastUpdated" in taken.view:
        saw = f"{taken.view['lastUpdate']} · {taken.view['lastUpdated']}"
        taken.findings.append(Finding("en18223.two-spellings", "/lastUpdated", saw, Severity.WARNING))
    listed = taken.view.get("contentSpecificationIds")
    if isinstance(listed, list):
        known = {key: name for name, key in SECTIONS.items()}
        for index, one in enumerate(listed):
            if isinstance(one, str) and known.get(one, one) not in taken.view:
                at = f"/contentSpecificationIds/{index}"
                taken.findings.append(Finding("en18223.no-such-section", at, one, Severity.WARNING))


def _take_sections(taken: _Taken) -> None:
    category = {name: code for code, name in CATEGORY.items()}
    general, plate = "/technical/GeneralInformation", "/nameplate"
    taken.text(f"{general}/BatteryCategory", "/battery/category", category.get)
    taken.text(f"{general}/WarrantyInformation/WarrantyPeriod", "/passport/warranty_months", _months)
    taken.text(f"{plate}/LifeCycleStage", "/passport/status", _LIFE.get)
    _take_names(taken, f"{plate}/ManufacturerName", "/enterprise/name")
    address = f"{plate}/AddressInformation"
    for member, model in (("NationalCode", "/enterprise/country"), ("Street", "/enterprise/address")):
        texts = list(_languages(taken.at(f"{address}/{member}")))
        if len(texts) == 1:
            taken.put(model, texts[0][1], f"{address}/{member}")
    for place, model in (
        (f"{plate}/EUDeclarationOfConformity", "/passport/doc_number"),
        ("/technical/TechnicalPropertyAreas/Lifetime/CycleLifeReferenceTest", "/battery/cycle_life_standard"),
    ):
        listed = taken.at(place)
        if isinstance(listed, list) and len(listed) == 1 and isinstance(listed[0], str):
            taken.put(model, listed[0], place)


def _take_names(taken: _Taken, place: str, model: str) -> None:
    for lang, text in _languages(taken.at(place)):
        taken.put(model, text, place, lang=lang)


def _languages(value: JsonValue) -> Iterator[tuple[str, str]]:
    """Texts by language: ``{"en": …}``, or a list of such, as the published model and its example differ."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield from ((lang, text) for lang, text in item.items() if isinstance(text, str) and lang)


def _months(text: str) -> int | None:
    found = _MONTHS.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    years, months = (int(part or 0) for part in found.groups())
    return years * 12 + months


def _take_footprint(taken: _Taken) -> None:
    """Entries per kWh and per piece, each its own set. Of which kWh nobody says."""
    place = "/footprint/ProductCarbonFootprints"
    entries = taken.at(place)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict) and not _take_entry(taken, entry, f"{place}/{index}", str(index)):
            saw = ", ".join(str(entry.get(name)) for name in (_UNIT, _QUANTITY, _PHASES))
            at = real_place(f"{place}/{index}")
            taken.findings.append(Finding("en18223.entry-not-read", at, shorten(saw), Severity.WARNING))


def _take_entry(taken: _Taken, entry: Mapping[str, JsonValue], at: str, star: str) -> bool:
    """Whether the entry is a total of several phases, or one of the four stages."""
    # The published model and the template spell the value differently.
    name = "PcfCo2eq" if "PcfCo2eq" in entry else "PcfCO2eq"
    value, phases = entry.get(name), entry.get(_PHASES)
    per = _PER.get(str(entry.get(_UNIT)).casefold())
    if per is None or entry.get(_QUANTITY) != 1 or not isinstance(phases, list):
        return False
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return False
    home, amount = f"/results/[{per.value}]", Quantity(Decimal(value), KG_CO2E)
    stages = {phase: stage for stage, phase in PHASES.items()}
    stage = stages.get(str(phases[0])) if len(phases) == 1 else None
    if len(phases) < 2 and stage is None:
        return False
    taken.put(f"{home}/basis/denominator/per", per, f"{at}/{_UNIT}")
    row = "" if stage is None else "/rows/*"
    stars = () if stage is None else (star,)
    if stage is not None:
        taken.put(f"{home}{row}/stage", stage, f"{at}/{_PHASES}", stars=stars)
    taken.put(f"{home}{row}/carbon/total", amount, f"{at}/{name}", stars=stars)
    return f"{at}/{name}" in taken.used


def _left(value: Mapping[str, JsonValue], used: set[str], at: str = "") -> dict[str, JsonValue]:
    """The document without the places that were used up."""
    return {n: _rest(v, used, f"{at}/{n}") for n, v in value.items() if f"{at}/{n}" not in used}


def _rest(value: JsonValue, used: set[str], at: str) -> JsonValue:
    if isinstance(value, list):
        return [_rest(item, used, f"{at}/{index}") for index, item in enumerate(value)]
    if isinstance(value, dict):
        left = _left(value, used, at)
        return left if left or not value else None
    return value
