"""A battery declaration that has everything a passport's carbon footprint asks for, for all who write one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from gateway.model.base import LangText
from gateway.model.declaration import Declaration
from gateway.model.party import Enterprise
from gateway.model.product import Battery, Passport, Product
from gateway.model.results import Basis, Carbon, Denominator, Per, ResultRow, ResultSet
from gateway.model.scope import Document, Period
from gateway.quantity import Quantity

Build = Callable[..., Declaration]


def kg(number: str) -> Quantity:
    return Quantity(Decimal(number), "kg{CO2eq}")


def results(**stages: str) -> ResultSet:
    rows = tuple(ResultRow(stage=stage, carbon=Carbon(total=kg(value))) for stage, value in stages.items())
    total = str(sum(Decimal(value) for value in stages.values()))
    basis = Basis(denominator=Denominator(per=Per.PACK))
    return ResultSet(id="pack", basis=basis, carbon=Carbon(total=kg(total)), rows=rows)


@pytest.fixture
def battery() -> Build:
    """60 kWh usable, M1, 8 years: 28,800 kWh delivered; 4320 kg are 0.15 kg per kWh."""

    def build(stages: dict[str, str] | None = None, **parts: object) -> Declaration:
        told = stages or {"raw": "3240", "production": "864", "distribution": "86.4", "eol": "129.6"}
        whole = Declaration(
            document=Document(id="D-1", status="active"),
            enterprise=Enterprise(name=LangText({"zh": "示例电池有限公司"}), uscc="913401000EXAMPLE76"),
            product=Product(name=LangText({"zh": "磷酸铁锂电池包", "en": "LFP battery pack"}), model="EV-M1"),
            battery=Battery(
                category="EV",
                level="pack",
                rated_energy=Quantity(Decimal(64), "kW.h"),
                usable_energy=Quantity(Decimal(60), "kW.h"),
                vehicle_category="M1",
                warranty_years=Quantity(Decimal(8), "a"),
            ),
            passport=Passport(study_link="https://example.com/study.pdf"),
            period=Period(start=date(2025, 1, 1), end=date(2025, 12, 31)),
            results=(results(**told),),
        )
        return whole.model_copy(update=parts)

    return build
