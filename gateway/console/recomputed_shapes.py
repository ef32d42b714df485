"""The shapes of what ``whatif``, ``factors`` and ``translate`` answer under ``--json``."""

from __future__ import annotations

from typing import Literal

from gateway.model.results import Per
from gateway.nomenclature.factors import Kept, Relation
from gateway.nomenclature.row import Abstained, Predicate, Tier
from gateway.pipeline.explain import Kind
from gateway.pipeline.shapes import Both, Counts, Number, Problem, Shape
from gateway.recognition.scenario import Lever


class Operand(Shape):
    """A value and what it stands on."""

    path: str = ""
    kind: Kind
    value: str = ""
    exact: str = ""
    written: str = ""
    formula: str = ""
    at: str = ""
    text: str = ""
    label: Both | None = None
    proven: bool
    differs: bool = False
    operands: list[Operand] | None = None


class Basis(Shape):
    """What the recomputed figures rest on. ``energy``: the kWh that they are over."""

    per: Per
    energy: Number | None = None
    boundary: str = ""
    gwp_set: str = ""
    method_profile: str = ""
    legal_status: str = ""
    recycling_model: str = ""
    electricity_approach: str = ""


class Stage(Shape):
    """A stage of the recomputed set, kg CO2e."""

    stage: str
    kg: Number


class Recomputed(Shape):
    """The recomputed result set beside the declared set ``derivedFrom``, kg CO2e."""

    id: str
    role: Literal["recomputed"]
    derived_from: str
    basis: Basis
    kg: Number
    stages: list[Stage]


class Compared(Shape):
    """A total before and after on one kind of denominator, kg CO2e; ``by`` lever adds up to ``delta``.

    The extents are the kWh or kg that the totals are over; 1: the declared result's own.
    """

    per: Per
    before: Number
    after: Number
    delta: Number
    by: dict[Lever, Number]
    before_extent: Number
    after_extent: Number
    before_profile: str = ""
    after_profile: str = ""


class ChangedLine(Shape):
    """An activity line before and after, kg CO2e at the declared denominator."""

    id: str
    path: str
    name: Both
    amount: str = ""
    factor: str = ""
    new_factor: str = ""
    before: Number
    after: Number
    delta: Number
    by: dict[Lever, Number]


class Bounds(Shape):
    """Between which kg CO2e the declared total lies in another GWP set.

    ``common``: if what is told without its gases is CO2, CH4 and N2O; ``anyGas``: any gas of both sets.
    """

    declared: str
    wanted: str
    bare: Number
    common: list[Number]
    any_gas: list[Number]


class Whatif(Shape):
    """``hutong whatif``.

    ``unchanged`` compares at the declared denominator, ``over`` at the asked one where it is another.
    ``remainder`` is what the declared total holds beyond its lines: it is kept.
    """

    file: str
    format: Literal["hutong-whatif@1"]
    set: Recomputed
    unchanged: Compared
    over: Compared | None = None
    lines: list[ChangedLine]
    remainder: Number
    bounds: Bounds | None = None
    refused: list[Problem]
    findings: list[Problem]
    explanation: Operand | None = None


class MappedRow(Shape):
    """A row of the map that speaks of a line."""

    database: str
    version: str
    id: str
    relation: Relation
    reason: str
    at: str


class Quality(Shape):
    """Data quality by component and their mean, 1 (best) to 5."""

    ter: Number
    ger: Number
    tir: Number
    p: Number
    dqr: Number


class Cpcd(Shape):
    """What an id of CPCD says: class of UN CPC 2.1, year of the data, grade."""

    cpc21: str
    year: int
    grade: Literal["literature", "product_literature", "core"]


class MappedLine(Shape):
    """A line in both accounts; ``kept``: why it keeps its factor. Outside the total there are no kg."""

    line: str
    name: Both
    amount: str = ""
    factor_declared: str = ""
    factor_target: str = ""
    declared_kg: Number | None = None
    recomputed_kg: Number | None = None
    delta_kg: Number | None = None
    delta_percent: Number | None = None
    kept: Kept | None = None
    rows: list[MappedRow] | None = None
    quality_before: Quality | None = None
    quality_after: Quality | None = None
    cpcd: Cpcd | None = None
    licence: str = ""


class NotSubstituted(Shape):
    """What stays at declared factors, with its share of the declared total (1: all)."""

    kg: Number
    share: Number


class Factors(Shape):
    """``hutong factors``: the declared and the recomputed account."""

    file: str
    format: Literal["hutong-factors@1"]
    set: Recomputed
    totals: Compared
    not_substituted: NotSubstituted
    remainder: Number
    counts: Counts
    lines: list[MappedLine]
    findings: list[Problem]


class Evidence(Shape):
    """One signal behind a row."""

    what: str
    value: str
    source: str


class FoundRow(Shape):
    """A flow of the target. Source amount × share × factor = target amount."""

    id: str
    name: str
    context: list[str]
    predicate: Predicate
    tier: Tier
    tier_text: Both
    share: Number
    factor: Number
    losses: list[str]
    evidence: list[Evidence]


class Named(Shape):
    """A name and what became of it: rows, the code ``there``, or why it stays. ``lostKg`` is kg CO2e."""

    path: str
    kind: Literal["flow", "place", "unit"]
    name: str = ""
    there: str = ""
    amount: str = ""
    abstained: Abstained | None = None
    reason: Both | None = None
    lost_kg: Number | None = None
    rows: list[FoundRow] | None = None
    times: int | None = None


class Translate(Shape):
    """``hutong translate``."""

    file: str
    format: Literal["hutong-translation@1"]
    target: str
    lost_kg: Number
    entries: list[Named]
    findings: list[Problem]
