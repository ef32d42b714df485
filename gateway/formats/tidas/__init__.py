"""TIDAS (tidas@1.0): ILCD data sets as JSON, as TianGong exchanges them."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.codec.base import Context, Evidence
from gateway.codec.datasets import Bundle, DatasetFormat, Piece
from gateway.codec.shelf import Shelf


def _detect(shelf: Shelf) -> Evidence | None:
    from gateway.formats.tidas.graph import detect

    return detect(shelf)


def _open(shelf: Shelf, context: Context) -> Bundle:
    from gateway.formats.tidas.graph import open_bundle

    return open_bundle(shelf, context)


def _write(bundle: Bundle, context: Context) -> Iterator[Piece]:
    from gateway.formats.tidas.pieces import write

    return write(bundle, context)


TIDAS = DatasetFormat(
    id="tidas@1.0",
    title={"zh": "TIDAS 数据集", "en": "TIDAS data sets"},
    media_type="application/zip",
    detect=_detect,
    open=_open,
    write=_write,
    family="ilcd",
    parameters={"missing": ("not-stated",)},
    schema_edition="TIDAS JSON Schema of tidas-tools 0.0.43, own statement",
)
