"""Number formats of a workbook: what a format says about the number behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

FormatKind: TypeAlias = Literal["general", "number", "percent", "day", "text"]

# ECMA-376-1, 18.8.30: formats that have a number instead of a code; 27-36 and 50-58 are East Asian dates.
_BUILT_IN: Final = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    49: "@",
}
_BUILT_IN_DAYS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
# Quoted text, an escaped or skipped or repeated character, colours, conditions and locales in brackets.
_NOT_FORMAT: Final = re.compile(r'"[^"]*"|[\\_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DAY_LETTER: Final = re.compile(r"[ymdhs]", re.IGNORECASE)
_DECIMALS: Final = re.compile(r"[#,]*0*(?:\.(0+))?")
_PADDED: Final = re.compile(r"0{2,}")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A number format. ``decimals``: it shows exactly so many; ``width``: it fills up with zeros to it."""

    code: str
    kind: FormatKind
    decimals: int = 0
    width: int = 0


GENERAL: Final = NumberFormat("General", "general")


@lru_cache(maxsize=1024)
def number_format(format_id: int, code: str | None) -> NumberFormat:
    """The format of an id; ``code`` where the workbook defines it itself."""
    if code is None:
        if format_id in _BUILT_IN_DAYS:
            return NumberFormat(f"built-in {format_id}", "day")
        code = _BUILT_IN.get(format_id, "General")
    first = _NOT_FORMAT.sub("", code).split(";")[0].strip()
    if first in {"", "General", "@"}:
        return NumberFormat(code, "text" if first == "@" else "general")
    if "%" in first:
        return NumberFormat(code, "percent")
    if _DAY_LETTER.search(first.replace("General", "")):
        return NumberFormat(code, "day")
    fixed = _DECIMALS.fullmatch(first)
    decimals = len(fixed[1] or "") if fixed else 0
    return NumberFormat(code, "number", decimals, len(first) if _PADDED.fullmatch(first) else 0)
