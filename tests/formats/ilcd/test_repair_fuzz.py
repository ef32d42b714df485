"""Whatever happens to a data set: repair answers with a valid one or sets it aside, and loses nothing."""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree

from gateway.codec import xmlverdict
from gateway.codec.xmltree import structure_of
from gateway.formats.ilcd.dataset_index import DatasetIndex
from gateway.formats.ilcd.repair import repair_file
from gateway.frontdoor import xml as xml_door
from gateway.pipeline.repair import told

from .repair_differ import unaccounted

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TEXTS = (
    "",
    " ",
    "#REF!",
    "n/a",
    "1,5",
    "NaN",
    "文本",
    "0" * 600,
    "true ",
    "TRUE",
    "-1",
    "2020-01-01",
    "]]>&<",
)
NAMES = (
    "name",
    "{http://lca.jrc.it/ILCD/Common}other",
    "{http://lca.jrc.it/ILCD/Common}UUID",
    "{urn:x}y",
    "class",
)
SAMPLES = (
    "lca/ilcd/sdk_sample_process.xml",
    "lca/ilcd/sdk_sample_flow.xml",
    "lca/ilcd/sdk_sample_unitgroup.xml",
    "lca/ilcd/sdk_sample_flowproperty.xml",
    "lca/ilcd/sdk_sample_source.xml",
    "lca/ilcd/sdk_sample_contact.xml",
    "lca/ilcd/sdk_sample_lciamethod.xml",
    "lca/ilcd/eilcd_sample_model.xml",
    "lca/ilcd-epd/sample_EPD.xml",
    "lca/ilcd-tiangong/defective-nonuuid-flow-ref.xml",
)


def worsened(data: bytes, rng: random.Random) -> bytes:
    """A document with one to four defects."""
    root = etree.fromstring(data)
    for _ in range(rng.randint(1, 4)):
        nodes = [node for node in root.iter(etree.Element) if node is not root]
        node = rng.choice(nodes)
        parent = node.getparent()
        assert parent is not None
        match rng.randint(0, 9):
            case 0:
                parent.remove(node)
            case 1:
                node.addnext(copy.deepcopy(node))
            case 2:
                parent.append(node)
            case 3:
                node.tag = rng.choice(NAMES)
            case 4 | 5:
                node.text = rng.choice(TEXTS)
            case 6:
                node.set(rng.choice(["type", "refObjectId", LANG, "level", "{urn:x}y"]), rng.choice(TEXTS))
            case 7:
                for name in list(node.attrib)[:1]:
                    del node.attrib[name]
            case 8:
                rng.choice(nodes).append(copy.deepcopy(node))
            case 9:
                node.tail = rng.choice(TEXTS)
    return etree.tostring(root)


def proven(data: bytes) -> None:
    """One repair holds what it promises."""
    file = repair_file("x.xml", data, DatasetIndex())
    if file.data is None:
        assert file.aside[0].content == data
        return
    element = xml_door.parse(file.data)
    structure = structure_of(element)
    assert structure is not None
    assert xmlverdict.valid(element, structure)
    assert unaccounted(data, file.data, list(told(file))) == []
    again = repair_file("x.xml", file.data, DatasetIndex())
    assert again.data == file.data, again.mends[:3]
    assert not again.changed


@pytest.fixture(scope="module")
def samples(oracle_data: Path) -> Mapping[str, bytes]:
    return {name: (oracle_data / name).read_bytes() for name in SAMPLES}


@pytest.mark.oracle
@pytest.mark.parametrize("name", SAMPLES)
def test_a_seeded_share(samples: Mapping[str, bytes], name: str) -> None:
    rng = random.Random(name)
    for _ in range(25):
        proven(worsened(samples[name], rng))


@pytest.mark.oracle
@pytest.mark.long
@pytest.mark.parametrize("name", SAMPLES)
def test_many(samples: Mapping[str, bytes], name: str) -> None:
    rng = random.Random(f"long {name}")
    for _ in range(500):
        proven(worsened(samples[name], rng))
