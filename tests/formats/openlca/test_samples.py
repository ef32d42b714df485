"""Packages of others, all of schema 1: every member comes back under its name of schema 2."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.codec.datasets import Bundle
from gateway.codec.shelf import shelf_of
from gateway.formats.datasets import detect_datasets
from gateway.formats.openlca import OPENLCA
from gateway.model.dataset import DatasetKind
from gateway.model.process import Direction

from .conftest import files, written

pytestmark = pytest.mark.oracle

SAMPLES = {
    "us-fpl-jsonld.zip": {"process": 4, "flow": 23, "source": 13, "contact": 5},
    "exchange_sync-all.zip": {"process": 2, "flow": 2, "life-cycle-model": 1},
    "olca-complete-jsonld.zip": {"process": 2, "flow": 8, "impact-method": 1, "life-cycle-model": 1},
}
# Names of schema 1, written down here a second time so that the reader's own table is not its judge.
NEW_NAMES = {
    "input": "isInput",
    "quantitativeReference": "isQuantitativeReference",
    "avoidedProduct": "isAvoidedProduct",
    "referenceFlowProperty": "isRefFlowProperty",
    "referenceUnit": "isRefUnit",
    "infrastructureProcess": "isInfrastructureProcess",
    "infrastructureFlow": "isInfrastructureFlow",
    "referenceProcess": "refProcess",
    "referenceExchange": "refExchange",
    "copyright": "isCopyrightProtected",
    "inputParameter": "isInputParameter",
    "referenceUnitName": "refUnit",
}


def opened(data: Path, name: str) -> Bundle:
    shelf = shelf_of(Package.of((data / "lca" / "olca-jsonld" / name).read_bytes(), name=name))
    assert detect_datasets(shelf).format is OPENLCA
    return OPENLCA.open(shelf, Context())


@pytest.mark.parametrize("name", SAMPLES)
class TestPackage:
    def test_all_data_sets_are_there(self, oracle_data: Path, name: str) -> None:
        kinds = Counter(key.kind.value for key in opened(oracle_data, name).keys)
        assert SAMPLES[name].items() <= kinds.items()

    def test_everything_comes_back_under_its_new_name(self, oracle_data: Path, name: str) -> None:
        """A differ of its own: each scalar of the source, at its place, in the output."""
        found = {n: json.loads(d) for n, d in files(written(opened(oracle_data, name))).items() if "/" in n}
        by_id = {(document["@type"], document["@id"]): document for document in found.values()}
        paths = categories(oracle_data, name)
        checked = 0
        for document in sources(oracle_data, name):
            if document["@type"] == "Category":
                continue
            own = by_id[document["@type"], document["@id"]]
            if "allocationFactors" in own:
                own["allocationFactors"] = in_order(own["allocationFactors"])
            ours = dict(scalars(own))
            for at, value in scalars(renamed(document, paths)):
                if is_explained(at, value):
                    continue
                assert (at, ours.get(at)) == (at, value), document["@id"]
                checked += 1
        assert checked > 50

    def test_notes_say_what_did_not(self, oracle_data: Path, name: str) -> None:
        """The counter of the last exchange is lower than the exchanges of one real file."""
        sent = written(opened(oracle_data, name))
        assert not [one.refused for one in sent if one.refused]
        notes = [note.path for one in sent for account in one.accounts.values() for note in account.notes]
        assert notes == (["/extras/openlca#~1lastInternalId"] if name == "us-fpl-jsonld.zip" else [])


def sources(data: Path, name: str) -> Iterator[dict[str, Any]]:
    with zipfile.ZipFile(data / "lca" / "olca-jsonld" / name) as package:
        for member in package.namelist():
            if member.endswith(".json") and "context" not in member:
                yield json.loads(package.read(member))


def categories(data: Path, name: str) -> dict[str, str]:
    """The path of every category of the package."""
    own = {one["@id"]: one for one in sources(data, name) if one["@type"] == "Category"}

    def path(id_: str) -> str:
        above = own[id_].get("category", {}).get("@id")
        return f"{path(above)}/{own[id_]['name']}" if above in own else str(own[id_]["name"])

    return {id_: path(id_) for id_ in own}


def renamed(value: Any, paths: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [renamed(item, paths) for item in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for name, inner in value.items():
        if name == "category" and isinstance(inner, dict):
            above = [*inner["categoryPath"], inner["name"]] if "categoryPath" in inner else None
            found[name] = "/".join(above) if above else paths[inner["@id"]]
        elif name != "@context":
            found[NEW_NAMES.get(name, name)] = renamed(inner, paths)
    factors = found.get("allocationFactors")
    if isinstance(factors, list):
        found["allocationFactors"] = in_order(factors)
    told = found.get("processDocumentation")
    if isinstance(told, dict) and ("reviewer" in told or told.get("reviewDetails")):
        review = {"details": told.pop("reviewDetails", None), "reviewers": [told.pop("reviewer", None)]}
        told["reviews"] = [{k: v for k, v in review.items() if v not in (None, [None])}]
    return found


def in_order(factors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Allocation factors are a set."""
    return sorted(factors, key=lambda f: (f["allocationType"], f["product"]["@id"], f["value"]))


def scalars(value: Any, at: str = "") -> Iterator[tuple[str, object]]:
    """Scalars by place; items of lists that have a name or number stand under it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from scalars(inner, f"{at}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from scalars(inner, f"{at}/{index}")
    else:
        yield at, value


def is_explained(at: str, value: object) -> bool:
    """What schema 2 has no member for or says elsewhere."""
    last = at.rpartition("/")[2]
    inside = at.count("/") > 1
    return (
        value is False  # absent means the same
        # Exchanges are named by number; what they and references repeat is told by the entity itself.
        or (inside and last in ("@id", "@type") and "/flow" not in at and "/unit/" not in at)
        or (inside and last == "name" and not at.startswith(("/units", "/parameters")))
        or (inside and "/categoryPath/" in at)
        or (inside and last in ("categoryType", "category", "refUnit", "flowType", "processType"))
        or (at.startswith("/units/") and last == "version" and value == "00.00.000")
        or (at.startswith("/allocationFactors/") and ("/exchange/" in at or "/product/" in at))
        # An exchange of a product system is its number; the process tells the rest.
        or (at.startswith(("/processLinks/", "/refExchange/")) and "xchange/" in at)
        or last in ("internalId", "lastInternalId")  # the one doubled number of US-FPL
        or at.endswith("/reviewDetails")
    )


class TestKnownFaultsOfOthers:
    """What the openLCA library for Python and converters lose of schema 1, without a word."""

    def test_direction_and_reference_survive(self, oracle_data: Path) -> None:
        bundle = opened(oracle_data, "us-fpl-jsonld.zip")
        for key in bundle.keys:
            if key.kind is DatasetKind.PROCESS:
                process: Any = bundle.read(key).dataset
                assert len(process.references) == 1
                assert {one.direction for one in process.exchanges} == {Direction.INPUT, Direction.OUTPUT}

    def test_folders_in_another_spelling_are_read(self, oracle_data: Path) -> None:
        assert len(opened(oracle_data, "olca-complete-jsonld.zip").keys) == 22

    def test_the_same_data_set_in_two_folders_is_told(self, oracle_data: Path) -> None:
        codes = [f.code for f in opened(oracle_data, "olca-complete-jsonld.zip").findings]
        assert codes == ["openlca.two-of-one-key", "openlca.passed-on"]

    def test_numbers_used_twice_are_told_and_mended(self, oracle_data: Path) -> None:
        bundle = opened(oracle_data, "us-fpl-jsonld.zip")
        found = [f.code for key in bundle.keys for f in bundle.read(key).findings]
        assert found == ["openlca.internal-id"] * 3
