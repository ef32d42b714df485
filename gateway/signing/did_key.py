"""Public keys and their names: Multikey and did:key for Ed25519, P-256 and P-384."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from gateway.errors import TrustError
from gateway.signing.multibase import base58btc, from_base58btc

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

_DID_KEY = "did:key:"


class KeyType(StrEnum):
    """The keys that sign here; the names are those of RFC 8037 and FIPS 186-5."""

    ED25519 = "Ed25519"
    P256 = "P-256"
    P384 = "P-384"


# Multicodec prefixes of public keys (W3C Controlled Identifiers 1.0, 2.2.2), with the length of what follows.
_PREFIX = {
    KeyType.ED25519: (b"\xed\x01", 32),
    KeyType.P256: (b"\x80\x24", 33),
    KeyType.P384: (b"\x81\x24", 49),
}


class BadPublicKey(TrustError):
    """The name or bytes are no public key that this gateway accepts."""

    code = "signing.bad-public-key"


@dataclass(frozen=True, slots=True, repr=False)
class PublicKey:
    """A public key that lies on its curve.

    Args:
        raw: 32 bytes for Ed25519; the compressed point (SEC 1) for P-256 and P-384.
    """

    key_type: KeyType
    raw: bytes

    def __post_init__(self) -> None:
        length = _PREFIX[self.key_type][1]
        fits = len(self.raw) == length
        if not fits or not (_on_edwards(self.raw) if self.key_type is KeyType.ED25519 else self._on_curve()):
            raise BadPublicKey(self.raw.hex(), type=self.key_type)

    @classmethod
    def from_multikey(cls, text: str) -> Self:
        """The key behind ``z6Mk…``, ``zDn…`` or ``z82…``."""
        data = from_base58btc(text)
        for key_type, (prefix, length) in _PREFIX.items():
            if data is not None and data.startswith(prefix) and len(data) == len(prefix) + length:
                return cls(key_type, data[len(prefix) :])
        raise BadPublicKey(text, code="signing.bad-did-key")

    @classmethod
    def from_did(cls, did: str) -> Self:
        """The key that a did:key is."""
        if not did.startswith(_DID_KEY):
            raise BadPublicKey(did, code="signing.bad-did-key")
        return cls.from_multikey(did.removeprefix(_DID_KEY))

    @classmethod
    def from_key_id(cls, url: str) -> Self:
        """The key of a did:key URL ``did:key:z…#z…``, whose fragment must repeat the key."""
        did, _, fragment = url.partition("#")
        key = cls.from_did(did)
        if fragment != key.multikey:
            raise BadPublicKey(url, code="signing.bad-did-key")
        return key

    @property
    def multikey(self) -> str:
        return base58btc(_PREFIX[self.key_type][0] + self.raw)

    @property
    def did(self) -> str:
        return _DID_KEY + self.multikey

    @property
    def key_id(self) -> str:
        """The did:key URL of the verification method."""
        return f"{self.did}#{self.multikey}"

    def __repr__(self) -> str:
        return f"PublicKey({self.did})"

    def has_signed(self, data: bytes, signature: bytes) -> bool:
        """Whether ``signature`` over ``data`` is this key's.

        Signatures are raw: Ed25519's 64 bytes, or R‖S of exactly the curve's length. ECDSA hashes
        with SHA-256 on P-256 and SHA-384 on P-384.
        """
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

        if len(signature) != signature_length(self.key_type):
            return False
        try:
            if self.key_type is KeyType.ED25519:
                Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, data)
            else:
                half = len(signature) // 2
                r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
                self._point().verify(encode_dss_signature(r, s), data, ECDSA(curve_hash(self.key_type)))
        except InvalidSignature:
            return False
        return True

    def _point(self) -> ec.EllipticCurvePublicKey:
        from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, EllipticCurvePublicKey

        curve = SECP256R1() if self.key_type is KeyType.P256 else SECP384R1()
        return EllipticCurvePublicKey.from_encoded_point(curve, self.raw)

    def _on_curve(self) -> bool:
        try:
            self._point()
        except ValueError:
            return False
        return True


def signature_length(key_type: KeyType) -> int:
    """How many bytes a raw signature has."""
    return 96 if key_type is KeyType.P384 else 64


def curve_hash(key_type: KeyType) -> HashAlgorithm:
    """The hash that belongs to an ECDSA curve."""
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384

    return SHA384() if key_type is KeyType.P384 else SHA256()


# RFC 8032, 5.1: the field prime and the curve constant d = -121665/121666.
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
# y of the points whose order divides 8: with such a "key", anyone can make signatures.
_Y8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER_Y = frozenset({0, 1, _P - 1, _Y8, _P - _Y8})


@lru_cache(maxsize=4096)
def _on_edwards(raw: bytes) -> bool:
    """Whether ``raw`` is the one encoding of an Edwards25519 point of large order (RFC 8032, 5.1.3).

    The library takes any 32 bytes and fails only later, or never for points of small order.
    """
    encoded = int.from_bytes(raw, "little")
    y = encoded & (2**255 - 1)
    if y >= _P or y in _SMALL_ORDER_Y:
        return False
    # x² = (y² − 1) / (d y² + 1) must be a square: Euler's criterion on the product u·v.
    product = (y * y - 1) * (_D * y * y + 1) % _P
    return pow(product, (_P - 1) // 2, _P) == 1
