"""Judge a PACT 3.0 footprint: by our schema, then by the rules that no schema can say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import MAXYEAR, datetime
from decimal import Decimal

from gateway.codec.base import Package
from gateway.codec.schema import judge
from gateway.errors import shorten
from gateway.formats.pact import facts
from gateway.formats.pact.carrier import Carrier
from gateway.formats.pact.catalogue import PACT_3
from gateway.formats.pact.hub import Hub
from gateway.formats.pact.period import VALIDITY_YEARS, years_after
from gateway.formats.pact.table import DATA_SCHEMA
from gateway.frontdoor.json import JsonValue
from gateway.quantity import Exact, minus, plus, show, total
from gateway.report import Finding, Severity

_SCHEMA = "pact/product-footprint-3.0.schema.json"
_EXTENSION_SCHEMA = "pact/extension-1.schema.json"
# PACT Technical Specifications 3.0, pcfExcludingBiogenicUptake.
_PARTS = (
    "fossilGhgEmissions",
    "landUseChangeGhgEmissions",
    "landManagementBiogenicCO2Emissions",
    "biogenicNonCO2Emissions",
    "landManagementBiogenicCO2Removals",
    "technologicalCO2Removals",
    "ccsTechnologicalCO2Capture",
)
_REMOVALS = _PARTS[4:]
_CCS = ("ccsTechnologicalCO2Capture", "technologicalCO2Removals", "technologicalCO2CaptureOrigin")
# PACT Methodology 3, 3.3.1.2.
_EXEMPTED_LIMIT = 3
_HUNDRED = 100
_RATINGS = range(1, 6)
# What an older edition or Catena-X does not ask for.
_OF_PACT_3 = frozenset(
    {
        "pact.secondary-sources-absent",
        "pact.factors-not-latest",
        "pact.not-reported",
        "pact.total-below-parts",
    }
)
# Up to here a sum is called rounded, beyond it is wrong (the limit of EU battery practice for stages).
_ROUNDED = Decimal("0.005")
_LAST_YEAR = MAXYEAR - VALIDITY_YEARS

Pcf = Mapping[str, JsonValue]


def validate(package: Package) -> tuple[Finding, ...]:
    """Everything wrong (errors) or doubtful (warnings) in one footprint of PACT 3.0.

    Raises:
        InputError: the bytes are no JSON.
    """
    document = package.json
    broken = judge(document, _SCHEMA)
    if broken:
        return broken
    assert isinstance(document, dict)
    return (*_own_extensions(document), *_by_rules(document))


def validate_as(package: Package, carrier: Carrier) -> tuple[Finding, ...]:
    """The same of another version: by its schema, then by the rules, at the places that it has.

    Raises:
        InputError: the bytes are no JSON.
    """
    document = package.json
    broken = judge(document, carrier.schema)
    if broken:
        return broken
    assert isinstance(document, dict)
    return validate_hub(carrier.read(document)[0], carrier)


def validate_hub(hub: Hub, carrier: Carrier) -> tuple[Finding, ...]:
    """What the rules say of a message, at the places of the version that it stands in."""
    found = _by_rules(as_pact3(hub))
    if carrier is PACT_3:
        return found
    return tuple(
        Finding(f.code, carrier.find(f.at), f.saw, f.severity, f.per, f.params)
        for f in found
        if f.code not in _OF_PACT_3
    )


def as_pact3(hub: Hub) -> dict[str, JsonValue]:
    """A message as PACT 3.0 has it, as far as it has it; decimals as they are."""
    pcf: dict[str, JsonValue] = {}
    found: dict[str, JsonValue] = {"pcf": pcf}
    for key, value in hub.items():
        if key.startswith("/pcf/"):
            name, _, inner = key[5:].partition("/")
            if inner:
                part = pcf.setdefault(name, {})
                assert isinstance(part, dict)
                part[inner] = value
            else:
                pcf[name] = value
        elif key.count("/") == 1:
            found[key[1:]] = value
    return found


def _by_rules(document: Mapping[str, JsonValue]) -> tuple[Finding, ...]:
    pcf = document["pcf"]
    assert isinstance(pcf, dict)
    return (
        *_periods(document, pcf),
        *_totals(pcf),
        *_flags(pcf),
        *_shares(pcf),
        *_ratings(pcf),
        *_rules(pcf),
        *facts.reported(document, pcf),
    )


def _finding(code: str, at: str, saw: object, severity: Severity = Severity.ERROR, **params: str) -> Finding:
    return Finding(code, at, shorten(str(saw)), severity, "PACT Technical Specifications 3.0", params)


def _own_extensions(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    extensions = document.get("extensions")
    for index, extension in enumerate(extensions if isinstance(extensions, list) else ()):
        if isinstance(extension, dict) and extension.get("dataSchema") == DATA_SCHEMA:
            for found in judge(extension["data"], _EXTENSION_SCHEMA):
                at = f"/extensions/{index}/data{found.at}".rstrip("/")
                yield Finding(found.code, at, found.saw, found.severity, found.per, found.params)


def _periods(document: Mapping[str, JsonValue], pcf: Pcf) -> Iterator[Finding]:
    named = [("/pcf/referencePeriodStart", pcf.get("referencePeriodStart"))]
    named += [("/pcf/referencePeriodEnd", pcf.get("referencePeriodEnd"))]
    named += [(f"/{n}", document.get(n)) for n in ("validityPeriodStart", "validityPeriodEnd", "created")]
    found = {at: _moment(value) for at, value in named if value is not None}
    for at, value in found.items():
        if value is None:
            yield _finding("pact.no-such-day", at, dict(named)[at])
    start, end = found.get("/pcf/referencePeriodStart"), found.get("/pcf/referencePeriodEnd")
    if start and end and start >= end:
        yield _finding("pact.period-reversed", "/pcf/referencePeriodEnd", end, start=str(start))
    valid_from, valid_to = found.get("/validityPeriodStart"), found.get("/validityPeriodEnd")
    if valid_from and end and valid_from < end:
        yield _finding("pact.valid-too-early", "/validityPeriodStart", valid_from, end=str(end))
    if valid_to and end:
        last = years_after(end.date(), VALIDITY_YEARS) if end.year < _LAST_YEAR else end.date()
        limit = end.replace(year=last.year, month=last.month, day=last.day)
        if valid_to > limit:
            yield _finding("pact.valid-too-long", "/validityPeriodEnd", valid_to, limit=str(limit))
    if valid_from and valid_to and valid_from >= valid_to:
        yield _finding("pact.validity-empty", "/validityPeriodEnd", valid_to, start=str(valid_from))


def _moment(value: JsonValue) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value).upper().replace(":60", ":59"))
    except ValueError:
        return None


def _number(pcf: Pcf, name: str) -> Decimal | None:
    value = pcf.get(name)
    if isinstance(value, Decimal):
        return value
    return Decimal(value) if isinstance(value, str) and value else None


def _totals(pcf: Pcf) -> Iterator[Finding]:
    excluding, including = (
        _number(pcf, "pcfExcludingBiogenicUptake"),
        _number(pcf, "pcfIncludingBiogenicUptake"),
    )
    if excluding is None:
        return
    uptake = _number(pcf, "biogenicCO2Uptake") or Decimal(0)
    parts = total(_number(pcf, name) or Decimal(0) for name in _PARTS)
    at = "/pcf/pcfExcludingBiogenicUptake"
    # All other parts are emissions: they cannot take the total below what is removed.
    if excluding < 0 and excluding < total(_number(pcf, name) or Decimal(0) for name in _REMOVALS):
        yield _finding("pact.total-negative", at, show(excluding))
    rest = minus(excluding, parts)
    if rest:
        params = {"sum": show(parts), "rest": show(rest)}
        if rest < 0 and -rest > _ROUNDED * abs(excluding):
            # What is not told can only add to the parts that are.
            yield _finding("pact.total-below-parts", at, show(excluding), Severity.ERROR, **params)
        else:
            yield _finding("pact.total-unexplained", at, show(excluding), Severity.WARNING, **params)
    expected: Exact = plus(excluding, uptake)
    if including is not None and minus(including, expected):
        at = "/pcf/pcfIncludingBiogenicUptake"
        yield _finding("pact.including-differs", at, show(including), sum=show(expected))


def _flags(pcf: Pcf) -> Iterator[Finding]:
    if pcf.get("packagingEmissionsIncluded") is False and "packagingGhgEmissions" in pcf:
        saw = pcf["packagingGhgEmissions"]
        yield _finding("pact.packaging-not-included", "/pcf/packagingGhgEmissions", saw)
    if pcf.get("ccsTechnologicalCO2CaptureIncluded") is False:
        for name in _CCS:
            if name in pcf:
                yield _finding("pact.capture-not-included", f"/pcf/{name}", pcf[name])
    if pcf.get("declaredUnitOfMeasurement") == "kilogram":
        mass, amount = _number(pcf, "productMassPerDeclaredUnit"), _number(pcf, "declaredUnitAmount")
        if mass != amount:
            at = "/pcf/productMassPerDeclaredUnit"
            yield _finding("pact.mass-is-not-the-unit", at, mass, Severity.WARNING, amount=str(amount))


def _shares(pcf: Pcf) -> Iterator[Finding]:
    exempted = _number(pcf, "exemptedEmissionsPercent")
    at = "/pcf/exemptedEmissionsPercent"
    if exempted is not None and not 0 <= exempted <= _HUNDRED:
        yield _finding("pact.not-a-share", at, exempted)
    elif exempted is not None and exempted > _EXEMPTED_LIMIT:
        yield _finding("pact.exempted-above-limit", at, exempted, Severity.WARNING)
    primary, at = _number(pcf, "primaryDataShare"), "/pcf/primaryDataShare"
    if primary is None:
        yield _finding("pact.primary-share-absent", at, "", Severity.WARNING)
    elif not 0 <= primary <= _HUNDRED:
        yield _finding("pact.not-a-share", at, primary)
    elif 0 < primary <= 1:
        yield _finding("pact.primary-share-scale", at, primary, Severity.WARNING)
    if (primary is None or primary < _HUNDRED) and "secondaryEmissionFactorSources" not in pcf:
        yield _finding("pact.secondary-sources-absent", "/pcf", "", Severity.WARNING)
    if "AR6" not in (pcf.get("ipccCharacterizationFactors") or ()):  # type: ignore[operator]
        at, saw = "/pcf/ipccCharacterizationFactors", pcf.get("ipccCharacterizationFactors")
        yield _finding("pact.factors-not-latest", at, saw, Severity.WARNING)


def _ratings(pcf: Pcf) -> Iterator[Finding]:
    dqi = pcf.get("dqi")
    if isinstance(dqi, dict):
        for name in ("technologicalDQR", "geographicalDQR", "temporalDQR"):
            value = _number(dqi, name)
            if value is not None and not _RATINGS[0] <= value <= _RATINGS[-1]:
                yield _finding("pact.rating-out-of-range", f"/pcf/dqi/{name}", value)


def _rules(pcf: Pcf) -> Iterator[Finding]:
    rules = pcf.get("productOrSectorSpecificRules")
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(rule, dict) and (rule["operator"] == "Other") != ("otherOperatorName" in rule):
            at = f"/pcf/productOrSectorSpecificRules/{index}"
            yield _finding("pact.other-operator", at, rule["operator"])
