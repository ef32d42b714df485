"""Write XAdES baseline B signatures over files that stay as they are, byte for byte.

The signature file is its own canonical form behind an XML declaration, so that no byte of it can change
unseen: see ``asic.verify(own=True)``.

Source: ETSI EN 319 132-1 V1.2.1, 6.3; EN 319 162-1 V1.1.1, A.2.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote

from lxml import etree

from gateway.errors import UsageError
from gateway.signing import algorithms, xml_canonical
from gateway.signing._xml_names import ASIC, ASIC_NAME, DS, DS_NAME, XADES, XADES_NAME
from gateway.signing._xml_references import SIGNED_PROPERTIES
from gateway.signing.algorithms import Algorithm, Family
from gateway.signing.sealing import Sealer
from gateway.signing.timestamp import is_timestamp

DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
_NAMES: Final = {"asic": ASIC_NAME, "ds": DS_NAME, "xades": XADES_NAME}


def write(files: Mapping[str, tuple[str, bytes]], sealer: Sealer, *, signing_time: datetime) -> bytes:
    """The document ``asic:XAdESSignatures`` with one signature over ``files``.

    Args:
        files: media type and bytes by name; the name becomes the reference, percent-encoded.
        signing_time: a claim, with time zone; to the second.

    Raises:
        UsageError: there is nothing to sign, or the time has no zone.
        SigningFailed: what was made does not verify.
    """
    stated = signing_time.isoformat(timespec="seconds").replace("+00:00", "Z")
    if not files:
        raise UsageError(code="envelope.nothing-to-sign")
    if not is_timestamp(stated):
        raise UsageError(stated, code="signing.bad-timestamp")
    # The same files at the same time by the same certificate: the same names inside.
    identifier = (
        "S-"
        + hashlib.sha256(
            b"\0".join(
                [stated.encode(), sealer.certificates[0].der, *sorted(name.encode() for name in files)]
            )
        ).hexdigest()[:32]
    )
    root = etree.Element(f"{ASIC}XAdESSignatures", nsmap=_NAMES)
    signature = etree.SubElement(root, f"{DS}Signature", Id=identifier)
    info = etree.SubElement(signature, f"{DS}SignedInfo")
    etree.SubElement(info, f"{DS}CanonicalizationMethod", Algorithm=xml_canonical.C14N_11)
    algorithm = _xml_algorithm(sealer.natural_xml)
    etree.SubElement(info, f"{DS}SignatureMethod", Algorithm=algorithms.XML_NAMES[algorithm.name])
    for number, name in enumerate(sorted(files)):
        reference = etree.SubElement(info, f"{DS}Reference", Id=f"{identifier}-r{number}", URI=quote(name))
        _digest(reference, files[name][1])
    properties_reference = etree.SubElement(
        info, f"{DS}Reference", Type=SIGNED_PROPERTIES, URI=f"#{identifier}-sp"
    )
    transforms = etree.SubElement(properties_reference, f"{DS}Transforms")
    etree.SubElement(transforms, f"{DS}Transform", Algorithm=xml_canonical.C14N_11)
    value = etree.SubElement(signature, f"{DS}SignatureValue")
    holder = etree.SubElement(etree.SubElement(signature, f"{DS}KeyInfo"), f"{DS}X509Data")
    for certificate in sealer.certificates:
        etree.SubElement(holder, f"{DS}X509Certificate").text = _base64(certificate.der)
    properties = _properties(signature, identifier, sealer, stated, files)
    _digest(properties_reference, xml_canonical.part(properties, xml_canonical.C14N_11))
    value.text = _base64(sealer.sign(xml_canonical.part(info, xml_canonical.C14N_11), algorithm))
    return DECLARATION + xml_canonical.document(root, xml_canonical.C14N_11)


def is_own_form(data: bytes, root: etree._Element) -> bool:
    """Whether the bytes are those that ``write`` would spell for this document."""
    return data == DECLARATION + xml_canonical.document(root, xml_canonical.C14N_11)


def _xml_algorithm(natural: Algorithm) -> Algorithm:
    names = {
        Family.EDDSA: "eddsa-ed25519",
        Family.ECDSA: f"ecdsa-sha{natural.hash_bits}",
        Family.RSA: f"rsa-sha{natural.hash_bits}",
        Family.RSA_PSS: f"sha{natural.hash_bits}-rsa-MGF1",
    }
    return algorithms.XML[algorithms.XML_NAMES[names[natural.family]]]


def _properties(
    signature: etree._Element,
    identifier: str,
    sealer: Sealer,
    stated: str,
    files: Mapping[str, tuple[str, bytes]],
) -> etree._Element:
    holder = etree.SubElement(
        etree.SubElement(signature, f"{DS}Object"), f"{XADES}QualifyingProperties", Target=f"#{identifier}"
    )
    properties = etree.SubElement(holder, f"{XADES}SignedProperties", Id=f"{identifier}-sp")
    signed = etree.SubElement(properties, f"{XADES}SignedSignatureProperties")
    etree.SubElement(signed, f"{XADES}SigningTime").text = stated
    cert = etree.SubElement(etree.SubElement(signed, f"{XADES}SigningCertificateV2"), f"{XADES}Cert")
    _digest(etree.SubElement(cert, f"{XADES}CertDigest"), sealer.certificates[0].der)
    objects = etree.SubElement(properties, f"{XADES}SignedDataObjectProperties")
    for number, name in enumerate(sorted(files)):
        entry = etree.SubElement(
            objects, f"{XADES}DataObjectFormat", ObjectReference=f"#{identifier}-r{number}"
        )
        etree.SubElement(entry, f"{XADES}MimeType").text = files[name][0] or "application/octet-stream"
    return properties


def _digest(parent: etree._Element, data: bytes) -> None:
    etree.SubElement(parent, f"{DS}DigestMethod", Algorithm=_SHA256)
    etree.SubElement(parent, f"{DS}DigestValue").text = _base64(hashlib.sha256(data).digest())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
