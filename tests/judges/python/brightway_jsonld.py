"""What brightway scores of an unpacked openLCA package: one number on stdout, as JSON.

Usage: brightway_jsonld.py FOLDER PRODUCT FACTORS
FACTORS is a JSON object: kg CO2e by the id of an elementary flow. The method is built here from it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
# Everything that brightway says goes to stderr.
ANSWER = os.dup(1)
os.dup2(2, 1)
os.environ["BRIGHTWAY2_DIR"] = tempfile.mkdtemp()

import bw2calc  # type: ignore[import-not-found]  # noqa: E402
import bw2data  # type: ignore[import-not-found]  # noqa: E402
from bw2io.importers.json_ld import JSONLDImporter  # type: ignore[import-not-found]  # noqa: E402


def without_makers(importer: JSONLDImporter) -> None:
    """Products that no process of the package makes count nothing: direct emissions only."""
    edges = [edge for node in importer.data for edge in node["exchanges"]]
    made = {edge.get("input") for edge in edges if edge["type"] == "production"}
    unmade = {
        (node["database"], node["code"]) for node in importer.data if node.get("type") == "product"
    } - made
    importer.data = [node for node in importer.data if (node["database"], node["code"]) not in unmade]
    for node in importer.data:
        node["exchanges"] = [
            edge for edge in node["exchanges"] if edge.get("input") and edge["input"] not in unmade
        ]


def score(folder: Path, product: str, factors: dict[str, float]) -> dict[str, object]:
    bw2data.projects.set_current("judge")
    importer = JSONLDImporter(str(folder), "package")
    importer.apply_strategies()
    unlinked = sum(1 for _ in importer.unlinked)
    without_makers(importer)
    if importer.biosphere_database:
        importer.write_separate_biosphere_database()
    importer.write_database()
    method = bw2data.Method(("judge", "climate change"))
    method.register()
    method.write([(("package biosphere", flow), factor) for flow, factor in factors.items()])
    node = next(n for n in bw2data.Database("package") if n["code"] == product)
    lca = bw2calc.LCA({node: 1}, ("judge", "climate change"))
    lca.lci()
    lca.lcia()
    return {"score": lca.score, "unlinked": unlinked, "activities": len(bw2data.Database("package"))}


def main() -> None:
    folder, product, factors = sys.argv[1:]
    found = score(Path(folder), product, json.loads(factors))
    os.write(ANSWER, json.dumps(found).encode())


main()
