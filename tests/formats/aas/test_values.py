"""The footprint submodel as values alone: read as the submodel itself, each value with its place."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.errors import InputError
from gateway.formats import detect
from gateway.pipeline.convert import read
from gateway.quantity import Quantity


def entry(**members: Any) -> dict[str, Any]:
    return {
        "PcfCalculationMethods": ["ISO 14067"],
        "PcfCo2eq": 17.25,
        "ReferenceImpactUnitForCalculation": "piece",
        "QuantityOfMeasureForCalculation": 5,
        "LifeCyclePhases": ["A1 - raw material supply (and upstream production)", "A3 - production"],
        **members,
    }


def package(*entries: dict[str, Any]) -> Package:
    return Package.of(json.dumps({"ProductCarbonFootprints": list(entries)}).encode())


def test_a_payload_is_the_submodel() -> None:
    own = package(entry(), entry(PcfCo2eq=1e-7, LifeCyclePhases="C4 - landfill"))
    assert detect(own).format.id == "aas-02023@1.0"
    source = read(own, context=Context())
    (found,) = source.declaration.results
    assert found.carbon.total == Quantity(Decimal("17.25"), "kg{CO2eq}")
    assert source.declaration.unit.amount == Quantity(Decimal(5), "{piece}")
    assert [(r.module, r.carbon.total) for r in found.rows] == [
        ("C4", Quantity(Decimal("0.0000001"), "kg{CO2eq}"))
    ]
    at = source.origins["/results/declared/carbon/total"]
    assert getattr(at, "at", "") == "/ProductCarbonFootprints/0/PcfCo2eq"


def test_that_of_a_battery_is_told_by_its_members() -> None:
    own = package(entry(PerformanceClass="A"))
    assert detect(own).format.id == "aas-02035-3@1.0"
    kept = read(own, context=Context()).declaration.extras
    assert kept["aas#/CarbonFootprint/ProductCarbonFootprints/0/PerformanceClass"] == '"A"'


@pytest.mark.parametrize("entries", [[], ["x"], [{"a": 1}], "x"])
def test_other_payloads_are_unknown(entries: object) -> None:
    with pytest.raises(InputError):
        detect(Package.of(json.dumps({"ProductCarbonFootprints": entries}).encode()))


@pytest.mark.oracle
def test_published_payloads_are_read(oracle_data: Path) -> None:
    home = oracle_data / "passport"
    places = (
        "idta-samm/io.admin-shell.idta.carbon_footprint/1.0.0/CarbonFootprint.json",
        "idta-samm/io.admin-shell.idta.batterypass.carbon_footprint/1.0.0/CarbonFootprintBattery.json",
        "own-examples/idta-samm-carbon_footprint-1.0.0-EV-M1.json",
    )
    sources = [read(Package.of((home / place).read_bytes()), context=Context()) for place in places]
    assert [s.format.id for s in sources] == ["aas-02023@1.0", "aas-02035-3@1.0", "aas-02035-3@1.0"]
    assert not [s for s in sources if s.report.errors]
    totals = [str(r.carbon.total) for r in sources[2].declaration.results]
    assert totals == ["0.15 kg{CO2eq}", "4320.0 kg{CO2eq}"]
