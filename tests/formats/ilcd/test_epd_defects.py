"""Broken EPDs: whatever is wrong is told, what stands there stays, and nothing but our errors comes out."""

from __future__ import annotations

import copy
import random
from pathlib import Path

import pytest
from lxml import etree

from gateway.codec.base import Context, Package
from gateway.codec.run import run_reader, run_writer
from gateway.errors import GatewayError, InputError
from gateway.formats.ilcd import EPD
from gateway.formats.ilcd.package import pack
from gateway.model.base import Missing, Reason
from gateway.quantity import Quantity

pytestmark = pytest.mark.oracle

COMMON = "{http://lca.jrc.it/ILCD/Common}"
MUTANTS = 120
TEXTS = ("", "x", "MND", "1e5", "#REF!", "<&>", "  ", "中文", "1,5")
VALUES = ("", "x", "0", "A1-A3", "../..")


def documents(data: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((data / "lca/ilcd-epd").glob("*.xml"))]


def broken(document: bytes, rng: random.Random) -> bytes:
    """The document after one to four accidents."""
    root = etree.fromstring(document)
    for _ in range(rng.randint(1, 4)):
        nodes = [node for node in root.iter("*") if node.getparent() is not None]
        node, other = rng.choice(nodes), rng.choice(nodes)
        above = node.getparent()
        accident = rng.randrange(7)
        if accident == 0 and above is not None:
            above.remove(node)
        elif accident == 1:
            node.text = rng.choice(TEXTS)
        elif accident == 2 and above is not None:
            above.append(copy.deepcopy(node))
        elif accident == 3 and node.attrib:
            del node.attrib[rng.choice(list(node.attrib))]
        elif accident == 4 and node.attrib:
            node.set(rng.choice(list(node.attrib)), rng.choice(VALUES))
        elif accident == 5:
            node.tag = "{http://example.com/x}odd"
        elif node not in other.iterancestors() and node is not other:
            other.append(node)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def test_accidents_never_cost_a_value_in_silence(oracle_data: Path) -> None:
    rng = random.Random(20260218)
    read = 0
    for _ in range(MUTANTS):
        data = broken(rng.choice(documents(oracle_data)), rng)
        package = Package.of(data, name="broken.xml")
        if EPD.detect(package) is None:
            with pytest.raises(InputError, match="no-epd"):
                run_reader(EPD, package, Context())
            continue
        read += 1
        found = run_reader(EPD, package, Context())
        run_writer(EPD, found.declaration, Context())  # accounts for every leaf, or raises
    assert read > MUTANTS * 0.9


def amounts(data: Path, text: str) -> tuple[object, list[str]]:
    """The first value of the first indicator once it says ``text``, and what is told of it."""
    document = (data / "lca/ilcd-epd/sample_EPD.xml").read_text(encoding="utf-8")
    changed = document.replace(
        '<epd:amount epd:module="A1-A3">89<', f'<epd:amount epd:module="A1-A3">{text}<'
    )
    assert changed != document
    found = EPD.read(Package.of(changed.encode()), Context())
    value = found.declaration.results[0].indicators[0].amounts[0].amount
    return value, [f.code for f in found.findings if f.code.startswith("ilcd.not")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("MND", Reason.NOT_DECLARED),
        ("ND", Reason.NOT_DECLARED),
        ("MNR", Reason.NOT_APPLICABLE),
        ("", Reason.NULL),
    ],
)
def test_no_value_is_absence_with_its_reason(oracle_data: Path, text: str, reason: Reason) -> None:
    value, told = amounts(oracle_data, text)
    assert isinstance(value, Missing)
    assert value.missing is reason
    assert told == []


@pytest.mark.parametrize("text", ["1,5", "ca. 3", "12 MJ"])
def test_what_is_no_number_is_told_and_kept(oracle_data: Path, text: str) -> None:
    value, told = amounts(oracle_data, text)
    assert isinstance(value, Missing)
    assert value.text == text
    assert told == ["ilcd.not-an-amount"]


def test_a_number_keeps_its_spelling(oracle_data: Path) -> None:
    value, _ = amounts(oracle_data, "1.630E-4")
    assert isinstance(value, Quantity)
    document = (oracle_data / "lca/ilcd-epd/sample_EPD.xml").read_text(encoding="utf-8")
    data = document.replace('A1-A3">89<', 'A1-A3">1.630E-4<').encode()
    found = EPD.read(Package.of(data), Context()).declaration
    from gateway.frontdoor import archive

    written = archive.open_zip(run_writer(EPD, found, Context()).package.only.data)
    (process,) = (content for _, content in written.read_all())
    assert b">1.630E-4<" in process


def test_two_epds_are_refused(oracle_data: Path) -> None:
    first, second = documents(oracle_data)
    both = pack({"ILCD/processes/a.xml": first, "ILCD/processes/b.xml": second})
    with pytest.raises(GatewayError) as caught:
        EPD.read(Package.of(both), Context())
    assert caught.value.error_code == "ilcd.several-epds"


def test_json_that_breaks_the_schema_of_the_xml_is_put_in_order(oracle_data: Path) -> None:
    """soda4LCA's JSON has no schema; what is wrong in it is first seen in the XML that is made of it."""
    (file,) = (oracle_data / "lca" / "ilcd-json").glob("*.json")
    data = file.read_bytes().replace(b'"dataSetVersion": "00.00.025"', b'"dataSetVersion": "1.5"')
    data = data.replace(b'"dataSetVersion":"00.00.025"', b'"dataSetVersion":"1.5"')
    assert b'"1.5"' in data
    reading = run_reader(EPD, Package.of(data, name="epd.json"), Context(source="0" * 64))
    written = run_writer(EPD, reading.declaration, Context(source="0" * 64))
    again = run_reader(EPD, written.package, Context(source="0" * 64))
    assert again.declaration.document.version == reading.declaration.document.version == "1.5"
    assert again.declaration.results == reading.declaration.results


def test_a_broken_neighbour_does_not_stop_the_reading(oracle_data: Path) -> None:
    first, _ = documents(oracle_data)
    package = pack({"ILCD/processes/a.xml": first, "ILCD/flows/b.xml": b"<flowDataSet", "ILCD/c.txt": b"x"})
    found = EPD.read(Package.of(package), Context())
    assert [f.at.split()[0] for f in found.findings if f.code.startswith("xml.")] == ["ILCD/flows/b.xml"]
    assert run_writer(EPD, found.declaration, Context()).notes == ()
