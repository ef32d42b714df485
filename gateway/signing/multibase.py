"""base58btc and base64url, each with exactly one spelling per byte string."""

from __future__ import annotations

import base64
import binascii
import re

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
# Decoding costs the square of the length; the longest thing we read is a P-384 signature (132).
_LONGEST = 256
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def base58btc(data: bytes) -> str:
    """``data`` in multibase base58btc: ``z`` and the digits."""
    number = int.from_bytes(data, "big")
    digits: list[str] = []
    while number:
        number, rest = divmod(number, 58)
        digits.append(_ALPHABET[rest])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + "".join(reversed(digits))


def from_base58btc(text: str, *, longest: int = _LONGEST) -> bytes | None:
    """The bytes of a multibase base58btc string; None where it is not one, or is longer than any of ours."""
    if not text.startswith("z") or len(text) > longest:
        return None
    number = 0
    for character in text[1:]:
        value = _VALUE.get(character)
        if value is None:
            return None
        number = number * 58 + value
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64url(data: bytes) -> str:
    """``data`` in base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes | None:
    """The bytes of unpadded base64url; None for padding, foreign characters or set bits left unused."""
    if not _BASE64URL.fullmatch(text):
        return None
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    return data if base64url(data) == text else None
