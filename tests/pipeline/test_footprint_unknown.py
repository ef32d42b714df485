"""A flow that nobody knows is no zero: it may be a greenhouse gas, or a product that somebody else makes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.codec.datasets import Bundle, IndexedBundle, bundle_of
from gateway.errors import InputError
from gateway.model.base import LangText
from gateway.model.dataset import Reference
from gateway.model.inventory import Flow, FlowKind
from gateway.model.process import Direction, Exchange, Process, ProcessKind
from gateway.pipeline.footprint import declaration_of
from gateway.quantity.number import Number

# EF reference package 3.1: carbon dioxide (fossil), emissions to air, unspecified
CO2 = "08a91e70-3ddc-11dd-923d-0050c2490048"
NOWHERE = "08a91e70-3ddc-11dd-923d-0050c2490fff"
STEEL = "00000000-0000-4000-8000-000000000001"


def exchange(id_: str, flow: str, amount: str, *, direction: Direction = Direction.OUTPUT) -> Exchange:
    return Exchange(
        id=id_,
        flow=Reference(uuid=flow),
        direction=direction,
        amount=Number.read(amount),
        is_reference=flow == STEEL,
    )


def steel(*exchanges: Exchange, kind: ProcessKind = ProcessKind.LCI_RESULT) -> Bundle:
    product = Flow(id=STEEL, kind=FlowKind.PRODUCT, name=LangText({"en": "steel"}))
    made = exchange("0", STEEL, "1")
    name = LangText({"en": "steel", "zh": "钢"})
    return bundle_of([product, Process(id="mill", name=name, kind=kind, exchanges=(made, *exchanges))])


def footprint_of(bundle: Bundle) -> str:
    key = next(key for key in bundle.keys if key.id == "mill")
    (result,) = declaration_of(bundle, key).declaration.results
    assert result.carbon is not None
    return str(result.carbon.total)


def refusal(bundle: Bundle) -> InputError:
    with pytest.raises(InputError) as caught:
        footprint_of(bundle)
    return caught.value


def test_a_gas_of_the_list_needs_no_data_set() -> None:
    """2 kg CO2 × 1."""
    assert footprint_of(steel(exchange("1", CO2, "2"))) == "2 kg{CO2eq}"


@pytest.mark.parametrize("direction", Direction)
def test_an_unknown_flow_is_refused(direction: Direction) -> None:
    error = refusal(steel(exchange("1", CO2, "2"), exchange("2", NOWHERE, "5", direction=direction)))
    assert error.error_code == "dataset.flow-unknown"
    assert (error.saw, error.params["n"]) == ("2", "1")


def test_nothing_of_an_unknown_flow_is_nothing() -> None:
    assert footprint_of(steel(exchange("1", CO2, "2"), exchange("2", NOWHERE, "0"))) == "2 kg{CO2eq}"


def test_direct_emissions_say_when_they_are_not_whole() -> None:
    whole = steel(exchange("1", CO2, "2"), kind=ProcessKind.UNIT_PROCESS)
    assert refusal(whole).error_code == "dataset.no-footprint"
    partly = steel(exchange("1", CO2, "2"), exchange("2", NOWHERE, "5"), kind=ProcessKind.UNIT_PROCESS)
    error = refusal(partly)
    assert error.error_code == "dataset.no-footprint-partly"
    assert (error.params["kg"], error.params["n"]) == ("2", "1")


def test_a_gas_of_which_nobody_says_the_side_is_refused() -> None:
    """By the model's default it would be taken from the air: nothing, or the other sign."""
    bundle = steel(exchange("1", CO2, "2", direction=Direction.INPUT))
    assert footprint_of(bundle) == "0 kg{CO2eq}"
    key = next(key for key in bundle.keys if key.id == "mill")
    untold = replace(bundle.read(key), untold=frozenset({"/exchanges/1/direction"}))
    index = dict.fromkeys(bundle.keys)
    error = refusal(IndexedBundle(index, lambda one, _: untold if one == key else bundle.read(one)))
    assert (error.error_code, error.saw) == ("dataset.gas-not-counted", "1")


@pytest.mark.parametrize("n", [0, 2])
def test_the_sum_of_several_products_is_that_of_none(n: int) -> None:
    """Two products share an inventory, and nobody says how."""
    whole = steel(exchange("1", CO2, "2"))
    key = next(key for key in whole.keys if key.id == "mill")
    mill = whole.read(key).dataset
    assert isinstance(mill, Process)
    made, gas = mill.exchanges
    others = {0: (made.model_copy(update={"is_reference": False}),), 2: (made, made)}[n]
    shared = mill.model_copy(update={"exchanges": (*others, gas)})
    flow = whole.read(next(key for key in whole.keys if key.id == STEEL)).dataset
    error = refusal(bundle_of([flow, shared]))
    assert (error.error_code, error.saw) == ("dataset.reference-not-one", str(n))
