"""The sections of the document, its leaf table, and the codes of the published models behind them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from gateway import resources
from gateway.codec.annex import Riders, riders
from gateway.codec.fields import FieldTable, compile_table

TARGET = "en18223@2026"
RESULT_SET = "en18223"
HOME = f"/results/{RESULT_SET}"
SCHEMA_VERSION = "EN18223:v1.0"
ANNEX = "/hutong"
ANNEX_ID = "urn:hutong:passport:1"
_TABLE = "fields/en18223.csv"

# The specification of each section, by the name under which the field table has it. IDTA 02035-1, -3, -4
# and -6, submodel-templates at 290e242f.
FOOTPRINT = "https://admin-shell.io/idta/CarbonFootprint/CarbonFootprint/1/0"
SECTIONS: Mapping[str, str] = {
    "nameplate": "https://admin-shell.io/idta/digitalbatterypassport/nameplate/1/0/Nameplate",
    "technical": "https://admin-shell.io/idta/digitalbatterypassport/TechnicalData/1/0",
    "material": "urn:samm:io.admin-shell.idta.batterypass.material_composition:1.0.0#MaterialComposition",
    "footprint": FOOTPRINT,
    "hutong": ANNEX_ID,
}

# IDTA 02035-3, LifeCyclePhases; Annex II, point 4 of Regulation (EU) 2023/1542. End of life is C3.
PHASES: Mapping[str, str] = {
    "raw": "A1 - raw material supply (and upstream production)",
    "production": "A3 - production",
    "distribution": "A4 - transport to final destination",
    "eol": "C3 - recycling, waste treatment",
}
# The literal of the published model, sic.
PER_KWH = "kwH"
PER_PIECE = "piece"

GRANULARITY: Mapping[str, str] = {"model": "Model", "batch": "Batch", "item": "Item"}
STATUS: Mapping[str, str] = {
    "draft": "Draft",
    "active": "Active",
    "superseded": "Superseded",
    "withdrawn": "Withdrawn",
}
CATEGORY: Mapping[str, str] = {"EV": "ev", "LMT": "lmt", "IND": "industrial"}

# For persons with a legitimate interest only: Annex XIII, point 4; DIN DKE SPEC 99100, 6.1.3.3 and 6.1.3.7.
RESTRICTED: Mapping[str, str] = {
    "/passport/put_into_service": "date of putting the battery into service",
    "/passport/status": "battery status",
}


@cache
def own_table() -> FieldTable:
    """What comes back by its place from a document of ours: the annex."""
    rows = resources.table(_TABLE)
    return compile_table(r for r in rows if r["source"].startswith(f"{ANNEX}/") and r["type"] != "own")


@cache
def foreign_table() -> FieldTable:
    """What comes back by its place from anybody's document: the header and the published sections."""
    rows = resources.table(_TABLE)
    by_place = (r for r in rows if r["type"] not in ("own", "absent"))
    return compile_table(r for r in by_place if not r["source"].startswith(f"{ANNEX}/"))


def riding() -> Riders:
    """What rides along in our own section."""
    return riders(_TABLE, below=ANNEX, result_set=RESULT_SET)


@cache
def required(section: str) -> tuple[str, ...]:
    """The members that the published model of a section asks for, as places below it."""
    start = f"/{section}/"
    rows = resources.table(_TABLE)
    found = [r["source"] for r in rows if r["required"] == "yes" and r["source"].startswith(start)]
    return tuple(source.removeprefix(f"/{section}") for source in found)


def annex_of(document: Mapping[str, object]) -> Mapping[str, object] | None:
    """Our own section, if it carries the notice."""
    own = document.get(ANNEX_ID)
    return own if isinstance(own, dict) and isinstance(own.get("notice"), dict) else None


def real_place(at: str) -> str:
    """The pointer into the document, where ``at`` names a section as the field table does."""
    _, name, *rest = at.split("/")
    key = SECTIONS.get(name, name).replace("~", "~0").replace("/", "~1") if name in SECTIONS else name
    return "/".join(("", key, *rest))
