"""The footprint of a battery component by stage: read, written, and what stands against it."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.codec.run import run_writer
from gateway.formats import detect, find
from gateway.model.base import LangText
from gateway.model.declaration import Declaration
from gateway.model.party import Enterprise, PartyIds
from gateway.model.product import Product, ProductIds
from gateway.model.results import Carbon, ResultRow, ResultSet
from gateway.model.scope import Database, FunctionalUnit, Method, Quality
from gateway.pipeline.convert import Outcome, convert, read
from gateway.quantity import Quantity
from gateway.report import Fate

TARGET = "catenax-battery-component@1.0.0"
TOLD = {
    "customerPartId": "PRT-1",
    "siteIdentifier": "BPNS000000000001",
    "productQualityParameter": "purity: 99.8 %; capacity: 200 mAh/g",
}
ROWS = (
    ("raw", "3"),
    ("inbound", "0.5"),
    ("production", "2"),
    ("distribution", "0.25"),
    ("use", "7"),
    ("eol", "0.1"),
)


def kg(number: str) -> Quantity:
    return Quantity(Decimal(number), "kg{CO2eq}")


def cathode(rows: tuple[tuple[str, str], ...] = ROWS, unit: str = "kg", amount: str = "2") -> Declaration:
    one = Quantity(Decimal(2), "1")
    return Declaration(
        enterprise=Enterprise(name=LangText({"zh": "正极"}), ids=PartyIds(bpn="BPNL000000000001")),
        product=Product(name=LangText({"en": "cathode"}), ids=ProductIds(part_number="C-1")),
        unit=FunctionalUnit(amount=Quantity(Decimal(amount), unit)),
        method=Method(databases=(Database(name="ecoinvent", version="3.10"),)),
        quality=Quality(dqr_scale="PEF", ter=one, ger=one, tir=one, dqr=one),
        results=(
            ResultSet(
                id="declared",
                carbon=Carbon(total=kg(str(sum(Decimal(v) for _, v in rows)))),
                rows=tuple(ResultRow(stage=s, carbon=Carbon(total=kg(v))) for s, v in rows),
            ),
        ),
    )


@pytest.fixture
def made() -> Callable[..., Outcome]:
    def make(declaration: Declaration, **told: str) -> Outcome:
        from dataclasses import replace

        source = read(Package.of(b"{}"), format="cn-pcf@1", context=Context())
        changed = replace(source, declaration=declaration)
        return convert(changed, to=[TARGET], options=TOLD | told)[0]

    return make


def test_stages_per_kg_and_their_sum(made: Callable[..., Outcome]) -> None:
    outcome = made(cathode())
    assert outcome.package is not None, [e.error_code for e in outcome.lacks]
    document = json.loads(outcome.package.only.data, parse_float=Decimal)
    shares = document["pcfValues"]["sharesPerStage"]
    assert shares["declaredUnit"] == "CO2KG/KG"
    values = [v["stageValue"] for name, v in shares.items() if name.startswith("stage")]
    assert values == [Decimal("1.75"), 1, Decimal("0.125"), Decimal("0.05")]
    assert shares["absPcfValue"]["stageValue"] == Decimal("2.925") == sum(values)
    written, left = Fraction(shares["absPcfValue"]["stageValue"]) * 2, Fraction(0)
    for note in outcome.notes:
        if note.fate is Fate.DROPPED and note.path.startswith("/results/declared/rows/") and note.kg:
            left += Fraction(note.kg)
    assert written + left == Fraction("12.85")
    assert document["secondaryEmissionFactorSources"] == ["ecoinvent 3.10"]
    assert document["productQualityParameter"] == ["purity: 99.8 %; capacity: 200 mAh/g"]


REFUSED: list[tuple[str, Declaration]] = [
    ("component.below-zero", cathode((*ROWS[:-1], ("eol", "-0.1")))),
    ("component.no-stage", cathode(ROWS[:-1])),
    ("component.no-single-set", cathode(unit="kW.h")),
    ("component.rating", cathode().model_copy(update={"quality": Quality(dqr_scale="PACT-2")})),
]


@pytest.mark.parametrize(("code", "declaration"), REFUSED)
def test_what_cannot_be_written_is_refused(
    code: str, declaration: Declaration, made: Callable[..., Outcome]
) -> None:
    outcome = made(declaration)
    assert outcome.package is None
    assert code in {error.error_code for error in outcome.lacks}


def test_a_total_that_is_not_the_sum_is_refused(made: Callable[..., Outcome]) -> None:
    base = cathode()
    (own,) = base.results
    wrong = own.model_copy(update={"carbon": Carbon(total=kg("20"))})
    outcome = made(base.model_copy(update={"results": (wrong,)}))
    assert "component.not-the-sum" in {error.error_code for error in outcome.lacks}


def test_numbers_of_partners_are_asked_for_and_looked_at(made: Callable[..., Outcome]) -> None:
    outcome = made(cathode(), siteIdentifier="site")
    assert "footprint.parameter-unfit" in {error.error_code for error in outcome.lacks}


@pytest.mark.oracle
def test_the_published_sample_is_read_and_written_back(oracle_data: Path) -> None:
    home = oracle_data / "pcf/catenax/io.catenax.pcf_for_battery_component_supplier/1.0.0"
    package = Package.of((home / "PcfForBatteryComponentSupplier.json").read_bytes())
    assert detect(package).format.id == TARGET
    source = read(package, context=Context())
    assert "component.sum-differs" in {f.code for f in source.report.findings}
    format_ = find(TARGET)[0]
    stages: Any = source.declaration.results[0]
    fixed = stages.model_copy(update={"carbon": Carbon(total=kg("12.56"))})
    written = run_writer(format_, source.declaration.model_copy(update={"results": (fixed,)}), source.context)
    again = json.loads(written.package.only.data)["pcfValues"]["sharesPerStage"]
    assert again["stage3Distribution"] == {"stageValue": 3.14}
    assert again["absPcfValue"] == {"stageValue": 12.56}
