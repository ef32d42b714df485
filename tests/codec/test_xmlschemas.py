"""Our XML Schemas are what the generator makes of the tables, and other programs can load them."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from gateway import resources
from gateway.codec import xsdgen
from gateway.codec.xmlstructure import rows, structure
from gateway.codec.xmltree import read_tree
from gateway.codec.xmlverdict import judge, schema_of, valid

SCHEMAS = xsdgen.generate()
UUID = "0f2f3d5a-7c63-4c0e-8e5a-0d7f6f0f9a11"


def test_committed_schemas_are_the_generated_ones(tmp_path: Path) -> None:
    folder = Path(str(resources.schema("ilcd")))
    kept = {str(f.relative_to(folder)): f.read_text(encoding="utf-8") for f in folder.rglob("*.xsd")}
    assert kept == dict(SCHEMAS)
    xsdgen.write(tmp_path)
    assert {str(f.relative_to(tmp_path / "ilcd")) for f in tmp_path.rglob("*.xsd")} == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_loads_without_network(name: str) -> None:
    path = str(resources.schema(f"ilcd/{name}"))
    etree.XMLSchema(etree.parse(path, etree.XMLParser(no_network=True)))


def test_nothing_is_fetched() -> None:
    locations = {
        str(node.get("schemaLocation"))
        for text in SCHEMAS.values()
        for node in etree.fromstring(text.encode()).iter("{*}import")
    }
    assert locations <= {name for name in SCHEMAS if "/" not in name}


@pytest.mark.parametrize("row", rows("ilcd", "roots"), ids=lambda row: row["structure"])
@pytest.mark.parametrize("profile", ["ilcd", "epd"])
def test_every_structure_has_its_schema(row: dict[str, str], profile: str) -> None:
    found = structure(row["structure"], profile=profile)
    assert schema_of(found).removeprefix("ilcd/") in SCHEMAS


def test_a_verdict_names_line_and_rule() -> None:
    data = (
        '<contactDataSet xmlns="http://lca.jrc.it/ILCD/Contact" xmlns:c="http://lca.jrc.it/ILCD/Common"'
        f' version="1.1">\n<contactInformation><dataSetInformation>\n<c:UUID>{UUID}</c:UUID>\n'
        "<email>a</email><telephone>1</telephone></dataSetInformation></contactInformation></contactDataSet>"
    ).encode()
    tree = read_tree(data)
    assert tree.element is not None
    assert not valid(tree.element, tree.structure)
    (finding,) = judge(data, tree.structure)
    assert (finding.code, finding.at) == ("xml.invalid", "line 4")
    assert "telephone" in finding.saw
    assert finding.params["schema"] == "ilcd/contact.xsd"
    mended = data.replace(b"<email>a</email><telephone>1</telephone>", b"<telephone>1</telephone>")
    assert judge(mended, tree.structure) == ()
