"""Files in PEM, text around the blocks being comment, or in DER.

Source: RFC 7468, 2 and 3.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator


def blocks(data: bytes, label: str) -> list[bytes]:
    """The DER of each block of this label, in order, or the file that is one; none where one is damaged."""
    begin = f"-----BEGIN {label}-----".encode()
    if data[:1] == b"\x30" and begin not in data:
        return [data]
    end = f"-----END {label}-----".encode()
    texts = re.findall(re.escape(begin) + rb"([A-Za-z0-9+/=\s]+)" + re.escape(end), data)
    if len(texts) != data.count(begin):
        return []
    try:
        return [base64.b64decode(b"".join(text.split()), validate=True) for text in texts]
    except binascii.Error:
        return []


def rest(data: bytes) -> Iterator[bytes]:
    """What can still be read of a damaged file in PEM: of each part between its marks, as it stands.

    Lost signs, or words in front, move what is behind them: it is read from each of four signs on.
    """
    for part in data.split(b"-----"):
        text = re.sub(rb"[^A-Za-z0-9+/]", b"", part)
        for start in range(4):
            moved = text[start:]
            yield base64.b64decode(moved[: len(moved) // 4 * 4])
