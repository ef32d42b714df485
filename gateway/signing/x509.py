"""X.509 certificates as signatures carry them: whose key, by which digest; no chain is judged here."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Self

from gateway.errors import GatewayError, TrustError
from gateway.signing import pem, sm2_certificate
from gateway.signing.verification_key import PSS, VerificationKey

_LARGEST: Final = 64 * 1024
# The longest chains in use have five.
MOST_CERTIFICATES: Final = 12
# The SubjectPublicKeyInfo of SM2: id-ecPublicKey with the curve of GM/T 0006.
_SM2_SPKI: Final = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")


class BadCertificate(TrustError):
    """The bytes are no certificate, or none whose key is believed here."""

    code = "envelope.bad-certificate"


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate, and the key in it. Nobody has checked who issued it."""

    der: bytes = field(repr=False)
    key: VerificationKey
    subject: str
    issuer: str
    subject_name: bytes = field(repr=False)
    issuer_name: bytes = field(repr=False)
    serial: int
    may_sign: bool

    @classmethod
    def from_der(cls, der: bytes, *, above: bool = False) -> Self:
        """Read one certificate; SM2's too.

        Args:
            above: it stands above the signer's; its key checks nothing here and may be of any kind.

        Raises:
            BadCertificate: it is none, or of a kind of key that is not believed here.
        """
        from cryptography import x509
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import Encoding

        if len(der) > _LARGEST:
            raise BadCertificate(len(der))
        try:
            read = x509.load_der_x509_certificate(der)
            if read.public_bytes(Encoding.DER) != der:
                raise BadCertificate
            usage = _usage(read)
            return cls(
                der,
                _key(read, above=above),
                read.subject.rfc4514_string(),
                read.issuer.rfc4514_string(),
                read.subject.public_bytes(),
                read.issuer.public_bytes(),
                read.serial_number,
                usage,
            )
        except UnsupportedAlgorithm:
            return cls._from_sm2(der)
        except x509.InvalidVersion as error:
            raise BadCertificate from error
        except (ValueError, TypeError):
            # Some libraries call an unknown curve a wrong value.
            return cls._from_sm2(der)

    @classmethod
    def _from_sm2(cls, der: bytes) -> Self:
        try:
            read = sm2_certificate.Certificate.from_der(der)
        except GatewayError as error:
            raise BadCertificate(error.saw) from error
        key = VerificationKey("SM2", 256, _SM2_SPKI + read.public_key.raw)
        usages = read.key_usage
        may_sign = usages is None or bool(usages & {"digitalSignature", "nonRepudiation"})
        return cls(
            der, key, read.subject, read.issuer, read.subject_name, read.issuer_name, read.serial, may_sign
        )

    def digest(self, algorithm: str) -> bytes:
        """The digest of the whole certificate."""
        return hashlib.new(algorithm, self.der).digest()


def from_base64(text: str) -> bytes:
    """The DER in one base64 text; line breaks count as none.

    Raises:
        BadCertificate: it is not base64.
    """
    packed = "".join(text.split())
    try:
        der = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCertificate from error
    if base64.b64encode(der).decode() != packed:
        raise BadCertificate
    return der


def from_pem(data: bytes) -> tuple[Certificate, ...]:
    """All certificates of a PEM file, in its order, text around them being comment; or the one in DER.

    Raises:
        BadCertificate: there is none, or one is damaged.
    """
    found = pem.blocks(data, "CERTIFICATE")
    if not found:
        raise BadCertificate
    return tuple(map(Certificate.from_der, found))


def leaf_first(certificates: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """The certificates with the one in front that has issued none of the others.

    Raises:
        BadCertificate: there are several such, so that it is open which one signs.
    """
    leaves = [
        one
        for one in certificates
        if not any(one.subject_name == other.issuer_name and one is not other for other in certificates)
    ]
    if len(leaves) != 1:
        raise BadCertificate(len(leaves), code="envelope.certificate-ambiguous")
    return (leaves[0], *(one for one in certificates if one is not leaves[0]))


def _key(certificate: object, *, above: bool) -> VerificationKey:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    assert isinstance(certificate, x509.Certificate)
    key = certificate.public_key()
    try:
        pss_only = certificate.public_key_algorithm_oid.dotted_string == PSS
        return replace(VerificationKey.of(key), pss_only=pss_only)
    except TrustError:
        if not above:
            raise
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return VerificationKey("other", getattr(key, "key_size", 0), spki)


def _usage(certificate: object) -> bool:
    """Whether the certificate's key may sign documents (RFC 5280, 4.2.1.3)."""
    from cryptography import x509

    assert isinstance(certificate, x509.Certificate)
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except (ValueError, x509.DuplicateExtension) as error:
        raise BadCertificate from error
    return usage.digital_signature or usage.content_commitment
