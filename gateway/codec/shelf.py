"""Where the files of a package stand: a file, a zip or a folder, each read only when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from gateway.codec.base import Package
from gateway.errors import InputError
from gateway.frontdoor import archive
from gateway.frontdoor.limits import PACKAGE_ARCHIVE

ZIP_START: Final = b"PK\x03\x04"
_HEAD: Final = 4096


class Shelf(Protocol):
    """Files by name, in a fixed order."""

    @property
    def name(self) -> str:
        """What people call it: the name of the file or folder."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its files, with ``/`` between folders."""
        ...

    def read(self, name: str) -> bytes:
        """The bytes of one file.

        Raises:
            GatewayError: there is no such file, or it cannot be read.
        """
        ...

    def head(self, name: str) -> bytes:
        """The first bytes of one file (at least 4 KiB where it has them), to see what it is."""
        ...


@dataclass(frozen=True, slots=True)
class FileShelf:
    """Files in memory."""

    name: str
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its files."""
        return tuple(self.files)

    def read(self, name: str) -> bytes:
        """The bytes of one file.

        Raises:
            InputError: ``archive.no-such-entry``.
        """
        if name not in self.files:
            raise InputError(name, code="archive.no-such-entry", path=self.name)
        return self.files[name]

    def head(self, name: str) -> bytes:
        """The first bytes of one file."""
        return self.read(name)[:_HEAD]


@dataclass(frozen=True, slots=True)
class ZipShelf:
    """The files of a zip archive, unpacked when they are read."""

    name: str
    archive: archive.Archive = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its files, in the archive's order."""
        return self.archive.names

    def read(self, name: str) -> bytes:
        """The bytes of one file.

        Raises:
            InputError: see ``Archive.read``.
        """
        return self.archive.read(name)

    def head(self, name: str) -> bytes:
        """The first bytes of one file."""
        return self.read(name)[:_HEAD]


def shelf_of(package: Package) -> Shelf:
    """The files of a package; of a package that is one zip archive, the files in it.

    Raises:
        InputError: it is a zip archive that cannot be trusted.
    """
    members = package.members
    if len(members) == 1 and members[0].data.startswith(ZIP_START):
        return ZipShelf(package.name, archive.open_zip(members[0].data, limits=PACKAGE_ARCHIVE))
    return FileShelf(package.name, {member.name: member.data for member in members})
