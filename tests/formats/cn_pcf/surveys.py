"""Survey workbooks of different styles, with what a person who knows the fields would say of each place.

``expected`` names the key (and unit) of every cell and column that the survey answers; ``open`` what a
careful reader leaves to a person. No survey is a copy of anybody's.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

Rows = Mapping[str, Sequence[Sequence[Any]]]


@dataclass(frozen=True)
class Survey:
    """A workbook, its merged cells, and the right answers by ``sheet!place`` (a column by its letter)."""

    rows: Rows
    expected: Mapping[str, str]
    open: frozenset[str]
    merged: Mapping[str, Sequence[str]]

    def data(self) -> bytes:
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True})
        for name, rows in self.rows.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value is not None:
                        sheet.write(number, column, value)
            for area in self.merged.get(name, ()):
                sheet.merge_range(area, rows[_row(area)][_column(area)])
        book.close()
        return out.getvalue()


def _row(area: str) -> int:
    return int("".join(c for c in area.split(":", maxsplit=1)[0] if c.isdigit())) - 1


def _column(area: str) -> int:
    return ord(area[0]) - ord("A")


# Two rows of headings with merged groups, numbering, strokes, units in brackets of every kind.
MERGED = Survey(
    rows={
        "表0 基本信息": [
            ["供应商产品碳足迹数据调查表（2025版）"],
            [],
            [None, "供应商全称：", "某某新材料有限公司"],
            [None, "统一社会信用代码/USCC", "91330100MA2EXAMPL0"],
            [None, "供货产品", "负极片"],
            [None, "规格/料号", "NA-778-0012"],
            [None, "统计年度", "2025年1月-12月"],
            [None, "单件重量（g）", "352.5"],
            [None, "功能单位", "1 kg 负极片"],
            [None, "联系人", "张三"],
            [None, "是否经第三方核查", "是"],
        ],
        "表1 原辅料": [
            ["表1 原辅料消耗及运输"],
            ["序号", "物料", None, "年用量", None, "运输", None, None, "排放系数"],
            [
                None,
                "名称",
                "牌号",
                "数值（t）",
                "单耗（kg/kg产品）",
                "方式",
                "距离[km]",
                "载重(t)",
                "数值 (kgCO2e/kg)",
                "出处",
            ],
            [1, "石墨", "G-12", "1,200", 0.95, "汽运", 350, 30, 5.2, "CPCD"],
            [2, "铜箔", "6μm", 300, 0.24, "汽运", 120, 30, "4.1", "供应商"],
            [3, "CMC", None, "12.5", 0.01, "海运", 2000, None, "3.3", "ecoinvent 3.10"],
            [None, "合计", None, 1512.5],
            [],
            ["注：以上数据来自ERP"],
        ],
        "表2 能源": [
            [],
            ["能源品种", "消费量", "计量单位", "绿电占比(%)", "排放因子 kgCO2e/单位"],
            ["外购电力", 3200, "MWh", 12, "0.5777"],
            ["天然气", 52, "万Nm3", None, 2.1622],
            ["蒸汽", 1200, "GJ", None, 110],
        ],
        "表6 结果": [
            [None, "阶段", "碳足迹（kgCO2e/kg）", "占比"],
            [None, "原材料获取阶段", 6.1, "61%"],
            [None, "生产阶段", 3.4, "34%"],
            [None, "运输阶段", 0.5, "5%"],
            [None, "合计", 10.0, "100%"],
        ],
    },
    merged={"表1 原辅料": ["A2:A3", "B2:C2", "D2:E2", "F2:H2", "I2:J2"]},
    expected={
        "表0 基本信息!C3": "enterprise.nameZh",
        "表0 基本信息!C4": "enterprise.uscc",
        "表0 基本信息!C5": "product.nameZh",
        "表0 基本信息!C8": "product.massKg g",
        "表0 基本信息!C9": "unit.textZh",
        "表0 基本信息!C10": "enterprise.contactName",
        "表1 原辅料!A": "lines[].id",
        "表1 原辅料!B": "lines[].nameZh",
        "表1 原辅料!C": "lines[].spec",
        "表1 原辅料!D": "lines[].amount t",
        "表1 原辅料!F": "lines[].transport.mode",
        "表1 原辅料!G": "lines[].transport.distanceKm km",
        "表1 原辅料!I": "lines[].factor.value kgCO2e/kg",
        "表1 原辅料!J": "lines[].factor.database",
        "表2 能源!A": "lines[].nameZh",
        "表2 能源!B": "lines[].amount",
        "表2 能源!C": "lines[].unit",
        "表2 能源!E": "lines[].factor.value kgCO2e/unit",
        "表6 结果!B": "resultSets[].byStage[].stage",
        "表6 结果!C": "resultSets[].byStage[].kg kgCO2e",
        "表6 结果!D": "resultSets[].byStage[].sharePct",
        "表6 结果!C5": "results.totalKg kgCO2e",
    },
    open=frozenset(
        {
            "表0 基本信息!C6",
            "表0 基本信息!C7",
            "表0 基本信息!C11",
            "表1 原辅料!E3",
            "表1 原辅料!H3",
            "表1 原辅料!D7",
            "表1 原辅料!F4",
            "表2 能源!D2",
            "表6 结果!B4",
        }
    ),
)

# English: numbered questions, answers to the right, units behind a comma, a heading that has a row of units.
ENGLISH = Survey(
    rows={
        "General": [
            ["Supplier PCF questionnaire 2026"],
            ["Please return it by 31 March."],
            [],
            ["1.1 Supplier name*", "Example Alloys GmbH"],
            ["1.2 D-U-N-S number", "123456789"],
            ["1.3 Contact person", "A. Example"],
            ["1.4 E-mail", "a@example.com"],
            ["2.1 Name of product", "Aluminium housing"],
            ["2.2 Part no.", "AH-100"],
            ["2.3 Net weight, kg", 2.4],
            ["2.4 Declared unit", "1 kg of housing"],
            ["2.5 Recycled content (%)", 35],
            ["3.1 Start of the reporting period", "2025-01-01"],
            ["3.2 End of the reporting period", "2025-12-31"],
            ["3.3 Boundary", "cradle-to-gate"],
            ["3.4 PCF (cradle to gate) [kg CO2e/kg]", 8.9],
            ["3.5 Primary data share (%)", 60],
            ["3.6 Number of employees", 250],
            ["3.7 Verified by", "Example Verifiers Ltd"],
        ],
        "Materials": [
            [
                "No.",
                "Material",
                "Grade",
                "Annual quantity",
                "Distance",
                "Emission factor",
                "EF source",
                "Remarks",
            ],
            [None, None, None, "(t)", "(km)", "(kg CO2e/kg)"],
            [1, "Aluminium ingot", "6063", 120, 800, 12.5, "ecoinvent 3.11", "x"],
            [2, "Paint", "RAL", 1.5, 120, 3.1, "ecoinvent 3.11"],
            ["Total", None, None, 121.5],
        ],
        "Energy": [
            [
                "Energy carrier",
                "Consumption",
                "Unit",
                "Emission factor (kg CO2e/unit)",
                "Supplier contract no.",
            ],
            ["Electricity", 450, "MWh", 380, "K-17"],
            ["Natural gas", 1200, "GJ", 56.1, "K-18"],
        ],
    },
    merged={},
    expected={
        "General!B4": "enterprise.nameEn",
        "General!B5": "enterprise.ids.duns",
        "General!B6": "enterprise.contactName",
        "General!B7": "enterprise.contactEmail",
        "General!B8": "product.nameEn",
        "General!B9": "product.ids.partNo",
        "General!B10": "product.massKg kg",
        "General!B11": "unit.textEn",
        "General!B12": "product.recycledContentPct %",
        "General!B13": "period.start",
        "General!B14": "period.end",
        "General!B15": "boundary.type",
        "General!B16": "results.totalKg kg CO2e",
        "General!B19": "verification.bodyNameEn",
        "Materials!A": "lines[].id",
        "Materials!B": "lines[].nameEn",
        "Materials!C": "lines[].spec",
        "Materials!D": "lines[].amount t",
        "Materials!E": "lines[].transport.distanceKm km",
        "Materials!F": "lines[].factor.value kg CO2e/kg",
        "Materials!G": "lines[].factor.database",
        "Energy!A": "lines[].nameEn",
        "Energy!B": "lines[].amount",
        "Energy!C": "lines[].unit",
        "Energy!D": "lines[].factor.value kg CO2e/unit",
    },
    open=frozenset({"General!B17", "General!B18", "Materials!H1", "Materials!D5", "Energy!E1"}),
)

# Two languages in every label, units in a column of their own before the value, remarks behind it.
BILINGUAL = Survey(
    rows={
        "企业 Company": [
            ["一、企业与产品信息 Company and product"],
            ["项目 Item", "单位 Unit", "填写值 Value", "备注 Remarks"],
            ["企业名称 Company name", None, "某某电子有限公司", "营业执照"],
            ["统一社会信用代码 / Unified social credit code", None, "91330100MA2EXAMPL0"],
            ["产品名称 Product name", None, "铜箔"],
            ["产品型号 Product model", None, "CF-6"],
            ["产品净重 Net weight", "g", 125, "称重"],
            ["年产量 Annual output", "t", 5200],
            ["系统边界 System boundary", None, "从摇篮到大门"],
            ["产品碳足迹 Product carbon footprint", "kgCO2e/kg", 4.85],
            ["厂区面积 Site area", "m2", 20000],
            ["开始日期 Start date", None, "2025-01-01"],
            ["结束日期 End date", None, "2025-12-31"],
        ],
        "原材料 Materials": [
            [
                "编号 No.",
                "原材料名称 Raw material",
                "用量 Quantity",
                "单位 Unit",
                "供应商 Supplier",
                "产地 Origin",
            ],
            ["M1", "阴极铜", 1.02, "kg", "某铜业", "江西"],
            ["M2", "添加剂", 0.004, "kg", "某化工", "上海"],
        ],
        "结果 Results": [
            ["生命周期阶段 Life cycle stage", "碳足迹 Carbon footprint (kgCO2e/kg)", "占比 Share (%)"],
            ["原材料", 3.9, 80.4],
            ["生产", 0.95, 19.6],
            ["合计 Total", 4.85, 100],
        ],
    },
    merged={},
    expected={
        "企业 Company!C3": "enterprise.nameZh",
        "企业 Company!C4": "enterprise.uscc",
        "企业 Company!C5": "product.nameZh",
        "企业 Company!C6": "product.model",
        "企业 Company!C7": "product.massKg g",
        "企业 Company!C8": "period.outputAmount t",
        "企业 Company!C9": "boundary.type",
        "企业 Company!C12": "period.start",
        "企业 Company!C13": "period.end",
        "原材料 Materials!A": "lines[].id",
        "原材料 Materials!B": "lines[].nameZh",
        "原材料 Materials!C": "lines[].amount",
        "原材料 Materials!D": "lines[].unit",
        "原材料 Materials!E": "lines[].supplierName",
        "结果 Results!A": "resultSets[].byStage[].stage",
        "结果 Results!B": "resultSets[].byStage[].kg kgCO2e",
        "结果 Results!C": "resultSets[].byStage[].sharePct %",
    },
    # The footprint stands twice, as a cell and as the total of the stages: a person says which.
    open=frozenset(
        {
            "企业 Company!C10",
            "企业 Company!C11",
            "原材料 Materials!F1",
            "结果 Results!B4",
            "结果 Results!C4",
        }
    ),
)

# One column for each product.
TRANSPOSED = Survey(
    rows={
        "Products": [
            ["Company", "Example Cells Co."],
            [],
            ["Parameter", "Unit", "Product 1", "Product 2", "Product 3"],
            ["Product name", None, "Cell A", "Cell B", "Cell C"],
            ["Model number", None, "LFP-100", "LFP-150", "NMC-90"],
            ["Unit weight", "kg", 2.1, 3.0, 1.7],
            ["Rated energy", "kWh", 0.32, 0.48, 0.36],
            ["Recycled content", "%", 5, 5, 8],
            ["Shelf life", "months", 12, 12, 18],
            ["Product carbon footprint", "kg CO2e", 19.5, 29.1, 27.4],
        ],
        "Electricity 2023-2025": [
            ["Year", 2023, 2024, 2025],
            ["Annual output (t)", 100, 110, 120],
            ["Annual electricity (MWh)", 900, 950, 990],
        ],
    },
    merged={},
    expected={
        "Products!B1": "enterprise.nameEn",
        "Products!C4": "product.nameEn",
        "Products!C5": "product.model",
        "Products!C6": "product.massKg kg",
        "Products!C7": "battery.ratedEnergyKWh kWh",
        "Products!C8": "product.recycledContentPct %",
        "Products!C10": "results.totalKg kg CO2e",
    },
    open=frozenset(
        {
            "Products!D4:D10",
            "Products!E4:E10",
            "Products!C9",
            "Electricity 2023-2025!B1:D1",
            "Electricity 2023-2025!B2:D2",
            "Electricity 2023-2025!B3:D3",
        }
    ),
)

SURVEYS = {"merged": MERGED, "english": ENGLISH, "bilingual": BILINGUAL, "transposed": TRANSPOSED}
