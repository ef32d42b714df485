"""A package that is written part by part, as ``hutong convert`` does, is what it is written at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.codec.base import Context
from gateway.codec.dataset_run import Known, Sent
from gateway.model.dataset import Key
from gateway.pipeline.datasets import Datasets, convert_datasets, open_datasets, parts
from gateway.storage.shelves import open_shelf

SAMPLES = ("olca-jsonld/us-fpl-jsonld.zip", "ilcd-epd/oekobau_with_dependencies.zip")
# The location of the whole world.
GLOBE = "56bca136-90bb-3a77-9abb-7ce558af711e.json"
Told = dict[Key, tuple[int, tuple[str, ...]]]


def told(sent: list[Sent]) -> tuple[Told, dict[Key, tuple[str, ...]], dict[str, bytes]]:
    """What is said of each data set, why each refused one is, and the files."""
    accounts = {
        key: (len(account.carried), tuple(sorted(f"{n.fate.value} {n.path}" for n in account.notes)))
        for one in sent
        for key, account in one.accounts.items()
    }
    refused = {key: tuple(map(str, errors)) for one in sent for key, errors in one.refused.items()}
    return accounts, refused, {one.member.name: one.member.data for one in sent if one.member is not None}


@pytest.mark.parametrize("target", ["ilcd", "openlca", "ecospold1", "ecospold2"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_parts_are_the_whole(oracle_data: Path, sample: str, target: str) -> None:
    def source() -> Datasets:
        return open_datasets(open_shelf(oracle_data / "lca" / sample), context=Context())

    whole = told(list(convert_datasets(source(), to=target)))
    known, opened = Known(), source()
    sent: list[Sent] = []
    for keys in parts(opened.bundle, 7):
        sent += convert_datasets(opened, to=target, keys=keys, known=known)
    accounts, refused, files = told(sent)
    assert accounts == whole[0]
    # A part of flows cannot know that a process of a later part will hold them.
    assert {key: why for key, why in refused.items() if key not in accounts} == whole[1]
    # brightway asks for one location at least; the first part does not know of any.
    assert {name: data for name, data in files.items() if not name.endswith(GLOBE)} == {
        name: data for name, data in whole[2].items() if not name.endswith(GLOBE)
    }
