"""Keys that never leave their device: sign through PKCS#11. Needs the extra ``hsm``.

Source: PKCS#11 3.1, 6.3 (elliptic curves) and 6.3.18 (EdDSA); signatures are R‖S there already.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol, Self, cast

from gateway.errors import UsageError
from gateway.signing.did_key import KeyType, PublicKey, curve_hash
from gateway.signing.sealing import ExternalSignerFailed

if TYPE_CHECKING:
    import pkcs11


class _Signs(Protocol):
    """A private key of the library, whose types know no mix-ins."""

    def sign(self, data: bytes, *, mechanism: object) -> bytes: ...


class DeviceKey:
    """A key in a device, found by token and label. Its text form names the public key only.

    The session is open while this exists; ``close`` it, or use it in a ``with``.
    """

    __slots__ = ("_key", "_session", "public_key")

    def __init__(self, session: pkcs11.Session, key: _Signs, public_key: PublicKey) -> None:
        self._session, self._key, self.public_key = session, key, public_key

    @classmethod
    def open(cls, module: Path, *, token: str, label: str, pin: str) -> Self:
        """Find the key in the device.

        Args:
            module: the device's PKCS#11 library.
            pin: from a file or a descriptor, never an argument of a command.

        Raises:
            UsageError: the extra is not installed.
            ExternalSignerFailed: no such library, token or key, or the PIN is wrong.
        """
        if find_spec("pkcs11") is None:
            raise UsageError(code="envelope.extra-hsm-missing")
        import pkcs11
        from pkcs11.exceptions import PKCS11Error

        try:
            session = pkcs11.lib(str(module)).get_token(token_label=token).open(user_pin=pin)
        except (PKCS11Error, RuntimeError, ValueError) as error:
            # Not the cause: it may repeat what was given.
            raise ExternalSignerFailed(label, why=type(error).__name__) from None
        try:
            private = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
            public = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=label)
            return cls(session, cast("_Signs", private), _public_key(public))
        except (PKCS11Error, RuntimeError, ValueError) as error:
            session.close()
            raise ExternalSignerFailed(label, why=type(error).__name__) from None

    @property
    def key_id(self) -> str:
        return self.public_key.key_id

    def sign(self, data: bytes) -> bytes:
        """The raw signature; ECDSA over the digest that belongs to the curve."""
        from pkcs11 import Mechanism
        from pkcs11.exceptions import PKCS11Error

        kind = self.public_key.key_type
        try:
            if kind is KeyType.ED25519:
                return bytes(self._key.sign(data, mechanism=Mechanism.EDDSA))
            return bytes(self._key.sign(_digest(kind, data), mechanism=Mechanism.ECDSA))
        except (PKCS11Error, RuntimeError) as error:
            raise ExternalSignerFailed(self.public_key.did, why=type(error).__name__) from None

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"DeviceKey({self.public_key!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not pickled")


def _digest(kind: KeyType, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import Hash

    digest = Hash(curve_hash(kind))
    digest.update(data)
    return digest.finalize()


def _public_key(key: pkcs11.Key) -> PublicKey:
    """The public half, out of the device's DER."""
    from pkcs11 import Attribute

    from gateway.signing import der

    point = bytes(key[Attribute.EC_POINT])
    # An OCTET STRING around the point (6.3.3); some devices give the bare bytes of an Edwards key.
    if len(point) != 32:
        point = der.Reader(point, "point").content(der.OCTET_STRING, "point")
    for kind, size in ((KeyType.ED25519, 32), (KeyType.P256, 65), (KeyType.P384, 97)):
        if len(point) == size:
            if kind is KeyType.ED25519:
                return PublicKey(kind, point)
            half = (size - 1) // 2
            return PublicKey(kind, bytes([2 + point[-1] % 2]) + point[1 : 1 + half])
    raise ExternalSignerFailed(len(point), why="EC_POINT")
