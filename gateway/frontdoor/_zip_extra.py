"""Extra fields of zip headers: the zip64 sizes and the second name some packers write."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.errors import InputError

# APPNOTE.TXT 4.5.3 (zip64), 4.6.8 and 4.6.9 (Info-ZIP Unicode Comment and Path)
_ZIP64: Final = 0x0001
_UNICODE_COMMENT: Final = 0x6375
_UNICODE_PATH: Final = 0x7075
_UNSET: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Sizes:
    """Real size, packed size and offset of the local header, as one central header tells them."""

    size: int
    packed: int
    header: int


def fields(extra: bytes, path: str) -> Iterator[tuple[int, bytes]]:
    """The (id, content) pairs of an extra field; up to three zero bytes of padding are allowed."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if at + 4 + length > len(extra):
            raise InputError(hex(kind), code="archive.broken-structure", path=path, what="extra field")
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length
    if extra[at:].strip(b"\x00"):
        raise InputError(extra[at:].hex(), code="archive.broken-structure", path=path, what="extra field")


def true_sizes(short: Sizes, extra: bytes, path: str) -> Sizes:
    """The sizes of a central header, with those taken from zip64 that the short fields leave open."""
    values = list(_zip64(extra, path))
    told = [short.size, short.packed, short.header]
    if values and len(values) != told.count(_UNSET):
        raise InputError(len(values), code="archive.broken-structure", path=path, what="zip64 extra field")
    full = [values.pop(0) if values and one == _UNSET else one for one in told]
    return Sizes(*full)


def local_sizes(size: int, packed: int, extra: bytes, path: str, *, streamed: bool) -> tuple[int, int]:
    """Real and packed size as a local header tells them; a streaming packer may leave both open."""
    values = list(_zip64(extra, path))
    if not values:
        return size, packed
    if len(values) != 2:
        raise InputError(len(values), code="archive.broken-structure", path=path, what="zip64 extra field")
    for short, full in zip((size, packed), values, strict=True):
        if short not in (full, _UNSET) and not (streamed and short == 0):
            raise InputError(short, code="archive.size-lie", path=path, declared=full)
    return values[0], values[1]


def unicode_path(extra: bytes, path: str) -> bytes | None:
    """The second name in UTF-8 that Info-ZIP writes beside one in a code page."""
    return _unicode(_UNICODE_PATH, extra, path)


def unicode_comment(extra: bytes, path: str) -> bytes | None:
    """The second comment in UTF-8 that Info-ZIP writes beside one in a code page."""
    return _unicode(_UNICODE_COMMENT, extra, path)


def _unicode(wanted: int, extra: bytes, path: str) -> bytes | None:
    # Behind a version and the CRC of what it stands beside.
    return next((content[5:] for kind, content in fields(extra, path) if kind == wanted), None)


def _zip64(extra: bytes, path: str) -> tuple[int, ...]:
    found = [content for kind, content in fields(extra, path) if kind == _ZIP64]
    if len(found) > 1 or any(len(content) % 8 or len(content) > 24 for content in found):
        raise InputError(len(found), code="archive.broken-structure", path=path, what="zip64 extra field")
    return struct.unpack(f"<{len(found[0]) // 8}Q", found[0]) if found else ()
