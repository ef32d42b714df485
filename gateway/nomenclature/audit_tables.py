"""What an audit reads beside the map: flow lists, and characterisation factors by flow and category."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, TypeAlias

from gateway.errors import InputError, MappingError
from gateway.frontdoor import limits as lim
from gateway.frontdoor.table import read_csv as read_table
from gateway.nomenclature import store
from gateway.nomenclature.flow import Flow
from gateway.nomenclature.flow_sources import read_flows as read_source
from gateway.nomenclature.row import End
from gateway.quantity.exact import parse_decimal

# The flow with this identifier, where the list has it.
Flows: TypeAlias = Callable[[str], End | None]

_IDS: Final = ("uuid", "id", "flow_id", "flow_uuid", "identifier")
_CATEGORIES: Final = ("category", "indicator", "impact_category", "method")
_VALUES: Final = ("factor", "cf", "value", "characterisation_factor", "characterization_factor")
_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Factors:
    """Characterisation factors: by flow, then by impact category."""

    by_flow: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)

    def of(self, flow: str) -> Mapping[str, Decimal]:
        """The factors of one flow."""
        return self.by_flow.get(flow.lower(), {})


NO_FACTORS: Final = Factors()


def no_flows(_: str) -> End | None:
    """A list that nobody gave."""
    return None


def read_flows(data: bytes, *, name: str) -> Flows:
    """A flow list: a compact file, or anything that ``flow_sources`` reads.

    Raises:
        InputError, MappingError: it is neither.
    """
    try:
        compact = store.FlowList(data)
    except MappingError as error:
        if error.error_code != "nomenclature.not-a-flow-list":
            raise
        return _plain(read_source(data, name=name))

    def found(id_: str) -> End | None:
        row = compact.row_of(id_.lower())
        if row is None:
            return None
        label = compact.label_of(row)
        context, unit = compact.contexts[compact.context_of_row[row]], compact.units[compact.unit_of_row[row]]
        return End(id=id_, name=label.name, cas=label.cas, formula=label.formula, context=context, unit=unit)

    return found


def _plain(flows: Iterable[Flow]) -> Flows:
    known = {
        flow.id.lower(): End(
            id=flow.id,
            name=flow.name,
            cas=flow.cas,
            formula=flow.formula,
            context=flow.context,
            unit=flow.unit,
        )
        for flow in flows
    }
    return lambda id_: known.get(id_.lower())


def read_factors(files: Iterable[tuple[str, bytes]]) -> Factors:
    """Characterisation factors of one or several lists.

    A table has a column uuid and either the columns category and factor, or one column for each category.

    Raises:
        InputError: ``table.*``, ``audit.*``; the path is the file with the line and the column.
    """
    found: dict[str, dict[str, Decimal]] = {}
    for name, data in files:
        rows = read_table(_unpacked(data, name))
        columns = [cell.strip() for cell in rows[0].cells] if rows else []
        lower = [column.lower() for column in columns]
        id_at, category_at, value_at = (_first(lower, names) for names in (_IDS, _CATEGORIES, _VALUES))
        if id_at is None:
            raise InputError(", ".join(columns), path=f"{name}, line 1", code="audit.no-flow-column")
        for row in rows[1:]:
            mine = found.setdefault(row.cells[id_at].strip().lower(), {})
            if category_at is not None and value_at is not None:
                told = {row.cells[category_at].strip(): row.cells[value_at]}
            else:
                told = {column: row.cells[at] for at, column in enumerate(columns) if at != id_at}
            long = category_at is not None and value_at is not None
            for category, text in told.items():
                value = _number(text, f"{name}, line {row.line}, {category}", strict=long)
                if value is not None:
                    mine[category] = value
    return Factors(found)


def _unpacked(data: bytes, name: str) -> bytes:
    if not data.startswith(_GZIP):
        return data
    try:
        plain = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, lim.TABLE.max_bytes + 1)
    except zlib.error as error:
        raise InputError(name, path=name, code="audit.not-unpacked") from error
    return plain


def _first(columns: list[str], names: Iterable[str]) -> int | None:
    return next((columns.index(name) for name in names if name in columns), None)


def _number(text: str, at: str, *, strict: bool) -> Decimal | None:
    """A factor; in a wide table other texts are other columns: names, compartments."""
    plain = text.strip()
    if not plain:
        return None
    try:
        return parse_decimal(plain)
    except InputError as error:
        if not strict:
            return None
        raise InputError(text, path=at, code="map.bad-number") from error
