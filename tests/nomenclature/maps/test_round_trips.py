"""A map written and read again is the same map, or each difference is a note."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.nomenclature.maps import FORMATS, read_map, write_map
from gateway.nomenclature.row import End, MapRow, MapSet, Predicate

SETS = (
    ("ei3.9.1-ef31", "ecoinvent 3.9.1", "EF 3.1"),
    ("fedefl-USLCIv2019Q4", "USLCI", "FEDEFL"),
    ("olca-simapro_fold0", "SimaPro", "openLCA"),
)


def alike(mapped: MapSet) -> MapSet:
    """The map without the digest of the file that it was read from."""
    return replace(mapped, rows=tuple(replace(row, source_map="") for row in mapped.rows))


def again(mapped: MapSet, to: str) -> MapSet:
    return alike(read_map(write_map(mapped, to=to, include_proxies=True).data).map)


@pytest.mark.parametrize("to", FORMATS)
class TestRoundTrip:
    """Same format in and out."""

    def test_of_every_field(self, full: MapSet, to: str) -> None:
        once = again(full, to)
        written = write_map(once, to=to, include_proxies=True)
        assert alike(read_map(written.data).map) == once
        assert written.notes == ()

    @pytest.mark.parametrize(("name", "source", "target"), SETS)
    def test_of_published_maps(
        self, published: Callable[[str, str, str], MapSet], to: str, name: str, source: str, target: str
    ) -> None:
        mapped = published(name, source, target)
        once = again(replace(mapped, rows=mapped.rows[::3]), to)
        written = write_map(once, to=to, include_proxies=True)
        assert alike(read_map(written.data).map) == once
        assert written.notes == ()

    def test_the_format_is_found_by_content(self, full: MapSet, to: str) -> None:
        assert read_map(write_map(full, to=to, include_proxies=True).data).format == to

    def test_same_input_same_bytes(self, full: MapSet, to: str) -> None:
        assert len({write_map(full, to=to, include_proxies=True).data for _ in range(3)}) == 1

    def test_an_empty_map_is_written(self, to: str) -> None:
        assert write_map(MapSet(()), to=to).rows == 0


class TestLosses:
    """What a format cannot hold is a note with its place and value."""

    def test_nothing_is_lost_in_sssom_and_our_own(self, full: MapSet) -> None:
        for to in ("sssom", "hutong-map"):
            assert write_map(full, to=to).notes == ()
        assert again(full, "hutong-map") == full

    def test_randonneur_lacks_only_refusals_and_a_title(self, full: MapSet) -> None:
        notes = write_map(full, to="randonneur", include_proxies=True).notes
        assert Counter(note.code for note in notes) == {"map.refusal-left-out": 2, "map.dropped": 1}
        assert [note.path for note in notes if note.code == "map.dropped"] == ["/title"]

    def test_a_note_says_what_was_lost_where(self, full: MapSet) -> None:
        notes = {note.path: note for note in write_map(full, to="glad").notes}
        assert notes["/rows/0/source/cas"].value == "124-38-9"
        assert notes["/rows/0/source/carbon_class"].value == "fossil"
        assert notes["/rows/0/factor"].written == "0.3333333333333333333333333333333333"
        assert notes["/rows/0/factor"].code == "map.rounded"
        assert notes["/rows/5/predicate"].value == "proxy"

    @pytest.mark.parametrize("to", ["randonneur", "flowmap-csv", "flowmap-jsonld"])
    def test_inexact_rows_are_left_out_unless_asked_for(self, full: MapSet, to: str) -> None:
        notes = [note for note in write_map(full, to=to).notes if note.code == "map.inexact-left-out"]
        assert [note.path for note in notes] == ["/rows/0", "/rows/5", "/rows/6"]
        asked = write_map(full, to=to, include_proxies=True)
        assert not [note for note in asked.notes if note.code == "map.inexact-left-out"]

    def test_the_relation_stands_in_the_comment(self, full: MapSet) -> None:
        data = write_map(full, to="randonneur", include_proxies=True).data.decode()
        assert '"comment": "[target is broader than source, not exact; normalised] a comment' in data
        assert '"comment": "[proxy: another substance, not exact]"' in data

    def test_of_several_targets_none_is_chosen(self) -> None:
        row = MapRow(End("A", id="a", name="a"), End("B", id="b", name="b"))
        two = MapSet(
            (row, replace(row, target=End("B", id="c", name="c")), replace(row, source=End("A", id="z")))
        )
        for to in ("randonneur", "flowmap-csv", "flowmap-jsonld"):
            made = write_map(two, to=to)
            assert made.rows == 1
            assert [note.path for note in made.notes if note.code == "map.several-left-out"] == [
                "/rows/0",
                "/rows/1",
            ]
        assert write_map(two, to="glad").rows == 3

    def test_a_share_reaches_programs_that_do_not_know_it(self, full: MapSet) -> None:
        lines = write_map(full, to="glad").data.decode().splitlines()
        header = lines[0].split(",")
        cells = dict(zip(header, lines[2].split(","), strict=True))
        assert (cells["SourceFlowName"], cells["ConversionFactor"], cells["Share"]) == (
            "R-410A",
            "0.5",
            "0.5",
        )


# Noncharacters (of Cn) cannot stand in JSON (RFC 7493).
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")), max_size=12)
_ENDS = st.builds(
    End,
    list=st.sampled_from(["EF", "ecoinvent", "清单 1"]),
    id=_TEXT.filter(lambda text: text.strip() == text and text != ""),
    name=_TEXT.filter(lambda text: text.strip() == text and text != ""),
    unit=st.sampled_from(["kg", "m3", ""]),
)
_NUMBERS = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=Decimal("1e-20"), max_value=Decimal(10**20)
)


class TestAnyRow:
    """Names, ids and factors arrive as they are, whatever is in them."""

    @given(st.lists(st.builds(MapRow, _ENDS, _ENDS, factor=st.none() | _NUMBERS), max_size=4))
    def test_in_our_own_and_sssom(self, rows: list[MapRow]) -> None:
        mapped = MapSet(tuple(rows))
        for to in ("sssom", "hutong-map", "glad"):
            made = write_map(mapped, to=to)
            assert made.notes == ()
            assert [row.source.name for row in read_map(made.data, format=to).map.rows] == [
                row.source.name for row in rows
            ]

    @given(
        st.sampled_from(list(Predicate)), st.sampled_from(["", "=", "<", ">", "~", "skos:broadMatch", "?"])
    )
    def test_relations_survive_in_sssom(self, predicate: Predicate, raw: str) -> None:
        row = MapRow(End("A", id="a", name="a"), End("B", id="b", name="b"), predicate, raw_predicate=raw)
        (read,) = again(MapSet((row,)), "sssom").rows
        assert read.predicate is predicate
        assert raw in ("", read.raw_predicate)
