"""The table of a batch as people save it, and what is said where it cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.console.attesting import Case, batch
from gateway.errors import GatewayError

HEAD = "folder,paper,decision,output"
CASE = Case("茶", "底稿.xlsx", "conditional", "出")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_as_it_is_saved(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = f"{HEAD}\r\n茶,底稿.xlsx, conditional ,出\r\n".replace(",", delimiter)
    (tmp_path / "batch.csv").write_bytes(rows.encode(encoding))
    assert batch(str(tmp_path / "batch.csv")) == [CASE]


def test_what_it_replaces(tmp_path: Path) -> None:
    (tmp_path / "batch.csv").write_text(f"replaces,{HEAD}\nold.json,a,b,refused,c\n,d,e,recognised,f\n")
    found = batch(str(tmp_path / "batch.csv"))
    assert [case.replaces for case in found] == ["old.json", None]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "attest.batch-columns"),
        (HEAD.encode(), "attest.batch-columns"),
        (b"folder,paper,output\na,b,c\n", "attest.batch-columns"),
        (f"{HEAD}\na,b,perhaps,c\n".encode(), "attest.batch-row"),
        (f"{HEAD}\na, ,refused,c\n".encode(), "attest.batch-row"),
        (f"{HEAD}\na,b,refused\n".encode(), "table.ragged"),
        (f'{HEAD}\n"a,b,refused,c\n'.encode(), "table.syntax"),
        (f"{HEAD}\na\0,b,refused,c\n".encode(), "table.nul"),
        (HEAD.encode("utf-16"), "table.encoding"),
        (b"PK\x03\x04\xff\xff\n", "table.encoding"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "batch.csv").write_bytes(data)
    with pytest.raises(GatewayError) as caught:
        batch(str(tmp_path / "batch.csv"))
    assert caught.value.error_code == code
