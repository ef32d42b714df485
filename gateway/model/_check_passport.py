"""Passport data against itself and the battery: orders, sums, and a part where a percentage belongs."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from gateway.model._check import Check, exactly, total
from gateway.model.base import Amount
from gateway.model.passport_data import PassportData
from gateway.model.walk import escape, keyed
from gateway.quantity import Quantity
from gateway.report import Severity

_TECHNICAL: Final = "/passport_data/technical"
# No battery loses more than half of what it takes in; a value below is most likely a part of one.
_EFFICIENCIES: Final = ("initial_efficiency", "half_life_efficiency")
_MOST_OF_A_PART: Final = Fraction(3, 2)
_MASS: Final = Fraction(1, 100)


def check_passport(check: Check) -> None:
    """The second input, where there is one."""
    data = check.declaration.passport_data
    if data is None:
        return
    _voltages(check, data)
    technical = data.technical
    low, high = technical.idle_temperature_low, technical.idle_temperature_high
    _in_order(check, f"{_TECHNICAL}/idle_temperature_low", low, high, "Cel")
    for name in _EFFICIENCIES:
        value = getattr(technical, name)
        found = exactly(value, "%")
        if found is not None and 0 < found.value <= _MOST_OF_A_PART:
            check.add("consistency.percent-or-part", f"{_TECHNICAL}/{name}", value, Severity.WARNING)
    _recycled(check, data)
    _masses(check, data)


def _voltages(check: Check, data: PassportData) -> None:
    battery = check.declaration.battery
    nominal = battery.nominal_voltage if battery is not None else None
    low, high = data.technical.minimum_voltage, data.technical.maximum_voltage
    middle = nominal if isinstance(nominal, Quantity) else high
    _in_order(check, f"{_TECHNICAL}/minimum_voltage", low, middle, "V")
    if middle is not high:
        _in_order(check, "/battery/nominal_voltage", middle, high, "V")


def _in_order(check: Check, path: str, low: Amount, high: Amount, unit: str) -> None:
    one, other = exactly(low, unit), exactly(high, unit)
    if one is not None and other is not None and one.value > other.value:
        check.add("consistency.above-next", path, low, Severity.WARNING, expected=high)


def _recycled(check: Check, data: PassportData) -> None:
    for key, one in keyed(data.circularity.recycled):
        parts = [exactly(getattr(one, name), "%") for name in ("pre_consumer", "post_consumer")]
        whole = total(part for part in parts if part is not None)
        if whole.value > 100:
            path = f"/passport_data/circularity/recycled/{escape(key)}/post_consumer"
            check.add("consistency.above-next", path, whole, Severity.WARNING, expected="100 %")


def _masses(check: Check, data: PassportData) -> None:
    product = exactly(check.declaration.product.mass, "kg")
    known = [found for one in data.materials if (found := exactly(one.mass, "kg")) is not None]
    if product is None or not known:
        return
    whole = total(known)
    if whole.value > product.value * (1 + _MASS):
        path = f"/passport_data/materials/{escape(next(iter(keyed(data.materials)))[0])}/mass"
        check.add("consistency.materials-above-mass", path, whole, Severity.WARNING, expected=product)
