"""A passport declaration, and how the pipeline writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from gateway.codec.base import Context
from gateway.codec.run import Written, run_writer
from gateway.formats.en18223 import FORMAT
from gateway.model.declaration import Declaration
from gateway.model.party import PartyIds
from gateway.recognition.restate import restate

Build = Callable[..., Declaration]
Write = Callable[..., Written]


@pytest.fixture
def passport(battery: Build) -> Build:
    """The same battery with what the header of a passport document asks for."""

    def build(stages: dict[str, str] | None = None, **parts: object) -> Declaration:
        plain = battery(stages)
        told: dict[str, object] = {
            "id": "https://example.com/passport/EV-M1",
            "granularity": "model",
            "product_link": "https://example.com/product/EV-M1",
            "manufacturing_date": date(2026, 3, 1),
            "put_into_service": date(2026, 9, 1),
            "status": "original",
            "doc_number": "DoC-1",
            "warranty_months": 96,
        }
        assert plain.battery is not None
        ids = PartyIds(lei="5493001KJTIIGC8Y1R12")
        whole = plain.model_copy(
            update={
                "battery": plain.battery.model_copy(update={"chemistry": "LFP"}),
                "passport": plain.passport.model_copy(update=told),
                "enterprise": plain.enterprise.model_copy(update={"ids": ids, "country": "CN"}),
            }
        )
        return whole.model_copy(update=parts)

    return build


@pytest.fixture
def written() -> Write:
    """A declaration as the pipeline writes it."""

    def run(declaration: Declaration, **options: str) -> Written:
        assert FORMAT.basis is not None
        restated = restate(declaration, FORMAT.basis, target=FORMAT.id)
        return run_writer(FORMAT, restated.declaration, Context(source="0" * 64, options=options))

    return run
