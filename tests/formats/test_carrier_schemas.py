"""Own schemas of the passport carriers and the official ones: one verdict on documents with one change.

Each document is one that is valid under both, with one mutation. A seeded share runs always, up to 2,000 of
each model when every case is walked. ``EXPLAINED`` gives the reason of every difference.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gateway.codec.base import Package
from gateway.codec.carrier_schema import published, rendered
from gateway.codec.schema import judge
from gateway.frontdoor import json as json_door
from gateway.pipeline.convert import convert, read
from gateway.resources import schema
from tests.conftest import Judges
from tests.formats.pact.mutating import mutations

SHARE, WHOLE = 150, 2_000
EXAMPLES = Path(__file__).parents[2] / "examples"
SUBMODELS = {
    "general-product-information": "GeneralProductInformation",
    "carbon-footprint": "CarbonFootprintForBatteries",
    "circularity": "Circularity",
    "labeling": "Labeling",
    "material-composition": "MaterialComposition",
    "supply-chain-due-diligence": "SupplyChainDueDiligence",
    "performance-and-durability": "PerformanceAndDurability-1.2.1",
}
VERSIONS = ("0.6.1", "0.7.0")
# What a mutation touches (a pattern over its name), who is stricter, and why.
EXPLAINED: tuple[tuple[str, str, str, str], ...] = (
    (
        "general-product-information",
        r"'(manufacturingDate|puttingIntoService|warrentyPeriod)'",
        "ours",
        "a moment or month from end to end; the official patterns are not anchored, one is missing",
    ),
    (
        "carbon-footprint",
        r"'carbonFootprintStudy'",
        "ours",
        "a link that is none; the official one says uri only",
    ),
)


def some(document: Any, most: int) -> list[tuple[str, Any]]:
    distinct: dict[str, tuple[str, Any]] = {}
    for what, changed in mutations(document):
        distinct.setdefault(json.dumps(changed, sort_keys=True), (what, changed))
    found = list(distinct.values())
    return random.Random(20261122).sample(found, min(most, len(found)))


def compare(name: str, own: str, official: Any, document: Any, most: int) -> tuple[list[str], int]:
    """The differences that nothing explains, and how many documents were judged."""
    assert official.is_valid(document), list(official.iter_errors(document))[:1]
    assert judge(json_door.parse(json.dumps(document).encode()), own) == ()
    judged = some(document, most)
    differ = []
    for what, changed in judged:
        theirs = official.is_valid(changed)
        ours = not judge(json_door.parse(json.dumps(changed).encode()), own)
        stricter = "ours" if theirs else "theirs"
        explained = any(
            name == who and re.search(pattern, what) and stricter == side
            for who, pattern, side, _ in EXPLAINED
        )
        if ours is not theirs and not explained:
            differ.append(f"{what}: {stricter} refuses")
    return differ, len(judged)


@pytest.fixture(scope="module")
def documents() -> Mapping[str, Any]:
    """Everything that the example fills, for whoever may see most of it."""
    told = json.loads((EXAMPLES / "lfp-pack.json").read_text(encoding="utf-8"))
    told["passport"] |= {"id": "urn:example:lfp72", "warrantyMonths": 12}
    told["enterprise"]["postalCode"] = "230000"
    data = Package.of((EXAMPLES / "passport-data" / "lfp-pack.json").read_bytes())
    source = read(json.dumps(told).encode(), beside=[data])
    found: dict[str, Any] = {}
    for audience in ("legitimate-interest", "authorities"):
        options = {"preview": "yes", "audience": audience}
        for target in ("batterypass", *(f"untp-dpp@{version}" for version in VERSIONS)):
            (outcome,) = convert(source, to=[target], options=options)
            for member in outcome.package.members if outcome.package else ():
                name = member.name.removesuffix(".json").replace("-preview", "")
                found.setdefault(name, json.loads(member.data))
    found["carbon-footprint"].pop("hutong")
    return found


def submodel(data: Path, documents: Mapping[str, Any], name: str, most: int) -> None:
    file = data / "passport" / "batterypass-1.2" / f"{SUBMODELS[name]}-schema.json"
    official = jsonschema.Draft4Validator(json.loads(file.read_text(encoding="utf-8-sig")))
    own = f"batterypass/{name}-1.2.schema.json"
    differ, judged = compare(name, own, official, documents[name], most)
    assert differ == [], (len(differ), differ[:10])
    assert judged >= min(most, 30)


def passport(judges: Judges, documents: Mapping[str, Any], version: str, most: int) -> None:
    place = "lib/python3.11/site-packages/dppvalidator/schemas/data"
    file = judges.place / "python" / ".venv" / place / f"untp-dpp-schema-{version}.json"
    if not file.exists():
        pytest.skip("the Python judges are not installed: bash tests/judges/install.sh")
    official = jsonschema.Draft202012Validator(json.loads(file.read_text(encoding="utf-8")))
    name = f"digital-product-passport-{version}"
    own = f"untp/dpp-{version}.schema.json"
    differ, judged = compare(name, own, official, documents[name], most)
    assert differ == [], (len(differ), differ[:10])
    assert judged >= min(most, 100)


@pytest.mark.judge("batterypass-1.2-schemas")
@pytest.mark.oracle
@pytest.mark.parametrize("name", SUBMODELS)
def test_same_verdict_on_some(oracle_data: Path, documents: Mapping[str, Any], name: str) -> None:
    submodel(oracle_data, documents, name, SHARE)


@pytest.mark.long
@pytest.mark.oracle
@pytest.mark.parametrize("name", SUBMODELS)
def test_same_verdict_on_all(oracle_data: Path, documents: Mapping[str, Any], name: str) -> None:
    submodel(oracle_data, documents, name, WHOLE)


@pytest.mark.judge("untp-dpp-schemas")
@pytest.mark.parametrize("version", VERSIONS)
def test_same_verdict_on_some_passports(judges: Judges, documents: Mapping[str, Any], version: str) -> None:
    passport(judges, documents, version, SHARE)


@pytest.mark.long
@pytest.mark.parametrize("version", VERSIONS)
def test_same_verdict_on_all_passports(judges: Judges, documents: Mapping[str, Any], version: str) -> None:
    passport(judges, documents, version, WHOLE)


def test_published_schemas_are_those_of_the_tables() -> None:
    for name, found in published():
        assert schema(name).read_text(encoding="utf-8") == rendered(found), name
