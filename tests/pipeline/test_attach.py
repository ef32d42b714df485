"""A supplier's footprint as a factor: what it becomes, and everything that stands against it."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.errors import GatewayError, flatten
from gateway.pipeline.attach import attach
from gateway.pipeline.convert import Source, convert, read
from gateway.quantity import Quantity

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TOLD = {
    "partialFullPcf": "Cradle-to-gate",
    "retroOrProspectivePcfType": "Retrospective PCF",
    "allocationWasteIncineration": "cut-off",
    "massBalancingUsed": "false",
}


@pytest.fixture
def footprint() -> dict[str, Any]:
    loaded = json.loads((EXAMPLES / "supplier.json").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def supplied(footprint: dict[str, Any], context: Context, **pcf: object) -> Source:
    """The supplier's file after members were set."""
    changed = footprint | {k: v for k, v in pcf.items() if k in footprint}
    changed = {k: v for k, v in changed.items() if v is not None}
    changed["pcf"] = footprint["pcf"] | {k: v for k, v in pcf.items() if k not in footprint}
    return read(Package.of(json.dumps(changed).encode()), context=context)


@pytest.fixture
def pack(context: Context) -> Source:
    return read(Package.of((EXAMPLES / "lfp-pack.json").read_bytes()), context=context)


def test_the_value_becomes_the_factor_with_its_digest(
    pack: Source, footprint: dict[str, Any], context: Context
) -> None:
    supplier = supplied(footprint, context)
    found = attach(pack, supplier, line="L03", verified=True)
    assert found.after.factor.value == Quantity(Decimal("4.85"), "kg{CO2eq}/kg")
    assert found.after.result == Quantity(Decimal("349.2"), "kg{CO2eq}")
    assert found.after.evidence_digest == supplier.digest
    assert (found.after.factor.gwp_set, found.after.factor.boundary) == ("AR6", "c2g")
    assert found.declaration.results == pack.declaration.results
    assert [line for line in found.declaration.lines if line.id != "L03"] == [
        line for line in pack.declaration.lines if line.id != "L03"
    ]
    assert {f.code for f in found.findings} == {
        "attach.result-changes",
        "attach.other-supplier",
        "attach.of-the-old-factor",
    }


def test_a_declared_amount_is_divided_out_exactly(
    pack: Source, footprint: dict[str, Any], context: Context
) -> None:
    supplier = supplied(footprint, context, declaredUnitAmount="1000", productMassPerDeclaredUnit="1000")
    factor = attach(pack, supplier, line="L03").after.factor.value
    assert factor == Quantity(Decimal("0.00485"), "kg{CO2eq}/kg")


def test_a_catenax_file_gives_the_same_factor(
    pack: Source, footprint: dict[str, Any], context: Context
) -> None:
    (made,) = convert(supplied(footprint, context), to=["catenax-pcf@10.0.0"], options=TOLD)
    assert made.package is not None
    other = read(made.package, context=context)
    assert attach(pack, other, line="L03").after.factor.value == Quantity(Decimal("4.85"), "kg{CO2eq}/kg")


REFUSED: list[tuple[str, dict[str, object]]] = [
    ("attach.unit", {"declaredUnitOfMeasurement": "piece"}),
    ("attach.gwp-differs", {"ipccCharacterizationFactors": ["AR5"]}),
    ("attach.gwp-unknown", {"ipccCharacterizationFactors": ["AR5", "AR6"]}),
    ("attach.not-active", {"status": "Deprecated"}),
    (
        "attach.no-longer-valid",
        {
            "validityPeriodStart": "2024-01-01T00:00:00Z",
            "validityPeriodEnd": "2024-12-01T00:00:00Z",
            "referencePeriodStart": "2023-01-01T00:00:00Z",
            "referencePeriodEnd": "2024-01-01T00:00:00Z",
        },
    ),
    (
        "attach.no-longer-valid",
        {
            "validityPeriodStart": None,
            "validityPeriodEnd": None,
            "referencePeriodStart": "2015-01-01T00:00:00Z",
            "referencePeriodEnd": "2016-01-01T00:00:00Z",
        },
    ),
    ("attach.not-yet-valid", {"validityPeriodStart": "2026-01-01T00:00:00Z"}),
    ("attach.supplier-broken", {"pcfIncludingBiogenicUptake": "5"}),
    (
        "attach.supplier-broken",
        {"pcfExcludingBiogenicUptake": "-9999", "pcfIncludingBiogenicUptake": "-9999"},
    ),
    ("attach.not-verified", {"verification": {"coverage": "PCF program", "providerName": "Somebody"}}),
]


@pytest.mark.parametrize(("code", "changes"), REFUSED)
def test_what_does_not_fit_is_refused(
    code: str, changes: dict[str, object], pack: Source, footprint: dict[str, Any], context: Context
) -> None:
    with pytest.raises(GatewayError) as caught:
        attach(pack, supplied(footprint, context, **changes), line="L03", verified=True)
    assert code in {error.error_code for error in flatten(caught.value)}


def test_cradle_to_grave_is_no_factor(pack: Source, footprint: dict[str, Any], context: Context) -> None:
    options = TOLD | {"partialFullPcf": "Cradle-to-grave"}
    (made,) = convert(supplied(footprint, context), to=["catenax-pcf@10.0.0"], options=options)
    assert made.package is not None
    with pytest.raises(GatewayError) as caught:
        attach(pack, read(made.package, context=context), line="L03")
    assert [error.error_code for error in flatten(caught.value)] == ["attach.boundary"]


def test_every_reason_is_said_at_once(pack: Source, footprint: dict[str, Any], context: Context) -> None:
    changes = {
        "status": "Deprecated",
        "declaredUnitOfMeasurement": "piece",
        "ipccCharacterizationFactors": ["AR4"],
    }
    with pytest.raises(GatewayError) as caught:
        attach(pack, supplied(footprint, context, **changes), line="L03")
    codes = {error.error_code for error in flatten(caught.value)}
    assert {"attach.not-active", "attach.unit", "attach.gwp-differs"} <= codes


def test_a_line_that_is_not_there(pack: Source, footprint: dict[str, Any], context: Context) -> None:
    with pytest.raises(GatewayError) as caught:
        attach(pack, supplied(footprint, context), line="L99")
    assert caught.value.error_code == "attach.no-such-line"


def test_without_a_statement_it_is_a_warning(
    pack: Source, footprint: dict[str, Any], context: Context
) -> None:
    supplier = supplied(
        footprint, context, verification={"coverage": "PCF program", "providerName": "Somebody"}
    )
    found = attach(pack, supplier, line="L03")
    assert "attach.unverified" in {finding.code for finding in found.findings}


def test_nothing_of_the_old_factor_is_said_of_the_new_one(
    pack: Source, footprint: dict[str, Any], context: Context
) -> None:
    ratings = {"technologicalDQR": "2.5", "geographicalDQR": "3", "temporalDQR": "4"}
    after = attach(pack, supplied(footprint, context, dqi=ratings), line="L03").after
    assert [
        q.amount for q in (after.quality.ter, after.quality.ger, after.quality.tir) if isinstance(q, Quantity)
    ] == [
        Decimal("2.5"),
        Decimal(3),
        Decimal(4),
    ]
    assert (after.quality.p, after.uncertainty, after.proxy) == (None, None, None)


def test_outbound_transport_beside_the_total_is_no_error(
    pack: Source, footprint: dict[str, Any], context: Context
) -> None:
    supplier = supplied(footprint, context, outboundLogisticsGhgEmissions="0.5")
    assert attach(pack, supplier, line="L03").after.factor.value == Quantity(Decimal("4.85"), "kg{CO2eq}/kg")


def test_a_declaration_without_gwp_set_is_told(
    pack: Source, footprint: dict[str, Any], context: Context
) -> None:
    method = pack.declaration.method.model_copy(update={"gwp_set": None})
    silent = replace(pack, declaration=pack.declaration.model_copy(update={"method": method}))
    found = attach(silent, supplied(footprint, context), line="L03")
    assert "attach.own-gwp-unknown" in {f.code for f in found.findings}


@pytest.mark.parametrize(("unit", "amount", "factor"), [("ton", "1", None), ("kilogram", "3", "4.85/3")])
def test_units_are_converted_exactly_or_refused(
    unit: str, amount: str, factor: str | None, pack: Source, footprint: dict[str, Any], context: Context
) -> None:
    supplier = supplied(
        footprint,
        context,
        declaredUnitOfMeasurement=unit,
        declaredUnitAmount=amount,
        productMassPerDeclaredUnit=amount,
    )
    if factor is None:
        with pytest.raises(GatewayError) as caught:
            attach(pack, supplier, line="L03")
        assert "attach.supplier-broken" in {e.error_code for e in flatten(caught.value)}
        return
    value = attach(pack, supplier, line="L03").after.factor.value
    assert value == Quantity(Fraction(485, 300), "kg{CO2eq}/kg")
