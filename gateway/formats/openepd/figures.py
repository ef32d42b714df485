"""The members of an openEPD that hold figures: impacts by method, use of resources, flows out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from gateway.codec import jsonwrite
from gateway.formats.openepd import tables
from gateway.model.base import Amount
from gateway.model.declaration import Declaration
from gateway.model.results import KG_CO2E, Carbon, Indicator, Per, ResultRow, ResultSet, Role
from gateway.model.stages import covered, once
from gateway.model.walk import keyed
from gateway.quantity import Quantity, in_full, round_significant, total

_DIGITS: Final = 15
_PRODUCT_STAGE: Final = ("raw", "inbound", "upstream", "production", "core")
_MAKING: Final = frozenset({"production", "core"})
_GWP_METHODS: Final = {gwp: method for method, gwp in tables.GWP_SETS.items()}


@dataclass(slots=True)
class Figures:
    """The members, and the leaves that went into a sum."""

    members: dict[str, Any] = field(default_factory=dict)
    aggregated: frozenset[str] = frozenset()

    @property
    def told(self) -> bool:
        """Whether any figure has a place."""
        return bool(self.members)


def sets_to_write(declaration: Declaration) -> dict[str, ResultSet]:
    """The declared sets per declared unit, each with the method that it stands under."""
    found: dict[str, ResultSet] = {}
    for result in declaration.results:
        is_own = result.id == tables.RESULT_SET
        per_unit = result.basis.denominator.per is Per.DECLARED_UNIT
        if result.role is not Role.DECLARED or not per_unit:
            continue
        if is_own:
            method: str | None = method_of(declaration, result)
        else:
            profile = result.basis.method_profile
            method = profile if isinstance(profile, str) and profile in tables.METHODS else None
        if method is not None and method not in found:
            found[method] = result
    return found if tables.RESULT_SET in {result.id for result in found.values()} else {}


def method_of(declaration: Declaration, result: ResultSet) -> str:
    """The method of the declared set: as it is called, else by its GWP set, else unknown."""
    told = declaration.method.lcia_method
    if isinstance(told, str) and told in tables.METHODS:
        return told
    own = result.basis.gwp_set if isinstance(result.basis.gwp_set, str) else declaration.method.gwp_set
    return _GWP_METHODS.get(str(own), tables.UNKNOWN_METHOD)


def write_figures(declaration: Declaration, sets: Mapping[str, ResultSet]) -> Figures:
    """All figures that have a place, by group."""
    figures = Figures()
    aggregated: set[str] = set()
    for method, result in sets.items():
        rows = dict(_by_module(result))
        if not any(scope.startswith("A1") or scope in ("A2", "A3") for scope in rows):
            summed = _product_stage(result, aggregated)
            if summed is None and not result.rows and declaration.boundary.type == "c2g":
                summed = result.carbon
                aggregated.update(f"/results/{result.id}/carbon/{name}" for name in Carbon.model_fields)
            if summed is not None:
                rows["A1A2A3"] = summed
        for member, carbon in tables.classes(method).items():
            told = {scope: getattr(row, carbon) for scope, row in rows.items()}
            _put(figures, ("impacts", method, member), _measurements(told, "kgCO2e", KG_CO2E))
        for indicator in result.indicators:
            own = tables.members().get(indicator.id)
            if own is not None:
                group, member, unit, ours = own
                place = (group, method, member) if group == "impacts" else (group, member)
                _put(figures, place, _measurements(_scopes(indicator), unit, ours))
    figures.aggregated = frozenset(aggregated)
    return figures


def _put(figures: Figures, place: tuple[str, ...], told: dict[str, Any]) -> None:
    if not told:
        return
    node = figures.members
    for step in place[:-1]:
        node = node.setdefault(step, {})
    node.setdefault(place[-1], told)


def _scopes(indicator: Indicator) -> dict[str, Amount]:
    """The amounts of an indicator by scope; a scenario has no place."""
    found: dict[str, Amount] = {}
    for part in indicator.amounts:
        scope = tables.SCOPES.get(str(part.module))
        if scope is not None and part.scenario is None:
            found.setdefault(scope, part.amount)
    return found


def _by_module(result: ResultSet) -> Iterator[tuple[str, Carbon]]:
    seen: set[str] = set()
    for row in result.rows:
        scope = tables.SCOPES.get(str(row.module))
        if scope is not None and row.scenario is None and scope not in seen:
            seen.add(scope)
            yield scope, row.carbon


def _product_stage(result: ResultSet, aggregated: set[str]) -> Carbon | None:
    """EN 15804: A1 to A3 are supply, transport and making together, which is the way to the gate."""
    rows: list[tuple[str, ResultRow]] = []
    for key, row in keyed(result.rows):
        assert isinstance(row, ResultRow)
        if row.stage in _PRODUCT_STAGE and row.scenario is None and not covered(row.module):
            rows.append((key, row))
    if not any(row.stage in _MAKING for _, row in rows) or once(rows) is None:
        return None
    stages = [row.stage for _, row in rows]
    # The finer words and the coarser ones may say the same twice.
    if len(set(stages)) != len(stages) or ("upstream" in stages and ("raw" in stages or "inbound" in stages)):
        return None
    if "production" in stages and "core" in stages:
        return None
    sums: dict[str, Quantity] = {}
    for name in Carbon.model_fields:
        amounts = [getattr(row.carbon, name) for _, row in rows]
        if all(isinstance(amount, Quantity) for amount in amounts):
            sums[name] = Quantity(total(amount.amount for amount in amounts), KG_CO2E)
            aggregated.update(f"/results/{result.id}/rows/{key}/carbon/{name}" for key, _ in rows)
    return Carbon(**sums) if sums else None


def _measurements(told: Mapping[str, Amount], unit: str, ours: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for scope in tables.MODULES:
        amount = told.get(scope)
        if isinstance(amount, Quantity) and amount.unit == ours:
            found[scope] = {"mean": _mean(amount), "unit": unit}
    return found


def _mean(amount: Quantity) -> str:
    full = in_full(amount.amount)
    value = round_significant(amount.amount, _DIGITS) if full is None else full
    assert isinstance(value, Decimal)
    return jsonwrite.number(value)
