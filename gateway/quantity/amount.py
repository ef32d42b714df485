"""A quantity: an exact amount with its unit, and the arithmetic that keeps both right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from gateway.errors import GatewayError
from gateway.quantity.exact import (
    NotANumber,
    checked,
    exact,
    parse_decimal,
    plus,
    quotient,
    read_exact,
    same_number,
    show,
    times,
)
from gateway.quantity.unit import (
    Unit,
    conversion_factor,
    divide_units,
    multiply_units,
    parse_unit,
    without_scale,
)
from gateway.report import Exact

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """An amount in a unit: ``Quantity(Decimal("57.0"), "kWh")``.

    ``unit`` becomes the canonical code. Equal are quantities of the same number and the same unit code:
    1 t is not equal to 1000 kg (ask ``same_quantity``). ``text`` is what the source said; it takes no
    part in equality and is not written to JSON, where origins keep it.

    Raises:
        UnknownUnit: the unit is not in the table.
        NotANumber: the amount is not finite.
    """

    amount: Exact
    unit: str
    text: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        amount: object = self.amount
        if isinstance(amount, Decimal):
            checked(amount)
        elif isinstance(amount, Fraction):
            object.__setattr__(self, "amount", exact(amount))
        else:
            raise NotANumber(repr(amount))
        object.__setattr__(self, "unit", parse_unit(self.unit).code)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self.unit == other.unit and same_number(self.amount, other.amount)

    def __hash__(self) -> int:
        return hash((self.amount, self.unit))

    def __str__(self) -> str:
        return f"{show(self.amount)} {self.unit}"

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Quantity], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            _validate,
            serialization=core_schema.plain_serializer_function_ser_schema(to_json),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        properties = {"amount": {"type": "string"}, "unit": {"type": "string"}}
        return {
            "type": "object",
            "properties": properties,
            "required": ["amount", "unit"],
            "additionalProperties": False,
        }


def read_amount(text: str, unit: str) -> Quantity:
    """The quantity of a cell whose unit is a code that ``parse_unit`` has given, the text kept beside it.

    Raises:
        NotANumber: see ``parse_decimal``.
    """
    # A data set has thousands of these in one unit; both parts are proven already.
    found = object.__new__(Quantity)
    object.__setattr__(found, "amount", parse_decimal(text.strip()))
    object.__setattr__(found, "unit", unit)
    object.__setattr__(found, "text", text)
    return found


def read_quantity(amount: str, unit: str) -> Quantity:
    """The quantity of two cells, the text as read kept beside it.

    Raises:
        NotANumber, UnknownUnit: see ``parse_decimal``, ``parse_unit``.
    """
    return Quantity(parse_decimal(amount), unit, f"{amount} {unit}")


def to_json(quantity: Quantity) -> dict[str, str]:
    """``{"amount": "57.0", "unit": "kW.h"}``; an amount that is no finite decimal is ``"num/den"``."""
    return {"amount": show(quantity.amount), "unit": quantity.unit}


def convert(quantity: Quantity, unit: str | Unit) -> Quantity:
    """The same quantity in another unit of the same dimension, exactly.

    Raises:
        DimensionMismatch: a declared property would be needed, or the gas state is unknown.
    """
    target = unit if isinstance(unit, Unit) else parse_unit(unit)
    if target.code == quantity.unit:
        return quantity
    factor = conversion_factor(parse_unit(quantity.unit), target)
    return Quantity(times(quantity.amount, exact(factor)), target.code, quantity.text)


def add(left: Quantity, right: Quantity) -> Quantity:
    """The sum in the unit of ``left``."""
    return Quantity(plus(left.amount, convert(right, left.unit).amount), left.unit)


def subtract(left: Quantity, right: Quantity) -> Quantity:
    """The difference in the unit of ``left``."""
    return add(left, scale(right, Decimal(-1)))


def add_all(quantities: Iterable[Quantity], unit: str) -> Quantity:
    """The sum of all in ``unit``; of none, 0."""
    found = Quantity(Decimal(0), unit)
    for quantity in quantities:
        found = add(found, quantity)
    return found


def scale(quantity: Quantity, number: Exact) -> Quantity:
    """``number`` times the quantity."""
    return Quantity(times(quantity.amount, number), quantity.unit)


def multiply(left: Quantity, right: Quantity) -> Quantity:
    """The product; numbers inside units (10*4.kW.h) move into the amount."""
    return _product(left, right, _units_multiplied(left.unit, right.unit), times)


def divide(left: Quantity, right: Quantity) -> Quantity:
    """The exact quotient.

    Raises:
        DivisionByNothing: ``right`` is 0.
    """
    return _product(left, right, divide_units(parse_unit(left.unit), parse_unit(right.unit)), quotient)


def same_quantity(left: Quantity, right: Quantity) -> bool:
    """Whether both are the same amount of the same kind, whatever their units."""
    return compare(left, right) == 0


def compare(left: Quantity, right: Quantity) -> int:
    """-1, 0 or 1.

    Raises:
        DimensionMismatch: they are of different kinds.
    """
    here, there = Fraction(left.amount), Fraction(convert(right, left.unit).amount)
    return (here > there) - (here < there)


@lru_cache(maxsize=4096)
def _units_multiplied(left: str, right: str) -> Unit:
    return multiply_units(parse_unit(left), parse_unit(right))


def _product(
    left: Quantity, right: Quantity, unit: Unit, operation: Callable[[Exact, Exact], Exact]
) -> Quantity:
    amount = operation(left.amount, right.amount)
    if unit.scale != 1:
        amount = times(amount, exact(unit.scale))
    return Quantity(amount, without_scale(unit).code)


def _validate(value: object) -> Quantity:
    """What pydantic calls: an instance, or the object that ``to_json`` writes."""
    from pydantic_core import PydanticCustomError

    if isinstance(value, Quantity):
        return value
    problem = PydanticCustomError("quantity.not-a-quantity", "expected an object of amount and unit")
    if not isinstance(value, Mapping) or not {"amount", "unit"} <= value.keys() <= {"amount", "unit", "text"}:
        raise problem
    amount, unit, text = value["amount"], value["unit"], value.get("text", "")
    if not isinstance(amount, str | Decimal | Fraction) or not isinstance(unit, str):
        raise problem
    if not isinstance(text, str):
        raise problem
    try:
        return Quantity(read_exact(amount) if isinstance(amount, str) else amount, unit, text)
    except GatewayError as error:
        raise PydanticCustomError(error.error_code, "{problem}", {"problem": str(error)}) from error
