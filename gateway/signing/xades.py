"""The qualifying properties of XAdES: who signs, when, and of what kind each file is.

Source: ETSI EN 319 132-1 V1.2.1, 5.2 and 6.3 (baseline B); 4.4 for how they are bound to their signature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from gateway.errors import TrustError
from gateway.frontdoor import xml
from gateway.signing import x509
from gateway.signing._xml_names import DS, XADES, children, octets, only, optional, text
from gateway.signing.timestamp import is_timestamp

# SHA-1 identifies a certificate here and protects nothing that its key's check does not; EU DSS wrote it so.
_CERTIFICATE_DIGESTS: Final = {
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}


class PropertiesRefused(TrustError):
    """The qualifying properties are doubled, bound to another signature, or do not fit the certificate."""

    code = "envelope.properties"


@dataclass(frozen=True, slots=True)
class Properties:
    """The signed properties of one signature; ``element`` is what a reference must cover.

    ``media_types`` are by the Id of the reference they describe.
    """

    element: etree._Element = field(repr=False)
    signing_time: str
    certificate_digests: tuple[tuple[str, bytes], ...] = field(repr=False)
    media_types: Mapping[str, str]
    timestamps: tuple[bytes, ...] = field(default=(), repr=False)
    remarks: tuple[str, ...] = ()

    def is_signers(self, certificate: x509.Certificate) -> bool:
        """Whether it is the one that the signature signs for."""
        name, value = self.certificate_digests[0]
        return certificate.digest(name) == value

    def signer_first(self, certificates: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
        """The certificates with the one in front that the signature signs for.

        Raises:
            PropertiesRefused: it is not among them.
        """
        for one in certificates:
            if self.is_signers(one):
                return (one, *(other for other in certificates if other is not one))
        raise PropertiesRefused(path=xml.place(self.element), code="envelope.certificate-digest")


def find(
    signature: etree._Element, objects: Sequence[etree._Element], *, required: bool
) -> Properties | None:
    """The qualifying properties of a signature; None for a plain XML signature.

    Raises:
        PropertiesRefused: there are several, elsewhere, of another signature, or without what they need.
    """
    held = [child for each in objects for child in each if child.tag == f"{XADES}QualifyingProperties"]
    everywhere = [
        node
        for node in signature.iter(f"{XADES}QualifyingProperties", f"{XADES}QualifyingPropertiesReference")
        if not _countersigned(node, signature)
    ]
    if len(everywhere) > 1 or everywhere != held:
        raise PropertiesRefused(len(everywhere), path=xml.place(signature))
    if not held:
        if required:
            raise PropertiesRefused(path=xml.place(signature), code="envelope.not-xades")
        return None
    holder = held[0]
    identifier = signature.get("Id", "")
    if not identifier or holder.get("Target") != f"#{identifier}":
        raise PropertiesRefused(holder.get("Target", ""), path=xml.place(holder))
    element = only(holder, f"{XADES}SignedProperties")
    if not element.get("Id"):
        raise PropertiesRefused(path=xml.place(element))
    signed = optional(element, f"{XADES}SignedSignatureProperties")
    if signed is None:
        raise PropertiesRefused(path=xml.place(element))
    digests, beside = _certificate_digests(signed), _beside_value(holder)
    by_sha1 = ("certificate-by-sha1",) if digests[0][0] == "sha1" else ()
    return Properties(
        element,
        _signing_time(signed),
        digests,
        _media_types(element),
        _timestamps(beside),
        (*by_sha1, *(("countersigned",) if _is_countersigned(beside) else ())),
    )


def _countersigned(node: etree._Element, signature: etree._Element) -> bool:
    for ancestor in node.iterancestors(f"{DS}Signature"):
        return ancestor is not signature
    return False


def _signing_time(signed: etree._Element) -> str:
    element = optional(signed, f"{XADES}SigningTime")
    if element is None:
        return ""
    stated = text(element).strip()
    if not is_timestamp(stated):
        raise PropertiesRefused(stated, path=xml.place(element), code="signing.bad-timestamp")
    return stated


def _certificate_digests(signed: etree._Element) -> tuple[tuple[str, bytes], ...]:
    """Digests of the signer's certificate, then of those above it (5.2.2)."""
    found = []
    for name in ("SigningCertificateV2", "SigningCertificate"):
        holder = optional(signed, f"{XADES}{name}")
        for entry in children(holder) if holder is not None else ():
            digest = only(entry, f"{XADES}CertDigest")
            method = only(digest, f"{DS}DigestMethod").get("Algorithm", "")
            if method not in _CERTIFICATE_DIGESTS:
                raise PropertiesRefused(method, path=xml.place(digest), code="envelope.digest-method")
            value = octets(only(digest, f"{DS}DigestValue"))
            if len(value) != hashlib.new(_CERTIFICATE_DIGESTS[method]).digest_size:
                raise PropertiesRefused(path=xml.place(digest), code="envelope.certificate-digest")
            found.append((_CERTIFICATE_DIGESTS[method], value))
        if found:
            return tuple(found)
    raise PropertiesRefused(path=xml.place(signed), code="envelope.certificate-needed")


def _media_types(element: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    holder = optional(element, f"{XADES}SignedDataObjectProperties")
    for entry in children(holder) if holder is not None else ():
        if entry.tag != f"{XADES}DataObjectFormat":
            continue
        kind = optional(entry, f"{XADES}MimeType")
        if kind is not None:
            found[entry.get("ObjectReference", "").removeprefix("#")] = text(kind).strip()
    return found


def _beside_value(holder: etree._Element) -> list[etree._Element]:
    """The unsigned properties of the signature (4.3.5)."""
    unsigned = optional(holder, f"{XADES}UnsignedProperties")
    inner = optional(unsigned, f"{XADES}UnsignedSignatureProperties") if unsigned is not None else None
    return list(inner) if inner is not None else []


def _is_countersigned(beside: Sequence[etree._Element]) -> bool:
    """(5.2.7) Somebody has signed the signature's value: who, and whether it holds, nobody here asks."""
    return any(str(one.tag).endswith("}CounterSignature") for one in beside)


def _timestamps(beside: Sequence[etree._Element]) -> tuple[bytes, ...]:
    """The RFC 3161 tokens over the signature's value, unchecked (5.3)."""
    found = []
    for stamp in beside:
        if stamp.tag != f"{XADES}SignatureTimeStamp":
            continue
        for token in stamp:
            if token.tag == f"{XADES}EncapsulatedTimeStamp":
                found.append(octets(token))
    return tuple(found)
