"""What ilcdlib reads of EPD packages: one JSON object on stdout, by file.

Usage: ilcd_epd.py FILE.zip ...
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

from ilcdlib.epd.reader import IlcdEpdReader  # type: ignore[import-not-found]  # noqa: E402
from ilcdlib.medium.archive import ZipIlcdReader  # type: ignore[import-not-found]  # noqa: E402

LANGS = ("zh", "en", "de")


def read(path: Path) -> dict[str, object]:
    with path.open("rb") as file:
        reader = IlcdEpdReader(None, None, ZipIlcdReader(file))
        unit = reader.get_declared_unit()
        impacts = reader.get_impacts(reader.get_scenario_names("en"))
        return {
            "uuid": reader.get_uuid(),
            "names": {lang: reader.get_product_name(lang) for lang in LANGS},
            "unit": [unit.qty, unit.unit] if unit else None,
            "impacts": json.loads(impacts.json(exclude_none=True)) if impacts else {},
        }


def main() -> None:
    found = {Path(name).name: read(Path(name)) for name in sys.argv[1:]}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
