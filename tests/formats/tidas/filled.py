"""TIDAS documents made from the table of fields: every field, or only those that must be."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from gateway import resources

# The data sets of TIDAS: as its table names them, and as its schemas are named.
DATASETS: Final[Mapping[str, str]] = {
    "process": "processes",
    "flow": "flows",
    "flow-property": "flowproperties",
    "unit-group": "unitgroups",
    "source": "sources",
    "contact": "contacts",
    "impact-method": "lciamethods",
    "life-cycle-model": "lifecyclemodels",
}
STRUCTURES: Final[Mapping[str, str]] = {
    name: {"impact-method": "lciamethod"}.get(name, name.replace("-", "")) for name in DATASETS
}
UUID: Final = "0f2f3d5a-7c63-4c0e-8e5a-0d7f6f0f9a11"
ENGLISH: Final = {"@xml:lang": "en", "#text": "Lime, at plant"}
CHINESE: Final = {"@xml:lang": "zh", "#text": "石灰，出厂"}
REFERENCE: Final = {
    "@type": "source data set",
    "@refObjectId": UUID,
    "@uri": f"../sources/{UUID}.xml",
    "@version": "01.00.000",
    "common:shortDescription": ENGLISH,
}
_VALUES: Final[Mapping[str, Any]] = {
    "UUID": UUID,
    "Version": "01.00.000",
    "Real": "1.5",
    "Perc": "12.5",
    "Int5": "0",
    "Int6": "0",
    "CASNumber": "50-00-0",
    "GIS": "31.2;121.4",
    "whole": "0",
    "amount": "2.5",
    "Year": 2024,
    "boolean": True,
    "integer": 0,
    "uri": f"https://example.org/{UUID}",
    "dateTime": "2024-01-31T12:00:00Z",
    "moment": "2024-01-31T12:00:00Z",
    "location": "CN-AH",
    "other": {"@xmlns:x": "urn:example", "x:note": "more"},
}


def filled(dataset: str, *, full: bool, seed: int = 0) -> dict[str, Any]:
    """A document with every field, or with those that TIDAS asks for; the seed draws among what may stand."""
    rng = random.Random(f"{dataset} {seed}")
    fields = [row for row in resources.table("structures/tidas_fields.csv") if row["dataset"] == dataset]
    # Each part is a part of its own: what is changed at one place stays as it was at the others.
    made: dict[str, Any] = json.loads(json.dumps(_object("", fields, full, rng)))
    return made


def _object(at: str, fields: Sequence[Mapping[str, str]], full: bool, rng: random.Random) -> dict[str, Any]:
    made = {}
    depth = at.count("/") + (at != "")
    for row in fields:
        path = row["path"]
        if not path.startswith(f"{at}/" if at else "") or path.count("/") != depth:
            continue
        name = path.rpartition("/")[2]
        if not full and row["required"] != "1" and name != _choice(at):
            continue
        if full and _choice(at) and name != _choice(at):
            continue
        is_object = row["type"] == "object"
        value = _object(path, fields, full, rng) if is_object else _value(row["type"], full, rng)
        is_list = row["many"] == "1" and not row["type"].startswith("classes:") and rng.random() < 0.5
        made[name] = [value] if row["many"] == "2" or is_list else value
    if not full and at.endswith("/review") and any(row["path"] == f"{at}/@type" for row in fields):
        made["@type"] = "Not reviewed"
    return made


def _choice(at: str) -> str:
    """Of two fields of which one must be."""
    flow = "flowDataSet/flowInformation/dataSetInformation/classificationInformation"
    return "common:classification" if at == flow else ""


def _value(kind: str, full: bool, rng: random.Random) -> Any:
    family, _, detail = kind.partition(":")
    if family == "lang":
        if detail == "volume":
            return {"@xml:lang": "en", "#text": "12.5 kt per year"}
        return [ENGLISH, CHINESE] if full and rng.random() < 0.5 else ENGLISH
    if family == "ref":
        return [REFERENCE] if full and rng.random() < 0.2 else REFERENCE
    if family == "enum":
        return rng.choice(values(detail))
    if family == "const":
        return detail
    if family == "classes":
        list_, _, levels = detail.partition(":")
        found = _classes(list_, int(levels or 1))
        return found if levels else {"common:class": found["common:class"][0]}
    return _VALUES.get(family, "text")


def _classes(list_: str, levels: int) -> Any:
    is_category = list_ == "flows_elementary"
    key, id_ = ("common:category", "@catId") if is_category else ("common:class", "@classId")
    found: list[dict[str, str]] = []
    for level, code, name in classes(list_):
        if int(level) == len(found) < levels:
            found.append({"@level": level, id_: code, "#text": name})
    return {key: found}


@cache
def values(list_: str) -> tuple[str, ...]:
    """A closed list."""
    return tuple(r["value"] for r in resources.table("structures/tidas_lists.csv") if r["list"] == list_)


@cache
def classes(list_: str) -> tuple[tuple[str, str, str], ...]:
    """A list of classes: level, code and name."""
    data = gzip.decompress(resources.mapping("structures/tidas_classes.csv.gz").read_bytes())
    rows = csv.DictReader(data.decode().splitlines())
    return tuple((row["level"], row["id"], row["name"]) for row in rows if row["list"] == list_)
