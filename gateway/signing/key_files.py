"""Key files on disk: written once, for their owner's eyes only, and refused when others could read them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from gateway.errors import InputError, TrustError, UsageError
from gateway.messages import reason
from gateway.signing.der import BadDer, Reader, context

# An encrypted P-384 key has about 500 bytes.
_LARGEST = 64 * 1024
# At the end of what opens a PEM of any private key.
_PRIVATE = b"PRIVATE KEY-----"


def write_key_file(path: Path, pem: bytes) -> None:
    """Write ``pem`` to a new file of mode 0600.

    Raises:
        UsageError: something of that name exists (a key is never overwritten), or cannot be written there.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileExistsError as error:
        raise UsageError(path, code="signing.key-file-exists") from error
    except OSError as error:
        raise UsageError(path, code="signing.key-file-unwritable", why=reason(error)) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)


def read_key_file(path: Path) -> bytes:
    """The bytes of a key file.

    Raises:
        TrustError: group or others may read or write it.
        InputError: a certificate, no regular file, or far too large for a key.
    """
    try:
        # Not path.open: opening a named pipe would wait for somebody to write into it.
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
                raise InputError(path, code="signing.bad-private-key")
            data = file.read()
            if _is_certificate(data):
                # Everybody may read one, so its mode says nothing.
                raise InputError(path, code="signing.certificate-for-key")
            if _PRIVATE not in data:
                raise InputError(path, code="signing.bad-private-key")
            if os.name == "posix" and status.st_mode & 0o077:
                mode = f"{stat.S_IMODE(status.st_mode):04o}"
                raise TrustError(path, code="signing.key-file-readable", mode=mode)
            return data
    except OSError as error:
        raise InputError(path, code="signing.key-file-unreadable", why=reason(error)) from error


def _is_certificate(data: bytes) -> bool:
    """Whether it is a certificate in PEM or DER, and holds no private key."""
    if _PRIVATE in data:
        return False
    if b"-----BEGIN CERTIFICATE-----" in data:
        return True
    try:
        outer = Reader(data, "").sequence("certificate")
        return outer.sequence("tbsCertificate").next_tag() == context(0)
    except BadDer:
        return False
