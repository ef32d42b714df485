"""An output that grows file by file and appears whole: staged beside its place, gone on with after a stop.

What is finished is noted part by part. Whoever starts the same job again finds its stage and goes on behind
the last finished part; a job is the same if its source, target and choices are.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from gateway.errors import UsageError
from gateway.messages import reason
from gateway.storage.files import OutputExists, StorageError

# First words of the report that stands beside every output made here.
REPORT_MARK: Final = "hutong-report@datasets-1"
# What the report beside an output is called, behind the output's own name.
REPORT_SUFFIX: Final = ".report.ndjson"
_FILES, _LINES, _JOURNAL = "files", "report.ndjson", "journal"
# The earliest time that a zip can state.
_TIME: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Stage:
    """The place of an output on its way. Several processes may write parts of it: each file appears whole."""

    folder: Path
    target: str

    def write(self, part: str, entries: Iterable[tuple[str, bytes] | str]) -> None:
        """Write the files of one part, by name, and the lines of the report on them, as they come.

        Raises:
            StorageError: it cannot be written.
        """
        try:
            with (self.folder / f"{_LINES}.{part}").open("w", encoding="utf-8", newline="\n") as report:
                for entry in entries:
                    if isinstance(entry, str):
                        report.write(f"{entry}\n")
                    else:
                        self._file(part, *entry)
        except OSError as error:
            raise StorageError(path=self.target, why=reason(error)) from error

    def keep(self, name: str, data: bytes) -> None:
        """Lay something aside."""
        aside = self.folder / f"{name}.new"
        try:
            aside.write_bytes(data)
            aside.replace(self.folder / name)
        except OSError as error:
            raise StorageError(path=self.target, why=reason(error)) from error

    def _file(self, part: str, name: str, data: bytes) -> None:
        pure = PurePosixPath(name)
        assert not pure.is_absolute()
        assert not {"..", "."} & set(pure.parts)
        path = self.folder / _FILES / name
        # Two parts may give the same file, of the same bytes, at the same time.
        aside = self.folder / f"{part}.new"
        aside.write_bytes(data)
        try:
            aside.replace(path)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            aside.replace(path)


class Staging:
    """One output on its way.

    Args:
        target: a folder; a file that ends in ``.zip``; or, with another ending, the only file there is.
        job: what tells this job from any other, such as a digest.
        force: whether an earlier output of this kind may be replaced.

    Raises:
        OutputExists: something stands there that must not be replaced.
        StorageError: the stage cannot be made.
    """

    def __init__(self, target: Path, job: str, *, force: bool) -> None:
        self.target = target.absolute()
        self.report = self.target.with_name(self.target.name + REPORT_SUFFIX)
        self._refuse(force=force)
        self._stage = self.target.with_name(f".{self.target.name[:100]}.{job[:16]}.part")
        try:
            (self._stage / _FILES).mkdir(parents=True, exist_ok=True)
            journal = self._stage / _JOURNAL
            known = journal.read_text("utf-8").splitlines() if journal.exists() else []
        except OSError as error:
            raise StorageError(path=str(target), why=reason(error)) from error
        # A line without its end was being written when the job stopped: that part is done again.
        self.finished = dict.fromkeys(line for line in known if line.endswith("."))

    @property
    def shelf(self) -> Stage:
        """Where parts are written, by whoever makes them."""
        return Stage(self._stage, str(self.target))

    def put(self, part: str, files: Iterable[tuple[str, bytes]], lines: Iterable[str]) -> None:
        """Add the files of one part and what the report says of them, then note that it is finished."""
        self.shelf.write(part, [*files, *lines])
        self.note(part)

    def note(self, part: str) -> None:
        """Note that a part is written."""
        try:
            with (self._stage / _JOURNAL).open("a", encoding="utf-8") as journal:
                journal.write(f"{part}.\n")
        except OSError as error:
            raise StorageError(path=str(self.target), why=reason(error)) from error
        self.finished[f"{part}."] = None

    def has(self, part: str) -> bool:
        """Whether an earlier run has finished this part."""
        return f"{part}." in self.finished

    def keep(self, name: str, data: bytes) -> None:
        """Lay something aside for a later run of the same job."""
        self.shelf.keep(name, data)

    def kept(self, name: str) -> bytes | None:
        """What was laid aside under ``name``."""
        path = self._stage / name
        return path.read_bytes() if path.exists() else None

    def amend(self, part: str, lines: Iterable[str]) -> None:
        """Put other lines in the place of a part's."""
        self.keep(f"{_LINES}.{part}", "".join(f"{line}\n" for line in lines).encode())

    def names(self) -> list[str]:
        """The names of the files that there are so far."""
        root = self._stage / _FILES
        return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())

    def finish(self, head: dict[str, object], parts: Iterable[str]) -> int:
        """Give the output its place, with the report beside it; return how many files there are.

        Raises:
            UsageError: several files for a target that is one.
            StorageError: it cannot be moved there.
        """
        root = self._stage / _FILES
        names = self.names()
        is_file = bool(self.target.suffix) and not self.target.is_dir()
        if is_file and self.target.suffix.lower() != ".zip" and len(names) != 1:
            raise UsageError(len(names), path=str(self.target), code="usage.several-files-to-one")
        try:
            self._finish_report({"report": REPORT_MARK} | head, parts)
            if self.target.suffix.lower() == ".zip":
                made = self._stage / "output.zip"
                _zip(root, names, made)
                made.replace(self.target)
            elif is_file:
                (root / names[0]).replace(self.target)
            else:
                if self.target.exists():
                    shutil.rmtree(self.target)
                root.rename(self.target)
        except OSError as error:
            raise StorageError(path=str(self.target), why=reason(error)) from error
        shutil.rmtree(self._stage, ignore_errors=True)
        return len(names)

    def discard(self) -> None:
        """Take the stage away: nothing of this job stays."""
        shutil.rmtree(self._stage, ignore_errors=True)

    def lines(self, parts: Iterable[str]) -> Iterable[str]:
        """The report's lines of these parts."""
        for part in parts:
            with (self._stage / f"{_LINES}.{part}").open(encoding="utf-8") as report:
                yield from (line.rstrip("\n") for line in report)

    def _finish_report(self, head: dict[str, object], parts: Iterable[str]) -> None:
        aside = self._stage / _LINES
        with aside.open("w", encoding="utf-8", newline="\n") as report:
            report.write(json.dumps(head, ensure_ascii=False) + "\n")
            report.writelines(f"{line}\n" for line in self.lines(parts))
        aside.replace(self.report)

    def _refuse(self, *, force: bool) -> None:
        for path in (self.target, self.report):
            if not path.exists() and not path.is_symlink():
                continue
            if path.is_dir() and _is_empty(path):
                continue
            if not force:
                raise OutputExists(path=str(path))
        if self.target.is_dir() and not _is_empty(self.target) and not self._is_ours():
            raise OutputExists(path=str(self.target), code="storage.not-our-folder")

    def _is_ours(self) -> bool:
        try:
            with self.report.open("rb") as report:
                return REPORT_MARK.encode() in report.read(1000)
        except OSError:
            return False


def _is_empty(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return next(entries, None) is None


def _zip(root: Path, names: list[str], to: Path) -> None:
    """A zip of these files, the same bytes on every machine."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as archive:
        for name in names:
            info = zipfile.ZipInfo(name, _TIME)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, (root / name).read_bytes())
