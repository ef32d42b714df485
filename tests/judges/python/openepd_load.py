"""What the openepd package loads of openEPD documents: one JSON object on stdout, by file.

Usage: openepd_load.py FILE.json ...
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")

from openepd.model.epd import Epd  # type: ignore[import-not-found]  # noqa: E402


def load(path: Path) -> dict[str, object]:
    epd = Epd.model_validate_json(path.read_bytes())
    impacts = epd.impacts
    figures: dict[str, dict[str, object]] = {}
    for method in impacts.available_methods() if impacts else ():
        own = impacts.get_impact_set(method)
        for name in own.get_scopeset_names():
            scopes = own.get_scopeset_by_name(name)
            told = json.loads(scopes.model_dump_json(exclude_none=True, exclude_unset=True))
            figures.setdefault(str(getattr(method, "value", method)), {})[name] = {
                scope: value["mean"] for scope, value in told.items()
            }
    unit = epd.declared_unit
    return {
        "name": epd.product_name,
        "language": epd.language,
        "unit": [unit.qty, unit.unit] if unit else None,
        "impacts": figures,
    }


def main() -> None:
    sys.stdout.write(json.dumps({Path(name).name: load(Path(name)) for name in sys.argv[1:]}))


main()
