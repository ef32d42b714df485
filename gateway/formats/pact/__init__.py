"""PACT product footprint (pact@3.0): written from declarations with a carbon split, read back privately."""

from __future__ import annotations

from gateway.codec.base import BasisRequest, Context, Evidence, Format, Package, Reading, Writing
from gateway.model.declaration import Declaration
from gateway.report import Finding

# Members of a product footprint that no other footprint format has together.
_OWN = ("specVersion", "pcf", "productIds", "companyIds", "productNameCompany")


_BASIS = BasisRequest(
    result_set="pact",
    battery_per="pack",
    boundary="c2g",
    stages=("raw", "inbound", "upstream", "production", "core"),
)


def _detect(package: Package) -> Evidence | None:
    document = package.json_object
    if document is None or not all(name in document for name in _OWN):
        return None
    version = document["specVersion"]
    if not isinstance(version, str) or not version.startswith("3."):
        return None
    from gateway.formats.pact.table import DATA_SCHEMA, extension_of

    if extension_of(document) is not None:
        return Evidence(3, (f"specVersion {version}", f"dataSchema {DATA_SCHEMA}"))
    return Evidence(2, (f"specVersion {version}", *_OWN[1:]))


def _read(package: Package, context: Context) -> Reading:
    from gateway.formats.pact.reader import read

    return read(package, context)


def _write(declaration: Declaration, context: Context) -> Writing:
    from gateway.formats.pact.writer import write

    return write(declaration, context, basis=_BASIS)


def _validate(package: Package) -> tuple[Finding, ...]:
    from gateway.formats.pact.rules import validate

    return validate(package)


FORMAT = Format(
    id="pact@3.0",
    title={"zh": "PACT 产品碳足迹", "en": "PACT product carbon footprint"},
    media_type="application/json",
    detect=_detect,
    read=_read,
    write=_write,
    validate=_validate,
    basis=_BASIS,
    private_reader=True,
    schema_edition="PACT Technical Specifications 3.0.3 (2025-11-18), own statement",
)
