"""White space and byte order marks before the XML declaration: read, told, and written without."""

from __future__ import annotations

import pytest

from gateway.codec.base import Context
from gateway.codec.shelf import FileShelf
from gateway.errors import InputError
from gateway.formats.ilcd.dataset_index import index_of
from gateway.formats.ilcd.diagnosis import diagnose_file
from gateway.formats.ilcd.repair import repair_file
from gateway.frontdoor import xml as xml_door
from gateway.model.dataset import DatasetKind
from gateway.pipeline.datasets import convert_datasets, open_datasets
from gateway.report import Fate
from tests.pipeline.test_dataset_odd_values import mill
from tests.pipeline.test_dataset_units import EXCHANGE

BOM = b"\xef\xbb\xbf"
LEADS = [b"\n", b" \r\n\t", BOM + b"\n", b"\n" + BOM, BOM + BOM, b"\n\n\n"]
CODE = "xml.before-declaration"


def ilcd(target: str = "ilcd") -> dict[str, bytes]:
    opened = open_datasets(mill(EXCHANGE.format(n=2, unit="kg", amount="3")), context=Context())
    sent = convert_datasets(opened, to=target)
    return {one.member.name: one.member.data for one in sent if one.member is not None}


@pytest.mark.parametrize("lead", LEADS)
def test_an_ilcd_file_is_read_told_and_repaired(lead: bytes) -> None:
    files = ilcd()
    padded = {name: lead + data for name, data in files.items()}
    bundle = open_datasets(FileShelf("", padded), context=Context()).bundle
    plain = open_datasets(FileShelf("", files), context=Context()).bundle
    assert bundle.keys == plain.keys
    assert bundle.findings == plain.findings == ()
    for key in bundle.keys:
        reading = bundle.read(key)
        assert reading.dataset == plain.read(key).dataset
        assert [(note.code, note.fate) for note in reading.notes] == [(CODE, Fate.MENDED)]
    index = index_of(FileShelf("", padded))
    for name, data in padded.items():
        assert [f.code for f in diagnose_file(data, index, name) or ()][:1] == [CODE]
        repaired = repair_file(name, data, index)
        assert repaired.data == files[name]
        assert [note.code for note in repaired.mends] == [CODE]
        assert not repair_file(name, files[name], index).changed


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize("format_", ["ecospold1", "ecospold2"])
def test_ecospold_is_read_and_told(lead: bytes, format_: str) -> None:
    files = ilcd(format_)
    padded = {name: lead + data for name, data in files.items()}
    bundle = open_datasets(FileShelf("", padded), context=Context()).bundle
    plain = open_datasets(FileShelf("", files), context=Context()).bundle
    assert {finding.code for finding in bundle.findings} == {CODE}
    assert bundle.keys == plain.keys
    (key,) = (key for key in bundle.keys if key.kind is DatasetKind.PROCESS)
    assert bundle.read(key).dataset == plain.read(key).dataset


def test_places_keep_their_lines_and_encodings_are_known() -> None:
    data = '<?xml version="1.0" encoding="GB18030"?>\n<a>\n<b>钢</b></a>'.encode("gb18030")
    plain, lead = xml_door.straightened(b"\n\n" + data)
    root = xml_door.parse(plain)
    assert (root[0].text, lead) == ("钢", b"\n\n")
    assert xml_door.place(root[0]) == "/a/b (line 5)"
    assert xml_door.straightened(data) == (data, b"")
    assert xml_door.straightened(BOM + b"<?xml version='1.0'?><a/>")[1] == b""
    assert xml_door.straightened(b"\n<a/>")[1] == b""


@pytest.mark.parametrize("parse", [xml_door.parse, xml_door.parse_signed])
def test_other_documents_stay_refused(parse: object) -> None:
    """What is signed, and any other document, is read as all others read it."""
    assert callable(parse)
    with pytest.raises(InputError):
        parse(b"\n<?xml version='1.0'?><a/>")


def test_nothing_else_is_taken_away() -> None:
    for data in (
        b"x<?xml version='1.0'?><a/>",
        b"\x00<?xml version='1.0'?><a/>",
        b"\n<?xml-model a='b'?><a/>",
    ):
        assert xml_door.straightened(data) == (data, b"")
    with pytest.raises(InputError):
        xml_door.parse(xml_door.straightened(b"\n<?xml version='1.0'?><!DOCTYPE a><a/>")[0])
