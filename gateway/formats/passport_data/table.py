"""The field table of the second input, and who supplies each of its fields."""

from __future__ import annotations

from functools import cache

from gateway import resources
from gateway.codec.fields import FieldTable, compile_table

NAMESPACE = "passport-data@1"
SCHEMA = "passport_data/passport-data-1.schema.json"
_TABLE = "fields/passport_data.csv"


@cache
def table() -> FieldTable:
    """The compiled rows."""
    return compile_table(resources.table(_TABLE))


def schema() -> dict[str, object]:
    """The JSON Schema of the second input."""
    from gateway.codec.form_schema import form_schema
    from gateway.formats.passport_data import NAME

    found = form_schema(
        table(),
        identifier="urn:hutong:schema:passport-data:1",
        title="Battery passport data beside a footprint declaration",
    )
    members = found["properties"]
    assert isinstance(members, dict)
    return {**found, "properties": {"format": {"const": NAME}, **members}, "required": ["format"]}
