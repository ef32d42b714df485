"""Parts that readers make without the constructor's checks would pass them, odd documents included."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from gateway.codec.base import Context
from gateway.codec.xmltree import Value, read_tree
from gateway.errors import GatewayError, InputError
from gateway.formats.ilcd.bound_others import dataset
from gateway.formats.ilcd.graph import KINDS
from gateway.model.base import LangText, proven
from gateway.model.dataset import Reference
from gateway.model.process import Exchange
from gateway.pipeline.datasets import open_datasets
from gateway.quantity.number import Number
from gateway.storage.shelves import open_shelf

SEED = 20260118
FOLDERS = ("ilcd", "ilcd-tiangong", "ilcd-epd", "ilcd-json", "ecospold1", "ecospold2", "olca-jsonld", "tidas")
LARGE = 3_000_000
ODD: tuple[Value, ...] = ("", " ", "x", "1e999", {}, [], ["a"], [{}], {"#text": "5"}, {"en": ["a"]}, {"": ""})


def wrong(part: object, at: str = "") -> Iterator[str]:
    """Where a value is not one that the constructor would have taken, or a field is not in its place."""
    if isinstance(part, tuple):
        for n, one in enumerate(part):
            yield from wrong(one, f"{at}/{n}")
    elif isinstance(part, BaseModel):
        kind, held = type(part), dict(part.__dict__)
        if list(held) != list(kind.model_fields):
            yield f"{at}: {list(held)}"
        try:
            again = kind.model_validate(held["root"] if kind is LangText else held)
        except ValueError as error:
            yield f"{at}: {error}"
        else:
            if again != part:
                yield f"{at}: {again!r}"
        for name, value in held.items():
            yield from wrong(value, f"{at}/{name}")


@pytest.mark.oracle
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_sample(oracle_data: Path, folder: str) -> None:
    read = 0
    for path in sorted((oracle_data / "lca" / folder).iterdir()):
        if path.stat().st_size > LARGE:
            continue
        try:
            bundle = open_datasets(open_shelf(path), context=Context(source="s")).bundle
        except GatewayError:
            continue
        for key in bundle.keys[:120]:
            try:
                made = bundle.read(key).dataset
            except GatewayError:
                continue
            assert list(wrong(made)) == [], (path.name, key)
            read += 1
    assert read >= (1 if folder == "ilcd-json" else 3)


def mangled(node: Any, chance: random.Random) -> Any:
    """A tree with some values replaced by ones that documents should not have."""
    if chance.random() < 0.02:
        return copy.deepcopy(chance.choice(ODD))
    if isinstance(node, dict):
        return {key: mangled(value, chance) for key, value in node.items()}
    if isinstance(node, list):
        return [mangled(value, chance) for value in node[:12]]
    return node


@pytest.mark.oracle
def test_odd_documents(oracle_data: Path) -> None:
    chance = random.Random(SEED)
    folder = oracle_data / "lca" / "ilcd"
    names = ("sdk_sample_process", "sdk_sample_flow", "sdk_sample_contact", "process")
    trees = [read_tree((folder / f"{name}.xml").read_bytes()) for name in names]
    read = 0
    for _ in range(60):
        for tree in trees:
            try:
                root = {key: mangled(value, chance) for key, value in tree.root.items()}
                made = dataset(KINDS[tree.structure.name], root)
            except InputError:
                continue  # nothing is left of its uuid
            assert list(wrong(made)) == []
            read += 1
    assert read >= 150


def test_as_the_constructor_makes_it() -> None:
    told = {"id": "1", "amount": Number.read("1.0"), "flow": Reference(uuid="f")}
    assert proven(Exchange, told) == Exchange(**told)  # type: ignore[arg-type]
    assert list(wrong(proven(Exchange, {"id": 1}))) != []
    part = proven(Reference, {"uuid": "f"})
    assert part.model_copy(update={"uuid": "g"}) == Reference(uuid="g")
    assert part == Reference(uuid="f")
    with pytest.raises(ValueError, match="frozen"):
        part.uuid = "g"  # type: ignore[misc]
