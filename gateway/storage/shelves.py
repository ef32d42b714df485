"""Packages of data sets on disk: a file, a zip archive or a folder, read file by file."""

from __future__ import annotations

import hashlib
import mmap
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from gateway.codec.shelf import ZIP_START, FileShelf, Shelf, ZipShelf
from gateway.errors import InputError
from gateway.frontdoor import archive
from gateway.frontdoor.limits import DATABASE_ARCHIVE
from gateway.messages import reason
from gateway.storage.files import StorageError, read_file

_CHUNK = 1 << 20
# What file systems and people leave in folders, and what is no part of a package.
_HIDDEN = "."


@dataclass(frozen=True, slots=True)
class FolderShelf:
    """The files below a folder. Hidden ones are left out."""

    name: str
    folder: Path
    names: tuple[str, ...] = field(repr=False)
    _known: frozenset[str] = field(repr=False)

    def read(self, name: str) -> bytes:
        """The bytes of one file.

        Raises:
            StorageError: it cannot be read.
            InputError: ``archive.no-such-entry``.
        """
        return read_file(self._path(name))

    def head(self, name: str) -> bytes:
        """The first bytes of one file."""
        try:
            with self._path(name).open("rb") as file:
                return file.read(4096)
        except OSError as error:
            raise StorageError(path=name, why=reason(error)) from error

    def _path(self, name: str) -> Path:
        if name not in self._known:
            raise InputError(name, code="archive.no-such-entry", path=self.name)
        return self.folder / name


class _Mapped(mmap.mmap):
    """A file's bytes where they lie; what is not looked at is not read."""

    def startswith(self, prefix: bytes, start: int = 0) -> bool:
        """As of bytes."""
        return self[start : start + len(prefix)] == prefix


def open_shelf(path: Path) -> Shelf:
    """The files of what stands at ``path``: the file itself, a zip archive's entries, or a folder's files.

    Raises:
        StorageError: it is not there, or cannot be read.
        InputError: it is a zip archive that cannot be trusted.
    """
    if path.is_dir():
        names = _names(path)
        return FolderShelf(str(path), path, names, frozenset(names))
    try:
        with path.open("rb") as file:
            if file.read(len(ZIP_START)) == ZIP_START:
                mapped = _Mapped(file.fileno(), 0, access=mmap.ACCESS_READ)
                # All that the archive asks of its bytes is slices, finds and lengths.
                return ZipShelf(str(path), archive.open_zip(cast("bytes", mapped), limits=DATABASE_ARCHIVE))
    except FileNotFoundError as error:
        raise StorageError(path=str(path), code="storage.absent") from error
    except (OSError, ValueError) as error:
        raise StorageError(path=str(path), why=reason(error)) from error
    return FileShelf(str(path), {path.name: read_file(path)})


def digest_of(path: Path) -> str:
    """SHA-256 of a file; of a folder, that of its files' names and digests."""
    if not path.is_dir():
        return _digest(path)
    whole = hashlib.sha256()
    for name in _names(path):
        whole.update(f"{name}\0{_digest(path / name)}\n".encode())
    return whole.hexdigest()


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                found.update(chunk)
    except OSError as error:
        raise StorageError(path=str(path), why=reason(error)) from error
    return found.hexdigest()


def _names(folder: Path) -> tuple[str, ...]:
    found = [
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and not path.is_symlink()
    ]
    plain = [name.as_posix() for name in found if not any(part.startswith(_HIDDEN) for part in name.parts)]
    return tuple(sorted(plain))
