"""Our schemas and the owner's say the same of every real document; every document comes back as it was."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gateway import resources
from gateway.codec import xsdgen
from gateway.codec.xmlstructure import rows, structure
from gateway.codec.xmltree import read_tree, structure_of, write_tree
from gateway.codec.xmlverdict import schema_of, valid
from gateway.frontdoor import xml as xml_door

Schemas = Callable[[str], etree.XMLSchema]
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
FAMILIES = ("ecospold1", "ecospold2")


@pytest.mark.parametrize("family", FAMILIES)
def test_committed_schemas_are_the_generated_ones(family: str) -> None:
    folder = Path(str(resources.schema(family)))
    kept = {str(f.relative_to(folder)): f.read_text(encoding="utf-8") for f in folder.rglob("*.xsd")}
    assert kept == dict(xsdgen.generate(family))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_structure_has_a_schema_that_loads_without_network(family: str) -> None:
    for row in rows(family, "roots"):
        path = str(resources.schema(schema_of(structure(row["structure"], family=family))))
        etree.XMLSchema(etree.parse(path, etree.XMLParser(no_network=True)))
        locations = {node.get("schemaLocation") for node in etree.parse(path).iter("{*}import")}
        assert locations == {"xml.xsd"}


@pytest.mark.oracle
@pytest.mark.judge("pyecospold-xsd")
def test_the_owner_says_the_same_of_every_sample(samples: Mapping[str, bytes], official: Schemas) -> None:
    verdicts = {}
    for name, data in samples.items():
        element = xml_door.parse(data)
        own = structure_of(element)
        assert own is not None, name
        verdicts[name] = valid(element, own)
        assert verdicts[name] == official(own.name).validate(element), name
    assert set(verdicts.values()) == {True, False}


@pytest.mark.oracle
@pytest.mark.judge("pyecospold-xsd")
def test_the_owner_says_the_same_of_many_data_sets(
    pieces: tuple[etree._Element, ...], official: Schemas
) -> None:
    own = structure("process", family="ecospold1")
    assert len(pieces) > 10
    for piece in pieces:
        assert valid(piece, own) == official("process").validate(piece)


@pytest.mark.oracle
@pytest.mark.judge("xmlschema")
def test_a_second_library_says_the_same(samples: Mapping[str, bytes], judges: Any, tmp_path: Path) -> None:
    jobs, ours = [], []
    for number, data in enumerate(samples.values()):
        element = xml_door.parse(data)
        own = structure_of(element)
        assert own is not None
        broken = [node for node in element.iter() if node.getparent() is not None][5::7][:8]
        documents = [element]
        for node in broken:
            twin = etree.fromstring(etree.tostring(element))
            found = list(twin.iter())[list(element.iter()).index(node)]
            parent = found.getparent()
            assert parent is not None
            parent.remove(found)
            documents.append(twin)
        files = []
        for index, document in enumerate(documents):
            file = tmp_path / f"{number}-{index}.xml"
            file.write_bytes(etree.tostring(document))
            files.append(str(file))
        jobs.append({"schema": str(resources.schema(schema_of(own))), "documents": files})
        ours.append([valid(document, own) for document in documents])
    (tmp_path / "jobs.json").write_text(json.dumps(jobs), encoding="utf-8")
    theirs = judges.python("xsd.py", tmp_path / "jobs.json")
    assert theirs == ours
    assert {verdict for said in theirs for verdict in said} == {True, False}


@pytest.mark.oracle
def test_every_document_comes_back(samples: Mapping[str, bytes], pieces: tuple[etree._Element, ...]) -> None:
    documents = {**samples, **{f"piece {n}": etree.tostring(piece) for n, piece in enumerate(pieces)}}
    for name, data in documents.items():
        tree = read_tree(data)
        written = write_tree(tree)
        assert read_tree(written) == tree, name
        assert tree.element is not None
        assert not [note for note in tree.notes if note.code != "xml.spaces"], name
        assert canonical(tree.element) == canonical(xml_door.parse(written)), name


def canonical(element: etree._Element) -> str:
    """Without indentation and without the language that is meant where none is said."""
    root = etree.fromstring(etree.tostring(element))
    for node in root.iter():
        if len(node) and not (node.text or "").strip():
            node.text = None
        node.tail = None
        if node.get(LANG) == "en":
            del node.attrib[LANG]
    out = io.StringIO()
    etree.canonicalize(
        etree.tostring(root, encoding="unicode"), out=out, rewrite_prefixes=True, strip_text=True
    )
    return out.getvalue()


def test_disagreements_have_their_reasons() -> None:
    text = (Path(__file__).parent / "schema_disagreements.csv").read_text(encoding="utf-8")
    assert all(row["reason"] for row in csv.DictReader(text.splitlines()))
