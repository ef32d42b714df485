"""The leaf table of openEPD, its closed lists, and the units and modules that it has a place for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from gateway import resources
from gateway.codec.fields import FieldTable, code_synonyms, compile_table, named_code

TARGET: Final = "openepd@0.1"
RESULT_SET: Final = "declared"
GROUPS: Final = ("impacts", "resource_uses", "output_flows")
# Our own member of ``ext``, where openEPD leaves room: texts in further languages.
EXTENSION: Final = "hutong"

# An openXPD UUID as openEPD documents have it; ids of another kind stand among the alternative ones.
XPD_ID: Final = r"^(?:-*[A-Za-z0-9]){8}(?:(?:-*[A-Za-z0-9]){2})?-*$"
ALTERNATIVE: Final = "hutong"
# openepd 8.0.0, lcia: the closed list of methods, and the GWP set of those that have one.
METHODS: Final = (
    *("Unknown LCIA", "TRACI 2.2", "TRACI 2.1", "TRACI 2.0", "TRACI 1.0", "IPCC AR5", "IPCC AR6"),
    *("EF 3.0", "EF 3.1", "EF 2.0", "EN 15978:2011", "USEtox 2.12", "CML 2016", "CML 2012", "CML 2007"),
    *("CML 2001", "CML 1992", "ReCiPe 2016", "ReCiPe 2008", "GWP-GHG", "LIME2"),
)
GWP_SETS: Final[Mapping[str, str]] = {
    "EF 3.1": "EF3.1",
    "EF 3.0": "EF3.0",
    "IPCC AR5": "AR5",
    "IPCC AR6": "AR6",
}
UNKNOWN_METHOD: Final = "Unknown LCIA"
# Of several methods in one document, the first of these is the declared set; the others stand beside it.
PREFERRED: Final = ("EF 3.1", "EF 3.0", "IPCC AR6", "IPCC AR5")
# EN 15804+A2 counts biogenic uptake in its total and has GWP-GHG beside it; other methods leave it out.
_WITH_UPTAKE: Final = frozenset({"EF 3.1", "EF 3.0", "EN 15978:2011"})
_CLASSES: Final = {"gwp-fossil": "fossil", "gwp-biogenic": "biogenic", "gwp-luluc": "luluc"}

# The scopes of openEPD by the modules of EN 15804 behind them.
SCOPES: Final[Mapping[str, str]] = {
    "A1-A3": "A1A2A3",
    **{module: module for module in ("A1", "A2", "A3", "A4", "A5")},
    **{f"B{number}": f"B{number}" for number in range(1, 8)},
    **{f"C{number}": f"C{number}" for number in range(1, 5)},
    "D": "D",
}
MODULES: Final[Mapping[str, str]] = {scope: module for module, scope in SCOPES.items()}
# Our units by the names that openEPD documents use.
UNITS: Final[Mapping[str, str]] = {
    "kg": "kg",
    "t": "t",
    "g": "g",
    "m": "m",
    "m2": "m2",
    "m3": "m3",
    "L": "L",
    "MJ": "MJ",
    "kW.h": "kWh",
    "t.km": "t * km",
    "{piece}": "item",
    "W": "W",
    "kW": "kW",
    "h": "hour",
}


@cache
def table() -> FieldTable:
    """Every leaf that has one place in the document."""
    return compile_table(resources.table("fields/openepd.csv"))


def classes(method: str) -> Mapping[str, str]:
    """The climate indicators of a method, each with the field of our ``Carbon`` that it states."""
    if method in _WITH_UPTAKE:
        return {"gwp": "total_including_uptake", "GWP_GHG": "total", **_CLASSES}
    return {"gwp": "total", **_CLASSES}


@cache
def stage_of(module: str) -> str | None:
    """The stage that a module belongs to; A1 to A3 told as one stand in the stage of their last."""
    return "production" if module == "A1-A3" else named_code(code_synonyms("STAGE"), module)


@cache
def known_units() -> Mapping[tuple[str, str], Mapping[str, str]]:
    """What is known of an indicator in a unit, by member and unit."""
    return {(row["member"], row["unit"]): row for row in resources.table("codes/openepd_indicators.csv")}


@cache
def indicator_ids() -> Mapping[tuple[str, str], str]:
    """The id of an indicator by its short name and our unit; of several editions the newest."""
    found: dict[tuple[str, str], str] = {}
    rows = resources.table("codes/ilcd_indicators.csv")
    for row in sorted(rows, key=lambda row: row["editions"]):
        found[row["code"], row["unit"]] = row["uuid"]
    return found


def own_id(member: str) -> str:
    """The id of an indicator that EN 15804 states in another unit and that has no id of its own there."""
    return f"openepd/{member}"


@cache
def members() -> Mapping[str, tuple[str, str, str, str]]:
    """Group, member, openEPD's unit and ours for an indicator's id, in any edition."""
    by_code = {(row["code"], row["ours"]): row for row in known_units().values()}
    found = {
        own_id(row["member"]): (row["group"], row["member"], row["unit"], row["ours"])
        for row in by_code.values()
    }
    for row in resources.table("codes/ilcd_indicators.csv"):
        own = by_code.get((row["code"], row["unit"]))
        if own is not None:
            found[row["uuid"]] = (own["group"], own["member"], own["unit"], own["ours"])
    return found
