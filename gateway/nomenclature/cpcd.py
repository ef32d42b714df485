"""The ids of CPCD, China's published footprints of products: class, year of the data and grade."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# CPC class, letter of the subclass (X: none), number, year, grade: as decoded from the published rows.
_ID: Final = re.compile(r"(\d{5})([A-JPRX])(\d{3})(\d{4})([ABC])", re.ASCII)


class Grade(StrEnum):
    """Where a row's value comes from."""

    LITERATURE = "A"
    PRODUCT_LITERATURE = "B"  # published for a product, as an EPD is
    CORE = "C"


@dataclass(frozen=True, slots=True)
class CpcdId:
    """A decoded id. ``cpc`` is a class of UN CPC 2.1, never of another version."""

    cpc: str
    letter: str
    number: str
    year: int
    grade: Grade


def decode(text: str) -> CpcdId | None:
    """What an id says of its row; None where it is no id of CPCD."""
    found = _ID.fullmatch(text)
    if found is None:
        return None
    cpc, letter, number, year, grade = found.groups()
    return CpcdId(cpc, letter, number, int(year), Grade(grade))
