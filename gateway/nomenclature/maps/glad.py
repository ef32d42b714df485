"""GLAD flow mappings (UNEP, US EPA; openLCA reads them), CSV or workbook, and the variant of the FEDEFL.

Source: UNEP GLAD-ElementaryFlowResources, Formats/FlowMapping.md; USEPA fedelemflowlist, FlowMapping.md.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from gateway.errors import InputError
from gateway.frontdoor.grid import first_table
from gateway.frontdoor.table import Row, read_csv
from gateway.frontdoor.workbook import is_workbook
from gateway.nomenclature.maps import base, predicates
from gateway.nomenclature.maps.base import BadMapFile, MapReading, Troubles, Written, cell
from gateway.nomenclature.row import End, MapRow, MapSet, Predicate
from gateway.quantity.exact import plain, quotient, times
from gateway.report import Exact

COLUMNS: Final = (
    "SourceListName",
    "SourceFlowName",
    "SourceFlowUUID",
    "SourceFlowContext",
    "SourceUnit",
    "MatchCondition",
    "ConversionFactor",
    "TargetListName",
    "TargetFlowName",
    "TargetFlowUUID",
    "TargetFlowContext",
    "TargetUnit",
    "Mapper",
    "Verifier",
    "LastUpdated",
    "MemoMapper",
    "MemoVerifier",
    "MemoSource",
    "MemoTarget",
)
# FEDEFL: the target list is always its own; the version of the source list has a column.
VERSIONS: Final = ("SourceListVersion", "TargetListVersion")
# Ours: the part of a source that goes to this target. The factor beside it is already multiplied with it,
# so that whoever does not know the column still gets the right amounts.
SHARE: Final = "Share"
_DAY: Final = "LastUpdated"
_NOT_MAPPED: Final = "N/A"
_FILLERS: Final = frozenset({"nan", "NaN", "None"})
_SIGNS: Final = ("SourceFlowName", "TargetFlowName")
# The columns that end up in fields; all others are kept by name.
_READ: Final = frozenset({*COLUMNS[:14], "MemoMapper", *VERSIONS, SHARE})


def detect(data: bytes) -> bool:
    """Whether the first line names the source's and the target's flow."""
    if is_workbook(data):
        return _from_workbook(data) is not None
    names = data[:4000].removeprefix(b"\xef\xbb\xbf").splitlines()[:1]
    return bool(names) and all(sign.lower().encode() in names[0].lower() for sign in _SIGNS)


def read(data: bytes) -> MapReading:
    """The rows of a GLAD or FEDEFL map.

    Raises:
        InputError: ``table.*``, ``map.*``; the path is the line and the column.
    """
    header, *lines = _table(data)
    columns = _named(base.columns_of(header))
    lacking = [sign for sign in _SIGNS if sign not in columns]
    if lacking:
        raise BadMapFile(", ".join(columns), path=f"line {header.line}", wanted=", ".join(lacking))
    troubles = Troubles()
    rows = tuple(
        _row(line, dict(zip(columns, line.cells, strict=True)), troubles)
        for line in lines
        if any(map(str.strip, line.cells))
    )
    kept = () if columns == list(COLUMNS) else (("columns", ",".join(columns)),)
    return MapReading(MapSet(rows, header=kept), troubles.settle())


def write(mapped: MapSet) -> Written:
    """A GLAD table: the columns of the file that was read, or those of the format, and what is extra."""
    before = dict(mapped.header).get("columns", "").split(",")
    columns = before if set(_SIGNS) <= set(before) else list(COLUMNS)
    columns = [*columns, *(name for name in COLUMNS if name not in columns and _needed(name, mapped.rows))]
    if any(row.source.version or row.target.version for row in mapped.rows):
        columns += [name for name in VERSIONS if name not in columns and _needed(name, mapped.rows)]
    if any(row.share is not None for row in mapped.rows) and SHARE not in columns:
        columns.append(SHARE)
    extra = dict.fromkeys(name for row in mapped.rows for name, _ in row.extra)
    columns += [name for name in extra if name not in columns and name not in _READ]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(columns)
    for row in mapped.rows:
        cells = _cells(row)
        table.writerow([cells.get(name, "") for name in columns])
    return Written(out.getvalue().encode(), tuple(range(len(mapped.rows))))


def _from_workbook(data: bytes) -> Sequence[Row] | None:
    """GLAD's own files are workbooks; None where no sheet holds such a map."""
    try:
        return first_table(data, name="", is_heading=_is_heading)
    except InputError as error:
        if error.error_code != "table.no-heading":
            raise
        return None


def _is_heading(cells: Sequence[str]) -> bool:
    return set(_SIGNS) <= set(_named([cell.strip() for cell in cells]))


def _table(data: bytes) -> Sequence[Row]:
    if is_workbook(data):
        found = _from_workbook(data)
        if found is None:
            raise BadMapFile(path="1", wanted=", ".join(_SIGNS))
        return found
    try:
        rows = read_csv(data)
    except InputError as error:
        if error.error_code != "table.encoding":
            raise
        rows = read_csv(data, encoding="gb18030")
    if not rows:
        raise BadMapFile(path="line 1", wanted=", ".join(_SIGNS))
    return rows


def _named(columns: list[str]) -> list[str]:
    """The columns in the format's own spelling; openLCA ignores case here, too."""
    known = {name.lower(): name for name in (*COLUMNS, *VERSIONS, SHARE)}
    return [known.get(name.lower(), name) or f"column {at}" for at, name in enumerate(columns, 1)]


def _needed(column: str, rows: Sequence[MapRow]) -> bool:
    return any(_cells(row).get(column) for row in rows)


def _row(line: Row, cells: Mapping[str, str], troubles: Troubles) -> MapRow:
    raw = cells.get("MatchCondition", "")
    factor_text = cells.get("ConversionFactor", "")
    refused = factor_text.strip().upper() == _NOT_MAPPED
    at = cell(line.line, "ConversionFactor")
    known = "" if refused or factor_text.strip() in _FILLERS else factor_text
    factor: Exact | None = base.read_factor(known, at, troubles)
    share = base.read_factor(cells.get(SHARE, ""), cell(line.line, SHARE), troubles)
    if share and factor is not None:
        factor = quotient(factor, share)
    if not cells["SourceFlowName"].strip() and not cells.get("SourceFlowUUID", "").strip():
        troubles.error("map.no-source", cell(line.line, "SourceFlowName"), "")
    day = cells.get(_DAY, "")
    kept = [(name, text) for name, text in cells.items() if name not in _READ and text and name != _DAY]
    if day and (read := base.read_day(day)) is not None and read.isoformat() != day:
        kept.append((_DAY, day))
    elif day and read is None:
        kept.append((_DAY, day))
        troubles.warn("map.bad-day", cell(line.line, _DAY), day)
    return MapRow(
        source=_end("Source", cells),
        target=_end("Target", cells),
        predicate=Predicate.NONE if refused else _predicate(raw, line, troubles),
        factor=factor,
        share=share,
        comment=cells.get("MemoMapper", ""),
        author=cells.get("Mapper", ""),
        reviewer=cells.get("Verifier", ""),
        date=base.read_day(day),
        raw_predicate=raw,
        extra=tuple(kept),
    )


def _predicate(raw: str, line: Row, troubles: Troubles) -> Predicate:
    text = raw.strip()
    if text not in predicates.GLAD:
        troubles.warn("map.unknown-relation", cell(line.line, "MatchCondition"), raw)
        return Predicate.CLOSE
    return predicates.GLAD[text]


def _end(side: str, cells: Mapping[str, str]) -> End:
    return End(
        list=cells.get(f"{side}ListName", ""),
        version=cells.get(f"{side}ListVersion", ""),
        id=cells.get(f"{side}FlowUUID", ""),
        name=cells.get(f"{side}FlowName", ""),
        context=base.read_context(cells.get(f"{side}FlowContext", "")),
        unit=cells.get(f"{side}Unit", ""),
    )


def _cells(row: MapRow) -> dict[str, str]:
    told = dict(row.extra)
    day = told.get(_DAY, "")
    if row.date is not None and base.read_day(day) != row.date:
        day = row.date.isoformat()
    return {
        **{name: text for name, text in told.items() if name not in _READ},
        **_end_cells("Source", row.source),
        **_end_cells("Target", row.target),
        "MatchCondition": predicates.glad_symbol(row),
        "ConversionFactor": _NOT_MAPPED if base.is_refusal(row) else _factor_text(row),
        SHARE: "" if row.share is None else plain(base.as_decimal(row.share)),
        "Mapper": row.author,
        "Verifier": row.reviewer,
        _DAY: day,
        "MemoMapper": row.comment,
    }


def _factor_text(row: MapRow) -> str:
    if row.share is None:
        return "" if row.factor is None else plain(base.as_decimal(row.factor))
    return plain(base.as_decimal(times(Decimal(1) if row.factor is None else row.factor, row.share)))


def _end_cells(side: str, end: End) -> dict[str, str]:
    return {
        f"{side}ListName": end.list,
        f"{side}ListVersion": end.version,
        f"{side}FlowUUID": end.id,
        f"{side}FlowName": end.name,
        f"{side}FlowContext": base.context_text(end.context),
        f"{side}Unit": end.unit,
    }
