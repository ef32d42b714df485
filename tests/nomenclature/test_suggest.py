"""Suggestions: short, ordered, with reasons, and never applied."""

from __future__ import annotations

import pytest

from gateway.nomenclature.flow import Edition, Flow
from gateway.nomenclature.match import Matcher
from gateway.nomenclature.packing import pack
from gateway.nomenclature.row import APPLIED, End
from gateway.nomenclature.store import FlowList
from gateway.nomenclature.suggest import Suggester, Suggestion

AIR, FIELD = ("air", "unspecified"), ("soil", "agricultural")
NAMES = [
    ("Toluene", AIR, "108-88-3"),
    ("Xylene", AIR, "1330-20-7"),
    ("Lead", AIR, "7439-92-1"),
    ("1,2-Dichloropropane", AIR, "78-87-5"),
    ("Steel, stainless", AIR, ""),
    ("Stainless steel", AIR, ""),
    ("Herbicides, unspecified", FIELD, ""),
    ("Hydrocarbons", AIR, ""),
]  # fmt: skip


def suggest(name: str, context: tuple[str, ...] = AIR, cas: str = "") -> tuple[Suggestion, ...]:
    flows = [
        Flow(f"00000000-0000-4000-8000-{i:012x}", n, c, "kg", number)
        for i, (n, c, number) in enumerate(NAMES)
    ]
    suggester = Suggester(Matcher(FlowList(pack(flows, Edition("Small", "1")))))
    return suggester.suggest(End("Other", name=name, cas=cas, context=context, unit="kg"))


@pytest.mark.parametrize(
    ("name", "cas", "first"),
    [
        ("Dimethylbenzene", "1330-20-7", "Xylene"),
        ("Lead II", "", "Lead"),
        ("Propane, 1,2-dichloro-", "", "1,2-Dichloropropane"),
        ("Hydrocarbons, unspecified", "", "Hydrocarbons"),
        ("Tolueen", "", "Toluene"),
        ("不锈钢", "", "Stainless steel"),
    ],
)
def test_the_likeliest_comes_first_with_its_reason(name: str, cas: str, first: str) -> None:
    best = suggest(name, cas=cas)[0]
    assert best.target.name == first
    assert best.evidence
    assert best.tier not in APPLIED


def test_an_agent_for_the_field_has_the_collective_flow() -> None:
    assert "Herbicides, unspecified" in [s.target.name for s in suggest("Primisulfuron", FIELD)]


def test_never_more_than_asked_for_and_the_best_first() -> None:
    found = suggest("Dichloro toluene xylene lead hydrocarbons")
    assert len(found) <= 5
    assert [s.confidence for s in found] == sorted((s.confidence for s in found), reverse=True)


def test_nothing_like_it_is_no_suggestion() -> None:
    assert suggest("Qwfpgj") == ()
