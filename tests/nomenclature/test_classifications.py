"""Classifications: a code belongs to a scheme and a version."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from pathlib import Path

import pytest

from gateway import resources
from gateway.nomenclature.classifications import SCHEMES, above, find, named


class TestCodes:
    """Codes are looked up, not guessed."""

    def test_both_languages(self) -> None:
        found = find("17100", "CPC", "3.0")
        assert found is not None
        assert found.names["en"] == "Electrical energy"
        assert found.names["zh"]

    def test_another_version_is_another_scheme(self) -> None:
        assert find("17100", "CPC", "2.1") is None

    def test_what_holds_a_code(self) -> None:
        assert [c.code for c in above("850760", "HS", "2022")] == ["8507", "85"]
        assert [c.code for c in above("1.3.4", "ILCD elementary flows", "1.1")] == ["1.3", "1"]

    def test_labels_are_found_whole(self) -> None:
        assert [c.code for c in named("排放到大气", "ILCD elementary flows", "1.1")] == ["1.3"]
        assert named("排放", "CPC", "3.0") == ()


@pytest.mark.parametrize("file", [file for _, _, file in SCHEMES])
def test_metadata_belong_to_the_file(file: str) -> None:
    meta = json.loads(resources.mapping(f"classifications/{file}.meta.json").read_text(encoding="utf-8"))
    data = resources.mapping(f"classifications/{file}.csv.gz").read_bytes()
    rows = list(csv.reader(gzip.decompress(data).decode("utf-8").splitlines()))[1:]
    assert meta["sha256"] == hashlib.sha256(data).hexdigest()
    assert meta["rows"] == len(rows)
    assert meta["named_in_chinese"] == sum(bool(row[2]) for row in rows)
    assert rows == sorted(rows)


@pytest.mark.oracle
def test_every_code_and_label(oracle_data: Path) -> None:
    with (oracle_data / "nomenclature/classification/cpc30_en.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found = find(row["code"], "CPC", "3.0")
            assert found is not None
            assert found.names["en"] == row["en"]
