"""The second input as a workbook."""

from __future__ import annotations

from gateway.codec.base import Reading
from gateway.errors import InputError


def is_ours(data: bytes) -> bool:
    """Whether the workbook is this form."""
    return False


def read_workbook(data: bytes) -> Reading:
    """Its values."""
    raise InputError(code="passport-data.not-ours")
