"""Identifiers and value lists of the two templates, and the leaf tables of both formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gateway import resources
from gateway.codec.fields import FieldTable, code_list, compile_table
from gateway.model.base import Text
from gateway.model.stages import covered

FOOTPRINT = "aas-02023@1.0"
PASSPORT = "aas-02035-3@1.0"
PASSPORT_SET = "aas-02035-3"

# IDTA 02023 1.0.1; IDTA 02035-3 1.0 uses the same identifier of the submodel.
_IDTA = "https://admin-shell.io/idta/CarbonFootprint"
SUBMODEL = f"{_IDTA}/CarbonFootprint/1/0"
ENTRIES = f"{_IDTA}/ProductCarbonFootprints/1/0"
ENTRY = f"{_IDTA}/ProductCarbonFootprint/1/0"
METHODS = f"{_IDTA}/PcfCalculationMethods/1/0"
PHASES = f"{_IDTA}/LifeCyclePhases/1/0"
PUBLICATION = f"{_IDTA}/PublicationDate/1/0"
EXPIRATION = f"{_IDTA}/ExpirationDate/1/0"
RULE_ENTRIES = f"{_IDTA}/ProductOrSectorSpecificCarbonFootprints/1/0"
RULE_ENTRY = f"{_IDTA}/ProductOrSectorSpecificCarbonFootprint/1/0"
RULE = f"{_IDTA}/ProductOrSectorSpecificRule"
INFORMATION = f"{_IDTA}/PcfInformation/1/0"
METHOD = "0173-1#02-ABG854#003"
CO2EQ = "0173-1#02-ABG855#003"
UNIT = "0173-1#02-ABG856#003"
QUANTITY = "0173-1#02-ABG857#003"
PHASE = "0173-1#02-ABG858#003"
# IDTA 02035-3 1.0: #004 in its element, #003 in its concept description and in 02023.
PASSPORT_PHASE = "0173-1#02-ABG858#004"
_SAMM = "urn:samm:io.admin-shell.idta"
SAMM = f"{_SAMM}.carbon_footprint:1.0.0"
SAMM_BATTERY = f"{_SAMM}.batterypass.carbon_footprint:1.0.0"
DOCUMENT_ID = f"{_SAMM}.handover_documentation:2.0.0#DocumentIdentifier"
DOCUMENT_ID_ECLASS = "0173-1#02-AAO099#004"
# Ours: what the templates have no place for.
BASIS = "urn:hutong:aas-basis:1"
BASIS_NAME = "Basis"


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a value list."""

    value: str
    irdi: str
    ours: tuple[str, ...]

    @property
    def modules(self) -> frozenset[str]:
        """The EN 15804 modules that a phase covers."""
        return covered(self.value.partition(" - ")[0])


@cache
def values(name: str) -> tuple[Value, ...]:
    """The value list ``method``, ``unit`` or ``phase``."""
    rows = (row for row in resources.table("codes/aas_values.csv") if row["list"] == name)
    return tuple(Value(r["value"], r["irdi"], tuple(r["ours"].split("|")) if r["ours"] else ()) for r in rows)


def by_ours(name: str, code: object) -> Value | None:
    """The value that stands for one of our codes."""
    return next((value for value in values(name) if code in value.ours), None)


def of_list(name: str, text: object) -> Value | None:
    """The value of exactly this text."""
    return next((value for value in values(name) if value.value == text), None)


def told(name: str, text: str) -> Value | None:
    """The value that somebody wrote: its text, its IRDI of any version, or a phase's module alone."""
    tidy = text.strip()
    code = tidy.rpartition("#")[0] if tidy.startswith("0173-1#07-") else ""
    for value in values(name):
        if tidy.casefold() == value.value.casefold() or (code and value.irdi.startswith(f"{code}#")):
            return value
    head = tidy.partition(" - ")[0].replace(" ", "").upper()
    alone = (value for value in values("phase") if head == value.value.partition(" - ")[0])
    return next(alone, None) if name == "phase" else None


def phase_of(stage: Text, module: Text) -> Value | None:
    """The phase of a row: of exactly its modules, else of its stage; None where no phase is just that."""
    if isinstance(module, str) and module.strip():
        own = covered(module)
        return next((value for value in values("phase") if own and value.modules == own), None)
    return by_ours("phase", stage) if isinstance(stage, str) else None


def method_of(standards: tuple[str, ...]) -> tuple[str, str]:
    """The first standard that the value list has, with its IRDI; else the first one, in words."""
    for standard in standards:
        found = by_ours("method", standard) or told("method", standard)
        if found is not None:
            return found.value, found.irdi
    first = next(filter(None, standards), "")
    known: Mapping[str, str] | None = code_list("STANDARD").get(first)
    return (known["label_en"] if known else first), ""


@cache
def context_table() -> FieldTable:
    """What rides along of the declaration as a whole."""
    return compile_table(resources.table("fields/aas_context.csv"))


@cache
def sets_table() -> FieldTable:
    """What rides along of the declared result sets (02023)."""
    return compile_table(_not_own("aas_02023"))


@cache
def restated_table() -> FieldTable:
    """What rides along of the restated set (02035-3), by model paths below the set."""
    home = f"/results/[{PASSPORT_SET}]"
    rows = (row for row in _not_own("aas_02035-3") if row["source"].startswith("/Basis/Restated/"))
    return compile_table(dict(row, model=row["model"].removeprefix(home)) for row in rows)


@cache
def sources_table() -> FieldTable:
    """What it says of the set that the values were restated from (02035-3)."""
    rows = _not_own("aas_02035-3")
    return compile_table(row for row in rows if row["source"].startswith("/Basis/Sources/"))


@cache
def reading_table(name: str) -> FieldTable:
    """Everything in our own submodel that comes back by its place alone."""
    return compile_table([*resources.table("fields/aas_context.csv"), *_not_own(name)])


def _not_own(name: str) -> list[dict[str, str]]:
    return [row for row in resources.table(f"fields/{name}.csv") if row["type"] != "own"]
