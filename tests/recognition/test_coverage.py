"""The gap report: 71 points, what fills them, what nobody should show yet, who can supply the rest."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from gateway.errors import UsageError
from gateway.model.base import Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.party import PostalAddress
from gateway.model.product import Passport
from gateway.pipeline.convert import read
from gateway.recognition.coverage import Requirement, State, Supplier, coverage
from tests.recognition.ideal import EXAMPLE, change, example

# Commission guidance 2.0: mandatory, not yet, conditional, not shown, optional
KNOWN = {"EV": (47, 8, 8, 7, 1), "LMT": (50, 8, 8, 4, 1), "IND": (32, 8, 26, 4, 1)}


@pytest.mark.parametrize("category", KNOWN)
def test_counts_are_those_of_the_guidance(category: str) -> None:
    points = coverage(example(), category).points
    counts = Counter(str(point.requirement) for point in points)
    names = ("mandatory", "not-yet", "conditional", "not-shown", "optional")
    assert tuple(counts[name] for name in names) == KNOWN[category]
    assert [point.number for point in points] == list(range(1, 72))


@pytest.mark.parametrize(("category", "public"), [("EV", 31), ("LMT", 30), ("IND", 25)])
def test_mandatory_public_points(category: str, public: int) -> None:
    points = coverage(example(), category).points
    assert sum(p.requirement == "mandatory" and p.access == "public" for p in points) == public


def test_not_yet_are_points_17_to_23_and_44() -> None:
    points = coverage(example(), "EV").points
    assert [p.number for p in points if p.state is State.NOT_YET] == [*range(17, 24), 44]


def test_a_footprint_that_is_held_is_still_not_to_be_shown() -> None:
    point = coverage(example(), "EV").points[16]
    assert point.paths == ("/results/declared/carbon/total",)
    assert point.state is State.NOT_YET


def test_what_the_example_fills() -> None:
    by_state = {state: [p.number for p in coverage(example()).points if p.state is state] for state in State}
    assert by_state[State.FILLED] == [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 27, 31, 32, 35, 67]
    assert by_state[State.PART] == [5, 42, 45]
    assert len(by_state[State.MISSING]) == 71 - 16 - 3 - 8 - 7


def test_a_filled_point_names_its_place_in_the_users_file() -> None:
    source = read(EXAMPLE.read_bytes())
    points = coverage(source.declaration, origins=source.origins).points
    assert points[9].at == ("/product/massKg",)
    assert points[7].at == ("/sites/0/address",)
    assert points[2].at == ("/enterprise/nameZh",)


def test_a_published_place_of_manufacture_fills_its_point() -> None:
    place = PostalAddress(country="CN", postal_code="230000", street="示例路1号")
    told = Declaration(passport=Passport(place=place))
    assert coverage(told, "EV").points[7].state is State.FILLED
    assert coverage(Declaration(), "EV").points[7].state is State.MISSING


def test_half_of_a_point_is_told_as_half() -> None:
    without_number = change(example(), {"/product/ids/gbt34014": None})
    point = coverage(without_number).points[6]
    assert (point.state, point.paths) == (State.PART, ("/product/model",))


def test_what_is_withheld_fills_nothing() -> None:
    hidden = change(example(), {"/product/mass": Missing(missing=Reason.WITHHELD)})
    assert coverage(hidden).points[9].state is State.MISSING


def test_an_empty_declaration_misses_everything() -> None:
    points = coverage(Declaration(), "LMT").points
    assert {p.state for p in points} == {State.MISSING, State.NOT_YET, State.NOT_SHOWN}


@pytest.mark.parametrize("category", ["", "PORT", "ev"])
def test_without_a_category_there_is_no_list(category: str) -> None:
    with pytest.raises(UsageError) as caught:
        coverage(Declaration(), category)
    assert caught.value.error_code == "coverage.unknown-category"


def test_text_says_who_must_supply_in_both_languages() -> None:
    found = coverage(example())
    zh, en = found.text("zh"), found.text("en")
    assert en.startswith("Passport data points, EV: 15 of 47 mandatory ones filled, 2 in part, 30 missing;")
    assert "\n  the battery management system in use\n    51 rated capacity, in use" in en
    assert "\n  使用中的电池管理系统\n    51 额定容量（使用中）" in zh
    assert "coverage." not in zh + en
    assert "型号" in zh
    assert "取自/" not in zh


def test_the_tables_use_known_requirements_and_suppliers() -> None:
    for category in KNOWN:
        for point in coverage(example(), category).points:
            assert point.requirement in get_args(Requirement)
            assert point.supplier in get_args(Supplier)


def test_json_has_both_languages_and_the_supplier() -> None:
    document = coverage(example()).to_json()
    points = document["points"]
    assert isinstance(points, list)
    assert points[12]["state"] == "missing"
    assert points[12]["supplier"]["zh"] == "采购与材料供应商"
    assert document["counts"] == coverage(example()).counts()
