"""What a declared footprint would be with another electricity factor, GWP set or denominator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.pipeline.convert import Source
from gateway.quantity.exact import own_arithmetic

if TYPE_CHECKING:
    from gateway.recognition.scenario import Levers, Scenario


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A scenario, and the source with the recomputed set beside the declared ones.

    ``explain`` takes this source: every recomputed value leads back to the lines that it stands on.
    """

    scenario: Scenario
    source: Source


@own_arithmetic
def what_if(source: Source, levers: Levers, *, set_id: str = "recomputed") -> WhatIf:
    """Recompute ``source`` with the levers pulled; nothing declared is changed.

    Raises:
        UsageError: no lever is named, or one cannot be pulled as asked.
        InputError: the lines cannot be tied to a declared total, or a denominator is not told.
    """
    from gateway.recognition import scenario

    found = scenario.what_if(source.declaration, levers, set_id=set_id)
    return WhatIf(found, beside(source, found))


def beside(source: Source, scenario: Scenario) -> Source:
    """``source`` with the scenario's set and where its values come from."""
    origins = {**source.origins, **scenario.origins}
    return replace(source, declaration=scenario.declaration, origins=origins)
