"""Seeded odd values in published samples: read, noted, or refused with a reason, and never our bug."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from gateway.codec.base import Context
from gateway.codec.shelf import FileShelf
from gateway.errors import GatewayError, flatten
from gateway.pipeline.datasets import convert_datasets, open_datasets
from tests.pipeline.oddities import SAMPLES, odd

TARGETS = ("ilcd", "tidas", "openlca", "ecospold1", "ecospold2")


def bugs(files: dict[str, bytes], target: str) -> list[str]:
    """The errors that would be ours."""
    found: list[GatewayError] = []
    try:
        for one in convert_datasets(open_datasets(FileShelf("", files), context=Context()), to=target):
            found += [error for errors in one.refused.values() for error in errors]
    except GatewayError as error:
        found += flatten(error)
    return [f"{target} {e.path} {e.saw}" for e in found if e.error_code.startswith("internal.")]


@pytest.mark.oracle
@pytest.mark.parametrize("sample", sorted(SAMPLES))
def test_nothing_odd_is_our_bug(sample: str, oracle_data: Path) -> None:
    files = SAMPLES[sample](oracle_data / "lca")
    for number in range(8):
        made, what = odd(files, random.Random(f"{sample} {number}"))
        assert [bug for target in TARGETS for bug in bugs(made, target)] == [], (number, what)


@pytest.mark.long
@pytest.mark.oracle
@pytest.mark.parametrize("sample", sorted(SAMPLES))
def test_nothing_odd_is_our_bug_at_length(sample: str, oracle_data: Path) -> None:
    files = SAMPLES[sample](oracle_data / "lca")
    for number in range(200):
        made, what = odd(files, random.Random(f"{sample} at length {number}"))
        assert [bug for target in TARGETS for bug in bugs(made, target)] == [], (number, what)
