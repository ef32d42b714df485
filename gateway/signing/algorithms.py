"""The signature algorithms that are believed here, by their JOSE and XML names.

What is not in this table is refused, whatever a message says: ``none``, HMAC, SHA-1, DSA, short RSA keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from gateway.errors import TrustError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

# BSI TR-02102-1 and SOG-IS still take 2048 bits for signatures made before 2026; what is newer is the
# policy's to judge, which sees the size of the key.
SMALLEST_RSA_BITS: Final = 2048
# Beyond this, one signature costs so much that it is an attack.
LARGEST_RSA_BITS: Final = 8192


class UnknownAlgorithm(TrustError):
    """The message names an algorithm that is not believed here."""

    code = "envelope.algorithm"


class Family(StrEnum):
    """How a signature is made, hash aside."""

    EDDSA = "EdDSA"
    ECDSA = "ECDSA"
    RSA = "RSA PKCS#1 v1.5"
    RSA_PSS = "RSA-PSS"


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One signature algorithm.

    Args:
        hash_bits: of SHA-2; 0 where the scheme has its own.
        curve: the only key it goes with; empty where the family alone decides.
    """

    name: str
    family: Family
    hash_bits: int = 0
    curve: str = ""


# RFC 7518, 3.1; RFC 8037, 3.1; RFC 9864, 2.2 (the fully specified names).
JOSE: Final = {
    algorithm.name: algorithm
    for algorithm in (
        Algorithm("EdDSA", Family.EDDSA, curve="Ed25519"),
        Algorithm("Ed25519", Family.EDDSA, curve="Ed25519"),
        Algorithm("ES256", Family.ECDSA, 256, "P-256"),
        Algorithm("ES384", Family.ECDSA, 384, "P-384"),
        Algorithm("ES512", Family.ECDSA, 512, "P-521"),
        *(Algorithm(f"RS{bits}", Family.RSA, bits) for bits in (256, 384, 512)),
        *(Algorithm(f"PS{bits}", Family.RSA_PSS, bits) for bits in (256, 384, 512)),
    )
}

# RFC 9231, 2.3; XML Signature 1.1, 6.4.
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
XML: Final = {
    **{f"{_MORE}rsa-sha{bits}": Algorithm(f"rsa-sha{bits}", Family.RSA, bits) for bits in (256, 384, 512)},
    **{
        f"{_MORE}ecdsa-sha{bits}": Algorithm(f"ecdsa-sha{bits}", Family.ECDSA, bits)
        for bits in (256, 384, 512)
    },
    **{
        f"http://www.w3.org/2007/05/xmldsig-more#sha{bits}-rsa-MGF1": Algorithm(
            f"sha{bits}-rsa-MGF1", Family.RSA_PSS, bits
        )
        for bits in (256, 384, 512)
    },
    "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519": Algorithm(
        "eddsa-ed25519", Family.EDDSA, curve="Ed25519"
    ),
}
XML_NAMES: Final = {algorithm.name: uri for uri, algorithm in XML.items()}


def jose(name: object, *, path: str = "alg") -> Algorithm:
    """The algorithm of a JOSE header.

    Raises:
        UnknownAlgorithm: anything that is not in the table, spelling included.
    """
    algorithm = JOSE.get(name) if isinstance(name, str) else None
    if algorithm is None:
        raise UnknownAlgorithm(name, path=path)
    return algorithm


def sha2(bits: int) -> HashAlgorithm:
    """SHA-256, SHA-384 or SHA-512."""
    from cryptography.hazmat.primitives import hashes

    return {256: hashes.SHA256(), 384: hashes.SHA384(), 512: hashes.SHA512()}[bits]
