"""A battery passport's submodels (batterypass@1.2); its footprint as a preview or left empty."""

from __future__ import annotations

from gateway.codec.base import Context, Evidence, Format, Package, Reading, Writing, passport_basis
from gateway.model.access import Audience
from gateway.model.declaration import Declaration
from gateway.model.disclosure import Disclosure
from gateway.report import Finding

_OWN = ("batteryCarbonFootprint", "carbonFootprintPerLifecycleStage", "carbonFootprintPerformanceClass")


def _detect(package: Package) -> Evidence | None:
    from gateway.formats.batterypass.submodels import beside
    from gateway.formats.batterypass.table import annex_of, parts

    if any(member.data.lstrip()[:1] != b"{" for member in package.members):
        return None
    document = parts(package)[0].json_object
    if annex_of(document) is not None and document is not None:
        return Evidence(3, ("hutong/notice", *(name for name in _OWN if name in document)))
    if document is not None and all(name in document for name in _OWN):
        return Evidence(2, _OWN)
    found = tuple(part.name for part, _ in beside(package))
    return Evidence(2, found) if found else None


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
    title={"zh": "电池护照（BatteryPass）", "en": "battery passport (BatteryPass)"},
    media_type="application/json",
    detect=_detect,
    read=_read,
    write=_write,
    validate=_validate,
    basis=passport_basis("batterypass"),
    audience=Disclosure.C0,
    parameters={"audience": tuple(Audience), "json-ld": ("yes", "no")},
    schema_edition="BatteryPass Data Model 1.2.0, own statement",
    legal_status="draft",
)
