"""What a version of a footprint message asks for that others do not have: chosen, derived, told or lacking.

Each function makes a message ready for one family of versions. A value that the source cannot know is a
parameter of the caller's; without it, the version lacks it. Nothing is scaled that is not told to be per
another amount, and nothing is clamped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final

from gateway import resources
from gateway.formats.pact.hub import ASSURED, Hub, keys
from gateway.formats.pact.period import VALIDITY_YEARS
from gateway.formats.pact.spelling import KNOWN_7, KNOWN_10, STANDARDS, STANDARDS_7
from gateway.formats.pact.table import DIGITS, SPEC_VERSION
from gateway.quantity import plus, quotient, round_places, round_significant

if TYPE_CHECKING:
    from gateway.formats.pact.carrier import Carrier, Told

REGION, COUNTRY, SUBDIVISION = (
    f"/pcf/geography{n}" for n in ("RegionOrSubregion", "Country", "CountrySubdivision")
)
CX_REGION, CX_COUNTRY = "/catenax/geographyRegionOrSubregion", "/catenax/geographyCountry"
STANDARD, FACTORS = "/pcf/crossSectoralStandards", "/pcf/ipccCharacterizationFactors"
AMOUNT, UNITARY = "/pcf/declaredUnitAmount", "/pact2/unitaryProductAmount"
EXCLUDING, INCLUDING = "/pcf/pcfExcludingBiogenicUptake", "/pcf/pcfIncludingBiogenicUptake"
UPTAKE = "/pcf/biogenicCO2Uptake"
ATTESTATION = "/catenax/attestationOfConformance"
CPC = "/pact2/productCategoryCpc"
# What a caller may tell, by name, with the key that it fills.
PARAMETERS: Final[Mapping[str, str]] = {
    "partialFullPcf": "/catenax/partialFullPcf",
    "retroOrProspectivePcfType": "/catenax/retroOrProspectivePcfType",
    "allocationWasteIncineration": "/catenax/allocationWasteIncineration",
    "massBalancingUsed": "/catenax/massBalancingUsed",
    "freeAttributionInMassBalancing": "/catenax/freeAttributionInMassBalancing",
    "massBalancingCertificateScheme": "/catenax/massBalancingCertificateScheme",
    "ccsTechnologicalCO2CaptureIncluded": "/pcf/ccsTechnologicalCO2CaptureIncluded",
    "packagingEmissionsIncluded": "/pcf/packagingEmissionsIncluded",
    "productCategoryCpc": CPC,
    "biogenicCarbonContent": "/pcf/biogenicCarbonContent",
    "fossilCarbonContent": "/pcf/fossilCarbonContent",
    "fossilGhgEmissions": "/pcf/fossilGhgEmissions",
    "productMassPerDeclaredUnit": "/pcf/productMassPerDeclaredUnit",
    "boundaryProcessesDescription": "/pcf/boundaryProcessesDescription",
    "exemptedEmissionsDescription": "/pcf/exemptedEmissionsDescription",
    "ipccCharacterizationFactors": FACTORS,
}
# What cannot be left out of a footprint that states it.
DENIED: Final[Mapping[str, tuple[str, ...]]] = {
    "packagingEmissionsIncluded": ("/pcf/packagingGhgEmissions",),
    "ccsTechnologicalCO2CaptureIncluded": (
        "/pcf/ccsTechnologicalCO2Capture",
        "/pcf/technologicalCO2Removals",
        "/pcf/technologicalCO2CaptureOrigin",
    ),
}
ATTESTED: Final = ("attestationType", "attestationStandard", "attestationOfConformanceId")
_ZERO, _ONE = Decimal(0), Decimal(1)
_MOST_EXEMPTED: Final = {"cx7": 5, "cx9": 10, "cx10": 10}
_NO_BALANCE: Final = "not applicable"
_CPC_URN: Final = re.compile(r"urn:(?:pact:productclassification:)?(?:un-)?cpc:(\d{1,5})", re.IGNORECASE)
# All that is per declared unit, where the older editions state it per one unit.
_PER_UNIT: Final = re.compile(r"Emissions$|Uptake$|Removals$|CarbonContent$|Leakage$|Capture$|Occupation$")
_MASS: Final = "/pcf/productMassPerDeclaredUnit"


def told(hub: Hub, options: Mapping[str, str], carrier: Carrier, ready: Told) -> None:
    """What the caller told fills what the version has a place for and the source left open."""
    for name, key in PARAMETERS.items():
        text = options.get(name)
        if text is None or key in hub:
            continue
        # A place of the same name is a place, too.
        if carrier.column and carrier.find(key) == key and all(p.key.name != key for p in carrier.places):
            continue
        kind = keys()[key].kind
        value: object = {"true": True, "false": False}.get(text) if kind == "flag" else text
        if kind == "number":
            value = Decimal(text) if re.fullmatch(r"\d{1,30}(\.\d{1,30})?", text, re.ASCII) else None
        if kind == "factors":
            value = text.split(",")
        if value is None:
            ready.lacks.append((key, "footprint.parameter-unfit", {"name": name, "value": text}))
            continue
        hub[key] = value
        ready.codes[key] = "footprint.told-by-caller"
        denied = (
            next((told for told in DENIED.get(name, ()) if hub.get(told) is not None), None)
            if value is False
            else None
        )
        if denied is not None:
            facts = {"name": name, "value": text, "stated": denied.rpartition("/")[2]}
            ready.lacks.append((key, "footprint.parameter-denies", facts))


def to_catenax(hub: Hub, options: Mapping[str, str], carrier: Carrier) -> Told:
    """Ready for Catena-X 7.0.0, 9.0.0 or 10.0.0."""
    ready = _ready(hub)
    own, column = ready.hub, carrier.column
    _not_assured(ready)
    told(own, options, carrier, ready)
    version = f"urn:io.catenax.pcf:datamodel:version:{carrier.id.partition('@')[2]}"
    _add(ready, "/catenax/specVersion", version, "footprint.version-told", replace=True)
    _add(ready, "/pact2/version", _ZERO, "footprint.version-counts-from-0")
    _region(ready)
    _standards(ready, carrier)
    _factors(ready, carrier)
    if column == "cx7":
        _older(ready, carrier)
    else:
        _validity(ready)
        _balance(ready, column)
        _attestation(ready, options)
        _contents(ready)
        outbound = "/pcf/outboundLogisticsGhgEmissions" in own
        _add(ready, "/catenax/distributionStageIncluded", outbound, "footprint.outbound-told")
        strings = own.get("/catenax/productOrSectorSpecificRules")
        if strings is None and "/pcf/productOrSectorSpecificRules" not in own:
            own["/pcf/productOrSectorSpecificRules"] = []
        elif strings is not None:
            own["/pcf/productOrSectorSpecificRules"] = [{"operator": "", "ruleNames": strings}]
    if "/pcf/secondaryEmissionFactorSources" not in own and column == "cx7":
        own["/pcf/secondaryEmissionFactorSources"] = []
    if "/pcf/productOrSectorSpecificRules" not in own:
        own["/pcf/productOrSectorSpecificRules"] = []
    _limits(ready, carrier)
    return ready


def to_pact3(hub: Hub, options: Mapping[str, str], carrier: Carrier) -> Told:
    """Ready for PACT 3.0: one geography, both totals, factors that are of a report."""
    ready = _ready(hub)
    own = ready.hub
    _not_assured(ready)
    if own.get(FACTORS) == ["unspecified"]:
        del own[FACTORS]
    told(own, options, carrier, ready)
    if not str(own.get("/specVersion", "")).startswith("3."):
        _add(ready, "/specVersion", SPEC_VERSION, "footprint.version-told", replace=True)
    if own.get("/productDescription") is None:
        _add(ready, "/productDescription", "", "footprint.no-description")
    uptake = own.get("/pcf/biogenicCO2Uptake")
    if INCLUDING not in own and isinstance(own.get(EXCLUDING), Decimal) and isinstance(uptake, Decimal):
        _add(ready, INCLUDING, Decimal(str(plus(own[EXCLUDING], uptake))), "footprint.including-added-up")
    _undeclared_sources(ready)
    _add(ready, AMOUNT, _ONE, "footprint.per-one-unit")
    return ready


def to_pact2(hub: Hub, options: Mapping[str, str], carrier: Carrier) -> Told:
    """Ready for PACT 2.3: figures per one unit, a CPC code, the standards by their older names."""
    ready = _ready(hub)
    own = ready.hub
    told(own, options, carrier, ready)
    _add(ready, "/specVersion", "2.3.0", "footprint.version-told", replace=True)
    _older(ready, carrier)
    _add(ready, "/pact2/version", _ZERO, "footprint.version-counts-from-0")
    _add(ready, "/comment", "", "footprint.no-description")
    _add(ready, "/productDescription", "", "footprint.no-description")
    if own.get("/pcf/exemptedEmissionsPercent") == 0:
        _add(ready, "/pcf/exemptedEmissionsDescription", "", "footprint.nothing-exempted")
    factors = own.get(FACTORS)
    newest = next((f for f in ("AR6", "AR5") if isinstance(factors, list) and f in factors), None)
    if newest is not None:
        _add(ready, "/pact2/characterizationFactors", newest, "footprint.factors-older-name")
    older = {"GHGP-Product": "GHG Protocol Product standard", "ISO14067": "ISO Standard 14067"}
    older["ISO14040-44"] = "ISO Standard 14044"
    used = [older[s] for s in own.get(STANDARD) or () if s in older]
    if used:
        _add(ready, "/pact2/crossSectoralStandardsUsed", used, "footprint.standards-older-names")
    known = {*older, "ISO14083", "PEF", "PACT-1.0", "PACT-2.0", "PACT-3.0"}
    _choose(ready, STANDARD, [s for s in own.get(STANDARD) or () if s in known], "footprint.standard-unknown")
    _undeclared_sources(ready)
    if own.get("/pcf/verification/providerName") is not None:
        _add(ready, "/pact2/assurance/assurance", value=True, code="footprint.assurance-told")
    coverage = own.get("/pcf/verification/coverage")
    if coverage in ("PCF calculation model", "PCF program"):
        _choose(ready, "/pcf/verification/coverage", None, "footprint.coverage-other-list")
    if "/pcf/verification/providerName" not in own:
        for name in [key for key in own if key.startswith(("/pcf/verification/", "/pact2/assurance/"))]:
            del own[name]
    _not_below_zero(ready)
    for name in (REGION, COUNTRY):
        if name in own and (SUBDIVISION in own or (name == REGION and COUNTRY in own)):
            del own[name]
    return ready


def _ready(hub: Hub) -> Told:
    from gateway.formats.pact.carrier import Told

    return Told(dict(hub))


def _not_assured(ready: Told) -> None:
    """PACT 2 may say that nothing is assured and name somebody; elsewhere the name says the opposite."""
    if ready.hub.get(ASSURED) is False:
        for key in [key for key in ready.hub if key.startswith("/pcf/verification/")]:
            _choose(ready, key, None, "footprint.not-assured")


def _add(ready: Told, key: str, value: object, code: str, *, replace: bool = False) -> None:
    if key in ready.hub and (not replace or ready.hub[key] == value):
        return
    ready.hub[key] = value
    ready.codes[key] = code


def _choose(ready: Told, key: str, value: object, code: str) -> None:
    """Another value than the source's, or none."""
    if ready.hub.get(key) == value:
        return
    ready.codes[key] = code
    if value:
        ready.hub[key] = value
    else:
        ready.hub.pop(key, None)


@cache
def subregions() -> Mapping[str, str]:
    """UN M49 subregion by country."""
    return {row["country"]: row["subregion"] for row in resources.table("codes/m49_subregions.csv")}


def _region(ready: Told) -> None:
    """The region that Catena-X asks for: told, or the one of the country; nothing told means the world."""
    hub = ready.hub
    said = hub.get(CX_REGION) or hub.get(REGION)
    country = hub.get(COUNTRY) or hub.get(CX_COUNTRY) or str(hub.get(SUBDIVISION, ""))[:2]
    if said is None:
        said = subregions().get(country, "") if country else "Global"
        if not said:
            ready.lacks.append((REGION, "footprint.region-unknown", {"country": str(country)}))
            return
        ready.codes[CX_REGION] = "footprint.region-of-country" if country else "footprint.region-global"
    if CX_COUNTRY in hub:
        hub[COUNTRY] = hub[CX_COUNTRY]
    elif COUNTRY in hub and SUBDIVISION in hub:
        # Two places where PACT has one: Catena-X has room for both, and they are read as its own.
        ready.codes[COUNTRY] = ready.codes[CX_COUNTRY] = "footprint.spelled-otherwise"
    if REGION in hub and CX_REGION not in hub and (COUNTRY in hub or SUBDIVISION in hub):
        ready.codes[REGION] = ready.codes[CX_REGION] = "footprint.spelled-otherwise"
    hub[REGION] = said


def settle_catenax(hub: Hub) -> None:
    """Catena-X names region, country and subdivision together; PACT has one of them."""
    region = hub.get(REGION)
    more = COUNTRY in hub or SUBDIVISION in hub
    if region is not None and (more or region in ("Global", "Several")):
        hub[CX_REGION] = hub.pop(REGION)
    if SUBDIVISION in hub and COUNTRY in hub:
        hub[CX_COUNTRY] = hub.pop(COUNTRY)
    attested = hub.get(ATTESTATION)
    if isinstance(attested, list) and len(attested) == 1 and isinstance(attested[0], dict):
        for name in ("standardName", "providerName", "completedAt"):
            if isinstance(attested[0].get(name), str):
                hub[f"/pcf/verification/{name}"] = attested[0][name]


def settle_older(hub: Hub) -> None:
    """The older editions state everything per one unit."""
    settle_catenax(hub)
    if "/pcf/declaredUnitOfMeasurement" in hub:
        hub[AMOUNT] = _ONE


def settle_pact2(hub: Hub) -> None:
    """PACT 2: per one unit; before 2.2 the factors and standards stand under their older names alone."""
    if "/pcf/declaredUnitOfMeasurement" in hub:
        hub[AMOUNT] = _ONE
    factor = hub.get("/pact2/characterizationFactors")
    if FACTORS not in hub and isinstance(factor, str):
        hub[FACTORS] = [factor]
    used = hub.get("/pact2/crossSectoralStandardsUsed")
    if STANDARD not in hub and isinstance(used, list) and all(isinstance(s, str) for s in used):
        names = {"GHG Protocol Product standard": "GHGP-Product", "ISO Standard 14067": "ISO14067"}
        hub[STANDARD] = [names.get(s, "ISO14040-44" if s == "ISO Standard 14044" else s) for s in used]


def settle_pact3(hub: Hub) -> None:
    """PACT 3.0 is the common form."""


def _standards(ready: Told, carrier: Carrier) -> None:
    """Names that Catena-X knows; 10.0.0 has room for one, which is that of PACT, else the first."""
    hub, column = ready.hub, carrier.column
    found = hub.get(STANDARD)
    if column == "cx9" or not isinstance(found, list) or not found:
        return
    names, known = (STANDARDS_7, KNOWN_7) if column == "cx7" else (STANDARDS, KNOWN_10)
    fits = [s for s in found if names.get(s, s) in known]
    if column == "cx10" and fits:
        fits = [next((s for s in fits if s.startswith("PACT")), fits[0])]
    chosen = fits or ["Other"]
    _choose(
        ready,
        STANDARD,
        chosen,
        "footprint.one-standard" if column == "cx10" else "footprint.standard-unknown",
    )


def _factors(ready: Told, carrier: Carrier) -> None:
    """One report; several are not one of them, and AR5 is never called AR6."""
    found = ready.hub.get(FACTORS)
    known = ("AR5", "AR6") if carrier.column == "cx7" else ("AR4", "AR5", "AR6", "unspecified")
    if isinstance(found, list) and (len(found) != 1 or found[0] not in known):
        if carrier.column == "cx7":
            ready.lacks.append((FACTORS, "footprint.factors-unknown", {"value": ", ".join(map(str, found))}))
        else:
            _choose(ready, FACTORS, ["unspecified"], "footprint.several-factors")


def _validity(ready: Told) -> None:
    end = ready.hub.get("/pcf/referencePeriodEnd")
    if "/validityPeriodEnd" in ready.hub or not isinstance(end, str):
        return
    found = re.match(r"(\d{4})-(\d\d-\d\d)(.*)", end, re.ASCII | re.DOTALL)
    if found is not None:
        year = int(found[1]) + VALIDITY_YEARS
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        day = "02-28" if found[2] == "02-29" and not leap else found[2]
        _add(ready, "/validityPeriodEnd", f"{year:04}-{day}{found[3]}", "footprint.validity-three-years")


def _balance(ready: Told, column: str) -> None:
    """9.0.0 asks for two texts on mass balancing even where there is none."""
    if column == "cx9" and ready.hub.get("/catenax/massBalancingUsed") is False:
        for name in ("freeAttributionInMassBalancing", "massBalancingCertificateScheme"):
            _add(ready, f"/catenax/{name}", _NO_BALANCE, "footprint.no-mass-balance")
    elif column == "cx10" and ready.hub.get("/catenax/freeAttributionInMassBalancing") not in (
        None,
        "true",
        "false",
    ):
        del ready.hub["/catenax/freeAttributionInMassBalancing"]


def _contents(ready: Told) -> None:
    parts = [ready.hub.get(f"/pcf/{n}CarbonContent") for n in ("fossil", "biogenic")]
    if all(isinstance(part, Decimal) for part in parts):
        whole = plus(parts[0], parts[1])  # type: ignore[arg-type]
        _add(ready, "/catenax/carbonContentTotal", Decimal(str(whole)), "footprint.contents-added-up")


def _attestation(ready: Told, options: Mapping[str, str]) -> None:
    """The statement that Catena-X has a place for, if the source and the caller know all of it."""
    hub = ready.hub
    told_ = {n: hub.get(f"/pcf/verification/{n}") for n in ("standardName", "providerName", "completedAt")}
    if ATTESTATION in hub or not any(told_.values()):
        return
    for name in ATTESTED:
        told_[name] = options.get(name)
    if all(told_[name] for name in (*ATTESTED, "standardName", "providerName")):
        _add(ready, ATTESTATION, [{k: v for k, v in told_.items() if v}], "footprint.attestation-told")


def _undeclared_sources(ready: Told) -> None:
    """PACT asks for a version of every source; one that has none says so."""
    name = "/pcf/secondaryEmissionFactorSources"
    found = ready.hub.get(name)
    if isinstance(found, list) and any("version" not in source for source in found):
        full = [source if "version" in source else {**source, "version": "not stated"} for source in found]
        _choose(ready, name, full, "footprint.source-version-not-stated")


def _older(ready: Told, carrier: Carrier) -> None:
    """PACT 2 and Catena-X 7: figures per one unit, and a CPC code."""
    hub = ready.hub
    amount = hub.get(AMOUNT)
    if isinstance(amount, Decimal) and amount > 0 and amount != 1:
        before = dict(hub)
        for key, value in hub.items():
            if isinstance(value, Decimal) and value and (key == _MASS or _PER_UNIT.search(key)):
                hub[key] = round_significant(quotient(value, amount), DIGITS)
                if hub[key] != value:
                    ready.codes[key] = "footprint.divided-by-amount"
        _keep_sum(hub, before, amount)
        hub[AMOUNT] = _ONE
        ready.codes[AMOUNT] = "footprint.divided-by-amount"
    _add(ready, AMOUNT, _ONE, "footprint.per-one-unit")
    _add(ready, UNITARY, amount if isinstance(amount, Decimal) else _ONE, "footprint.unitary-amount")
    if CPC not in hub:
        codes = [_CPC_URN.fullmatch(str(c)) for c in hub.get("/productClassifications") or ()]
        found = next((c[1] for c in codes if c is not None), None)
        if found is not None:
            _add(ready, CPC, found, "footprint.cpc-of-classification")
    if carrier.column == "cx7" and hub.get("/pcf/biogenicCarbonContent") is not None:
        _contents(ready)


def _keep_sum(hub: Hub, before: Hub, amount: Decimal) -> None:
    """Both totals stay apart by the uptake, whatever became of their last digits: all to the same place."""
    names = (EXCLUDING, UPTAKE, INCLUDING)
    if not all(isinstance(hub.get(name), Decimal) for name in names):
        return
    if before[INCLUDING] != plus(before[EXCLUDING], before[UPTAKE]):
        return
    if hub[INCLUDING] == plus(hub[EXCLUDING], hub[UPTAKE]):
        return
    places = DIGITS - 1 - max(hub[EXCLUDING].adjusted(), hub[UPTAKE].adjusted())
    for name in (EXCLUDING, UPTAKE):
        hub[name] = round_places(quotient(before[name], amount), places)
    hub[INCLUDING] = plus(hub[EXCLUDING], hub[UPTAKE])


def _limits(ready: Told, carrier: Carrier) -> None:
    """What Catena-X refuses: a total below zero, and more left out than its rulebook lets pass."""
    hub = ready.hub
    _not_below_zero(ready)
    exempted, most = hub.get("/pcf/exemptedEmissionsPercent"), _MOST_EXEMPTED.get(carrier.column)
    if isinstance(exempted, Decimal) and most is not None and exempted > most:
        facts = {"value": str(exempted), "most": str(most)}
        ready.lacks.append(("/pcf/exemptedEmissionsPercent", "footprint.exempted-too-much", facts))


def _not_below_zero(ready: Told) -> None:
    """Only PACT 3.0 has removals, and a total below zero."""
    total = ready.hub.get(EXCLUDING)
    if isinstance(total, Decimal) and total < 0:
        ready.lacks.append((EXCLUDING, "footprint.total-below-zero", {"value": str(total)}))
