"""Cells come through the door as they are stored, whichever way a program wrote them."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InputError
from gateway.frontdoor.double import day_of, digits, shortest
from gateway.frontdoor.limits import WorkbookLimits
from gateway.frontdoor.workbook import (
    Cell,
    Shape,
    column_letters,
    column_number,
    is_workbook,
    open_workbook,
)

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
TYPES = f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def book(
    rows: str = "",
    *,
    shared: str | None = None,
    styles: str = "",
    workbook: str = "",
    after: str = "",
    before: str = "",
    sheet: str | None = None,
    state: str = "",
) -> bytes:
    """A workbook of one sheet "S". ``rows`` stands in its sheet data, ``styles`` in its style sheet."""
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
        f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{MAIN}" xmlns:r="{_REL}">{workbook}<sheets>'
        f'<sheet name="S" sheetId="1" {state} r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}">'
        f'<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_REL}/styles" Target="/xl/styles.xml"/>'
        f'<Relationship Id="rId3" Type="{_REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet
        or f'{_HEAD}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>',
        "xl/styles.xml": f'{_HEAD}<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
    }
    if shared is not None:
        parts["xl/sharedStrings.xml"] = f'{_HEAD}<sst xmlns="{MAIN}">{shared}</sst>'
    else:
        parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
            f'<Relationship Id="rId3" Type="{_REL}/sharedStrings" Target="sharedStrings.xml"/>', ""
        )
    return zipped(parts)


def zipped(parts: dict[str, str]) -> bytes:
    """The parts as an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def cells(data: bytes) -> list[Cell]:
    """All cells of the first sheet."""
    found = open_workbook(data)
    return [cell for row in found.rows(found.sheets[0]) for cell in row.cells]


def only(data: bytes) -> Cell:
    """The one cell of the first sheet."""
    (cell,) = cells(data)
    return cell


def formats(code: str) -> str:
    """A style sheet with one style of our own; ``s="1"`` uses it."""
    return (
        f'<numFmts count="1"><numFmt numFmtId="170" formatCode="{code}"/></numFmts>'
        '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs>'
    )


class TestStoredText:
    """What the file says stays what it says."""

    def test_a_number_keeps_its_digits(self) -> None:
        assert (
            only(book('<row r="1"><c r="A1"><v>56.120000000000005</v></c></row>')).text
            == "56.120000000000005"
        )

    def test_an_error_is_an_error(self) -> None:
        cell = only(book('<row r="3"><c r="B3" t="e"><v>#REF!</v></c></row>'))
        assert (cell.ref, cell.kind, cell.text) == ("B3", "error", "#REF!")

    def test_a_formula_with_its_result(self) -> None:
        cell = only(book('<row r="1"><c r="A1"><f>B1*2</f><v>4</v></c></row>'))
        assert (cell.formula, cell.text) == ("B1*2", "4")

    @pytest.mark.parametrize("value", ["", "<v></v>", "<v/>"])
    def test_a_formula_without_result(self, value: str) -> None:
        cell = only(book(f'<row r="1"><c r="A1"><f>B1*2</f>{value}</c></row>'))
        assert (cell.formula, cell.text) == ("B1*2", None)

    def test_a_formula_whose_result_is_the_empty_text(self) -> None:
        cell = only(book('<row r="1"><c r="A1" t="str"><f>""</f><v></v></c></row>'))
        assert (cell.kind, cell.text) == ("text", "")

    def test_a_flag(self) -> None:
        assert only(book('<row r="1"><c r="A1" t="b"><v>1</v></c></row>'))[2:4] == ("1", "flag")

    def test_a_styled_cell_without_value_is_no_cell(self) -> None:
        assert cells(book('<row r="1"><c r="A1" s="1"/><c r="B1"><v>1</v></c></row>'))[0].ref == "B1"

    def test_cells_without_reference_follow_one_another(self) -> None:
        found = cells(book("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"))
        assert [cell.ref for cell in found] == ["A1", "B1", "A2"]


class TestTexts:
    """Shared and own texts, in runs, escaped, with what is only spoken left out."""

    def test_rich_text_is_joined_and_phonetic_text_left_out(self) -> None:
        shared = '<si><r><t>电</t></r><r><t>芯</t></r><rPh sb="0" eb="1"><t>dian</t></rPh></si>'
        assert only(book('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', shared=shared)).text == "电芯"

    def test_text_in_its_place(self) -> None:
        rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>a &amp; b</t></is></c></row>'
        assert only(book(rows)).text == "a & b"

    def test_characters_that_xml_cannot_hold(self) -> None:
        shared = "<si><t>a_x000D_b_x005F_x0041_ _xD83D_</t></si>"
        cell = only(book('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', shared=shared))
        assert cell.text == "a\rb_x0041_ _xD83D_"

    def test_line_ends_and_entities_in_shared_texts(self) -> None:
        shared = '<si><t xml:space="preserve"> a\r\nb</t></si><si><t>&lt;c&gt;</t></si><si><t/></si>'
        rows = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>{i - 1}</v></c></row>' for i in (1, 2, 3))
        assert [cell.text for cell in cells(book(rows, shared=shared))] == [" a\nb", "<c>", ""]


class TestFormats:
    """A number format says what a number is."""

    @pytest.mark.parametrize(
        ("code", "kind", "decimals", "width"),
        [
            ("0.00%", "percent", 0, 0),
            ("yyyy-mm-dd", "day", 0, 0),
            ("yyyy&quot;年&quot;m&quot;月&quot;", "day", 0, 0),
            ("[$-804]aaaa", "number", 0, 0),
            ("[h]:mm", "day", 0, 0),
            ("@", "text", 0, 0),
            ("0.000", "number", 3, 0),
            ("#,##0.00", "number", 2, 0),
            ("0000", "number", 0, 4),
            ("0.0&quot; days&quot;", "number", 1, 0),
            ("[Red]0.0;-0.0", "number", 1, 0),
            ("General", "general", 0, 0),
        ],
    )
    def test_own_format(self, code: str, kind: str, decimals: int, width: int) -> None:
        cell = only(book('<row r="1"><c r="A1" s="1"><v>1</v></c></row>', styles=formats(code)))
        assert (cell.format.kind, cell.format.decimals, cell.format.width) == (kind, decimals, width)

    @pytest.mark.parametrize(("number", "kind"), [(14, "day"), (10, "percent"), (49, "text"), (31, "day")])
    def test_built_in_format(self, number: int, kind: str) -> None:
        styles = f'<cellXfs count="1"><xf numFmtId="{number}"/></cellXfs>'
        assert only(book('<row r="1"><c r="A1"><v>1</v></c></row>', styles=styles)).format.kind == kind


class TestSheets:
    """Order, state, names, the calendar, and what is merged or hidden."""

    def test_shape(self) -> None:
        data = book(
            '<row r="1" hidden="1"><c r="A1"><v>1</v></c></row>',
            before='<cols><col min="2" max="3" hidden="1"/></cols>',
            after='<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>',
            state='state="hidden"',
        )
        found, shape = open_workbook(data), Shape()
        (row,) = found.rows(found.sheets[0], shape)
        assert row.hidden
        assert (shape.merged, shape.hidden_columns) == (["A1:B2"], [(2, 3)])
        assert found.sheets[0].state == "hidden"

    def test_calendar_names_and_stale_formulas(self) -> None:
        inner = (
            '<workbookPr date1904="1"/>'
            '<definedNames><definedName name="n">S!$A$1</definedName></definedNames>'
            '<calcPr fullCalcOnLoad="1"/>'
        )
        found = open_workbook(book(workbook=inner))
        assert (found.since_1904, found.stale, found.names) == (True, True, {"n": "S!$A$1"})

    def test_sheets_in_the_order_of_the_workbook(self) -> None:
        out = io.BytesIO()
        made = xlsxwriter.Workbook(out, {"in_memory": True})
        for name in ("二", "一", "3"):
            made.add_worksheet(name)
        made.close()
        assert [sheet.name for sheet in open_workbook(out.getvalue()).sheets] == ["二", "一", "3"]


class TestBothWays:
    """The fast way and the way through elements read the same."""

    ROWS = (
        '<row r="2" spans="1:3"><c r="A2" t="s"><v>0</v></c><c r="B2" s="1"><v>1.50</v></c><c r="D2"/></row>'
        '<row r="4"><c r="A4"><f>A2&amp;"x"</f><v>7</v></c><c r="C4" t="str"><f>A2</f><v>x</v></c></row>'
        '<row r="9"/><row r="10"><c r="AA10"><v>1</v></c></row>'
    )

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("<row", "<!-- c --><row"),
            ("</row>", "</row>\n  "),
            ('r="2"', "r='2'"),
            ("<v>", "<v >"),
            ('<c r="B2"', '<c  r="B2"'),
            ("<sheetData>", "<sheetData >"),
            ("<v>1.50</v>", "<v><![CDATA[1.50]]></v>"),
            ("<v>1.50</v>", "<v>1.5&#48;</v>"),
        ],
    )
    def test_however_it_is_written(self, old: str, new: str) -> None:
        sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{self.ROWS}</sheetData></worksheet>'
        shared = "<si><t>铁</t></si>"
        odd = sheet.replace(old, new)
        assert odd != sheet
        assert cells(book(sheet=odd, shared=shared)) == cells(book(sheet=sheet, shared=shared))

    def test_with_a_prefix(self) -> None:
        sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{self.ROWS}</x:sheetData></x:worksheet>'
        for name in ("row", "c", "v", "f"):
            sheet = sheet.replace(f"<{name}", f"<x:{name}").replace(f"</{name}>", f"</x:{name}>")
        shared = "<si><t>铁</t></si>"
        assert cells(book(sheet=sheet, shared=shared)) == cells(book(self.ROWS, shared=shared))

    def test_cells_of_another_namespace_are_none(self) -> None:
        assert cells(book('<row r="1"><c xmlns="urn:other" r="A1"><v>1</v></c></row>')) == []

    @given(st.integers(0, 2**32))
    def test_random_tables_agree_with_two_libraries(self, seed: int) -> None:
        random_ = random.Random(seed)
        out = io.BytesIO()
        made = xlsxwriter.Workbook(out, {"in_memory": True})
        sheet = made.add_worksheet("S")
        for row in range(random_.randrange(1, 6)):
            for column in sorted(random_.sample(range(40), random_.randrange(1, 6))):
                value = random_.choice([random_.randrange(10**6) / 8, "文字<&>", " lead", "_x0041_", "=1+1"])
                if isinstance(value, str):
                    sheet.write_string(row, column, value)
                else:
                    sheet.write_number(row, column, value)
        made.close()
        data = out.getvalue()
        ours = {
            cell.ref: cell.text if cell.kind == "text" else Decimal(cell.text or "") for cell in cells(data)
        }
        theirs = openpyxl.load_workbook(io.BytesIO(data))["S"]
        assert {k: str(v) for k, v in ours.items()} == {
            c.coordinate: c.value if isinstance(c.value, str) else str(Decimal(str(c.value)))
            for r in theirs.iter_rows()
            for c in r
            if c.value is not None
        }
        calamine = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()
        assert sum(value != "" for row in calamine for value in row) == len(ours)


class TestRefusals:
    """What two programs would read differently, or what would fill the memory, stays outside."""

    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            (
                '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"/></row>',
                "workbook.order",
            ),
            ('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "workbook.order"),
            ('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "workbook.order"),
            ('<row r="1"><c r="A2"><v>1</v></c></row>', "workbook.order"),
            ('<row r="1"><c r="XFE1"><v>1</v></c></row>', "workbook.order"),
            ('<row r="1048577"><c r="A1048577"><v>1</v></c></row>', "workbook.order"),
            ('<row r="1"><c r="A1" t="s"><v>5</v></c></row>', "workbook.no-such-text"),
            ('<row r="1"><c r="A1" t="zz"><v>5</v></c></row>', "workbook.cell-type"),
            ('<row r="1"><c r="A1"><v>1</c></row>', "xml.syntax"),
        ],
    )
    def test_broken_rows(self, rows: str, code: str) -> None:
        with pytest.raises(InputError) as caught:
            cells(book(rows, shared="<si><t>a</t></si>"))
        assert caught.value.error_code == code
        assert caught.value.path.startswith("S")

    def test_a_document_type_is_refused(self) -> None:
        sheet = f'<!DOCTYPE x [<!ENTITY e "1">]><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
        with pytest.raises(InputError) as caught:
            cells(book(sheet=sheet))
        assert caught.value.error_code == "xml.doctype"

    def test_a_crowded_row_is_refused(self) -> None:
        row = (
            '<row r="1">'
            + "".join(f'<c r="{column_letters(i)}1"><v>1</v></c>' for i in range(1, 60))
            + "</row>"
        )
        found = open_workbook(book(row), limits=WorkbookLimits(max_item_bytes=500))
        with pytest.raises(InputError) as caught:
            list(found.rows(found.sheets[0]))
        assert caught.value.error_code == "xml.too-large"

    def test_too_many_tags(self) -> None:
        found = open_workbook(book('<row r="1"/>' * 50), limits=WorkbookLimits(max_tags=40))
        with pytest.raises(InputError) as caught:
            list(found.rows(found.sheets[0]))
        assert caught.value.error_code == "xml.too-large"

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"\xd0\xcf\x11\xe0" + bytes(600), "workbook.old-or-encrypted"),
            (b"not a zip", "archive.not-a-zip"),
            (zipped({"[Content_Types].xml": TYPES}), "workbook.no-workbook"),
        ],
    )
    def test_no_workbook(self, data: bytes, code: str) -> None:
        with pytest.raises(InputError) as caught:
            open_workbook(data)
        assert caught.value.error_code == code

    @given(st.data())
    def test_broken_bytes_raise_only_our_errors(self, data: st.DataObject) -> None:
        whole = bytearray(book('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', shared="<si><t>a</t></si>"))
        for _ in range(data.draw(st.integers(1, 4))):
            whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
        try:
            cells(bytes(whole))
        except InputError:
            return


class TestDoubles:
    """A double says the shortest decimal that is the same double."""

    @given(
        st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**10), max_value=10**10)
    )
    def test_what_was_typed_comes_back(self, typed: Decimal) -> None:
        stored = f"{float(typed):.17g}"  # as Excel writes it
        assert shortest(stored) == typed

    def test_sum_of_tenths_is_not_made_prettier(self) -> None:
        assert shortest("0.30000000000000004") == Decimal("0.30000000000000004")
        assert digits(Decimal("0.30000000000000004")) == 17

    @pytest.mark.parametrize(
        ("serial", "since_1904", "day"),
        [
            ("46122", False, "2026-04-10"),
            ("61", False, "1900-03-01"),
            ("60", False, "None"),
            ("44660", True, "2026-04-10"),
            ("0", True, "1904-01-01"),
            ("2958465", False, "9999-12-31"),
            ("2958466", False, "None"),
            ("-1", False, "None"),
        ],
    )
    def test_days(self, serial: str, since_1904: bool, day: str) -> None:
        assert str(day_of(Decimal(serial), since_1904=since_1904)) == day

    def test_days_as_a_library_writes_them(self) -> None:
        out = io.BytesIO()
        made = xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": True})
        made.add_worksheet().write_datetime(
            0, 0, datetime(2026, 4, 10, tzinfo=UTC).replace(tzinfo=None), made.add_format({"num_format": 14})
        )
        made.close()
        found = open_workbook(out.getvalue())
        cell = next(iter(found.rows(found.sheets[0]))).cells[0]
        assert str(day_of(Decimal(cell.text or ""), since_1904=found.since_1904)) == "2026-04-10"


@given(st.integers(1, 16_384))
def test_columns_have_letters(column: int) -> None:
    assert column_number(column_letters(column)) == column


def test_what_a_workbook_looks_like() -> None:
    assert is_workbook(book())
    assert not is_workbook(zipped({"a.json": "{}"}))
    assert not is_workbook(b"{}")
