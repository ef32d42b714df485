"""A declaration that every rule of the three packs can pass, made from the shipped example leaf by leaf."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Final

from gateway.codec.base import Package
from gateway.model.base import Leaf
from gateway.model.declaration import Declaration
from gateway.model.walk import by_path, replace
from gateway.pipeline.convert import read
from gateway.quantity import Quantity
from gateway.recognition.evaluate import evaluate
from gateway.recognition.outcome import Outcome
from gateway.recognition.ruleset import PACKS, pack

EXAMPLE: Final = Path(__file__).resolve().parents[2] / "examples" / "lfp-pack.json"
ON: Final = date(2026, 11, 21)
# Days that nobody has published: so that the rule about the duty's day can pass.
ACTS: Final = {"eu-ev-method": date(2025, 6, 1), "eu-declaration-format": date(2025, 7, 1)}
# 68 kWh usable × 60 cycles a year (M1) × 8 years of warranty (160 000 km at 20 000 km a year, too)
LIFETIME_KWH: Final = 68 * 60 * 8
_UUID: Final = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"


def kg(amount: Fraction | str) -> Quantity:
    return Quantity(Fraction(amount), "kg{CO2eq}")


def change(declaration: Declaration, changes: dict[str, object]) -> Declaration:
    """The declaration with other values in the leaves named."""
    for path, value in changes.items():
        declaration = replace(declaration, path, value)  # type: ignore[arg-type]
    return declaration


@cache
def example() -> Declaration:
    return read(Package.of(EXAMPLE.read_bytes(), name=EXAMPLE.name)).declaration


@cache
def ideal() -> Declaration:
    """Warranty instead of cycle test, EF 3.1 with EF data sets, no cut-off, circular footprint formula."""
    found, told = example(), by_path(example())
    changes: dict[str, object] = {
        "/battery/lifetime_energy": Quantity(Decimal(LIFETIME_KWH), "kW.h"),
        "/battery/lifetime_energy_basis": "warranty",
        "/label/value": Quantity(Decimal("0.1921"), "kg{CO2eq}"),
        "/method/gwp_set": "EF3.1",
        "/cut_off/rule": "none",
        "/method/recycling_model": "cff",
    }
    for name in ("a", "r1", "r2", "quality_in"):
        changes[f"/method/cff/{name}"] = Quantity(Decimal("0.2"), "1")
    places = ["", *[f"/rows/{stage}" for stage in ("raw", "production", "distribution", "eol")]]
    for place in places:
        for leaf in ("total", "fossil"):
            per_pack = told[f"/results/pack{place}/carbon/{leaf}"]
            assert isinstance(per_pack, Quantity)
            value = kg(Fraction(per_pack.amount) / LIFETIME_KWH)
            changes[f"/results/declared{place}/carbon/{leaf}"] = value
    for line in found.lines:
        if line.factor.database != "SUPPLIER" and line.factor.kind != "direct_co2":
            changes[f"/lines/{line.id}/factor/database"] = "EF31"
            changes[f"/lines/{line.id}/flow/uuid"] = _UUID
    return change(found, changes)


def outcomes(declaration: Declaration, previous: Declaration | None = None) -> dict[str, Outcome]:
    """What every test says, as if every clause had been read in full."""
    found: dict[str, Outcome] = {}
    for name in PACKS:
        asked = evaluate(declaration, pack(name), origins={}, on=ON, acts=ACTS, previous=previous or ideal())
        found |= {result.rule.id: result.if_read for result in asked.results}
    return found


def leaf(path: str) -> Leaf:
    """A leaf of the ideal declaration."""
    return by_path(ideal())[path]
