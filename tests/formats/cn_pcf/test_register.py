"""A certificate register becomes declarations with totals only."""

from __future__ import annotations

import pytest

from gateway.codec.base import Context, Package
from gateway.codec.run import run_writer
from gateway.errors import InputError
from gateway.formats.cn_pcf import FORMAT
from gateway.formats.cn_pcf.register import read_register
from gateway.model.origin import Origin
from gateway.model.walk import by_path
from gateway.pipeline.convert import read
from gateway.pipeline.registers import split

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
        "/results/declared/basis/denominator/per": "declared-unit",
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
    assert found.reading.findings == ()
    origin = found.reading.origins["/results/declared/carbon/total"]
    assert isinstance(origin, Origin)
    assert origin.at == "line 2, 碳足迹值"
    assert [n.path for n in found.reading.notes if n.code == "workbook.cell-not-read"] == ["line 2, 备注"]
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
    assert good.reading.findings == ()
    assert {(f.code, f.at) for f in wrong.reading.findings} == {
        ("workbook.text-for-amount", "line 3, 碳足迹值"),
        ("register.unit-without-reference", "line 3, 单位"),
        ("input.not-a-date", "line 3, 发证日期"),
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
        assert [f.at for f in read(rows[1]).report.errors] == ["line 3, 碳足迹值"]

    def test_several_rows_are_not_one_declaration(self) -> None:
        with pytest.raises(InputError) as caught:
            read(Package.of(register(ROW, self.SECOND), name="r.csv"))
        assert caught.value.error_code == "register.several-rows"

    @pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b"{}", b"<a/>"])
    def test_anything_else_is_one_input(self, data: bytes) -> None:
        assert split(Package.of(data)) == (Package.of(data),)
