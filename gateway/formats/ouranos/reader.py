"""Read the footprint entries of one traced part: its own emissions, those of its parts, and their totals.

``preProduction`` and ``mainProduction`` are the maker's own emissions of pre-processing and manufacture,
``preComponent`` and ``mainComponent`` those of the parts in it that the maker states himself. The system's
totals (``…Total``) are the same four with what the makers of the parts answered: where all four are there,
they are the cradle-to-gate footprint, else the four themselves, as long as no total says more. Responses
(``…Response``) are answers of others and never added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from gateway.codec import build
from gateway.codec.base import Package, Reading
from gateway.codec.carrier_read import CarrierReading
from gateway.codec.schema import judge
from gateway.errors import InputError
from gateway.frontdoor.json import JsonValue
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E, Per, Role
from gateway.quantity import Exact, Quantity, total
from gateway.report import Fate, Finding, Note, Severity

TARGET = "ouranos-cfp@1"
SCHEMA = "ouranos/cfp-1.schema.json"
_UNITS: Mapping[str, str] = {
    "kgCO2e/liter": "L",
    "kgCO2e/kilogram": "kg",
    "kgCO2e/cubic-meter": "m3",
    "kgCO2e/kilowatt-hour": "kW.h",
    "kgCO2e/megajoule": "MJ",
    "kgCO2e/ton-kilometer": "t.km",
    "kgCO2e/square-meter": "m2",
    "kgCO2e/unit": "{piece}",
}
# Pre-processing is the EU's first stage, manufacture its second; whose emissions they are, the name says.
_STAGES: Mapping[str, tuple[str, str]] = {
    "preProduction": ("raw", "own pre-processing"),
    "preComponent": ("raw", "pre-processing of parts"),
    "mainProduction": ("production", "own manufacture"),
    "mainComponent": ("production", "manufacture of parts"),
}
_RATINGS = {"TeR": "ter", "GeR": "ger", "TiR": "tir"}


def read(package: Package) -> Reading:
    """The declared set of one traced part, cradle to gate.

    Raises:
        InputError: there are entries of several parts, or of no part.
    """
    document = package.json
    listed = document if isinstance(document, list) else [document]
    entries = [entry for entry in listed if isinstance(entry, dict)]
    traces = list(dict.fromkeys(str(entry.get("traceId")) for entry in entries))
    if len(traces) != 1:
        raise InputError(len(traces), path="/0/traceId", code="ouranos.not-one-part")
    found = CarrierReading(TARGET)
    found.put("/document/id", traces[0], "/0/traceId")
    _entries(found, entries)
    found.keep(list[JsonValue](entries))
    declaration = Declaration.model_validate({**build.plain(found.tree), "extras": dict(found.extras)})
    origins = dict(build.origins(declaration, found.tree))
    return Reading(declaration, tuple(found.notes), tuple(found.findings), origins)


def _entries(found: CarrierReading, entries: list[dict[str, JsonValue]]) -> None:
    totals = [(i, e) for i, e in enumerate(entries) if _of_total(e) in _STAGES]
    own = [(i, e) for i, e in enumerate(entries) if str(e.get("cfpType")) in _STAGES]
    whole = sorted(_of_total(e) for _, e in totals) == sorted(_STAGES)
    if whole and _sum(totals) != _sum(own):
        found.findings.append(Finding("ouranos.totals-taken", "/0", _shown(totals), Severity.INFO))
        own = totals
    elif totals and not whole:
        found.findings.append(Finding("ouranos.totals-incomplete", "/0", _shown(totals), Severity.WARNING))
    units = {str(entry.get("ghgDeclaredUnit")) for _, entry in own}
    unit = _UNITS.get(next(iter(units), "")) if len(units) == 1 else None
    amounts: list[Quantity] = []
    for index, entry in own:
        amount = entry.get("ghgEmission")
        found.taken.update(f"/{index}/{name}" for name in ("traceId", "cfpType", "ghgDeclaredUnit"))
        stage, name = _STAGES[_kind(entry)]
        if unit is None or isinstance(amount, bool) or not isinstance(amount, (int, Decimal)):
            continue
        row, star, at = "/results/[declared]/rows/*", str(index), f"/{index}/ghgEmission"
        amounts.append(Quantity(Decimal(amount), KG_CO2E))
        found.put(f"{row}/stage", stage, f"/{index}/cfpType", star)
        steps = ("results", "[declared]", "rows", "*", "name")
        build.put(found.tree, steps, (star,), "en", build.Found(name, f"/{index}/cfpType"))
        if found.put(f"{row}/carbon/total", amounts[-1], at, star):
            found.taken.add(at)
    if unit is None:
        code = "ouranos.several-units" if units else "ouranos.no-entry"
        found.findings.append(Finding(code, "/0/ghgDeclaredUnit", ", ".join(sorted(units)), Severity.ERROR))
        return
    at = "/0/ghgDeclaredUnit"
    found.put("/unit/amount", Quantity(Decimal(1), unit), at)
    found.put("/unit/kind", "declared", at)
    found.put("/boundary/type", "c2g", at)
    found.put("/results/[declared]/role", Role.DECLARED, at)
    found.put("/results/[declared]/basis/denominator/per", Per.DECLARED_UNIT, at)
    if whole or not totals:
        _total(found, own, amounts)
    _ratings(found, own)


def _kind(entry: Mapping[str, JsonValue]) -> str:
    """Whose emissions of which process, whether by themselves or with the tree of parts."""
    return str(entry.get("cfpType")).removesuffix("Total")


def _of_total(entry: Mapping[str, JsonValue]) -> str:
    return _kind(entry) if str(entry.get("cfpType")).endswith("Total") else ""


def _sum(entries: list[tuple[int, dict[str, JsonValue]]]) -> Exact | None:
    amounts = [Decimal(v) for _, e in entries if isinstance(v := e.get("ghgEmission"), (int, Decimal))]
    return total(amounts) if len(amounts) == len(entries) else None


def _shown(entries: list[tuple[int, dict[str, JsonValue]]]) -> str:
    return ", ".join(f"{entry.get('cfpType')} {entry.get('ghgEmission')}" for _, entry in entries)


def _ratings(found: CarrierReading, own: list[tuple[int, dict[str, JsonValue]]]) -> None:
    """Ratings are of one process each; where all are the same, they are those of the whole."""
    told = [entry.get("dqrValue") for _, entry in own]
    if not told or any(one != told[0] for one in told) or not isinstance(told[0], dict):
        return
    for theirs, ours in _RATINGS.items():
        value = told[0].get(theirs)
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            found.put(f"/quality/{ours}", Quantity(Decimal(value), "1"), f"/{own[0][0]}/dqrValue/{theirs}")
            found.taken.update(f"/{index}/dqrValue/{theirs}" for index, _ in own)


def _total(
    found: CarrierReading, own: list[tuple[int, dict[str, JsonValue]]], amounts: list[Quantity]
) -> None:
    """The sum, where all four parts are there: three of them are no footprint."""
    there = {_kind(entry) for _, entry in own}
    if there != set(_STAGES) or len(amounts) != len(_STAGES):
        missing = ", ".join(sorted(set(_STAGES) - there)) or "ghgEmission"
        found.findings.append(Finding("ouranos.parts-missing", "/0", missing, Severity.WARNING))
        return
    whole = Quantity(total(amount.amount for amount in amounts), KG_CO2E)
    if found.put("/results/[declared]/carbon/total", whole, "/0/ghgEmission"):
        path = "/results/declared/carbon/total"
        found.notes.append(Note("ouranos.added-up", path, Fate.INFERRED, "", str(whole)))


def validate(package: Package) -> tuple[Finding, ...]:
    """What breaks the schema, entry by entry; and units or ratings that differ within one part."""
    document = package.json
    return tuple(_judged(list(document) if isinstance(document, list) else [document]))


def _judged(listed: Sequence[JsonValue]) -> Iterator[Finding]:
    for index, entry in enumerate(listed):
        for finding in judge(entry, SCHEMA):
            at = f"/{index}{finding.at}".rstrip("/")
            yield Finding(finding.code, at, finding.saw, finding.severity, finding.per, finding.params)
