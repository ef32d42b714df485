"""The second input of a battery passport (passport-data@1): what the declaration does not hold."""

from __future__ import annotations

from gateway.codec.base import Context, Evidence, Format, Package, Reading, Writing
from gateway.model.access import Audience
from gateway.model.declaration import Declaration
from gateway.model.disclosure import Disclosure
from gateway.report import Finding

NAME = "hutong/passport-data@1"


def _detect(package: Package) -> Evidence | None:
    document = package.json_object
    if document is not None:
        return Evidence(3, (NAME,)) if document.get("format") == NAME else None
    if len(package.members) == 1 and package.only.data.startswith(b"PK"):
        from gateway.formats.passport_data.workbook import is_ours

        return Evidence(3, (NAME,)) if is_ours(package.only.data) else None
    return None


def _read(package: Package, context: Context) -> Reading:
    from gateway.formats.passport_data.reader import read

    return read(package, context)


def _write(declaration: Declaration, context: Context) -> Writing:
    from gateway.formats.passport_data.writer import write

    return write(declaration, context)


def _validate(package: Package) -> tuple[Finding, ...]:
    from gateway.formats.passport_data.reader import validate

    return validate(package)


FORMAT = Format(
    id="passport-data@1",
    title={"zh": "电池护照数据（第二输入）", "en": "battery passport data (second input)"},
    media_type="application/json",
    detect=_detect,
    read=_read,
    write=_write,
    validate=_validate,
    audience=Disclosure.C0,
    parameters={"audience": tuple(Audience)},
    schema_edition="own form, 1",
)
