"""Refrigerant blends: R-410A is half HFC-32 and half HFC-125, and lists of flows know only those."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from gateway import resources
from gateway.nomenclature.gases import Gas, gas, without_affixes
from gateway.nomenclature.row import End, MapRow, Predicate, Signal, Tier
from gateway.quantity import Exact, times

_TABLE: Final = "gases/blends.csv"
_NAME: Final = re.compile(r"(?:r|hfc|hcfc|cfc|freon|氟利昂|氟里昂)([45]\d\d[a-z]?)")
# ASHRAE 34 has no other blend of this number.
_SHORT: Final = {"507": "507a"}


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a blend. ``gas`` is ``None`` for a hydrocarbon that no method of our table values."""

    designation: str
    gas: Gas | None
    name: str
    cas: str
    share: Decimal


@dataclass(frozen=True, slots=True)
class Blend:
    """A blend by mass; the shares add up to 1."""

    designation: str
    components: tuple[Component, ...]
    checked: str

    def split(self, amount: Exact) -> tuple[tuple[Component, Exact], ...]:
        """The amount of each component in an amount of the blend, exactly."""
        return tuple((part, times(amount, part.share)) for part in self.components)


def blend(name: str) -> Blend | None:
    """The blend of a designation: R410A, R-410A, R 410A制冷剂. A number without its letter names none."""
    for key in without_affixes(name):
        found = _NAME.fullmatch(key)
        if found is not None:
            return _blends().get(_SHORT.get(found[1], found[1]))
    return None


def disaggregate(end: End) -> tuple[MapRow, ...]:
    """One row for each component of the blend that ``end`` names; none where it names no blend.

    The rows lead to the gases of our table; the flows of a list come from ``gases.flow``.
    """
    found = blend(end.name)
    if found is None:
        return ()
    evidence = [Signal("blend", found.designation, _TABLE)]
    if found.checked:
        evidence.append(Signal("checked", found.checked, _TABLE))
    return tuple(
        MapRow(
            end,
            _target(part),
            predicate=Predicate.NARROWER,
            factor_basis="blend, ASHRAE 34",
            share=part.share,
            tier=Tier.CURATED,
            evidence=tuple(evidence),
        )
        for part in found.components
    )


def _target(part: Component) -> End:
    if part.gas is None:
        return End("gases", name=part.name, language="en", cas=part.cas)
    one = part.gas
    return End("gases", id=one.key, name=one.names["en"], language="en", cas=one.cas, formula=one.formula)


@cache
def _blends() -> Mapping[str, Blend]:
    parts: dict[str, list[Component]] = {}
    checked = {}
    for row in resources.table(_TABLE):
        one = gas(row["gas"])
        name = row["name_en"] if one is None else one.names["en"]
        cas = row["cas"] if one is None else one.cas
        share = Decimal(row["mass_fraction"])
        parts.setdefault(row["blend"], []).append(Component(row["component"], one, name, cas, share))
        checked[row["blend"]] = row["checked"]
    return {name[2:].casefold(): Blend(name, tuple(them), checked[name]) for name, them in parts.items()}
