"""The operator's package: from gate-level data by one formula, and never from a footprint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway import resources
from gateway.codec.base import Context, Package
from gateway.codec.run import run_writer
from gateway.formats import find
from gateway.formats.cbam.forms import SCHEMA, schema
from gateway.model.walk import by_path
from gateway.pipeline.convert import Outcome, convert, read

EXAMPLES = Path(__file__).parents[3] / "examples"
(DATA,), (PACKAGE,) = find("cbam-data"), find("cbam-installation")


def data() -> dict[str, Any]:
    file = EXAMPLES / "cbam-data" / "aluminium.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def write(value: dict[str, Any]) -> Outcome:
    (outcome,) = convert(read(json.dumps(value).encode()), to=["cbam-installation"])
    return outcome


def embedded(value: dict[str, Any]) -> list[dict[str, Any]]:
    package = write(value).package
    assert package is not None
    found: list[dict[str, Any]] = json.loads(package.only.data)["embedded"]
    return found


class TestPackage:
    def test_attributed_emissions_and_precursors_over_the_activity_level(self) -> None:
        """(50 + 450 × 1.65 + nothing for the German slab) ÷ 500 = 1.585; 1650 ÷ 1000 = 1.65."""
        slab, sheet = embedded(data())
        assert (slab["directTPerT"], slab["counts"]) == ("1.65", "direct")
        assert (sheet["directTPerT"], sheet["indirectTPerT"]) == ("1.585", None)

    def test_cement_counts_both(self) -> None:
        value = data()
        value["goods"] = value["goods"][:1]
        value["goods"][0] |= {"sector": "cement", "cnCode": "25231000"}
        (clinker,) = embedded(value)
        assert (clinker["counts"], clinker["indirectTPerT"]) == ("direct and indirect", "7.9")

    def test_everything_comes_back(self) -> None:
        declaration = DATA.read(Package.of(json.dumps(data()).encode()), Context()).declaration
        for format_ in (DATA, PACKAGE):
            written = run_writer(format_, declaration, Context())
            assert written.notes == ()
            assert by_path(written.reread) == by_path(declaration)

    def test_what_does_not_follow_is_found(self) -> None:
        package = write(data()).package
        assert package is not None
        assert PACKAGE.validate is not None
        assert PACKAGE.validate(package) == ()
        changed = Package.of(package.only.data.replace(b'"1.585"', b'"0.585"'))
        assert [f.code for f in PACKAGE.validate(changed)] == ["cbam.does-not-follow"]


class TestRefusal:
    @pytest.mark.parametrize("name", ["lfp-pack.json", "tea.json"])
    def test_a_footprint_is_no_source(self, name: str) -> None:
        source = read((EXAMPLES / name).read_bytes())
        (outcome,) = convert(source, to=["cbam-installation"])
        assert [error.error_code for error in outcome.lacks] == ["cbam.no-gate-data"]

    def test_a_footprint_beside_gate_data_changes_nothing(self) -> None:
        gate = Package.of(json.dumps({k: v for k, v in data().items() if k != "operator"}).encode())
        source = read((EXAMPLES / "tea.json").read_bytes(), beside=[gate])
        (outcome,) = convert(source, to=["cbam-installation"])
        assert outcome.package is not None
        assert json.loads(outcome.package.only.data)["embedded"] == embedded(data())

    @pytest.mark.parametrize(
        ("place", "value", "code"),
        [
            (("gwpSet",), "AR6", "cbam.other-gwp"),
            (("goods", 0, "sector"), "glass", "cbam.sector"),
            (("goods", 0, "activityLevelT"), "0", "cbam.no-activity"),
            (("goods", 0, "attributedDirectT"), None, "target.lacks-field"),
            (("goods", 1, "precursors", 0, "directTPerT"), None, "target.lacks-field"),
        ],
    )
    def test_what_is_missing_or_of_another_kind(
        self, place: tuple[str | int, ...], value: str | None, code: str
    ) -> None:
        told = data()
        node: Any = told
        for step in place[:-1]:
            node = node[step]
        if value is None:
            del node[place[-1]]
        else:
            node[place[-1]] = value
        assert code in {error.error_code for error in write(told).lacks}


def test_the_published_schema_is_that_of_the_table() -> None:
    stored = json.loads(resources.schema(SCHEMA).read_text(encoding="utf-8"))
    assert stored == json.loads(json.dumps(schema()))
