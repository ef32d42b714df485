"""Submodels of others: read alone or together, with the verdict of the official schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.formats import detect
from gateway.formats.batterypass import FORMAT

EXAMPLES = "passport/batterypass-1.2/examples"


def footprint(**stages: object) -> Package:
    document: dict[str, Any] = {
        "batteryCarbonFootprint": 0.15,
        "carbonFootprintPerLifecycleStage": [
            {"lifecycleStage": name, "carbonFootprint": value} for name, value in stages.items()
        ],
        "carbonFootprintPerformanceClass": "not yet defined",
        "carbonFootprintStudy": "https://example.com/study",
    }
    return Package.of(json.dumps(document).encode())


@pytest.mark.oracle
class TestPublished:
    def test_general_information(self, oracle_data: Path) -> None:
        file = oracle_data / EXAMPLES / "GeneralProductInformation-payload.json"
        package = Package.of(file.read_bytes())
        assert detect(package).format is FORMAT
        reading = FORMAT.read(package, Context())
        found = reading.declaration
        assert found.battery is not None
        assert (found.battery.category, str(found.product.mass)) == ("LMT", "699 kg")
        assert (found.passport.warranty_months, found.passport.status) == (6, "original")
        # A moment within a day is no day, and a mailbox has no field: both are kept.
        assert {n.path for n in reading.notes} >= {"/manufacturingDate", "/operatorInformation/emailAddress"}

    def test_footprint_that_a_generator_made(self, oracle_data: Path) -> None:
        """−1.8e308 kg is no amount: it is kept as it stands, and the study is read."""
        file = oracle_data / EXAMPLES / "CarbonFootprintForBatteries-payload.json"
        package = Package.of(file.read_bytes())
        assert detect(package).format is FORMAT
        found = FORMAT.read(package, Context()).declaration
        assert found.results == ()
        assert found.passport.study_link == "telnet://192.0.2.16:80/"
        assert any(name.endswith("#/batteryCarbonFootprint") for name in found.extras)


class TestStages:
    """One place of the data model says kg per kWh, another per cent, a third share."""

    def test_kg_where_they_add_up_to_the_total(self) -> None:
        package = footprint(RawMaterialExtraction=0.11, MainProduction=0.04)
        (result,) = FORMAT.read(package, Context()).declaration.results
        assert [str(row.carbon.total) for row in result.rows] == ["0.11 kg{CO2eq}", "0.04 kg{CO2eq}"]

    @pytest.mark.parametrize(("one", "two"), [(75, 25), (0.75, 0.25)])
    def test_shares_where_they_add_up_to_a_whole(self, one: float, two: float) -> None:
        reading = FORMAT.read(footprint(RawMaterialExtraction=one, MainProduction=two), Context())
        (result,) = reading.declaration.results
        assert [str(row.share) for row in result.rows] == ["75 %", "25 %"]
        assert [row.carbon.total for row in result.rows] == [None, None]
        assert [finding.code for finding in reading.findings] == ["batterypass.stages-are-shares"]

    def test_neither_is_kept(self) -> None:
        reading = FORMAT.read(footprint(RawMaterialExtraction=3, MainProduction=4), Context())
        (result,) = reading.declaration.results
        assert result.rows == ()
        assert [finding.code for finding in reading.findings] == ["batterypass.stages-differ"]
        assert len([name for name in reading.declaration.extras if name.endswith("/carbonFootprint")]) == 2
