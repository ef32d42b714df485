"""A study with its results: one result for each indicator of the carbon footprint, a value for each module.

The ontology is derived from ILCD+EPD. It has no place for what a result refers to; the unit of each result
says it in words that are read back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from gateway.codec import build, jsonwrite
from gateway.codec.base import Context, Member, Package, Reading, Writing
from gateway.codec.carrier import carrier_table
from gateway.codec.carrier_read import CarrierReading
from gateway.codec.carrier_values import DIGITS
from gateway.codec.carrier_write import CarrierWriting
from gateway.codec.jsonread import scalars
from gateway.codec.lacks import lack
from gateway.codec.run import shown
from gateway.errors import GatewayError, InputError
from gateway.frontdoor.json import JsonValue
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E, Carbon, Per, ResultRow, ResultSet, Role
from gateway.model.walk import by_path, escape, keyed, same
from gateway.quantity import Quantity, parse_decimal, plain, round_significant
from gateway.report import Fate, Note

TARGET = "eudpp-lca@1.9"
FILE_NAME, MEDIA_TYPE = "eudpp-lca.jsonld", "application/json"
_CONTEXT: Mapping[str, object] = {
    "@vocab": "https://w3id.org/eudpp#",
    "eudpp": "https://w3id.org/eudpp#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "om2": "http://www.ontology-of-units-of-measure.org/resource/om-2/",
    "label": {"@id": "rdfs:label", "@container": "@language"},
    "name": "rdfs:label",
    "comment": {"@id": "rdfs:comment", "@container": "@language"},
    "baseName": {"@container": "@language"},
    "amount": {"@type": "xsd:double"},
    "isDeclared": {"@type": "xsd:boolean"},
    "expiryDate": {"@type": "xsd:date"},
    "reviewDate": {"@type": "xsd:date"},
}
# EN 15804+A2 as the ontology calls them: its total counts biogenic uptake. One that does not has no indicator
# there, and is named in words.
_WITHOUT_UPTAKE = "Climate change, total, biogenic uptake left out"
_INDICATORS: Mapping[str, str] = {
    "total": "",
    "total_including_uptake": "eudpp:ind_GWPtotal",
    "fossil": "eudpp:ind_GWPfossil",
    "biogenic": "eudpp:ind_GWPbiogenic",
    "luluc": "eudpp:ind_GWPluluc",
}
# Modules of EN 15804 that the ontology has as individuals.
_MODULES = (
    *("A1", "A2", "A3", "A1-A3", "A4", "A5"),
    *("B1", "B2", "B3", "B4", "B5", "B6", "B7"),
    *("C1", "C2", "C3", "C4", "D"),
)
_SETS: Mapping[str, Per] = {"declared": Per.DECLARED_UNIT, "pack": Per.PACK}
_UNIT = re.compile(r"kg CO2e per (?P<amount>[0-9.]+) (?P<unit>\S+) \((?P<set>declared|pack)\)")


def write(declaration: Declaration, context: Context) -> Writing:
    """Every declared set per the declared unit or per battery.

    Raises:
        Lacks: there is none.
    """
    sets = [s for s in declaration.results if _is_told(declaration, s)]
    if not sets:
        without = any(one.id == "declared" and one.rows for one in declaration.results)
        raise lack(TARGET, "/unit/amount" if without else "/results/declared/carbon/total")
    writing = CarrierWriting()
    writing.set("/@context", dict(_CONTEXT))
    writing.set("/@type", "EPDStudy")
    writing.set("/@id", f"urn:uuid:{context.new_id('/eudpp')}")
    table = carrier_table("carriers/eudpp.csv", "study")
    writing.fill(declaration, table)
    if "declaresManufacturerRecord" in writing.tree:
        writing.set("/declaresManufacturerRecord/@type", "ManufacturerRecord")
    results = _Results(by_path(declaration))
    listed = [entry for one in sets for entry in results.of(declaration, one)]
    writing.set("/hasLCIAResult", listed)
    if any(one.id == "declared" for one in sets):
        results.claims.add("/unit/amount")
    data = (jsonwrite.encode(writing.document()) + "\n").encode("utf-8")
    name = declaration.document.id if isinstance(declaration.document.id, str) else ""
    notes = (*writing.notes.values(), *results.notes)
    claims = frozenset(writing.claims | results.claims)
    return Writing(Package((Member(FILE_NAME, MEDIA_TYPE, data),), name), notes, claims)


def _is_told(declaration: Declaration, result: ResultSet) -> bool:
    if result.role is not Role.DECLARED or _SETS.get(result.id) is not result.basis.denominator.per:
        return False
    parts = (result.carbon, *(row.carbon for row in result.rows))
    has = any(isinstance(getattr(carbon, name), Quantity) for carbon in parts for name in _INDICATORS)
    return has and (result.id == "pack" or isinstance(declaration.unit.amount, Quantity))


class _Results:
    """The results of a study, and what becomes of each amount."""

    def __init__(self, before: Mapping[str, object]) -> None:
        self.before = before
        self.claims: set[str] = set()
        self.notes: list[Note] = []

    def of(self, declaration: Declaration, result: ResultSet) -> Iterator[dict[str, Any]]:
        """One entry for each indicator that the set tells."""
        home, unit = f"/results/{result.id}", self._unit(declaration, result)
        self.claims.add(f"{home}/id")
        for field, indicator in _INDICATORS.items():
            values = list(self._values(result, field, home))
            if values:
                yield {
                    "@type": "LCIAResult",
                    "forLCIAOrInventoryMethod": {
                        "@type": "LCIAOrInventoryMethod",
                        **({"forIndicator": {"@id": indicator}} if indicator else {"name": _WITHOUT_UPTAKE}),
                        "impactCategory": {"@id": "eudpp:climateChange"},
                    },
                    "hasUnit": {"@type": "om2:Unit", "name": unit},
                    "hasModuleValue": values,
                }

    def _unit(self, declaration: Declaration, result: ResultSet) -> str:
        amount = declaration.unit.amount
        if result.id == "pack" or not isinstance(amount, Quantity):
            return "kg CO2e per 1 {piece} (pack)"
        return f"kg CO2e per {plain(round_significant(amount.amount, DIGITS))} {amount.unit} (declared)"

    def _values(self, result: ResultSet, field: str, home: str) -> Iterator[dict[str, Any]]:
        whole = getattr(result.carbon, field)
        if isinstance(whole, Quantity):
            yield {
                "@type": "LCIAModuleValue",
                "name": "total",
                **self._amount(f"{home}/carbon/{field}", whole),
            }
        for key, row in keyed(result.rows):
            assert isinstance(row, ResultRow)
            value = getattr(row.carbon, field)
            if not isinstance(value, Quantity) or not isinstance(row.stage, str):
                continue
            if key != ".".join(t for t in (row.stage, row.module, row.scenario) if isinstance(t, str)):
                continue  # a second row of the same name could not be told from the first
            path = f"{home}/rows/{escape(key)}"
            told: dict[str, Any] = {"@type": "LCIAModuleValue", "name": row.stage}
            self.claims.add(f"{path}/stage")
            if isinstance(row.module, str):
                told["forModule"] = _module(row.module)
                self.claims.add(f"{path}/module")
            if isinstance(row.scenario, str):
                told["forScenario"] = row.scenario
                self.claims.add(f"{path}/scenario")
            yield {**told, **self._amount(f"{path}/carbon/{field}", value)}

    def _amount(self, path: str, value: Quantity) -> dict[str, str]:
        written = round_significant(value.amount, DIGITS)
        after, before = Quantity(written, KG_CO2E), self.before.get(path)
        if isinstance(before, Quantity) and same(before, after):
            self.claims.add(path)
        elif isinstance(before, Quantity):
            self.notes.append(Note("carrier.rounded", path, Fate.ROUNDED, shown(before), shown(after)))
        return {"amount": plain(written), "isDeclared": "true"}


def _module(name: str) -> dict[str, str]:
    """The module as the ontology has it, or one by its name."""
    if name in _MODULES:
        return {"@id": f"eudpp:module{name.replace('-', '')}"}
    return {"@type": "LifeCycleModule", "name": name}


def _module_of(value: JsonValue) -> str | None:
    if not isinstance(value, dict):
        return None
    known = {f"eudpp:module{name.replace('-', '')}": name for name in _MODULES}
    name = known.get(str(value.get("@id")), value.get("name"))
    return name if isinstance(name, str) else None


def read(package: Package) -> Reading:
    """The study as a declaration; what has no place is kept as extras.

    Raises:
        InputError: it is no such study.
    """
    document = package.json
    if not isinstance(document, dict) or "@type" not in document:
        raise InputError(package.name, path="/@type", code="eudpp.no-study")
    found = CarrierReading(TARGET)
    results = document.get("hasLCIAResult")
    for index, one in enumerate(results if isinstance(results, list) else ()):
        if isinstance(one, dict):
            _read_result(found, one, f"/hasLCIAResult/{index}")
    for at, _ in scalars({k: v for k, v in document.items() if k.startswith("@")}, ""):
        found.taken.add(at)
    for at, _ in scalars(document, ""):
        if at.endswith("/@type"):
            found.taken.add(at)
    found.read(document, carrier_table("carriers/eudpp.csv", "study"))
    declaration = Declaration.model_validate({**build.plain(found.tree), "extras": dict(found.extras)})
    origins = dict(build.origins(declaration, found.tree))
    return Reading(declaration, tuple(found.notes), tuple(found.findings), origins)


def _read_result(found: CarrierReading, one: dict[str, JsonValue], at: str) -> None:
    method, unit = one.get("forLCIAOrInventoryMethod"), one.get("hasUnit")
    indicator = method.get("forIndicator") if isinstance(method, dict) else None
    named = indicator.get("@id") if isinstance(indicator, dict) else None
    if isinstance(method, dict) and method.get("name") == _WITHOUT_UPTAKE:
        named = ""
    field = next((f for f, i in _INDICATORS.items() if i == named), None)
    text = unit.get("name") if isinstance(unit, dict) else None
    per = _UNIT.fullmatch(text) if isinstance(text, str) else None
    values = one.get("hasModuleValue")
    if field is None or per is None or not isinstance(values, list):
        return
    home = f"/results/[{per['set']}]"
    found.put(f"{home}/role", Role.DECLARED, f"{at}/hasUnit/name")
    found.put(f"{home}/basis/denominator/per", _SETS[per["set"]], f"{at}/hasUnit/name")
    if per["set"] == "declared":
        found.put("/unit/amount", Quantity(parse_decimal(per["amount"]), per["unit"]), f"{at}/hasUnit/name")
    found.taken.update(
        (
            f"{at}/hasUnit/name",
            f"{at}/forLCIAOrInventoryMethod/forIndicator/@id",
            f"{at}/forLCIAOrInventoryMethod/name",
            f"{at}/forLCIAOrInventoryMethod/impactCategory/@id",
        )
    )
    for index, value in enumerate(values):
        if isinstance(value, dict):
            _read_value(found, value, home, field, f"{at}/hasModuleValue/{index}")


def _read_value(found: CarrierReading, value: dict[str, JsonValue], home: str, field: str, at: str) -> None:
    amount = _decimal(value.get("amount"))
    stage = value.get("name")
    if amount is None or not isinstance(stage, str):
        return
    kg = Quantity(amount, KG_CO2E)
    if stage == "total":
        found.put(f"{home}/carbon/{field}", kg, f"{at}/amount")
    else:
        module, scenario = value.get("forModule"), value.get("forScenario")
        named = _module_of(module)
        star = ".".join(t for t in (stage, named, scenario) if isinstance(t, str)) + "#0"
        row = f"{home}/rows/*"
        found.put(f"{row}/stage", stage, f"{at}/name", star)
        if isinstance(named, str):
            found.put(f"{row}/module", named, f"{at}/forModule", star)
        if isinstance(scenario, str):
            found.put(f"{row}/scenario", scenario, f"{at}/forScenario", star)
        found.put(f"{row}/carbon/{field}", kg, f"{at}/amount", star)
    found.taken.update(place for place, _ in scalars(value, at))


def _decimal(value: JsonValue) -> Decimal | None:
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return Decimal(value)
    try:
        return parse_decimal(value) if isinstance(value, str) else None
    except GatewayError:
        return None


assert set(_INDICATORS) <= set(Carbon.model_fields)
