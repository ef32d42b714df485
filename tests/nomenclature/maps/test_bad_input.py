"""Whatever a file holds: findings and errors with row and column in both languages, and nothing else."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import messages
from gateway.errors import GatewayError, InputError, UsageError, flatten
from gateway.nomenclature.maps import FORMATS, detect, read_map, write_map
from gateway.nomenclature.row import End, MapRow, MapSet, Predicate

GLAD = (
    "SourceListName,SourceFlowName,MatchCondition,ConversionFactor,"
    "TargetFlowName,TargetFlowUUID,LastUpdated\n"
)
SSSOM = "subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\n"


def errors(data: bytes, format: str | None = None) -> list[tuple[str, str]]:
    with pytest.raises(GatewayError) as caught:
        read_map(data, format=format)
    found = flatten(caught.value)
    for one in found:
        for lang in messages.Lang.__args__:  # type: ignore[attr-defined]  # a Literal's values
            said = messages.explain(one, lang)
            assert said.what
            assert said.what != one.error_code
    return [(one.error_code, one.path) for one in found]


class TestGlad:
    """Rows as real files have them."""

    def test_every_bad_number_is_named_with_its_line(self) -> None:
        data = f"{GLAD}A,a,=,1,b,u,\nA,b,=,one,b,u,\nA,c,=,1;5,b,u,\n".encode()
        assert errors(data) == [
            ("map.bad-number", "line 3, ConversionFactor"),
            ("map.bad-number", "line 4, ConversionFactor"),
        ]

    def test_what_real_files_hold_for_nothing(self) -> None:
        data = f"{GLAD}A,a,nan,nan,b,u,\nA,b,,,b,u,\nA,c,=,N/A,b,u,\nA,d,?,1,b,u,some day\n".encode()
        file = read_map(data)
        assert [row.predicate for row in file.map.rows] == [
            Predicate.EXACT,
            Predicate.EXACT,
            Predicate.NONE,
            Predicate.CLOSE,
        ]
        assert [(f.code, f.at) for f in file.findings] == [
            ("map.bad-day", "line 5, LastUpdated"),
            ("map.unknown-relation", "line 5, MatchCondition"),
        ]
        again = write_map(file.map, to="glad")
        assert again.notes == ()

    def test_fedefl_has_a_version_and_no_target_list(self) -> None:
        head = "SourceListName,SourceListVersion,SourceFlowName,SourceUnit,TargetFlowName,TargetFlowUUID\n"
        file = read_map(f"{head}NEI,2019,x,kg,y,u1\n".encode())
        assert file.map.rows[0].source.version == "2019"
        assert write_map(file.map, to="glad").data.decode() == f"{head}NEI,2019,x,kg,y,u1\n"

    def test_a_file_of_a_chinese_excel_is_read(self) -> None:
        file = read_map(f"{GLAD}清单,二氧化碳,=,1,b,u,\n".encode("gb18030"))
        assert file.map.rows[0].source.name == "二氧化碳"

    def test_a_column_that_stands_twice(self) -> None:
        assert errors(b"SourceFlowName,TargetFlowName,x,x\na,b,1,2\n") == [("map.column-twice", "line 1")]


class TestOthers:
    """Each format's own traps."""

    def test_sssom(self) -> None:
        head = b"#curie_map:\n#  A: http://a\n"
        assert errors(head + f"{SSSOM}A:1\tskos:exactMatch\tA:2\tx\tmuch\n".encode()) == [
            ("map.bad-number", "line 4, confidence")
        ]
        assert errors(b"#a: &x [1]\n#b: *x\n" + SSSOM.encode()) == [("map.bad-header", "line 2")]
        assert errors(b"#a: [\n" + SSSOM.encode())[0][0] == "map.bad-header"
        bomb = b"#" + b"[" * 100_000 + b"\n"
        assert errors(bomb + SSSOM.encode())[0][0] == "map.bad-header"

    def test_flow_map_csv(self) -> None:
        assert errors(b"a;b;1;n\nc;d;x\n;e;1\n") == [
            ("map.bad-number", "line 2, factor"),
            ("map.no-id", "line 3, source/id"),
        ]

    def test_json_with_places(self) -> None:
        package = {
            "mapping": {},
            "replace": [{"source": {"name": "a"}, "target": 5, "conversion_factor": "x"}],
        }
        assert errors(json.dumps(package).encode()) == [
            ("map.wrong-type", "/replace/0/target"),
            ("map.bad-number", "/replace/0/target/conversion_factor"),
        ]
        flow_map = {"@type": "FlowMap", "mappings": [{"from": {}, "to": {"flow": {"@id": "x"}}}]}
        assert errors(json.dumps(flow_map).encode()) == [("map.no-id", "/mappings/0/from/flow")]
        own = {
            "format": "hutong-map@1",
            "rows": [{"source": {"nam": "x"}, "predicate": "same", "factor": "x"}],
        }
        assert errors(json.dumps(own).encode()) == [
            ("map.unknown-member", "/rows/0/source/nam"),
            ("map.unknown-word", "/rows/0/predicate"),
            ("map.bad-number", "/rows/0/factor"),
        ]

    def test_what_is_no_map(self) -> None:
        for data in (b"", b"hello", b"{}", b"[]", b"a,b\n1,2\n", b"PK\x03\x04 nothing"):
            assert errors(data) == [("map.unknown-format", "")]
        with pytest.raises(UsageError):
            write_map(MapSet(()), to="excel")


_SEEDS = [
    write_map(
        MapSet((MapRow(End("A", id="a", name="a", unit="kg"), End("B", id="b", name="b", unit="kg")),)), to=to
    ).data
    for to in FORMATS
]


class TestAnything:
    """Only our own errors come out, whatever goes in."""

    @given(st.sampled_from(_SEEDS), st.data())
    def test_of_a_changed_file(self, seed: bytes, data: Any) -> None:
        at = data.draw(st.integers(0, len(seed)))
        cut = data.draw(st.integers(0, 20))
        piece = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"null", b"{}", b"\t", b";", b"NaN", b"1/0", b'"'])
        )
        changed = seed[:at] + piece + seed[at + cut :]
        with suppress(GatewayError):
            read_map(changed, format=detect(changed) or None)

    @given(st.sampled_from(FORMATS), st.binary(max_size=200))
    def test_of_any_bytes(self, format: str, data: bytes) -> None:
        with suppress(GatewayError):
            read_map(data, format=format)

    @given(
        st.sampled_from(["replace", "disaggregate", "delete", "create", "update"]),
        st.recursive(
            st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["source", "target", "targets", "name", "allocation", "hutong", "context"]
                    ),
                    inner,
                )
            ),
            max_leaves=20,
        ),
    )
    def test_of_any_entry(self, verb: str, value: object) -> None:
        with suppress(InputError, GatewayError):
            read_map(json.dumps({"mapping": {}, verb: value}).encode(), format="randonneur")
