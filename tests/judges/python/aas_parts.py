"""What four programs say of battery passport environments, one JSON object on stdout.

Usage: aas_parts.py FILE.json...  Like aas.py, but part 2 is judged as what it is: IDTA 02035-2.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import aas
import aas_submodel_validate


def template(path: Path) -> list[list[str]]:
    """Rule, severity and place of everything that breaks a template or a lint."""
    report = aas_submodel_validate.validate(str(path), profile="02035-2").as_dict()
    return sorted([f["rule"], f["severity"], f["subject"]] for f in report["findings"])


def main() -> None:
    """Judge every file that is named."""
    verdicts = {}
    for name in sys.argv[1:]:
        path = Path(name)
        verdicts[name] = {
            "basyx": aas.basyx(path),
            "aas-core3.0": aas.core30(aas.environment(path)),
            "aas-core3.1": aas.core31(aas.environment(path)),
            "aas-submodel-validate": template(path),
        }
    sys.stdout.write(json.dumps(verdicts))


if __name__ == "__main__":
    main()
