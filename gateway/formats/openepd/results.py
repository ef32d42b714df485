"""The figures of an openEPD: climate indicators become rows by module, all others stay indicators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.codec.jsonread import UNREAD, dump, scalars
from gateway.errors import shorten
from gateway.formats.openepd import tables
from gateway.frontdoor.json import JsonValue
from gateway.model.base import Amount, LangText
from gateway.model.origin import Origin
from gateway.model.results import (
    KG_CO2E,
    Basis,
    Carbon,
    Indicator,
    IndicatorAmount,
    ResultRow,
    ResultSet,
)
from gateway.model.walk import escape
from gateway.quantity import Quantity
from gateway.report import Fate, Finding, Note, Severity

_CLIMATE_UNIT = "kgCO2e"


@dataclass(slots=True)
class Figures:
    """The result sets, what has no place in them, and where every amount stood."""

    sets: list[ResultSet] = field(default_factory=list)
    method: str = ""
    extras: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    origins: dict[str, Origin] = field(default_factory=dict)

    def keep(self, value: JsonValue, at: str, *, fits: bool = True) -> None:
        """What has no field, by its own place; what does not ``fit`` there is not written there again."""
        for where, scalar in scalars(value, at):
            place = where if fits else f"/{UNREAD}/{escape(where)}"
            self.extras[f"{tables.TARGET}#{place}"] = dump(scalar)
            self.notes.append(Note("input.kept-as-extra", where, Fate.UNREAD, shorten(dump(scalar))))


def read_figures(document: Mapping[str, JsonValue]) -> Figures:
    """All result sets of a document: one for each method; flows without a method join the declared one."""
    found = Figures()
    impacts = document.get("impacts")
    by_method = {name: _object(value) for name, value in _object(impacts).items()}
    ordered: list[str] = [m for m in tables.PREFERRED if m in by_method]
    ordered += [m for m in by_method if m not in ordered]
    for position, method in enumerate(ordered):
        is_declared = position == 0
        set_id = tables.RESULT_SET if is_declared else method
        own = _Set(found, set_id)
        own.impacts(method, by_method[method])
        if is_declared:
            found.method = method
            for group in tables.GROUPS[1:]:
                own.indicators(_object(document.get(group)), f"/{group}")
        gwp = tables.GWP_SETS.get(method)
        profile = None if is_declared else method
        found.sets.append(own.result(Basis(gwp_set=gwp, method_profile=profile)))
    if not ordered:
        for group in tables.GROUPS:
            if document.get(group) is not None:
                found.keep(document[group], f"/{group}")
    return found


def _object(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


class _Set:
    """One result set while it is read."""

    def __init__(self, found: Figures, set_id: str) -> None:
        self.found = found
        self.set_id = set_id
        self.rows: dict[str, dict[str, Amount]] = {}
        self.others: list[Indicator] = []

    def impacts(self, method: str, members: Mapping[str, JsonValue]) -> None:
        at = f"/impacts/{escape(method)}"
        own = tables.classes(method)
        for name, scopes in members.items():
            if name in own and isinstance(scopes, dict):
                self._climate(own[name], scopes, f"{at}/{escape(name)}")
        self.indicators({n: v for n, v in members.items() if n not in own}, at)

    def _climate(self, carbon: str, scopes: Mapping[str, JsonValue], at: str) -> None:
        for scope, amount, text in self._amounts(scopes, at, _CLIMATE_UNIT, KG_CO2E):
            module = tables.MODULES[scope]
            self.rows.setdefault(module, {})[carbon] = amount
            path = f"/results/{self.set_id}/rows/{_row(module).key}/carbon/{carbon}"
            self.found.origins[path] = Origin(f"{at}/{scope}/mean", text)

    def indicators(self, members: Mapping[str, JsonValue], at: str) -> None:
        for name, scopes in members.items():
            where = f"{at}/{escape(name)}"
            unit = _unit(scopes)
            row = tables.known_units().get((name, unit))
            if row is None or not isinstance(scopes, dict):
                is_known = any(member == name for member, _ in tables.known_units())
                self.found.keep(scopes, where, fits=not is_known and isinstance(scopes, dict))
                continue
            told = [
                IndicatorAmount(module=tables.MODULES[scope], amount=amount)
                for scope, amount, _ in self._amounts(scopes, where, unit, row["ours"])
            ]
            names = LangText({"en": row["code"]})
            id_ = tables.indicator_ids().get((row["code"], row["ours"]), tables.own_id(name))
            self.others.append(Indicator(id=id_, name=names, amounts=tuple(told)))

    def _amounts(
        self, scopes: Mapping[str, JsonValue], at: str, unit: str, ours: str
    ) -> Iterator[tuple[str, Quantity, str]]:
        """The measurements that can be read; everything else is kept."""
        for scope, told in scopes.items():
            where = f"{at}/{escape(scope)}"
            mean = told.get("mean") if isinstance(told, dict) else None
            is_number = isinstance(mean, (int, Decimal)) and not isinstance(mean, bool)
            own = told.get("unit", unit) if isinstance(told, dict) else None
            if scope not in tables.MODULES or not isinstance(told, dict) or not is_number or own != unit:
                is_wrong = told is not None and scope in tables.MODULES
                if is_wrong:
                    saw = shorten(str(told))
                    self.found.findings.append(
                        Finding("openepd.not-an-amount", where, saw, Severity.ERROR, params={"unit": unit})
                    )
                self.found.keep(told, where, fits=not is_wrong)
                continue
            assert isinstance(mean, (int, Decimal))
            for name, rest in told.items():
                if name not in ("mean", "unit"):
                    self.found.keep(rest, f"{where}/{escape(name)}")
            yield scope, Quantity(Decimal(mean), ours, str(mean)), str(mean)

    def result(self, basis: Basis) -> ResultSet:
        rows = (
            _row(module).model_copy(update={"carbon": Carbon(**dict(told))})
            for module, told in self.rows.items()
        )
        return ResultSet(id=self.set_id, basis=basis, rows=tuple(rows), indicators=tuple(self.others))


def _row(module: str) -> ResultRow:
    return ResultRow(stage=tables.stage_of(module), module=module)


def _unit(scopes: JsonValue) -> str:
    """The unit of the first measurement; all of one indicator have the same."""
    if isinstance(scopes, dict):
        for told in scopes.values():
            if isinstance(told, dict) and isinstance(told.get("unit"), str):
                return str(told["unit"])
    return ""
