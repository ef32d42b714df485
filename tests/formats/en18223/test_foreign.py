"""Other people's passport documents: both spellings of the header, and the sections that are known."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context, Package, Reading
from gateway.errors import InputError
from gateway.formats.en18223 import FORMAT
from gateway.formats.en18223.table import FOOTPRINT, SECTIONS
from gateway.model.results import Per
from gateway.model.walk import by_path
from gateway.quantity import Quantity

# As three implementations and the OPC mapping spell the header.
HEADER: dict[str, object] = {
    "digitalProductPassportId": "https://example.com/dpp/1",
    "uniqueProductIdentifier": "https://example.com/product/1",
    "granularity": "model",
    "dppSchemaVersion": "EN18223:v1.0",
    "dppStatus": "active",
    "lastUpdated": "2026-08-22T03:12:00Z",
    "economicOperatorId": "0223:DE123456789",
}


def reading(document: dict[str, Any]) -> Reading:
    return FORMAT.read(Package.of(json.dumps(document).encode()), Context())


def test_both_spellings_are_read_alike() -> None:
    other = {n: v for n, v in HEADER.items() if n != "lastUpdated"}
    other |= {"lastUpdate": HEADER["lastUpdated"], "granularity": "Model", "dppStatus": "Active"}
    one, two = reading(HEADER), reading(other)
    paths = {p: v for p, v in by_path(one.declaration).items() if not p.startswith("/extras")}
    assert paths == {p: v for p, v in by_path(two.declaration).items() if not p.startswith("/extras")}
    assert paths == {
        "/passport/id": "https://example.com/dpp/1",
        "/passport/product_link": "https://example.com/product/1",
        "/passport/granularity": "model",
        "/document/status": "active",
        "/enterprise/ids/eu_operator": "0223:DE123456789",
    }
    assert not (*one.findings, *two.findings)


def test_both_spellings_are_valid() -> None:
    assert FORMAT.validate is not None
    other = {n: v for n, v in HEADER.items() if n != "lastUpdated"}
    for document in (HEADER, other | {"lastUpdate": HEADER["lastUpdated"]}):
        assert FORMAT.validate(Package.of(json.dumps(document).encode())) == ()
    assert FORMAT.validate(Package.of(json.dumps(other).encode()))


def test_both_at_once_is_a_finding() -> None:
    found = reading(HEADER | {"lastUpdate": "2026-08-23T03:12:00Z"})
    assert [f.code for f in found.findings] == ["en18223.two-spellings"]


def test_detected_by_its_header() -> None:
    evidence = FORMAT.detect(Package.of(json.dumps(HEADER).encode()))
    assert evidence is not None
    assert evidence.strength == 2


def test_nothing_is_lost_of_what_is_not_known() -> None:
    found = reading(HEADER | {"urn:example:other": {"a": [1, {"b": "c"}]}})
    extras = dict(found.declaration.extras)
    assert extras["en18223#/urn:example:other/a/1/b"] == '"c"'
    assert extras["en18223#/lastUpdated"] == '"2026-08-22T03:12:00Z"'


def test_sections() -> None:
    told = {
        SECTIONS["nameplate"]: {
            "ManufacturerName": [{"de": "Muster AG"}, {"zh": "示例"}],
            "DateOfManufacture": "2026-01-02",
            "LifeCycleStage": "re-used",
            "EUDeclarationOfConformity": ["DoC-7"],
            "AddressInformation": {"NationalCode": {"en": "DE"}},
        },
        SECTIONS["technical"]: {
            "GeneralInformation": {
                "BatteryCategory": "ev",
                "BatteryMass": 480.5,
                "WarrantyInformation": {"WarrantyPeriod": "P8Y"},
            },
            "TechnicalPropertyAreas": {"CapacityEnergyVoltage": {"NominalVoltage": 400}},
        },
        SECTIONS["material"]: {"BatteryChemistry": {"ShortName": "LFP", "ClearName": "iron phosphate"}},
    }
    found = reading(HEADER | told)
    leaves = by_path(found.declaration)
    assert leaves["/enterprise/name/de"] == "Muster AG"
    assert leaves["/enterprise/country"] == "DE"
    assert leaves["/passport/status"] == "reused"
    assert leaves["/passport/warranty_months"] == 96
    assert leaves["/passport/doc_number"] == "DoC-7"
    assert leaves["/battery/category"] == "EV"
    assert leaves["/battery/chemistry"] == "LFP"
    assert leaves["/product/mass"] == Quantity(Decimal("480.5"), "kg")
    assert leaves["/battery/nominal_voltage"] == Quantity(Decimal(400), "V")
    at = "/" + SECTIONS["technical"].replace("/", "~1") + "/GeneralInformation/BatteryMass"
    origin = found.origins["/product/mass"]
    assert getattr(origin, "at", None) == at


def entry(value: object, unit: str, *phases: str) -> dict[str, object]:
    return {
        "PcfCalculationMethods": ["x"],
        "PcfCo2eq": value,
        "ReferenceImpactUnitForCalculation": unit,
        "QuantityOfMeasureForCalculation": 1,
        "LifeCyclePhases": list(phases),
        "PerformanceClass": "not yet defined",
        "WebLinkToPublicCarbonFootprintStudy": ["DOC-1"],
    }


def test_footprint_entries_keep_their_denominator() -> None:
    """Nobody says which kWh an entry is about, so it is never taken for one kind."""
    entries = [
        entry(0.15, "kwH", "A1 - raw material supply (and upstream production)", "A3 - production"),
        entry(0.03, "kwH", "A3 - production"),
        entry(4320, "piece", "A1 - raw material supply (and upstream production)", "A3 - production"),
    ]
    found = reading(HEADER | {FOOTPRINT: {"ProductCarbonFootprints": entries}})
    per_kwh, per_piece = found.declaration.results
    assert per_kwh.basis.denominator.per is Per.KWH_UNSTATED
    assert per_kwh.carbon.total == Quantity(Decimal("0.15"), "kg{CO2eq}")
    assert [(row.stage, row.carbon.total) for row in per_kwh.rows] == [
        ("production", Quantity(Decimal("0.03"), "kg{CO2eq}"))
    ]
    assert per_piece.basis.denominator.per is Per.PACK
    assert per_piece.carbon.total == Quantity(Decimal(4320), "kg{CO2eq}")


@pytest.mark.parametrize(
    "wrong",
    [
        entry(1, "kg", "A3 - production"),
        entry(1, "kwH", "B1 - usage phase"),
        entry("1", "kwH", "A3 - production"),
        entry(True, "kwH", "A3 - production"),
        {},
    ],
)
def test_an_entry_that_is_not_understood_is_a_finding_and_kept(wrong: dict[str, object]) -> None:
    found = reading(HEADER | {FOOTPRINT: {"ProductCarbonFootprints": [wrong]}})
    assert [f.code for f in found.findings] == ["en18223.entry-not-read"]
    assert not found.declaration.results
    if wrong:
        assert [name for name in found.declaration.extras if "ProductCarbonFootprints/0" in name]


@pytest.mark.parametrize("document", ["[]", '"x"', "1"])
def test_no_object_is_refused(document: str) -> None:
    with pytest.raises(InputError):
        FORMAT.read(Package.of(document.encode()), Context())


@pytest.mark.oracle
def test_our_example_case_is_read(oracle_data: Path) -> None:
    file = oracle_data / "passport/own-examples/en18223-compressed-02099-header-plus-cf-EV-M1.json"
    package = Package.of(file.read_bytes())
    assert FORMAT.validate is not None
    assert FORMAT.validate(package) == ()
    found = FORMAT.read(package, Context())
    assert not found.findings
    per_kwh, per_piece = found.declaration.results
    assert [str(row.stage) for row in per_kwh.rows] == ["raw", "production", "distribution", "eol"]
    assert per_piece.carbon.total == Quantity(Decimal("4320.0"), "kg{CO2eq}")
    assert found.declaration.extras["en18223#/facilityId"] == '"urn:example:nd1"'
