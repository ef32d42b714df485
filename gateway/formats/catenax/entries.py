"""The footprint entries of two Catena-X passports: one for the total and one for each life-cycle stage.

``battery_pass`` states them per kWh delivered over the service life, ``digital_product_passport`` per
declared unit. No entry may be below zero; nothing is cut off to make it so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from gateway.codec import jsonwrite, passport
from gateway.codec.accounting import shown
from gateway.codec.lacks import Lacks, lack
from gateway.errors import GatewayError
from gateway.formats.catenax.model import Passport
from gateway.model.declaration import Declaration
from gateway.model.results import Carbon, Per, ResultRow, ResultSet, Role
from gateway.model.stages import EU_STAGES, is_credit, once
from gateway.model.walk import by_path, keyed
from gateway.quantity import Exact, Quantity, parse_unit, quotient, round_significant, same_number, total
from gateway.report import Note

DIGITS: Final = 15
# Values of so many digits, added up.
ROUNDING: Final = Fraction(1, 10**13)
STAGES: Final[Mapping[str, str]] = {
    "raw": "raw material acquisition and pre-processing",
    "inbound": "inbound transport",
    "upstream": "raw material acquisition and pre-processing",
    "production": "main product production",
    "core": "main product production",
    "distribution": "distribution",
    "use": "use",
    "eol": "end of life and recycling",
}
_BEYOND_GATE: Final = frozenset({"distribution", "use", "eol"})
WITHOUT_USE: Final = "cradle to grave without use stage"
BOUNDARIES: Final[Mapping[str, str]] = {"c2g": "cradle to gate", "c2gr": "cradle to grave"}
TOTAL: Final = "Climate Change Total"
# EN 15804 has the same three parts of the total.
TYPES: Final[Mapping[str, str]] = {
    "total": TOTAL,
    "fossil": "Climate Change Fossil",
    "biogenic": "Climate Change Biogenic Removals and Emissions",
    "luluc": "Climate Change Land Use and Land Use Change",
}
UNIT: Final = "kg CO2e / "
_UNIT: Final = re.compile(r"kg ?CO2(?:e|[ -]?eq\.?)? ?(?:/|per) ?(.+)", re.ASCII | re.IGNORECASE)
_NAMES: Final = {"{piece}": "piece", "kW.h": "kWh"}
_PACK: Final = "pack"


@dataclass(slots=True)
class Entries:
    """What is written of the footprint, what stands against it, and what became of its leaves."""

    items: list[dict[str, Any]] = field(default_factory=list)
    lacks: list[GatewayError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def add(self, lifecycle: str, kind: str, value: Decimal, unit: str) -> None:
        """One entry without its documents and its plant."""
        number = jsonwrite.number(value)
        self.items.append({"lifecycle": lifecycle, "value": number, "unit": unit, "type": TYPES[kind]})


def entries(declaration: Declaration, model: Passport, *, total_only: bool) -> Entries:
    """The entries of the one set that the model states, or what keeps it from being stated."""
    if model.result_set:
        return _delivered(declaration, model, total_only=total_only)
    return _declared(declaration, model, total_only=total_only)


def _delivered(declaration: Declaration, model: Passport, *, total_only: bool) -> Entries:
    """Per kWh delivered: the total without use, and the four stages of the regulation."""
    found, home = Entries(), f"/results/{model.result_set}"
    result = declaration.result_set(model.result_set)
    told = passport.lacks(declaration, result, target=model.target, home=home)
    aside = "passport.stages-do-not-add-up" if result is not None and _is_rounded(result) else ""
    found.lacks.extend(e for e in told if e.path != "/passport/study_link" and e.error_code != aside)
    if result is None or found.lacks:
        return found
    figures, unit = passport.Figures(home, by_path(declaration)), f"{UNIT}kWh"
    assert isinstance(result.carbon.total, Quantity)
    found.add(WITHOUT_USE, "total", figures.number(f"{home}/carbon/total", result.carbon.total.amount), unit)
    _refuse_below(found, model, result.carbon.total, WITHOUT_USE)
    for key, row in () if total_only else keyed(result.rows):
        assert isinstance(row, ResultRow)
        assert isinstance(row.carbon.total, Quantity)
        value = figures.number(f"{home}/rows/{key}/carbon/total", row.carbon.total.amount)
        found.add(STAGES[str(row.stage)], "total", value, unit)
        _refuse_below(found, model, row.carbon.total, str(row.stage))
    found.notes.extend(figures.notes)
    source = declaration.result_set(result.derived_from or "")
    if source is not None and not total_only:
        found.notes.extend(passport.sources(source, result))
    return found


def _is_rounded(result: ResultSet) -> bool:
    """Whether a total differs from its stages by their 15 digits alone, as in an output read again."""
    stated = result.carbon.total
    parts = [row.carbon.total.amount for row in result.rows if isinstance(row.carbon.total, Quantity)]
    if not isinstance(stated, Quantity) or not parts:
        return False
    added, whole = Fraction(total(parts)), Fraction(stated.amount)
    return abs(added - whole) <= ROUNDING * max(abs(added), abs(whole))


def _refuse_below(found: Entries, model: Passport, value: Quantity, stage: str) -> None:
    if value.amount < 0:
        told = {"stage": stage, "value": shown(value), "target": model.target}
        found.lacks.append(Lacks("", path="/results", code="passport-entry.below-zero", **told))


def _declared(declaration: Declaration, model: Passport, *, total_only: bool) -> Entries:
    """Per declared unit or per pack: the total and every stage that has a word, as they are declared."""
    found = Entries()
    chosen = _chosen(declaration)
    if chosen is None:
        found.lacks.append(
            Lacks("", path="/results", code="passport-entry.no-single-set", target=model.target)
        )
        return found
    result, amount, name = chosen
    home, stated = f"/results/{result.id}", result.carbon.total
    boundary = BOUNDARIES.get(str(result.basis.boundary or declaration.boundary.type or ""))
    if boundary is None:
        found.lacks.append(lack(model.target, "/boundary/type"))
    if not isinstance(stated, Quantity):
        found.lacks.append(lack(model.target, f"{home}/carbon/total"))
        return found
    rows = [] if total_only else _rows(result)
    if boundary == BOUNDARIES["c2g"] and not _make(rows, stated):
        # What is told beside a total up to the gate is no part of it.
        inside = [row for row in rows if row.stage not in _BEYOND_GATE]
        rows = inside if not inside or _make(inside, stated) else rows
    _add_up(found, model, rows, stated, home)
    listed: list[tuple[str, str | None, Carbon]] = [(boundary or "", None, result.carbon)]
    listed += [(STAGES[str(row.stage)], str(row.stage), row.carbon) for row in rows if row.stage in STAGES]
    for lifecycle, stage, carbon in listed:
        _classes(found, model, lifecycle, stage, carbon, amount, f"{UNIT}{name}")
    return found


def _classes(
    found: Entries,
    model: Passport,
    lifecycle: str,
    stage: str | None,
    carbon: Carbon,
    amount: Exact,
    unit: str,
) -> None:
    """The total of one stage, and its parts; a part below zero is left out, a total is refused."""
    for kind in TYPES:
        value = getattr(carbon, kind)
        if not isinstance(value, Quantity):
            continue
        if kind == "total":
            _refuse_below(found, model, value, stage or lifecycle)
        elif value.amount < 0:
            continue
        found.add(lifecycle, kind, round_significant(quotient(value.amount, amount), DIGITS), unit)


def _rows(result: ResultSet) -> list[ResultRow]:
    rows = [(key, row) for key, row in keyed(result.rows) if isinstance(row, ResultRow)]
    taken = once([(k, r) for k, r in rows if r.scenario is None or r.scenario == result.scenario]) or []
    return [r for _, r in taken if isinstance(r.carbon.total, Quantity) and not is_credit(r.stage, r.module)]


def _make(rows: Sequence[ResultRow], stated: Quantity) -> bool:
    """Whether the rows add up to the total."""
    amounts = [row.carbon.total.amount for row in rows if isinstance(row.carbon.total, Quantity)]
    return same_number(total(amounts), stated.amount)


def _add_up(found: Entries, model: Passport, rows: Sequence[ResultRow], stated: Quantity, home: str) -> None:
    """Everything that is declared of the total is written, or left out with its kg."""
    amounts = [row.carbon.total.amount for row in rows if isinstance(row.carbon.total, Quantity)]
    whole = total(amounts)
    if amounts and not same_number(whole, stated.amount):
        facts = {
            "stated": shown(stated),
            "sum": str(round_significant(whole, DIGITS)),
            "target": model.target,
        }
        path = f"{home}/carbon/total"
        found.lacks.append(Lacks("", path=path, code="passport-entry.not-the-sum", **facts))


def _chosen(declaration: Declaration) -> tuple[ResultSet, Exact, str] | None:
    """The one declared set per declared unit, else the one per pack, with what it is divided by.

    A kWh of a battery is no unit: of which energy it is, nobody says.
    """
    amount = declaration.unit.amount
    is_energy = isinstance(amount, Quantity) and amount.unit == "kW.h" and declaration.battery is not None
    for per in (Per.DECLARED_UNIT, Per.PACK):
        fits = [
            r
            for r in declaration.results
            if r.role is Role.DECLARED
            and r.basis.denominator.per is per
            and isinstance(r.carbon.total, Quantity)
        ]
        if is_energy and per is Per.DECLARED_UNIT:
            continue
        if len(fits) > 1:
            return None
        if fits and per is Per.PACK:
            return fits[0], Decimal(1), _PACK
        if fits and isinstance(amount, Quantity) and amount.amount > 0:
            return fits[0], amount.amount, _NAMES.get(amount.unit, amount.unit)
    return None


def per_of(text: object, model: Passport) -> tuple[Per, str] | None:
    """What an entry's unit says that its value is per, with the unit; None: it says nothing that is known.

    A kWh of ``battery_pass`` is one that is delivered, as its model says; any other says not of what.
    """
    found = _UNIT.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        return None
    name = found[1].strip()
    if model.result_set:
        return (Per.KWH_DELIVERED, "") if name.casefold() == "kwh" else None
    if name == _PACK:
        return Per.PACK, ""
    if name.casefold() == "kwh":
        return Per.KWH_UNSTATED, ""
    try:
        return Per.DECLARED_UNIT, parse_unit(name).code
    except GatewayError:
        return None


def stage_of(lifecycle: object) -> str | None:
    """The stage behind a life-cycle word; the first of several that share one."""
    return next((stage for stage, word in STAGES.items() if word == lifecycle), None)


def left_empty(declaration: Declaration, model: Passport) -> Iterator[Note]:
    """The values that were ready and are not shown: no preview was asked for."""
    result = declaration.result_set(model.result_set)
    if result is not None:
        yield from passport.left_empty(declaration, result, f"/results/{model.result_set}")


def four_stages() -> tuple[str, ...]:
    """The words of the stages of the regulation."""
    return tuple(STAGES[stage] for stage in EU_STAGES)
