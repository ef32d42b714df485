"""Figures up to the factory gate by carbon class: a sum of declared stages, nothing calculated anew."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.codec.lacks import lack
from gateway.model.base import LangText, here
from gateway.model.formula import total
from gateway.model.results import KG_CO2E, Basis, Carbon, Denominator, ResultRow, ResultSet, Role
from gateway.model.walk import keyed
from gateway.quantity import Quantity
from gateway.recognition.stages import Work

# The classes that PACT 3.0 and EN 15804 add up to the total without uptake.
_EMISSIONS = ("fossil", "luluc", "biogenic_non_co2")
_OTHER_CLASSES = ("luluc", "biogenic_non_co2", "biogenic_co2", "biogenic_uptake")


class GateWork(Work):
    """A restatement to cradle to gate, per pack or declared unit."""

    def result(self) -> ResultSet | None:
        """The source's figures up to the gate, by carbon class, per pack or declared unit."""
        rows = self.rows(self.request.stages)
        self._rows_without_stage()
        if not rows:
            self.need("/carbon/total")
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
        places = [(f"{self.path}/rows/{key}/carbon", row.carbon) for key, row in rows]
        places = places or [(f"{self.path}/carbon", self.source.carbon)]
        classes = {name: self._class(name, places) for name in (*_EMISSIONS, "biogenic_uptake")}
        if any(paths is None for paths in classes.values()):
            return None
        told = {name: paths for name, paths in classes.items() if paths is not None}
        # What is released again before the gate is no longer in the product.
        told["biogenic_uptake"] += self._told("biogenic_co2", places) or ()
        extra = {name: self._told(name, places) for name in ("aircraft", "packaging")}
        told |= {name: paths for name, paths in extra.items() if paths}
        made = {name: self.put(f"/carbon/{name}", total(paths, KG_CO2E)) for name, paths in told.items()}
        whole = self.put("/carbon/total", total(self._own(_EMISSIONS), KG_CO2E))
        both = self._own(("total", "biogenic_uptake"))
        including = self.put("/carbon/total_including_uptake", total(both, KG_CO2E))
        return Carbon(total=whole, total_including_uptake=including, **made)

    def _own(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(f"{self.made}/carbon/{name}" for name in names)

    def _stages_told(self, rows: list[tuple[str, ResultRow]]) -> None:
        """Every gate stage that the boundary includes has its own row."""
        told = {row.stage for _, row in rows}
        split = set(self.source.unassigned.stages) & set(self.request.stages)
        included = set(self.declaration.boundary.stages) & set(self.request.stages)
        missing = (split | included) - told if self.source.rows else split
        for stage in [s for s in self.request.stages if s in missing]:
            path = f"{self.path}/rows/{stage}/carbon/total"
            self.lacks.append(lack(self.target, path, code="restate.no-stage", stage=stage))

    def _class(self, name: str, places: list[tuple[str, Carbon]]) -> tuple[str, ...] | None:
        """The leaves that tell one class up to the gate; a lack for every place that does not."""
        paths = [self._known(name, *place) for place in places]
        for (prefix, _), path in zip(places, paths, strict=True):
            if path is None:
                self.need(f"{prefix.removeprefix(self.path)}/{name}")
        told = tuple(path for path in paths if path is not None)
        return told if len(told) == len(paths) else None

    def _known(self, name: str, prefix: str, carbon: Carbon) -> str | None:
        """The leaf that tells one class of one place, directly or because all else there is zero."""
        if isinstance(getattr(carbon, name), Quantity):
            return f"{prefix}/{name}"
        if zero := self._zero(name, prefix, carbon):
            return zero
        others = all(self._is_zero(other, prefix, carbon) for other in _OTHER_CLASSES)
        if name == "fossil" and others and isinstance(carbon.total, Quantity):
            return f"{prefix}/total"
        return None

    def _zero(self, name: str, prefix: str, carbon: Carbon) -> str | None:
        """The leaf by which a class is zero here: parts of one sign are zero where their sum is.

        Fossil emissions may be netted by recycling credits, so theirs says nothing of a stage.
        """
        names = (name, "biogenic_emission") if name in ("biogenic_non_co2", "biogenic_co2") else (name,)
        for place, found in ((prefix, carbon), (f"{self.path}/carbon", self.source.carbon)):
            for one in names if name != "fossil" else ():
                if _is_zero(getattr(found, one)):
                    return f"{place}/{one}"
        return None

    def _is_zero(self, name: str, prefix: str, carbon: Carbon) -> bool:
        return self._zero(name, prefix, carbon) is not None

    def _told(self, name: str, places: list[tuple[str, Carbon]]) -> tuple[str, ...] | None:
        """The leaves of a class that need not be told, if every place tells it (biogenic CO2: any)."""
        told = tuple(f"{p}/{name}" for p, carbon in places if isinstance(getattr(carbon, name), Quantity))
        return told if told and (name == "biogenic_co2" or len(told) == len(places)) else None

    def _outbound(self, rows: list[tuple[str, ResultRow]]) -> tuple[ResultRow, ...]:
        """Distribution stands beside the total, not in it."""
        if not rows:
            return ()
        paths = tuple(f"{self.path}/rows/{key}/carbon/total" for key, _ in rows)
        amount = self.put("/rows/distribution/carbon/total", total(paths, KG_CO2E))
        return (ResultRow(stage="distribution", carbon=Carbon(total=amount)),)


def _is_zero(value: object) -> bool:
    return isinstance(value, Quantity) and value.amount == 0
