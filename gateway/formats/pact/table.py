"""The leaf table of PACT 3.0 in its parts, and the closed lists of the specification."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from gateway import resources
from gateway.codec.fields import FieldTable, compile_table

TARGET = "pact@3.0"
RESULT_SET = "pact"
SPEC_VERSION = "3.0.0"
# Data Model Extension specification, 2.0.0.
EXTENSION_VERSION = "2.0.0"
DATA_SCHEMA = "urn:hutong:pact-extension:1"
# Rounded quotients; more than any carrier's double holds.
DIGITS = 15

# PACT Technical Specifications 3.0, DeclaredUnit.
UNITS: Mapping[str, str] = {
    "L": "liter",
    "kg": "kilogram",
    "m3": "cubic meter",
    "kW.h": "kilowatt hour",
    "MJ": "megajoule",
    "t.km": "ton kilometer",
    "m2": "square meter",
    "{piece}": "piece",
    "h": "hour",
    "Mbit.s": "megabit second",
}
# PACT Technical Specifications 3.0, productMassPerDeclaredUnit: energy, transport and services have none.
WITHOUT_MASS = frozenset({"kilowatt hour", "megajoule", "ton kilometer", "hour", "megabit second"})

_EXTENSION = "/extensions/0/data/"
_SET = f"/results/[{RESULT_SET}]"
_SOURCES = f"{_EXTENSION}sources/"


@cache
def reading_table() -> FieldTable:
    """Every leaf that comes back by its place alone; rows of type ``own`` have rules of their own."""
    return compile_table(r for r in resources.table("fields/pact.csv") if r["type"] != "own")


@cache
def extension_table() -> FieldTable:
    """The leaves that ride along in our extension."""
    return compile_table(r for r in _riding() if not _is_of_set(r))


@cache
def set_table() -> FieldTable:
    """What rides along of the restated set, by model paths below the set."""
    rows = (dict(r, model=r["model"].removeprefix(_SET)) for r in _riding() if _is_of_set(r))
    return compile_table(rows)


def _riding() -> list[dict[str, str]]:
    rows = resources.table("fields/pact.csv")
    return [r for r in rows if r["source"].startswith(_EXTENSION) and not r["source"].startswith(_SOURCES)]


def _is_of_set(row: Mapping[str, str]) -> bool:
    return row["model"].startswith(_SET) or (not row["model"] and "/parameters/" in row["source"])


@cache
def sources_table() -> FieldTable:
    """What the extension says of the set that the footprint was restated from; never its figures."""
    return compile_table(r for r in resources.table("fields/pact.csv") if r["source"].startswith(_SOURCES))


def extension_of(document: object) -> Mapping[str, object] | None:
    """The data of our own extension; it always stands first."""
    extensions = document.get("extensions") if isinstance(document, dict) else None
    first = extensions[0] if isinstance(extensions, list) and extensions else None
    if not isinstance(first, dict) or first.get("dataSchema") != DATA_SCHEMA:
        return None
    data = first.get("data")
    return data if isinstance(data, dict) else None
