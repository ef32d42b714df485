"""A footprint with every property of PACT 3.0, in each unit and in every envelope: of a stranger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.errors import InputError
from gateway.formats import detect
from gateway.model.results import Role
from gateway.pipeline.convert import convert, read
from gateway.pipeline.registers import split
from tests.formats.pact.footprints import encoded, told_to

PCF: Mapping[str, Any] = {
    "declaredUnitOfMeasurement": "kilogram",
    "declaredUnitAmount": "10",
    "productMassPerDeclaredUnit": "10",
    "referencePeriodStart": "2025-01-01T00:00:00Z",
    "referencePeriodEnd": "2026-01-01T00:00:00Z",
    "geographyCountrySubdivision": "CN-FJ",
    "boundaryProcessesDescription": "mining to gate",
    "pcfExcludingBiogenicUptake": "111.35",
    "pcfIncludingBiogenicUptake": "110.10",
    "fossilGhgEmissions": "100.00",
    "fossilCarbonContent": "0.5",
    "biogenicCarbonContent": "0.3409",
    "recycledCarbonContent": "0.1",
    "packagingBiogenicCarbonContent": "0.01",
    "ccuCarbonContent": "0.02",
    "landUseChangeGhgEmissions": "1.00",
    "landCarbonLeakage": "0.2",
    "landManagementFossilGhgEmissions": "0.40",
    "landManagementBiogenicCO2Emissions": "10.75",
    "landManagementBiogenicCO2Removals": "-0.15",
    "biogenicCO2Uptake": "-1.25",
    "biogenicNonCO2Emissions": "0.05",
    "landAreaOccupation": "3.5",
    "aircraftGhgEmissions": "0.07",
    "packagingEmissionsIncluded": True,
    "packagingGhgEmissions": "0.9",
    "outboundLogisticsGhgEmissions": "0.33",
    "ccsTechnologicalCO2CaptureIncluded": True,
    "ccsTechnologicalCO2Capture": "-0.2",
    "technologicalCO2Removals": "-0.10",
    "technologicalCO2CaptureOrigin": "kiln",
    "ccuCalculationApproach": "Credit",
    "ccuCreditCertification": "https://example.com/ccu",
    "ipccCharacterizationFactors": ["AR6"],
    "crossSectoralStandards": ["ISO14067", "PACT-3.0", "ISO14083"],
    "productOrSectorSpecificRules": [
        {"operator": "PEF", "ruleNames": ["PEFCR batteries"]},
        {"operator": "Other", "ruleNames": ["CFB-EV", "TfS"], "otherOperatorName": "JRC"},
    ],
    "exemptedEmissionsPercent": "1.5",
    "exemptedEmissionsDescription": "auxiliaries",
    "allocationRulesDescription": "mass",
    "secondaryEmissionFactorSources": [{"name": "ecoinvent", "version": "3.11"}],
    "primaryDataShare": "56.12",
    "dqi": {"technologicalDQR": "1.6", "geographicalDQR": "2.1", "temporalDQR": "1.0"},
    "verification": {
        "coverage": "product level",
        "providerName": "示例 TÜV",
        "completedAt": "2026-01-04T00:00:00Z",
        "standardName": "ISO 14064-3",
        "comments": "limited",
    },
}
UNITS = ("kilogram", "kilowatt hour", "megajoule", "ton kilometer", "square meter", "piece", "hour")
TARGETS = ("pact@3.0", "pact@2.3", "catenax-pcf@7.0.0", "catenax-pcf@9.0.0", "catenax-pcf@10.0.0")


def full(**pcf: object) -> dict[str, Any]:
    return {
        "id": "d9be4477-e351-45b3-acd9-e1da05e6f633",
        "specVersion": "3.0.2",
        "precedingPfIds": ["d9be4477-e351-45b3-acd9-e1da05e6f631"],
        "created": "2026-01-05T10:00:00Z",
        "status": "Active",
        "validityPeriodStart": "2026-01-01T00:00:00Z",
        "validityPeriodEnd": "2028-12-31T00:00:00Z",
        "companyName": "示例 GmbH",
        "companyIds": ["urn:pact:company:customcode:buyer-id:4711"],
        "productDescription": "cathode active material",
        "productIds": ["urn:gtin:4712345060507"],
        "productClassifications": ["urn:cpc:34231"],
        "productNameCompany": "NCM811-A1",
        "comment": "说明",
        "pcf": {**PCF, **pcf},
        "extensions": [
            {"specVersion": "2.0.0", "dataSchema": "https://example.com/s.json", "data": {"a": 1}}
        ],
    }


def test_all_properties_together_are_no_error(context: Context) -> None:
    source = read(Package.of(encoded(full())), context=context)
    assert source.report.errors == ()
    assert [f.code for f in source.report.findings if f.code.startswith("consistency.")] == []


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("amount", ["1", "3", "10", "0.7", "0.0000001", "123456789.123"])
def test_totals_hold_in_every_unit_and_version(unit: str, amount: str, context: Context) -> None:
    document = full(declaredUnitOfMeasurement=unit, declaredUnitAmount=amount)
    source = read(Package.of(encoded(document)), context=context)
    for target in TARGETS:
        (made,) = convert(source, to=[target], options=told_to(target))
        if made.package is None:
            assert {e.path for e in made.lacks} == {"/pcf/declaredUnit"}, target
            continue
        again = read(made.package, context=context)
        assert again.report.errors == (), target
        own = next(r for r in again.declaration.results if r.role is Role.DECLARED)
        per_one = target in ("pact@2.3", "catenax-pcf@7.0.0")
        total = Decimal("111.35") / Decimal(amount) if per_one else Decimal("111.35")
        assert own.carbon.total is not None
        assert abs(own.carbon.total.amount / total - 1) < Decimal("1e-14")  # type: ignore[union-attr,operator]


ENVELOPES: Mapping[str, Any] = {
    "/data": {"data": full()},
    "/data/0": {"data": [full()]},
    "/0": [full()],
    "/data/pfs/0": {"type": "x", "specversion": "1.0", "data": {"requestEventId": "1", "pfs": [full()]}},
    "/data/pf": {"specversion": "1.0", "data": {"pf": full()}},
}


@pytest.mark.parametrize("place", ENVELOPES)
def test_one_footprint_in_an_envelope_is_that_footprint(place: str, context: Context) -> None:
    package = Package.of(json.dumps(ENVELOPES[place]).encode())
    assert detect(package).format.id == "pact@3.0"
    source = read(package, context=context)
    assert source.declaration == read(Package.of(encoded(full())), context=context).declaration
    assert source.origins["/product/mass"].at == f"{place}/pcf/productMassPerDeclaredUnit"  # type: ignore[union-attr]


def test_findings_of_an_envelope_are_at_their_place_in_it(context: Context) -> None:
    wrapped = {"data": [full(primaryDataShare="5000")]}
    found = read(Package.of(json.dumps(wrapped).encode()), context=context).report.errors
    assert {f.at for f in found} == {"/data/0/pcf/primaryDataShare"}


def test_several_footprints_are_taken_one_by_one(context: Context) -> None:
    package = Package.of(json.dumps({"data": [full(), full(primaryDataShare="12")]}).encode(), name="a.json")
    with pytest.raises(InputError) as told:
        read(package, context=context)
    assert told.value.error_code == "input.several-footprints"
    assert [part.name for part in split(package)] == ["a.json › 1", "a.json › 2"]


@pytest.mark.parametrize(
    "text", ['{"data": []}', "[]", '{"data": {"a": 1}}', '[{"id": "x"}]', '{"data": [1]}']
)
def test_other_envelopes_are_unknown(text: str, context: Context) -> None:
    with pytest.raises(InputError) as told:
        read(Package.of(text.encode()), context=context)
    assert told.value.error_code == "input.unknown-format"


def test_a_total_below_zero_is_refused_before_3_0(context: Context) -> None:
    document = full(
        technologicalCO2Removals="-200",
        pcfExcludingBiogenicUptake="-88.55",
        pcfIncludingBiogenicUptake="-89.80",
    )
    source = read(Package.of(encoded(document)), context=context)
    assert source.report.errors == ()
    for target in TARGETS[1:]:
        (made,) = convert(source, to=[target], options=told_to(target))
        assert "footprint.total-below-zero" in {e.error_code for e in made.lacks}, target


@pytest.mark.parametrize(
    "places",
    [
        {"geographyCountry": "CN"},
        {"geographyRegionOrSubregion": "Eastern Asia"},
        {"geographyCountry": "CN", "geographyRegionOrSubregion": "Eastern Asia"},
    ],
)
def test_two_places_are_an_error_and_no_bug(places: dict[str, str], context: Context) -> None:
    source = read(Package.of(encoded(full(**places))), context=context)
    assert "schema.broken" in {f.code for f in source.report.errors}
    for target in TARGETS[2:]:
        (made,) = convert(source, to=[target], options=told_to(target))
        assert made.package is not None, target


@pytest.mark.parametrize("number", ["+0.20", "0.000", "+0", "00.5"])
@pytest.mark.parametrize("name", ["landCarbonLeakage", "landAreaOccupation", "aircraftGhgEmissions"])
def test_numbers_are_the_same_however_they_are_written(name: str, number: str, context: Context) -> None:
    source = read(Package.of(encoded(full(**{name: number}))), context=context)
    assert source.report.errors == ()
    for target in TARGETS:
        (made,) = convert(source, to=[target], options=told_to(target))
        assert made.package is not None, (target, [e.error_code for e in made.lacks])


@pytest.mark.parametrize("name", ["landCarbonLeakage", "fossilGhgEmissions"])
@pytest.mark.parametrize(("number", "plain"), [("1e2", "100"), ("-0", "0"), ("-0.00", "0.00")])
def test_an_exponent_or_a_sign_of_zero_is_an_error_and_no_bug(
    name: str, number: str, plain: str, context: Context
) -> None:
    source = read(Package.of(encoded(full(**{name: number}))), context=context)
    assert "schema.broken" in {f.code for f in source.report.errors}
    for target in TARGETS:
        (made,) = convert(source, to=[target], options=told_to(target))
        if made.package is not None and target == "pact@3.0":
            assert json.loads(made.package.only.data)["pcf"][name] == plain
