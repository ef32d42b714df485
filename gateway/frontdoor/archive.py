"""Zip archives at the door: one reading of every byte, entries unpacked in memory only when asked for."""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from gateway.errors import InputError
from gateway.frontdoor import _zip_layout as layout
from gateway.frontdoor import limits as lim
from gateway.frontdoor.limits import ArchiveLimits

_ZIP_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ZIP_SUFFIXES: Final = (".zip", ".jar", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".tar")
# ETSI EN 319 162-1 V1.1.1, 4.3.3.2 (ASiC-S) and 4.4.3.2 (ASiC-E)
ASIC_MIMETYPES: Final = ("application/vnd.etsi.asic-e+zip", "application/vnd.etsi.asic-s+zip")

# EN 319 162-1, 4.3.3.2 and 4.4.3.2
_SIGNATURES: Final = re.compile(r"META-INF/[^/]*signatures[^/]*\.xml", re.IGNORECASE)
_MIMETYPE_COMMENT: Final = b"mimetype="


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive, as both its headers describe it."""

    name: str
    size: int
    compressed_size: int
    crc32: int
    stored: bool
    start: int = field(repr=False)  # of its data in the archive
    comment: bytes = b""


@dataclass(frozen=True, slots=True)
class Archive:
    """The files of a checked archive, in the archive's order; folders are left out."""

    entries: tuple[Entry, ...]
    limits: ArchiveLimits
    _data: bytes = field(repr=False)
    _by_name: dict[str, Entry] = field(repr=False, compare=False)
    comment: bytes = b""
    windows_names: bool = False  # backslashes were read as slashes

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files, in the archive's order."""
        return tuple(entry.name for entry in self.entries)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def find(self, name: str) -> Entry | None:
        """The entry of this exact name."""
        return self._by_name.get(name)

    def read(self, name: str) -> bytes:
        """The bytes of one file.

        Raises:
            InputError: ``archive.no-such-entry``, ``archive.size-lie``, ``archive.corrupt``,
                ``archive.nested``.
        """
        entry = self._by_name.get(name)
        if entry is None:
            raise InputError(name, code="archive.no-such-entry", path=name)
        raw = self._data[entry.start : entry.start + entry.compressed_size]
        content = raw if entry.stored else _inflate(raw, entry)
        if zlib.crc32(content) != entry.crc32:
            raise InputError(name, code="archive.corrupt", path=name, problem="CRC-32")
        if content.startswith(_ZIP_STARTS) and not self.limits.allow_nested:
            raise InputError(name, code="archive.nested", path=name)
        return content

    def read_all(self) -> Iterator[tuple[str, bytes]]:
        """Every file with its name, one at a time, in the archive's order."""
        for entry in self.entries:
            yield entry.name, self.read(entry.name)


def open_zip(data: bytes, *, limits: ArchiveLimits = lim.ARCHIVE) -> Archive:
    """Open a zip archive whose every byte has exactly one reading; nothing is unpacked yet.

    Local headers, data, descriptors and the central directory must fill the file without gap or overlap
    and say the same. Comments are kept. Sizes and checksums are proven when an entry is read.

    Raises:
        InputError: ``archive.*``; the path is the entry's name.

    Source: APPNOTE.TXT 6.3.10; ISO/IEC 21320-1 (stored or deflated, not encrypted, one volume).
    """
    if len(data) > limits.max_bytes:
        raise InputError(len(data), code="archive.too-large", limit=limits.max_bytes, name="max_bytes")
    members = layout.members(data, limits)
    entries = tuple(
        Entry(m.name, m.size, m.compressed_size, m.crc32, m.method == layout.STORED, m.start, m.comment)
        for m in members
        if not m.is_folder
    )
    _refuse_bombs(entries, len(data), limits)
    if not limits.allow_nested:
        for entry in entries:
            if entry.name.lower().endswith(_ZIP_SUFFIXES):
                raise InputError(entry.name, code="archive.nested", path=entry.name)
    by_name = {entry.name: entry for entry in entries}
    respelled = any(b"\\" in member.raw_name for member in members)
    return Archive(entries, limits, data, by_name, layout.comment(data), respelled)


def open_asic(
    data: bytes,
    *,
    limits: ArchiveLimits = lim.ARCHIVE,
    mimetypes: Collection[str] = ASIC_MIMETYPES,
    mimetype_first: bool = True,
) -> Archive:
    """Open a signature container: first in the file, stored and plain, stands ``mimetype``.

    Args:
        mimetype_first: False lets it stand elsewhere, as EU DSS has written it, but never compressed; or be
            absent, where a file of signatures tells a container (the comment of the zip may state the type).

    Raises:
        InputError: ``archive.mimetype``, and all of ``open_zip``.

    Source: ETSI EN 319 162-1 V1.1.1, A.1.
    """
    archive = open_zip(data, limits=limits)
    entry = archive.find("mimetype")
    first = archive.entries[0] if archive.entries else None
    # A local header has 30 bytes: the first entry's data begins right after it and the name.
    at_start = entry is first and entry is not None and entry.start == 30 + len("mimetype")
    if not mimetype_first and is_tacitly_asic(archive, mimetypes):
        return archive
    if entry is None or (mimetype_first and not at_start):
        raise InputError(first.name if first else "", code="archive.mimetype", path="mimetype")
    if not entry.stored:
        raise InputError("DEFLATE", code="archive.mimetype", path="mimetype")
    content = archive.read("mimetype")
    if content not in {mimetype.encode() for mimetype in mimetypes}:
        raise InputError(content.decode("utf-8", "replace"), code="archive.mimetype", path="mimetype")
    return archive


def asic_mimetype(archive: Archive) -> str:
    """The type that a container states of itself: in its file, else in the comment; empty: nowhere."""
    if "mimetype" in archive:
        return archive.read("mimetype").decode("utf-8", "replace")
    stated = archive.comment.removeprefix(_MIMETYPE_COMMENT)
    return stated.decode("utf-8", "replace") if stated != archive.comment else ""


def is_tacitly_asic(archive: Archive, mimetypes: Collection[str] = ASIC_MIMETYPES) -> bool:
    """Whether it is a container without saying so in a file; it may not say that it is something else."""
    is_signed = any(_SIGNATURES.fullmatch(name) for name in archive.names)
    return "mimetype" not in archive and is_signed and asic_mimetype(archive) in ("", *mimetypes)


def _refuse_bombs(entries: tuple[Entry, ...], archive_size: int, limits: ArchiveLimits) -> None:
    for entry in entries:
        if entry.size > limits.max_entry_bytes:
            raise _too_large(entry.size, limits.max_entry_bytes, "max_entry_bytes", entry.name)
        _refuse_ratio(entry.size, entry.compressed_size, entry.name, limits)
    total = sum(entry.size for entry in entries)
    if total > limits.max_total_bytes:
        raise _too_large(total, limits.max_total_bytes, "max_total_bytes", "")
    _refuse_ratio(total, archive_size, "", limits)


def _refuse_ratio(size: int, packed: int, name: str, limits: ArchiveLimits) -> None:
    if size > limits.ratio_free_bytes and size > packed * limits.max_ratio:
        ratio = size // max(packed, 1)
        raise InputError(f"{ratio} : 1", code="archive.bomb", path=name, limit=limits.max_ratio)


def _too_large(saw: int, limit: int, name: str, path: str) -> InputError:
    return InputError(saw, code="archive.too-large", path=path, limit=limit, name=name)


def _inflate(raw: bytes, entry: Entry) -> bytes:
    """Unpack, but never more than one byte beyond what the headers promise."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(raw, entry.size + 1)
    except zlib.error as error:
        raise InputError(entry.name, code="archive.corrupt", path=entry.name, problem="DEFLATE") from error
    if len(content) != entry.size or not inflater.eof or inflater.unused_data:
        more = "more than " if len(content) > entry.size else ""
        saw = f"{more}{min(len(content), entry.size)}"
        raise InputError(saw, code="archive.size-lie", path=entry.name, declared=entry.size)
    return content
