"""The files of an ILCD package: zip, single data set or soda4LCA JSON in; a deterministic zip out."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.codec.base import Member, Package
from gateway.codec.xmltree import XmlTree, read_tree
from gateway.errors import GatewayError, InputError
from gateway.formats.ilcd.soda import is_soda, read_soda
from gateway.frontdoor import archive
from gateway.frontdoor.limits import PACKAGE_ARCHIVE
from gateway.report import Finding, Severity

ZIP: Final = b"PK\x03\x04"
TOP: Final = "ILCD"
FILE_NAME: Final = "ilcd-epd.zip"
MEDIA_TYPE: Final = "application/zip"
_FOLDERS: Final = {
    "process": "processes",
    "flow": "flows",
    "flowproperty": "flowproperties",
    "unitgroup": "unitgroups",
    "source": "sources",
    "contact": "contacts",
    "lciamethod": "lciamethods",
    "lifecyclemodel": "lifecyclemodels",
    "matml": "external_docs",
}
# Zip knows no time before; a fixed one keeps the bytes the same.
_TIME: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Datasets:
    """What a package holds: data sets by file name, other files as they are, and what is wrong with any."""

    trees: Mapping[str, XmlTree]
    documents: Mapping[str, bytes]
    findings: tuple[Finding, ...] = ()
    leftovers: Mapping[str, str] = field(default_factory=dict)

    def kind(self, name: str) -> Iterator[tuple[str, XmlTree]]:
        """The data sets of one kind with their file names."""
        return ((file, tree) for file, tree in self.trees.items() if tree.structure.name == name)

    def find(self, kind: str, uuid: str) -> tuple[str, XmlTree] | None:
        """The data set with this id; where there are several versions, the last."""
        found = [(file, tree) for file, tree in self.kind(kind) if uuid_of(tree) == uuid]
        return max(found, key=lambda pair: version_of(pair[1]), default=None)

    @property
    def epds(self) -> list[tuple[str, XmlTree]]:
        """The processes that declare themselves to be EPDs."""
        return [(file, tree) for file, tree in self.kind("process") if tree.structure.profile == "epd"]


class Fresh(Package):
    """A package that was made from a declaration of another kind.

    What it holds beside the declaration's leaves is the format's own furniture: reading it back to check
    it takes no extras from it.
    """


class Again(Package):
    """A package that was read and is written again: its defects of form are those of the source."""


def open_package(package: Package) -> Datasets:
    """The data sets and other files of a package.

    Raises:
        InputError: it is no zip, XML document or soda4LCA JSON.
    """
    trees: dict[str, XmlTree] = {}
    documents: dict[str, bytes] = {}
    findings: list[Finding] = []
    leftovers: dict[str, str] = {}
    for name, data in files_of(package):
        if data.lstrip()[:1] == b"{" and is_soda(data):
            trees[name], flow, leftovers[name] = read_soda(data)
            if flow is not None:
                trees[member_name(flow)] = flow
            continue
        if not name.endswith(".xml") and data.lstrip()[:1] != b"<":
            documents[name] = data
            continue
        try:
            trees[name] = tree = read_tree(data)
        except GatewayError as error:
            if len(package.members) == 1 and not package.only.data.startswith(ZIP):
                raise
            documents[name] = data
            if error.error_code != "xml.other-root":
                findings.append(
                    Finding(error.error_code, f"{name} {error.path}".rstrip(), error.saw, params=error.params)
                )
            continue
        findings.extend(_placed(finding, name) for finding in tree.findings)
    return Datasets(trees, documents, tuple(findings), leftovers)


def member_name(tree: XmlTree) -> str:
    """Where a data set stands in a package of ours."""
    parts = (uuid_of(tree), ".".join(version_of(tree)))
    uuid, version = (re.sub(r"[^0-9A-Za-z.-]", "-", part).lstrip(".") for part in parts)
    return f"{TOP}/{_FOLDERS[tree.structure.name]}/{uuid}_{version}.xml"


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files: sorted, with a fixed time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zipped:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            zipped.writestr(info, files[name])
    return buffer.getvalue()


def as_member(files: Mapping[str, bytes]) -> Member:
    """The zip as the file of a package."""
    return Member(FILE_NAME, MEDIA_TYPE, pack(files))


def to_text(data: bytes) -> str:
    """A file as the text of an extra."""
    return base64.b64encode(data).decode("ascii")


def from_text(text: str) -> bytes:
    """The file behind the text of an extra."""
    return base64.b64decode(text, validate=True)


def uuid_of(tree: XmlTree) -> str:
    """The id of a data set; empty where it has none."""
    for name, part in tree.root.items():
        if name.endswith("Information") and isinstance(part, dict):
            own = part.get("dataSetInformation")
            if isinstance(own, dict) and isinstance(found := own.get("common:UUID"), str):
                return found
    return ""


def version_of(tree: XmlTree) -> tuple[str, ...]:
    """The version of a data set, to compare: 01.00 and 01.00.000 are the same."""
    node: object = tree.root
    for step in ("administrativeInformation", "publicationAndOwnership", "common:dataSetVersion"):
        node = node.get(step) if isinstance(node, dict) else None
    parts = node.split(".") if isinstance(node, str) else []
    return tuple([*parts, "00", "00", "000"][: max(3, len(parts))])


def files_of(package: Package) -> Iterable[tuple[str, bytes]]:
    """The files of a zip or a plain package, by name."""
    if len(package.members) == 1 and package.only.data.startswith(ZIP):
        return archive.open_zip(package.only.data, limits=PACKAGE_ARCHIVE).read_all()
    if not package.members:
        raise InputError(package.name, path=package.name, code="input.not-one-file")
    return ((member.name, member.data) for member in package.members)


def _placed(finding: Finding, name: str) -> Finding:
    """A finding of one file says in which; a defect of form never makes a data set unreadable."""
    return Finding(
        finding.code, f"{name} {finding.at}", finding.saw, Severity.WARNING, finding.per, finding.params
    )
