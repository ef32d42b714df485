"""The footprint entries that ``battery_pass`` 6.1.0 and ``digital_product_passport`` 7.0.0 have in common.

Both models have dozens of other points that no footprint declaration knows; this is the part of them that can
be filled, to be put into a passport that somebody else completes. One entry for each life-cycle stage; each
wants links to its rule book and declaration and the number of the plant, which are told by the caller.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from gateway.codec import jsonwrite
from gateway.codec.lacks import Lacks
from gateway.errors import GatewayError, raise_all
from gateway.model.declaration import Declaration
from gateway.model.results import Per, ResultSet, Role
from gateway.model.stages import once
from gateway.quantity import Quantity, quotient, round_significant, same_number, total

DIGITS: Final = 15
# Where the entries stand in each model.
PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "io.catenax.battery.battery_pass:6.1.0": ("sustainability", "carbonFootprint"),
    "io.catenax.generic.digital_product_passport:7.0.0": ("sustainability", "productFootprint", "carbon"),
}
_WORDS: Final[Mapping[str, str]] = {
    "raw": "raw material acquisition and pre-processing",
    "inbound": "inbound transport",
    "upstream": "raw material acquisition and pre-processing",
    "production": "main product production",
    "core": "main product production",
    "distribution": "distribution",
    "use": "use",
    "eol": "end of life and recycling",
}
_ASKED: Final = ("rulebook", "declaration", "facility")
# The product passport wants the address of the plant besides.
_ADDRESS: Final = ("street", "number", "city", "country", "postCode")
_LINK: Final = re.compile(r"https?://[!-~]+", re.ASCII)


def fragment(declaration: Declaration, model: str, told: Mapping[str, str]) -> dict[str, Any]:
    """The members of ``model`` that hold the footprint, with one entry for each declared stage.

    Args:
        declaration: as the reader may see it.
        model: a key of ``PLACES``.
        told: ``rulebook`` and ``declaration`` (links), ``facility`` (a number of the plant); for the product
            passport the plant's ``street``, ``number``, ``city``, ``country`` and ``postCode``, too.

    Raises:
        Lacks: everything that is missing, together.
    """
    lacks: list[GatewayError] = []
    battery = "battery_pass" in model
    for name in (*_ASKED, *(() if battery else _ADDRESS)):
        value = told.get(name, "")
        if not value or (name in ("rulebook", "declaration") and not _LINK.fullmatch(value)):
            code = "footprint.parameter-unfit" if value else "footprint.needs-parameter"
            facts = {"target": model, "member": name, "name": name, "value": value}
            lacks.append(Lacks(value, path=f"/{name}", code=code, **facts))
    source = _source(declaration, battery=battery)
    if source is None:
        lacks.append(Lacks("", path="/results", code="component.no-single-set", target=model))
    entries = [] if source is None else _entries(declaration, source, model, told, lacks)
    raise_all(lacks)
    found: dict[str, Any] = {}
    node = found
    *above, last = PLACES[model]
    for step in above:
        node = node.setdefault(step, {})
    node[last] = entries
    return found


def _source(declaration: Declaration, *, battery: bool) -> ResultSet | None:
    """Of a battery the one declared set per kWh delivered, of others the one per declared unit."""
    per = Per.KWH_DELIVERED if battery else Per.DECLARED_UNIT
    fits = [
        r
        for r in declaration.results
        if r.role is Role.DECLARED and r.basis.denominator.per is per and r.rows
    ]
    return fits[0] if len(fits) == 1 else None


def _entries(
    declaration: Declaration,
    source: ResultSet,
    model: str,
    told: Mapping[str, str],
    lacks: list[GatewayError],
) -> list[dict[str, Any]]:
    amount, name = _unit(declaration, source)
    rows = [(str(i), r) for i, r in enumerate(source.rows)]
    taken = once([(k, r) for k, r in rows if r.scenario is None or r.scenario == source.scenario]) or []
    values = [(str(r.stage), r.carbon.total) for _, r in taken if r.stage in _WORDS]
    amounts = [(stage, q) for stage, q in values if isinstance(q, Quantity)]
    whole = source.carbon.total
    if amount is None or not isinstance(whole, Quantity) or not amounts:
        lacks.append(Lacks("", path="/results", code="component.no-single-set", target=model))
        return []
    found = total(q.amount for _, q in amounts)
    if not same_number(found, whole.amount):
        facts = {"stated": str(whole), "sum": str(found), "target": model}
        lacks.append(Lacks("", path="/results", code="component.not-the-sum", **facts))
    for stage, q in amounts:
        if q.amount < 0:
            facts = {"stage": stage, "value": str(q), "target": model}
            lacks.append(Lacks("", path="/results", code="component.below-zero", **facts))
    return [
        {
            "lifecycle": _WORDS[stage],
            "value": jsonwrite.number(round_significant(quotient(q.amount, amount.amount), DIGITS)),
            "unit": f"kg CO2e / {name}",
            "type": "Climate Change Total",
            "rulebook": [_link("rule book", told.get("rulebook", ""))],
            "declaration": [_link("declaration", told.get("declaration", ""))],
            "manufacturingPlant": [_plant(model, told)],
        }
        for stage, q in amounts
    ]


def _unit(declaration: Declaration, source: ResultSet) -> tuple[Quantity | None, str]:
    if source.basis.denominator.per is Per.KWH_DELIVERED:
        return Quantity(Decimal(1), "kW.h"), "kWh"
    amount = declaration.unit.amount
    if not isinstance(amount, Quantity) or amount.amount <= 0:
        return None, ""
    return amount, {"{piece}": "piece", "kW.h": "kWh"}.get(amount.unit, amount.unit)


def _plant(model: str, told: Mapping[str, str]) -> dict[str, Any]:
    own = {name: told.get(name, "") for name in (*_ADDRESS, "facility")}
    if "battery_pass" in model:
        return {"facility": own["facility"]}
    address = {
        "thoroughfare": {"technicalKey": "STREET", "value": own["street"], "number": own["number"]},
        "locality": {"technicalKey": "CITY", "value": own["city"]},
        "country": {"shortName": own["country"]},
        "postCode": {"technicalKey": "REGULAR", "value": own["postCode"]},
    }
    return {"facilityIdentification": own["facility"], "facilityAddress": address}


def _link(header: str, content: str) -> dict[str, str]:
    return {"contentType": "URL", "header": header, "content": content}
