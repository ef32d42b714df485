"""The second input as exporters fill it: Chinese, dates and percentages of Excel, own sheets and remarks."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gateway.codec.base import Context, Package, Reading
from gateway.formats.passport_data import FORMAT
from gateway.model.walk import by_path
from gateway.pipeline.convert import Source, convert, read
from gateway.pipeline.workbook import passport_template
from gateway.quantity import Quantity
from gateway.report import Fate, Severity

EXAMPLES = Path(__file__).parents[3] / "examples"
VALUES = "values 单值"
AUDIENCE = {"audience": "legitimate-interest"}
# A sheet or field of the form, a column or cell of it, and what somebody typed there.
Change = Callable[[Any], None]


def workbook(*changes: Change, filled: bool = True) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(passport_template(filled=filled)))
    for change in changes:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def value(field: str, told: object, number_format: str = "General") -> Change:
    def change(book: Any) -> None:
        row = next(row for row in book[VALUES].iter_rows(min_row=2) if row[0].value == field)
        row[3].value, row[3].number_format = told, number_format

    return change


def cell(sheet: str, ref: str, told: object, number_format: str = "General") -> Change:
    def change(book: Any) -> None:
        book[sheet][ref].value, book[sheet][ref].number_format = told, number_format

    return change


def reading(*changes: Change, filled: bool = True) -> Reading:
    return FORMAT.read(Package.of(workbook(*changes, filled=filled)), Context())


def joined(*changes: Change) -> Source:
    data = Package.of(workbook(*changes), name="家/护照.xlsx")
    return read((EXAMPLES / "lfp-pack.json").read_bytes(), beside=[data])


def fates(found: Reading) -> dict[str, Fate]:
    return {note.path: note.fate for note in found.notes}


class TestCells:
    """A number is what was typed, in the unit of the field or converted into it; nothing else is a number."""

    @pytest.mark.parametrize(
        ("change", "path", "amount"),
        [
            (value("/technical/initialEfficiencyPct", 0.925, "0.0%"), "initial_efficiency", "92.5"),
            (value("/technical/initialEfficiencyPct", "92.5%"), "initial_efficiency", "92.5"),
            (value("/technical/minimumVoltageV", "0.3 kV"), "minimum_voltage", "300"),
            (value("/technical/maximumVoltageV", "４２０"), "maximum_voltage", "420"),
            (value("/technical/maximumVoltageV", "420 伏"), "maximum_voltage", "420"),
            (value("/technical/cRate", 0.1), "c_rate", "0.1"),
            (value("/technical/idleTemperatureLowC", -20), "idle_temperature_low", "-20"),
            (cell("technical.resistance", "B3", 0.08), "resistance/pack/initial", "0.08"),
            (cell("technical.resistance", "B3", "80 mΩ"), "resistance/pack/initial", "0.08"),
        ],
    )
    def test_amounts(self, change: Change, path: str, amount: str) -> None:
        found = reading(change)
        assert found.findings == ()
        told = by_path(found.declaration)[f"/passport_data/technical/{path}"]
        assert isinstance(told, Quantity)
        assert told.amount == Decimal(amount)

    def test_a_unit_that_was_changed_beside_its_field_counts(self) -> None:
        def other_unit(book: Any) -> None:
            label = book["technical.resistance"]["B2"]
            label.value = label.value.replace("[Ohm]", "[mOhm]")

        found = reading(other_unit, cell("technical.resistance", "B3", 80))
        home, told = "/passport_data/technical/resistance", by_path(found.declaration)
        for name, ohm in (("pack", "0.08"), ("cell", "0.0000006")):
            amount = told[f"{home}/{name}/initial"]
            assert isinstance(amount, Quantity)
            assert (amount.amount, amount.unit) == (Decimal(ohm), "Ohm")
        assert found.findings == ()

    @pytest.mark.parametrize("told", ["电池包", "pack", "Pack", "电池包 pack [pack]"])
    def test_codes_are_known_by_their_names(self, told: str) -> None:
        found = reading(cell("technical.resistance", "A3", told))
        assert "/passport_data/technical/resistance/pack/initial" in by_path(found.declaration)
        assert found.findings == ()

    def test_days_and_flags(self) -> None:
        found = reading(cell("documents", "J3", date(2026, 2, 21), "yyyy/m/d"), cell("materials", "D3", "否"))
        told = by_path(found.declaration)
        assert told["/passport_data/documents/conformity/issued"] == date(2026, 2, 21)
        assert told["/passport_data/materials/lithium iron phosphate/critical"] is False

    def test_a_moment_of_excel_keeps_its_time_and_lacks_its_zone(self) -> None:
        moment = value("/identity/lastUpdated", datetime(2026, 10, 1, 8, 30), "yyyy-mm-dd hh:mm")  # noqa: DTZ001
        found = reading(moment)
        assert set(fates(found).values()) == {Fate.CONVERTED}
        source = joined(moment)
        (finding,) = (f for f in source.report.findings if f.code == "identity.moment")
        assert finding.at.startswith(f"护照.xlsx › {VALUES}!D")
        assert finding.saw == "2026-10-01T08:30:00"

    def test_what_is_no_such_value_is_named_with_its_cell(self) -> None:
        found = reading(
            value("/technical/expectedYears", "十五年"), cell("technical.originalPower", "B3", "很大")
        )
        assert {f.at.rpartition("!")[0] for f in found.findings} == {VALUES, "technical.originalPower"}
        assert {f.severity for f in found.findings} == {Severity.ERROR}


class TestSheets:
    """Whatever stands in the workbook is read, or told as not read."""

    def test_remarks_and_sheets_of_ones_own(self) -> None:
        def remarks(book: Any) -> None:
            book[VALUES]["K5"] = "联系人：张三"
            book[VALUES]["D120"] = "孤立的值"
            book.create_sheet("备注")["A1"] = "内部"

        found = reading(remarks)
        assert fates(found)[f"{VALUES}!K5"] is Fate.UNREAD
        assert fates(found)[f"{VALUES}!D120"] is Fate.UNREAD
        (finding,) = found.findings
        assert (finding.code, finding.at, finding.saw) == ("workbook.sheet-not-read", "备注", "1")

    def test_an_unknown_field_is_told(self) -> None:
        found = reading(cell(VALUES, "A90", "/technical/foo"), cell(VALUES, "D90", "5"))
        (finding,) = found.findings
        assert (finding.code, finding.params["key"]) == ("workbook.unknown-key", "/technical/foo")

    def test_a_field_that_stands_twice_is_told(self) -> None:
        found = reading(cell(VALUES, "A90", "/identity/serialNumber"), cell(VALUES, "D90", "other"))
        assert [f.code for f in found.findings] == ["workbook.two-values"]
        assert by_path(found.declaration)["/passport_data/identity/serial_number"] == "EX-LFP72-000001"

    def test_a_field_within_a_value_is_no_field(self) -> None:
        found = reading(cell(VALUES, "A90", "/identity/serialNumber/x"), cell(VALUES, "D90", "other"))
        assert [f.code for f in found.findings] == ["workbook.unknown-key"]

    def test_sheets_are_known_by_their_headings(self) -> None:
        def rename(book: Any) -> None:
            book["materials"].title = "材料"
            book.move_sheet("materials" if "materials" in book.sheetnames else "材料", offset=-3)

        assert by_path(reading(rename).declaration) == by_path(reading().declaration)

    def test_a_label_row_that_was_deleted_loses_no_item(self) -> None:
        found = reading(lambda book: book["materials"].delete_rows(2))
        assert by_path(found.declaration) == by_path(reading().declaration)

    @pytest.mark.parametrize("above", ["1", 1, "Example Spare Parts GmbH", None])
    def test_a_part_belongs_to_the_item_of_its_number_or_name(self, above: object) -> None:
        found = reading(cell("spareParts.components", "A3", above))
        assert by_path(found.declaration) == by_path(reading().declaration)
        assert found.findings == ()

    @pytest.mark.parametrize("above", ["第2项", "0", "2", "-1", "Somebody else"])
    def test_a_part_of_no_item_is_told_and_not_given_to_another(self, above: str) -> None:
        found = reading(cell("spareParts.components", "A3", above))
        assert [(f.code, f.at) for f in found.findings] == [
            ("passport-data.no-item", "spareParts.components!A3")
        ]
        assert not any("/components/" in path for path in by_path(found.declaration))
        assert fates(found)["spareParts.components!B3"] is Fate.UNREAD

    def test_the_template_offers_codes_in_both_languages(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(passport_template()))
        assert book["choices 选项"].sheet_state == "hidden"
        offered = {cell.value for row in book["choices 选项"].iter_rows() for cell in row}
        assert "有效 active [active]" in offered
        assert len(book["documents"].data_validations.dataValidation) == 1
        suppliers = {row[6].value for row in book[VALUES].iter_rows(min_row=2, max_row=80)}
        assert all(any("\u4e00" <= c <= "\u9fff" for c in str(one)) for one in suppliers)


CHINESE = (
    value("/passport/place/street", "安徽省合肥市经开区示例路1号"),
    value("/identity/serialNumber", "序列号-0001"),
    value("/circularity/extinguishingAgents", "水；干粉灭火剂"),
    value("/identity/dppStatus", "有效"),
    cell("materials", "A3", "磷酸铁锂"),
    cell("materials", "E3", "正极"),
    cell("documents", "C3", "欧盟符合性声明（签署版）"),
    cell("circularity.spareParts", "A3", "示例备件有限公司"),
    cell("spareParts.components", "A3", "示例备件有限公司"),
    cell("spareParts.components", "B3", "模组"),
)


class TestCarriers:
    """Template, filled in Chinese, written as a passport and read back: every promised value is there."""

    @pytest.mark.parametrize(
        "target", ["aas-02035@1.0", "batterypass@1.2", "untp-dpp@0.7.0", "passport-data@1"]
    )
    def test_chinese_values_come_back(self, target: str) -> None:
        source = joined(*CHINESE)
        assert [f.code for f in source.report.findings if f.severity is Severity.ERROR] == []
        asked = AUDIENCE if target.startswith(("aas", "battery", "passport")) else {}
        (made,) = convert(source, to=[target], options=asked)
        assert made.package is not None
        before, after = by_path(source.declaration), by_path(read(made.package).declaration)
        lost = {note.path for note in made.notes}
        promised = [p for p in before if p not in lost and p.startswith(("/passport", "/passport_data"))]
        assert promised
        assert {path: after.get(path) for path in promised} == {path: before[path] for path in promised}
        if target in ("aas-02035@1.0", "batterypass@1.2", "passport-data@1"):
            assert after["/passport_data/materials/磷酸铁锂/component"] == "正极"
        if target in ("aas-02035@1.0", "passport-data@1"):
            home = "/passport_data/circularity/spare_parts/示例备件有限公司/components/0/name"
            assert after[home] == "模组"

    @pytest.mark.parametrize(
        ("change", "target", "path"),
        [
            (
                cell("materials", "B3", "没有"),
                "batterypass",
                "/passport_data/materials/lithium iron phosphate/cas",
            ),
            (
                cell("circularity.recycled", "B4", "120"),
                "batterypass",
                "/passport_data/circularity/recycled/cobalt/pre_consumer",
            ),
            (
                value("/condition/stateOfChargePct/at", "2026年10月1日"),
                "aas-02035",
                "/passport_data/condition/state_of_charge/at",
            ),
            (cell("documents", "H3", "PDF"), "aas-02035", "/passport_data/documents/conformity/media_type"),
        ],
    )
    def test_a_value_that_does_not_fit_leaves_its_part_out_and_names_its_cell(
        self, change: Change, target: str, path: str
    ) -> None:
        (made,) = convert(joined(change), to=[target], options=AUDIENCE)
        assert made.written
        (lack,) = (e for e in made.lacks if e.error_code == "carrier.part-unfit")
        assert lack.path == path
        assert lack.params["field"].startswith("护照.xlsx › ")


def test_the_json_of_the_same_values_says_the_same() -> None:
    text = (EXAMPLES / "passport-data" / "lfp-pack.json").read_text(encoding="utf-8")
    told = FORMAT.read(Package.of(json.dumps(json.loads(text)).encode()), Context())
    assert by_path(reading().declaration) == by_path(told.declaration)
