"""The table of what stands in a TIDAS document, and its closed lists."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from gateway import resources

# How often a field may stand: once; once or as any list; as a list; once or as a list that is not empty.
ONE, MANY, LIST, ONE_OR_MORE = 0, 1, 2, 3
NAMES: Final[Mapping[str, str]] = {
    "process": "process",
    "flow": "flow",
    "flowproperty": "flow-property",
    "unitgroup": "unit-group",
    "source": "source",
    "contact": "contact",
    "lciamethod": "impact-method",
    "lifecyclemodel": "life-cycle-model",
}


@dataclass(slots=True)
class Field:
    """One field: what stands there, how often, and below it."""

    kind: str = "object"
    required: bool = False
    many: int = ONE
    below: dict[str, Field] = field(default_factory=dict)


@cache
def closed_list(name: str) -> frozenset[str]:
    """The values of a closed list."""
    return frozenset(r["value"] for r in resources.table("structures/tidas_lists.csv") if r["list"] == name)


@cache
def class_list(name: str) -> frozenset[tuple[str, str, str]]:
    """Level, code and name of every class of a list."""
    data = gzip.decompress(resources.mapping("structures/tidas_classes.csv.gz").read_bytes())
    rows = csv.DictReader(data.decode().splitlines())
    return frozenset((row["level"], row["id"], row["name"]) for row in rows if row["list"] == name)


@cache
def fields(name: str) -> Field:
    """The root of a document, by the name of its structure: process, flow, flowproperty and so on."""
    root = Field()
    dataset = NAMES[name]
    for row in resources.table("structures/tidas_fields.csv"):
        if row["dataset"] == dataset:
            here = root
            for step in row["path"].split("/"):
                here = here.below.setdefault(step, Field())
            here.kind, here.required, here.many = row["type"], row["required"] == "1", int(row["many"])
    return root
