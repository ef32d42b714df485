"""Find the data that ships beside the code: schemas/, mappings/ and examples/."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


@cache
def _area(name: str) -> Traversable:
    packaged = files("gateway") / name  # wheel
    if packaged.is_dir():
        return packaged
    beside = Path(__file__).resolve().parent.parent / name  # source tree, editable install
    if beside.is_dir():
        return beside
    raise FileNotFoundError(f"{name}/ is missing from this installation")


def schema(path: str) -> Traversable:
    """A file or folder below ``schemas/``."""
    return _area("schemas") / path


def mapping(path: str) -> Traversable:
    """A file or folder below ``mappings/``."""
    return _area("mappings") / path


def example(path: str) -> Traversable:
    """A file or folder below ``examples/``."""
    return _area("examples") / path


@cache
def table(path: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV table below ``mappings/``, in file order."""
    text = mapping(path).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def tables_digest() -> str:
    """SHA-256 over every file of ``mappings/`` and ``schemas/``: with the version, what a run depends on."""
    digest = hashlib.sha256()
    for area in ("mappings", "schemas"):
        for name, data in _files(_area(area), area):
            digest.update(f"{hashlib.sha256(data).hexdigest()}  {name}\n".encode())
    return digest.hexdigest()


def _files(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _files(entry, f"{name}/{entry.name}")
        elif entry.is_file():
            yield f"{name}/{entry.name}", entry.read_bytes()
