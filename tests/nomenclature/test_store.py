"""Flow lists in compact files."""

from __future__ import annotations

import gzip
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.errors import InputError, MappingError
from gateway.nomenclature.flow import Edition, Flow
from gateway.nomenclature.packing import build, pack
from gateway.nomenclature.store import FlowList

EDITION = Edition("Small", "1", "CC0-1.0", "by hand")
AIR, WATER = ("Emissions", "air"), ("Emissions", "water")
FLOWS = [
    Flow("00000000-0000-4000-8000-000000000002", "Zinc", AIR, "kg", "7440-66-6", "Zn"),
    Flow("00000000-0000-4000-8000-000000000001", "zinc", WATER, "kg", "7440-66-6", "Zn"),
    Flow(
        "00000000-0000-4000-8000-000000000003", "Water", WATER, "m3", "", "H2O", ("aqua", "dihydrogen oxide")
    ),
]


def test_what_goes_in_comes_out() -> None:
    flows = FlowList(pack(FLOWS, EDITION))
    assert len(flows) == 3
    assert flows.edition == EDITION
    for flow in FLOWS:
        row = flows.row_of(flow.id)
        assert row is not None
        assert flows.id(row) == flow.id
        assert flows.label_of(row).name == flow.name
        assert flows.contexts[flows.context_of_row[row]] == flow.context
        assert flows.units[flows.unit_of_row[row]] == flow.unit


def test_a_substance_is_one_word_in_any_case() -> None:
    flows = FlowList(pack(FLOWS, EDITION))
    zinc = flows.by_key["zinc"]
    assert len(flows.rows(zinc)) == 2
    assert flows.by_cas == {"7440-66-6": (zinc,)}
    assert flows.by_synonym["dihydrogen oxide"] == (flows.by_key["water"],)


def test_the_order_of_rows_is_of_no_consequence() -> None:
    data = pack(FLOWS, EDITION)
    for seed in range(5):
        shuffled = random.Random(seed).sample(FLOWS, len(FLOWS))
        assert pack(shuffled, EDITION) == data


def test_identifiers_that_are_no_uuids() -> None:
    flows = FlowList(pack([f._replace(id=f"flow/{f.name}/{f.context}") for f in FLOWS], EDITION))
    assert [flows.row_of(flows.id(row)) for row in range(3)] == [0, 1, 2]
    assert flows.row_of("flow/other") is None


def test_an_identifier_that_is_unknown_or_none() -> None:
    flows = FlowList(pack(FLOWS, EDITION))
    assert flows.row_of("00000000-0000-4000-8000-00000000ffff") is None
    assert flows.row_of("zinc") is None


def test_an_invalid_cas_number_is_not_kept(tmp_path: Path) -> None:
    table = tmp_path / "list.csv.gz"
    text = "uuid,name,cas,context\na,Barite,7727-34-7,air\nb,Zinc,007440-66-6,air\n"
    table.write_bytes(gzip.compress(text.encode()))
    flows = FlowList(build([table], name="L"))
    assert flows.cas(flows.by_key["barite"]) == frozenset()
    assert flows.cas(flows.by_key["zinc"]) == {"7440-66-6"}
    assert flows.edition.digest


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("uuid,name\na,Zinc\n", "nomenclature.columns-missing"),
        ("uuid,name,context\n", "nomenclature.not-a-flow-table"),
        ("uuid,name,context\na,Zinc,air\na,Lead,air\n", "nomenclature.identifier-twice"),
        ("uuid,name,context\n,Zinc,air\n", "nomenclature.not-a-flow-table"),
    ],
)
def test_a_table_that_is_no_list_is_refused(tmp_path: Path, text: str, code: str) -> None:
    table = tmp_path / "list.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        build([table], name="L")
    assert caught.value.error_code == code


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "nomenclature.list-damaged"),
        (lambda data: b"PK" + data, "nomenclature.not-a-flow-list"),
        (lambda data: data[:30], "nomenclature.not-a-flow-list"),
        (lambda data: data.replace(b'"list"', b'"lost"'), "nomenclature.not-a-flow-list"),
        (lambda data: data.replace(b'edition": 1', b'edition": 0'), "nomenclature.list-of-another-edition"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_whole_is_refused(damage: object, code: str) -> None:
    assert callable(damage)
    with pytest.raises(MappingError) as caught:
        FlowList(damage(pack(FLOWS, EDITION)))
    assert caught.value.error_code == code


def test_an_absent_file_is_a_mapping_error(tmp_path: Path) -> None:
    with pytest.raises(MappingError):
        FlowList.load(tmp_path / "absent.flows")


@pytest.mark.oracle
@pytest.mark.exhaustive
def test_every_flow_of_the_published_lists_is_found_by_its_identifier(
    flow_lists: Mapping[str, FlowList],
) -> None:
    sizes = {name: (len(flows), flows.substances) for name, flows in flow_lists.items()}
    assert sizes == {"EF 3.1": (90_041, 7_407), "FEDEFL": (332_133, 6_710), "openLCA": (11_451, 2_272)}
    for flows in flow_lists.values():
        assert all(flows.row_of(flows.id(row)) == row for row in range(0, len(flows), 97))
