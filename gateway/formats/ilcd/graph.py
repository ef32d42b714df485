"""A package of ILCD data sets as a bundle: an index by one look at every file, each parsed when asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from gateway.codec.base import Context, Evidence
from gateway.codec.datasets import Bundle, DatasetReading, IndexedBundle, unreadable
from gateway.codec.shelf import Shelf
from gateway.codec.xmltree import XmlTree, read_tree
from gateway.errors import GatewayError, InputError
from gateway.formats.ilcd.binding import Rest
from gateway.formats.ilcd.bound_others import dataset
from gateway.formats.ilcd.soda import is_soda, read_soda
from gateway.model.dataset import DatasetKind, Key
from gateway.report import Finding, Severity

KINDS: Final[Mapping[str, DatasetKind]] = {
    "process": DatasetKind.PROCESS,
    "flow": DatasetKind.FLOW,
    "flowproperty": DatasetKind.FLOW_PROPERTY,
    "unitgroup": DatasetKind.UNIT_GROUP,
    "source": DatasetKind.SOURCE,
    "contact": DatasetKind.CONTACT,
    "lciamethod": DatasetKind.METHOD,
    "lifecyclemodel": DatasetKind.MODEL,
}
_ROOTS: Final[Mapping[bytes, DatasetKind]] = {
    b"processDataSet": DatasetKind.PROCESS,
    b"flowDataSet": DatasetKind.FLOW,
    b"flowPropertyDataSet": DatasetKind.FLOW_PROPERTY,
    b"unitGroupDataSet": DatasetKind.UNIT_GROUP,
    b"sourceDataSet": DatasetKind.SOURCE,
    b"contactDataSet": DatasetKind.CONTACT,
    b"LCIAMethodDataSet": DatasetKind.METHOD,
    b"lifeCycleModelDataSet": DatasetKind.MODEL,
}
_NAMESPACES: Final = (b"http://lca.jrc.it/ILCD", b"http://eplca.jrc.ec.europa.eu/ILCD")
# The first element of a document, behind declaration, comments and instructions.
_ROOT: Final = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z]\w*)[\s/>]")
_ASIDE: Final = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_UUID: Final = re.compile(rb"<(?:[\w.-]+:)?UUID(?:\s[^>]*)?>\s*([^<\s]*)\s*<")
_VERSION: Final = re.compile(rb"<(?:[\w.-]+:)?dataSetVersion(?:\s[^>]*)?>\s*([^<\s]*)\s*<")
# What belongs to data sets of one document beside its tree.
TEXTS, NAMESPACES = "@texts", "@namespaces"


@dataclass(frozen=True, slots=True)
class _Place:
    file: str
    is_json: bool = False


def detect(shelf: Shelf) -> Evidence | None:
    """Data sets of ILCD by the root and namespace of a file; what a file is called says nothing."""
    for name in shelf.names:
        try:
            head = shelf.head(name)
        except GatewayError:
            continue
        if _kind(head) is not None:
            return Evidence(2, (name, "ILCD"))
        if head.lstrip()[:1] == b"{" and _is_soda(shelf, name):
            return Evidence(2, (name, "processInformation/dataSetInformation/UUID"))
    return None


def open_bundle(shelf: Shelf, context: Context) -> Bundle:
    """The data sets of a package; files that are none stay files, unreadable ones are findings."""
    index: dict[Key, _Place] = {}
    files: list[str] = []
    findings: list[Finding] = []
    for name in shelf.names:
        try:
            found = _look(shelf, name)
        except GatewayError as error:
            findings.append(unreadable(error, name))
            continue
        if found is None:
            files.append(name)
            continue
        key, place = found
        if key in index:
            params = {"files": f"{index[key].file}, {name}"}
            # Another file of the same content is none too few.
            same = shelf.read(index[key].file) == shelf.read(name)
            severity = Severity.WARNING if same else Severity.ERROR
            findings.append(Finding("ilcd.dataset-twice", name, key.id, severity, params=params))
            continue
        index[key] = place

    def load(key: Key, place: _Place) -> DatasetReading:
        data = shelf.read(place.file)
        tree = read_soda(data)[0] if place.is_json else read_tree(data)
        return reading(key.kind, place.file, tree)

    return IndexedBundle(index, load, shelf=shelf, files=files, findings=findings)


def _look(shelf: Shelf, name: str) -> tuple[Key, _Place] | None:
    head = shelf.head(name)
    if head.lstrip()[:1] == b"{":
        if not _is_soda(shelf, name):
            return None
        tree = read_soda(shelf.read(name))[0]
        made = reading(DatasetKind.PROCESS, name, tree).dataset
        return Key(DatasetKind.PROCESS, made.id, _str(made.version)), _Place(name, True)
    kind = _kind(head)
    if kind is None:
        return None
    data = shelf.read(name)
    if not data.isascii() and data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16").encode()
    plain = _ASIDE.sub(b"", data)
    uuid, version = _UUID.search(plain), _VERSION.search(plain)
    if uuid is None or not uuid[1]:
        raise InputError(name, code="ilcd.no-uuid", path=name)
    told = version[1].decode("utf-8", "replace") if version else ""
    return Key(kind, uuid[1].decode("utf-8", "replace").lower(), told), _Place(name)


def _kind(head: bytes) -> DatasetKind | None:
    """What a document is, by its root element."""
    if b"\x00" in head[:4]:
        head = head.decode("utf-16", "replace").encode()
    plain = _ASIDE.sub(b"", head)
    root = _ROOT.search(plain)
    if root is None or root[1] not in _ROOTS:
        return None
    # The namespace may be declared with the root or, for a prefix, anywhere in its tag.
    return _ROOTS[root[1]] if any(one in plain for one in _NAMESPACES) else None


def _is_soda(shelf: Shelf, name: str) -> bool:
    return b"dataSetInformation" in shelf.head(name) and is_soda(shelf.read(name))


def reading(kind: DatasetKind, file: str, tree: XmlTree) -> DatasetReading:
    """A data set out of its tree, which is used up."""
    places = Rest()
    if tree.extras:
        places.keep(TEXTS, {path: list(nodes) for path, nodes in tree.extras.items()})
    if tree.namespaces:
        places.keep(NAMESPACES, dict(tree.namespaces))
    found = dataset(kind, tree.root)
    extras = dict(found.extras) | places.extras()
    findings = tuple(replace(one, at=f"{file} {one.at}") for one in tree.findings)
    return DatasetReading(found.model_copy(update={"extras": extras}), file, tree.notes, findings)


def _str(text: object) -> str:
    return text if isinstance(text, str) else ""
