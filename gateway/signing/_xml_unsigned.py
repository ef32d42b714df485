"""What stands in an XML signature and no signature covers: objects, keys in other words, foreign attributes.

The value of a signature, its key and its unsigned properties are never covered; what their own standards make
them of says nothing to a reader of the document and is passed over.

Source: W3C XML Signature 1.1, 4; ETSI EN 319 132-1 V1.2.1, 5.1 and 5.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from gateway.frontdoor import xml
from gateway.signing import xml_canonical
from gateway.signing._xml_names import DS, XADES
from gateway.signing._xml_references import ID_NAMES

_PROPERTIES: Final = (f"{XADES}SignedProperties", f"{XADES}UnsignedProperties", etree.Comment)
_DS11: Final = "{http://www.w3.org/2009/xmldsig11#}"
# Of keys and certificates; messages, packets and S-expressions hold anything.
_KEYS: Final = frozenset(
    {
        f"{DS}{name}"
        for name in (
            "KeyName", "KeyValue", "DSAKeyValue", "RSAKeyValue", "RetrievalMethod", "X509Data", "X509CRL",
            "X509Certificate", "X509IssuerSerial", "X509IssuerName", "X509SerialNumber", "X509SKI",
            "X509SubjectName", "Modulus", "Exponent", "P", "Q", "G", "Y", "J", "Seed", "PgenCounter",
            "Transforms", "Transform",
        )
    }
)  # fmt: skip
_UNSIGNED: Final = (f"{XADES}UnsignedSignatureProperties", f"{XADES}UnsignedDataObjectProperties")
_XADES_NAMES: Final = re.compile(r"\{http://uri\.etsi\.org/01903/v1\.[1-4]\.[0-9]#")
# What their properties are made of besides: signatures, keys, and methods of canonicalisation.
_OF_SIGNATURES: Final = frozenset({DS[:-1], _DS11[:-1], f"{{{xml_canonical.EXCLUSIVE}"})
# EN 319 132-1, 5.2.7, 5.3 to 5.5, annex A. What must be signed, such as a time or a role, is none of these.
_UNSIGNED_NAMES: Final = frozenset(
    {
        "CounterSignature", "SignatureTimeStamp", "SignaturePolicyStore", "CertificateValues",
        "RevocationValues", "AttrAuthoritiesCertValues", "AttributeRevocationValues",
        "TimeStampValidationData", "ArchiveTimeStamp", "RenewedDigests", "RenewedDigestsV2",
        "CompleteCertificateRefs", "CompleteCertificateRefsV2", "CompleteRevocationRefs",
        "AttributeCertificateRefs", "AttributeCertificateRefsV2", "AttributeRevocationRefs",
        "SigAndRefsTimeStamp", "SigAndRefsTimeStampV2", "RefsOnlyTimeStamp", "RefsOnlyTimeStampV2",
    }
)  # fmt: skip
# A hint for readers of schemas.
_HINT: Final = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
_ATTRIBUTES: Final = {
    f"{DS}Object": frozenset({"Id", "MimeType", "Encoding"}),
    f"{DS}RetrievalMethod": frozenset({"URI", "Type"}),
    f"{DS}Transform": frozenset({"Algorithm"}),
    f"{XADES}QualifyingProperties": frozenset({"Id", "Target"}),
    f"{_DS11}NamedCurve": frozenset({"URI"}),
    f"{_DS11}X509Digest": frozenset({"Algorithm"}),
}
# EN 319 132-1, annex C, and XML Signature 1.1, 4: of whatever stands below an unsigned property.
_ATTRIBUTES_BELOW: Final = frozenset(
    {
        "Algorithm", "Encoding", "MimeType", "ObjectReference", "Order", "PrefixList", "Qualifier",
        "Target", "Type", "URI", "referencedData",
    }
)  # fmt: skip


def ids(element: etree._Element) -> set[str]:
    """The references that mean an element."""
    return {f"#{element.get(name)}" for name in ID_NAMES if element.get(name)}


def beside(root: etree._Element) -> Iterator[str]:
    """Instructions before and behind the root, such as one that says how it is shown."""
    for node in (*root.itersiblings(preceding=True), *root.itersiblings()):
        if callable(node.tag) and node.tag != etree.Comment:
            yield f"<?{getattr(node, 'target', '')!s}?>"


def lines(root: etree._Element, text: bytes) -> Iterator[str]:
    """The version of a document in which a reader of that version takes other signs for ends of lines.

    Source: XML 1.1, 2.11; canonical forms are of XML 1.0.
    """
    if root.getroottree().docinfo.xml_version != "1.0" and any(
        sign.encode() in text for sign in "\x85\u2028"
    ):
        yield "<?xml version?>"


def dividing(root: etree._Element) -> Iterator[str]:
    """Comments with words behind them, signatures beside words: neither is signed where it stands.

    Much software reads a text only as far as there, or with what stands in the signature: moved, it makes
    another one, and all digests fit.
    """
    for node in root.iter(etree.Comment, f"{DS}Signature"):
        parent, before = node.getparent(), node.getprevious()
        if parent is None:
            continue
        front = parent.text if before is None else before.tail
        if node.tail and node.tail.strip():
            yield f"{xml.place(parent)} <!-- -->" if callable(node.tag) else xml.place(node)
        elif not callable(node.tag) and front and front.strip():
            yield xml.place(node)


def uncovered(
    signature: etree._Element, covered: set[str], *, packed: set[str], signs_key_info: bool
) -> Iterator[str]:
    """The places in a signature that nobody has signed.

    Args:
        covered: the references of all signatures of the document.
        packed: those of them that cover what an element holds in base64, and not the element itself.
        signs_key_info: a reference covers KeyInfo.
    """
    yield from attributes(signature)
    for child in signature:
        if callable(child.tag) or child.tag == f"{DS}SignedInfo":
            continue
        if child.tag == f"{DS}Object":
            yield from _of_object(child, covered, packed)
        elif child.tag != f"{DS}KeyInfo":
            yield from attributes(child)
        elif not signs_key_info:
            yield from _of_keys(child)


def _of_object(element: etree._Element, covered: set[str], packed: set[str]) -> Iterator[str]:
    if ids(element) & covered:
        yield from attributes(element) if ids(element) <= packed else ()
        return
    yield from attributes(element)
    held = [child for child in element if not callable(child.tag)]
    yield from _texts(element) if held else (xml.place(element),)
    for child in held:
        if child.tag == f"{XADES}QualifyingProperties":
            yield from (*attributes(child), *_texts(child))
            yield from (xml.place(node) for node in child if node.tag not in _PROPERTIES)
            for node in child.iterchildren(f"{XADES}UnsignedProperties"):
                yield from _of_properties(node)
        elif not ids(child) & covered:
            yield xml.place(child)
        elif ids(child) <= packed:
            yield from attributes(child)


def _of_properties(unsigned: etree._Element) -> Iterator[str]:
    """Time stamps, values for revocation and the like are unsigned by their nature; other things are not."""
    yield from (*attributes(unsigned), *_texts(unsigned))
    for group in unsigned.iterchildren(etree.Element):
        if group.tag not in _UNSIGNED:
            yield xml.place(group)
            continue
        yield from (*attributes(group), *_texts(group))
        for node in group.iterchildren(etree.Element):
            namespace, _, name = str(node.tag).rpartition("}")
            if not _XADES_NAMES.fullmatch(namespace) or name not in _UNSIGNED_NAMES:
                yield xml.place(node)
            else:
                yield from _of_property(node)


def _of_property(known: etree._Element) -> Iterator[str]:
    """What stands below a known property, wherever, and is of no standard of signatures.

    Whoever looks for an element of the document by its name finds it there, too.
    """
    for node in known.iter(etree.Element):
        namespace = str(node.tag).rpartition("}")[0]
        if node is not known and not (_XADES_NAMES.fullmatch(namespace) or namespace in _OF_SIGNATURES):
            yield xml.place(node)
            continue
        yield from attributes(node, _ATTRIBUTES_BELOW)
        if len(node) or node.tag == f"{DS}Object":
            yield from _texts(node)


def _texts(element: etree._Element) -> Iterator[str]:
    """The element itself, where words stand in it that belong to none of its children."""
    if any(text and text.strip() for text in (element.text, *(child.tail for child in element))):
        yield xml.place(element)


def _of_keys(key_info: etree._Element) -> Iterator[str]:
    for element in key_info.iter(etree.Element):
        if element is not key_info and not (element.tag in _KEYS or str(element.tag).startswith(_DS11)):
            yield xml.place(element)
        else:
            yield from attributes(element)
            yield from _texts(element) if len(element) else ()


def attributes(element: etree._Element, more: frozenset[str] = frozenset()) -> Iterator[str]:
    """Attributes that are not of the element's own standard."""
    known = _ATTRIBUTES.get(str(element.tag), frozenset({"Id"})) | {*ID_NAMES, _HINT} | more
    for name in element.attrib:
        if name not in known:
            yield f"{xml.place(element)} @{str(name).rpartition('}')[2]}"
