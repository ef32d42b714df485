"""What pyecospold and brightway say of EcoSpold files: one JSON object on stdout.

Usage: ecospold.py parse FILE...
       ecospold.py score EDITION FOLDER NAME FACTORS
FACTORS is a JSON list of [name, category, subcategory or "", unit, id, kg CO2e]; the method is built from it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")
# Everything that is said goes to stderr.
ANSWER = os.dup(1)
os.dup2(2, 1)
os.environ["BRIGHTWAY2_DIR"] = tempfile.mkdtemp()


def parse(files: list[str]) -> dict[str, object]:
    import pyecospold  # type: ignore[import-not-found]  # installed beside the judges only

    found: dict[str, object] = {}
    for name in files:
        is_one = b'EcoSpold01"' in Path(name).read_bytes()[:3000]
        try:
            read = pyecospold.parse_file_v1 if is_one else pyecospold.parse_file_v2
            root = read(name)
            found[name] = {"valid": True, "exchanges": _exchanges(root, is_one=is_one)}
        except Exception as error:  # noqa: BLE001  # whatever it says is its verdict
            found[name] = {"valid": False, "said": str(error)[:500]}
    return found


def _exchanges(root: Any, *, is_one: bool) -> list[list[object]]:
    tags = ("exchange",) if is_one else ("intermediateExchange", "elementaryExchange")
    amount = "meanValue" if is_one else "amount"
    return [
        [node.get(amount), node.get("unit") if is_one else str(node.unitNames[0])]
        for tag in tags
        for node in root.iter(f"{{*}}{tag}")
    ]


def score(edition: str, folder: str, name: str, factors: list[list[Any]]) -> dict[str, object]:
    import bw2calc  # type: ignore[import-not-found]
    import bw2data  # type: ignore[import-not-found]
    from bw2io.importers.ecospold1 import SingleOutputEcospold1Importer  # type: ignore[import-not-found]
    from bw2io.importers.ecospold2 import SingleOutputEcospold2Importer  # type: ignore[import-not-found]

    bw2data.projects.set_current("judge")
    biosphere = bw2data.Database("biosphere3")
    biosphere.write(
        {
            ("biosphere3", id_): {
                "name": flow,
                "categories": (category, sub) if sub else (category,),
                "unit": unit,
                "type": "emission",
            }
            for flow, category, sub, unit, id_, _ in factors
        }
    )
    if edition == "1":
        importer = SingleOutputEcospold1Importer(folder, "db", use_mp=False)
        importer.apply_strategies()
        importer.match_database("biosphere3", fields=("name", "categories", "unit"), kind="biosphere")
        importer.match_database(fields=("name", "unit", "location"))
    else:
        importer = SingleOutputEcospold2Importer(
            folder, "db", biosphere_database_name="biosphere3", use_mp=False
        )
        importer.apply_strategies()
    importer.write_database()
    method = bw2data.Method(("judge", "climate change"))
    method.register()
    method.write([(("biosphere3", id_), factor) for *_, id_, factor in factors])
    node = next(n for n in bw2data.Database("db") if n["name"] == name)
    lca = bw2calc.LCA({node: 1}, ("judge", "climate change"))
    lca.lci()
    lca.lcia()
    unlinked = sum(1 for _ in importer.unlinked)
    return {"score": lca.score, "unlinked": unlinked, "activities": len(bw2data.Database("db"))}


def main() -> None:
    task, *rest = sys.argv[1:]
    found = parse(rest) if task == "parse" else score(rest[0], rest[1], rest[2], json.loads(rest[3]))
    os.write(ANSWER, json.dumps(found).encode())


main()
