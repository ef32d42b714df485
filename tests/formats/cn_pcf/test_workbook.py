"""Into a workbook and back: the same declaration, to the byte, and every value remembers its cell."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import resources
from gateway.codec.base import Context, Package, Reading, need_writer
from gateway.codec.jsonwrite import encode
from gateway.codec.run import run_reader
from gateway.formats import detect
from gateway.formats.cn_pcf import FORMAT
from gateway.formats.cn_pcf.workbook_layout import REST, layout
from gateway.formats.cn_pcf.workbook_reader import read_workbook
from gateway.formats.cn_pcf.workbook_template import template
from gateway.formats.cn_pcf.workbook_writer import lay_out, write_workbook
from gateway.model.base import Missing
from gateway.model.declaration import Declaration
from gateway.model.origin import Origin
from gateway.model.walk import by_path, diff, leaves

EXAMPLES = ["lfp-pack", "tea"]
Example = Callable[[str], dict[str, Any]]


def read(data: bytes) -> Reading:
    return run_reader(FORMAT, Package.of(data), Context())


def as_json(declaration: Declaration) -> bytes:
    return need_writer(FORMAT)(declaration, Context()).package.only.data


def assert_same(before: Declaration, workbook: bytes) -> Reading:
    """The workbook says the same declaration, to the byte of its JSON form, and nothing is wrong in it."""
    after = read(workbook)
    assert diff(before, after.declaration) == {}
    assert as_json(after.declaration) == as_json(before)
    return after


class TestRoundTrip:
    """JSON, workbook, JSON."""

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_example(self, name: str) -> None:
        before = read(resources.example(f"{name}.json").read_bytes())
        after = assert_same(before.declaration, write_workbook(before.declaration))
        assert {f.code for f in after.findings} == set()
        assert {n.code for n in after.notes} == {"input.kept-as-extra"}

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_example_has_a_cell_for_every_field(self, name: str) -> None:
        rest = lay_out(read(resources.example(f"{name}.json").read_bytes()).declaration).rest
        assert {place.split("/")[1] for place, _ in rest} == {"_illustrative"}

    def test_published_samples(self, oracle_data: Path) -> None:
        folders = (oracle_data / "china" / "sample_inputs", oracle_data / "real_inputs")
        paths = [path for folder in folders for path in sorted(folder.glob("*.json"))]
        assert len(paths) >= 28
        for path in paths:
            before = read(path.read_bytes())
            after = assert_same(before.declaration, write_workbook(before.declaration))
            # Whatever is noticed was noticed in the JSON form, too.
            assert {f.code for f in after.findings} <= {f.code for f in before.findings}, path.name

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_english_first(self, name: str) -> None:
        before = read(resources.example(f"{name}.json").read_bytes()).declaration
        assert_same(before, write_workbook(before, lang=("en", "zh")))

    def test_same_bytes_every_time(self) -> None:
        before = read(resources.example("lfp-pack.json").read_bytes()).declaration
        assert write_workbook(before) == write_workbook(before)

    def test_through_a_library_that_saves_it_again(self) -> None:
        before = read(resources.example("lfp-pack.json").read_bytes()).declaration
        book = openpyxl.load_workbook(io.BytesIO(write_workbook(before)))
        out = io.BytesIO()
        book.save(out)
        assert_same(before, out.getvalue())

    def test_extras_of_other_formats_come_back(self, example: Example) -> None:
        before = read(encode(example("tea")).encode()).declaration
        foreign = {**before.extras, "pact@3.0#/x/y": '"kept"', "pact@3.0#/long": json.dumps("长" * 70_000)}
        before = before.model_copy(update={"extras": foreign})
        assert diff(before, read(write_workbook(before)).declaration) == {}


ODD = [
    None,
    "",
    " x ",
    "=1+1",
    "'0123",
    "0123",
    "▌铜",
    "键 key",
    "N/A",
    "a;b；c",
    "不适用 not applicable [not-applicable]",
    "是 yes",
    "[raw]",
    '["a"]',
    "_x0041_",
    "a\r\nb\tc",
    "长" * 33_000,
    "0.30000000000000004",
    "12345678901234567890",
    "1/3",
    "-0.0520",
    "1e-7",
    "2026-02-30",
    "1899-01-01",
    {"missing": "not-applicable"},
    {"missing": "unreadable", "text": "?", "unit": "kg"},
    True,
    [],
    ["a;b", "c"],
    {"x": {"[y]": [1, {"z/~": None}]}},
]


class TestOddValues:
    """Whatever stands in a place comes back: in its cell, or from the sheet of the rest."""

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
    @given(st.data())
    def test_any_value_at_any_place(self, example: Example, data: st.DataObject) -> None:
        document = deepcopy(example(data.draw(st.sampled_from(EXAMPLES))))
        for _ in range(data.draw(st.integers(1, 12))):
            node: Any = document
            while True:
                key = data.draw(
                    st.sampled_from(list(node) if isinstance(node, dict) else list(range(len(node))))
                )
                inner = node[key]
                if not isinstance(inner, (dict, list)) or not inner or data.draw(st.integers(0, 9)) == 0:
                    break
                node = inner
            node[key] = deepcopy(data.draw(st.sampled_from(ODD)))  # the next round may change it
        before = read(encode(document).encode()).declaration
        assert_same(before, write_workbook(before))

    def test_two_items_of_one_name_keep_their_own(self, example: Example) -> None:
        document = example("lfp-pack")
        document["sites"] = [deepcopy(document["sites"][0]) for _ in range(3)]
        document["sites"][1]["electricity"] = []
        document["sites"][2]["id"] = "#1"
        document["resultSets"].append(
            dict(document["resultSets"][0], id="declared", basis={"per": "kwh-rated"})
        )
        before = read(encode(document).encode()).declaration
        assert_same(before, write_workbook(before))


class TestCells:
    """Every value remembers its cell."""

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_origins_name_the_cell_that_holds_the_value(self, name: str) -> None:
        before = read(resources.example(f"{name}.json").read_bytes()).declaration
        data = write_workbook(before)
        after = read(data)
        book = openpyxl.load_workbook(io.BytesIO(data))
        told = by_path(after.declaration)
        seen = 0
        for path, origin in after.origins.items():
            if (
                not isinstance(origin, Origin)
                or path.startswith("/extras")
                or isinstance(told[path], Missing)
            ):
                continue
            sheet, _, ref = origin.at.rpartition("!")
            assert book[sheet][ref].value is not None, (path, origin)
            seen += 1
        # Units and names of parents stand in cells of their own.
        own = [place for place in leaves(before) if not place.path.startswith("/extras")]
        assert seen >= 0.98 * len(own)

    def test_cell_of_a_line(self) -> None:
        after = read(write_workbook(read(resources.example("lfp-pack.json").read_bytes()).declaration))
        origin = after.origins["/lines/L02/factor/value"]
        assert isinstance(origin, Origin)
        assert origin.at.startswith("5 活动数据 Activity lines!")
        assert origin.at.endswith("6")


class TestDetection:
    """A workbook is known by what stands in it."""

    def test_by_its_own_name(self) -> None:
        found = detect(Package.of(template("battery")))
        assert (found.format.id, found.evidence.strength) == ("cn-pcf@1", 3)

    def test_by_its_keys(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(template("battery")))
        del book["说明 Read me"]
        assert detect(Package.of(saved(book))).evidence.strength == 2

    def test_a_foreign_workbook_is_not_ours(self) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in range(1, 30):
            sheet.cell(row, 1).value = f"item {row}"
        assert FORMAT.detect(Package.of(saved(book))) is None

    def test_the_notes_first_template_reads_as_its_json(self, oracle_data: Path) -> None:
        base = oracle_data / "china" / "sample_inputs" / "03_lfp_pack_worked_example"
        told = by_path(read(base.with_suffix(".json").read_bytes()).declaration)
        found = read_workbook(Package.of(base.with_suffix(".xlsx").read_bytes()), Context())
        here = by_path(found.declaration)
        assert len(here) > 200
        assert {path: leaf for path, leaf in here.items() if told.get(path) != leaf} == {}
        assert {f.code for f in found.findings} == {"workbook.sheet-not-read"}


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_sheets_have_names_that_excel_takes() -> None:
    names = [f"{s.id} {s.name['zh']} {s.name['en']}" for s in layout().sheets]
    assert all(len(name) <= 31 for name in [*names, REST])
    assert len({name.casefold() for name in names}) == len(names)
