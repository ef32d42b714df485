"""The key of an XML signature: from the certificate that it signs for, or from what the caller knows."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from gateway.errors import TrustError
from gateway.frontdoor import xml
from gateway.signing import x509
from gateway.signing._xml_names import DS, children, text
from gateway.signing.jose import Keys
from gateway.signing.verification_key import VerificationKey
from gateway.signing.verified import KeyOrigin
from gateway.signing.xades import Properties


class KeyRefused(TrustError):
    """The signature does not say whose it is, or in a way that anybody could."""

    code = "envelope.key-unknown"


def key_of(
    key_info: etree._Element | None,
    properties: Properties | None,
    keys: Keys,
    given_certificates: Sequence[x509.Certificate] = (),
) -> tuple[VerificationKey, KeyOrigin, tuple[x509.Certificate, ...], str]:
    """The key, why this one, the certificates with the signer's first, and the key's name.

    A bare KeyValue is no reason to believe a key; it is passed over. Nothing is retrieved.

    Raises:
        KeyRefused, BadCertificate: no certificate, several that may be meant, or another one than was signed.
    """
    name = _name(key_info)
    certificates = _certificates(key_info)
    if not certificates and properties:
        # (EN 319 132-1, 5.2.2) The signed digest says which one it is; no other of those given goes along.
        certificates = tuple(one for one in given_certificates if properties.is_signers(one))[:1]
    if certificates:
        certificates = properties.signer_first(certificates) if properties else x509.leaf_first(certificates)
        first = certificates[0]
        if not first.may_sign:
            raise KeyRefused(first.subject, code="envelope.key-usage")
    given = keys.get(name) or keys.get("")
    if given is not None:
        if certificates and certificates[0].key != given:
            raise KeyRefused(name, code="envelope.two-keys")
        return given, KeyOrigin.GIVEN, certificates, name
    if not certificates:
        raise KeyRefused(name, path=xml.place(key_info) if key_info is not None else "")
    return certificates[0].key, KeyOrigin.CERTIFICATE, certificates, name


def _certificates(key_info: etree._Element | None) -> tuple[x509.Certificate, ...]:
    found: list[x509.Certificate] = []
    for holder in key_info.iter(f"{DS}X509Data") if key_info is not None else ():
        for element in holder:
            if element.tag != f"{DS}X509Certificate":
                continue
            if len(found) == x509.MOST_CERTIFICATES:
                raise KeyRefused(len(found), path=xml.place(holder), code="envelope.bad-certificate")
            one = x509.Certificate.from_der(x509.from_base64(text(element)), above=True)
            if one.der not in [other.der for other in found]:
                found.append(one)
    return tuple(found)


def _name(key_info: etree._Element | None) -> str:
    names = (
        [text(child) for child in children(key_info) if child.tag == f"{DS}KeyName"]
        if key_info is not None
        else []
    )
    return names[0].strip() if len(names) == 1 else ""
