"""The schema of what is written: made from the table, strict about its places, silent about others."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from gateway import resources
from gateway.codec.base import Context, Package
from gateway.codec.run import run_writer
from gateway.formats.cn_pcf import FORMAT
from gateway.formats.cn_pcf.schema import schema


def output() -> dict[str, Any]:
    """What we write for the battery."""
    package = Package.of(resources.example("lfp-pack.json").read_bytes())
    written = run_writer(FORMAT, FORMAT.read(package, Context()).declaration, Context())
    found: dict[str, Any] = json.loads(written.package.only.data)
    return found


def findings(document: dict[str, Any]) -> list[str]:
    assert FORMAT.validate is not None
    return [f.at for f in FORMAT.validate(Package.of(json.dumps(document).encode()))]


def test_the_file_is_what_the_table_makes() -> None:
    committed = json.loads(resources.schema("cn_pcf/declaration.schema.json").read_bytes())
    assert committed == schema()


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(schema())


def test_what_we_write_holds_by_two_judges() -> None:
    assert findings(output()) == []
    assert list(jsonschema.Draft7Validator(schema()).iter_errors(output())) == []


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("/document/id", 5),
        ("/document/issuedAt", "10.4.2026"),
        ("/product/massKg", 480),
        ("/product/massKg", "480 kg"),
        ("/product/massKg", "4,80"),
        ("/battery/cycleLife", "2500"),
        ("/method/offsetsIncluded", "no"),
        ("/method/standards", "GBT24067"),
        ("/method/standards/0", 1),
        ("/lines", {}),
        ("/lines/0", "L01"),
        ("/lines/0/id", None),
        ("/lines/0/unit", 5),
        ("/lines/0/factor", "8.2"),
        ("/lines/0/amount", {"missing": "forgotten"}),
        ("/lines/0/amount", {"missing": "withheld", "value": "5"}),
        ("/resultSets/0/role", "guessed"),
        ("/resultSets/0/basis/per", "kWh"),
        ("/results/byStage/0/kg", 0.1),
    ],
)
def test_another_type_breaks_it(at: str, value: object) -> None:
    document = output()
    node: Any = document
    steps = at.split("/")[1:]
    for step in steps[:-1]:
        node = node[int(step)] if isinstance(node, list) else node[step]
    node[int(steps[-1]) if isinstance(node, list) else steps[-1]] = value
    assert findings(document)


@pytest.mark.parametrize(
    "value",
    [None, {"missing": "withheld"}, {"missing": "unreadable", "text": "?", "unit": "kg"}, "1/3", "-5.0"],
)
def test_every_way_an_amount_is_written_holds(value: object) -> None:
    document = output()
    document["product"]["massKg"] = value
    assert findings(document) == []


def test_members_of_others_are_no_error() -> None:
    document = output()
    document["x"] = {"y": 1}
    document["product"]["colour"] = 5
    document["lines"][0]["note"] = []
    document["_unread"] = {"/lines/1": 5}
    assert findings(document) == []


def test_an_item_without_its_name_breaks_it() -> None:
    document = output()
    del document["sites"][0]["id"]
    assert findings(document)
