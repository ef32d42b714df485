"""Our JSON Schemas of TIDAS: what the table makes, whole, and of one mind with our rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from gateway import resources
from gateway.formats.tidas.rules import judge
from gateway.formats.tidas.schema import generate, main

from .filled import CHINESE, DATASETS, ENGLISH, STRUCTURES, filled
from .mutations import mutations
from .own_schemas import holds

TYPES = {"contact": "contact", "flow": "flow", "model": "lifecyclemodel", "process": "process"}


def test_committed_schemas_are_the_generated_ones(tmp_path: Path) -> None:
    folder = Path(str(resources.schema("tidas")))
    kept = {f"tidas/{file.name}": file.read_text(encoding="utf-8") for file in folder.iterdir()}
    assert kept == dict(generate())
    main(tmp_path)
    assert {f"tidas/{file.name}" for file in (tmp_path / "tidas").iterdir()} == set(kept)
    assert len(kept) == len(STRUCTURES) == 8


@pytest.mark.parametrize("name", generate())
def test_schemas_are_whole(name: str) -> None:
    """Draft 07, with every definition in the same file, and none of them idle."""
    schema = json.loads(resources.schema(name).read_bytes())
    Draft7Validator.check_schema(schema)
    refs = set(references(schema))
    assert refs == {f"#/definitions/{key}" for key in schema["definitions"]}


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and isinstance(value.get("$ref"), str):
        yield value["$ref"]
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from references(inner)


@pytest.mark.parametrize("dataset", DATASETS)
def test_of_one_mind_with_the_rules(dataset: str) -> None:
    name = STRUCTURES[dataset]
    documents = [filled(dataset, full=full, seed=seed) for full in (True, False) for seed in range(3)]
    assert all(holds(document, name) for document in documents)
    verdicts = []
    for change, document in mutations(documents, f"schema {dataset}", 500):
        verdicts.append(holds(document, name))
        assert verdicts[-1] == (not judge(json.dumps(document).encode(), name)), change
    assert 50 < sum(verdicts) < 450


@pytest.mark.oracle
def test_samples_are_not_valid(oracle_data: Path) -> None:
    """As the owner's schemas say, too."""
    files = sorted((oracle_data / "lca" / "tidas").glob("tidas-example-*.json"))
    assert len(files) == 4
    for file in files:
        assert not holds(json.loads(file.read_bytes()), TYPES[file.stem.rpartition("-")[2]])


@pytest.mark.parametrize(
    ("place", "value", "valid"),
    [
        ("common:referenceYear", 2024, True),
        ("common:referenceYear", "2024", False),
        ("common:timeRepresentativenessDescription", [ENGLISH, CHINESE], True),
        ("common:timeRepresentativenessDescription", [ENGLISH, ENGLISH], False),
        ("common:timeRepresentativenessDescription", ENGLISH | {"#text": "石灰"}, False),
        ("common:timeRepresentativenessDescription", CHINESE | {"#text": "lime"}, False),
        ("common:timeRepresentativenessDescription", ENGLISH | {"@xml:lang": "xx"}, False),
    ],
)
def test_what_a_schema_can_say(place: str, value: Any, valid: bool) -> None:
    document = filled("process", full=True)
    document["processDataSet"]["processInformation"]["time"][place] = value
    assert holds(document, "process") is valid


def test_the_end_of_a_text_is_its_end() -> None:
    document = filled("contact", full=False)
    information = document["contactDataSet"]["contactInformation"]["dataSetInformation"]
    information["common:UUID"] += "\n"
    assert not holds(document, "contact")


def test_code_and_name_of_a_class_go_together() -> None:
    document = filled("flow", full=True)
    information = document["flowDataSet"]["flowInformation"]["dataSetInformation"]
    classes = information["classificationInformation"]["common:classification"]["common:class"]
    classes[4]["#text"] = classes[3]["#text"] + " "
    assert not holds(document, "flow")
