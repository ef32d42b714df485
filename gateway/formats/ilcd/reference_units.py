"""Amounts and factors in the reference unit of their flows, since the format has no unit of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from gateway.codec.datasets import Bundle, Measured, measured
from gateway.errors import GatewayError, InputError
from gateway.formats.ilcd.binding import in_digits
from gateway.model.process import Distribution, Exchange, Uncertainty
from gateway.model.sources import CharacterisationFactor, ImpactMethod
from gateway.model.walk import escape
from gateway.quantity import Exact, Quantity, convert, quotient, times
from gateway.quantity.number import Number
from gateway.report import Fate, Note

# What has the unit of the amount itself; the spread of a log-normal distribution has none.
_BOUNDS: Final = ("centre", "minimum", "maximum")
_SPREADS: Final = ("spread", "basic_spread")


def exchange_in_reference_unit(one: Exchange, bundle: Bundle, notes: dict[str, Note]) -> Exchange:
    """An exchange in the reference unit of its flow.

    Raises:
        InputError: ``ilcd.unit-not-in-group``.
    """
    if not isinstance(one.unit, str) or not isinstance(one.amount, Number):
        return one
    told = measured(one.flow, bundle)
    if told is None or told.unit == one.unit:
        return one
    at = f"/exchanges/{escape(one.id)}"
    factor = _factor(one.unit, told, f"/exchanges/{one.id}/unit")
    changes: dict[str, object] = {"unit": told.unit}
    for name in ("amount", "mean_amount"):
        _scale(changes, name, getattr(one, name), factor, f"{at}/{name}", notes)
    notes[f"{at}/unit"] = _converted(f"{at}/unit", told.unit)
    changes["uncertainty"] = _scaled(one.uncertainty, factor, f"{at}/uncertainty", notes)
    return one.model_copy(update=changes)


def method_in_reference_units(method: ImpactMethod, bundle: Bundle, notes: dict[str, Note]) -> ImpactMethod:
    """The method with each factor for one reference unit of its flow.

    Raises:
        InputError: ``ilcd.unit-not-in-group``.
    """
    factors = tuple(
        _in_reference_unit(factor, f"/factors/{n}", bundle, notes) for n, factor in enumerate(method.factors)
    )
    if all(new is old for new, old in zip(factors, method.factors, strict=True)):
        return method
    return method.model_copy(update={"factors": factors})


def _in_reference_unit(
    one: CharacterisationFactor, at: str, bundle: Bundle, notes: dict[str, Note]
) -> CharacterisationFactor:
    if not isinstance(one.unit, str):
        return one
    told = measured(one.flow, bundle)
    if told is None or told.unit == one.unit:
        return one
    # Per unit: what is true of one gram is true a thousand times of a kilogram.
    factor = quotient(Decimal(1), _factor(one.unit, told, f"{at}/unit"))
    changes: dict[str, object] = {"unit": told.unit}
    _scale(changes, "value", one.value, factor, f"{at}/value", notes)
    changes["uncertainty"] = _scaled(one.uncertainty, factor, f"{at}/uncertainty", notes)
    return one.model_copy(update=changes)


def _factor(unit: str, told: Measured, at: str) -> Exact:
    """How many reference units one ``unit`` is: by the package's own unit group, else by our table."""
    if unit in told.units:
        return told.units[unit]
    try:
        return convert(Quantity(Decimal(1), unit), told.unit).amount
    except GatewayError as error:
        raise InputError(f"{unit} → {told.unit}", path=at, code="ilcd.unit-not-in-group") from error


def _scaled(found: Uncertainty, factor: Exact, at: str, notes: dict[str, Note]) -> Uncertainty:
    names = (*_BOUNDS, *_SPREADS) if found.distribution is Distribution.NORMAL else _BOUNDS
    changes: dict[str, object] = {}
    for name in names:
        _scale(changes, name, getattr(found, name), factor, f"{at}/{name}", notes)
    return found.model_copy(update=changes) if changes else found


def _scale(
    changes: dict[str, object], name: str, value: object, factor: Exact, at: str, notes: dict[str, Note]
) -> None:
    if not isinstance(value, Number):
        return
    made = Number(times(value.value, factor))
    changes[name] = made
    if made != value:
        notes[at] = _converted(at, in_digits(made))


def _converted(path: str, written: str) -> Note:
    return Note("ilcd.converted", path, Fate.CONVERTED, written=written)
