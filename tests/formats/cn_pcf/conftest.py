"""Reading and writing the domestic form in tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gateway import resources
from gateway.frontdoor import json as json_door


@pytest.fixture(scope="session")
def example() -> Callable[[str], dict[str, Any]]:
    """A shipped example as JSON, its numbers exact."""

    def load(name: str) -> dict[str, Any]:
        found: Any = json_door.parse(resources.example(f"{name}.json").read_bytes())
        assert isinstance(found, dict)
        return found

    return load
