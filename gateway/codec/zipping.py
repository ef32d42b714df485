"""Zip archives with the same bytes on every machine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

# The earliest time that a zip can state.
_TIME = (1980, 1, 1, 0, 0, 0)


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The files in this order, stored as they are: packed bytes would depend on the packer's version."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name, _TIME)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return out.getvalue()
