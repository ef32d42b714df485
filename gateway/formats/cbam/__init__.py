"""CBAM: gate-level data of an installation as an input, and the operator's package as an output."""

from __future__ import annotations

from functools import partial

from gateway.codec.base import Context, Evidence, Format, Package, Reading, Writing
from gateway.model.declaration import Declaration
from gateway.report import Finding

DATA, INSTALLATION = "hutong/cbam-data@1", "hutong/cbam-installation@1"


def _detect(package: Package, *, name: str) -> Evidence | None:
    document = package.json_object
    return Evidence(3, (name,)) if document is not None and document.get("format") == name else None


def _read(package: Package, context: Context, *, name: str) -> Reading:
    from gateway.formats.cbam.forms import read

    return read(package, name)


def _write_data(declaration: Declaration, context: Context) -> Writing:
    from gateway.formats.cbam.forms import write_data

    return write_data(declaration)


def _write_installation(declaration: Declaration, context: Context) -> Writing:
    from gateway.formats.cbam.installation import write

    return write(declaration)


def _validate(package: Package, *, name: str) -> tuple[Finding, ...]:
    from gateway.formats.cbam.forms import validate

    return validate(package, name)


INPUT = Format(
    id="cbam-data@1",
    title={"zh": "CBAM 装置级数据（第二输入）", "en": "CBAM gate-level data (second input)"},
    media_type="application/json",
    detect=partial(_detect, name=DATA),
    read=partial(_read, name=DATA),
    write=_write_data,
    validate=partial(_validate, name=DATA),
    schema_edition="own form, 1",
)
PACKAGE = Format(
    id="cbam-installation@1",
    title={"zh": "CBAM 运营者装置信息包", "en": "CBAM operator's installation package"},
    media_type="application/json",
    detect=partial(_detect, name=INSTALLATION),
    read=partial(_read, name=INSTALLATION),
    write=_write_installation,
    validate=partial(_validate, name=INSTALLATION),
    schema_edition="own form, 1, after Implementing Regulation (EU) 2025/2547",
)
