"""What randonneur, olca-schema and sssom make of map files: one JSON object on stdout, by file.

Usage: maps.py FILE ... (.randonneur.json, .flowmap.zip, .sssom.tsv), or: maps.py --packages,
which names the folder of the packages that randonneur_data publishes.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
import zipfile
from pathlib import Path

warnings.simplefilter("ignore")


def randonneur(path: Path) -> dict[str, object]:
    from randonneur import Datapackage, migrate_edges  # type: ignore[import-not-found]
    from randonneur.validation import validate_data_for_verb  # type: ignore[import-not-found]

    package = Datapackage.from_json(path)
    for verb, data in package.data.items():
        validate_data_for_verb(verb=verb, data=data, mapping=package.mapping)
    moved: dict[str, list[dict[str, object]]] = {}
    for verb in ("replace", "disaggregate"):
        entries = package.data.get(verb, [])
        edges = [{**entry["source"], "amount": 1} for entry in entries]
        if entries:
            (node,) = migrate_edges([{"edges": edges}], {verb: entries})
            moved[verb] = node["edges"]
    return {
        "name": package.name,
        "verbs": {verb: len(data) for verb, data in package.data.items()},
        "moved": moved,
    }


def flow_map(path: Path) -> dict[str, object]:
    import olca_schema as olca  # type: ignore[import-not-found]

    # Its own reader of packages knows every kind of entity but flow maps.
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if name.startswith("flow_mappings/"))
        text = archive.read(name).decode()
    found = olca.FlowMap.from_json(text)
    entries = found.mappings or []
    return {
        "id": found.id,
        "name": found.name,
        "source": found.source and found.source.name,
        "entries": [
            [
                end.flow.id
                and f"{end.flow.id}|{end.flow.name}|{end.flow.category}|{end.unit and end.unit.name}"
                for end in (entry.from_, entry.to)
            ]
            + [entry.conversion_factor]
            for entry in entries
        ],
    }


class Heard(logging.Handler):
    """What was logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


def sssom(path: Path) -> dict[str, object]:
    from sssom.constants import SchemaValidationType as Kind  # type: ignore[import-not-found]
    from sssom.parsers import parse_sssom_table  # type: ignore[import-not-found]
    from sssom.validators import validate  # type: ignore[import-not-found]

    heard = Heard()
    logging.getLogger().addHandler(heard)
    # Not strict: 0.4.21 then refuses every file whose metadata it finds regular; its warnings are told.
    table = parse_sssom_table(path)
    kinds = [Kind.JsonSchema, Kind.PrefixMapCompleteness, Kind.StrictCurieFormat]
    reports = validate(table, kinds, fail_on_error=False)
    logging.getLogger().removeHandler(heard)
    return {
        "rows": len(table.df),
        "predicates": table.df["predicate_id"].value_counts().to_dict(),
        "objects": table.df["object_id"].tolist(),
        "wrong": [f"{kind}: {one.message}" for kind, report in reports.items() for one in report.results],
        "heard": sorted(set(heard.told)),
    }


def judge(path: Path) -> dict[str, object]:
    if path.name.endswith(".randonneur.json"):
        return randonneur(path)
    return sssom(path) if path.name.endswith(".sssom.tsv") else flow_map(path)


def main() -> None:
    if sys.argv[1:] == ["--packages"]:
        import randonneur_data  # type: ignore[import-not-found]

        folder = Path(randonneur_data.__file__).parent / "data"
        sys.stdout.write(json.dumps({"folder": str(folder)}))
        return
    found: dict[str, object] = {}
    for name in sys.argv[1:]:
        try:
            found[Path(name).name] = judge(Path(name))
        except Exception as error:  # noqa: BLE001 - a refusal is an answer
            found[Path(name).name] = {"refused": f"{type(error).__name__}: {error}"}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
