"""Files and folders: read whole and within limits; written aside and renamed, so never half there."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from gateway.codec.base import Package
from gateway.errors import GatewayError, UsageError
from gateway.frontdoor.limits import MIB
from gateway.messages import reason

# As much as the front door lets into an archive, unpacked.
MAX_FILE_BYTES: Final = 64 * MIB
MAX_FOLDER_BYTES: Final = 256 * MIB
MAX_FOLDER_FILES: Final = 10_000
_PRIVATE = "private"
# Signatures of others, in a folder that was prepared for them.
_SEALS, _SEAL = "signatures", ".p7s"
# Every folder that this software writes has one.
_REPORT, _MARK = "report.json", b"hutong-report@"


class StorageError(GatewayError):
    """The file system did not do what was asked: absent, not permitted, full, or no plain file."""

    code = "storage.failed"


class OutputExists(UsageError):
    """Something stands where the output should go."""

    code = "storage.exists"


@contextmanager
def alone(folder: Path, *, make: bool = False) -> Iterator[None]:
    """One process at a time reads and rewrites what is in ``folder``: the second waits for the first.

    Where the system has no such locks, nothing is kept apart.

    Args:
        make: the folder where it is not there.

    Raises:
        StorageError: the folder is not there, or cannot be opened or locked.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    with _said(folder):
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY)
    try:
        with _said(folder):
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def load(path: Path) -> Package:
    """One file as a package. A pipe is read to its end.

    Raises:
        StorageError: it cannot be read, is a folder, or is larger than ``MAX_FILE_BYTES``.
    """
    return Package.of(read_file(path), name=str(path))


def read_file(path: Path, limit: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of one file.

    Raises:
        StorageError: see ``load``.
    """
    if path.is_dir():
        raise StorageError(path=str(path), code="storage.is-folder")
    with _said(path), path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise StorageError(path=str(path), code="storage.too-large", limit=str(limit // MIB))
    return data


def load_folder(folder: Path) -> dict[str, bytes]:
    """All files of ``folder`` by their relative name with ``/``, sorted. Every file counts, hidden ones too.

    Raises:
        StorageError: no folder, not readable, too large, or it holds a link or something else than files.
    """
    if not folder.is_dir():
        code = "storage.no-folder" if folder.exists() else "storage.absent"
        raise StorageError(path=str(folder), code=code)
    files: dict[str, bytes] = {}
    left = MAX_FOLDER_BYTES
    for path in _walk(folder, folder.resolve()):
        data = read_file(path, min(left, MAX_FILE_BYTES))
        left -= len(data)
        files[path.relative_to(folder).as_posix()] = data
        if len(files) > MAX_FOLDER_FILES:
            raise StorageError(
                folder, path=str(folder), code="storage.too-many-files", limit=str(MAX_FOLDER_FILES)
            )
    return dict(sorted(files.items()))


def refuse_existing(path: Path, *, force: bool) -> None:
    """Say early that ``path`` is taken. With ``force`` only a plain file or a folder of ours may go.

    Raises:
        OutputExists: something is there that must not be replaced (without ``force``).
    """
    if is_free(path):
        return
    is_folder = path.is_dir()
    if not force:
        raise OutputExists(path=str(path))
    if is_folder and not _is_ours(path):
        raise OutputExists(path=str(path), code="storage.not-our-folder")
    if not is_folder and not path.is_file():
        raise OutputExists(path=str(path), code="storage.not-a-file")


def is_free(path: Path) -> bool:
    """Whether nothing stands there, or an empty folder."""
    return _is_empty(path) if path.is_dir() else not path.exists() and not path.is_symlink()


def refuse_within(path: Path, *folders: Path) -> None:
    """Refuse a place that is one of ``folders``, in one, or around one: what is written would change it.

    Raises:
        OutputExists: it is.
    """
    own = _target(path)
    for other in map(_target, folders):
        if own.is_relative_to(other) or other.is_relative_to(own):
            raise OutputExists(path=str(path), code="storage.in-the-way", folder=str(other))


def refuse_lost_seals(folder: Path, files: Mapping[str, bytes]) -> None:
    """Refuse to put ``files`` where signatures of others would go: nobody here can make them again.

    Raises:
        OutputExists: there is one that is not among ``files``.
    """
    with _said(folder):
        for place in sorted(folder.rglob(f"*{_SEAL}")):
            inside = place.relative_to(folder).parent.parts
            if not place.is_file() or _SEALS not in inside:
                continue
            if files.get(place.relative_to(folder).as_posix()) != place.read_bytes():
                raise OutputExists(path=str(place), code="storage.seal-would-go")


def write_folder(folder: Path, files: Mapping[str, bytes], *, force: bool = False) -> None:
    """Write ``files`` (by relative name) as ``folder``: whole or not at all. ``private`` is its owner's only.

    Raises:
        OutputExists: see ``refuse_existing``; also, a signature of somebody else's would go.
        StorageError: it cannot be written; nothing of it is left.
    """
    target = _target(folder)
    refuse_existing(target, force=force)
    if target.exists() and not target.is_dir():
        raise OutputExists(path=str(folder), code="storage.no-folder")
    refuse_lost_seals(target, files)
    aside = _beside(target, "part")
    try:
        with _said(folder):
            target.parent.mkdir(parents=True, exist_ok=True)
            aside.mkdir()
            for name, data in files.items():
                _write_member(aside, name, data)
            _settle(aside)
            _swap(aside, target, force=force)
            _sync(target.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def write_file(path: Path, data: bytes, *, force: bool = False) -> None:
    """Write one file: whole or not at all.

    Raises:
        OutputExists: see ``refuse_existing``.
        StorageError: it cannot be written; nothing of it is left.
    """
    target = _target(path)
    if target.is_dir():
        raise OutputExists(path=str(path), code="storage.is-folder")
    refuse_existing(target, force=force)
    aside = _beside(target, "part")
    try:
        with _said(path):
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(aside, data)
            _name(aside, target, force=force)
            _sync(target.parent)
    finally:
        with suppress(OSError):
            aside.unlink()


@contextmanager
def writing(path: Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """One file that is written bit by bit: whole at the end, or not at all.

    Raises:
        OutputExists: see ``refuse_existing``.
        StorageError: it cannot be written; nothing of it is left.
    """
    target = _target(path)
    if target.is_dir():
        raise OutputExists(path=str(path), code="storage.is-folder")
    refuse_existing(target, force=force)
    aside = _beside(target, "part")
    try:
        with _said(path):
            target.parent.mkdir(parents=True, exist_ok=True)
            with aside.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _name(aside, target, force=force)
            _sync(target.parent)
    finally:
        with suppress(OSError):
            aside.unlink()


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """Turn the system's complaint into ours."""
    try:
        yield
    except FileNotFoundError as error:
        raise StorageError(path=str(path), code="storage.absent") from error
    # ValueError: a name with a NUL; RuntimeError: links in a circle (pathlib before 3.13).
    except (OSError, ValueError, RuntimeError) as error:
        before = error.__context__
        cause = before if isinstance(error, RuntimeError) and isinstance(before, OSError) else error
        raise StorageError(path=str(path), why=reason(cause)) from error


def _walk(folder: Path, root: Path) -> Iterator[Path]:
    with _said(folder):
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    for entry in entries:
        path = folder / entry.name
        if entry.is_symlink():
            _check_link(path, root)
            yield path
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(path, root)
        elif entry.is_file(follow_symlinks=False):
            yield path
        else:
            raise StorageError(path=str(path), code="storage.not-a-file")


def _check_link(path: Path, root: Path) -> None:
    """A link may only stand for a file of the same folder."""
    with _said(path):
        aim = path.resolve()
        plain = stat.S_ISREG(aim.stat().st_mode)
    if not plain or not aim.is_relative_to(root):
        raise StorageError(path=str(path), code="storage.link-leads-away")


def _is_empty(folder: Path) -> bool:
    with _said(folder), os.scandir(folder) as entries:
        return next(entries, None) is None


def _is_ours(folder: Path) -> bool:
    """Whether ``folder`` was written here: it has our report, or is made only of folders that have it."""
    report = folder / _REPORT
    if report.is_file():
        with _said(report), report.open("rb") as file:
            return _MARK in file.read(1000)
    with _said(folder):
        inner = sorted(folder.iterdir())
    return bool(inner) and all(
        path.is_dir() and not path.is_symlink() and (path / _REPORT).is_file() and _is_ours(path)
        for path in inner
    )


def _target(path: Path) -> Path:
    """Where a rename must go: a link stays, what it leads to is replaced."""
    with _said(path):
        return path.resolve()


def _beside(target: Path, ending: str) -> Path:
    return target.parent / f".{target.name[:100]}.{secrets.token_hex(6)}.{ending}"


def _write_member(root: Path, name: str, data: bytes) -> None:
    pure = PurePosixPath(name)
    assert not pure.is_absolute()
    assert name == pure.as_posix()
    assert not {"..", "."} & set(pure.parts)
    folder = root
    for part in pure.parts[:-1]:
        folder /= part
        # Made with its mode: at no moment can somebody else look in.
        folder.mkdir(mode=0o700 if part == _PRIVATE else 0o777, exist_ok=True)
    _write(folder / pure.name, data)


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Have the names of all files on disk before the folder gets its own name."""
    for place, _, _ in os.walk(folder):
        _sync(Path(place))


def _sync(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name(aside: Path, target: Path, *, force: bool) -> None:
    """Give a file its name; without ``force`` only one that nobody has taken since it was asked for."""
    if not force:
        try:
            os.link(aside, target)
        except FileExistsError as error:
            raise OutputExists(path=str(target)) from error
        except OSError:
            # A file system without links has no such way.
            refuse_existing(target, force=False)
        else:
            return
    aside.replace(target)


def _swap(aside: Path, target: Path, *, force: bool) -> None:
    """Give ``aside`` the name ``target``; the old folder goes only when the new one stands.

    Without ``force`` none goes: another process may have put one there since it was asked for.
    """
    if not force or not target.exists():
        with suppress(OSError):
            target.rmdir()  # only an empty one goes
        try:
            aside.rename(target)
        except OSError as error:
            if target.exists():
                raise OutputExists(path=str(target)) from error
            raise
        return
    old = _beside(target, "old")
    target.rename(old)
    try:
        aside.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
