"""``hutong convert`` of many footprints: a line for each, a report for each, and nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.__main__ import main

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "supplier.json"
TOLD = (
    "partialFullPcf=Cradle-to-gate",
    "retroOrProspectivePcfType=Retrospective PCF",
    "allocationWasteIncineration=cut-off",
    "massBalancingUsed=false",
)


def run(source: Path, out: Path, *told: str) -> int:
    options = [part for value in told for part in ("--set", value)]
    return main(["convert", str(source), "--to", "catenax-pcf@10.0.0", "-o", str(out), "--quiet", *options])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    good = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    lines = [json.dumps(good), "", json.dumps(good | {"productNameCompany": "二"}, ensure_ascii=False)]
    place = tmp_path / "in.ndjson"
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place


def test_each_line_is_written_and_reported(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.ndjson"
    assert run(source, out, *TOLD) == 0
    assert len(out.read_bytes().splitlines()) == 2
    report = [json.loads(line) for line in (tmp_path / "out.ndjson.report.ndjson").read_bytes().splitlines()]
    assert [(one["line"], one["written"]) for one in report] == [(1, True), (3, True)]
    assert all({"code", "path", "fate"} <= set(note) for one in report for note in one["notes"])


def test_a_broken_line_is_refused_and_the_others_are_written(source: Path, tmp_path: Path) -> None:
    source.write_bytes(source.read_bytes() + b'{"id": \n[1]\n')
    out = tmp_path / "out.ndjson"
    assert run(source, out, *TOLD) == 4
    assert len(out.read_bytes().splitlines()) == 2
    report = [json.loads(line) for line in (tmp_path / "out.ndjson.report.ndjson").read_bytes().splitlines()]
    assert [one["written"] for one in report] == [True, True, False, False]
    assert all(one["lacks"] for one in report[2:])


def test_nothing_stays_where_no_line_could_be_written(source: Path, tmp_path: Path) -> None:
    assert run(source, tmp_path / "out.ndjson") == 4
    assert [path.name for path in tmp_path.iterdir()] == ["in.ndjson"]
