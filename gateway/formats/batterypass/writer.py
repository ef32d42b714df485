"""Write CarbonFootprintForBatteries per kWh delivered, marked as draft; empty unless a preview is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.codec import jsonwrite
from gateway.codec.annex import annex
from gateway.codec.base import Context, Member, Package, Writing
from gateway.codec.fields import FieldTable
from gateway.codec.lacks import Lacks, lack
from gateway.codec.run import shown
from gateway.errors import GatewayError, raise_all
from gateway.formats.batterypass.table import (
    DIGITS,
    PERFORMANCE_CLASS,
    RESULT_SET,
    STAGES,
    TARGET,
    annex_table,
    notice,
    set_table,
    sources_table,
)
from gateway.model.base import Leaf, Part, here
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E, Per, ResultRow, ResultSet
from gateway.model.stages import EU_STAGES, once
from gateway.model.walk import by_path, keyed, same
from gateway.quantity import Exact, Quantity, minus, round_significant, same_number, show, times, total
from gateway.report import Fate, Note

MEDIA_TYPE = "application/json"
FILE_NAMES = {True: "carbon-footprint-preview.json", False: "carbon-footprint-not-filled.json"}
_HOME = f"/results/{RESULT_SET}"
_LINK = re.compile(r"https?://[!-~]+", re.ASCII)


@dataclass(slots=True)
class _Sheet:
    before: Mapping[str, Leaf]
    members: dict[str, object] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    claims: set[str] = field(default_factory=set)

    def number(self, path: str, value: Exact) -> str:
        """A JSON number of at most 15 digits for the leaf at ``path``."""
        written = round_significant(value, DIGITS)
        after = Quantity(written, KG_CO2E)
        if same(self.before.get(path), after):
            self.claims.add(path)
        elif path in self.before:
            code = "batterypass.rounded" if path.startswith(_HOME) else "batterypass.four-stages"
            fate = Fate.ROUNDED if path.startswith(_HOME) else Fate.CONVERTED
            kg = _difference(self.before[path], written)
            self.notes.append(Note(code, path, fate, shown(self.before[path]), shown(after), kg=kg))
        else:
            self.notes.append(Note("batterypass.four-stages", path, Fate.INFERRED, "", shown(after)))
        return jsonwrite.number(written)


def _difference(before: Leaf, written: Decimal) -> Decimal | None:
    """What the change is worth, as a decimal; the value itself is not at stake."""
    if not isinstance(before, Quantity) or before.unit != KG_CO2E:
        return None
    return round_significant(minus(before.amount, written), DIGITS)


def write(declaration: Declaration, context: Context) -> Writing:
    """The submodel as one JSON file.

    Both profiles ask for the same: what cannot be filled in a preview is refused under the default, too,
    although that leaves the values out.

    Raises:
        Lacks: every field that is missing, together.
    """
    result = declaration.result_set(RESULT_SET)
    raise_all(_lacks(declaration, result))
    assert result is not None
    filled = context.options.get("preview") == "yes"
    sheet = _Sheet(by_path(declaration))
    if filled:
        _fill(sheet, declaration, result)
    else:
        sheet.notes.extend(_left_empty(declaration, result))
    sheet.members["hutong"] = {"notice": notice(filled=filled), **_annex(sheet, declaration, result, filled)}
    data = (jsonwrite.encode(sheet.members) + "\n").encode("utf-8")
    name = declaration.document.id if isinstance(declaration.document.id, str) else ""
    package = Package((Member(FILE_NAMES[filled], MEDIA_TYPE, data),), name)
    return Writing(package, tuple(sheet.notes), frozenset(sheet.claims))


def _lacks(declaration: Declaration, result: ResultSet | None) -> Iterator[GatewayError]:
    battery = declaration.battery
    if battery is None:
        yield lack(TARGET, "/battery/category", code="restate.not-a-battery")
    elif battery.category in ("PORT", "SLI"):
        yield lack(
            TARGET, "/battery/category", code="batterypass.no-passport", category=str(battery.category)
        )
    if battery is not None and battery.level in ("cell", "module"):
        yield lack(TARGET, "/battery/level", code="restate.cell-or-module", level=str(battery.level))
    link = declaration.passport.study_link
    if not here(link) or not link:
        yield lack(TARGET, "/passport/study_link", code="batterypass.no-public-study")
    elif not isinstance(link, str) or not _LINK.fullmatch(link):
        yield lack(TARGET, "/passport/study_link", code="batterypass.study-not-a-link", link=str(link))
    if result is None:
        yield Lacks("", code="target.no-result-set", target=TARGET)
    else:
        yield from _unusable(result)


def _unusable(result: ResultSet) -> Iterator[GatewayError]:
    """Results that are not one value per kWh delivered with its four stages."""
    home = f"/results/{result.derived_from or result.id}"
    if result.basis.denominator.per is not Per.KWH_DELIVERED:
        path = f"{_HOME}/basis/denominator/per"
        yield lack(TARGET, path, code="batterypass.denominator", per=result.basis.denominator.per.value)
    rows = {row.stage: row.carbon.total for row in result.rows}
    absent = [stage for stage in STAGES if not isinstance(rows.get(stage), Quantity)]
    for stage in absent:
        path = f"{home}/rows/{stage}/carbon/total"
        yield lack(TARGET, path, code="batterypass.no-stage", stage=stage)
    if not isinstance(result.carbon.total, Quantity):
        yield lack(TARGET, f"{home}/carbon/total")
    elif not absent:
        parts = total(v.amount for v in rows.values() if isinstance(v, Quantity))
        if not same_number(parts, result.carbon.total.amount):
            facts = {"stated": show(result.carbon.total.amount), "sum": show(parts)}
            path = f"{_HOME}/carbon/total"
            yield lack(TARGET, path, code="batterypass.stages-do-not-add-up", **facts)


def _fill(sheet: _Sheet, declaration: Declaration, result: ResultSet) -> None:
    assert isinstance(result.carbon.total, Quantity)
    sheet.members["batteryCarbonFootprint"] = sheet.number(
        f"{_HOME}/carbon/total", result.carbon.total.amount
    )
    stages: list[dict[str, object]] = []
    for key, row in keyed(result.rows):
        assert isinstance(row, ResultRow)
        assert isinstance(row.carbon.total, Quantity)
        value = sheet.number(f"{_HOME}/rows/{key}/carbon/total", row.carbon.total.amount)
        stages.append({"lifecycleStage": STAGES[str(row.stage)], "carbonFootprint": value})
        sheet.claims.add(f"{_HOME}/rows/{key}/stage")
    sheet.members["carbonFootprintPerLifecycleStage"] = stages
    sheet.members["carbonFootprintPerformanceClass"] = PERFORMANCE_CLASS
    sheet.members["carbonFootprintStudy"] = declaration.passport.study_link
    sheet.claims.add("/passport/study_link")
    source, energy = declaration.result_set(result.derived_from or ""), result.basis.denominator.energy
    if source is not None and isinstance(energy, Quantity):
        absolute = times(result.carbon.total.amount, energy.amount)
        path = f"/results/{source.id}/carbon/total"
        sheet.members["absoluteCarbonFootprint"] = sheet.number(path, absolute)
        sheet.notes.extend(_sources(source, result))


def _sources(source: ResultSet, result: ResultSet) -> Iterator[Note]:
    """Declared stages that stand per kWh now."""
    written = {row.stage: row.carbon.total for row in result.rows}
    for key, row in _counted(source):
        aim = next((stage for stage, parts in EU_STAGES.items() if row.stage in parts), None)
        value = written.get(aim)
        if isinstance(value, Quantity) and isinstance(row.carbon.total, Quantity):
            shown_value = str(round_significant(value.amount, DIGITS))
            path = f"/results/{source.id}/rows/{key}/carbon/total"
            yield Note("batterypass.per-kwh", path, Fate.AGGREGATED, "", shown_value)


def _counted(source: ResultSet) -> list[tuple[str, ResultRow]]:
    """The rows that the restatement added up; a row that sums up others is in none."""
    rows = [(key, row) for key, row in keyed(source.rows) if isinstance(row, ResultRow)]
    return once([(k, r) for k, r in rows if r.scenario is None or r.scenario == source.scenario]) or []


def _left_empty(declaration: Declaration, result: ResultSet) -> Iterator[Note]:
    """The values that were ready and are not shown."""
    own = declaration.model_copy(update={"results": (result,)})
    for path in by_path(own):
        if path == "/passport/study_link" or (path.startswith(_HOME) and "/carbon/" in path):
            yield Note("batterypass.not-to-be-filled", path, Fate.DROPPED)


def _annex(sheet: _Sheet, declaration: Declaration, result: ResultSet, filled: bool) -> dict[str, object]:
    """The battery, and in a preview the basis of its values."""
    parts: list[tuple[Part, FieldTable, str]] = [(declaration, annex_table(), "")]
    source = declaration.result_set(result.derived_from or "")
    if filled:
        parts.append((result, set_table(), _HOME))
    if filled and source is not None:
        parts.append((declaration.model_copy(update={"results": (source,)}), sources_table(), ""))
    data: dict[str, object] = {}
    for part, table, home in parts:
        found = annex(part, table, converted="batterypass.converted-unit", home=home)
        members = found.members.get("hutong", {})
        assert isinstance(members, dict)
        data.update(members)
        sheet.claims.update(found.claims)
        sheet.notes.extend(found.notes)
    return data
