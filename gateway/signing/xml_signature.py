"""XML signatures verified strictly: enveloped, enveloping, detached; only what an allow-list names.

What is answered are the canonical bytes that were signed. They are to be parsed anew and read instead of the
document, so that an element moved around, a second one of the same name or a comment between two digits
cannot show a reader what nobody signed.

Source: W3C XML Signature 1.1; RFC 9231 for algorithm names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from lxml import etree

from gateway.errors import TrustError
from gateway.frontdoor import xml
from gateway.signing import _xml_references as references
from gateway.signing import _xml_unsigned as unsigned
from gateway.signing import x509, xades, xml_canonical
from gateway.signing._xml_key_info import key_of
from gateway.signing._xml_names import ASIC, DS, XADES, children, octets, only, optional
from gateway.signing.algorithms import XML, Algorithm
from gateway.signing.jose import NO_KEYS, Keys
from gateway.signing.verified import Contained, Envelope, Inside, Part, Verified, VerifiedSignature

# One document may carry the signatures of several bodies.
_MOST_SIGNATURES: Final = 16
# Unsigned places that are told of one signature.
_MOST_PLACES: Final = 100


class XmlSignatureRefused(TrustError):
    """The signature is not of the shape that is believed here, or does not hold."""

    code = "envelope.signature-wrong"


@dataclass(frozen=True, slots=True)
class _Found:
    """One signature that holds, and what it covers."""

    signature: VerifiedSignature
    parts: tuple[Part, ...]
    is_xades: bool
    resolved: references.Resolved
    element: etree._Element = field(repr=False)


def verify(
    data: bytes,
    *,
    objects: Mapping[str, bytes] | None = None,
    keys: Keys = NO_KEYS,
    certificates: Sequence[x509.Certificate] = (),
    require_xades: bool = False,
    digests: references.Digests | None = None,
) -> Verified:
    """Check every signature of a document.

    Args:
        objects: detached files by the name that a reference gives them, percent-decoded.
        keys: public keys by ``KeyName``, or under the empty name.
        certificates: that a XAdES signature may name by digest without carrying them.
        require_xades: each signature must name its certificate in what it signs.
        digests: of the files, shared between documents that sign the same ones.

    Raises:
        XmlSignatureRefused, UnknownAlgorithm, BadCertificate: one does not hold, or asks for too much.
        InputError: the bytes are no XML that is let in.
    """
    root = xml.parse_signed(data)
    signatures = list(_signatures(root))
    if not signatures:
        raise XmlSignatureRefused(code="envelope.no-xml-signature")
    known: references.Digests = digests if digests is not None else {}
    found = [
        _check(element, data, objects or {}, keys, certificates, known, require_xades=require_xades)
        for element in signatures
    ]
    # Of a list of signatures, only those: whatever else lies in it, nobody has signed.
    container = root.tag == f"{ASIC}XAdESSignatures" and all(
        child.tag == f"{DS}Signature" for child in children(root)
    )
    if not container and root.tag != f"{DS}Signature" and not all(one.resolved.covers_root for one in found):
        # (T6) A signed element inside a document that nobody signed.
        raise XmlSignatureRefused(path=xml.place(root), code="envelope.root-not-covered")
    parts: dict[str, Part] = {}
    for one in found:
        for part in one.parts:
            if parts.setdefault(part.name, part).data != part.data:
                raise XmlSignatureRefused(part.name, code="envelope.signatures-differ")
    return Verified(
        Envelope.XADES if all(one.is_xades for one in found) else Envelope.XML_SIGNATURE,
        tuple(one.signature for one in found),
        tuple(parts.values()),
        uncovered=(*unsigned.lines(root, xml.decoded(data)), *_uncovered(root, found, container=container)),
        contained=tuple(_inner(root)),
    )


def _signatures(root: etree._Element) -> Iterator[etree._Element]:
    """The signatures of the document, wherever they stand; those inside another one are countersignatures."""
    number = 0
    for element in root.iter(f"{DS}Signature"):
        if any(ancestor.tag == f"{DS}Signature" for ancestor in element.iterancestors()):
            continue
        number += 1
        if number > _MOST_SIGNATURES:
            raise XmlSignatureRefused(number, code="envelope.too-many-signatures")
        yield element


def _uncovered(root: etree._Element, found: Sequence[_Found], *, container: bool) -> Iterator[str]:
    """What nobody has signed of the signatures themselves, and of the list that holds them."""
    covered = {name for one in found for name in one.signature.covered}
    whole = {part.name for one in found for part in one.parts if not part.is_file}
    if container:
        yield from unsigned.attributes(root)
    if not any(one.resolved.covers_asides for one in found):
        yield from unsigned.beside(root)
    yield from islice(unsigned.dividing(root), _MOST_PLACES)
    yield from dict.fromkeys(place for one in found for place in one.resolved.unwritten)
    for one in found:
        places = unsigned.uncovered(
            one.element, covered, packed=covered - whole, signs_key_info=one.resolved.covers_key_info
        )
        yield from islice(places, _MOST_PLACES)
        if next(places, None) is not None:
            yield f"{xml.place(one.element)} …"


def _inner(root: etree._Element) -> Iterator[Contained]:
    """Other signatures and lists of further references (XML Signature 1.1, 5.1) in objects: not checked here.

    Taken out, a signature would stand among other namespaces.
    """
    for element in root.iter(f"{DS}Signature", f"{DS}Manifest"):
        above = [ancestor.tag for ancestor in element.iterancestors()]
        if f"{DS}Object" in above and f"{XADES}QualifyingProperties" not in above:
            why = "envelope.xml-inside" if element.tag == f"{DS}Signature" else "envelope.content-needed"
            yield Contained(xml.place(element), Inside.NOT_CHECKED, why=why)


def _check(
    signature: etree._Element,
    data: bytes,
    objects: Mapping[str, bytes],
    keys: Keys,
    given: Sequence[x509.Certificate],
    digests: references.Digests,
    *,
    require_xades: bool,
) -> _Found:
    at = xml.place(signature)
    info, value, key_info, inner = _shape(signature, at)
    method = only(info, f"{DS}CanonicalizationMethod")
    algorithm = _algorithm(info)
    properties = xades.find(signature, inner, required=require_xades)
    resolved = references.resolve(info, signature, data, objects, properties, digests)
    key, origin, certificates, name = key_of(key_info, properties, keys, given)
    key.require(algorithm, path=f"{at}/SignatureMethod")
    signed = xml_canonical.part(info, *references.canonicalisation(method))
    raw = octets(value)
    if not key.has_signed(signed, raw, algorithm):
        raise XmlSignatureRefused(key.sha256, path=at)
    made = VerifiedSignature(
        algorithm=algorithm.name,
        key=key,
        key_origin=origin,
        key_id=name,
        certificates=tuple(certificate.der for certificate in certificates),
        claimed_time=properties.signing_time if properties else "",
        covered=tuple(part.name for part in resolved.parts),
        value=raw,
        stamped=tuple(_stamped(value)) if properties and properties.timestamps else (),
        timestamps=properties.timestamps if properties else (),
        remarks=properties.remarks if properties else (),
    )
    return _Found(
        made,
        resolved.parts,
        properties is not None,
        resolved,
        signature,
    )


def _stamped(value: etree._Element) -> Iterator[bytes]:
    """EN 319 132-1, 5.3: over the element; only the stamp would say how it was made canonical."""
    for method in xml_canonical.METHODS:
        try:
            yield xml_canonical.part(value, method)
        except xml_canonical.NotCanonicalisable:
            continue


def _shape(
    signature: etree._Element, at: str
) -> tuple[etree._Element, etree._Element, etree._Element | None, list[etree._Element]]:
    """SignedInfo, SignatureValue, KeyInfo and Objects: these, in this order, and nothing else (4.1)."""
    expected = [f"{DS}SignedInfo", f"{DS}SignatureValue", f"{DS}KeyInfo", f"{DS}Object"]
    tags = [str(child.tag) for child in children(signature)]
    order = [expected.index(tag) if tag in expected else -1 for tag in tags]
    if -1 in order or order != sorted(order) or [tags.count(tag) for tag in expected[:2]] != [1, 1]:
        raise XmlSignatureRefused(path=at, code="envelope.xml-shape")
    info = only(signature, f"{DS}SignedInfo")
    names = [str(child.tag) for child in children(info)]
    wanted = [f"{DS}CanonicalizationMethod", f"{DS}SignatureMethod"]
    if names[:2] != wanted or not names[2:] or set(names[2:]) != {f"{DS}Reference"}:
        raise XmlSignatureRefused(path=f"{at}/SignedInfo", code="envelope.xml-shape")
    return (
        info,
        only(signature, f"{DS}SignatureValue"),
        optional(signature, f"{DS}KeyInfo"),
        [child for child in children(signature) if child.tag == f"{DS}Object"],
    )


def _algorithm(info: etree._Element) -> Algorithm:
    from gateway.signing.algorithms import UnknownAlgorithm

    method = only(info, f"{DS}SignatureMethod")
    name = method.get("Algorithm", "")
    if name not in XML or list(children(method)):
        raise UnknownAlgorithm(name, path=f"{xml.place(method)}")
    return XML[name]
