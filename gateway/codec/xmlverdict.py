"""Our own XML Schemas, compiled once, as judges of what we write and of what comes in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import islice
from threading import Lock
from typing import Any, Final, cast

from lxml import etree

from gateway import resources
from gateway.codec.xmlstructure import Structure, family_of
from gateway.errors import shorten
from gateway.frontdoor import xml as xml_door
from gateway.report import Finding

# One broken document may break a rule thousands of times; nobody reads on.
_SHOWN: Final = 100
# A compiled schema keeps one log for all threads: without this, a broken document can look sound (lxml 6.1).
_ONE_AT_A_TIME: Final = Lock()
_NAMESPACE: Final = re.compile(r"\{[^}]*\}")


def schema_of(structure: Structure) -> str:
    """The file below ``schemas/`` that judges documents of a structure."""
    folder = "" if structure.profile == family_of(structure.family).profile else f"{structure.profile}/"
    return f"{structure.family}/{folder}{structure.name}.xsd"


def valid(element: etree._Element, structure: Structure) -> bool:
    """Whether a document holds under our schema: the quick question."""
    with _ONE_AT_A_TIME:
        return _compiled(schema_of(structure)).validate(element)


def judge(document: bytes | etree._Element, structure: Structure) -> tuple[Finding, ...]:
    """What a document breaks of our schema; nothing: it holds. At most the first 100."""
    element = xml_door.parse(document) if isinstance(document, bytes) else document
    schema = schema_of(structure)
    with _ONE_AT_A_TIME:
        compiled = _compiled(schema)
        if compiled.validate(element):
            return ()
        entries = list(islice(cast("Iterable[Any]", compiled.error_log), _SHOWN))
    found: dict[tuple[int, str], Finding] = {}
    for entry in entries:
        said = _NAMESPACE.sub("", entry.message)
        params = {"schema": schema}
        finding = Finding("xml.invalid", f"line {entry.line}", shorten(said), params=params)
        found.setdefault((entry.line, said), finding)
    return tuple(found.values())


@cache
def _compiled(schema: str) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    return etree.XMLSchema(etree.parse(str(resources.schema(schema)), parser))


def refused(element: etree._Element, structure: Structure) -> tuple[etree._Element, ...]:
    """The elements that our schema refuses, each once, in the order it meets them.

    Of a broken key only the line is told: in what we write, each element begins its own.
    """
    with _ONE_AT_A_TIME:
        compiled = _compiled(schema_of(structure))
        if compiled.validate(element):
            return ()
        entries = list(islice(cast("Iterable[Any]", compiled.error_log), _SHOWN))
    found: list[etree._Element] = []
    prefixes = {prefix: uri for prefix, uri in element.nsmap.items() if prefix}
    for entry in entries:
        nodes = element.xpath(entry.path, namespaces=prefixes) if entry.path else []
        nodes = nodes or [node for node in element.iter() if node.sourceline == entry.line]
        assert isinstance(nodes, list)
        found += [node for node in nodes[:1] if isinstance(node, etree._Element) and node not in found]
    return tuple(found)
