"""Compartments: the nearest one first, and nothing that would change how an emission counts."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from gateway import resources
from gateway.nomenclature.compartments import candidates, compartment, family, is_exact

ROWS = resources.table("compartments/contexts.csv")
LISTS = sorted({row["list"] for row in ROWS})


class TestCandidates:
    """A context finds its own compartment, then the stand-ins of the table."""

    def test_the_same_compartment_in_other_words(self) -> None:
        urban = ("air", "urban air close to ground")
        there = ("Emissions", "Emissions to air", "Emissions to urban air close to ground")
        assert candidates(urban, "ecoinvent 3.9.1", "EF 3.1")[0] == there
        assert is_exact(urban, "ecoinvent", there, "ef31")

    def test_a_stand_in_is_told(self) -> None:
        forest = ("soil", "forestry")
        there = candidates(forest, "ecoinvent", "EF 3.1")
        assert [c[-1] for c in there] == [
            "Emissions to non-agricultural soil",
            "Emissions to soil, unspecified",
        ]
        assert not is_exact(forest, "ecoinvent", there[0], "EF 3.1")

    def test_a_list_may_have_its_own_order(self) -> None:
        surface = ("water", "surface water")
        assert candidates(surface, "ecoinvent", "FEDEFL") == (("emission", "water"),)
        assert candidates(surface, "ecoinvent", "EF 3.1")[0][-1] == "Emissions to fresh water"

    def test_the_root_of_a_program_is_no_compartment(self) -> None:
        assert compartment(("Elementary flows", "Emission to air", "indoor"), "USLCI") == "air/indoor"

    def test_ilcd_in_chinese(self) -> None:
        there = candidates(("排放", "排放到大气", "排放到室内空气"), "TIDAS", "EF 3.1")
        assert there[0] == ("Emissions", "Emissions to air", "Emissions to air, indoor")

    def test_unknown_words_have_none(self) -> None:
        assert candidates(("moon",), "ecoinvent", "EF 3.1") == ()
        assert candidates((), "", "EF 3.1") == ()

    @pytest.mark.parametrize("source", LISTS)
    @pytest.mark.parametrize("target", [name for name in LISTS if name not in ("US EPA", "EF 3.1 zh")])
    def test_every_compartment_has_one_in_every_list(self, source: str, target: str) -> None:
        for row in ROWS:
            if row["list"] == source:
                there = candidates(tuple(row["context"].split("/")), source, target)
                assert there, row
                assert {(compartment(c, target) or "").split("/")[0] for c in there} == {
                    row["compartment"].split("/")[0]
                }


class TestTable:
    """Rules that hold for every row."""

    @pytest.mark.parametrize("name", ["contexts", "fallbacks"])
    def test_metadata_belong_to_the_file(self, name: str) -> None:
        meta = json.loads(resources.mapping(f"compartments/{name}.meta.json").read_text(encoding="utf-8"))
        data = resources.mapping(f"compartments/{name}.csv").read_bytes()
        rows = list(csv.reader(data.decode("utf-8").splitlines()))[1:]
        assert meta["sha256"] == hashlib.sha256(data).hexdigest()
        assert meta["rows"] == len(rows)
        assert rows == sorted(rows)

    def test_short_term_never_becomes_long_term(self) -> None:
        for row in resources.table("compartments/fallbacks.csv"):
            assert "long-term" in row["compartment"] or "long-term" not in row["proxy"]

    def test_unspecified_comes_last(self) -> None:
        order: dict[tuple[str, str], list[str]] = {}
        for row in sorted(resources.table("compartments/fallbacks.csv"), key=lambda r: int(r["order"])):
            order.setdefault((row["compartment"], row["target"]), []).append(row["proxy"])
        unspecified = {"air", "water", "soil", "resource"}
        assert all(proxy not in unspecified for proxies in order.values() for proxy in proxies[:-1])

    def test_no_medium_becomes_another(self) -> None:
        for row in resources.table("compartments/fallbacks.csv"):
            assert row["proxy"].split("/")[0] == row["compartment"].split("/")[0]

    def test_a_context_stands_once_in_a_list(self) -> None:
        assert max(Counter((r["list"], r["context"]) for r in ROWS).values()) == 1

    @pytest.mark.parametrize(
        ("name", "known"),
        [
            ("ef31", "EF 3.1"),
            ("TIDAS", "EF 3.1"),
            ("ecoinvent-3.9.1-biosphere", "ecoinvent"),
            ("ecoinvent 2.2", "EcoSpold 1"),
            ("FEDEFLv1.0.3", "FEDEFL"),
            ("SimaPro9.4", "SimaPro"),
            ("my own list", ""),
        ],
    )
    def test_lists_are_known_by_family(self, name: str, known: str) -> None:
        assert family(name) == known


@pytest.mark.oracle
class TestAgainstPublishedMaps:
    """Where the maps of others put a flow is among our candidates, and mostly the first."""

    @pytest.mark.parametrize(
        ("name", "source", "target", "first", "among"),
        [
            ("ei3.9.1-ef31", "ecoinvent 3.9.1", "EF 3.1", 0.92, 0.98),
            ("fedefl-NEI", "NEI", "FEDEFL", 1, 1),
            ("fedefl-USLCIv2019Q4", "USLCI", "FEDEFL", 0.94, 0.98),
            ("glad-ei3.6-fedefl_fold0", "ecoinvent EF v3.6", "FEDEFL", 0.93, 0.98),
            ("olca-ilcd_fold0", "ILCD", "openLCA", 0.99, 0.99),
            ("olca-simapro_fold0", "SimaPro", "openLCA", 0.95, 0.99),
        ],
    )
    def test_compartments(
        self, oracle_data: Path, name: str, source: str, target: str, first: float, among: float
    ) -> None:
        firsts = hits = total = 0
        with gzip.open(oracle_data / f"nomenclature/eval/{name}.csv.gz", "rt", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                context = tuple(part for part in row["src_context"].split("/") if part)
                found = candidates(context, source, target)
                wanted = tuple(row["tgt_context"].split("/"))
                firsts += found[:1] == (wanted,)
                hits += wanted in found
                total += 1
        assert firsts >= first * total
        assert hits >= among * total
