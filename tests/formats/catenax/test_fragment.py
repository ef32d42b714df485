"""The part of two passports that a footprint fills: valid where it will stand, and whole or refused."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gateway.codec import jsonwrite
from gateway.errors import GatewayError, flatten
from gateway.formats.catenax.fragment import PLACES, fragment
from gateway.model.declaration import Declaration
from gateway.model.results import Basis, Carbon, Denominator, Per, ResultRow, ResultSet
from gateway.model.scope import FunctionalUnit
from gateway.quantity import Quantity

BATTERY, PRODUCT = PLACES
TOLD = {
    "rulebook": "https://example.org/r",
    "declaration": "https://example.org/d",
    "facility": "BPNA1234567890AA",
    "street": "Main Street",
    "number": "1",
    "city": "Hefei",
    "country": "CN",
    "postCode": "230000",
}
FILES = {
    BATTERY: "io.catenax.battery.battery_pass/6.1.0/BatteryPass-schema.json",
    PRODUCT: "io.catenax.generic.digital_product_passport/7.0.0/DigitalProductPassport-schema.json",
}


def declared(per: Per, *values: str, total: str = "") -> Declaration:
    stages = ("raw", "production", "distribution", "eol")
    rows = tuple(
        ResultRow(stage=s, carbon=Carbon(total=Quantity(Decimal(v), "kg{CO2eq}")))
        for s, v in zip(stages, values, strict=False)
    )
    whole = Decimal(total) if total else sum(map(Decimal, values), Decimal(0))
    result = ResultSet(
        id="declared",
        basis=Basis(denominator=Denominator(per=per)),
        carbon=Carbon(total=Quantity(whole, "kg{CO2eq}")),
        rows=rows,
    )
    return Declaration(unit=FunctionalUnit(amount=Quantity(Decimal(2), "kg")), results=(result,))


CASES = {BATTERY: Per.KWH_DELIVERED, PRODUCT: Per.DECLARED_UNIT}


@pytest.mark.oracle
@pytest.mark.parametrize("model", PLACES)
def test_the_official_schema_accepts_every_entry(oracle_data: Path, model: str) -> None:
    made = fragment(declared(CASES[model], "0.05", "0.02", "0.001", "0.004"), model, TOLD)
    told: Any = json.loads(jsonwrite.encode(made))
    schema = json.loads((oracle_data / "passport/catenax" / FILES[model]).read_text(encoding="utf-8"))
    components, node = schema["components"], schema
    for step in PLACES[model]:
        told = told[step]
        node = node["properties"][step]
        while "$ref" in node:
            node = components["schemas"][node["$ref"].rpartition("/")[2]]
    judge = jsonschema.Draft4Validator({**node, "components": components})
    assert list(judge.iter_errors(told)) == []
    assert len(told) == 4
    factor = 1 if model == BATTERY else 2
    assert sum(Decimal(str(e["value"])) for e in told) * factor == Decimal("0.075")
    assert {e["unit"] for e in told} == {"kg CO2e / kWh" if model == BATTERY else "kg CO2e / kg"}


def codes(declaration: Declaration, model: str, told: dict[str, str]) -> set[str]:
    with pytest.raises(GatewayError) as caught:
        fragment(declaration, model, told)
    return {error.error_code for error in flatten(caught.value)}


def test_what_is_missing_is_asked_for_by_name() -> None:
    assert codes(declared(Per.DECLARED_UNIT, "1"), PRODUCT, {}) == {"footprint.needs-parameter"}
    assert codes(declared(Per.DECLARED_UNIT, "1"), PRODUCT, TOLD | {"rulebook": "book"}) == {
        "footprint.parameter-unfit"
    }


def test_figures_that_do_not_fit_are_refused() -> None:
    assert codes(declared(Per.DECLARED_UNIT, "1"), BATTERY, TOLD) == {"component.no-single-set"}
    assert codes(declared(Per.DECLARED_UNIT, "1", "-2"), PRODUCT, TOLD) == {"component.below-zero"}
    assert codes(declared(Per.DECLARED_UNIT, "1", "2", total="9"), PRODUCT, TOLD) == {"component.not-the-sum"}
