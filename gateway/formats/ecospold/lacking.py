"""What an exchange cannot be without, told by its cause."""

from __future__ import annotations

from gateway.codec.accounting import shown
from gateway.codec.datasets import Bundle
from gateway.errors import GatewayError, InputError
from gateway.model.base import LangText
from gateway.model.dataset import DatasetKind
from gateway.model.inventory import Flow
from gateway.model.process import Exchange
from gateway.quantity.number import Number


def lack_of(field: str, exchange: Exchange, bundle: Bundle, lacks: list[GatewayError], format_: str) -> None:
    """Add that the flow's kind or unit is missing: once, where its data set is what is not there."""
    flow = exchange.flow
    words = flow.name.pick("en") if isinstance(flow.name, LangText) else None
    saw = words[1] if words is not None else flow.uuid if isinstance(flow.uuid, str) else ""
    if saw and bundle.find(DatasetKind.FLOW, flow) is None:
        path = f"/exchanges/{exchange.id}/flow"
        if not any(one.path == path for one in lacks):
            lacks.append(InputError(saw, code="ecospold.flow-not-here", path=path, format=format_))
        return
    lacks.append(
        InputError("", code="ecospold.lacks", path=f"/exchanges/{exchange.id}/{field}", format=format_)
    )


def refuse_factor(path: str, flow: Flow, lacks: list[GatewayError], format_: str) -> None:
    """Add that the property which a flow is counted in does not count as 1: there is no other factor."""
    value = flow.reference_property
    mean = value.mean if value is not None else None
    if isinstance(mean, Number) and mean.value != 1:
        lacks.append(InputError(shown(mean), code="ecospold.reference-factor", path=path, format=format_))
