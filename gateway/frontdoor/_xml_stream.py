"""A large XML part element by element, with the XML door's rules and bounded memory."""

from __future__ import annotations

import io
from collections.abc import Iterator

from lxml import etree

from gateway.errors import InputError
from gateway.frontdoor import xml
from gateway.frontdoor.limits import XmlLimits


def stream(data: bytes, names: tuple[str, ...], *, limits: XmlLimits) -> Iterator[etree._Element]:
    """Every element of one of these qualified names when it is complete; the next step forgets it.

    Raises:
        InputError: ``xml.*``.
    """
    text = xml.decoded(data)
    nodes = text.count(b"<") + text.count(b"=")
    if nodes > limits.max_nodes:
        raise InputError(nodes, code="xml.too-large", limit=limits.max_nodes, name="max_nodes")
    events = etree.iterparse(
        io.BytesIO(text),
        events=("end",),
        tag=names,
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )
    try:
        for _, element in events:
            yield element
            _forget(element)
    except etree.XMLSyntaxError as error:
        raise xml.syntax_error(error) from error


def _forget(element: etree._Element) -> None:
    """Free a read element and its read neighbours."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while parent[0] is not element:
            del parent[0]
