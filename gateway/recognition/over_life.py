"""A battery's stages over the energy that it delivers in service life, under a named method profile."""

from __future__ import annotations

from gateway.codec.lacks import lack
from gateway.model.formula import Operation, Operator, Term, total
from gateway.model.results import KG_CO2E, Carbon, ResultRow, ResultSet, Role
from gateway.model.stages import EU_STAGES
from gateway.quantity import Quantity
from gateway.recognition.delivered import delivered_energy
from gateway.recognition.stages import Work

_ENERGY = "/basis/denominator/energy"


class LifeWork(Work):
    """A restatement to kg CO2e per kWh delivered."""

    def result(self) -> ResultSet | None:
        """The source's stages over the energy delivered in service life, under the asked profile."""
        energy = delivered_energy(self.declaration, self.request.profile, target=self.target)
        self.lacks.extend(energy.lacks)
        told = [self._stage(stage, taken) for stage, taken in EU_STAGES.items()]
        self.rows_agree()
        stages = [paths for paths in told if paths is not None]
        if self.lacks or energy.expression is None or len(stages) < len(told):
            return None
        self.put(_ENERGY, energy.expression)
        rows = tuple(
            ResultRow(stage=stage, carbon=Carbon(total=self._over(f"/rows/{stage}/carbon/total", paths)))
            for stage, paths in zip(EU_STAGES, stages, strict=True)
        )
        everything = tuple(path for paths in stages for path in paths)
        return ResultSet(
            id=self.request.result_set,
            role=Role.RESTATED,
            basis=energy.basis(self.basis, self.request.profile),
            derived_from=self.source.id,
            carbon=Carbon(total=self._over("/carbon/total", everything)),
            rows=rows,
        )

    def _over(self, path: str, paths: tuple[str, ...]) -> Quantity:
        """The sum of leaves over the energy; the energy stands in the basis, so the unit is kg CO2e."""
        quotient = Operation(
            Operator.QUOTIENT, (total(paths, KG_CO2E), Term(f"{self.made}{_ENERGY}")), KG_CO2E
        )
        return self.put(path, quotient)

    def _stage(self, stage: str, taken: tuple[str, ...]) -> tuple[str, ...] | None:
        """The leaves of one stage of the regulation; a lack if there are none."""
        rows = self.rows(taken)
        if not rows:
            path = f"{self.path}/rows/{stage}/carbon/total"
            self.lacks.append(lack(self.target, path, code="restate.no-stage", stage=stage))
            return None
        told = [self.need(f"/rows/{key}/carbon/total") for key, _ in rows]
        paths = tuple(f"{self.path}/rows/{key}/carbon/total" for key, _ in rows)
        return paths if all(told) else None
