"""Spread of a value: openLCA states standard and geometric standard deviation themselves, never squared."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from gateway.codec import jsonwrite
from gateway.formats.openlca.taking import Taking
from gateway.frontdoor.limits import MAX_SAFE_INTEGER
from gateway.model.dataset import Coefficient
from gateway.model.process import Distribution, Uncertainty
from gateway.quantity import Exact, in_full, plain, round_significant
from gateway.quantity.number import Number

_DIGITS: Final = 15
# The kinds of openLCA, with the members for centre and spread.
_KINDS: Final[Mapping[str, tuple[Distribution, str, str]]] = {
    "LOG_NORMAL_DISTRIBUTION": (Distribution.LOG_NORMAL, "geomMean", "geomSd"),
    "NORMAL_DISTRIBUTION": (Distribution.NORMAL, "mean", "sd"),
    "TRIANGLE_DISTRIBUTION": (Distribution.TRIANGULAR, "mode", ""),
    "UNIFORM_DISTRIBUTION": (Distribution.UNIFORM, "", ""),
}
_NAMES: Final = {distribution: name for name, (distribution, _, _) in _KINDS.items()}


def read_uncertainty(one: Taking, amount: Coefficient = None, **more: Any) -> Uncertainty:  # noqa: ANN401 - fields
    """The member ``uncertainty`` of an object. A centre that is the amount itself says nothing more."""
    told = one.inside("uncertainty")
    if told is None:
        return Uncertainty(**more)
    name = told.string("distributionType")
    if name is None or name == "NO_DISTRIBUTION":
        if name is not None:
            told.left["distributionType"] = name
        told.keep()
        return Uncertainty(**more)
    if name not in _KINDS:
        one.page.find("openlca.unknown-code", f"{told.at}/distributionType", name, list="UncertaintyType")
        told.left["distributionType"] = name
        one.page.keep(told.left, told.at, fits=False)
        return Uncertainty(**more, distribution=Distribution.OTHER)
    distribution, centre, spread = _KINDS[name]
    middle = told.number(centre) if centre else None
    found = Uncertainty(
        **more,
        distribution=distribution,
        centre=None if middle == amount and middle is not None else middle,
        spread=told.number(spread) if spread else None,
        minimum=told.number("minimum"),
        maximum=told.number("maximum"),
    )
    told.keep()
    return found


def write_uncertainty(uncertainty: Uncertainty, amount: Coefficient) -> dict[str, Any] | None:
    """The member, or None where the kind needs what is not told: half a distribution is none."""
    name = _NAMES.get(uncertainty.distribution) if uncertainty.distribution is not None else None
    if name is None:
        return None
    _, centre, spread = _KINDS[name]
    middle = uncertainty.centre if isinstance(uncertainty.centre, Number) else amount
    told: dict[str, Any] = {"@type": "Uncertainty", "distributionType": name}
    wanted: list[tuple[str, Coefficient]] = []
    if centre:
        wanted.append((centre, middle))
    if spread:
        wanted.append((spread, uncertainty.spread))
    else:
        wanted += [("minimum", uncertainty.minimum), ("maximum", uncertainty.maximum)]
    for member, value in wanted:
        if not isinstance(value, Number):
            return None
        told[member] = literal(value)
    for member, value in (("minimum", uncertainty.minimum), ("maximum", uncertainty.maximum)):
        if spread and isinstance(value, Number):
            told[member] = literal(value)
    return told


def literal(value: Number) -> str:
    """A JSON number with all its digits, at most 15 of an endless one."""
    return digits(decimal(value.value))


def digits(value: Decimal) -> str:
    """A JSON number with these digits; a whole one that doubles do not all hold has a point."""
    if abs(value) > MAX_SAFE_INTEGER and value == value.to_integral_value():
        return jsonwrite.raw(f"{plain(value)}.0" if "." not in plain(value) else plain(value))  # type: ignore[no-any-return]
    return jsonwrite.number(value)


def decimal(value: Exact) -> Decimal:
    """The decimal that is written."""
    full = in_full(value)
    return round_significant(value, _DIGITS) if full is None else full
