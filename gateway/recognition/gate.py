"""Figures up to the factory gate by carbon class: a sum of declared stages, nothing calculated anew."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.codec.lacks import lack
from gateway.model.base import LangText, here
from gateway.model.results import KG_CO2E, Basis, Carbon, Denominator, ResultRow, ResultSet, Role
from gateway.model.walk import keyed
from gateway.quantity import Quantity, add_all
from gateway.recognition.stages import Work

# Cradle to gate; distribution, use and end of life come after it.
GATE = ("raw", "inbound", "upstream", "production", "core")
# The classes that PACT 3.0 and EN 15804 add up to the total without uptake.
_EMISSIONS = ("fossil", "luluc", "biogenic_non_co2")
_OTHER_CLASSES = ("luluc", "biogenic_non_co2", "biogenic_co2", "biogenic_uptake")


_ZERO = add_all([], KG_CO2E)


class GateWork(Work):
    """A restatement to cradle to gate, per pack or declared unit."""

    def result(self) -> ResultSet | None:
        """The source's figures up to the gate, by carbon class, per pack or declared unit."""
        rows = self.rows(GATE)
        self._rows_without_stage()
        if not rows:
            self.need("/carbon/total", self.source.carbon.total)
        if not rows and not self._is_gate():
            self._no_gate()
        carbon = self._gate_carbon(rows) if rows or self._is_gate() else None
        if carbon is None:
            return None
        basis = Basis(
            denominator=Denominator(per=self.source.basis.denominator.per),
            boundary=self.request.boundary or None,
        )
        outbound = [r for r in self.rows(("distribution",)) if here(r[1].carbon.total)]
        return ResultSet(
            id=self.request.result_set,
            role=Role.RESTATED,
            basis=basis,
            derived_from=self.source.id,
            carbon=carbon,
            rows=self._outbound(outbound),
        )

    def _is_gate(self) -> bool:
        boundary = self.source.basis.boundary or self.declaration.boundary.type
        return boundary == "c2g" and not self.source.rows

    def _rows_without_stage(self) -> None:
        """A row that does not say its stage may be up to the gate or not: nobody guesses from its name."""
        for key, row in keyed(self.source.rows):
            if isinstance(row, ResultRow) and not isinstance(row.stage, str):
                name = row.name.pick("zh", "en") if isinstance(row.name, LangText) else None
                path = f"{self.path}/rows/{key}/stage"
                shown = name[1] if name else key
                self.lacks.append(lack(self.target, path, code="restate.row-without-stage", row=shown))

    def _no_gate(self) -> None:
        """Neither stages up to the gate, nor a boundary that ends there."""
        if not isinstance(self.source.basis.boundary or self.declaration.boundary.type, str):
            self.lacks.append(lack(self.target, "/boundary/type"))
        elif not self.lacks:
            for stage in ("raw", "production"):
                path = f"{self.path}/rows/{stage}/carbon/total"
                self.lacks.append(lack(self.target, path, code="restate.no-stage", stage=stage))

    def _gate_carbon(self, rows: list[tuple[str, ResultRow]]) -> Carbon | None:
        self._stages_told(rows)
        classes = {name: self._class(name, rows) for name in _EMISSIONS}
        uptake = self._class("biogenic_uptake", rows)
        if any(value is None for value in classes.values()) or uptake is None:
            return None
        told = {name: value for name, value in classes.items() if value is not None}
        released = self._told("biogenic_co2", rows)
        if released is not None:
            # What is released again before the gate is no longer in the product.
            uptake = add_all([uptake, released], KG_CO2E)
        total = add_all(told.values(), KG_CO2E)
        self.note("/carbon/total", "fossil + land use change + biogenic non-CO2", self._own(told))
        self.note(
            "/carbon/total_including_uptake",
            "total + biogenic uptake",
            self._own(("total", "biogenic_uptake")),
        )
        extra = {name: self._told(name, rows) for name in ("aircraft", "packaging")}
        return Carbon(
            total=total,
            total_including_uptake=add_all([total, uptake], KG_CO2E),
            biogenic_uptake=uptake,
            **told,
            **{name: value for name, value in extra.items() if value is not None},
        )

    def _own(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(f"/results/{self.request.result_set}/carbon/{name}" for name in names)

    def _stages_told(self, rows: list[tuple[str, ResultRow]]) -> None:
        """Every gate stage that the boundary includes has its own row."""
        told = {row.stage for _, row in rows}
        split = set(self.source.unassigned.stages) & set(GATE)
        included = set(self.declaration.boundary.stages) & set(GATE)
        missing = (split | included) - told if self.source.rows else split
        for stage in [s for s in GATE if s in missing]:
            path = f"{self.path}/rows/{stage}/carbon/total"
            self.lacks.append(lack(self.target, path, code="restate.no-stage", stage=stage))

    def _class(self, name: str, rows: list[tuple[str, ResultRow]]) -> Quantity | None:
        """One carbon class up to the gate; a lack for every place that does not tell it."""
        if not rows:
            known = self._known(name, self.source.carbon)
            return self.need(f"/carbon/{name}", known or getattr(self.source.carbon, name))
        amounts = []
        for key, row in rows:
            known = self._known(name, row.carbon)
            if known is None and self._is_zero_overall(name):
                known = _ZERO
            amounts.append(self.need(f"/rows/{key}/carbon/{name}", known or getattr(row.carbon, name)))
        told = [a for a in amounts if a is not None]
        if len(told) < len(amounts):
            return None
        parents = tuple(f"{self.path}/rows/{key}/carbon/{name}" for key, _ in rows)
        self.note(f"/carbon/{name}", "Σ stages up to the gate", parents)
        return add_all(told, KG_CO2E)

    def _known(self, name: str, carbon: Carbon) -> Quantity | None:
        """One class of one place: told, or certain because everything else there is zero."""
        value = getattr(carbon, name)
        if isinstance(value, Quantity):
            return value
        if name in ("biogenic_non_co2", "biogenic_co2") and _is_zero(carbon.biogenic_emission):
            return _ZERO
        if name == "fossil" and self._is_all_fossil(carbon) and isinstance(carbon.total, Quantity):
            return carbon.total
        return None

    def _is_zero_overall(self, name: str) -> bool:
        """A class that is zero over the whole life is zero in every stage: parts have one sign."""
        carbon = self.source.carbon
        if name in ("biogenic_non_co2", "biogenic_co2") and _is_zero(carbon.biogenic_emission):
            return True
        return _is_zero(getattr(carbon, name))

    def _is_all_fossil(self, carbon: Carbon) -> bool:
        """Whether every class but the fossil one is told to be zero, here or over the whole life."""
        return all(
            _is_zero(self._known(name, carbon)) or self._is_zero_overall(name) for name in _OTHER_CLASSES
        )

    def _told(self, name: str, rows: list[tuple[str, ResultRow]]) -> Quantity | None:
        """A class that need not be told: its sum if every row or the whole tells it."""
        places = [row.carbon for _, row in rows] or [self.source.carbon]
        amounts = [getattr(carbon, name) for carbon in places]
        told = [a for a in amounts if isinstance(a, Quantity)]
        if not told or (name != "biogenic_co2" and len(told) < len(amounts)):
            return None
        return add_all(told, KG_CO2E)

    def _outbound(self, rows: list[tuple[str, ResultRow]]) -> tuple[ResultRow, ...]:
        """Distribution stands beside the total, not in it."""
        if not rows:
            return ()
        total = add_all(
            [row.carbon.total for _, row in rows if isinstance(row.carbon.total, Quantity)], KG_CO2E
        )
        parents = tuple(f"{self.path}/rows/{key}/carbon/total" for key, _ in rows)
        self.note("/rows/distribution/carbon/total", "Σ distribution", parents)
        return (ResultRow(stage="distribution", carbon=Carbon(total=total)),)


def _is_zero(value: object) -> bool:
    return isinstance(value, Quantity) and value.amount == 0
