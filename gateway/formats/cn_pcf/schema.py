"""The JSON Schema of what we write as cn-pcf@1, made from its field table."""

from __future__ import annotations

from gateway import resources
from gateway.codec.fields import FieldTable, compile_table
from gateway.codec.form_schema import form_schema


def schema() -> dict[str, object]:
    """The schema, draft 07."""
    return form_schema(
        _table(),
        identifier="urn:hutong:schema:cn-pcf:1",
        title="Domestic product carbon footprint declaration, as written",
    )


def _table() -> FieldTable:
    """The rows that are written; the declared set stands in ``results`` with the rows of a set."""
    rows = [row for row in resources.table("fields/cn_pcf.csv") if row.get("write") != "no"]
    sets = "/resultSets/*/"
    inside = [r for r in rows if r["source"].startswith(sets) and "/basis/" not in r["source"]]
    declared = [dict(r, source="/results/" + r["source"].removeprefix(sets)) for r in inside]
    return compile_table([*rows, *(r for r in declared if r["type"] not in ("role", "per"))])
