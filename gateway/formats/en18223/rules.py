"""Judge a passport document: by our schema, then by what no schema can say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from gateway.codec import passport
from gateway.codec.base import Package
from gateway.codec.schema import judge
from gateway.errors import shorten
from gateway.formats.en18223.table import ANNEX_ID, FOOTPRINT, PER_KWH, PHASES, annex_of, real_place
from gateway.frontdoor.json import JsonValue
from gateway.report import Finding, Severity

_SCHEMA = "en18223/passport-2026.schema.json"
_OWN_SCHEMA = "en18223/hutong-1.schema.json"
_PER = "IDTA 02099-1 v1.0.1, IDTA 02035-3 v1.0"


def validate(package: Package) -> tuple[Finding, ...]:
    """Everything wrong (errors) or doubtful (warnings) in one document, with or without a footprint.

    Raises:
        InputError: the bytes are no JSON.
    """
    document = package.json
    own = annex_of(document) if isinstance(document, dict) else None
    if isinstance(document, dict) and own is not None:
        marked = (*_below_own(document[ANNEX_ID]), *_too_early(document, own))
        if marked:
            return marked
    broken = judge(document, _SCHEMA)
    if broken:
        return broken
    assert isinstance(document, dict)
    return (*_sections(document), *_footprint(document))


def _below_own(own: JsonValue) -> Iterator[Finding]:
    home = real_place("/hutong")
    for found in judge(own, _OWN_SCHEMA):
        at = f"{home}{found.at}".rstrip("/")
        yield Finding(found.code, at, found.saw, found.severity, found.per, found.params)


def _too_early(document: Mapping[str, JsonValue], own: Mapping[str, object]) -> Iterator[Finding]:
    notice = own["notice"]
    if isinstance(notice, dict) and notice.get("profile") == "eu-registry" and FOOTPRINT in document:
        at = real_place("/footprint")
        yield Finding("en18223.filled-too-early", at, FOOTPRINT, Severity.ERROR, _PER)


def _sections(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    """Each listed specification has its section."""
    listed = document.get("contentSpecificationIds", [])
    assert isinstance(listed, list)
    for index, one in enumerate(listed):
        if one not in document:
            at = f"/contentSpecificationIds/{index}"
            yield Finding("en18223.no-such-section", at, shorten(str(one)), Severity.WARNING, _PER)


def _footprint(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    """No class; a total and the four stages per kWh, which add up."""
    section = document.get(FOOTPRINT)
    entries = section.get("ProductCarbonFootprints") if isinstance(section, dict) else None
    totals: list[tuple[str, Decimal | int]] = []
    stages: list[tuple[str, Decimal | int]] = []
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        at = real_place(f"/footprint/ProductCarbonFootprints/{index}")
        assert isinstance(entry, dict)
        yield from passport.check_class(entry["PerformanceClass"], f"{at}/PerformanceClass", _PER)
        value, phases = entry["PcfCo2eq"], entry["LifeCyclePhases"]
        assert isinstance(value, (int, Decimal))
        assert isinstance(phases, list)
        if entry["ReferenceImpactUnitForCalculation"] == PER_KWH and len(phases) > 1:
            totals.append((f"{at}/PcfCo2eq", value))
        elif entry["ReferenceImpactUnitForCalculation"] == PER_KWH:
            stages.append((str(phases[0]), value))
    if len(totals) == 1 and sorted(name for name, _ in stages) == sorted(PHASES.values()):
        ((at, whole),) = totals
        yield from passport.check_sum(whole, [value for _, value in stages], at, _PER)
        yield from passport.check_band(whole, at, _PER)
    elif isinstance(entries, list) and annex_of(document) is not None:
        at, saw = real_place("/footprint"), ", ".join(name for name, _ in stages)
        yield Finding("en18223.not-four-stages", at, shorten(saw), Severity.ERROR, _PER)
