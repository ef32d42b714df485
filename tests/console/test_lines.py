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


def to_catenax(source: Path, out: Path, *more: str) -> int:
    told = [part for value in TOLD for part in ("--set", value)]
    return main(
        ["convert", str(source), "--to", "catenax-pcf@10.0.0", "-o", str(out), "--quiet", *told, *more]
    )


def test_what_a_public_reader_may_not_see_does_not_leave(source: Path, tmp_path: Path) -> None:
    """As of the footprint alone: a message without what a customer may see is none, and is refused."""
    single = tmp_path / "one.json"
    single.write_bytes(source.read_bytes().splitlines()[0])
    for disclosure, code in (("C0", 4), ("C1", 0)):
        for file in (source, single):
            out = tmp_path / f"out-{disclosure}{file.suffix}"
            assert to_catenax(file, out, "--disclosure", disclosure) == code
            assert out.exists() == (code == 0)
            assert Path(f"{out}.report.ndjson").exists() == (code == 0 and file is source)


def test_lines_through_the_model_are_those_without_it(source: Path) -> None:
    from gateway.codec.base import Context
    from gateway.console.lines_converting import Wish, _redacted
    from gateway.formats.pact.lines import convert_lines

    told = dict(value.split("=") for value in TOLD)
    wish = Wish("catenax-pcf@10.0.0", "", options=told)
    for one in convert_lines(source.read_bytes().splitlines(), to=wish.to, options=told):
        data = source.read_bytes().splitlines()[one.number - 1]
        other = _redacted(data, one.number, wish, Context())
        assert (other.number, other.data) == (one.number, one.data)
        assert {n.path: n.code for n in other.notes} == {n.path: n.code for n in one.notes}


@pytest.mark.parametrize("option", [("--preview",), ("--layout", "x.json"), ("--with", "y.json")])
def test_an_option_that_no_line_can_honour_is_refused(
    source: Path, tmp_path: Path, option: tuple[str, ...]
) -> None:
    assert to_catenax(source, tmp_path / "out.ndjson", *option) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["in.ndjson"]


def test_no_part_of_a_message_is_above_the_class_of_a_customer() -> None:
    """So nothing has to be withheld of it where a customer may read it."""
    from gateway.formats.pact import FORMATS
    from gateway.formats.pact.hub import SPACES, keys
    from gateway.model.disclosure import Disclosure, _carriers, field_classes

    assert {format_.audience for format_ in FORMATS} == {Disclosure.C1}
    assert {_carriers()[name] for name in (*SPACES, *(f.id for f in FORMATS))} == {Disclosure.C1}
    steps = {key.model.split("/")[1] for key in keys().values() if key.model}
    for model in {key.model for key in keys().values() if key.model}:
        own = [
            found
            for pattern, found in field_classes().items()
            if _fits(pattern, model) or pattern.startswith(f"{model}/")
        ]
        assert own, model
        assert max(own) <= Disclosure.C1, model
    assert "lines" not in steps
    assert "attachments" not in steps


def _fits(pattern: str, path: str) -> bool:
    one, other = pattern.split("/"), path.split("/")
    return len(one) == len(other) and all(a in ("*", b) for a, b in zip(one, other, strict=True))


def test_the_answer_of_a_host_is_taken_one_by_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps({"data": [good, good | {"status": "Deprecated"}]}), encoding="utf-8")
    for command in ("detect", "check", "targets"):
        assert main(["--json", command, str(answer)]) == 0
        files = json.loads(capsys.readouterr().out)["files"]
        assert [one["file"].rpartition("›")[2] for one in files] == [" 1", " 2"], command
    out = tmp_path / "out"
    assert main(["convert", str(answer), "--to", "pact@3.0", "-o", str(out), "--quiet"]) == 0
    assert sorted(p.relative_to(out).as_posix() for p in out.rglob("*.json")) == [
        "1/pact/product-footprint.json",
        "2/pact/product-footprint.json",
    ]
    told = [json.loads((out / f"{n}/pact/product-footprint.json").read_bytes())["status"] for n in (1, 2)]
    assert told == ["Active", "Deprecated"]


def test_a_target_without_its_version_is_the_newest(source: Path, tmp_path: Path) -> None:
    told = [part for value in TOLD for part in ("--set", value)]
    ends = []
    for to in ("catenax-pcf", "catenax-pcf@10.0.0"):
        out = tmp_path / f"{to}.ndjson"
        assert main(["convert", str(source), "--to", to, "-o", str(out), "--quiet", *told]) == 0
        ends.append(out.read_bytes())
    assert ends[0] == ends[1]


def test_why_lines_were_refused_is_told(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(source, tmp_path / "out.ndjson", *TOLD[:-1]) == 4
    told = capsys.readouterr().err
    assert told.count("--set massBalancingUsed=VALUE") == 1


def test_each_line_is_checked_by_its_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    short = json.loads(json.dumps(good))
    del short["pcf"]["declaredUnitAmount"]
    place = tmp_path / "in.ndjson"
    place.write_text("\n".join([json.dumps(good), "", '{"id": ', "[1, 2]", json.dumps(short)]) + "\n")
    assert main(["check", str(place), "--json"]) == 4
    files = json.loads(capsys.readouterr().out)["files"]
    found = {one["file"].rpartition(" › ")[2]: one for one in files}
    assert list(found) == ["1", "3", "4", "5"]
    codes = {n: [f["code"] for f in one.get("findings", one.get("errors", []))] for n, one in found.items()}
    assert codes["3"] == ["json.syntax"]
    assert codes["4"] == ["input.unknown-format"]
    assert "schema.broken" in codes["5"]
    (broken,) = (f for f in found["5"]["findings"] if f["code"] == "schema.broken")
    assert broken["expected"]["en"] == "required: declaredUnitAmount"
    assert broken["saw"].startswith('{"')
