"""A package of TIDAS documents as a bundle."""

from __future__ import annotations

from dataclasses import replace

from gateway.codec.base import Context, Evidence
from gateway.codec.datasets import Bundle, DatasetReading, IndexedBundle, unreadable
from gateway.codec.shelf import Shelf
from gateway.codec.xmltree import XmlTree
from gateway.errors import GatewayError
from gateway.formats.ilcd.graph import KINDS, reading
from gateway.formats.tidas.rules import judge, shown
from gateway.formats.tidas.tree import ROOTS, parse
from gateway.model.dataset import Key
from gateway.report import Fate, Finding, Note, Severity

_LEAST = 3


def detect(shelf: Shelf) -> Evidence | None:
    """A JSON document whose only member is the root of an ILCD data set."""
    for name in shelf.names:
        root = _root(shelf, name)
        if root:
            return Evidence(_LEAST, (name, root))
    return None


def open_bundle(shelf: Shelf, context: Context) -> Bundle:
    """The data sets of a package; files that are none stay files, unreadable ones are findings."""
    index: dict[Key, str] = {}
    files: list[str] = []
    findings: list[Finding] = []
    for name in shelf.names:
        try:
            if not _root(shelf, name):
                files.append(name)
                continue
            document = parse(shelf.read(name))
            kind = KINDS[document.structure.name]
            made = reading(kind, name, XmlTree(document.structure, document.root, document.spaces)).dataset
        except GatewayError as error:
            findings.append(unreadable(error, name))
            continue
        version = made.version if isinstance(made.version, str) else ""
        key = Key(kind, made.id.lower(), version)
        if key in index:
            params = {"files": f"{index[key]}, {name}"}
            severity = Severity.WARNING if shelf.read(index[key]) == shelf.read(name) else Severity.ERROR
            findings.append(Finding("ilcd.dataset-twice", name, key.id, severity, params=params))
            continue
        index[key] = name

    def load(key: Key, name: str) -> DatasetReading:
        data = shelf.read(name)
        document = parse(data)
        made = reading(key.kind, name, XmlTree(document.structure, document.root, document.spaces))
        lost = (Note("tidas.no-place", at, Fate.DROPPED, shown(value)) for at, value in document.left.items())
        found = judge(data, document.structure.name)
        return DatasetReading(
            made.dataset,
            name,
            (*made.notes, *lost),
            (*made.findings, *(replace(one, at=f"{name}#{one.at}") for one in found)),
        )

    return IndexedBundle(index, load, shelf=shelf, files=files, findings=findings)


def _root(shelf: Shelf, name: str) -> str:
    try:
        head = shelf.head(name).removeprefix(b"\xef\xbb\xbf").lstrip()
    except GatewayError:
        return ""
    if not head.startswith(b"{"):
        return ""
    first = head[1:200].lstrip()
    return next((root for root in ROOTS if first.startswith(b'"%s"' % root.encode())), "")
