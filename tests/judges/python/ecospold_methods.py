"""What brightway reads of a folder of impact documents of EcoSpold 1: a JSON list on stdout.

Usage: ecospold_methods.py FOLDER
Answers [{name, unit, factors: [[flow, categories, unit, amount], ...]}, ...], in the order of the files.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings

warnings.simplefilter("ignore")
# Everything that is said goes to stderr.
ANSWER = os.dup(1)
os.dup2(2, 1)
os.environ["BRIGHTWAY2_DIR"] = tempfile.mkdtemp()


def main() -> None:
    from bw2io.extractors import Ecospold1LCIAExtractor  # type: ignore[import-not-found]

    found = [
        {
            "name": method["name"],
            "unit": method["unit"],
            "factors": [
                [one["name"], one["categories"], one["unit"], one["amount"]] for one in method["exchanges"]
            ],
        }
        for method in Ecospold1LCIAExtractor.extract(sys.argv[1])
    ]
    os.write(ANSWER, json.dumps(found).encode())


main()
