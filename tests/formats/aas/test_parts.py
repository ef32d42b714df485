"""The parts of the passport beside the footprint: written for each audience, read from anybody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway import resources
from gateway.codec.base import Context, Package
from gateway.codec.run import run_writer
from gateway.errors import GatewayError, InputError, InternalError, flatten
from gateway.formats import detect, find
from gateway.formats.aas.parts import ORDER, parts
from gateway.model.declaration import Declaration
from gateway.model.walk import by_path
from gateway.pipeline.convert import Outcome, convert, read

EXAMPLES = Path(__file__).parents[3] / "examples"
(FORMAT,) = find("aas-02035")
TEMPLATES = (
    "02035-1_v1.0/IDTA_02035-1_DBP-Part-1_Digital_Nameplate",
    "02035-2_v1.0/IDTA_02035-2_DBP-Part-2_HandoverDocumentation",
    "02035-4_v1.0.1/IDTA_02035-4_DBP-Part-4_TechnicalData",
    "02035-5_v1.0.1/IDTA_02035-5_DBP-Part-5_ProductCondition",
    "02035-6_v1.0.1/IDTA_02035-6_DBP-Part-6_MaterialComposition",
    "02035-7_v1.0.1/IDTA_02035-7_DBP-Part-7_Circularity",
)
FILES = (
    *(f"{name}{ending}.json" for name in TEMPLATES for ending in ("", "_without_examplevalues")),
    *(f"{name}.aasx" for name in TEMPLATES[:2]),
    "02099-1_v1.0.1/IDTA_02099-1_Template_Digital_Product_Passport_-_Part_1.json",
)


def write(audience: str, kind: str = "json") -> Outcome:
    data = Package.of((EXAMPLES / "passport-data" / "lfp-pack.json").read_bytes())
    source = read((EXAMPLES / "lfp-pack.json").read_bytes(), beside=[data])
    (outcome,) = convert(source, to=["aas-02035"], options={"audience": audience, "aas-container": kind})
    return outcome


def document(audience: str) -> dict[str, Any]:
    package = write(audience).package
    assert package is not None
    found: dict[str, Any] = json.loads(package.only.data)
    return found


class TestWriting:
    @pytest.mark.parametrize(
        ("audience", "there"),
        [("public", "12467d"), ("legitimate-interest", "124567d"), ("authorities", "12467d")],
    )
    def test_every_part_that_has_something_for_its_audience(self, audience: str, there: str) -> None:
        names = [submodel["idShort"] for submodel in document(audience)["submodels"]]
        assert sorted(names) == sorted(p.name for p in parts().values() if p.number[0] in there)

    def test_nothing_is_written_without_passport_data(self) -> None:
        (outcome,) = convert(read((EXAMPLES / "lfp-pack.json").read_bytes()), to=["aas-02035"])
        assert [error.error_code for error in outcome.lacks] == ["passport-data.needed"]

    def test_metadata_names_the_written_parts(self) -> None:
        found = document("legitimate-interest")["submodels"]
        (metadata,) = (s for s in found if s["idShort"] == "DppMetadata")
        (listed,) = (e for e in metadata["submodelElements"] if e["idShort"] == "contentSpecificationIds")
        told = [item["value"] for item in listed["value"]]
        assert told == [parts()[number].semantic for number in ORDER[:-1]]

    @pytest.mark.parametrize("audience", ["public", "legitimate-interest", "authorities"])
    def test_both_containers_say_the_same(self, audience: str) -> None:
        one, two = (write(audience, kind).package for kind in ("json", "aasx"))
        assert one is not None
        assert two is not None
        first, second = (FORMAT.read(package, Context()).declaration for package in (one, two))
        assert first == second
        assert first.extras == {}

    def test_a_part_without_a_required_value_is_left_out_and_says_who_has_it(self) -> None:
        told = json.loads((EXAMPLES / "passport-data" / "lfp-pack.json").read_text(encoding="utf-8"))
        del told["technical"]["minimumVoltageV"]
        data = Package.of(json.dumps(told).encode())
        source = read((EXAMPLES / "lfp-pack.json").read_bytes(), beside=[data])
        (outcome,) = convert(source, to=["aas-02035"], options={"audience": "legitimate-interest"})
        assert outcome.written
        (lack,) = outcome.lacks
        assert lack.path == "/passport_data/technical/minimum_voltage"
        assert lack.params["part"] == "IDTA 02035-4"
        assert lack.params["who_en"] == "the maker's product data (PLM, ERP)"

    def test_half_a_percent_is_rounded_where_the_template_has_whole_numbers(self) -> None:
        told = json.loads((EXAMPLES / "passport-data" / "lfp-pack.json").read_text(encoding="utf-8"))
        told["technical"]["initialEfficiencyPct"] = "96.4"
        source = read(
            (EXAMPLES / "lfp-pack.json").read_bytes(), beside=[Package.of(json.dumps(told).encode())]
        )
        (outcome,) = convert(source, to=["aas-02035"])
        (note,) = (n for n in outcome.notes if n.path.endswith("/initial_efficiency"))
        assert (note.code, note.value, note.written) == ("carrier.rounded", "96.4 %", "96 %")


class TestReading:
    @pytest.mark.oracle
    @pytest.mark.parametrize("name", FILES)
    def test_every_published_template_is_read(self, oracle_data: Path, name: str) -> None:
        data = (oracle_data / "passport" / "idta-smt" / name).read_bytes()
        found = detect(Package.of(data))
        assert found.format is FORMAT
        reading = FORMAT.read(Package.of(data), Context())
        values = by_path(reading.declaration)
        told = {note.path for note in reading.notes}
        assert len(told) >= len([path for path in values if path.startswith("/extras/")])

    @pytest.mark.oracle
    def test_a_template_with_example_values_says_what_stands_there(self, oracle_data: Path) -> None:
        file = oracle_data / "passport" / "idta-smt" / f"{TEMPLATES[2]}.json"
        found = by_path(FORMAT.read(Package.of(file.read_bytes()), Context()).declaration)
        assert str(found["/passport_data/technical/minimum_voltage"]) == "2.04 V"
        assert str(found["/battery/nominal_voltage"]) == "4.3 V"
        assert found["/battery/category"] == "EV"
        assert found["/passport/warranty_months"] == 96
        assert str(found["/passport_data/technical/power_energy_ratio"]) == "0.611 1/h"

    @pytest.mark.oracle
    @pytest.mark.parametrize("name", FILES)
    def test_what_was_read_is_written_again_or_named(self, oracle_data: Path, name: str) -> None:
        data = (oracle_data / "passport" / "idta-smt" / name).read_bytes()
        declaration = FORMAT.read(Package.of(data), Context()).declaration
        assert _broken(declaration) == []

    def test_an_environment_without_a_part_is_refused(self) -> None:
        with pytest.raises(InputError) as caught:
            FORMAT.read(Package.of(b'{"submodels": []}'), Context())
        assert caught.value.error_code == "aas.no-passport-part"


class TestTables:
    def test_every_place_is_one_of_the_template(self) -> None:
        rows = resources.table("carriers/aas_structure.csv")
        there = {(row["document"], row["place"]) for row in rows}
        for row in resources.table("carriers/aas.csv"):
            place = row["place"].replace("[0]", "[]").replace("[1]", "[]")
            assert (row["document"], place) in there or row["only"] == "read", row

    @pytest.mark.oracle
    @pytest.mark.parametrize("name", TEMPLATES)
    def test_required_elements_are_those_of_the_published_template(
        self, oracle_data: Path, name: str
    ) -> None:
        """The tables are of the newest editions; what they have beyond the older files stands here."""
        file = oracle_data / "passport" / "idta-smt" / f"{name}.json"
        (submodel,) = json.loads(file.read_text(encoding="utf-8"))["submodels"]
        rows = {
            row["place"]: row
            for row in resources.table("carriers/aas_structure.csv")
            if row["document"] == name[6]
        }
        gone = set(_places(submodel["submodelElements"], "")) - set(rows)
        assert gone == RENAMED.get(name[6], set())


RENAMED = {
    "4": {"/TechnicalPropertyAreas/PowerCapability/RatioNorminalBatteryPowerAndBatteryEnergy"},
}


def _broken(declaration: Declaration) -> list[str]:
    """The promises that writing breaks; what a template lacks is none of them."""
    try:
        run_writer(FORMAT, declaration, Context(options={"aas-container": "json"}))
    except GatewayError as error:
        return [e.error_code for e in flatten(error) if isinstance(e, InternalError)]
    return []


def _places(elements: list[dict[str, Any]], above: str, *, listed: bool = False) -> list[str]:
    found = []
    for element in elements:
        here = f"{above}/[]" if listed else f"{above}/{element['idShort']}"
        found.append(here)
        inner = element.get("value")
        kind = element["modelType"]
        if isinstance(inner, list) and kind != "MultiLanguageProperty":
            found.extend(_places(inner, here, listed=kind == "SubmodelElementList"))
    return found


def test_a_chemistry_is_known_by_any_of_its_names() -> None:
    """NMC and NCM are one chemistry; what nobody knows stays as it stands."""
    told = json.loads((EXAMPLES / "passport-data" / "lfp-pack.json").read_text(encoding="utf-8"))
    data = Package.of(json.dumps(told).encode())
    source = read((EXAMPLES / "lfp-pack.json").read_bytes(), beside=[data])
    options = {"audience": "legitimate-interest", "aas-container": "json"}
    (made,) = convert(source, to=["aas-02035"], options=options)
    assert made.package is not None
    text = made.package.only.data.decode()
    assert text.count('"LFP"') == 1
    for name, code in (("NMC", "NCM"), ("磷酸铁锂电池", "LFP"), ("Li-S", "Li-S")):
        again = read(Package.of(text.replace('"LFP"', f'"{name}"').encode()))
        battery = again.declaration.battery
        assert battery is not None
        assert battery.chemistry == code
        (back,) = convert(again, to=["passport-data"])
        assert back.written
