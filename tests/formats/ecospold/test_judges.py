"""Others on what we write: pyecospold parses and validates it, brightway scores it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gateway.codec.base import Context
from gateway.codec.dataset_run import write_bundle
from gateway.codec.datasets import DatasetFormat
from gateway.formats.ecospold import ECOSPOLD1, ECOSPOLD2
from gateway.quantity.exact import own_arithmetic

from .worlds import world

if TYPE_CHECKING:
    from tests.conftest import Judges

# IPCC AR6 WG1, table 7.15; names and units as brightway has them, ids of its list of ecoinvent 3.9.
FACTORS = [
    ["carbon dioxide (fossil)", "air", "", "kilogram", "349b29d1-3e58-4c66-98b9-9d1a076efd2e", 1.0],
    ["methane (fossil)", "air", "", "kilogram", "0795345f-c7ae-410c-ad25-1845784c75f5", 29.8],
    ["nitrous oxide", "air", "", "kilogram", "20185046-64bb-4c09-a8e7-e8a9e144ca98", 273.0],
    ["carbon dioxide (biogenic)", "air", "", "kilogram", "eba59fd6-f37e-41dc-9ca3-c7ea22d602c7", 0.0],
]


@own_arithmetic
def files(format_: DatasetFormat) -> dict[str, bytes]:
    sent = list(write_bundle(format_, world(), Context()))
    return {one.member.name: one.member.data for one in sent if one.member is not None}


def folder(format_: DatasetFormat, at: Path) -> list[Path]:
    """The data sets, unpacked; brightway looks into one folder only, and nobody reads lists beside them."""
    found = []
    for name, data in files(format_).items():
        if name.startswith("MasterData/"):
            continue
        file = at / name.rpartition("/")[2]
        file.write_bytes(data)
        found.append(file)
    return found


@pytest.mark.judge("brightway")
@pytest.mark.parametrize(
    ("edition", "format_", "name"), [("1", ECOSPOLD1, "widget"), ("2", ECOSPOLD2, "widget making")]
)
def test_brightway_scores_what_the_exchanges_say(
    edition: str, format_: DatasetFormat, name: str, judges: Judges, tmp_path: Path
) -> None:
    """By hand: 2 × 1 + 0.01 × 29.8 + 0.001 × 273 + 0.5 × 0.6 = 2.871 kg CO2e.

    The methane is told in grams; brightway looks at no unit of an elementary exchange of EcoSpold 2.
    """
    folder(format_, tmp_path)
    factors = json.dumps(_per_gram(FACTORS) if edition == "1" else FACTORS)
    found = judges.python("ecospold.py", "score", edition, tmp_path, name, factors)
    assert found["unlinked"] == 0
    assert found["activities"] == 3
    assert found["score"] == pytest.approx(2.871, rel=1e-6)


def _per_gram(factors: list[list[Any]]) -> list[list[Any]]:
    """EcoSpold 1 keeps the source's unit, and brightway links by it."""
    return [*factors, ["methane (fossil)", "air", "", "gram", "methane-in-grams", 0.0298]]


@pytest.mark.judge("pyecospold")
@pytest.mark.oracle
def test_pyecospold_parses_and_validates_all_that_we_write(
    judges: Judges, tmp_path: Path, samples: Mapping[str, bytes]
) -> None:
    from .test_datasets import opened, sent

    written = [*folder(ECOSPOLD1, tmp_path), *folder(ECOSPOLD2, tmp_path)]
    for name in ("ecospold1/v1_1.xml", "ecospold2/v2_1.xml", "ecospold2/sample_ecospold2.xml"):
        format_, bundle = opened(samples[name])
        for piece in sent(format_, bundle):
            assert piece.member is not None
            file = tmp_path / f"{len(written)}.xml"
            file.write_bytes(piece.member.data)
            written.append(file)
    told = judges.python("ecospold.py", "parse", *written)
    assert [said for said in told.values() if not said["valid"]] == []
    making = next(
        said for name, said in told.items() if name.endswith(".spold") and len(said["exchanges"]) == 6
    )
    assert making["exchanges"][2:] == [["2", "kg"], ["0.01", "kg"], ["0.001", "kg"], ["7", "kg"]]
