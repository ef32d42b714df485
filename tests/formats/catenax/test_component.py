"""The footprint of a battery component by stage: read, written, and what stands against it."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

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
    assert shares["absPcfValue"]["stageValue"] == Decimal("2.925")
    assert sum(values) == 100
    per_stage = ("1.75", "1", "0.125", "0.05")
    for share, own in zip(values, per_stage, strict=True):
        assert abs(share - Decimal(own) * 100 / Decimal("2.925")) < Decimal("1e-12")
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
    # Four stages of 3.14 are neither percentages nor parts of 3.14.
    assert [f.code for f in source.report.errors] == ["component.sum-differs", "identity.bpn"]
    (found,) = source.declaration.results
    assert (found.carbon.total, found.rows) == (kg("3.14"), ())
    assert sum("stageValue" in name for name in source.declaration.extras) == 4


def document(stages: tuple[object, ...], value: object) -> bytes:
    names = (
        "stage1RawMaterialAquisitionPreProcessing",
        "stage2MainProductProduction",
        "stage3Distribution",
        "stage4EndOfLifeRecycling",
    )
    shares = {n: {"stageValue": v} for n, v in zip(names, stages, strict=True)}
    shares["absPcfValue"] = {"stageValue": value}
    whole = {
        "manufacturerPartId": "C-1",
        "customerPartId": "PRT-1",
        "siteIdentifier": "BPNS000000000001",
        "legalidentifier": "BPNL000000000001",
        "validityPeriod": {},
        "secondaryEmissionFactorSources": [],
        **dict.fromkeys(
            (
                "technologicalRepresentativeness",
                "geographicalRepresentativeness",
                "timerelatedRepresentativeness",
                "dataQualityRating",
            ),
            2,
        ),
        "productQualityParameter": [],
        "contentC02Metals": [],
        "pcfValues": {"sharesPerStage": {**shares, "declaredUnit": "CO2KG/piece"}},
    }
    return json.dumps(whole).encode()


READ: list[tuple[tuple[object, ...], object, list[str], list[str]]] = [
    ((75, 20, 2, 3), 4320, ["3240", "864", "86.4", "129.6"], []),
    ((75.0, 20.0, 2.0, 3.0), 100, ["75", "20", "2", "3"], []),
    ((33.3, 33.3, 33.3, 0), 10, ["3.33", "3.33", "3.33", "0"], []),
    ((3240, 864, 86.4, 129.6), 4320, ["3240", "864", "86.4", "129.6"], ["component.stages-in-kg"]),
    ((3240, 864, 86.4, 0), 4320, [], ["component.sum-differs"]),
    ((0, 0, 0, 0), 0, ["0", "0", "0", "0"], ["component.stages-in-kg"]),
]


@pytest.mark.parametrize(("stages", "value", "kilograms", "codes"), READ)
def test_stages_are_percent_or_kg_by_what_adds_up(
    stages: tuple[object, ...], value: object, kilograms: list[str], codes: list[str]
) -> None:
    source = read(document(stages, value), context=Context())
    assert [f.code for f in source.report.findings if f.code.startswith("component.")] == codes
    assert [row.carbon.total for row in source.declaration.results[0].rows] == [kg(n) for n in kilograms]


def test_shares_come_back_as_they_were() -> None:
    source = read(document((75, 20, 2, 3), 4320), context=Context())
    written = run_writer(find(TARGET)[0], source.declaration, source.context)
    again = json.loads(written.package.only.data)["pcfValues"]["sharesPerStage"]
    assert [v["stageValue"] for n, v in again.items() if n.startswith("stage")] == [75, 20, 2, 3]
    assert again["absPcfValue"] == {"stageValue": 4320}


def test_thirds_make_a_whole(made: Callable[..., Outcome]) -> None:
    rows = (("raw", "1"), ("production", "1"), ("distribution", "1"), ("eol", "0.000001"))
    outcome = made(cathode(rows, amount="7"))
    assert outcome.package is not None
    shares = json.loads(outcome.package.only.data, parse_float=Decimal)["pcfValues"]["sharesPerStage"]
    assert sum(v["stageValue"] for n, v in shares.items() if n.startswith("stage")) == 100
    again = read(outcome.package, context=Context())
    assert again.report.errors == ()
    (found,) = again.declaration.results
    amounts = [row.carbon.total for row in found.rows]
    parts = sum((Fraction(q.amount) for q in amounts if isinstance(q, Quantity)), Fraction(0))
    assert isinstance(found.carbon.total, Quantity)
    assert parts == found.carbon.total.amount


def test_shares_of_nothing_are_refused(made: Callable[..., Outcome]) -> None:
    rows = tuple((stage, "0") for stage in ("raw", "production", "distribution", "eol"))
    assert "component.shares-of-nothing" in {e.error_code for e in made(cathode(rows)).lacks}
