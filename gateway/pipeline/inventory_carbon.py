"""What a process takes and gives directly, in kg CO2e by the EF 3.1 climate-change method."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache

from gateway.codec.datasets import Bundle, measured
from gateway.errors import GatewayError
from gateway.model.base import LangText, Names, changed
from gateway.model.dataset import DatasetKind, Reference
from gateway.model.inventory import CarbonClass, Flow, FlowKind
from gateway.model.process import Direction, Exchange, Process
from gateway.model.walk import escape
from gateway.nomenclature import gases
from gateway.nomenclature.row import Abstained, End
from gateway.quantity import Quantity, convert
from gateway.quantity.number import Number
from gateway.resources import table

# How lists call the compartment in which greenhouse gases have factors.
_AIR = ("air", "大气")


@dataclass(frozen=True, slots=True)
class Climate:
    """kg CO2e by carbon class, and what could not be counted.

    ``by_name`` are the exchanges whose flow was told by a listed name, not by its EF 3.1 identifier.
    ``uncounted`` are greenhouse gases whose amount, unit, side or carbon class is not known; ``unknown`` are
    the exchanges whose flow is neither in the package nor in the EF 3.1 list: each may be a gas or a product.
    """

    by_class: Mapping[CarbonClass, Fraction]
    counted: tuple[str, ...] = ()
    by_name: tuple[str, ...] = ()
    uncounted: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out of the sum."""
        return not self.uncounted and not self.unknown

    @property
    def total(self) -> Fraction:
        """All classes together."""
        return sum(self.by_class.values(), Fraction(0))


@dataclass(frozen=True, slots=True)
class _Factor:
    value: Fraction
    carbon_class: CarbonClass
    of_resource: bool


def climate(process: Process, bundle: Bundle, untold: Collection[str] = ()) -> Climate:
    """Characterise the elementary flows of ``process``: by identifier, else by a name of the gas table.

    Args:
        untold: leaves that the source does not tell; of a gas without its side nobody knows the sign.
    """
    sums: dict[CarbonClass, Fraction] = {}
    counted, by_name, uncounted, unknown = [], [], [], []
    for one in process.exchanges:
        has_side = f"/exchanges/{escape(one.id)}/direction" not in untold
        exchange = one if has_side else changed(one, {"direction": Direction.OUTPUT})
        factor: _Factor | Abstained | None = _by_id().get(str(exchange.flow.uuid))
        if factor is None:
            factor = _by_name(exchange, bundle)
            if isinstance(factor, _Factor):
                by_name.append(exchange.id)
        if factor is None:
            if _is_unknown(exchange, bundle):
                unknown.append(exchange.id)
            continue
        kg = _kg(exchange, bundle) if has_side else None
        if isinstance(factor, Abstained) or kg is None:
            uncounted.append(exchange.id)
        elif factor.of_resource is (exchange.direction is Direction.INPUT):
            sums[factor.carbon_class] = sums.get(factor.carbon_class, Fraction(0)) + kg * factor.value
            counted.append(exchange.id)
    return Climate(sums, tuple(counted), tuple(by_name), tuple(uncounted), tuple(unknown))


def _is_unknown(exchange: Exchange, bundle: Bundle) -> bool:
    is_nothing = isinstance(exchange.amount, Number) and exchange.amount.value == 0
    if exchange.is_reference or is_nothing or str(exchange.flow.uuid) in _listed():
        return False
    return flow_of(exchange.flow, bundle) is None


def _kg(exchange: Exchange, bundle: Bundle) -> Fraction | None:
    if not isinstance(exchange.amount, Number):
        return None
    unit = exchange.unit
    if not isinstance(unit, str):
        told = measured(exchange.flow, bundle)
        # The EF 3.1 list counts every flow that has a climate factor by its mass.
        is_listed = str(exchange.flow.uuid) in _by_id()
        unit = told.unit if told else "kg" if is_listed else ""
    try:
        return Fraction(convert(Quantity(exchange.amount.value, unit), "kg").amount)
    except GatewayError:
        return None


def _by_name(exchange: Exchange, bundle: Bundle) -> _Factor | Abstained | None:
    """The factor of an emission to air that is no flow of the EF 3.1 list."""
    if exchange.direction is not Direction.OUTPUT or str(exchange.flow.uuid) in _listed():
        return None
    flow = flow_of(exchange.flow, bundle)
    if flow is None or flow.kind is not FlowKind.ELEMENTARY:
        return None
    if not any(word in step.casefold() for step in flow.compartment for word in _AIR):
        return None
    gas = gases.identify(_end(flow))
    if isinstance(gas, Abstained):
        return None if gas in (Abstained.NO_CANDIDATE, Abstained.DECIDED) else gas
    value = gases.factor(gas, "EF3.1")
    return _Factor(Fraction(value), gas.carbon_class or CarbonClass.FOSSIL, False) if value else None


def flow_of(reference: Reference, bundle: Bundle) -> Flow | None:
    """The flow that a reference means, if the package has it and it can be read."""
    key = bundle.find(DatasetKind.FLOW, reference)
    try:
        found = bundle.read(key).dataset if key else None
    except GatewayError:
        return None
    return found if isinstance(found, Flow) else None


def _end(flow: Flow) -> End:
    return End(
        name=_text(flow.name),
        cas=flow.cas if isinstance(flow.cas, str) else "",
        formula=flow.formula if isinstance(flow.formula, str) else "",
        carbon_class=flow.carbon_class,
    )


def _text(names: Names) -> str:
    picked = names.pick("en", "zh") if isinstance(names, LangText) else None
    return picked[1] if picked else ""


@cache
def _by_id() -> Mapping[str, _Factor]:
    found = {}
    for row in table("gases/ef31.csv"):
        if row["climate_change"]:
            gas = gases.gas(row["gas"])
            carbon_class = (gas.carbon_class if gas else None) or CarbonClass.FOSSIL
            value = Fraction(Decimal(row["climate_change"]))
            found[row["uuid"]] = _Factor(value, carbon_class, row["context"].startswith("Resources"))
    return found


@cache
def _listed() -> frozenset[str]:
    return frozenset(row["uuid"] for row in table("gases/ef31.csv"))
