"""Declarations to check: the shipped examples and the published ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway import resources
from gateway.codec.base import Context, Package, Reading
from gateway.formats.cn_pcf import FORMAT


def reading(data: bytes) -> Reading:
    return FORMAT.read(Package.of(data), Context())


@pytest.fixture(scope="session")
def battery() -> Reading:
    """The complete LFP pack."""
    return reading(resources.example("lfp-pack.json").read_bytes())


@pytest.fixture(scope="session")
def tea() -> Reading:
    """The tea product."""
    return reading(resources.example("tea.json").read_bytes())


@pytest.fixture(scope="session")
def published(oracle_data: Path) -> Callable[[str], Reading]:
    """A sample or real input by the number its file name begins with."""

    def read(number: str) -> Reading:
        folders = (oracle_data / "china" / "sample_inputs", oracle_data / "real_inputs")
        (path,) = (p for folder in folders for p in folder.glob(f"{number}_*.json"))
        return reading(path.read_bytes())

    return read
