"""Four programs of others load and judge our shells: two metamodels, one SDK, one reader of the templates.

What aas-submodel-validate 1.0.0 says is fixed exactly, since two of its findings are not about our files:

- BAT-R2 (a warning) stands at every submodel with this identifier, IDTA's own 02023 template included: IDTA
  02023 and 02035-3 publish the same submodel identifier, and this program has a table for the first only.
- PCF-E09 stands at every total of 02035-3. That template asks for a total that names all its phases, and
  gives the list's item the cardinality One; the program judges it by the table of 02023, without totals.
"""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator
from dataclasses import replace as with_changes
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.model.walk import diff, leaves, replace
from gateway.pipeline.convert import Source, convert, read

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "examples"
FOOTPRINT, PASSPORT = "aas-02023@1.0", "aas-02035-3@1.0"
TOTALS_OF_A_PREVIEW = 2
ODDITIES = 40
Verdicts = dict[str, dict[str, list[str]]]


def run(*arguments: object) -> str:
    """What the judges' script prints."""
    python = HERE / "python" / ".venv" / "bin" / "python"
    if not python.exists():
        pytest.skip("the Python judges are not installed: bash tests/judges/install.sh")
    command = [str(python), str(HERE / "python" / "aas.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def judged(files: list[Path]) -> Verdicts:
    """What all four say of each file, from one run."""
    found: Verdicts = {Path(name).name: verdict for name, verdict in json.loads(run(*files)).items()}
    assert set(found) == {file.name for file in files}
    return found


def issued(source: Source) -> Package:
    """The input with a date and a standard where it has none: nothing else stands against most of them."""
    document = json.loads(source.package.only.data)
    document.setdefault("document", {}).setdefault("issuedAt", str(date(2026, 4, 10)))
    document.setdefault("method", {}).setdefault("standards", ["ISO14067"])
    return Package.of(json.dumps(document).encode(), name=source.package.name)


def inputs(oracle_data: Path) -> Iterator[Source]:
    """The shipped examples and every real declaration, with a date and a standard."""
    folders = (EXAMPLES, oracle_data / "china" / "sample_inputs", oracle_data / "real_inputs")
    for path in (
        path
        for folder in folders
        for path in sorted(folder.glob("*.json"))
        if not path.name.startswith("test-")
    ):
        yield read(issued(read(Package.of(path.read_bytes(), name=path.name))), context=Context())


@pytest.fixture(scope="module")
def verdicts(oracle_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    """Every input that can be written, in both containers, previews and what is left empty."""
    folder = tmp_path_factory.mktemp("aas")
    files = []
    for source in inputs(oracle_data):
        for container in ("json", "aasx"):
            for preview in ("yes", "no"):
                options = {"preview": preview, "aas-container": container}
                for outcome in convert(source, to=[FOOTPRINT, PASSPORT], options=options):
                    if outcome.package is not None:
                        stem = f"{Path(source.package.name).stem}-{outcome.format.folder}-{preview}"
                        files.append(folder / f"{stem}.{container}")
                        files[-1].write_bytes(outcome.package.only.data)
    return judged(sorted(set(files)))


def test_enough_is_judged(verdicts: Verdicts) -> None:
    kinds = [name.rpartition("-")[0] for name in verdicts if name.endswith("-yes.json")]
    assert len([kind for kind in kinds if kind.endswith("aas-02023")]) >= 12
    assert [kind for kind in kinds if kind.endswith("aas-02035-3")] == ["lfp-pack-aas-02035-3"]


@pytest.mark.judge("basyx")
def test_sdk_loads_the_shell_and_both_submodels_strictly(verdicts: Verdicts) -> None:
    assert {name: len(found["basyx"]) for name, found in verdicts.items()} == dict.fromkeys(verdicts, 3)


# What texts can be that people type, paste or import.
TEXTS = (
    *("", " ", "x" * 1023, "字" * 1024, "a\tb\nc", "<&>\"'", "\U0001f375", "e\u0301"),
    *("a\u0001b", "\u200f", "\ufffe"),
)


def oddities() -> Iterator[tuple[str, bytes]]:
    """Documents whose every text was drawn from ``TEXTS`` here and there, as both submodels."""
    source = read(Package.of((EXAMPLES / "lfp-pack.json").read_bytes()))
    places = [place for place in leaves(source.declaration) if type(place.value) is str]
    for seed in range(ODDITIES):
        rng = random.Random(seed)
        changed = source.declaration
        for place in rng.sample(places, 12):
            changed = replace(changed, place.path, rng.choice(TEXTS))
        options = {"preview": rng.choice(("yes", "no")), "aas-container": "json"}
        odd = with_changes(source, declaration=changed)
        for outcome in convert(odd, to=[FOOTPRINT, PASSPORT], options=options):
            if outcome.package is not None:
                yield f"{seed}-{outcome.format.folder}-{options['preview']}", outcome.package.only.data


@pytest.mark.judge("basyx", "aas-core3.0", "aas-core3.1", "aas-submodel-validate")
def test_odd_texts_leave_a_sound_document(tmp_path: Path) -> None:
    files = []
    for stem, data in oddities():
        files.append(tmp_path / f"{stem}.json")
        files[-1].write_bytes(data)
    assert len(files) > ODDITIES
    for name, found in judged(files).items():
        assert len(found["basyx"]) == 3, name
        assert (found["aas-core3.0"], found["aas-core3.1"]) == ([], []), name
        totals = TOTALS_OF_A_PREVIEW if "aas-02035-3-yes" in name else 0
        assert found["aas-submodel-validate"] == ["BAT-R2", *["PCF-E09"] * totals], name


@pytest.mark.judge("basyx")
@pytest.mark.parametrize("part", ["xml", "json"])
def test_what_the_sdk_saves_reads_as_what_we_wrote(tmp_path: Path, part: str) -> None:
    before = {}
    for name, target in (("lfp-pack", FOOTPRINT), ("lfp-pack", PASSPORT), ("tea", FOOTPRINT)):
        source = read(Package.of((EXAMPLES / f"{name}.json").read_bytes()))
        options = {"preview": "yes", "aas-container": "json"}
        (outcome,) = convert(source, to=[target], options=options)
        assert outcome.package is not None
        stem = f"{name}-{outcome.format.folder}"
        (tmp_path / f"{stem}.json").write_bytes(outcome.package.only.data)
        before[stem] = read(outcome.package).declaration
    run("--rewrite", tmp_path, *sorted(tmp_path.glob("*.json")))
    for stem, declaration in before.items():
        saved = read(Package.of((tmp_path / f"{stem}-{part}.aasx").read_bytes()))
        assert diff(declaration, saved.declaration) == {}


@pytest.mark.judge("aas-core3.0", "aas-core3.1")
@pytest.mark.parametrize("metamodel", ["aas-core3.0", "aas-core3.1"])
def test_metamodels_hold(verdicts: Verdicts, metamodel: str) -> None:
    assert {name: found[metamodel] for name, found in verdicts.items() if found[metamodel]} == {}


@pytest.mark.judge("aas-submodel-validate")
def test_templates_hold(verdicts: Verdicts) -> None:
    for name, found in verdicts.items():
        totals = TOTALS_OF_A_PREVIEW if "aas-02035-3-yes" in name else 0
        assert found["aas-submodel-validate"] == ["BAT-R2", *["PCF-E09"] * totals], name


@pytest.mark.oracle
@pytest.mark.judge("aas-submodel-validate")
def test_idtas_own_submodel_gets_the_same_warning(oracle_data: Path, tmp_path: Path) -> None:
    folder = oracle_data / "passport" / "idta-smt" / "02023_v1.0.1"
    template: Any = json.loads(
        next(folder.glob("*Template_CarbonFootprint.json")).read_text(encoding="utf-8")
    )
    for shell in template["assetAdministrationShells"]:
        shell["assetInformation"].pop("defaultThumbnail", None)
    for submodel in template["submodels"]:
        submodel["kind"] = "Instance"
    file = tmp_path / "template.json"
    file.write_text(json.dumps(template), encoding="utf-8")
    assert "BAT-R2" in judged([file])["template.json"]["aas-submodel-validate"]
