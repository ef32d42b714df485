"""Our schemas of two Catena-X passports and the official ones: one verdict on documents with one change.

No sample of these editions is published: the document that is changed has every member of the structure
table once. Of a fragment the official schema is asked without what must be there outside of lists.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gateway.codec.carrier import carrier_table
from gateway.codec.carrier_schema import Shape, documents
from gateway.codec.schema import judge
from gateway.frontdoor import json as json_door
from tests.formats.pact.mutating import some_mutations

SHARE, WHOLE = 60, 2_000
TABLE = "carriers/catenax_structure.csv"
MODELS: Mapping[str, tuple[str, str]] = {
    "BatteryPass-6.1.0": ("io.catenax.battery.battery_pass", "battery-pass-6.1.0"),
    "DigitalProductPassport-7.0.0": (
        "io.catenax.generic.digital_product_passport",
        "digital-product-passport-7.0.0",
    ),
}
VALUES: Mapping[str, Any] = {
    "string": "text",
    "uri": "https://example.com/a",
    "boolean": True,
    "number": 3.5,
    "date": "2026-11-22",
    "uuid-urn": "urn:uuid:550e8400-e29b-41d4-a716-446655440000",
    "moment": "2026-11-22T08:00:00Z",
    "bpnl": "BPNL1234567890AA",
    "bpna": "BPNA1234567890AA",
    "serial-key": "partInstanceId",
    "batch-key": "batchId",
    "postcode": "230000",
    "eori": "DE123456789012345",
    "phone": "+49 30 1234",
    "mailbox-html": "contact@example.com",
}
CASES = [(name, form) for name in MODELS for form in ("", "-fragment")]


def example(shape: Shape) -> Any:
    """One value of a shape with everything that it may have."""
    if shape.kind == "object":
        return {name: example(below) for name, below in shape.members.items()}
    if shape.kind == "array":
        return [example(below) for below in shape.members.values()]
    return shape.values[0] if shape.values else VALUES[shape.kind]


@cache
def official(data: Path, name: str, form: str) -> Any:
    folder, file = MODELS[name][0], f"{name.partition('-')[0]}-schema.json"
    home = data / "passport/catenax" / folder / name.partition("-")[2] / file
    whole = json.loads(home.read_text(encoding="utf-8"))
    whole["$schema"] = "http://json-schema.org/draft-04/schema#"
    if form:
        whole = {**open_ended(whole, whole), "components": whole["components"]}
    return jsonschema.Draft4Validator(whole)


def open_ended(node: Any, whole: Any) -> Any:
    """The schema without what an object must have, down to the lists; their items stay as they are."""
    while "$ref" in node:
        node = whole["components"]["schemas"][node["$ref"].rpartition("/")[2]]
    kept = {k: v for k, v in node.items() if k not in ("required", "properties", "components", "allOf")}
    if "properties" in node:
        kept["properties"] = {name: open_ended(below, whole) for name, below in node["properties"].items()}
    if "allOf" in node:
        kept["allOf"] = [open_ended(below, whole) for below in node["allOf"]]
    return kept


def compare(data: Path, name: str, form: str, most: int) -> None:
    judge_of_others = official(data, name, form)
    own = f"catenax/{MODELS[name][1]}{form}.schema.json"
    whole = example(documents(TABLE)[name])
    assert list(judge_of_others.iter_errors(whole)) == []
    assert judge(json_door.parse(json.dumps(whole).encode()), own) == ()
    accepted, differ = 0, []
    for what, changed in some_mutations(whole, most, 20261122):
        theirs = judge_of_others.is_valid(changed)
        accepted += theirs
        if theirs is bool(judge(json_door.parse(json.dumps(changed).encode()), own)):
            differ.append(f"{what}: theirs {'accepts' if theirs else 'refuses'}")
    assert differ == [], (len(differ), differ[:20])
    assert 0 < accepted < most


@pytest.mark.judge("catenax-passport-schemas")
@pytest.mark.oracle
@pytest.mark.parametrize(("name", "form"), CASES)
def test_same_verdict_on_some(oracle_data: Path, name: str, form: str) -> None:
    compare(oracle_data, name, form, SHARE)


@pytest.mark.long
@pytest.mark.oracle
@pytest.mark.parametrize(("name", "form"), CASES)
def test_same_verdict_on_all(oracle_data: Path, name: str, form: str) -> None:
    compare(oracle_data, name, form, WHOLE)


@pytest.mark.parametrize("name", MODELS)
def test_every_place_of_the_field_table_is_one_of_the_model(name: str) -> None:
    found = list(carrier_table("carriers/catenax.csv", name).fields)
    found += carrier_table("carriers/catenax.csv", name).constants
    assert len(found) > 20
    for one in found:
        node = documents(TABLE)[name]
        for step in one.place:
            node = node.members["[]" if step.startswith("[") else step]
        assert node.kind not in ("object", "array"), one.pointer
        if one.type == "const":
            assert not node.values or one.codes in node.values, one.pointer
