"""Somebody else's schemas on our output: the header, and each section by its published model.

A section may be incomplete, which the document says itself: what the published model asks for and the
notice names is the only thing that may be missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gateway.codec.run import Written
from gateway.codec.schema import judge
from gateway.formats.en18223.table import ANNEX_ID, FOOTPRINT, SECTIONS
from gateway.model.declaration import Declaration

Build = Callable[..., Declaration]
Write = Callable[..., Written]
SCHEMA = "en18223/passport-2026.schema.json"
_IDTA = "passport/idta-samm/io.admin-shell.idta"
MODELS = {
    "nameplate": f"{_IDTA}.batterypass.digital_nameplate/1.0.0/NameplateBattery-schema.json",
    "technical": f"{_IDTA}.batterypass.technical_data/1.0.1/TechnicalDataBattery-schema.json",
    "material": f"{_IDTA}.batterypass.material_composition/1.0.1/MaterialCompositionBattery-schema.json",
    "footprint": f"{_IDTA}.batterypass.carbon_footprint/1.0.0/CarbonFootprintBattery-schema.json",
}
HEADER = f"{_IDTA}.dpp.dpp_metadata/1.0.0/DppMetadata-schema.json"


@cache
def oracle(file: Path) -> jsonschema.Draft4Validator:
    return jsonschema.Draft4Validator(json.loads(file.read_text(encoding="utf-8")))


def missing(error: jsonschema.ValidationError) -> str:
    """The place of a required member that is not there."""
    assert isinstance(error.instance, dict)
    asked: Any = error.validator_value
    name = next(n for n in asked if n not in error.instance and f"'{n}'" in error.message)
    return "/" + "/".join((*(str(step) for step in error.absolute_path), str(name)))


def told(document: dict[str, Any]) -> dict[str, list[str]]:
    return {row["section"]: row["missing"] for row in document[ANNEX_ID]["notice"]["incomplete"]}


@pytest.mark.judge("idta-02099-header")
@pytest.mark.parametrize("preview", ["yes", "no"])
def test_header(oracle_data: Path, passport: Build, written: Write, preview: str) -> None:
    document = json.loads(written(passport(), preview=preview).package.only.data)
    assert list(oracle(oracle_data / HEADER).iter_errors(document)) == []


@pytest.mark.judge("idta-02035-sections")
@pytest.mark.parametrize("name", MODELS)
def test_sections_miss_only_what_they_say(
    oracle_data: Path, passport: Build, written: Write, name: str
) -> None:
    document = json.loads(written(passport(), preview="yes").package.only.data)
    section = SECTIONS[name]
    errors = list(oracle(oracle_data / MODELS[name]).iter_errors(document[section]))
    assert [e.message for e in errors if e.validator != "required"] == []
    # A group that is missing as a whole is one error there, and its members one by one here.
    gone = {missing(e) for e in errors}
    said = told(document).get(section, [])
    assert all(any(place == g or place.startswith(f"{g}/") for g in gone) for place in said)
    assert all(any(place == g or place.startswith(f"{g}/") for place in said) for g in gone)
    assert (name == "footprint") == (not said)


@pytest.mark.oracle
def test_same_verdict_on_the_header_as_the_published_schema(
    oracle_data: Path, passport: Build, written: Write
) -> None:
    whole = json.loads(written(passport()).package.only.data)
    head = {name: value for name, value in whole.items() if name not in SECTIONS.values()}
    theirs = oracle(oracle_data / HEADER)
    wrongs: list[object] = [0, None, True, [], {}, ["a", "a"], ["a", 1]]
    for name in head:
        gone = {n: v for n, v in head.items() if n != name}
        for mutant in (gone, *(head | {name: wrong} for wrong in wrongs)):
            assert (judge(mutant, SCHEMA) == ()) == theirs.is_valid(mutant), (name, mutant)
    # Ours alone: the other spelling, and nothing empty.
    other = {n: v for n, v in head.items() if n != "lastUpdate"} | {"lastUpdated": head["lastUpdate"]}
    assert judge(other, SCHEMA) == ()
    assert judge(head | {"dppStatus": ""}, SCHEMA) != ()


@pytest.mark.oracle
def test_same_verdict_on_footprint_entries_as_the_published_schema(
    oracle_data: Path, passport: Build, written: Write
) -> None:
    whole = json.loads(written(passport(), preview="yes").package.only.data)
    theirs = oracle(oracle_data / MODELS["footprint"])
    section = whole[FOOTPRINT]
    (first, *_) = section["ProductCarbonFootprints"]
    wrongs: list[Any] = ["x", 0, None, True, [], {}, ["x"], [1], "kWh", ["D - reuse"]]
    for name in first:
        gone = {n: v for n, v in first.items() if n != name}
        for mutant in (gone, *(first | {name: wrong} for wrong in wrongs)):
            part: dict[str, Any] = {"ProductCarbonFootprints": [mutant]}
            ours = judge({**whole, FOOTPRINT: part}, SCHEMA) == ()
            assert ours == theirs.is_valid(part), (name, mutant)
