"""What olca-schema reads of openLCA packages: every entity as it understands it, as JSON on stdout, by file.

Usage: olca.py FILE.zip ...
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import olca_schema as o  # type: ignore[import-not-found]
from olca_schema import zipio

KINDS = {
    "actors": o.Actor,
    "currencies": o.Currency,
    "dq_systems": o.DQSystem,
    "epds": o.Epd,
    "flow_properties": o.FlowProperty,
    "flows": o.Flow,
    "lcia_categories": o.ImpactCategory,
    "lcia_methods": o.ImpactMethod,
    "locations": o.Location,
    "parameters": o.Parameter,
    "processes": o.Process,
    "product_systems": o.ProductSystem,
    "results": o.Result,
    "sources": o.Source,
    "unit_groups": o.UnitGroup,
}


def exchange(one: Any) -> dict[str, Any]:
    spread = one.uncertainty
    return {
        "id": one.internal_id,
        "amount": one.amount,
        "is_input": bool(one.is_input),
        "is_reference": bool(one.is_quantitative_reference),
        "is_avoided": bool(one.is_avoided_product),
        "flow": one.flow.id,
        "unit": one.unit.name,
        "flow_property": one.flow_property.id,
        "provider": one.default_provider.id if one.default_provider else None,
        "formula": one.amount_formula or None,
        "geom_sd": spread.geom_sd if spread else None,
    }


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {"counts": {}, "processes": {}, "again": {}}
    with zipio.ZipReader(str(path)) as package:
        for folder, kind in KINDS.items():
            ids = package.ids_of(kind)
            if ids:
                found["counts"][folder] = len(ids)
            for id_ in ids:
                entity = package.read(kind, id_)
                found["again"][f"{folder}/{id_}.json"] = entity.to_dict()
                if folder == "processes":
                    found["processes"][id_] = [exchange(one) for one in entity.exchanges or ()]
    return found


def main() -> None:
    sys.stdout.write(json.dumps({Path(name).name: read(Path(name)) for name in sys.argv[1:]}))


main()
