"""Traction battery codes: pattern, kind, what stands in what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gateway.codec.base import Context, Package
from gateway.formats import detect
from gateway.formats.catenax.battery_code import check_code, validate
from gateway.pipeline.convert import read

PACK, MODULE, CELL = "X12PCPM27KLPCLX2M2382320", "X12MCPM27KLPCLX2M2382320", "X12CCPM27KLPCLX2M2382320"


def part(kind: str, code: str, *inner: dict[str, Any]) -> dict[str, Any]:
    return {"productType": kind, "tractionBatteryCode": code} | (
        {"subcomponents": list(inner)} if inner else {}
    )


def codes(document: object) -> list[tuple[str, str]]:
    return [(f.code, f.at) for f in validate(Package.of(json.dumps(document).encode()))]


def test_a_pack_of_modules_of_cells() -> None:
    assert codes(part("pack", PACK, part("module", MODULE, part("cell", CELL)))) == []


def test_what_is_wrong_is_told_with_its_place() -> None:
    found = codes(part("pack", MODULE, part("pack", PACK), part("cell", "x")))
    assert found == [
        ("battery-code.kind", "/productType"),
        ("battery-code.order", "/subcomponents/0/productType"),
        ("battery-code.pattern", "/subcomponents/1/tractionBatteryCode"),
    ]


@pytest.mark.oracle
def test_same_verdict_on_mutated_codes(oracle_data: Path) -> None:
    home = oracle_data / "passport/catenax/io.catenax.traction_battery_code/2.0.0"
    schema = json.loads((home / "TractionBatteryCode-schema.json").read_text(encoding="utf-8"))
    trait = schema["components"]["schemas"]["TractionBatteryCodeTrait"]
    oracle = jsonschema.Draft4Validator(trait)
    base = [PACK, "X12PCPMX2M2382320RP", PACK[:7] + PACK[14:] + "RP"]
    tried = [
        c
        for b in base
        for i in range(len(b))
        for c in (b[:i] + b[i + 1 :], *(b[:i] + x + b[i + 1 :] for x in "0AIOQZz#"))
    ]
    verdicts = {code: not check_code(code) for code in [*base, *tried]}
    assert {True, False} == set(verdicts.values())
    assert {code: oracle.is_valid(code) for code in verdicts} == verdicts


@pytest.mark.oracle
def test_the_published_sample_is_read_with_its_faults(oracle_data: Path) -> None:
    home = oracle_data / "passport/catenax/io.catenax.traction_battery_code/2.0.0"
    package = Package.of((home / "TractionBatteryCode.json").read_bytes())
    assert detect(package).format.id == "catenax-battery-code@2.0.0"
    source = read(package, context=Context())
    assert source.declaration.product.ids.gbt34014 == MODULE
    # Called a pack, with the code of a module, and a part of itself.
    assert {f.code for f in source.report.findings} >= {"battery-code.kind", "battery-code.order"}


def test_a_repurposed_code_of_19_characters_is_one() -> None:
    code = "04QPE6GF6A0000001RP"
    assert len(code) == 19
    assert check_code(code) == ""
    told = json.dumps({"productType": "pack", "tractionBatteryCode": code}).encode()
    source = read(Package.of(told))
    assert source.report.findings == ()
    assert source.declaration.product.ids.gbt34014 == code
