"""The rows and cells of one worksheet, from plain text where it is written plainly, else from elements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Final, Literal, NamedTuple, TypeAlias

from lxml import etree

from gateway.errors import InputError
from gateway.frontdoor import limits as lim
from gateway.frontdoor._number_format import GENERAL, NumberFormat
from gateway.frontdoor._plain_xml import plain_part
from gateway.frontdoor._xml_stream import stream
from gateway.frontdoor.limits import WorkbookLimits

Kind: TypeAlias = Literal["number", "text", "flag", "error", "day"]

# ECMA-376-1 transitional, and ISO/IEC 29500-1 strict.
NAMESPACES: Final = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_KINDS: Final[Mapping[str | None, Kind]] = {
    None: "number",
    "n": "number",
    "s": "text",
    "str": "text",
    "inlineStr": "text",
    "b": "flag",
    "e": "error",
    "d": "day",
}
# ST_Xstring (ECMA-376-1, 22.9.2.19): characters that XML cannot hold.
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_MARKUP: Final = re.compile("[<&\r]")
_MAX_ROW: Final = 1_048_576
# A cell as Excel, LibreOffice, WPS and libraries write it; anything else goes through elements.
_PLAIN_CELL: Final = re.compile(
    r'<c r="([A-Z]{1,3})([0-9]+)"(?: s="([0-9]+)")?(?: t="([a-z]+)")?'
    r"(?:/>|>(?:<f>([^<&]+)</f>)?<v>([^<&]*)</v></c>)",
    re.ASCII,
)


class Cell(NamedTuple):
    """One cell that holds something. ``formula`` is None for a constant; a shared formula may be ''.

    ``text`` is the stored value; None: a formula whose result is not there.
    """

    row: int
    column: int
    text: str | None
    kind: Kind
    format: NumberFormat
    formula: str | None = None

    @property
    def ref(self) -> str:
        """``B7``."""
        return f"{column_letters(self.column)}{self.row}"


class Row(NamedTuple):
    """The cells of one row, from left to right; rows without cells do not occur."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool


@dataclass(slots=True)
class Shape:
    """What a sheet says beside its cells; complete after its rows were read."""

    merged: list[str] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


@lru_cache(maxsize=16_384)
def column_letters(column: int) -> str:
    """``A`` for 1, ``AA`` for 27."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The column of its letters; 0 where they are none."""
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z" or number > 700:
            return 0
        number = number * 26 + ord(letter) - 64
    # ECMA-376-1, 18.17.2.1: the last column is XFD.
    return number if number <= 16_384 else 0


def read_rows(
    data: bytes,
    texts: Mapping[str, str],
    formats: Mapping[str, NumberFormat],
    shape: Shape,
    limits: WorkbookLimits,
) -> Iterator[Row]:
    """The rows of a worksheet part that hold cells, one at a time.

    Args:
        texts: the shared texts by their index, as cells write it.
        formats: number formats by index of the style; '' for a cell without style.
    """
    reading = _Reading(texts, formats, shape)
    part = plain_part(data, "worksheet", "sheetData", "row", NAMESPACES, limits)
    if part is None:
        names = tuple(f"{{{ns}}}{name}" for ns in NAMESPACES for name in ("row", "col", "mergeCell"))
        found = (reading.element(e) for e in stream(data, names, limits=lim.XML))
        yield from (row for row in found if row is not None and row.cells)
        return
    for element in part.outside().iter("{*}col", "{*}mergeCell"):
        reading.element(element)
    for item in part.items():
        row = reading.plain_row(item)
        if row is not None:
            if row.cells:
                yield row
            continue
        for element in part.element(item):
            odd = reading.row(element)
            if odd.cells:
                yield odd


def read_texts(data: bytes, limits: WorkbookLimits) -> Iterator[str]:
    """The shared texts of a workbook."""
    part = plain_part(data, "sst", "sst", "si", NAMESPACES, limits)
    if part is None:
        names = tuple(f"{{{ns}}}si" for ns in NAMESPACES)
        yield from (rich_text(e) for e in stream(data, names, limits=lim.XML))
        return
    for item in part.items():
        text = item[7:-4]
        if (
            item[:7] == "<si><t>"
            and item[-4:] == "</t>"
            and "<" not in text
            and "&" not in text
            and "\r" not in text
        ):
            yield unescaped(text)
        else:
            yield from (rich_text(e) for e in part.element(item))


def rich_text(element: etree._Element) -> str:
    """The text of its runs; how it is pronounced (``rPh``) is left out."""
    pieces = []
    for child in element:
        tag = str(child.tag)
        if tag.endswith("}t"):
            pieces.append(child.text or "")
        elif tag.endswith("}r"):
            pieces.extend(t.text or "" for t in child.iterfind("{*}t"))
    return unescaped("".join(pieces))


def unescaped(text: str) -> str:
    """``text`` with the characters that XML cannot hold."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def is_true(text: str | None) -> bool:
    """A flag of XML Schema."""
    return text in {"1", "true", "on"}


def whole(text: str | None) -> int:
    """A count; 0 where there is none."""
    return int(text) if text is not None and text.isdecimal() and text.isascii() and len(text) < 10 else 0


# A tenth of a large sheet's time is saved by making the tuples without a call of our own.
_new_cell: Final[Callable[[tuple[object, ...]], Cell]] = partial(tuple.__new__, Cell)


class _Reading:
    """One pass over a sheet: where we are, and what cells refer to."""

    def __init__(self, texts: Mapping[str, str], formats: Mapping[str, NumberFormat], shape: Shape) -> None:
        self._shape = shape
        self._by_index, self._by_style = texts, formats
        self._columns: dict[str, int] = {}
        self._last_row = 0

    def element(self, element: etree._Element) -> Row | None:
        """A row, or what a sheet says beside its rows."""
        tag = str(element.tag)
        if tag.endswith("}row"):
            parent = element.getparent()
            in_data = parent is not None and str(parent.tag).endswith("}sheetData")
            return self.row(element) if in_data else None
        if tag.endswith("}mergeCell"):
            self._shape.merged.append(element.get("ref", ""))
        elif is_true(element.get("hidden")):
            self._shape.hidden_columns.append((whole(element.get("min")), whole(element.get("max"))))
        return None

    def plain_row(self, item: str) -> Row | None:
        """The row in the form that programs write; None, and nothing remembered, where it has another.

        ``item`` is well-formed and without comments, so its tags are counted: when all of them belong to
        cells that were found, nothing was overlooked.
        """
        head, _, rest = item.partition(">")
        number = head[8:].partition('"')[0]
        if head[:8] != '<row r="' or "xmlns" in head or "hidden" in head or head[-1] == "/" or "'" in head:
            return None
        row = whole(number)
        found = _PLAIN_CELL.findall(rest)
        empty = rest.count("/>")
        tags = 4 * (len(found) - empty) + empty + 2 * rest.count("<f>")
        if rest.count("<") != tags or not self._last_row < row <= _MAX_ROW:
            return None
        cells = self._plain_cells(row, number, found)
        if cells is None:
            return None
        self._last_row = row
        return Row(row, tuple(cells), hidden=False)

    def _plain_cells(self, row: int, number: str, found: list[tuple[str, ...]]) -> list[Cell] | None:
        texts, formats, columns, column = self._by_index, self._by_style, self._columns, 0
        cells: list[Cell] = []
        for letters, digits, style, kind, formula, text in found:
            here = columns.get(letters) or self._learn(letters)
            if here <= column or digits != number:
                return None
            column = here
            form = formats.get(style, GENERAL)
            if kind == "s":
                shared = texts.get(text)
                if shared is None:
                    return None
                cells.append(_new_cell((row, column, shared, "text", form, formula or None)))
            elif kind:
                return None
            elif text or formula:
                cells.append(_new_cell((row, column, text or None, "number", form, formula or None)))
        return cells

    def _learn(self, letters: str) -> int:
        found = self._columns[letters] = column_number(letters)
        return found

    def row(self, row: etree._Element) -> Row:
        """The row of an element, in whatever form it is written."""
        number = whole(row.get("r")) or self._last_row + 1
        if not self._last_row < number <= _MAX_ROW:
            raise InputError(number, code="workbook.order", path=str(number))
        self._last_row = number
        cells: list[Cell] = []
        column = 0
        namespace = str(row.tag).removesuffix("row")
        for c in row.iterchildren(f"{namespace}c"):
            ref = c.get("r")
            found = column + 1 if ref is None else column_number(ref.removesuffix(str(number)))
            if found <= column:
                raise InputError(ref, code="workbook.order", path=ref or "")
            column = found
            cell = self._cell(c, number, column, namespace)
            if cell is not None:
                cells.append(cell)
        return Row(number, tuple(cells), is_true(row.get("hidden")))

    def _cell(self, c: etree._Element, row: int, column: int, namespace: str) -> Cell | None:
        ref = f"{column_letters(column)}{row}"
        formula, stored, type_ = c.find(f"{namespace}f"), c.find(f"{namespace}v"), c.get("t")
        kind = _KINDS.get(type_)
        if kind is None:
            raise InputError(type_, code="workbook.cell-type", path=ref)
        text: str | None = stored.text or "" if stored is not None else None
        if type_ == "inlineStr":
            place = c.find(f"{namespace}is")
            text = None if place is None else rich_text(place)
        elif type_ == "s" and text:
            if text not in self._by_index:
                raise InputError(text, code="workbook.no-such-text", path=ref)
            text = self._by_index[text]
        elif type_ == "str" and text is not None:
            text = unescaped(text)
        elif text == "":
            text = None
        if text is None and formula is None:
            return None
        form = self._by_style.get(c.get("s", ""), GENERAL)
        return Cell(row, column, text, kind, form, None if formula is None else formula.text or "")


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)  # half a character is none
