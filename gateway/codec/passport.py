"""What the carriers of a battery's carbon footprint share: what is lacking, what is left empty, the mark.

The method is a draft act, and no performance class exists: no carrier says anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from gateway.codec.lacks import Lacks, lack
from gateway.codec.run import shown
from gateway.errors import GatewayError, shorten
from gateway.model.base import Leaf, here
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E, Per, ResultRow, ResultSet
from gateway.model.stages import EU_STAGES, once
from gateway.model.walk import by_path, keyed, same
from gateway.quantity import Exact, Quantity, minus, round_significant, same_number, show, times, total
from gateway.report import Fate, Finding, Note, Severity

# The largest number of digits that every double keeps.
DIGITS = 15
# No delegated act has set classes; nothing else is ever written.
PERFORMANCE_CLASS = "not yet defined"

# Per kWh delivered over the service life; per kWh of capacity is some hundred times as much.
_BAND = (Decimal("0.005"), Decimal(1))
# Values of 15 digits each, added up.
_ROUNDING = Fraction(1, 10**13)
_LINK = re.compile(r"https?://[!-~]+", re.ASCII)
_GUIDANCE = "European Commission, battery passport data points, guidance v2.0, 2026-08-15, Ares(2026)7968977"
_POINTS = ((17, "carbon footprint declaration"), (18, "carbon footprint label"))
_TEXTS: Mapping[bool, Mapping[str, str]] = {
    True: {
        "en": "Voluntary preview. The method is a draft act, not in force. Not an entry for the EU "
        "registry. A verification of the declared results does not cover these restated values.",
        "zh": "自愿预览。所用方法为尚未生效的法案草案，不得作为欧盟登记信息。"
        "对声明结果的核查不涵盖这些换算值。",
    },
    False: {
        "en": "The carbon footprint is left empty: points 17 and 18 are not to be filled. The method is a "
        "draft act that is not in force.",
        "zh": "碳足迹留空：第17、18项数据点目前不得填写。所用方法为尚未生效的法案草案。",
    },
}


def notice(*, filled: bool) -> dict[str, object]:
    """The mark of every output: what it is, and which points the Commission wants empty."""
    points = [{"no": no, "name": name, "state": "not to be filled"} for no, name in _POINTS]
    return {
        "profile": "preview" if filled else "eu-registry",
        "filled": filled,
        "voluntary": filled,
        "legalStatus": "draft",
        "asOf": "2027-02-18",
        "points": points,
        "source": _GUIDANCE,
        "text": dict(_TEXTS[filled]),
    }


@dataclass(slots=True)
class Figures:
    """The values of the set ``home`` as they are written, with a note for each one that changed."""

    home: str
    before: Mapping[str, Leaf]
    notes: list[Note] = field(default_factory=list)
    claims: set[str] = field(default_factory=set)

    def number(self, path: str, value: Exact) -> Decimal:
        """What stands for the leaf at ``path``: at most 15 digits."""
        written = round_significant(value, DIGITS)
        after = Quantity(written, KG_CO2E)
        if same(self.before.get(path), after):
            self.claims.add(path)
        elif path in self.before:
            rounded = path.startswith(f"{self.home}/")
            code = "passport.rounded" if rounded else "passport.four-stages"
            fate = Fate.ROUNDED if rounded else Fate.CONVERTED
            kg = _difference(self.before[path], written)
            self.notes.append(Note(code, path, fate, shown(self.before[path]), shown(after), kg=kg))
        else:
            self.notes.append(Note("passport.four-stages", path, Fate.INFERRED, "", shown(after)))
        return written


def _difference(before: Leaf, written: Decimal) -> Decimal | None:
    """What the change is worth, as a decimal; the value itself is not at stake."""
    if not isinstance(before, Quantity) or before.unit != KG_CO2E:
        return None
    return round_significant(minus(before.amount, written), DIGITS)


def lacks(
    declaration: Declaration, result: ResultSet | None, *, target: str, home: str
) -> Iterator[GatewayError]:
    """What stands against one value per kWh delivered with its four stages and a public study."""
    battery = declaration.battery
    if battery is None:
        yield lack(target, "/battery/category", code="restate.not-a-battery")
    elif battery.category in ("PORT", "SLI"):
        yield lack(target, "/battery/category", code="passport.no-passport", category=str(battery.category))
    if battery is not None and battery.level in ("cell", "module"):
        yield lack(target, "/battery/level", code="restate.cell-or-module", level=str(battery.level))
    link = declaration.passport.study_link
    if not here(link) or not link:
        yield lack(target, "/passport/study_link", code="passport.no-public-study")
    elif not isinstance(link, str) or not _LINK.fullmatch(link):
        yield lack(target, "/passport/study_link", code="passport.study-not-a-link", link=str(link))
    if result is None:
        yield Lacks("", code="target.no-result-set", target=target)
    else:
        yield from _unusable(result, target, home)


def _unusable(result: ResultSet, target: str, home: str) -> Iterator[GatewayError]:
    """Results that are not one value per kWh delivered with its four stages."""
    source = f"/results/{result.derived_from or result.id}"
    if result.basis.denominator.per is not Per.KWH_DELIVERED:
        path = f"{home}/basis/denominator/per"
        yield lack(target, path, code="passport.denominator", per=result.basis.denominator.per.value)
    rows = {row.stage: row.carbon.total for row in result.rows}
    absent = [stage for stage in EU_STAGES if not isinstance(rows.get(stage), Quantity)]
    for stage in absent:
        path = f"{source}/rows/{stage}/carbon/total"
        yield lack(target, path, code="passport.no-stage", stage=stage)
    if not isinstance(result.carbon.total, Quantity):
        yield lack(target, f"{source}/carbon/total")
    elif not absent:
        parts = total(v.amount for v in rows.values() if isinstance(v, Quantity))
        if not same_number(parts, result.carbon.total.amount):
            facts = {"stated": show(result.carbon.total.amount), "sum": show(parts)}
            yield lack(target, f"{home}/carbon/total", code="passport.stages-do-not-add-up", **facts)


@dataclass(frozen=True, slots=True)
class Footprint:
    """The figures as they are written, with what became of their leaves.

    ``total`` and ``stages`` are per kWh delivered, ``absolute`` is of the whole battery.
    """

    total: Decimal
    stages: Mapping[str, Decimal]
    absolute: Decimal | None
    notes: tuple[Note, ...]
    claims: frozenset[str]


def footprint(declaration: Declaration, result: ResultSet) -> Footprint:
    """The figures of ``result``, each rounded once, after ``lacks`` found nothing."""
    figures = Figures(f"/results/{result.id}", by_path(declaration))
    assert isinstance(result.carbon.total, Quantity)
    whole = figures.number(f"{figures.home}/carbon/total", result.carbon.total.amount)
    stages: dict[str, Decimal] = {}
    for key, row in keyed(result.rows):
        assert isinstance(row, ResultRow)
        assert isinstance(row.carbon.total, Quantity)
        path = f"{figures.home}/rows/{key}"
        stages[str(row.stage)] = figures.number(f"{path}/carbon/total", row.carbon.total.amount)
        figures.claims.add(f"{path}/stage")
    source, product = declaration.result_set(result.derived_from or ""), absolute(result)
    of_battery = None
    if source is not None and product is not None:
        of_battery = figures.number(f"/results/{source.id}/carbon/total", product)
        figures.notes.extend(sources(source, result))
    return Footprint(whole, stages, of_battery, tuple(figures.notes), frozenset(figures.claims))


def absolute(result: ResultSet) -> Exact | None:
    """The kg of all four stages over the whole service life, where the energy is told."""
    whole, energy = result.carbon.total, result.basis.denominator.energy
    if not isinstance(whole, Quantity) or not isinstance(energy, Quantity):
        return None
    return times(whole.amount, energy.amount)


def sources(source: ResultSet, result: ResultSet) -> Iterator[Note]:
    """Declared stages that stand per kWh now."""
    written = {row.stage: row.carbon.total for row in result.rows}
    for key, row in _counted(source):
        aim = next((stage for stage, parts in EU_STAGES.items() if row.stage in parts), None)
        value = written.get(aim)
        if isinstance(value, Quantity) and isinstance(row.carbon.total, Quantity):
            shown_value = str(round_significant(value.amount, DIGITS))
            path = f"/results/{source.id}/rows/{key}/carbon/total"
            yield Note("passport.per-kwh", path, Fate.AGGREGATED, "", shown_value)


def _counted(source: ResultSet) -> list[tuple[str, ResultRow]]:
    """The rows that the restatement added up; a row that sums up others is in none."""
    rows = [(key, row) for key, row in keyed(source.rows) if isinstance(row, ResultRow)]
    return once([(k, r) for k, r in rows if r.scenario is None or r.scenario == source.scenario]) or []


def left_empty(declaration: Declaration, result: ResultSet, home: str) -> Iterator[Note]:
    """The values that were ready and are not shown."""
    own = declaration.model_copy(update={"results": (result,)})
    for path in by_path(own):
        if path == "/passport/study_link" or (path.startswith(f"{home}/") and "/carbon/" in path):
            yield Note("passport.not-to-be-filled", path, Fate.DROPPED)


def check_class(found: object, at: str, per: str) -> Iterator[Finding]:
    """No class but the one that says that there is none."""
    if found != PERFORMANCE_CLASS:
        yield Finding("passport.invented-class", at, shorten(str(found)), Severity.ERROR, per)


def check_sum(stated: Decimal | int, parts: Iterable[Decimal | int], at: str, per: str) -> Iterator[Finding]:
    """The stages are kg per kWh and add up to the total; shares would add up to 1 or 100."""
    told = list(parts)
    found, whole = sum((Fraction(p) for p in told), Fraction(0)), Fraction(stated)
    if abs(found - whole) > _ROUNDING * max(abs(found), abs(whole), Fraction(1)):
        saw = shorten(", ".join(str(p) for p in told))
        yield Finding("passport.sum-differs", at, saw, Severity.ERROR, per, {"stated": str(stated)})


def check_band(found: Decimal | int, at: str, per: str) -> Iterator[Finding]:
    """A value per kWh of capacity stands out among values per kWh delivered."""
    if not _BAND[0] <= found <= _BAND[1]:
        yield Finding("passport.outside-band", at, str(found), Severity.WARNING, per)
