"""The SM3 hash (GB/T 32905-2016): from the system's OpenSSL where it has it, otherwise in plain Python."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from functools import cache

_MASK = 0xFFFFFFFF
# GB/T 32905-2016, 4.1.
_START = (
    0x7380166F,
    0x4914B2B9,
    0x172442D7,
    0xDA8A0600,
    0xA96F30BC,
    0x163138AA,
    0xE38DEE4D,
    0xB0FB0E4E,
)


def sm3(data: bytes) -> bytes:
    """The 32 bytes of SM3 over ``data``."""
    return _implementation()(data)


@cache
def _implementation() -> Callable[[bytes], bytes]:
    """OpenSSL's, where this Python reaches one that was built with SM3 and a policy that allows it."""
    try:
        hashlib.new("sm3", b"")
    except ValueError:
        return plain
    return _openssl


def _openssl(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def plain(data: bytes) -> bytes:
    """SM3 without any library; some hundred times slower.

    Source: GB/T 32905-2016, 5.
    """
    padded = data + b"\x80" + b"\0" * (-(len(data) + 9) % 64) + struct.pack(">Q", 8 * len(data))
    state: tuple[int, ...] = _START
    for start in range(0, len(padded), 64):
        state = _compress(state, padded[start : start + 64])
    return struct.pack(">8I", *state)


def _rotate(word: int, by: int) -> int:
    by %= 32
    return (word << by | word >> (32 - by)) & _MASK


# GB/T 32905-2016, 4.2 and 5.3.3: T_j turned left by j.
_T = tuple(_rotate(0x79CC4519 if j < 16 else 0x7A879D8A, j) for j in range(64))


def _expand(block: bytes) -> list[int]:
    words = list(struct.unpack(">16I", block))
    for j in range(16, 68):
        x = words[j - 16] ^ words[j - 9] ^ _rotate(words[j - 3], 15)
        words.append(x ^ _rotate(x, 15) ^ _rotate(x, 23) ^ _rotate(words[j - 13], 7) ^ words[j - 6])
    return words


def _compress(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    # The letters are the standard's.
    words = _expand(block)
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        a12 = _rotate(a, 12)
        ss1 = _rotate((a12 + e + _T[j]) & _MASK, 7)
        if j < 16:
            ff, gg = a ^ b ^ c, e ^ f ^ g
        else:
            ff, gg = a & b | a & c | b & c, e & f | ~e & g
        tt1 = (ff + d + (ss1 ^ a12) + (words[j] ^ words[j + 4])) & _MASK
        tt2 = (gg + h + ss1 + words[j]) & _MASK
        a, b, c, d = tt1, a, _rotate(b, 9), c
        e, f, g, h = tt2 ^ _rotate(tt2, 9) ^ _rotate(tt2, 17), e, _rotate(f, 19), g
    return tuple(new ^ old for new, old in zip((a, b, c, d, e, f, g, h), state, strict=True))
