"""Data sets of other formats as openLCA packages: what is written and what is refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from gateway.codec.base import Context, Package
from gateway.codec.dataset_run import Sent, write_bundle
from gateway.codec.shelf import shelf_of
from gateway.errors import flatten
from gateway.formats.datasets import detect_datasets
from gateway.formats.openlca import OPENLCA
from gateway.model.dataset import DatasetKind

pytestmark = pytest.mark.oracle


def sent(path: Path) -> list[Sent]:
    shelf = shelf_of(Package.of(path.read_bytes(), name=path.name))
    return list(write_bundle(OPENLCA, detect_datasets(shelf).format.open(shelf, Context()), Context()))


def refusals(found: list[Sent]) -> Counter[str]:
    return Counter(
        one.error_code
        for piece in found
        for errors in piece.refused.values()
        for error in errors
        for one in flatten(error)
    )


@pytest.mark.parametrize(
    "name",
    [
        "ilcd-tiangong/tiangong-electricity-thermal-china.zip",
        "ilcd-tiangong/tiangong-li-battery-recycling.zip",
        "ilcd-tiangong/tiangong-lithium-hydroxide.zip",
        "ilcd/ef31-climate-change-lciamethod.xml",
        "ecospold1/v1_1.xml",
        "ecospold1/aluminum-extrusion.xml",
        "ecospold2/v2_1.xml",
        "ecospold2/sample_ecospold2.xml",
    ],
)
def test_everything_is_written(oracle_data: Path, name: str) -> None:
    """Amount, unit, direction and reference are compared exchange by exchange as it is written."""
    found = sent(oracle_data / "lca" / name)
    assert not refusals(found)
    kinds = Counter(key.kind for piece in found for key in piece.accounts)
    assert kinds[DatasetKind.PROCESS] + kinds[DatasetKind.METHOD] == 1


def test_chinese_survives(oracle_data: Path) -> None:
    """openLCA keeps one language; the others come back from our own member."""
    found = sent(oracle_data / "lca" / "ilcd-tiangong" / "tiangong-lithium-hydroxide.zip")
    (account,) = (
        one for piece in found for key, one in piece.accounts.items() if key.kind is DatasetKind.PROCESS
    )
    chinese = {path for path in account.carried if path.endswith("/zh")}
    assert {"/name/zh", "/documents/technology/text/zh"} <= chinese
    lost = {note.path for note in account.notes if note.path.endswith("/zh") and "/name/" in note.path}
    assert "/name/zh" not in lost


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("ilcd/process.xml", {"openlca.no-unit"}),
        (
            "ilcd/sdk_sample_process.xml",
            {"openlca.no-unit", "openlca.product-twice", "openlca.several-references"},
        ),
        ("ilcd/eilcd_sample_model.xml", {"openlca.process-twice"}),
        ("ilcd-tiangong/defective-nonuuid-flow-ref.xml", {"openlca.no-unit", "openlca.no-amount"}),
    ],
)
def test_what_openlca_would_read_otherwise_is_refused(oracle_data: Path, name: str, codes: set[str]) -> None:
    """A process without its flows: nobody tells the units, and openLCA would drop the exchanges."""
    assert set(refusals(sent(oracle_data / "lca" / name))) == codes
