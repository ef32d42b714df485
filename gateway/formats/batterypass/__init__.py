"""A battery passport's carbon footprint (batterypass@1.2), written as a preview or left empty."""

from __future__ import annotations

from gateway.codec.base import BasisRequest, Context, Evidence, Format, Package, Reading, Writing
from gateway.errors import GatewayError
from gateway.model.declaration import Declaration
from gateway.model.disclosure import Disclosure
from gateway.report import Finding

_OWN = ("batteryCarbonFootprint", "carbonFootprintPerLifecycleStage", "carbonFootprintPerformanceClass")
_BASIS = BasisRequest(
    result_set="batterypass",
    battery_per="kwh-delivered",
    profile="eu-battery-ev-draft-2024",
    stages=("raw", "inbound", "upstream", "production", "core", "distribution", "eol"),
)


def _detect(package: Package) -> Evidence | None:
    if len(package.members) != 1 or package.only.data.lstrip()[:1] != b"{":
        return None
    try:
        document = package.json
    except GatewayError:
        return None
    from gateway.formats.batterypass.table import annex_of

    own = annex_of(document)
    if own is not None and isinstance(document, dict):
        return Evidence(3, ("hutong/notice", *(name for name in _OWN if name in document)))
    if isinstance(document, dict) and all(name in document for name in _OWN):
        return Evidence(2, _OWN)
    return None


def _read(package: Package, context: Context) -> Reading:
    from gateway.formats.batterypass.reader import read

    return read(package, context)


def _write(declaration: Declaration, context: Context) -> Writing:
    from gateway.formats.batterypass.writer import write

    return write(declaration, context)


def _validate(package: Package) -> tuple[Finding, ...]:
    from gateway.formats.batterypass.rules import validate

    return validate(package)


FORMAT = Format(
    id="batterypass@1.2",
    title={"zh": "电池护照碳足迹（BatteryPass）", "en": "battery passport carbon footprint (BatteryPass)"},
    media_type="application/json",
    detect=_detect,
    read=_read,
    write=_write,
    validate=_validate,
    basis=_BASIS,
    private_reader=True,
    audience=Disclosure.C0,
    schema_edition="BatteryPass Data Model 1.2.0, CarbonFootprintForBatteries, own statement",
    legal_status="draft",
)
