"""A supplier's survey of tables 0 to 6, saved by LibreOffice as .ods and .xls, is read along one layout."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from gateway.codec.base import Package
from gateway.model.declaration import Declaration
from gateway.pipeline.convert import Source, read
from gateway.pipeline.layout import confirm, fits, suggest, wants_layout, with_layout

pytestmark = pytest.mark.judge("libreoffice")

# Purpose, rules, the footprint, then raw data by stage; units in headings or beside, no merged cells.
SURVEY: dict[str, list[list[Any]]] = {
    "调查说明": [["一、调查目的"], ["收集动力电池材料的碳足迹"], ["二、填写原则"], ["缺项请说明原因"]],
    "表0 产品碳足迹": [
        ["表0 产品碳足迹（附核查报告者可仅填本表）"],
        ["企业名称", "示例材料有限公司"],
        ["产品名称", "磷酸铁锂正极材料"],
        ["规格型号", "LFP-01"],
        ["系统边界", "从摇篮到大门"],
        ["起始日期", "2025-01-01"],
        ["截止日期", "2025-12-31"],
        ["产品碳足迹", 8.21, "kgCO2e/kg"],
    ],
    "表1 原材料消耗": [
        ["序号", "物料名称", "单耗（kg）", "排放因子值", "因子单位", "数据类型"],
        [1, "磷酸铁", 0.96, 2.1, "kg CO2e/kg", "实测"],
        [2, "碳酸锂", 0.24, 15.3, "kg CO2e/kg", "次级数据"],
        ["合计", None, 1.2],
    ],
    "表2 能源消耗": [
        ["序号", "能源种类", "单耗", "单位", "排放因子值", "因子单位"],
        [1, "电力", 2.5, "kWh", 0.5777, "kg CO2e/kWh"],
        [2, "天然气", 0.03, "m3", 2.162, "kg CO2e/m3"],
    ],
    "表3 原材料运输": [
        ["序号", "货物名称", "单耗", "单位", "运距（km）"],
        [1, "碳酸锂", 0.288, "t*km", 1200],
    ],
    "表4 废弃物": [["序号", "废弃物名称", "单耗", "单位"], [1, "废浆", 0.01, "kg"]],
    "表5 包装": [["序号", "包装名称", "单耗", "单位"], [1, "吨袋", 0.002, "kg"]],
    "表6 产品运输": [["序号", "货物名称", "单耗", "单位", "运距（km）"], [1, "正极材料", 0.8, "t*km", 800]],
}


def survey() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name, rows in SURVEY.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed: bash tests/judges/install.sh")
    folder = tmp_path_factory.mktemp("survey")
    (folder / "survey.xlsx").write_bytes(survey())
    profile = f"-env:UserInstallation={tmp_path_factory.mktemp('profile').as_uri()}"
    for kind in ("ods", "xls"):
        command = [soffice, profile, "--headless", "--convert-to", kind, "--outdir", str(folder)]
        done = subprocess.run(
            [*command, str(folder / "survey.xlsx")], capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr
    return {path.suffix[1:]: path.read_bytes() for path in sorted(Path(folder).glob("survey.*"))}


def read_along(data: bytes, layout: bytes) -> Source:
    return read(with_layout(Package.of(data, name="survey"), layout))


def facts(declaration: Declaration) -> dict[str, object]:
    return declaration.model_dump(mode="json", exclude={"extras"})


class TestOneLayout:
    """What a person confirmed for the .xlsx holds for the same form in other containers."""

    def test_every_table_is_found(self) -> None:
        found = suggest(Package.of(survey()))
        assert [table.sheet for table in found.tables] == [
            s for s in SURVEY if s[:2] in {f"表{n}" for n in "123456"}
        ]
        # A total below a table is nobody's value, and said so.
        assert {o.label for o in found.open} == {"合计"}

    def test_the_same_declaration_comes_out_of_each(self, saved: dict[str, bytes]) -> None:
        assert set(saved) == {"xlsx", "ods", "xls"}
        layout = confirm(
            Package.of(saved["xlsx"]), suggest(Package.of(saved["xlsx"])).to_json()
        ).layout.to_json()
        exact = read_along(saved["xlsx"], layout)
        assert [line.id for line in exact.declaration.lines] == [
            "表1-1", "表1-2", "表2-1", "表2-2", "表3-1", "表4-1", "表5-1", "表6-1",
        ]  # fmt: skip
        for kind in ("ods", "xls"):
            assert wants_layout(Package.of(saved[kind]))
            told, wrong = fits(Package.of(saved[kind]), layout)
            assert (told is not None, wrong) == (True, ())
            other = read_along(saved[kind], layout)
            assert facts(other.declaration) == facts(exact.declaration)
            assert "workbook.read-as-doubles" in {f.code for f in other.report.findings}
        assert "workbook.read-as-doubles" not in {f.code for f in exact.report.findings}
