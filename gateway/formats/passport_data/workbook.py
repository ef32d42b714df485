"""The second input as a workbook: a sheet for single values, and one for each list.

The first column of a sheet of values, and the first row of a list, name the field by its place in the JSON:
they are what is read. Labels, units, access groups and suppliers beside them are for people. Items of a list
within a list say in their first cell which item above they belong to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.codec.base import Reading
from gateway.errors import GatewayError, InputError
from gateway.formats.passport_data import NAME
from gateway.formats.passport_data.reader import read_document
from gateway.formats.passport_data.workbook_render import PARENT, SEPARATOR, fields, lists, sheet_name
from gateway.frontdoor.json import JsonValue
from gateway.frontdoor.workbook import Row, is_any_workbook, open_workbook
from gateway.model.origin import Derived, Origin

_FIRST_VALUE: Final = 4  # 1-based column of the values


def is_ours(data: bytes) -> bool:
    """Whether the workbook is this form: its first cell says so."""
    if not is_any_workbook(data) or (NAME.encode() not in data and b"xl/" not in data):
        return False
    try:
        book = open_workbook(data)
        first = next(iter(book.rows(book.sheets[0])), None) if book.sheets else None
    except GatewayError:
        return False
    return first is not None and bool(first.cells) and first.cells[0].text == NAME


def read_workbook(data: bytes) -> Reading:
    """What the workbook says, with the cell of every value.

    Raises:
        InputError: it is not this form.
    """
    if not is_ours(data):
        raise InputError(path="A1", code="passport-data.not-ours")
    book = open_workbook(data)
    document: dict[str, Any] = {}
    cells: dict[str, str] = {}
    rows = {sheet.name: list(book.rows(sheet)) for sheet in book.sheets}
    for row in rows.get(book.sheets[0].name, [])[1:]:
        told = _by_column(row)
        if told.get(1, ("", ""))[0].startswith("/") and told.get(_FIRST_VALUE, ("", ""))[0].strip():
            place, (text, ref) = told[1][0], told[_FIRST_VALUE]
            _put(document, place, text)
            cells[place] = f"{book.sheets[0].name}!{ref}"
    for place in sorted(lists(), key=lambda one: one.count("*")):
        _read_list(document, cells, place, rows.get(sheet_name(place), []))
    reading = read_document(document)
    origins = {path: _in_cell(origin, cells) for path, origin in reading.origins.items()}
    return Reading(reading.declaration, reading.notes, reading.findings, origins)


def _read_list(document: dict[str, Any], cells: dict[str, str], place: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    names = {column: text for column, (text, _) in _by_column(rows[0]).items()}
    head, _, inner = place.removesuffix("/*").partition("/*")
    for row in rows[2:]:
        told = {names[c]: found for c, found in _by_column(row).items() if c in names and found[0].strip()}
        values = {name: found for name, found in told.items() if name.startswith("/")}
        if not values:
            continue
        listed = _list(document, head)
        at = f"{head}/{len(listed)}"
        if inner:
            parent = told.get(PARENT, ("1", ""))[0].strip()
            number = int(parent) - 1 if parent.isdecimal() else 0
            if not 0 <= number < len(listed):
                raise InputError(
                    parent, path=f"{sheet_name(place)}!{row.number}", code="passport-data.no-item"
                )
            at = f"{head}/{number}{inner}"
            listed = _list(listed[number], inner)
            at = f"{at}/{len(listed)}"
        item: dict[str, Any] = {}
        for name, (text, ref) in values.items():
            member = name.rpartition("/")[2]
            item[member] = _typed(name, text)
            cells[f"{at}/{member}"] = f"{sheet_name(place)}!{ref}"
        listed.append(item)


def _list(document: dict[str, Any], place: str) -> list[Any]:
    node = document
    *above, last = place.split("/")[1:]
    for step in above:
        node = node.setdefault(step, {})
    found: list[Any] = node.setdefault(last, [])
    return found


def _put(document: dict[str, Any], place: str, text: str) -> None:
    node = document
    *above, last = place.split("/")[1:]
    for step in above:
        node = node.setdefault(step, {})
    node[last] = _typed(place, text)


def _typed(place: str, text: str) -> JsonValue:
    kind = next((row["type"] for row in fields() if row["source"] == place), "text")
    if kind == "texts":
        return [part.strip() for part in text.replace("；", SEPARATOR).split(SEPARATOR) if part.strip()]
    return text.strip()


def _by_column(row: Row) -> dict[int, tuple[str, str]]:
    return {cell.column: (cell.text or "", cell.ref) for cell in row.cells}


def _in_cell(origin: Origin | Derived, cells: Mapping[str, str]) -> Origin | Derived:
    """The cell behind a place of the document."""
    if not isinstance(origin, Origin):
        return origin
    at = origin.at
    while at and at not in cells:
        at = at.rpartition("/")[0]
    return Origin(cells[at], origin.text) if at in cells else origin
