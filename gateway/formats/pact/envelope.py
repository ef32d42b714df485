"""Footprints as interfaces send them: the answer of a host, a list, an event with footprints in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from gateway.codec.base import Package, Reading
from gateway.errors import GatewayError
from gateway.formats.pact.hub import line
from gateway.frontdoor.json import JsonValue
from gateway.model.origin import Origin
from gateway.report import Finding

Footprint: TypeAlias = Mapping[str, JsonValue]
# What a footprint of any version has at its top, and no envelope.
_OWN: Final = ("specVersion", "scopeOfPcfForm")


def footprint_of(package: Package) -> Footprint | None:
    """The footprint that a file is, or the only one in its envelope."""
    found = _inside(package)
    return found[0][1] if len(found) == 1 else None


def opened(package: Package) -> tuple[Package, str]:
    """The package of the one footprint, and where it stood in the file; anything else as it came."""
    found = _inside(package)
    if len(found) != 1 or not found[0][0]:
        return package, ""
    place, footprint = found[0]
    return _package(footprint, package.name), place


def split(package: Package) -> tuple[Package, ...]:
    """Each footprint of a file with several as a package of its own; anything else as it came."""
    found = _inside(package)
    if len(found) < 2:
        return (package,)
    return tuple(_package(one, f"{package.name} › {n}") for n, (_, one) in enumerate(found, 1))


def count(package: Package) -> int:
    """How many footprints a file holds."""
    return len(_inside(package))


def moved(reading: Reading, place: str) -> Reading:
    """A reading whose places are those of the file around the footprint."""
    origins = {
        path: replace(one, at=place + one.at) if isinstance(one, Origin) else one
        for path, one in reading.origins.items()
    }
    notes = tuple(replace(n, path=place + n.path) for n in reading.notes)
    return replace(reading, origins=origins, notes=notes, findings=moved_findings(reading.findings, place))


def moved_findings(findings: tuple[Finding, ...], place: str) -> tuple[Finding, ...]:
    """The same findings at their places in the file; a remark on the whole stays one."""
    return tuple(replace(f, at=place + f.at) if f.at else f for f in findings)


def _package(footprint: Footprint, name: str) -> Package:
    return Package.of(line(footprint).encode(), name=name, media_type="application/json")


def _inside(package: Package) -> list[tuple[str, Footprint]]:
    document = _document(package)
    if isinstance(document, dict) and not any(name in document for name in _OWN):
        document, place = document.get("data"), "/data"
        if isinstance(document, dict) and not any(name in document for name in _OWN):
            name = next((name for name in ("pfs", "pf") if name in document), "")
            document, place = document.get(name), f"/data/{name}"
        return list(_footprints(document, place))
    return list(_footprints(document, ""))


def _document(package: Package) -> JsonValue:
    if len(package.members) != 1 or package.only.start not in (b"{", b"["):
        return None
    try:
        return package.json
    except GatewayError:
        return None


def _footprints(value: JsonValue, place: str) -> Iterator[tuple[str, Footprint]]:
    """One footprint or a list of nothing else."""
    if isinstance(value, dict) and any(name in value for name in _OWN):
        yield place, value
    elif isinstance(value, list) and all(isinstance(v, dict) and any(n in v for n in _OWN) for v in value):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield f"{place}/{index}", item
