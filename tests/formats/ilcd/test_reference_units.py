"""Whatever is counted in another unit than its flow's: amounts, factors, and the bounds of their spread."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.codec.base import Context
from gateway.codec.dataset_run import write_bundle
from gateway.codec.datasets import Bundle, bundle_of
from gateway.codec.shelf import FileShelf
from gateway.formats.ilcd import DATASETS
from gateway.model.base import LangText
from gateway.model.dataset import Dataset, DatasetKind, Reference
from gateway.model.inventory import Flow, FlowKind, FlowProperty, FlowPropertyValue, UnitEntry, UnitGroup
from gateway.model.process import Direction, Distribution, Exchange, Process, Uncertainty
from gateway.model.sources import CharacterisationFactor, ImpactMethod
from gateway.quantity.exact import own_arithmetic
from gateway.quantity.number import Number

GROUP, ENERGY, POWER, OWN = (f"1111111{n}-0000-4000-8000-000000000000" for n in range(4))
UNITS = (
    UnitEntry(id="0", name="MJ", factor=Number(Decimal(1))),
    UnitEntry(id="1", name="kWh", factor=Number(Decimal("3.6"))),
)
NAME = LangText({"en": "x"})


def n(text: str) -> Number:
    return Number(Decimal(text), text)


def spread(kind: Distribution) -> Uncertainty:
    return Uncertainty(distribution=kind, spread=n("1.5"), minimum=n("1"), maximum=n("3"))


@own_arithmetic
def written(own: Dataset) -> Dataset:
    value = FlowPropertyValue(id="0", flow_property=Reference(uuid=ENERGY), mean=n("1"), is_reference=True)
    package = bundle_of(
        [
            UnitGroup(id=GROUP, version="01.00.000", name=NAME, reference_unit="0", units=UNITS),
            FlowProperty(id=ENERGY, version="01.00.000", name=NAME, unit_group=Reference(uuid=GROUP)),
            Flow(id=POWER, version="01.00.000", name=NAME, kind=FlowKind.PRODUCT, properties=(value,)),
            own,
        ]
    )
    files = {}
    for piece in write_bundle(DATASETS, package, Context()):
        assert not piece.refused, piece.refused
        assert piece.member is not None
        files[piece.member.name] = piece.member.data
    back: Bundle = DATASETS.open(FileShelf("p", files), Context())
    (key,) = (k for k in back.keys if k.kind in (DatasetKind.PROCESS, DatasetKind.METHOD))
    return back.read(key).dataset


def process(found: Uncertainty) -> Process:
    exchange = Exchange(
        id="0",
        flow=Reference(uuid=POWER),
        direction=Direction.OUTPUT,
        amount=n("2"),
        unit="kWh",
        is_reference=True,
        uncertainty=found,
    )
    return Process(id=OWN, version="01.00.000", name=NAME, exchanges=(exchange,))


def bounds(found: Uncertainty) -> list[Decimal | None]:
    told = (found.minimum, found.maximum, found.spread)
    return [Decimal(str(one)) if isinstance(one, Number) else None for one in told]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Distribution.UNIFORM, ["3.6", "10.8"]),
        (Distribution.NORMAL, ["3.6", "10.8", "5.4"]),
        (Distribution.LOG_NORMAL, ["3.6", "10.8", "1.5"]),
    ],
)
def test_bounds_of_an_exchange_go_with_its_amount(kind: Distribution, expected: list[str]) -> None:
    """2 kWh between 1 and 3 are 7.2 MJ between 3.6 and 10.8; a geometric deviation has no unit."""
    found = written(process(spread(kind)))
    assert isinstance(found, Process)
    (exchange,) = found.exchanges
    assert Decimal(str(exchange.amount)) == Decimal("7.2")
    assert bounds(exchange.uncertainty)[: len(expected)] == [Decimal(text) for text in expected]


def test_a_factor_per_unit_goes_the_other_way() -> None:
    """3.6 per kWh is 1 per MJ; between 1 and 3 per kWh is between 1/3.6 and 3/3.6 per MJ."""
    factor = CharacterisationFactor(
        flow=Reference(uuid=POWER),
        direction=Direction.OUTPUT,
        value=n("3.6"),
        unit="kWh",
        uncertainty=Uncertainty(distribution=Distribution.UNIFORM, minimum=n("1.8"), maximum=n("7.2")),
    )
    found = written(ImpactMethod(id=OWN, version="01.00.000", name=NAME, factors=(factor,)))
    assert isinstance(found, ImpactMethod)
    (one,) = found.factors
    assert Decimal(str(one.value)) == 1
    assert bounds(one.uncertainty)[:2] == [Decimal("0.5"), Decimal(2)]
