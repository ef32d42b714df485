"""Our schemas and the official ones on mutations of the published samples: one verdict, or why not.

Where ours is stricter: the patterns of country, subdivision and moments are anchored (the published ones
match anywhere, that of the subdivision even nothing), and no moment has a 13th month.
"""

from __future__ import annotations

import ast
import json
import random
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from gateway.codec.schema import judge
from gateway.frontdoor import json as json_door
from tests.conftest import Judges
from tests.formats.pact.footprints import CATENAX
from tests.formats.pact.mutating import mutations
from tests.formats.pact.test_oracle import FULL_PCF
from tests.formats.pact.test_oracle import _oracle as newest

SHARE, WHOLE = 150, 2_000
EDITIONS = ("2.0", "2.1", "2.2", "2.3", "3.0")
DECIMAL = "a decimal"
COMPONENT = "io.catenax.pcf_for_battery_component_supplier"
# By what the mutation touched: where ours refuses what the published schema lets pass.
STRICTER = (
    "geographyCountry'",
    "geographyCountrySubdivision'",
    "created'",
    "Period",
    "completedAt'",
    "valid",
)


def _verdicts(
    judges: Judges, folder: Path, schema: Path, sample: Path, own: str, most: int
) -> tuple[list[str], int]:
    changed = _some(json.loads(sample.read_text(encoding="utf-8")), most)
    request = {"schemas": {"it": str(schema)}, "documents": [["it", document] for _, document in changed]}
    told = folder / "documents.json"
    told.write_text(json.dumps(request), encoding="utf-8")
    theirs = judges.python("footprints.py", told)
    assert len(theirs) == len(changed)
    return [
        f"{what}: theirs {'accepts' if verdict else 'refuses'}"
        for (what, document), verdict in zip(changed, theirs, strict=True)
        if bool(judge(json_door.parse(json.dumps(document).encode()), own)) is verdict
    ], sum(theirs)


def _some(sample: Any, most: int) -> list[tuple[str, Any]]:
    distinct: dict[str, tuple[str, Any]] = {}
    for what, document in mutations(sample):
        distinct.setdefault(json.dumps(document, sort_keys=True), (what, document))
    found = list(distinct.values())
    return random.Random(20261122).sample(found, min(most, len(found)))


def _compare(judges: Judges, data: Path, folder: Path, version: str, most: int) -> None:
    home = data / "pcf/catenax/io.catenax.pcf" / version
    own = f"catenax/pcf-{version}.schema.json"
    differ, accepted = _verdicts(judges, folder, home / "Pcf-schema.json", home / "Pcf.json", own, most)
    assert accepted
    unexplained = [d for d in differ if not (d.endswith("accepts") and any(name in d for name in STRICTER))]
    assert not unexplained, unexplained[:20]


@pytest.mark.judge("catenax-pcf-schemas")
@pytest.mark.oracle
@pytest.mark.parametrize("version", CATENAX)
def test_same_verdict_on_some(judges: Judges, oracle_data: Path, tmp_path: Path, version: str) -> None:
    _compare(judges, oracle_data, tmp_path, version, SHARE)


@pytest.mark.long
@pytest.mark.oracle
@pytest.mark.parametrize("version", CATENAX)
def test_same_verdict_on_all(judges: Judges, oracle_data: Path, tmp_path: Path, version: str) -> None:
    _compare(judges, oracle_data, tmp_path, version, WHOLE)


@pytest.mark.oracle
def test_same_verdict_on_the_component_model(judges: Judges, oracle_data: Path, tmp_path: Path) -> None:
    home = oracle_data / "pcf/catenax" / COMPONENT / "1.0.0"
    name = "PcfForBatteryComponentSupplier"
    own = "catenax/pcf-for-battery-component-supplier-1.0.0.schema.json"
    differ, accepted = _verdicts(
        judges, tmp_path, home / f"{name}-schema.json", home / f"{name}.json", own, WHOLE
    )
    assert accepted
    assert not [d for d in differ if not (d.endswith("accepts") and any(name in d for name in STRICTER))], (
        differ
    )


def _official(data: Path, version: str) -> Any:
    if version == "3.0":
        return newest(data)
    file = data / f"pcf/pact/schemas/openapi_v{version.replace('.', '_')}.yaml"
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    whole = {"$ref": "#/components/schemas/ProductFootprint", "components": document["components"]}
    return jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker(formats=["uuid"]))


def newest_sample() -> dict[str, Any]:
    """The shipped footprint of PACT 3.0 with every member that the edition has."""
    file = Path(__file__).parents[3] / "examples" / "supplier.json"
    own: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    amounts = (
        "landCarbonLeakage",
        "landManagementFossilGhgEmissions",
        "landAreaOccupation",
        "ccuCarbonContent",
    )
    pcf = own["pcf"] | FULL_PCF | dict.fromkeys(amounts, "0.5")
    pcf |= {"ccsTechnologicalCO2CaptureIncluded": True, "ccsTechnologicalCO2Capture": "-0.5"}
    for name in ("geographyCountry", "geographyCountrySubdivision"):
        pcf.pop(name, None)
    extension = {"specVersion": "2.0.0", "dataSchema": "https://example.org/schema", "data": {"a": 1}}
    more = {"precedingPfIds": [own["id"]], "productClassifications": ["urn:cpc:1"], "comment": "c"}
    return own | more | {"pcf": pcf, "extensions": [extension]}


def older_sample(version: str) -> dict[str, Any]:
    """A footprint of the older editions with every member that they have."""
    pcf: dict[str, Any] = {
        "declaredUnit": "kilogram",
        "unitaryProductAmount": "2.5",
        "pCfExcludingBiogenic": "3.4",
        "pCfIncludingBiogenic": "3.0",
        "fossilGhgEmissions": "3.0",
        "fossilCarbonContent": "0.1",
        "biogenicCarbonContent": "0.2",
        "dLucGhgEmissions": "0.1",
        "landManagementGhgEmissions": "0.2",
        "otherBiogenicGhgEmissions": "0.1",
        "iLucGhgEmissions": "0.05",
        "biogenicCarbonWithdrawal": "-0.4",
        "aircraftGhgEmissions": "0.01",
        "characterizationFactors": "AR6",
        "ipccCharacterizationFactorsSources": ["AR6"],
        "crossSectoralStandardsUsed": ["ISO Standard 14067"],
        "boundaryProcessesDescription": "casting",
        "referencePeriodStart": "2024-01-01T00:00:00Z",
        "referencePeriodEnd": "2025-01-01T00:00:00Z",
        "geographyCountry": "DE",
        "secondaryEmissionFactorSources": [{"name": "ecoinvent", "version": "3.9"}],
        "exemptedEmissionsPercent": 1.5,
        "exemptedEmissionsDescription": "tools",
        "packagingEmissionsIncluded": True,
        "packagingGhgEmissions": "0.1",
        "primaryDataShare": 56.5,
        "dqi": dict.fromkeys(("technologicalDQR", "temporalDQR", "geographicalDQR"), 2.0)
        | {"coveragePercent": 80, "completenessDQR": 2.0, "reliabilityDQR": 1.0},
        "assurance": {"assurance": True, "providerName": "Auditors", "level": "limited"},
    }
    if version == "2.3":
        pcf |= {"crossSectoralStandards": ["ISO14067"], "productMassPerDeclaredUnit": "1"}
    return {
        "id": "3893bb5d-da16-4dc1-9185-11d97476c254",
        "specVersion": f"{version}.0",
        "version": 1,
        "created": "2025-03-01T00:00:00Z",
        "status": "Active",
        "companyName": "Foundry",
        "companyIds": ["urn:pact:foundry.example:company-id:1"],
        "productDescription": "cast",
        "productIds": ["urn:gtin:04012345678901"],
        "productCategoryCpc": "41532",
        "productNameCompany": "Ingot",
        "comment": "",
        "pcf": pcf,
    }


# Of which editions, what a mutation touches, who is stricter there, and why.
EXPLAINED: tuple[tuple[str, str, str, str], ...] = (
    ("2", r"'(created|referencePeriod\w+|completedAt)'", "ours", "dates have no checker there"),
    ("2", r"\('version',\) = 1000.0", "ours", "an integer that is written with a point"),
    ("2|3", DECIMAL, "ours", "decimals are texts of the format decimal, which nobody checks"),
    ("2.[01]", r"ipccCharacterizationFactorsSources", "theirs", "required there and nowhere defined"),
)


def _explained(version: str, what: str, sample: dict[str, Any], stricter: str) -> bool:
    leaf = _leaf(sample, what)
    decimal = isinstance(leaf, str) and re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", leaf) is not None
    return any(
        re.match(editions, version)
        and stricter == side
        and (decimal if pattern == DECIMAL else re.search(pattern, what))
        for editions, pattern, side, _ in EXPLAINED
    )


def _editions(data: Path, version: str, most: int) -> None:
    oracle, own = _official(data, version), f"pact/product-footprint-{version}.schema.json"
    sample = newest_sample() if version == "3.0" else older_sample(version)
    assert oracle.is_valid(sample), list(oracle.iter_errors(sample))
    if version not in ("2.0", "2.1"):
        assert judge(json_door.parse(json.dumps(sample).encode()), own) == ()
    differ, accepted, judged = [], 0, 0
    for what, document in _some(sample, most):
        theirs = oracle.is_valid(document)
        ours = not judge(json_door.parse(json.dumps(document).encode()), own)
        accepted, judged = accepted + theirs, judged + 1
        stricter = "ours" if theirs else "theirs"
        if ours is not theirs and not _explained(version, what, sample, stricter):
            differ.append(f"{what}: {stricter} refuses")
    assert differ == [], (len(differ), differ[:20])
    assert 0 < accepted < judged


@pytest.mark.judge("pact-v2-openapi")
@pytest.mark.oracle
@pytest.mark.parametrize("version", EDITIONS)
def test_same_verdict_on_some_of_an_edition(oracle_data: Path, version: str) -> None:
    _editions(oracle_data, version, 2 * SHARE)


@pytest.mark.long
@pytest.mark.oracle
@pytest.mark.parametrize("version", EDITIONS)
def test_same_verdict_on_all_of_an_edition(oracle_data: Path, version: str) -> None:
    _editions(oracle_data, version, WHOLE)


def _leaf(sample: Any, what: str) -> Any:
    """The value that a mutation touched, by the path in its words."""
    found = re.search(r"\(.*?\)", what)
    assert found is not None
    for step in ast.literal_eval(found[0]):
        sample = sample[step]
    return sample
