"""What brightway reads of a list of elementary flows of EcoSpold 2: a JSON list on stdout.

Usage: ecospold_flows.py FILE
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
# Everything that is said goes to stderr.
ANSWER = os.dup(1)
os.dup2(2, 1)
os.environ["BRIGHTWAY2_DIR"] = tempfile.mkdtemp()


def main() -> None:
    from bw2io.importers.ecospold2_biosphere import (  # type: ignore[import-not-found]
        Ecospold2BiosphereImporter,
    )

    importer = Ecospold2BiosphereImporter(name="flows", filepath=Path(sys.argv[1]))
    found = [
        {
            "code": one["code"],
            "name": one["name"],
            "unit": one["unit"],
            "categories": one["categories"],
            "cas": one["CAS number"],
            "synonyms": one["synonyms"],
        }
        for one in importer.data
    ]
    os.write(ANSWER, json.dumps(found).encode())


main()
