"""Footprints of the Ouranos Ecosystem's data transaction system (ouranos-cfp@1), read only."""

from __future__ import annotations

from gateway.codec import shell
from gateway.codec.base import Context, Evidence, Format, Package, Reading
from gateway.errors import GatewayError
from gateway.model.disclosure import Disclosure

_HOME = "gateway.formats.ouranos"

_KEYS = ("cfpId", "traceId", "cfpType", "ghgEmission", "ghgDeclaredUnit")


def _detect(package: Package) -> Evidence | None:
    data = package.members[0].start if len(package.members) == 1 else b""
    if data not in (b"[", b"{") or b"cfpType" not in package.members[0].data:
        return None
    try:
        document = package.json
    except GatewayError:
        return None
    first = document[0] if isinstance(document, list) and document else document
    return Evidence(2, _KEYS) if isinstance(first, dict) and all(k in first for k in _KEYS) else None


def _read(package: Package, context: Context) -> Reading:
    from gateway.formats.ouranos.reader import read

    return read(package)


FORMAT = Format(
    id="ouranos-cfp@1",
    title={
        "zh": "Ouranos Ecosystem 产品碳足迹（日本）",
        "en": "Ouranos Ecosystem carbon footprint (Japan)",
    },
    media_type="application/json",
    detect=_detect,
    read=_read,
    validate=shell.validator(f"{_HOME}.reader"),
    audience=Disclosure.C1,
    schema_edition="Ouranos data transaction system, CfpModel, own statement",
)
