"""Whole packages into every format of data sets, and what came of it into every format again.

In a package data sets share flows, sources and persons; some are missing, some are refused. No single sample
shows that.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from gateway.codec.base import Context
from gateway.codec.shelf import FileShelf, Shelf
from gateway.formats.datasets import dataset_formats, detect_datasets
from gateway.pipeline.datasets import convert_datasets, open_datasets
from gateway.pipeline.repair import repair
from gateway.storage.shelves import open_shelf

TARGETS = [f.id for f in dataset_formats() if f.write is not None]
# Every process of TianGong must have its way into these formats, or a reason; so many have it.
AT_LEAST = {"ilcd@1.1": 153, "openlca@2": 89, "ecospold1@1.0": 66, "ecospold2@2.0": 70}


@pytest.fixture(scope="module")
def tiangong(oracle_data: Path) -> FileShelf:
    """The public TianGong data sets, mended."""
    mended = repair(open_shelf(oracle_data / "tiangong"))
    return FileShelf("tiangong", {one.name: one.data for one in mended if one.data is not None})


def sent(shelf: Shelf, target: str) -> tuple[dict[str, bytes], Counter[str]]:
    """The files, and what was written by kind; every process is written or refused, not by our fault."""
    source = open_datasets(shelf, context=Context(source="packages"))
    files: dict[str, bytes] = {}
    kinds: Counter[str] = Counter()
    done = set()
    for piece in convert_datasets(source, to=target):
        if piece.member is not None:
            files[piece.member.name] = piece.member.data
        kinds.update(key.kind.value for key in piece.accounts)
        done |= {*piece.accounts, *piece.refused}
        for key, errors in piece.refused.items():
            ours = [(e.path, e.saw) for e in errors if e.error_code.startswith("internal.")]
            assert not ours, (target, key, ours)
    silent = [key for key in source.bundle.keys if key not in done]
    assert not [key for key in silent if key.kind.value == "process"], target
    return files, kinds


@pytest.mark.exhaustive
@pytest.mark.parametrize("target", TARGETS)
def test_a_whole_package_into_every_format_and_on(tiangong: FileShelf, target: str) -> None:
    files, kinds = sent(tiangong, target)
    assert kinds["process"] >= AT_LEAST.get(target, 0)
    made = FileShelf("made", files)
    assert detect_datasets(made).format.id == target
    for onward in TARGETS:
        again, _ = sent(made, onward)
        if onward == target:
            assert len(again) == len(files)


@pytest.mark.exhaustive
def test_a_large_document_by_way_of_another_format(oracle_data: Path) -> None:
    folder = oracle_data / "lca" / "ecospold1"
    files, kinds = sent(open_shelf(folder / "uslci_fy20_q2_01_olca1_10_3_ecospold2.zip"), "ilcd@1.1")
    assert kinds["process"] >= 619
    _, back = sent(FileShelf("ilcd", files), "ecospold1@1.0")
    assert back["process"] >= 600


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_written_is_known_again(oracle_data: Path, target: str) -> None:
    """Files beside the data sets, which other formats keep as they are, say nothing of the format."""
    source = open_shelf(oracle_data / "lca" / "olca-jsonld" / "us-fpl-jsonld.zip")
    files, kinds = sent(source, target)
    if kinds:
        assert detect_datasets(FileShelf("made", files)).format.id == target
