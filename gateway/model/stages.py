"""Which rows of a result set may be added up, and which of them belong to which stage of a rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gateway.model.base import Text
from gateway.model.results import ResultRow

# EN 15804+A2, figure 1: the modules in order, so that a range covers what lies between.
MODULES: Final = (
    *("A1", "A2", "A3", "A4", "A5"),
    *("B1", "B2", "B3", "B4", "B5", "B6", "B7"),
    *("C1", "C2", "C3", "C4", "D"),
)


# Annex II, point 4 of Regulation (EU) 2023/1542: transport up to the battery plant is part of stage 1.
# Upstream and core are the words of EPD practice for the same.
EU_STAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "raw": ("raw", "inbound", "upstream"),
    "production": ("production", "core"),
    "distribution": ("distribution",),
    "eol": ("eol",),
}
# The finer words and the coarser ones say the same twice where both stand.
OVERLAPS: Final = ((("raw", "inbound"), "upstream"), (("production",), "core"))


def covered(module: Text) -> frozenset[str]:
    """The modules behind ``A1-A3``, ``A1, A2`` or ``C3``; empty where it names none."""
    if not isinstance(module, str):
        return frozenset()
    found: set[str] = set()
    for part in re.split(r"[,;+/]", module.upper()):
        ends = re.findall(r"(?<![A-Z])(?:[A-C]\d|D)(?![A-Z0-9])", part)
        if len(ends) == 2 and ends[0] in MODULES and ends[1] in MODULES:
            found.update(MODULES[MODULES.index(ends[0]) : MODULES.index(ends[1]) + 1])
        else:
            found.update(end for end in ends if end in MODULES)
    return frozenset(found)


def once(rows: list[tuple[str, ResultRow]]) -> list[tuple[str, ResultRow]] | None:
    """The rows without those that sum up others; None where two overlap and neither holds the other."""
    kept = list(rows)
    for path, row in rows:
        own = covered(row.module)
        others = [covered(r.module) for p, r in rows if p != path and covered(r.module) < own]
        if others and frozenset().union(*others) == own:
            kept = [(p, r) for p, r in kept if p != path]
    seen: set[str] = set()
    for _, row in kept:
        own = covered(row.module)
        if own & seen and len(own) != 1:
            return None
        seen |= own
    return kept


def is_credit(stage: Text, module: Text) -> bool:
    """Whether it stands beyond the system boundary: module D, avoided burden."""
    return stage == "credit" or (isinstance(module, str) and module.strip().upper().startswith("D"))
