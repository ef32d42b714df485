"""A battery passport's carbon footprint (batterypass@1.2), written as a preview or left empty."""

from __future__ import annotations

from gateway.codec.base import Context, Evidence, Format, Package, Reading, Writing, passport_basis
from gateway.model.declaration import Declaration
from gateway.model.disclosure import Disclosure
from gateway.report import Finding

_OWN = ("batteryCarbonFootprint", "carbonFootprintPerLifecycleStage", "carbonFootprintPerformanceClass")


def _detect(package: Package) -> Evidence | None:
    from gateway.formats.batterypass.general import OWN as GENERAL
    from gateway.formats.batterypass.table import annex_of, parts

    document = parts(package)[0].json_object
    if document is None:
        return None

    if annex_of(document) is not None:
        return Evidence(3, ("hutong/notice", *(name for name in _OWN if name in document)))
    fits = next((names for names in (_OWN, GENERAL) if all(name in document for name in names)), None)
    return None if fits is None else Evidence(2, fits)


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
    basis=passport_basis("batterypass"),
    private_reader=True,
    audience=Disclosure.C0,
    schema_edition="BatteryPass Data Model 1.2.0, CarbonFootprintForBatteries, own statement",
    legal_status="draft",
)
