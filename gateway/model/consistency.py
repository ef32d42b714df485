"""Whether a declaration agrees with itself: sums, units, denominators, dates, identifiers, magnitudes.

An error is a contradiction inside the file or an identifier that cannot be right. A warning is a value
that is unlikely; a remark (info) is worth knowing. Two printed numbers agree when both can be the same
number before rounding: they may differ by half a unit in the last printed place of each. Products of a
line are held to the printed digits of the result alone (or 1e-9 of it, for numbers that passed through
doubles); sums may differ by 1e-6. Up to 0.5 % a wrong sum is called rounded.
"""

from __future__ import annotations

from gateway.model._check import Check
from gateway.model._check_battery import check_battery
from gateway.model._check_facts import check_facts
from gateway.model._check_identity import check_identity
from gateway.model._check_lines import check_lines
from gateway.model._check_passport import check_passport
from gateway.model._check_places import check_places
from gateway.model._check_results import check_results
from gateway.model.declaration import Declaration
from gateway.model.origin import Origins
from gateway.report import Finding


def check(declaration: Declaration, origins: Origins | None = None) -> tuple[Finding, ...]:
    """What in ``declaration`` contradicts itself or is hardly possible, by place in the user's file."""
    run = Check(declaration, origins or {})
    steps = (check_facts, check_identity, check_places, check_lines, check_results, check_battery)
    for step in (*steps, check_passport):
        step(run)
    return tuple(run.found)
