"""Catena-X beside the footprint message: components, parts of two passports, traction battery codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from gateway.codec import shell
from gateway.codec.base import BasisRequest, Evidence, Format, Package, passport_basis
from gateway.model.access import Audience
from gateway.model.disclosure import Disclosure

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


_PASSPORT = "gateway.formats.catenax.passport"
# What a caller tells of the entries; a passport of products has the address of the plant besides.
_ENTRIES: Mapping[str, tuple[str, ...]] = {
    "audience": tuple(Audience),
    "entries": ("stages", "total", "none"),
    "rulebook": (),
    "declaration": (),
    "facility": (),
}
_ADDRESS: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    ("street", "number", "city", "country", "postCode"), ()
)


def _detect_passport(urn: str, *places: tuple[str, ...]) -> Callable[[Package], Evidence | None]:
    """By the model that it names, else by places that no other passport has."""

    def detect(package: Package) -> Evidence | None:
        document = package.json_object
        if document is None:
            return None
        metadata = document.get("metadata")
        named = [
            document.get("specVersion"),
            metadata.get("specVersion") if isinstance(metadata, dict) else None,
        ]
        told = next((text for text in named if isinstance(text, str) and urn in text), None)
        if told is not None:
            return Evidence(3, (f"specVersion {told}",))
        found = tuple("/".join(steps) for steps in places if _is_there(document, steps))
        return Evidence(2, found) if found else None

    return detect


def _is_there(node: object, steps: tuple[str, ...]) -> bool:
    for step in steps:
        node = node.get(step) if isinstance(node, dict) else None
    return node is not None


def _passport(
    model: str,
    name: tuple[str, str],
    *places: tuple[str, ...],
    basis: BasisRequest | None = None,
    more: Mapping[str, tuple[str, ...]] | None = None,
) -> Format:
    urn, _, version = model.rpartition(":")
    id_ = f"catenax-{'battery-pass' if basis else 'dpp'}@{version}"
    return Format(
        id=id_,
        title={"zh": f"Catena-X {name[0]} {version}（部分）", "en": f"Catena-X {name[1]} {version}, in part"},
        media_type="application/json",
        detect=_detect_passport(f"{urn}:", *places),
        read=shell.reader(_PASSPORT, id_),
        write=shell.writer(_PASSPORT, id_),
        validate=shell.validator(_PASSPORT, id_),
        basis=basis,
        audience=Disclosure.C1,
        parameters={**_ENTRIES, **(more or {})},
        schema_edition=f"{urn} {version}, own statement",
        legal_status="draft" if basis else "",
    )


BATTERY_PASS = _passport(
    "io.catenax.battery.battery_pass:6.1.0",
    ("电池护照", "battery pass"),
    ("sustainability", "carbonFootprint"),
    ("identification", "idDmc"),
    ("identification", "identification", "type"),
    # An output of this model states the set itself: it is not restated.
    basis=replace(passport_basis("catenax-battery-pass"), stated_in="catenax-passport#/unit"),
)
PRODUCT_PASSPORT = _passport(
    "io.catenax.generic.digital_product_passport:7.0.0",
    ("数字产品护照", "digital product passport"),
    ("sustainability", "productFootprint"),
    ("identification", "partTypeInformation"),
    more=_ADDRESS,
)
