"""The carbon classes of a declared set as indicators: official ones where they are true, ours beside them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from gateway.formats.ilcd.climate import climate_id, names
from gateway.formats.ilcd.indicators import OTHER, UNIT_GROUP
from gateway.formats.ilcd.tables import climate_ids, indicators
from gateway.model.base import LangText
from gateway.model.results import KG_CO2E, Carbon, Indicator, ResultRow, ResultSet
from gateway.quantity import Quantity, plus, total

# ILCD+EPD identifier tables: the unit group of all climate indicators.
_GWP_UNITS: Final = "1ebf3012-d0db-4de2-aefd-ef30cedb0be1"
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_BIOGENIC: Final = ("biogenic_co2", "biogenic_non_co2", "biogenic_uptake")


def picked(result: ResultSet, tidy: Callable[[Quantity], Quantity]) -> ResultSet:
    """The set with nothing but amounts, each as a decimal."""

    def carbon(told: Carbon) -> Carbon:
        values = {name: getattr(told, name) for name in Carbon.model_fields}
        return Carbon(
            **{
                n: tidy(v) if isinstance(v, Quantity) and v.unit == KG_CO2E else None
                for n, v in values.items()
            }
        )

    rows = tuple(row.model_copy(update={"carbon": carbon(row.carbon)}) for row in result.rows)
    kept = tuple(_amounts(i, tidy) for i in result.indicators if _UUID.fullmatch(i.id))
    told = tuple(row for row in rows if _has_amount(row))
    update = {"carbon": carbon(result.carbon), "rows": told, "indicators": kept}
    return result.model_copy(update=update)


def en_15804(result: ResultSet, gwp_set: str | None, biogenic: str | None) -> ResultSet:
    """The set with the net biogenic class and the total that counts uptake, where their parts are told.

    EN 15804+A2, 6.4.4 and C.2.4: GWP-biogenic is uptake and release together, GWP-total the sum of all three.
    """
    if climate_id("biogenic", gwp_set, biogenic) != climate_ids("EF3.1")["biogenic"]:
        return result
    rows = tuple(row.model_copy(update={"carbon": _net(row.carbon)}) for row in result.rows)
    return result.model_copy(update={"carbon": _net(result.carbon), "rows": rows})


def layout(result: ResultSet, gwp_set: str | None, biogenic: str | None) -> list[Any]:
    """One indicator for every class that has an amount, and the others that the set has."""
    told = [result.carbon, *(row.carbon for row in result.rows)]
    classes = [n for n in Carbon.model_fields if any(getattr(c, n) is not None for c in told)]
    found: list[Any] = []
    for name in classes:
        place = _place("LCIAResults", "kg CO2e", _GWP_UNITS)
        id_ = climate_id(name, gwp_set, biogenic)
        place |= {"id": id_, "carbon": name, "order": [], "names": names(name, gwp_set, biogenic)}
        if id_ in indicators():
            place["version"] = indicators()[id_]["version"]
        found.append(place)
    for indicator in result.indicators:
        row = indicators().get(indicator.id, {})
        unit = next((a.amount.unit for a in indicator.amounts if isinstance(a.amount, Quantity)), "")
        group = "exchanges" if row.get("kind") in ("input", "output") else "LCIAResults"
        place = _place(group, unit, row.get("unit_group", ""))
        if group == "exchanges":
            place["rest"] |= {
                "@dataSetInternalID": str(len(found) + 1),
                "functionType": "General reminder flow",
                "exchangeDirection": row["kind"].capitalize(),
            }
        found.append(place | {"id": indicator.id})
    return found


def _place(group: str, unit: str, unit_group: str) -> dict[str, Any]:
    flows = group == "exchanges"
    reference = "referenceToFlowDataSet" if flows else "referenceToLCIAMethodDataSet"
    kind = "flow data set" if flows else "LCIA method data set"
    other: dict[str, Any] = {}
    if unit_group:
        other[UNIT_GROUP] = {
            "@type": "unit group data set",
            "@refObjectId": unit_group,
            "common:shortDescription": {"en": unit},
        }
    return {
        "group": group,
        "index": -1,
        "rest": {reference: {"@type": kind}, "meanAmount": "0", OTHER: other},
    }


def _net(told: Carbon) -> Carbon:
    update: dict[str, Quantity] = {}
    parts = [getattr(told, name) for name in _BIOGENIC]
    biogenic = told.biogenic
    if biogenic is None and all(isinstance(part, Quantity) for part in parts):
        biogenic = Quantity(total(part.amount for part in parts), KG_CO2E)
        update["biogenic"] = biogenic
    whole = (told.fossil, biogenic, told.luluc)
    if told.total_including_uptake is None and all(isinstance(part, Quantity) for part in whole):
        fossil, net, luluc = (part.amount for part in whole if isinstance(part, Quantity))
        update["total_including_uptake"] = Quantity(plus(plus(fossil, net), luluc), KG_CO2E)
    return told.model_copy(update=update) if update else told


def _amounts(indicator: Indicator, tidy: Callable[[Quantity], Quantity]) -> Indicator:
    kept = tuple(
        part.model_copy(update={"amount": tidy(part.amount)})
        for part in indicator.amounts
        if isinstance(part.amount, Quantity)
    )
    name = indicator.name if isinstance(indicator.name, LangText) else None
    return indicator.model_copy(update={"amounts": kept, "name": name})


def _has_amount(row: ResultRow) -> bool:
    return any(getattr(row.carbon, name) is not None for name in Carbon.model_fields)
