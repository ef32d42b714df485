"""Inputs with several declarations: a register has one in each row, a host's answer several."""

from __future__ import annotations

from gateway.codec.base import Package
from gateway.formats.cn_pcf.register import split_register
from gateway.formats.pact import envelope


def split(package: Package) -> tuple[Package, ...]:
    """The packages that are read one by one; most inputs are one.

    Raises:
        InputError: a register that cannot be read as a table.
    """
    if len(package.members) != 1 or package.only.data.lstrip()[:1] == b"<":
        return (package,)
    if package.only.data.lstrip()[:1] in (b"{", b"["):
        return envelope.split(package)
    return split_register(package)
