"""The headers of a zip file, read strictly: every byte belongs to exactly one thing."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from gateway.errors import InputError
from gateway.frontdoor._entry_name import entry_name, name_key
from gateway.frontdoor._zip_extra import Sizes, local_sizes, true_sizes, unicode_comment, unicode_path
from gateway.frontdoor.limits import ArchiveLimits

STORED: Final = 0
DEFLATED: Final = 8

# APPNOTE.TXT 4.3.7, 4.3.9, 4.3.12, 4.3.14, 4.3.15, 4.3.16
_LOCAL: Final = struct.Struct("<4s5HL2L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_LOCATOR64: Final = struct.Struct("<4sLQL")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCAL_SIGN: Final = b"PK\x03\x04"
_CENTRAL_SIGN: Final = b"PK\x01\x02"
_END_SIGN: Final = b"PK\x05\x06"
_END64_SIGN: Final = b"PK\x06\x06"
_LOCATOR64_SIGN: Final = b"PK\x06\x07"
_AFTER_ENTRY: Final = (_LOCAL_SIGN, _CENTRAL_SIGN)
_DESCRIPTOR_SIGN: Final = b"PK\x07\x08"

# APPNOTE.TXT 4.4.4: encrypted, patched data, strong encryption, masked headers
_REFUSED_FLAGS: Final = {0: "encrypted", 5: "patched", 6: "encrypted", 13: "encrypted"}
_HAS_DESCRIPTOR: Final = 1 << 3
_UTF8_NAME: Final = 1 << 11
# Flags that only say how hard the packer tried may differ between the headers (4.4.4, bits 1 and 2).
_MEANINGFUL: Final = 0xFFFF & ~0b110

# stat.h, in the upper half of the external attributes
_TYPE_MASK, _REGULAR, _FOLDER = 0o170000, 0o100000, 0o040000
_REPARSE_POINT: Final = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT


@dataclass(frozen=True, slots=True)
class Member:
    """One file or folder; ``start`` is where its data begins, ``header`` its local header."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc32: int
    compressed_size: int
    size: int
    header: int
    is_folder: bool
    start: int = -1
    comment: bytes = b""


@dataclass(frozen=True, slots=True)
class _Directory:
    start: int
    end: int
    count: int


def members(data: bytes, limits: ArchiveLimits) -> tuple[Member, ...]:
    """All members in the order of the central directory, checked against their local headers."""
    directory = _directory(data)
    if directory.count > limits.max_entries:
        raise InputError(directory.count, code="archive.too-many-entries", limit=limits.max_entries)
    listed: list[Member] = []
    at = directory.start
    for _ in range(directory.count):
        member, at = _central(data, at, directory.end, limits)
        listed.append(member)
    if at != directory.end:
        raise _broken("central directory", saw=f"{directory.end - at} bytes too many")
    _refuse_clashes(listed)
    return _with_local_headers(data, listed, directory.start)


def comment(data: bytes) -> bytes:
    """The comment behind the end record of a file whose members were read."""
    return data[data.rfind(_END_SIGN) + _END.size :]


def _directory(data: bytes) -> _Directory:
    """Find the central directory by the one end record, which must end the file."""
    end = data.rfind(_END_SIGN)
    if end < 0 or end + _END.size > len(data):
        raise InputError(data[:4].hex(" "), code="archive.not-a-zip")
    _, disk, first_disk, here, count, size, start, comment = _END.unpack_from(data, end)
    after = end + _END.size + comment
    if after != len(data):
        raise _gap(after, len(data))
    if disk or first_disk or here != count:
        raise _broken("volumes", saw=f"{disk}/{first_disk}")
    tail = end
    if data[max(0, end - _LOCATOR64.size) : end].startswith(_LOCATOR64_SIGN):
        tail, count, size, start = _directory64(data, end, (count, size, start))
    if start + size != tail:
        raise _gap(0, tail - start - size)
    return _Directory(start, tail, count)


def _directory64(data: bytes, end: int, short: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """The end record of a zip64 file; what the short record also says must agree (4.3.14)."""
    locator = end - _LOCATOR64.size
    _, disk, at, disks = _LOCATOR64.unpack_from(data, locator)
    if disk or disks != 1 or at + _END64.size > locator or not data.startswith(_END64_SIGN, at):
        raise _broken("zip64 locator", saw=str(at))
    _, length, _, _, disk, first_disk, here, count, size, start = _END64.unpack_from(data, at)
    if disk or first_disk or here != count or at + 12 + length != locator:
        raise _broken("zip64 end record", saw=str(length))
    for told, real, unset in zip(short, (count, size, start), (0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF), strict=True):
        if told not in (real, unset):
            raise _broken("zip64 end record", saw=f"{told} / {real}")
    return at, count, size, start


def _central(data: bytes, at: int, end: int, limits: ArchiveLimits) -> tuple[Member, int]:
    if at + _CENTRAL.size > end or not data.startswith(_CENTRAL_SIGN, at):
        raise _broken("central directory", saw=data[at : at + 4].hex(" "))
    # made by, needed, flags, method, time, date, crc, packed, size, lengths, disk, attributes, offset
    _, _, _, flags, method, _, _, crc, packed, size, n, e, c, disk, _, attributes, header = (
        _CENTRAL.unpack_from(data, at)
    )
    after = at + _CENTRAL.size + n + e + c
    if after > end or disk not in (0, 0xFFFF):
        raise _broken("central directory", saw=str(disk))
    raw = data[at + _CENTRAL.size : at + _CENTRAL.size + n]
    extra = data[at + _CENTRAL.size + n : at + _CENTRAL.size + n + e]
    name = entry_name(raw, extra, is_utf8=bool(flags & _UTF8_NAME), limits=limits)
    sizes = true_sizes(Sizes(size, packed, header), extra, name)
    _refuse_kind(name, flags, method, attributes)
    folder = name.endswith("/")
    if folder and sizes.size:
        raise InputError(name, code="archive.folder-with-data", path=name)
    if method == STORED and sizes.size != sizes.packed:
        raise InputError(sizes.packed, code="archive.size-lie", path=name, declared=sizes.size)
    return Member(
        name,
        raw,
        flags,
        method,
        crc,
        sizes.packed,
        sizes.size,
        sizes.header,
        folder,
        comment=data[after - c : after] or unicode_comment(extra, name) or b"",
    ), after


def _refuse_kind(name: str, flags: int, method: int, attributes: int) -> None:
    for bit, why in _REFUSED_FLAGS.items():
        if flags & (1 << bit):
            raise InputError(why, code="archive.encrypted", path=name)
    if method not in (STORED, DEFLATED):
        raise InputError(method, code="archive.compression", path=name)
    if (attributes >> 16) & _TYPE_MASK not in (0, _REGULAR, _FOLDER) or attributes & _REPARSE_POINT:
        raise InputError(oct(attributes >> 16), code="archive.not-a-file", path=name)


def _refuse_clashes(listed: list[Member]) -> None:
    """No two names that some file system or reader takes for one; no file that is also a folder."""
    first: dict[str, Member] = {}
    odd = next((member for member in listed if b"\\" in member.raw_name), None)
    if odd is not None and any(b"/" in member.raw_name for member in listed):
        # Whether a backslash parts folders here, or is a letter of a name, nobody can say.
        raise InputError(odd.raw_name.decode(), code="archive.path-outside", path=odd.raw_name.decode())
    folders: set[str] = set()
    for member in listed:
        key = name_key(member.name)
        other = first.setdefault(key, member)
        if other is not member:
            code = "archive.duplicate-entry" if other.name == member.name else "archive.name-clash"
            raise InputError(member.name, code=code, path=member.name, first=other.name)
        parent = key.rstrip("/")
        while (parent := parent.rpartition("/")[0]) and parent not in folders:
            folders.add(parent)
    for key, member in first.items():
        if key in folders and not member.is_folder:
            raise InputError(member.name, code="archive.name-clash", path=member.name, first=f"{key}/")


def _with_local_headers(data: bytes, listed: list[Member], directory_start: int) -> tuple[Member, ...]:
    """Walk the file from its first byte: header, data, descriptor, next header, up to the directory."""
    starts: dict[int, int] = {}
    at = 0
    for member in sorted(listed, key=lambda m: m.header):
        if member.header != at:
            code = "archive.hidden-bytes" if member.header > at else "archive.overlap"
            raise InputError(abs(member.header - at), code=code, path=member.name)
        start = _local(data, member, directory_start)
        at = start + member.compressed_size
        if at > directory_start:
            raise InputError(at - directory_start, code="archive.overlap", path=member.name)
        if member.flags & _HAS_DESCRIPTOR:
            at += _descriptor_length(data, at, member)
        starts[member.header] = start
    if at != directory_start:
        raise _gap(at, directory_start)
    return tuple(_located(member, starts[member.header]) for member in listed)


def _local(data: bytes, member: Member, limit: int) -> int:
    """Check the local header against the central one and return where the data begins."""
    at = member.header
    if at + _LOCAL.size > limit or not data.startswith(_LOCAL_SIGN, at):
        raise _broken("local header", saw=data[at : at + 4].hex(" "), path=member.name)
    _, _, flags, method, _, _, crc, packed, size, n, e = _LOCAL.unpack_from(data, at)
    start = at + _LOCAL.size + n + e
    raw = data[at + _LOCAL.size : at + _LOCAL.size + n]
    if start > limit:
        raise _broken("local header", saw=str(n + e), path=member.name)
    if raw != member.raw_name:
        raise InputError(raw.decode("utf-8", "replace"), code="archive.name-mismatch", path=member.name)
    extra = data[at + _LOCAL.size + n : start]
    if (second := unicode_path(extra, member.name)) not in (None, raw):
        raise InputError(second, code="archive.name-mismatch", path=member.name)
    streamed = bool(flags & _HAS_DESCRIPTOR)
    told = (
        flags & _MEANINGFUL,
        method,
        crc,
        *local_sizes(size, packed, extra, member.name, streamed=streamed),
    )
    real = (member.flags & _MEANINGFUL, member.method, member.crc32, member.size, member.compressed_size)
    for field_name, ours, theirs in zip(
        ("flags", "method", "crc", "size", "packed"), told, real, strict=True
    ):
        unset = streamed and ours == 0 and field_name in ("crc", "size", "packed")
        if ours != theirs and not unset:
            code = "archive.size-lie" if field_name in ("size", "packed") else "archive.header-mismatch"
            raise InputError(ours, code=code, path=member.name, declared=theirs, field=field_name)
    return int(start)


def _descriptor_length(data: bytes, at: int, member: Member) -> int:
    """The length of the data descriptor, which must repeat the sizes (4.3.9: sign and width vary)."""
    crc = struct.pack("<L", member.crc32)
    for sign in (_DESCRIPTOR_SIGN, b""):
        for width in ("<2L", "<2Q"):
            expected = sign + crc + struct.pack(width, member.compressed_size, member.size)
            following = data[at + len(expected) : at + len(expected) + 4]
            if data.startswith(expected, at) and following in _AFTER_ENTRY:
                return len(expected)
    told, real = data[at : at + 16].hex(), f"{member.crc32:#x} {member.compressed_size} {member.size}"
    raise InputError(
        told, code="archive.header-mismatch", path=member.name, declared=real, field="descriptor"
    )


def _located(m: Member, start: int) -> Member:
    parts = (m.name, m.raw_name, m.flags, m.method, m.crc32, m.compressed_size, m.size, m.header, m.is_folder)
    return Member(*parts, start, m.comment)


def _broken(what: str, *, saw: str, path: str = "") -> InputError:
    return InputError(saw, code="archive.broken-structure", path=path, what=what)


def _gap(start: int, end: int) -> InputError:
    if end < start:
        return _broken("end of central directory", saw=str(end - start))
    return InputError(end - start, code="archive.hidden-bytes", path=f"byte {start}")
