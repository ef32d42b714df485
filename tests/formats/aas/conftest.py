"""Declarations that have everything the two submodels ask for, and the pipeline's way of writing them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from gateway.codec.base import Context, Format, Package
from gateway.codec.run import Written, run_writer
from gateway.formats.aas import FOOTPRINT, PASSPORT
from gateway.model.base import LangText
from gateway.model.declaration import Declaration
from gateway.model.product import Product
from gateway.model.results import Carbon, ResultRow, ResultSet
from gateway.model.scope import Document, FunctionalUnit, Method
from gateway.pipeline.convert import Source, read
from gateway.quantity import Quantity
from gateway.recognition.restate import restate

Build = Callable[..., Declaration]
Write = Callable[..., Written]
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
DOCUMENT = Document(id="D-1", status="active", issued_at=date(2026, 4, 10))
METHOD = Method(standards=("GBT24067", "ISO14067"))


def kg(number: str) -> Quantity:
    return Quantity(Decimal(number), "kg{CO2eq}")


def row(stage: str | None, number: str | None, **parts: object) -> ResultRow:
    amount = None if number is None else kg(number)
    return ResultRow(stage=stage, carbon=Carbon(total=amount)).model_copy(update=parts)


def one_set(*rows: ResultRow, total: str = "10", **parts: object) -> ResultSet:
    found = ResultSet(id="declared", carbon=Carbon(total=kg(total)), rows=rows)
    return found.model_copy(update=parts)


@pytest.fixture
def steel() -> Build:
    """A tonne of steel, by stage."""

    def build(*results: ResultSet, **parts: object) -> Declaration:
        told = results or (one_set(row("raw", "7"), row("production", "2"), row("eol", "1")),)
        whole = Declaration(
            document=DOCUMENT,
            method=METHOD,
            product=Product(name=LangText({"zh": "钢筋", "en": "rebar"})),
            unit=FunctionalUnit(amount=Quantity(Decimal(1), "t"), text=LangText({"zh": "1 吨钢筋"})),
            results=told,
        )
        return whole.model_copy(update=parts)

    return build


@pytest.fixture
def pack(battery: Build) -> Build:
    """The battery of ``battery``, issued under standards."""

    def build(stages: dict[str, str] | None = None, **parts: object) -> Declaration:
        return battery(stages, **{"document": DOCUMENT, "method": METHOD, **parts})

    return build


def write(format_: Format, declaration: Declaration, **options: str) -> Written:
    """A declaration as the pipeline writes it."""
    visible = declaration
    if format_.basis is not None:
        visible = restate(declaration, format_.basis, target=format_.id).declaration
    return run_writer(format_, visible, Context(source="0" * 64, options=options))


@pytest.fixture
def footprint() -> Write:
    """02023, as JSON unless another container is asked for."""
    return partial(_write_json, FOOTPRINT)


@pytest.fixture
def passport() -> Write:
    """02035-3, as JSON unless another container is asked for."""
    return partial(_write_json, PASSPORT)


def _write_json(format_: Format, declaration: Declaration, **options: str) -> Written:
    return write(format_, declaration, **({"aas-container": "json"} | options))


@pytest.fixture(scope="session")
def example() -> Callable[[str], Source]:
    """A shipped example by its name."""

    def find(name: str) -> Source:
        path = EXAMPLES / f"{name}.json"
        return read(Package.of(path.read_bytes(), name=path.name))

    return find
