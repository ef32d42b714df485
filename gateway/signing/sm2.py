"""Verify SM2 signatures with SM3 (GB/T 32918.2-2016, curve of GB/T 32918.5-2017) in plain integers.

Verifying holds no secret, so plain integers do; signing needs ``sm2_signers``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol, Self

from gateway.errors import TrustError, UsageError
from gateway.signing import _sm2_curve as curve
from gateway.signing import der
from gateway.signing.sm3 import sm3

# What stands for the signer's name where nothing else was agreed (GM/T 0009-2012, 10).
DEFAULT_USER_ID: Final = b"1234567812345678"
# RFC 5480, 2.1.1, and GM/T 0006-2012 for the curve.
EC_PUBLIC_KEY: Final = "1.2.840.10045.2.1"
SM2_CURVE: Final = "1.2.156.10197.1.301"

_BYTES = 32


class Sm2Refused(TrustError):
    """The signature is malformed, or does not hold."""

    code = "sm.signature-wrong"


class BadSm2Key(TrustError):
    """The bytes are no public key on the SM2 curve."""

    code = "sm.bad-public-key"


class Engine(Protocol):
    """Somebody else's arithmetic, for speed; form and ranges are judged here whoever calculates."""

    def holds(self, key: PublicKey, message: bytes, signature: Signature, user_id: bytes) -> bool: ...


@dataclass(frozen=True, slots=True, repr=False)
class PublicKey:
    """A point of the SM2 curve."""

    x: int
    y: int

    def __post_init__(self) -> None:
        if not curve.is_on_curve(self.x, self.y):
            raise BadSm2Key(f"{self.x:064x} {self.y:064x}")

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """The key of 65 bytes 04‖x‖y, or of 33 bytes 02‖x or 03‖x (SEC 1, 2.3.4)."""
        x = int.from_bytes(raw[1 : 1 + _BYTES], "big")
        if len(raw) == 1 + 2 * _BYTES and raw[0] == 4:
            return cls(x, int.from_bytes(raw[1 + _BYTES :], "big"))
        if len(raw) == 1 + _BYTES and raw[0] in (2, 3):
            y = curve.y_of(x, odd=raw[0] == 3)
            if y is not None:
                return cls(x, y)
        raise BadSm2Key(raw.hex())

    @classmethod
    def from_spki(cls, data: bytes) -> Self:
        """The key of a DER SubjectPublicKeyInfo."""
        spki = der.parse(data, "subjectPublicKeyInfo")
        algorithm = spki.sequence("algorithm")
        kinds = (algorithm.oid("algorithm"), _curve(algorithm))
        algorithm.end()
        if kinds != (EC_PUBLIC_KEY, SM2_CURVE):
            raise BadSm2Key(" ".join(kinds), path=algorithm.path, code="sm.not-an-sm2-key")
        raw = spki.bits("subjectPublicKey")
        spki.end()
        return cls.from_bytes(raw)

    @property
    def raw(self) -> bytes:
        """04‖x‖y."""
        return b"\4" + _number(self.x) + _number(self.y)

    @property
    def spki(self) -> bytes:
        """The DER SubjectPublicKeyInfo."""
        algorithm = der.sequence(der.oid(EC_PUBLIC_KEY), der.oid(SM2_CURVE))
        return der.sequence(algorithm, der.bits(self.raw))

    def __repr__(self) -> str:
        return f"PublicKey({self.raw.hex()})"

    def has_signed(self, message: bytes, signature: bytes, *, user_id: bytes = DEFAULT_USER_ID) -> bool:
        """Whether ``signature`` over ``message`` is this key's."""
        try:
            verify(self, message, signature, user_id=user_id)
        except (Sm2Refused, der.BadDer):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """Two numbers from 1 to n − 1 whose sum is not n."""

    r: int
    s: int

    def __post_init__(self) -> None:
        # GB/T 32918.2-2016, 7.1: B1, B2 and B5.
        if not (0 < self.r < curve.N and 0 < self.s < curve.N) or self.r + self.s == curve.N:
            raise Sm2Refused(code="sm.signature-out-of-range")

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The signature of exactly 64 bytes r‖s, or of any other length in DER."""
        if len(data) == 2 * _BYTES:
            return cls(int.from_bytes(data[:_BYTES], "big"), int.from_bytes(data[_BYTES:], "big"))
        return cls.from_der(data)

    @classmethod
    def from_der(cls, data: bytes) -> Self:
        """SEQUENCE {r INTEGER, s INTEGER} in its one encoding (GM/T 0009-2012, 7.3)."""
        try:
            numbers = der.parse(data, "signature")
            r, s = numbers.integer("r"), numbers.integer("s")
            numbers.end()
        except der.BadDer as error:
            raise Sm2Refused(data.hex(), path=error.path, code="sm.signature-encoding") from error
        return cls(r, s)

    @property
    def raw(self) -> bytes:
        """r‖s."""
        return _number(self.r) + _number(self.s)

    @property
    def as_der(self) -> bytes:
        """The DER form."""
        return der.sequence(der.integer(self.r), der.integer(self.s))


@dataclass(frozen=True, slots=True)
class VerifiedSm2:
    """A signature that holds. It does not say whose key that is, or why to trust them."""

    public_key: PublicKey
    user_id: bytes
    signature: Signature


def verify(
    public_key: PublicKey | bytes,
    message: bytes,
    signature: bytes,
    *,
    user_id: bytes = DEFAULT_USER_ID,
    engine: Engine | None = None,
) -> VerifiedSm2:
    """Check an SM2 signature over ``message``, which is hashed here with the signer's name and key.

    Args:
        public_key: where bytes, as ``PublicKey.from_bytes`` takes them.
        signature: exactly 64 bytes r‖s, or DER.
        engine: whose arithmetic to use instead of plain integers.

    Raises:
        Sm2Refused, BadSm2Key: it does not hold, and the code says why.
    """
    key = public_key if isinstance(public_key, PublicKey) else PublicKey.from_bytes(public_key)
    parsed = Signature.from_bytes(signature)
    if not holds(key, message, parsed, user_id=user_id, engine=engine):
        raise Sm2Refused
    return VerifiedSm2(key, user_id, parsed)


def holds(
    key: PublicKey,
    message: bytes,
    signature: Signature,
    *,
    user_id: bytes = DEFAULT_USER_ID,
    engine: Engine | None = None,
) -> bool:
    """Whether a signature whose form is known to be right is this key's."""
    return (engine.holds if engine else _holds)(key, message, signature, user_id)


def holds_digest(key: PublicKey, digest: bytes, signature: Signature) -> bool:
    """Whether a signature over the digest e is this key's. Only a digest with Z in it says who signed."""
    # GB/T 32918.2-2016, 7.1: B4 to B7; ranges were checked when the signature was read.
    t = (signature.r + signature.s) % curve.N
    point = curve.combine(signature.s, t, (key.x, key.y))
    return point is not None and (int.from_bytes(digest, "big") + point[0]) % curve.N == signature.r


def message_digest(key: PublicKey, message: bytes, user_id: bytes = DEFAULT_USER_ID) -> bytes:
    """What is signed, e = SM3(Z‖M), for a signer that takes digests (GB/T 32918.2-2016, 6.1)."""
    return sm3(identity_digest(key, user_id) + message)


def identity_digest(key: PublicKey, user_id: bytes = DEFAULT_USER_ID) -> bytes:
    """Z, which binds the signer's name, the curve and the key (GB/T 32918.2-2016, 5.5)."""
    if len(user_id) * 8 >= 1 << 16:
        raise UsageError(len(user_id), code="sm.user-id-too-long")
    numbers = (curve.A, curve.B, *curve.G, key.x, key.y)
    return sm3((len(user_id) * 8).to_bytes(2, "big") + user_id + b"".join(map(_number, numbers)))


def _holds(key: PublicKey, message: bytes, signature: Signature, user_id: bytes) -> bool:
    return holds_digest(key, message_digest(key, message, user_id), signature)


def _curve(algorithm: der.Reader) -> str:
    """The named curve, or nothing where parameters are spelled out or absent."""
    return algorithm.oid("parameters") if algorithm.next_tag() == der.OID else ""


def _number(value: int) -> bytes:
    return value.to_bytes(_BYTES, "big")
