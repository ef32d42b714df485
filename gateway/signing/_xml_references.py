"""The references of an XML signature: what each covers, brought to bytes and compared with its digest.

Allowed are: the whole document, an element by an Id that stands there once, a file of the caller's; and of
transforms enveloped-signature, three canonicalisations, base64, and the one XPath filter that means the same
as enveloped-signature. No XSLT, no other XPath, no fetching.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from lxml import etree

from gateway.errors import TrustError
from gateway.frontdoor import xml
from gateway.signing import xml_canonical
from gateway.signing._xml_names import DS, DS_NAME, children, octets, only, optional, text
from gateway.signing.verified import Part

if TYPE_CHECKING:
    from gateway.signing.xades import Properties

DIGESTS: Final = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
SIGNED_PROPERTIES: Final = "http://uri.etsi.org/01903#SignedProperties"
# Digests of files by name and method, so that many signatures over one large file hash it once.
Digests = dict[tuple[str, str], bytes]
_ENVELOPED: Final = f"{DS_NAME}enveloped-signature"
_BASE64: Final = f"{DS_NAME}base64"
_XPATH: Final = "http://www.w3.org/TR/1999/REC-xpath-19991116"
# EU DSS writes this; it leaves out every signature, as enveloped-signature leaves out one.
_WITHOUT_SIGNATURES: Final = "not(ancestor-or-self::ds:Signature)"
ID_NAMES: Final = ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id")
_MOST_REFERENCES: Final = 2000
_MOST_TRANSFORMS: Final = 4
# What all references of a signature cover together: one inside the other, each would be written anew.
_MOST_TIMES_COVERED: Final = 4
_ALWAYS_COVERED: Final = 2**20
_MOST_UNWRITTEN: Final = 20


class ReferenceRefused(TrustError):
    """A reference is not of an allowed kind, leads nowhere, or its digest is wrong."""

    code = "envelope.reference"


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a signature covers. ``covers_root``: the root of its document is among it; so its KeyInfo.

    ``covers_asides``: so are the instructions beside the root. ``unwritten``: where a namespace is left open.
    """

    parts: tuple[Part, ...]
    covers_root: bool
    covers_asides: bool = False
    covers_key_info: bool = False
    unwritten: tuple[str, ...] = ()


def resolve(
    info: etree._Element,
    signature: etree._Element,
    data: bytes,
    objects: Mapping[str, bytes],
    properties: Properties | None,
    digests: Digests,
) -> Resolved:
    """All references of a SignedInfo, each with the digest it states.

    Args:
        digests: of files that other signatures of the same run were compared with already.

    Raises:
        ReferenceRefused: and the path says which.
    """
    entries = [child for child in children(info) if child.tag == f"{DS}Reference"]
    if len(entries) > _MOST_REFERENCES:
        raise ReferenceRefused(len(entries), path=xml.place(info))
    work = _Document(signature, data, objects)
    parts: dict[str, Part] = {}
    properties_covered = key_info_covered = False
    for entry in entries:
        name, covered, target = work.covered(entry)
        _compare(entry, covered, digests, "" if target is not None else name)
        is_properties = properties is not None and target is properties.element
        if (entry.get("Type") == SIGNED_PROPERTIES) is not is_properties:
            # (T7) Something else posing as the signed properties, or these without saying so.
            raise ReferenceRefused(name, path=xml.place(entry), code="envelope.properties-not-covered")
        if is_properties:
            if properties_covered:
                raise ReferenceRefused(name, path=xml.place(entry), code="envelope.part-twice")
            properties_covered = True
        elif target is not None and target.tag == f"{DS}KeyInfo" and target.getparent() is signature:
            key_info_covered = True  # the certificates, signed as well; no part of what is said
        elif name in parts:
            raise ReferenceRefused(name, path=xml.place(entry), code="envelope.part-twice")
        else:
            media_type = properties.media_types.get(entry.get("Id", ""), "") if properties else ""
            parts[name] = Part(name, media_type, covered, target is None or _is_packed(entry))
    if properties is not None and not properties_covered:
        raise ReferenceRefused(path=xml.place(signature), code="envelope.properties-not-covered")
    if not parts:
        raise ReferenceRefused(path=xml.place(signature), code="envelope.nothing-covered")
    return Resolved(
        tuple(parts.values()), work.covers_root, work.covers_asides, key_info_covered, tuple(work.unwritten)
    )


def canonicalisation(element: etree._Element) -> tuple[str, tuple[str, ...]]:
    """The method of a CanonicalizationMethod or Transform, and the prefixes of its InclusiveNamespaces.

    A method with comments is the one without: what a reference leads to has none (XML Signature 1.1,
    4.4.3.3), and a SignedInfo that has some is refused.
    """
    method = element.get("Algorithm", "")
    if method in xml_canonical.WITH_COMMENTS:
        info = element.getparent() if element.tag == f"{DS}CanonicalizationMethod" else None
        if info is not None and next(info.iter(etree.Comment), None) is not None:
            raise ReferenceRefused(method, path=xml.place(element), code="envelope.transform")
        method = xml_canonical.WITH_COMMENTS[method]
    if method not in xml_canonical.METHODS:
        raise ReferenceRefused(method, path=xml.place(element), code="envelope.transform")
    inner = list(children(element))
    if not inner:
        return method, ()
    if (
        method != xml_canonical.EXCLUSIVE
        or len(inner) > 1
        or inner[0].tag != f"{{{xml_canonical.EXCLUSIVE}}}InclusiveNamespaces"
    ):
        raise ReferenceRefused(method, path=xml.place(element), code="envelope.transform")
    return method, tuple(inner[0].get("PrefixList", "").split())


class _Document:
    """The document around one signature, and the files that were handed in."""

    def __init__(self, signature: etree._Element, data: bytes, objects: Mapping[str, bytes]) -> None:
        self.signature, self.data, self.objects = signature, data, objects
        self.root = signature.getroottree().getroot()
        self.covers_root = self.covers_asides = False
        self.unwritten: list[str] = []
        self._left = _MOST_TIMES_COVERED * len(data) + _ALWAYS_COVERED
        self._ids: dict[str, list[etree._Element]] | None = None
        # Without this signature, and without every one: an element of the copy for each of the document.
        self._copies: dict[bool, dict[etree._Element, etree._Element]] = {}

    def covered(self, entry: etree._Element) -> tuple[str, bytes, etree._Element | None]:
        """The name of what a reference covers, its bytes, and the element if it is one."""
        transforms = _transforms(entry)
        uri = entry.get("URI")
        if uri is None or (uri and not uri.startswith("#")):
            if transforms:
                raise ReferenceRefused(uri, path=xml.place(entry), code="envelope.transform")
            name = self._object(entry, uri)
            return name, self.objects[name], None
        target = self.root if not uri else self._element(entry, uri[1:])
        self.covers_root |= target is self.root
        self.covers_asides |= not uri
        if self._left < 0:
            raise ReferenceRefused(uri, path=xml.place(entry), code="envelope.too-much-covered")
        covered = self._transformed(entry, target, transforms, whole=not uri)
        self._left -= len(covered)
        return uri, covered, target

    def _object(self, entry: etree._Element, uri: str | None) -> str:
        """The handed-in file that a reference means; one without URI means the only one (4.4.3)."""
        try:
            name = unquote(uri, errors="strict") if uri is not None else ""
        except UnicodeDecodeError as error:
            raise ReferenceRefused(uri, path=xml.place(entry)) from error
        if name not in self.objects:
            # RFC 3986, 5.2.4: from the folder of the files, "./a" is "a".
            while name.startswith("./"):
                name = name.removeprefix("./")
        if uri is None and len(self.objects) == 1:
            return next(iter(self.objects))
        if uri is None or name not in self.objects:
            raise ReferenceRefused(name, path=xml.place(entry), code="envelope.content-needed")
        return name

    def _element(self, entry: etree._Element, name: str) -> etree._Element:
        if self._ids is None:
            self._ids = {}
            for element in self.root.iter(etree.Element):
                for value in {element.get(attribute) for attribute in ID_NAMES} - {None}:
                    self._ids.setdefault(str(value), []).append(element)
        found = self._ids.get(name, [])
        if len(found) != 1:
            code = "envelope.id-twice" if found else "envelope.content-needed"
            raise ReferenceRefused(name, path=xml.place(entry), code=code)
        return found[0]

    def _transformed(
        self, entry: etree._Element, target: etree._Element, transforms: list[etree._Element], *, whole: bool
    ) -> bytes:
        kinds = [transform.get("Algorithm", "") for transform in transforms]
        if _BASE64 in kinds:
            if kinds != [_BASE64]:
                raise ReferenceRefused(_BASE64, path=xml.place(entry), code="envelope.transform")
            return _decoded(target)
        rest = list(transforms)
        bare = None
        inside = any(node is target for node in [self.signature, *self.signature.iterancestors()])
        if rest and _leaves_signatures_out(rest[0]):
            bare = kinds[0]
            rest = rest[1:]
        if inside and bare is None:
            raise ReferenceRefused(entry.get("URI", ""), path=xml.place(entry), code="envelope.covers-itself")
        if len(rest) > 1:
            raise ReferenceRefused(len(kinds), path=xml.place(entry), code="envelope.transform")
        # XML Signature 1.1, 4.4.3.2: without a method, Canonical XML 1.0.
        method, prefixes = canonicalisation(rest[0]) if rest else (xml_canonical.C14N_10, ())
        if bare is not None:
            target = self._without_signature(target, every=bare == _XPATH)
        write = xml_canonical.document if whole else xml_canonical.part
        written = write(target, method, prefixes)
        if method == xml_canonical.EXCLUSIVE:
            self.unwritten += islice(xml_canonical.unwritten_prefixes(target, written), _MOST_UNWRITTEN)
        return written

    def _without_signature(self, target: etree._Element, *, every: bool) -> etree._Element:
        """The same element in a fresh copy of the document from which the signature is gone."""
        if self.signature is self.root:
            raise ReferenceRefused(path=xml.place(self.signature), code="envelope.covers-itself")
        twins = self._copies.get(every)
        if twins is None:
            copy = xml.parse_signed(self.data)
            twins = dict(zip(self.root.iter(etree.Element), copy.iter(etree.Element), strict=True))
            for element in list(copy.iter(f"{DS}Signature")) if every else [twins[self.signature]]:
                _remove(element)
            # Each reference parsed and copied the whole document before.
            self._copies[every] = twins
        return twins[target]


def _transforms(entry: etree._Element) -> list[etree._Element]:
    holder = optional(entry, f"{DS}Transforms")
    found = list(children(holder)) if holder is not None else []
    if len(found) > _MOST_TRANSFORMS or any(child.tag != f"{DS}Transform" for child in found):
        raise ReferenceRefused(len(found), path=xml.place(entry), code="envelope.transform")
    return found


def _is_packed(entry: etree._Element) -> bool:
    return any(transform.get("Algorithm") == _BASE64 for transform in _transforms(entry))


def _leaves_signatures_out(transform: etree._Element) -> bool:
    method = transform.get("Algorithm")
    if method == _ENVELOPED:
        return not list(children(transform))
    if method != _XPATH:
        return False
    expression = only(transform, f"{DS}XPath")
    return (
        "".join(text(expression).split()) == _WITHOUT_SIGNATURES.replace(" ", "")
        and expression.nsmap.get("ds") == DS_NAME
    )


def _remove(element: etree._Element) -> None:
    """Take an element out and leave the text behind it where it is."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _decoded(target: etree._Element) -> bytes:
    packed = "".join(xml.text_of(target).split())
    # An instruction between two pieces would be seen by whoever reads the text, and by no signature.
    if len(target) != sum(1 for _ in target.iterchildren(etree.Comment)):
        raise ReferenceRefused(path=xml.place(target), code="envelope.transform")
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ReferenceRefused(path=xml.place(target), code="envelope.transform") from error


def _compare(entry: etree._Element, covered: bytes, digests: Digests, file: str) -> None:
    tags = [child.tag for child in children(entry)]
    wanted = [f"{DS}DigestMethod", f"{DS}DigestValue"]
    if tags not in (wanted, [f"{DS}Transforms", *wanted]):
        raise ReferenceRefused(path=xml.place(entry), code="envelope.xml-shape")
    method = only(entry, f"{DS}DigestMethod").get("Algorithm", "")
    if method not in DIGESTS:
        raise ReferenceRefused(method, path=xml.place(entry), code="envelope.digest-method")
    expected = octets(only(entry, f"{DS}DigestValue"))
    found = digests.get((file, method)) if file else None
    if found is None:
        found = hashlib.new(DIGESTS[method], covered).digest()
        if file:
            digests[file, method] = found
    if not hmac.compare_digest(expected, found):
        raise ReferenceRefused(entry.get("URI", ""), path=xml.place(entry), code="envelope.digest-wrong")
