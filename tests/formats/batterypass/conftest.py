"""A declaration as the pipeline writes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.codec.base import Context
from gateway.codec.run import Written, run_writer
from gateway.formats.batterypass import FORMAT
from gateway.model.declaration import Declaration
from gateway.recognition.restate import restate

Write = Callable[..., Written]


@pytest.fixture
def written() -> Write:
    """A declaration as the pipeline writes it."""

    def run(declaration: Declaration, **options: str) -> Written:
        assert FORMAT.basis is not None
        restated = restate(declaration, FORMAT.basis, target=FORMAT.id)
        return run_writer(FORMAT, restated.declaration, Context(source="0" * 64, options=options))

    return run
