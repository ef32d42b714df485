"""The reporting rules of PACT Methodology 3 by property: what should stand in a footprint and does not.

SHALL is always asked for; BIO where the product has biogenic carbon or any figure of land is told; CCS and
CCU where capture is told; SHOULD is worth a remark. SHALL-2027 and BIO-2027 bind from 2027-12-31.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache

from gateway import resources
from gateway.frontdoor.json import JsonValue
from gateway.report import Finding, Severity

_PER = "PACT Methodology 3, section "
_BIO = (
    "biogenicCO2Uptake",
    "landUseChangeGhgEmissions",
    "landManagementBiogenicCO2Emissions",
    "landManagementBiogenicCO2Removals",
    "biogenicNonCO2Emissions",
)
# Asked for elsewhere, with a reason of its own.
_ELSEWHERE = frozenset({"/pcf/primaryDataShare", "/pcf/secondaryEmissionFactorSources"})


@cache
def _asked() -> Mapping[str, tuple[tuple[str, str, str], ...]]:
    """Place, rule code and section of what no schema requires, by the condition of the rule."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in resources.table("codes/pact_properties.csv"):
        if row["required"] or "*" in row["place"] or row["place"].count("/") > 2 or not row["rule"]:
            continue
        if row["place"] in _ELSEWHERE:
            continue
        for code in row["rule"].split(","):
            found.setdefault(code, []).append((row["place"], code, row["section"]))
    return {code: tuple(rows) for code, rows in found.items()}


def reported(document: Mapping[str, JsonValue], pcf: Mapping[str, JsonValue]) -> Iterator[Finding]:
    """What the methodology wants reported and is not there."""
    yield from _absent(document, pcf, "SHALL", Severity.WARNING)
    if any(_told(pcf, name) for name in (*_BIO, "biogenicCarbonContent")):
        yield from _absent(document, pcf, "BIO", Severity.WARNING)
    if pcf.get("ccsTechnologicalCO2CaptureIncluded") is True:
        yield from _absent(document, pcf, "CCS", Severity.WARNING)
    if "ccuCarbonContent" in pcf or "ccuCalculationApproach" in pcf:
        if pcf.get("ccuCalculationApproach") == "Credit":
            yield from _absent(document, pcf, "CCU", Severity.WARNING)
        elif "ccuCreditCertification" in pcf:
            saw = str(pcf["ccuCreditCertification"])
            at = "/pcf/ccuCreditCertification"
            yield Finding("pact.certificate-without-credit", at, saw, Severity.WARNING, f"{_PER}3.3.2.5")


def _told(pcf: Mapping[str, JsonValue], name: str) -> bool:
    value = pcf.get(name)
    return value is not None and value != "" and Decimal(str(value)) != 0


def _absent(
    document: Mapping[str, JsonValue], pcf: Mapping[str, JsonValue], code: str, severity: Severity
) -> Iterator[Finding]:
    for place, rule, section in _asked().get(code, ()):
        above, _, name = place.rpartition("/")
        if name not in (pcf if above == "/pcf" else document):
            params = {"rule": rule, "property": name}
            yield Finding("pact.not-reported", place, "", severity, f"{_PER}{section}", params)
