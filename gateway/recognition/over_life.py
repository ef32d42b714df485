"""A battery's stages over the energy that it delivers in service life, under a named method profile."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.codec.lacks import lack
from gateway.model.results import KG_CO2E, Carbon, ResultRow, ResultSet, Role
from gateway.quantity import Quantity, add_all
from gateway.recognition.delivered import Delivered, delivered_energy, per_kwh
from gateway.recognition.stages import Work

# Annex II, point 4 of Regulation (EU) 2023/1542: transport up to the battery plant is part of stage 1.
_EU_STAGES: Mapping[str, tuple[str, ...]] = {
    "raw": ("raw", "inbound", "upstream"),
    "production": ("production", "core"),
    "distribution": ("distribution",),
    "eol": ("eol",),
}


class LifeWork(Work):
    """A restatement to kg CO2e per kWh delivered."""

    def result(self) -> ResultSet | None:
        """The source's stages over the energy delivered in service life, under the asked profile."""
        energy = delivered_energy(self.declaration, self.request.profile, target=self.target)
        self.lacks.extend(energy.lacks)
        rows = [self._stage_row(stage, taken) for stage, taken in _EU_STAGES.items()]
        told = [row for row in rows if row is not None]
        if self.lacks or energy.energy is None or len(told) < len(rows):
            return None
        total = add_all([_kg(row.carbon.total) for row in told], KG_CO2E)
        parents = tuple(f"{self.path}/rows/{key}/carbon/total" for key, _ in self.rows(self.request.stages))
        self.note("/carbon/total", "(Σ stages) ÷ energy delivered", (*parents, *energy.parents))
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
        parents = tuple(f"{self.path}/rows/{key}/carbon/total" for key, _ in self.rows(stages))
        self.note(f"/rows/{row.stage}/carbon/total", "Σ ÷ energy delivered", (*parents, *energy.parents))
        carbon = Carbon(total=per_kwh(_kg(row.carbon.total), energy.energy))
        return ResultRow(stage=row.stage, carbon=carbon)

    def _stage_row(self, stage: str, taken: tuple[str, ...]) -> ResultRow | None:
        rows = self.rows(taken)
        amounts = [self.need(f"/rows/{key}/carbon/total", row.carbon.total) for key, row in rows]
        if not rows:
            path = f"{self.path}/rows/{stage}/carbon/total"
            self.lacks.append(lack(self.target, path, code="restate.no-stage", stage=stage))
        told = [a for a in amounts if a is not None]
        if not rows or len(told) < len(amounts):
            return None
        return ResultRow(stage=stage, carbon=Carbon(total=add_all(told, KG_CO2E)))


def _kg(value: object) -> Quantity:
    assert isinstance(value, Quantity)
    return value
