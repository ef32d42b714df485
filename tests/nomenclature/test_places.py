"""Places: the scheme decides what a code means."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from gateway import resources
from gateway.nomenclature.places import (
    Region,
    chain,
    code,
    false_friend,
    grids,
    readings,
    region,
    translate,
)
from gateway.recognition.places import province


def the(text: str, scheme: str) -> Region:
    found = region(text, scheme)
    assert found is not None
    return found


class TestCodes:
    """The same letters in another scheme are another code."""

    @pytest.mark.parametrize(
        ("text", "scheme", "target", "expected"),
        [
            ("420000", "gb2260", "ecoinvent", "CN-HU"),
            ("420100", "gb2260", "iso3166-2", "CN-HB"),
            ("CN-HB", "iso3166-2", "ecoinvent", "CN-HU"),
            ("CN-HB", "ecoinvent", "iso3166-2", "CN-HE"),
            ("CN-HE", "tidas", "ecoinvent", "CN-HB"),
            ("AH-CN", "tiangong", "iso3166-2", "CN-AH"),
            ("NJ-JS-CN", "tiangong", "gb2260", "320000"),
            ("CN-TW", "iso3166-2", "ilcd", "TW"),
            ("CN-HE", "iso3166-2", "ilcd", None),
            ("CN-HE", "iso3166-2", "tidas", "CN-HE"),
            ("EU", "iso3166-1-reserved", "ilcd", None),
            ("HK", "iso3166-1", "iso3166-2", "CN-HK"),
            ("DE", "iso3166-1", "ecoinvent", "DE"),
            ("CN-HE-TGS", "tidas", "ecoinvent", None),
            ("华东", "cn-grid", "iso3166-2", None),
            ("ZZ", "iso3166-1", "ilcd", None),
            ("", "gb2260", "ilcd", None),
        ],
    )
    def test_translate(self, text: str, scheme: str, target: str, expected: str | None) -> None:
        assert translate(text, scheme=scheme, target=target) == expected

    def test_false_friends_of_ecoinvent(self) -> None:
        codes = [r["code"] for r in resources.table("locations/codes.csv") if r["scheme"] == "ecoinvent"]
        assert {c for c in codes if false_friend(c)} == {"CN-HA", "CN-HB", "CN-HE"}
        assert {s: r.names["en"] for s, r in readings("CN-HB").items()} == {
            "iso3166-2": "Hubei",
            "tidas": "Hubei",
            "ecoinvent": "Hebei",
        }

    def test_both_tables_of_provinces_agree(self) -> None:
        for row in resources.table("codes/cn_provinces.csv"):
            other = province(row["gb2260"], "gb2260")
            assert other is not None
            assert code(the(row["gb2260"], "gb2260"), "ecoinvent") == other.ecoinvent


class TestChain:
    """What stands for a place is told step by step."""

    def test_from_a_province_to_the_world(self) -> None:
        steps = chain(the("420000", "gb2260"), "ecoinvent")
        assert [(s.code, s.relation) for s in steps] == [
            ("CN-HU", "exact"),
            ("CN-CCG", "grid"),
            ("CN-SGCC", "grid"),
            ("CN", "country"),
            ("GLO", "global"),
            ("RoW", "rest"),
        ]

    def test_a_prefecture_goes_to_its_province(self) -> None:
        steps = chain(the("CN-HE-TGS", "tidas"), "tidas")
        assert [s.code for s in steps] == ["CN-HE-TGS", "CN-HE", "CN", "GLO"]

    def test_two_grids_are_no_answer(self) -> None:
        inner_mongolia = the("CN-NM", "iso3166-2")
        assert {g.names["zh"] for g in grids(inner_mongolia, "cn-grid")} == {"华北", "东北"}
        assert [s.relation for s in chain(inner_mongolia, "cn-grid")] == []

    def test_the_announced_regions_are_all_known(self) -> None:
        rows = resources.table("factors/cn-electricity.csv")
        announced = {row["name_zh"] for row in rows if row["scope"] == "region"}
        assert all(region(name, "cn-grid") for name in announced)
        assert len(announced) == 7


class TestTables:
    """The tables agree with their metadata and with each other."""

    @pytest.mark.parametrize("name", ["places", "codes", "grids"])
    def test_metadata_belong_to_the_file(self, name: str) -> None:
        meta = json.loads(resources.mapping(f"locations/{name}.meta.json").read_text(encoding="utf-8"))
        data = resources.mapping(f"locations/{name}.csv").read_bytes()
        rows = list(csv.reader(data.decode("utf-8").splitlines()))[1:]
        assert meta["sha256"] == hashlib.sha256(data).hexdigest()
        assert meta["rows"] == len(rows)
        assert rows == sorted(rows)

    def test_a_code_stands_once_in_its_scheme(self) -> None:
        rows = resources.table("locations/codes.csv")
        assert max(Counter((r["scheme"], r["code"]) for r in rows).values()) == 1

    def test_every_place_has_both_names_and_a_known_parent(self) -> None:
        rows = resources.table("locations/places.csv")
        keys = {row["place"] for row in rows}
        assert all(row["name_en"] and row["name_zh"] for row in rows)
        assert all(row["parent"] in keys or row["place"] == "GLO" for row in rows)


@pytest.mark.oracle
def test_ecoinvent_provinces_as_measured_on_their_shapes(oracle_data: Path) -> None:
    with (oracle_data / "nomenclature/locations/ecoinvent_cn_codes.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found = the(row["ecoinvent_code"], "ecoinvent")
            if row["iso3166_2"]:
                assert code(found, "iso3166-2") == row["iso3166_2"]
                assert found.names["zh"] == row["zh"]
