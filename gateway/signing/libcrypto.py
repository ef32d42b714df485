"""SM2 by the system's libcrypto (OpenSSL 3 or newer), where it is there and was built with SM2."""

from __future__ import annotations

import ctypes
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_size_t, c_ulong, c_void_p
from functools import cache
from typing import Any, Final, Self

from gateway.errors import InputError, TrustError
from gateway.signing import sm2

# Version 3 by its own name: the bare name may be any version, and loading it stops the program on macOS.
_NAMES: Final = {
    "win32": ("libcrypto-3-x64.dll", "libcrypto-3-arm64.dll", "libcrypto-3.dll"),
    "darwin": (
        "libcrypto.3.dylib",
        "/opt/homebrew/lib/libcrypto.3.dylib",
        "/usr/local/lib/libcrypto.3.dylib",
    ),
}
_UNIX = ("libcrypto.so.3", "libcrypto.so.4")

# The functions used, with what they return and take.
_PROTOTYPES: Final[dict[str, tuple[Any, list[Any]]]] = {
    "OpenSSL_version_num": (c_ulong, []),
    "ERR_clear_error": (None, []),
    "BIO_new_mem_buf": (c_void_p, [c_char_p, c_int]),
    "BIO_free": (c_int, [c_void_p]),
    "PEM_read_bio_PrivateKey": (c_void_p, [c_void_p, c_void_p, c_void_p, c_char_p]),
    "d2i_PUBKEY": (c_void_p, [c_void_p, POINTER(c_char_p), c_long]),
    "i2d_PUBKEY": (c_int, [c_void_p, POINTER(c_char_p)]),
    "EVP_PKEY_is_a": (c_int, [c_void_p, c_char_p]),
    "EVP_PKEY_dup": (c_void_p, [c_void_p]),
    "EVP_PKEY_set1_encoded_public_key": (c_int, [c_void_p, c_char_p, c_size_t]),
    "EVP_PKEY_free": (None, [c_void_p]),
    "EVP_PKEY_CTX_new": (c_void_p, [c_void_p, c_void_p]),
    "EVP_PKEY_CTX_free": (None, [c_void_p]),
    "EVP_PKEY_CTX_set1_id": (c_int, [c_void_p, c_char_p, c_int]),
    "EVP_MD_CTX_new": (c_void_p, []),
    "EVP_MD_CTX_free": (None, [c_void_p]),
    "EVP_MD_CTX_set_pkey_ctx": (None, [c_void_p, c_void_p]),
    "EVP_DigestSignInit_ex": (c_int, [c_void_p] * 2 + [c_char_p] + [c_void_p] * 4),
    "EVP_DigestVerifyInit_ex": (c_int, [c_void_p] * 2 + [c_char_p] + [c_void_p] * 4),
    "EVP_DigestSign": (c_int, [c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t]),
    "EVP_DigestVerify": (c_int, [c_void_p, c_char_p, c_size_t, c_char_p, c_size_t]),
}
# A DER signature has at most 72 bytes.
_ROOM = 128
# The example of GB/T 32918.5-2017, A.2: key, message and signature.
_PROBE_KEY = (
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)
_PROBE_MESSAGE = b"message digest"
_PROBE_SIGNATURE = (
    0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3,
    0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA,
)


class NoLibcrypto(TrustError):
    """No libcrypto here can do SM2."""

    code = "sm.libcrypto-absent"


class BadSm2PrivateKey(InputError):
    """The bytes are no SM2 private key, or the passphrase does not open them."""

    code = "sm.bad-private-key"


class Libcrypto:
    """A libcrypto that has verified a published signature, and refused it for another message."""

    __slots__ = ("__weakref__", "_functions", "_template", "name")

    def __init__(self, name: str) -> None:
        """Load the library of that file name.

        Raises:
            NoLibcrypto: it is not there, too old, or built without SM2.
        """
        self.name = name
        try:
            self._functions = _load(name)
        except (OSError, AttributeError) as error:
            raise NoLibcrypto(name, why=str(error)) from error
        spki = sm2.PublicKey(*_PROBE_KEY).spki
        self._template = self._functions.d2i_PUBKEY(None, byref(c_char_p(spki)), len(spki))
        weakref.finalize(self, self._functions.EVP_PKEY_free, self._template)
        if not self._template or not self._works():
            self._functions.ERR_clear_error()
            raise NoLibcrypto(name, why="SM2")

    @classmethod
    @cache
    def find(cls) -> Self:
        """The first usable one under the names that this system gives it.

        Raises:
            NoLibcrypto: there is none.
        """
        names = _NAMES.get(sys.platform, _UNIX)
        for name in names:
            try:
                return cls(name)
            except NoLibcrypto:
                continue
        raise NoLibcrypto(", ".join(names))

    def holds(self, key: sm2.PublicKey, message: bytes, signature: sm2.Signature, user_id: bytes) -> bool:
        """Whether the signature is this key's: what ``sm2.verify`` takes as its engine."""
        call = self._functions
        encoded, raw = signature.as_der, key.raw
        # A copy with another point: building the curve anew would cost as much as half the verification.
        pkey = call.EVP_PKEY_dup(self._template)
        with self._freed(pkey, "EVP_PKEY_free"), self._context(pkey, user_id) as context:
            if call.EVP_PKEY_set1_encoded_public_key(pkey, raw, len(raw)) != 1:
                return False
            if call.EVP_DigestVerifyInit_ex(context, None, b"SM3", None, None, pkey, None) != 1:
                return False
            done: int = call.EVP_DigestVerify(context, encoded, len(encoded), message, len(message))
            return done == 1

    def load_key(self, pem: bytes, passphrase: bytes | None = None) -> PrivateKey:
        """The SM2 private key of a PEM file.

        Raises:
            BadSm2PrivateKey: it is none, or does not open with this passphrase.
        """
        # libcrypto takes the passphrase up to the first NUL, and asks on the terminal where none is given.
        secret = passphrase or b""
        if b"\0" in secret:
            raise BadSm2PrivateKey
        call = self._functions
        with self._freed(call.BIO_new_mem_buf(pem, len(pem)), "BIO_free") as bio:
            pkey = call.PEM_read_bio_PrivateKey(bio, None, None, secret)
        call.ERR_clear_error()
        if not pkey:
            raise BadSm2PrivateKey
        key = PrivateKey(self, pkey)
        if call.EVP_PKEY_is_a(pkey, b"SM2") != 1:
            raise BadSm2PrivateKey(code="sm.not-an-sm2-private-key")
        key.public_key = self._public_key(pkey)
        return key

    def sign(self, pkey: int, message: bytes, user_id: bytes) -> bytes | None:
        """A DER signature, never twice the same; None where the library fails."""
        call = self._functions
        room, length = ctypes.create_string_buffer(_ROOM), c_size_t(_ROOM)
        with self._context(pkey, user_id) as context:
            if call.EVP_DigestSignInit_ex(context, None, b"SM3", None, None, pkey, None) != 1:
                return None
            if call.EVP_DigestSign(context, room, byref(length), message, len(message)) != 1:
                return None
        return room.raw[: length.value]

    def free_key(self, pkey: int) -> None:
        self._functions.EVP_PKEY_free(pkey)

    def _public_key(self, pkey: int) -> sm2.PublicKey:
        length = self._functions.i2d_PUBKEY(pkey, None)
        room = ctypes.create_string_buffer(max(length, 1))
        # The function moves the pointer on, so it gets one of its own.
        if length < 1 or self._functions.i2d_PUBKEY(pkey, byref(ctypes.cast(room, c_char_p))) != length:
            raise BadSm2PrivateKey
        return sm2.PublicKey.from_spki(room.raw)

    @contextmanager
    def _context(self, pkey: int, user_id: bytes) -> Iterator[int]:
        call = self._functions
        with (
            self._freed(call.EVP_PKEY_CTX_new(pkey, None), "EVP_PKEY_CTX_free") as key_context,
            self._freed(call.EVP_MD_CTX_new(), "EVP_MD_CTX_free") as context,
        ):
            if call.EVP_PKEY_CTX_set1_id(key_context, user_id, len(user_id)) != 1:
                raise NoLibcrypto(self.name, why="EVP_PKEY_CTX_set1_id")
            call.EVP_MD_CTX_set_pkey_ctx(context, key_context)
            yield context

    @contextmanager
    def _freed(self, pointer: int | None, free: str) -> Iterator[int]:
        """``pointer`` for a while; a failed allocation or reading has none."""
        if not pointer:
            self._functions.ERR_clear_error()
            raise NoLibcrypto(self.name, why=free)
        try:
            yield pointer
        finally:
            getattr(self._functions, free)(pointer)
            self._functions.ERR_clear_error()

    def _works(self) -> bool:
        key, signature = sm2.PublicKey(*_PROBE_KEY), sm2.Signature(*_PROBE_SIGNATURE)
        try:
            return self.holds(key, _PROBE_MESSAGE, signature, sm2.DEFAULT_USER_ID) and not self.holds(
                key, _PROBE_MESSAGE + b"\0", signature, sm2.DEFAULT_USER_ID
            )
        except NoLibcrypto:
            return False


class PrivateKey:
    """An SM2 private key inside libcrypto; Python never sees its number."""

    __slots__ = ("__weakref__", "_library", "_pkey", "public_key")

    public_key: sm2.PublicKey

    def __init__(self, library: Libcrypto, pkey: int) -> None:
        self._library, self._pkey = library, pkey
        weakref.finalize(self, library.free_key, pkey)

    def sign(self, message: bytes, user_id: bytes = sm2.DEFAULT_USER_ID) -> bytes:
        """A DER signature; what ``sm2_signers.sign`` calls, and verifies."""
        signature = self._library.sign(self._pkey, message, user_id)
        return signature or b""

    def __repr__(self) -> str:
        return f"PrivateKey({self.public_key!r})"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a private key is not pickled")


def _load(name: str) -> ctypes.CDLL:
    library = ctypes.CDLL(name)
    for function, (returns, takes) in _PROTOTYPES.items():
        prototype = getattr(library, function)
        prototype.restype, prototype.argtypes = returns, takes
    if library.OpenSSL_version_num() >> 28 < 3:
        raise OSError("OpenSSL < 3")
    return library
