"""Carbon footprint submodels of the asset administration shell: IDTA 02023, and 02035-3 for batteries."""

from __future__ import annotations

from functools import partial

from gateway.codec import shell
from gateway.codec.base import Context, Evidence, Format, Package, Reading, passport_basis
from gateway.model.access import Audience
from gateway.model.disclosure import Disclosure
from gateway.report import Finding

_HOME = "gateway.formats.aas"

_FOOTPRINT, _PASSPORT, _PARTS = "aas-02023@1.0", "aas-02035-3@1.0", "aas-02035@1.0"
_ENTRIES = b'"ProductCarbonFootprints"'
_MEDIA_TYPE = "application/asset-administration-shell-package"


def _detect(package: Package, *, of_battery: bool) -> Evidence | None:
    data = package.members[0].data if len(package.members) == 1 else b""
    if not data.startswith(b"PK") and b'"submodels"' not in data:
        return _detect_values(package, of_battery=of_battery) if _ENTRIES in data else None
    from gateway.formats.aas.container import peek
    from gateway.formats.aas.view import basis, footprint, is_of_battery

    environment = peek(package)
    found = footprint(environment) if environment is not None else None
    if environment is None or found is None or is_of_battery(found.submodel) != of_battery:
        return None
    name = str(found.submodel.get("idShort") or "CarbonFootprint")
    own = basis(environment) is not None
    return Evidence(3 if own else 2, (name, "Basis") if own else (name,))


def _detect_values(package: Package, *, of_battery: bool) -> Evidence | None:
    """The values of the submodel alone."""
    from gateway.formats.aas.values import entries, is_of_battery

    told = entries(package.json_object)
    if told is None or is_of_battery(told) != of_battery:
        return None
    return Evidence(2, ("ProductCarbonFootprints", "PcfCO2eq"))


def _detect_parts(package: Package) -> Evidence | None:
    data = package.members[0].data if len(package.members) == 1 else b""
    if not data.startswith(b"PK") and b'"submodels"' not in data:
        return None
    from gateway.formats.aas.container import peek
    from gateway.formats.aas.parts import found_parts
    from gateway.formats.aas.view import footprint

    environment = peek(package)
    if environment is None or footprint(environment) is not None:
        return None
    names = tuple(part.name for part, _ in found_parts(environment))
    return Evidence(2, names) if names else None


def _read(package: Package, context: Context, *, target: str) -> Reading:
    from gateway.formats.aas.reader import read

    return read(package, context, target=target)


def _validate(package: Package, *, target: str) -> tuple[Finding, ...]:
    from gateway.formats.aas.rules import validate

    return validate(package, target=target)


# As gateway.formats.aas.container has them, without reading it for every start.
_PARAMETERS = {"aas-container": ("aasx", "json")}

FOOTPRINT = Format(
    id=_FOOTPRINT,
    title={
        "zh": "资产管理壳碳足迹子模型（IDTA 02023）",
        "en": "AAS submodel carbon footprint (IDTA 02023)",
    },
    media_type=_MEDIA_TYPE,
    detect=partial(_detect, of_battery=False),
    read=partial(_read, target=_FOOTPRINT),
    write=shell.writer(f"{_HOME}.writer", name="write_footprint"),
    validate=partial(_validate, target=_FOOTPRINT),
    audience=Disclosure.C0,
    parameters=_PARAMETERS,
    schema_edition="IDTA 02023 1.0.1, AAS metamodel 3.0, own statement",
)
PASSPORT = Format(
    id=_PASSPORT,
    title={
        "zh": "资产管理壳电池护照碳足迹子模型（IDTA 02035-3）",
        "en": "AAS submodel battery passport carbon footprint (IDTA 02035-3)",
    },
    media_type=_MEDIA_TYPE,
    detect=partial(_detect, of_battery=True),
    read=partial(_read, target=_PASSPORT),
    write=shell.writer(f"{_HOME}.writer", name="write_passport"),
    validate=partial(_validate, target=_PASSPORT),
    basis=passport_basis("aas-02035-3"),
    audience=Disclosure.C0,
    parameters=_PARAMETERS,
    schema_edition="IDTA 02035-3 1.0, AAS metamodel 3.0, own statement",
    legal_status="draft",
)
PARTS = Format(
    id=_PARTS,
    title={
        "zh": "资产管理壳电池护照其他部分（IDTA 02035-1、-2、-4至-7，02099-1）",
        "en": "AAS battery passport, the other parts (IDTA 02035-1, -2, -4 to -7, 02099-1)",
    },
    media_type=_MEDIA_TYPE,
    detect=_detect_parts,
    read=shell.reader(f"{_HOME}.part_reader", name="read_parts"),
    write=shell.writer(f"{_HOME}.part_writer", name="write_parts"),
    validate=shell.validator(f"{_HOME}.part_rules", name="validate_parts"),
    audience=Disclosure.C0,
    parameters={**_PARAMETERS, "audience": tuple(Audience)},
    schema_edition="IDTA 02035-1 1.1, -2 1.1, -4 1.0.2, -5 1.0.2, -6 1.0.1, -7 1.0.2, 02099-1 1.0.1",
)
