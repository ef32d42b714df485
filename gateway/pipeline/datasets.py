"""Packages of life-cycle data sets: opened whatever their format, and written in another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.codec.base import Context, Evidence
from gateway.codec.dataset_run import Known, Sent, write_bundle
from gateway.codec.datasets import ORDER, Bundle, DatasetFormat, DatasetReading, IndexedBundle, Measured
from gateway.codec.shelf import Shelf, ZipShelf
from gateway.errors import UsageError
from gateway.formats.datasets import detect_datasets, find_dataset_format
from gateway.model.dataset import DatasetKind, Key, Reference
from gateway.quantity.exact import own_arithmetic
from gateway.report import Finding, Severity

_APART = (DatasetKind.PROCESS, DatasetKind.MODEL)


@dataclass(frozen=True, slots=True)
class Datasets:
    """A package that was opened: its data sets, and what format they are in and why."""

    format: DatasetFormat
    evidence: Evidence
    bundle: Bundle
    context: Context


def open_datasets(shelf: Shelf, *, format: str | None = None, context: Context | None = None) -> Datasets:
    """Open a package of data sets. Nothing is parsed but what tells which data sets there are.

    Args:
        format: a format's id; without it, the content says.
        context: clock, ids and choices of the caller, with the digest of the package as source.

    Raises:
        InputError: no format fits.
        UsageError: two formats fit, or there is no such format.
    """
    own = context or Context()
    if format is None:
        found = detect_datasets(shelf)
        return Datasets(found.format, found.evidence, _open(found.format, shelf, own), own)
    named = find_dataset_format(format)
    return Datasets(named, Evidence(3, ("--from",)), _open(named, shelf, own), own)


def _open(format_: DatasetFormat, shelf: Shelf, context: Context) -> Bundle:
    """The bundle of a format, with what the archive itself has to be told of."""
    bundle = format_.open(shelf, context)
    if isinstance(shelf, ZipShelf) and shelf.archive.windows_names and isinstance(bundle, IndexedBundle):
        told = Finding("dataset.windows-names", shelf.name, severity=Severity.INFO)
        bundle.findings = (told, *bundle.findings)
    return bundle


@own_arithmetic
def convert_datasets(
    source: Datasets,
    *,
    to: str,
    options: Mapping[str, str] | None = None,
    keys: Sequence[Key] | None = None,
    known: Known | None = None,
    read_back: bool = True,
) -> Iterator[Sent]:
    """Write data sets in another format (or, mended in form, in their own), file by file.

    Args:
        keys: the data sets to write; all of them if not told. What they refer to is looked up in any case.
        known: what earlier parts of the same output have taught, where ``keys`` is only a part.
        read_back: reads each file back and accounts for every leaf.

    Raises:
        UsageError: there is no such format, it is only read, or it has no such option or value.
        InternalError: an output broke a promise.
    """
    target = find_dataset_format(to)
    context = replace(source.context, options=dict(options or {}))
    _refuse_options(target, context.options)
    bundle = source.bundle if keys is None else Part(source.bundle, tuple(keys))
    yield from write_bundle(target, bundle, context, known=known, read_back=read_back)


@dataclass(frozen=True, slots=True)
class Reach:
    """How many data sets of a package a format holds, and how many of their values have a note there.

    ``of`` is how many the package has, ``asked`` how many were tried.
    """

    format: DatasetFormat
    written: int
    refused: int
    noted: int
    asked: int
    of: int


def reach(source: Datasets, to: str, *, most: int) -> Reach:
    """What a package would become in a format, by writing it and keeping nothing.

    Args:
        most: of a larger package, so many data sets are tried, processes first.
    """
    keys = source.bundle.keys
    asked = sorted(keys, key=lambda key: -ORDER.index(key.kind))[:most] if len(keys) > most else None
    written, refused, noted = set[Key](), set[Key](), 0
    for one in convert_datasets(source, to=to, keys=asked):
        written.update(one.becomes)
        refused.update(one.refused)
        noted += sum(len(account.notes) for account in one.accounts.values())
    tried = len(keys if asked is None else asked)
    return Reach(find_dataset_format(to), len(written - refused), len(refused), noted, tried, len(keys))


def parts(bundle: Bundle, size: int) -> Iterator[tuple[Key, ...]]:
    """The data sets in writing order, ``size`` at a time; a part holds data sets of one kind."""
    by_kind: dict[DatasetKind, list[Key]] = {}
    for key in bundle.keys:
        by_kind.setdefault(key.kind, []).append(key)
    for kind in ORDER:
        keys = by_kind.get(kind, [])
        for start in range(0, len(keys), size):
            yield tuple(keys[start : start + size])


def is_apart(keys: Sequence[Key]) -> bool:
    """Whether a part needs nothing of other parts of its kind and teaches them nothing."""
    return bool(keys) and keys[0].kind in _APART


@dataclass(frozen=True, slots=True)
class Part:
    """Some data sets of a bundle; the others are still found by those that refer to them."""

    whole: Bundle
    keys: tuple[Key, ...]

    @property
    def everything(self) -> tuple[Key, ...]:
        """All data sets of the whole."""
        return self.whole.everything

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Those of the whole."""
        return self.whole.findings

    @property
    def files(self) -> tuple[str, ...]:
        """The files beside the data sets go with the part that holds the first of them."""
        first = next(iter(self.whole.keys), None)
        return self.whole.files if first in self.keys else ()

    @property
    def measures(self) -> dict[object, Measured | None]:
        """What was worked out of the whole."""
        found: dict[object, Measured | None] = getattr(self.whole, "measures", {})
        return found

    @property
    def all_files(self) -> tuple[str, ...]:
        """Those of the whole, for what looks something up in them."""
        return self.whole.files

    def read(self, key: Key) -> DatasetReading:
        """One data set of the whole."""
        return self.whole.read(key)

    def find(self, kind: DatasetKind, reference: Reference) -> Key | None:
        """One data set of the whole."""
        return self.whole.find(kind, reference)

    def file(self, name: str) -> bytes:
        """A file of the whole."""
        return self.whole.file(name)


def _refuse_options(format_: DatasetFormat, options: Mapping[str, str]) -> None:
    for name, value in options.items():
        allowed = format_.parameters.get(name)
        if allowed is None:
            known = ", ".join(format_.parameters) or "-"
            raise UsageError(name, code="usage.unknown-option", known=known)
        if allowed and value not in allowed:
            raise UsageError(value, code="usage.unknown-choice", option=name, known=", ".join(allowed))
