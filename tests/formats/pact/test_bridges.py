"""Between versions: what comes back, what is lost, and that every loss is told with its kg."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.codec.base import Package
from gateway.formats.pact.catalogue import CARRIERS
from gateway.formats.pact.hub import leaves_of
from gateway.formats.pact.lines import Line, convert_line
from gateway.formats.pact.rules import validate
from gateway.model.walk import same
from gateway.report import Fate, Severity
from tests.formats.pact.footprints import encoded, hub_of_bytes, told_to
from tests.formats.pact.test_mutations import older_sample

# What Catena-X 10.0.0 has no place for, and what it spells so that more than one thing reads the same.
LOST = (
    "ccu",
    "technologicalCO2",
    "ccsTechnologicalCO2Capture",
    "landCarbonLeakage",
    "landAreaOccupation",
    "landManagementFossil",
    "verification",
    "extensions",
    "specVersion",
)
SPELLED = ("productOrSectorSpecificRules", "databases", "standards", "gwp_set", "ipccCharacterizationFactors")
_texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=12)
_amounts = st.decimals(0, 10**6, places=4).map(lambda d: f"{d:f}")
_days = st.dates(min_value=date(2000, 1, 1), max_value=date(2030, 1, 1))


@st.composite
def footprints(draw: st.DrawFn) -> dict[str, Any]:
    """Footprints of PACT 3.0 with any of its members; whether they pass the rules is asked later."""
    fossil, luc, methane, uptake = (Decimal(draw(_amounts)) for _ in range(4))
    start, end = sorted((draw(_days), draw(_days)))
    excluding = fossil + luc + methane
    pcf: dict[str, Any] = {
        "declaredUnitOfMeasurement": draw(st.sampled_from(["kilogram", "piece", "liter", "hour"])),
        "declaredUnitAmount": draw(st.sampled_from(["1", "1000", "0.5"])),
        "productMassPerDeclaredUnit": draw(_amounts),
        "referencePeriodStart": f"{start}T00:00:00Z",
        "referencePeriodEnd": f"{end}T{draw(st.sampled_from(['00:00:00Z', '23:59:59+08:00']))}",
        "pcfExcludingBiogenicUptake": f"{excluding:f}",
        "pcfIncludingBiogenicUptake": f"{excluding - uptake:f}",
        "fossilGhgEmissions": f"{fossil:f}",
        "landUseChangeGhgEmissions": f"{luc:f}",
        "biogenicNonCO2Emissions": f"{methane:f}",
        "biogenicCO2Uptake": f"{-uptake:f}",
        "fossilCarbonContent": draw(_amounts),
        "ipccCharacterizationFactors": draw(st.sampled_from([["AR6"], ["AR5"], ["AR5", "AR6"], ["AR7"]])),
        "crossSectoralStandards": draw(
            st.lists(
                st.sampled_from(["ISO14067", "PACT-3.0", "GHGP-Product", "PEF", "ISO14083", "own"]),
                min_size=1,
                unique=True,
            )
        ),
        "exemptedEmissionsPercent": draw(st.sampled_from(["0", "2.5", "3"])),
        "packagingEmissionsIncluded": True,
    }
    optional: dict[str, st.SearchStrategy[Any]] = {
        "biogenicCarbonContent": _amounts,
        "recycledCarbonContent": _amounts,
        "landCarbonLeakage": _amounts,
        "landAreaOccupation": _amounts,
        "aircraftGhgEmissions": _amounts,
        "packagingGhgEmissions": _amounts,
        "outboundLogisticsGhgEmissions": _amounts,
        "geographyCountry": st.sampled_from(["CN", "DE", "BR", "ZA"]),
        "boundaryProcessesDescription": _texts,
        "allocationRulesDescription": _texts,
        "primaryDataShare": st.sampled_from(["0", "0.4", "55.5", "100"]),
        "dqi": st.just({"technologicalDQR": "1.5", "geographicalDQR": "2", "temporalDQR": "5"}),
        "secondaryEmissionFactorSources": st.lists(
            st.fixed_dictionaries({"name": _texts, "version": _texts}), min_size=1, max_size=3
        ),
        "productOrSectorSpecificRules": st.lists(
            st.one_of(
                st.fixed_dictionaries(
                    {
                        "operator": st.sampled_from(["PEF", "EPD International"]),
                        "ruleNames": st.lists(_texts, min_size=1, max_size=2, unique=True),
                    }
                ),
                st.fixed_dictionaries(
                    {
                        "operator": st.just("Other"),
                        "otherOperatorName": _texts,
                        "ruleNames": st.lists(_texts, min_size=1, max_size=2, unique=True),
                    }
                ),
            ),
            min_size=1,
            max_size=2,
            unique_by=str,
        ),
        "verification": st.just({"coverage": "product level", "providerName": "Verifier"}),
    }
    for name, values in optional.items():
        if draw(st.booleans()):
            pcf[name] = draw(values)
    return {
        "id": str(draw(st.uuids())),
        "specVersion": draw(st.sampled_from(["3.0.0", "3.0.2"])),
        "created": "2025-06-01T12:00:00Z",
        "status": draw(st.sampled_from(["Active", "Deprecated"])),
        "companyName": draw(_texts),
        "companyIds": ["urn:pact:company.example:supplier-id:1"],
        "productDescription": draw(_texts),
        "productIds": ["urn:gtin:04012345678901"],
        "productNameCompany": draw(_texts),
        "comment": draw(_texts),
        "pcf": pcf,
    }


def passes(footprint: dict[str, Any]) -> bool:
    found = validate(Package.of(encoded(footprint)))
    return not [f for f in found if f.severity is Severity.ERROR]


@settings(max_examples=150)
@given(footprints())
def test_what_passes_the_rules_goes_to_catenax_10_and_back(footprint: dict[str, Any]) -> None:
    if not passes(footprint):
        return
    there = convert_line(encoded(footprint), CARRIERS["catenax-pcf@10.0.0"], told_to("catenax-pcf@10.0.0"))
    assert there.document is not None, [(e.error_code, e.path, e.saw) for e in there.lacks]
    # Where several reports became "unspecified", the way back has to be told which.
    factors = ",".join(footprint["pcf"]["ipccCharacterizationFactors"])
    back = convert_line(there.data, CARRIERS["pact@3.0"], {"ipccCharacterizationFactors": factors})
    assert back.document is not None, [(e.error_code, e.path, e.saw) for e in back.lacks]
    before, after = (leaves_of(hub_of_bytes(d, "pact@3.0")) for d in (encoded(footprint), back.data))
    noted = {note.path for note in (*there.notes, *back.notes)}
    for path, leaf in before.items():
        if same(leaf, after.get(path)):
            continue
        assert path in noted, path
        assert any(name in path for name in (*LOST, *SPELLED)), (path, leaf, after.get(path))


def test_everything_left_out_is_told_with_its_kg() -> None:
    pcf = {
        "declaredUnitOfMeasurement": "kilogram", "declaredUnitAmount": "1", "productMassPerDeclaredUnit": "1",
        "referencePeriodStart": "2024-01-01T00:00:00Z", "referencePeriodEnd": "2025-01-01T00:00:00Z",
        "pcfExcludingBiogenicUptake": "2", "pcfIncludingBiogenicUptake": "2", "fossilGhgEmissions": "2",
        "fossilCarbonContent": "0", "ipccCharacterizationFactors": ["AR6"], "crossSectoralStandards": ["PEF"],
        "exemptedEmissionsPercent": "0", "landCarbonLeakage": "0.25",
        "landManagementFossilGhgEmissions": "0.5",
    }  # fmt: skip
    data = encoded(older_sample("2.3") | {"specVersion": "3.0.0", "pcf": pcf})
    line = convert_line(data, CARRIERS["catenax-pcf@10.0.0"], told_to("catenax-pcf@10.0.0"))
    lost = {
        n.path.rpartition("~1")[2]: n.kg for n in line.notes if n.fate is Fate.DROPPED and n.kg is not None
    }
    assert line.document is not None, [(e.error_code, e.params) for e in line.lacks]
    assert lost == {"landCarbonLeakage": Decimal("0.25"), "landManagementFossilGhgEmissions": Decimal("0.5")}


def converted(data: bytes, to: str) -> Line:
    line = convert_line(data, CARRIERS[to], told_to(to))
    assert line.document is not None, [(e.error_code, e.path, e.saw, e.params) for e in line.lacks]
    return line


@pytest.mark.parametrize("version", ["2.0", "2.1", "2.2", "2.3"])
def test_the_older_editions_become_3_and_come_back(version: str) -> None:
    old = older_sample(version)
    new = converted(encoded(old), "pact@3.0")
    pcf = json.loads(new.data)["pcf"]
    assert (pcf["declaredUnitAmount"], pcf["pcfExcludingBiogenicUptake"]) == ("1", "3.4")
    assert "dqi" not in pcf  # three classes are not five
    assert "landManagementBiogenicCO2Emissions" not in pcf  # the old figure is not split
    lost = {note.path: note for note in new.notes if note.fate is Fate.DROPPED}
    assert lost["/extras/pact2#~1landManagementGhgEmissions"].kg == Decimal("0.2")
    assert "/extras/pact2#~1unitaryProductAmount" in lost
    again = json.loads(converted(new.data, "pact@2.3").data)["pcf"]
    assert again["pCfExcludingBiogenic"] == old["pcf"]["pCfExcludingBiogenic"]


def test_figures_per_amount_become_figures_per_unit_exactly() -> None:
    new = json.loads(converted(encoded(older_sample("2.3")), "pact@3.0").data)
    new["pcf"] |= {"declaredUnitAmount": "4", "packagingGhgEmissions": "0.1"}
    line = converted(encoded(new), "pact@2.3")
    old = json.loads(line.data)["pcf"]
    assert Fraction(old["pCfExcludingBiogenic"]) == Fraction(new["pcf"]["pcfExcludingBiogenicUptake"]) / 4
    assert old["unitaryProductAmount"] == "4"
    changed = {note.path for note in line.notes if note.code == "footprint.divided-by-amount"}
    assert "/results/pact/carbon/total" in changed
    assert "/unit/amount" in changed


@pytest.mark.parametrize(
    "way", [("7.0.0", "9.0.0"), ("9.0.0", "10.0.0"), ("10.0.0", "9.0.0"), ("10.0.0", "7.0.0")]
)
def test_catenax_versions_keep_every_figure(way: tuple[str, str]) -> None:
    pact = converted(encoded(older_sample("2.3")), "pact@3.0").data
    first = converted(pact, f"catenax-pcf@{way[0]}").data
    second = converted(first, f"catenax-pcf@{way[1]}").data
    one, two = (
        leaves_of(hub_of_bytes(d, f"catenax-pcf@{v}")) for d, v in zip((first, second), way, strict=True)
    )
    figures = [path for path in one if path.startswith("/results/") and "/carbon/" in path]
    assert figures
    assert all(same(one[path], two.get(path)) for path in figures)


@pytest.mark.parametrize("target", ["catenax-pcf@7.0.0", "catenax-pcf@9.0.0", "catenax-pcf@10.0.0"])
def test_a_total_below_zero_is_refused_and_never_clamped(target: str) -> None:
    new = json.loads(converted(encoded(older_sample("2.3")), "pact@3.0").data)
    new["pcf"] |= {
        "pcfExcludingBiogenicUptake": "-1", "pcfIncludingBiogenicUptake": "-1.4",
        "technologicalCO2Removals": "-4.4", "ccsTechnologicalCO2CaptureIncluded": True,
    }  # fmt: skip
    line = convert_line(encoded(new), CARRIERS[target], told_to(target))
    assert "footprint.total-below-zero" in {error.error_code for error in line.lacks}


def test_ar5_is_never_called_ar6() -> None:
    new = json.loads(converted(encoded(older_sample("2.3")), "pact@3.0").data)
    for factors, written in ((["AR5"], "AR5"), (["AR5", "AR6"], "unspecified"), (["AR7"], "unspecified")):
        new["pcf"]["ipccCharacterizationFactors"] = factors
        document = json.loads(converted(encoded(new), "catenax-pcf@10.0.0").data)
        methods = document["pcfAssessmentAndMethodology"][0]["pcfMethodology"][0]
        assert methods["gwpCharacterizationFactorDetails"][0]["ipccCharacterizationFactors"] == written
        assert not convert_line(encoded(new), CARRIERS["pact@3.0"], {}).lacks


def test_a_member_of_the_same_name_in_both_editions_is_told() -> None:
    from gateway.pipeline.convert import convert, read

    source = read((Path(__file__).resolve().parents[3] / "examples" / "supplier.json").read_bytes())
    told = {"exemptedEmissionsDescription": "steel labels", "productCategoryCpc": "46420"}
    (made,) = convert(source, to=["pact@2.3"], options=told)
    assert made.package is not None, [e.path for e in made.lacks]
    assert json.loads(made.package.only.data)["pcf"]["exemptedEmissionsDescription"] == "steel labels"
