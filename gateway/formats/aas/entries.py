"""The entries of a 02023 submodel: every declared set by life-cycle phase, each amount once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.codec.lacks import lack
from gateway.codec.passport import DIGITS
from gateway.codec.run import shown
from gateway.errors import GatewayError
from gateway.formats.aas.terms import FOOTPRINT, Value, by_ours, phase_of, values
from gateway.model.base import LangText
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E, Per, ResultRow, ResultSet, Role
from gateway.model.stages import once
from gateway.model.walk import keyed
from gateway.quantity import Exact, Quantity, convert, parse_unit, round_significant, same_number, show, total
from gateway.report import Fate, Note

# What a set is per, where that says it: a value of the unit list, once.
_PER = {
    Per.PACK: "{piece}",
    Per.KG: "kg",
    Per.KWH_RATED: "kW.h",
    Per.KWH_USABLE: "kW.h",
    Per.KWH_DELIVERED: "kW.h",
}
_PER_TEXTS = {
    Per.PACK: {"en": "per battery pack", "zh": "每个电池包"},
    Per.KG: {"en": "per kg of product", "zh": "每 kg 产品"},
    Per.KWH_RATED: {"en": "per kWh of rated capacity", "zh": "每 kWh 额定容量"},
    Per.KWH_USABLE: {"en": "per kWh of usable capacity", "zh": "每 kWh 可用容量"},
    Per.KWH_DELIVERED: {"en": "per kWh delivered over the service life", "zh": "全寿命输出的每 kWh"},
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One footprint of one phase; ``text`` says of what and per what."""

    phase: Value
    amount: Decimal
    unit: str
    quantity: Decimal
    text: dict[str, str]


@dataclass(slots=True)
class Entries:
    """All entries, with where each row stands among them and what became of the rows' amounts."""

    entries: list[Entry] = field(default_factory=list)
    # (index of the set, index of the row) → index of the entry that is this row alone
    rows: dict[tuple[int, int], int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    claims: set[str] = field(default_factory=set)
    lacks: list[GatewayError] = field(default_factory=list)


def declared(declaration: Declaration) -> Declaration:
    """The declaration with its declared sets alone: 02023 holds nothing that was restated."""
    sets = tuple(result for result in declaration.results if result.role is Role.DECLARED)
    return declaration.model_copy(update={"results": sets})


def entries_of(declaration: Declaration) -> Entries:
    """The entries of the declared sets of ``declaration``, which has no others."""
    found = Entries()
    for index, result in enumerate(declaration.results):
        per = unit_of(declaration, result)
        phases = list(_phases(declaration, result, found))
        if per is not None:
            for phase, rows in phases:
                _add(found, declaration, result, (index, phase, rows), per)
    if not found.entries and not found.lacks:
        found.lacks.extend(_nothing(declaration))
    return found


def _nothing(declaration: Declaration) -> Iterator[GatewayError]:
    """Why there is not one entry."""
    per_unit = [r for r in declaration.results if r.basis.denominator.per is Per.DECLARED_UNIT]
    amount = declaration.unit.amount
    if per_unit and (not isinstance(amount, Quantity) or amount.amount <= 0):
        yield lack(FOOTPRINT, "/unit/amount")
    elif per_unit and isinstance(amount, Quantity) and _listed(amount) is None:
        allowed = ", ".join(value.value for value in values("unit"))
        facts = {"unit": amount.unit, "allowed": allowed}
        yield lack(FOOTPRINT, "/unit/amount", code="aas.unit-without-counterpart", **facts)
    else:
        path = f"/results/{declaration.results[0].id}/rows/raw/stage" if declaration.results else "/results"
        yield lack(FOOTPRINT, path, code="aas.no-phase")


def unit_of(declaration: Declaration, result: ResultSet) -> tuple[str, Decimal] | None:
    """The unit and quantity that the figures of a set refer to; None where the list has none."""
    per, amount = result.basis.denominator.per, declaration.unit.amount
    if per is not Per.DECLARED_UNIT:
        found = by_ours("unit", _PER.get(per))
        return None if found is None else (found.value, Decimal(1))
    if not isinstance(amount, Quantity) or amount.amount <= 0:
        return None
    return _listed(amount)


def _listed(amount: Quantity) -> tuple[str, Decimal] | None:
    """The amount in a unit of the list: its own, else kg, L, m2 or kWh for others of the kind."""
    for code in (amount.unit, "kg", "L", "m2", "kW.h", "{piece}"):
        found = by_ours("unit", code)
        if found is not None and parse_unit(amount.unit).dimension == parse_unit(code).dimension:
            return found.value, round_significant(convert(amount, code).amount, DIGITS)
    return None


def _phases(
    declaration: Declaration, result: ResultSet, found: Entries
) -> Iterator[tuple[Value, list[tuple[int, str, ResultRow]]]]:
    """The rows of each phase; a total up to the gate is one phase by itself."""
    rows = [(key, row) for key, row in keyed(result.rows) if isinstance(row, ResultRow)]
    if not rows:
        boundary = result.basis.boundary or declaration.boundary.type
        gate = next(value for value in values("phase") if value.value == "A1-A3")
        if boundary == "c2g" and isinstance(result.carbon.total, Quantity):
            yield gate, []
        return
    index = {key: position for position, (key, _) in enumerate(rows)}
    countable = once([(k, r) for k, r in rows if r.scenario is None or r.scenario == result.scenario])
    by_phase: dict[Value, list[tuple[int, str, ResultRow]]] = {}
    for key, row in countable or ():
        phase = phase_of(row.stage, row.module)
        if phase is not None:
            by_phase.setdefault(phase, []).append((index[key], key, row))
    if countable is None or _overlap(list(by_phase)):
        path = f"/results/{result.id}/rows"
        found.lacks.append(lack(FOOTPRINT, path, code="restate.modules-overlap"))
        return
    for phase, parts in by_phase.items():
        if all(isinstance(row.carbon.total, Quantity) for _, _, row in parts):
            yield phase, parts


def _overlap(phases: list[Value]) -> bool:
    return len(frozenset().union(*(p.modules for p in phases))) < sum(len(p.modules) for p in phases)


def _add(
    found: Entries,
    declaration: Declaration,
    result: ResultSet,
    told: tuple[int, Value, list[tuple[int, str, ResultRow]]],
    per: tuple[str, Decimal],
) -> None:
    """One entry, unless another set says the same; what says otherwise is a lack."""
    position, phase, rows = told
    told_amounts = [row.carbon.total for _, _, row in rows] if rows else [result.carbon.total]
    amounts = [convert(one, KG_CO2E).amount for one in told_amounts if isinstance(one, Quantity)]
    amount = _exact(total(amounts))
    twin = _twin(found, phase, per)
    if twin is None:
        found.entries.append(Entry(phase, amount, *per, _text(declaration, result, phase, rows)))
        twin = len(found.entries) - 1
    elif not same_number(found.entries[twin].amount, amount):
        facts = {"phase": phase.value, "one": show(found.entries[twin].amount), "other": show(amount)}
        path = f"/results/{result.id}/carbon/total"
        found.lacks.append(lack(FOOTPRINT, path, code="aas.entries-differ", **facts))
        return
    for index, key, row in rows:
        path = f"/results/{result.id}/rows/{key}/carbon/total"
        _account(found, path, row.carbon.total, amount, alone=len(rows) == 1)
        if len(rows) == 1:
            found.rows[position, index] = twin


def _twin(found: Entries, phase: Value, per: tuple[str, Decimal]) -> int | None:
    """The entry of the same phase per the same quantity, from another set."""
    same = (i for i, e in enumerate(found.entries) if e.phase == phase and (e.unit, e.quantity) == per)
    return next(same, None)


def _account(found: Entries, path: str, before: object, after: Decimal, *, alone: bool) -> None:
    assert isinstance(before, Quantity)
    written = str(Quantity(after, KG_CO2E))
    if not alone:
        found.notes.append(Note("aas.one-entry-per-phase", path, Fate.AGGREGATED, "", written))
    elif before == Quantity(after, KG_CO2E):
        found.claims.add(path)
    elif before.unit == KG_CO2E:
        found.notes.append(Note("passport.rounded", path, Fate.ROUNDED, shown(before), written))
    else:
        found.notes.append(Note("aas.converted-unit", path, Fate.CONVERTED, shown(before), written))


def _exact(value: Exact) -> Decimal:
    return value if isinstance(value, Decimal) else round_significant(value, DIGITS)


def _text(
    declaration: Declaration,
    result: ResultSet,
    phase: Value,
    rows: list[tuple[int, str, ResultRow]],
) -> dict[str, str]:
    """What a reader of one entry must know, in English and Chinese."""
    unit = declaration.unit.text if isinstance(declaration.unit.text, LangText) else LangText({})
    per = result.basis.denominator.per
    found = {}
    for lang, link, stop in (("en", "; ", ", "), ("zh", "；", "、")):
        names = [r.name.get(lang) or "" for _, _, r in rows if isinstance(r.name, LangText)]
        what = stop.join(name for name in names if name) or phase.value
        of_unit = {"en": "per declared unit: ", "zh": "每声明单位："}[lang] + (unit.get(lang) or "")
        told = _PER_TEXTS[per][lang] if per in _PER_TEXTS else of_unit.rstrip("：: ")
        found[lang] = f"{what}{link}{told}"
    return found
