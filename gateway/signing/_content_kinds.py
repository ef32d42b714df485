"""What kind of content some bytes are, by themselves: files are told apart by it and never by their names."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Final

from gateway.errors import GatewayError
from gateway.signing import der

# GB/T 35275 and RFC 5652: signed data.
_MESSAGES: Final = frozenset({"1.2.156.10197.6.1.4.2.2", "1.2.840.113549.1.7.2"})
_ARMOURED: Final = (b"-----BEGIN PKCS7", b"-----BEGIN CMS")
_PDF_NAME: Final = re.compile(
    rb"/(?:B|#42)(?:[A-Za-z]|#[0-9A-Fa-f]{2}){8}(?![A-Za-z#])|/(?:E|#45)(?:[A-Za-z]|#[0-9A-Fa-f]{2}){12}(?![A-Za-z#])"
)
_PDF_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_OPEN_ENDED: Final = (
    bytes.fromhex("06092a864886f70d010702"),
    bytes.fromhex("060a2a811ccf550601040202"),
)
_BLANK: Final = re.compile(rb"(?:[\x00-\x20]|\xef\xbb\xbf)*")
SHORTEST_TOKEN: Final = 40
_ENCODED: Final = re.compile(r"[A-Za-z0-9+/_\s-]+[=\s]*")
# Compressed or wrapped: gzip, bzip2, xz, zstd, 7z, rar, cab, the compound files of older office software.
_WRAPPED: Final = (
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"MSCF\x00\x00\x00\x00",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
)
_TAR: Final = slice(257, 262)
# The record at the end of a zip, with the longest comment.
_END_OF_ZIP: Final = 22 + 65535


def is_wrapped(data: bytes) -> bool:
    """Whether it is compressed or packed in a way that nothing here opens."""
    return data.startswith(_WRAPPED) or data[_TAR] == b"ustar"


def decoded(data: bytes | str) -> bytes | None:
    """A file or a text that is Base64 of a document, of either alphabet; None where it is none."""
    text = data if isinstance(data, str) else data.decode("latin-1")
    if len(text) < SHORTEST_TOKEN or not _ENCODED.fullmatch(text):
        return None
    bare = "".join(text.split()).rstrip("=").replace("+", "-").replace("/", "_")
    try:
        found = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return None
    is_document = is_wrapped(found) or found.isascii() or _may_begin(start_of(found))
    return found if is_document else None


def _unescaped(name: bytes) -> bytes:
    """ISO 32000-2, 7.3.5."""
    return _PDF_ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), name)


def is_open_ended(data: bytes, start: bytes) -> bool:
    """A signed message in BER of no stated length, as long ones are often written."""
    if start.startswith(b"MIA"):
        try:
            data = base64.b64decode(b"".join(start[:64].split())[:40])
        except (binascii.Error, ValueError):
            return False
    return data.startswith(b"\x30\x80") and data[2:].startswith(_OPEN_ENDED)


def is_quoted(start: bytes) -> bool:
    """Whether it is one text of JSON, and not a table with quoted cells."""
    try:
        return isinstance(json.loads(start), str)
    except (ValueError, RecursionError):
        return False


def start_of(data: bytes) -> bytes:
    """From the first byte that says something: blanks, control characters and marks may precede."""
    blank = _BLANK.match(data)
    return data[blank.end() :] if blank else data


def is_zip(data: bytes) -> bool:
    """Whether software for archives opens it: what counts is at its end, and anything may stand in front."""
    return data.startswith(b"PK\x03\x04") or (b"PK\x05\x06" in data[-_END_OF_ZIP:] and b"PK\x01\x02" in data)


def may_hold(data: bytes, start: bytes) -> bool:
    """Whether it may be a document of its own, or have one in it."""
    return is_zip(data) or _may_begin(start) or data.count(b".") >= 2


def _may_begin(start: bytes) -> bool:
    return start[:1] in (b"{", b"[", b'"', b"<", b"\x30") or start.startswith(
        (b"PK\x03\x04", b"%PDF-", *_ARMOURED, b"MII")
    )


def is_wide(data: bytes) -> bool:
    """Whether it is text in units of two or four bytes."""
    return data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:4]


def narrow(data: bytes) -> bytes | None:
    """JSON or text in an encoding of two or four bytes, as UTF-8; None where it is none."""
    try:
        text = data.decode(json.detect_encoding(data)).lstrip("\ufeff \t\r\n")
    except (UnicodeDecodeError, LookupError):
        return None
    is_marked = data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"))
    is_known = text[:1] in ("{", "[", '"') or (is_marked and text[:1] != "<")
    return text.encode(errors="replace") if is_known else None


def pdf_names(data: bytes) -> set[bytes]:
    """Of the names in a PDF file, those that say that it is signed or has files attached."""
    return {_unescaped(name[0]) for name in _PDF_NAME.finditer(data)}


def may_be_message(data: bytes, start: bytes) -> bool:
    """Whether it is DER, or text that DER is written as."""
    return data[:1] == b"\x30" or start.startswith((*_ARMOURED, b"MII"))


def is_message(data: bytes) -> bool:
    """Whether it is a signed message of GB/T 35275 or CMS."""
    if data.startswith(_ARMOURED):
        return True
    try:
        plain = data if data[:1] == b"\x30" else base64.b64decode(b"".join(data.split()))
        return der.parse(plain, "contentInfo").oid("contentType") in _MESSAGES
    except (GatewayError, binascii.Error, ValueError):
        return False
