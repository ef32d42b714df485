"""CSV: strict rows in, formulas out only as text."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InputError
from gateway.frontdoor import limits as lim
from gateway.frontdoor import table


def refusal(data: bytes, **options: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        table.read_csv(data, **options)
    return caught.value


def cells(data: bytes, **options: Any) -> list[tuple[str, ...]]:
    return [row.cells for row in table.read_csv(data, **options)]


class TestReading:
    """Cells are exactly what stands between the separators."""

    def test_cells_keep_spaces_quotes_lines_and_formulas(self) -> None:
        data = b'a,b\r\n" x ","say ""hi""\r\nthere"\r\n=1+1, 01\r\n'
        assert cells(data) == [("a", "b"), (" x ", 'say "hi"\r\nthere'), ("=1+1", " 01")]

    def test_lines_are_counted_through_quoted_line_ends(self) -> None:
        rows = table.read_csv(b'a\n"1\n2"\n\nb\n')
        assert [(row.line, row.cells) for row in rows] == [(1, ("a",)), (2, ("1\n2",)), (5, ("b",))]

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_delimiters(self, delimiter: Any) -> None:
        assert cells(f"a{delimiter}b\n".encode(), delimiter=delimiter) == [("a", "b")]

    def test_a_byte_order_mark_is_skipped(self) -> None:
        assert cells("\ufeff名称,碳\n".encode()) == [("名称", "碳")]

    def test_gb18030_only_when_asked_for(self) -> None:
        data = "名称,碳足迹\n".encode("gb18030")
        assert cells(data, encoding="gb18030") == [("名称", "碳足迹")]
        assert refusal(data).error_code == "table.encoding"

    def test_nothing_is_no_rows(self) -> None:
        assert cells(b"") == cells(b"\n\n") == []


class TestRefusals:
    """What has two readings has none."""

    @pytest.mark.parametrize(
        ("data", "code", "path"),
        [
            (b"a,b\n1\n", "table.ragged", "line 2"),
            (b"a,b\n1,2,3\n", "table.ragged", "line 2"),
            (b'a\n"1', "table.syntax", "line 2"),
            (b'a\n"1"x\n', "table.syntax", "line 2"),
            (b"a\n\x00\n", "table.nul", "line 2"),
            (b"a\n\xff\n", "table.encoding", "line 2"),
            ("a,b\n".encode("utf-16"), "table.encoding", "line 1"),
            (b"a\n" + b"x" * 40_000, "table.too-large", "line 2"),
            (b"a\n" + b"x" * 140_000, "table.too-large", "line 2"),
        ],
    )
    def test_with_their_line(self, data: bytes, code: str, path: str) -> None:
        error = refusal(data)
        assert (error.error_code, error.path) == (code, path)

    def test_size_and_cells_are_bounded(self) -> None:
        assert refusal(b"abc", limits=replace(lim.TABLE, max_bytes=2)).params["name"] == "max_bytes"
        assert refusal(b"a,b\nc,d", limits=replace(lim.TABLE, max_cells=3)).params["name"] == "max_cells"

    def test_ragged_rows_are_read_when_asked_for(self) -> None:
        assert cells(b"a\nb,c\n", ragged=True) == [("a",), ("b", "c")]


class TestFormulas:
    """OWASP: a cell beginning with = + - @ tab or CR is a formula to a spreadsheet."""

    @pytest.mark.parametrize(
        "text",
        ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM", " =1",
         "\u00a0=1", "\u3000=1", "'=1", "''=1", "' =1", "-", "+", "--1", "+86 10 1234", "-1e", "-1;2",
         "|x", "\ufeff=1", "-1.2.3", "=", "-x", "+1 -1"],
    )  # fmt: skip
    def test_are_escaped_and_come_back(self, text: str) -> None:
        assert table.escape_cell(text) == "'" + text
        assert table.unescape_cell("'" + text) == text

    @pytest.mark.parametrize(
        "text",
        ["", "1", "-1", "-1.5", "+1", "-1e-7", "-1,5", "-0.0373",
         "61.25", "a=b", "it's", "'quoted'", "碳", "2024-01-01", " a", "'"],
    )  # fmt: skip
    def test_numbers_and_ordinary_text_are_not(self, text: str) -> None:
        assert table.escape_cell(text) == text
        assert table.unescape_cell(text) == text

    @given(
        st.text(alphabet=st.sampled_from("'=+-@\t\r\n ＝＋－＠1.e,a\u3000\ufeff"), max_size=6)
        | st.text(max_size=20)
    )
    def test_any_text_comes_back(self, text: str) -> None:
        assert table.unescape_cell(table.escape_cell(text)) == text

    @given(st.text(alphabet=st.sampled_from("'=+-@\t ＝1a"), max_size=5))
    def test_nothing_that_goes_out_begins_a_formula(self, text: str) -> None:
        out = table.escape_cell(text).lstrip(" \u3000")
        if out[:1] and out[0] in "=+-@\t\r＝＋－＠":
            float(out)  # only a plain number may

    def test_a_whole_table_comes_back_through_another_writer(self) -> None:
        texts = ["=1+1", "-1", "'x", 'say "=1"', "a\r\n=b", "＝"]
        out = io.StringIO(newline="")
        csv.writer(out).writerows([[table.escape_cell(text), "1"] for text in texts])
        read = table.read_csv(out.getvalue().encode())
        assert [table.unescape_cell(row.cells[0]) for row in read] == texts
