"""Each mend on a small data set, and beside it the case that looks like it and must be left alone."""

from __future__ import annotations

import pytest

from gateway.codec import xmlverdict
from gateway.codec.shelf import FileShelf
from gateway.codec.xmltree import structure_of
from gateway.formats.ilcd.repair import RepairedFile
from gateway.frontdoor import xml as xml_door
from gateway.pipeline.repair import repair, told

from .repair_differ import unaccounted
from .test_diagnosis import FLOW, PROCESS, SOUND, UUIDS, changed

SECOND = f'refObjectId="{UUIDS["f"]}"/>'
LONG = "石灰" * 300


def repaired(files: dict[str, str], name: str) -> RepairedFile:
    shelf = FileShelf("package", {name: text.encode() for name, text in files.items()})
    found = {file.name: file for file in repair(shelf)}[name]
    assert found.data is not None
    element = xml_door.parse(found.data)
    structure = structure_of(element)
    assert structure is not None
    assert xmlverdict.valid(element, structure)
    assert unaccounted(files[name].encode(), found.data, list(told(found))) == []
    return found


def mends(found: RepairedFile) -> set[tuple[str, str, str]]:
    return {(note.code, note.value, note.written) for note in found.mends}


def aside(found: RepairedFile) -> set[tuple[str, str]]:
    return {(one.finding.code, str(one.content)) for one in found.aside}


def test_a_sound_package_is_not_touched() -> None:
    for name, text in SOUND.items():
        found = repaired(SOUND, name)
        assert (found.data, found.changed) == (text.encode(), False)


MENDS = [
    ("p.xml", '"CN-AH"', '"SN-CN"', ("ilcd.location-turned", "SN-CN", "CN-SN")),
    (
        "p.xml",
        SECOND,
        f'refObjectId="kalk" uri="../flows/{UUIDS["f"]}_01.00.000.xml"/>',
        ("ilcd.id-from-address", "kalk", UUIDS["f"]),
    ),
    ("p.xml", SECOND, 'refObjectId="Quicklime"/>', ("ilcd.id-from-name", "Quicklime", UUIDS["f"])),
    ("f.xml", "1305-78-8", "1305788", ("ilcd.value-mended", "1305788", "1305-78-8")),
    ("f.xml", "01.00.000", "1.0.0", ("ilcd.value-mended", "1.0.0", "01.00.000")),
    ("f.xml", ' version="1.1"', "", ("ilcd.format-version-of-namespace", "", "1.1")),
    ("p.xml", ">2024<", ">２０２４<", ("ilcd.value-mended", "２０２４", "2024")),
    ("p.xml", "<meanAmount>1.5<", "<meanAmount>1,5<", ("ilcd.value-mended", "1,5", "1.5")),
    ("p.xml", "<meanAmount>1.5<", "<meanAmount>1.234,5<", ("ilcd.value-mended", "1.234,5", "1234.5")),
    ("p.xml", "<meanAmount>1.5<", "<meanAmount>-1'234.50<", ("ilcd.value-mended", "-1'234.50", "-1234.50")),
    ("p.xml", "<meanAmount>1.5<", "<meanAmount>1,234,567<", ("ilcd.value-mended", "1,234,567", "1234567")),
    ("p.xml", "<meanAmount>1.5<", "<meanAmount>1.234.567<", ("ilcd.value-mended", "1.234.567", "1234567")),
    ("p.xml", ">Output<", ">输出<", ("ilcd.value-mended", "输出", "Output")),
    (
        "p.xml",
        'xml:lang="zh"',
        'xml:lang="zh_CN"',
        ("ilcd.language-spelt", "xml:lang=zh_CN", "xml:lang=zh-CN"),
    ),
    ("p.xml", ">LCI result<", ">lci_result<", ("ilcd.value-mended", "lci_result", "LCI result")),
]


@pytest.mark.parametrize(("file", "old", "new", "mend"), MENDS)
def test_a_mend(file: str, old: str, new: str, mend: tuple[str, str, str]) -> None:
    found = repaired(changed(file, old, new), file)
    assert mend in mends(found)
    assert not found.aside


LEFT = [
    ("p.xml", "<meanAmount>1.5<", "<meanAmount>1,500<", "1,500"),
    ("p.xml", "<meanAmount>1.5<", "<meanAmount>1,23,456<", "1,23,456"),
    ("p.xml", "<meanAmount>1.5<", "<meanAmount>1,234,56<", "1,234,56"),
    ("p.xml", ">2024<", ">2024?<", "2024?"),
    ("p.xml", ">LCI result<", ">LCI results<", "LCI results"),
    ("f.xml", "1305-78-8", "1305787", "1305787"),
    ("f.xml", "1305-78-8", "1305-7-88", "1305-7-88"),
    ("f.xml", "01.00.000", "v1", "v1"),
]


@pytest.mark.parametrize(("file", "old", "new", "value"), LEFT)
def test_what_could_mean_two_things_is_set_aside(file: str, old: str, new: str, value: str) -> None:
    found = repaired(changed(file, old, new), file)
    assert value in str([one.content for one in found.aside])
    assert not {m for m in mends(found) if m[1] == value}


def test_white_space_around_a_list_value() -> None:
    found = repaired(changed("p.xml", ">LCI result<", "> LCI result <"), "p.xml")
    assert mends(found) == {("xml.spaces", " LCI result ", "LCI result")}


def test_white_space_that_means_nothing_stays() -> None:
    files = changed("p.xml", ">2024<", "> 2024 <")
    found = repaired(files, "p.xml")
    assert (found.data, found.changed) == (files["p.xml"].encode(), False)


def test_a_prefecture_keeps_its_code() -> None:
    found = repaired(changed("p.xml", '"CN-AH"', '"ZB-SD-CN"'), "p.xml")
    assert not found.changed


def test_two_flows_of_one_name_are_told_apart_by_nobody() -> None:
    files = changed("p.xml", SECOND, 'refObjectId="Quicklime"/>')
    twin = FLOW.replace(UUIDS["f"], "00000000-0000-4000-8000-000000000009")
    found = repaired(files | {"twin.xml": twin}, "p.xml")
    assert ("ilcd.reference-not-resolved", "Quicklime") in aside(found)
    assert {one.finding.params.get("count") for one in found.aside} == {"2"}


def test_an_elementary_flow_is_not_found_by_its_name() -> None:
    files = changed("p.xml", SECOND, 'refObjectId="Quicklime"/>')
    files["f.xml"] = FLOW.replace("Product flow", "Elementary flow")
    assert ("ilcd.reference-not-resolved", "Quicklime") in aside(repaired(files, "p.xml"))


def test_another_name_in_one_language_is_another_flow() -> None:
    said = (
        'refObjectId="Quicklime"><common:shortDescription xml:lang="en">Quicklime</common:shortDescription>'
        '<common:shortDescription xml:lang="zh">熟石灰</common:shortDescription></referenceToFlowDataSet>'
    )
    files = changed("p.xml", SECOND, said)
    files["f.xml"] = FLOW.replace("</baseName>", '</baseName><baseName xml:lang="zh">生石灰</baseName>')
    assert ("ilcd.reference-not-resolved", "Quicklime") in aside(repaired(files, "p.xml"))


def test_languages_that_stand_in_for_each_other() -> None:
    text = PROCESS.replace(">Lime kiln<", ">@<").replace(">石灰窑<", ">Lime kiln<").replace(">@<", ">石灰窑<")
    found = repaired({"p.xml": text}, "p.xml")
    assert found.data is not None
    assert '<baseName xml:lang="zh">石灰窑</baseName>' in found.data.decode()
    assert {code for code, _, _ in mends(found)} == {"ilcd.language-of-script"}


def test_chinese_without_a_language_beside_english() -> None:
    text = PROCESS.replace('<baseName xml:lang="zh">', "<baseName>")
    found = repaired({"p.xml": text}, "p.xml")
    assert found.data is not None
    assert '<baseName xml:lang="zh">石灰窑</baseName>' in found.data.decode()


def test_japanese_is_not_made_chinese() -> None:
    text = PROCESS.replace('<baseName xml:lang="zh">石灰窑', "<baseName>石灰のキルン")
    found = repaired({"p.xml": text}, "p.xml")
    assert "zh" not in {note.written.rpartition("=")[2] for note in found.mends}


@pytest.mark.parametrize("number", ["0", "1"])
def test_a_number_given_twice(number: str) -> None:
    """The later one gets a free number, but not where the reference flow could be either."""
    third = (
        f'<exchange dataSetInternalID="{number}"><referenceToFlowDataSet type="flow data set" {SECOND}'
        "<meanAmount>9</meanAmount></exchange></exchanges>"
    )
    text = PROCESS.replace("</exchanges>", third).replace(
        '<allocation internalReferenceToCoProduct="1" allocatedFraction="40"/>', ""
    )
    found = repaired(SOUND | {"p.xml": text}, "p.xml")
    if number == "1":
        assert ("ilcd.number-given-twice", "1", "2") in mends(found)
        assert not found.aside
    else:
        assert not mends(found)
        assert {code for code, _ in aside(found)} == {"ilcd.schema-refuses"}


def test_a_reference_flow_named_by_its_flow() -> None:
    other = "00000000-0000-4000-8000-000000000009"
    text = PROCESS.replace(SECOND, f'refObjectId="{other}"/>').replace("Flow>0<", f"Flow>{other}<")
    found = repaired({"p.xml": text}, "p.xml")
    assert mends(found) == {("ilcd.number-by-target", other, "1")}


def test_what_has_no_room_moves_into_the_extension_place() -> None:
    text = PROCESS.replace(
        "</allocations>", f'</allocations><generalComment xml:lang="zh">{LONG}</generalComment>'
    )
    found = repaired({"p.xml": text}, "p.xml")
    assert found.data is not None
    assert f'<hutong:text of="generalComment" xml:lang="zh">{LONG}</hutong:text>' in found.data.decode()


def test_misused_extension_places_are_joined() -> None:
    other = (
        '<common:other xml:lang="en">wet kiln</common:other><common:other xml:lang="zh">湿法</common:other>'
    )
    found = repaired(
        {"p.xml": PROCESS.replace("</LCIMethodAndAllocation>", f"{other}</LCIMethodAndAllocation>")}, "p.xml"
    )
    assert found.data is not None
    said = found.data.decode()
    assert said.count("<common:other>") == 1
    assert '<hutong:text xml:lang="en">wet kiln</hutong:text>' in said
    assert '<hutong:text xml:lang="zh">湿法</hutong:text>' in said


def test_what_stands_around_the_data_set_stays() -> None:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet href="x.xsl"?>\n<!-- by hand -->\n'
    text = head + PROCESS.replace('"CN-AH"', '"AH-CN"').replace("<exchanges>", "<exchanges><!-- two -->")
    found = repaired({"p.xml": text}, "p.xml")
    assert found.data is not None
    assert found.data.decode().startswith(head)
    assert aside(found) == {("xml.aside", " two ")}


def test_other_files_of_a_package_come_through() -> None:
    files = {"ILCD/processes/p.xml": PROCESS.encode(), "ILCD/external_docs/a.pdf": b"%PDF-1.7\xff"}
    files |= {"ILCD/ILCDLocations.xml": b"<locations/>", "ILCD/broken.xml": b"<a>"}
    found = {file.name: file for file in repair(FileShelf("package", files))}
    assert {name: file.data for name, file in found.items() if file.data is not None} == {
        name: data for name, data in files.items() if name != "ILCD/broken.xml"
    }
    (kept,) = found["ILCD/broken.xml"].aside
    assert kept.content == b"<a>"
    assert kept.finding.code == "xml.syntax"
