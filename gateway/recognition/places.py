"""Provinces of China in GB/T 2260, ISO 3166-2 and ecoinvent, where the same letters name other provinces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias

from gateway import resources

Scheme: TypeAlias = Literal["gb2260", "iso3166-2", "ecoinvent"]
SCHEMES: Final[tuple[Scheme, ...]] = ("gb2260", "iso3166-2", "ecoinvent")


@dataclass(frozen=True, slots=True)
class Province:
    """One province with its code in each scheme."""

    gb2260: str
    iso3166_2: str
    ecoinvent: str
    name: Mapping[str, str]

    def code(self, scheme: Scheme) -> str:
        """Its code in ``scheme``."""
        return {"gb2260": self.gb2260, "iso3166-2": self.iso3166_2, "ecoinvent": self.ecoinvent}[scheme]


def province(code: str, scheme: Scheme) -> Province | None:
    """The province that ``code`` names in ``scheme``; a GB/T 2260 code of a place within it counts."""
    if scheme == "gb2260":
        code = f"{code[:2]}0000" if len(code) == 6 and code.isdecimal() else code
    return _by_code(scheme).get(code)


@cache
def _by_code(scheme: Scheme) -> Mapping[str, Province]:
    return {found.code(scheme): found for found in _provinces()}


@cache
def _provinces() -> tuple[Province, ...]:
    other = {row["gb2260"]: row["ecoinvent"] for row in resources.table("locations/ecoinvent_cn.csv")}
    return tuple(
        Province(
            row["gb2260"],
            row["iso3166_2"],
            other[row["gb2260"]],
            {"zh": row["name_zh"], "en": row["name_en"]},
        )
        for row in resources.table("codes/cn_provinces.csv")
    )
