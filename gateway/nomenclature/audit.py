"""What is wrong or doubtful in a map: CAS numbers, units, carbon classes, factors, doubles, lost GWP.

The rows stay as they are; every finding names its row and both ends. What could not be checked is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from gateway import resources
from gateway.nomenclature import gases
from gateway.nomenclature.audit_tables import NO_FACTORS, Factors, Flows, no_flows
from gateway.nomenclature.audit_units import unit_findings
from gateway.nomenclature.compartments import family
from gateway.nomenclature.names import cas_number, exact
from gateway.nomenclature.query import medium
from gateway.nomenclature.row import Abstained, End, MapRow, MapSet, Predicate, is_suggestion
from gateway.quantity.exact import show
from gateway.report import Finding, Severity

FactorClass: TypeAlias = Literal["equal", "differ", "lost", "gained", "zero"]
# EF 3.1 and AR6 agree on every gas that both have; biogenic CO2 is 0 in the first.
_METHOD: Final = "EF3.1"
_CO2: Final = "CO2"
_TIGHT: Final = Fraction(1, 10**6)
_CHECKS: Final = ("cas", "unit", "gwp", "carbon-class")
# An oxidation state or the word ion, where a name ends or a bracket does.
_STATE: Final = re.compile(r"[ ,(]*\b(?:iii|ii|iv|vi|v|i|ions?)\b\)?")


@dataclass(frozen=True, slots=True)
class Audit:
    """The findings over all rows, what was compared how often, and what could not be.

    ``factors`` counts rows by impact category and class; only categories that both lists have are there.
    """

    rows: int
    findings: tuple[Finding, ...]
    compared: Mapping[str, int]
    not_compared: Mapping[str, int]
    factors: Mapping[str, Mapping[FactorClass, int]] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that say that a row is wrong."""
        return tuple(one for one in self.findings if one.severity is Severity.ERROR)

    def counts(self) -> dict[str, int]:
        """How many findings of each code."""
        return dict(sorted(Counter(one.code for one in self.findings).items()))


@dataclass(slots=True)
class _Sums:
    compared: Counter[str]
    not_compared: Counter[str]
    factors: dict[str, Counter[FactorClass]]


def audit(
    mapped: MapSet,
    *,
    source_flows: Flows = no_flows,
    target_flows: Flows = no_flows,
    factors: Factors = NO_FACTORS,
) -> Audit:
    """Look at every row of a map.

    Args:
        source_flows, target_flows: what the lists say of a flow beside the map: CAS number, formula.
        factors: characterisation factors of both lists by flow and impact category.
    """
    rows = [
        replace(row, source=_with(row.source, source_flows), target=_with(row.target, target_flows))
        for row in mapped.rows
    ]
    sums = _Sums(Counter(dict.fromkeys(_CHECKS, 0)), Counter(dict.fromkeys(_CHECKS, 0)), {})
    categories = _shared_categories(rows, factors)
    found: list[Finding] = []
    for index, row in enumerate(rows):
        if row.predicate is Predicate.NONE or is_suggestion(row):
            continue
        found += _cas(index, row, sums)
        found += _unit(index, row, sums)
        found += _gas(index, row, sums)
        found += _factors(index, row, factors, categories, sums)
    found += _groups(rows)
    order = {severity: rank for rank, severity in enumerate(Severity)}
    found.sort(key=lambda one: (order[one.severity], one.code))
    told = {category: dict(sorted(counted.items())) for category, counted in sorted(sums.factors.items())}
    return Audit(len(rows), tuple(found), dict(sums.compared), dict(sums.not_compared), told)


def _with(end: End, flows: Flows) -> End:
    """The end with the CAS number, formula and name that its list has where the map has none."""
    known = flows(end.id) if end.id else None
    if known is None:
        return end
    return replace(
        end,
        name=end.name or known.name,
        cas=end.cas or known.cas,
        formula=end.formula or known.formula,
        unit=end.unit or known.unit,
        context=end.context or known.context,
        carbon_class=end.carbon_class or known.carbon_class,
    )


def _finding(
    code: str,
    index: int,
    row: MapRow,
    saw: str,
    severity: Severity = Severity.ERROR,
    params: Mapping[str, str] = MappingProxyType({}),
) -> Finding:
    ends = {side: end.name or end.id for side, end in (("source", row.source), ("target", row.target))}
    return Finding(code, f"row {index + 1}", saw, severity, params={**ends, **params})


def _cas(index: int, row: MapRow, sums: _Sums) -> Iterator[Finding]:
    for end in (row.source, row.target):
        if end.cas.strip() and not cas_number(end.cas):
            yield _finding(
                "audit.cas-check-digit", index, row, end.cas, Severity.WARNING, params={"name": end.name}
            )
    source, target = (end.cas.strip().lstrip("0") for end in (row.source, row.target))
    if not source or not target:
        sums.not_compared["cas"] += 1
        return
    sums.compared["cas"] += 1
    if source == target:
        return
    names = [exact(end.name) for end in (row.source, row.target)]
    saw = f"{row.source.cas} → {row.target.cas}"
    if names[0] == names[1]:
        yield _finding("audit.cas-conflict-same-name", index, row, saw, Severity.WARNING)
    elif _without_state(names[0]) == _without_state(names[1]):
        yield _finding("audit.cas-conflict-state", index, row, saw, Severity.WARNING)
    else:
        yield _finding("audit.cas-conflict", index, row, saw)


def _unit(index: int, row: MapRow, sums: _Sums) -> Iterator[Finding]:
    found = unit_findings(row)
    sums.compared["unit"] += found is not None
    sums.not_compared["unit"] += found is None
    for one in found or ():
        yield _finding(one.code, index, row, one.saw, one.severity, params=one.params)


def _gas(index: int, row: MapRow, sums: _Sums) -> Iterator[Finding]:
    """Gases that become another gas or class, and those that lose their GWP."""
    if row.share is not None:
        return  # a part of a blend is another gas
    source, target = gases.identify(row.source), gases.identify(row.target)
    if not isinstance(source, gases.Gas) and not isinstance(target, gases.Gas):
        return
    if isinstance(source, gases.Gas) and isinstance(target, gases.Gas):
        sums.compared["carbon-class"] += 1
        if source.substance != target.substance:
            yield _finding("audit.gas-changed", index, row, f"{source} → {target}")
        elif source.carbon_class is not target.carbon_class:
            yield _finding("audit.carbon-class-changed", index, row, f"{source} → {target}")
    elif target is Abstained.CARBON_CLASS and isinstance(source, gases.Gas):
        yield _finding("audit.carbon-class-lost", index, row, str(source), Severity.WARNING)
    before, after = _potential(row.source, source), _potential(row.target, target)
    if before is None or after is None:
        sums.not_compared["gwp"] += 1
        return
    sums.compared["gwp"] += 1
    potentials = {"before": show(before), "after": show(after)}
    if before and not after:
        yield _finding("audit.gwp-lost", index, row, show(before), params=potentials)
    elif after and not before:
        yield _finding("audit.gwp-gained", index, row, show(after), Severity.WARNING, potentials)
    elif abs(abs(Fraction(before)) - abs(Fraction(after)) * _factor(row)) > abs(Fraction(before)) * _TIGHT:
        saw = f"{show(before)} → {show(after)}"
        yield _finding("audit.gwp-differs", index, row, saw, params=potentials)


def _potential(end: End, found: gases.Gas | Abstained) -> Decimal | None:
    """The GWP100 that an emission of this flow bears; 0 where its list has none, None if unknown."""
    if end.id.lower() in _ef31():
        return _ef31()[end.id.lower()]
    if family(end.list) == family(gases.EF31):
        return Decimal(0)  # every flow with a factor is in the table
    if isinstance(found, Abstained):
        # A name that no table of gases knows bears none.
        return Decimal(0) if found in (Abstained.NO_CANDIDATE, Abstained.DECIDED) else None
    where = medium(end.context)
    if where == "water" or (where in ("soil", "resource") and found.substance != _CO2):
        return Decimal(0)
    return gases.factor(found, _METHOD)


@cache
def _ef31() -> Mapping[str, Decimal]:
    """The climate change factor of each flow of the table of EF 3.1; 0 where the method gives none."""
    rows = resources.table("gases/ef31.csv")
    return {row["uuid"]: Decimal(row["climate_change"] or 0) for row in rows}


def _without_state(key: str) -> str:
    return _STATE.sub("", key).strip(" ,")


def _factor(row: MapRow) -> Fraction:
    return Fraction(1) if row.factor is None else Fraction(row.factor)


def _shared_categories(rows: Sequence[MapRow], factors: Factors) -> list[str]:
    """The impact categories of which both lists have factors."""
    sources = {category for row in rows for category in factors.of(row.source.id)}
    targets = {category for row in rows for category in factors.of(row.target.id)}
    return sorted(sources & targets)


def _factors(
    index: int, row: MapRow, factors: Factors, categories: Sequence[str], sums: _Sums
) -> Iterator[Finding]:
    before, after = factors.of(row.source.id), factors.of(row.target.id)
    for category in categories:
        pair = before.get(category), after.get(category)
        if pair == (None, None):
            continue
        kind = _class(pair[0], pair[1], _factor(row))
        sums.factors.setdefault(category, Counter())[kind] += 1
        if kind in ("equal", "zero"):
            continue
        shown = " → ".join("–" if value is None else show(value) for value in pair)
        severity = Severity.WARNING if kind == "gained" else Severity.ERROR
        yield _finding(f"audit.factor-{kind}", index, row, shown, severity, params={"category": category})


def _class(before: Decimal | None, after: Decimal | None, factor: Fraction) -> FactorClass:
    """How the factors of both ends relate: one source unit is ``factor`` target units."""
    if not before and not after:
        return "equal" if before is not None and after is not None else "zero"
    if not after:
        return "lost"
    if not before:
        return "gained"
    difference = abs(Fraction(before) - Fraction(after) * factor)
    return "equal" if difference <= abs(Fraction(before)) * _TIGHT else "differ"


def _key(end: End) -> tuple[object, ...]:
    return (end.list, end.id) if end.id else (end.list, end.name, end.context, end.unit)


def _groups(rows: Sequence[MapRow]) -> Iterator[Finding]:
    """Sources that stand in several rows."""
    found: dict[tuple[object, ...], list[int]] = {}
    for index, row in enumerate(rows):
        if row.source != End() and not is_suggestion(row):
            found.setdefault(_key(row.source), []).append(index)
    for group in found.values():
        if len(group) > 1:
            yield from _group(rows, group)


def _group(rows: Sequence[MapRow], group: Sequence[int]) -> Iterator[Finding]:
    targets: dict[tuple[object, ...], list[int]] = {}
    refusals = [index for index in group if rows[index].predicate is Predicate.NONE]
    for index in group:
        if index not in refusals:
            targets.setdefault(_key(rows[index].target), []).append(index)
    for same in targets.values():
        if len({_factor(rows[index]) for index in same}) > 1:
            saw = ", ".join(show(rows[index].factor or Decimal(1)) for index in same)
            yield _finding("audit.contradiction", same[1], rows[same[1]], saw)
        elif len(same) > 1:
            yield _finding("audit.duplicate", same[1], rows[same[1]], str(len(same)), Severity.WARNING)
    if refusals and targets:
        mapped = next(iter(targets.values()))[0]
        yield _finding("audit.contradiction", mapped, rows[mapped], rows[refusals[0]].predicate.value)
    firsts = [same[0] for same in targets.values()]
    shares = [rows[index].share for index in firsts]
    if len(targets) > 1 and None in shares:
        names = " | ".join(rows[index].target.name or rows[index].target.id for index in firsts)
        yield _finding("audit.one-to-many", firsts[1], rows[firsts[1]], names, Severity.WARNING)
    elif any(share is not None for share in shares):
        whole = sum((Fraction(share) for share in shares if share is not None), Fraction(0))
        if whole != 1:
            yield _finding("audit.shares", firsts[0], rows[firsts[0]], str(whole))
