"""Values that schemas let pass and nobody expects: read as what they are, or refused, and not as our bug."""

from __future__ import annotations

from fractions import Fraction

import pytest

from gateway.codec.base import Context
from gateway.codec.shelf import FileShelf
from gateway.errors import GatewayError
from gateway.model.dataset import DatasetKind
from gateway.model.process import Process
from gateway.pipeline.datasets import convert_datasets, open_datasets
from gateway.quantity.number import Number
from tests.pipeline.test_dataset_units import DOCUMENT, EXCHANGE

TARGETS = ["ilcd", "openlca", "ecospold1", "ecospold2"]


def mill(exchanges: str) -> FileShelf:
    return FileShelf("mill.xml", {"mill.xml": DOCUMENT.format(exchanges=exchanges).encode()})


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "text", [".5", "+5.", "-.5e-3", "5.E2", "0.1234567890123456789012345678901234567890"]
)
def test_every_spelling_of_a_double_is_its_number(text: str, target: str) -> None:
    opened = open_datasets(mill(EXCHANGE.format(n=2, unit="kg", amount=text)), context=Context())
    sent = list(convert_datasets(opened, to=target))
    files = {one.member.name: one.member.data for one in sent if one.member is not None}
    back = open_datasets(FileShelf("", files), format=target, context=Context()).bundle
    (key,) = (key for key in back.keys if key.kind is DatasetKind.PROCESS)
    process = back.read(key).dataset
    assert isinstance(process, Process)
    plain = Fraction(text.replace(".E", ".0E").replace("-.", "-0.").rstrip("."))
    amounts = [Fraction(one.amount.value) for one in process.exchanges if isinstance(one.amount, Number)]
    assert sorted(amounts) == sorted([Fraction(1), plain])


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('number="2" name="in kg"', 'number="1" name="in kg"'),
        ('name="mill"\n localName="mill"', 'name=""\n localName=""'),
        ('name="mill" unit', 'name="" unit'),
    ],
)
def test_what_is_wrong_is_never_our_bug(old: str, new: str, target: str) -> None:
    (data,) = mill(EXCHANGE.format(n=2, unit="kg", amount="3")).files.values()
    assert old.encode() in data
    shelf = FileShelf("mill.xml", {"mill.xml": data.replace(old.encode(), new.encode())})
    errors: list[GatewayError] = []
    for one in convert_datasets(open_datasets(shelf, context=Context()), to=target):
        errors += [error for found in one.refused.values() for error in found]
    assert [str(error) for error in errors if error.error_code.startswith("internal.")] == []
