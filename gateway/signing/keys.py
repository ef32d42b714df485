"""Private keys: make, store and load them, and sign with them without ever showing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, Protocol, Self, TypeAlias

from gateway.errors import InputError, InternalError, UsageError
from gateway.signing._pkcs8 import encrypt
from gateway.signing.did_key import KeyType, PublicKey, curve_hash, signature_length

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    _Key: TypeAlias = Ed25519PrivateKey | EllipticCurvePrivateKey

_CURVES = {"secp256r1": KeyType.P256, "secp384r1": KeyType.P384}
_LABELS = (b"-----BEGIN PRIVATE KEY-----", b"-----BEGIN ENCRYPTED PRIVATE KEY-----")


class BadPrivateKey(InputError):
    """The bytes are no private key that this gateway signs with."""

    code = "signing.bad-private-key"


class WrongPassphrase(InputError):
    """The key does not open with this passphrase."""

    code = "signing.wrong-passphrase"


class SigningFailed(InternalError):
    """The signature just made does not verify: a fault in the key store or the machine."""

    code = "signing.self-check-failed"


class Signer(Protocol):
    """Whatever can sign: a key file, a hardware module, a remote seal."""

    @property
    def public_key(self) -> PublicKey: ...

    def sign(self, data: bytes) -> bytes:
        """The raw signature of ``data``: Ed25519, or R‖S."""
        ...


class PrivateKey:
    """A private key in memory. Its text form names the public key only, and it cannot be pickled."""

    __slots__ = ("_key", "public_key")

    public_key: PublicKey

    def __init__(self, key: PrivateKeyTypes) -> None:
        self._key = _supported(key)
        self.public_key = _public_key(self._key)

    @classmethod
    def generate(cls, key_type: KeyType) -> Self:
        """A fresh key from the operating system's randomness."""
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519

        if key_type is KeyType.ED25519:
            return cls(ed25519.Ed25519PrivateKey.generate())
        return cls(ec.generate_private_key(ec.SECP384R1() if key_type is KeyType.P384 else ec.SECP256R1()))

    @classmethod
    def from_pem(cls, pem: bytes, passphrase: bytes | None = None) -> Self:
        """Load a PKCS#8 PEM key.

        Raises:
            WrongPassphrase: it does not open with this passphrase.
            UsageError: encrypted, and no passphrase given; or the reverse.
            BadPrivateKey: not PKCS#8 PEM, or a kind of key that does not sign here.
        """
        return cls(load_pkcs8(pem, passphrase))

    def to_pem(self, passphrase: bytes | None) -> bytes:
        """PKCS#8 PEM, encrypted with ``passphrase``; None writes it openly, and must be said."""
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        if passphrase is None:
            return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        if not passphrase:
            raise UsageError(code="signing.empty-passphrase")
        return encrypt(self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), passphrase)

    @property
    def key_id(self) -> str:
        return self.public_key.key_id

    def sign(self, data: bytes) -> bytes:
        """Ed25519, or ECDSA with the nonce of RFC 6979: the same data gives the same signature."""
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(data)
        key_type = self.public_key.key_type
        der = self._key.sign(data, ECDSA(curve_hash(key_type), deterministic_signing=True))
        half = signature_length(key_type) // 2
        return b"".join(number.to_bytes(half, "big") for number in decode_dss_signature(der))

    def derive_secret(self, label: bytes) -> bytes:
        """32 secret bytes bound to this key and ``label``, always the same; says nothing about the key.

        HKDF (RFC 5869) makes it independent of every signature, and different labels of each other.
        """
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        if isinstance(self._key, Ed25519PrivateKey):
            secret = self._key.private_bytes_raw()
        else:
            secret = self._key.private_numbers().private_value.to_bytes((self._key.key_size + 7) // 8, "big")
        return HKDF(SHA256(), 32, salt=None, info=label).derive(secret)

    def __repr__(self) -> str:
        return f"PrivateKey({self.public_key.did})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not pickled")


def load_pkcs8(pem: bytes, passphrase: bytes | None) -> PrivateKeyTypes:
    """The private key of a PKCS#8 PEM, whatever its kind.

    Raises:
        WrongPassphrase, UsageError, BadPrivateKey: as ``PrivateKey.from_pem``.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    encrypted = pem.lstrip().startswith(_LABELS[1])
    if not encrypted and not pem.lstrip().startswith(_LABELS[0]):
        raise BadPrivateKey
    if encrypted and passphrase is None:
        raise UsageError(code="signing.passphrase-needed")
    if not encrypted and passphrase is not None:
        raise UsageError(code="signing.passphrase-not-needed")
    try:
        return load_pem_private_key(pem, passphrase)
    except UnsupportedAlgorithm as error:
        # It is open by now: the passphrase was right, and the key is of another kind, such as SM2.
        raise BadPrivateKey from error
    except (ValueError, TypeError) as error:
        # The library cannot tell a wrong passphrase from a damaged file; nor can anybody.
        raise (WrongPassphrase() if encrypted else BadPrivateKey()) from error


def sign(signer: Signer, data: bytes) -> bytes:
    """The raw signature of ``data``, verified before anybody sees it (fault attacks, a wrong key slot)."""
    signature = signer.sign(data)
    if not signer.public_key.has_signed(data, signature):
        raise SigningFailed(signer.public_key.did)
    return signature


def _supported(key: PrivateKeyTypes) -> _Key:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if isinstance(key, Ed25519PrivateKey):
        return key
    if isinstance(key, EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return key
    raise BadPrivateKey(getattr(getattr(key, "curve", None), "name", type(key).__name__))


def _public_key(key: _Key) -> PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = key.public_key()
    if isinstance(key, EllipticCurvePrivateKey):
        raw = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        return PublicKey(_CURVES[key.curve.name], raw)
    return PublicKey(KeyType.ED25519, public.public_bytes(Encoding.Raw, PublicFormat.Raw))
