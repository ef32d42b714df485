"""The published life-cycle model sample, which its own schema refuses: read whole, mended or set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from gateway.codec.base import Context
from gateway.codec.dataset_run import write_bundle
from gateway.codec.shelf import FileShelf
from gateway.formats.ilcd import DATASETS
from gateway.formats.ilcd.dataset_index import index_of
from gateway.formats.ilcd.repair import repair_file
from gateway.model.sources import LifeCycleModel
from gateway.quantity.exact import own_arithmetic

Schemas = Callable[[str], etree.XMLSchema]
NAME = "eilcd_sample_model.xml"
pytestmark = pytest.mark.oracle


@pytest.fixture
def shelf(oracle_data: Path) -> FileShelf:
    return FileShelf("sample", {NAME: (oracle_data / "lca" / "ilcd" / NAME).read_bytes()})


def test_it_is_read_whole_with_a_finding_for_each_defect(shelf: FileShelf) -> None:
    bundle = DATASETS.open(shelf, Context())
    (key,) = bundle.keys
    reading = bundle.read(key)
    model = reading.dataset
    assert isinstance(model, LifeCycleModel)
    assert [instance.id for instance in model.instances] == ["0", "1", "2", "3", "4", "5"]
    assert sum(len(instance.connections) for instance in model.instances) == 7
    assert model.reference_instance == "2"
    missing = Counter(finding.params["name"] for finding in reading.findings)
    assert missing == {"@multiplicationFactor": 6, "@version": 13}
    assert {finding.code for finding in reading.findings} == {"xml.missing"}


@own_arithmetic
def test_it_is_not_written_as_it_is_and_no_instance_is_left_out(shelf: FileShelf) -> None:
    bundle = DATASETS.open(shelf, Context())
    (piece,) = write_bundle(DATASETS, bundle, Context())
    assert piece.member is None
    assert {error.error_code for errors in piece.refused.values() for error in errors} == {"ilcd.not-valid"}


@pytest.mark.judge("tidas-tools-xsd")
def test_repair_sets_aside_what_cannot_be_proven(shelf: FileShelf, ilcd_schemas: Schemas) -> None:
    """How often each process occurs is told nowhere in the sample; a factor is never made up."""
    file = repair_file(NAME, shelf.read(NAME), index_of(shelf))
    assert file.data is not None
    root = etree.fromstring(file.data)
    assert ilcd_schemas("lifecyclemodel").validate(root)
    assert not list(root.iter("{*}processInstance"))
    assert len(file.aside) == 8
    again = repair_file(NAME, file.data, index_of(FileShelf("mended", {NAME: file.data})))
    assert again.data == file.data
