"""openLCA flow maps: what the CSV and the JSON-LD form have in common, and the CSV form.

Source: GreenDelta olca-modules, doc/mapping_csv.md and FlowMap.java (columns 21 and 22 hold a status there).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Final

from gateway.frontdoor.table import Row, read_csv
from gateway.nomenclature.maps import base
from gateway.nomenclature.maps.base import BadMapFile, MapReading, Troubles, Written, cell
from gateway.nomenclature.row import End, MapRow, MapSet
from gateway.quantity.exact import plain

# What a flow map says of a row beside the fields of an end, by its name among the extras, in both forms.
EXTRAS: Final = (
    "source_flow_property_id",
    "target_flow_property_id",
    "source_unit_id",
    "target_unit_id",
    "provider_id",
    "provider_name",
    "provider_category",
    "provider_location",
    "source_status",
    "target_status",
)
# The columns in order: a field of an end, the factor, or an extra.
COLUMNS: Final = (
    "source/id",
    "target/id",
    "factor",
    "source/name",
    "source/context",
    "source/location",
    "target/name",
    "target/context",
    "target/location",
    "source_flow_property_id",
    "source/flow_property",
    "target_flow_property_id",
    "target/flow_property",
    "source_unit_id",
    "source/unit",
    "target_unit_id",
    "target/unit",
    "provider_id",
    "provider_name",
    "provider_category",
    "provider_location",
    "source_status",
    "target_status",
)
# Without a status, as the format has it.
_WIDTH: Final = 21
_NUMBER: Final = re.compile(rb"[+-]?[0-9.]+([eE][+-]?[0-9]+)?")


def detect(data: bytes) -> bool:
    """Whether the first line has semicolons and a number in its third cell."""
    line = next((text for text in data[:8000].splitlines() if text.strip()), b"")
    cells = next(csv.reader([line.decode("utf-8", "replace")], delimiter=";"), [])
    return 3 <= len(cells) <= len(COLUMNS) and bool(_NUMBER.fullmatch(cells[2].strip().encode()))


def read(data: bytes) -> MapReading:
    """The rows of a flow map in CSV; only the first three columns are required.

    Raises:
        InputError: ``table.*``, ``map.*``; the path is the line and the column.
    """
    troubles = Troubles()
    rows = [line for line in read_csv(data, delimiter=";", ragged=True) if any(line.cells)]
    if not rows:
        raise BadMapFile(path="line 1", wanted="source id; target id; factor")
    found = tuple(row for line in rows for row in _row(line, troubles))
    return MapReading(MapSet(found), troubles.settle())


def write(mapped: MapSet) -> Written:
    """A flow map in CSV, 21 columns, without a header."""
    with_status = any(name.endswith("_status") for row in mapped.rows for name, _ in row.extra)
    columns = COLUMNS if with_status else COLUMNS[:_WIDTH]
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\n")
    for row in mapped.rows:
        cells = cells_of(row)
        table.writerow([cells.get(name, "") for name in columns])
    return Written(out.getvalue().encode(), tuple(range(len(mapped.rows))))


def refuses(row: MapRow) -> str:
    """Why the format has no place for a row: there are neither refusals nor splits, and ids are needed."""
    if base.is_refusal(row):
        return "map.refusal-left-out"
    if not row.source.id or not row.target.id:
        return "map.without-id-left-out"
    return "map.split-left-out" if base.is_split(row) else ""


def key(row: MapRow) -> object:
    """The id of the source, for which openLCA keeps one target."""
    return row.source.id


def _row(line: Row, troubles: Troubles) -> list[MapRow]:
    if not 3 <= len(line.cells) <= len(COLUMNS):
        troubles.error("map.wrong-width", f"line {line.line}", len(line.cells))
        return []
    cells = dict(zip(COLUMNS, line.cells, strict=False))
    for name in ("source/id", "target/id"):
        if not cells[name].strip():
            troubles.error("map.no-id", cell(line.line, name), "")
    factor = base.read_factor(cells["factor"] or "-", cell(line.line, "factor"), troubles)
    return [
        MapRow(
            end_of("source", cells),
            end_of("target", cells),
            factor=factor,
            extra=tuple((name, cells[name]) for name in EXTRAS if cells.get(name)),
        )
    ]


def end_of(side: str, cells: Mapping[str, str]) -> End:
    """One end of the cells of a row by name."""
    return End(
        id=cells.get(f"{side}/id", ""),
        name=cells.get(f"{side}/name", ""),
        context=base.read_context(cells.get(f"{side}/context", "")),
        unit=cells.get(f"{side}/unit", ""),
        flow_property=cells.get(f"{side}/flow_property", ""),
        location=cells.get(f"{side}/location", ""),
    )


def cells_of(row: MapRow) -> dict[str, str]:
    """The cells of a row by name."""
    told = {name: text for name, text in row.extra if name in EXTRAS}
    for side, end in (("source", row.source), ("target", row.target)):
        told |= {
            f"{side}/id": end.id,
            f"{side}/name": end.name,
            f"{side}/context": base.context_text(end.context),
            f"{side}/unit": end.unit,
            f"{side}/flow_property": end.flow_property,
            f"{side}/location": end.location,
        }
    told["factor"] = "1" if row.factor is None else plain(base.as_decimal(row.factor))
    return {name: text for name, text in told.items() if text}
