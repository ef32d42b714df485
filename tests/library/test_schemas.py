"""The published schemas: generated from the shapes, and true of everything that we write for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import cli
import gateway
from gateway import resources
from gateway.__main__ import main
from gateway.console.shapes import ANSWERS, schemas

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ("lfp-pack.json", "tea.json")


@cache
def committed(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(resources.schema(f"hutong/{name}.schema.json").read_bytes())
    return document


def closed(node: Any, *, names: bool = False) -> Any:
    """The schema as it would be if nothing could be added: so that no member of ours goes undescribed."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {k: closed(v, names=not names and k in ("properties", "$defs")) for k, v in node.items()}
    if not names and "properties" in made:
        made.setdefault("unevaluatedProperties", False)
    return made


@cache
def judge(name: str, part: str = "") -> jsonschema.Draft202012Validator:
    """A closed schema, or the part of it that describes one command."""
    schema = closed(committed(name))
    if part:
        alone = {"$ref": f"#/$defs/{part}"}
        errors = {"$ref": "#/$defs/Errors"}
        others = [{"$ref": "#/$defs/NotCompared"}] if part == "Diff" else []
        schema = {key: schema[key] for key in ("$schema", "$defs")} | {"anyOf": [alone, errors, *others]}
    return jsonschema.Draft202012Validator(schema)


def wrong(document: object, name: str, part: str = "") -> list[str]:
    return [
        f"{best.json_path}: {best.message[:300]}"
        for error in judge(name, part).iter_errors(document)
        for best in [jsonschema.exceptions.best_match([error])]
    ]


class TestPublished:
    """The files of ``schemas/hutong``."""

    def test_committed_is_generated(self) -> None:
        folder = Path(str(resources.schema("hutong")))
        stale = {path.name: path.read_bytes() for path in folder.iterdir()} != schemas()
        assert not stale, "run python -m gateway.console.shapes"

    @pytest.mark.parametrize("name", sorted(schemas()))
    def test_sound_named_by_a_urn_and_open(self, name: str) -> None:
        schema = json.loads(schemas()[name])
        jsonschema.Draft202012Validator.check_schema(schema)
        assert re.fullmatch(r"urn:hutong:schema:[a-z]+:1", schema["$id"])
        text = json.dumps(schema)
        assert '"additionalProperties": false' not in text
        assert '"type": "null"' not in text

    def test_every_command_has_a_shape(self) -> None:
        lacking = sorted(set(cli.hutong.commands) - set(ANSWERS))
        assert not lacking, "describe their answers in gateway/console/shapes.py"


class TestDeclaration:
    """``gateway.to_json`` of a declaration."""

    @pytest.mark.parametrize("example", EXAMPLES)
    def test_round_trip(self, example: str) -> None:
        declaration = gateway.read((ROOT / "examples" / example).read_bytes()).declaration
        document = gateway.to_json(declaration)
        assert wrong(document, "declaration-1") == []
        assert gateway.declaration_from_json(json.dumps(document).encode()) == declaration

    def test_real_inputs(self, oracle_data: Path) -> None:
        files = sorted((oracle_data / "real_inputs").rglob("*.json"))
        found = 0
        for file in files:
            try:
                declaration = gateway.read(file.read_bytes()).declaration
            except gateway.GatewayError:
                continue
            found += 1
            document = gateway.to_json(declaration)
            assert wrong(document, "declaration-1") == [], file.name
            assert gateway.declaration_from_json(json.dumps(document).encode()) == declaration
        assert found >= 20

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"[]",
            b"{}",
            b'{"format": "hutong-declaration@2", "declaration": {}}',
            b'{"format": "hutong-declaration@1"}',
            b'{"format": "hutong-declaration@1", "declaration": {"lines": 7, "surprise": 1}}',
            b'{"format": "hutong-declaration@1", "declaration": {"product": {"mass": {"amount": 1.5}}}}',
            b'{"format": "hutong-declaration@1", "declaration": {}, "declaration": {}}',
            b'{"format": "hutong-declaration@1", "declaration": {"lines": [{"id": "a", "amount": []}]}}',
            b'{"format": "hutong-declaration@1", "declaration": {"extras": {"a/b": 5}}}',
            b"[" * 100_000,
        ],
    )
    def test_anything_else_is_refused(self, data: bytes) -> None:
        with pytest.raises(gateway.GatewayError) as caught:
            gateway.declaration_from_json(data)
        assert gateway.describe(caught.value, "zh").what


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """The answers of every command to good and bad questions, by command; and the folder they made."""
    place = tmp_path_factory.mktemp("answers")
    pack, tea = (str(ROOT / "examples" / name) for name in EXAMPLES)
    bad, out, key = str(place / "bad.json"), str(place / "out"), str(place / "key.pem")
    Path(bad).write_bytes(b'{"a": 1.5}')
    thin = place / "thin.json"
    thin.write_bytes(b'{"document": {}, "product": {"massKg": "heavy"}, "results": {"total": "x"}}')
    mapped, values = place / "map.csv", place / "values.csv"
    mapped.write_text(
        "line,target_database,target_id,relation,ter,reason\n"
        "L18,mydb,power,equivalent,1,why\nL01,mydb,a,equivalent,,\nL01,mydb,b,equivalent,,\n"
    )
    values.write_text("database,id,value,unit,kind\nmydb,power,0.7,kg CO2e/kWh,lca_co2e\n")
    flows = place / "flows.csv"
    flows.write_text(
        "SourceFlowName,SourceUnit,MatchCondition,TargetFlowName,TargetUnit\na,g,=,b,kg\nc,g,~,d,kg\n"
    )
    listed = place / "listed.csv"
    listed.write_text("uuid,name,context,unit\n00000000-0000-4000-8000-000000000001,zinc,air,kg\n")
    gases = place / "gases.json"
    gassed = json.loads((ROOT / "examples" / "tea.json").read_bytes())
    gassed["lines"][0]["resultByGas"] = [{"gas": g, "kg": 1} for g in ("R-410A", "SO2F2", "CH4")]
    gases.write_text(json.dumps(gassed))
    packs = ["--rules", "eu-battery", "--rules", "gbt-24067", "--rules", "cn-label"]
    to = ["--to", "pact", "--to", "batterypass"]
    runs = [
        ["formats"],
        ["detect", pack, bad],
        ["check", pack, tea, bad, str(thin), *packs],
        ["check", tea],
        ["check", tea, "--rules", "none"],
        ["targets", pack, bad],
        ["template", "battery", "--for", "pact", "-o", str(place / "t.xlsx")],
        ["layout", "suggest", str(place / "t.xlsx")],
        ["layout", "confirm", str(place / "t.xlsx"), "--yes"],
        ["layout", "confirm", str(place / "nothing.xlsx")],
        ["convert", pack, "--to", "pact", "-o", str(place / "p.json")],
        ["convert", str(thin), "--to", "battery-passport", "-o", str(place / "b.json")],
        ["convert", str(place / "p.json"), "--to", "cn-pcf", "-o", str(place / "c.json")],
        [
            "attach",
            pack,
            str(ROOT / "examples" / "supplier.json"),
            "--line",
            "L03",
            "-o",
            str(place / "a.json"),
        ],
        ["repair", str(ROOT / "examples" / "lime-kiln-ilcd.xml"), "-o", str(place / "kiln.xml")],
        ["nomenclature", "build", str(listed), "--name", "own", "-o", str(place / "own.flows")],
        ["keygen", "-o", key, "--no-passphrase"],
        ["issue", pack, tea, bad, str(thin), *to, "--key", key, "-o", out, "--preview", *packs],
        ["issue", pack, "--to", "pact", "--draft", "-o", str(place / "draft")],
        ["gaps", pack],
        ["gaps", tea],
        ["explain", pack, "/results/pack/carbon/total"],
        ["explain", f"{out}/lfp-pack", "pact/product-footprint.json#/pcf/fossilGhgEmissions"],
        ["explain", pack, "/nowhere"],
        ["map", "convert", str(flows), "--to", "randonneur", "-o", str(place / "m.json")],
        ["map", "audit", str(flows)],
        ["map", "review", str(flows)],
        ["map", "audit", pack],
        ["diff", pack, tea],
        ["diff", pack, bad],
        ["whatif", pack, "--electricity", "0.6205", "--explain"],
        ["whatif", pack, "--electricity", "2023/direct_co2/average/CN", "--gwp", "AR5", "--per", "kwh-rated"],
        ["whatif", pack, "--per", "kwh-delivered", "--profile", "eu-battery-ev-draft-2024"],
        ["whatif", tea, "--electricity", "0.6205"],
        ["factors", pack, "--map", str(mapped), "--values", str(values)],
        ["factors", tea, "--map", str(mapped)],
        ["translate", str(gases), "--target", "ef-3.1"],
        ["translate", tea, "--target", "ecoinvent"],
        ["factors", pack, "--map", str(values)],
        ["verify", f"{out}/lfp-pack", "--replay"],
        ["verify", out],
        ["demo", "-o", str(place / "demo")],
        ["check", "--no-such-option"],
    ]
    told: dict[str, list[Any]] = {}
    with pytest.MonkeyPatch.context() as patch:
        for arguments in runs:
            told.setdefault(arguments[0], []).append(_answer(patch, arguments))
    told["folder"] = [place]
    return told


# Commands of several parties, each of which needs the others: where their answers are held against these.
ELSEWHERE = dict.fromkeys(
    ("attest", "exports", "prepare", "review", "revoke", "seal", "share", "trust"),
    "trust/test_three_parties.py",
) | dict.fromkeys(("sign", "present"), "console/test_signing_files.py")


class TestOutputs:
    """What the command answers and what lies in an issued folder."""

    def test_every_command_is_tried(self, answers: Mapping[str, list[Any]]) -> None:
        assert {*cli.hutong.commands} == ({*answers} - {"folder", "--no-such-option"}) | {*ELSEWHERE}
        for place in ELSEWHERE.values():
            assert "answers-1" in (ROOT / "tests" / place).read_text(encoding="utf-8")

    @pytest.mark.parametrize("command", sorted({*cli.hutong.commands} - {*ELSEWHERE}))
    def test_answers(self, answers: Mapping[str, list[Any]], command: str) -> None:
        assert answers[command]
        for answer in answers[command]:
            assert wrong(answer, "answers-1", ANSWERS[command].__name__) == []
            jsonschema.validate(answer, committed("answers-1"))

    def test_packages_of_data_sets(self, tmp_path: Path) -> None:
        pack, kiln = (str(ROOT / "examples" / name) for name in ("lfp-pack.json", "lime-kiln-ilcd.xml"))
        with pytest.MonkeyPatch.context() as patch:
            for source, target in ((pack, "openlca"), (kiln, "ecospold2")):
                told = _answer(patch, ["convert", source, "--to", target, "-o", str(tmp_path / target)])
                assert wrong(told, "answers-1", "ConvertDatasets") == []

    def test_files_of_a_folder(self, answers: Mapping[str, list[Any]]) -> None:
        (place,) = answers["folder"]
        names = {"report.json": "report-1", "findings.json": "findings-1"}
        judged = [(path, names[path.name]) for path in _files(place) if path.name in names]
        assert len(judged) >= 9
        for path, schema in judged:
            assert wrong(json.loads(path.read_bytes()), schema) == [], path.name

    def test_a_report_of_the_library(self) -> None:
        report = gateway.check(b'{"document": {}, "product": {"massKg": "heavy"}, "results": {"zzz": "x"}}')
        document = gateway.to_json(report)
        assert document["findings"]
        assert document["notes"]
        assert wrong(document, "findings-1") == []

    def test_a_missing_member_is_noticed(self, answers: Mapping[str, list[Any]]) -> None:
        """The counter-test: less, other or more than described is wrong."""
        (told, *_) = answers["verify"]
        assert wrong({k: v for k, v in told.items() if k != "signer"}, "answers-1", "Verify")
        assert wrong(told | {"state": "fine"}, "answers-1", "Verify")
        assert wrong(told | {"more": 1}, "answers-1", "Verify")


def _files(place: Path) -> Iterator[Path]:
    return (path for path in sorted(place.rglob("*.json")) if "draft" not in path.parts)


def _answer(patch: pytest.MonkeyPatch, arguments: list[str]) -> Any:
    import io
    import sys

    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    patch.setattr(sys, "stdout", stream)
    main([*arguments, "--json"])
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return json.loads(stream.buffer.getvalue())
