"""What basyx, aas-core3.0, aas-core3.1 and aas-submodel-validate say of each file, one JSON object on stdout.

Usage: aas.py FILE...  (.json: an environment, .aasx: a package with a JSON part)
       aas.py --rewrite FOLDER FILE.json...  (basyx loads each and saves it as packages, XML and JSON)
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import aas_core3.jsonization as json30
import aas_core3.verification as verification30
import aas_core3_1.jsonization as json31
import aas_core3_1.verification as verification31
import aas_submodel_validate
from basyx.aas import model
from basyx.aas.adapter.aasx import AASXReader, AASXWriter, DictSupplementaryFileContainer
from basyx.aas.adapter.json import read_aas_json_file_into


def basyx(path: Path) -> list[str]:
    """The ids that the SDK loads; it raises on the first thing that it does not understand."""
    store = model.DictIdentifiableStore()
    if path.suffix == ".aasx":
        with AASXReader(str(path), failsafe=False) as reader:
            reader.read_into(store, DictSupplementaryFileContainer())
    else:
        with path.open(encoding="utf-8") as file:
            read_aas_json_file_into(store, file, failsafe=False)
    return sorted(one.id for one in store)


def environment(path: Path) -> object:
    """The environment in a file; in a package, its one JSON part."""
    data = path.read_bytes()
    if path.suffix == ".aasx":
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            (part,) = [name for name in package.namelist() if name.endswith(".json")]
            data = package.read(part)
    return json.loads(data)


def core30(found: object) -> list[str]:
    """What the reference implementation of metamodel 3.0 finds wrong."""
    parsed = json30.environment_from_jsonable(found)
    return [f"{error.path}: {error.cause}" for error in verification30.verify(parsed)]


def core31(found: object) -> list[str]:
    """The same of 3.1."""
    parsed = json31.environment_from_jsonable(found)
    return [f"{error.path}: {error.cause}" for error in verification31.verify(parsed)]


def template(path: Path) -> list[str]:
    """The rules of the submodel templates that are broken, one entry for each place."""
    report = aas_submodel_validate.validate(str(path)).as_dict()
    return sorted(finding["rule"] for finding in report["findings"])


def rewrite(folder: Path, path: Path) -> None:
    """The environment of a file as basyx saves it."""
    store = model.DictIdentifiableStore()
    with path.open(encoding="utf-8") as file:
        read_aas_json_file_into(store, file, failsafe=False)
    for kind in ("xml", "json"):
        with AASXWriter(str(folder / f"{path.stem}-{kind}.aasx")) as writer:
            part = f"/aasx/data.{kind}"
            writer.write_all_aas_objects(
                part, store, DictSupplementaryFileContainer(), write_json=kind == "json"
            )


def main() -> None:
    """Judge every file that is named, or save it again."""
    if sys.argv[1:2] == ["--rewrite"]:
        for name in sys.argv[3:]:
            rewrite(Path(sys.argv[2]), Path(name))
        return
    verdicts = {}
    for name in sys.argv[1:]:
        path = Path(name)
        verdicts[name] = {
            "basyx": basyx(path),
            "aas-core3.0": core30(environment(path)),
            "aas-core3.1": core31(environment(path)),
            "aas-submodel-validate": template(path),
        }
    json.dump(verdicts, sys.stdout)


if __name__ == "__main__":
    main()
