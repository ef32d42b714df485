"""What the tests of footprint messages share: published samples, golden pairs, what callers tell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from gateway.codec.base import Package
from gateway.formats.pact.catalogue import CARRIERS
from gateway.formats.pact.hub import Hub

CATENAX = ("7.0.0", "8.0.0", "9.0.0", "10.0.0")
TOLD: Mapping[str, str] = {
    "partialFullPcf": "Cradle-to-gate",
    "retroOrProspectivePcfType": "Retrospective PCF",
    "allocationWasteIncineration": "cut-off",
    "massBalancingUsed": "false",
    "ccsTechnologicalCO2CaptureIncluded": "false",
    "packagingEmissionsIncluded": "false",
    "productCategoryCpc": "46420",
    "biogenicCarbonContent": "0",
    "fossilCarbonContent": "0",
    "productMassPerDeclaredUnit": "1",
    "boundaryProcessesDescription": "electricity and materials",
    "exemptedEmissionsDescription": "",
}


def told_to(carrier: str) -> dict[str, str]:
    """What a caller tells one version: only what it asks for."""
    from gateway.formats import find

    known = find(carrier)[0].parameters
    return {name: value for name, value in TOLD.items() if name in known}


def encoded(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def pact_samples(data: Path) -> list[dict[str, Any]]:
    """The published footprints of PACT 3.0."""
    found: list[dict[str, Any]] = []
    files = [
        *sorted((data / "pcf/pact/samples").glob("*.json")),
        data / "tiangong/pact-v3-demo-footprints.json",
    ]
    for file in files:
        loaded = json.loads(file.read_text(encoding="utf-8"))
        found.extend(loaded if isinstance(loaded, list) else loaded["data"])
    return found


def catenax_file(data: Path, version: str, name: str = "Pcf.json") -> Path:
    return data / "pcf/catenax/io.catenax.pcf" / version / name


def golden(data: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The conversions made by hand: version and everything in the file."""
    for file in sorted((data / "pcf/golden_pact3_catenax").glob("*.json")):
        yield file.name.partition("_")[0], json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)


def hub_of_bytes(data: bytes, carrier: str) -> Hub:
    document = Package.of(data).json
    assert isinstance(document, dict)
    hub, left = CARRIERS[carrier].read(document)
    assert not left, left
    return hub
