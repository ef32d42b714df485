"""Which stage of a declared set a line's change belongs to; where one cannot be told, no stage is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.model.base import here
from gateway.model.results import ResultRow
from gateway.model.stages import is_credit, once
from gateway.model.walk import keyed
from gateway.recognition.account import Account


@dataclass(frozen=True, slots=True)
class Stage:
    """A row of the source set with the lines whose change it carries."""

    key: str
    stage: str
    lines: tuple[str, ...]


def attributed(account: Account, moved: Sequence[str]) -> tuple[Stage, ...] | None:
    """Every stage of the source with its share of the ``moved`` lines; None where one of them has none.

    A line belongs to the one row that names its stage. Credits stand outside the total.
    """
    rows = [(key, row) for key, row in keyed(account.source.rows) if isinstance(row, ResultRow)]
    counted = once([(k, r) for k, r in rows if r.scenario in (None, account.source.scenario)])
    if not counted:
        return None
    own = [(key, row) for key, row in counted if not is_credit(row.stage, row.module)]
    stages = [row.stage for _, row in own]
    if len(set(stages)) < len(stages) or not all(isinstance(stage, str) for stage in stages):
        return None
    if not all(here(row.carbon.total) for _, row in own):
        return None
    lines = {c.path: c.line.stage for c in account.lines if c.path in set(moved)}
    if not set(lines.values()) <= set(stages):
        return None
    return tuple(
        Stage(key, str(row.stage), tuple(path for path, stage in lines.items() if stage == row.stage))
        for key, row in own
    )
