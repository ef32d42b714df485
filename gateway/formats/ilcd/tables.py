"""The leaf table of ILCD+EPD, and the lists of indicators, flow properties and review kinds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from gateway import resources
from gateway.codec.fields import FieldTable, compile_table

TARGET: Final = "ilcd-epd@1.2"
RESULT_SET: Final = "declared"

# EN 15804, 6.2: the stage that each module belongs to, in the words of the domestic form. A1 to A3 told as
# one stand in the stage of their last.
STAGES: Final[Mapping[str, str]] = {
    "A1": "raw",
    "A2": "inbound",
    "A3": "production",
    "A1-A3": "production",
    "A1-A2": "upstream",
    "A4": "distribution",
    "A5": "installation",
    **dict.fromkeys(("B1", "B2", "B3", "B4", "B5", "B6", "B7"), "use"),
    **dict.fromkeys(("C1", "C2", "C3", "C4"), "eol"),
    "D": "credit",
}
# What EPD practice prints where a module has no number.
NOT_DECLARED: Final = frozenset({"MND", "MNA", "ND", "NA", "INA", "N/A"})
NOT_APPLICABLE: Final = frozenset({"MNR", "NR"})
# ILCD format 1.1, type of review, and what it is among our kinds. The first word of a kind is written.
REVIEWS: Final[Mapping[str, str]] = {
    "Not reviewed": "none",
    "Independent internal review": "first",
    "Dependent internal review": "first",
    "Independent external review": "third",
    "Accredited third party review": "third",
    "Independent review panel": "critical_review",
}


@cache
def table() -> FieldTable:
    """Every leaf that has one place in the process, or in the owner's contact."""
    return compile_table(resources.table("fields/ilcd_epd.csv"))


@cache
def indicators() -> Mapping[str, Mapping[str, str]]:
    """What is known of an indicator, by its id."""
    return {row["uuid"]: row for row in resources.table("codes/ilcd_indicators.csv")}


@cache
def indicator_units() -> Mapping[str, str]:
    """Our unit for the id of a unit group."""
    return {row["unit_group"]: row["unit"] for row in indicators().values()} | dict(group_units())


@cache
def group_units() -> Mapping[str, str]:
    """Our unit for the id of a unit group or flow property whose reference unit is known."""
    found: dict[str, str] = {}
    for row in flow_properties().values():
        for id_ in (row["property"], row["unit_group"], *row["aliases"].split("|")):
            if id_:
                found[id_] = row["unit"]
    return found


@cache
def flow_properties() -> Mapping[str, Mapping[str, str]]:
    """The flow property and unit group of a reference unit."""
    return {row["unit"]: row for row in resources.table("codes/ilcd_units.csv")}


@cache
def climate_ids(edition: str) -> Mapping[str, str]:
    """The ids of an edition's climate indicators, by the field of our ``Carbon``."""
    rows = indicators().values()
    return {r["carbon"]: r["uuid"] for r in rows if r["carbon"] and edition in r["editions"].split("|")}
