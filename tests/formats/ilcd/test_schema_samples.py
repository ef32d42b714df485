"""Our schemas and those of the format's owners say the same of every real document; nothing real is lost."""

from __future__ import annotations

import copy
import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from lxml import etree

from gateway.codec.xmlstructure import Structure, structure
from gateway.codec.xmltree import XmlTree, read_tree, structure_of, write_tree
from gateway.codec.xmlverdict import valid
from gateway.frontdoor import xml as xml_door

Schemas = Callable[[str], etree.XMLSchema]
STRUCTURES = ("process", "flow", "flowproperty", "unitgroup", "source", "contact", "lciamethod")
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# What changes the order in which children come back, or moves text.
MOVES = {
    "xml.order",
    "xml.repeated",
    "xml.unknown-element",
    "xml.other-misused",
    "xml.text-among-elements",
    "xml.language-twice",
}


def explained(judge: str) -> set[tuple[str, str, str, str]]:
    text = (Path(__file__).parent / "schema_disagreements.csv").read_text(encoding="utf-8")
    found = [row for row in csv.DictReader(text.splitlines()) if row["judge"] == judge]
    assert all(row["reason"] for row in found)
    samples = [row for row in found if "." in row["where"]]
    return {(row["structure"], row["where"], row["ours"], row["theirs"]) for row in samples}


def disagreements(
    samples: Mapping[str, bytes], schemas: Schemas, kinds: Mapping[str, Structure]
) -> Iterator[tuple[str, str, str, str]]:
    said = {True: "valid", False: "invalid"}
    seen = set()
    for name, data in samples.items():
        element = xml_door.parse(data)
        own = structure_of(element)
        assert own is not None, name
        found = kinds.get(f"{own.name}/{own.profile}" if own.name == "process" else own.name)
        if found is None:
            continue
        seen.add(found.name)
        ours, theirs = valid(element, found), schemas(found.name).validate(element)
        if ours != theirs:
            yield found.name, name, said[ours], said[theirs]
    assert seen == {kind.name for kind in kinds.values()}


@pytest.mark.judge("ilcd-epd-1.3-xsd")
def test_ilcd_epd_samples(samples: Mapping[str, bytes], epd_schemas: Schemas) -> None:
    kinds = {name: structure(name, profile="epd") for name in STRUCTURES}
    kinds["process/epd"] = kinds.pop("process")
    assert set(disagreements(samples, epd_schemas, kinds)) == explained("ilcd-epd-1.3-xsd")


@pytest.mark.judge("tidas-tools-xsd")
def test_ilcd_samples(samples: Mapping[str, bytes], ilcd_schemas: Schemas) -> None:
    kinds = {name: structure(name) for name in (*STRUCTURES, "lifecyclemodel")}
    kinds["process/ilcd"] = kinds.pop("process")
    assert set(disagreements(samples, ilcd_schemas, kinds)) == explained("tidas-tools-xsd")


def test_reading_again_gives_the_same_tree(samples: Mapping[str, bytes]) -> None:
    for name, data in samples.items():
        tree = read_tree(data)
        written = write_tree(tree)
        again = read_tree(written)
        assert again == tree, name
        assert write_tree(again) == written, name


def test_the_document_comes_back(samples: Mapping[str, bytes]) -> None:
    moved = 0
    for name, data in samples.items():
        tree = read_tree(data)
        assert tree.element is not None
        again = xml_door.parse(write_tree(tree))
        bare = any(note.code == "xml.spaces" for note in tree.notes)
        before, after = plain(tree.element, bare=bare), plain(again, bare=bare)
        if canonical(before) != canonical(after):
            moved += 1
            assert canonical(ordered(before)) == canonical(ordered(after)), name
            unexplained = set(reordered(tree, again)) - set(places(tree))
            assert not unexplained, (name, unexplained)
    assert moved  # otherwise nothing here was tested


def plain(element: etree._Element, *, bare: bool) -> etree._Element:
    """Without indentation, and without the language that is meant where none is said."""
    root = copy.deepcopy(element)
    for node in root.iter():
        # White space with a line break is indentation, also where only a comment stood.
        if not (node.text or "").strip() and (len(node) or "\n" in (node.text or "")):
            node.text = None
        if node.tail is None or node.tail.isspace():
            node.tail = None
        if bare and node.text:
            node.text = node.text.strip()
        language = node.get(LANG, "")
        if language == "en":
            del node.attrib[LANG]
        elif bare and language:
            node.set(LANG, language.strip())
    return root


def canonical(element: etree._Element) -> str:
    return str(etree.canonicalize(etree.tostring(element, encoding="unicode"), rewrite_prefixes=True))


def ordered(element: etree._Element) -> etree._Element:
    """Children sorted by name, texts between them gathered."""
    for node in list(element.iter()):
        if len(node):
            text = (node.text or "") + "".join(child.tail or "" for child in node)
            children = sorted(node, key=lambda child: (str(child.tag), child.get(LANG, ""), child.text or ""))
            for child in children:
                child.tail = None
                node.append(child)
            node.text = text or None
    return element


def reordered(tree: XmlTree, again: etree._Element) -> Iterator[str]:
    """The elements whose children stand in another order now."""
    assert tree.element is not None
    after: dict[str, list[list[str]]] = {}
    for node in again.iter():
        after.setdefault(str(node.tag), []).append([str(child.tag) for child in node])
    for node in tree.element.iter():
        if [str(child.tag) for child in node] not in after[str(node.tag)]:
            yield xml_door.place(node).partition(" (")[0]


def places(tree: XmlTree) -> Iterator[str]:
    """Where something moved, and what it is in."""
    for finding in tree.findings:
        if finding.code in MOVES:
            at = finding.at.partition(" (")[0]
            yield at
            yield at.rpartition("/")[0]
