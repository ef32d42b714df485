"""A workbook (.xlsx) at the door: every cell as it is stored, row by row, read from the XML itself.

Libraries turn ``#REF!`` into nothing, a formula without result into an empty cell and every number into
a double; here the stored text, the format and the formula stay, and ``codec.cellread`` says what they mean.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from lxml import etree

from gateway.errors import InputError
from gateway.frontdoor import archive, xml
from gateway.frontdoor import limits as lim
from gateway.frontdoor._number_format import NumberFormat, number_format
from gateway.frontdoor._sheet_rows import (
    Cell,
    Row,
    Shape,
    column_letters,
    column_number,
    is_true,
    read_rows,
    read_texts,
    whole,
)
from gateway.frontdoor.limits import ArchiveLimits, WorkbookLimits

__all__ = [
    "Cell",
    "NumberFormat",
    "Row",
    "Shape",
    "Sheet",
    "Workbook",
    "column_letters",
    "column_number",
    "is_any_workbook",
    "is_workbook",
    "number_format",
    "open_workbook",
]

_RELATION: Final = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
_OLE: Final = b"\xd0\xcf\x11\xe0"
_ODS: Final = b"application/vnd.oasis.opendocument.spreadsheet"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet in the workbook's order. ``state``: visible, hidden or veryHidden."""

    name: str
    state: str
    part: str


@dataclass(frozen=True)
class Workbook:
    """A workbook whose parts are unpacked only when asked for.

    ``stale``: the file itself says that its formulas have not been calculated since it was written.
    """

    sheets: tuple[Sheet, ...]
    names: Mapping[str, str]
    since_1904: bool
    stale: bool
    _archive: archive.Archive = field(repr=False)
    _parts: Mapping[str, str] = field(repr=False)
    _limits: WorkbookLimits = field(repr=False)

    def rows(self, sheet: Sheet, shape: Shape | None = None) -> Iterator[Row]:
        """The rows of a sheet, one at a time; ``shape`` is filled on the way.

        Raises:
            InputError: ``archive.*``, ``xml.*``, ``workbook.*``; the path is the sheet, with the cell.
        """
        try:
            data = self._archive.read(sheet.part)
            yield from read_rows(data, self._texts, self._formats, shape or Shape(), self._limits)
        except InputError as error:
            path = f"{sheet.name}!{error.path}" if error.path else sheet.name
            raise InputError(error.saw, path=path, code=error.error_code, **error.params) from error

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        """The shared texts by their index."""
        part = self._parts.get("sharedStrings")
        if part is None:
            return {}
        found = read_texts(self._archive.read(part), self._limits)
        return {str(index): text for index, text in enumerate(found)}

    @cached_property
    def _formats(self) -> Mapping[str, NumberFormat]:
        """The number format of each cell style; a cell without style has the first."""
        part = self._parts.get("styles")
        if part is None:
            return {}
        root = xml.parse(self._archive.read(part))
        own = {
            whole(e.get("numFmtId")): e.get("formatCode", "") for e in root.iterfind("{*}numFmts/{*}numFmt")
        }
        ids = [whole(e.get("numFmtId")) for e in root.iterfind("{*}cellXfs/{*}xf")]
        found = {str(index): number_format(id_, own.get(id_)) for index, id_ in enumerate(ids)}
        return found | ({"": found["0"]} if found else {})


def is_workbook(data: bytes) -> bool:
    """Whether ``data`` looks like an .xlsx; nothing is unpacked."""
    return data.startswith(b"PK\x03\x04") and b"xl/" in data and b"[Content_Types].xml" in data


def is_any_workbook(data: bytes) -> bool:
    """Whether ``data`` looks like .xlsx, .xlsb, .xls or .ods; nothing is unpacked."""
    zipped = data.startswith(b"PK\x03\x04") and (b"xl/workbook" in data or _ODS in data[:200])
    return zipped or data.startswith(_OLE)


def open_workbook(
    data: bytes, *, limits: WorkbookLimits = lim.WORKBOOK, archive_limits: ArchiveLimits = lim.ARCHIVE
) -> Workbook:
    """Open an .xlsx or .xlsm; macros, drawings and links are never looked at.

    Raises:
        InputError: ``archive.*``, ``xml.*``, ``workbook.*``.
    """
    if data.startswith(_OLE):
        raise InputError("OLE", code="workbook.old-or-encrypted")
    zipped = archive.open_zip(data, limits=archive_limits)
    home = _related(zipped, "", "_rels/.rels")[0].get("officeDocument", "xl/workbook.xml")
    if home not in zipped:
        raise InputError(home, code="workbook.no-workbook")
    root = xml.parse(zipped.read(home))
    folder, name = posixpath.split(home)
    parts, by_id = _related(zipped, folder, f"{folder}/_rels/{name}.rels")
    sheets = tuple(_sheets(root, zipped, by_id))
    if not sheets or len(sheets) > limits.max_sheets:
        raise InputError(len(sheets), code="workbook.no-sheets", limit=limits.max_sheets)
    properties = root.find("{*}workbookPr")
    calculation = root.find("{*}calcPr")
    return Workbook(
        sheets=sheets,
        names={e.get("name", ""): e.text or "" for e in root.iterfind("{*}definedNames/{*}definedName")},
        since_1904=properties is not None and is_true(properties.get("date1904")),
        stale=calculation is not None and is_true(calculation.get("fullCalcOnLoad")),
        _archive=zipped,
        _parts=parts,
        _limits=limits,
    )


def _sheets(root: etree._Element, zipped: archive.Archive, by_id: Mapping[str, str]) -> Iterator[Sheet]:
    for element in root.iterfind("{*}sheets/{*}sheet"):
        name = element.get("name", "")
        part = by_id.get(next((element.get(r, "") for r in _RELATION if element.get(r)), ""))
        if part is None or part not in zipped:
            raise InputError(name, code="workbook.no-such-sheet", path=name)
        if "/worksheets/" in f"/{part}":
            yield Sheet(name, element.get("state", "visible"), part)


def _related(zipped: archive.Archive, folder: str, part: str) -> tuple[dict[str, str], dict[str, str]]:
    """The parts that a relationships part names, by the last word of their type and by their id."""
    by_type: dict[str, str] = {}
    by_id: dict[str, str] = {}
    if part not in zipped:
        return by_type, by_id
    for element in xml.parse(zipped.read(part)).iterfind("{*}Relationship"):
        if element.get("TargetMode") == "External":
            continue
        target = element.get("Target", "")
        path = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        by_type.setdefault(element.get("Type", "").rpartition("/")[2], path)
        by_id[element.get("Id", "")] = path
    return by_type, by_id
