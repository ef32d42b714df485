"""Greenhouse gases to air under the ids that every user of EcoSpold 2 knows."""

from __future__ import annotations

from functools import cache

from gateway import resources
from gateway.formats.ecospold.contexts import context, english
from gateway.formats.ecospold.ids import fixed
from gateway.model.inventory import Flow


@cache
def _gases() -> tuple[dict[str, str], dict[str, str]]:
    """Our codes of gases by the ids of EF 3.1, and by their names where these mean one gas only."""
    by_id = {row["uuid"]: row["gas"] for row in resources.table("gases/ef31.csv") if row["gas"]}
    names: dict[str, set[str]] = {}
    for row in resources.table("gases/names.csv"):
        if row["language"] in ("", "en"):
            names.setdefault(row["name"].casefold(), set()).add(row["gas"])
    for row in resources.table("codes/ecospold2_ids.csv"):
        if row["label"]:
            names[row["label"].casefold()] = {row["name"].partition("|")[0]}
    return by_id, {name: next(iter(found)) for name, found in names.items() if len(found) == 1}


def known_id(flow: Flow) -> str | None:
    """The id of a gas to air in the list that users of the format share; None for other flows.

    By the flow's own id, else by a name that our tables give to one gas only; never without its carbon class.
    """
    ids = fixed("elementary")
    if flow.id in ids.values():
        return flow.id
    by_id, by_name = _gases()
    gas = by_id.get(flow.id) or by_name.get(english(flow))
    place = context(flow, "ecoinvent")
    if gas is None or place is None or place[0] != "air":
        return None
    return ids.get(f"{gas}|{place[0]}/{place[1]}") or ids.get(f"{gas}|air/unspecified")
