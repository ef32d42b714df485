"""Namespaces of XML signatures, and small steps through their elements."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Final

from lxml import etree

from gateway.errors import TrustError
from gateway.frontdoor import xml

DS_NAME: Final = "http://www.w3.org/2000/09/xmldsig#"
XADES_NAME: Final = "http://uri.etsi.org/01903/v1.3.2#"
ASIC_NAME: Final = "http://uri.etsi.org/02918/v1.2.1#"
DS, XADES, ASIC = f"{{{DS_NAME}}}", f"{{{XADES_NAME}}}", f"{{{ASIC_NAME}}}"


class BadXmlSignature(TrustError):
    """An element of the signature is missing, doubled or out of place."""

    code = "envelope.xml-shape"


def children(element: etree._Element) -> Iterator[etree._Element]:
    """The elements right below, without comments and instructions; text between them is refused."""
    texts = [element.text, *(child.tail for child in element)]
    # The types of lxml do not know that comments and instructions are children, too.
    found = [child for child in element if not callable(child.tag)]
    if found and any(text and text.strip() for text in texts):
        raise BadXmlSignature(path=xml.place(element))
    yield from found


def only(element: etree._Element, tag: str) -> etree._Element:
    """The one child of this name."""
    found = optional(element, tag)
    if found is None:
        raise BadXmlSignature(tag.rpartition("}")[2], path=xml.place(element))
    return found


def optional(element: etree._Element, tag: str) -> etree._Element | None:
    """The one child of this name, if there is one."""
    found = [child for child in element if child.tag == tag]
    if len(found) > 1:
        raise BadXmlSignature(tag.rpartition("}")[2], path=xml.place(element))
    return found[0] if found else None


def text(element: etree._Element) -> str:
    """The text of a leaf: no element, comment or instruction inside."""
    if len(element):
        raise BadXmlSignature(path=xml.place(element))
    return element.text or ""


def octets(element: etree._Element) -> bytes:
    """The bytes of a base64 leaf; line breaks do not count, any other liberty does."""
    packed = "".join(text(element).split())
    try:
        data = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadXmlSignature(path=xml.place(element)) from error
    if not data or base64.b64encode(data).decode() != packed:
        raise BadXmlSignature(path=xml.place(element))
    return data
