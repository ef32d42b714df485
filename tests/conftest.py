"""What all tests share: the third-party data, read in place and never committed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
ORACLE_DATA = Path(os.environ.get("HUTONG_ORACLE_DATA", _ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def oracle_data() -> Path:
    """The folder of third-party samples, schemas and vectors."""
    if not ORACLE_DATA.is_dir():
        pytest.skip("oracle data is not here; set HUTONG_ORACLE_DATA to run these tests")
    return ORACLE_DATA
