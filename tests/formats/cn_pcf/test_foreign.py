"""A supplier's own survey workbook: suggested, confirmed, read; nothing is decided by us."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter

from gateway.errors import GatewayError, InputError, UsageError
from gateway.formats.cn_pcf.foreign_cells import grid
from gateway.formats.cn_pcf.foreign_layout import Layout
from gateway.formats.cn_pcf.foreign_reader import read_with_layout
from gateway.formats.cn_pcf.foreign_suggest import suggest_layout
from gateway.model.origin import Origin
from gateway.model.walk import by_path

# In the form that such surveys have: purpose, rules, table 0 with the footprint, tables 1 to 6 with raw data,
# no merged cells, units in headings.
SURVEY: dict[str, list[list[Any]]] = {
    "一、调查目的": [["本表用于收集动力电池材料的碳足迹数据"], ["请于月底前返回"]],
    "表0 产品碳足迹": [
        ["表0 产品碳足迹"],
        [],
        ["企业名称", "示例材料有限公司"],
        ["统一社会信用代码", "914201000EXCATHD0J"],
        ["产品名称", "磷酸铁锂正极材料"],
        ["规格型号", "LFP-01"],
        ["系统边界", "从摇篮到大门"],
        ["起始日期", "2025-01-01"],
        ["截止日期", "2025-12-31"],
        ["产品碳足迹", 8.2, "kgCO2e/kg"],
        ["碳中和目标年份", 2050],
    ],
    "表1 原材料": [
        ["表1 原材料消耗"],
        [],
        ["序号", "物料名称", "单耗", "单位", "排放因子值", "因子单位", "数据类型", "联系电话"],
        [1, "磷酸铁", 0.96, "kg", 2.1, "kg CO2e/kg", "实测", "138"],
        [2, "碳酸锂", 0.24, "kg", 15, "kg CO2e/kg", "次级数据", None],
        ["合计", None, 1.2],
    ],
    "表2 能源": [
        ["序号", "能源种类", "单耗（kWh）", "排放因子值", "因子单位"],
        [1, "电力", 2.5, 0.5777, "kg CO2e/kWh"],
    ],
    "表3 运输": [
        ["序号", "货物名称", "单耗", "单位", "运距（km）"],
        [1, "碳酸锂", 0.5, "t*km", 1200],
    ],
    "表4 废弃物": [["序号", "废弃物名称", "单耗", "单位"], [1, "废浆", 0.01, "kg"]],
}


def survey() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name, rows in SURVEY.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(number, column, value)
    book.close()
    return out.getvalue()


def open_document(rows: str) -> bytes:
    """An .ods of one sheet."""
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<office:document-content xmlns:office="{office}office:1.0" xmlns:table="{office}table:1.0" '
        f'xmlns:text="{office}text:1.0"><office:body><office:spreadsheet><table:table table:name="表">'
        f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    return out.getvalue()


MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'


@pytest.fixture(scope="module")
def suggested() -> Layout:
    return suggest_layout(survey())


class TestSuggestion:
    """Every suggestion has a reason, and what is not certain stays open."""

    def test_cells(self, suggested: Layout) -> None:
        found = {(cell.sheet, cell.cell): (cell.key, cell.unit) for cell in suggested.cells}
        sheet = "表0 产品碳足迹"
        assert found == {
            (sheet, "B3"): ("enterprise.nameZh", ""),
            (sheet, "B4"): ("enterprise.uscc", ""),
            (sheet, "B5"): ("product.nameZh", ""),
            (sheet, "B6"): ("product.model", ""),
            (sheet, "B7"): ("boundary.type", ""),
            (sheet, "B8"): ("period.start", ""),
            (sheet, "B9"): ("period.end", ""),
            (sheet, "B10"): ("results.totalKg", "kgCO2e"),
        }

    def test_declared_unit_of_the_result(self, suggested: Layout) -> None:
        assert {c.key: c.value for c in suggested.constants} == {"unit.amount": "1", "unit.unit": "kg"}

    def test_tables(self, suggested: Layout) -> None:
        found = {t.sheet: t for t in suggested.tables}
        assert list(found) == ["表1 原材料", "表2 能源", "表3 运输", "表4 废弃物"]
        first = found["表1 原材料"]
        assert (first.heading, first.first, first.last) == (3, 4, None)  # it ends where a total stands
        assert {c.column: c.key for c in first.columns} == {
            "A": "lines[].id",
            "B": "lines[].nameZh",
            "C": "lines[].amountPerUnit",
            "D": "lines[].unit",
            "E": "lines[].factor.value",
            "F": "lines[].factor.unit",
            "G": "lines[].dataType",
        }
        assert {c.key: c.value for c in first.constants} == {
            "lines[].stage": "raw",
            "lines[].category": "material",
        }
        assert {c.unit for c in found["表2 能源"].columns} == {"", "kWh"}

    def test_every_suggestion_has_a_reason_in_both_languages(self, suggested: Layout) -> None:
        reasons = [part.why for part in (*suggested.cells,)] + [part.why for part in suggested.constants]
        reasons += [column.why for table in suggested.tables for column in table.columns]
        assert all(why.zh and why.en and "{" not in why.zh + why.en for why in reasons)

    def test_what_is_not_known_is_open(self, suggested: Layout) -> None:
        assert ("表1 原材料", "联系电话") in {(o.sheet, o.label) for o in suggested.open}

    def test_a_field_that_stands_twice_is_open(self) -> None:
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True})
        for name in ("a", "b"):
            book.add_worksheet(name).write_row(0, 0, ["产品质量（kg）", 5])
        book.close()
        found = suggest_layout(out.getvalue())
        assert found.cells == ()
        assert [o.keys for o in found.open] == [("product.massKg",)] * 2


class TestReading:
    """A confirmed layout is used as it stands."""

    def test_nothing_is_read_before_a_person_confirms(self, suggested: Layout) -> None:
        with pytest.raises(UsageError) as caught:
            read_with_layout(survey(), suggested)
        assert caught.value.error_code == "workbook.layout-not-confirmed"

    def test_values(self, suggested: Layout) -> None:
        told = suggested.model_copy(update={"confirmed": True})
        reading = read_with_layout(survey(), Layout.from_json(told.to_json()))
        leaves = {path: str(leaf) for path, leaf in by_path(reading.declaration).items()}
        assert [line.id for line in reading.declaration.lines] == [
            "表1-1",
            "表1-2",
            "表2-1",
            "表3-1",
            "表4-1",
        ]
        for path, value in {
            "/enterprise/name/zh": "示例材料有限公司",
            "/boundary/type": "c2g",
            "/results/declared/carbon/total": "8.2 kg{CO2eq}",
            "/unit/amount": "1 kg",
            "/lines/表1-1/name/zh": "磷酸铁",
            "/lines/表1-1/amount_per_unit": "0.96 kg",
            "/lines/表1-1/stage": "raw",
            "/lines/表1-1/data_type": "measured",
            "/lines/表2-1/amount_per_unit": "2.5 kW.h",
            "/lines/表2-1/factor/value": "0.5777 kg{CO2eq}/(kW.h)",
            "/lines/表3-1/transport/distance": "1200 km",
            "/lines/表4-1/category": "waste",
        }.items():
            assert leaves[path] == value, path
        assert {f.code for f in reading.findings} == {"workbook.words-not-read"}
        origin = reading.origins["/lines/表1-2/factor/value"]
        assert isinstance(origin, Origin)
        assert origin.at == "表1 原材料!E5"

    def test_every_number_left_out_is_noted(self, suggested: Layout) -> None:
        reading = read_with_layout(survey(), suggested.model_copy(update={"confirmed": True}))
        left = {n.path: n.value for n in reading.notes if n.code == "workbook.cell-not-read"}
        assert left == {"表0 产品碳足迹!B11": "2050", "表1 原材料!C6": "1.2"}

    def test_an_empty_cell_of_the_layout_is_told(self, suggested: Layout) -> None:
        moved = suggested.cells[0].model_copy(update={"cell": "Z99"})
        told = suggested.model_copy(update={"confirmed": True, "cells": (moved,)})
        found = read_with_layout(survey(), told).findings
        assert ("workbook.layout-empty-cell", "表0 产品碳足迹!Z99") in {(f.code, f.at) for f in found}

    def test_a_unit_of_the_layout_is_converted(self, suggested: Layout) -> None:
        mass = suggested.cells[-1].model_copy(update={"key": "product.massKg", "unit": "t"})
        told = Layout(confirmed=True, cells=(mass,))
        leaf: Any = by_path(read_with_layout(survey(), told).declaration)["/product/mass"]
        assert leaf.amount == Decimal(8200)


class TestFiles:
    """The layout file and the files that it is for."""

    @pytest.mark.parametrize(
        "text",
        [
            "{",
            "[]",
            '{"format": "hutong-layout@2"}',
            '{"cells": [{"sheet": "a", "cell": "A1", "key": "product.masse"}]}',
            '{"cells": [{"sheet": "a", "cell": "A1", "key": "lines[].id"}]}',
            '{"tables": [{"sheet": "a", "first": 1, "last": 2, "columns": [{"column": "1", "key": "x"}]}]}',
            '{"surprise": 1}',
        ],
    )
    def test_a_wrong_layout_is_refused(self, text: str) -> None:
        with pytest.raises(GatewayError):
            Layout.from_json(text.encode())

    def test_an_ods_is_read_and_marked_as_doubles(self) -> None:
        row = (
            '<table:table-row><table:table-cell office:value-type="string"><text:p>产品质量（kg）</text:p>'
            '</table:table-cell><table:table-cell office:value-type="float" office:value="56.12">'
            "<text:p>56.12</text:p></table:table-cell></table:table-row>"
        )
        data = open_document(f"<table:table-row><table:table-cell/></table:table-row>{row}")
        told = suggest_layout(data)
        assert [(c.cell, c.key, c.unit) for c in told.cells] == [("B2", "product.massKg", "kg")]
        reading = read_with_layout(data, told.model_copy(update={"confirmed": True}))
        assert str(by_path(reading.declaration)["/product/mass"]) == "56.12 kg"
        assert {f.code for f in reading.findings} == {"workbook.read-as-doubles"}

    def test_a_layout_comes_back_from_its_file(self, suggested: Layout) -> None:
        assert Layout.from_json(suggested.to_json()) == suggested

    @pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0" + bytes(2000), b"text"])
    def test_what_is_no_workbook_is_refused(self, data: bytes) -> None:
        with pytest.raises(InputError):
            grid(data)
