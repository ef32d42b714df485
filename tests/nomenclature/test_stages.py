"""Stages of one scheme in the words of another."""

from __future__ import annotations

import pytest

from gateway import resources
from gateway.nomenclature.row import Predicate
from gateway.nomenclature.stages import SCHEMES, translate

EU = "EU 2023/1542 Annex II"
RAW = "raw material acquisition and pre-processing"
EXACT, BROADER, NARROWER = Predicate.EXACT, Predicate.BROADER, Predicate.NARROWER


@pytest.mark.parametrize(
    ("term", "scheme", "target", "wanted"),
    [
        ("production", "hutong", "EN 15804", [("A3", EXACT)]),
        ("A3", "EN 15804", "hutong", [("production", EXACT)]),
        ("A3", "EN 15804", EU, [("main product production", EXACT)]),
        ("raw", "hutong", EU, [(RAW, BROADER)]),
        ("A1-A2", "EN 15804", EU, [(RAW, EXACT)]),
        ("A1", "EN 15804", EU, [(RAW, BROADER)]),
        (RAW, EU, "EN 15804", [("A2", NARROWER), ("A1", NARROWER)]),
        ("C1-C4", "EN 15804", "GB/T 24067", [("生命末期", EXACT)]),
        ("C1", "EN 15804", "GB/T 24067", []),
        ("A1-A3", "EN 15804", EU, [(RAW, NARROWER), ("main product production", NARROWER)]),
        ("use", "hutong", EU, []),
        ("unheard of", "hutong", EU, []),
        ("生产制造", "GB/T 24067", "EN 15804", [("A3", EXACT)]),
    ],
)
def test_a_stage(term: str, scheme: str, target: str, wanted: list[tuple[str, Predicate]]) -> None:
    found = translate(term, scheme=scheme, target=target)
    assert sorted((stage.term, stage.predicate) for stage in found) == sorted(wanted)


def test_the_table_names_known_schemes_and_our_stages() -> None:
    rows = resources.table("stages/stages.csv")
    ours = {row["code"] for row in resources.table("codes/declaration.csv") if row.get("list") == "STAGE"}
    assert {row["scheme"] for row in rows} <= set(SCHEMES)
    assert not ours or {row["stage"] for row in rows} <= ours
