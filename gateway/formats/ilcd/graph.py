"""A package of ILCD data sets as a bundle: an index by one look at every file, each parsed when asked for."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from gateway.codec.base import Context, Evidence
from gateway.codec.datasets import Bundle, DatasetReading, IndexedBundle, unreadable
from gateway.codec.shelf import Shelf
from gateway.codec.xmltree import XmlTree, read_tree
from gateway.errors import GatewayError, InputError, shorten
from gateway.formats.ilcd.binding import FAMILY, Rest
from gateway.formats.ilcd.bound_others import dataset
from gateway.formats.ilcd.process_terms import WITHOUT
from gateway.formats.ilcd.soda import is_soda, read_soda
from gateway.model.base import Extras
from gateway.model.dataset import Dataset, DatasetKind, Key
from gateway.model.inventory import Flow, UnitGroup
from gateway.model.process import Process
from gateway.model.walk import escape
from gateway.report import Fate, Finding, Note, Severity

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
    is_flow: bool = False  # the flow that soda4LCA tells within the JSON of its process


def detect(shelf: Shelf) -> Evidence | None:
    """Data sets of ILCD by the root and namespace of a file; what a file is called says nothing."""
    for name in shelf.names:
        try:
            head = shelf.head(name)
        except GatewayError:
            continue
        if _kind(head) is not None:
            return Evidence(2, (name, "ILCD"))
        if _starts_as_json(head) and _is_soda(shelf, name):
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
        if not found:
            files.append(name)
        for key, place in found:
            if key in index and not place.is_flow:
                params = {"files": f"{index[key].file}, {name}"}
                # Another file of the same content is none too few.
                same = shelf.read(index[key].file) == shelf.read(name)
                severity = Severity.WARNING if same else Severity.ERROR
                findings.append(Finding("ilcd.dataset-twice", name, key.id, severity, params=params))
            elif key not in index or index[key].is_flow:
                index[key] = place

    def load(key: Key, place: _Place) -> DatasetReading:
        data = shelf.read(place.file)
        return _soda(data, key, place) if place.is_json else reading(key.kind, place.file, read_tree(data))

    return IndexedBundle(index, load, shelf=shelf, files=files, findings=findings)


def _soda(data: bytes, key: Key, place: _Place) -> DatasetReading:
    """A process out of soda4LCA's JSON, with a note on each member that a data set has no place for."""
    process, flow, left = read_soda(data)
    if place.is_flow:
        assert flow is not None
        return reading(key.kind, place.file, flow)
    made = reading(key.kind, place.file, process)
    told = json.loads(left, parse_float=str, parse_int=str) if left else {}
    lost = (
        Note("ilcd.soda-member", at, Fate.DROPPED, shorten(json.dumps(value, ensure_ascii=False)))
        for at, value in told.items()
    )
    return replace(made, notes=(*made.notes, *lost))


def _look(shelf: Shelf, name: str) -> list[tuple[Key, _Place]]:
    head = shelf.head(name)
    if _starts_as_json(head):
        if not _is_soda(shelf, name):
            return []
        process, flow, _ = read_soda(shelf.read(name))
        found = []
        for what, tree in ((DatasetKind.PROCESS, process), (DatasetKind.FLOW, flow)):
            if tree is not None:
                made = reading(what, name, tree).dataset
                place = _Place(name, is_json=True, is_flow=what is DatasetKind.FLOW)
                found.append((Key(what, made.id, _str(made.version)), place))
        return found
    kind = _kind(head)
    if kind is None:
        return []
    data = shelf.read(name)
    if not data.isascii() and data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16").encode()
    plain = _ASIDE.sub(b"", data)
    uuid, version = _UUID.search(plain), _VERSION.search(plain)
    if uuid is None or not uuid[1]:
        raise InputError(name, code="ilcd.no-uuid", path=name)
    told = version[1].decode("utf-8", "replace") if version else ""
    return [(Key(kind, uuid[1].decode("utf-8", "replace").lower(), told), _Place(name))]


def _starts_as_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def _kind(head: bytes) -> DatasetKind | None:
    """What a document is, by its root element."""
    if b"\x00" in head[:4]:
        head = head.decode("utf-16", "replace").encode()
    plain = _ASIDE.sub(b"", head)
    # What is no XML may hold some: an archive within the package, for one.
    if plain.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"<":
        return None
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
    untold = _untold(found, extras)
    if untold:
        shown = ", ".join(sorted(path.split("/")[2] for path in untold))
        findings += (Finding("ilcd.direction-missing", f"{file} /exchanges", shown),)
    findings += tuple(_twice(found, file))
    return DatasetReading(found.model_copy(update={"extras": extras}), file, tree.notes, findings, untold)


def _twice(found: Dataset, file: str) -> Iterator[Finding]:
    """Numbers that several parts have: whoever refers to one may mean any of them."""
    name = {Process: "exchanges", UnitGroup: "units", Flow: "properties"}.get(type(found))
    ids = [part.id for part in getattr(found, name)] if name else []
    if len(set(ids)) != len(ids):
        code = "ilcd.exchange-id-twice" if name == "exchanges" else "ilcd.part-id-twice"
        for id_, times in Counter(ids).items():
            if times > 1 and id_:
                yield Finding(code, f"{file} /{name}", id_)


def _untold(found: Dataset, extras: Extras) -> frozenset[str]:
    """The exchanges whose side nobody tells; what a process is there for is its output, unless it says so."""
    if not isinstance(found, Process):
        return frozenset()
    marks = (f"/{WITHOUT}exchangeDirection", "/exchangeDirection")
    return frozenset(
        f"/exchanges/{escape(one.id)}/direction"
        for one in found.exchanges
        if not one.is_reference and any(f"{FAMILY}:exchanges/{one.id}#{mark}" in extras for mark in marks)
    )


def _str(text: object) -> str:
    return text if isinstance(text, str) else ""
