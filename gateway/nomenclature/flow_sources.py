"""Flow lists as people have them: CSV, workbooks, EcoSpold 2 master data, ILCD and openLCA packages."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from gateway.errors import InputError
from gateway.frontdoor import xml
from gateway.frontdoor.limits import XmlLimits
from gateway.nomenclature.flow import Flow
from gateway.nomenclature.names import cas_number

# The headings of our own tables, then those of FEDEFL, GLAD, ecoinvent and openLCA, and Chinese ones.
_HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "uuid": ("uuid", "flowuuid", "id", "refid", "identifier", "标识符"),
    "name": ("name", "flowable", "flowname", "elementaryflowname", "名称", "流名称", "物质名称"),
    "synonyms": ("synonyms", "synonym", "别名", "同义词"),
    "cas": ("cas", "casno", "casnumber", "casnr", "cas号"),
    "formula": ("formula", "chemicalformula", "化学式", "分子式"),
    "unit": ("unit", "unitname", "referenceunit", "refunit", "flowunit", "单位"),
    "context": ("context", "flowcontext", "compartment", "category", "环境介质", "介质", "排放介质"),
    "sub": ("subcompartment", "subcategory"),
}
# A compressed list of half a million flows is some 30 MB; FEDEFL unpacked is 60 MB.
_MAX_BYTES: Final = 512 * 1024 * 1024
_XML: Final = XmlLimits(max_bytes=128 * 1024 * 1024, max_nodes=8_000_000)
_ECOSPOLD: Final = "{http://www.EcoInvent.org/EcoSpold02}"
_GZIP, _ZIP, _OLE = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_NOT_TEXT: Final = str.maketrans(dict.fromkeys("\x1d\x1e\x1f\n\r\t", " "))


def read_flows(data: bytes, *, name: str, ids: bool = True) -> Iterator[Flow]:
    """The flows in a file; ``.gz`` is unpacked.

    In tables synonyms are separated by ``|`` or ``;`` and the parts of contexts by ``/``.

    Args:
        ids: whether a table must have a column of identifiers.

    Raises:
        InputError: it holds no flows that can be read.
    """
    plain = _unpacked(data, name) if data.startswith(_GZIP) else data
    if plain.startswith(_ZIP) and not _is_workbook(plain):
        from gateway.nomenclature.flow_packages import read_package

        return read_package(plain, name=name)
    if plain.startswith((_ZIP, _OLE)):
        return _from_rows(_workbook_rows(plain, name), name, ids=ids)
    if plain.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return _ecospold(plain, name)
    return _from_rows(_csv_rows(plain, name), name, ids=ids)


def made_flow(
    id: str,
    name: str,
    context: Iterable[str] = (),
    *,
    unit: str = "",
    cas: str = "",
    formula: str = "",
    synonyms: Iterable[str] = (),
) -> Flow:
    """A flow out of texts as they were found: without control characters, wrong CAS numbers and blanks."""
    return Flow(
        _text(id),
        _text(name),
        tuple(part for told in context if (part := _text(told))),
        _text(unit),
        cas_number(_text(cas)),
        "" if _text(formula) == "-" else _text(formula),
        tuple(part for told in synonyms if (part := _text(told))),
    )


def _text(told: str) -> str:
    return told.translate(_NOT_TEXT).strip()


def _refused(name: str) -> InputError:
    return InputError(name, path=name, code="nomenclature.not-a-flow-table")


def _unpacked(data: bytes, name: str) -> bytes:
    try:
        stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
        plain = stream.decompress(data, _MAX_BYTES)
    except zlib.error as error:
        raise _refused(name) from error
    if not stream.eof:
        raise _refused(name)
    return plain


def _is_workbook(data: bytes) -> bool:
    from gateway.frontdoor.workbook import is_any_workbook

    return is_any_workbook(data)


def _workbook_rows(data: bytes, name: str) -> Iterator[Sequence[str]]:
    from gateway.frontdoor.grid import first_table

    return (row.cells for row in first_table(data, name=name, is_heading=_is_heading))


def _is_heading(cells: Sequence[str]) -> bool:
    found = _columns(cells)
    return "name" in found and "context" in found


def _csv_rows(data: bytes, name: str) -> Iterator[Sequence[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")  # what spreadsheets in China save as CSV
        except UnicodeDecodeError as error:
            raise _refused(name) from error
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise _refused(name) from error


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """The number of each column that a heading names; the first of two names counts."""
    keys = ["".join(c for c in cell.casefold() if c.isalnum()) for cell in cells]
    found = {}
    for column, known in _HEADINGS.items():
        at = next((keys.index(word) for word in known if word in keys), None)
        if at is not None:
            found[column] = at
    return found


def _from_rows(rows: Iterator[Sequence[str]], name: str, *, ids: bool) -> Iterator[Flow]:
    at = _columns(next(rows, ()))
    needed = ("uuid", "name", "context") if ids else ("name",)
    if missing := [column for column in needed if column not in at]:
        raise InputError(", ".join(missing), path=name, code="nomenclature.columns-missing")
    for cells in rows:
        told = {column: cells[place] for column, place in at.items() if place < len(cells)}
        if not any(map(str.strip, told.values())):
            continue
        synonyms = told.get("synonyms", "")
        yield made_flow(
            told.get("uuid", ""),
            told.get("name", ""),
            [*told.get("context", "").split("/"), *told.get("sub", "").split("/")],
            unit=told.get("unit", ""),
            cas=told.get("cas", ""),
            formula=told.get("formula", ""),
            synonyms=synonyms.split("|" if "|" in synonyms else ";"),
        )


def _ecospold(data: bytes, name: str) -> Iterator[Flow]:
    """The elementary exchanges of EcoSpold 2 master data, in whichever element they stand."""
    root = xml.parse(data, limits=_XML)
    found = root.iter(f"{_ECOSPOLD}elementaryExchange")
    empty = True
    for one in found:
        empty = False
        places = (f"{_ECOSPOLD}compartment/{_ECOSPOLD}{part}" for part in ("compartment", "subcompartment"))
        yield made_flow(
            one.get("id") or one.get("elementaryExchangeId") or "",
            one.findtext(f"{_ECOSPOLD}name") or "",
            [one.findtext(place) or "" for place in places],
            unit=one.findtext(f"{_ECOSPOLD}unitName") or "",
            cas=one.get("casNumber") or "",
            formula=one.get("formula") or "",
            synonyms=[each.text or "" for each in one.iter(f"{_ECOSPOLD}synonym")],
        )
    if empty:
        raise _refused(name)
