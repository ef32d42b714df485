"""State a declaration's results on the basis that a format asks for. Nothing is calculated anew.

A restated set is a sum and a quotient of declared figures; it is never called calculated under the
other side's rules. What cannot be told from the declaration is a lack with the field to fill, never a
default: a stage without its carbon classes, a battery's total energy, a pack total behind a per-kWh value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.codec.base import BasisRequest
from gateway.codec.lacks import Lacks, lack
from gateway.model.base import Missing, Reason, here
from gateway.model.declaration import Declaration
from gateway.model.origin import Derived
from gateway.model.results import (
    KG_CO2E,
    Basis,
    Carbon,
    Denominator,
    Per,
    ResultRow,
    ResultSet,
    Role,
)
from gateway.model.walk import keyed
from gateway.quantity import Quantity, add_all
from gateway.recognition.delivered import Delivered, delivered_energy, per_kwh
from gateway.report import Finding

# Stages that exist only for batteries sold alone or used up; nothing of them is in a cradle-to-gate total.
GATE = ("raw", "inbound", "upstream", "production", "core")
# EN 15804 prints A1–A3 in one value or in three; both together count once.
_SUM_MODULE = "A1-A3"
_PARTS_OF_SUM = frozenset({"A1", "A2", "A3"})
# The classes that PACT 3.0 and EN 15804 add up to the total without uptake.
_EMISSIONS = ("fossil", "luluc", "biogenic_non_co2")
_OTHER_CLASSES = ("luluc", "biogenic_non_co2", "biogenic_co2", "biogenic_uptake")


@dataclass(frozen=True, slots=True)
class Restated:
    """The declaration with the asked set added, or what stands against it.

    ``reasons`` say why a leaf of the source is not in the restated set although its kind is, by path.
    """

    declaration: Declaration
    lacks: tuple[Lacks, ...] = ()
    origins: Mapping[str, Derived] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def restate(declaration: Declaration, request: BasisRequest, *, target: str) -> Restated:
    """``declaration`` with the result set that ``request`` asks for."""
    source, lacks = _source(declaration, request, target)
    if declaration.result_set(request.result_set) is not None:
        taken = lack(
            target, f"/results/{request.result_set}/id", code="restate.id-taken", id=request.result_set
        )
        lacks, source = (*lacks, taken), None
    if source is None:
        return Restated(declaration, lacks)
    work = _Work(declaration, request, target, source)
    result = work.delivered() if request.battery_per == Per.KWH_DELIVERED else work.gate()
    if work.lacks or result is None:
        return Restated(declaration, tuple(work.lacks), findings=tuple(work.findings))
    added = declaration.model_copy(update={"results": (*declaration.results, result)})
    prefix = f"/results/{result.id}"
    origins = {f"{prefix}{path}": derived for path, derived in work.origins.items()}
    return Restated(added, (), origins, tuple(work.findings))


def _source(
    declaration: Declaration, request: BasisRequest, target: str
) -> tuple[ResultSet | None, tuple[Lacks, ...]]:
    """The declared set to start from: per pack for a battery, else per declared unit."""
    battery = declaration.battery
    if battery is None:
        if request.battery_per == Per.KWH_DELIVERED:
            return None, (lack(target, "/battery/category", code="restate.not-a-battery"),)
        found = next(
            (r for r in _declared(declaration) if r.basis.denominator.per is Per.DECLARED_UNIT), None
        )
        return found, () if found else (lack(target, "/results/*/carbon/total"),)
    if battery.level in ("cell", "module"):
        level = str(battery.level)
        return None, (lack(target, "/battery/level", code="restate.cell-or-module", level=level),)
    if battery.level not in ("pack", "system"):
        return None, (lack(target, "/battery/level"),)
    packs = [r for r in _declared(declaration) if r.basis.denominator.per is Per.PACK]
    if not packs and _unit_is_one_piece(declaration):
        packs = [r for r in _declared(declaration) if r.basis.denominator.per is Per.DECLARED_UNIT]
    if not packs or not here(packs[0].carbon.total):
        return None, (lack(target, "/results/*/carbon/total", code="restate.no-pack-total"),)
    return packs[0], ()


def _declared(declaration: Declaration) -> Iterable[ResultSet]:
    return (r for r in declaration.results if r.role is Role.DECLARED)


def _unit_is_one_piece(declaration: Declaration) -> bool:
    amount = declaration.unit.amount
    return isinstance(amount, Quantity) and amount.unit == "{piece}" and amount.amount == 1


class _Work:
    """One restatement: the rows taken, what they lack, and where each new leaf comes from."""

    def __init__(
        self, declaration: Declaration, request: BasisRequest, target: str, source: ResultSet
    ) -> None:
        self.declaration = declaration
        self.request = request
        self.target = target
        self.source = source
        self.path = f"/results/{source.id}"
        self.lacks: list[Lacks] = []
        self.findings: list[Finding] = []
        self.origins: dict[str, Derived] = {}

    def gate(self) -> ResultSet | None:
        """The source's figures up to the gate, by carbon class, per pack or declared unit."""
        rows = self._rows(GATE)
        carbon = self._gate_carbon(rows) if rows or self._is_gate() else None
        if carbon is None:
            return None
        basis = Basis(
            denominator=Denominator(per=Per(self._per())),
            boundary=self.request.boundary or None,
        )
        outbound = [r for r in self._rows(("distribution",)) if here(r[1].carbon.total)]
        return ResultSet(
            id=self.request.result_set,
            role=Role.RESTATED,
            basis=basis,
            derived_from=self.source.id,
            carbon=carbon,
            rows=self._outbound(outbound),
        )

    def delivered(self) -> ResultSet | None:
        """The source's stages over the energy delivered in service life, under the asked profile."""
        energy = delivered_energy(self.declaration, self.request.profile, target=self.target)
        self.lacks.extend(energy.lacks)
        rows = [self._stage_row(stage, taken) for stage, taken in _EU_STAGES.items()]
        told = [row for row in rows if row is not None]
        if self.lacks or energy.energy is None or len(told) < len(rows):
            return None
        total = add_all([_kg(row.carbon.total) for row in told], KG_CO2E)
        parents = tuple(f"{self.path}/rows/{key}/carbon/total" for key, _ in self._rows(self.request.stages))
        self._note("/carbon/total", "(Σ stages) ÷ energy delivered", (*parents, *energy.parents))
        return ResultSet(
            id=self.request.result_set,
            role=Role.RESTATED,
            basis=energy.basis(self.request.profile),
            derived_from=self.source.id,
            carbon=Carbon(total=per_kwh(total, energy.energy)),
            rows=tuple(self._divided(row, energy) for row in told),
        )

    def _divided(self, row: ResultRow, energy: Delivered) -> ResultRow:
        assert energy.energy is not None
        stages = _EU_STAGES[str(row.stage)]
        parents = tuple(f"{self.path}/rows/{key}/carbon/total" for key, _ in self._rows(stages))
        self._note(f"/rows/{row.stage}/carbon/total", "Σ ÷ energy delivered", (*parents, *energy.parents))
        carbon = Carbon(total=per_kwh(_kg(row.carbon.total), energy.energy))
        return ResultRow(stage=row.stage, carbon=carbon)

    def _stage_row(self, stage: str, taken: tuple[str, ...]) -> ResultRow | None:
        rows = self._rows(taken)
        amounts = [self._need(f"/rows/{key}/carbon/total", row.carbon.total) for key, row in rows]
        if not rows:
            path = f"{self.path}/rows/{stage}/carbon/total"
            self.lacks.append(lack(self.target, path, code="restate.no-stage", stage=stage))
        told = [a for a in amounts if a is not None]
        if not rows or len(told) < len(amounts):
            return None
        return ResultRow(stage=stage, carbon=Carbon(total=add_all(told, KG_CO2E)))

    def _rows(self, stages: Iterable[str]) -> list[tuple[str, ResultRow]]:
        """The source's rows of these stages, each amount once: one scenario, A1–A3 not twice."""
        wanted = set(stages)
        rows = [(key, row) for key, row in keyed(self.source.rows) if isinstance(row, ResultRow)]
        rows = [(k, r) for k, r in rows if r.scenario is None or r.scenario == self.source.scenario]
        modules = {r.module for _, r in rows}
        if modules & _PARTS_OF_SUM:
            rows = [(k, r) for k, r in rows if r.module != _SUM_MODULE]
        return [(k, r) for k, r in rows if r.stage in wanted]

    def _is_gate(self) -> bool:
        boundary = self.source.basis.boundary or self.declaration.boundary.type
        return boundary == "c2g" and not self.source.rows

    def _per(self) -> str:
        if self.declaration.battery is not None:
            return self.request.battery_per
        return self.source.basis.denominator.per

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
        self._note("/carbon/total", "fossil + land use change + biogenic non-CO2", self._own(told))
        self._note(
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
            return self._need(f"/carbon/{name}", known or getattr(self.source.carbon, name))
        amounts = []
        for key, row in rows:
            known = self._known(name, row.carbon)
            if known is None and self._is_zero_overall(name):
                known = _ZERO
            amounts.append(self._need(f"/rows/{key}/carbon/{name}", known or getattr(row.carbon, name)))
        told = [a for a in amounts if a is not None]
        if len(told) < len(amounts):
            return None
        parents = tuple(f"{self.path}/rows/{key}/carbon/{name}" for key, _ in rows)
        self._note(f"/carbon/{name}", "Σ stages up to the gate", parents)
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
        total = add_all([_kg(row.carbon.total) for _, row in rows], KG_CO2E)
        parents = tuple(f"{self.path}/rows/{key}/carbon/total" for key, _ in rows)
        self._note("/rows/distribution/carbon/total", "Σ distribution", parents)
        return (ResultRow(stage="distribution", carbon=Carbon(total=total)),)

    def _need(self, path: str, value: object) -> Quantity | None:
        if isinstance(value, Quantity):
            return value
        hidden = isinstance(value, Missing) and value.missing is Reason.WITHHELD
        code = "restate.withheld" if hidden else "restate.not-told"
        self.lacks.append(lack(self.target, f"{self.path}{path}", code=code, place=path))
        return None

    def _note(self, path: str, formula: str, parents: Iterable[str]) -> None:
        self.origins[path] = Derived(formula, tuple(parents))


# Annex II, point 4 of Regulation (EU) 2023/1542: transport up to the battery plant is part of stage 1.
_EU_STAGES: Mapping[str, tuple[str, ...]] = {
    "raw": ("raw", "inbound", "upstream"),
    "production": ("production", "core"),
    "distribution": ("distribution",),
    "eol": ("eol",),
}
_ZERO = Quantity(add_all([], KG_CO2E).amount, KG_CO2E)


def _kg(value: object) -> Quantity:
    assert isinstance(value, Quantity)
    return value


def _is_zero(value: object) -> bool:
    return isinstance(value, Quantity) and value.amount == 0
