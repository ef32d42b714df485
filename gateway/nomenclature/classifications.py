"""Codes of product and industry classifications with their labels, by scheme and version.

A code is carried with scheme and version and never moved to another version without a table for it.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from gateway import resources

SCHEMES: Final = (
    ("CPC", "3.0", "cpc-3.0"),
    ("HS", "2022", "hs-2022"),
    ("ILCD elementary flows", "1.1", "ilcd-flow-categories-1.1"),
    ("ILCD processes", "1.1", "ilcd-process-classes-1.1"),
    ("ILCD product flows", "1.1", "ilcd-flow-classes-1.1"),
    ("ISIC", "5", "isic-5"),
)


@dataclass(frozen=True, slots=True)
class Class:
    """One class. A language without a label is left out of ``names``."""

    scheme: str
    version: str
    code: str
    names: Mapping[str, str]


def find(code: str, scheme: str, version: str) -> Class | None:
    """The class of a code; ``None`` where the scheme in this version does not have it, or is not here."""
    return _classes(scheme, version).get(code.strip())


def named(label: str, scheme: str, version: str) -> tuple[Class, ...]:
    """The classes with exactly this label, in either language; several levels may share one."""
    wanted = label.strip().casefold()
    found = _classes(scheme, version).values()
    return tuple(c for c in found if any(name.casefold() == wanted for name in c.names.values()))


def above(code: str, scheme: str, version: str) -> tuple[Class, ...]:
    """The classes that hold ``code``, the nearest first."""
    classes = _classes(scheme, version)
    shorter = (code[:n].rstrip(".") for n in range(len(code) - 1, 0, -1))
    return tuple(classes[part] for part in dict.fromkeys(shorter) if part in classes)


@cache
def _classes(scheme: str, version: str) -> Mapping[str, Class]:
    for known, edition, file in SCHEMES:
        if (known, edition) == (scheme, version):
            data = resources.mapping(f"classifications/{file}.csv.gz").read_bytes()
            rows = csv.DictReader(gzip.decompress(data).decode("utf-8").splitlines())
            return {
                row["code"]: Class(
                    scheme,
                    version,
                    row["code"],
                    {k: text for k in ("en", "zh") if (text := row[f"name_{k}"])},
                )
                for row in rows
            }
    return {}
