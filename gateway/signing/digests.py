"""Digests of bytes, in the spellings that manifests and credentials use."""

from __future__ import annotations

import base64
import hashlib


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sm3_hex(data: bytes) -> str:
    """SM3 (GB/T 32905) as 64 lower-case hexadecimal digits."""
    from cryptography.hazmat.primitives.hashes import SM3, Hash

    # Not hashlib: there SM3 depends on how the system's OpenSSL was built.
    digest = Hash(SM3())
    digest.update(data)
    return digest.finalize().hex()


def digest_sri(data: bytes) -> str:
    """SHA-256 as a Subresource Integrity string, ``sha256-`` and padded base64.

    Source: W3C Verifiable Credentials Data Model 2.0, 5.3 (digestSRI).
    """
    return "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode()
