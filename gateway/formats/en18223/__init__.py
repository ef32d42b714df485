"""A passport document as EN 18223 shapes it (en18223@2026): header, and one section per specification."""

from __future__ import annotations

from gateway.codec import shell
from gateway.codec.base import Evidence, Format, Package, passport_basis
from gateway.model.disclosure import Disclosure

_HOME = "gateway.formats.en18223"
# Members of the header that no other format has together.
_OWN = ("digitalProductPassportId", "uniqueProductIdentifier", "granularity")


def _detect(package: Package) -> Evidence | None:
    document = package.json_object
    if document is None or not all(name in document for name in _OWN):
        return None
    from gateway.formats.en18223.table import ANNEX_ID, annex_of

    return Evidence(3, (ANNEX_ID, *_OWN)) if annex_of(document) is not None else Evidence(2, _OWN)


FORMAT = Format(
    id="en18223@2026",
    title={"zh": "数字产品护照文件（EN 18223）", "en": "digital product passport document (EN 18223)"},
    media_type="application/json",
    detect=_detect,
    read=shell.reader(f"{_HOME}.reader"),
    write=shell.writer(f"{_HOME}.writer"),
    validate=shell.validator(f"{_HOME}.rules"),
    basis=passport_basis("en18223"),
    audience=Disclosure.C0,
    schema_edition="EN 18223:2026 after IDTA 02099-1 v1.0.1 (text of the standard not read), own statement",
    legal_status="draft",
)
