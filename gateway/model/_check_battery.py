"""The battery: its denominators against each other, per pack against per kWh, and plausible magnitudes."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from gateway import resources
from gateway.model._check import ROUNDED, Check, Printed, exactly, near, number, printed
from gateway.model._check_sets import (
    counted,
    denominators,
    energies,
    per_kwh,
    stage_totals,
)
from gateway.model.base import LangText
from gateway.model.product import Battery
from gateway.model.results import Carbon, Per, ResultSet
from gateway.model.walk import escape
from gateway.quantity import Quantity, parse_unit
from gateway.report import Severity

# kg CO2e per kWh delivered over life and per kWh of capacity, from battery practice; beyond, somebody has
# most likely taken one for the other.
_DELIVERED: Final = (Fraction(5, 1000), Fraction(1))
_CAPACITY: Final = (Fraction(30), Fraction(250))
# No electricity at all has more than this per kWh delivered.
_ANY_ENERGY: Final = Fraction(3)
# Nominal values are rounded: 400 V × 180 Ah against "72 kWh".
_NOMINAL: Final = Fraction(3, 100)


def check_battery(check: Check) -> None:
    """The battery by itself, then its result sets against each other."""
    battery = check.declaration.battery
    if battery is not None:
        _energies(check, battery)
        _life(check, battery)
        _densities(check, battery)
        _warranty(check, battery)
        _sets(check)
    for result in check.declaration.results:
        _magnitude(check, result)
    _per_kilogram(check)


def _energies(check: Check, battery: Battery) -> None:
    for name in ("rated_energy", "usable_energy", "lifetime_energy"):
        value = exactly(getattr(battery, name))
        if value is not None and value.value <= 0:
            check.add("consistency.not-positive", f"/battery/{name}", value)
    rated, usable = exactly(battery.rated_energy, "kW.h"), exactly(battery.usable_energy, "kW.h")
    volt, hours = exactly(battery.nominal_voltage, "V"), exactly(battery.rated_capacity, "A.h")
    if rated is not None and usable is not None and usable.value > rated.value:
        path = "/battery/usable_energy"
        check.add("consistency.usable-above-rated", path, usable, Severity.WARNING, expected=rated)
    if rated is not None and volt is not None and hours is not None:
        expected = volt * hours * Printed(Fraction(1, 1000))
        if not near(rated, expected, _NOMINAL):
            path = "/battery/rated_energy"
            check.add("consistency.rated-energy", path, rated, Severity.WARNING, expected=expected)


def _life(check: Check, battery: Battery) -> None:
    """Energy over life against cycles × energy of one cycle."""
    known = dict(energies(check.declaration))
    life, cycles = known.get("lifetime_energy"), battery.cycle_life
    one = known.get("usable_energy") or known.get("rated_energy")
    if life is None or one is None or not isinstance(cycles, int) or cycles <= 0:
        return
    most = Printed(Fraction(cycles)) * (known.get("rated_energy") or one)
    tested = battery.lifetime_energy_basis in ("test_gbt31484", "design")
    if life.value > most.value * (1 + _NOMINAL):
        check.add(
            "consistency.lifetime-energy",
            "/battery/lifetime_energy",
            life,
            Severity.WARNING,
            expected=f"≤ {number(most.value)}",
        )
    elif tested and life.value < one.value * cycles / 2:
        expected = f"{number(one.value * cycles / 2)} – {number(most.value)}"
        check.add(
            "consistency.lifetime-energy",
            "/battery/lifetime_energy",
            life,
            Severity.WARNING,
            expected=expected,
        )


def _densities(check: Check, battery: Battery) -> None:
    rated = exactly(battery.rated_energy, "kW.h")
    pairs = (
        (
            "pack_energy_density",
            exactly(check.declaration.product.mass, "kg"),
            battery.level in ("pack", "system"),
        ),
        ("cell_energy_density", exactly(battery.cell_mass, "kg"), battery.level == "cell"),
    )
    for name, mass, applies in pairs:
        told = printed(getattr(battery, name), "W.h/kg")
        if not applies or told is None or mass is None or rated is None or mass.value <= 0:
            continue
        expected = rated * Printed(Fraction(1000)) / mass
        if not near(told, expected, _NOMINAL):
            check.add(
                "consistency.energy-density", f"/battery/{name}", told, Severity.WARNING, expected=expected
            )


def _warranty(check: Check, battery: Battery) -> None:
    months, years = check.declaration.passport.warranty_months, printed(battery.warranty_years, "a")
    if (
        isinstance(months, int)
        and years is not None
        and not near(Printed(Fraction(months)), years * Printed(Fraction(12)), Fraction(0))
    ):
        expected = years * Printed(Fraction(12))
        check.add(
            "consistency.warranty", "/passport/warranty_months", months, Severity.WARNING, expected=expected
        )


def _sets(check: Check) -> None:
    """Every set against the one per pack: total, classes and stages times its denominator."""
    pack = next((s for s in check.declaration.results if s.basis.denominator.per is Per.PACK), None)
    own = counted(pack) if pack is not None else None
    if pack is None or own is None:
        return
    for result in check.declaration.results:
        found = counted(result)
        choices = denominators(check.declaration, result)
        if result is pack or found is None or not choices:
            continue
        name, one = min(choices, key=lambda c: abs((found.total * c[1]).value - own.total.value))
        told = {"set": result.id, "energy": name, "denominator": one, "pack": own.total}
        check.compare("consistency.pack-and-unit", found.path, found.total, own.total / one, **told)
        if near(found.total * one, own.total, ROUNDED):
            _parts(check, result, pack, one)


def _parts(check: Check, result: ResultSet, pack: ResultSet, times: Printed) -> None:
    """Classes and stages of one unit against those of the pack."""
    code = "consistency.pack-and-unit-part"
    for name in Carbon.model_fields:
        one, whole = printed(getattr(result.carbon, name)), printed(getattr(pack.carbon, name))
        if name != "total" and one is not None and whole is not None:
            path = f"/results/{escape(result.id)}/carbon/{name}"
            check.compare(code, path, one, whole / times, pack=whole, part=name)
    stages = stage_totals(pack)
    for stage, (path, one) in stage_totals(result).items():
        if stage in stages:
            whole = stages[stage][1]
            check.compare(code, path, one, whole / times, pack=whole, part=stage)


def _magnitude(check: Check, result: ResultSet) -> None:
    """The band of what a kWh usually carries."""
    found = counted(result)
    if found is None or found.total.value <= 0:
        return
    per, battery = result.basis.denominator.per, check.declaration.battery
    unit = per_kwh(check.declaration) if per is Per.DECLARED_UNIT else None
    functional = unit is not None and check.declaration.unit.kind == "functional"
    kwh = unit or Printed(Fraction(1))
    value = (found.total / kwh).value
    if battery is None:
        if functional and value > _ANY_ENERGY:
            _outside(check, found.path, value, "consistency.magnitude-energy", (Fraction(0), _ANY_ENERGY))
    elif per is Per.KWH_DELIVERED or functional:
        _outside(check, found.path, value, "consistency.magnitude-delivered", _DELIVERED)
    else:
        capacity = _per_capacity(check, result, found.total, unit)
        if capacity is not None:
            _outside(check, found.path, capacity, "consistency.magnitude-capacity", _CAPACITY)


def _per_capacity(check: Check, result: ResultSet, own: Printed, unit: Printed | None) -> Fraction | None:
    per = result.basis.denominator.per
    if per in (Per.KWH_RATED, Per.KWH_USABLE, Per.KWH_UNSTATED):
        return own.value
    if per is Per.DECLARED_UNIT and unit is not None:
        return (own / unit).value
    rated = dict(energies(check.declaration)).get("rated_energy")
    pack = [name for name, _ in denominators(check.declaration, result)] == ["pack"]
    return (own / rated).value if pack and rated is not None else None


def _outside(check: Check, path: str, value: Fraction, code: str, band: tuple[Fraction, Fraction]) -> None:
    if not band[0] <= value <= band[1]:
        low, high = number(band[0]), number(band[1])
        check.add(code, path, number(value), Severity.WARNING, low=low, high=high)


def _per_kilogram(check: Check) -> None:
    """The declared total per kilogram against what products of this class are known to have."""
    declared = next(
        (s for s in check.declaration.results if s.basis.denominator.per is Per.DECLARED_UNIT), None
    )
    found = counted(declared) if declared is not None else None
    mass = _unit_mass(check)
    hs = check.declaration.product.classification.hs
    if found is None or mass is None or not isinstance(hs, str):
        return
    value = (found.total / mass).value
    for row in resources.table("codes/magnitudes.csv"):
        named = not row["word_zh"] or _says(check.declaration.product.name, row["word_zh"], row["word_en"])
        if hs.replace(".", "").startswith(row["hs"]) and named:
            low, high = Fraction(row["low"]), Fraction(row["high"])
            if not low <= value <= high:
                params = {"low": row["low"], "high": row["high"], "hs": hs}
                check.add(
                    "consistency.magnitude-per-kg", found.path, number(value), Severity.WARNING, **params
                )
            return


def _unit_mass(check: Check) -> Printed | None:
    """The kilograms of one declared unit."""
    amount = check.declaration.unit.amount
    if isinstance(amount, Quantity) and parse_unit(amount.unit).dimension == parse_unit("kg").dimension:
        found = exactly(amount, "kg")
    else:
        found = exactly(check.declaration.unit.reference_flow, "kg")
        if found is None and isinstance(amount, Quantity) and amount.unit == "{piece}" and amount.amount == 1:
            found = exactly(check.declaration.product.mass, "kg")
    return found if found is not None and found.value > 0 else None


def _says(name: object, zh: str, en: str) -> bool:
    """Whether a name speaks of a material: enough to ask a person to look, never to decide."""
    texts = [text for _, text in name.items()] if isinstance(name, LangText) else []
    return any(zh in text or en in text.casefold() for text in texts)
