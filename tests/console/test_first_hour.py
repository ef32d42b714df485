"""An outsider's first hour: template, the cells of the quick sheet, a preview, what is missing, the job."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from gateway.__main__ import main

# What somebody types who has read nothing but the sheet: labels, dashes, spaces and dates as they come.
TYPED: dict[str, str | int] = {
    "product.nameZh": "磷酸铁锂电池包 P50",
    "product.model": "P50-LFP",
    "product.massKg": 410,
    "enterprise.nameZh": "示例电池有限公司",
    "enterprise.uscc": "91110000600037341L",
    "enterprise.gb2260": "320400",
    "document.status": "draft",
    "battery.category": "EV",
    "battery.level": "pack",
    "battery.usableEnergyKWh": "50",
    "battery.vehicleCategory": "M1",
    "battery.warrantyYears": 8,
    "boundary.type": "Cradle to grave",
    "period.start": "2025年1月1日",
    "period.end": "2025/12/31",
    "method.standards": "GB/T 24067-2024",
    "method.gwpSet": "AR6",
    "method.offsetsIncluded": "否",
    "cutoff.rule": "单项<1%质量且累计<=5%",
    "cutoff.actualTotalPct": "２",
    "document.issuedAt": "2026-03-31",
    "passport.studyLink": "https://example.com/study.pdf",
    "passport.id": "urn:example:passport:P50-0001",
    "passport.granularity": "型号",
    "passport.productLink": "https://example.com/p/P50",
    "enterprise.ids.euOperator": "0223:DE123456789",
    "resultSets[pack].totalKg": 4100,
    "resultSets[pack].byStage[raw].kg": 3100,
    "resultSets[pack].byStage[production].kg": 700,
    "resultSets[pack].byStage[distribution].kg": 50,
    "resultSets[pack].byStage[eol].kg": 250,
}


def fill(path: Path, typed: dict[str, str | int]) -> int:
    """Type into the quick sheet; how many cells it took."""
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    sheet = book.worksheets[1]
    assert isinstance(sheet, Worksheet)
    rows = {row[0].value: row for row in sheet.iter_rows() if row[0].value in typed}
    for key, value in typed.items():
        rows[key][4].value = value
    book.save(path)
    return len(rows)


def test_from_nothing_to_a_passport_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    monkeypatch.setenv("HUTONG_LANG", "en")

    assert main(["template", "battery", "--for", "battery-passport", "-o", "my.xlsx"]) == 0
    assert fill(tmp_path / "my.xlsx", TYPED) <= 35

    capsys.readouterr()
    assert main(["check", "my.xlsx"]) == 0
    assert "0 errors · 0 warnings" in capsys.readouterr().out

    assert main(["issue", "my.xlsx", "--to", "battery-passport", "--draft", "--preview", "-o", "draft"]) == 0
    told = capsys.readouterr()
    assert "per kwh-delivered" in told.err
    assert "legal status draft" in told.err
    # 4100 kg over 8 years of 60 kWh per kWh usable and year, as the draft method has it.
    (preview,) = (tmp_path / "draft" / "batterypass").glob("carbon-footprint-preview.json")
    assert "0.170833333333333" in preview.read_text(encoding="utf-8")

    assert main(["gaps", "my.xlsx", "--json"]) == 0
    points = json.loads(capsys.readouterr().out)["points"]
    assert len(points) == 71
    missing = [point for point in points if point["state"] == "missing"]
    assert missing
    assert all(point["supplier"]["zh"] and point["supplier"]["en"] for point in missing)

    assert main(["keygen", "-o", "key.pem", "--no-passphrase"]) == 0
    assert main(["issue", "my.xlsx", "--to", "battery-passport", "--key", "key.pem", "-o", "out"]) == 0
    assert main(["verify", "out"]) == 0


@pytest.mark.parametrize(("uscc", "told"), [("91110000600037341L", 0), ("91110000600037341X", 1)])
def test_gaps_say_that_the_input_has_errors(
    uscc: str, told: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong value fills its point; whoever reads only the gaps hears of it."""
    monkeypatch.chdir(tmp_path)
    assert main(["template", "battery", "--for", "battery-passport", "-o", "my.xlsx", "--quiet"]) == 0
    fill(tmp_path / "my.xlsx", TYPED | {"enterprise.uscc": uscc})
    for more in ((), ("--for", "batterypass")):
        assert main(["gaps", "my.xlsx", *more, "--lang", "zh"]) == 0
        assert capsys.readouterr().err.count("项错误，请用 hutong check 查看") == told


def test_whoever_shares_plain_digests_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    tea = str(Path(__file__).resolve().parents[2] / "examples" / "tea.json")
    monkeypatch.chdir(tmp_path)
    main(["keygen", "-o", "k.pem", "--no-passphrase", "-q"])
    main(["issue", tea, "--to", "pact", "--key", "k.pem", "-o", "plain", "-q"])
    main(["prepare", tea, "--to", "pact", "--key", "k.pem", "-o", "salted", "-q"])
    main(["seal", "salted", "--key", "k.pem", "-q"])
    capfd.readouterr()
    more = ["--recipient", "R", "--country", "DE", "--basis", "B", "--purpose", "P", "--log", "log", "-q"]
    for folder, lang, told in (
        ("plain", "en", "can try likely ones"),
        ("plain", "zh", "未加盐的摘要"),
        ("salted", "en", ""),
    ):
        out = f"{folder}-{lang}"
        assert main(["share", folder, "-o", out, *more, "--lang", lang]) == 0
        err = capfd.readouterr().err
        assert (told in err) if told else not err
