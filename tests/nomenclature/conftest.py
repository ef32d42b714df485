"""Flow lists of other people, built once for all tests that need them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from gateway.nomenclature.packing import build
from gateway.nomenclature.store import FlowList

_FILES = {
    "EF 3.1": ("ef31_flows.csv.gz", "3.1"),
    "FEDEFL": ("fedefl_1.3.1_flows.csv.gz", "1.3.1"),
    "openLCA": ("openlca_flows_partial.csv.gz", ""),
}


@cache
def _built(folder: Path) -> Mapping[str, FlowList]:
    return {
        name: FlowList(build([folder / file], name=name, version=version))
        for name, (file, version) in _FILES.items()
    }


@pytest.fixture(scope="session")
def flow_lists(oracle_data: Path) -> Mapping[str, FlowList]:
    """EF 3.1, FEDEFL 1.3.1 and a part of openLCA's list."""
    return _built(oracle_data / "nomenclature" / "lists")
