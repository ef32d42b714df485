"""Our own schemas on every data set of a package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gateway.codec import xmlverdict
from gateway.codec.base import Package
from gateway.codec.xmltree import structure_of
from gateway.errors import GatewayError
from gateway.formats.ilcd.package import Again, files_of
from gateway.frontdoor import xml as xml_door
from gateway.report import Finding, Severity


def validate(package: Package) -> tuple[Finding, ...]:
    """What the data sets break, by file. What was so in the source already is no error of a second copy."""
    found = tuple(_findings(package))
    if isinstance(package, Again):
        return tuple(replace(finding, severity=Severity.WARNING) for finding in found)
    return found


def _findings(package: Package) -> Iterator[Finding]:
    for name, data in files_of(package):
        if data.lstrip()[:1] != b"<":
            continue
        try:
            element = xml_door.parse(data)
        except GatewayError as error:
            yield Finding(error.error_code, f"{name} {error.path}".rstrip(), error.saw, params=error.params)
            continue
        structure = structure_of(element)
        if structure is not None:
            for finding in xmlverdict.judge(element, structure):
                yield replace(finding, at=f"{name} {finding.at}")
