"""The second input of a battery passport (passport-data@1): what the declaration does not hold."""

from __future__ import annotations

from gateway.codec import shell
from gateway.codec.base import Evidence, Format, Package
from gateway.model.access import Audience
from gateway.model.disclosure import Disclosure

_HOME = "gateway.formats.passport_data"
NAME = "hutong/passport-data@1"


def _detect(package: Package) -> Evidence | None:
    document = package.json_object
    if document is not None:
        return Evidence(3, (NAME,)) if document.get("format") == NAME else None
    if len(package.members) == 1 and package.only.data.startswith(b"PK"):
        from gateway.formats.passport_data.workbook import is_ours

        return Evidence(3, (NAME,)) if is_ours(package.only.data) else None
    return None


FORMAT = Format(
    id="passport-data@1",
    title={"zh": "电池护照数据（第二输入）", "en": "battery passport data (second input)"},
    media_type="application/json",
    detect=_detect,
    read=shell.reader(f"{_HOME}.reader"),
    write=shell.writer(f"{_HOME}.writer"),
    validate=shell.validator(f"{_HOME}.reader"),
    audience=Disclosure.C0,
    parameters={"audience": tuple(Audience)},
    schema_edition="own form, 1",
)
