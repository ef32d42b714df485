"""openEPD (openepd@0.1): a declaration as one JSON document, figures by module and method."""

from __future__ import annotations

from gateway.codec import shell
from gateway.codec.base import Evidence, Format, Package
from gateway.report import Finding

_HOME = "gateway.formats.openepd"

# Members that no other footprint document has; one of them beside the kind.
_OWN = ("impacts", "declared_unit", "kg_per_declared_unit", "program_operator_doc_id", "openepd_version")


def _detect(package: Package) -> Evidence | None:
    document = package.json_object
    if document is None:
        return None
    kind = document.get("doctype")
    own = tuple(name for name in _OWN if name in document)
    if isinstance(kind, str) and kind.casefold() == "openepd" and own:
        return Evidence(3, (f"doctype {kind}", *own))
    if isinstance(document.get("impacts"), dict) and isinstance(document.get("declared_unit"), dict):
        return Evidence(2, ("impacts", "declared_unit"))
    return None


def _validate(package: Package) -> tuple[Finding, ...]:
    from gateway.codec.schema import judge

    return judge(package.json, "openepd/epd-0.1.schema.json")


FORMAT = Format(
    id="openepd@0.1",
    title={"zh": "openEPD 文档", "en": "openEPD document"},
    media_type="application/json",
    detect=_detect,
    read=shell.reader(f"{_HOME}.reader"),
    write=shell.writer(f"{_HOME}.writer"),
    validate=_validate,
    schema_edition="openEPD 0.1 as openepd 8.0.0 reads it, own statement",
)
