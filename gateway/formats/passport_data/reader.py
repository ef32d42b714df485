"""Read the second input, from JSON or from our workbook, as the passport part of a declaration."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.codec import build
from gateway.codec.base import Context, Package, Reading
from gateway.codec.jsonread import JsonReading
from gateway.codec.schema import judge
from gateway.errors import InputError
from gateway.formats.passport_data import NAME
from gateway.formats.passport_data.table import NAMESPACE, SCHEMA, table
from gateway.frontdoor.json import JsonValue
from gateway.model.declaration import Declaration
from gateway.report import Finding


def read(package: Package, context: Context) -> Reading:
    """A declaration with nothing but what the input says: passport, battery and product facts.

    Raises:
        InputError: the bytes are neither our JSON nor our workbook.
    """
    if package.only.data.startswith(b"PK"):
        from gateway.formats.passport_data.workbook import read_workbook

        return read_workbook(package.only.data)
    document = package.json
    if not isinstance(document, dict) or document.get("format") != NAME:
        raise InputError(package.name, path="/format", code="passport-data.not-ours")
    return read_document(document)


def read_document(document: Mapping[str, JsonValue]) -> Reading:
    """The same from the values of a document."""
    told = {name: value for name, value in document.items() if name != "format"}
    found = JsonReading(table(), told, NAMESPACE).run()
    declaration = Declaration.model_validate({**build.plain(found.tree), "extras": found.extras})
    origins = dict(build.origins(declaration, found.tree))
    return Reading(declaration, tuple(found.notes), tuple(found.findings), origins)


def validate(package: Package) -> tuple[Finding, ...]:
    """What the JSON breaks of its schema."""
    return () if package.only.data.startswith(b"PK") else judge(package.json, SCHEMA)
