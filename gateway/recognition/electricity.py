"""Which electricity a line or site uses: the announced factors of China, by value and year.

The ministries publish two kinds of number for the same kWh: CO2 at the power plant, and the footprint
over the life cycle. Whoever types one as the other is off by a tenth or more, so the value itself is
looked up, not only the label that stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from gateway import resources
from gateway.errors import GatewayError
from gateway.model.activity import Line
from gateway.model.base import Amount, LangText
from gateway.model.declaration import Declaration
from gateway.model.party import SiteElectricity
from gateway.model.walk import escape, keyed
from gateway.quantity import Exact, Quantity, convert, parse_unit, same_number

LIFE_CYCLE: Final = "lca_co2e"
DIRECT: Final = ("direct_co2", "direct_co2e")
_PER_KWH: Final = "kg{CO2eq}/(kW.h)"
# CPC 17100 is electrical energy; the id of a CPCD row begins with its CPC class.
_CPCD_ELECTRICITY: Final = re.compile(r"17100[A-Z]\d{3}\d{4}[ABC]", re.ASCII)
# Units in which electricity is billed. Fuels and heat come in them rarely, and then their names say so.
_BILLED: Final = ("kW.h", "MW.h", "GW.h", "W.h", "10*4.kW.h")
_OTHER_CARRIERS: Final = re.compile(
    r"天然气|燃气|液化气|煤|柴油|汽油|燃料油|氢|蒸汽|热力|供热|供暖|压缩空气|制冷"
    r"|\b(natural gas|gas|lpg|coal|diesel|petrol|gasoline|fuel|hydrogen|steam|heat|heating|cooling"
    r"|compressed air)\b",
    re.IGNORECASE,
)
_ELECTRIC: Final = re.compile(
    r"电力|用电|市电|绿电|购电|电网|\b(electricity|electric power|grid)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Announced:
    """One announced factor."""

    year: int
    kind: str
    what: str
    scope: str
    place: str
    name: Mapping[str, str]
    kg_per_kwh: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Match:
    """Announced factors of the same value; ``by_year`` when the year agrees as well."""

    rows: tuple[Announced, ...]
    by_year: bool

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds that the value can be."""
        return frozenset(row.kind for row in self.rows)

    @property
    def direct(self) -> bool:
        """Whether the value counts CO2 at generation only."""
        return self.kinds == {"direct_co2"}

    @property
    def life_cycle(self) -> bool:
        """Whether the value is a life-cycle footprint."""
        return self.kinds == {LIFE_CYCLE}


@dataclass(frozen=True, slots=True)
class Use:
    """Electricity with its factor, on a line or at a site."""

    path: str
    factor_path: str
    value: Quantity | None
    kind: str
    region: str
    database: str
    dataset: str
    site_id: str
    match: Match | None

    @property
    def label(self) -> str:
        """What people call it: the line or site."""
        return self.path.split("/")[2]

    @property
    def is_direct(self) -> bool:
        """Whether the factor counts CO2 at generation only, as stated or as announced."""
        return self.kind in DIRECT or (self.match is not None and self.match.direct and self.match.by_year)

    @property
    def is_mistyped(self) -> bool:
        """Whether it is stated as life-cycle and announced, in that year, as CO2 at generation."""
        return self.kind == LIFE_CYCLE and self.match is not None and self.match.direct

    @property
    def is_life_cycle(self) -> bool:
        """Whether it is stated as life-cycle, or announced as such, and nothing speaks against it."""
        if self.match is not None and not self.match.life_cycle:
            return False
        return self.kind == LIFE_CYCLE or (not self.kind and self.match is not None)


def look_up(value: Amount, year: object = None) -> Match | None:
    """The announced factors with exactly this value; those of ``year`` alone where there are any."""
    amount = per_kwh(value)
    if amount is None:
        return None
    rows = tuple(row for row in announced() if same_number(row.kg_per_kwh, amount))
    of_year = tuple(row for row in rows if row.year == year)
    return Match(of_year or rows, bool(of_year)) if rows else None


def per_kwh(value: Amount) -> Exact | None:
    """The kg CO2 or CO2e per kWh; None where it is no such factor."""
    if not isinstance(value, Quantity):
        return None
    unit = value.unit.replace("{CO2}", "{CO2eq}")
    try:
        return convert(Quantity(value.amount, unit), _PER_KWH).amount
    except GatewayError:
        return None


def uses(declaration: Declaration) -> Iterator[Use]:
    """The electricity of the lines, in their order."""
    for key, line in keyed(declaration.lines):
        assert isinstance(line, Line)
        if is_electricity(line):
            yield _of_line(f"/lines/{escape(key)}", line)


def site_uses(declaration: Declaration) -> Iterator[tuple[str, SiteElectricity, Match | None]]:
    """The electricity of the sites with its path and the announced factor of the same value."""
    for key, site in keyed(declaration.sites):
        for number, used in enumerate(getattr(site, "electricity", ())):
            path = f"/sites/{escape(key)}/electricity/{number}"
            yield path, used, look_up(used.emission_factor)


def is_electricity(line: Line) -> bool:
    """Whether an energy line is electricity: by its factor's id, its announced value, or unit and name.

    A combustion factor per kWh of fuel is none, whatever its unit.
    """
    if line.category != "energy" or line.direction == "out":
        return False
    if isinstance(line.factor.id, str) and _CPCD_ELECTRICITY.match(line.factor.id):
        return True
    name = _name(line)
    if _OTHER_CARRIERS.search(name) and not _ELECTRIC.search(name):
        return False
    if look_up(line.factor.value, line.factor.year) is not None or _ELECTRIC.search(name):
        return _is_energy(line)
    return line.factor.kind not in (*DIRECT, "upstream_co2e") and _is_billed(line)


@cache
def announced() -> tuple[Announced, ...]:
    """All announced factors."""
    return tuple(
        Announced(
            int(row["year"]),
            row["kind"],
            row["what"],
            row["scope"],
            row["place"],
            {"zh": row["name_zh"], "en": row["name_en"]},
            Decimal(row["kg_per_kwh"]),
            row["source"],
        )
        for row in resources.table("factors/cn-electricity.csv")
    )


def _of_line(path: str, line: Line) -> Use:
    factor = line.factor
    return Use(
        path,
        f"{path}/factor/value",
        factor.value if isinstance(factor.value, Quantity) else None,
        factor.kind if isinstance(factor.kind, str) else "",
        factor.region if isinstance(factor.region, str) else "",
        factor.database if isinstance(factor.database, str) else "",
        _first_text(line.flow.uuid, factor.id),
        line.site_id if isinstance(line.site_id, str) else "",
        look_up(factor.value, factor.year),
    )


def _first_text(*values: object) -> str:
    return next((v for v in values if isinstance(v, str) and v), "")


def _name(line: Line) -> str:
    names = [text for _, text in line.name.items()] if isinstance(line.name, LangText) else []
    return " ".join([*names, *(v for v in (line.flow.name, line.factor.name) if isinstance(v, str))])


def _is_energy(line: Line) -> bool:
    unit = _unit(line)
    return bool(unit) and parse_unit(unit).dimension == parse_unit("kW.h").dimension


def _is_billed(line: Line) -> bool:
    return _unit(line) in _BILLED


def _unit(line: Line) -> str:
    amounts = (line.amount_per_unit, line.amount)
    return next((a.unit for a in amounts if isinstance(a, Quantity)), "")
