"""Judge a passport's carbon footprint: by our schema, then by what no schema can say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from gateway.codec import passport
from gateway.codec.base import Package
from gateway.codec.schema import judge
from gateway.errors import shorten
from gateway.formats.batterypass.foreign import is_footprint
from gateway.formats.batterypass.submodels import beside
from gateway.formats.batterypass.table import STAGES, annex_of, parts
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
_PER = "BatteryPass Data Model 1.2.0"


def validate(package: Package) -> tuple[Finding, ...]:
    """Everything wrong (errors) or doubtful (warnings) in a footprint, filled or left empty, and beside it.

    Raises:
        InputError: the bytes are no JSON.
    """
    own, _ = parts(package)
    found: list[Finding] = []
    if is_footprint(own.json) or annex_of(own.json) is not None:
        found.extend(_footprint(own.json))
    elif not list(beside(package)):
        found.extend(judge(own.json, _SCHEMA))
    for part, one in beside(package):
        found.extend(judge(one.json, part.schema))
    return tuple(found)


def _footprint(document: JsonValue) -> tuple[Finding, ...]:
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
    return tuple(_figures(document))


def _finding(code: str, at: str, saw: object, severity: Severity) -> Finding:
    return Finding(code, at, shorten(str(saw)), severity, _PER)


def _below_own(own: JsonValue) -> Iterator[Finding]:
    for found in judge(own, _OWN_SCHEMA):
        at = f"/hutong{found.at}".rstrip("/")
        yield Finding(found.code, at, found.saw, found.severity, found.per, found.params)


def _filled(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    for name in _VALUES:
        if name in document:
            yield _finding("batterypass.filled-too-early", f"/{name}", document[name], Severity.ERROR)


def _figures(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    """The one class; four stages, each once, in kg per kWh, that add up to the total."""
    yield from passport.check_class(
        document["carbonFootprintPerformanceClass"], "/carbonFootprintPerformanceClass", _PER
    )
    entries, at = document["carbonFootprintPerLifecycleStage"], "/carbonFootprintPerLifecycleStage"
    assert isinstance(entries, list)
    told = [e for e in entries if isinstance(e, dict)]
    names = sorted(str(e["lifecycleStage"]) for e in told)
    whole = document["batteryCarbonFootprint"]
    assert isinstance(whole, (int, Decimal))
    if names != sorted(STAGES.values()):
        yield _finding("batterypass.not-four-stages", at, ", ".join(names), Severity.ERROR)
    else:
        values = [v for e in told if isinstance(v := e["carbonFootprint"], (int, Decimal))]
        yield from passport.check_sum(whole, values, at, _PER)
    yield from passport.check_band(whole, "/batteryCarbonFootprint", _PER)
