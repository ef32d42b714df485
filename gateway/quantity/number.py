"""A number whose unit stands elsewhere: an exact amount and the text that it was read from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from gateway.errors import GatewayError
from gateway.quantity.exact import (
    NotANumber,
    checked,
    exact,
    parse_decimal,
    read_exact,
    same_number,
    show,
)
from gateway.report import Exact

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema


# A number with nothing before or behind its point.
_BARE: Final = re.compile(r"([+-]?)([0-9]*)\.([0-9]*)((?:[eE][+-]?[0-9]{1,4})?)", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """A coefficient, share, factor, or an amount in a unit that another field or data set tells.

    Equal are equal numbers: ``1.0`` is ``1``. ``text`` is what the source said; it takes no part in
    equality and lets a writer put down the very same digits again.

    Raises:
        NotANumber: the value is not finite.
    """

    value: Exact
    text: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        value: object = self.value
        if isinstance(value, Decimal):
            checked(value)
        elif isinstance(value, (int, Fraction)) and not isinstance(value, bool):
            object.__setattr__(self, "value", exact(value))
        else:
            raise NotANumber(repr(value))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Number):
            return NotImplemented
        return same_number(self.value, other.value)

    def __hash__(self) -> int:
        return hash(self.value)

    def __str__(self) -> str:
        return show(self.value)

    @classmethod
    def read(cls, text: str) -> Number:
        """The number that ``text`` says, the text kept; ``.5`` and ``5.`` are numbers in XML Schema.

        Raises:
            NotANumber: see ``parse_decimal``.
        """
        plain = text.strip()
        if "." in (plain[-1:], plain.lstrip("+-")[:1]) or ".e" in plain.lower():
            plain = _filled(plain)
        # A data set has thousands of these; the value is proven already.
        found = object.__new__(cls)
        object.__setattr__(found, "value", parse_decimal(plain))
        object.__setattr__(found, "text", text)
        return found

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Number], handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            _validate,
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        return {"type": "string"}


def _filled(text: str) -> str:
    """With digits on both sides of the point, where there are some on one."""
    found = _BARE.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return text
    return f"{found[1]}{found[2] or '0'}.{found[3] or '0'}{found[4]}"


def _validate(value: object) -> Number:
    """What pydantic calls: an instance, or the text that it is in JSON."""
    from pydantic_core import PydanticCustomError

    if isinstance(value, Number):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("quantity.not-a-number", "expected a number as text")
    try:
        return Number(read_exact(value), value)
    except GatewayError as error:
        raise PydanticCustomError(error.error_code, "{problem}", {"problem": str(error)}) from error
