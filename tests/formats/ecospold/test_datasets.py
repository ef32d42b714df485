"""Real data sets in and out again: equal to the letter, or every difference has its note."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from lxml import etree

from gateway.codec.base import Context, Package
from gateway.codec.dataset_run import Sent, write_bundle
from gateway.codec.datasets import Bundle, DatasetFormat
from gateway.codec.shelf import FileShelf, shelf_of
from gateway.formats.datasets import detect_datasets
from gateway.formats.ecospold import ECOSPOLD1, ECOSPOLD2
from gateway.frontdoor import xml as xml_door
from gateway.model.dataset import DatasetKind
from gateway.model.process import Process
from gateway.quantity.exact import own_arithmetic
from gateway.report import Fate

from .test_schema_samples import canonical

Open = Callable[[bytes, str], Bundle]
pytestmark = pytest.mark.oracle


def opened(data: bytes, name: str = "in") -> tuple[DatasetFormat, Bundle]:
    shelf = shelf_of(Package.of(data, name=name))
    found = detect_datasets(shelf).format
    return found, found.open(shelf, Context())


@own_arithmetic
def sent(format_: DatasetFormat, bundle: Bundle, **options: str) -> list[Sent]:
    return list(write_bundle(format_, bundle, Context(options=options)))


def processes(bundle: Bundle) -> list[Process]:
    found = [bundle.read(key).dataset for key in bundle.keys if key.kind is DatasetKind.PROCESS]
    assert all(isinstance(one, Process) for one in found)
    return found  # type: ignore[return-value]  # just proven


@pytest.mark.parametrize(
    "name", ["ecospold1/v1_1.xml", *(f"ecospold2/{n}.xml" for n in ("v2_1", "sample_ecospold2"))]
)
def test_a_sound_document_comes_back_to_the_letter(name: str, samples: Mapping[str, bytes]) -> None:
    format_, bundle = opened(samples[name])
    (piece,) = sent(format_, bundle)
    assert piece.member is not None
    assert not piece.refused
    assert [account.notes for account in piece.accounts.values() if account.notes] == []
    assert canonical(xml_door.parse(piece.member.data)) == canonical(xml_door.parse(samples[name]))


def test_a_child_data_set_comes_back_to_the_letter(samples: Mapping[str, bytes]) -> None:
    data = samples["ecospold2/sample_child_ecospold2.xml"]
    format_, bundle = opened(data)
    (piece,) = sent(format_, bundle)
    assert piece.member is not None
    assert b"<childActivityDataset>" in piece.member.data
    assert canonical(xml_door.parse(piece.member.data)) == canonical(xml_door.parse(data))


def test_a_data_set_without_a_place_is_read_and_not_written(samples: Mapping[str, bytes]) -> None:
    format_, bundle = opened(samples["ecospold1/aluminum-extrusion.xml"])
    (key,) = (key for key in bundle.keys if key.kind is DatasetKind.PROCESS)
    reading = bundle.read(key)
    assert isinstance(reading.dataset, Process)
    assert len(reading.dataset.exchanges) == 600
    assert reading.dataset.location is None
    missing = [f for f in reading.findings if f.code == "xml.missing"]
    assert [f.params["name"] for f in missing] == ["geography"]
    piece, rest = sent(format_, bundle)
    assert piece.member is None
    assert [error.path for error in piece.refused[key]] == ["/location"]
    # Nothing that was written tells of its flows.
    assert {error.error_code for errors in rest.refused.values() for error in errors} == {"ecospold.not-held"}
    assert {*piece.refused, *rest.refused} >= {k for k in bundle.keys if k.kind is DatasetKind.FLOW}


def test_another_root_is_refused_with_a_clear_message(oracle_data: Path) -> None:
    data = (oracle_data / "lca/ecospold1/defective-root-notecospold.xml").read_bytes()
    with pytest.raises(Exception, match=r"input\.unknown-format"):
        opened(data)


@pytest.fixture(scope="module")
def found(oracle_data: Path) -> tuple[DatasetFormat, Bundle]:
    """The large document, opened."""
    file = "uslci_fy20_q2_01_olca1_10_3_ecospold2.zip"
    return opened((oracle_data / "lca/ecospold1" / file).read_bytes(), file)


class TestUslci:
    """One document of 16 MB with 631 data sets, in a zip that calls itself EcoSpold 2."""

    def test_its_content_says_what_it_is(self, found: tuple[DatasetFormat, Bundle]) -> None:
        assert found[0] is ECOSPOLD1
        kinds = Counter(key.kind for key in found[1].keys)
        assert kinds[DatasetKind.PROCESS] == 631
        assert found[1].files == ("categories.xml",)

    def test_every_defect_is_told_where_it_stands(self, found: tuple[DatasetFormat, Bundle]) -> None:
        keys = [key for key in found[1].keys if key.kind is DatasetKind.PROCESS][:40]
        told = Counter(f.code for key in keys for f in found[1].read(key).findings)
        assert {"xml.bad-value", "xml.too-long", "ecospold.number-twice"} <= set(told)
        finding = next(f for f in found[1].read(keys[0]).findings if f.code == "xml.bad-value")
        assert (finding.saw, finding.params["type"]) == ("NaN", "cas")
        assert re.search(r"\(line \d+\)$", finding.at)

    def test_a_part_of_it_is_written_sound_and_accounted_for(
        self, found: tuple[DatasetFormat, Bundle], official: Callable[[str], etree.XMLSchema]
    ) -> None:
        from gateway.pipeline.datasets import Part

        keys = tuple(key for key in found[1].keys if key.kind is DatasetKind.PROCESS)[100:130]
        pieces = sent(ECOSPOLD1, Part(found[1], keys))
        assert [piece.refused for piece in pieces if piece.refused] == []
        for piece in pieces:
            assert piece.member is not None
            assert official("process").validate(etree.fromstring(piece.member.data))
        notes = [n for piece in pieces for account in piece.accounts.values() for n in account.notes]
        assert notes
        assert all("/amount" not in note.path and "/unit" not in note.path for note in notes)
        lost = {note.value for note in notes if note.fate is Fate.DROPPED and note.path.endswith("/cas")}
        assert lost == {"NaN", "n.a."}


def test_all_data_sets_in_one_document(samples: Mapping[str, bytes]) -> None:
    data = samples["ecospold1/v1_1.xml"]
    start, end = data.index(b"  <dataset "), data.index(b"</ecoSpold>")
    second = (
        data[start:end].replace(b'location="CH"', b'location="DE"').replace(b'number="1"', b'number="2"', 1)
    )
    both = data[:end] + second + data[end:]
    format_, bundle = opened(both)
    assert [p.location.code for p in processes(bundle) if p.location] == ["CH", "DE"]  # type: ignore[union-attr]
    (piece,) = sent(format_, bundle, documents="one")
    assert piece.member is not None
    root = xml_door.parse(piece.member.data)
    assert [node.get("number") for node in root.iter("{*}dataset")] == ["1", "2"]
    assert len(sent(format_, bundle)) == 2


def test_a_document_is_judged_by_its_namespace_whatever_its_name(samples: Mapping[str, bytes]) -> None:
    shelf = FileShelf("x.spold", {"a/b.spold": samples["ecospold1/v1_1.xml"]})
    assert detect_datasets(shelf).format is ECOSPOLD1
    prefixed = samples["ecospold2/v2_1.xml"].replace(
        b"<ecoSpold xmlns=", b"<!-- <ecoSpold> --><ecoSpold xmlns="
    )
    assert detect_datasets(FileShelf("x.xml", {"x.xml": prefixed})).format is ECOSPOLD2
