"""ILCD data sets as TIDAS: what is certain is put right, what is refused is left out, each with its note."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gateway.codec.base import Context, Package
from gateway.codec.dataset_run import Sent, write_bundle
from gateway.codec.datasets import Bundle
from gateway.codec.shelf import FileShelf, shelf_of
from gateway.formats.ilcd import DATASETS as ILCD
from gateway.formats.tidas import TIDAS
from gateway.formats.tidas.rules import judge
from gateway.model.dataset import DatasetKind
from gateway.quantity.exact import own_arithmetic
from gateway.report import Fate, Note
from tests.conftest import Judges

from .filled import CHINESE, DATASETS, ENGLISH, REFERENCE, STRUCTURES, filled
from .test_rules import asked

ELSEWHERE = "1f2f3d5a-7c63-4c0e-8e5a-0d7f6f0f9a11"
PACKAGES = ("electricity-thermal-china", "li-battery-recycling", "lithium-hydroxide")


@own_arithmetic
def written(bundle: Bundle, **options: str) -> list[Sent]:
    return list(write_bundle(TIDAS, bundle, Context(source="a", options=options)))


def through(document: dict[str, Any], dataset: str, **options: str) -> tuple[dict[str, Any], dict[str, Note]]:
    """A document that TIDAS refuses, written again; and the notes by their paths."""
    data = json.dumps(document).encode()
    assert judge(data, STRUCTURES[dataset])
    bundle = TIDAS.open(FileShelf("a.json", {"a.json": data}), Context(source="a"))
    (piece,) = written(bundle, **options)
    assert piece.member is not None, piece.refused
    assert not judge(piece.member.data, STRUCTURES[dataset])
    notes = {note.path: note for account in piece.accounts.values() for note in account.notes}
    return json.loads(piece.member.data), notes


def information(document: dict[str, Any]) -> dict[str, Any]:
    (root,) = document.values()
    found = next(inner for key, inner in root.items() if key.endswith("Information"))
    told = found["dataSetInformation"]
    assert isinstance(told, dict)
    return told


def test_a_class_gets_its_code_by_level_and_name() -> None:
    document = filled("source", full=False)
    classes = information(document)["classificationInformation"]["common:classification"]
    code = classes["common:class"].pop("@classId")
    made, notes = through(document, "source")
    again = information(made)["classificationInformation"]["common:classification"]["common:class"]
    assert again["@classId"] == code
    (note,) = notes.values()
    assert (note.code, note.path, note.written) == (
        "tidas.completed",
        "/classifications/0/classes/0/id",
        code,
    )


def test_a_class_of_another_list_goes_by_the_name_of_that_list() -> None:
    document = filled("process", full=False)
    told = {"common:class": [{"@level": "0", "#text": "Energy carriers"}]}
    information(document)["classificationInformation"]["common:classification"] = told
    made, notes = through(document, "process")
    (named,) = information(made)["classificationInformation"]["common:classification"]
    assert named["@name"] == "ILCD"
    assert named["common:class"] == [{"@level": "0", "@classId": "", "#text": "Energy carriers"}]
    assert {note.fate for note in notes.values()} == {Fate.DEFAULTED}


def test_text_in_another_language_than_it_says_is_left_out_and_told() -> None:
    document = filled("flow", full=True)
    information(document)["common:synonyms"] = [ENGLISH, CHINESE | {"#text": "LNG"}]
    made, notes = through(document, "flow")
    assert information(made)["common:synonyms"] == ENGLISH
    assert (notes["/synonyms/zh"].fate, notes["/synonyms/zh"].value) == (Fate.DROPPED, "LNG")


def test_a_reference_without_a_version_has_the_one_that_stands_for_none() -> None:
    document = filled("contact", full=False)
    administration = document["contactDataSet"]["administrativeInformation"]
    owner = {key: value for key, value in REFERENCE.items() if key not in ("@version", "@uri")}
    owner["@refObjectId"] = ELSEWHERE
    administration["publicationAndOwnership"]["common:referenceToOwnershipOfDataSet"] = owner
    made, notes = through(document, "contact")
    again = made["contactDataSet"]["administrativeInformation"]["publicationAndOwnership"]
    found = again["common:referenceToOwnershipOfDataSet"]
    assert (found["@version"], found["@uri"]) == ("00.00.000", f"../sources/{ELSEWHERE}.xml")
    assert {path.rpartition("/")[2] for path in notes} == {"version", "uri"}


def test_a_moment_without_its_zone_is_one_of_the_world() -> None:
    document = filled("contact", full=False)
    entry = document["contactDataSet"]["administrativeInformation"]["dataEntryBy"]
    entry["common:timeStamp"] = "2017-07-23T00:00:00.000"
    made, notes = through(document, "contact")
    again = made["contactDataSet"]["administrativeInformation"]["dataEntryBy"]
    assert again["common:timeStamp"] == "2017-07-23T00:00:00.000Z"
    (note,) = notes.values()
    assert (note.code, note.fate) == ("tidas.spelled", Fate.CONVERTED)


def test_of_several_where_one_may_be_the_first_stays_and_the_rest_is_told() -> None:
    document = filled("process", full=True)
    modelling = document["processDataSet"]["modellingAndValidation"]
    review = modelling["validation"]["review"]
    modelling["validation"]["review"] = [review, {"@type": "Not reviewed"}]
    made, notes = through(document, "process")
    assert (
        made["processDataSet"]["modellingAndValidation"]["validation"]["review"]["@type"] == review["@type"]
    )
    assert notes["/reviews/1/kind"].fate is Fate.DROPPED


def test_of_several_reference_flows_none_is_chosen() -> None:
    document = filled("process", full=False)
    process = document["processDataSet"]
    process["processInformation"]["quantitativeReference"]["referenceToReferenceFlow"] = ["0", "1"]
    exchanges = process["exchanges"]["exchange"]
    exchanges.append(exchanges[0] | {"@dataSetInternalID": "1"})
    bundle = TIDAS.open(FileShelf("a.json", {"a.json": json.dumps(document).encode()}), Context(source="a"))
    (piece,) = written(bundle)
    assert piece.member is None


@pytest.mark.parametrize("place", ["meanAmount", "resultingAmount"])
def test_no_number_is_left_out(place: str) -> None:
    """An exchange that TIDAS refuses is never written without what is refused."""
    document = filled("process", full=False)
    (exchange,) = document["processDataSet"]["exchanges"]["exchange"]
    exchange[place] = "x"
    bundle = TIDAS.open(FileShelf("a.json", {"a.json": json.dumps(document).encode()}), Context(source="a"))
    (piece,) = written(bundle)
    assert piece.member is None


def test_a_number_given_anew_is_not_what_the_reference_means() -> None:
    """The reference flow is exchange 0, which is not there: no other exchange becomes it."""
    document = filled("process", full=False)
    (exchange,) = document["processDataSet"]["exchanges"]["exchange"]
    exchange["@dataSetInternalID"] = "x"
    bundle = TIDAS.open(FileShelf("a.json", {"a.json": json.dumps(document).encode()}), Context(source="a"))
    (piece,) = written(bundle)
    assert piece.member is not None
    made = json.loads(piece.member.data)["processDataSet"]
    assert made["processInformation"]["quantitativeReference"]["referenceToReferenceFlow"] == "0"
    assert [one["@dataSetInternalID"] for one in made["exchanges"]["exchange"]] == ["1"]


def test_what_was_not_told_is_said_to_be_so_only_when_asked() -> None:
    document = filled("flow", full=False)
    del information(document)["name"]["treatmentStandardsRoutes"]
    bundle = TIDAS.open(FileShelf("a.json", {"a.json": json.dumps(document).encode()}), Context(source="a"))
    (piece,) = written(bundle)
    assert piece.member is None
    made, notes = through(document, "flow", missing="not-stated")
    assert [text["#text"] for text in information(made)["name"]["treatmentStandardsRoutes"]] == [
        "not stated",
        "未说明",
    ]
    assert {note.code for note in notes.values()} == {"tidas.completed"}


@pytest.mark.oracle
@pytest.mark.judge("tidas-tools-schemas")
@pytest.mark.parametrize("name", PACKAGES)
def test_packages_of_tiangong(name: str, oracle_data: Path, judges: Judges, tmp_path: Path) -> None:
    """ILCD packages as TianGong gives them out: all flows, and what else has all that TIDAS asks for."""
    file = oracle_data / "lca" / "ilcd-tiangong" / f"tiangong-{name}.zip"
    bundle = ILCD.open(shelf_of(Package.of(file.read_bytes(), name=file.name)), Context(source=file.name))
    pieces = written(bundle, missing="not-stated")
    kinds = Counter(key.kind for piece in pieces for key in piece.becomes)
    asked_for = Counter(key.kind for key in bundle.keys)
    assert kinds[DatasetKind.FLOW] == asked_for[DatasetKind.FLOW]
    assert kinds.total() >= asked_for.total() - 4
    jobs: dict[str, list[Any]] = {dataset: [] for dataset in DATASETS}
    for piece in pieces:
        for key in piece.becomes:
            assert piece.member is not None
            jobs[key.kind.value].append(json.loads(piece.member.data))
    theirs = asked(judges, tmp_path, {dataset: made for dataset, made in jobs.items() if made})
    assert {verdict for verdicts in theirs.values() for verdict in verdicts} == {None}
