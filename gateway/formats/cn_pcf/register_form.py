"""How a certificate register is written, and whether its headings are those of one."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from gateway import resources
from gateway.codec.base import Package
from gateway.formats.cn_pcf.workbook_layout import field_of, heading
from gateway.frontdoor.table import Delimiter, Encoding

NUMBER: Final = "label.certNo"
TOTAL: Final = "results.totalKg"
UNIT: Final = "unit"
# What a register is known by.
NEEDED: Final = (NUMBER, TOTAL, UNIT)
# So many of its headings, with others missing, are worth saying which ones are.
_FEWEST: Final = 2
# No heading of a register is longer; anything else is not looked at as a whole.
_LONGEST_HEAD: Final = 4096


@dataclass(frozen=True, slots=True)
class Form:
    """How a register is written, and the headings that say that it is one."""

    encoding: Encoding
    delimiter: Delimiter
    names: tuple[str, ...]


def form_of(package: Package) -> Form | None:
    """How a register is written; None where it lacks what a register has."""
    for (encoding, delimiter), names in splits(package):
        if set(NEEDED) <= {headings().get(heading(name), "") for name in names}:
            return Form(encoding, delimiter, names)
    return None


def splits(package: Package) -> Iterator[tuple[tuple[Encoding, Delimiter], tuple[str, ...]]]:
    """The first line, taken apart in every way that registers are written."""
    if len(package.members) != 1:
        return
    data = package.only.data
    first = data.removeprefix(codecs.BOM_UTF8).partition(b"\n")[0][:_LONGEST_HEAD]
    encoding: Encoding
    for encoding in ("utf-8", "gb18030"):
        try:
            head = first.decode(encoding).rstrip("\r")
            data.decode(encoding)  # the rows may be in Chinese where the headings are not
        except UnicodeDecodeError:
            continue
        delimiter: Delimiter
        for delimiter in (",", ";", "\t"):
            yield (encoding, delimiter), tuple(name.strip().strip('"') for name in head.split(delimiter))


def known(names: tuple[str, ...]) -> int:
    """How many fields of a register these headings name."""
    return len({headings().get(heading(name), "") for name in names} - {""})


def is_like_one(package: Package) -> bool:
    """Whether the first line has headings of a register, but not all that it must have."""
    return any(known(names) >= _FEWEST and len(names) > 1 for _, names in splits(package))


def wanted(missing: Sequence[str]) -> dict[str, str]:
    """Parameters of a finding: the columns that are missing, and every heading that is understood."""
    spellings = {row["key"]: row["headings"] for row in resources.table("fields/cn_register.csv")}
    names = [labels_of(key) for key in missing]
    return {
        "keys_en": ", ".join(f"“{name['en']}”" for name in names),
        "keys_zh": "、".join(f"“{name['zh']}”" for name in names),
        "accepted": "; ".join(spellings[key].replace("|", " | ") for key in missing),
    }


def labels_of(key: str) -> Mapping[str, str]:
    """The names of a field in both languages."""
    own = field_of(key)
    return {"en": "Unit", "zh": "单位"} if own is None else own.row.label


@cache
def headings() -> Mapping[str, str]:
    """The field behind every spelling of a heading."""
    found: dict[str, str] = {}
    for row in resources.table("fields/cn_register.csv"):
        for spelling in row["headings"].split("|"):
            found[heading(spelling)] = row["key"]
    return found
