"""Our rules, our schemas and those of tidas-tools say the same: of samples and of documents with one change.

``schema_disagreements.csv`` gives the reason of every difference.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway.formats.tidas.rules import judge
from gateway.report import Finding
from tests.conftest import Judges

from .filled import DATASETS, STRUCTURES, filled
from .mutations import mutations
from .own_schemas import holds

TYPES = {"contact": "contact", "flow": "flow", "model": "life-cycle-model", "process": "process"}
Verdicts = Mapping[str, list[str | None]]


def asked(judges: Judges, folder: Path, jobs: Mapping[str, list[Any]], timeout: float = 300) -> Verdicts:
    file = folder / "jobs.json"
    named = {DATASETS[dataset]: documents for dataset, documents in jobs.items()}
    file.write_text(json.dumps(named), encoding="utf-8")
    answers = judges.python("tidas_schemas.py", file, timeout=timeout)
    return {dataset: answers[name] for dataset, name in DATASETS.items() if name in answers}


def told(document: Any, dataset: str) -> tuple[Finding, ...]:
    return judge(json.dumps(document).encode(), STRUCTURES[dataset])


def whole(dataset: str) -> list[dict[str, Any]]:
    return [filled(dataset, full=full, seed=seed) for full in (True, False) for seed in range(3)]


@pytest.mark.judge("tidas-tools-schemas")
def test_samples(oracle_data: Path, judges: Judges, tmp_path: Path) -> None:
    """Not one of the four samples is valid; the owners' schemas say the same."""
    files = sorted((oracle_data / "lca" / "tidas").glob("tidas-example-*.json"))
    jobs = {TYPES[file.stem.rpartition("-")[2]]: [json.loads(file.read_bytes())] for file in files}
    assert len(jobs) == 4
    theirs = asked(judges, tmp_path, jobs)
    for dataset, (document,) in jobs.items():
        assert theirs[dataset] != [None]
        assert told(document, dataset)


@pytest.mark.judge("tidas-tools-schemas")
def test_whole_documents(judges: Judges, tmp_path: Path) -> None:
    """What the table of fields makes is valid, with every field and with those that must be."""
    jobs = {dataset: whole(dataset) for dataset in DATASETS}
    assert all(holds(one, STRUCTURES[dataset]) for dataset, made in jobs.items() for one in made)
    assert asked(judges, tmp_path, jobs) == {dataset: [None] * 6 for dataset in DATASETS}
    for dataset, documents in jobs.items():
        assert not [finding for document in documents for finding in told(document, dataset)]


@pytest.mark.judge("tidas-tools-schemas")
@pytest.mark.parametrize("number", [500, pytest.param(5000, marks=pytest.mark.long)])
def test_one_thing_changed(number: int, judges: Judges, tmp_path: Path) -> None:
    made = {dataset: list(mutations(whole(dataset), f"tidas {dataset}", number)) for dataset in DATASETS}
    jobs = {dataset: [document for _, document in changed] for dataset, changed in made.items()}
    theirs = asked(judges, tmp_path, jobs, timeout=number)
    unexplained, refused = set(), 0
    for dataset, changed in made.items():
        for (change, document), their in zip(changed, theirs[dataset], strict=True):
            ours = told(document, dataset)
            assert holds(document, STRUCTURES[dataset]) == (not ours), change
            refused += bool(ours)
            if bool(ours) != (their is not None) and difference(change, ours) not in explained():
                unexplained.add((dataset, change, their))
    assert not unexplained
    assert refused > number * len(DATASETS) / 4


def difference(change: str, ours: Iterable[Finding]) -> tuple[str, str, str]:
    """What a disagreement is about, as the table names it."""
    for finding in ours:
        if finding.saw.endswith("\n"):
            return "line break at the end", "invalid", "valid"
        if finding.code == "tidas.not-in-list" and re.search("/common:(class|category)/", finding.at):
            return "classes out of order", "invalid", "valid"
        found = re.search(
            r"/(unit|factor|parameter)/\d+/(common:other|referenceToDataSource|parameter)\b", finding.at
        )
        return (f"{found[1]}/*/{found[2]}" if found else change), "invalid", "valid"
    return change, "valid", "invalid"


def explained() -> set[tuple[str, str, str]]:
    text = Path(__file__).with_name("schema_disagreements.csv").read_text(encoding="utf-8")
    found = list(csv.DictReader(text.splitlines()))
    assert all(row["reason"] for row in found)
    return {(row["where"], row["ours"], row["theirs"]) for row in found}


@pytest.mark.parametrize("dataset", DATASETS)
def test_whatever_stands_there_is_a_finding(dataset: str) -> None:
    """No text and no structure stops the judging; each finding has its words."""
    for change, document in mutations(whole(dataset), f"any {dataset}", 200):
        for finding in told(document, dataset):
            assert finding.code.startswith("tidas."), change
            assert finding.at.startswith("/"), change
