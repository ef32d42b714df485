"""Between versions: what comes back, what is lost, and that every loss is told with its kg."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from gateway.codec.base import Context, Package
from gateway.formats.pact.bridge import DENIED
from gateway.formats.pact.catalogue import CARRIERS
from gateway.formats.pact.hub import leaves_of
from gateway.formats.pact.lines import Line, convert_line
from gateway.formats.pact.rules import validate
from gateway.messages import explain
from gateway.model.walk import same
from gateway.pipeline.convert import convert, read
from gateway.report import Fate, Severity
from tests.formats.pact.footprints import encoded, hub_of_bytes, told_to
from tests.formats.pact.generated import footprints
from tests.formats.pact.test_mutations import newest_sample, older_sample

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
# What Catena-X 10.0.0 cannot say of a footprint that PACT's rules let pass.
REFUSED = frozenset({"footprint.total-below-zero", "footprint.region-unknown"})


def told_for(footprint: dict[str, Any]) -> dict[str, str]:
    """What a caller tells who does not deny what the footprint states."""
    pcf, told = footprint["pcf"], told_to("catenax-pcf@10.0.0")
    for name, stated in DENIED.items():
        if any(one.rpartition("/")[2] in pcf for one in stated):
            told[name] = "true"
    return told


def passes(footprint: dict[str, Any]) -> bool:
    found = validate(Package.of(encoded(footprint)))
    return not [f for f in found if f.severity is Severity.ERROR]


def there_and_back(footprint: dict[str, Any]) -> None:
    assert passes(footprint)
    there = convert_line(encoded(footprint), CARRIERS["catenax-pcf@10.0.0"], told_for(footprint))
    if there.document is None:
        assert {e.error_code for e in there.lacks} <= REFUSED, [(e.error_code, e.path) for e in there.lacks]
        below = Decimal(footprint["pcf"]["pcfExcludingBiogenicUptake"]) < 0
        assert below or footprint["pcf"].get("geographyCountry") == "XK"
        return
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


@settings(max_examples=150)
@given(footprints())
def test_what_passes_the_rules_goes_to_catenax_10_and_back(footprint: dict[str, Any]) -> None:
    there_and_back(footprint)


@pytest.mark.long
@settings(max_examples=5_000)
@given(footprints())
def test_thousands_go_to_catenax_10_and_back(footprint: dict[str, Any]) -> None:
    there_and_back(footprint)


def test_what_the_source_states_is_not_denied() -> None:
    new = json.loads(converted(encoded(older_sample("2.3")), "pact@3.0").data)
    new["pcf"].pop("packagingEmissionsIncluded")
    assert "packagingGhgEmissions" in new["pcf"]
    line = convert_line(encoded(new), CARRIERS["catenax-pcf@10.0.0"], told_to("catenax-pcf@10.0.0"))
    assert "footprint.parameter-denies" in {error.error_code for error in line.lacks}


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


@pytest.mark.parametrize("target", ["pact@3.0", "catenax-pcf@10.0.0"])
def test_nobody_verified_what_is_not_assured(target: str, context: Context) -> None:
    old = older_sample("2.3")
    old["pcf"]["assurance"]["assurance"] = False
    source = read(Package.of(encoded(old)), context=context)
    assert source.declaration.verifications == ()
    attested = {"attestationType": "a", "attestationStandard": "b", "attestationOfConformanceId": "c"}
    told = told_to(target) | (attested if target.startswith("catenax") else {})
    (made,) = convert(source, to=[target], options=told)
    assert made.package is not None, [(e.error_code, e.path) for e in made.lacks]
    assert b"Auditors" not in made.package.only.data
    assert "footprint.not-assured" in {note.code for note in made.notes}
    line = convert_line(encoded(old), CARRIERS[target], told)
    assert json.loads(line.data) == json.loads(made.package.only.data)
    (same_version,) = convert(source, to=["pact@2.3"])
    assert same_version.notes == ()


def test_a_parameter_that_is_asked_for_names_its_values() -> None:
    line = convert_line(encoded(newest_sample()), CARRIERS["catenax-pcf@10.0.0"], {})
    asked = {one.params.get("name"): explain(one, "zh").expected for one in line.lacks}
    assert asked["partialFullPcf"].endswith("(Cradle-to-gate · Cradle-to-grave)")
    assert asked["massBalancingUsed"].endswith("(true · false)")
