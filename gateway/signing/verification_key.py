"""Public keys of every kind that signatures are checked with: from a certificate, a JWK or a did:key."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Self

from gateway.errors import InputError, TrustError
from gateway.frontdoor.json import PlainJson, parse_signed
from gateway.signing import der
from gateway.signing.algorithms import (
    LARGEST_RSA_BITS,
    SMALLEST_RSA_BITS,
    Algorithm,
    Family,
    UnknownAlgorithm,
    sha2,
)
from gateway.signing.did_key import BadPublicKey, KeyType, PublicKey
from gateway.signing.multibase import from_base58btc, from_base64url

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
PSS: Final = "1.2.840.113549.1.1.10"
_PSS: Final = der.oid(PSS)
# Of a SubjectPublicKeyInfo: two lengths, and the identifier with which the algorithm begins.
_ALGORITHM_BYTES: Final = 24
# Multicodec: rsa-pub, of which the key of PKCS #1 follows, and p521-pub, with the compressed point.
_RSA_PREFIX: Final = b"\x85\x24"
_P521_PREFIX: Final = b"\x82\x24"
_DID_JWK: Final = "did:jwk:"
# Of a JSON key in base64url, with certificates and other members that are not asked for.
_LONGEST_JWK: Final = 2**15
# Of an RSA key of the largest size, in base58.
_LONGEST_DID: Final = LARGEST_RSA_BITS // 4
_COORDINATE = {"P-256": 32, "P-384": 48, "P-521": 66}
_FAMILIES = {
    "Ed25519": frozenset({Family.EDDSA}),
    "RSA": frozenset({Family.RSA, Family.RSA_PSS}),
    **{curve: frozenset({Family.ECDSA}) for curve in _COORDINATE},
}


class BadVerificationKey(TrustError):
    """The bytes are no public key that is believed here."""

    code = "envelope.bad-key"


@dataclass(frozen=True, slots=True, repr=False)
class VerificationKey:
    """A public key as its SubjectPublicKeyInfo.

    Args:
        kind: ``Ed25519``, ``P-256``, ``P-384``, ``P-521``, ``RSA`` or ``SM2`` (which only its own modules
            check).
        bits: the size of an RSA modulus or a curve.
        pss_only: whoever published the key has kept it for RSASSA-PSS (RFC 4055, 1.2).
    """

    kind: str
    bits: int
    spki: bytes
    pss_only: bool = field(default=False, compare=False)

    @classmethod
    def from_spki(cls, spki: bytes) -> Self:
        """Read a DER SubjectPublicKeyInfo.

        Raises:
            BadVerificationKey: no key, off its curve, too short, or of another kind.
        """
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        try:
            return replace(cls.of(load_der_public_key(spki)), pss_only=_PSS in spki[:_ALGORITHM_BYTES])
        except (ValueError, UnsupportedAlgorithm) as error:
            raise BadVerificationKey from error

    @classmethod
    def of(cls, key: object) -> Self:
        """The key that the cryptography library has read."""
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        kind, bits = "", 0
        if isinstance(key, RSAPublicKey):
            if not SMALLEST_RSA_BITS <= key.key_size <= LARGEST_RSA_BITS:
                raise BadVerificationKey(f"RSA {key.key_size}", code="envelope.weak-key")
            kind, bits = "RSA", key.key_size
        elif isinstance(key, EllipticCurvePublicKey):
            kind, bits = _CURVES.get(key.curve.name, ""), key.curve.key_size
        elif isinstance(key, Ed25519PublicKey):
            # Refuses points of small order, with which anybody can make signatures.
            kind, bits = PublicKey(KeyType.ED25519, key.public_bytes_raw()).key_type.value, 256
        if not kind or not isinstance(key, RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey):
            raise BadVerificationKey(type(key).__name__.removesuffix("PublicKey"))
        return cls(kind, bits, key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    @classmethod
    def from_public_key(cls, key: PublicKey) -> Self:
        """The same key as a did:key names it."""
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519

        if key.key_type is KeyType.ED25519:
            return cls.of(ed25519.Ed25519PublicKey.from_public_bytes(key.raw))
        curve = ec.SECP384R1() if key.key_type is KeyType.P384 else ec.SECP256R1()
        return cls.of(ec.EllipticCurvePublicKey.from_encoded_point(curve, key.raw))

    @classmethod
    def from_did(cls, did: str) -> Self:
        """The key that a did:key or did:jwk is, also of the kinds that sign under no such name here.

        Raises:
            BadVerificationKey: it is none of these kinds.
        """
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        if did.startswith(_DID_JWK):
            return cls._from_did_jwk(did)
        data = from_base58btc(did.removeprefix("did:key:"), longest=_LONGEST_DID) or b""
        try:
            if data.startswith(_RSA_PREFIX):
                return cls.of(load_der_public_key(data.removeprefix(_RSA_PREFIX)))
            if data.startswith(_P521_PREFIX):
                point = data.removeprefix(_P521_PREFIX)
                return cls.of(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP521R1(), point))
            return cls.from_public_key(PublicKey.from_did(did))
        except (ValueError, UnsupportedAlgorithm, BadPublicKey) as error:
            raise BadVerificationKey(did) from error

    @classmethod
    def _from_did_jwk(cls, did: str) -> Self:
        data = from_base64url(did.removeprefix(_DID_JWK)) if len(did) <= _LONGEST_JWK else None
        try:
            jwk = parse_signed(data or b"")
        except InputError as error:
            raise BadVerificationKey(did) from error
        if not isinstance(jwk, dict):
            raise BadVerificationKey(did)
        try:
            # What it is for is not asked: a name is the key's whatever its holder does with it.
            return cls._from_jwk(jwk)
        except (ValueError, BadPublicKey) as error:
            raise BadVerificationKey(did) from error

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, PlainJson]) -> Self:
        """The key of a JSON Web Key that the caller knows and trusts (RFC 7517, RFC 8037).

        Raises:
            BadVerificationKey: no public key, or one whose ``use`` or ``key_ops`` is not signing.
        """
        operations = jwk.get("key_ops", ["verify"])
        if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
            raise BadVerificationKey(jwk.get("use", ""), code="envelope.key-usage")
        try:
            return cls._from_jwk(jwk)
        except (ValueError, BadPublicKey) as error:
            raise BadVerificationKey(jwk.get("kty", "")) from error

    @classmethod
    def _from_jwk(cls, jwk: Mapping[str, PlainJson]) -> Self:
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

        kty, crv = str(jwk.get("kty", "")), str(jwk.get("crv", ""))
        if kty == "OKP" and crv == "Ed25519":
            return cls.of(ed25519.Ed25519PublicKey.from_public_bytes(_octets(jwk, "x")))
        if kty == "EC" and crv in _COORDINATE:
            curve: ec.EllipticCurve = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1}.get(crv, ec.SECP521R1)()
            x, y = _octets(jwk, "x"), _octets(jwk, "y")
            if len(x) != _COORDINATE[crv] or len(y) != len(x):
                raise ValueError(len(x))
            return cls.of(ec.EllipticCurvePublicKey.from_encoded_point(curve, b"\4" + x + y))
        if kty == "RSA":
            numbers = (int.from_bytes(_octets(jwk, name), "big") for name in ("e", "n"))
            return cls.of(rsa.RSAPublicNumbers(*numbers).public_key())
        raise BadVerificationKey(f"{kty} {crv}".strip())

    @property
    def sha256(self) -> str:
        """SHA-256 of the SubjectPublicKeyInfo, in hexadecimal: the name of a key in trust lists."""
        return hashlib.sha256(self.spki).hexdigest()

    @property
    def public_key(self) -> PublicKey | None:
        """The key that did:key can name; None for RSA, P-521 and SM2."""
        if self.kind not in set(KeyType):
            return None
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

        key, kind = load_der_public_key(self.spki), KeyType(self.kind)
        if kind is KeyType.ED25519:
            return PublicKey(kind, key.public_bytes(Encoding.Raw, PublicFormat.Raw))
        return PublicKey(kind, key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))

    @property
    def did(self) -> str:
        """Its did:key; empty where there is none."""
        key = self.public_key
        return key.did if key else ""

    def __repr__(self) -> str:
        return f"VerificationKey({self.kind}, {self.sha256[:16]}…)"

    def require(self, algorithm: Algorithm, *, path: str = "alg") -> None:
        """Refuse an algorithm that this key does not go with; the message never chooses it."""
        is_kept = self.pss_only and algorithm.family is not Family.RSA_PSS
        fits = algorithm.family in _FAMILIES.get(self.kind, ()) and algorithm.curve in ("", self.kind)
        if not fits or is_kept:
            raise UnknownAlgorithm(
                algorithm.name, path=path, code="envelope.algorithm-not-of-key", kind=self.kind
            )

    def has_signed(self, data: bytes, signature: bytes, algorithm: Algorithm) -> bool:
        """Whether ``signature`` (raw, R‖S for ECDSA) over ``data`` is this key's.

        Raises:
            UnknownAlgorithm: the algorithm is not one of this kind of key.
        """
        from cryptography.exceptions import InvalidSignature

        self.require(algorithm)
        try:
            self._verify(data, signature, algorithm)
        except (InvalidSignature, ValueError):
            return False
        return True

    def _verify(self, data: bytes, signature: bytes, algorithm: Algorithm) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        key = load_der_public_key(self.spki)
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            half = _COORDINATE[self.kind]
            if len(signature) != 2 * half:
                raise ValueError(len(signature))
            r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
            key.verify(encode_dss_signature(r, s), data, ec.ECDSA(sha2(algorithm.hash_bits)))
        else:
            assert isinstance(key, rsa.RSAPublicKey)
            digest = sha2(algorithm.hash_bits)
            scheme: padding.AsymmetricPadding = padding.PKCS1v15()
            if algorithm.family is Family.RSA_PSS:
                # RFC 7518, 3.5 and RFC 6931, 2.3.10: the salt is as long as the hash.
                scheme = padding.PSS(padding.MGF1(digest), digest.digest_size)
            if len(signature) != (self.bits + 7) // 8:
                raise ValueError(len(signature))
            key.verify(signature, data, scheme, digest)


def _octets(jwk: Mapping[str, PlainJson], name: str) -> bytes:
    value = jwk.get(name)
    data = from_base64url(value) if isinstance(value, str) else None
    if not data:
        raise ValueError(name)
    return data
