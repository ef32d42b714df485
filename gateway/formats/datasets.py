"""The registry of formats of life-cycle data sets, in a fixed order, and detection by content."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.codec.base import Evidence
from gateway.codec.datasets import DatasetFormat
from gateway.codec.shelf import Shelf
from gateway.errors import InputError, UsageError
from gateway.formats.ecospold import ECOSPOLD1, ECOSPOLD2
from gateway.formats.ilcd import DATASETS as ILCD
from gateway.formats.openlca import OPENLCA
from gateway.formats.tidas import TIDAS

_FORMATS: tuple[DatasetFormat, ...] = (
    ILCD,
    TIDAS,
    OPENLCA,
    ECOSPOLD1,
    ECOSPOLD2,
)


@dataclass(frozen=True, slots=True)
class DetectedDatasets:
    """A format and why the files look like it."""

    format: DatasetFormat
    evidence: Evidence


def dataset_formats() -> tuple[DatasetFormat, ...]:
    """All formats of data sets, in the order in which they are tried and listed."""
    return _FORMATS


def is_dataset_format(name: str) -> bool:
    """Whether an id, with or without its version, is that of a format of data sets."""
    return any(name in (f.id, f.folder) for f in _FORMATS)


def find_dataset_format(name: str) -> DatasetFormat:
    """The format behind an id, with or without its version (the newest).

    Raises:
        UsageError: there is no such format.
    """
    exact = [f for f in _FORMATS if f.id == name]
    family = [f for f in _FORMATS if f.folder == name]
    if not exact and not family:
        raise UsageError(name, code="usage.unknown-format", known=", ".join(f.id for f in _FORMATS))
    return (exact or family)[-1]


def detect_datasets(shelf: Shelf) -> DetectedDatasets:
    """The one format that fits best.

    Raises:
        InputError: none fits.
        UsageError: two fit equally well; the caller must say which.
    """
    found = [DetectedDatasets(f, e) for f in _FORMATS if (e := f.detect(shelf)) is not None]
    found.sort(key=lambda d: -d.evidence.strength)
    if not found:
        refuse_packed(shelf)
        raise InputError(shelf.name, path=shelf.name, code="input.unknown-format")
    if len(found) > 1 and found[1].evidence.strength == found[0].evidence.strength:
        names = " · ".join(f"--from {d.format.id}" for d in found)
        raise UsageError(shelf.name, path=shelf.name, code="usage.ambiguous-format", choices=names)
    return found[0]


def refuse_packed(shelf: Shelf) -> None:
    """Say of an archive that holds nothing but archives what is to be done with it.

    Raises:
        InputError: ``archive.nested``.
    """
    for name in shelf.names:
        if name.lower().endswith(".zip"):
            raise InputError(name, path=name, code="archive.nested")
