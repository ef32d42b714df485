"""What an exchange cannot be without, told by its cause."""

from __future__ import annotations

from gateway.codec.datasets import Bundle
from gateway.errors import GatewayError, InputError
from gateway.model.base import LangText
from gateway.model.dataset import DatasetKind
from gateway.model.process import Exchange


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
