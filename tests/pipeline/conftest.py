"""The shipped examples, read once, and a key that is the same in every run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.codec.base import Context, Package
from gateway.pipeline.convert import Source, read
from gateway.signing.did_key import KeyType
from gateway.signing.keys import PrivateKey

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
PREVIEW = {"preview": "yes"}


def package(path: Path) -> Package:
    """A file as the command would hand it over."""
    return Package.of(path.read_bytes(), name=path.name)


@pytest.fixture(scope="session")
def context() -> Context:
    """A fixed clock."""
    return Context(now=NOW)


@pytest.fixture(scope="session")
def battery(context: Context) -> Source:
    """The complete LFP pack."""
    return read(package(EXAMPLES / "lfp-pack.json"), context=context)


@pytest.fixture(scope="session")
def tea(context: Context) -> Source:
    """The tea with biogenic carbon and land use change."""
    return read(package(EXAMPLES / "tea.json"), context=context)


@pytest.fixture(scope="session")
def key() -> PrivateKey:
    """A signing key for these tests."""
    return PrivateKey.generate(KeyType.ED25519)
