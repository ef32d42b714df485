"""A certificate register becomes declarations with totals only."""

from __future__ import annotations

import pytest

from gateway.codec.base import Context, Package
from gateway.codec.run import run_writer
from gateway.errors import InputError
from gateway.formats.cn_pcf import FORMAT
from gateway.formats.cn_pcf.register import read_register
from gateway.messages import text
from gateway.model.origin import Origin
from gateway.model.walk import by_path
from gateway.pipeline.convert import read
from gateway.pipeline.registers import split
from gateway.report import Severity

HEAD = "证书编号,认证机构,产品名称,规格型号,碳足迹值,单位,发证日期,有效期至,备注"
ROW = "PCF-001,示例认证有限公司,磷酸铁锂电芯,L-100,52.30,kgCO2e/kWh,2026年1月5日,2029/1/4,抽查"


def register(*rows: str, head: str = HEAD) -> bytes:
    return "\r\n".join([head, *rows]).encode()


def test_one_certificate() -> None:
    (found,) = read_register(register(ROW))
    assert (found.line, found.number) == (2, "PCF-001")
    leaves = {path: str(leaf) for path, leaf in by_path(found.reading.declaration).items()}
    assert leaves == {
        "/product/name/zh": "磷酸铁锂电芯",
        "/product/model": "L-100",
        "/unit/amount": "1 kW.h",
        "/results/declared/id": "declared",
        "/results/declared/role": "declared",
        "/results/declared/basis/denominator/per": "kwh-unstated",
        "/results/declared/carbon/total": "52.30 kg{CO2eq}",
        "/verifications/verification/id": "verification",
        "/verifications/verification/kind": "cert",
        "/verifications/verification/body_name/zh": "示例认证有限公司",
        "/verifications/verification/covers/0": "declared",
        "/label/certificate_number": "PCF-001",
        "/label/value": "52.30 kg{CO2eq}",
        "/label/valid_from": "2026-01-05",
        "/label/valid_until": "2029-01-04",
    }
    assert [(f.code, f.at, f.severity) for f in found.reading.findings] == [
        ("register.kwh-unstated", "2:单位", Severity.WARNING)
    ]
    origin = found.reading.origins["/results/declared/carbon/total"]
    assert isinstance(origin, Origin)
    assert origin.at == "2:碳足迹值"
    assert [n.path for n in found.reading.notes if n.code == "workbook.cell-not-read"] == ["2:备注"]
    run_writer(FORMAT, found.reading.declaration, Context())


def test_gb18030_english_headings_and_other_units() -> None:
    head = "Certificate No.,Body,Product,Value,Unit,Valid until"
    row = "C-2,机构,产品,1.5,tCO2e/t,2027-01-01"
    (found,) = read_register(f"{head}\n{row}\n".encode("gb18030"), encoding="gb18030")
    leaves = by_path(found.reading.declaration)
    assert str(leaves["/results/declared/carbon/total"]) == "1500.0 kg{CO2eq}"
    assert str(leaves["/unit/amount"]) == "1 t"


def test_a_row_that_is_wrong_is_a_finding_in_its_line() -> None:
    bad = "PCF-002,机构,产品,X,约五十,kgCO2e,2026-13-01,2029-01-04,"
    good, wrong = read_register(register(ROW, bad))
    assert {f.code for f in good.reading.findings} == {"register.kwh-unstated"}
    assert {(f.code, f.at) for f in wrong.reading.findings} == {
        ("workbook.text-for-amount", "3:碳足迹值"),
        ("register.unit-without-reference", "3:单位"),
        ("input.not-a-date", "3:发证日期"),
    }


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "register.no-rows"),
        (register(ROW, head="a,b,c,d,e,f,g,h,i"), "register.no-such-column"),
        (register(ROW, head=HEAD.replace("备注", "证书号")), "register.column-twice"),
        (b"\xff\xfe", "table.encoding"),
    ],
)
def test_no_register(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read_register(data)
    assert caught.value.error_code == code


@pytest.mark.parametrize(
    ("unit", "per"),
    [
        ("kgCO2e/kWh", "kwh-unstated"),
        ("kgCO2e/kWh（额定能量）", "kwh-rated"),
        ("kgCO2e/kWh (usable)", "kwh-usable"),
        ("kg CO2e / kWh delivered", "kwh-delivered"),
        ("kgCO2e/kWh (rated or usable)", "kwh-unstated"),
    ],
)
def test_which_kwh_is_only_known_where_the_unit_says_so(unit: str, per: str) -> None:
    (found,) = read_register(register(ROW.replace("kgCO2e/kWh", unit)))
    leaves = by_path(found.reading.declaration)
    assert leaves["/results/declared/basis/denominator/per"] == per
    assert str(leaves["/results/declared/carbon/total"]) == "52.30 kg{CO2eq}"
    warned = "register.kwh-unstated" in {f.code for f in found.reading.findings}
    assert warned is (per == "kwh-unstated")
    run_writer(FORMAT, found.reading.declaration, Context())


@pytest.mark.parametrize(
    ("gone", "column"),
    [
        ("PCF-001", "证书编号"),
        ("示例认证有限公司", "认证机构"),
        ("52.30", "碳足迹值"),
        ("kgCO2e/kWh", "单位"),
    ],
)
def test_what_a_certificate_must_say_and_does_not_is_an_error_at_its_column(gone: str, column: str) -> None:
    (found,) = read_register(register(ROW.replace(gone, "")))
    errors = [(f.code, f.at) for f in found.reading.findings if f.severity is Severity.ERROR]
    assert errors == [("register.nothing-there", f"2:{column}")]


def test_english_headings_and_english_names() -> None:
    head = "Certificate No\tIssuer\tProduct\tValue\tUnit"
    package = Package.of(f"{head}\nA\tBody Ltd\tIngot\t1.5\tkg CO2e/kg\n".encode(), name="r.tsv")
    leaves = by_path(read(package).declaration)
    assert str(leaves["/verifications/verification/body_name/en"]) == "Body Ltd"
    assert str(leaves["/product/name/en"]) == "Ingot"
    assert read(package).report.errors == ()


def test_missing_headings_are_named_with_all_that_are_understood() -> None:
    with pytest.raises(InputError) as caught:
        read(Package.of(b"Issuer,Product,Zertifikat\nB,P,1\n", name="r.csv"))
    assert caught.value.error_code == "register.no-such-column"
    for language in ("en", "zh"):
        expected = text("register.no-such-column", language, caught.value.params).expected
        assert all(word in expected for word in ("证书编号", "certificate no", "碳足迹值", "单位"))


class TestTwins:
    """The same certificate on two rows: both say so, and name the other."""

    def test_with_other_values_it_is_an_error(self) -> None:
        data = register(ROW, ROW.replace("PCF-001", "PCF-002"), ROW.replace("52.30", "16"))
        by_line = {row.name: read(row).report for row in split(Package.of(data, name="r.csv"))}
        found = {
            name: [(f.at, f.params["lines"], f.params["differ"]) for f in report.errors]
            for name, report in by_line.items()
        }
        assert found == {
            "r.csv › 2": [("2:证书编号", "4", "碳足迹值")],
            "r.csv › 3": [],
            "r.csv › 4": [("4:证书编号", "2", "碳足迹值")],
        }
        assert [
            bool([f for f in c.reading.findings if f.code == "register.number-twice"])
            for c in read_register(data)
        ] == [
            True,
            False,
            True,
        ]

    def test_the_very_same_row_is_a_warning(self) -> None:
        rows = split(Package.of(register(ROW, ROW), name="r.csv"))
        assert [[f.at for f in read(r).report.findings if f.code == "register.row-twice"] for r in rows] == [
            ["2:证书编号"],
            ["3:证书编号"],
        ]


class TestRows:
    """Each row is an input of its own, at its own line of the file."""

    SECOND = ROW.replace("PCF-001", "PCF-002")

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_in_either_encoding_and_with_any_delimiter(self, encoding: str, delimiter: str) -> None:
        text = f"{HEAD}\r\n{ROW}\r\n\r\n{self.SECOND}".replace(",", delimiter)
        package = Package.of(text.encode(encoding), name="r.csv")
        assert (found := FORMAT.detect(package)) is not None
        assert found.strength == 2
        rows = split(package)
        assert [row.name for row in rows] == ["r.csv › 2", "r.csv › 4"]
        leaves = [by_path(read(row).declaration) for row in rows]
        assert [str(found["/label/certificate_number"]) for found in leaves] == ["PCF-001", "PCF-002"]
        assert len({row.only.data for row in rows}) == 2

    def test_a_finding_keeps_the_line_of_the_whole_file(self) -> None:
        bad = self.SECOND.replace("52.30", '"约\n五十"')
        rows = split(Package.of(register(ROW, bad, ROW), name="r.csv"))
        assert [row.name for row in rows] == ["r.csv › 2", "r.csv › 3", "r.csv › 5"]
        assert [f.at for f in read(rows[1]).report.errors] == ["3:碳足迹值"]

    def test_several_rows_are_not_one_declaration(self) -> None:
        with pytest.raises(InputError) as caught:
            read(Package.of(register(ROW, self.SECOND), name="r.csv"))
        assert caught.value.error_code == "register.several-rows"

    @pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b"{}", b"<a/>"])
    def test_anything_else_is_one_input(self, data: bytes) -> None:
        assert split(Package.of(data)) == (Package.of(data),)
