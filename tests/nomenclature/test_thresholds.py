"""The published thresholds, on other people's maps; benchmarks/nomenclature.py says the same with times."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "nomenclature.py"
pytestmark = pytest.mark.oracle
long = pytest.mark.exhaustive


@cache
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmark_nomenclature", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@cache
def evaluated(data: Path) -> Any:
    return benchmark().evaluate(data / "nomenclature")


def report(data: Path) -> Any:
    return evaluated(data)[0]


def test_ecoinvent_into_ef_without_the_help_of_other_lists(oracle_data: Path) -> None:
    evaluation = benchmark().Evaluation(oracle_data / "nomenclature", {"EF 3.1"})
    measured = evaluation.score("ei3.9.1-ef31", "ecoinvent", "EF 3.1").table()
    assert measured["precision"] >= 0.995
    assert measured["coverage"] >= 0.65
    assert measured["excluded"] <= 0.08 * measured["rows"]


@long
def test_what_applies_by_itself_is_right(oracle_data: Path) -> None:
    measured = report(oracle_data)
    assert measured["pooled"]["precision"] >= 0.995
    assert min(one["precision"] for one in measured["sets"]) >= 0.985


@long
def test_it_covers_two_names_of_three(oracle_data: Path) -> None:
    assert report(oracle_data)["pooled"]["coverage"] >= 0.65


@long
def test_few_rows_are_left_out_and_each_with_its_proof(oracle_data: Path) -> None:
    _, scores = evaluated(oracle_data)
    proofs = [proof for score in scores for *_, proof in score.excluded]
    assert all(proof.startswith(("cas: ", "formula: ")) for proof in proofs)
    assert report(oracle_data)["pooled"]["excluded_share"] <= 0.02


@long
def test_five_suggestions_hold_the_answer_where_there_is_a_cas_number(oracle_data: Path) -> None:
    found = [one["recall_with_suggestions_where_cas"] for one in report(oracle_data)["sets"]]
    assert min(share for share in found if share is not None) >= 0.95


@long
def test_every_tier_that_applies_keeps_its_promise(oracle_data: Path) -> None:
    tiers = report(oracle_data)["pooled"]["tiers"]
    assert {tier for tier, (_, share) in tiers.items() if share < 0.985} == set()


@long
def test_the_same_answers_for_any_hash_seed(oracle_data: Path) -> None:
    digests = set()
    for seed in "01234":
        done = subprocess.run(
            [sys.executable, SCRIPT, "--only", "answers", "--data", oracle_data / "nomenclature"],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
            timeout=600,
        )
        digests.add(done.stdout)
    assert len(digests) == 1


@long
def test_a_million_rows_against_332133_flows(oracle_data: Path) -> None:
    """All but the duplicates of the list lead to themselves; the time is measured in the benchmark."""
    measured = benchmark().million(oracle_data / "nomenclature")
    assert measured["mapped_to_itself"] >= 999_000
