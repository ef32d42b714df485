"""``io.catenax.traction_battery_code`` 2.0.0: codes of GB/T 34014 and of what they are mounted in.

A code of 24 characters is that of a new part, one of 19 that of a repurposed one; the fourth character says
pack, module or cell. A pack consists of modules or cells, a module of cells, a cell of nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from gateway.codec import jsonwrite
from gateway.codec.base import Context, Package, Reading
from gateway.errors import InputError, shorten
from gateway.frontdoor.json import JsonValue
from gateway.model.declaration import Declaration
from gateway.model.origin import Origin
from gateway.model.product import Battery, Product, ProductIds
from gateway.model.walk import by_path
from gateway.report import Finding, Severity

TARGET: Final = "catenax-battery-code@2.0.0"
_PER: Final = "GB/T 34014-2017; io.catenax.traction_battery_code 2.0.0"
_DAY: Final = "[1-9A-GH-NPR-Y][1-9A-C][0-9A-GH-NPR-Y]"
_NEW: Final = re.compile(rf"[A-Z0-9]{{3}}[PMC][A-GZ][A-Z0-9]{{2}}[A-Z0-9]{{7}}{_DAY}[0-9]{{7}}", re.ASCII)
_REUSED: Final = re.compile(rf"[A-Z0-9]{{3}}[PMC][A-GZ][A-Z0-9]{{2}}{_DAY}[0-9]{{7}}R[PMC]", re.ASCII)
_KINDS: Final = {"P": "pack", "M": "module", "C": "cell"}
_INSIDE: Final[Mapping[str, tuple[str, ...]]] = {"pack": ("module", "cell"), "module": ("cell",), "cell": ()}


def check_code(text: str) -> str:
    """What is wrong with a code: the code of a message; empty where nothing is."""
    return "" if _NEW.fullmatch(text) or _REUSED.fullmatch(text) else "battery-code.pattern"


def validate(package: Package) -> tuple[Finding, ...]:
    """Every code, kind and order of parts that is wrong.

    Raises:
        InputError: the bytes are no JSON.
    """
    return tuple(_judged(package.json, "", None))


def _judged(part: JsonValue, at: str, above: str | None) -> Iterator[Finding]:
    def finding(
        code: str, place: str, saw: object, severity: Severity = Severity.ERROR, **params: str
    ) -> Finding:
        return Finding(code, f"{at}{place}", shorten(str(saw)), severity, _PER, params)

    if not isinstance(part, dict):
        yield finding("battery-code.no-part", "", part)
        return
    code, kind = part.get("tractionBatteryCode"), part.get("productType")
    if not isinstance(code, str) or check_code(code):
        yield finding("battery-code.pattern", "/tractionBatteryCode", code)
    elif kind != _KINDS[code[3]]:
        yield finding("battery-code.kind", "/productType", kind, said=_KINDS[code[3]])
    if above is not None and kind not in _INSIDE.get(above, ()):
        yield finding("battery-code.order", "/productType", kind, Severity.WARNING, above=above)
    parts = part.get("subcomponents")
    for index, inner in enumerate(parts if isinstance(parts, list) else ()):
        yield from _judged(inner, f"{at}/subcomponents/{index}", str(kind))


def read(package: Package, context: Context) -> Reading:
    """The battery of the outermost code; the codes inside it are kept as they stand.

    Raises:
        InputError: it is no such document.
    """
    document = package.json
    if not isinstance(document, dict) or not isinstance(document.get("tractionBatteryCode"), str):
        raise InputError(package.name, path="", code="battery-code.no-part")
    kind = document.get("productType")
    extras = {
        f"{TARGET}#/{name}": jsonwrite.encode(value)
        for name, value in document.items()
        if name == "subcomponents"
    }
    declaration = Declaration(
        product=Product(ids=ProductIds(gbt34014=str(document["tractionBatteryCode"]))),
        battery=Battery(level=kind if isinstance(kind, str) else None),
        extras=extras,
    )
    places = {"/product/ids/gbt34014": "/tractionBatteryCode", "/battery/level": "/productType"}
    origins = {path: Origin(places.get(path, "/subcomponents")) for path in by_path(declaration)}
    return Reading(declaration, findings=validate(package), origins=origins)
