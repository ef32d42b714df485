"""Read a factor map and a table of values from CSV: columns by name, every defect with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, TypeVar

from gateway.errors import GatewayError, MappingError, raise_all
from gateway.frontdoor.table import read_csv, unescape_cell
from gateway.model.activity import EmissionFactor
from gateway.nomenclature.factors import Dataset, FactorRow, Rating, Relation
from gateway.nomenclature.maps import detect
from gateway.nomenclature.maps import read_map as read_other
from gateway.nomenclature.row import End, MapRow, Predicate, is_suggestion
from gateway.quantity import Quantity, parse_decimal, parse_unit

T = TypeVar("T")

MAP_COLUMNS: Final = {
    "source_database": False,
    "source_version": False,
    "source_id": False,
    "source_name": False,
    "source_unit": False,
    "source_region": False,
    "source_year": False,
    "source_kind": False,
    "line": False,
    "target_database": True,
    "target_version": False,
    "target_id": True,
    "target_name": False,
    "target_unit": False,
    "relation": True,
    "factor": False,
    "factor_basis": False,
    "ter": False,
    "ger": False,
    "tir": False,
    "p": False,
    "reason": False,
    "author": False,
    "date": False,
}
VALUE_COLUMNS: Final = {
    "database": True,
    "version": False,
    "id": True,
    "name": False,
    "value": True,
    "unit": True,
    "kind": True,
    "year": False,
    "region": False,
    "boundary": False,
    "gwp_set": False,
    "licence": False,
}
# As the domestic form lists them.
KINDS: Final = ("lca_co2e", "direct_co2", "direct_co2e", "upstream_co2e")
# What a proxy is worse in, by its own name.
_WORSE_IN: Final = {
    Relation.PROXY_TECHNOLOGY: ("ter",),
    Relation.PROXY_GEOGRAPHY: ("ger",),
    Relation.PROXY_BOTH: ("ter", "ger"),
}


class NotAFactorMap(MappingError):
    """A factor map or a table of values has a defect: whoever made it must act."""

    code = "factors.bad-table"


@dataclass(frozen=True, slots=True)
class _Cells:
    """One row by column."""

    at: str
    told: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.told.get(column, "")

    def need(self, column: str) -> str:
        if not self[column]:
            raise NotAFactorMap(path=self.at, code="factors.empty-cell", column=column)
        return self[column]

    def number(self, column: str, default: Decimal = Decimal(0)) -> Decimal:
        return parse_decimal(self[column]) if self[column] else default

    def year(self, column: str) -> int | None:
        text = self[column]
        if text and not (text.isascii() and text.isdigit() and len(text) == 4):
            raise NotAFactorMap(text, path=self.at, code="factors.bad-cell", column=column)
        return int(text) if text else None


def read_map(data: bytes, *, name: str = "map.csv") -> tuple[FactorRow, ...]:
    """The rows of a factor map: our own table, or a map file in any other format that is known.

    Other formats have no penalties for data quality, so that only what they call exact is taken from them.

    Raises:
        NotAFactorMap: a column or cell is wrong, a proxy has no penalty, or a row stands twice.
        InputError: it is no such file.
    """
    other = detect(data)
    rows = _each(_table(data, MAP_COLUMNS, name), _row) if not other else _of_another(data, other, name)
    seen: dict[tuple[object, ...], FactorRow] = {}
    doubles = []
    for row in rows:
        key = (row.source, row.year, row.line, row.target.list, row.target.version, row.target.id)
        if key in seen:
            doubles.append(
                NotAFactorMap(
                    row.source.id or row.line, path=row.at, code="factors.twice", first=seen[key].at
                )
            )
        seen.setdefault(key, row)
    raise_all(doubles)
    return rows


def read_values(data: bytes, *, name: str = "values.csv") -> dict[tuple[str, str, str], Dataset]:
    """The values of datasets by database, version and id.

    Raises:
        NotAFactorMap: a column or cell is wrong, or a dataset has two values.
        InputError: it is no CSV.
    """
    found: dict[tuple[str, str, str], Dataset] = {}
    doubles = []
    for key, dataset in _each(_table(data, VALUE_COLUMNS, name), _dataset):
        if key in found:
            error = NotAFactorMap(key[2], path=dataset.at, code="factors.twice", first=found[key].at)
            doubles.append(error)
        found.setdefault(key, dataset)
    raise_all(doubles)
    return found


def _of_another(data: bytes, format_: str, name: str) -> tuple[FactorRow, ...]:
    """The rows of a GLAD, randonneur, openLCA or SSSOM file between datasets."""
    found: list[FactorRow] = []
    errors: list[GatewayError] = []
    for number, row in enumerate(read_other(data, format=format_).map.rows, 1):
        at = f"{name} row {number}"
        if row.predicate is Predicate.NONE or is_suggestion(row):
            continue
        if row.predicate is not Predicate.EXACT or row.share is not None:
            saw = row.target.name or row.target.id
            errors.append(
                NotAFactorMap(saw, path=at, code="factors.inexact-row", relation=row.predicate.value)
            )
            continue
        for end, side in ((row.source, "source"), (row.target, "target")):
            for value, column in ((end.list, "database"), (end.id, "id")):
                if not value:
                    errors.append(
                        NotAFactorMap(path=at, code="factors.empty-cell", column=f"{side}_{column}")
                    )
        found.append(_exact_row(row, at))
    raise_all(errors)
    return tuple(found)


def _exact_row(row: MapRow, at: str) -> FactorRow:
    same = row.source.list == row.target.list and row.source.id == row.target.id
    day = row.date.isoformat() if row.date else ""
    return FactorRow(
        replace(row.source, name=row.source.name, unit=_unit(row.source.unit), context=(), synonyms=()),
        replace(row.target, unit=_unit(row.target.unit), context=(), synonyms=()),
        Relation.SAME_DATASET_OTHER_VERSION if same else Relation.EQUIVALENT,
        Rating(*[Decimal(0)] * 4),
        factor=_stated(row, at),
        basis=row.factor_basis,
        reason=row.comment,
        author=row.reviewer or row.author,
        date=day,
        at=at,
    )


def _stated(row: MapRow, at: str) -> Decimal | None:
    """A factor between units of another kind; between units of one kind the units say it themselves."""
    if row.factor in (None, 1) or not row.source.unit or row.source.unit == row.target.unit:
        return None
    if not isinstance(row.factor, Decimal) or row.factor <= 0:
        raise NotAFactorMap(str(row.factor), path=at, code="factors.bad-cell", column="factor")
    return row.factor


def _table(data: bytes, columns: Mapping[str, bool], name: str) -> Iterator[_Cells]:
    rows = read_csv(data)
    heads = [cell.strip().casefold() for cell in rows[0].cells] if rows else []
    missing = [column for column, needed in columns.items() if needed and column not in heads]
    if missing:
        raise NotAFactorMap(", ".join(heads), path=name, code="factors.no-column", column=", ".join(missing))
    odd = [head for head in heads if head not in columns or heads.count(head) > 1]
    if odd:
        known = ", ".join(columns)
        raise NotAFactorMap(", ".join(odd), path=name, code="factors.unknown-column", known=known)
    for row in rows[1:]:
        cells = (unescape_cell(cell).strip() for cell in row.cells)
        yield _Cells(f"{name} line {row.line}", dict(zip(heads, cells, strict=True)))


def _each(rows: Iterator[_Cells], made: Callable[[_Cells], T]) -> tuple[T, ...]:
    """Every row, or all that is wrong with any of them."""
    found: list[T] = []
    errors: list[GatewayError] = []
    for cells in rows:
        try:
            found.append(made(cells))
        except GatewayError as error:
            error.path = error.path or cells.at
            errors.append(error)
    raise_all(errors)
    return tuple(found)


def _row(cells: _Cells) -> FactorRow:
    try:
        relation = Relation(cells.need("relation"))
    except ValueError as error:
        known = ", ".join(Relation)
        saw = cells["relation"]
        raise NotAFactorMap(saw, path=cells.at, code="factors.unknown-relation", known=known) from error
    penalty = Rating(*(cells.number(column) for column in ("ter", "ger", "tir", "p")))
    for column in _WORSE_IN.get(relation, ()):
        if cells.number(column) <= 0:
            params = {"relation": relation.value, "column": column}
            raise NotAFactorMap(cells[column], path=cells.at, code="factors.proxy-without-penalty", **params)
    if not cells["line"]:  # a line of one declaration needs no other identity
        cells.need("source_database")
        cells.need("source_id")
    return FactorRow(
        End(
            cells["source_database"],
            cells["source_version"],
            cells["source_id"],
            cells["source_name"],
            unit=_unit(cells["source_unit"]),
            location=cells["source_region"],
        ),
        End(
            cells.need("target_database"),
            cells["target_version"],
            cells.need("target_id"),
            cells["target_name"],
            unit=_unit(cells["target_unit"]),
        ),
        relation,
        penalty,
        cells.year("source_year"),
        _kind(cells, "source_kind"),
        cells["line"],
        _factor(cells),
        cells["factor_basis"],
        cells["reason"],
        cells["author"],
        cells["date"],
        cells.at,
    )


def _factor(cells: _Cells) -> Decimal | None:
    """The target units in one source unit; both units and what it rests on are told, or it says nothing."""
    if not cells["factor"]:
        return None
    for column in ("source_unit", "target_unit", "factor_basis"):
        cells.need(column)
    factor = cells.number("factor")
    if factor <= 0:
        raise NotAFactorMap(factor, path=cells.at, code="factors.bad-cell", column="factor")
    return factor


def _dataset(cells: _Cells) -> tuple[tuple[str, str, str], Dataset]:
    kind = _kind(cells, "kind") or cells.need("kind")
    database, version, name = cells.need("database"), cells["version"], cells.need("id")
    factor = EmissionFactor(
        value=Quantity(parse_decimal(cells.need("value")), parse_unit(cells.need("unit")).code),
        kind=kind,
        id=name,
        name=cells["name"] or None,
        database=database,
        version=version or None,
        year=cells.year("year"),
        region=cells["region"] or None,
        boundary=cells["boundary"] or None,
        gwp_set=cells["gwp_set"] or None,
    )
    return (database, version, name), Dataset(factor, cells["licence"], cells.at)


def _kind(cells: _Cells, column: str) -> str:
    kind = cells[column]
    if kind and kind not in KINDS:
        raise NotAFactorMap(
            kind, path=cells.at, code="factors.unknown-kind", column=column, known=", ".join(KINDS)
        )
    return kind


def _unit(text: str) -> str:
    return parse_unit(text).code if text else ""
