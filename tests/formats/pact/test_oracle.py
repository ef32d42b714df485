"""Somebody else's schema on our output, and our schema on somebody else's footprints.

The oracle is the OpenAPI document of PACT 3.0 in the oracle data. It names decimals, dates and URIs by
``format`` only; dates, uuids and URIs are checked here, decimals stand without a checker there.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import yaml

from gateway.codec.run import Written
from gateway.codec.schema import judge
from gateway.model.declaration import Declaration

Build = Callable[..., Declaration]
Write = Callable[..., Written]
SCHEMA = "pact/product-footprint-3.0.schema.json"
# What the oracle lets pass and our schema does not: its decimals have no checker, its URNs end after "urn:".
STRICTER = ("decimal", "urn")


@cache
def _oracle(data: Path) -> Any:
    text = (data / "pcf/pact/schemas/openapi_v3_0.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    checker = jsonschema.FormatChecker(formats=["uuid"])
    checker.checks("date-time", raises=ValueError)(_is_moment)
    checker.checks("uri", raises=ValueError)(
        lambda value: not isinstance(value, str) or bool(urlsplit(value).scheme)
    )
    whole = {"$ref": "#/components/schemas/ProductFootprint", "components": document["components"]}
    return jsonschema.Draft202012Validator(whole, format_checker=checker)


def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or ("T" in value and datetime.fromisoformat(value).tzinfo is not None)


def accepts(data: Path, footprint: object) -> bool:
    return bool(_oracle(data).is_valid(footprint))


def samples(data: Path) -> list[dict[str, Any]]:
    files = sorted((data / "pcf/pact/samples").glob("*.json"))
    return [f for file in files for f in json.loads(file.read_text(encoding="utf-8"))]


@pytest.mark.judge("pact-v3-openapi")
def test_official_schema_accepts_what_we_write(
    oracle_data: Path, battery: Build, goods: Build, written: Write
) -> None:
    for declaration in (battery(), goods()):
        footprint = json.loads(written(declaration).package.only.data)
        assert list(_oracle(oracle_data).iter_errors(footprint)) == []
        assert not accepts(oracle_data, {k: v for k, v in footprint.items() if k != "pcf"})


@pytest.mark.oracle
def test_same_verdict_on_every_published_footprint(oracle_data: Path) -> None:
    found = samples(oracle_data)
    assert len(found) == 40
    for footprint in found:
        assert accepts(oracle_data, footprint)
        assert judge(footprint, SCHEMA) == ()


@pytest.mark.oracle
def test_demo_footprints_keep_the_sign_of_removals_from_before_3_0_2(oracle_data: Path) -> None:
    demo = json.loads((oracle_data / "tiangong/pact-v3-demo-footprints.json").read_text(encoding="utf-8"))
    assert all(accepts(oracle_data, footprint) for footprint in demo["data"])
    broken = [f.at for footprint in demo["data"] for f in judge(footprint, SCHEMA)]
    assert broken
    assert set(broken) == {"/pcf/technologicalCO2Removals"}


@pytest.mark.oracle
def test_same_verdict_on_mutations(oracle_data: Path, battery: Build, written: Write) -> None:
    own = json.loads(written(battery()).package.only.data)
    full = own | {
        "pcf": own["pcf"] | FULL_PCF,
        "precedingPfIds": [own["id"]],
        "productClassifications": ["urn:cpc:1"],
    }
    del full["pcf"]["geographyCountrySubdivision"]
    assert accepts(oracle_data, full)
    assert judge(full, SCHEMA) == ()
    verdicts = []
    for kind, mutant in _mutants(full):
        theirs, ours = accepts(oracle_data, mutant), not judge(mutant, SCHEMA)
        verdicts.append((theirs, ours))
        assert ours == theirs or (theirs and kind in STRICTER), kind
    assert len(verdicts) > 500
    assert sum(1 for theirs, _ in verdicts if not theirs) > 300


FULL_PCF: dict[str, Any] = {
    "geographyRegionOrSubregion": "Eastern Asia",
    "aircraftGhgEmissions": "0.1",
    "recycledCarbonContent": "0",
    "ccuCalculationApproach": "Credit",
    "ccuCreditCertification": "https://example.com/ccu",
    "dqi": {"technologicalDQR": "1", "geographicalDQR": "2", "temporalDQR": "3"},
    "productOrSectorSpecificRules": [{"operator": "Other", "ruleNames": ["r"], "otherOperatorName": "o"}],
    "verification": {"coverage": "product level", "completedAt": "2026-01-01T00:00:00Z", "providerName": "p"},
}
_WRONG = [
    "",
    0,
    None,
    True,
    [],
    {},
    ["x", "x"],
    "x",
    "５",
    "1e3",
    "5abc",
    "-1",
    "urn:",
    "2026-13-01T00:00:00Z",
]
_DECIMALS = {"", "x", "５", "1e3", "5abc", "-1", "urn:", "2026-13-01T00:00:00Z"}


def _places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path[:1] == ("extensions",) and len(path) > 2:
        return
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield (*path, name)
        yield from _places(inner, (*path, name))


def _mutants(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every member left out, replaced by everything wrong, doubled; each with the kind of the place."""
    for path in _places(whole):
        for wrong in [Ellipsis, *_WRONG, "twice"]:
            mutant = deepcopy(whole)
            node: Any = mutant
            for step in path[:-1]:
                node = node[step]
            old = node[path[-1]]
            if wrong is Ellipsis:
                del node[path[-1]]
            elif wrong == "twice":
                node[path[-1]] = [old[0], old[0]] if isinstance(old, list) and old else old
            else:
                node[path[-1]] = wrong
            yield _kind(path, old, wrong), mutant


def _kind(path: tuple[str | int, ...], old: object, wrong: object) -> str:
    named = [str(step) for step in path if isinstance(step, str)]
    if wrong == "urn:" and isinstance(old, str) and ":" in old:
        return "urn"
    is_number = isinstance(old, str) and old.replace(".", "").replace("-", "").isdecimal()
    if is_number and isinstance(wrong, str) and wrong in _DECIMALS:
        return "decimal"
    return "/".join(named)


@pytest.mark.oracle
def test_same_verdict_on_members_of_random_samples(oracle_data: Path) -> None:
    draw = random.Random(3)
    for footprint in samples(oracle_data)[::8]:
        for kind, mutant in draw.sample(list(_mutants(footprint)), 40):
            theirs, ours = accepts(oracle_data, mutant), not judge(mutant, SCHEMA)
            assert ours == theirs or (theirs and kind in STRICTER), kind
