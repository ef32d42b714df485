"""openLCA's own importers on our data sets and on their sources. By command only: ``make judges-java``.

Both sides are read by openLCA 2.0 into a database of its own: a process keeps the number of its exchanges,
their signed amounts in reference units and its reference, an EPD its results.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cli import main

PLACE = Path(__file__).parent
Told = dict[str, Any]
Answers = dict[tuple[str, str], Told]
# Format and file of what openLCA reads as it stands.
SOURCES = {
    "electricity": ("ilcd", "ilcd-tiangong/tiangong-electricity-thermal-china.zip"),
    "hydroxide": ("ilcd", "ilcd-tiangong/tiangong-lithium-hydroxide.zip"),
    "recycling": ("ilcd", "ilcd-tiangong/tiangong-li-battery-recycling.zip"),
    "chips": ("openlca", "olca-jsonld/us-fpl-jsonld.zip"),
    "extrusion": ("ecospold1", "ecospold1/aluminum-extrusion.xml"),
    "sample": ("ecospold2", "ecospold2/sample_ecospold2.xml"),
    "shutters": ("ilcd", "ilcd-epd/oekobau_with_dependencies.zip"),
    "italy": ("ilcd", "ilcd-epd/epditaly_with_dependencies.zip"),
}
TARGETS = ("ilcd", "openlca", "ecospold1", "ecospold2")
# The document names no place, and EcoSpold takes no data set without one.
REFUSED = {("extrusion", "ecospold1"), ("extrusion", "ecospold2")}
INVENTORIES = ("electricity", "hydroxide", "recycling", "chips", "extrusion", "sample")
EPDS = ("shutters", "italy")
# Rows of a table of its own for which our empty database has no unit: not about the file.
_EMPTY_DATABASE = "no unit or property found for"


def imported(files: list[tuple[str, Path]]) -> list[Told]:
    """What openLCA has in its database after each file."""
    path = f"{PLACE / 'target' / 'classes'}:{(PLACE / 'target' / 'classpath').read_text(encoding='utf-8')}"
    words = [word for format_, file in files for word in (format_, str(file))]
    done = subprocess.run(
        ["java", "-cp", path, "Importer", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        cwd=PLACE / "target",
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def answers(oracle_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """By source and target; the source itself stands under ``source``."""
    place = tmp_path_factory.mktemp("openlca")
    asked: dict[tuple[str, str], tuple[str, Path]] = {}
    for name, (format_, file) in SOURCES.items():
        source = oracle_data / "lca" / file
        asked[name, "source"] = (format_, _named_for_openlca(source, format_, place))
        for target in TARGETS:
            out = place / f"{name}-{target}.zip"
            main(["convert", str(source), "--to", target, "-o", str(out), "--quiet"])
            if out.exists():
                asked[name, target] = (target, out)
    return dict(zip(asked, imported(list(asked.values())), strict=True))


def _named_for_openlca(source: Path, format_: str, place: Path) -> Path:
    """It takes no EcoSpold 2 by another ending."""
    if format_ != "ecospold2":
        return source
    return Path(shutil.copy(source, place / f"{source.stem}.spold"))


def inventory(process: Told) -> list[tuple[bool, float]]:
    """The reference and the amounts in reference units, outputs above zero.

    A treated waste is an input in one format and an output below zero in another.
    """
    found = []
    for one in process["exchanges"]:
        sign = -1 if one["input"] else 1
        # Twelve digits: openLCA multiplies binary fractions.
        found.append((one["reference"], float(f"{sign * one['amount'] * one['factor']:.12g}")))
    return sorted(found)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", INVENTORIES)
def test_openlca_reads_the_same_inventory(answers: Answers, name: str, target: str) -> None:
    if (name, target) in REFUSED:
        assert (name, target) not in answers
        return
    source, told = answers[name, "source"], answers[name, target]
    assert sorted(map(inventory, told["processes"])) == sorted(map(inventory, source["processes"]))
    assert [word for word in told["wrong"] if _EMPTY_DATABASE not in word] == []


@pytest.mark.parametrize("target", ["ilcd", "openlca"])
@pytest.mark.parametrize("name", EPDS)
def test_openlca_reads_the_same_results(answers: Answers, name: str, target: str) -> None:
    source, told = answers[name, "source"], answers[name, target]
    assert (told["epds"], told["categories"]) == (source["epds"], source["categories"]) == (1, 25)
    assert sorted(told["results"]) == sorted(source["results"])
    assert len(told["results"]) > 200


@pytest.mark.parametrize("name", EPDS)
def test_openlca_finds_no_fault_that_is_ours(answers: Answers, name: str) -> None:
    """The packages of others lack the properties of their indicator flows; so does ILCD made of them."""
    assert answers[name, "openlca"]["wrong"] == []
    assert len(answers[name, "ilcd"]["wrong"]) == len(answers[name, "source"]["wrong"])
