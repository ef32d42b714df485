"""Judge a passport's carbon footprint: by our schema, then by what no schema can say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from gateway.codec.base import Package
from gateway.codec.schema import judge
from gateway.errors import shorten
from gateway.formats.batterypass.table import PERFORMANCE_CLASS, STAGES, annex_of
from gateway.frontdoor.json import JsonValue
from gateway.report import Finding, Severity

_SCHEMA = "batterypass/carbon-footprint-1.2.schema.json"
_OWN_SCHEMA = "batterypass/hutong-1.schema.json"
_VALUES = (
    "batteryCarbonFootprint",
    "carbonFootprintPerLifecycleStage",
    "carbonFootprintPerformanceClass",
    "carbonFootprintStudy",
    "absoluteCarbonFootprint",
)
# Per kWh delivered over the service life; per kWh of capacity is some hundred times as much.
_BAND = (Decimal("0.005"), Decimal(1))
# Values of 15 digits each, added up.
_ROUNDING = Fraction(1, 10**13)


def validate(package: Package) -> tuple[Finding, ...]:
    """Everything wrong (errors) or doubtful (warnings) in one document, filled or left empty.

    Raises:
        InputError: the bytes are no JSON.
    """
    document = package.json
    own = annex_of(document)
    if isinstance(document, dict) and own is not None:
        marked = tuple(_below_own(document["hutong"]))
        if marked:
            return marked
        notice = own["notice"]
        if isinstance(notice, dict) and notice.get("profile") == "eu-registry":
            return tuple(_filled(document))
    broken = judge(document, _SCHEMA)
    if broken:
        return broken
    assert isinstance(document, dict)
    return (*_class(document), *_stages(document), *_band(document))


def _finding(code: str, at: str, saw: object, severity: Severity, **params: str) -> Finding:
    return Finding(code, at, shorten(str(saw)), severity, "BatteryPass Data Model 1.2.0", params)


def _below_own(own: JsonValue) -> Iterator[Finding]:
    for found in judge(own, _OWN_SCHEMA):
        at = f"/hutong{found.at}".rstrip("/")
        yield Finding(found.code, at, found.saw, found.severity, found.per, found.params)


def _filled(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    for name in _VALUES:
        if name in document:
            yield _finding("batterypass.filled-too-early", f"/{name}", document[name], Severity.ERROR)


def _class(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    found = document["carbonFootprintPerformanceClass"]
    if found != PERFORMANCE_CLASS:
        at = "/carbonFootprintPerformanceClass"
        yield _finding("batterypass.invented-class", at, found, Severity.ERROR)


def _stages(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    """Four stages, each once, in kg per kWh: they add up to the total, and not to 1 or 100."""
    entries = document["carbonFootprintPerLifecycleStage"]
    at = "/carbonFootprintPerLifecycleStage"
    assert isinstance(entries, list)
    told = [e for e in entries if isinstance(e, dict)]
    names = sorted(str(e["lifecycleStage"]) for e in told)
    if names != sorted(STAGES.values()):
        yield _finding("batterypass.not-four-stages", at, ", ".join(names), Severity.ERROR)
        return
    found = sum((_exact(e["carbonFootprint"]) for e in told), Fraction(0))
    stated = _exact(document["batteryCarbonFootprint"])
    if abs(found - stated) > _ROUNDING * max(abs(found), abs(stated), Fraction(1)):
        params = {"stated": str(document["batteryCarbonFootprint"])}
        saw = ", ".join(str(e["carbonFootprint"]) for e in told)
        yield _finding("batterypass.sum-differs", at, saw, Severity.ERROR, **params)


def _band(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    found = _exact(document["batteryCarbonFootprint"])
    if not _BAND[0] <= found <= _BAND[1]:
        saw = document["batteryCarbonFootprint"]
        at = "/batteryCarbonFootprint"
        yield _finding("batterypass.outside-band", at, saw, Severity.WARNING)


def _exact(value: JsonValue) -> Fraction:
    assert isinstance(value, (int, Decimal))
    return Fraction(value)
