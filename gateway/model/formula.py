"""How a value was calculated, as an expression over leaves: to show to people and to calculate again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from gateway.errors import InputError
from gateway.quantity import Quantity, add_all, convert, divide, multiply, show, subtract


class Operator(StrEnum):
    """The operations that a restatement uses."""

    SUM = "sum"
    DIFFERENCE = "difference"
    PRODUCT = "product"
    QUOTIENT = "quotient"
    LEAST = "least"


@dataclass(frozen=True, slots=True)
class Term:
    """A leaf of the declaration, by path."""

    path: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that is not from the declaration, with the table or document that it comes from."""

    value: Quantity
    source: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation on expressions.

    ``unit`` is that of a sum or product, or of a quotient whose denominator stands in the basis beside it.
    """

    operator: Operator
    operands: tuple[Expression, ...]
    unit: str = ""


Expression: TypeAlias = "Term | Constant | Operation"


class Unproven(InputError):
    """A leaf that a calculation stands on is not there, so its result is not proven."""

    code = "explain.unproven"


def total(paths: tuple[str, ...], unit: str) -> Operation:
    """The sum of leaves."""
    return Operation(Operator.SUM, tuple(Term(path) for path in paths), unit)


def terms(expression: Expression) -> Iterator[str]:
    """The paths of the leaves in an expression, in order."""
    if isinstance(expression, Term):
        yield expression.path
    elif isinstance(expression, Operation):
        for operand in expression.operands:
            yield from terms(operand)


def evaluate(expression: Expression, leaf: Callable[[str], Quantity | None]) -> Quantity:
    """The value, exactly.

    Raises:
        Unproven: ``leaf`` does not know one of the paths.
    """
    if isinstance(expression, Constant):
        return expression.value
    if isinstance(expression, Term):
        value = leaf(expression.path)
        if value is None:
            raise Unproven(path=expression.path)
        return value
    values = [evaluate(operand, leaf) for operand in expression.operands]
    return _OPERATIONS[expression.operator](values, expression.unit)


def shown(expression: Expression, text: Callable[[str], str]) -> str:
    """The expression for people; ``text`` says each leaf."""
    if isinstance(expression, Term):
        return text(expression.path)
    if isinstance(expression, Constant):
        return f"{show(expression.value.amount)} {expression.value.unit}"
    parts = [shown(operand, text) for operand in expression.operands]
    if expression.operator is Operator.LEAST:
        return f"min({', '.join(parts)})"
    sign = _SIGNS[expression.operator]
    wrapped = [
        f"({p})" if _needs_brackets(o, expression) else p
        for o, p in zip(expression.operands, parts, strict=True)
    ]
    return sign.join(wrapped) if wrapped else "0"


def _needs_brackets(operand: Expression, above: Operation) -> bool:
    if not isinstance(operand, Operation) or len(operand.operands) < 2:
        return False
    not_free = above.operator in (Operator.QUOTIENT, Operator.DIFFERENCE)
    return operand.operator is not above.operator or not_free


def _difference(values: list[Quantity], unit: str) -> Quantity:
    found = values[0]
    for value in values[1:]:
        found = subtract(found, value)
    return found


def _product(values: list[Quantity], unit: str) -> Quantity:
    found = values[0]
    for value in values[1:]:
        found = multiply(found, value)
    return convert(found, unit) if unit else found


def _quotient(values: list[Quantity], unit: str) -> Quantity:
    found = divide(values[0], values[1])
    return Quantity(found.amount, unit) if unit else found


def _least(values: list[Quantity], unit: str) -> Quantity:
    return min(values, key=lambda value: value.amount)


_OPERATIONS: Mapping[Operator, Callable[[list[Quantity], str], Quantity]] = {
    Operator.SUM: add_all,
    Operator.DIFFERENCE: _difference,
    Operator.PRODUCT: _product,
    Operator.QUOTIENT: _quotient,
    Operator.LEAST: _least,
}
_SIGNS = {Operator.SUM: " + ", Operator.DIFFERENCE: " - ", Operator.PRODUCT: " × ", Operator.QUOTIENT: " ÷ "}
