"""Every published sample of data sets into every format: quantities and CO2e stay, or it is refused.

``dataset_pairs.csv`` holds what becomes of each sample in each format; HUTONG_UPDATE_DOCS=1 writes it anew.
"""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from gateway.codec.base import Context, Package
from gateway.codec.dataset_run import Sent
from gateway.codec.shelf import FileShelf, shelf_of
from gateway.errors import GatewayError
from gateway.formats.datasets import dataset_formats, find_dataset_format
from gateway.model.dataset import DatasetKind
from gateway.model.process import Process
from gateway.pipeline.datasets import Datasets, convert_datasets, open_datasets
from gateway.pipeline.inventory_carbon import climate

TABLE = Path(__file__).with_name("dataset_pairs.csv")
FOLDERS = ("ilcd", "ilcd-tiangong", "ilcd-epd", "ilcd-json", "ecospold1", "ecospold2", "olca-jsonld", "tidas")
# Sixteen megabytes, 631 data sets: tried where its speed is measured.
TOO_LARGE = ("uslci_fy20_q2_01_olca1_10_3_ecospold2.zip",)
TARGETS = [f.id for f in dataset_formats() if f.write is not None]
Row = dict[str, str]


def samples(oracle_data: Path) -> list[Path]:
    found = [path for folder in FOLDERS for path in sorted((oracle_data / "lca" / folder).iterdir())]
    kinds = (".xml", ".zip", ".json", ".spold")
    return [path for path in found if path.suffix in kinds and path.name not in TOO_LARGE]


@cache
def opened(path: Path) -> Datasets | None:
    """None for what no format knows: a list of classes, a broken root, a master-data file."""
    package = Package.of(path.read_bytes(), name=path.name)
    try:
        return open_datasets(shelf_of(package), context=Context(source=path.name))
    except GatewayError:
        return None


def row(path: Path, target: str, sent: list[Sent]) -> Row:
    """What became of one sample in one format, in numbers."""
    notes = [note for one in sent for account in one.accounts.values() for note in account.notes]
    refused = Counter(e[0].error_code for one in sent for e in one.refused.values())
    return {
        "sample": f"{path.parent.name}/{path.name}",
        "target": target,
        "data sets": str(len({key for one in sent for key in one.accounts})),
        "carried": str(sum(len(a.carried) for one in sent for a in one.accounts.values())),
        "noted": str(len(notes)),
        "refused": " ".join(f"{code}×{n}" for code, n in sorted(refused.items())),
    }


def written(rows: list[Row]) -> str:
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue()


def check_carbon(source: Datasets, target: str, sent: list[Sent]) -> int:
    """The kg CO2e of every process before and after, by the factors of the EF 3.1 list."""
    files = {one.member.name: one.member.data for one in sent if one.member is not None}
    after = find_dataset_format(target).open(FileShelf("", files), source.context)
    compared = 0
    for one in sent:
        for key, made in one.becomes.items():
            if key.kind is not DatasetKind.PROCESS:
                continue
            before, now = source.bundle.read(key).dataset, after.read(made).dataset
            assert isinstance(before, Process)
            assert isinstance(now, Process)
            old, new = climate(before, source.bundle), climate(now, after)
            assert new.by_class == old.by_class, (key, target)
            compared += bool(old.counted)
    return compared


@pytest.mark.exhaustive
def test_every_sample_into_every_format(oracle_data: Path) -> None:
    rows, compared = [], 0
    for path in samples(oracle_data):
        source = opened(path)
        for target in TARGETS if source is not None else ():
            assert source is not None
            sent = list(convert_datasets(source, to=target))
            rows.append(row(path, target, sent))
            assert "internal." not in rows[-1]["refused"], (path.name, target)
            compared += check_carbon(source, target, sent)
    assert compared >= 10
    if os.environ.get("HUTONG_UPDATE_DOCS"):
        TABLE.write_text(written(rows), encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == written(rows)


@pytest.mark.parametrize("target", TARGETS)
def test_the_same_bytes_again(oracle_data: Path, target: str) -> None:
    path = oracle_data / "lca" / "ilcd-tiangong" / "tiangong-lithium-hydroxide.zip"
    package = Package.of(path.read_bytes(), name=path.name)
    twice = [
        list(convert_datasets(open_datasets(shelf_of(package), context=Context(source="s")), to=target))
        for _ in range(2)
    ]
    assert [one.member for one in twice[0]] == [one.member for one in twice[1]]
