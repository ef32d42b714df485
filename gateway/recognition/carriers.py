"""Which energy carrier a line is about, and which line an upstream line supplies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from typing import Final

from gateway import resources
from gateway.model.activity import Line
from gateway.model.base import LangText
from gateway.quantity import Quantity, parse_unit
from gateway.recognition import electricity

UPSTREAM: Final = "upstream_co2e"


def carrier(line: Line) -> str:
    """The carrier that the line's own words name; empty where they name none.

    A name is read for a comparison of lines with each other only, never to choose a factor by it.
    """
    if electricity.is_electricity(line):
        return "electricity"
    named = [name for _, name in line.name.items()] if isinstance(line.name, LangText) else []
    if isinstance(line.flow.name, str):
        named.append(line.flow.name)
    words = _words()
    for name in named:
        # The longest word comes first: natural gas liquids are no natural gas.
        found = next((known for word, known in words if word.search(name)), "")
        if found:
            return found
    return ""


def supplied(upstream: Line, lines: Iterable[Line]) -> Line | None:
    """The line that uses what ``upstream`` supplies: of the same stage and site, and of the same carrier.

    Where either names no carrier, the same amount tells; of several lines the one of the nearest amount.
    """
    mine, what = _amount(upstream), carrier(upstream)
    found: list[tuple[Fraction, Line]] = []
    for line in lines:
        if line is upstream or line.factor.kind == UPSTREAM or not _together(upstream, line):
            continue
        own, theirs = _amount(line), carrier(line)
        comparable = mine is not None and own is not None and mine[0] == own[0]
        apart = abs(own[1] - mine[1]) if mine and own and comparable else None
        if what and theirs:
            if what == theirs:
                # In another kind of unit (m3, kg) the carrier alone tells; such a line comes last.
                found.append((Fraction(-1, 1 + apart) if apart is not None else Fraction(1), line))
        elif apart == 0:
            found.append((Fraction(-1), line))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _together(one: Line, other: Line) -> bool:
    return one.stage == other.stage and one.site_id == other.site_id


def _amount(line: Line) -> tuple[object, Fraction] | None:
    if not isinstance(line.amount_per_unit, Quantity):
        return None
    unit = parse_unit(line.amount_per_unit.unit)
    return unit.dimension, Fraction(line.amount_per_unit.amount) * unit.factor


@cache
def _words() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = sorted(resources.table("energy/names.csv"), key=lambda row: (-len(row["name"]), row["name"]))
    return tuple((_word(row["name"], row["language"]), row["carrier"]) for row in rows)


def _word(name: str, language: str) -> re.Pattern[str]:
    text = re.escape(name)
    # Short abbreviations (BFG) are words of their own only as written.
    flags = re.IGNORECASE if len(name) > 3 else re.NOFLAG
    return re.compile(text if language == "zh" else rf"\b{text}\b", flags)
