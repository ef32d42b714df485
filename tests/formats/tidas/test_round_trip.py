"""TIDAS → model → TIDAS, and TIDAS ⇄ ILCD: nothing is lost but how it was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gateway.codec.base import Context
from gateway.codec.datasets import Bundle, DatasetFormat
from gateway.codec.shelf import FileShelf
from gateway.formats.datasets import find_dataset_format
from gateway.formats.ilcd import DATASETS as ILCD
from gateway.formats.tidas import TIDAS
from gateway.formats.tidas.tree import parse, write
from gateway.model.base import LangText
from gateway.model.process import Process

from .filled import DATASETS, REFERENCE, filled

# What TIDAS has and ILCD has no place for: extensions of a contact's classes, and whatever may stand in a
# parameter of a process in a model.
BEYOND_ILCD = ("contact", "life-cycle-model")
CONTEXT = Context(source="a.json")
FURNITURE = ("@xmlns", "@xsi:schemaLocation", "@locations", "@version")


def opened(format_: DatasetFormat, data: bytes, name: str) -> Bundle:
    return format_.open(FileShelf(name, {name: data}), CONTEXT)


def through(format_: DatasetFormat, bundle: Bundle) -> tuple[bytes, tuple[Any, ...]]:
    assert format_.write is not None
    (piece,) = format_.write(bundle, CONTEXT)
    assert piece.member is not None, piece.refused
    return piece.member.data, tuple(note for notes in piece.notes.values() for note in notes)


def canonical(value: Any, prefixes: dict[str, str] | None = None) -> Any:
    """Without the furniture of the root, lists of one as what they hold, URIs for prefixes."""
    if prefixes is None:
        prefixes = {}
        gather(value, prefixes)
    if isinstance(value, list):
        made = [canonical(inner, prefixes) for inner in value]
        if all(isinstance(inner, dict) and "@xml:lang" in inner for inner in made):
            made.sort(key=lambda inner: inner["@xml:lang"])
        return made[0] if len(made) == 1 else made
    if isinstance(value, dict):
        kept = {
            key: inner
            for key, inner in value.items()
            if not key.startswith(FURNITURE) or (key == "@version" and "@refObjectId" in value)
        }
        return {
            named(key, prefixes): canonical(inner, prefixes)
            for key, inner in sorted(kept.items())
            if inner != {}
        }
    return value


def whole(dataset: str, *, full: bool, seed: int) -> dict[str, Any]:
    """A document whose extensions all stand within its root."""
    made = filled(dataset, full=full, seed=seed)
    made.pop("common:other", None)
    if dataset == "life-cycle-model" and not full:  # ILCD wants the reference process among the instances
        instance = {
            "@dataSetInternalID": "0",
            "@multiplicationFactor": "2.5",
            "referenceToProcess": REFERENCE,
        }
        information = made["lifeCycleModelDataSet"]["lifeCycleModelInformation"]
        information["technology"] = {"processes": {"processInstance": instance}}
    return made


def gather(value: Any, prefixes: dict[str, str]) -> None:
    for key, inner in value.items() if isinstance(value, dict) else ():
        if key.startswith("@xmlns:") and key.removeprefix("@xmlns:") not in ("common", "xsi", "ecn", "acme"):
            prefixes[key.removeprefix("@xmlns:")] = inner
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        gather(inner, prefixes)


def named(key: str, prefixes: dict[str, str]) -> str:
    prefix, colon, local = key.partition(":")
    return f"{{{prefixes[prefix]}}}{local}" if colon and prefix in prefixes else key


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("dataset", DATASETS)
def test_every_field_comes_back(dataset: str, *, full: bool) -> None:
    for seed in range(3):
        document = whole(dataset, full=full, seed=seed)
        data, notes = through(TIDAS, opened(TIDAS, json.dumps(document).encode(), "a.json"))
        assert canonical(json.loads(data)) == canonical(document)
        assert not notes


@pytest.mark.parametrize("dataset", DATASETS)
def test_by_way_of_ilcd(dataset: str) -> None:
    document = whole(dataset, full=dataset not in BEYOND_ILCD, seed=1)
    xml, _ = through(ILCD, opened(TIDAS, json.dumps(document).encode(), "a.json"))
    data, _ = through(TIDAS, opened(ILCD, xml, "a.xml"))
    assert canonical(json.loads(data)) == canonical(document)
    again, _ = through(ILCD, opened(TIDAS, data, "a.json"))
    assert bare(again) == bare(xml)


def bare(xml: bytes) -> str:
    """Without the hint to a schema, which the first document need not have had."""
    root = etree.fromstring(xml)
    hint = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
    if hint in root.attrib:
        del root.attrib[hint]
    etree.cleanup_namespaces(root)
    return str(etree.canonicalize(etree.tostring(root).decode()))


def test_samples_keep_everything(oracle_data: Path) -> None:
    """The samples are not valid, so that they are not written as TIDAS; their trees lose nothing."""
    files = sorted((oracle_data / "lca" / "tidas").glob("tidas-example-*.json"))
    assert len(files) == 4
    for file in files:
        before = file.read_bytes()
        found, node, spaces, left = parse(before)
        assert left == {}, file.name
        again_found, again, again_spaces, _ = parse(write(found, node, spaces))
        assert (again_found, again_spaces) == (found, spaces), file.name
        assert {key: value for key, value in again.items() if not key.startswith(FURNITURE)} == {
            key: value for key, value in node.items() if not key.startswith(FURNITURE)
        }


def test_what_the_tree_cannot_hold_is_told() -> None:
    document = filled("process", full=True)
    own = document["processDataSet"]["processInformation"]
    name = own["dataSetInformation"]["name"]
    name["baseName"] = [
        {"@xml:lang": "en", "#text": "one"},
        {"@xml:lang": "en", "#text": "two"},
        {"@xml:lang": "zh", "#text": "二", "@note": "x"},
        7,
    ]
    own["time"] = [own["time"], {"common:referenceYear": 1999}]
    own["quantitativeReference"]["@type"] = {"value": "Reference flow(s)"}
    document["json_ordered"] = {"kept": True}
    data = b"\xef\xbb\xbf" + json.dumps(document, ensure_ascii=False).encode()
    bundle = opened(find_dataset_format("tidas"), data, "a.json")
    reading = bundle.read(bundle.keys[0])
    at = "/processDataSet/processInformation"
    base = f"{at}/dataSetInformation/name/baseName"
    assert {note.path: note.value for note in reading.notes} == {
        "/json_ordered": '{"kept": true}',
        f"{base}/1": '{"@xml:lang": "en", "#text": "two"}',
        f"{base}/2/@note": "x",
        f"{base}/3": "7",
        f"{at}/time/1": '{"common:referenceYear": 1999}',
        f"{at}/quantitativeReference/@type": '{"value": "Reference flow(s)"}',
    }
    assert reading.dataset.name == LangText({"en": "one", "zh": "二"})
    assert {one.code for one in reading.findings} == {"tidas.wrong-value"}
    assert f"a.json#{base}" in {one.at for one in reading.findings}


def test_what_is_missing_is_told_at_once(oracle_data: Path) -> None:
    data = (oracle_data / "lca" / "tidas" / "tidas-example-process.json").read_bytes()
    assert TIDAS.write is not None
    (piece,) = TIDAS.write(opened(TIDAS, data, "a.json"), CONTEXT)
    assert piece.member is None
    ((lacks),) = piece.refused.values()
    assert len(lacks) > 5
    assert {error.error_code for error in lacks} >= {"tidas.missing"}


def test_a_place_written_backwards_is_turned() -> None:
    document = filled("process", full=True)
    where = document["processDataSet"]["processInformation"]["geography"][
        "locationOfOperationSupplyOrProduction"
    ]
    where["@location"] = "AH-CN"
    xml, _ = through(ILCD, opened(TIDAS, json.dumps(document).encode(), "a.json"))
    data, notes = through(TIDAS, opened(ILCD, xml, "a.xml"))
    (note,) = [note for note in notes if note.code == "tidas.location-turned"]
    assert (note.path, note.value, note.written) == ("/location/code", "AH-CN", "CN-AH")
    back = opened(TIDAS, data, "a.json")
    (key,) = back.keys
    process = back.read(key).dataset
    assert isinstance(process, Process)
    assert process.location is not None
    assert "CN-AH" in str(process.location)
    where["@location"] = "CN-AH"
    assert canonical(json.loads(data)) == canonical(document)


def test_a_place_of_no_list_is_refused() -> None:
    document = filled("process", full=False)
    where = document["processDataSet"]["processInformation"]["geography"][
        "locationOfOperationSupplyOrProduction"
    ]
    where["@location"] = "ZZ-QQ"
    assert TIDAS.write is not None
    (piece,) = TIDAS.write(opened(TIDAS, json.dumps(document).encode(), "a.json"), CONTEXT)
    assert piece.member is None
    assert [error.error_code for errors in piece.refused.values() for error in errors] == [
        "tidas.not-in-list"
    ]
