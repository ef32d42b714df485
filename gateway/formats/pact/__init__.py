"""Footprint messages: PACT 2.0–2.3 and 3.0, Catena-X ``io.catenax.pcf`` 7.0.0–10.0.0.

All are read into one common form and written out of it; declarations of other kinds are first restated to
the cradle-to-gate basis that all of them have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from gateway.codec import shell
from gateway.codec.base import BasisRequest, Evidence, Format, Package

if TYPE_CHECKING:
    from gateway.frontdoor.json import JsonValue

# Members of a product footprint that no other footprint format has together.
_OWN = ("specVersion", "pcf", "productIds", "companyIds", "productNameCompany")
_CATENAX = re.compile(r"urn:(?:io\.catenax\.pcf|samm:io\.catenax\.pcf)[^0-9]*(\d+)\.\d+\.\d+")
_FORMATS = "gateway.formats.pact"

BASIS: Final = BasisRequest(
    result_set="pact",
    battery_per="pack",
    boundary="c2g",
    stages=("raw", "inbound", "upstream", "production", "core"),
    stated_in="pact#/created",
)
# What Catena-X asks for and other sources do not know; the values are those of its data models.
_ASKED: Final = {
    "partialFullPcf": ("Cradle-to-gate", "Cradle-to-grave"),
    "allocationWasteIncineration": (
        "cut-off",
        "reverse cut-off",
        "system expansion",
        "polluter pays principle",
    ),
    "packagingEmissionsIncluded": ("true", "false"),
    "fossilGhgEmissions": (),
    "fossilCarbonContent": (),
    "productMassPerDeclaredUnit": (),
}
_ASKED_9: Final = {
    "retroOrProspectivePcfType": (
        "Retrospective PCF",
        "Prospective PCF without forerunner",
        "Prospective PCF of further developed product with forerunner",
        "Prospective PCF for current product for future production date",
        "Progressive PCF",
    ),
    "massBalancingUsed": ("true", "false"),
    "freeAttributionInMassBalancing": ("true", "false", "not applicable"),
    "massBalancingCertificateScheme": (),
    "ccsTechnologicalCO2CaptureIncluded": ("true", "false"),
    "attestationType": (),
    "attestationStandard": (),
    "attestationOfConformanceId": (),
}
_ASKED_OLDER: Final = {
    "productCategoryCpc": (),
    "biogenicCarbonContent": (),
    "boundaryProcessesDescription": (),
    "exemptedEmissionsDescription": (),
}


def _footprint(package: Package) -> Mapping[str, JsonValue] | None:
    """The file as an object, or the one footprint in the envelope around it."""
    document = package.json_object
    if document is not None and "data" not in document:
        return document
    from gateway.formats.pact.envelope import footprint_of

    return footprint_of(package)


def _detect_pact(version: str) -> Callable[[Package], Evidence | None]:
    def detect(package: Package) -> Evidence | None:
        document = _footprint(package)
        if document is None or not all(name in document for name in _OWN):
            return None
        found = document["specVersion"]
        if not isinstance(found, str) or not found.startswith(version):
            return None
        from gateway.formats.pact.table import DATA_SCHEMA, extension_of

        if extension_of(document) is not None:
            return Evidence(3, (f"specVersion {found}", f"dataSchema {DATA_SCHEMA}"))
        return Evidence(2, (f"specVersion {found}", *_OWN[1:]))

    return detect


def _detect_catenax(version: str) -> Callable[[Package], Evidence | None]:
    def detect(package: Package) -> Evidence | None:
        document = _footprint(package)
        if document is None:
            return None
        scope = document.get("scopeOfPcfForm", document)
        first = scope[0] if isinstance(scope, list) and scope else scope
        said = first.get("specVersion") if isinstance(first, dict) else None
        text = said[0] if isinstance(said, list) and said else said
        found = _CATENAX.search(text) if isinstance(text, str) else None
        if found is None or found[1] != version.partition(".")[0]:
            return None
        return Evidence(3, (f"specVersion {text}",))

    return detect


def _pact(version: str, *, written: bool, edition: str) -> Format:
    id_ = f"pact@{version}"
    return Format(
        id=id_,
        title={"zh": f"PACT 产品碳足迹 {version}", "en": f"PACT product carbon footprint {version}"},
        media_type="application/json",
        detect=_detect_pact(version),
        read=shell.reader(f"{_FORMATS}.exchange", id_),
        write=shell.writer(f"{_FORMATS}.exchange", id_, BASIS) if written else None,
        validate=shell.validator(f"{_FORMATS}.exchange", id_),
        basis=BASIS if written else None,
        judges_classes=True,
        schema_edition=f"{edition}, own statement",
        parameters=_ASKED_OLDER | {"packagingEmissionsIncluded": ("true", "false")} if written else {},
    )


def _catenax(version: str, *, written: bool) -> Format:
    id_ = f"catenax-pcf@{version}"
    asked = _ASKED | ({**_ASKED_OLDER} if version[0] == "7" else _ASKED_9)
    return Format(
        id=id_,
        title={"zh": f"Catena-X 产品碳足迹 {version}", "en": f"Catena-X product carbon footprint {version}"},
        media_type="application/json",
        detect=_detect_catenax(version),
        read=shell.reader(f"{_FORMATS}.exchange", id_),
        write=shell.writer(f"{_FORMATS}.exchange", id_, BASIS) if written else None,
        validate=shell.validator(f"{_FORMATS}.exchange", id_),
        basis=BASIS if written else None,
        judges_classes=True,
        schema_edition=f"io.catenax.pcf {version}, own statement",
        parameters=asked if written else {},
    )


FORMAT = Format(
    id="pact@3.0",
    title={"zh": "PACT 产品碳足迹", "en": "PACT product carbon footprint"},
    media_type="application/json",
    detect=_detect_pact("3."),
    read=shell.reader(f"{_FORMATS}.exchange", "pact@3.0"),
    write=shell.writer(f"{_FORMATS}.exchange", "pact@3.0", BASIS),
    validate=shell.validator(f"{_FORMATS}.exchange", "pact@3.0"),
    basis=BASIS,
    judges_classes=True,
    schema_edition="PACT Technical Specifications 3.0.3 (2025-11-18), own statement",
    parameters=dict.fromkeys(
        (
            "productMassPerDeclaredUnit",
            "fossilGhgEmissions",
            "fossilCarbonContent",
            "ipccCharacterizationFactors",
        ),
        (),
    ),
)
FORMATS = (
    _pact("2.0", written=False, edition="PACT Technical Specifications 2.0"),
    _pact("2.1", written=False, edition="PACT Technical Specifications 2.1"),
    _pact("2.2", written=False, edition="PACT Technical Specifications 2.2"),
    _pact("2.3", written=True, edition="PACT Technical Specifications 2.3.3"),
    FORMAT,
    _catenax("7.0.0", written=True),
    _catenax("8.0.0", written=False),
    _catenax("9.0.0", written=True),
    _catenax("10.0.0", written=True),
)
