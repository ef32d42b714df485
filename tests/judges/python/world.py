"""What pint and pycountry know: sizes of units, codes and names of countries and provinces. One JSON object.

Usage: world.py units UNIT ...   or   world.py places
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal


def sizes(names: list[str]) -> dict[str, str | None]:
    """The size of each unit in base units of its dimension, as pint counts with decimals."""
    import pint  # type: ignore[import-not-found]

    registry = pint.UnitRegistry(non_int_type=Decimal)
    found: dict[str, str | None] = {}
    for name in names:
        try:
            amount = registry.Quantity(Decimal(1), name).to_base_units()
            found[name] = f"{amount.magnitude} {amount.units:~}"
        except pint.UndefinedUnitError:
            found[name] = None
    return found


def places() -> dict[str, dict[str, str]]:
    """Country codes, and the provinces of China with their names."""
    import pycountry  # type: ignore[import-not-found]

    return {
        "countries": {one.alpha_2: one.name for one in pycountry.countries},
        "provinces": {one.code: one.name for one in pycountry.subdivisions.get(country_code="CN")},
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(sizes(sys.argv[2:]) if sys.argv[1] == "units" else places()))
