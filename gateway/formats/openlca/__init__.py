"""openLCA JSON-LD (openlca@2): schema 2 written, schemas 1 and 2 read."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.codec.base import Context, Evidence, Member
from gateway.codec.datasets import Bundle, DatasetFormat, Piece
from gateway.codec.shelf import Shelf
from gateway.report import Finding


def _detect(shelf: Shelf) -> Evidence | None:
    from gateway.formats.openlca.package import detect

    return detect(shelf)


def _open(shelf: Shelf, context: Context) -> Bundle:
    from gateway.formats.openlca.package import open_bundle

    return open_bundle(shelf, context)


def _write(bundle: Bundle, context: Context) -> Iterator[Piece]:
    from gateway.formats.openlca.writer import write

    return write(bundle, context)


def _validate(member: Member) -> tuple[Finding, ...]:
    from gateway.formats.openlca.judge import validate

    return validate(member)


OPENLCA = DatasetFormat(
    id="openlca@2",
    title={"zh": "openLCA JSON-LD 数据包", "en": "openLCA JSON-LD package"},
    media_type="application/zip",
    detect=_detect,
    open=_open,
    write=_write,
    validate=_validate,
    family="openlca",
    schema_edition="openLCA schema 2, own statement",
)
