"""The leaf table of PACT 3.0 in its parts, and the closed lists of the specification."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.codec.annex import Riders, reading_table, riders
from gateway.codec.fields import FieldTable

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

_TABLE = "fields/pact.csv"
# The place of our own extension's data in the document.
EXTENSION = "/extensions/0/data"


def reading() -> FieldTable:
    """Every leaf that comes back by its place alone."""
    return reading_table(_TABLE)


def riding() -> Riders:
    """What rides along in our extension; of the set before the restatement, never its figures."""
    return riders(_TABLE, below=EXTENSION, result_set=RESULT_SET)


def extension_of(document: object) -> Mapping[str, object] | None:
    """The data of our own extension; it always stands first."""
    extensions = document.get("extensions") if isinstance(document, dict) else None
    first = extensions[0] if isinstance(extensions, list) and extensions else None
    if not isinstance(first, dict) or first.get("dataSchema") != DATA_SCHEMA:
        return None
    data = first.get("data")
    return data if isinstance(data, dict) else None
