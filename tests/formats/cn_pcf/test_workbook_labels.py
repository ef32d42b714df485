"""A workbook whose keys were deleted is read by its Chinese or English labels, or abstains and says so."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gateway.codec.base import Context, Package, Reading
from gateway.codec.run import run_reader
from gateway.formats.cn_pcf import FORMAT
from gateway.formats.cn_pcf.workbook_layout import PARENT_LABELS, field_of, keys_for, tidy_key, tidy_label
from gateway.model.walk import by_path, diff
from gateway.quantity import Quantity, same_quantity


def read(data: bytes) -> Reading:
    return run_reader(FORMAT, Package.of(data), Context())


def without_keys(book: Any, label_column: int | None = None) -> None:
    """Delete the keys of forms and tables, and one of the two languages if asked for."""
    for sheet in book.book:
        for cells in sheet.iter_rows():
            is_form = field_of(str(cells[0].value)) is not None and "[]" not in str(cells[0].value)
            for cell in cells:
                if field_of(str(cell.value)) is not None or cell.value in PARENT_LABELS:
                    cell.value = None
            if is_form and label_column:
                cells[label_column - 1].value = None


class TestWithoutKeys:
    """Labels are enough."""

    def test_every_value_comes_back(self, book: Any) -> None:
        good = read(book.data).declaration
        without_keys(book)
        found = read(book.data)
        assert diff(good, found.declaration) == {}
        assert found.findings == ()

    @pytest.mark.parametrize("column", [2, 3])
    def test_in_one_language(self, book: Any, column: int) -> None:
        good = read(book.data).declaration
        without_keys(book, label_column=5 - column)
        found = read(book.data)
        assert diff(good, found.declaration) == {}

    def test_an_ambiguous_label_abstains(self, book: Any, place: Any) -> None:
        cell = book.cell("document.validUntil")
        sheet, row = cell.parent, cell.row
        for above in range(1, row):
            if str(sheet.cell(above, 1).value).startswith("▌"):
                sheet.cell(above, 1).value = None
        sheet.title = "Sheet"
        sheet.cell(row, 1).value = sheet.cell(row, 2).value = None
        found = read(book.data)
        (finding,) = [f for f in found.findings if f.at == place(cell)]
        assert finding.code == "workbook.ambiguous-label"
        assert "label.validUntil" in finding.params["keys"]
        assert "/document/valid_until" not in by_path(found.declaration)

    def test_an_unknown_key_is_told(self, book: Any, place: Any) -> None:
        cell = book.cell("product.massKg")
        cell.parent.cell(cell.row, 1).value = "product.masse"
        (finding,) = read(book.data).findings
        assert (finding.code, finding.at) == ("workbook.unknown-key", place(cell))


class TestHeadings:
    """Synonyms, units in brackets, full-width characters."""

    def set_heading(self, book: Any, key: str, zh: str, en: str = "") -> Any:
        cell = book.cell(key, row=0)
        sheet = cell.parent
        sheet.cell(cell.row - 2, cell.column).value = zh
        sheet.cell(cell.row - 1, cell.column).value = en or None
        return sheet, cell

    def test_unit_of_the_heading_is_converted(self, book: Any) -> None:
        sheet, cell = self.set_heading(book, "lines[].resultKg", "碳排放量（吨CO2e）")
        without_keys(book)
        sheet.cell(cell.row + 1, cell.column).value = 1.23
        found: Any = by_path(read(book.data).declaration)["/lines/L01/result"]
        assert same_quantity(found, Quantity(Decimal(1230), "kg{CO2eq}"))

    def test_synonym(self, book: Any) -> None:
        self.set_heading(book, "lines[].nameZh", "物料名称")
        without_keys(book)
        assert by_path(read(book.data).declaration)["/lines/L01/name/zh"] == "磷酸铁锂"

    def test_unit_of_the_heading_fills_an_empty_unit_cell(self, book: Any) -> None:
        self.set_heading(book, "lines[].amountPerUnit", "单位产品消耗量（ｋｇ）")
        unit = book.cell("lines[].unit")
        without_keys(book)
        unit.value = None
        assert str(by_path(read(book.data).declaration)["/lines/L01/amount_per_unit"]) == "150 kg"

    @pytest.mark.parametrize(
        ("text", "label", "unit"),
        [
            ("质量（kg）", "质量", "kg"),
            ("质量 [t]", "质量", "t"),
            ("Mass (kg CO2e/kWh) *", "mass", "kg CO2e/kWh"),
            ("Ｍａｓｓ", "mass", ""),
        ],
    )
    def test_label_and_unit(self, text: str, label: str, unit: str) -> None:
        assert tidy_label(text) == (label, unit)

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("生产者名称(英文)", "enterprise.nameEn"),
            ("生产者名称", "enterprise.nameZh"),
            ("公司名称", "enterprise.nameZh"),
            ("Rated energy (kWh)", "battery.ratedEnergyKWh"),
            ("产品质量（吨）", "product.massKg"),
        ],
    )
    def test_label_names_one_field(self, text: str, key: str) -> None:
        assert keys_for(text, tables=False) == (key,)

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("product.massKg", "product.massKg"),
            ("/product/massKg", "product.massKg"),
            ("/lines/*/factor/value", "lines[].factor.value"),
            ("ｌｉｎｅｓ［］．ｉｄ", "lines[].id"),
            ("resultSets[pack].byStage[raw].kg", "resultSets[pack].byStage[raw].kg"),
            ("产品", ""),
            ("a b", ""),
        ],
    )
    def test_key(self, text: str, key: str) -> None:
        assert tidy_key(text) == key
