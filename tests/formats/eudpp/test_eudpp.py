"""The LCA module as JSON-LD: from a declaration and from ILCD+EPD packages, read back, judged as a graph."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.formats import detect, find
from gateway.model.walk import by_path
from gateway.pipeline.convert import Source, convert, read
from tests.conftest import Judges

EXAMPLES = Path(__file__).parents[3] / "examples"
(FORMAT,) = find("eudpp-lca")


def written(source: Source) -> Package:
    (outcome,) = convert(source, to=["eudpp-lca"])
    assert outcome.package is not None, [error.error_code for error in outcome.lacks]
    return outcome.package


EPDS = (
    "ilcd-epd/EPDv1.3_example_57a4ae65-d305-421e-b21f-a3f0c35b8abe.xml",
    "ilcd-epd/sample_EPD.xml",
    "ilcd-epd/epditaly_with_dependencies.zip",
    "ilcd-epd/oekobau_with_dependencies.zip",
    "ilcd-json/f63ac879-fa7d-4f91-813e-e816cbdf1927.json",
)


def packages(folder: Path) -> Iterator[tuple[str, Package]]:
    """Environmental product declarations of others; two of them name no unit, or no climate result."""
    for name in EPDS:
        file = folder / "lca" / name
        yield file.name, Package.of(file.read_bytes(), name=file.name)


class TestStudy:
    @pytest.mark.parametrize("name", ["lfp-pack.json", "tea.json"])
    def test_results_come_back(self, name: str) -> None:
        source = read((EXAMPLES / name).read_bytes())
        package = written(source)
        assert detect(package).format is FORMAT
        before = by_path(source.declaration)
        after = by_path(FORMAT.read(package, Context()).declaration)
        totals = [p for p in before if p.startswith("/results/") and p.endswith("/carbon/total")]
        assert totals
        for path in totals:
            if path in after:
                assert after[path] == before[path]
        assert "/results/declared/carbon/total" in after

    def test_it_says_what_a_number_refers_to(self) -> None:
        found = json.loads(written(read((EXAMPLES / "lfp-pack.json").read_bytes())).only.data)
        units = {entry["hasUnit"]["name"] for entry in found["hasLCIAResult"]}
        assert units == {"kg CO2e per 1 kW.h (declared)", "kg CO2e per 1 {piece} (pack)"}

    def test_modules_are_those_of_the_ontology(self) -> None:
        told: dict[str, Any] = json.loads((EXAMPLES / "tea.json").read_text(encoding="utf-8"))
        told["results"]["byStage"][0]["module"] = "A1"
        found = json.loads(written(read(json.dumps(told).encode())).only.data)
        modules = {
            v.get("forModule", {}).get("@id") for r in found["hasLCIAResult"] for v in r["hasModuleValue"]
        }
        assert "eudpp:moduleA1" in modules

    def test_without_a_result_it_is_refused(self) -> None:
        (outcome,) = convert(read(b'{"document": {"id": "D"}}', format="cn-pcf"), to=["eudpp-lca"])
        assert not outcome.written

    @pytest.mark.oracle
    def test_epd_packages_of_others(self, oracle_data: Path) -> None:
        made = 0
        for name, package in packages(oracle_data):
            source = read(package)
            (outcome,) = convert(source, to=["eudpp-lca"])
            if outcome.package is None:
                codes = {error.error_code for error in outcome.lacks}
                assert codes == {"target.lacks-field"}, name  # an amount without a unit, or no results
                continue
            made += 1
            assert FORMAT.read(outcome.package, Context()).declaration.results
        assert made == 3


@pytest.mark.judge("pyshacl-cirpass")
def test_it_is_a_graph_of_the_ontology(oracle_data: Path, judges: Judges, tmp_path: Path) -> None:
    """By its domains and ranges; the CIRPASS shapes look at passports, and no study is one.

    Their one target is a passport of an older namespace. Their terms of studies are of an older module, too,
    and none of them is one of this module; no property of the ontology leads to a study, from a passport or
    from anything else. So nothing here bears their target class; it would not be true of a study. Nor could
    anybody's passport hold: the shape is closed and lets not even its own target class be said.
    """
    files = []
    for name in ("lfp-pack.json", "tea.json"):
        files.append(tmp_path / name)
        files[-1].write_bytes(written(read((EXAMPLES / name).read_bytes())).only.data)
    for name, package in packages(oracle_data):
        (outcome,) = convert(read(package), to=["eudpp-lca"])
        if outcome.package is not None:
            files.append(tmp_path / f"{name}.jsonld")
            files[-1].write_bytes(outcome.package.only.data)
    folder = oracle_data / "passport" / "eudpp-ontology"
    tables = (folder / "lca_v1.9.4_Maki.ttl", folder / "cirpass_dpp_shacl.ttl")
    verdicts = judges.python("eudpp.py", *tables, folder, *files)
    shapes = verdicts.pop("shapes")
    assert shapes["targets"] == ["http://dpp.taltech.ee/EUDPP#DPP"]
    assert shapes["of-a-bare-passport"] == ["ClosedConstraintComponent"]
    assert shapes["of-a-wrong-date"] == ["ClosedConstraintComponent", "DatatypeConstraintComponent"]
    assert shapes["terms"] > 80
    assert (shapes["terms-of-studies"], shapes["ways-to-a-study"]) == ([], [])
    assert shapes["old-namespace-in-ontology"] is False
    assert len(verdicts) == len(files)
    for name, said in verdicts.items():
        assert (said["unknown"], said["ontology"], said["cirpass"]) == ([], [], True), name
        assert said["cirpass-nodes"] == 0
        assert said["triples"] > 30
