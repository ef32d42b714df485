"""Repair a package of ILCD data sets, file by file: mended, valid, and everything accounted for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from lxml import etree

from gateway.codec import xmlverdict, xmlwrite
from gateway.codec.xmltree import XmlTree, read_tree
from gateway.errors import GatewayError
from gateway.formats.ilcd.dataset_index import FAMILY, DatasetIndex, may_be_dataset
from gateway.formats.ilcd.mend_ledger import SetAside
from gateway.formats.ilcd.mending import Mended, mend
from gateway.frontdoor import xml as xml_door
from gateway.report import Finding, Note

# A schema names few places at a time; a document that still breaks it after these is set aside whole.
_ROUNDS: Final = 12
_PROLOG: Final = re.compile(rb"(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_DECLARATION: Final = re.compile(rb"^\s*<\?xml[ \t\r\n].*?\?>\s*", re.DOTALL)
_ASIDE: Final = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_STEP: Final = re.compile(r"([^/\[]+)(?:\[(\d+)\])?")


@dataclass(frozen=True, slots=True)
class RepairedFile:
    """One file of a package after repair.

    ``data`` is None where the file cannot stand; ``aside`` then holds all of it. Mends have their place in
    the source in ``places``.
    """

    name: str
    data: bytes | None
    is_dataset: bool
    mends: tuple[Note, ...] = ()
    places: tuple[str, ...] = ()
    aside: tuple[SetAside, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything was put right or set aside."""
        return bool(self.mends or self.aside)


def repair_file(name: str, data: bytes, index: DatasetIndex) -> RepairedFile:
    """Repair one file. What has no defect keeps its bytes."""
    if not may_be_dataset(name, data):
        return RepairedFile(name, data, is_dataset=False)
    try:
        tree = read_tree(data)
    except GatewayError as error:
        if error.error_code == "xml.other-root":
            return RepairedFile(name, data, is_dataset=False)
        finding = Finding(error.error_code, f"{name} {error.path}".rstrip(), error.saw, params=error.params)
        return RepairedFile(name, None, True, aside=(SetAside("", finding, data),))
    if tree.structure.family != FAMILY:
        return RepairedFile(name, data, is_dataset=False)
    return _repaired(name, data, tree, index)


def _repaired(name: str, data: bytes, tree: XmlTree, index: DatasetIndex) -> RepairedFile:
    assert tree.element is not None
    refused: frozenset[str] = frozenset()
    sound = xmlverdict.valid(tree.element, tree.structure)
    for _ in range(_ROUNDS):
        mended = mend(tree, index, refused=refused, sound=sound)
        if mended.root is None:
            break
        if sound and not mended.mends and not mended.aside:
            return RepairedFile(name, data, is_dataset=True)
        body = xmlwrite.write(mended.root, tree.structure, mended.namespaces, mended.extras)
        element = xml_door.parse(body)
        if xmlverdict.valid(element, tree.structure):
            return _told(name, _with_prolog(data, body), tree, mended, _inner_asides(data))
        more = _named(element, mended.root, tree) - refused
        if not more:
            break
        refused |= more
    finding = Finding("ilcd.file-set-aside", name, name)
    return RepairedFile(name, None, True, aside=(SetAside("", finding, data),))


def _told(
    name: str, data: bytes, tree: XmlTree, mended: Mended, asides: tuple[SetAside, ...]
) -> RepairedFile:
    places = tuple(_place(tree, note.path) for note in mended.mends)
    kept = tuple(
        replace(one, finding=replace(one.finding, at=f"{name} {one.finding.at}"))
        for one in (*mended.aside, *asides)
    )
    return RepairedFile(name, data, True, tuple(mended.mends), places, kept)


def _place(tree: XmlTree, path: str) -> str:
    """The place of a value in the source, or of the nearest part that is there."""
    while path and not (found := tree.place(path)):
        path = path.rpartition("/")[0]
    return found if path else "/"


# What stands around the elements


def _with_prolog(data: bytes, body: bytes) -> bytes:
    """Comments and instructions before the document stay where they are."""
    source = xml_door.decoded(xml_door.straightened(data)[0])
    found = _PROLOG.match(source)
    prolog = _DECLARATION.sub(b"", found[0] if found else b"").strip()
    if not prolog:
        return body
    head, line, rest = body.partition(b"\n")
    return head + line + prolog + b"\n" + rest


def _inner_asides(data: bytes) -> tuple[SetAside, ...]:
    """Comments and instructions within the document, which a tree cannot hold."""
    source = xml_door.decoded(xml_door.straightened(data)[0])
    found = _PROLOG.match(source)
    before = len(_ASIDE.findall(found[0])) if found else 0
    if source.lstrip().startswith((b"<?xml ", b"<?xml\t", b"<?xml\n", b"<?xml\r")):
        before -= 1
    out = []
    for line, text in islice(xml_door.asides(source), before, None):
        out.append(SetAside("", Finding("xml.aside", f"line {line}", text), text))
    return tuple(out)


# What a schema says beyond single values


def _named(element: etree._Element, root: dict[str, Any], tree: XmlTree) -> frozenset[str]:
    """The places in the source of what our schema refuses in the mended document."""
    found = (_source_path(node, root, tree) for node in xmlverdict.refused(element, tree.structure))
    return frozenset(path for path in found if path)


def _source_path(node: etree._Element, root: dict[str, Any], tree: XmlTree) -> str:
    """The path of an element of the mended document in the source, by the like-named ones before it.

    Only lists that nothing was taken from keep their numbers; where something was, the value is looked for.
    """
    prefixes = {uri: prefix for prefix, uri in tree.structure.prefixes.items()}
    steps: list[str] = []
    here: etree._Element | None = node
    while here is not None and (parent := here.getparent()) is not None:
        tag = etree.QName(here)
        prefix = prefixes.get(tag.namespace or "", "")
        key = f"{prefix}:{tag.localname}" if prefix else tag.localname
        twins = parent.findall(str(here.tag))
        steps.append(
            f"{key}#{twins.index(here)}#{here.get('{http://www.w3.org/XML/1998/namespace}lang') or ''}"
        )
        here = parent
    path = ""
    value: Any = tree.root
    for step in reversed(steps):
        key, number, lang = step.split("#")
        inner: Any = value.get(key) if isinstance(value, dict) else None
        path = f"{path}/{key}"
        if isinstance(inner, list):
            at = min(int(number), len(inner) - 1)
            path, inner = f"{path}/{at}", inner[at]
        elif isinstance(inner, dict) and lang in inner and isinstance(inner[lang], str):
            path, inner = f"{path}/{lang}", inner[lang]
        value = inner
    return path
