"""A battery passport's submodels (batterypass@1.2); its footprint as a preview or left empty."""

from __future__ import annotations

from gateway.codec import shell
from gateway.codec.base import Evidence, Format, Package, passport_basis
from gateway.model.access import Audience
from gateway.model.disclosure import Disclosure

_HOME = "gateway.formats.batterypass"
_OWN = ("batteryCarbonFootprint", "carbonFootprintPerLifecycleStage", "carbonFootprintPerformanceClass")


def _detect(package: Package) -> Evidence | None:
    from gateway.formats.batterypass.submodels import beside
    from gateway.formats.batterypass.table import annex_of, parts

    if any(member.start != b"{" for member in package.members):
        return None
    document = parts(package)[0].json_object
    if annex_of(document) is not None and document is not None:
        return Evidence(3, ("hutong/notice", *(name for name in _OWN if name in document)))
    if document is not None and all(name in document for name in _OWN):
        return Evidence(2, _OWN)
    found = tuple(part.name for part, _ in beside(package))
    return Evidence(2, found) if found else None


FORMAT = Format(
    id="batterypass@1.2",
    title={"zh": "电池护照（BatteryPass）", "en": "battery passport (BatteryPass)"},
    media_type="application/json",
    detect=_detect,
    read=shell.reader(f"{_HOME}.reader"),
    write=shell.writer(f"{_HOME}.writer"),
    validate=shell.validator(f"{_HOME}.rules"),
    basis=passport_basis("batterypass"),
    audience=Disclosure.C0,
    parameters={"audience": tuple(Audience), "json-ld": ("yes", "no")},
    schema_edition="BatteryPass Data Model 1.2.0, own statement",
    legal_status="draft",
)
