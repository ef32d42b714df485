"""Map the factor of an activity line to a dataset of another database: by id, with relation and penalty.

The map holds ids; the values come from the user's own copy of the target database. What does not fit in
identity, unit or kind keeps its declared factor, and says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from gateway.errors import GatewayError
from gateway.model.activity import EmissionFactor, Line
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E
from gateway.model.walk import escape, keyed
from gateway.nomenclature import cpcd
from gateway.nomenclature.magnitude import unusual
from gateway.nomenclature.row import End
from gateway.quantity import Quantity, convert, multiply
from gateway.report import Finding, Severity

# Beyond this a value is another product or another unit, whatever the relation says.
_FAR: Final = 10


class Relation(StrEnum):
    """How the target dataset relates to the declared one."""

    SAME_DATASET_OTHER_VERSION = "same_dataset_other_version"
    EQUIVALENT = "equivalent"
    PROXY_TECHNOLOGY = "proxy_technology"
    PROXY_GEOGRAPHY = "proxy_geography"
    PROXY_BOTH = "proxy_both"
    AGGREGATE_SUPERSET = "aggregate_superset"


class Kept(StrEnum):
    """Why a line keeps its declared factor."""

    NO_ROW = "no-row"
    NO_IDENTITY = "no-identity"  # no database and id, so only a row for this very line can be about it
    CANDIDATES = "several-candidates"
    NO_VALUE = "no-value"
    NO_AMOUNT = "no-amount"
    UNIT = "unit-does-not-fit"
    KIND = "kind-differs"
    KIND_NOT_TOLD = "kind-not-told"
    NOT_A_FOOTPRINT = "not-a-footprint"  # CO2 at generation, offered as life-cycle


@dataclass(frozen=True, slots=True)
class Rating:
    """Data quality by component: technology, geography, time, precision; 1 is best. Or a change of it."""

    ter: Decimal
    ger: Decimal
    tir: Decimal
    p: Decimal

    @property
    def dqr(self) -> Fraction:
        """The mean of the four (PEF method)."""
        return Fraction(self.ter + self.ger + self.tir + self.p) / 4

    def worsened(self, by: Rating) -> Rating:
        """Each component with its penalty, within 1 and 5."""
        pairs = ((self.ter, by.ter), (self.ger, by.ger), (self.tir, by.tir), (self.p, by.p))
        return Rating(*(min(max(own + more, Decimal(1)), Decimal(5)) for own, more in pairs))


@dataclass(frozen=True, slots=True)
class FactorRow:
    """One row of a factor map. What ``source`` and ``line`` leave empty is not asked; one of them is told.

    ``factor`` is target units per source unit, where they are of another kind; ``basis`` is what it rests
    on (a heating value, a density, with its source). ``kind`` is what the mapper knows the declared factor
    to be where the declaration does not say it.
    """

    source: End
    target: End
    relation: Relation
    penalty: Rating
    year: int | None = None
    kind: str = ""
    line: str = ""
    factor: Decimal | None = None
    basis: str = ""
    reason: str = ""
    author: str = ""
    date: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A value that the user supplies for a dataset, with the licence under which they have it."""

    factor: EmissionFactor
    licence: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one line: the factor that stands in, or why none does. ``rows`` speak of the line."""

    path: str
    line: Line
    rows: tuple[FactorRow, ...] = ()
    factor: EmissionFactor | None = None
    kept: Kept | None = None
    licence: str = ""
    before: Rating | None = None
    after: Rating | None = None
    cpcd: cpcd.CpcdId | None = None
    findings: tuple[Finding, ...] = field(default=())

    @property
    def row(self) -> FactorRow | None:
        """The row that speaks of the line, if it is one."""
        return self.rows[0] if len(self.rows) == 1 else None


def decide(
    declaration: Declaration,
    rows: Sequence[FactorRow],
    values: Mapping[tuple[str, str, str], Dataset],
) -> tuple[Decision, ...]:
    """What becomes of every line, in their order. ``values`` are by database, version and id."""
    found = []
    for key, line in keyed(declaration.lines):
        assert isinstance(line, Line)
        found.append(_decide(f"/lines/{escape(key)}", line, rows, values))
    return tuple(found)


def _decide(
    path: str, line: Line, rows: Sequence[FactorRow], values: Mapping[tuple[str, str, str], Dataset]
) -> Decision:
    mine = tuple(row for row in rows if _speaks_of(row, line))
    decoded = cpcd.decode(line.factor.id) if isinstance(line.factor.id, str) else None
    findings = list(_doubts(path, line, decoded))

    def kept(why: Kept) -> Decision:
        return Decision(path, line, mine, kept=why, cpcd=decoded, findings=tuple(findings))

    if not mine:
        told = isinstance(line.factor.database, str) and isinstance(line.factor.id, str)
        return kept(Kept.NO_ROW if told else Kept.NO_IDENTITY)
    if len(mine) > 1:
        return kept(Kept.CANDIDATES)
    (row,) = mine
    dataset = values.get((row.target.list, row.target.version, row.target.id))
    if dataset is None:
        return kept(Kept.NO_VALUE)
    factor = _converted(dataset.factor, row)
    why = _misfit(line, row, factor)
    if why is not None:
        return kept(why)
    findings.extend(_target_doubts(path, line, row, factor, decoded))
    before = _rating(line)
    after = before.worsened(row.penalty) if before is not None else None
    return Decision(path, line, mine, factor, None, dataset.licence, before, after, decoded, tuple(findings))


def _speaks_of(row: FactorRow, line: Line) -> bool:
    """Whether everything that the row asks for is what the line says, to the letter."""
    factor, source = line.factor, row.source
    told = (
        (source.list, factor.database),
        (source.id, factor.id),
        (source.version, factor.version),
        (source.location, factor.region),
        (row.line, line.id),
    )
    if any(wanted and wanted != own for wanted, own in told):
        return False
    if row.year is not None and row.year != factor.year:
        return False
    return not source.unit or _unit(line) == source.unit


def _unit(line: Line) -> str:
    return line.amount_per_unit.unit if isinstance(line.amount_per_unit, Quantity) else ""


def _converted(factor: EmissionFactor, row: FactorRow) -> EmissionFactor:
    """The value per unit of the line: times the target units in one source unit, where the row says them."""
    value = factor.value
    if row.factor is None or not isinstance(value, Quantity):
        return factor
    by = Quantity(row.factor, f"({row.target.unit})/({row.source.unit})")
    return factor.model_copy(update={"value": multiply(value, by)})


def _misfit(line: Line, row: FactorRow, factor: EmissionFactor) -> Kept | None:
    """Why the factor cannot stand in for the line's own: units and kinds are never bridged silently."""
    amount, value = line.amount_per_unit, factor.value
    if not isinstance(amount, Quantity):
        return Kept.NO_AMOUNT
    assert isinstance(value, Quantity)
    try:
        convert(multiply(amount, _as_co2e(value)), KG_CO2E)
    except GatewayError:
        return Kept.UNIT
    own = line.factor.kind if isinstance(line.factor.kind, str) and line.factor.kind else row.kind
    if not own:
        return Kept.KIND_NOT_TOLD
    if "{CO2}" in value.unit and factor.kind != "direct_co2":
        return Kept.NOT_A_FOOTPRINT
    return None if own == factor.kind else Kept.KIND


def _as_co2e(value: Quantity) -> Quantity:
    return Quantity(value.amount, value.unit.replace("{CO2}", "{CO2eq}"))


def _rating(line: Line) -> Rating | None:
    quality = line.quality
    parts = []
    for part in (quality.ter, quality.ger, quality.tir, quality.p):
        if not isinstance(part, Quantity) or not isinstance(part.amount, Decimal):
            return None
        parts.append(part.amount)
    return Rating(*parts)


def _doubts(path: str, line: Line, decoded: cpcd.CpcdId | None) -> Iterator[Finding]:
    """What is odd about the declared factor: an id that is none, another year, an unusual size."""
    factor = line.factor
    if factor.database == "CPCD" and isinstance(factor.id, str) and decoded is None:
        at, params = f"{path}/factor/id", {"line": line.id}
        yield Finding("factors.no-cpcd-id", at, factor.id, Severity.WARNING, params=params)
    if decoded is not None and isinstance(factor.year, int) and factor.year != decoded.year:
        params = {"line": line.id, "year": str(factor.year), "own": str(decoded.year)}
        at, saw = f"{path}/factor/year", str(factor.year)
        yield Finding("factors.other-year", at, saw, Severity.WARNING, params=params)
    if isinstance(factor.value, Quantity):
        yield from _size(path, line, factor.value, decoded.cpc if decoded else "", str(factor.id or "-"))


def _size(path: str, line: Line, value: Quantity, cpc: str, name: str) -> Iterator[Finding]:
    usual = unusual(value, cpc)
    if usual is not None:
        params = {
            "line": line.id,
            "dataset": name,
            "low": str(usual.low),
            "high": str(usual.high),
            "unit": usual.unit,
            "what_zh": usual.what["zh"],
            "what_en": usual.what["en"],
        }
        at = f"{path}/factor/value"
        yield Finding("factors.unusual-size", at, str(value), Severity.WARNING, params=params)


def _target_doubts(
    path: str, line: Line, row: FactorRow, factor: EmissionFactor, decoded: cpcd.CpcdId | None
) -> Iterator[Finding]:
    """What is odd about the factor that stands in: its size, its distance, a relation that says too much."""
    new, old = factor.value, line.factor.value
    assert isinstance(new, Quantity)
    yield from _size(path, line, new, decoded.cpc if decoded else "", row.target.id)
    if isinstance(old, Quantity) and old.amount and new.amount:
        try:
            ratio = Fraction(convert(_as_co2e(new), _as_co2e(old).unit).amount) / Fraction(old.amount)
        except GatewayError:
            ratio = Fraction(1)
        if not Fraction(1, _FAR) <= ratio <= _FAR:
            params = {"line": line.id, "declared": str(old), "dataset": row.target.id}
            at = f"{path}/factor/value"
            yield Finding("factors.far-from-declared", at, str(new), Severity.WARNING, params=params)
    region, own = factor.region, line.factor.region
    same = row.relation in (Relation.SAME_DATASET_OTHER_VERSION, Relation.EQUIVALENT)
    if same and isinstance(region, str) and isinstance(own, str) and region != own:
        params = {"line": line.id, "own": own, "region": region, "relation": row.relation.value}
        at = f"{path}/factor/region"
        yield Finding("factors.other-region", at, region, Severity.WARNING, params=params)
