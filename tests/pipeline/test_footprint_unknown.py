"""A flow that nobody knows is no zero: it may be a greenhouse gas, or a product that somebody else makes."""

from __future__ import annotations

import pytest

from gateway.codec.datasets import Bundle, bundle_of
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
