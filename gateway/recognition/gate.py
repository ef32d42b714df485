"""Figures up to the factory gate by carbon class: a sum of declared stages, nothing calculated anew."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.codec.lacks import lack
from gateway.model.base import LangText, here
from gateway.model.formula import Expression, Operation, Operator, Term, evaluate, total
from gateway.model.results import KG_CO2E, Carbon, Denominator, ResultRow, ResultSet, Role
from gateway.model.stages import EU_STAGES, covered
from gateway.model.walk import keyed
from gateway.quantity import Quantity
from gateway.recognition.stages import Work

# The classes that PACT 3.0 and EN 15804 add up to the total without uptake.
_EMISSIONS = ("fossil", "luluc", "biogenic_non_co2")
_NOT_FROM_CRADLE = ("g2g", "g2gr")
_OTHER_CLASSES = ("luluc", "biogenic_non_co2", "biogenic_co2", "biogenic_uptake")


class GateWork(Work):
    """A restatement to cradle to gate, per pack or declared unit."""

    def result(self) -> ResultSet | None:
        """The source's figures up to the gate, by carbon class, per pack or declared unit."""
        rows = self.rows(self.request.stages)
        self._rows_without_stage()
        self._from_the_cradle(rows)
        agree = self.rows_agree()
        if not rows:
            self.need("/carbon/total")
        if not rows and not self._is_gate():
            self._no_gate()
        carbon = self._gate_carbon(rows) if agree and (rows or self._is_gate()) else None
        if carbon is None:
            return None
        outbound = [r for r in self.rows(("distribution",)) if here(r[1].carbon.total)]
        return ResultSet(
            id=self.request.result_set,
            role=Role.RESTATED,
            basis=self.basis(
                Denominator(per=self.source.basis.denominator.per), self.request.boundary or None
            ),
            derived_from=self.source.id,
            carbon=carbon,
            rows=self._outbound(outbound),
        )

    def _boundary(self) -> object:
        return self.source.basis.boundary or self.declaration.boundary.type

    def _from_the_cradle(self, rows: list[tuple[str, ResultRow]]) -> None:
        """Materials and production are both told; gate to gate is no part of cradle to gate."""
        if self._boundary() in _NOT_FROM_CRADLE:
            saw = str(self._boundary())
            self.lacks.append(lack(self.target, "/boundary/type", code="restate.not-from-cradle", saw_=saw))
            return
        if not rows:
            return
        modules = {module for _, row in rows for module in covered(row.module)}
        stages = {row.stage for _, row in rows}
        for stage, module in (("raw", "A1"), ("production", "A3")):
            if module not in modules and not stages & set(EU_STAGES[stage]) - {"inbound"}:
                self._no_stage(stage)

    def _no_stage(self, stage: str) -> None:
        path = f"{self.path}/rows/{stage}/carbon/total"
        if path not in {error.path for error in self.lacks}:
            self.lacks.append(lack(self.target, path, code="restate.no-stage", stage=stage))

    def _is_gate(self) -> bool:
        return self._boundary() == "c2g" and not self.source.rows

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
        if not isinstance(self._boundary(), str):
            self.lacks.append(lack(self.target, "/boundary/type"))
        elif not self.lacks:
            for stage in ("raw", "production"):
                self._no_stage(stage)

    def _gate_carbon(self, rows: list[tuple[str, ResultRow]]) -> Carbon | None:
        self._stages_told(rows)
        places = [(f"{self.path}/rows/{key}/carbon", row.carbon) for key, row in rows]
        places = places or [(f"{self.path}/carbon", self.source.carbon)]
        classes = {name: self._class(name, places) for name in (*_EMISSIONS, "biogenic_uptake")}
        if any(paths is None for paths in classes.values()):
            return None
        told = {name: total(paths, KG_CO2E) for name, paths in classes.items() if paths is not None}
        net = self._net_uptake(told["biogenic_uptake"], places)
        if net is None:
            return None
        told["biogenic_uptake"] = net
        extra = {name: self._told(name, places) for name in ("aircraft", "packaging")}
        told |= {name: total(paths, KG_CO2E) for name, paths in extra.items() if paths}
        made = {name: self.put(f"/carbon/{name}", expression) for name, expression in told.items()}
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
            self._no_stage(stage)

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

    def _net_uptake(self, uptake: Operation, places: list[tuple[str, Carbon]]) -> Operation | None:
        """Uptake less what is released again before the gate: only carbon still in the product counts.

        Where nothing was taken up (0/0 accounting) nothing is netted.
        """
        if evaluate(uptake, self.leaf).amount == 0:
            return uptake
        released = [self._released(*place) for place in places]
        for (prefix, _), expression in zip(places, released, strict=True):
            if expression is None:
                self.need(f"{prefix.removeprefix(self.path)}/biogenic_co2")
        told = [expression for expression in released if expression is not None]
        if len(told) < len(released):
            return None
        return Operation(Operator.SUM, (*uptake.operands, *told), KG_CO2E)

    def _released(self, prefix: str, carbon: Carbon) -> Expression | None:
        """Biogenic CO2 of one place: told, zero, or what the told classes leave of a told sum, exactly."""
        if isinstance(carbon.biogenic_co2, Quantity):
            return Term(f"{prefix}/biogenic_co2")
        if zero := self._zero("biogenic_co2", prefix, carbon):
            return Term(zero)
        by_emission = isinstance(carbon.biogenic_emission, Quantity)
        whole = "biogenic_emission" if by_emission else "total"
        parts = _EMISSIONS[2:] if by_emission else _EMISSIONS
        paths = [self._known(name, prefix, carbon) for name in parts]
        if not isinstance(getattr(carbon, whole), Quantity) or None in paths:
            return None
        rest = Operation(Operator.DIFFERENCE, (Term(f"{prefix}/{whole}"), *(Term(p) for p in paths if p)))
        value = evaluate(rest, self.leaf).amount
        # What is left of a printed total may be its rounding, so only nothing is certain.
        certain = value >= 0 if by_emission else value == 0
        return rest if certain else None

    def _told(self, name: str, places: list[tuple[str, Carbon]]) -> tuple[str, ...] | None:
        """The leaves of a class that need not be told, if every place tells it."""
        told = tuple(f"{p}/{name}" for p, carbon in places if isinstance(getattr(carbon, name), Quantity))
        return told if told and len(told) == len(places) else None

    def _outbound(self, rows: list[tuple[str, ResultRow]]) -> tuple[ResultRow, ...]:
        """Distribution stands beside the total, not in it."""
        if not rows:
            return ()
        paths = tuple(f"{self.path}/rows/{key}/carbon/total" for key, _ in rows)
        amount = self.put("/rows/distribution/carbon/total", total(paths, KG_CO2E))
        return (ResultRow(stage="distribution", carbon=Carbon(total=amount)),)


def _is_zero(value: object) -> bool:
    return isinstance(value, Quantity) and value.amount == 0
