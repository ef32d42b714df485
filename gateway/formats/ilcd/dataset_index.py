"""What data sets a package holds, by kind and id, with the names that a broken reference is found by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from gateway.codec.shelf import Shelf
from gateway.codec.xmltree import structure_of
from gateway.errors import GatewayError
from gateway.frontdoor import xml as xml_door

FAMILY: Final = "ilcd"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_BOM: Final = b"\xef\xbb\xbf"
_COMMON: Final = "{http://lca.jrc.it/ILCD/Common}"
# Where a data set is referred to, and what it then is.
KINDS: Final[Mapping[str, str]] = {
    "process data set": "process",
    "flow data set": "flow",
    "flow property data set": "flowproperty",
    "unit group data set": "unitgroup",
    "source data set": "source",
    "contact data set": "contact",
    "LCIA method data set": "lciamethod",
}
TYPES: Final = {kind: said for said, kind in KINDS.items()}
FOLDERS: Final[Mapping[str, str]] = {
    "processes": "process",
    "flows": "flow",
    "flowproperties": "flowproperty",
    "unitgroups": "unitgroup",
    "sources": "source",
    "contacts": "contact",
    "lciamethods": "lciamethod",
    "lifecyclemodels": "lifecyclemodel",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One data set: what names it, and what it points to on the way to its unit."""

    kind: str
    uuid: str
    version: str
    file: str
    names: Mapping[str, str] = field(default_factory=dict)
    cas: str = ""
    flow_kind: str = ""
    points_to: str = ""  # reference property of a flow, unit group of a property
    unit: str = ""  # name of the reference unit of a unit group


class DatasetIndex:
    """The data sets of a package. Of an index of a single file nobody can say that something is missing."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.by_id: dict[tuple[str, str], list[Entry]] = {}
        self.by_name: dict[tuple[str, str], list[Entry]] = {}
        self.kinds: set[str] = set()
        for entry in entries:
            self.kinds.add(entry.kind)
            self.by_id.setdefault((entry.kind, entry.uuid), []).append(entry)
            for name in {_plain(name) for name in entry.names.values()}:
                self.by_name.setdefault((entry.kind, name), []).append(entry)

    def find(self, kind: str, uuid: str) -> list[Entry]:
        """All versions of one data set."""
        return self.by_id.get((kind, uuid), [])

    def kind_of(self, uuid: str) -> str:
        """The kind of the data set with this id, if only one has it."""
        found = [kind for kind in TYPES if (kind, uuid) in self.by_id]
        return found[0] if len(found) == 1 else ""

    def named(self, kind: str, names: Iterable[str]) -> list[Entry]:
        """The data sets that have one of these names, one entry for each id."""
        found: dict[str, Entry] = {}
        for name in names:
            for entry in self.by_name.get((kind, _plain(name)), ()):
                found.setdefault(entry.uuid, entry)
        return list(found.values())

    def unit_of(self, flow: Entry) -> str:
        """The reference unit of a flow; empty where the package breaks the chain."""
        for prop in self.find("flowproperty", flow.points_to):
            for group in self.find("unitgroup", prop.points_to):
                if group.unit:
                    return group.unit
        return ""

    def twice_of(self, kind: str, uuid: str) -> Iterator[list[Entry]]:
        """Data sets of this kind and id that have the same version, in several files."""
        versions: dict[tuple[int, ...], list[Entry]] = {}
        for entry in self.find(kind, uuid):
            versions.setdefault(number_of(entry.version), []).append(entry)
        yield from (same for same in versions.values() if len(same) > 1)


def index_of(shelf: Shelf) -> DatasetIndex:
    """The data sets of all XML files of a package; what cannot be read is left out."""
    return DatasetIndex(entry for name in shelf.names if (entry := _entry(shelf, name)) is not None)


def may_be_dataset(name: str, data: bytes) -> bool:
    """Whether a file is looked at: what begins as XML does, or is called so.

    What a computer adds to an archive for itself (``__MACOSX/._a.xml``) is none, whatever it is called.
    """
    if name.rpartition("/")[2].startswith("._"):
        return False
    start = data[:64].removeprefix(_BOM).replace(b"\x00", b"").lstrip(b"\xff\xfe \t\r\n")
    return start[:1] == b"<" or name.lower().endswith(".xml")


def number_of(version: str) -> tuple[int, ...]:
    """A version to compare by: 01.00 and 01.00.000 are the same."""
    parts = [int(part) if part.isascii() and part.isdigit() else 0 for part in version.split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _plain(name: str) -> str:
    return " ".join(name.split())


def _entry(shelf: Shelf, name: str) -> Entry | None:
    try:
        data = shelf.read(name)
        if not may_be_dataset(name, data):
            return None
        root = xml_door.parse(xml_door.straightened(data)[0])
    except GatewayError:
        return None
    structure = structure_of(root)
    if structure is None or structure.family != FAMILY:
        return None
    kind, own = structure.name, f"{{{structure.namespace}}}"
    uuid = (root.findtext(f".//{_COMMON}UUID") or "").strip()
    version = (root.findtext(f".//{_COMMON}dataSetVersion") or "").strip()
    names: dict[str, str] = {}
    for tag in (f"{own}baseName", f"{_COMMON}name", f"{_COMMON}shortName"):
        info = root.find(f"*/{own}dataSetInformation")
        for element in info.iter(tag) if info is not None else ():
            if text := (element.text or "").strip():
                names.setdefault(element.get(_LANG) or "en", text)
    entry = Entry(kind, uuid, version, name, names)
    return _details(root, own, entry)


def _details(root: etree._Element, own: str, entry: Entry) -> Entry:
    cas = flow_kind = points_to = unit = ""
    if entry.kind == "flow":
        cas = (root.findtext(f".//{own}CASNumber") or "").strip()
        flow_kind = (root.findtext(f".//{own}typeOfDataSet") or "").strip()
        wanted = (root.findtext(f".//{own}referenceToReferenceFlowProperty") or "").strip()
        for prop in root.iter(f"{own}flowProperty"):
            target = prop.find(f"{own}referenceToFlowPropertyDataSet")
            if target is not None and (prop.get("dataSetInternalID") or "").strip() == wanted:
                points_to = (target.get("refObjectId") or "").strip()
    elif entry.kind == "flowproperty":
        target = root.find(f".//{own}referenceToReferenceUnitGroup")
        points_to = (target.get("refObjectId") or "").strip() if target is not None else ""
    elif entry.kind == "unitgroup":
        wanted = (root.findtext(f".//{own}referenceToReferenceUnit") or "").strip()
        for one in root.iter(f"{own}unit"):
            if (one.get("dataSetInternalID") or "").strip() == wanted:
                unit = (one.findtext(f"{own}name") or "").strip()
    return Entry(
        entry.kind, entry.uuid, entry.version, entry.file, entry.names, cas, flow_kind, points_to, unit
    )
