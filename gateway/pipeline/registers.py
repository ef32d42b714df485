"""Inputs with several declarations: rows of a register, lines of NDJSON, items of a host's answer."""

from __future__ import annotations

from typing import Final

from gateway.codec.base import Package
from gateway.formats.cn_pcf.register import split_register
from gateway.formats.pact import envelope

_LINES: Final = (".ndjson", ".jsonl")


def split(package: Package) -> tuple[Package, ...]:
    """The packages that are read one by one; most inputs are one.

    Raises:
        InputError: a register that cannot be read as a table.
    """
    if len(package.members) != 1 or package.only.data.lstrip()[:1] == b"<":
        return (package,)
    if package.only.name.casefold().endswith(_LINES):
        return _lines(package)
    if package.only.start in (b"{", b"["):
        return envelope.split(package)
    return split_register(package)


def _lines(package: Package) -> tuple[Package, ...]:
    """Each line that is not empty, called by its number in the file; one line alone is the file."""
    lines = [(n, data) for n, data in enumerate(package.only.data.split(b"\n"), 1) if data.strip()]
    if len(lines) < 2:
        return (package,)
    kind = package.only.media_type
    return tuple(Package.of(data.strip(), name=f"{package.name} › {n}", media_type=kind) for n, data in lines)
