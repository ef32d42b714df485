"""Encrypt a PKCS#8 key with scrypt: the library's own way is PBKDF2 with 2,048 rounds, guessable today."""

from __future__ import annotations

import base64
import os

# N = 2¹⁴, r = 8, p = 5: one of the equal-cost settings of the OWASP Password Storage Cheat Sheet; the
# largest N whose 16 MiB OpenSSL opens without being told to.
_N, _R, _P = 2**14, 8, 5

# Contents of OBJECT IDENTIFIER: PBES2 and scrypt (RFC 8018, RFC 7914), AES-256-CBC (NIST).
_PBES2 = bytes.fromhex("2a864886f70d01050d")
_SCRYPT = bytes.fromhex("2b06010401da47040b")
_AES_256_CBC = bytes.fromhex("60864801650304012a")
_SEQUENCE, _INTEGER, _OCTETS, _OID = 0x30, 0x02, 0x04, 0x06


def encrypt(pkcs8: bytes, passphrase: bytes) -> bytes:
    """The PEM of ``EncryptedPrivateKeyInfo`` (RFC 5958, 3) around a PKCS#8 DER key."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
    from cryptography.hazmat.primitives.padding import PKCS7

    salt, iv = os.urandom(16), os.urandom(16)
    key = Scrypt(salt=salt, length=32, n=_N, r=_R, p=_P).derive(passphrase)
    padder, encryptor = PKCS7(128).padder(), Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    ciphertext = encryptor.update(padder.update(pkcs8) + padder.finalize()) + encryptor.finalize()

    cost = b"".join(_der(_INTEGER, number.to_bytes(3, "big").lstrip(b"\0")) for number in (_N, _R, _P))
    derivation = _der(_SEQUENCE, _der(_OID, _SCRYPT) + _der(_SEQUENCE, _der(_OCTETS, salt) + cost))
    cipher = _der(_SEQUENCE, _der(_OID, _AES_256_CBC) + _der(_OCTETS, iv))
    scheme = _der(_SEQUENCE, _der(_OID, _PBES2) + _der(_SEQUENCE, derivation + cipher))
    return _pem(_der(_SEQUENCE, scheme + _der(_OCTETS, ciphertext)))


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 128:
        return bytes((tag, length)) + content
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 128 + len(digits))) + digits + content


def _pem(der: bytes) -> bytes:
    text = base64.b64encode(der)
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    label = b"ENCRYPTED PRIVATE KEY-----"
    return b"\n".join([b"-----BEGIN " + label, *lines, b"-----END " + label, b""])
