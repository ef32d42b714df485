"""Our OpenAPI document: as generated, every reference is there, and it judges as our schema does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from gateway import resources
from gateway.formats.pact.openapi import EDITIONS, Edition, document, rendered
from tests.conftest import Judges
from tests.formats.pact.test_mutations import older_sample

ROOT = Path(__file__).resolve().parents[3]


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.version)
def test_the_stored_document_is_the_generated_one(edition: Edition) -> None:
    assert resources.schema(edition.file).read_text(encoding="utf-8") == rendered(edition)


@pytest.mark.judge("openapi-spec-validator")
@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.version)
def test_somebody_elses_validator_finds_nothing(judges: Judges, edition: Edition, tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(rendered(edition), encoding="utf-8")
    assert judges.python("openapi.py", file) == []
    broken = document(edition)
    broken["paths"]["/auth/token"]["post"]["operationId"] = "postEvent"
    file.write_text(json.dumps(broken), encoding="utf-8")
    assert judges.python("openapi.py", file) != []


@pytest.mark.oracle
@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.version)
def test_every_published_operation_answer_and_data_model_is_there(
    oracle_data: Path, edition: Edition
) -> None:
    name = f"openapi_v{edition.version[:3].replace('.', '_')}.yaml"
    official = yaml.safe_load((oracle_data / "pcf/pact/schemas" / name).read_text(encoding="utf-8"))
    own = document(edition)
    for path, operations in official["paths"].items():
        for method, operation in operations.items():
            ours = own["paths"][path][method]
            assert set(operation["responses"]) <= set(ours["responses"])
            wanted = {
                p["name"] if "name" in p else p["$ref"].rpartition("/")[2]
                for p in operation.get("parameters", ())
            }
            assert wanted == {p["name"] for p in ours.get("parameters", ())}
    for name in ("ProductFootprint", *(n for n in official["components"]["schemas"] if n.endswith("Event"))):
        if name == "BaseEvent":
            continue
        properties = official["components"]["schemas"][name].get("properties", {})
        kind = properties.get("type", {})
        kinds = kind.get("enum") or ([kind["const"]] if "const" in kind else [])
        if kinds:
            assert own["components"]["schemas"][name]["properties"]["type"]["enum"] == kinds
        if name == "ProductFootprint":
            assert set(properties) == set(own["components"]["schemas"][name]["properties"])


EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "505e5d1e-8a3d-4a9c-9e0c-0b1b0a1f5f3a",
    "source": "https://example.org/",
    "time": "2026-11-22T08:00:00Z",
}


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.version)
def test_events_are_told_apart(edition: Edition) -> None:
    whole = document(edition)
    older = edition.version[0] == "2"
    body = whole["paths"][f"{edition.base}/events"]["post"]["requestBody"]["content"]
    ((_, media),) = body.items()
    judge = jsonschema.Draft202012Validator({**media["schema"], "components": whole["components"]})
    footprint = (
        older_sample("2.3") if older else json.loads((ROOT / "examples" / "supplier.json").read_bytes())
    )
    request = {"pf": {"productIds": ["urn:gtin:4712345060507"]}} if older else {"productId": ["urn:gtin:1"]}
    published = {"pfIds": [footprint["id"]]}
    fulfilled = {"requestEventId": EVENT["id"], "pfs": [footprint]}
    code = "NoSuchFootprint" if older else "NotFound"
    rejected = {"requestEventId": EVENT["id"], "error": {"code": code, "message": "none"}}
    data = {
        "RequestCreatedEvent": request,
        "RequestFulfilledEvent": fulfilled,
        "RequestRejectedEvent": rejected,
        "PublishedEvent": published,
    }
    for name, told in data.items():
        (kind,) = whole["components"]["schemas"][name]["properties"]["type"]["enum"]
        event = EVENT | {"type": kind, "data": told}
        assert list(judge.iter_errors(event)) == [], name
        for lost in ("id", "source", "data", "type", "specversion"):
            assert not judge.is_valid({k: v for k, v in event.items() if k != lost}), (name, lost)
        assert not judge.is_valid(event | {"type": "other"})
    malformed = EVENT | {
        "type": whole["components"]["schemas"]["PublishedEvent"]["properties"]["type"]["enum"][0]
    }
    for ids in ([], ["x"], "urn:uuid", [None]):
        assert not judge.is_valid(malformed | {"data": {"pfIds": ids}})


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.version)
def test_every_reference_leads_somewhere(edition: Edition) -> None:
    whole = document(edition)
    for reference in references(whole):
        node: Any = whole
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
        assert node


def test_the_footprint_in_it_is_ours() -> None:
    whole = {"$ref": "#/components/schemas/ProductFootprint", "components": document()["components"]}
    judge = jsonschema.Draft202012Validator(whole)
    good = json.loads((ROOT / "examples" / "supplier.json").read_text(encoding="utf-8"))
    assert judge.is_valid(good)
    for amount in ("5abc", "1e3", "0", "-1", ".5"):
        good["pcf"]["declaredUnitAmount"] = amount
        assert not judge.is_valid(good), amount
