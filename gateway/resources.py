"""Find the data that ships beside the code: schemas/, mappings/ and examples/."""

from __future__ import annotations

import csv
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
