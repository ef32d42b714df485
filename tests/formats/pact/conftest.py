"""Declarations for the tests of this format: everything a PACT footprint needs, nothing more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from gateway.codec.base import Context
from gateway.codec.run import Written, run_writer
from gateway.formats.pact import FORMAT
from gateway.model.base import LangText
from gateway.model.declaration import Declaration
from gateway.model.party import Enterprise, Site
from gateway.model.product import Battery, Product
from gateway.model.results import Basis, Carbon, Denominator, Per, ResultRow, ResultSet
from gateway.model.scope import (
    CutOff,
    Database,
    Document,
    FunctionalUnit,
    Method,
    Period,
    Quality,
    SystemBoundary,
)
from gateway.quantity import Quantity
from gateway.recognition.restate import restate

Build = Callable[..., Declaration]
Write = Callable[..., Written]


def kg(number: str) -> Quantity:
    return Quantity(Decimal(number), "kg{CO2eq}")


def carbon(fossil: str, luluc: str, methane: str, uptake: str = "0", released: str = "0") -> Carbon:
    parts = [Decimal(x) for x in (fossil, luluc, methane, released)]
    return Carbon(
        total=kg(str(sum(parts))),
        fossil=kg(fossil),
        luluc=kg(luluc),
        biogenic_non_co2=kg(methane),
        biogenic_uptake=kg(uptake),
        biogenic_co2=kg(released),
    )


def _results(per: Per) -> ResultSet:
    """Up to the gate 10 fossil, 0.2 land use, 0.5 methane, uptake −3; afterwards 1.5 and the 3 again."""
    rows = (
        ResultRow(
            stage="raw",
            name=LangText({"zh": "原材料获取", "en": "raw materials"}),
            carbon=carbon("6", "0.2", "0", "-3"),
        ),
        ResultRow(stage="production", carbon=carbon("4", "0", "0.5")),
        ResultRow(stage="distribution", carbon=carbon("0.75", "0", "0")),
        ResultRow(stage="eol", carbon=carbon("0.75", "0", "0", released="3")),
    )
    basis = Basis(denominator=Denominator(per=per))
    return ResultSet(id="declared", basis=basis, carbon=carbon("11.5", "0.2", "0.5", "-3", "3"), rows=rows)


@pytest.fixture
def battery() -> Build:
    """A complete battery pack; keyword arguments replace whole parts."""

    def build(**parts: object) -> Declaration:
        whole = Declaration(
            document=Document(id="D-1", status="active", supersedes=("old-1",)),
            enterprise=Enterprise(
                name=LangText({"zh": "示例电池有限公司", "en": "Example Battery Co., Ltd."}),
                uscc="913401000EXAMPLE76",
                country="CN",
            ),
            product=Product(
                name=LangText({"zh": "磷酸铁锂电池包", "en": "LFP battery pack"}),
                model="包 P/1",
                mass=Quantity(Decimal(480), "kg"),
                fossil_carbon=Quantity(Decimal("96.4"), "kg{C}"),
            ),
            battery=Battery(category="EV", level="pack"),
            unit=FunctionalUnit(kind="functional", amount=Quantity(Decimal(1), "kW.h")),
            boundary=SystemBoundary(type="c2gr", stages=("raw", "production", "distribution", "eol")),
            cut_off=CutOff(basis="emission", actual_total=Quantity(Decimal("1.5"), "%")),
            period=Period(start=date(2025, 1, 1), end=date(2025, 12, 31)),
            sites=(Site(id="S1", gb2260="340100"),),
            method=Method(
                standards=("GBT24067", "ISO14067"),
                offsets_included=False,
                gwp_set="AR6",
                databases=(Database(name="ECOINVENT", version="3.10"),),
            ),
            results=(_results(Per.PACK),),
            quality=Quality(primary_share_emissions=Quantity(Decimal("87.2"), "%")),
        )
        return whole.model_copy(update=parts)

    return build


@pytest.fixture
def goods(battery: Build) -> Build:
    """The same figures per tonne of a product that is no battery."""

    def build(**parts: object) -> Declaration:
        own: dict[str, object] = {
            "battery": None,
            "unit": FunctionalUnit(kind="declared", amount=Quantity(Decimal(1), "t")),
            "results": (_results(Per.DECLARED_UNIT),),
        }
        return battery(**(own | parts))

    return build


@pytest.fixture
def written() -> Write:
    """A declaration as the pipeline writes it: restated, written, judged, read back, accounted for."""

    def run(declaration: Declaration, **options: str) -> Written:
        assert FORMAT.basis is not None
        restated = restate(declaration, FORMAT.basis, target=FORMAT.id)
        return run_writer(FORMAT, restated.declaration, Context(source="0" * 64, options=options))

    return run


@pytest.fixture
def context() -> Context:
    return Context()
