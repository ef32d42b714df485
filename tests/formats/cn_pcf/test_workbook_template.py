"""The template: what a user sees, and the quick sheet's 35 cells that give a first preview."""

from __future__ import annotations

import io
from typing import Any, Literal

import openpyxl
import pytest

from gateway.codec import choices
from gateway.codec.base import Context, Package, Reading
from gateway.codec.run import run_reader
from gateway.errors import UsageError
from gateway.formats.cn_pcf import FORMAT
from gateway.formats.cn_pcf._workbook_styles import FILLS, display_unit
from gateway.formats.cn_pcf.workbook_guide import known_targets, needs, quick_rows
from gateway.formats.cn_pcf.workbook_layout import field_of, layout
from gateway.formats.cn_pcf.workbook_template import template
from gateway.model.walk import by_path
from gateway.pipeline.convert import convert
from gateway.pipeline.convert import read as read_source
from gateway.quantity import parse_unit

Kind = Literal["battery", "product"]
KINDS: tuple[Kind, Kind] = ("battery", "product")


def read(data: bytes) -> Reading:
    return run_reader(FORMAT, Package.of(data), Context())


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


QUICK: dict[str, object] = {
    "product.nameZh": "磷酸铁锂电池包",
    "product.nameEn": "green tea",
    "product.model": "X-1",
    "product.massKg": 480,
    "product.fossilCarbonKg": 0.5,
    "enterprise.nameZh": "示例公司",
    "enterprise.uscc": "913401000EXAMPLE76",
    "enterprise.gb2260": "340100",
    "document.status": choices.entry("DOC_STATUS", "draft"),
    "battery.category": choices.entry("BAT_CAT", "EV"),
    "battery.level": choices.entry("BAT_LEVEL", "pack"),
    "battery.usableEnergyKWh": 68,
    "battery.vehicleCategory": choices.entry("/battery/vehicleCategory", "M1"),
    "battery.warrantyYears": 8,
    "unit.kind": choices.entry("UNIT_KIND", "declared"),
    "unit.textZh": "1 个电池包",
    "unit.amount": 1,
    "unit.unit": "kg",
    "boundary.type": choices.entry("BOUNDARY", "c2gr"),
    "period.start": "2025-01-01",
    "period.end": "2025-12-31",
    "method.standards": choices.entry("STANDARD", "ISO14067"),
    "method.gwpSet": choices.entry("GWP_SET", "AR6"),
    "method.offsetsIncluded": choices.entry("FLAG", "false"),
    "cutoff.rule": choices.entry("CUTOFF", "emission_1_5"),
    "cutoff.actualTotalPct": 0.8,
    "passport.studyLink": "https://example.com/study",
}
STAGES = {"raw": 6, "production": 2, "distribution": 1, "use": 0, "eol": 1}


def quick_value(key: str) -> object:
    """What a plant types: totals of stages, all of it fossil."""
    if key in QUICK:
        return QUICK[key]
    stage = next((s for s in STAGES if f"[{s}]" in key), None)
    if stage is None:
        return sum(STAGES.values())
    return STAGES[stage] if key.endswith((".kg", ".fossilKg")) else 0


def filled_quick(kind: Kind) -> bytes:
    book = opened(template(kind))
    sheet = book["0 快速填写 Quick sheet"]
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, 5).value = quick_value(str(sheet.cell(row, 1).value))  # type: ignore[assignment]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class TestQuickSheet:
    """At most 35 cells, and a first preview from them alone."""

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize(
        "targets", [(), ("pact",), ("battery-passport",), ("battery-passport", "pact"), ("html", "ilcd-epd")]
    )
    def test_has_at_most_35_cells(self, kind: Kind, targets: tuple[str, ...]) -> None:
        keys = [row["key"] for row in quick_rows(kind, known_targets(targets))]
        assert 20 < len(set(keys)) == len(keys) <= 35
        assert all(field_of(key) for key in keys)

    @pytest.mark.parametrize("kind", KINDS)
    def test_gives_a_preview_on_its_own(self, kind: Kind) -> None:
        source = read_source(filled_quick(kind))
        assert [f for f in source.report.findings if f.at.startswith("0 ") and f.severity == "error"] == []
        targets = {"battery": ["cn-pcf", "pact", "batterypass"], "product": ["cn-pcf", "pact"]}[kind]
        written = convert(source, to=targets, options={"draft": "yes"})
        assert {o.format.folder: [str(x) for x in o.lacks] for o in written if not o.written} == {}

    def test_asks_for_the_header_of_a_passport(self) -> None:
        keys = {row["key"] for row in quick_rows("battery", known_targets(["battery-passport"]))}
        assert {"passport.id", "passport.productLink", "document.issuedAt"} <= keys
        assert not any(key.endswith("fossilKg") for key in keys)

    def test_fills_the_same_fields(self) -> None:
        told = by_path(read(filled_quick("battery")).declaration)
        assert str(told["/results/pack/carbon/total"]) == "10 kg{CO2eq}"
        assert told["/results/pack/basis/denominator/per"] == "pack"
        assert str(told["/results/pack/rows/raw/carbon/fossil"]) == "6 kg{CO2eq}"

    def test_the_same_value_in_both_places_is_no_finding(self, book: Any) -> None:
        book.quick("product.massKg").value = 480
        book.quick("resultSets[pack].byStage[raw].kg").value = 4031.92
        assert read(book.data).findings == ()

    def test_two_values_are_a_finding_and_the_full_sheet_counts(self, book: Any, place: Any) -> None:
        book.quick("product.massKg").value = 481
        book.quick("resultSets[pack].byStage[raw].kg").value = 1
        found = read(book.data)
        assert [(f.code, f.at) for f in found.findings] == [
            ("workbook.two-values", place(book.quick("product.massKg"))),
            ("workbook.two-values", place(book.quick("resultSets[pack].byStage[raw].kg"))),
        ]
        assert found.findings[0].params["first"] == place(book.cell("product.massKg"))
        assert str(by_path(found.declaration)["/product/mass"]) == "480 kg"


class TestTemplate:
    """Labels, drop-downs, marks and hints."""

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("filled", [False, True])
    def test_same_bytes_every_time(self, kind: Kind, filled: bool) -> None:
        assert template(kind, targets=("pact",), filled=filled) == template(
            kind, targets=("pact",), filled=filled
        )

    def test_empty_template_reads_as_an_empty_declaration(self) -> None:
        found = read(template("battery"))
        assert by_path(found.declaration) == {}
        assert found.findings == ()
        assert found.notes == ()

    def test_every_closed_list_has_a_drop_down(self) -> None:
        book = opened(template("battery"))
        lists = {
            v.formula1 for sheet in book for v in sheet.data_validations.dataValidation if v.type == "list"
        }
        assert lists <= set(book.defined_names)
        assert len(lists) == len(
            {choices.list_of(f.row) for b in layout().blocks.values() for f in b.fields} - {""}
        )

    def test_lists_show_both_languages_and_the_code(self) -> None:
        sheet = opened(template("battery"))["lists"]
        assert sheet.sheet_state == "hidden"
        columns = {column[0].value: [c.value for c in column[1:] if c.value] for column in sheet.columns}
        assert "原材料获取 raw material acquisition and pre-processing, EN15804 A1 [raw]" in columns["STAGE"]
        assert all(len(set(entries)) == len(entries) for entries in columns.values())

    def test_every_cell_says_what_it_unlocks(self) -> None:
        book = opened(template("battery"))
        for sheet in book:
            for row in sheet.iter_rows(min_row=2):
                key = str(row[0].value)
                if field_of(key) is not None and "[]" not in key:
                    assert row[7].value
        prompts = [v.prompt for s in book for v in s.data_validations.dataValidation]
        assert len(prompts) > 350
        assert all(prompts)

    def test_cells_are_coloured_by_need(self) -> None:
        def fill(data: bytes, key: str) -> str:
            for sheet in opened(data):
                for row in sheet.iter_rows(max_col=5):
                    if row[0].value == key and not sheet.title.startswith("0"):
                        return str(row[4].fill.fgColor.rgb)[2:]
            raise KeyError(key)

        plain, with_target = template("battery"), template("battery", targets=("battery-passport",))
        assert f"#{fill(plain, 'document.id')}" == FILLS["required"]
        assert f"#{fill(plain, 'passport.studyLink')}" == FILLS["conditional"]
        assert f"#{fill(with_target, 'passport.studyLink')}" == FILLS["target"]
        assert f"#{fill(with_target, 'passport.granularity')}" == FILLS["target"]
        assert template("battery", targets=("batterypass", "aas-02035-3", "en18223")) == with_target

    def test_texts_are_in_text_format(self) -> None:
        sheet = next(s for s in opened(template("battery")) if s.title.startswith("8 "))
        cell = next(
            row[4] for row in sheet.iter_rows(max_col=5) if row[0].value == "verification.notifiedBodyNo"
        )
        assert cell.number_format == "@"

    def test_a_product_has_no_battery_block(self) -> None:
        keys = {c.value for s in opened(template("product")) for c in s["A"]}
        assert "battery.category" not in keys
        assert "product.massKg" in keys

    def test_an_unknown_target_is_refused(self) -> None:
        with pytest.raises(UsageError):
            template("battery", targets=("pakt",))

    def test_units_are_shown_as_the_reader_takes_them(self) -> None:
        units = {f.row.unit for b in layout().blocks.values() for f in b.fields if f.row.type == "amount"}
        for unit in units:
            shown = display_unit(unit)
            assert not shown or parse_unit(shown).code == parse_unit(unit).code

    def test_needs_name_fields(self) -> None:
        from gateway import resources

        rows = resources.table("fields/cn_pcf_targets.csv")
        keys = {key for key in layout().by_key if needs(key)}
        assert len({row["source"] for row in rows}) <= len(keys)
