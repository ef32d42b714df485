"""Real broken data sets after repair: valid, every text and number accounted for, the same a second time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from lxml import etree

from gateway.codec import xmlverdict
from gateway.codec.shelf import FileShelf
from gateway.codec.xmltree import structure_of
from gateway.formats.ilcd.dataset_index import DatasetIndex, index_of
from gateway.formats.ilcd.repair import RepairedFile, repair_file
from gateway.frontdoor import xml as xml_door
from gateway.pipeline.repair import repair, told

from .repair_differ import leaves, unaccounted

Schemas = Callable[[str], etree.XMLSchema]
KINDS = ("processes", "flows", "flowproperties", "unitgroups")


@pytest.fixture(scope="module")
def tiangong(oracle_data: Path) -> FileShelf:
    files = sorted(path for kind in KINDS for path in (oracle_data / "tiangong" / kind).glob("*.xml"))
    return FileShelf("tiangong", {f"{path.parent.name}/{path.name}": path.read_bytes() for path in files})


@pytest.fixture(scope="module")
def index(tiangong: FileShelf) -> DatasetIndex:
    return index_of(tiangong)


@pytest.fixture(scope="module")
def repaired(tiangong: FileShelf, index: DatasetIndex) -> Mapping[str, RepairedFile]:
    return {name: repair_file(name, tiangong.read(name), index) for name in tiangong.names}


def report(file: RepairedFile) -> list[dict[str, object]]:
    return [json.loads(json.dumps(line, ensure_ascii=False)) for line in told(file)]


@pytest.mark.oracle
class TestTianGong:
    def test_every_data_set_comes_out_valid(self, repaired: Mapping[str, RepairedFile]) -> None:
        assert sum(name.startswith("processes/") for name in repaired) == 153
        for name, file in repaired.items():
            assert file.data is not None, name
            element = xml_door.parse(file.data)
            structure = structure_of(element)
            assert structure is not None
            assert xmlverdict.valid(element, structure), name

    @pytest.mark.judge("tidas-tools-xsd")
    def test_every_data_set_is_valid_for_the_official_schema(
        self, repaired: Mapping[str, RepairedFile], ilcd_schemas: Schemas
    ) -> None:
        for name, file in repaired.items():
            element = xml_door.parse(file.data or b"")
            structure = structure_of(element)
            assert structure is not None
            schema = ilcd_schemas(structure.name)
            assert schema.validate(element), name

    def test_every_text_and_number_is_accounted_for(
        self, tiangong: FileShelf, repaired: Mapping[str, RepairedFile]
    ) -> None:
        for name, file in repaired.items():
            assert unaccounted(tiangong.read(name), file.data or b"", report(file)) == [], name

    def test_the_differ_sees_a_lost_digit(
        self, tiangong: FileShelf, repaired: Mapping[str, RepairedFile]
    ) -> None:
        name = "processes/009f5682-d49d-43d5-b660-c2d0e6f35610.xml"
        broken = (repaired[name].data or b"").replace(b">848.37<", b">848.3<")
        assert len(unaccounted(tiangong.read(name), broken, report(repaired[name]))) == 4

    def test_a_second_repair_changes_nothing(
        self, repaired: Mapping[str, RepairedFile], index: DatasetIndex
    ) -> None:
        for name, file in repaired.items():
            again = repair_file(name, file.data or b"", index)
            assert (again.data, again.changed) == (file.data, False), name

    def test_a_sound_file_keeps_its_bytes(
        self, tiangong: FileShelf, repaired: Mapping[str, RepairedFile]
    ) -> None:
        sound = [name for name, file in repaired.items() if not file.changed]
        assert len(sound) == 708
        assert all(repaired[name].data == tiangong.read(name) for name in sound)

    def test_every_change_is_told_in_both_languages(self, repaired: Mapping[str, RepairedFile]) -> None:
        seen = {}
        for file in repaired.values():
            for line in report(file):
                seen[line["code"]] = line
        for code, line in seen.items():
            message = line["message"]
            assert isinstance(message, dict)
            assert message["zh"], code
            assert message["en"], code
            assert "{" not in message["zh"] + message["en"], message


@pytest.mark.oracle
@pytest.mark.parametrize("folder", ["ilcd", "ilcd-tiangong", "ilcd-epd"])
def test_the_samples_of_others(oracle_data: Path, folder: str) -> None:
    for path in sorted((oracle_data / "lca" / folder).glob("*.xml")):
        data = path.read_bytes()
        (file,) = repair(FileShelf(path.name, {path.name: data}))
        assert file.data is not None, path.name
        assert unaccounted(data, file.data, report(file)) == [], path.name
        (again,) = repair(FileShelf(path.name, {path.name: file.data}))
        assert (again.data, again.changed) == (file.data, False), path.name


def test_leaves_are_counted() -> None:
    assert leaves(b'<a x="1"><b>t</b><b>t</b><c/></a>')[(("b",), "", "t")] == 2
