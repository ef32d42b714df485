"""Inputs that hold several declarations: a certificate register has one in each row."""

from __future__ import annotations

from gateway.codec.base import Package
from gateway.formats.cn_pcf.register import split_register

# How JSON and XML begin.
_NEVER = (b"{", b"[", b"<")


def split(package: Package) -> tuple[Package, ...]:
    """The packages that are read one by one; most inputs are one.

    Raises:
        InputError: a register that cannot be read as a table.
    """
    if len(package.members) != 1 or package.only.data.lstrip()[:1] in _NEVER:
        return (package,)
    return split_register(package)
