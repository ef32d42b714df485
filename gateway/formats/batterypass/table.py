"""The leaf table of the passport's carbon footprint and the names of its stages."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.codec.annex import Riders, reading_table, riders
from gateway.codec.base import Package
from gateway.codec.fields import FieldTable

TARGET = "batterypass@1.2"
RESULT_SET = "batterypass"
HOME = f"/results/{RESULT_SET}"
ANNEX = "/hutong"
_TABLE = "fields/batterypass.csv"

# BatteryPass Data Model 1.2.0, LifecycleStage; Annex II, point 4 of Regulation (EU) 2023/1542.
STAGES: Mapping[str, str] = {
    "raw": "RawMaterialExtraction",
    "production": "MainProduction",
    "distribution": "Distribution",
    "eol": "Recycling",
}


def reading() -> FieldTable:
    """Every leaf that comes back by its place alone."""
    return reading_table(_TABLE)


def riding() -> Riders:
    """What rides along in our own member."""
    return riders(_TABLE, below=ANNEX, result_set=RESULT_SET)


def parts(package: Package) -> tuple[Package, Package | None]:
    """Our own footprint, or else the first file, and the general information where it is beside it."""
    from gateway.formats.batterypass.general import OWN

    each = [Package((member,), package.name) for member in package.members]
    own = next((one for one in each if annex_of(one.json_object) is not None), each[0] if each else package)
    general = (one for one in each if one is not own and all(n in (one.json_object or {}) for n in OWN))
    return own, next(general, None)


def annex_of(document: object) -> Mapping[str, object] | None:
    """Our own member, if it carries the notice."""
    own = document.get("hutong") if isinstance(document, dict) else None
    return own if isinstance(own, dict) and isinstance(own.get("notice"), dict) else None
