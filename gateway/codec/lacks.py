"""What a target cannot be written without: named by the field in which its owner can supply it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from gateway import resources
from gateway.codec.fields import FieldTable, Row, compile_table
from gateway.errors import InputError


class Lacks(InputError):
    """A target needs a field that the declaration does not have (or may not show to this reader)."""

    code = "target.lacks-field"


def lack(target: str, model_path: str, *, lang: str = "", code: str | None = None, **params: str) -> Lacks:
    """The lack of one model leaf, with the domestic form's place and labels for it.

    ``code`` says more than "is needed", for example that the carbon classes of a stage are not told.
    """
    pattern = _pattern(model_path)
    row = next((r for table in _tables() if (r := _row(table, pattern, lang)) is not None), None)
    field = row.pointer if row else model_path
    label = row.label if row else {"zh": model_path, "en": model_path}
    told: dict[str, str] = {
        "target": target,
        "field": field,
        "label_zh": label["zh"],
        "label_en": label["en"],
        **params,
    }
    return Lacks("", path=model_path, code=code, **told)


def supplier(model_path: str) -> str:
    """Who can supply a passport fact: ``declaration`` where the second input has no field for it."""
    return _suppliers().get(_pattern(model_path), "declaration")


def _row(table: FieldTable, pattern: str, lang: str) -> Row | None:
    for own in (lang, "", "zh"):
        if rows := table.by_pattern.get((pattern, own)):
            return rows[0]
    return None


@cache
def _tables() -> tuple[FieldTable, ...]:
    """The declaration's own form first: what another input has, too, is asked for there."""
    others = ("fields/passport_data.csv", "fields/cbam_data.csv")
    return (_table(), *(compile_table(resources.table(name)) for name in others))


@cache
def _suppliers() -> Mapping[str, str]:
    rows = resources.table("fields/passport_data.csv")
    return {row["model"].partition("@")[0]: row["supplier"] for row in rows}


@cache
def _table() -> FieldTable:
    return compile_table(resources.table("fields/cn_pcf.csv"))


def _pattern(path: str) -> str:
    """The field of a model path: list items stand as ``*``."""
    lists = (
        "lines",
        "sites",
        "results",
        "rows",
        "verifications",
        "databases",
        "pcr",
        "by_source",
        "indicators",
        "amounts",
        "scenarios",
        "parameters",
        "documents",
        "markings",
        "materials",
        "hazardous",
        "original_power",
        "resistance",
        "remaining_power",
        "resistance_increase",
        "negative_events",
        "spare_parts",
        "components",
        "recycled",
        "goods",
        "precursors",
        "carbon_prices",
    )
    return re.sub(rf"/({'|'.join(lists)})/[^/]+", r"/\1/*", path)
