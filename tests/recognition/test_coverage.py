"""The gap report: 71 points, what fills them, what nobody should show yet, who can supply the rest."""

from __future__ import annotations

import json
from collections import Counter
from typing import get_args

import pytest

from gateway import resources
from gateway.codec.base import Package
from gateway.codec.lacks import supplier
from gateway.errors import UsageError
from gateway.model.base import Missing, Reason
from gateway.model.declaration import Declaration
from gateway.model.party import PostalAddress
from gateway.model.passport_data import Marking, PassportData
from gateway.model.product import Passport
from gateway.pipeline.convert import Source, read
from gateway.recognition._ask import labels
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
    assert by_state[State.FILLED] == [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 27, 31, 32, 35, 59, 67]
    assert by_state[State.PART] == [5, 42, 45, 51]
    assert len(by_state[State.MISSING]) == 71 - 17 - 4 - 8 - 7


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
    assert en.startswith("Passport data points, EV: 16 of 47 mandatory ones filled, 3 in part, 28 missing;")
    assert "\n  the battery management system in use\n    52 capacity fade" in en
    assert "\n  使用中的电池管理系统\n    52 容量衰减" in zh
    assert "51 rated capacity, in use (Annex XIII 4(a)) [mandatory] from Rated capacity needs" in en
    assert "取自额定容量 需填剩余容量" in zh
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


def joined() -> Source:
    beside = Package.of((EXAMPLE.parent / "passport-data" / EXAMPLE.name).read_bytes(), name="passport.json")
    return read(EXAMPLE.read_bytes(), beside=(beside,))


class TestPassportData:
    """What the second input says fills points, too."""

    def test_the_examples_fill_every_mandatory_point(self) -> None:
        source = joined()
        found = coverage(source.declaration, origins=source.origins)
        assert {p.state for p in found.points if p.requirement == "mandatory"} == {State.FILLED}
        # No symbol for cadmium or lead: the example has neither.
        assert [p.number for p in found.points if p.state is State.MISSING] == [41]
        assert not any(p.state is State.PART for p in found.points)

    def test_a_filled_point_names_the_further_input(self) -> None:
        source = joined()
        points = coverage(source.declaration, origins=source.origins).points
        assert points[25].at == ("passport.json › /technical/minimumVoltageV",)
        assert points[9].at == ("/product/massKg",)

    @pytest.mark.parametrize(
        ("number", "gone", "state"),
        [
            (26, "/technical/minimumVoltageV", State.MISSING),
            (34, "/technical/idleTemperatureLowC", State.PART),
            (5, "/contact/web", State.PART),
            (14, "/circularity/extinguishingAgents", State.MISSING),
            (40, "/markings", State.MISSING),
            (42, "/documents", State.PART),
            (50, "/documents", State.MISSING),
            (61, "/condition/stateOfCertifiedEnergyPct", State.MISSING),
        ],
    )
    def test_without_its_field_a_point_says_what_it_needs(self, number: int, gone: str, state: State) -> None:
        text = (EXAMPLE.parent / "passport-data" / EXAMPLE.name).read_text(encoding="utf-8")
        document = json.loads(text)
        *above, last = gone.split("/")[1:]
        node = document
        for step in above:
            node = node[step]
        del node[last]
        beside = Package.of(json.dumps(document, ensure_ascii=False).encode())
        point = coverage(read(EXAMPLE.read_bytes(), beside=(beside,)).declaration).points[number - 1]
        assert point.state is state
        assert point.needs

    def test_a_mark_of_another_subject_is_not_the_one_for_separate_collection(self) -> None:
        data = PassportData(markings=(Marking(subject="carbon-footprint"),))
        points = coverage(Declaration(passport_data=data), "EV").points
        assert points[39].state is State.MISSING
        assert points[17].paths

    def test_an_empty_second_input_fills_nothing(self) -> None:
        points = coverage(Declaration(passport_data=PassportData()), "LMT").points
        assert {p.state for p in points} == {State.MISSING, State.NOT_YET, State.NOT_SHOWN}

    def test_every_field_of_a_point_is_one_of_the_forms(self) -> None:
        for category in KNOWN:
            for point in coverage(Declaration(), category).points:
                for path in point.needs:
                    field = labels(path.partition("=")[0])
                    assert field["field"].startswith("/"), path
                    assert field["en"] != path, path

    def test_who_can_supply_a_point_has_one_of_its_fields(self) -> None:
        by_kind = {r["kind"]: r["supplier"] for r in resources.table("codes/passport_documents.csv")}
        for row in resources.table("recognition/ec-datapoints-fields.csv"):
            own = set()
            for path in row["paths"].replace("|", " ").split():
                if path.startswith("/passport_data/documents/"):
                    own.add(by_kind[path.split("/")[3]])
                elif path.startswith(("/passport_data/", "/passport/")):
                    own.add(supplier(path.partition("=")[0]))
            if own and row["supplier"] != "declaration":
                assert row["supplier"] in own, row
