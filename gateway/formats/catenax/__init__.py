"""Catena-X beside the footprint message: a battery component's footprint by stage, traction battery codes."""

from __future__ import annotations

from gateway.codec import shell
from gateway.codec.base import Evidence, Format, Package

# Members that no other carrier has together.
_OWN = ("pcfValues", "manufacturerPartId", "siteIdentifier", "legalidentifier")
_MODULE = "gateway.formats.catenax.component"


def _detect(package: Package) -> Evidence | None:
    document = package.json_object
    if document is None or not all(name in document for name in _OWN):
        return None
    return Evidence(2, _OWN)


COMPONENT = Format(
    id="catenax-battery-component@1.0.0",
    title={"zh": "Catena-X 电池部件碳足迹", "en": "Catena-X footprint of a battery component"},
    media_type="application/json",
    detect=_detect,
    read=shell.reader(_MODULE),
    write=shell.writer(_MODULE),
    validate=shell.validator(_MODULE),
    schema_edition="io.catenax.pcf_for_battery_component_supplier 1.0.0, own statement",
    parameters=dict.fromkeys(
        (
            "customerPartId",
            "manufacturerPartId",
            "siteIdentifier",
            "legalidentifier",
            "productQualityParameter",
            "contentC02Metals",
        ),
        (),
    ),
)


def _detect_code(package: Package) -> Evidence | None:
    document = package.json_object
    own = ("tractionBatteryCode", "productType")
    return Evidence(2, own) if document is not None and all(name in document for name in own) else None


BATTERY_CODE = Format(
    id="catenax-battery-code@2.0.0",
    title={"zh": "Catena-X 动力电池编码", "en": "Catena-X traction battery codes"},
    media_type="application/json",
    detect=_detect_code,
    read=shell.reader("gateway.formats.catenax.battery_code"),
    validate=shell.validator("gateway.formats.catenax.battery_code"),
    schema_edition="io.catenax.traction_battery_code 2.0.0, own statement",
)
