"""Hidden lines that shown sums give away, in the shapes in which totals are written; few false warnings."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gateway.frontdoor.json import PlainJson
from gateway.signing import sd_sums
from gateway.signing.sd_sums import Sum

ROOT = Path(__file__).parents[2]


def given_away(document: PlainJson, *hidden: str) -> list[str]:
    found = sd_sums.leaks(sd_sums.find_sums(document), hidden)
    return sorted(line for leak in found if len(leak.lines) == 1 for line in leak.lines)


def kg(*values: str) -> list[PlainJson]:
    return [{"kg": value} for value in values]


SHAPES: dict[str, tuple[Any, str]] = {
    "apart": ({"lines": kg("1", "2.5", "3"), "total": "6.5"}, "/lines/1/kg"),
    "beside": ({"stages": {"raw": "1", "making": "2.5", "use": "3", "total": "6.5"}}, "/stages/making"),
    "beside-with-a-name": ({"name": "x", "raw": "1", "making": "2.5", "use": "3", "total": "6.5"}, "/making"),
    "a-text-among-numbers": (
        {"stages": {"raw": "1", "making": "2.5", "use": "3", "unit": "kg"}, "total": "6.5"},
        "/stages/making",
    ),
    "rounded": (
        {"stages": {"raw": "1.004", "making": "2.503", "use": "3.001"}, "total": "6.51"},
        "/stages/making",
    ),
    "rounded-half-up": ({"lines": kg("1.001", "2.502", "3.002"), "total": "6.51"}, "/lines/0/kg"),
    "rounded-half-even": ({"lines": kg("1.001", "2.502", "3.002"), "total": "6.50"}, "/lines/0/kg"),
    "rounded-beside": (
        {"raw": "1.004", "making": "2.503", "use": "3.001", "total": "6.51"},
        "/making",
    ),
    "last-of-the-list": ({"lines": kg("1", "2.5", "3", "6.5")}, "/lines/0/kg"),
    "first-of-the-list": ({"lines": kg("6.5", "1", "2.5", "3")}, "/lines/2/kg"),
    "last-of-bare-numbers": ({"lines": ["1", "2.5", "3", "6.5"]}, "/lines/1"),
    "two-lists": ({"a": kg("1", "2"), "b": kg("4", "8.5"), "total": "15.5"}, "/a/0/kg"),
    "gross-less-removals": ({"gross": "10", "removals": "4", "net": "6"}, "/removals"),
    "gross-of-net": ({"gross": "10", "removals": "4", "net": "6"}, "/gross"),
    "an-entry-without": ({"lines": [*kg("1", "2.5"), {"note": "x"}], "total": "3.5"}, "/lines/0/kg"),
    "value-and-unit": (
        {
            "lines": [{"kg": {"value": value, "unit": "kg"}} for value in ("1", "2.5", "3")],
            "total": {"value": "6.5", "unit": "kg"},
        },
        "/lines/1/kg/value",
    ),
    "value-and-unit-beside": (
        {name: {"value": value} for name, value in (("a", "1"), ("b", "2.5"), ("c", "3"), ("all", "6.5"))},
        "/b/value",
    ),
    "some-members-only": (
        {"kg": "12.4207", "fossil": "9.0687", "biogenic": "3.0720", "land": "0.28", "share": "20.5", "n": 7},
        "/fossil",
    ),
    "in-every-entry": (
        {
            "stages": [
                {"kg": "4.17", "fossil": "3.89", "land": "0.28", "sharePct": "33.5"},
                {"kg": "2.50", "fossil": "2.40", "land": "0.10", "sharePct": "20.1"},
                {"kg": "0.62", "fossil": "0.62", "land": "0.00", "sharePct": "5.0"},
            ]
        },
        "/stages/1/land",
    ),
    "a-total-of-shown-lines": ({"lines": kg("1", "2.5", "3"), "total": "6.5"}, "/total"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_one_hidden_number_is_told(shape: str) -> None:
    document, hidden = SHAPES[shape]
    assert given_away(document, hidden) == [hidden]


def test_the_example_gives_its_fossil_shares_away() -> None:
    """Each is kg less biogenic and land-use emissions, which stand beside it."""
    document = json.loads((ROOT / "examples" / "tea.json").read_text(encoding="utf-8"), parse_float=str)
    stages = document["results"]["byStage"]
    hidden = [f"/results/byStage/{index}/fossilKg" for index in range(len(stages))]
    assert len(hidden) == 5
    assert given_away(document, *hidden) == hidden
    others = ("biogenicCO2Kg", "biogenicNonCO2Kg", "lulucKg")
    for stage in stages:
        rest = sum(Decimal(str(stage[name])) for name in others)
        assert Decimal(str(stage["fossilKg"])) == Decimal(str(stage["kg"])) - rest


@pytest.mark.parametrize(
    ("document", "hidden"),
    [
        # Shares add up to one, and a line that is one is not their total.
        (
            {"lines": [{"kg": "1", "of": "0.2"}, {"kg": "2", "of": "0.4"}, {"kg": "2", "of": "0.4"}]},
            "/lines/0/kg",
        ),
        ({"min": 1, "mode": 2, "max": 3}, "/mode"),
        ({"lines": [{"dq": {"a": 1, "b": 2, "c": 3, "kg": f"{n}.25"}} for n in range(20)]}, "/lines/3/dq/a"),
        ({"lines": [{"year": 2025, "factor": "0.0021", "x": "0.3"}], "year": 2025}, "/lines/0/factor"),
        # A line of the first list is in two sums of one total only by chance.
        ({"lines": kg("50", "30", "15", "5"), "total": "100"}, "/lines"),
    ],
)
def test_what_adds_up_by_chance_is_no_warning(document: Any, hidden: str) -> None:
    assert given_away(document, hidden) == []


def test_few_false_warnings_among_small_numbers() -> None:
    draw = random.Random(3)
    with_sums = 0
    for _ in range(300):
        document: Any = {
            "year": 2025,
            "lines": [
                {"n": str(n), "pieces": draw.randint(0, 20), "kg": f"{draw.random() * 50:.2f}"}
                for n in range(draw.randint(2, 8))
            ],
            "meta": {name: draw.randint(0, 30) for name in "abcd"},
            "lot": draw.randint(1, 500),
        }
        with_sums += bool(sd_sums.find_sums(document))
    assert with_sums <= 30


def test_among_numbers_of_many_digits_nothing_adds_up_by_chance() -> None:
    draw = random.Random(5)
    table: Any = [{name: f"{draw.random() * 100:.4f}" for name in "abcdefghijkl"} for _ in range(20)]
    assert sd_sums.find_sums({"table": table, "one": dict(table[0])}) == ()


def test_numbers_of_many_digits_are_taken_exactly() -> None:
    large = ["1000000000000000000000000000000.1", "2000000000000000000000000000000.1", "0.0000001"]
    total = "3000000000000000000000000000000.2000001"
    document: Any = {"lines": [*large], "total": total}
    assert sd_sums.find_sums(document) == (Sum("/total", frozenset(f"/lines/{n}" for n in range(3))),)
    document["total"] = total.replace(".2", ".3")
    assert sd_sums.find_sums(document) == ()


def test_three_thousand_numbers_of_any_shape_come_to_an_end() -> None:
    """Without bounds some would take hours: 2^3000 choices of members, 750 equations of 3,000 unknowns."""
    many = 3000
    draw = random.Random(7)
    rows = []
    for _ in range(many // 4):
        a, b, c = (draw.randint(1, 10**5) for _ in range(3))
        rows.append({"a": a, "b": b, "c": c, "t": a + b + c})
    documents: list[Any] = [
        {"rows": rows, "sums": {name: sum(row[name] for row in rows) for name in "abct"}},
        {f"k{n}": draw.randint(0, 20) for n in range(many)},
        {"rows": [{name: draw.randint(0, 1) for name in "abcdefghijklmnop"} for _ in range(many // 16)]},
        {
            f"o{n}": {f"{n}{name}": f"{draw.random():.3f}" for name in "abcdefghijkl"}
            for n in range(many // 12)
        },
    ]
    for document in documents:
        sums = sd_sums.find_sums(document)
        found = sd_sums.leaks(sums, [f"/rows/{n}/{name}" for n in range(0, many // 4, 2) for name in "ab"])
        assert len(sums) <= 2000
        assert all(0 < len(leak.lines) < 3 for leak in found)


def test_hidden_totals_count_as_unknown() -> None:
    """a + b is hidden t, and t + c is shown s: with a and c shown, neither b nor t alone; with b, t."""
    sums = [Sum("/t", frozenset(["/a", "/b"])), Sum("/s", frozenset(["/t", "/c"]))]
    assert {leak.lines for leak in sd_sums.leaks(sums, ["/b", "/t"])} == {("/b",), ("/t",)}
    assert sd_sums.leaks(sums, ["/b", "/t", "/c", "/s"]) == ()
