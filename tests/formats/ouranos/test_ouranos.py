"""Footprint entries of the Ouranos Ecosystem: one part, four entries, one sum; everything else is kept."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from gateway.codec.base import Context, Package
from gateway.codec.schema import judge
from gateway.errors import GatewayError
from gateway.formats import detect
from gateway.formats.ouranos import FORMAT
from gateway.formats.ouranos.reader import SCHEMA
from gateway.frontdoor import json as json_door
from tests.formats.pact.mutating import mutations

FOUR = ("preProduction", "mainProduction", "preComponent", "mainComponent")
TRACE = "d9a38406-cae2-4679-b052-15a75f5531f6"


def entry(kind: str, value: str, **members: Any) -> dict[str, Any]:
    return {
        "cfpId": "d9a38406-cae2-4679-b052-15a75f5531c5",
        "traceId": TRACE,
        "ghgEmission": Decimal(value),
        "ghgDeclaredUnit": "kgCO2e/kilogram",
        "cfpType": kind,
        "dqrType": "preProcessing" if kind.startswith("pre") else "mainProcessing",
        "dqrValue": {"TeR": 2, "GeR": 2, "TiR": 2},
        **members,
    }


def package(entries: list[dict[str, Any]]) -> Package:
    return Package.of(json.dumps(entries, default=float).encode())


def whole() -> list[dict[str, Any]]:
    return [entry(kind, value) for kind, value in zip(FOUR, ("1.1", "2.2", "3.3", "4.4"), strict=True)]


class TestReading:
    def test_four_entries_are_one_footprint_from_cradle_to_gate(self) -> None:
        reading = FORMAT.read(package(whole()), Context())
        (result,) = reading.declaration.results
        assert str(result.carbon.total) == "11.0 kg{CO2eq}"
        assert [row.stage for row in result.rows] == ["raw", "production", "raw", "production"]
        assert str(reading.declaration.unit.amount) == "1 kg"
        assert reading.declaration.boundary.type == "c2g"
        assert [note.code for note in reading.notes if note.code.startswith("ouranos")] == [
            "ouranos.added-up"
        ]

    def test_three_entries_are_no_footprint(self) -> None:
        reading = FORMAT.read(package(whole()[:3]), Context())
        assert reading.declaration.results[0].carbon.total is None
        assert [finding.code for finding in reading.findings] == ["ouranos.parts-missing"]

    def test_all_totals_of_a_tree_are_the_footprint(self) -> None:
        values = zip(FOUR, ("1.1", "2.2", "5.6", "6.7"), strict=True)
        more = [*whole(), *(entry(f"{kind}Total", value) for kind, value in values)]
        reading = FORMAT.read(package(more), Context())
        (result,) = reading.declaration.results
        assert str(result.carbon.total) == "15.6 kg{CO2eq}"
        assert [row.stage for row in result.rows] == ["raw", "production", "raw", "production"]
        assert "ouranos.totals-taken" in {finding.code for finding in reading.findings}
        assert len([name for name in reading.declaration.extras if name.endswith("/ghgEmission")]) == 4

    def test_totals_that_say_the_same_are_kept(self) -> None:
        more = [*whole(), *(e | {"cfpType": f"{e['cfpType']}Total"} for e in whole())]
        reading = FORMAT.read(package(more), Context())
        assert str(reading.declaration.results[0].carbon.total) == "11.0 kg{CO2eq}"
        assert not reading.findings

    def test_some_totals_of_a_tree_leave_it_open(self) -> None:
        more = [*whole(), entry("preProductionTotal", "1000")]
        reading = FORMAT.read(package(more), Context())
        assert reading.declaration.results[0].carbon.total is None
        assert [finding.code for finding in reading.findings] == ["ouranos.totals-incomplete"]
        assert len([name for name in reading.declaration.extras if "/4/ghgEmission" in name]) == 1

    def test_answers_of_others_are_never_added(self) -> None:
        more = [*whole(), entry("preProductionResponse", "1000")]
        reading = FORMAT.read(package(more), Context())
        assert str(reading.declaration.results[0].carbon.total) == "11.0 kg{CO2eq}"

    def test_ratings_that_differ_are_kept_and_not_averaged(self) -> None:
        entries = whole()
        entries[1]["dqrValue"]["TeR"] = 3
        reading = FORMAT.read(package(entries), Context())
        assert reading.declaration.quality.ter is None
        assert len([name for name in reading.declaration.extras if name.endswith("/dqrValue/TeR")]) == 4

    def test_units_that_differ_are_an_error(self) -> None:
        entries = whole()
        entries[1]["ghgDeclaredUnit"] = "kgCO2e/unit"
        assert [f.code for f in FORMAT.read(package(entries), Context()).findings] == [
            "ouranos.several-units"
        ]

    def test_two_parts_are_refused(self) -> None:
        entries = whole()
        entries[1]["traceId"] = "other"
        with pytest.raises(GatewayError) as caught:
            FORMAT.read(package(entries), Context())
        assert caught.value.error_code == "ouranos.not-one-part"


@pytest.mark.oracle
class TestPublished:
    """The entries that the published interface shows as examples, read from its text."""

    def examples(self, oracle_data: Path) -> list[list[dict[str, Any]]]:
        text = (oracle_data / "china" / "ouranos" / "openapi.yaml").read_text(encoding="utf-8")
        pattern = re.compile(r"- cfpId: (?P<id>\S+)\n(?P<rest>(?:\s{22,}\S.*\n)+)")
        found = [self.parsed(match["rest"], match["id"]) for match in pattern.finditer(text)]
        groups: dict[str, list[dict[str, Any]]] = {}
        for one in found:
            groups.setdefault(str(one.get("traceId")), []).append(one)
        return list(groups.values())

    def parsed(self, text: str, identifier: str) -> dict[str, Any]:
        value: dict[str, Any] = {"cfpId": None if identifier == "null" else identifier.strip('"')}
        ratings: dict[str, Any] = {}
        for name, told in re.findall(r"(\w+): *(\S*)\n", text):
            if name in ("TeR", "GeR", "TiR"):
                ratings[name] = json.loads(told)
            elif told:
                value[name] = json.loads(told) if told[0] in '"0123456789n' else told
        return {**value, "dqrValue": ratings}

    def test_every_example_is_read(self, oracle_data: Path) -> None:
        groups = self.examples(oracle_data)
        assert sum(map(len, groups)) >= 20
        for entries in groups:
            own = package(entries)
            assert detect(own).format is FORMAT
            assert FORMAT.read(own, Context()).declaration.document.id == entries[0]["traceId"]

    def test_they_hold_by_our_schema(self, oracle_data: Path) -> None:
        assert FORMAT.validate is not None
        for entries in self.examples(oracle_data):
            assert FORMAT.validate(package(entries)) == ()


def _validator(data: Path) -> Any:
    """The schema of one entry; OpenAPI 3.0 says ``nullable`` where JSON Schema has a type of its own."""
    text = (data / "china/ouranos/openapi.yaml").read_text(encoding="utf-8")

    def plain(node: Any) -> Any:
        if isinstance(node, list):
            return [plain(item) for item in node]
        if not isinstance(node, dict):
            return node
        found = {name: plain(below) for name, below in node.items()}
        return {**found, "type": [found["type"], "null"]} if found.get("nullable") is True else found

    schema = plain(yaml.safe_load(text)["components"]["schemas"]["traceability.CfpModel"])
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker(formats=["uuid"]))


@pytest.mark.oracle
def test_same_verdict_as_the_published_interface_on_every_change(oracle_data: Path) -> None:
    official = _validator(oracle_data)
    sample = json.loads(json.dumps(entry("preProduction", "1.5"), default=float))
    assert official.is_valid(sample)
    judged = list(mutations(sample))
    assert len(judged) > 100
    for what, changed in judged:
        theirs = official.is_valid(changed)
        assert theirs is not bool(judge(json_door.parse(json.dumps(changed).encode()), SCHEMA)), what
    assert {official.is_valid(changed) for _, changed in judged} == {True, False}
