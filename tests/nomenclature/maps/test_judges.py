"""Three programs of others read our map files: randonneur, olca-schema and sssom."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import InputError
from gateway.nomenclature.maps import read_map, write_map
from gateway.nomenclature.row import MapSet, Predicate

_SUFFIX = {"randonneur": "randonneur.json", "flowmap-jsonld": "flowmap.zip", "sssom": "sssom.tsv"}


@pytest.fixture(scope="module")
def maps(published: Callable[[str, str, str], MapSet]) -> dict[str, MapSet]:
    """Published maps, each with another relation, oddity of ids or number of targets."""
    found = {
        "ei": published("ei3.9.1-ef31", "ecoinvent 3.9.1", "EF 3.1"),
        "uslci": published("fedefl-USLCIv2019Q4", "USLCI", "FEDEFL"),
        "simapro": published("olca-simapro_fold0", "SimaPro", "openLCA"),
        "names": published("fedefl-GHGI_AR5_100", "GHGI", "FEDEFL"),
    }
    return {name: replace(mapped, rows=mapped.rows[:1500]) for name, mapped in found.items()}


@pytest.fixture(scope="module")
def verdicts(
    maps: dict[str, MapSet], judges: Any, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """What each program says of each map, from one run."""
    place = tmp_path_factory.mktemp("maps")
    for name, mapped in maps.items():
        for to, suffix in _SUFFIX.items():
            data = write_map(mapped, to=to, include_proxies=True).data
            (place / f"{name}.{suffix}").write_bytes(data)
    found: dict[str, dict[str, Any]] = judges.python("maps.py", *sorted(place.iterdir()))
    assert len(found) == len(maps) * len(_SUFFIX)
    return found


@pytest.mark.judge("randonneur")
def test_randonneur_reads_and_applies_our_packages(
    maps: dict[str, MapSet], verdicts: dict[str, dict[str, Any]]
) -> None:
    for name, mapped in maps.items():
        told = verdicts[f"{name}.randonneur.json"]
        made = write_map(mapped, to="randonneur", include_proxies=True)
        assert "refused" not in told, told
        assert told["verbs"] == {"replace": made.rows}
        rows = read_map(made.data).map.rows
        for row, edge in zip(rows, told["moved"]["replace"], strict=True):
            assert edge["name"] == row.target.name
            assert edge["amount"] == pytest.approx(float(row.factor or 1))


@pytest.mark.judge("randonneur")
def test_randonneur_splits_as_we_do(full: MapSet, judges: Any, tmp_path: Path) -> None:
    place = tmp_path / "split.randonneur.json"
    place.write_bytes(write_map(full, to="randonneur").data)
    told = judges.python("maps.py", place)[place.name]
    assert [(edge["name"], edge["amount"]) for edge in told["moved"]["disaggregate"]] == [
        ("HFC-32", 0.5),
        ("HFC-125", 0.5),
    ]


@pytest.mark.judge("olca-schema")
def test_olca_schema_reads_our_flow_maps(
    maps: dict[str, MapSet], verdicts: dict[str, dict[str, Any]]
) -> None:
    for name, mapped in maps.items():
        told = verdicts[f"{name}.flowmap.zip"]
        rows = read_map(write_map(mapped, to="flowmap-jsonld", include_proxies=True).data).map.rows
        ends = [(row.source, row.target) for row in rows]
        expected = [
            [f"{e.id}|{e.name}|{'/'.join(e.context) or None}|{e.unit or None}" for e in pair] for pair in ends
        ]
        assert [entry[:2] for entry in told["entries"]] == expected
        for row, entry in zip(rows, told["entries"], strict=True):
            assert entry[2] == pytest.approx(float(row.factor or 1))


@pytest.mark.judge("sssom")
def test_sssom_finds_nothing_wrong_in_our_tables(
    maps: dict[str, MapSet], verdicts: dict[str, dict[str, Any]]
) -> None:
    """It warns of nothing but that it drops declared extension columns, as it does with everybody's."""
    for name, mapped in maps.items():
        told = verdicts[f"{name}.sssom.tsv"]
        assert told["wrong"] == []
        assert told["rows"] == len(mapped.rows)
        assert [text for text in told["heard"] if not text.startswith("No attr for ")] == []
        exact = sum(row.predicate is Predicate.EXACT for row in mapped.rows)
        assert told["predicates"]["skos:exactMatch"] == exact


@pytest.mark.judge("sssom")
def test_sssom_notices_a_wrong_table(full: MapSet, judges: Any, tmp_path: Path) -> None:
    """The counter-test: a predicate that is no CURIE, a prefix that nobody bound."""
    text = write_map(full, to="sssom").data.decode()
    bad = tmp_path / "bad.sssom.tsv"
    bad.write_text(text.replace("skos:closeMatch", "nowhere:closeMatch"), encoding="utf-8")
    told = judges.python("maps.py", bad)[bad.name]
    assert told.get("wrong") or told.get("refused")


@pytest.mark.judge("randonneur")
def test_published_packages_are_read_and_written_without_loss(judges: Any) -> None:
    """Every package of randonneur_data, all verbs; left out are sources with several targets, as told."""
    folder = Path(judges.python("maps.py", "--packages")["folder"])
    verbs: set[str] = set()
    seen = 0
    for path in sorted(folder.iterdir()):
        if path.name == "registry.json" or path.stat().st_size > 60_000:
            continue
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if b"NaN" in data:  # no JSON
            with pytest.raises(InputError, match=r"json\.not-a-number"):
                read_map(data)
            continue
        before = read_map(data).map
        made = write_map(before, to="randonneur", include_proxies=True)
        left = [note for note in made.notes if note.code == "map.several-left-out"]
        assert [note for note in made.notes if note not in left] == [], path.name
        out = {int(note.path.split("/")[2]) for note in left}
        kept = [row for index, row in enumerate(before.rows) if index not in out]
        after = read_map(made.data).map.rows
        assert [replace(row, source_map="") for row in after] == [
            replace(row, source_map="") for row in kept
        ], path.name
        verbs |= {dict(row.extra).get("verb", "split" if row.share else "replace") for row in before.rows}
        seen += 1
    assert seen >= 20
    assert verbs >= {"replace", "update", "delete", "split"}
